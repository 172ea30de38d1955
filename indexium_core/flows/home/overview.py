"""The numbers of a home, from the services that know them."""

from __future__ import annotations

from dataclasses import dataclass

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
from indexium_core.model.job import ENDED_STATES
from indexium_core.model.matches.results import to_decide
from indexium_core.model.operations.operation import ACTIVE_STATES
from indexium_core.model.overview import HomeNumbers
from indexium_core.model.planning.plan import PlanQuery
from indexium_core.model.remote_calls import remote

_PLAN_SECONDS = 10.0  # how old the results of a running write may be


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


class OverviewService:
    """Tells the numbers of a home in one call, because every page shows them."""

    def __init__(self, parts: OverviewParts) -> None:
        self._parts = parts

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
