"""Taking an operation back, asked for from any page: look first, then say what would happen, then do it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dashboards.bridge import Bridge
from dashboards.components import operation_text
from dashboards.components.dialog import Dialog
from dashboards.questions import rollback_report
from indexium_core.model import wording
from indexium_core.model.operations.operation import MetadataOperation, RollbackCheck

if TYPE_CHECKING:
    from indexium_core.library import Library

__all__ = ["ask"]

SHOWN = 50
REPLAN = {
    "key": "replan",
    "label": "Leave the files in the plan",
    "hint": "Else they are skipped in it from then on, so that the next write does not bring the tags back.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RollbackPart:
    """What of an operation is meant: all of it, where nothing is said."""

    query: str = ""  # only the files that this search finds
    item_ids: Sequence[int] | None = None  # only these of its items
    person: str = ""  # only the tag of this person

    def choices(self) -> dict[str, Any]:
        """Return it as `Library.rollback` and `rollback_check` take it."""
        return {"query": self.query, "item_ids": self.item_ids, "person": self.person}

    def shown(self, check: RollbackCheck) -> RollbackPart:
        """Return it as what it was when it was looked at: its search may find other files by now."""
        return replace(self, query="", item_ids=sorted(check.item_ids)) if self.query else self


def ask(
    library: Library,
    bridge: Bridge,
    dialog: Dialog,
    operation_id: int,
    started: Callable[[int], None],
    *,
    query: str = "",
    item_ids: Sequence[int] | None = None,
    person: str = "",
    left: Callable[[], None] | None = None,
) -> None:
    """
    Check what taking an operation back would do, ask, and start it.

    Args:
        library: The library.
        bridge: Carries the work.
        dialog: Asks.
        operation_id: The operation to take back.
        started: Gets the id of the rollback.
        query: Take back only the files that it finds.
        item_ids: Take back only these of its items.
        person: Take out only this person's tag, by an ordinary write.
        left: Is called when somebody closes the question without an answer.

    """
    part = RollbackPart(query=query, item_ids=item_ids, person=person)

    def start(check: RollbackCheck, note: str, ticked: frozenset[str]) -> None:
        bridge.run(
            lambda: library.rollback(
                operation_id,
                **part.shown(check).choices(),
                changed="comment" if "comment" in ticked else "skip",
                with_newer=check.newer if "newer" in ticked else (),
                replan="replan" in ticked,
                note=note,
                source="dashboard",
            ),
            lambda handle: started(handle.id),
            name="rollback",
            once=True,
        )

    def look() -> tuple[MetadataOperation, RollbackCheck]:
        operation = library.operation(operation_id, per_page=1).operation
        return operation, library.rollback_check(operation_id, **part.choices())

    def question(found: tuple[MetadataOperation, RollbackCheck]) -> None:
        operation, check = found
        ways = [] if person else _ways(check)
        if not check.restorable and not ways:
            sections = [_named(operation), *_refusal(check), *_conflicts(check)]
            dialog.report("This cannot be rolled back", sections, left=left)
            return
        dialog.choose(
            _title(operation, part),
            [_named(operation), *_promise(check, part), *_counts(check), *_conflicts(check)],
            [*({key: str(way[key]) for key in way} for way in ways), REPLAN],
            lambda note, ticked: start(check, note, ticked),
            confirm=_confirm(check.restorable, part),
            counted=_counted(check.restorable, part, ways),
            needs=[] if check.restorable else [str(way["key"]) for way in ways],
            note="Note (optional)",
            left=left,
        )

    bridge.run(look, question, name="rollback_check", once=True)


def _title(operation: MetadataOperation, part: RollbackPart) -> str:
    what = f"operation {operation.id}"
    if part.person:
        return f"Take “{part.person}” out of what {what} wrote?"
    if part.item_ids is not None:
        return f"Roll back {wording.plural(len(part.item_ids), 'chosen file')} of {what}?"
    return f"Roll back the files found of {what}?" if part.query else f"Roll back {what}?"


def _named(operation: MetadataOperation) -> dict[str, Any]:
    """Return which operation is meant: its note, what it was and when."""
    note = f"“{operation.user_note}”, " if operation.user_note else ""
    kind = operation_text.kind_name(operation).lower()
    text = f"{note}{kind} of {wording.files(operation.success_count)}, {wording.when(operation.started_at)}"
    return {"kind": "text", "text": f"{text[0].upper()}{text[1:]}."}


def _confirm(number: int, part: RollbackPart) -> str:
    if part.person:
        return f"Take them out of {wording.files(number)}"
    return f"Roll back {wording.files(number)}" if number else "Roll back"


def _counted(number: int, part: RollbackPart, ways: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return how the button's number grows by what is ticked: words for one and for several files."""
    many = _confirm(2, part).replace("2 files", "{} files")
    return {"base": number, "one": _confirm(1, part), "many": many, "adds": {way["key"]: way["adds"] for way in ways}}


def _ways(check: RollbackCheck) -> list[dict[str, Any]]:
    """Return what can be done about files that would be left alone."""
    found: list[dict[str, Any]] = []
    if check.comment_only:
        number = wording.files(check.comment_only)
        label = f"Restore only the comment of {number} more"
        hint = "Their old bytes cannot come back: another program changed them, or their backup is gone."
        found.append({"key": "comment", "label": label, "hint": hint, "adds": check.comment_only})
    if check.superseded:
        newer = ", ".join(wording.count(each) for each in check.newer)
        label = f"Take back newer writes of {wording.files(check.superseded)} first"
        hint = f"Operation {newer}; then these get their old bytes back, too."
        found.append({"key": "newer", "label": label, "hint": hint, "adds": check.superseded})
    return found


def _promise(check: RollbackCheck, part: RollbackPart) -> list[dict[str, Any]]:
    number = check.restorable
    if not number:
        return [{"kind": "why", "level": "warning", "text": "No file can get its old bytes back just so."}]
    if part.person:
        text = f"✓ {wording.files(number)} will no longer name {part.person}. All else in the comments stays."
        hint = "It is an ordinary write, and can be rolled back itself; the old bytes do not come back."
        return [{"kind": "why", "level": "safe", "text": text}, {"kind": "hint", "text": hint}]
    gets, dates = ("gets its", "its old date") if number == 1 else ("get their", "their old dates")
    promise = f"✓ {wording.files(number)} {gets} old bytes back, bit for bit, and {dates}."
    return [{"kind": "why", "level": "safe", "text": promise}]


def _counts(check: RollbackCheck) -> list[dict[str, Any]]:
    """Return in numbers what is left alone and why."""
    pairs = [[wording.count(number), text] for number, text in check.left_alone()]
    hasty = [hint for hint in rollback_report.hints(check) if check.glanced and "size and date" in hint]
    hints = [*check.names(), *hasty]
    found: list[dict[str, Any]] = [{"kind": "facts", "pairs": pairs}] if pairs else []
    return found + [{"kind": "hint", "text": text} for text in hints]


def _refusal(check: RollbackCheck) -> list[dict[str, Any]]:
    return [{"kind": "why", "level": "warning", "text": check.reason or "None of its files can be taken back."}]


def _conflicts(check: RollbackCheck) -> list[dict[str, Any]]:
    if not check.conflicts:
        return []
    number = len(check.conflicts)
    return [
        {
            "kind": "items",
            "label": f"{wording.files(number)} would be left alone",
            "items": [rollback_report.conflict_row(item) for item in check.conflicts[:SHOWN]],
            "more": wording.and_more(number - SHOWN),
        }
    ]
