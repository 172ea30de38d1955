"""
Write a file in a worker of a cluster: `editing` runs there, with a journal on the shared storage (`worker_journals`).

The service creates the journal, and the worker runs the protocol with it. When the worker has ended or is lost, the
service takes the journal over and decides by it: the result of the worker, a late result if the write was complete, or
an unchanged file. Dask may run a task again after it lost a worker. The second run finds that the journal is locked or
has records, and returns nothing; then the service decides in the same way and starts a new attempt.

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
from typing import Any, TypeVar

from indexium_core import errors
from indexium_core.files import journal
from indexium_core.flows.writing import editing, protocol, remote_edit
from indexium_core.flows.writing.protocol import EditResult, FileProgress, WritePolicy
from indexium_core.flows.writing.remote_edit import ProgressChannel, RemoteHandler, RequestHandler
from indexium_core.flows.writing.worker_journals import WorkerJournals
from indexium_core.jobs.cluster.client import Cluster
from indexium_core.jobs.executors import WorkerLostError
from indexium_core.model.files import path_map
from indexium_core.store.operations.ledger_rows import Task

__all__ = ["ClusterEdits"]

logger = logging.getLogger(__name__)

Entry = TypeVar("Entry", bound=journal.JournalEntry | journal.SwapEntry)

LOCK_SECONDS = 30.0  # longest wait for a worker that still holds its journal
_ATTEMPTS = 3  # of one item whose earlier runs left a journal
_FINAL = frozenset({"success", "unknown"})  # statuses after which an item is not written again


class ClusterEdits:
    """The writes of one run of an operation."""

    def __init__(
        self,
        cluster: Cluster,
        undo_journal: journal.OperationJournal,
        policy: WritePolicy,
        worker_journals: WorkerJournals,
    ) -> None:
        """`undo_journal` is the journal of the operation."""
        self._cluster = cluster
        self._journal = undo_journal
        self._policy = policy
        self._worker_journals = worker_journals
        self._folders = worker_journals.folders()

    def edit(self, task: Task, progress: FileProgress) -> EditResult:
        """Do what `editing.edit` does, in a worker."""
        started = time.perf_counter()
        folder = next((folder for root, folder in self._folders if task.path.startswith(root + b"/")), None)
        if folder is None:  # recovery would not find the journal of a worker
            return editing.edit(task, self._journal, self._policy, progress)
        try:
            policy = replace(self._policy, reverted=editing.reverted(task, self._policy))
        except errors.MetadataError as error:
            return EditResult.of(task, protocol.failure_result(task, error, started=started))
        for path in self._worker_journals.earlier(folder, task.item_id):
            late = self._settle(task, path, "of an earlier attempt ended", started=started)
            if late.record.result.status in _FINAL:
                return late
        for _ in range(_ATTEMPTS):
            edited = self._attempt(task, policy, progress, folder, started=started)
            if edited is not None:
                return edited
        message = "Dask lost the workers that wrote the file. The file is unchanged."
        return EditResult.of(task, protocol.result(task, "failed", "process_lost", message, started=started))

    def _attempt(
        self, task: Task, policy: WritePolicy, progress: FileProgress, folder: Path, *, started: float
    ) -> EditResult | None:
        """Return the result of one attempt; None if an earlier run of the task had it and left the file unchanged."""
        path = self._worker_journals.create(folder, task.item_id, self._journal.path.name)
        handler = RequestHandler(self._journal, policy, progress)
        plain = remote_edit.plain_fields(policy)
        edited: EditResult | None = None
        error: Exception | None = None
        reason = "ended before this attempt"
        try:
            edited = self._cluster.call_with_callbacks(handler, _edit, task, plain, os.fsencode(path), policy.reverted)
        except WorkerLostError as lost:
            logger.warning("item.process_lost", extra={"item_id": task.item_id, "error": str(lost)})
            error, reason = lost, str(lost)
        except Exception as caught:  # noqa: BLE001 - it is raised when the journal is taken over
            error = caught
        if edited is None:
            late = self._settle(task, path, reason, started=started)
            if late.record.result.status in _FINAL or isinstance(error, WorkerLostError):
                return late
            if error is None:
                return None
            if isinstance(error, errors.ClusterError) and error.reason == "no_mount":
                result = protocol.result(task, "failed", error.reason, error.message, started=started)
                return EditResult.of(task, result)
            raise error
        if not self._worker_journals.take(path, self._journal, seconds=LOCK_SECONDS):
            return self._still_running(task, started=started)
        return _in_service(edited, task)

    def _settle(self, task: Task, path: Path, reason: str, *, started: float) -> EditResult:
        """Take a journal over, and return the result by its records: a late result, or an unchanged file."""
        if not self._worker_journals.take(path, self._journal, seconds=LOCK_SECONDS):
            return self._still_running(task, started=started)
        return remote_edit.recover(task, self._journal, WorkerLostError(reason), started=started)

    @staticmethod
    def _still_running(task: Task, *, started: float) -> EditResult:
        message = "A worker of the cluster may still write the file. Run `indexium recover` when the worker has ended."
        return EditResult.of(task, protocol.result(task, "unknown", "cannot_tell", message, started=started))


def _in_service(edited: EditResult, task: Task) -> EditResult:
    """Return the result of a worker with the task and the device number of the service."""
    stat = edited.stat
    if stat is not None:
        with contextlib.suppress(OSError):
            stat = replace(stat, device=os.lstat(task.path).st_dev)
    return replace(edited, task=task, stat=stat)


# In the worker.


def _edit(
    handler: RemoteHandler,
    task: Task,
    plain: Mapping[str, Any],
    journal_path: bytes,
    reverted: journal.JournalEntry | journal.SwapEntry | None,
) -> EditResult | None:
    """
    Run one task with its journal on the shared storage; return None without a change if another run has used it.

    Raises:
        NotMountedError: This worker does not see the journal.

    """
    here, channel = path_map.current(), ProgressChannel(handler)
    own_path = Path(os.fsdecode(path_map.seen(journal_path)))
    policy = WritePolicy(
        **plain,
        reverted=None if reverted is None else _moved(reverted, here.local),
        reserve_space=handler.reserve_space,
        is_cancelled=channel.is_cancelled,
        on_progress=channel.on_progress,
    )
    moved = replace(
        task,
        path=here.local(task.path),
        reverts_kept=None if task.reverts_kept is None else here.local(task.reverts_kept),
        other_names=tuple(map(here.local, task.other_names)),
    )
    started = time.perf_counter()
    try:
        with journal.OperationJournal.reopen(own_path) as own:
            if not own.is_empty or not own.is_named:
                return None
            edited = editing.edit(moved, _JournalOfService(own, here), policy, FileProgress(policy))
    except errors.ConflictError:  # another run holds the journal; `edit` itself raises no such error
        return None
    except errors.StoreError as error:
        result = protocol.result(task, "failed", error.reason, error.message, started=started)
        return EditResult.of(task, result)
    record = edited.record
    result = replace(record.result, message=here.text_of_service(record.result.message))
    kept = None if record.kept is None else here.of_service(record.kept)
    return replace(edited, record=replace(record, result=result, kept=kept))


class _JournalOfService:
    """The journal of one item, with the paths of the service in its records; it keeps the entry in memory."""

    def __init__(self, own: journal.OperationJournal, here: path_map.PathMap) -> None:
        self._own, self._here = own, here
        self._entry: journal.JournalEntry | journal.SwapEntry | None = None
        self.inserted, self.commit, self.undone = own.inserted, own.commit, own.undone
        self.is_open = own.is_open

    def begin(self, entry: journal.JournalEntry) -> None:
        self._record(self._own.begin, entry)

    def making(self, entry: journal.SwapEntry) -> None:
        self._record(self._own.making, entry)

    def swap(self, entry: journal.SwapEntry) -> None:
        self._record(self._own.swap, entry)

    def entry(self, item_id: int) -> journal.JournalEntry | journal.SwapEntry:
        if self._entry is None:
            raise KeyError(item_id)
        return self._entry

    def _record(self, record: Callable[[Entry], None], entry: Entry) -> None:
        before = self._own.size
        record(_moved(entry, self._here.of_service))
        self._entry = replace(entry, stored_bytes=self._own.size - before)


def _moved(entry: Entry, move: Callable[[bytes], bytes]) -> Entry:
    """Return an entry with other paths."""
    if isinstance(entry, journal.SwapEntry):
        kept, adopted = (None if path is None else move(path) for path in (entry.kept, entry.adopted))
        entry = replace(entry, kept=kept, adopted=adopted)
    return replace(entry, path=move(entry.path))
