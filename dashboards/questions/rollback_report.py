"""How the check before a rollback is shown: numbers, choices and conflicts."""

from __future__ import annotations

from typing import Any

from indexium_core.model import wording
from indexium_core.model.operations.operation import ItemDetails
from indexium_core.model.operations.rollback import RollbackCheck


def outlook(check: RollbackCheck) -> list[list[str]]:
    """Return pairs of a number of files and the rest of the sentence, by result."""
    pairs = []
    if check.exact:
        pairs.append([wording.count(check.exact), f"{'is' if check.exact == 1 else 'are'} restored byte for byte"])
    return pairs + [[wording.count(number), text] for number, text in check.conflict_reasons()]


def hints(check: RollbackCheck) -> list[str]:
    """Return what a person can choose for files with a conflict, and what was not checked completely."""
    found = check.hard_link_sentences()
    if check.comment_only:
        found.append(f"For {wording.files(check.comment_only)}, you can choose to restore only the comment.")
    if check.replaceable:
        number = wording.plural(check.replaceable, check.noun)
        found.append(f"For {number}, you can choose to replace files that another program changed.")
    if check.superseded:
        newer = ", ".join(wording.count(each) for each in check.newer)
        found.append(
            f"For {wording.plural(check.superseded, check.noun)}, you can choose to roll back the newer "
            f"{'operation' if len(check.newer) == 1 else 'operations'} {newer} first."
        )
    if check.quick_checked:
        found.append(
            f"{wording.files(check.quick_checked)} checked by size and date. "
            "The rollback compares each of them byte for byte."
        )
    return found


def conflict_row(item: ItemDetails) -> dict[str, Any]:
    """Return the row of a file with a conflict."""
    return {
        "name": item.name,
        "path": item.file_path,
        "status": "conflict",
        "level": "warning",
        "message": item.message,
    }


def is_possible(check: RollbackCheck | None) -> bool:
    """Return whether a rollback can restore something, possibly after a choice."""
    return check is not None and bool(check.restorable or check.comment_only or check.replaceable or check.superseded)
