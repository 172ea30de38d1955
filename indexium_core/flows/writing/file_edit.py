"""
The protocol of every write and every rollback of one file, from its plan to a verified result.

The order makes the write safe; `_in_place` follows it:

1. Inspect: the file is whole, it is the planned one, and it does not already have the wanted values.
2. Choose a strategy, or refuse with a code.
3. Lock the file, check once more that it is the same, and gather evidence of the parts that must not change.
4. Make the undo record durable before the first byte changes (the journaled file does this); write the bytes; fsync.
5. Gather evidence again and compare. An unplanned difference undoes the write and is reported.
6. Only then does the journal record that the item is done.

A process may be killed between any two steps. Before step 4 the file is unchanged; in 4 and 5 the journal undoes the
change; after 6 the file is new. The ledger gets the result later; the journal and the file are always consistent.
`replacing` follows the same steps in a different order when a new file replaces the old file.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from typing import ClassVar, Protocol

from indexium_core import errors
from indexium_core.files import journal, reader, verify
from indexium_core.files.containers import Capabilities, Layout, registry
from indexium_core.flows.writing import omitting, protocol, replacing, side_files, states
from indexium_core.flows.writing.policy import FileProgress, WritePolicy
from indexium_core.flows.writing.protocol import EditResult, FileWork, NothingToDo, WritableFile
from indexium_core.model.files.media import Patch, SidecarEdit
from indexium_core.model.operations.operation import WriteResult
from indexium_core.model.operations.outcomes import UNDONE
from indexium_core.store.operations.ledger_rows import Task

# Codes of files into which no range can be inserted now; another strategy may work.
_NO_INSERT_CODES = frozenset({"in_use", "no_insert"})


def edit(
    task: Task, undo_journal: journal.JournalWriter, policy: WritePolicy, progress: FileProgress | None = None
) -> EditResult:
    """
    Run one task and return its result; a problem of one file never raises an error.

    Args:
        task: The item.
        undo_journal: Journal of the running operation.
        policy: The write policy of the operation.
        progress: Receives the progress of long work.

    """
    work = FileWork(task=task, undo_journal=undo_journal, policy=policy, progress=progress or FileProgress(policy))
    started = work.started
    try:
        if task.side_files and task.reverts_item is None:
            return side_files.write_publication(work)
        entry = policy.reverted or reverted(task, policy)
        return _write_fields(work) if entry is None else _roll_back(work, entry)
    except NothingToDo as done:
        outcome = protocol.result(task, "skipped", "nothing_to_do", str(done), started=started)
        return EditResult.of(task, outcome) if task.file_id is None else protocol.read_unchanged(work, outcome)
    except errors.MetadataError as error:
        if error.reason == "cancelled":  # the operation is stopping; the file is unchanged and waits again
            return EditResult.of(task, protocol.result(task, "pending", UNDONE, error.message, started=started))
        return EditResult.of(task, protocol.failure_result(task, error, started=started))


def blocked_by_newer(task: Task, reason: str) -> EditResult:
    """Return the conflict of an item whose newer write of the same file was not rolled back."""
    message = f"A newer write of this file could not be rolled back first: {reason}"
    outcome = protocol.result(task, "conflict", "superseded_by", message, started=time.perf_counter())
    return EditResult.of(task, outcome)


def check(task: Task, policy: WritePolicy) -> WriteResult:
    """Run steps 1 and 2 for one task and report the result of a write; no file is opened for writing."""
    started = time.perf_counter()
    try:
        if task.side_files:
            return side_files.check_publication(task, policy, started=started)
        checked, omitted = omitting.without_refused_fields(
            task, policy, lambda some: _checked(some, policy, started=started)
        )
        return omitting.with_omitted(checked, omitted)
    except NothingToDo as done:
        return protocol.result(task, "skipped", "nothing_to_do", str(done), started=started)
    except errors.MetadataError as error:
        return protocol.failure_result(task, error, started=started)


def _checked(task: Task, policy: WritePolicy, *, started: float) -> WriteResult:
    with protocol.opened(task) as file:
        checked = protocol.inspect(task, file, policy)
        capabilities = protocol.capabilities_of(task, file, policy)
        choice = protocol.choose(file, checked, task.changes, capabilities, break_links=policy.break_links)
        if isinstance(choice.edit, SidecarEdit):
            side_files.check_sidecar(task, file, checked, choice.edit)
        else:
            evidence = verify.gather(task.path, file, checked.family, checked.layout.itself)
            protocol.require_same_media(task, evidence.payload_hash)
            verify.expect(evidence, task.changes)
        _require_writable(task.path)
    proof = {"bytes_to_write": registry.cost(choice.edit, file).bytes_written}
    breaks_links = capabilities.may_break_links and not isinstance(choice.edit, Patch | SidecarEdit)
    message = protocol.LINKS_SEPARATED if breaks_links else ""
    return protocol.result(task, "success", message=message, strategy=choice.strategy, started=started, proof=proof)


def is_as_written(path: bytes, written_state: str | None) -> bool:
    """Return whether every byte of a file outside its media, or of its side files, is as our write left it."""
    if written_state is not None and states.kind_of(written_state) != "file":
        return states.is_side_files_state_of(path, written_state)
    with reader.FileReader(path) as file:
        return states.is_state_of(file, written_state)


def _require_writable(path: bytes) -> None:
    if not os.access(path, os.W_OK):
        raise errors.FileAccessError("The file cannot be written: permission denied.", code="read_only")


def _write_fields(work: FileWork) -> EditResult:
    """Write a file, without the fields that it cannot store."""
    edited, omitted = omitting.without_refused_fields(
        work.task, work.policy, lambda some: _write(replace(work, task=some))
    )
    record = replace(edited.record, result=omitting.with_omitted(edited.record.result, omitted))
    return replace(edited, task=work.task, record=record)


def _write(work: FileWork) -> EditResult:
    try:
        return _write_with(work, insert=True)
    except _NoInsertError as error:
        try:
            return _write_with(work, insert=False)
        except errors.RefusedError:  # there is no other strategy: the file waits until no program has it open
            raise error.reason from None


class _NoInsertError(Exception):
    """A range cannot be inserted into the file now; the file is unchanged."""

    def __init__(self, reason: errors.MetadataError) -> None:
        super().__init__(reason.message)
        self.reason = reason


def _write_with(work: FileWork, *, insert: bool) -> EditResult:
    task = work.task
    with protocol.opened(task) as file:
        checked = protocol.inspect(task, file, work.policy)
        capabilities = protocol.capabilities_of(task, file, work.policy)
        capabilities = capabilities if insert else replace(capabilities, block=0)
        choice = protocol.choose(file, checked, task.changes, capabilities, break_links=work.policy.break_links)
        if isinstance(choice.edit, SidecarEdit):
            return side_files.write_sidecar(work, file, checked, choice.edit, strategy=choice.strategy)
        if isinstance(choice.edit, Patch):
            return _in_place(work, file, checked, choice.edit, strategy=choice.strategy, capabilities=capabilities)
        return replacing.write(work, file, checked, choice, capabilities=capabilities)


def _in_place(
    work: FileWork,
    file: reader.FileReader,
    checked: WritableFile,
    patch: Patch,
    *,
    strategy: str,
    capabilities: Capabilities,
) -> EditResult:
    task, layout = work.task, checked.layout.itself
    mtime_ns = file.stat.mtime_ns if work.policy.preserve_mtime else None
    with _journaled(work, file, layout, mtime_ns) as writable:
        before = verify.gather(task.path, file, checked.family, layout, edited=protocol.edited_fields(task.changes))
        protocol.require_same_media(task, before.payload_hash)
        verify.expect(before, task.changes)
        original = states.state_of(file, layout.payload, before.payload_hash)
        file.close()  # a range can be inserted only while no other descriptor (also of ours) is open
        _apply(writable, patch)
        known = None if patch.inserted else layout
        with reader.FileReader(task.path) as again:
            after = protocol.verify_edit(task.path, again, before, task.changes, known=known, capabilities=capabilities)
        outcome = work.success(strategy, after.proof)
        edited = protocol.success_result(
            task, after, original=original, outcome=outcome, journal_bytes=writable.journal_bytes
        )
        writable.commit()
    return edited


def _journaled(work: FileWork, file: reader.FileReader, layout: Layout, mtime_ns: int | None) -> journal.JournaledFile:
    return journal.JournaledFile(
        work.task.path,
        journal=work.undo_journal,
        item_id=work.task.item_id,
        payload=layout.payload,
        expected=file.stat,
        mtime_ns=mtime_ns,
    )


def _apply(writable: journal.JournaledFile, patch: Patch) -> None:
    try:
        writable.apply(patch)
    except (errors.ConflictError, errors.RefusedError) as error:
        if patch.inserted and error.reason in _NO_INSERT_CODES:
            raise _NoInsertError(error) from error
        raise


def reverted(task: Task, policy: WritePolicy) -> journal.AnyEntry | None:
    """
    Return the journal entry that a task rolls back; None if it rolls nothing back, or only the comment.

    Raises:
        ConflictError: The journals do not have it any more (`no_backup`).
        StoreError: The journal cannot be read.

    """
    if task.reverts_item is None or task.restore == "comment":
        return None
    return journal.find(policy.backups / (task.reverts_journal or ""), task.reverts_item)


def _roll_back(work: FileWork, entry: journal.AnyEntry) -> EditResult:
    """Undo an earlier item as an edit of its own, with the same checks, journal and proof."""
    if isinstance(entry, journal.SideFilesEntry):
        return side_files.roll_back(work, entry)
    if isinstance(entry, journal.SwapEntry):
        return replacing.roll_back(work, entry)
    try:
        return _roll_back_in_place(work, entry)
    except _NoInsertError:  # the inserted range cannot be removed now: a new file without the range replaces the file
        return replacing.roll_back(work, entry)


def _roll_back_in_place(work: FileWork, entry: journal.JournalEntry) -> EditResult:
    task = work.task
    with protocol.opened(task) as file:
        family, layout = registry.examine(file)
        is_touched = protocol.may_be_touched(task, file)
        with _journaled(work, file, layout, None if is_touched else task.restore_mtime_ns) as writable:
            before = verify.gather(
                task.path,
                file,
                protocol.require_whole(family, layout),
                layout,
                edited=protocol.edited_fields(task.changes),
            )
            current = protocol.state_before(task, file, layout, before)
            patch, capabilities = journal.inverse(entry, file), protocol.capabilities_of(task, file, work.policy)
            file.close()
            _apply(writable, patch)
            known = None if patch.inserted else layout
            with reader.FileReader(task.path) as again:
                after = protocol.verify_edit(
                    task.path,
                    again,
                    before,
                    task.changes,
                    comparisons=verify.RESTORED,
                    known=known,
                    like=task.original_state,
                    capabilities=capabilities,
                )
            protocol.require_restored(task, after, is_touched=is_touched)
            outcome = work.success("undo", after.proof)
            edited = protocol.success_result(
                task, after, original=current, outcome=outcome, journal_bytes=writable.journal_bytes
            )
            writable.commit()
    return edited


class FileEditor(Protocol):
    """Edits the files of one run of an operation. It may be used from any thread."""

    threads_per_write: ClassVar[int]  # threads for each file that is written at a time; more than one prepare files

    def edit(self, task: Task, progress: FileProgress) -> EditResult:
        """Write or roll back the file of a task as `edit` does; a problem of the file is in the result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalEdits:
    """The edits of one run of an operation, on the thread that asks for them."""

    undo_journal: journal.OperationJournal  # of the operation
    policy: WritePolicy
    threads_per_write: ClassVar[int] = 1

    def edit(self, task: Task, progress: FileProgress) -> EditResult:
        """Edit the file of a task."""
        return edit(task, self.undo_journal, self.policy, progress)
