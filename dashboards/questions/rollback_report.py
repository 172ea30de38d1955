"""How the check before a rollback is shown: numbers, choices and conflicts."""

from __future__ import annotations

from typing import Any

from indexium_core.model import wording
from indexium_core.model.operations.operation import (
    ItemDetails,
    RollbackCheck,
)

__all__ = ["conflict_row", "hints", "is_possible", "outlook"]


def outlook(check: RollbackCheck) -> list[list[str]]:
    """Return what becomes of the files: a number, and the rest of the sentence."""
    pairs = []
    if check.exact:
        pairs.append([wording.count(check.exact), f"{'gets' if check.exact == 1 else 'get'} the same bytes back"])
    return pairs + [[wording.count(number), text] for number, text in check.left_alone()]


def hints(check: RollbackCheck) -> list[str]:
    """Return what can be chosen about files that would be left alone, and what is not known for sure."""
    found = check.names()
    if check.comment_only:
        its = "its comment alone" if check.comment_only == 1 else "their comments alone"
        found.append(f"{wording.files(check.comment_only)} can get {its} back, if you choose so.")
    if check.superseded:
        newer = ", ".join(wording.count(each) for each in check.newer)
        found.append(
            f"{wording.files(check.superseded)} can go back together with newer "
            f"{'operation' if len(check.newer) == 1 else 'operations'} {newer}, if you choose so."
        )
    if check.glanced:
        found.append(
            f"{wording.files(check.glanced)} judged by size and date; "
            "each is compared byte for byte when its turn comes."
        )
    return found


def conflict_row(item: ItemDetails) -> dict[str, Any]:
    """Return a file that would be left alone."""
    return {
        "name": item.file_name,
        "path": item.file_path,
        "status": item.code.replace("_", " ") or "conflict",
        "level": "warning",
        "message": item.message,
    }


def is_possible(check: RollbackCheck | None) -> bool:
    """Tell whether a rollback would do something, be it by a choice."""
    return check is not None and bool(check.restorable or check.comment_only or check.superseded)
