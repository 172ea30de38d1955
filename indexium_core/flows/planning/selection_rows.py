"""
The rows that `plan_rows.summarize` adds up for the selections of one plan version.

They are kept in memory, so a person who selects one file after another waits for no statement.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any, Protocol

from indexium_core.model.planning.plan import PlanItem, Selection
from indexium_core.model.planning.recent_values import RecentValues
from indexium_core.store.planning.plan_read import Search
from indexium_core.store.planning.plan_rows import Groups

_SEARCHES = 16  # searches whose rows are kept
_MOST = 2000  # files whose rows are kept for one search
_FEW = 500  # files from which on the database adds up the rows of the files that a selection names


class _RowReader(Protocol):
    """The part of `PlanReader` that reads rows."""

    def search_groups(self, search: Search, within: str) -> Groups: ...

    def exceptions(
        self, search: Search, selection: Selection, within: str, file_ids: Collection[int]
    ) -> dict[int, tuple[Any, ...]]: ...

    def exception_groups(self, search: Search, selection: Selection, within: str) -> Groups: ...


class SelectionRows:
    """The rows of one plan version that were read last. Any thread may use it."""

    def __init__(self, reader: _RowReader, searching: Callable[[str | None], Search]) -> None:
        """Read rows with `reader`; `searching` returns the search of a query in the version."""
        self._reader, self._searching = reader, searching
        self._of_searches = RecentValues[tuple[str, str], Groups](_SEARCHES)
        # By the queries of the selection and of the displayed search: the rows by file id, None for unknown files.
        self._of_files = RecentValues[tuple[str | None, str], dict[int, tuple[Any, ...] | None]](_SEARCHES)

    def prepare(self, query: str, selection: Selection, items: Sequence[PlanItem]) -> None:
        """Read what the next choices need: all files of a displayed search, or one of its displayed items."""
        self.of_search(query)
        self.of_files(
            replace(selection, included=frozenset(), excluded=frozenset()), query, also=[item.file_id for item in items]
        )

    def of_search(self, query: str, within: str = "") -> Groups:
        """Count the listed items of a search by all facts that selections distinguish."""
        return self._of_searches.get(
            (query, within), lambda: self._reader.search_groups(self._searching(query), within)
        )

    def of_files(self, selection: Selection, within: str = "", *, also: Collection[int] = ()) -> Groups:
        """
        Return the rows of the files that a selection includes or excludes by id.

        The files `also` are read too, because a person will probably select them next.
        """
        named = selection.included | selection.excluded
        if len(named) > _FEW:
            return self._reader.exception_groups(self._searching(selection.query), selection, within)
        key, wanted = (selection.query, within), named.union(also)
        if not wanted:
            return []

        def read() -> dict[int, tuple[Any, ...] | None]:
            known = self._of_files.find(lambda other, _: other == key) or {}
            known = known if len(known) < _MOST else {}
            missing = wanted - known.keys()
            found = self._reader.exceptions(self._searching(selection.query), selection, within, missing)
            return {**known, **dict.fromkeys(missing), **found}

        known = self._of_files.get(key, read, lambda rows: rows.keys() >= wanted)
        rows = [(file_id, known[file_id]) for file_id in named]
        return [(*row, file_id in selection.included, file_id in selection.excluded) for file_id, row in rows if row]
