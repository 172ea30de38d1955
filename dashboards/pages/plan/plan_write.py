"""From a selection of the plan to a running write. `write_question` asks before the write."""

from __future__ import annotations

from dashboards.bridge import Bridge
from dashboards.components.dialog import Dialog
from dashboards.questions.dry_run import DryRun
from dashboards.questions.write_question import WriteQuestion
from dashboards.questions.write_sections import WriteRequest
from dashboards.session import Session
from indexium_core.flows.planning.plan import MetadataPlan
from indexium_core.library import Library
from indexium_core.model.operations.operation import WriteOptions
from indexium_core.model.planning.plan import Selection


class PlanWrite:
    """The questions about the selected files."""

    def __init__(self, library: Library, bridge: Bridge, dialog: Dialog, session: Session) -> None:
        self._library, self._session = library, session
        self._query = ""  # the search of the list whose files are asked about
        self._question = WriteQuestion(
            library, bridge, dialog, started=self._started, shown=session.watch, find=session.search_plan
        )
        self._dry_run = DryRun(
            library, bridge, dialog, session.result_cache, self._question.ask, files=lambda: session.files
        )

    def start(self) -> None:
        """Subscribe to plan events, so that an open question reports that it is outdated."""
        self._question.start()

    def ask(self, plan: MetadataPlan, selection: Selection, *, within: str, action: str) -> None:
        """Ask whether to write a selection of a shown plan; `within` is the search of the list."""
        self._question.ask(self._request(plan, selection, within, action))

    def run_dry(self, plan: MetadataPlan, selection: Selection, *, within: str) -> None:
        """Check a selection as a write does, and show the report."""
        self._dry_run.run(self._request(plan, selection, within, "write"))

    def _request(self, plan: MetadataPlan, selection: Selection, within: str, action: str) -> WriteRequest:
        self._query = within
        options = WriteOptions(risk=self._library.approvals.levels_of_writes(), user_action=action, source="dashboard")
        return WriteRequest(plan, selection, options, within=within)

    def _started(self, operation_id: int) -> None:
        """Stay on the page: every footer shows the progress of the write."""
        self._session.tell_written(self._query, operation_id)
