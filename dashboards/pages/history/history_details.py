"""One operation of the past: what it did, file by file, what was proven of each, and what rolling it back would do."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from dashboards import words
from dashboards.components import comment_diff, operation_text
from dashboards.components.base import Component, module
from dashboards.questions import rollback_report
from indexium_core.model import wording
from indexium_core.model.operations.operation import (
    HOLDING_STATES,
    ItemDetails,
    MetadataOperation,
    OperationDetails,
    OperationPerson,
    RollbackCheck,
)
from indexium_core.model.planning import risk

__all__ = ["SHOWN", "HistoryDetails", "RollbackPreview", "proof_lines", "view"]

SHOWN = {  # value of the filter → (words, item statuses)
    "": ("all", ()),
    "problems": ("not done", ("failed", "conflict", "unknown")),
    "done": ("done", ("success",)),
    "skipped": ("skipped", ("skipped",)),
}
CONFLICTS = 50  # files that would be left alone, shown one by one


class HistoryDetails(Component):
    """
    View: see `view`.

    Messages: `close`, `progress`, `resume`, `retry`, `rollback`, `people` (whom it wrote), `person` {name}, `choosing`,
    `choose` {id, on}, `choose_page` {on}, `chosen` (roll these back), `none`, `found` (roll back what is found),
    `file` {id} (look at one), `files` {value}, `find` {query}, `page` {page}.
    """

    _esm = module("history_details", "drawer")
    _styles = ("history.css",)


@dataclass(frozen=True, slots=True, kw_only=True)
class RollbackPreview:
    """What is known and chosen beside the operation itself."""

    check: RollbackCheck | None = None  # what rolling it back would do, where it was looked at already
    looked: tuple[int, int] | None = None  # files looked at, and of how many, while that goes on
    people: Sequence[OperationPerson] | None = None  # whom it wrote, where that was looked at already
    asking: bool = False  # a person is being chosen
    named: str = ""  # the person that the list is searched for
    item_status: str = ""  # which files are listed, a key of SHOWN
    item_query: str = ""
    choosing: bool = False  # files can be chosen
    chosen: Collection[int] = field(default_factory=frozenset)
    open_item: int | None = None  # file that is shown in detail


def view(details: OperationDetails, look: RollbackPreview) -> dict[str, Any]:
    """Return one operation in detail."""
    operation = details.operation
    return {
        "open": True,
        "id": operation.id,
        "title": f"{operation_text.kind_name(operation)} · {operation_text.name(operation)}",
        "when": when(operation),
        "verdict": verdict(operation),
        "facts": fact_pairs(operation),
        "check": check_view(operation, look),
        "buttons": buttons(operation, look, undone=operation_text.retryable(operation, details.status)),
        "people": people_view(look),
        "files": files_view(details, look),
    }


def when(operation: MetadataOperation) -> str:
    by = f"by {operation.user_name}" if operation.user_name else ""
    parts = (
        f"Operation {operation.id}",
        wording.when(operation.started_at),
        wording.duration(operation.seconds) if operation.seconds else "",
        ", ".join(part for part in (by, operation_text.SOURCES.get(operation.source, operation.source)) if part),
    )
    return " · ".join(part for part in parts if part)


def verdict(operation: MetadataOperation) -> dict[str, str]:
    """Return the one sentence that matters most."""
    good, total = wording.count(operation.success_count), wording.count(operation.file_count)
    back = operation.operation_type == "rollback"
    did = "restored" if back else "written"
    left = wording.count(operation.failure_count + operation.conflict_count + operation.unknown_count)
    proof = "Every file has its old bytes again." if back else "Film and sound proven untouched in each."
    texts = {
        "completed": ("safe", f"✓ {good} of {total} {did}. {proof}" if operation.success_count else "✓ Nothing to do."),
        "completed_with_errors": ("warning", f"! {good} of {total} {did}; {left} left as before."),
        "rolled_back": ("note", "All of it was taken back."),
        "partly_rolled_back": ("warning", "! Some of it was taken back."),
        "cancelled": ("note", f"Cancelled after {good} of {total}. Every file is whole."),
        "interrupted": ("danger", f"▲ Interrupted at {good} of {total}. Every file is whole."),
        "failed": ("danger", f"▲ {operation.error_message or 'It stopped.'} Every file is whole."),
    }
    level, text = texts.get(operation.status, ("note", "It is at work now."))
    return {"level": level, "text": text}


def fact_pairs(operation: MetadataOperation) -> list[list[str]]:
    """Return the plain facts."""
    pairs = [
        ["Files", operation_text.outcome(operation)],
        ["Tags", f"+ {wording.plural(operation.tags_added, 'name')} · − {wording.count(operation.tags_removed)}"],
    ]
    if operation.backup_bytes:
        kept = wording.size(operation.backup_bytes)
        films = f" for {wording.size(operation.film_bytes)} of video" if operation.film_bytes else ""
        pairs.append(["Kept for undo", kept + films])
    if operation.can_rollback and operation.expires_at:
        pairs.append(["Undo until", wording.day(operation.expires_at)])
    if operation.user_note:
        pairs.append(["Note", f"“{operation.user_note}”"])
    if operation.reverts_id:
        pairs.append(["Takes back", f"operation {operation.reverts_id}" + _called(operation.reverts_note)])
    return pairs


def _called(note: str) -> str:
    return f", “{note}”" if note else ""


# Rolling back.


def check_view(operation: MetadataOperation, look: RollbackPreview) -> dict[str, Any] | None:
    """Return what would happen on a rollback now: numbers with the rest of a sentence, and what else is to be known."""
    if operation.status in HOLDING_STATES:
        return None
    if not operation_text.can_roll_back(operation):
        return {"text": operation_text.rollback_blocker(operation)}
    check = look.check
    if check is None:
        done, total = look.looked or (0, 0)
        so_far = f" {wording.count(done)} of {wording.count(total)}" if done else ""
        return {"text": f"looking at every file …{so_far}"}
    return {
        "pairs": rollback_report.outlook(check),
        "hints": rollback_report.hints(check),
        "conflicts": [rollback_report.conflict_row(item) for item in check.conflicts[:CONFLICTS]],
        "more": wording.and_more(len(check.conflicts) - CONFLICTS),
    }


def buttons(operation: MetadataOperation, look: RollbackPreview, *, undone: int = 0) -> list[dict[str, Any]]:
    """
    Return what can be done with it; what cannot be done now is there too, and `why` says why not.

    `undone`: how many files of it can be tried again.
    """
    if operation.status in HOLDING_STATES:
        return [{"label": "Watch it", "act": "progress", "kind": "primary"}]
    found: list[dict[str, Any]] = []
    if operation.can_go_on:
        found.append({"label": "Resume", "act": "resume", "kind": "primary"})
    if undone:
        found.append({"label": f"Retry {wording.files(undone)}…", "act": "retry"})
    why = _why_not(operation, look)
    found.append({"label": "Roll back…", "act": "rollback", "why": why})
    found.append(_person_button(operation, look))
    found.append({"label": "Files…", "act": "choosing", "on": look.choosing, "why": why})
    return found


def _why_not(operation: MetadataOperation, look: RollbackPreview) -> str:
    if not operation_text.can_roll_back(operation):
        return operation_text.rollback_blocker(operation)
    if look.check is None:
        return "Its files are being looked at."
    return (
        "" if rollback_report.is_possible(look.check) else look.check.reason or "None of its files can be rolled back."
    )


def _person_button(operation: MetadataOperation, look: RollbackPreview) -> dict[str, Any]:
    names = [person.name for person in look.people or ()]
    known = names[0] if len(names) == 1 else next((each for each in names if each.lower() == look.named.lower()), "")
    why = ""
    if not operation.tags_added:
        why = "It added no name to any file."
    elif not operation.success_count or operation.status == "rolled_back":
        why = operation_text.rollback_blocker(operation)
    elif look.people is None:
        why = "Its files are being looked at."
    elif not any(person.able for person in look.people if known in ("", person.name)):
        why = f"No file of it names {known or 'anybody whom it added'} any more, or none can be reached now."
    if known:
        return {"label": f"Only “{known}”…", "act": "person", "data": {"name": known}, "why": why}
    return {"label": "One person…", "act": "people", "on": look.asking, "why": why}


def people_view(look: RollbackPreview) -> list[dict[str, Any]] | None:
    """Return whom the operation wrote, each a button; None where nobody asked."""
    if not look.asking or not look.people:
        return None
    return [
        {
            "name": person.name,
            "files": wording.files(person.files),
            "why": "" if person.able else "no file names them any more, or none can be reached now",
        }
        for person in look.people
    ]


# Its files.


def files_view(details: OperationDetails, look: RollbackPreview) -> dict[str, Any]:
    """Return the files of the operation that are listed, with what can be chosen among them."""
    page = operation_text.items_page(details)
    in_the_way = {item.id: item for item in look.check.conflicts} if look.check else {}
    ended = details.status.finished
    page["rows"] = [_item(item, look, in_the_way.get(item.id), ended=ended) for item in details.items]
    counts = details.status.counts
    page["shown"] = [
        {"value": key, "label": label, "count": sum(counts.get(state, 0) for state in states or counts)}
        for key, (label, states) in operation_text.item_filters(SHOWN, details.status).items()
    ]
    page["value"] = look.item_status
    page["query"] = look.item_query
    page["searchable"] = bool(look.item_query) or details.operation.file_count > 5
    page["choosing"] = look.choosing and rollback_report.is_possible(look.check)
    page["chosen"] = len(look.chosen)
    page["choice"] = f"Roll back {wording.files(len(look.chosen))}…" if look.chosen else ""
    page["found"] = f"Roll back all {wording.files(details.total)} found…" if look.item_query and details.total else ""
    return page


def _item(item: ItemDetails, look: RollbackPreview, problem: ItemDetails | None, *, ended: bool) -> dict[str, Any]:
    status, level = words.item_status(item.status, item.code, ended=ended)
    may = item.status == "success" and item.taken_back_by is None and (problem is None or bool(problem.choices))
    back = f"taken back by operation {item.taken_back_by}" if item.taken_back_by else ""
    opened = item.id == look.open_item
    return {
        "id": item.id,
        "name": item.file_name,
        "path": item.file_path,
        "status": status,
        "level": level,
        "glyph": words.item_glyph(item.status, item.code),
        "tags": [
            *({"text": person, "kind": "del"} for person in item.tags_removed),
            *({"text": person, "kind": "add"} for person in item.tags_added),
        ],
        "message": item.message or back,
        "may": may,
        "on": item.id in look.chosen,
        "why": "" if may else (problem.message if problem else back or "It was not written."),
        "open": opened,
        "detail": detail(item) if opened else None,
    }


def detail(item: ItemDetails) -> dict[str, Any]:
    """Return one file in detail: its comment before and after, what was proven, how it was written and what is kept."""
    tries = [f"{risk.label(each.code)}: {each.message}" for each in item.tries]
    before, after = comment_diff.compare(item.previous_comment, item.new_comment)
    done = item.status == "success"
    facts = [["Where", item.file_path]]
    if item.strategy:
        facts.append(["How", words.strategy(item.strategy)])
    if item.seconds:
        facts.append(["Took", wording.duration(item.seconds)])
    if done:
        kept = wording.size(item.backup_bytes) if item.backup_bytes else "nothing"
        facts.append(["Kept for undo", "only its tags" if item.backup_kind == "tags" else kept])
    proof = proof_lines(item.proof)
    return {"before": before, "after": after, "done": done, "proof": proof, "tries": tries, "facts": facts}


_AS_BEFORE = {
    "streams": "streams",
    "chapters": "chapters",
    "attachments": "attachments",
    "side_data": "side data",
    "tags": "other tags",
    "index": "the index",
    "structure": "the structure",
}


def proof_lines(proof: dict[str, Any]) -> list[str]:
    """Return in words what was compared after a write or a rollback; empty where nothing was."""
    lines = []
    if "bytes" in proof:
        lines.append(f"its bytes: {proof['bytes']}")
    if "payload" in proof:
        lines.append("film and sound: not one byte changed")
    if "packets" in proof:
        lines.append("film and sound: every packet as before")
    if "comment" in proof:
        lines.append(f"the comment {proof['comment']}, as FFmpeg's libraries read it")
    same = [name for check, name in _AS_BEFORE.items() if check in proof]
    if same:
        lines.append(f"as before: {', '.join(same)}")
    if "size" in proof:
        lines.append(f"the file is whole: {_grouped(str(proof['size']))}")
    return lines


def _grouped(text: str) -> str:
    """Return a sentence of the proof with its first number as people write it."""
    number, _, rest = text.partition(" ")
    return f"{int(number):,} {rest}" if number.isdigit() else text
