"""The question before an operation is cancelled, from any page."""

from __future__ import annotations

from dashboards.bridge import Bridge
from dashboards.components.dialog import Dialog
from indexium_core.library import Library
from indexium_core.model import job_words
from indexium_core.model.operations.operation import OperationStatus
from indexium_core.model.operations.outcomes import items_in_words

_KEEP = {"write": "Keep writing", "rollback": "Keep restoring", "publish": "Keep publishing"}


def ask_cancel(library: Library, bridge: Bridge, dialog: Dialog, operation_id: int) -> None:
    """Show what remains after a cancellation, ask, and cancel."""

    def cancel(_note: str) -> None:
        bridge.run(lambda: library.cancel(operation_id), lambda _: None, name="operation", once=True)

    def question(status: OperationStatus) -> None:
        if status.finished and status.status != "interrupted":
            bridge.toast("info", "The operation has already ended.")
            return
        left = status.total - status.current
        effect = job_words.cancel_effect_on_files(status.operation_type)
        text = f"{effect}; {items_in_words(left, status.operation_type)} will not be changed."
        dialog.ask(
            "Cancel the rest?",
            [{"kind": "text", "text": text}],
            cancel,
            confirm="Cancel the rest",
            back=_KEEP[status.operation_type],
            risky=True,
        )

    bridge.run(lambda: library.status(operation_id), question, name="cancel_question", once=True)
