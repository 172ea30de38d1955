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
    found: list[journal.Recovered] = []
    for path in _strays(folder, known):
        try:
            found += journal.recover(path)
        except errors.IndexiumError as error:
            logger.warning("journal.left_alone", extra={"error": error.message})
    return found


def put_aside(folder: Path, known: Collection[str]) -> list[journal.Recovered]:
    """
    Heal by the journals that the database does not know, and move them to `lost`, out of the way of new ones.

    Those with a file that cannot be reached now are looked at again at the next start; the others end in `.settled`.
    """
    strays, lost = _strays(folder, known), folder / "lost"
    found = heal(folder, known)
    if strays:
        lost.mkdir(mode=0o700, exist_ok=True)
    for path in strays:
        path.rename(_free(lost / path.name))
    for path in _strays(lost, ()):
        again = heal(lost, {each.name for each in _strays(lost, ()) if each != path})
        found += again
        if all(each.outcome.settled for each in again):
            path.rename(_free(path.with_suffix(".settled")))
    return found


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
