"""
Write the side files of one title: NFO files with the planned bytes, and pictures from the cache.

The plan has the hash of each present file and of each new one. A present file with other bytes is a conflict, and a
picture that the cache no longer has is a failure; then no file of the title changes.
"""

from __future__ import annotations

import os
import zlib
from pathlib import Path

from blake3 import blake3

from indexium_core import errors
from indexium_core.files.journal.side_files import read_small
from indexium_core.flows.writing import protocol
from indexium_core.flows.writing.policy import WritePolicy
from indexium_core.flows.writing.protocol import EditResult, FileWork, NothingToDo
from indexium_core.flows.writing.side_files import side_files_edit
from indexium_core.model.files.media import SideFileEdit
from indexium_core.model.operations.operation import WriteResult
from indexium_core.model.operations.strategies import SIDE_FILES
from indexium_core.store.operations.ledger_rows import Task, TaskSideFile


def write(work: FileWork) -> EditResult:
    """Write the side files of a title, all or none; after a MetadataError nothing has changed."""
    edits = _edits(work.task, work.policy)
    proof = {"files": "every new byte was read back; the planned hashes were compared before and after"}
    return side_files_edit.write_files(work, edits, strategy=SIDE_FILES, proof=proof)


def check(task: Task, policy: WritePolicy, *, started: float) -> WriteResult:
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
