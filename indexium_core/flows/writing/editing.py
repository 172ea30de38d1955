"""
One file, from the plan's wish to a proven result: the protocol that every write and every rollback of a file follows.

The order is the safety argument, and `_in_place` keeps its body in it:

1. look: the file is whole, it is the one that was planned, and it does not already say what is wanted;
2. choose a strategy, or refuse with a code;
3. lock the file, look once more that it is the same, and take evidence of what must not change;
4. the undo record is durable before the first byte changes (the journaled file sees to it), then the bytes, then fsync;
5. take evidence again and compare: a difference that was not planned undoes the write and is reported;
6. only then is the journal told that the item is done.

A process may be killed between any two steps: before 4 nothing has happened, in 4 and 5 the journal undoes, after 6 the
file is new. Whoever writes it into the ledger comes later and may be late; the journal and the file are never unclear.
Where a new file is to take the place of the old one, `replacing` has the same steps in an order of its own.
"""

from __future__ import annotations

import os
import time
from dataclasses import replace

from indexium_core import errors
from indexium_core.files import fingerprint, journal, reader, verify
from indexium_core.files.containers import Capabilities, Layout, registry
from indexium_core.flows.writing import protocol, replacing
from indexium_core.flows.writing.protocol import Edited, FileProgress, FileWork, NothingToDo, WritableFile, WritePolicy
from indexium_core.model.files.media import Patch
from indexium_core.model.operations.operation import WriteResult
from indexium_core.store.operations.ledger_rows import ItemRecord, Task

__all__ = ["behind", "check", "edit", "still_ours"]

# Reasons why a file cannot be shifted now; another way may do.
_NO_INSERT = frozenset({"in_use", "no_insert"})


def edit(task: Task, undo: journal.JournalWriter, terms: WritePolicy, stint: FileProgress | None = None) -> Edited:
    """
    Carry out one task and say what became of it; never raises for what is wrong with one file.

    Args:
        task: The item.
        undo: Journal of the running operation.
        terms: How its files are to be written.
        stint: Told how far it is, where that takes its time.

    """
    work = FileWork(task=task, undo=undo, terms=terms, stint=stint or FileProgress(terms))
    started = work.started
    try:
        if task.reverts_item is None or task.restore == "comment":
            return _write(work)
        return _take_back(work)
    except NothingToDo as done:
        outcome = protocol.result(task, "skipped", "nothing_to_do", str(done), started=started)
        return protocol.unchanged(work, outcome)
    except errors.MetadataError as error:
        if error.reason == "cancelled":  # the operation is being stopped; the file is as it was and waits again
            result = protocol.result(task, "pending", "restored", error.message, started=started)
            return Edited(task=task, record=ItemRecord(result=result))
        return Edited(task=task, record=ItemRecord(result=protocol.refused(task, error, started=started)))


def behind(task: Task, why: str) -> Edited:
    """Return that an item is left because a newer write of its file, which stands on it, was not taken back."""
    message = f"What was written to this file later could not be taken back first: {why}"
    outcome = protocol.result(task, "conflict", "superseded_by", message, started=time.perf_counter())
    return Edited(task=task, record=ItemRecord(result=outcome))


def check(task: Task, terms: WritePolicy) -> WriteResult:
    """Do steps 1 and 2 for one task and report as a write would; opens nothing for writing."""
    started = time.perf_counter()
    try:
        with protocol.opened(task) as file:
            checked = protocol.look(task, file)
            evidence = verify.gather(task.path, file, checked.family, checked.layout)
            protocol.same_film(task, evidence.payload_hash)
            verify.expect(evidence, task.changes)
            means = protocol.means_of(task, file, terms)
            choice = protocol.choose(file, checked, task.changes, means, break_links=terms.break_links)
            _writable(task.path)
        proof = {"bytes_to_write": registry.cost(choice.edit, file).bytes_written}
        parts = means.may_break_links and not isinstance(choice.edit, Patch)
        message = protocol.PARTED if parts else ""
        return protocol.result(task, "success", message=message, strategy=choice.strategy, started=started, proof=proof)
    except NothingToDo as done:
        return protocol.result(task, "skipped", "nothing_to_do", str(done), started=started)
    except errors.MetadataError as error:
        return protocol.refused(task, error, started=started)


def still_ours(path: bytes, written_state: str | None) -> bool:
    """Tell whether every byte of a file outside its media is as our write left it."""
    with reader.FileReader(path) as file:
        _, layout = registry.examine(file)
        identity = fingerprint.payload_hash(file, layout.payload)
        return written_state is not None and protocol.skeleton(file, layout.payload, identity) == written_state


def _writable(path: bytes) -> None:
    if not os.access(path, os.W_OK):
        raise errors.FileAccessError("The file may not be written: permission denied.", code="read_only")


def _write(work: FileWork) -> Edited:
    try:
        return _write_by(work, insert=True)
    except _NoInsertError as barred:
        try:
            return _write_by(work, insert=False)
        except errors.RefusedError:  # there is no other way: the file has to wait until nobody has it open
            raise barred.reason from None


class _NoInsertError(Exception):
    """The file cannot be shifted now; nothing was touched."""

    def __init__(self, reason: errors.MetadataError) -> None:
        super().__init__(reason.message)
        self.reason = reason


def _write_by(work: FileWork, *, insert: bool) -> Edited:
    task = work.task
    with protocol.opened(task) as file:
        checked = protocol.look(task, file)
        means = protocol.means_of(task, file, work.terms)
        means = means if insert else replace(means, block=0)
        choice = protocol.choose(file, checked, task.changes, means, break_links=work.terms.break_links)
        if isinstance(choice.edit, Patch):
            return _in_place(work, file, checked, choice.edit, strategy=choice.strategy, means=means)
        return replacing.write(work, file, checked, choice, means=means)


def _in_place(
    work: FileWork, file: reader.FileReader, checked: WritableFile, patch: Patch, *, strategy: str, means: Capabilities
) -> Edited:
    task, layout = work.task, checked.layout
    mtime_ns = file.stat.mtime_ns if work.terms.preserve_mtime else None
    with _journaled(work, file, layout, mtime_ns) as writable:
        before = verify.gather(task.path, file, checked.family, layout)
        protocol.same_film(task, before.payload_hash)
        verify.expect(before, task.changes)
        original = protocol.skeleton(file, layout.payload, before.payload_hash)
        file.close()  # a file is shifted only while nobody else has it open, not even we by another descriptor
        _apply(writable, patch)
        known = None if patch.inserted else layout
        with reader.FileReader(task.path) as again:
            after = protocol.prove(task.path, again, before, task.changes, known=known, means=means)
        outcome = work.success(strategy, after.proof)
        edited = protocol.done(task, after, original=original, outcome=outcome, journal_bytes=writable.journal_bytes)
        writable.commit()
    return edited


def _journaled(work: FileWork, file: reader.FileReader, layout: Layout, mtime_ns: int | None) -> journal.JournaledFile:
    return journal.JournaledFile(
        work.task.path,
        journal=work.undo,
        item_id=work.task.item_id,
        payload=layout.payload,
        expected=file.stat,
        mtime_ns=mtime_ns,
    )


def _apply(writable: journal.JournaledFile, patch: Patch) -> None:
    try:
        writable.apply(patch)
    except (errors.ConflictError, errors.RefusedError) as error:
        if patch.inserted and error.reason in _NO_INSERT:
            raise _NoInsertError(error) from error
        raise


def _take_back(work: FileWork) -> Edited:
    """Undo an earlier item as an edit of its own: with the same checks, journal and proof as any other."""
    task = work.task
    entry = journal.find(work.terms.backups / (task.reverts_journal or ""), task.reverts_item or 0)
    if isinstance(entry, journal.SwapEntry):
        return replacing.take_back(work, entry)
    try:
        return _undo(work, entry)
    except _NoInsertError:  # what was put in front cannot be cut off now: a new file without it takes this one's place
        return replacing.take_back(work, entry)


def _undo(work: FileWork, entry: journal.JournalEntry) -> Edited:
    task = work.task
    with protocol.opened(task) as file:
        family, layout = registry.examine(file)
        touched = protocol.is_touched(task, file)
        with _journaled(work, file, layout, None if touched else task.restore_mtime_ns) as writable:
            before = verify.gather(task.path, file, protocol.whole(family, layout), layout)
            current = protocol.state_before(task, file, layout, before)
            patch, means = journal.inverse(entry, file), protocol.means_of(task, file, work.terms)
            file.close()
            _apply(writable, patch)
            known = None if patch.inserted else layout
            with reader.FileReader(task.path) as again:
                after = protocol.prove(
                    task.path, again, before, task.changes, checks=verify.RESTORED, known=known, means=means
                )
            protocol.came_back(task, after, touched=touched)
            outcome = work.success("undo", after.proof)
            edited = protocol.done(task, after, original=current, outcome=outcome, journal_bytes=writable.journal_bytes)
            writable.commit()
    return edited
