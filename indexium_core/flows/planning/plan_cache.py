"""
What stays in memory of the newest version of each variant: its counts, its first items, and the rows of selections.

After a change, only the rows that differ between the kept version and the newest one are read: they adjust the counts
and the order. Where a version cannot be adjusted, it is read as a whole.

They are kept in memory, so a person who selects one file after another waits for no statement.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from indexium_core.model.planning.plan import PlanItem, Selection
from indexium_core.model.planning.recent_values import RecentValues
from indexium_core.store.connection import Connection
from indexium_core.store.limited_reader import LimitedReader
from indexium_core.store.plan_version import Version
from indexium_core.store.planning import plan_read
from indexium_core.store.planning.plan_read import RowChange, Search
from indexium_core.store.planning.plan_rows import Groups

_FIRST = 500  # items in the default order that are kept: ten pages
_CHANGES = 1000  # changed rows from which on reading the whole version costs less
_KEYS = 7  # columns of a group that identify it; the others are sums

_Rank = tuple[int, str, int]  # place of an item in the default order: that of its risk level, path, and file id
_SEARCHES = 16  # searches whose rows are kept
_MOST = 2000  # files whose rows are kept for one search
_FEW = 500  # files from which on the database adds up the rows of the files that a selection names


@dataclass(slots=True)
class _Kept:
    """What is kept of one version."""

    plan_id: int
    groups: dict[tuple[Any, ...], list[Any]]
    first: list[_Rank] | None = None  # the first items in the default order; None: not read yet
    is_complete: bool = False  # `first` has all listed items


class PlanCache:
    """Any thread may use it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._variants: dict[int, _Kept] = {}

    def groups(self, reader: Connection, version: Version) -> Groups:
        """Return all items of a version, counted like `plan_read.groups`."""
        with self._lock:
            kept = self._kept(reader, version)
            if kept is not None:
                return [(*key, *sums) for key, sums in kept.groups.items()]
        return plan_read.groups(reader, version)

    def first_ids(self, reader: Connection, version: Version, *, limit: int, offset: int) -> list[int] | None:
        """Return a page of the listed items in the default order; None if the version or the page is not kept."""
        end = offset + limit
        if end > _FIRST:
            return None
        with self._lock:
            kept = self._kept(reader, version)
            if kept is None:
                return None
            if kept.first is None or (len(kept.first) < end and not kept.is_complete):
                kept.first = plan_read.first_ranks(reader, version, limit=_FIRST)
                kept.is_complete = len(kept.first) < _FIRST
            return [file_id for _, _, file_id in kept.first[offset:end]]

    def _kept(self, reader: Connection, version: Version) -> _Kept | None:
        """Return what is kept of a version; None if a newer one replaced it."""
        kept = self._variants.get(version.variant_id)
        if kept is not None and kept.plan_id == version.plan_id:
            return kept
        if kept is not None and kept.plan_id > version.plan_id:
            return None
        # For an actor with some libraries, a row differs by the copies that there are now: nothing can be subtracted.
        is_followed = kept is not None and not isinstance(reader, LimitedReader)
        changes = plan_read.row_changes(reader, version, kept.plan_id, limit=_CHANGES) if kept and is_followed else None
        if kept is None or changes is None:
            groups = {row[:_KEYS]: list(row[_KEYS:]) for row in plan_read.groups(reader, version)}
            kept = self._variants[version.variant_id] = _Kept(version.plan_id, groups)
        else:
            _adjust(kept, changes)
            kept.plan_id = version.plan_id
        return kept


def _adjust(kept: _Kept, changes: list[RowChange]) -> None:
    """Add the rows of the newer version and subtract those that it no longer contains."""
    for change in changes:
        sums = kept.groups.setdefault(change.group[:_KEYS], [0] * (len(change.group) - _KEYS))
        sign = 1 if change.is_new else -1
        for place, amount in enumerate(change.group[_KEYS:]):
            sums[place] += sign * amount
    kept.groups = {key: sums for key, sums in kept.groups.items() if sums[0]}
    if kept.first is None:
        return
    changed = {change.file_id for change in changes}
    added = [
        (change.level_rank, change.path, change.file_id) for change in changes if change.is_new and change.level_rank
    ]
    if not kept.is_complete:  # behind the last kept item, unknown items may come before an added one
        added = [rank for rank in added if rank < kept.first[-1]]
    kept.first = sorted([rank for rank in kept.first if rank[-1] not in changed] + added)
    if not kept.first and not kept.is_complete:
        kept.first = None


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
