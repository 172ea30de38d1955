"""
Orphaned journals: journals that are not in the database, which was lost, damaged or restored from an older copy.

A journal has all data for undoing its unfinished writes, so the files can be restored without the database.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Collection
from pathlib import Path

from indexium_core import errors
from indexium_core.files import journal

__all__ = ["recover", "recover_and_archive"]

logger = logging.getLogger(__name__)


def recover(folder: Path, known: Collection[str] = ()) -> list[journal.Recovered]:
    """
    Undo the unfinished writes of the journals in `folder` that are not in `known`. The journals are not moved.

    A journal that is unreadable, or that another process uses, is skipped.
    """
    return [each for path in _orphaned(folder, known) for each in _undone(path) or ()]


def recover_and_archive(folder: Path, known: Collection[str]) -> list[journal.Recovered]:
    """
    Undo the unfinished writes of orphaned journals, and move the journals to the subfolder `lost`.

    The move makes their names available for new journals. A journal with a file that is not accessible now is tried
    again at the next start; all other journals get the suffix `.settled`.
    """
    lost, results = folder / "lost", list[journal.Recovered]()
    for path in (*_orphaned(folder, known), *_orphaned(lost, ())):
        undone = _undone(path)
        if undone is None:
            continue
        results += undone
        lost.mkdir(mode=0o700, exist_ok=True)
        is_settled = all(each.outcome.is_resolved for each in undone)
        target = lost / path.with_suffix(".settled").name if is_settled else lost / path.name
        if target != path:
            path.rename(_unused(target))
    return results


def _undone(path: Path) -> list[journal.Recovered] | None:
    """Undo the unfinished writes of a journal; return None if it is skipped."""
    try:
        return journal.recover(path)
    except errors.IndexiumError as error:
        logger.warning("journal.skipped", extra={"error": error.message})
        return None


def _orphaned(folder: Path, known: Collection[str]) -> list[Path]:
    try:
        names = [entry.name for entry in os.scandir(folder) if entry.name.endswith(".journal")]
    except FileNotFoundError:
        return []
    return [folder / name for name in sorted(names) if name not in known]


def _unused(path: Path) -> Path:
    """Return the path, with a number if it exists already."""
    number, candidate = 0, path
    while candidate.exists():
        number += 1
        candidate = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return candidate
