"""
Change the sidecar of one file: the steps of `editing` for a photo that stays as it is.

The new bytes are verified before they get their name: two parsers read the planned values, and every other part of
the sidecar is the same. The journal has the whole old sidecar before anything changes, so a rollback restores every
byte, or removes a sidecar that the write has created.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

from indexium_core import errors
from indexium_core.files import fingerprint, journal, reader, swap, verify
from indexium_core.files.containers.photos.photo import PhotoLayout
from indexium_core.files.containers.photos.sidecar import read_sidecar, with_sidecar
from indexium_core.files.journal.sidecars import read_small
from indexium_core.flows.writing import protocol, states
from indexium_core.flows.writing.protocol import EditResult, FileWork, NothingToDo, WritableFile
from indexium_core.model.fields.table import COMMENT
from indexium_core.model.files import fields
from indexium_core.model.files.media import SidecarEdit
from indexium_core.store.operations.ledger_rows import ItemRecord, Task

_NOT_OURS = "Another program changed the sidecar after this write."


def check(task: Task, file: reader.FileReader, checked: WritableFile, edit: SidecarEdit) -> None:
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


def write(
    work: FileWork, file: reader.FileReader, checked: WritableFile, edit: SidecarEdit, *, strategy: str
) -> EditResult:
    """Create or replace the sidecar of a file; after a MetadataError nothing has changed."""
    check(work.task, file, checked, edit)
    proof = {"sidecar": "the planned values, read by two parsers; its other parts are unchanged"}
    return _change(work, edit, strategy=strategy, proof=proof)


def roll_back(work: FileWork, entry: journal.SidecarEntry) -> EditResult:
    """Restore the old sidecar, or remove the one that the write created; after a MetadataError nothing has changed."""
    task = work.task
    protocol.opened(task).close()
    present = read_small(_path(task, entry.name))
    found = entry.explains(present)
    if found == "before":
        raise NothingToDo("The sidecar already has its old bytes.")
    if not found:
        raise errors.ConflictError(_NOT_OURS, code="changed_since")
    edit = SidecarEdit(name=entry.name, before=present, after=entry.before)
    mtime_ns, mode = (None, None) if entry.before is None else (entry.mtime_ns, entry.mode)
    return _change(
        work, edit, strategy="undo", proof={"bytes": "the same as before the write"}, mtime_ns=mtime_ns, mode=mode
    )


def _change(
    work: FileWork,
    edit: SidecarEdit,
    *,
    strategy: str,
    proof: dict[str, Any],
    mtime_ns: int | None = None,
    mode: int | None = None,
) -> EditResult:
    task = work.task
    with swap.SidecarChange(
        task.path, edit.name, journal=work.undo_journal, item_id=task.item_id, before=edit.before
    ) as change:
        change.prepare(edit.after, mtime_ns=mtime_ns, mode=mode)
        change.place()
        record = ItemRecord(
            result=work.success(strategy, proof | ({"warnings": change.warnings} if change.warnings else {})),
            journal_bytes=change.journal_bytes,
            original_state=states.sidecar_state(edit.name, edit.before),
            written_state=states.sidecar_state(edit.name, edit.after),
        )
        change.commit()
    return _with_facts(work, EditResult(task=task, record=record))


def _with_facts(work: FileWork, edited: EditResult) -> EditResult:
    """Add the facts of the file with its sidecar; a file that cannot be read now has none."""
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


def _path(task: Task, name: bytes) -> bytes:
    return os.path.join(os.path.split(task.path)[0], name)  # noqa: PTH118 - a path of bytes
