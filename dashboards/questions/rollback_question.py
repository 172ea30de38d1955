"""The question before a rollback, from any page: check, show the result, ask, then start."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from dashboards.bridge import Bridge
from dashboards.components import operation_text
from dashboards.components.dialog import Dialog
from dashboards.questions import approval_sections
from indexium_core.library import Library
from indexium_core.model import wording
from indexium_core.model.operations.operation import ItemDetails, MetadataOperation
from indexium_core.model.operations.rollback import RollbackCheck, RollbackOptions

SHOWN = 50
_PLAYERS = (
    "A restored NFO file has the present time, so that players read it again; a restored picture has its original one. "
    "Players may show published values until they refresh the title."
)
REPLAN = {
    "key": "replan",
    "label": "Leave the files in the plan",
    "hint": "Otherwise the plan skips them, so that the next write does not write the changes again.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RollbackPart:
    """The part of an operation that is rolled back; all of it by default."""

    query: str = ""  # only the files that this search finds
    item_ids: Sequence[int] | None = None  # only these items of the operation
    person: str = ""  # only this person

    def choices(self) -> dict[str, Any]:
        """Return the arguments for `Library.rollback`."""
        return {"query": self.query, "item_ids": self.item_ids, "person": self.person}

    def options(self) -> RollbackOptions:
        """Return the part as options, without a choice of the person."""
        item_ids = None if self.item_ids is None else frozenset(self.item_ids)
        return RollbackOptions(query=self.query, item_ids=item_ids, person=self.person)

    def shown(self, check: RollbackCheck) -> RollbackPart:
        """Return the part with the files of the check: its search may find other files now."""
        return replace(self, query="", item_ids=sorted(check.item_ids)) if self.query else self


class _RollbackFacts(NamedTuple):
    """What the question before a rollback shows."""

    operation: MetadataOperation
    check: RollbackCheck
    choices: list[dict[str, Any]]  # of `_choices`
    reasons: Sequence[str]  # why it would wait for approval; empty: it starts at once


def _options(check: RollbackCheck, ticked: Collection[str]) -> dict[str, Any]:
    """Return what the choices of a person are in `RollbackOptions`."""
    changed = next((each for each in ("comment", "replace") if each in ticked), "skip")
    return {"changed": changed, "with_newer": check.newer if "newer" in ticked else ()}


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
    Check what a rollback would do, ask, and start it.

    Args:
        library: The library.
        bridge: Runs the work on a thread.
        dialog: Shows the question.
        operation_id: The operation to roll back.
        started: Receives the id of the rollback.
        query: Roll back only the files that this search finds.
        item_ids: Roll back only these items.
        person: Remove only this person; this is an ordinary write.
        left: Called when a person closes the question without an answer.

    """
    part = RollbackPart(query=query, item_ids=item_ids, person=person)

    def start(found: _RollbackFacts, note: str, ticked: frozenset[str]) -> None:
        def begin() -> int:
            with approval_sections.as_shown(library, found.reasons):
                handle = library.rollback(
                    operation_id,
                    **part.shown(found.check).choices(),
                    **_options(found.check, ticked),
                    replan="replan" in ticked,
                    note=note,
                    source="dashboard",
                )
            return handle.id

        bridge.run(begin, started, name="rollback", once=True)

    def check() -> _RollbackFacts:
        operation = library.operation(operation_id, per_page=1).operation
        checked = library.previews.of_rollback(operation_id, part.options())
        choices = [] if person else _choices(checked.check)
        for each in choices:
            if each["key"] in checked.waiting_choices:
                each["hint"] += " Then another person has to approve it."
        return _RollbackFacts(operation, checked.check, choices, checked.reasons)

    def question(found: _RollbackFacts) -> None:
        operation, check, choices, reasons = found
        if not check.restorable and not choices:
            sections = [_named(operation), *_refusal(check), *_conflicts(check)]
            dialog.report("This cannot be rolled back", sections, left=left)
            return

        def confirm(number: int) -> str:
            return approval_sections.action(reasons, _confirm(number, part, operation.noun))

        dialog.choose(
            _title(operation, part),
            [
                _named(operation),
                *approval_sections.sections(reasons),
                *_promise(check, part, operation.noun),
                *_counts(check),
                *_conflicts(check),
            ],
            [
                *({key: str(each[key]) for key in ("key", "label", "hint")} for each in choices),
                *([REPLAN] if operation.noun == "file" else []),
            ],
            lambda note, ticked: start(found, note, ticked),
            confirm=confirm(check.restorable),
            counted=_counted(check.restorable, confirm, choices),
            needs=[] if check.restorable else [str(each["key"]) for each in choices],
            note="Note (optional)",
            left=left,
        )

    bridge.run(check, question, name="rollback_check", once=True)


def _title(operation: MetadataOperation, part: RollbackPart) -> str:
    named = f"operation {operation.id}"
    if part.person:
        return f"Remove “{part.person}” from the files of {named}?"
    if part.item_ids is not None:
        return f"Roll back {wording.plural(len(part.item_ids), f'selected {operation.noun}')} of {named}?"
    return f"Roll back the found {operation.noun}s of {named}?" if part.query else f"Roll back {named}?"


def _named(operation: MetadataOperation) -> dict[str, Any]:
    """Return the operation in words: its note, type, files and time."""
    note = f"“{operation.user_note}”, " if operation.user_note else ""
    kind = operation.kind_name.lower()
    what = operation_text.items(operation, operation.success_count)
    text = f"{note}{kind} of {what}, {wording.when(operation.started_at)}"
    return {"kind": "text", "text": f"{text[0].upper()}{text[1:]}."}


def _confirm(number: int, part: RollbackPart, noun: str) -> str:
    if part.person:
        return f"Remove from {wording.files(number)}"
    return f"Roll back {wording.plural(number, noun)}" if number else "Roll back"


def _counted(number: int, confirm: Callable[[int], str], choices: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return what each choice, or two together, adds to the number in the button, with words for one and several."""
    return {
        "base": number,
        "one": confirm(1),
        "many": confirm(2).replace("2 ", "{} "),
        "adds": {key: number for each in choices for key, number in each["adds"].items()},
    }


def _choices(check: RollbackCheck) -> list[dict[str, Any]]:
    """Return what a person can choose for files with a conflict."""
    found: list[dict[str, Any]] = []
    more = check.more_by_choice
    if check.comment_only:
        number = wording.files(check.comment_only)
        label = f"Restore only the comment of {number} more"
        hint = "The original bytes cannot be restored: another program changed the files, or the backup was removed."
        found.append({"key": "comment", "label": label, "hint": hint, "adds": {"comment": more["comment"]}})
    if check.replaceable:
        number = wording.plural(check.replaceable, check.noun)
        label = f"Also restore {number} with files that another program changed"
        hint = "Nothing is lost: a rollback of this rollback restores the changed files."
        adds = {"replace": more["replace"], "newer replace": check.both}
        found.append({"key": "replace", "label": label, "hint": hint, "adds": adds})
    if check.superseded:
        newer = ", ".join(wording.count(each) for each in check.newer)
        label = f"Roll back newer changes of {wording.plural(check.superseded, check.noun)} first"
        hint = f"Operation {newer}. Then these {check.noun}s are restored byte for byte, too."
        found.append({"key": "newer", "label": label, "hint": hint, "adds": {"newer": more["newer"]}})
    return found


def _promise(check: RollbackCheck, part: RollbackPart, noun: str) -> list[dict[str, Any]]:
    number = check.restorable
    if not number:
        return [
            {"kind": "why", "level": "warning", "text": f"No {noun} can be restored byte for byte without a choice."}
        ]
    if part.person:
        text = f"✓ {wording.files(number)} will no longer name {part.person}. The rest of the comments stays."
        hint = "This is an ordinary write and can be rolled back. It does not restore the original bytes."
        return [{"kind": "why", "level": "safe", "text": text}, {"kind": "hint", "text": hint}]
    if noun == "title":
        text = f"✓ The files of {wording.plural(number, noun)} are restored byte for byte."
        return [{"kind": "why", "level": "safe", "text": text}, {"kind": "hint", "text": _PLAYERS}]
    are, dates = ("is", "its original date") if number == 1 else ("are", "their original dates")
    promise = f"✓ {wording.files(number)} {are} restored byte for byte, with {dates}."
    return [{"kind": "why", "level": "safe", "text": promise}]


def _counts(check: RollbackCheck) -> list[dict[str, Any]]:
    """Return the numbers of files with a conflict, by reason."""
    pairs = [[wording.count(number), text] for number, text in check.conflict_reasons()]
    unchecked = [hint for hint in check.hints if check.quick_checked and "size and date" in hint]
    hints = [*check.hard_link_sentences(), *unchecked]
    found: list[dict[str, Any]] = [{"kind": "facts", "pairs": pairs}] if pairs else []
    return found + [{"kind": "hint", "text": text} for text in hints]


def _refusal(check: RollbackCheck) -> list[dict[str, Any]]:
    return [{"kind": "why", "level": "warning", "text": check.reason or "Nothing of it can be rolled back."}]


def _conflicts(check: RollbackCheck) -> list[dict[str, Any]]:
    if not check.conflicts:
        return []
    number = len(check.conflicts)
    return [
        {
            "kind": "items",
            "label": f"{wording.files(number)} with a conflict",
            "items": [_conflict(item) for item in check.conflicts[:SHOWN]],
            "more": wording.and_more(number - SHOWN),
        }
    ]


def _conflict(item: ItemDetails) -> dict[str, Any]:
    """Return the row of a file with a conflict."""
    return {
        "name": item.name,
        "path": item.file_path,
        "status": "conflict",
        "level": "warning",
        "message": item.message,
    }
