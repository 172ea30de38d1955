"""Taking an operation back, asked for from any page: look first, then say what would happen, then do it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dashboards import words
from dashboards.bridge import Bridge
from dashboards.components.dialog import Dialog
from indexium_core.model.operation import RollbackCheck

if TYPE_CHECKING:
    from indexium_core.library import Library

__all__ = ["ask"]

SHOWN = 50
REPLAN = {
    "key": "replan",
    "label": "Leave the files in the plan",
    "hint": "Else they are skipped in it from then on, so that the next write does not bring the tags back.",
}


def ask(
    library: Library,
    bridge: Bridge,
    dialog: Dialog,
    operation_id: int,
    started: Callable[[int], None],
    *,
    query: str = "",
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

    """

    def start(note: str, ticked: frozenset[str]) -> None:
        bridge.run(
            lambda: library.rollback(
                operation_id,
                query,
                changed="comment" if "comment" in ticked else "skip",
                with_newer="newer" in ticked,
                replan="replan" in ticked,
                note=note,
                source="dashboard",
            ),
            lambda handle: started(handle.id),
            name="rollback",
            once=True,
        )

    def question(check: RollbackCheck) -> None:
        ways = _ways(check)
        if not check.restorable and not ways:
            dialog.report("This cannot be rolled back", [*_refusal(check), *_conflicts(check)])
            return
        title = f"Roll back {words.files(check.restorable)}" if check.restorable else "Roll back"
        dialog.choose(
            f"{title}?",
            [*_promise(check), *_conflicts(check)],
            [*ways, REPLAN],
            start,
            confirm=title,
            needs=[] if check.restorable else [way["key"] for way in ways],
            note="Note (optional)",
        )

    bridge.run(lambda: library.rollback_check(operation_id, query), question, name="rollback_check", once=True)


def _ways(check: RollbackCheck) -> list[dict[str, str]]:
    """Return what can be done about files that would be left alone."""
    found = []
    if check.comment_only:
        number = words.files(check.comment_only)
        label = f"Restore only the comment of {number} more"
        hint = "Their old bytes cannot come back: another program changed them, or their backup is gone."
        found.append({"key": "comment", "label": label, "hint": hint})
    if check.superseded:
        newer = ", ".join(words.count(each) for each in check.newer)
        label = f"Take back newer writes of {words.files(check.superseded)} first"
        hint = f"Operation {newer}; then these get their old bytes back, too."
        found.append({"key": "newer", "label": label, "hint": hint})
    return found


def _promise(check: RollbackCheck) -> list[dict[str, Any]]:
    number = check.restorable
    if not number:
        return [{"kind": "why", "level": "warning", "text": "No file can get its old bytes back just so."}]
    gets, dates = ("gets its", "its old date") if number == 1 else ("get their", "their old dates")
    promise = f"✓ {words.files(number)} {gets} old bytes back, bit for bit, and {dates}."
    return [{"kind": "why", "level": "safe", "text": promise}]


def _refusal(check: RollbackCheck) -> list[dict[str, Any]]:
    return [{"kind": "why", "level": "warning", "text": check.reason or "None of its files can be taken back."}]


def _conflicts(check: RollbackCheck) -> list[dict[str, Any]]:
    if not check.conflicts:
        return []
    items = [
        {
            "name": item.file_name,
            "status": (item.code or "conflict").replace("_", " "),
            "level": "warning",
            "message": item.message,
        }
        for item in check.conflicts[:SHOWN]
    ]
    number = len(check.conflicts)
    return [
        {
            "kind": "items",
            "label": f"{words.files(number)} would be left alone",
            "items": items,
            "more": f"and {words.count(number - SHOWN)} more" if number > SHOWN else "",
        }
    ]
