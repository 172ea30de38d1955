"""What a write of a dangerous file would lose, as a value."""

from __future__ import annotations

from dataclasses import dataclass

from indexium_core.model.fields import comment_diff
from indexium_core.model.files import fields
from indexium_core.model.planning import risk
from indexium_core.model.planning.plan import PlanItem
from indexium_core.model.shapes import ListPage

_LABELS = {"custom_comment": "loses custom text", "tag_removal_all": "removes all people"}
_LONGEST = 2000  # characters of a text that is shown


@dataclass(frozen=True, slots=True, kw_only=True)
class LostText:
    """A text that a write would lose."""

    where: str  # its place in the file; "" if the file has only one
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DangerousFile:
    """A dangerous file, and what a write of it would lose."""

    file_id: int
    name: str
    path: str
    labels: list[str]  # why it is dangerous, in short
    texts: list[LostText]
    people: list[str]  # who would no longer be in it, if nobody would be left
    message: str  # the other reasons, in sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class DangerousFilePage(ListPage):
    """One page of dangerous files."""

    items: list[DangerousFile]


def dangerous_file(item: PlanItem) -> DangerousFile:
    """Return what a write of a dangerous file would lose."""
    dangers = {issue.code: issue.message for issue in item.issues if issue.severity == "danger"}
    return DangerousFile(
        file_id=item.file_id,
        name=item.file_name,
        path=item.file_path,
        labels=[_LABELS.get(code) or risk.ISSUES[code].label for code in dangers],
        texts=lost_texts(item),
        people=list(item.tags_to_remove) if "tag_removal_all" in dangers else [],
        message=" ".join(message for code, message in dangers.items() if code not in _LABELS),
    )


def lost_texts(item: PlanItem) -> list[LostText]:
    """Return every text that a write would lose, with its place if there are several; none if it loses no text."""
    if not any(issue.code == "custom_comment" and issue.severity == "danger" for issue in item.issues):
        return []
    lost = fields.lost_texts_by_place(item.changes)
    several = len(item.changes) > 1
    return [
        LostText(where=where if several else "", text=comment_diff.seen(_short(text))) for where, text in lost.items()
    ]


def _short(text: str) -> str:
    more = f" … and {len(text) - _LONGEST:,} more characters: see the details of the file"
    return text if len(text) <= _LONGEST else text[:_LONGEST] + more
