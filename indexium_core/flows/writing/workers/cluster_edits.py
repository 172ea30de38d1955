"""
The edits of an operation in workers of a cluster: `file_edit` runs there, with a journal on the shared storage.

The service creates the journal (`worker_journals`), and the worker runs the protocol with it. When the worker has ended
or is lost, the service takes the journal over and decides by it: the result of the worker, a late result if the write
was complete, or an unchanged file. Dask may run a task again after it lost a worker. The second run finds that the
journal is locked or has records, and returns nothing. The service then decides in the same way and starts anew.

The storage may be slow, so a file is prepared while another one is written: its journal waits for a slot. There are as
many slots as the workers have threads at the start, so that no file waits at the scheduler, where a pause does not
reach it.

Values that cross the wire have the paths of the service; the worker translates them (`model.files.path_map`).
"""

from __future__ import annotations

import contextlib
import logging
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from indexium_core import errors
from indexium_core.files import journal
from indexium_core.files.journal import disk
from indexium_core.flows.writing import file_edit, protocol
from indexium_core.flows.writing.policy import FileProgress, WritePolicy
from indexium_core.flows.writing.protocol import EditResult
from indexium_core.flows.writing.workers import process_edits, worker_side
from indexium_core.flows.writing.workers.process_edits import RequestHandler
from indexium_core.flows.writing.workers.worker_journals import WorkerJournals
from indexium_core.flows.writing.workers.worker_side import EditHandler
from indexium_core.jobs.cluster import task as cluster_task
from indexium_core.jobs.cluster.client import Cluster
from indexium_core.jobs.executors import WorkerLostError
from indexium_core.jobs.item_runner import RunSlots
from indexium_core.model.files import path_map
from indexium_core.store.operations.ledger_rows import Task

logger = logging.getLogger(__name__)

Entry = TypeVar("Entry", bound=journal.AnyEntry)

# Longest wait for a worker that still holds its journal: longer than a worker waits for an answer of a lost service.
LOCK_SECONDS = cluster_task.ANSWER_SECONDS + 30.0
_ATTEMPTS = 3  # of one item whose earlier runs left a journal
_FINAL = frozenset({"success", "unknown"})  # statuses after which an item is not written again


class ClusterEdits:
    """The edits of one run of an operation, each in a worker of a cluster; a `FileEditor`."""

    threads_per_write: ClassVar[int] = 2

    def __init__(
        self,
        cluster: Cluster,
        undo_journal: journal.OperationJournal,
        policy: WritePolicy,
        worker_journals: WorkerJournals,
        slots: RunSlots,
    ) -> None:
        """`undo_journal` is the journal of the operation; a file needs one of `slots` to be written."""
        self._cluster = cluster
        self._journal = undo_journal
        self._policy = policy
        self._worker_journals, self._slots = worker_journals, slots
        self._folders = worker_journals.folders()

    def edit(self, task: Task, progress: FileProgress) -> EditResult:
        """Do what `file_edit.edit` does, in a worker."""
        folder = next((folder for root, folder in self._folders if task.path.startswith(root + b"/")), None)
        if folder is None:  # recovery would not find the journal of a worker
            return self._edit_in_service(task, progress)
        started = time.perf_counter()
        try:
            policy = replace(self._policy, reverted=file_edit.reverted(task, self._policy))
            for path in self._worker_journals.earlier(folder, task.item_id):
                late = self._resolve(task, path, "of an earlier attempt ended", started=started)
                if late.record.result.status in _FINAL:
                    return late
            _require_file(task.path)
        except errors.MetadataError as error:
            return EditResult.of(task, protocol.failure_result(task, error, started=started))
        except errors.StoreError as error:
            return _failed(task, error, started=started)
        for _ in range(_ATTEMPTS):
            edited = self._attempt(task, policy, progress, folder, started=started)
            if edited is not None:
                return edited
        message = "Dask lost the workers that wrote the file. The file is unchanged."
        return process_edits.without_success(task, "failed", "process_lost", message, started=started)

    def _edit_in_service(self, task: Task, progress: FileProgress) -> EditResult:
        with self._slots.held(progress.waiting()) as may_write:
            if not may_write:
                return protocol.still_pending(task)
            return file_edit.edit(task, self._journal, self._policy, progress)

    def _attempt(
        self, task: Task, policy: WritePolicy, progress: FileProgress, folder: Path, *, started: float
    ) -> EditResult | None:
        """Return the result of one attempt; None if an earlier run of the task had it and left the file unchanged."""
        try:
            path = self._worker_journals.create(folder, task.item_id, self._journal.path.name)
        except errors.StoreError as refused:
            return _failed(task, refused, started=started)
        handler, plain = RequestHandler(self._journal, policy, progress), process_edits.plain_fields(policy)
        with self._slots.held(progress.waiting()) as may_write:
            if not may_write:
                self._problem_of_taking(path)  # no worker had the journal: if it stays, it is still empty
                return protocol.still_pending(task)
            started, error = time.perf_counter(), None
            try:
                edited = self._cluster.call_with_callbacks(
                    handler, _edit, task, plain, os.fsencode(path), policy.reverted
                )
            except Exception as caught:  # noqa: BLE001 - it is raised when the journal is taken over
                edited, error = None, caught
            if edited is None:  # a lost worker may still be busy: another file may start when it has ended
                is_lost = isinstance(error, WorkerLostError)
                reason = str(error) if is_lost else "ended before this attempt"
                if is_lost:
                    logger.warning("item.process_lost", extra={"item_id": task.item_id, "error": reason})
                late = self._resolve(task, path, reason, started=started)
        if edited is not None:
            return self._confirmed(task, path, edited, started=started)
        if late.record.result.status in _FINAL or is_lost:
            return late
        if error is None:
            return None
        if isinstance(error, errors.ClusterError) and error.reason == "no_mount":
            return _failed(task, error, started=started)
        raise error

    def _confirmed(self, task: Task, path: Path, edited: EditResult, *, started: float) -> EditResult:
        """Take a journal over, and return the result of its worker; `unknown` if the records do not confirm it."""
        problem = self._problem_of_taking(path)
        if not problem and edited.record.result.status == "success" and not self._journal.is_committed(task.item_id):
            problem = "The journal of the worker does not have the whole write. Run `indexium recover`."
        return _unknown(task, problem, started=started) if problem else _in_service(edited, task)

    def _resolve(self, task: Task, path: Path, reason: str, *, started: float) -> EditResult:
        """Take a journal over, and return the result by its records: a late result, or an unchanged file."""
        problem = self._problem_of_taking(path)
        if problem:
            return _unknown(task, problem, started=started)
        return process_edits.recover(task, self._journal, WorkerLostError(reason), started=started)

    def _problem_of_taking(self, path: Path) -> str:
        """Take a journal over; return why that is not possible now, or ""."""
        try:
            if self._worker_journals.take(path, self._journal, seconds=LOCK_SECONDS):
                return ""
        except errors.StoreError as error:
            logger.warning("journal.skipped", extra={"error": error.message})
            return (
                f"{error.message} The result of the file is unknown. Run `indexium recover` when its folder responds."
            )
        return "A worker of the cluster may still write the file. Run `indexium recover` when the worker has ended."


def _require_file(path: bytes) -> None:
    """
    Raise an error if the file is absent: its folder may not be mounted, and no journal may be created below it.

    Raises:
        FileAccessError: The file cannot be accessed.

    """
    try:
        os.lstat(path)
    except OSError as error:
        raise disk.access_error(path, error) from error


def _failed(task: Task, error: errors.IndexiumError, *, started: float) -> EditResult:
    return process_edits.without_success(task, "failed", error.reason, error.message, started=started)


def _unknown(task: Task, message: str, *, started: float) -> EditResult:
    return process_edits.without_success(task, "unknown", "cannot_tell", message, started=started)


def _in_service(edited: EditResult, task: Task) -> EditResult:
    """Return the result of a worker with the task and the device number of the service."""
    stat = edited.stat
    if stat is not None:
        with contextlib.suppress(OSError):
            stat = replace(stat, device=os.lstat(task.path).st_dev)
    return replace(edited, task=task, stat=stat)


# In the worker.


def _edit(
    handler: EditHandler,
    task: Task,
    plain: Mapping[str, Any],
    journal_path: bytes,
    reverted: journal.AnyEntry | None,
) -> EditResult | None:
    """
    Run one task with its journal on the shared storage; return None without a change if another run has used it.

    Raises:
        NotMountedError: This worker does not see the journal.

    """
    paths = path_map.current()
    local_path = Path(os.fsdecode(path_map.checked_local_path(journal_path)))
    local_task = replace(
        task,
        path=paths.local(task.path),
        reverts_kept=None if task.reverts_kept is None else paths.local(task.reverts_kept),
        other_names=tuple(map(paths.local, task.other_names)),
    )
    local_entry = None if reverted is None else _with_paths(reverted, paths.local)
    started = time.perf_counter()
    try:
        with journal.OperationJournal.reopen(local_path) as worker_journal:
            if not worker_journal.is_empty or not worker_journal.is_at_path:
                return None
            journal_handler = _SharedJournal(worker_journal, paths)
            edited = worker_side.run_edit(handler, journal_handler, local_task, plain, local_entry)
    except errors.ConflictError:  # another run holds the journal; `edit` itself raises no such error
        return None
    except errors.StoreError as error:
        edited = _failed(task, error, started=started)
    record = edited.record
    result = replace(record.result, message=paths.text_of_service(record.result.message))
    kept = None if record.kept is None else paths.of_service(record.kept)
    return replace(edited, record=replace(record, result=result, kept=kept))


class _SharedJournal:
    """Records the steps of one item in the journal of this worker, with the paths of the service."""

    def __init__(self, worker_journal: journal.OperationJournal, paths: path_map.PathMap) -> None:
        self._journal, self._paths = worker_journal, paths
        self.inserted, self.commit, self.undone = worker_journal.inserted, worker_journal.commit, worker_journal.undone

    def begin(self, entry: journal.JournalEntry) -> int:
        return self._record(self._journal.begin, entry)

    def making(self, entry: journal.SwapEntry) -> int:
        return self._record(self._journal.making, entry)

    def swap(self, entry: journal.SwapEntry) -> int:
        return self._record(self._journal.swap, entry)

    def side_files(self, entry: journal.SideFilesEntry) -> int:
        return self._record(self._journal.side_files, entry)

    def _record(self, record: Callable[[Entry], object], entry: Entry) -> int:
        size = self._journal.size
        record(_with_paths(entry, self._paths.of_service))
        return self._journal.size - size


def _with_paths(entry: Entry, translate: Callable[[bytes], bytes]) -> Entry:
    """Return an entry with other paths."""
    if isinstance(entry, journal.SwapEntry):
        kept, adopted = (None if path is None else translate(path) for path in (entry.kept, entry.adopted))
        entry = replace(entry, kept=kept, adopted=adopted)
    return replace(entry, path=translate(entry.path))
