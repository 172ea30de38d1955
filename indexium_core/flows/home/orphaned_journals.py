"""
Journals without their database: it was lost, is damaged, or was brought back from an older copy.

A journal tells by itself which files are in the middle of a write, so no film has to stay broken for want of a row.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Collection
from pathlib import Path

from indexium_core import errors
from indexium_core.files import journal

__all__ = ["heal", "put_aside"]

logger = logging.getLogger(__name__)


def heal(folder: Path, known: Collection[str] = ()) -> list[journal.Recovered]:
    """
    Undo what journals in `folder` that are not `known` have begun and not finished; they stay where they are.

    A journal that cannot be read, or that another process is at, is left alone.
    """
    return [each for path in _strays(folder, known) for each in _healed(path) or ()]


def put_aside(folder: Path, known: Collection[str]) -> list[journal.Recovered]:
    """
    Heal by the journals that the database does not know, and move them to `lost`, out of the way of new ones.

    Those with a file that cannot be reached now are looked at again at the next start; the others end in `.settled`.
    """
    lost, found = folder / "lost", list[journal.Recovered]()
    for path in (*_strays(folder, known), *_strays(lost, ())):
        healed = _healed(path)
        if healed is None:
            continue
        found += healed
        lost.mkdir(mode=0o700, exist_ok=True)
        settled = all(each.outcome.settled for each in healed)
        target = lost / path.with_suffix(".settled").name if settled else lost / path.name
        if target != path:
            path.rename(_free(target))
    return found


def _healed(path: Path) -> list[journal.Recovered] | None:
    """Undo what a journal has begun and not finished; None where it is left alone."""
    try:
        return journal.recover(path)
    except errors.IndexiumError as error:
        logger.warning("journal.left_alone", extra={"error": error.message})
        return None


def _strays(folder: Path, known: Collection[str]) -> list[Path]:
    try:
        names = [entry.name for entry in os.scandir(folder) if entry.name.endswith(".journal")]
    except FileNotFoundError:
        return []
    return [folder / name for name in sorted(names) if name not in known]


def _free(path: Path) -> Path:
    """Return the first name like this one that nothing has."""
    number, wanted = 0, path
    while wanted.exists():
        number += 1
        wanted = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return wanted
