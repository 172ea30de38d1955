"""
The history from journals: add the writes that the database does not know, from the entries of their journals.

A journal has the bytes of each file before its write, so these writes can be rolled back. It does not have their
comments, their titles or their people.
"""

from __future__ import annotations

import logging
import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

from indexium_core import errors
from indexium_core.files import journal, reader
from indexium_core.flows.writing import late_results, states
from indexium_core.model.database import DatabaseProgress, TableOrigin
from indexium_core.store.database import Database
from indexium_core.store.recovery import journal_rows
from indexium_core.store.recovery.journal_rows import JournalRow

__all__ = ["add_history"]

_NOTE = "Recovered from its journal"
logger = logging.getLogger(__name__)
Entry: TypeAlias = journal.JournalEntry | journal.SwapEntry


@dataclass(frozen=True, slots=True)
class _Committed:
    """An entry of a file that was written, and its journal."""

    entry: Entry
    operation_id: int
    journal: Path


def add_history(
    database: Database, folder: Path, on_progress: DatabaseProgress, *, kept_for: timedelta
) -> tuple[list[TableOrigin], list[str]]:
    """
    Add the writes of the journals in `folder` that the database does not know; interrupted writes are undone before.

    Returns the origins of the added rows, and a sentence for each journal that cannot be used.
    """
    found, problems = list[_Committed](), list[str]()
    for path in sorted(folder.glob("*.journal"), key=lambda path: path.stat().st_mtime_ns):
        try:
            found += _committed(path)
        except (errors.IndexiumError, ValueError) as error:
            problems.append(f"The journal {path.name} cannot be used: {error}")
    known = journal_rows.recorded(database, [each.entry.item_id for each in found])
    found = [each for each in found if each.entry.item_id not in known]
    if not found:
        return [], problems
    by_file: dict[bytes, list[_Committed]] = defaultdict(list)
    for each in reversed(found):  # newest first
        by_file[each.entry.path].append(each)
    for number, (path, entries) in enumerate(by_file.items()):
        on_progress(number, len(by_file), os.fsdecode(path).encode("utf-8", "replace").decode())
        journal_rows.add(database, path, _rows(path, entries, kept_for), note=_NOTE)
    journal_rows.count_again(database, {each.operation_id for each in found})
    return [TableOrigin(table="metadata_history", source="journals", rows=len(found))], problems


def _committed(path: Path) -> list[_Committed]:
    """Return the entries of complete writes, in their order; UsageError if a write of the journal is unfinished."""
    content = journal.read(path)
    if any(mark.state == "begun" for mark in content.marks):
        raise errors.UsageError("an interrupted write could not be undone yet. The next start tries it again.")
    operation_id = int(path.name.partition(".")[0])
    return [_Committed(entry, operation_id, path) for entry in content.entries if entry.state == "committed"]


def _rows(path: bytes, entries: Sequence[_Committed], kept_for: timedelta) -> list[JournalRow]:
    """Return the rows of the writes of one file, newest first."""
    digests = _states(path, [each.entry for each in entries])
    return [
        JournalRow(
            item_id=each.entry.item_id,
            operation_id=each.operation_id,
            at=(at := datetime.fromtimestamp(each.journal.stat().st_mtime, UTC)),
            expires_at=at + kept_for,
            journal=each.journal.name,
            bytes=each.entry.stored_bytes,
            written_state=digests[number],
            original_state=digests[number + 1],
            **_old(each.entry),
            **_backup(each.entry),
        )
        for number, each in enumerate(entries)
    ]


def _states(path: bytes, entries: Sequence[Entry]) -> list[str | None]:
    """Return the digest of a file now, before its newest write, and so on; None where it cannot be computed."""
    digests: list[str | None] = []
    try:
        with reader.FileReader(path) as file:
            digests.extend(states.state_before(entries[:count], file) for count in range(len(entries) + 1))
    except errors.MetadataError as error:
        logger.warning("rebuild.no_state", extra={"file_path": path.decode("utf-8", "replace"), "error": error.message})
    return digests + [None] * (len(entries) + 1 - len(digests))


def _old(entry: Entry) -> dict[str, int]:
    if isinstance(entry, journal.JournalEntry):
        return {"size": entry.size_before, "mtime_ns": entry.mtime_ns}
    return {"size": entry.old.size, "mtime_ns": entry.old.mtime_ns}


def _backup(entry: Entry) -> dict[str, Any]:
    fields = late_results.backup_fields(entry)
    return {
        "kind": fields.get("backup_kind", "journal"),
        "kept": fields.get("kept"),
        "kept_bytes": fields.get("kept_bytes", 0),
        "parted": fields.get("parted_inode"),
    }
