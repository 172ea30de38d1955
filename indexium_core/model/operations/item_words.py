"""One file of an operation in words: what changed in it, how it was verified, and what is kept of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from indexium_core.model import wording
from indexium_core.model.fields import comment_diff
from indexium_core.model.fields.table import COMMENT, title_of
from indexium_core.model.files import strategies
from indexium_core.model.operations.outcomes import ACTION_WORDS, ITEM_STATUSES, outcome_label, outcome_of
from indexium_core.model.planning import field_text, risk

Item: TypeAlias = Any  # an `ItemDetails`, whose module imports this one
SIDE_FILE_TAGS: Mapping[str, str] = {  # action of a side file → kind of its tag
    "create": "add",
    "update": "set",
    "replace": "set",
    "remove": "del",
    "unchanged": "same",
    "blocked": "same",
}
_SIDE_FILE_SIGNS = {"create": "+", "update": "~", "replace": "⇄", "remove": "−", "unchanged": "="}
_UNCHANGED = {  # checks of a verification → the parts of the file that they compare
    "streams": "streams",
    "chapters": "chapters",
    "attachments": "attachments",
    "side_data": "side data",
    "tags": "other tags",
    "index": "index",
    "structure": "structure",
}

_LEVELS = {  # item status → level of its chip
    "success": "safe",
    "failed": "danger",
    "conflict": "danger",
    "unknown": "warning",
}
_GLYPHS = {  # glyphs by status, or by code if the code is more precise
    "pending": "·",
    "writing": "…",
    "success": "✓",
    "skipped": "–",
    "failed": "✕",
    "conflict": "⊘",
    "unknown": "?",
    "in_use": "◔",
    "nothing_to_do": "–",
    "cancelled": "·",
    "undone": "↺",
}


def tags(item: Item) -> list[dict[str, Any]]:
    """Return the people, fields and side files that an item changes."""
    return [
        *({"text": person, "kind": "del"} for person in item.tags_removed),
        *({"text": person, "kind": "add"} for person in item.tags_added),
        *field_text.tags(item.fields),
        *({"text": each.path.rpartition("/")[2], "kind": SIDE_FILE_TAGS[each.action]} for each in item.side_files),
    ]


def people_line(item: Item) -> str:
    """Return `− Zoe Oz + Zoë Öz`: the people that an item removes and adds."""
    return " ".join([*(f"− {name}" for name in item.tags_removed), *(f"+ {name}" for name in item.tags_added)])


def side_files_line(item: Item) -> str:
    """Return `+ movie.nfo ~ poster.jpg`: the side files that an item changes."""
    return " ".join(f"{_SIDE_FILE_SIGNS[each.action]} {each.path.rpartition('/')[2]}" for each in item.side_files)


def method_and_time(item: Item) -> str:
    """Return how a file was written and how long it took."""
    if item.status == "writing" and item.seconds is not None and item.seconds >= 1:
        return f"for {wording.duration(item.seconds)}"
    if item.status != "success" or item.seconds is None:
        return ""
    taken = wording.duration(item.seconds)
    return f"{strategies.in_words(item.strategy)} · {taken}" if item.strategy and not item.side_files else taken


def comments(item: Item) -> dict[str, Any]:
    """Return the comment `before` and `after` as runs of text with marked differences; None means no comment."""
    before, after = comment_diff.compare(item.previous_comment, item.new_comment)
    return {"before": before, "after": after}


def changed_fields(item: Item) -> list[dict[str, Any]]:
    """Return the changed fields beside the comment, each with its old and its new value."""
    return [field_text.compared(change) for change in field_text.changes_of(item.fields)]


def facts(item: Item) -> list[list[str]]:
    """Return where an item is, how it was written, how long that took, and what is kept of it, with labels."""
    pairs = [[ACTION_WORDS[each.action].capitalize(), each.path] for each in item.side_files]
    pairs = pairs or [["Path", item.file_path]]
    if item.strategy:
        pairs.append(["Method", strategies.in_words(item.strategy)])
    if item.seconds:
        pairs.append(["Duration", wording.duration(item.seconds)])
    if item.status == "success":
        kept = wording.size(item.backup_bytes) if item.backup_bytes else "nothing"
        pairs.append(["Kept for rollback", "only the comment" if item.backup_kind == "tags" else kept])
    return pairs


def attempts(item: Item) -> list[str]:
    """Return why earlier attempts at an item failed."""
    return [f"{risk.label(each.code)}: {each.message}" for each in item.attempts]


def proof_lines(item: Item) -> list[str]:
    """Return the results of the verification of an item; none if nothing was verified."""
    changed = [each.key for each in field_text.changes_of(item.fields)]
    if item.previous_comment != item.new_comment or not changed:
        changed.insert(0, COMMENT)
    return _proof_lines(item.proof, changed)


def _proof_lines(proof: Mapping[str, Any], changed: Sequence[str]) -> list[str]:
    """Return the lines of a verification; `changed` are the keys of the fields that the operation changed."""
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


def item_glyph(status: str, code: str = "") -> str:
    """Return the glyph of an item's chip."""
    return _GLYPHS.get(code) or _GLYPHS.get(status, "")


def item_status(status: str, code: str = "", *, ended: bool = False, kind: str = "write") -> tuple[str, str]:
    """
    Return the words and the level of an item's chip.

    Args:
        status: The status of the item.
        code: Its code, which can be more precise than the status.
        ended: Whether its operation has ended.
        kind: The type of its operation: write, rollback or publish.

    """
    if code == "in_use":
        return "in use, will retry", "blocked"
    if code == "nothing_to_do":
        return "nothing to do", "blocked"
    if status == "pending" and not ended:
        return "waiting", "blocked"
    if status == "writing" or status not in ITEM_STATUSES:
        return status, "note"
    return outcome_label(outcome_of(status, code, kind)), _LEVELS.get(status, "blocked")
