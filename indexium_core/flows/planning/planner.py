"""
Planning: what would change in which files, and how risky that is.

The database computes the plan (`store/planning/plans`). This module turns it into a value with pages and selections.
The value names a version, so a write can compare what the person saw with what it would write.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, overload

import pandas as pd

from indexium_core import errors
from indexium_core.flows.planning import staleness
from indexium_core.flows.review import decisions
from indexium_core.model.people import people_comment
from indexium_core.model.planning.plan import (
    RISK_LEVELS,
    SORT_KEYS,
    CommentMode,
    PeopleMode,
    PlanItem,
    PlanPage,
    PlanStatistics,
    Selection,
    SelectionDigest,
    SelectionSummary,
    StaleFiles,
    checked_modes,
)
from indexium_core.model.query import compile_query
from indexium_core.model.remote_calls import remote
from indexium_core.settings import Settings
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.planning import plans
from indexium_core.store.planning.plans import Modes, Search, Version

__all__ = ["LINK_CHOICES", "MetadataPlan", "MetadataPlanner", "PlanItems", "SelectionSummary"]

LINK_CHOICES = ("block", "break")
_CHUNK = 500  # items that a lazy sequence reads at once
_NAMED = 10  # files that a refusal names
_REMEMBERED = 16  # searches of a plan whose counts are kept


class MetadataPlanner:
    """Makes plans. One instance serves a home."""

    def __init__(
        self,
        database: Database,
        *,
        config: Settings | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._clock = clock
        self._config = config

    # Settings may change while the program runs.

    @property
    def page_size(self) -> int:
        """Rows of a page where nobody says how many."""
        return self._config.metadata_preview_page_size if self._config else 50

    @property
    def _large_bytes(self) -> int:
        return int(self._config.rewrite_warn_size) if self._config else Modes().large_bytes

    @property
    def _kept_days(self) -> int:
        return self._config.metadata_backup_retention_days if self._config else 90

    # The methods of the source document.

    def generate_plan(
        self,
        file_hashes: Collection[str] | None = None,
        include_blocked: bool = True,  # noqa: FBT001, FBT002 - the source document's signature
        *,
        query: str = "",
        people_mode: PeopleMode | None = None,
        comment_mode: CommentMode | None = None,
        include_unknown: bool = False,
        hard_links: str = "block",
        plan_id: int | None = None,
        file_ids: Collection[int] | None = None,
    ) -> MetadataPlan:
        """
        Work in what happened since the last plan, and return the newest one.

        Args:
            file_hashes: Only files with these payloads.
            include_blocked: False leaves out what cannot be written.
            query: Only files that this search finds.
            people_mode: `merge` or `exact`, where the file itself does not say; None: as its library says.
            comment_mode: `replace` or `preserve`, likewise.
            include_unknown: Also files of which the database knows nobody.
            hard_links: `break` plans files with several names that have to be replaced, too, so that their names part.
            plan_id: This version instead, with the modes for which it was made.
            file_ids: Only these files.

        Raises:
            QueryError: The search cannot be read.
            UnknownIdError: There is no such version.

        """
        compiled = compile_query(query)
        if hard_links not in LINK_CHOICES:
            message = f"There is no way '{hard_links}' for hard links; choose block or break."
            raise errors.UsageError(message)
        if plan_id is None:
            modes = Modes(
                people_mode=people_mode,
                comment_mode=comment_mode,
                include_unknown=include_unknown,
                hard_links=hard_links,
                large_bytes=self._large_bytes,
            )
            version = plans.refresh(self._database, modes, now=self._clock())
        else:
            version, modes = plans.version(self._database.read(), plan_id)
        hashes = None if file_hashes is None else tuple(file_hashes)
        ids = None if file_ids is None else tuple(file_ids)
        search = Search(version=version, query=compiled, file_hashes=hashes, file_ids=ids, blocked=include_blocked)
        return MetadataPlan(self, search, modes, query)

    @remote()
    def plan(
        self,
        query: str = "",
        *,
        mode: str | None = None,
        comment_mode: str | None = None,
        include_unknown: bool = False,
        hard_links: str = "block",
        plan_id: int | None = None,
        file_hashes: Collection[str] | None = None,
        file_ids: Collection[int] | None = None,
    ) -> MetadataPlan:
        """Return a plan; arguments and errors as those of `Library.plan`."""
        people_mode, comment_mode = checked_modes(mode, comment_mode)
        return self.generate_plan(
            file_hashes,
            query=query,
            people_mode=people_mode,
            comment_mode=comment_mode,
            include_unknown=include_unknown,
            hard_links=hard_links,
            plan_id=plan_id,
            file_ids=file_ids,
        )

    def newest_version(self) -> Version:
        """Return the newest version of the plan with default modes, brought up to date."""
        return plans.refresh(self._database, self.default_modes(), now=self._clock())

    def default_modes(self) -> Modes:
        """Return the modes of a plan for which nobody names any."""
        return Modes(large_bytes=self._large_bytes)

    def categorize_items(self, items: Iterable[PlanItem]) -> dict[str, list[PlanItem]]:
        """Group items by risk level; every level is there."""
        groups: dict[str, list[PlanItem]] = {level: [] for level in RISK_LEVELS}
        for item in items:
            groups[item.risk_level].append(item)
        return groups

    def calculate_statistics(self, plan: MetadataPlan) -> PlanStatistics:
        """Return the counts over all of a plan."""
        return plan.statistics

    def filter_items(self, items: Iterable[PlanItem], filters: Mapping[str, Any]) -> list[PlanItem]:
        """
        Return the items that pass all filters. For a whole plan, a query is the better way.

        Filters: any field of `PlanItem` with a value or a list of values; `search` (text in path or people), `person`
        (a name), `issue` (a code), `min_tags`, `max_tags` (people in the result).

        Raises:
            UsageError: An unknown filter.

        """
        tests = [_test(name, wanted) for name, wanted in filters.items()]
        return [item for item in items if all(test(item) for test in tests)]

    # Selections.

    def file_ids(self, plan: MetadataPlan, selection: Selection, *, everything: bool = False) -> list[int]:
        """Return the files of a selection, to decide over; `everything`: all that its search finds, of every level."""
        search = self.searching(plan, selection.query, everything=everything)
        if everything:
            selection = replace(selection, risk=RISK_LEVELS)
        return plans.chosen(self._database.read(), search, selection, writable=False)

    def writable_ids(
        self, plan: MetadataPlan, selection: Selection, *, risk: Sequence[str] = plans.WRITABLE
    ) -> list[int]:
        """Return the files of a selection that a write of these levels would touch, as the plan is now."""
        search = replace(self.searching(plan, selection.query), version=self.newest(plan))
        return plans.chosen(self._database.read(), search, selection, levels=risk)

    @remote()
    def summary(
        self,
        plan: MetadataPlan,
        selection: Selection,
        *,
        risk: Sequence[str] = plans.WRITABLE,
        within: str = "",
        backup: bool = True,
    ) -> SelectionSummary:
        """
        Return what writing a selection would amount to, and what the levels leave out of it.

        Args:
            plan: The plan that is looked at.
            selection: What is chosen of it.
            risk: Levels that would be written.
            within: The search that is looked at; files that it does not find are counted as hidden.
            backup: Whether what the files are now would be kept.

        """
        search = self.searching(plan, selection.query)
        looked_at = compile_query(within) if within.strip() else None
        hidden = "" if within == selection.query else within  # all that a search lists, it finds
        groups = [] if selection.query is None else plan.found(selection.query, hidden)
        meant = plans.summary(self._database.read(), search, selection, levels=risk, within=looked_at, found=groups)
        until = self._clock() + timedelta(days=self._kept_days) if backup and meant.count else None
        return replace(meant, backup=backup, rollback_until=until)

    def found_groups(self, plan: MetadataPlan, query: str, *, within: str = "") -> plans.Groups:
        """Count what a search lists by all that selections tell apart; costs one look at everything that it finds."""
        looked_at = compile_query(within) if within.strip() else None
        return plans.found_groups(self._database.read(), self.searching(plan, query), looked_at)

    @remote()
    def digest(
        self, plan: MetadataPlan, selection: Selection, *, risk: Sequence[str] = plans.WRITABLE
    ) -> SelectionDigest:
        """Return the mark of the files of a selection that a write of these levels would touch, as the plan is now."""
        search = replace(self.searching(plan, selection.query), version=self.newest(plan))
        return plans.sealed(self._database.read(), search, selection, levels=risk)

    def settle(
        self,
        tx: Connection,
        plan: MetadataPlan,
        parted: MetadataPlan,
        selection: Selection,
        *,
        risk: Sequence[str],
        expected: SelectionDigest | None,
    ) -> list[int]:
        """
        Return the files that a write begins with, in the transaction that puts them down: nothing comes in between.

        Args:
            tx: The transaction.
            plan: The plan as it was shown.
            parted: The same where hard links are dealt with as they are going to be.
            selection: What is chosen.
            risk: Levels that are written.
            expected: The digest of the files that were shown; None if none were shown.

        Raises:
            StalePlanError: Some would be written otherwise than they were shown, or they are not those of the mark.

        """
        now = self._clock()
        search = self.searching(plan, selection.query)
        newest = plans.refresh_within(tx, plan.modes, now=now)
        parted_search = replace(search, version=plans.refresh_within(tx, parted.modes, now=now))
        file_ids = plans.chosen(tx, parted_search, selection, levels=risk)
        if not file_ids and expected is None:
            return []  # all that was shown has been done meanwhile
        _refuse_stale(plan, staleness.look(tx, search, newest, selection, limit=_NAMED))
        if expected is not None and plans.sealed(tx, parted_search, selection, levels=risk) != expected:
            message = "What is found is no longer what was shown: other files, or other films. Look again, then write."
            raise errors.StalePlanError(message)
        return file_ids

    def refuse_if_stale(self, plan: MetadataPlan, selection: Selection) -> None:
        """
        Compare what the plan showed of the selected files with what would be written now.

        Raises:
            StalePlanError: They differ; names the files.

        """
        _refuse_stale(plan, self.stale(plan, selection, limit=_NAMED))

    @remote()
    def stale(self, plan: MetadataPlan, selection: Selection, *, limit: int = 50) -> StaleFiles:
        """Return which of the selected files would be written otherwise now than the plan showed, the first in full."""
        search = self.searching(plan, selection.query)
        return staleness.look(self._database.read(), search, self.newest(plan), selection, limit=limit)

    def risk_by(self, plan: MetadataPlan, by: str) -> pd.DataFrame:
        """Count the listed items by level: columns group, safe, warning, danger, blocked. See `Charts.risk_by`."""
        return plans.risk_by(self._database.read(), plan.search, by)

    def renewed(self, modes: Modes) -> MetadataPlan:
        """Return the newest plan of these modes, all of it."""
        version = plans.refresh(self._database, modes, now=self._clock())
        return MetadataPlan(self, Search(version=version, query=compile_query("")), modes, "")

    def parting(self, plan: MetadataPlan, hard_links: str) -> MetadataPlan:
        """Return the plan as it is where hard links are dealt with so; the same one where it is so already."""
        if plan.modes.hard_links == hard_links:
            return plan
        modes = replace(plan.modes, hard_links=hard_links)
        version = plans.refresh(self._database, modes, now=self._clock())
        return MetadataPlan(self, replace(plan.search, version=version), modes, plan.query)

    # What plans ask for.

    def newest(self, plan: MetadataPlan) -> Version:
        """Return the newest version of the plan's modes."""
        return plans.refresh(self._database, plan.modes, now=self._clock())

    def searching(self, plan: MetadataPlan, query: str | None, *, everything: bool = False) -> Search:
        """Return another search of the same plan."""
        return replace(plan.search, query=compile_query(query or ""), everything=everything)

    def count(self, search: Search) -> plans.Counts:
        """Count what a search finds."""
        return plans.statistics(self._database.read(), search)

    def look(
        self, search: Search, *, sort: str, descending: bool, limit: int, offset: int
    ) -> tuple[plans.Counts, list[PlanItem]]:
        """Count what a search finds and return some items of its list, for the price of one search."""
        reader = self._database.read()
        return plans.look(reader, search, sort=sort, descending=descending, limit=limit, offset=offset)

    def some(self, search: Search, *, sort: str, descending: bool, limit: int | None, offset: int) -> list[PlanItem]:
        """Return some items of a list."""
        reader = self._database.read()
        return plans.page(reader, search, sort=sort, descending=descending, limit=limit, offset=offset)

    def items_of(self, plan: MetadataPlan, file_ids: Sequence[int]) -> list[PlanItem]:
        """Return the items of files."""
        return plans.items(self._database.read(), plan.version, file_ids)

    def chosen(
        self, plan: MetadataPlan, selection: Selection, *, only: Collection[int] | None = None, also: str = ""
    ) -> list[int]:
        """Return the files of a selection that can be written."""
        search = self.searching(plan, selection.query)
        return plans.chosen(self._database.read(), search, selection, only=only, also=compile_query(also))

    def table(self, search: Search) -> pd.DataFrame:
        """Return a list as a table."""
        return plans.table(self._database.read(), search)

    def edit(self, file_id: int, names: Sequence[str]) -> decisions.DecisionReport:
        """Set by hand who is in a file and its copies."""
        return decisions.Decisions(self._database, clock=self._clock).edit([file_id], names)


class MetadataPlan:
    """One version of the plan, seen through a query. Nothing is read before it is asked for."""

    def __init__(self, planner: MetadataPlanner, search: Search, modes: Modes, query: str) -> None:
        self._planner = planner
        self.search = search
        self.modes = modes
        self.query = query
        self._found: dict[tuple[str, str], plans.Groups] = {}

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

    @cached_property
    def _counts(self) -> plans.Counts:
        return self._planner.count(self.search)

    @property
    def items(self) -> PlanItems:
        """The list, read in pieces as it is used."""
        return PlanItems(self._planner, self.search, self._counts.listed)

    @property
    def categories(self) -> dict[str, PlanItems]:
        """The items by risk level, each level read as it is used."""
        counts = self.statistics
        found = {}
        for level in RISK_LEVELS:
            search = self._planner.searching(self, _both(self.query, f"risk:{level}"))
            found[level] = PlanItems(self._planner, search, getattr(counts, f"{level}_count"))
        return found

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
        Return one page of the list, with the counts over all of it.

        Args:
            number: Which page, from 1.
            per_page: Items of a page; 0 means all, None what the settings say.
            sort: One of `SORT_KEYS`; equal items are sorted by file id.
            descending: The other way round.
            include_unchanged: Unchanged and postponed items, too.

        Raises:
            UsageError: An unknown sort key, or a page that cannot be.

        """
        per_page = self._planner.page_size if per_page is None else per_page
        if sort not in SORT_KEYS:
            message = f"'{sort}' is nothing to sort by; choose one of {', '.join(SORT_KEYS)}."
            raise errors.UsageError(message)
        if number < 1 or per_page < 0:
            raise errors.UsageError("Pages are numbered from 1, and have 1 item or more (0: all).")
        search = replace(self.search, everything=True) if include_unchanged else self.search
        offset = (number - 1) * per_page
        order: dict[str, Any] = {"sort": sort, "descending": descending}
        if per_page and not include_unchanged and not search.is_whole and "_counts" not in self.__dict__:
            counts, items = self._planner.look(search, limit=per_page, offset=offset, **order)
            self.__dict__["_counts"] = counts  # what `cached_property` keeps: not searched for again
        else:
            counts = self._planner.count(search) if include_unchanged else self._counts
            items = self._planner.some(search, limit=per_page or None, offset=offset, **order)
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
        """Return the item of a file, listed or not; `UnknownIdError` where the plan has none."""
        found = self._planner.items_of(self, [file_id])
        if not found:
            message = f"There is no file {file_id} in the plan."
            raise errors.UnknownIdError(message)
        return found[0]

    def df(self) -> pd.DataFrame:
        """Return the list as a table: a column for each field of an item, issues as codes."""
        return self._planner.table(self.search)

    @remote()
    def select(self, query: str = "", risk: Sequence[str] = ()) -> Selection:
        """Return what `query` finds within the plan's own query as a selection; `risk`: only these levels."""
        compile_query(query)
        return Selection(query=_both(self.query, query), risk=tuple(risk))

    @remote()
    def narrowed(self, query: str) -> MetadataPlan:
        """Return the same version seen through another query. Raises `QueryError`."""
        return MetadataPlan(self._planner, self._planner.searching(self, query), self.modes, query)

    def found(self, query: str, within: str = "") -> plans.Groups:
        """
        Count what a search of this version lists by all that selections tell apart.

        It is remembered for the last searches: what is then chosen of them costs what its exceptions cost.
        """
        known = self._found.get((query, within))
        if known is None:
            known = self._planner.found_groups(self, query, within=within)
            while len(self._found) >= _REMEMBERED:
                self._found.pop(next(iter(self._found), ("", "")), None)
            self._found[query, within] = known
        return known

    @remote()
    def newest(self) -> MetadataPlan:
        """Return the same plan as it is now."""
        version = self._planner.newest(self)
        return MetadataPlan(self._planner, replace(self.search, version=version), self.modes, self.query)

    @remote()
    def ids(self, selection: Selection) -> list[int]:
        """Return the files of a selection that can be written, by id."""
        return self._planner.chosen(self, selection)

    def chosen(self, selection: Selection, file_ids: Collection[int]) -> frozenset[int]:
        """Return which of these files a selection holds."""
        return frozenset(self._planner.chosen(self, selection, only=file_ids))

    def marked(self, selection: Selection, items: Sequence[PlanItem]) -> frozenset[int]:
        """Return which items of this list a selection holds; the database is asked only where another search chose."""
        if selection.query not in (None, "", self.query):
            return self.chosen(selection, [item.file_id for item in items])
        levels = () if selection.query is None else selection.risk or plans.WRITABLE
        able = [item for item in items if item.can_update and not item.postponed]
        found = {item.file_id for item in able if item.risk_level in levels} - selection.excluded
        return frozenset(found | {item.file_id for item in able if item.file_id in selection.included})

    def sample(self, selection: Selection, query: str, *, limit: int, offset: int = 0) -> tuple[list[PlanItem], int]:
        """Return some items of a selection that `query` finds too, by id, and how many there are of them in all."""
        ids = self._planner.chosen(self, selection, also=query)
        return self._planner.items_of(self, ids[offset : offset + limit]), len(ids)

    @remote()
    def edit(self, file_id: int, people: Sequence[str]) -> decisions.DecisionReport:
        """Set by hand who is in a file and its copies, until revoked; a new plan shows it."""
        return self._planner.edit(file_id, people)

    def __len__(self) -> int:
        return self._counts.listed

    def __repr__(self) -> str:
        counts = self.statistics
        levels = ", ".join(f"{getattr(counts, f'{level}_count'):,} {level}" for level in RISK_LEVELS)
        return f"<plan {self.id}{f' of {self.query!r}' if self.query else ''}: {levels}>"


class PlanItems(Sequence[PlanItem]):
    """The list of a search, sorted by risk, as a sequence that reads only what is looked at."""

    def __init__(self, planner: MetadataPlanner, search: Search, count: int) -> None:
        self._planner = planner
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
        places = range(self._count)[index]
        if isinstance(places, int):
            return self._at(places)
        if not places:
            return []
        low = min(places[0], places[-1])
        found = self._read(low, max(places[0], places[-1]) + 1 - low)
        return [found[place - low] for place in places]

    def __iter__(self) -> Iterator[PlanItem]:
        for first in range(0, self._count, _CHUNK):
            yield from self._read(first, _CHUNK)

    def _at(self, place: int) -> PlanItem:
        if not self._first <= place < self._first + len(self._chunk):
            self._first = place - place % _CHUNK
            self._chunk = self._read(self._first, _CHUNK)
        return self._chunk[place - self._first]

    def _read(self, first: int, number: int) -> list[PlanItem]:
        return self._planner.some(self._search, sort="risk", descending=False, limit=number, offset=first)

    def __repr__(self) -> str:
        return f"<{self._count:,} plan items>"


def _refuse_stale(plan: MetadataPlan, stale: StaleFiles) -> None:
    if stale.count:
        names = ", ".join(item.file_name for item in stale.items) + (" …" if stale.count > _NAMED else "")
        number = "1 file is" if stale.count == 1 else f"{stale.count:,} files are"
        message = f"{number} no longer what plan {plan.id} showed: {names}. Look at the plan again, then write."
        raise errors.StalePlanError(message)


def _both(one: str, other: str) -> str:
    """Return a query that finds what both find."""
    return f"({one}) ({other})" if one.strip() and other.strip() else one.strip() or other.strip()


def _test(name: str, wanted: Any) -> Callable[[PlanItem], bool]:
    if name in _TESTS:
        return lambda item: _TESTS[name](item, wanted)
    if name in PlanItem.__dataclass_fields__:
        choices = list(wanted) if isinstance(wanted, list | tuple | set | frozenset) else [wanted]
        return lambda item: getattr(item, name) in choices
    known = ", ".join([*_TESTS, *PlanItem.__dataclass_fields__])
    message = f"There is no filter '{name}'; choose among {known}."
    raise errors.UsageError(message)


def _people_of(item: PlanItem) -> list[str]:
    return [*item.db_people, *item.existing_people, *item.result_people]


def _has_text(item: PlanItem, text: str) -> bool:
    wanted = people_comment.fold(text)
    return any(wanted in people_comment.fold(part) for part in (item.file_path, *_people_of(item)))


def _has_person(item: PlanItem, name: str) -> bool:
    return people_comment.person_key(name) in map(people_comment.person_key, _people_of(item))


_TESTS: Mapping[str, Callable[[PlanItem, Any], bool]] = {
    "search": _has_text,
    "person": _has_person,
    "issue": lambda item, code: any(issue.code == code for issue in item.issues),
    "min_tags": lambda item, number: len(item.result_people) >= number,
    "max_tags": lambda item, number: len(item.result_people) <= number,
}
