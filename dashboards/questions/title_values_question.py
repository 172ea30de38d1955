"""The question before the values of titles are planned for the fields of their files."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from dashboards.bridge import Bridge
from dashboards.components import paging
from dashboards.components.dialog import Dialog
from indexium_core.library import Library
from indexium_core.model import wording
from indexium_core.model.fields.table import title_of
from indexium_core.model.planning import field_text
from indexium_core.model.review.reports import DecisionReport, FieldExample, FieldsPreview

_EVERY = 1_000_000  # changes that the question lists
_FILES = 20  # of a page
_MOST_IDS = 200  # in a search
_LONGEST = 2000  # characters of a value


def ask_plan_values(library: Library, bridge: Bridge, dialog: Dialog, title_ids: Sequence[int]) -> None:
    """Show which values the files of titles would get, ask, and plan them; the message leads to the plan."""

    def ask(preview: FieldsPreview) -> None:
        if not preview.changed:
            bridge.toast("info", _nothing(preview))
            return

        def planned(report: DecisionReport) -> None:
            bridge.toast("good", wording.sentence(report.label), undo=report.step_id, plan=plan_search(preview))

        serial: int = dialog.ask(
            "Plan these values?",
            sections(preview),
            lambda _: bridge.run(
                lambda: library.titles.plan_values(title_ids), planned, name="title_values", once=True
            ),
            confirm=f"Plan {wording.files(preview.changed)}",
            wide=True,
            turn=lambda _list, page, _choice: dialog.renew_list(serial, _listing(preview, page)),
        )

    bridge.run(
        lambda: library.titles.preview_values(title_ids, examples=_EVERY),
        ask,
        name="title_values_question",
        once=True,
    )


def sections(preview: FieldsPreview) -> list[dict[str, Any]]:
    """Return the sections of the question: the numbers of files, and every value before and after the change."""
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
    return [
        {"kind": "text", "text": text},
        _listing(preview, 1),
        *([{"kind": "facts", "pairs": exceptions}] if exceptions else []),
        {"kind": "hint", "text": "The values become edits in the plan. The next write stores them in the files."},
    ]


def plan_search(preview: FieldsPreview) -> str:
    """Return the search that finds the changed files in the plan; for many files, all edited ones."""
    ids = sorted({each.file_id for each in preview.examples if not each.problem})
    return f"id:{','.join(map(str, ids))}" if len(ids) <= _MOST_IDS else "edited:yes"


def _listing(preview: FieldsPreview, page: int) -> dict[str, Any]:
    """Return one page of the files with their changes."""
    changes = sorted((each for each in preview.examples if not each.problem), key=lambda each: each.file_id)
    files = [list(of_file) for _, of_file in groupby(changes, key=lambda each: each.file_id)]
    shown = files[(page - 1) * _FILES : page * _FILES]
    return {
        "kind": "items",
        "key": "files",
        "label": "Values before and after",
        "style": "values",
        "items": [
            {"name": each[0].file_name, "key": each[0].file_id, "values": list(map(_change, each))} for each in shown
        ],
        **paging.place(page, _FILES, shown=len(shown), total=len(files)),
    }


def _change(each: FieldExample) -> dict[str, str]:
    was, now = (_value(each.field, text) for text in (each.before, each.after))
    return {"label": title_of(each.field), "was": was, "now": now}


def _value(field: str, text: str | None) -> str:
    value = field_text.full(field, text or "")
    return value if len(value) <= _LONGEST else f"{value[: _LONGEST - 1]}…"


def _nothing(preview: FieldsPreview) -> str:
    if preview.unsupported:
        return f"Nothing to plan: the container cannot store the values in {wording.files(preview.unsupported)}."
    skipped = f" The plan skips {wording.files(preview.skipped)}." if preview.skipped else ""
    return preview.why_nothing + skipped
