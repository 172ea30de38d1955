"""
Fast rewrites of any film, like the remuxing strategies: a replacement for `file_edit.edit`.

The new file has the planned comment and other media bytes than the old one, so it has another hash. The backup is like
a real one: a SWAP record in the operation's journal, and with the kind `original` the old file itself.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from indexium_core.files import delta, fingerprint, journal, probe, reader, walk
from indexium_core.files.containers import Capabilities, registry
from indexium_core.files.journal import Imprint, SwapEntry
from indexium_core.flows.writing import protocol, states
from indexium_core.model.files.media import Rebuild
from indexium_core.model.operations.operation import WriteResult
from indexium_core.store.operations.ledger_rows import ItemRecord, Task
from tests.support import sabotage


class Rewriter:
    """Install it in place of `running.editing.edit`. `kind`: the backup, as in `ItemRecord.backup_kind`."""

    def __init__(self, kind: str = "delta") -> None:
        self.kind = kind
        self.allow = lambda task, size: True  # whether an original may be kept; otherwise it is `tags`

    def __call__(self, task: Task, undo: journal.OperationJournal, *_: Any) -> protocol.EditResult:
        path = Path(os.fsdecode(task.path))
        old = path.read_bytes()
        back = task.reverts_item is not None and task.restore == "bytes"
        new = self._as_before(task, undo) if back else self._anew(path, old, task)
        return self._swapped(task, undo, path, old, new, back=back)

    def _as_before(self, task: Task, undo: journal.OperationJournal) -> bytes:
        if task.backup_kind == "original":
            return Path(os.fsdecode(task.reverts_kept or b"")).read_bytes()
        entry = journal.find(undo.path.parent / (task.reverts_journal or ""), task.reverts_item or 0)
        assert isinstance(entry, SwapEntry)
        assert entry.reverse is not None
        with reader.FileReader(task.path) as file:
            rebuilt = delta.Rebuilt(entry.reverse, file)
            return rebuilt.read_at(0, rebuilt.size)

    @staticmethod
    def _anew(path: Path, old: bytes, task: Task) -> bytes:
        with reader.FileReader(os.fsencode(path)) as file:
            family, layout = registry.examine(file)
            assert family is not None
            choice = registry.choose(family, file, layout, task.changes, Capabilities())
            new = bytearray(sabotage.edited(old, choice.edit))
            place = layout.payload[0].offset + 8
        new[place] ^= 0xFF
        return bytes(new)

    def _swapped(
        self, task: Task, undo: journal.OperationJournal, path: Path, old: bytes, new: bytes, *, back: bool
    ) -> protocol.EditResult:
        kind = "tags" if self.kind == "original" and not self.allow(task, len(old)) else self.kind
        kept = path.with_name(f".indexium-{task.item_id}.orig") if kind == "original" else None
        before = self._imprint(path)
        original = _state(path)
        temp = path.with_name(f".indexium-{task.item_id}-0.tmp")
        temp.write_bytes(new)
        entry = SwapEntry(
            item_id=task.item_id,
            path=task.path,
            temp=os.fsencode(temp.name),
            old=before,
            new=self._imprint(temp),
            kept=None if kept is None else os.fsencode(kept),
            reverse=Rebuild((old,)) if kind == "delta" else None,
        )
        undo.swap(entry)
        if kept is not None:
            os.link(path, kept)
        if back and task.reverts_kept is not None:  # restored by a link, which the ledger removes later
            temp.unlink()
            os.link(task.reverts_kept, temp)
        elif back and task.restore_mtime_ns is not None:
            os.utime(temp, ns=(task.restore_mtime_ns, task.restore_mtime_ns))
        temp.replace(path)
        undo.commit(task.item_id)
        stat = walk.file_stat(os.lstat(path))
        record = ItemRecord(
            result=_result(task),
            journal_bytes=100,
            original_state=original,
            written_state=_state(path),
            backup_kind=kind,
            kept=None if kept is None else os.fsencode(kept),
            kept_bytes=len(old) if kept is not None else 0,
        )
        return protocol.EditResult(task=task, record=record, stat=stat, facts=probe.probe(task.path, stat))

    @staticmethod
    def _imprint(path: Path) -> Imprint:
        with reader.FileReader(os.fsencode(path)) as file:
            return Imprint.of(file.stat, digest=delta.digest_of(file))


def _state(path: Path) -> str:
    with reader.FileReader(os.fsencode(path)) as file:
        _, layout = registry.examine(file)
        return states.state_of(file, layout.payload, fingerprint.payload_hash(file, layout.payload))


def _result(task: Task) -> WriteResult:
    return WriteResult(
        item_id=task.item_id,
        file_id=task.file_id,
        status="success",
        code="",
        message="",
        strategy="undo" if task.reverts_item else "avi_remux",
        seconds=0.001,
        proof={"streams": "as before"},
    )
