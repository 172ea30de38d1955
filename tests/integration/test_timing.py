"""Operations and time: stalls, clock changes, and long writes."""

from __future__ import annotations

import contextlib
import os
import re
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from indexium_core import cli, settings
from indexium_core.cli.operations import jobs as cli_jobs
from indexium_core.cli.operations import operations as cli_operations
from indexium_core.flows.writing import file_edit, operation_runner, protocol
from indexium_core.flows.writing.policy import FileProgress, WritePolicy
from indexium_core.flows.writing.throughput import Throughput
from indexium_core.jobs.item_runner import ItemRunner, RunControl
from indexium_core.library import Library
from indexium_core.store.operations import ledger
from indexium_core.store.operations.ledger_rows import Task
from tests.support import media, tables
from tests.support.holding import Gate, held_by_another, retry_with
from tests.support.studio import ALL, OLD, Studio
from tests.support.waiting import until


def with_a_rewrite(folder: Path) -> tuple[Library, Path]:
    """Return a library with a write of one film that must be rebuilt."""
    films = folder / "films"
    films.mkdir()
    path = media.build("wmv", films, comment="People: Bob Ray")
    os.utime(path, (OLD, OLD))
    library = Library.open(folder / "home")
    library.scan([films])
    library.people.add([path], ["Ann Lee"])
    return library, path


def test_stalled_operation_is_interrupted_and_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk does not respond: the file in progress stalls until the timeout."""
    config = settings.load(tmp_path / "home", metadata_operation_timeout_seconds=1)
    studio, real = Studio(tmp_path, 4, config=config), file_edit.edit

    def stuck(task: Task, undo: object, policy: WritePolicy, progress: FileProgress) -> protocol.EditResult:
        if task.path == os.fsencode(studio.paths[0]):
            pause = threading.Event()
            while not policy.is_cancelled():
                pause.wait(0.02)
            return protocol.still_pending(task)
        return real(task, undo, policy, progress)  # type: ignore[arg-type]

    monkeypatch.setattr(file_edit, "edit", stuck)
    status = studio.library.write(studio.library.plan(), ALL).wait(60)
    monkeypatch.undo()

    assert (status.status, status.counts) == ("interrupted", {"success": 3, "pending": 1})
    [left] = studio.library.interruptions.operations()
    assert "no progress for 1 seconds" in left.stop_reason
    assert not left.resumes_automatically  # it would only stall again
    assert studio.library.resume(1).wait().counts == {"success": 4}
    studio.library.close()


def test_clock_jump_changes_no_duration_and_blocks_nothing(tmp_path: Path) -> None:
    jumps = iter(range(10**6))

    def clock() -> datetime:
        """Each read returns another month, earlier or later."""
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=40 * (-1) ** next(jumps))

    studio = Studio(tmp_path, 4, clock=clock)
    with held_by_another(studio.paths[0]) as let_go:
        retry_with(studio.library, let_go)
        status = studio.write()

    assert status.counts == {"success": 4}
    assert 0 <= studio.library.operation(1).operation.seconds < 60
    assert studio.back(1).counts == {"success": 4}
    assert studio.bytes() == studio.old
    studio.library.close()


def test_rewrite_reports_progress_and_ends_with_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    library, path = with_a_rewrite(tmp_path)
    old, fractions, halfway = path.read_bytes(), [], threading.Event()
    real = FileProgress.advance

    def slowly(self: FileProgress, count: int) -> None:
        real(self, count)
        if any(path.parent.glob(".indexium-*")):
            halfway.set()
            while not self._policy.is_cancelled():
                threading.Event().wait(0.01)
            real(self, 0)

    monkeypatch.setattr(FileProgress, "advance", slowly)
    handle = library.write(library.plan(), ALL)
    assert halfway.wait(20)
    status = handle.status()
    fractions = list(status.fractions.values())
    monkeypatch.setattr(cli_jobs, "opened", lambda _: contextlib.nullcontext(library))
    assert cli.main(["jobs", "show", str(library.jobs.list().items[0].id)]) == 0
    told = capsys.readouterr().out
    made = [each.name for each in path.parent.iterdir() if each != path]
    library.close()
    monkeypatch.undo()

    assert len(fractions) == 1
    assert 0 < fractions[0] <= 1
    assert list(status.fractions) == list(status.working)
    assert status.current_text == f"{path.name}, {int(100 * fractions[0])} %"
    assert f"{status.current_text}\n" in re.sub(" +\n", "\n", told)
    assert len(made) == 1  # the new file, under a name of its own …
    assert list(path.parent.iterdir()) == [path]  # … which was removed
    assert path.read_bytes() == old
    with Library.open(tmp_path / "home") as library:
        [left] = library.interruptions.operations()
        assert left.counts == {"undone": 1}
        assert left.files[0].message == "The write was interrupted when the program was stopped. The file was restored."
        assert left.resumes_automatically
        [line] = [line for line in library.stories.build(1).log if line["event"] == "file.undone"]
        assert (line["code"], line["error"]) == ("undone", left.files[0].message)
        assert library.resume(1).wait().counts == {"success": 1}
        assert library.status(1).fractions == {}


def test_long_rewrite_waits_during_pause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(operation_runner, "_FINISH_SECONDS", 0.1)
    library, path = with_a_rewrite(tmp_path)
    before, begun, paused, real = path.stat(), threading.Event(), threading.Event(), FileProgress.advance

    def slowly(self: FileProgress, count: int) -> None:
        begun.set()
        assert paused.wait(20)
        threading.Event().wait(0.15)
        real(self, count)

    monkeypatch.setattr(FileProgress, "advance", slowly)
    handle = library.write(library.plan(), ALL)
    assert begun.wait(20)
    threading.Timer(0.05, paused.set).start()
    assert handle.pause()  # resumes although the file is not finished
    monkeypatch.setattr(FileProgress, "advance", real)

    held = handle.status()
    assert (held.status, held.counts, held.eta_seconds) == ("paused", {"pending": 1}, None)
    assert (held.idle, held.pausing) == (True, False)
    told = library.operation(handle.id).as_dict()
    assert (told["idle"], told["pausing"]) == (True, False)
    monkeypatch.setattr(cli_operations, "opened", lambda _: contextlib.nullcontext(library))
    assert cli.main(["operations", "show", str(handle.id)]) == 0
    assert "Operation 1 is paused: no file is in progress." in capsys.readouterr().err
    run = library._parts.writing.runs.find(handle.id)
    assert run is not None
    threading.Event().wait(0.5)  # a pause
    assert handle.status().working == pytest.approx(held.working, abs=0.1)
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert run.throughput.seconds < held.working[next(iter(held.working))] + 0.4
    assert handle.resume()
    assert handle.wait().counts == {"success": 1}
    [item] = library.operation(1).items
    assert 0.15 <= item.seconds <= library.operation(1).operation.seconds
    library.close()


def test_files_finished_after_pause_request_count_as_running_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio = Studio(tmp_path, 6)
    gate = Gate(monkeypatch, free=0)
    handle = gate.write(studio.library)
    threading.Timer(0.5, gate.opened.set).start()

    assert handle.pause()

    run = studio.library._parts.writing.runs.find(handle.id)
    assert run is not None
    frozen = run.throughput.seconds
    operation, status = studio.library.operation(1).operation, handle.status()
    begun = [item.seconds for item in studio.library.operation(1).items if item.seconds is not None]
    assert (status.eta_seconds, status.working) == (None, {})
    assert status.counts == {"success": len(begun), "pending": 6 - len(begun)}
    assert operation.seconds >= 0.4
    assert run.throughput.seconds == frozen
    assert handle.resume()
    assert handle.wait().counts == {"success": 6}
    studio.library.close()


def test_log_has_files_before_pause(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ItemRunner, "GROUP_SECONDS", 60.0)
    monkeypatch.setattr(ItemRunner, "MAX_GROUP_SECONDS", 60.0)
    studio = Studio(tmp_path, 6)
    gate = Gate(monkeypatch, free=2)
    job = gate.pause(studio.library, gate.write(studio.library).id, by="Ann")

    told = [line for line in studio.library.jobs.log(job.id).lines if line["event"] in ("file.written", "job.changed")]
    done = [line for line in told if line["event"] == "file.written"]
    assert told[-1].get("status") == "paused"
    assert 2 < len(done) < 6
    assert studio.library.status(1).counts == {"success": len(done), "pending": 6 - len(done)}
    studio.library.resume(1)
    studio.library.close()


def test_interrupted_run_has_running_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The running time is recorded with each group of results, and counted once."""
    studio = Studio(tmp_path, 4)
    studio.library.configuration.set("metadata_max_concurrent_writes", "1")
    gate = Gate(monkeypatch, free=2)
    handle = gate.write(studio.library)
    while handle.status().counts.get("success") != 2:
        handle.wait(0.05)
    so_far = studio.library.operation(1).operation.seconds
    run = studio.library._parts.writing.runs.find(1)
    assert run is not None
    assert 0 < so_far <= run.throughput.seconds
    gate.opened.set()
    handle.wait()
    assert studio.library.operation(1).operation.seconds == pytest.approx(run.throughput.seconds, abs=0.5)
    studio.library.close()


def test_running_time_is_reported_and_stored_during_rewrite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kill loses two seconds at most, however long one film takes."""
    monkeypatch.setattr(operation_runner, "_FINISH_SECONDS", 0.1)
    library, _ = with_a_rewrite(tmp_path)
    go_on, real = threading.Event(), FileProgress.advance

    def slowly(self: FileProgress, count: int) -> None:
        while not go_on.wait(0.02):
            real(self, 0)
        real(self, count)

    def written() -> float:
        operation = ledger.Ledger(library._parts.core.store).operation(1)
        assert operation is not None
        return operation.seconds

    monkeypatch.setattr(FileProgress, "advance", slowly)
    handle, begun = library.write(library.plan(), ALL), time.monotonic()
    until(lambda: written() > 1.0)
    assert library.operation(1).operation.seconds >= written()
    assert library.history().items[0].seconds >= written()

    assert handle.pause()
    at_work = library.operation(1).operation.seconds
    until(lambda: written() == pytest.approx(at_work))
    assert library.operation(1).operation.seconds == pytest.approx(at_work)  # a pause is not running time
    go_on.set()
    assert handle.resume()
    assert handle.wait().counts == {"success": 1}
    assert at_work <= library.operation(1).operation.seconds <= time.monotonic() - begun
    library.close()


def test_after_signal_only_files_in_progress_are_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service closes its pages before its library; between both, no further file and no further job may start."""
    studio = Studio(tmp_path, 12)
    library, gate = studio.library, Gate(monkeypatch, free=0)
    handle = gate.write(library)
    while gate.held.acquire(timeout=0.5):  # until every thread has a file
        pass
    under_way = len(handle.status().working)

    library.stop_starting()
    waits = library.scans.add([studio.films])
    gate.opened.set()
    status = handle.wait()

    assert 0 < under_way < 12
    assert (status.status, status.counts) == ("interrupted", {"success": under_way, "pending": 12 - under_way})
    library._parts.core.queue.join(waits.id, 0.2)
    assert library.jobs.get(waits.id).status == "pending"
    library.close()
    with Library.open(tmp_path / "home", take_over="all") as library:
        assert library.handle(1).wait().counts == {"success": 12}
        assert library.jobs.wait(waits.id, 20).status == "completed"


@pytest.mark.parametrize(
    ("change", "may_begin"), [(RunControl.resume, True), (RunControl.stop, False), (RunControl.cancel, False)]
)
def test_late_worker_starts_no_file_while_operation_is_paused(
    change: Callable[[RunControl], None], may_begin: bool
) -> None:
    """A worker may receive a file before the pause, and start it after the pause."""
    run = operation_runner.OperationRun(
        operation_id=1,
        job_id=1,
        kind="write",
        started_at=datetime.now(UTC),
        total=1,
        initial_processed=0,
        control=RunControl(),
        throughput=Throughput({}),
        postpone=False,
    )
    run.control.pause()
    progress = FileProgress(WritePolicy(backups=Path()))
    began: list[bool] = []
    worker = threading.Thread(target=lambda: began.append(run.start_item(7, "film", progress)))
    worker.start()
    worker.join(0.2)

    assert began == []
    assert run.active_items == {}
    change(run.control)
    worker.join(5)
    assert began == [may_begin]
    assert list(run.active_items) == [7] * may_begin
    assert all(seconds < 0.2 for seconds in run.active_seconds().values())  # without the wait before it
    with progress.waiting():  # for a worker of a cluster: nobody edits the file
        assert (run.active_seconds(), run.current_file) == ({}, "")
    assert run.current_file == "film" * may_begin


def test_estimates_agree_and_follow_the_last_operations(tmp_path: Path) -> None:
    """Three files at a time, each in 8 s, were written in 40 s: a file is 2 s of the operation."""
    studio = Studio(tmp_path, 20)
    library = studio.library
    before = library.plan().statistics.est_seconds
    library.write(library.plan(), ALL).wait()
    with tables.changing(library) as tx:
        tx.execute("UPDATE metadata_operations SET seconds = 40")
        tx.execute("UPDATE metadata_operation_items SET seconds = 8")
    library.rollback(1, replan=True).wait()
    library.write(library.plan(f'name:"{studio.paths[0].stem}"'), ALL).wait()  # the estimates are read again
    plan = library.plan()
    rows = [row for row in plan.page(sort="cost").items if row.can_update]
    whole = library.plans.summary(plan, plan.select(risk=ALL.risk))

    assert before < 1
    assert [row.est_seconds for row in rows] == [pytest.approx(1.2, rel=0.1)] * 19  # the prior counts as 12 files
    assert plan.statistics.est_seconds == pytest.approx(sum(row.est_seconds for row in rows))
    assert whole.est_seconds == pytest.approx(plan.statistics.est_seconds)
    assert library.files.file(rows[0].file_id).est_seconds == pytest.approx(rows[0].est_seconds)
    assert plan.df()["est_seconds"].sum() == pytest.approx(whole.est_seconds)


def test_each_library_has_the_speed_of_its_last_operations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Operation 1 wrote the first library in 40 s, operation 2 the second one in 4 s; both must be written again."""
    studio = Studio(tmp_path, 20)
    other = tmp_path / "other"
    other.mkdir()
    paths = media.series("mp4", other, 20, comment="People: Eve Fox")
    library = studio.library
    library.scan([other])
    library.people.add(paths, ["Ann Lee"])
    library.write(library.plan("root:films"), ALL).wait()
    library.write(library.plan("root:other"), ALL).wait()
    with tables.changing(library) as tx:
        tx.execute("UPDATE metadata_operations SET seconds = 40 / 10 ** (id - 1)")
        tx.execute("UPDATE metadata_operation_items SET seconds = 2 / 10 ** (operation_id - 1)")
    library.rollback(2, replan=True).wait()
    library.rollback(1, replan=True).wait()
    library._parts.planning.plans.rates.forget()

    slow, fast = (library.plan(f"root:{name}") for name in ("films", "other"))
    assert slow.page().items[0].est_seconds == pytest.approx(1.2, rel=0.1)  # the prior counts as 12 files
    assert fast.page().items[0].est_seconds == pytest.approx(0.12, rel=0.1)
    for plan in (slow, fast, library.plan()):
        rows = sum(row.est_seconds for row in plan.page(per_page=0).items)
        file_id = plan.page().items[0].file_id
        assert plan.statistics.est_seconds == pytest.approx(rows)
        assert plan.page(1).statistics.est_seconds == pytest.approx(rows)
        assert library.plans.summary(plan, plan.select(risk=ALL.risk)).est_seconds == pytest.approx(rows)
        assert plan.df()["est_seconds"].sum() == pytest.approx(rows)
        assert library.files.file(file_id).est_seconds == pytest.approx(plan.item(file_id).est_seconds)
    costs = [row.est_seconds for row in library.plan().page(sort="cost", per_page=0).items]
    assert costs == sorted(costs)

    gate = Gate(monkeypatch, 0)
    handle = gate.write(library)
    run = library._parts.writing.runs.find(handle.id)
    assert run is not None
    assert run.throughput.ahead == pytest.approx(sum(costs))
    assert run.eta_seconds == pytest.approx(sum(costs), abs=5)
    gate.opened.set()
    handle.wait()
