"""
One file, from the plan's wish to a proven result: the protocol that every write and every rollback of a file follows.

The order is the safety argument, and `_write` keeps its body in it:

1. look: the file is whole, it is the one that was planned, and it does not already say what is wanted;
2. choose a strategy, or refuse with a code;
3. lock the file, look once more that it is the same, and take evidence of what must not change;
4. the undo record is durable before the first byte changes (the journaled file sees to it), then the bytes, then fsync;
5. take evidence again and compare: a difference that was not planned undoes the write and is reported;
6. only then is the journal told that the item is done.

A process may be killed between any two steps: before 4 nothing has happened, in 4 and 5 the journal undoes, after 6 the
file is new. Whoever writes it into the ledger comes later and may be late; the journal and the file are never unclear.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexium_core import errors
from indexium_core.files import fingerprint, journal, probe, reader, verify
from indexium_core.files.containers import Family, Layout, Reader, Strategy, registry
from indexium_core.model.media import Change, Extent, FileFacts, FileStat, Refusal
from indexium_core.model.operation import WriteResult
from indexium_core.store.ledger import ItemRecord, Task

__all__ = ["Edited", "check", "edit", "skeleton", "still_ours"]

_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """What became of one file, and what is known of it now (None where nothing was learnt)."""

    task: Task
    record: ItemRecord
    stat: FileStat | None = None
    facts: FileFacts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Checked:
    """A file that passed steps 1 and 2."""

    family: Family
    layout: Layout


def edit(task: Task, undo: journal.OperationJournal, *, backups: Path, preserve_mtime: bool) -> Edited:
    """
    Carry out one task and say what became of it; never raises for what is wrong with one file.

    Args:
        task: The item.
        undo: Journal of the running operation.
        backups: Folder that holds the journals of older operations.
        preserve_mtime: Give the file its old modification time back after a write.

    """
    started = time.perf_counter()
    try:
        if task.reverts_item is None:
            return _write(task, undo, preserve_mtime=preserve_mtime, started=started)
        return _take_back(task, undo, backups=backups, started=started)
    except _NothingToDo as done:
        result = _result(task, "skipped", "nothing_to_do", str(done), started=started)
        return _unchanged(task, result)
    except errors.MetadataError as error:
        return Edited(task=task, record=ItemRecord(result=_refused(task, error, started=started)))


def check(task: Task) -> WriteResult:
    """Do steps 1 and 2 for one task and report as a write would; opens nothing for writing."""
    started = time.perf_counter()
    try:
        with _opened(task) as file:
            checked = _look(task, file)
            evidence = verify.gather(task.path, file, checked.family, checked.layout)
            _same_film(task, evidence.payload_hash)
            verify.expect(evidence, task.changes)
            strategy = _choose(file, checked.layout, task.changes)
            _writable(task.path)
            cost = strategy.estimate(file, checked.layout, task.changes)
        proof = {"bytes_to_write": cost.bytes_written}
        return _result(task, "success", "", "", strategy=strategy.name, started=started, proof=proof)
    except _NothingToDo as done:
        return _result(task, "skipped", "nothing_to_do", str(done), started=started)
    except errors.MetadataError as error:
        return _refused(task, error, started=started)


def still_ours(path: bytes, written_state: str | None) -> bool:
    """Tell whether every byte of a file outside its media is as our write left it."""
    with reader.FileReader(path) as file:
        _, layout = registry.examine(file)
        identity = fingerprint.payload_hash(file, layout.payload)
        return written_state is not None and skeleton(file, layout.payload, identity) == written_state


def skeleton(file: Reader, payload: Sequence[Extent], identity: str | None) -> str:
    """Return a digest of all bytes outside the payload, of where it lies, and of its own hash (`identity`)."""
    digest = hashlib.blake2b(digest_size=16)
    position = 0
    for extent in [*sorted(payload, key=lambda extent: extent.offset), Extent(file.size, 0)]:
        digest.update(position.to_bytes(8, "big"))
        while position < extent.offset:
            block = file.read_at(position, min(_CHUNK, extent.offset - position))
            if not block:
                raise errors.ConflictError("The file became shorter while it was read.")
            digest.update(block)
            position += len(block)
        position = extent.end
    digest.update((identity or "").encode())
    return digest.hexdigest()


class _NothingToDo(Exception):  # noqa: N818 - an outcome, not an error
    """The file already says what was wanted."""


def _write(task: Task, undo: journal.OperationJournal, *, preserve_mtime: bool, started: float) -> Edited:
    with _opened(task) as file:
        checked = _look(task, file)
        strategy = _choose(file, checked.layout, task.changes)
        with journal.JournaledFile(
            task.path,
            journal=undo,
            item_id=task.item_id,
            payload=checked.layout.payload,
            expected=file.stat,
            mtime_ns=file.stat.mtime_ns if preserve_mtime else None,
        ) as writable:
            before = verify.gather(task.path, file, checked.family, checked.layout)
            _same_film(task, before.payload_hash)
            verify.expect(before, task.changes)
            original = skeleton(file, checked.layout.payload, before.payload_hash)
            strategy.write(writable, checked.layout, task.changes)
            after = _look_again(task, checked.layout, before)
            edited = _done(task, after, strategy=strategy.name, original=original, started=started, file=writable)
            writable.commit()
    return edited


def _take_back(task: Task, undo: journal.OperationJournal, *, backups: Path, started: float) -> Edited:
    """Undo an earlier item as an edit of its own: with the same checks, journal and proof as any other."""
    entry = journal.find(backups / (task.reverts_journal or ""), task.reverts_item or 0)
    with _opened(task) as file:
        family, layout = registry.examine(file)
        with journal.JournaledFile(
            task.path,
            journal=undo,
            item_id=task.item_id,
            payload=layout.payload,
            expected=file.stat,
            mtime_ns=task.restore_mtime_ns,
        ) as writable:
            before = verify.gather(task.path, file, _whole(family, layout), layout)
            current = skeleton(file, layout.payload, before.payload_hash)
            if current == task.original_state:
                raise _NothingToDo("The file already has its old bytes.")
            if current != task.written_state:
                raise errors.ConflictError("Another program changed the file since.", code="changed_since")
            writable.apply(journal.inverse(entry, file))
            after = _look_again(task, layout, before)
            if after.state != task.original_state:
                message = "The old bytes did not come back; the file was left as it was."
                raise errors.VerificationError(message, check="bytes")
            after.proof["bytes"] = "the same as before the write"
            edited = _done(task, after, strategy="undo", original=current, started=started, file=writable)
            writable.commit()
    return edited


# Steps 1 and 2.


def _opened(task: Task) -> reader.FileReader:
    """Open the file of a task where it was planned to be, and nowhere else."""
    if os.path.realpath(task.path) != task.path:
        raise errors.ConflictError("The path leads to another place than when it was planned: scan again.")
    return reader.FileReader(task.path)


def _look(task: Task, file: reader.FileReader) -> _Checked:
    family, layout = registry.examine(file)
    if family is None or layout.problem is not None:
        problem = layout.problem or _UNKNOWN
        kind = errors.CorruptFileError if problem.code == "corrupt" else errors.RefusedError
        raise kind(problem.message, code=problem.code)
    if _says(layout, task.changes):
        raise _NothingToDo("The file already says this.")
    if (file.stat.size, file.stat.mtime_ns) != (task.expected_size, task.expected_mtime_ns):
        raise errors.ConflictError("The file changed since it was planned: scan again, then look at the plan.")
    return _Checked(family=family, layout=layout)


_UNKNOWN = Refusal(code="not_video", message="This is not a video file that Indexium knows.")


def _says(layout: Layout, changes: Sequence[Change]) -> bool:
    """Tell whether every field has its new value already, in every place that holds it."""
    for change in changes:
        values = {field.value for field in layout.fields if field.field == change.field}
        if values != ({change.new} if change.new is not None else set()):
            return False
    return True


def _choose(file: Reader, layout: Layout, changes: Sequence[Change]) -> Strategy:
    chosen = registry.choose(file, layout, changes)
    if isinstance(chosen, Refusal):
        raise errors.RefusedError(chosen.message, code=chosen.code)
    return chosen


def _writable(path: bytes) -> None:
    if not os.access(path, os.W_OK):
        raise errors.FileAccessError("The file may not be written: permission denied.", code="read_only")


# Steps 5 and 6.


@dataclass(frozen=True, slots=True, kw_only=True)
class _Proven:
    """A file after its edit: what was compared, and what it says now."""

    proof: dict[str, Any]
    state: str  # digest of everything but the media
    stat: FileStat
    facts: FileFacts


def _look_again(task: Task, known: Layout, before: verify.Evidence) -> _Proven:
    """Compare the file with the evidence; raises where anything but the wish changed, and leaving undoes the edit."""
    with reader.FileReader(task.path) as file:
        family, layout = registry.examine(file, known=known)
        after = verify.gather(task.path, file, _whole(family, layout), layout)
        return _Proven(
            proof=dict(verify.compare(before, after, task.changes)),
            state=skeleton(file, layout.payload, after.payload_hash),
            stat=file.stat,
            facts=probe.facts_of(file, family, layout, identity=after.payload_hash),
        )


def _same_film(task: Task, identity: str | None) -> None:
    full = (task.expected_hash or "").startswith("f1")  # of a full scan: size and time must do
    if identity != task.expected_hash and not full:
        raise errors.ConflictError("The file holds another film than when it was planned: scan again.")


def _whole(family: Family | None, layout: Layout) -> Family:
    if family is None or layout.problem is not None:
        message = f"The file is not whole: {(layout.problem or _UNKNOWN).message}"
        raise errors.VerificationError(message, check="structure")
    return family


# Results.


def _done(
    task: Task, after: _Proven, *, strategy: str, original: str, started: float, file: journal.JournaledFile
) -> Edited:
    record = ItemRecord(
        result=_result(task, "success", "", "", strategy=strategy, started=started, proof=after.proof),
        journal_bytes=file.journal_bytes,
        original_state=original,
        written_state=after.state,
    )
    return Edited(task=task, record=record, stat=after.stat, facts=after.facts)


def _unchanged(task: Task, result: WriteResult) -> Edited:
    """Read the file as a scan would: it says what was wanted already, perhaps by another name of it."""
    with reader.FileReader(task.path) as file:
        stat = file.stat
    return Edited(task=task, record=ItemRecord(result=result), stat=stat, facts=probe.probe(task.path, stat))


def _refused(task: Task, error: errors.MetadataError, *, started: float) -> WriteResult:
    status = "conflict" if isinstance(error, errors.ConflictError) else "failed"
    status = "unknown" if error.reason == "cannot_tell" else status
    return _result(task, status, error.reason, error.message, started=started)


def _result(
    task: Task,
    status: str,
    code: str,
    message: str,
    *,
    started: float,
    strategy: str = "",
    proof: dict[str, Any] | None = None,
) -> WriteResult:
    return WriteResult(
        item_id=task.item_id,
        file_id=task.file_id,
        status=status,
        code=code,
        message=message,
        strategy=strategy,
        seconds=time.perf_counter() - started,
        proof=proof or {},
    )
