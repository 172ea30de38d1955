"""One operation: its result, the verification of each file, and the effect of a rollback."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from dashboards import status_words
from dashboards.components import operation_text
from dashboards.components.base import Component, module, needing
from dashboards.components.view_types import ChipView, TagView
from dashboards.pages.history.view_types import HistoryDetailsView
from dashboards.questions import rollback_report
from indexium_core.model import job_words, wording
from indexium_core.model.accounts.permissions import ROLLBACK, WRITE_ANY, WRITE_SAFE
from indexium_core.model.fields import comment_diff
from indexium_core.model.fields.table import COMMENT, title_of
from indexium_core.model.operations import strategies, summaries
from indexium_core.model.operations.operation import (
    ACTIVE_STATES,
    ItemDetails,
    MetadataOperation,
    OperationDetails,
    OperationPerson,
)
from indexium_core.model.operations.rollback import ConflictItem, RollbackCheck
from indexium_core.model.planning import field_text, risk
from indexium_core.model.publishing.publication import ACTION_WORDS

SHOWN = {  # value of the filter → (words, item statuses)
    "": ("all", ()),
    "problems": ("problems", ("failed", "conflict", "unknown")),
    "done": ("written", ("success",)),
    "skipped": ("skipped", ("skipped",)),
}
CONFLICTS = 50  # maximum number of listed files with a conflict


class HistoryDetails(Component):
    """
    One operation with its files.

    Each message has the id of the displayed `operation`. Messages: `close`, `rename`, `progress`, `resume`, `retry`,
    `rollback`, `people` (show the written people), `person` {name}, `choosing`, `choose` {id, on}, `choose_page` {on},
    `chosen` (roll these files back), `none`, `found` (roll back the search result), `file` {id} (show details), `files`
    {value}, `find` {query}, `page` {page}.
    """

    _esm = module("history_details")
    _view = HistoryDetailsView
    _styles = ("history.css", "field_values.css")
    _needs = needing(
        {
            WRITE_SAFE: "rename resume",  # who started a write may resume it
            WRITE_ANY: "retry",
            ROLLBACK: "rollback person choosing choose choose_page chosen found",
        }
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RollbackPreview:
    """What the drawer shows beside the operation itself."""

    check: RollbackCheck | None = None  # effect of a rollback; None before the check
    checked: tuple[int, int] | None = None  # number of checked files and of all files, during the check
    people: Sequence[OperationPerson] | None = None  # the people that the operation wrote; None before they are read
    is_choosing_person: bool = False
    named: str = ""  # the person that the list is searched for
    item_status: str = ""  # which files are listed, a key of SHOWN
    item_query: str = ""
    is_choosing: bool = False  # files can be selected
    chosen: Collection[int] = field(default_factory=frozenset)
    open_item: int | None = None  # the file that is shown in detail


def view(details: OperationDetails, preview: RollbackPreview) -> dict[str, Any]:
    """Return one operation in detail."""
    operation = details.operation
    return {
        "open": True,
        "id": operation.id,
        "title": operation_text.name(operation),
        "when": when(operation),
        "verdict": verdict(operation),
        "facts": fact_pairs(operation),
        "check": check_view(operation, preview),
        "buttons": [
            *buttons(operation, preview, retryable=operation_text.retryable(operation, details.status)),
            {"label": "Rename…", "act": "rename"},
        ],
        "people": people_view(preview),
        "files": files_view(details, preview),
    }


def when(operation: MetadataOperation) -> str:
    """Return who started an operation, when, and how long it took, as one line."""
    by = operation.people
    parts = (
        f"Operation {operation.id}",
        wording.when(operation.started_at),
        wording.duration(operation.seconds) if operation.seconds else "",
        ", ".join(part for part in (by, job_words.SOURCES.get(operation.source, operation.source)) if part),
        f"from {operation.origin}" if operation.origin else "",
    )
    return " · ".join(part for part in parts if part)


def verdict(operation: MetadataOperation) -> ChipView:
    """Return the result of the operation in one sentence."""
    result, back = summaries.result(operation), operation.operation_type == "rollback"
    intact = summaries.intact_files(operation.unknown_count)
    proof = "Each restored file was verified." if back else "The media was verified: unchanged."
    if operation.operation_type == "publish":
        proof = "Every new byte was read back."
    if operation.origin:  # this program has not checked its files
        proof = intact = ""
    texts = {
        "completed": (
            "safe",
            f"✓ {result}. {proof}".rstrip() if operation.success_count else "✓ There was nothing to do.",
        ),
        "completed_with_errors": ("warning", f"! {result}."),
        "rolled_back": ("note", "All files were rolled back."),
        "partly_rolled_back": ("warning", "! Some files were rolled back."),
        "cancelled": ("note", f"{result}. {intact}".rstrip()),
        "interrupted": ("danger", f"▲ {result}. {intact}".rstrip()),
        "failed": ("danger", f"▲ {operation.error_message or 'The operation stopped.'} {intact}".rstrip()),
    }
    level, text = texts.get(operation.status, ("note", "The operation is running."))
    return {"level": level, "text": text}


def fact_pairs(operation: MetadataOperation) -> list[list[str]]:
    """Return the facts as pairs of label and text."""
    people = operation_text.people_counts(operation.tags_added, operation.tags_removed) or "no change"
    is_of_files = operation.noun == "file"
    pairs = [
        ["Files" if is_of_files else "Titles", operation_text.outcome(operation)],
        *([["People", people]] if is_of_files else []),
    ]
    if operation.backup_bytes:
        kept = wording.size(operation.backup_bytes)
        video = f" for {wording.size(operation.file_bytes)} of files" if operation.file_bytes and is_of_files else ""
        pairs.append(["Kept for rollback", kept + video])
    if operation.can_rollback and operation.expires_at:
        pairs.append(["Rollback until", wording.day(operation.expires_at)])
    if operation.user_note:
        pairs.append(["Title", f"“{operation.user_note}”"])
    if operation.origin:
        pairs.append(["Origin", f"the legacy database {operation.origin}; this entry can only be read"])
    if operation.reverts_id:
        pairs.append(["Rolls back", f"operation {operation.reverts_id}" + _quoted(operation.reverts_note)])
    return pairs


def _quoted(note: str) -> str:
    return f", “{note}”" if note else ""


# Rollback.


def check_view(operation: MetadataOperation, preview: RollbackPreview) -> dict[str, Any] | None:
    """Return what a rollback would do now: numbers of files by result, hints and conflicts."""
    if operation.status in ACTIVE_STATES or operation.origin:
        return None
    if not operation_text.can_roll_back(operation):
        return {"text": operation_text.rollback_blocker(operation)}
    check = preview.check
    if check is None:
        done, total = preview.checked or (0, 0)
        so_far = f" {wording.count(done)} of {wording.count(total)}" if done else ""
        return {"text": f"Checking every file …{so_far}"}
    return {
        "pairs": rollback_report.outlook(check),
        "hints": rollback_report.hints(check),
        "conflicts": [rollback_report.conflict_row(item) for item in check.conflicts[:CONFLICTS]],
        "more": wording.and_more(len(check.conflicts) - CONFLICTS),
    }


def buttons(operation: MetadataOperation, preview: RollbackPreview, *, retryable: int = 0) -> list[dict[str, Any]]:
    """
    Return the actions; an action that is not possible now has the reason in `why`.

    `retryable`: the number of files or titles that can be retried.
    """
    if operation.status in ACTIVE_STATES:
        return [{"label": "Show progress", "act": "progress", "kind": "primary"}]
    found: list[dict[str, Any]] = []
    if operation.can_resume:
        found.append({"label": "Resume", "act": "resume", "kind": "primary"})
    if retryable:
        found.append({"label": f"Retry {operation_text.items(operation, retryable)}…", "act": "retry"})
    why = _why_not(operation, preview)
    found.append({"label": "Roll back…", "act": "rollback", "why": why})
    if operation.noun == "file":
        found.append(_person_button(operation, preview))
    found.append(
        {
            "label": "Files…" if operation.noun == "file" else "Titles…",
            "act": "choosing",
            "on": preview.is_choosing,
            "why": why,
        }
    )
    return found


def _why_not(operation: MetadataOperation, preview: RollbackPreview) -> str:
    if not operation_text.can_roll_back(operation):
        return operation_text.rollback_blocker(operation)
    if preview.check is None:
        return "The files are being checked."
    return (
        ""
        if rollback_report.is_possible(preview.check)
        else preview.check.reason or "Nothing of it can be rolled back."
    )


def _person_button(operation: MetadataOperation, preview: RollbackPreview) -> dict[str, Any]:
    names = [person.name for person in preview.people or ()]
    known = names[0] if len(names) == 1 else next((each for each in names if each.lower() == preview.named.lower()), "")
    why = ""
    if not operation.tags_added:
        why = "The operation added no name to any file."
    elif not operation.success_count or operation.status == "rolled_back" or operation.origin:
        why = operation_text.rollback_blocker(operation)
    elif preview.people is None:
        why = "The files are being checked."
    elif not any(person.able for person in preview.people if known in ("", person.name)):
        why = (
            f"No file of the operation contains {known or 'a person it added'} any more, or no file can be reached now."
        )
    if known:
        return {"label": f"Only “{known}”…", "act": "person", "data": {"name": known}, "why": why}
    return {"label": "One person…", "act": "people", "on": preview.is_choosing_person, "why": why}


def people_view(preview: RollbackPreview) -> list[dict[str, Any]] | None:
    """Return the people that the operation wrote, each as a button; None if the page does not show them."""
    if not preview.is_choosing_person or not preview.people:
        return None
    return [
        {
            "name": person.name,
            "files": wording.files(person.files),
            "why": "" if person.able else "no file contains this person any more, or no file can be reached now",
        }
        for person in preview.people
    ]


# Files.


def files_view(details: OperationDetails, preview: RollbackPreview) -> dict[str, Any]:
    """Return the list of files of the operation, and which files can be selected."""
    page = operation_text.items_page(details)
    conflicts = {item.id: item for item in preview.check.conflicts} if preview.check else {}
    ended, kind = details.status.finished, details.operation.operation_type
    page["rows"] = [_item(item, preview, conflicts.get(item.id), ended=ended, kind=kind) for item in details.items]
    counts = details.status.counts
    page["shown"] = [
        {"value": key, "label": label, "count": sum(counts.get(state, 0) for state in states or counts)}
        for key, (label, states) in operation_text.item_filters(SHOWN, details.status).items()
    ]
    page["value"] = preview.item_status
    page["query"] = preview.item_query
    page["searchable"] = bool(preview.item_query) or details.operation.file_count > 5
    page["choosing"] = preview.is_choosing and rollback_report.is_possible(preview.check)
    page["chosen"] = len(preview.chosen)
    chosen = operation_text.items(details.operation, len(preview.chosen))
    listed = operation_text.items(details.operation, details.total)
    page["choice"] = f"Roll back {chosen}…" if preview.chosen else ""
    page["found"] = f"Roll back all {listed} found…" if preview.item_query and details.total else ""
    return page


def _item(
    item: ItemDetails, preview: RollbackPreview, problem: ConflictItem | None, *, ended: bool, kind: str
) -> dict[str, Any]:
    status, level = status_words.item_status(item.status, item.code, ended=ended, kind=kind)
    may = item.status == "success" and item.rolled_back_by is None and (problem is None or bool(problem.choices))
    back = f"rolled back by operation {item.rolled_back_by}" if item.rolled_back_by else ""
    opened = item.id == preview.open_item
    return {
        "id": item.id,
        "name": item.name,
        "path": item.file_path,
        "status": status,
        "level": level,
        "glyph": status_words.item_glyph(item.status, item.code),
        "tags": [
            *({"text": person, "kind": "del"} for person in item.tags_removed),
            *({"text": person, "kind": "add"} for person in item.tags_added),
            *field_text.tags(item.fields),
            *side_file_tags(item),
        ],
        "message": item.message or back,
        "may": may,
        "on": item.id in preview.chosen,
        "why": "" if may else (problem.message if problem else back or "The file was not written."),
        "open": opened,
        "detail": detail(item) if opened else None,
    }


def detail(item: ItemDetails) -> dict[str, Any]:
    """Return one file in detail: comment and fields before and after, the verification, the method and the backup."""
    attempts = [f"{risk.label(each.code)}: {each.message}" for each in item.attempts]
    before, after = comment_diff.compare(item.previous_comment, item.new_comment)
    done = item.status == "success"
    facts = [["Path", item.file_path]] if not item.side_files else _side_files(item)
    if item.strategy:
        facts.append(["Method", strategies.in_words(item.strategy)])
    if item.seconds:
        facts.append(["Duration", wording.duration(item.seconds)])
    if done:
        kept = wording.size(item.backup_bytes) if item.backup_bytes else "nothing"
        facts.append(["Kept for rollback", "only the comment" if item.backup_kind == "tags" else kept])
    changed = [each.key for each in field_text.changes_of(item.fields)]
    if item.previous_comment != item.new_comment or not changed:
        changed.insert(0, COMMENT)
    proof = proof_lines(item.proof, changed)
    return {
        "before": before,
        "after": after,
        "same": bool(item.fields) and item.previous_comment == item.new_comment,
        "beside": bool(item.side_files),
        "fields": [field_text.compared(change) for change in field_text.changes_of(item.fields)],
        "done": done,
        "proof": proof,
        "tries": attempts,
        "facts": facts,
    }


_UNCHANGED = {
    "streams": "streams",
    "chapters": "chapters",
    "attachments": "attachments",
    "side_data": "side data",
    "tags": "other tags",
    "index": "index",
    "structure": "structure",
}


def side_file_tags(item: ItemDetails) -> list[TagView]:
    """Return the side files of an item as tags."""
    return [
        {"text": each.path.rpartition("/")[2], "kind": operation_text.SIDE_FILE_TAGS[each.action]}
        for each in item.side_files
    ]


def _side_files(item: ItemDetails) -> list[list[str]]:
    """Return the paths of the side files of an item, by what happened to each."""
    return [[ACTION_WORDS[each.action].capitalize(), each.path] for each in item.side_files]


def proof_lines(proof: dict[str, Any], changed: Sequence[str] = (COMMENT,)) -> list[str]:
    """
    Return the results of the verification after a write or a rollback; empty where nothing was verified.

    `changed` are the keys of the fields that the operation changed.
    """
    lines = []
    if "bytes" in proof:
        lines.append(f"bytes: {proof['bytes']}")
    if "payload" in proof:
        lines.append("media: no byte changed")
    if "packets" in proof:
        lines.append("media: every packet is unchanged")
    titles = wording.list_of([title_of(key).lower() for key in changed])
    if "files" in proof:
        lines.append(f"files beside the media: {proof['files']}")
    if "comment" in proof:
        lines.append(f"{titles}: as planned, read by a second parser")
    if "sidecar" in proof:
        lines.append(f"{titles}: as planned in the sidecar, read by two parsers")
        lines.append("unchanged: the photo, other parts of the sidecar")
    same = [name for check, name in _UNCHANGED.items() if check in proof]
    if same:
        lines.append(f"unchanged: {', '.join(same)}")
    if "size" in proof:
        lines.append(f"the file is complete: {_grouped(str(proof['size']))}")
    return lines


def _grouped(text: str) -> str:
    """Return a text with its first number grouped by thousands."""
    number, _, rest = text.partition(" ")
    return f"{int(number):,} {rest}" if number.isdigit() else text
