"""The journals of workers of a cluster: taken over, or skipped if their storage does not respond."""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from indexium_core import errors
from indexium_core.files import journal
from indexium_core.flows.writing import protocol
from indexium_core.flows.writing.policy import FileProgress, WritePolicy
from indexium_core.flows.writing.protocol import EditResult
from indexium_core.flows.writing.workers import cluster_edits, worker_journals
from indexium_core.flows.writing.workers.cluster_edits import ClusterEdits
from indexium_core.flows.writing.workers.worker_journals import WorkerJournals
from indexium_core.jobs.cluster import task as cluster_task
from indexium_core.jobs.cluster.client import Cluster
from indexium_core.jobs.executors import WorkerLostError
from indexium_core.jobs.item_runner import RunControl, RunSlots
from indexium_core.store.operations.ledger_rows import Task, UnresolvedItem
from tests.support.waiting import PATIENCE, until


class Scene:
    """A home, a library folder with one file, the journal of operation 5, and its writes through a cluster."""

    def __init__(self, folder: Path) -> None:
        self.home, self.root = folder / "home", folder / "films"
        self.backups = self.home / "backups"
        self.film = self.root / "a.mp4"
        self.root.mkdir()
        self.home.mkdir()
        self.control = RunControl()
        self.slots = RunSlots(self.control, 1)
        self.film.write_bytes(b"film")
        row = SimpleNamespace(
            library_id=1, path=str(self.root), path_bytes=os.fsencode(self.root), device=None, file_count=1
        )
        self.journals = WorkerJournals(self.home, libraries=lambda: cast("Any", [row]))
        self.operation = journal.OperationJournal.create(self.backups / "5.journal")
        [(_, self.folder)] = self.journals.folders()
        self.item = UnresolvedItem(
            item_id=1, file_id=1, status="unknown", journal="5.journal", library_id=1, changes=()
        )

    def collect(self, active: Callable[[], frozenset[int]] = frozenset) -> worker_journals.Collected:
        return self.journals.collect(self.backups, lambda _: {1: self.item}, active=active)

    def write(self, work: Callable[..., EditResult], progress: FileProgress | None = None) -> tuple[str, str]:
        """Write the file in a cluster of which `work` is the worker."""
        policy = WritePolicy(backups=self.backups)
        cluster = cast("Cluster", SimpleNamespace(call_with_callbacks=work))
        task = Task(
            item_id=1,
            file_id=1,
            path=os.fsencode(self.film),
            expected_size=4,
            expected_mtime_ns=0,
            expected_hash=None,
            changes=(),
        )
        edits = ClusterEdits(cluster, self.operation, policy, self.journals, self.slots)
        result = edits.edit(task, progress or FileProgress(policy)).record.result
        self.message = result.message
        return result.status, result.code


def succeed(_handler: object, _edit: object, task: Task, *_: object) -> EditResult:
    return EditResult.of(task, protocol.result(task, "success", started=0.0))


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_worker_waits_less_than_the_service_for_its_lock() -> None:
    assert cluster_edits.LOCK_SECONDS > cluster_task.ANSWER_SECONDS


# Prepared.


@pytest.mark.parametrize(("ending", "status"), [("resume", "unknown"), ("cancel", "pending"), ("stop", "pending")])
def test_prepared_file_is_not_sent_during_a_pause(scene: Scene, ending: str, status: str) -> None:
    """The worker of this test writes nothing, so a file that was sent is unknown."""
    sent: list[object] = []

    def note(*arguments: Any) -> EditResult:
        sent.append(arguments)
        return succeed(*arguments)

    other_file = scene.slots.held(nullcontext())
    assert other_file.__enter__()
    results: list[tuple[str, str]] = []
    thread = threading.Thread(target=lambda: results.append(scene.write(note)))
    thread.start()
    until(lambda: scene.folder.is_dir() and len(list(scene.folder.iterdir())) == 1)
    until(lambda: scene.control.waiting_threads == 1)
    scene.control.pause()
    waits = threading.Event()
    scene.control.on_change(waits.set)
    other_file.__exit__(None, None, None)
    until(lambda: bool(sent) or waits.is_set())
    assert sent == []
    getattr(scene.control, ending)()
    thread.join(PATIENCE)
    assert [status for status, _ in results] == [status]
    assert len(sent) == (ending == "resume")
    assert list(scene.folder.iterdir()) == []


def test_file_that_was_not_sent_is_known_without_its_storage(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise errors.StoreError("The journal is gone.", code="journal_failed")

    monkeypatch.setattr(WorkerJournals, "take", fail)
    scene.control.cancel()
    assert scene.write(succeed) == ("pending", "")


def test_file_needs_a_slot(scene: Scene) -> None:
    """So no file waits at the scheduler: there, a pause would not reach it."""
    is_free: list[bool] = []

    def look(*arguments: Any) -> EditResult:
        is_free.append(scene.slots._free.acquire(blocking=False))
        return succeed(*arguments)

    scene.write(look)
    assert is_free == [False]
    assert scene.slots._free.acquire(blocking=False)


def test_slot_of_a_lost_worker_is_free_when_its_journal_is_taken_over(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until then the worker may still write, and another file would wait at the scheduler."""
    is_free: list[bool] = []
    take = WorkerJournals.take

    def look(path: Path, undo_journal: journal.OperationJournal, *, seconds: float) -> bool:
        is_free.append(scene.slots._free.acquire(blocking=False))
        return take(path, undo_journal, seconds=seconds)

    def lose(*_: object) -> EditResult:
        raise WorkerLostError("was lost")

    monkeypatch.setattr(WorkerJournals, "take", staticmethod(look))
    assert scene.write(lose) == ("failed", "process_lost")
    assert is_free == [False]
    assert scene.slots._free.acquire(blocking=False)


def test_discarded_file_is_unknown_without_its_journal(scene: Scene) -> None:
    """A worker that discards its new file has recorded that; the journal says whether it did."""

    def discard(_handler: object, _edit: object, task: Task, *_: object) -> EditResult:
        for path in scene.folder.iterdir():
            path.unlink()
        return protocol.still_pending(task)

    assert scene.write(discard) == ("unknown", "cannot_tell")


def test_wait_for_a_slot_is_no_time_of_the_edit(scene: Scene) -> None:
    progress = FileProgress(WritePolicy(backups=scene.backups))
    with scene.slots.held(nullcontext()):
        thread = threading.Thread(target=lambda: scene.write(succeed, progress))
        thread.start()
        until(lambda: progress.is_waiting)
        end_of_wait = time.monotonic()
    thread.join(PATIENCE)
    assert not progress.is_waiting
    assert progress.started_at >= end_of_wait
    assert progress.paused_seconds == 0.0


# Taken over.


def test_absent_journal_is_not_taken(scene: Scene) -> None:
    with pytest.raises(errors.StoreError, match="No such file"):
        scene.journals.take(scene.folder / "gone", scene.operation, seconds=0.0)


def test_result_is_unknown_without_the_journal(scene: Scene) -> None:
    """The storage may be unmounted: the file may be half written."""

    def unmount(*arguments: Any) -> EditResult:
        for path in scene.folder.iterdir():
            path.unlink()
        return succeed(*arguments)

    assert scene.write(unmount) == ("unknown", "cannot_tell")
    assert "Run `indexium recover` when its folder responds." in scene.message


def test_success_needs_its_records(scene: Scene) -> None:
    assert scene.write(succeed) == ("unknown", "cannot_tell")
    assert "does not have the whole write" in scene.message


def test_missing_file_creates_no_folder(scene: Scene) -> None:
    """The place of a mount has no folder of Indexium while the storage is unmounted."""
    scene.film.unlink()
    assert scene.write(succeed) == ("failed", "missing_file")
    assert not (scene.root / ".indexium").exists()


def test_folder_without_permission_fails_its_file_only(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, **_: object) -> None:
        raise errors.StoreError(f"The undo journal {path} failed.", code="journal_failed")

    monkeypatch.setattr(journal.OperationJournal, "create", refuse)
    assert scene.write(succeed) == ("failed", "journal_failed")


# Collected at the next start.


def test_journals_of_running_operations_are_skipped(scene: Scene) -> None:
    """Also of an operation that starts while the journals are taken over."""
    path = scene.journals.create(scene.folder, 1, "5.journal")
    answers = iter([frozenset[int](), frozenset({5})])
    assert scene.collect(lambda: next(answers)).problems == []
    assert path.exists()
    assert scene.collect(lambda: frozenset({5})).still_written == set()
    assert path.exists()
    scene.operation.close()
    assert scene.collect().problems == []
    assert not path.exists()


@pytest.mark.parametrize("code", [errno.ESTALE, errno.EACCES, errno.EIO])
def test_unreadable_folder_keeps_unknown_items(scene: Scene, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    scene.journals.create(scene.folder, 1, "5.journal")

    def fail(_path: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "listdir", fail)
    collected = scene.collect()
    assert collected.still_written == {1}
    [problem] = collected.problems
    assert problem.startswith(f"1 file has an unknown result. The folder {scene.folder} cannot be listed: ")
    scene.item = scene.item._replace(status="pending")
    assert scene.collect().still_written == set()


def test_folder_that_is_not_mounted_keeps_unknown_items(scene: Scene) -> None:
    scene.film.unlink()
    assert scene.collect().still_written == {1}


def test_journal_that_cannot_be_opened_is_skipped(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.operation.close()
    path = scene.journals.create(scene.folder, 1, "5.journal")

    def fail(_path: object) -> None:
        raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", fail)
        collected = scene.collect()
    assert collected.still_written == {1}
    assert collected.problems == [f"The journal {path} cannot be removed: {os.strerror(errno.ESTALE)}."]
    scene.collect()
    assert not path.exists()


def test_other_file_among_the_journals_is_skipped(scene: Scene) -> None:
    path = scene.journals.create(scene.folder, 1, "5.journal")
    stray = path.with_name(path.name.replace(".1.", ".one."))
    path.rename(stray)
    assert scene.collect().problems == []
    assert stray.exists()


# The id of the home.


def test_id_is_one_for_all_threads(tmp_path: Path) -> None:
    store = WorkerJournals(tmp_path, libraries=list)
    threads = [threading.Thread(target=store.folders) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (tmp_path / "cluster.id").read_text() == store._id != ""
    assert [path.name for path in tmp_path.iterdir()] == ["cluster.id"]


def test_empty_id_is_an_error_with_a_remedy(scene: Scene) -> None:
    (scene.home / "cluster.id").write_text("")
    scene.journals._id = ""
    with pytest.raises(errors.StoreError, match=r"has no valid id\. Write into it the 16 characters"):
        scene.journals.folders()
    assert len(scene.collect().problems) == 1
