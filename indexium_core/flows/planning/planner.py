"""
Planning: what would change in which files, and how risky each change is.

The database computes the plan (`store/planning/plan_compute`). `MetadataPlanner` makes plans, counts and confirms
selections, and finds files whose plan changed since it was displayed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from indexium_core import errors
from indexium_core.flows.planning.plan import MetadataPlan, PlanReader
from indexium_core.model import wording
from indexium_core.model.accounts.needs import reads_home
from indexium_core.model.fields.table import RATING
from indexium_core.model.people import people_comment
from indexium_core.model.planning.plan import (
    RISK_LEVELS,
    WRITABLE,
    HomeSummary,
    PlanItem,
    PlanQuery,
    PlanStatistics,
    Selection,
    SelectionChanges,
    SelectionDigest,
    SelectionSummary,
    StaleFile,
    StaleFiles,
    checked_modes,
)
from indexium_core.model.planning.recent_values import RecentValues
from indexium_core.model.query import compile_query
from indexium_core.model.remote_calls import remote
from indexium_core.settings import Settings
from indexium_core.store.catalog import catalog, properties
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.plan_version import Modes, Version
from indexium_core.store.planning import plan_compute, plan_read, plan_rows
from indexium_core.store.planning.plan_read import Search
from indexium_core.store.planning.plan_rows import Counts
from indexium_core.store.review import ratings

if TYPE_CHECKING:
    import pandas as pd

LINK_CHOICES = ("block", "break")
_NAMED_FILES = 10  # files that an error names
_FIXED = 16  # selections of earlier versions whose files are kept


def stale_files(
    reader: Connection, displayed: Search, newest: Version, selection: Selection, *, limit: int
) -> StaleFiles:
    """
    Return the files of a selection whose result differs between the displayed and the newest version.

    Args:
        reader: A cursor.
        displayed: The displayed version, with the search of the selection.
        newest: The newest version of the same modes.
        selection: The selection; files that its search finds only in the newest version count too.
        limit: Number of files that are returned in full.

    """
    older = displayed.version
    changed = plan_read.changed_ids(reader, newest, older.plan_id) if newest != older else []
    if not changed:
        return StaleFiles(plan_id=newest.plan_id, count=0, items=[])
    selected = {*plan_read.selected_ids(reader, displayed, selection, only=changed)}
    selected.update(plan_read.selected_ids(reader, replace(displayed, version=newest), selection, only=changed))
    differing = plan_read.differing_ids(reader, newest, older.plan_id, sorted(selected))
    first = differing[:limit]
    old, new = ({item.file_id: item for item in plan_read.items(reader, each, first)} for each in (older, newest))
    written = plan_read.written_since(reader, older.plan_id, first)
    items = [_stale_file(old.get(file_id), new.get(file_id), written.get(file_id)) for file_id in first]
    return StaleFiles(plan_id=newest.plan_id, count=len(differing), items=[item for item in items if item])


def _stale_file(
    displayed: PlanItem | None, now: PlanItem | None, written: tuple[int, str | None] | None
) -> StaleFile | None:
    """Return how a file differs from the displayed plan; None if the file is in neither version."""
    either = now or displayed
    if either is None:
        return None
    return StaleFile(
        file_id=either.file_id,
        file_name=either.file_name,
        file_path=either.file_path,
        shown=displayed.result_comment if displayed else None,
        now=now.result_comment if now else None,
        reason=_reason(displayed, now, written),
    )


def _reason(displayed: PlanItem | None, now: PlanItem | None, written: tuple[int, str | None] | None) -> str:
    if displayed is None:
        return "was not in the plan"
    if now is None:
        return "is no longer in the plan"
    if now.existing_comment != displayed.existing_comment:
        if written is not None and written[1] == now.existing_comment:
            return f"was written by operation {written[0]} in the meantime"
        return "changed on disk"
    if now.risk_level in ("unchanged", "blocked"):
        return "would no longer be written"
    return "would be written differently"


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
        self._reader = PlanReader(database, config=config, clock=clock)
        self.rates = self._reader.rates
        # By the libraries that an actor sees, the selection and the version.
        self._fixed = RecentValues[tuple[tuple[int, ...] | None, Selection, int], Selection](_FIXED)

    # Settings may change while the program runs, so they are read at each use.

    @property
    def page_size(self) -> int:
        """Default number of rows of a page."""
        return self._reader.page_size

    @property
    def _large_bytes(self) -> int:
        return int(self._config.rewrite_warn_size) if self._config else Modes().large_bytes

    @property
    def _retention_days(self) -> int:
        return self._config.metadata_backup_retention_days if self._config else 90

    # Plans.

    def generate_plan(
        self,
        file_hashes: Collection[str] | None = None,
        include_blocked: bool = True,  # noqa: FBT001, FBT002 - a public signature
    ) -> MetadataPlan:
        """Return the newest plan of the files with these payloads; None: of all files."""
        return self.plan(PlanQuery(file_hashes=file_hashes, include_blocked=include_blocked))

    @remote()
    def plan(self, request: PlanQuery | None = None) -> MetadataPlan:
        """
        Refresh the plan and return its newest version, or the version that the request specifies.

        Raises:
            QueryError: The search is invalid.
            UsageError: A mode or the choice for hard links is unknown.
            UnknownIdError: The version does not exist.

        """
        request = PlanQuery() if request is None else request
        people_mode, comment_mode = checked_modes(request.mode, request.comment_mode)
        compiled = compile_query(request.query)
        if request.hard_links not in LINK_CHOICES:
            raise errors.UsageError(f"There is no choice '{request.hard_links}' for hard links; choose block or break.")
        if request.plan_id is None:
            modes = Modes(
                people_mode=people_mode,
                comment_mode=comment_mode,
                include_unknown=request.include_unknown,
                hard_links=request.hard_links,
                large_bytes=self._large_bytes,
            )
            version = self._reader.newest_version(modes, max_age=request.max_age)
        else:
            version, modes = plan_read.version(self._database.read(), request.plan_id)
            version = replace(version, rates=self.rates.current())
        search = Search(
            version=version,
            query=compiled,
            file_hashes=None if request.file_hashes is None else tuple(request.file_hashes),
            file_ids=None if request.file_ids is None else tuple(request.file_ids),
            include_blocked=request.include_blocked,
        )
        return MetadataPlan(self._reader, search, modes, request.query)

    def close(self) -> None:
        """Stop the thread that refreshes plans."""
        self._reader.close()

    def newest_version(self) -> Version:
        """Refresh the plan with default modes and return its newest version."""
        return self._reader.newest_version(self.default_modes())

    @remote()
    def home_summary(self) -> HomeSummary:
        """Return the numbers of the home, with those of the newest plan; computes no plan."""
        folders, files, written = catalog.home_counts(self._database.read())
        version = self._reader.stored_version(self.default_modes())
        counts = None if version is None else self._reader.count(Search(version=version, query=compile_query("")))
        number, at, successes = written or (None, None, 0)
        return HomeSummary(
            home=str(self._database.home),
            folders=folders,
            files=files,
            plan_id=None if version is None else version.plan_id,
            plan=None if counts is None else counts.statistics,
            written_id=number,
            written_at=at,
            written_files=successes,
        )

    def default_modes(self) -> Modes:
        """Return the modes of a plan if the caller gives no modes."""
        return Modes(large_bytes=self._large_bytes)

    def plan_with_modes(self, modes: Modes) -> MetadataPlan:
        """Return the newest plan of these modes with all files."""
        search = Search(version=self._reader.newest_version(modes), query=compile_query(""))
        return MetadataPlan(self._reader, search, modes, "")

    def with_hard_links(self, plan: MetadataPlan, hard_links: str) -> MetadataPlan:
        """Return the newest plan with another choice for hard links; the same plan if it already has that choice."""
        if plan.modes.hard_links == hard_links:
            return plan
        modes = replace(plan.modes, hard_links=hard_links)
        search = replace(plan.search, version=self._reader.newest_version(modes))
        return MetadataPlan(self._reader, search, modes, plan.query)

    def categorize_items(self, items: Iterable[PlanItem]) -> dict[str, list[PlanItem]]:
        """Group items by risk level; the result has every level."""
        groups: dict[str, list[PlanItem]] = {level: [] for level in RISK_LEVELS}
        for item in items:
            groups[item.risk_level].append(item)
        return groups

    def calculate_statistics(self, plan: MetadataPlan) -> PlanStatistics:
        """Return the counts of a whole plan."""
        return plan.statistics

    def filter_items(self, items: Iterable[PlanItem], filters: Mapping[str, Any]) -> list[PlanItem]:
        """
        Return the items that match all filters. For a whole plan, a query is faster.

        Filters: any field of `PlanItem` with a value or a list of values; `search` (text in path or people), `person`
        (a name), `issue` (a code), `min_tags`, `max_tags` (number of people in the result).

        Raises:
            UsageError: A filter is unknown.

        """
        tests = [_test(name, wanted) for name, wanted in filters.items()]
        return [item for item in items if all(test(item) for test in tests)]

    # Selections.

    @remote()
    def outside(self, plan: MetadataPlan, file_ids: Collection[int] | None = None) -> int:
        """
        Return the number of files of the library that are not in the plan.

        Only those of `file_ids`, or those that the plan's query finds; 0 for neither ids nor query.
        """
        if file_ids is not None:
            return len(set(file_ids)) - len(self._reader.item_ids(plan.searching(""), file_ids))
        if not plan.query.strip():
            return 0
        return properties.count_outside(self._database.read(), plan.search.query, plan.version)

    @remote()
    def fixed(self, plan: MetadataPlan, selection: Selection, at: int) -> Selection:
        """
        Return the files that a selection had in version `at`, so that files that came later do not join it.

        Raises:
            UnknownIdError: The version does not exist any more.

        """
        if selection.query is None or at == plan.id:
            return selection

        def read() -> Selection:
            then = self.plan(PlanQuery(plan_id=at))
            return Selection(included=frozenset(self._reader.selected_ids(then.searching(selection.query), selection)))

        return self._fixed.get((self._database.own_libraries, selection, at), read)

    def file_ids(self, plan: MetadataPlan, selection: Selection, *, include_unlisted: bool = False) -> list[int]:
        """
        Return the files of a selection for decisions; they need not be writable.

        `include_unlisted`: all results of its search, of every level, also those that the list omits.
        """
        search = plan.searching(selection.query, include_unlisted=include_unlisted)
        if include_unlisted:
            selection = replace(selection, risk=RISK_LEVELS)
        return plan_read.selected_ids(self._database.read(), search, selection, writable=False)

    def writable_ids(self, plan: MetadataPlan, selection: Selection, *, risk: Sequence[str] = WRITABLE) -> list[int]:
        """Return the files of a selection that a write of these levels would change now."""
        search = self._newest_search(plan, selection)
        return plan_read.selected_ids(self._database.read(), search, selection, levels=risk)

    @remote()
    def summary(
        self,
        plan: MetadataPlan,
        selection: Selection,
        *,
        risk: Sequence[str] = WRITABLE,
        within: str = "",
        backup: bool = True,
    ) -> SelectionSummary:
        """
        Return the totals of a write of a selection, and of the files that the levels omit.

        Args:
            plan: The plan.
            selection: The selection.
            risk: Levels that would be written.
            within: The displayed search; selected files that it does not find are counted as hidden.
            backup: Whether the write would make backups.

        """
        rows = plan.selection_rows
        hiding = "" if within == selection.query else within  # every listed item of a search is also one of its results
        searched = [] if selection.query is None else rows.of_search(selection.query, hiding)
        totals = plan_rows.summarize(
            searched, rows.of_files(selection, within), risk=selection.risk or WRITABLE, levels=risk
        )
        until = self._clock() + timedelta(days=self._retention_days) if backup and totals.count else None
        return replace(totals, backup=backup, rollback_until=until)

    def digest(self, plan: MetadataPlan, selection: Selection, *, risk: Sequence[str] = WRITABLE) -> SelectionDigest:
        """Return the digest of the files of a selection that a write of these levels would change now."""
        search = self._newest_search(plan, selection)
        return plan_read.selection_digest(self._database.read(), search, selection, levels=risk)

    def changes(self, plan: MetadataPlan, selection: Selection, *, risk: Sequence[str] = WRITABLE) -> SelectionChanges:
        """Return what a write of these levels would change in the files of a selection now."""
        search = self._newest_search(plan, selection)
        return plan_read.selection_changes(self._database.read(), search, selection, levels=risk)

    @remote()
    def waiting_ratings(self, library_id: int) -> int:
        """
        Return how many ratings are written if a folder starts to write ratings at once.

        Files that cannot be written and skipped files are not counted. 0 if the folder writes ratings at once already,
        or does not exist.
        """
        waiting = ratings.waiting_in(self._database.read(), library_id)
        if not waiting:
            return 0
        found = self.changes(self.generate_plan(), Selection(included=frozenset(waiting))).fields
        return sum(each.files for each in found if each.field == RATING)

    @reads_home
    def confirmed_ids(
        self,
        tx: Connection,
        plan: MetadataPlan,
        final_plan: MetadataPlan,
        selection: Selection,
        *,
        risk: Sequence[str],
        expected: SelectionDigest | None,
    ) -> list[int]:
        """
        Return the files of a write, in the transaction that records them, so that no change can happen in between.

        Args:
            tx: The transaction.
            plan: The displayed plan.
            final_plan: The same plan with the choice for hard links that the write uses.
            selection: The selection.
            risk: Levels that are written.
            expected: The digest of the displayed files; None if no list was displayed.

        Raises:
            StalePlanError: The result of a file differs from the displayed one, or the files differ from `expected`.

        """
        now = self._clock()
        search = plan.searching(selection.query)
        newest = plan_compute.refresh_within(tx, plan.modes, now=now)
        is_same = final_plan.modes == plan.modes
        final_search = replace(
            search, version=newest if is_same else plan_compute.refresh_within(tx, final_plan.modes, now=now)
        )
        file_ids = plan_read.selected_ids(tx, final_search, selection, levels=risk)
        if not file_ids and expected is None:
            return []  # another operation wrote all displayed files in the meantime
        _raise_if_stale(plan, stale_files(tx, search, newest, selection, limit=_NAMED_FILES))
        if expected is not None and plan_read.selection_digest(tx, final_search, selection, levels=risk) != expected:
            raise errors.StalePlanError(
                "The selection finds other files now. Nothing was written. Check the numbers again."
            )
        return file_ids

    # Stale files.

    def raise_if_stale(self, plan: MetadataPlan, selection: Selection) -> None:
        """
        Compare the displayed result of the selected files with the result of a write now.

        Raises:
            StalePlanError: The results differ; the message names the files.

        """
        _raise_if_stale(plan, self.stale(plan, selection, limit=_NAMED_FILES))

    @remote()
    def stale(self, plan: MetadataPlan, selection: Selection, *, limit: int = 50) -> StaleFiles:
        """Return the selected files whose result would now differ from the plan; up to `limit` files in full."""
        search = plan.searching(selection.query)
        newest = self._reader.newest_version(plan.modes)
        return stale_files(self._database.read(), search, newest, selection, limit=limit)

    # Reading.

    def count(self, search: Search) -> Counts:
        """Count the items that a search finds."""
        return self._reader.count(search)

    def items_of(self, plan: MetadataPlan, file_ids: Sequence[int]) -> list[PlanItem]:
        """Return the items of files, even if the list omits them."""
        return self._reader.items(plan.version, file_ids)

    def risk_by(self, plan: MetadataPlan, by: str) -> pd.DataFrame:
        """Count the listed items by level: columns group, safe, warning, danger, blocked. See `Charts.risk_by`."""
        return plan_read.risk_by(self._database.read(), plan.search, by)

    def _newest_search(self, plan: MetadataPlan, selection: Selection) -> Search:
        return replace(plan.searching(selection.query), version=self._reader.newest_version(plan.modes))


def _raise_if_stale(plan: MetadataPlan, stale: StaleFiles) -> None:
    if stale.count:
        names = ", ".join(item.file_name for item in stale.items) + (" …" if stale.count > _NAMED_FILES else "")
        number = wording.plural(stale.count, "file differs", "files differ")
        raise errors.StalePlanError(f"{number} from what plan {plan.id} showed: {names}. Refresh the plan, then write.")


def _test(name: str, wanted: Any) -> Callable[[PlanItem], bool]:
    if name in _TESTS:
        return lambda item: _TESTS[name](item, wanted)
    if name in PlanItem.__dataclass_fields__:
        choices = list(wanted) if isinstance(wanted, list | tuple | set | frozenset) else [wanted]
        return lambda item: getattr(item, name) in choices
    known = ", ".join([*_TESTS, *PlanItem.__dataclass_fields__])
    raise errors.UsageError(f"There is no filter '{name}'; choose one of {known}.")


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
