"""
The history from journals: add the writes that the database does not know, from the entries of their journals.

A journal has the bytes of each file before its write, so these writes can be rolled back. The values of all fields are
read from the file and from the bytes before. A journal has neither the time nor the title of a write.
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
from indexium_core.files import journal, reader, sidecar_reading
from indexium_core.files.containers import Reader, registry
from indexium_core.flows.writing import late_results, states
from indexium_core.model import wording
from indexium_core.model.database import DatabaseProgress
from indexium_core.model.fields.table import COMMENT
from indexium_core.model.files import fields
from indexium_core.model.people import people_comment
from indexium_core.store import home_files
from indexium_core.store.database import Database
from indexium_core.store.rebuild import journal_rows
from indexium_core.store.rebuild.journal_rows import JournalRow

_WHOLE = "container"
_NOTE = "Recovered from its journal"
logger = logging.getLogger(__name__)
Entry: TypeAlias = journal.AnyEntry


@dataclass(frozen=True, slots=True)
class _Committed:
    """An entry of a file that was written, with its operation and its journal."""

    entry: Entry
    operation_id: int
    journal: Path
    name: str  # of the journal after the rebuild


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedHistory:
    """The writes that were added to a history."""

    writes: int  # of one file each
    problems: list[str]  # a sentence for each journal that cannot be used
    moves: dict[Path, Path]  # the new places of journals that were moved away from their folder


class _Renumbering:
    """The operations of journals. Another operation may have the number of an operation of a former database."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database, self._folder = database, folder
        self._operations = journal_rows.operations(database)
        self._new_numbers: dict[int, int] = {}  # of former operations, by their old numbers: one may have several runs
        self.moves: dict[Path, Path] = {}

    def place(self, path: Path, entries: Sequence[Entry]) -> list[_Committed]:
        """Return the entries of a journal with their operation; UsageError if other writes have their numbers."""
        number = home_files.operation_of(path)
        if number is None:
            raise errors.UsageError("its name has no number of an operation. The journal is kept.")
        owners = journal_rows.owners(self._database, [entry.item_id for entry in entries])
        strangers = [each for each in entries if owners.get(each.item_id, (number, each.path)) != (number, each.path)]
        if strangers:
            writes = wording.plural(len(entries), "write")
            raise errors.UsageError(f"its {writes} have the numbers of other writes. The journal is kept.")
        target = path
        if path.parent != self._folder:
            if number in self._operations and not owners:
                if number not in self._new_numbers:
                    self._new_numbers[number] = journal_rows.next_operation(self._database)
                number = self._new_numbers[number]
            target = self._unused(number)
            self.moves[path] = target
        return [_Committed(entry, number, path, target.name) for entry in entries]

    def _unused(self, number: int) -> Path:
        """Return a name of a journal of an operation that no journal has; each run of an operation has one."""
        run, target = 0, self._folder / f"{number}.journal"
        while target.exists() or target in self.moves.values():
            run += 1
            target = self._folder / f"{number}.{run}.journal"
        return target


def add_history(
    database: Database, folder: Path, on_progress: DatabaseProgress, *, kept_for: timedelta
) -> AddedHistory:
    """
    Add the writes of the journals in `folder` that the database does not know.

    The caller undoes interrupted writes first.
    """
    found, problems = list[_Committed](), list[str]()
    numbers = _Renumbering(database, folder)
    for path in sorted(home_files.journals(folder), key=lambda path: path.stat().st_mtime_ns):
        try:
            found += numbers.place(path, _committed(path))
        except (errors.IndexiumError, ValueError) as error:
            problems.append(f"The journal {path.name} cannot be used: {error}")
    known = journal_rows.recorded(database, [each.entry.item_id for each in found])
    found = [each for each in found if each.entry.item_id not in known]
    by_file: dict[bytes, list[_Committed]] = defaultdict(list)
    for each in reversed(found):  # newest first
        by_file[each.entry.path].append(each)
    for number, (file_path, entries) in enumerate(by_file.items()):
        on_progress(number, len(by_file), file_path.decode("utf-8", "replace"))
        journal_rows.add(database, file_path, _rows(file_path, entries, kept_for), note=_NOTE)
    journal_rows.count_again(database, {each.operation_id for each in found})
    journal_rows.link_rollbacks(database)
    return AddedHistory(writes=len(found), problems=problems, moves=numbers.moves)


def _committed(path: Path) -> list[Entry]:
    """Return the entries of complete writes, in their order; UsageError if a write of the journal is unfinished."""
    content = journal.read(path)
    if any(mark.state == "begun" for mark in content.marks):
        raise errors.UsageError("an interrupted write could not be undone yet. The next start tries it again.")
    return [entry for entry in content.entries if entry.state == "committed"]


@dataclass(frozen=True, slots=True)
class _FileVersion:
    """A file with its sidecar at one time: the digest that a rollback compares, and its texts by field and place."""

    state: str | None = None  # of the file; None: unknown
    texts: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def comment(self) -> str | None:
        return next(iter(self.texts.get(COMMENT, {}).values()), None)

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
            journal=each.name,
            journal_bytes=each.entry.stored_bytes,
            **_states(each.entry, versions[number + 1], versions[number]),
            **_difference(versions[number + 1], versions[number]),
            **_old(path, each.entry),
            **_backup(each.entry),
        )
        for number, each in enumerate(entries)
    ]


def _versions(path: bytes, entries: Sequence[Entry]) -> list[_FileVersion]:
    """Return the file now, before its newest write, and so on; unknown versions where a backup cannot be read."""
    versions = list[_FileVersion]()
    try:
        with contextlib.ExitStack() as stack:
            present = stack.enter_context(reader.FileReader(path))
            sidecar = sidecar_reading.content_of(path, present)
            file: Reader | None = present
            for entry in [*entries, None]:
                if file is None:
                    break
                versions.append(_version(file, sidecar))
                if isinstance(entry, journal.SideFilesEntry):
                    sidecar = (entry.sidecar.name, entry.sidecar.before) if entry.sidecar else sidecar
                elif entry is not None:
                    file = states.reader_before(entry, file, stack)
    except errors.MetadataError as error:
        logger.warning("rebuild.no_state", extra={"file_path": path.decode("utf-8", "replace"), "error": error.message})
    return versions + [_FileVersion()] * (len(entries) + 1 - len(versions))


def _version(file: Reader, sidecar: tuple[bytes, bytes | None]) -> _FileVersion:
    texts: dict[str, dict[str, str]] = {}
    for each in sidecar_reading.with_content(registry.examine(file)[1], *sidecar).fields:
        texts.setdefault(each.field, {})[each.where] = fields.display_text(each.value)
    return _FileVersion(states.state_before([], file), texts)


def _difference(old: _FileVersion, new: _FileVersion) -> dict[str, Any]:
    """Return the texts of a row; none if a version is unknown."""
    if old.state is None or new.state is None:
        return {"changes": "[]"}
    changes = [change for key in sorted({*old.texts, *new.texts}) for change in _changes_of(key, old, new)]
    found = {"changes": json.dumps(changes)}
    if all(each["field"] != COMMENT for each in changes):
        return found
    return found | {
        "previous_comment": old.comment,
        "new_comment": new.comment,
        "added": [name for name in new.people if name not in old.people],
        "removed": [name for name in old.people if name not in new.people],
    }


def _changes_of(key: str, old: _FileVersion, new: _FileVersion) -> list[dict[str, str | None]]:
    """Return the changes of one field: one for each text if the old file had several, as in a plan."""
    before, after = old.texts.get(key, {}), new.texts.get(key, {})
    pairs = [(_WHOLE, next(iter(before.values()), None), next(iter(after.values()), None))]
    if len(before) > 1:
        pairs = [(place, text, after.get(place)) for place, text in before.items()]
    return [{"field": key, "where": where, "old": one, "new": two} for where, one, two in pairs if one != two]


def _states(entry: Entry, old: _FileVersion, new: _FileVersion) -> dict[str, Any]:
    """Return the digests that a rollback compares; those of a write of side files are in its entry."""
    before, after = (old.state, new.state)
    if isinstance(entry, journal.SideFilesEntry):
        before, after = states.states_of(entry)
    return {"original_state": before, "written_state": after}


def _old(path: bytes, entry: Entry) -> dict[str, Any]:
    if isinstance(entry, journal.SideFilesEntry):
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
