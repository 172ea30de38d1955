"""The numbers and the present work of a home, from the services that know them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from indexium_core.flows.accounts.sign_in import SignIn
from indexium_core.flows.approvals.approval_service import Approvals
from indexium_core.flows.history.history_service import HistoryService
from indexium_core.flows.jobs.job_service import JobService
from indexium_core.flows.matching.match_service import TitleMatchService
from indexium_core.flows.planning.planner import MetadataPlanner
from indexium_core.flows.scanning.inventory import Inventory
from indexium_core.flows.scanning.scan_jobs import ScanJobs
from indexium_core.flows.titles.title_service import TitleService
from indexium_core.flows.writing.writer import MetadataWriter
from indexium_core.model import job_kinds
from indexium_core.model.followed_job import FollowedJob
from indexium_core.model.job import ENDED_STATES
from indexium_core.model.matches.results import to_decide
from indexium_core.model.operations.current_work import CurrentWork, EndedWork, InterruptedWork
from indexium_core.model.operations.followed_operation import FollowedOperation
from indexium_core.model.operations.operation import ACTIVE_STATES, FINISHED_STATES, MetadataOperation
from indexium_core.model.overview import HomeNumbers
from indexium_core.model.planning.plan import PlanQuery
from indexium_core.model.remote_calls import remote

_PLAN_SECONDS = 10.0  # how old the results of a running write may be
_OWN_ROWS = ("write", "rollback", "publish", job_kinds.SCAN)  # kinds of jobs whose work is shown in another form
_MOST = 2  # rows of a kind
_FRESH = timedelta(days=1)  # an operation that ended before is no news, unless it ended in this process


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewParts:
    """The services that know the numbers."""

    plans: MetadataPlanner
    history: HistoryService
    inventory: Inventory
    scans: ScanJobs
    jobs: JobService
    titles: TitleService
    matches: TitleMatchService
    approvals: Approvals
    sign_in: SignIn
    operations: MetadataWriter
    clock: Callable[[], datetime]


class OverviewService:
    """Tells the numbers of a home in one call, because every page shows them."""

    def __init__(self, parts: OverviewParts) -> None:
        self._parts, self._since = parts, parts.clock()

    @remote()
    def work(self) -> CurrentWork:
        """Return what runs, what waits for a person, and the newest result: two rows of a kind at most."""
        parts = self._parts
        by_status = parts.history.counts().by_status
        unfinished = self._unfinished() if any(by_status.get(each) for each in (*ACTIVE_STATES, "interrupted")) else []
        active = [each for each in unfinished if each.status in ACTIVE_STATES]
        jobs = [FollowedJob.of(each, None) for each in parts.jobs.list((), ("running", "paused"), per_page=0).items]
        running = [each for each in jobs if each.status == "running" and each.job_type not in _OWN_ROWS]
        return CurrentWork(
            running=[self._followed(each) for each in active[:_MOST]],
            jobs=running[:_MOST],
            scan=parts.scans.progress(),
            long_paused=[each for each in jobs if each.is_long_paused][:_MOST],
            unrecorded=parts.jobs.unrecorded(),
            interrupted=[InterruptedWork(operation=each) for each in unfinished if each.status == "interrupted"][
                :_MOST
            ],
            newest=self._newest() if by_status and not active else None,
            requests=parts.approvals.notice(),
        )

    def _unfinished(self) -> list[MetadataOperation]:
        return list(self._parts.history(status=(*ACTIVE_STATES, "interrupted"), per_page=0).items)

    def _followed(self, operation: MetadataOperation) -> FollowedOperation:
        return FollowedOperation(operation=operation, status=self._parts.operations.get_operation_status(operation.id))

    def _newest(self) -> EndedWork | None:
        """Return the newest operation if it has ended in this process, or not more than a day ago."""
        now = self._parts.clock()
        for each in self._parts.history(per_page=1).items:
            has_ended = each.status in FINISHED_STATES and each.status != "interrupted"
            if has_ended and each.completed_at and each.completed_at > min(self._since, now - _FRESH):
                return EndedWork(operation=each, seen_at=now)
        return None

    @remote()
    def numbers(self) -> HomeNumbers:
        """Return what the home holds, what waits for a person, and what runs."""
        parts = self._parts
        counts = parts.plans.plan(PlanQuery(max_age=_PLAN_SECONDS)).statistics
        folders = parts.inventory.list()
        has_titles = any(each.holds_titles for each in folders)
        jobs = [each for by_state in parts.jobs.counts().values() for each in by_state.items()]
        operations = parts.history.counts().by_status
        return HomeNumbers(
            planned=counts.safe_count + counts.warning_count + counts.danger_count,
            files=sum(each.file_count for each in folders),
            titles=self._titles() if has_titles else 0,
            to_decide=to_decide(parts.matches.counts()) if has_titles else 0,
            to_approve=parts.approvals.notice().to_decide,
            operations=sum(operations.values()),
            open_jobs=sum(number for state, number in jobs if state not in ENDED_STATES),
            folders=len(folders),
            online_folders=sum(each.state == "online" for each in folders),
            scanned_at=max((each.scanned_at for each in folders if each.scanned_at), default=None),
            scan=parts.scans.progress(),
            done_percent=self._done_percent() if any(operations.get(state) for state in ACTIVE_STATES) else None,
            has_titles=has_titles,
            has_accounts=parts.sign_in.is_needed,
        )

    def _titles(self) -> int:
        return sum(each.titles for each in self._parts.titles.facets(keys=["kind"])["kind"].values)

    def _done_percent(self) -> int | None:
        active = self._parts.history(status=ACTIVE_STATES, per_page=1).items
        if not active:
            return None
        progress = self._parts.operations.get_operation_status(active[0].id)
        return round(100 * progress.current / max(1, progress.total))
