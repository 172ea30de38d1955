"""What surrounds work that people start: its preview, its jobs for people, its retry, and its approval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexium_core.assembly.accounts import AccountServices
from indexium_core.assembly.core import Core
from indexium_core.assembly.on_demand import ServiceGroup, on_demand
from indexium_core.assembly.planning import PlanningServices
from indexium_core.assembly.titles import TitleServices
from indexium_core.assembly.writing import WritingServices
from indexium_core.flows.jobs.job_service import JobService

if TYPE_CHECKING:
    from indexium_core.flows.approvals.approval_service import Approvals
    from indexium_core.flows.approvals.dry_runs import DryRuns
    from indexium_core.flows.approvals.previews import Previews
    from indexium_core.flows.history.retry import RetryService
    from indexium_core.flows.home.doctor import Doctor
    from indexium_core.model.operations.idempotency import IdempotentRequest


class FollowingServices(ServiceGroup):
    """Jobs, retries, previews, dry runs, requests for approval, and checks of the home."""

    def __init__(
        self,
        core: Core,
        accounts: AccountServices,
        planning: PlanningServices,
        writing: WritingServices,
        titles: TitleServices,
    ) -> None:
        super().__init__()
        self._core, self._accounts, self._planning = core, accounts, planning
        self._writing, self._titles = writing, titles
        self.jobs = JobService(
            core.queue,
            core.job_rows,
            folder=core.logs_folder,
            retry_operation=self._retry,
            requests=core.requests,
            require=accounts.authority.require,
            may_continue=accounts.authority.may_continue,
            status_of=lambda operation_id: writing.operations.get_operation_status(operation_id),
            keep_days=lambda: core.settings.log_retention_days,
            clock=core.clock,
        )

    @on_demand
    def retries(self) -> RetryService:
        from indexium_core.flows.history.retry import RetryService

        writing = self._writing
        return RetryService(
            self._core.ledger,
            self._planning.plans,
            writing.operations,
            writing.history,
            writing.scanner,
            publications=self._titles.publications,
            recover=writing.recover,
        )

    @on_demand
    def approvals(self) -> Approvals:
        from indexium_core.flows.approvals.approval_service import Approvals

        core, writing = self._core, self._writing
        return Approvals(
            core.store,
            self._accounts.gate,
            planner=self._planning.plans,
            writer=writing.operations,
            history=writing.history,
            publications=self._titles.publications,
            scanner=writing.scanner,
            authority=self._accounts.authority,
            clock=core.clock,
        )

    @on_demand
    def previews(self) -> Previews:
        from indexium_core.flows.approvals.previews import Previews

        return Previews(
            planner=self._planning.plans,
            writer=self._writing.operations,
            history=self._writing.history,
            publications=self._titles.publications,
            approvals=self.approvals,
        )

    @on_demand
    def dry_runs(self) -> DryRuns:
        from indexium_core.flows.approvals.dry_runs import DryRuns

        return DryRuns(self._writing.operations, self.approvals)

    @on_demand
    def doctor(self) -> Doctor:
        from indexium_core.flows.home.doctor import Doctor

        core = self._core
        return Doctor(
            core.store,
            folder=core.backups_folder,
            use=self._writing.backups.use,
            running=core.queue.active_operations,
            now=core.clock,
            started=core.started,
            jobs=self.jobs,
            cluster=core.executors.cluster,
            providers=core.providers.status,
        )

    def _retry(self, operation_id: int, source: str, request: IdempotentRequest | None) -> int:
        """Start an operation for the files that another one did not process, and return its id."""
        return self.retries.start(operation_id, source=source, request=request).id
