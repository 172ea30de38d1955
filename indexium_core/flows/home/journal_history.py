"""
The history from journals: add the writes that the database does not know, from the entries of their journals.

A journal has the bytes of each file before its write, so these writes can be rolled back. The comments are read from
the file and from the bytes before. A journal has neither the time nor the title of a write.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

from indexium_core import errors
from indexium_core.files import journal, reader
from indexium_core.files.containers import Reader, registry
from indexium_core.flows.writing import late_results, states
from indexium_core.model.database import DatabaseProgress, TableOrigin
from indexium_core.model.files import fields
from indexium_core.model.people import people_comment
from indexium_core.store.database import Database
from indexium_core.store.recovery import journal_rows
from indexium_core.store.recovery.journal_rows import JournalRow

__all__ = ["add_history"]

_COMMENT, _WHOLE = "comment", "container"
_NOTE = "Recovered from its journal"
logger = logging.getLogger(__name__)
Entry: TypeAlias = journal.AnyEntry


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
    for number, (file_path, entries) in enumerate(by_file.items()):
        on_progress(number, len(by_file), file_path.decode("utf-8", "replace"))
        journal_rows.add(database, file_path, _rows(file_path, entries, kept_for), note=_NOTE)
    journal_rows.count_again(database, {each.operation_id for each in found})
    journal_rows.link_rollbacks(database)
    return [TableOrigin(table="metadata_history", source="journals", rows=len(found))], problems


def _committed(path: Path) -> list[_Committed]:
    """Return the entries of complete writes, in their order; UsageError if a write of the journal is unfinished."""
    content = journal.read(path)
    if any(mark.state == "begun" for mark in content.marks):
        raise errors.UsageError("an interrupted write could not be undone yet. The next start tries it again.")
    operation_id = int(path.name.partition(".")[0])
    return [_Committed(entry, operation_id, path) for entry in content.entries if entry.state == "committed"]


@dataclass(frozen=True, slots=True)
class _Version:
    """A file at one time: the digest that a rollback compares, and the texts of its comment by place."""

    state: str | None = None  # None: unknown
    texts: dict[str, str] = field(default_factory=dict)

    @property
    def comment(self) -> str | None:
        return next(iter(self.texts.values()), None)

    @property
    def people(self) -> list[str]:
        return people_comment.parse(self.comment).people


def _rows(path: bytes, entries: Sequence[_Committed], kept_for: timedelta) -> list[JournalRow]:
    """Return the rows of the writes of one file, newest first."""
    versions = _versions(path, [each.entry for each in entries])
    return [
        JournalRow(
            item_id=each.entry.item_id,
            operation_id=each.operation_id,
            at=(at := datetime.fromtimestamp(each.journal.stat().st_mtime, UTC)),
            expires_at=at + kept_for,
            journal=each.journal.name,
            journal_bytes=each.entry.stored_bytes,
            **_states(each.entry, _difference(versions[number + 1], versions[number])),
            **_old(path, each.entry),
            **_backup(each.entry),
        )
        for number, each in enumerate(entries)
    ]


def _versions(path: bytes, entries: Sequence[Entry]) -> list[_Version]:
    """Return the file now, before its newest write, and so on; unknown versions where a backup cannot be read."""
    versions = list[_Version]()
    try:
        with contextlib.ExitStack() as stack:
            file: Reader | None = stack.enter_context(reader.FileReader(path))
            for entry in [*entries, None]:
                if file is None:
                    break
                found = [each for each in registry.examine(file)[1].fields if each.field == _COMMENT]
                texts = {each.where: fields.display_text(each.value) for each in found}
                versions.append(_Version(states.state_before([], file), texts))
                file = states.reader_before(entry, file, stack) if entry is not None else None
    except errors.MetadataError as error:
        logger.warning("rebuild.no_state", extra={"file_path": path.decode("utf-8", "replace"), "error": error.message})
    return versions + [_Version()] * (len(entries) + 1 - len(versions))


def _difference(old: _Version, new: _Version) -> dict[str, Any]:
    """Return the digests and the texts of a row; without texts if a version is unknown."""
    found: dict[str, Any] = {"original_state": old.state, "written_state": new.state, "changes": "[]"}
    if old.state is None or new.state is None:
        return found
    places = list(dict.fromkeys([*old.texts, *new.texts]))
    texts = [(_WHOLE, old.comment, new.comment)]
    if len(places) > 1:
        texts = [(place, old.texts.get(place), new.texts.get(place)) for place in places]
    changes = [{"field": _COMMENT, "where": where, "old": before, "new": after} for where, before, after in texts]
    return found | {
        "changes": json.dumps(changes),
        "previous_comment": old.comment,
        "new_comment": new.comment,
        "added": [name for name in new.people if name not in old.people],
        "removed": [name for name in old.people if name not in new.people],
    }


def _states(entry: Entry, found: dict[str, Any]) -> dict[str, Any]:
    """Return the facts of a row; a write of a sidecar has the states of the sidecar, and its texts are unknown."""
    if not isinstance(entry, journal.SidecarEntry):
        return found
    old, new = (states.sidecar_state(entry.name, each) for each in (entry.before, entry.after))
    return {"original_state": old, "written_state": new, "changes": "[]"}


def _old(path: bytes, entry: Entry) -> dict[str, Any]:
    if isinstance(entry, journal.SidecarEntry):
        try:
            status = os.lstat(path)
        except OSError:
            return {"size": 0, "mtime_ns": 0}
        return {"size": status.st_size, "mtime_ns": status.st_mtime_ns}
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
