"""
A plan as callers see it: one version, seen through a query, with pages and selections.

Data is read only when it is used. The value has the id of a version, so a write can compare what the user saw with what
it would write now. `PlanReader` reads versions from the database (`store/planning/plan_read`).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn, overload

from indexium_core import errors, notebook
from indexium_core.flows.planning.plan_cache import PlanCache, SelectionRows
from indexium_core.flows.planning.plan_refresh import PlanRefresh
from indexium_core.flows.planning.write_rates import RateSource
from indexium_core.model import wording
from indexium_core.model.checked_calls import checked_arguments
from indexium_core.model.operations.actor import whole_home
from indexium_core.model.planning import risk
from indexium_core.model.planning.plan import (
    RISK_LEVELS,
    SORT_KEYS,
    WRITABLE,
    PlanItem,
    PlanPage,
    PlanStatistics,
    Selection,
)
from indexium_core.model.planning.recent_values import SETS_OF_LIBRARIES, RecentValues
from indexium_core.model.query import CompiledQuery, compile_query, search_of, title_of
from indexium_core.model.remote_calls import remote
from indexium_core.model.review.reports import DecisionReport
from indexium_core.settings import Settings
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.plan_version import Modes, Version
from indexium_core.store.planning import plan_compute, plan_read
from indexium_core.store.planning.plan_read import Search
from indexium_core.store.planning.plan_rows import Counts, Groups

if TYPE_CHECKING:  # most commands need no array
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

_CHUNK = 500  # items that `PlanItems` reads at once
_TITLED = 500  # files of a selection whose folders and people give its title
_SHOWN = 10  # items in the HTML of a plan
_DEEP = 1000  # the first row of a page whose order is kept


class PlanReader:
    """Reads plan versions from the database. One instance serves a home."""

    def __init__(self, database: Database, *, config: Settings | None, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._config = config
        self._clock = clock
        self._caches = RecentValues[tuple[int, ...] | None, PlanCache](
            SETS_OF_LIBRARIES
        )  # by the libraries that actors see
        self._kept_order: tuple[tuple[Hashable, ...], NDArray[np.int64]] | None = None
        self.rates = RateSource(database)
        self._refresh = PlanRefresh(database, clock=clock)

    @property
    def _cache(self) -> PlanCache:
        return self._caches.get(self._database.own_libraries, PlanCache)

    @property
    def page_size(self) -> int:
        """Default number of rows of a page. It is read at each use, because settings may change at run time."""
        return self._config.metadata_preview_page_size if self._config else 50

    def newest_version(self, modes: Modes, *, max_age: float = 0.0) -> Version:
        """
        Refresh the plan of these modes and return its newest version.

        With `max_age`, the version may lack results of a running write that are up to `max_age` seconds old; a thread
        then refreshes the plan.
        """
        return replace(self._refresh.newest(modes, max_age=max_age), rates=self.rates.current())

    def close(self) -> None:
        """Stop the thread that refreshes plans."""
        self._refresh.close()

    def stored_version(self, modes: Modes) -> Version | None:
        """Return the newest version of these modes that was computed; None without one."""
        with whole_home():
            return plan_compute.stored(self._database.read(), modes, now=self._clock())

    def count(self, search: Search) -> Counts:
        """Count the items that a search finds."""
        reader = self._database.read()
        if search.is_unfiltered:
            return plan_read.count_items(self._cache.groups(reader, search.version), search)
        return plan_read.statistics(reader, search)

    def page(self, search: Search, *, sort: str, descending: bool, limit: int | None, offset: int) -> list[PlanItem]:
        """Return a page of the listed items."""
        reader = self._database.read()
        if limit and sort == "risk" and not descending and search.is_default_list:
            file_ids = self._cache.first_ids(reader, search.version, limit=limit, offset=offset)
            if file_ids is not None:
                return plan_read.ordered_items(reader, search.version, file_ids)
        if limit and offset >= _DEEP:
            file_ids = self._order(reader, search, sort=sort, descending=descending)[offset : offset + limit].tolist()
            return plan_read.ordered_items(reader, search.version, file_ids)
        return plan_read.page(reader, search, sort=sort, descending=descending, limit=limit, offset=offset)

    def _order(self, reader: Connection, search: Search, *, sort: str, descending: bool) -> NDArray[np.int64]:
        """Return the ids of all listed items. The last order is kept, because a deep page needs the sort of all."""
        wanted = (self._database.own_libraries, search, sort, descending)
        kept = self._kept_order
        if kept is None or kept[0] != wanted:
            file_ids = plan_read.sorted_ids(reader, search, sort=sort, descending=descending, limit=None, offset=0)
            kept = self._kept_order = (wanted, file_ids)
        return kept[1]

    def page_with_counts(
        self, search: Search, *, sort: str, descending: bool, limit: int, offset: int
    ) -> tuple[Counts, list[PlanItem]]:
        """Return the counts and a page of a search, with a single search."""
        reader = self._database.read()
        return plan_read.page_with_counts(reader, search, sort=sort, descending=descending, limit=limit, offset=offset)

    def items(self, version: Version, file_ids: Sequence[int]) -> list[PlanItem]:
        """Return the items of files, even if the list omits them."""
        return plan_read.items(self._database.read(), version, file_ids)

    def selected_ids(
        self, search: Search, selection: Selection, *, only: Collection[int] | None = None, also: str = ""
    ) -> list[int]:
        """Return the writable files of a selection that `also` matches; if `only` is given, only among these files."""
        return plan_read.selected_ids(self._database.read(), search, selection, only=only, also=compile_query(also))

    def item_ids(self, search: Search, file_ids: Collection[int], *, levels: Sequence[str] = RISK_LEVELS) -> list[int]:
        """Return those of some files that a search finds, even if the list omits them; only items of some levels."""
        every, selection = replace(search, include_unlisted=True), Selection(query="", risk=RISK_LEVELS)
        return plan_read.selected_ids(
            self._database.read(), every, selection, levels=levels, writable=False, only=file_ids
        )

    def search_groups(self, search: Search, within: str) -> Groups:
        """Count the listed items of a search, by all facts that selections distinguish; reads each item once."""
        return plan_read.search_groups(self._database.read(), search, _displayed(within))

    def exceptions(
        self, search: Search, selection: Selection, within: str, file_ids: Collection[int]
    ) -> dict[int, tuple[Any, ...]]:
        """Return by id, for each of some files, what a summary of the selection adds or subtracts."""
        return plan_read.exceptions(self._database.read(), search, selection, _displayed(within), file_ids)

    def exception_groups(self, search: Search, selection: Selection, within: str) -> Groups:
        """Count the files that a selection names by id."""
        return plan_read.exception_groups(self._database.read(), search, selection, _displayed(within))

    def table(self, search: Search) -> pd.DataFrame:
        """Return the listed items as a table."""
        return plan_read.table(self._database.read(), search)

    def edit(self, file_id: int, names: Sequence[str]) -> DecisionReport:
        """Set the people of a file and its copies."""
        from indexium_core.flows.review.decisions import Decisions

        return Decisions(self._database, clock=self._clock).edit([file_id], names)


@checked_arguments
class MetadataPlan:
    """
    One version of the plan, seen through a query.

    A plan has no truth value: `bool(plan)` raises TypeError. `len(plan)` is 0 for a plan without items, so
    `plan or other` would silently replace an empty plan. Compare with `is None` instead.
    """

    def __init__(self, reader: PlanReader, search: Search, modes: Modes, query: str) -> None:
        self._reader = reader
        self.search = search
        self.modes = modes
        self.query = query
        self.selection_rows = SelectionRows(reader, self.searching)

    @property
    def version(self) -> Version:
        return self.search.version

    @property
    def id(self) -> int:
        return self.search.version.plan_id

    @property
    def variant_id(self) -> int:
        return self.search.version.variant_id

    @property
    @remote()
    def statistics(self) -> PlanStatistics:
        """The counts over everything that the query finds."""
        return self._counts.statistics

    @property
    def warning_reasons(self) -> dict[str, int]:
        """The number of files with warnings by issue code, largest first."""
        return self._counts.warning_reasons

    @property
    def counted_volume(self) -> int | None:
        """The size in bytes of the files that a write would change, if it was counted with the items."""
        return self._counts.volume if "_counts" in self.__dict__ else None

    @cached_property
    def _counts(self) -> Counts:
        return self._reader.count(self.search)

    @property
    def items(self) -> PlanItems:
        """The listed items, read in chunks on use."""
        return PlanItems(self._reader, self.search, self._counts.listed)

    @property
    def categories(self) -> dict[str, PlanItems]:
        """The items by risk level, read in chunks on use."""
        counts = self.statistics
        items = {}
        for level in RISK_LEVELS:
            search = self.searching(_both(self.query, f"risk:{level}"))
            items[level] = PlanItems(self._reader, search, getattr(counts, f"{level}_count"))
        return items

    @remote()
    def page(
        self,
        number: int = 1,
        *,
        per_page: int | None = None,
        sort: str = "risk",
        descending: bool = False,
        include_unchanged: bool = False,
    ) -> PlanPage:
        """
        Return one page of the list, with the counts over all pages.

        Args:
            number: Number of the page, from 1.
            per_page: Items of a page; 0: all, None: the setting.
            sort: One of `SORT_KEYS`; equal items are sorted by path.
            descending: In descending order.
            include_unchanged: Also list unchanged and postponed items.

        Raises:
            UsageError: The sort key is unknown or the page is invalid.

        """
        per_page = self._reader.page_size if per_page is None else per_page
        if sort not in SORT_KEYS:
            raise errors.UsageError(f"There is no sort key '{sort}'; choose one of {', '.join(SORT_KEYS)}.")
        if number < 1 or per_page < 0:
            raise errors.UsageError("Pages are numbered from 1 and have at least 1 item (0: all items).")
        search = replace(self.search, include_unlisted=True) if include_unchanged else self.search
        offset = (number - 1) * per_page
        order: dict[str, Any] = {"sort": sort, "descending": descending}
        if per_page and not include_unchanged and not search.is_unfiltered and "_counts" not in self.__dict__:
            counts, items = self._reader.page_with_counts(search, limit=per_page, offset=offset, **order)
            self.__dict__["_counts"] = counts  # sets the cached property, so that its value is not computed again
        else:
            counts = self._reader.count(search) if include_unchanged else self._counts
            items = self._reader.page(search, limit=per_page or None, offset=offset, **order)
        return PlanPage(
            items=items,
            total=counts.listed,
            page=number if per_page else 1,
            per_page=per_page or counts.listed,
            plan_id=self.id,
            statistics=counts.statistics,
        )

    @remote()
    def item(self, file_id: int) -> PlanItem:
        """
        Return the item of a file, even if the list omits it.

        Raises:
            UnknownIdError: The plan has no such file.

        """
        items = self._reader.items(self.version, [file_id])
        if not items:
            raise errors.UnknownIdError(f"There is no file {file_id} in the plan.")
        return items[0]

    def df(self) -> pd.DataFrame:
        """Return the list as a table: one column for each field of an item; issues are codes."""
        return self._reader.table(self.search)

    @remote()
    def select(self, query: Sequence[int] | str = "", risk: Sequence[str] = ()) -> Selection:
        """
        Return a selection of the items that match both `query` and the plan's own query.

        Args:
            query: A search, or the ids of files.
            risk: Only items of these levels; if it is empty, of every level that can be written.

        Raises:
            QueryError: The search is invalid.
            UnknownIdError: A file is not in the plan, or the plan's own query does not find it.

        """
        if not isinstance(query, str):
            found = self._reader.item_ids(self.search, query)
            if missing := sorted(set(query) - set(found)):
                raise errors.UnknownIdError(f"The plan has no file with the id {wording.first_ids(missing)}.")
            return Selection(
                included=frozenset(self._reader.item_ids(self.search, query, levels=risk) if risk else found)
            )
        compile_query(query)
        return Selection(query=_both(self.query, query), risk=tuple(risk))

    @remote()
    def narrowed(self, query: str) -> MetadataPlan:
        """Return the same version seen through another query. Raises `QueryError`."""
        return MetadataPlan(self._reader, self.searching(query), self.modes, query)

    @remote()
    def newest(self) -> MetadataPlan:
        """Return the newest version of the same plan."""
        version = self._reader.newest_version(self.modes)
        return MetadataPlan(self._reader, replace(self.search, version=version), self.modes, self.query)

    def searching(self, query: str | None, *, include_unlisted: bool = False) -> Search:
        """Return the same version with another search."""
        return replace(self.search, query=compile_query(query or ""), include_unlisted=include_unlisted)

    @remote()
    def ids(self, selection: Selection, *, also: str = "") -> list[int]:
        """Return the ids of the writable files of a selection that also match a search, in ascending order."""
        return self._reader.selected_ids(self.searching(selection.query), selection, also=also)

    def selected_among(self, selection: Selection, file_ids: Collection[int]) -> frozenset[int]:
        """Return the given files that a selection contains."""
        return frozenset(self._reader.selected_ids(self.searching(selection.query), selection, only=file_ids))

    def selected_items(self, selection: Selection, items: Sequence[PlanItem]) -> frozenset[int]:
        """Return the ids of the listed items that a selection contains; only another search needs the database."""
        if selection.query not in (None, "", self.query):
            return self.selected_among(selection, [item.file_id for item in items])
        levels = () if selection.query is None else selection.risk or WRITABLE
        writable = [item for item in items if item.can_update and not item.postponed]
        searched = {item.file_id for item in writable if item.risk_level in levels} - selection.excluded
        return frozenset(searched | {item.file_id for item in writable if item.file_id in selection.included})

    def sample(self, selection: Selection, query: str, *, limit: int, offset: int = 0) -> tuple[list[PlanItem], int]:
        """Return some items of a selection that also match `query`, by id, and the number of all matches."""
        ids = self._reader.selected_ids(self.searching(selection.query), selection, also=query)
        return self._reader.items(self.version, ids[offset : offset + limit]), len(ids)

    def title_of(self, selection: Selection) -> str:
        """
        Return a title for an operation on a selection: its search, its folder, or its person; "" if there is none.

        The title of files that were selected one by one is their common folder, or the one person that all of them get.
        """
        if selection.query is not None and not selection.included:
            return title_of(selection.query)
        items = self._reader.items(self.version, self.ids(selection)[:_TITLED])
        levels = zip(*(item.folder.split("/") for item in items), strict=False)
        common = itertools.takewhile(lambda names: len(set(names)) == 1, levels)
        people = set.intersection(*(set(item.tags_to_add) for item in items)) if items else set()
        folder = " / ".join(names[0] for names in common if names[0])
        return folder or (people.pop() if len(people) == 1 else "")

    @remote()
    def search_for(self, selection: Selection, also: str) -> str:
        """
        Return a search that finds the files of a selection that also match a search.

        Raises:
            UsageError: The selection has too many exceptions for a search.

        """
        some = selection.included
        matched = frozenset(
            self._reader.selected_ids(self.searching(None), Selection(included=some), also=also) if some else ()
        )
        return search_of(replace(selection, query=_and(selection.query, also), included=matched))

    @remote()
    def edit(self, file_id: int, people: Sequence[str]) -> DecisionReport:
        """Set the people of a file and its copies until the edit is removed; a new plan includes it."""
        return self._reader.edit(file_id, people)

    def __len__(self) -> int:
        return self._counts.listed

    def __bool__(self) -> NoReturn:
        raise TypeError("A plan has no truth value. Use 'plan is None' or 'len(plan) == 0'.")

    def _repr_html_(self) -> str:
        counts = self.statistics
        levels = ", ".join(f"{getattr(counts, f'{level}_count'):,} {level}" for level in RISK_LEVELS)
        facts = {"files": f"{counts.total_files:,}: {levels}", "search": self.query or "all files that would change"}
        rows = [
            (
                item.file_name,
                item.risk_level,
                item.result_comment or "",
                [risk.label(each.code) for each in item.issues],
            )
            for item in self.items[:_SHOWN]
        ]
        columns = ("file", "risk", "comment after a write", "issues")
        return notebook.card(f"Plan {self.id}", facts, below=notebook.table(columns, rows, total=len(self)))

    def __repr__(self) -> str:
        counts = self.statistics
        levels = ", ".join(f"{getattr(counts, f'{level}_count'):,} {level}" for level in RISK_LEVELS)
        return f"<plan {self.id}{f' of {self.query!r}' if self.query else ''}: {levels}>"


class PlanItems(Sequence[PlanItem]):
    """The list of a search, sorted by risk: a sequence that reads items in chunks on use."""

    def __init__(self, reader: PlanReader, search: Search, count: int) -> None:
        self._reader = reader
        self._search = search
        self._count = count
        self._first = 0
        self._chunk: list[PlanItem] = []  # the items from _first on

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> PlanItem: ...
    @overload
    def __getitem__(self, index: slice) -> list[PlanItem]: ...
    def __getitem__(self, index: int | slice) -> PlanItem | list[PlanItem]:
        positions = range(self._count)[index]
        if isinstance(positions, int):
            return self._at(positions)
        if not positions:
            return []
        low = min(positions[0], positions[-1])
        items = self._read(low, max(positions[0], positions[-1]) + 1 - low)
        return [items[position - low] for position in positions]

    def __iter__(self) -> Iterator[PlanItem]:
        for first in range(0, self._count, _CHUNK):
            yield from self._read(first, _CHUNK)

    def _at(self, position: int) -> PlanItem:
        if not self._first <= position < self._first + len(self._chunk):
            self._first = position - position % _CHUNK
            self._chunk = self._read(self._first, _CHUNK)
        return self._chunk[position - self._first]

    def _read(self, first: int, number: int) -> list[PlanItem]:
        return self._reader.page(self._search, sort="risk", descending=False, limit=number, offset=first)

    def __repr__(self) -> str:
        return f"<{self._count:,} plan items>"


def _displayed(within: str) -> CompiledQuery | None:
    """Return the displayed search; None if it finds everything."""
    return compile_query(within) if within.strip() else None


def _and(query: str | None, term: str) -> str | None:
    """Return the query of a selection with another condition; None, which finds nothing, stays None."""
    return None if query is None else _both(query, term)


def _both(one: str, other: str) -> str:
    """Return a query for the items that both queries find."""
    return f"({one}) ({other})" if one.strip() and other.strip() else one.strip() or other.strip()
