"""
Orphaned journals: journals that are not in the database, which was lost, damaged or restored from an older copy.

A journal has all data for undoing its unfinished writes, so the files can be restored without the database. No journal
is moved before a rebuild or a restore adds its writes to the history.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from indexium_core import errors
from indexium_core.store import home_files

if TYPE_CHECKING:
    from indexium_core.files import journal

logger = logging.getLogger(__name__)


def recover(folder: Path, known: Collection[str] = ()) -> list[journal.Recovered]:
    """
    Undo the unfinished writes of the journals in `folder` that are not in `known`.

    A journal that is unreadable, or that another process uses, is skipped.
    """
    paths = [path for path in unknown(folder, known) if path.suffix == ".journal"]
    if not paths:
        return []
    from indexium_core.files import journal  # here: most starts find nothing

    results = list[journal.Recovered]()
    for path in paths:
        try:
            results += journal.recover(path)
        except errors.IndexiumError as error:
            logger.warning("journal.skipped", extra={"error": error.message})
    return results


def unknown(folder: Path, known: Collection[str]) -> list[Path]:
    """Return the journals in `folder` that are not in `known`, with those that an earlier version moved away."""
    return [path for path in home_files.journals(folder) if path.parent != folder or path.name not in known]
