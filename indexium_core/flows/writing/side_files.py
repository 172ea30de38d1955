"""
Change side files: sidecars of photos, and the NFO files and pictures of publications, all of an item or none.

The new bytes of an XMP sidecar are verified before they get their name: two parsers read the planned values, and every
other part of the sidecar is the same. The journal has all old files whole before anything changes, so a rollback
restores every byte, or removes a file that the write has created.

The plan has the hash of each present file and of each new one. A present file with other bytes is a conflict, and a
picture that the cache no longer has is a failure; then no file of the title changes.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from blake3 import blake3

from indexium_core import errors
from indexium_core.files import fingerprint, journal, reader, swap, verify
from indexium_core.files.containers.photos.photo import PhotoLayout
from indexium_core.files.containers.photos.sidecar import read_sidecar, with_sidecar
from indexium_core.files.journal.side_files import read_small
from indexium_core.files.journal.side_files_recovery import SideFolders
from indexium_core.flows.writing import protocol, states
from indexium_core.flows.writing.policy import WritePolicy
from indexium_core.flows.writing.protocol import EditResult, FileWork, NothingToDo, WritableFile
from indexium_core.model.fields.table import COMMENT
from indexium_core.model.files import fields
from indexium_core.model.files.media import SidecarEdit, SideFileEdit
from indexium_core.model.files.strategies import SIDE_FILES
from indexium_core.model.operations.operation import WriteResult
from indexium_core.store.operations.ledger_rows import ItemRecord, Task, TaskSideFile

_FRESH = b".nfo"  # files with this end have the present time after a rollback


def check_sidecar(task: Task, file: reader.FileReader, checked: WritableFile, edit: SidecarEdit) -> None:
    """
    Check a file and its new sidecar before the write.

    Raises:
        ConflictError: The file or a value is not the planned one.
        VerificationError: The new sidecar does not have the planned values, or more than these would change.

    """
    layout = checked.layout
    assert isinstance(layout, PhotoLayout)
    protocol.require_same_media(task, fingerprint.payload_hash(file, layout.payload))
    verify.expect(_evidence(layout), task.changes)
    after = with_sidecar(layout, read_sidecar(edit.name, edit.after or b"", stamp="new"))
    read_again = verify.fields_of_packet(edit.after or b"")
    wanted = _values(layout)
    for change in fields.primary_changes(task.changes):
        wanted[change.field] = fields.apply_change(change, wanted.get(change.field))
        found = read_again.get(change.field)
        if found != wanted[change.field]:
            message = f"The sidecar would not have the planned {change.field}."
            raise errors.VerificationError(message, check="fields", fields=[change.field])
    if {key: text for key, text in wanted.items() if text} != _values(after):
        raise errors.VerificationError("The sidecar would change other fields than the planned ones.", check="fields")


def _values(layout: PhotoLayout) -> dict[str, str | None]:
    """Return the valid value of each field."""
    return {each.field: each.value for each in reversed(layout.fields) if each.takes_value}


def write_sidecar(
    work: FileWork, file: reader.FileReader, checked: WritableFile, edit: SidecarEdit, *, strategy: str
) -> EditResult:
    """Create or replace the sidecar of a file; after a MetadataError nothing has changed."""
    check_sidecar(work.task, file, checked, edit)
    proof = {"sidecar": "the planned values, read by two parsers; its other parts are unchanged"}
    path = os.path.join(os.path.split(work.task.path)[0], edit.name)  # noqa: PTH118 - a path of bytes
    changed = SideFileEdit(path=path, before=edit.before, after=edit.after)
    return write_files(work, [changed], strategy=strategy, proof=proof)


def roll_back(work: FileWork, entry: journal.SideFilesEntry) -> EditResult:
    """
    Restore the old side files, and remove those that the write created; after a MetadataError nothing has changed.

    If a person has chosen to replace files that another program changed, those are replaced that are still as the
    check of the rollback has seen them.

    A restored file has its old permissions and its old modification time. An NFO file has the present time, because
    players do not read an older one again.
    """
    task = work.task
    entry = states.relocated(entry, task.path, (task.original_state or "", task.written_state or ""))
    if not entry.is_folder:
        protocol.opened(task).close()
    edits = []
    with SideFolders(entry) as folders:
        for file in entry.changes:
            present = folders.content(file)
            if file.is_before(present):
                continue
            if not file.is_after(present) and not _may_replace(task, entry.path_of(file), present):
                raise errors.ConflictError(_not_ours(entry, file), code="changed_since")
            edits.append(_reverse(entry, file, present))
    if not edits:
        old = "The sidecar already has its" if entry.sidecar else "The files beside it already have their"
        raise NothingToDo(f"{old} old bytes.")
    return write_files(work, edits, strategy="undo", proof={"bytes": "the same as before the write"})


def _may_replace(task: Task, path: bytes, present: bytes | None) -> bool:
    return task.restore == "replace" and states.is_content_of(task.path, task.expected_hash or "", path, present)


def _reverse(entry: journal.SideFilesEntry, file: journal.SideFile, present: bytes | None) -> SideFileEdit:
    edit = SideFileEdit(path=entry.path_of(file), before=present, after=file.before)
    if file.is_created:
        return edit
    return replace(edit, mtime_ns=None if file.name.lower().endswith(_FRESH) else file.mtime_ns, mode=file.mode)


def _not_ours(entry: journal.SideFilesEntry, file: journal.SideFile) -> str:
    shown = "the sidecar" if entry.sidecar else file.name.decode("utf-8", "replace")
    return f"Another program changed {shown} after this write."


def write_files(work: FileWork, edits: Sequence[SideFileEdit], *, strategy: str, proof: dict[str, Any]) -> EditResult:
    """
    Change the side files of the file or the folder of a task; after a MetadataError nothing has changed.

    `proof` has the checks of the new bytes that the caller has done.
    """
    task = work.task
    with swap.SideFilesChange(task.path, edits, journal=work.undo_journal, item_id=task.item_id) as change:
        change.prepare()
        change.place()
        original, written = states.states_of(change.entry)
        record = ItemRecord(
            result=work.success(strategy, proof | ({"warnings": change.warnings} if change.warnings else {})),
            journal_bytes=change.entry.stored_bytes,
            original_state=original,
            written_state=written,
        )
        change.commit()
    edited = EditResult(task=task, record=record)
    return edited if change.entry.sidecar is None else _with_facts(work, edited)  # others have no values of the file


def _with_facts(work: FileWork, edited: EditResult) -> EditResult:
    """Add the facts of the file with its sidecar; a file that cannot be read now, and a title, has none."""
    if work.task.file_id is None:
        return edited
    try:
        read = protocol.read_unchanged(work, edited.record.result)
    except errors.MetadataError:
        return edited
    return replace(edited, stat=read.stat, facts=read.facts)


def _evidence(layout: PhotoLayout) -> verify.Evidence:
    """Return the values of a photo with its sidecar, as evidence of what the plan was made from."""
    return verify.Evidence(
        size=layout.size,
        named_size=layout.size,
        problem="",
        unreadable="",
        payload=(),
        payload_end=0,
        payload_hash=None,
        fields={COMMENT: None},
        texts=layout.fields,
        facts={},
        container=layout.container,
    )


def write_publication(work: FileWork) -> EditResult:
    """Write the side files of a title, all or none; after a MetadataError nothing has changed."""
    edits = _edits(work.task, work.policy)
    proof = {"files": "every new byte was read back; the planned hashes were compared before and after"}
    return write_files(work, edits, strategy=SIDE_FILES, proof=proof)


def check_publication(task: Task, policy: WritePolicy, *, started: float) -> WriteResult:
    """Check the side files of a title as a write would. Raises MetadataError if it would fail; nothing is written."""
    edits = _edits(task, policy)
    for folder in {os.path.split(each.path)[0] for each in edits}:
        if not os.access(folder, os.W_OK | os.X_OK):
            raise errors.FileAccessError(f"The folder {_shown(folder)} is not writable.", code="read_only")
    proof = {"bytes_to_write": sum(len(each.after or b"") for each in edits)}
    return protocol.result(task, "success", strategy=SIDE_FILES, started=started, proof=proof)


def _edits(task: Task, policy: WritePolicy) -> list[SideFileEdit]:
    found = [edit for file in task.side_files for edit in [_edit(file, policy)] if edit.before != edit.after]
    if not found:
        raise NothingToDo("The files already have the planned bytes.")
    return found


def _edit(file: TaskSideFile, policy: WritePolicy) -> SideFileEdit:
    before, after = read_small(file.path), _new_bytes(file, policy.pictures)
    if _hash(before) not in (file.before_hash, file.after_hash):
        message = f"{_shown(file.path)} changed since it was planned. Look at the plan again."
        raise errors.ConflictError(message, code="changed_on_disk")
    return SideFileEdit(path=file.path, before=before, after=after)


def _new_bytes(file: TaskSideFile, pictures: Path) -> bytes | None:
    if file.after_hash is None:
        return None
    if file.body is not None:
        content: bytes | None = zlib.decompress(file.body)
    else:
        content = None if file.picture is None else read_small(bytes(pictures / file.picture))
    if content is None or _hash(content) != file.after_hash:
        message = f"The picture for {_shown(file.path)} is no longer in the cache. Look at the plan again."
        raise errors.FileAccessError(message, code="picture_missing")
    return content


def _hash(content: bytes | None) -> str | None:
    return None if content is None else blake3(content).hexdigest()


def _shown(path: bytes) -> str:
    return path.decode("utf-8", "replace")
