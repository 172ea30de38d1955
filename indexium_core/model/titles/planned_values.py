"""What the values of titles would change in their files: one page of the question before they are planned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from indexium_core.model import wording
from indexium_core.model.fields.table import title_of
from indexium_core.model.planning import field_text
from indexium_core.model.review.reports import FieldExample, FieldsPreview
from indexium_core.model.shapes import ListPage

ALL_CHANGES = 1_000_000  # more than a home has: the question lists every change
_MOST_IDS = 200  # in a search
_LONGEST = 2000  # characters of a value


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedValue:
    """One value of a file before and after."""

    label: str  # the field
    was: str
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedFile:
    """The values that change in one file."""

    file_id: int
    file_name: str
    values: Sequence[PlannedValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedValues(ListPage):
    """One page of the files that would get other values, and why others would not."""

    items: list[PlannedFile]
    changed: int  # files that would get other values
    files: int  # of the titles
    exceptions: Sequence[tuple[str, int]]  # why a value stays, and in how many files
    nothing: str  # why no file would change; "" if one would
    search: str  # finds the changed files in the plan; for many files, all edited ones

    @classmethod
    def of(cls, preview: FieldsPreview, *, page: int, per_page: int) -> PlannedValues:
        """Return a page of a preview that has all changes."""
        changes = sorted((each for each in preview.examples if not each.problem), key=lambda each: each.file_id)
        files = [list(of_file) for _, of_file in groupby(changes, key=lambda each: each.file_id)]
        ids = [each[0].file_id for each in files]
        shown = files[(page - 1) * per_page : page * per_page]
        return cls(
            items=[
                PlannedFile(
                    file_id=each[0].file_id, file_name=each[0].file_name, values=[_change(change) for change in each]
                )
                for each in shown
            ],
            total=len(files),
            page=page,
            per_page=per_page,
            changed=preview.changed,
            files=preview.files,
            exceptions=[
                (label, number)
                for label, number in (
                    ("The container cannot store a value", preview.unsupported),
                    ("A field is locked", preview.locked),
                    ("A value is not valid", preview.invalid),
                    ("The plan skips the file", preview.skipped),
                )
                if number
            ],
            nothing=_nothing(preview),
            search=f"id:{','.join(map(str, ids))}" if len(ids) <= _MOST_IDS else "edited:yes",
        )


def _change(each: FieldExample) -> PlannedValue:
    was, now = (_shortened(each.field, text) for text in (each.before, each.after))
    return PlannedValue(label=title_of(each.field), was=was, now=now)


def _shortened(field: str, text: str | None) -> str:
    value = field_text.full(field, text or "")
    return value if len(value) <= _LONGEST else f"{value[: _LONGEST - 1]}…"


def _nothing(preview: FieldsPreview) -> str:
    if preview.changed:
        return ""
    if preview.unsupported:
        return f"Nothing to plan: the container cannot store the values in {wording.files(preview.unsupported)}."
    skipped = f" The plan skips {wording.files(preview.skipped)}." if preview.skipped else ""
    return preview.why_nothing + skipped
