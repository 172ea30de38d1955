"""The question before a retry: which files or titles an operation did not write, and whether to write them now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from dashboards.bridge import Bridge
from dashboards.components.dialog import Dialog
from dashboards.questions.publish_question import PublishQuestion, PublishWish
from dashboards.questions.write_question import WriteQuestion
from dashboards.questions.write_sections import WriteRequest
from indexium_core.library import Library
from indexium_core.model import wording
from indexium_core.model.operations.operation import MetadataOperation
from indexium_core.model.planning.plan import WRITABLE
from indexium_core.model.publishing.subjects import Entity


class RetryDialog:
    """Asks before a retry of an operation, from any page."""

    def __init__(
        self,
        library: Library,
        bridge: Bridge,
        dialog: Dialog,
        *,
        started: Callable[[int], None],
        find: Callable[[str], None],
    ) -> None:
        """
        Create the question.

        `started` receives the id of the started operation, or of an operation to show; `find` a search of the plan.
        """
        self._library, self._bridge, self._dialog, self._started = library, bridge, dialog, started
        self._question = WriteQuestion(library, bridge, dialog, started=started, shown=started, find=find)
        self._publish = PublishQuestion(library, bridge, dialog, started=started)

    def start(self) -> None:
        """Subscribe to plan events, so that an open question reports that it is outdated."""
        self._question.start()

    def ask(self, operation: MetadataOperation) -> None:
        """Ask whether to write or publish what an operation left."""
        if operation.operation_type == "publish":
            self._bridge.run(lambda: self._wish(operation), self._publish.ask, name="retry_check", once=True)
            return

        def check() -> WriteRequest:
            found = self._library.retries.preview(operation.id)
            options = replace(found.options, risk=WRITABLE, source="dashboard")
            left = found.files - len(found.plan.ids(found.selection))
            hint = f"{wording.files(left)} of {wording.count(found.files)} cannot be written now." if left > 0 else ""
            return WriteRequest(found.plan, found.selection, options, hint=hint)

        self._bridge.run(check, self._question.ask, name="retry_check", once=True)

    def _wish(self, operation: MetadataOperation) -> PublishWish:
        publications = self._library.publications
        found = self._library.retries.preview_publication(operation.id)
        dangers: list[str] = []
        if found.summary.by_risk.get("danger"):
            left = [Entity.of_address(each) for each in found.selection.addresses]
            dangers = [each.address for each in left if publications.get(*each).risk == "danger"]
        return PublishWish(
            selection=found.selection, dangers=tuple(dangers), user_action="retry", note=operation.user_note
        )
