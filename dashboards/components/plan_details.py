"""The details of one planned file: why, before and after, what others show, how it is written, what can be done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from dashboards import words
from dashboards.components import comment_diff, plan_table
from dashboards.components.base import Component, module
from indexium_core.model.plan import PlanItem

__all__ = ["PlanDetails", "view"]


class PlanDetails(Component):
    """
    The drawer beside the table, or the sheet below it.

    Messages: `close`, `save` {id, people}, `preserve`/`skip`/`revoke` {id}. Sent to it: {problem} (a name that may not
    be written), {saved}, {names} (to offer). View: see `view`; `{open: false}` hides it.
    """

    _esm = module("plan_details")

    def complain(self, problem: str) -> None:
        """Show a sentence in the editor."""
        self._send_msg({"problem": problem})

    def suggest(self, names: Sequence[str]) -> None:
        """Offer names in the editor."""
        self._send_msg({"names": list(names)})

    def saved(self) -> None:
        """Close the editor: what it held is in force."""
        self._send_msg({"saved": True})


def view(item: PlanItem, *, edit: int, editable: bool, decided: Sequence[str], undo_days: int) -> dict[str, Any]:
    """
    Return what the details show.

    Args:
        item: The file.
        edit: Changes each time the editor is to open; 0 for never.
        editable: Whether editing is allowed at all (a setting).
        decided: Kinds of decisions in force for the file.
        undo_days: For how many days a write can be taken back.

    """
    old, new = comment_diff.compare(item.existing_comment, item.result_comment)
    return {
        "open": True,
        "id": item.file_id,
        "edit": edit,
        "name": item.file_name,
        "path": item.file_path,
        "strip": strip(item),
        "issues": [{"severity": issue.severity, "message": issue.message} for issue in plan_table.ordered(item.issues)],
        "tags": plan_table.tag_list(item),
        "people": item.result_people,
        "old": old,
        "new": new,
        "same": item.existing_comment == item.result_comment,
        "shows": shows(item),
        "how": how(item, decided, undo_days),
        "acts": acts(item, decided, editable=editable),
    }


def strip(item: PlanItem) -> list[str]:
    """Return the plain facts of the file."""
    moment = datetime.fromisoformat(item.mtime).astimezone(UTC)
    parts = [words.clock(item.duration)] if item.duration else []
    return [*parts, words.size(item.size), item.container or item.file_ext, f"changed {words.when(moment)}"]


def shows(item: PlanItem) -> list[list[str]]:
    """Return where other programs will show the text; only what was checked against them."""
    if not item.can_update or item.result_comment is None:
        return []
    pairs = [["MediaInfo, ExifTool, ffprobe", "Comment"]]
    if any(issue.code == "shown_as_plot" for issue in item.issues):
        pairs.insert(0, ["Jellyfin", "as the plot, where no overview is set"])
    return pairs


def how(item: PlanItem, decided: Sequence[str], undo_days: int) -> list[list[str]]:
    """Return how the file would be written, and by whose word."""
    if not item.can_update:
        pairs = [["Strategy", "it is not written"]]
    elif item.risk_level == "unchanged":
        pairs = [["Strategy", "nothing to do"]]
    else:
        pairs = [
            ["Strategy", f"{words.strategy(item.strategy)} · about {words.span(item.est_seconds)}"],
            ["Undo", f"the same bytes again, for {undo_days} days"],
        ]
    people = "merged with those in the file" if item.people_mode == "merge" else "exactly those of the database"
    pairs.append(["People", "set by hand" if item.edited else people])
    if item.comment_mode == "preserve":
        pairs.append(["Other text", "kept" + (", as you chose" if "mode" in decided else "")])
    return pairs


def acts(item: PlanItem, decided: Sequence[str], *, editable: bool) -> dict[str, str]:
    """Return what can be done: each act with what it would do now."""
    offered = {"skip": "off" if item.postponed else "on"}
    if editable:
        offered["edit"] = "on"
    if item.comment_mode == "preserve":
        offered["preserve"] = "off"
    elif any(issue.code == "custom_comment" for issue in item.issues):
        offered["preserve"] = "on"
    kept = [kind for kind in decided if kind != "postpone"]
    if kept:
        offered["revoke"] = "Takes back what was edited or chosen by hand for this file"
    return offered
