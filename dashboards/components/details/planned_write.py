"""The planned write of one file: its comments, what other programs will show, its method, and the offered actions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from indexium_core.model import wording
from indexium_core.model.fields import comment_diff
from indexium_core.model.fields.table import COMMENT
from indexium_core.model.files import strategies
from indexium_core.model.files.fields import lost_texts_by_place
from indexium_core.model.planning.plan import PlanItem
from indexium_core.model.review.file_details import FileDetails


def same_texts(details: FileDetails) -> list[list[str]]:
    """Return each place of the comment, if several places hold the same comment."""
    if len(details.comment_fields) < 2 or details.fields_differ:
        return []
    return [[each.where, "the same text"] for each in details.comment_fields]


def texts(details: FileDetails, item: PlanItem) -> list[dict[str, Any]]:
    """Return each comment of a file with several comments: place, current text and planned text."""
    changed = [change for change in item.changes if change.field == COMMENT]
    if not details.fields_differ and len(changed) < 2:
        return []
    planned = {change.where: change.new for change in changed}
    held = {each.where: each.value for each in details.comment_fields}
    lost = lost_texts_by_place(changed)
    rows = []
    for where in [*held, *(place for place in planned if place not in held and place != "container")]:
        now = held.get(where)
        new = planned.get(where, now)
        old, result = comment_diff.compare(now, new)
        rows.append(
            {"where": where, "old": old, "new": result, "change": _outcome_of_text(now, new, lost=where in lost)}
        )
    return rows


def _outcome_of_text(now: str | None, new: str | None, *, lost: bool) -> str:
    if new == now:
        return "kept"
    if new is None or now is None:
        return "removed" if new is None else "added"
    return "replaced" if lost else "changed"


def shows(details: FileDetails) -> list[list[str]]:
    """Return what each player will show; players with the same text are one row: programs, text, kind."""
    rows: dict[str, tuple[list[str], str, str]] = {}
    for each in details.readings:
        text = each.text + (" · reported by others" if each.basis == "reported" else "")
        rows.setdefault(text.lower(), ([], text, each.shows))[0].append(each.program)
    if len(rows) == 1:
        return [["All people", text, kind] for _, text, kind in rows.values()]
    return [[", ".join(programs), text, kind] for programs, text, kind in rows.values()]


def how(details: FileDetails, item: PlanItem, decided: Sequence[str], rollback_days: int) -> list[list[str]]:
    """Return the method of the write, its reason, and who chose it."""
    pairs = _strategy(details, item, rollback_days)
    people = "merged with those in the file" if item.people_mode == "merge" else "exactly as in the database"
    pairs.append(["People", "set by hand" if "edit" in decided else people])
    if item.comment_mode == "preserve":
        pairs.append(["Custom text", "kept" + (", as you chose" if "mode" in decided else "")])
    return pairs


def _strategy(details: FileDetails, item: PlanItem, rollback_days: int) -> list[list[str]]:
    if item.risk_level == "unchanged":
        return [["Strategy", "nothing to do"]]
    if not item.can_update:
        messages = " ".join(issue.message for issue in item.issues)
        why = "" if details.strategy else details.strategy_why
        return [["Strategy", "not written"], *([["Reason", why]] if why.rstrip(".") not in messages else [])]
    cost = f"{wording.estimate(item.est_seconds)}, {wording.size(item.est_bytes)} of {wording.size(details.size)}"
    return [
        ["Strategy", strategies.in_words(item.strategy)],
        ["Cost", cost],
        ["Reason", details.strategy_why or strategies.why(item.strategy)],
        [
            "Rollback",
            f"byte for byte, for {wording.plural(rollback_days, 'day')}; kept: {strategies.kept(item.strategy)}",
        ],
    ]


def acts(item: PlanItem, decided: Sequence[str], *, editable: bool) -> dict[str, str]:
    """Return the actions, each with its effect."""
    offered = {"skip": "off" if item.postponed else "on"}
    if editable:
        offered["edit"] = "on"
    if item.comment_mode == "preserve":
        offered["preserve"] = "off"
    elif any(issue.code == "custom_comment" for issue in item.issues):
        offered["preserve"] = "on"
    kept = [kind for kind in decided if kind != "postpone"]
    if kept:
        offered["revoke"] = "Removes your edits and your modes of this file"
    return offered
