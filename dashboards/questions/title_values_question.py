"""The question before the values of titles are planned for the fields of their files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboards.bridge import Bridge
from dashboards.components.dialog import Dialog
from indexium_core.library import DecisionReport, Library
from indexium_core.model import labels, wording
from indexium_core.model.fields.preview import FieldsPreview
from indexium_core.model.fields.table import title_of

__all__ = ["ask_plan_values", "sections"]

_EXAMPLES = 6
_LONGEST = 80  # characters of a value


def ask_plan_values(library: Library, bridge: Bridge, dialog: Dialog, title_ids: Sequence[int]) -> None:
    """Show which values the files of titles would get, ask, and plan them; the message offers to undo it."""

    def planned(report: DecisionReport) -> None:
        bridge.toast("good", labels.sentence(report.label), undo=report.step_id)

    def question(preview: FieldsPreview) -> None:
        if not preview.changed:
            bridge.toast("info", _nothing(preview))
            return
        dialog.ask(
            "Plan these values?",
            sections(preview),
            lambda _: bridge.run(
                lambda: library.titles.plan_values(title_ids), planned, name="title_values", once=True
            ),
            confirm=f"Plan {wording.files(preview.changed)}",
        )

    bridge.run(
        lambda: library.titles.preview_values(title_ids, examples=_EXAMPLES),
        question,
        name="title_values_question",
        once=True,
    )


def sections(preview: FieldsPreview) -> list[dict[str, Any]]:
    """Return the sections of the question: the numbers of files, and the first changes."""
    text = f"{wording.files(preview.changed)} of {preview.files:,} would get other values. Nothing is written yet."
    exceptions = [
        [label, wording.files(count)]
        for label, count in (
            ("The container cannot store a value", preview.unsupported),
            ("A field is locked", preview.locked),
            ("A value is not valid", preview.invalid),
            ("The plan skips the file", preview.skipped),
        )
        if count
    ]
    changes = [each for each in preview.examples if not each.problem][:_EXAMPLES]
    return [
        {"kind": "text", "text": text},
        {
            "kind": "facts",
            "pairs": [[f"{each.file_name} · {title_of(each.field)}", _value(each.after)] for each in changes],
        },
        *([{"kind": "facts", "pairs": exceptions}] if exceptions else []),
        {"kind": "hint", "text": "The values become edits in the plan. The next write stores them in the files."},
    ]


def _value(text: str | None) -> str:
    line = " ".join((text or "").split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _nothing(preview: FieldsPreview) -> str:
    if preview.unsupported:
        return f"Nothing to plan: the container cannot store the values in {wording.files(preview.unsupported)}."
    skipped = f" The plan skips {wording.files(preview.skipped)}." if preview.skipped else ""
    return preview.why_nothing + skipped
