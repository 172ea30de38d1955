"""Commands that start, pause and end operations, while other users act on the same operations."""

from __future__ import annotations

import concurrent.futures
import contextlib
import dataclasses
import itertools
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from indexium_core import cli
from indexium_core.cli import frame, output
from indexium_core.cli.operations import follow
from indexium_core.flows.writing.policy import FileProgress
from indexium_core.jobs.job_run import JobControl
from indexium_core.library import Library
from tests.integration.test_cli import Command
from tests.integration.test_timing import with_a_rewrite
from tests.support.cases import each_case
from tests.support.holding import Gate, cut_off
from tests.support.studio import ALL, Studio
from tests.support.waiting import PATIENCE, until


@pytest.fixture
def run(studio: Studio, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Commands on the open library of the studio, so that a test can act on it at the same time."""
    monkeypatch.setattr(frame, "_library", lambda _: contextlib.nullcontext(studio.library))
    return Command(studio.library.home, capsys)


def cancelled_write(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> int:
    """Remove all people from some files, which is dangerous, and cancel the rest; return the job."""
    studio.library.edit("ext:mp4", [])
    with monkeypatch.context() as patch:
        handle = cut_off(studio.library, patch, 2)
        handle.cancel()
        assert handle.wait(PATIENCE).counts == {"success": 3, "skipped": 3}
    return studio.job_of(handle.id).id


def cancelled_rollback(studio: Studio, monkeypatch: pytest.MonkeyPatch, *, files: int = 6) -> int:
    """Start to roll back some files of a write, and cancel after two; return the job."""
    studio.write()
    names = [path.name for path in studio.paths[:files]]
    items = [item.id for name, item in studio.items(1).items() if name in names]
    studio.library.configuration.set("metadata_max_concurrent_writes", "1")
    with monkeypatch.context() as patch:
        gate = Gate(patch, 1)
        handle = studio.library.rollback(1, item_ids=items)
        assert gate.reached.wait(PATIENCE)
        gate.open_when_told(studio.library, handle.id)
        handle.cancel()
        assert handle.wait(PATIENCE).status == "cancelled"
    return studio.job_of(handle.id).id


@pytest.mark.parametrize(("query", "title"), [("ext:mp4", "ext:mp4"), ("", "")])
def test_write_gets_title_that_command_changes(studio: Studio, run: Command, query: str, title: str) -> None:
    assert run("write", query, "--risk", "safe,warning,danger", "--yes") == 0
    assert studio.library.operation(1).operation.user_note == title

    assert run("operations", "rename", "1", "before the party") == 0
    assert "Operation 1 is called 'before the party'." in run.err
    assert studio.library.operation(1).operation.user_note == "before the party"
    assert run("operations", "rename", "1", "") == 0
    assert "Operation 1 has no title." in run.err
    assert run("operations", "rename", "9", "x") == 2
    assert "There is no operation 9" in run.err


# Retries.


@pytest.mark.parametrize("noun", ["operations", pytest.param("jobs", marks=pytest.mark.further)])
def test_retried_write_asks_question_of_write(
    studio: Studio, run: Command, monkeypatch: pytest.MonkeyPatch, noun: str
) -> None:
    job = cancelled_write(studio, monkeypatch)
    words = ("jobs", "retry", str(job)) if noun == "jobs" else ("operations", "retry", "1")

    assert run(*words) == 2  # there is no terminal
    assert "3 files would be written (3 danger): +0 −3 people, under 1 s. " in run.err
    assert "--yes" in run.err
    assert studio.library.history().total == 1
    assert run(*words, "--yes") == 0
    again = studio.library.operation(2).operation
    assert (again.success_count, again.source, again.user_action) == (3, "cli", "retry")


@pytest.mark.parametrize("noun", [pytest.param("operations", marks=pytest.mark.further), "jobs"])
def test_retried_rollback_asks_question_of_rollback(
    studio: Studio, run: Command, monkeypatch: pytest.MonkeyPatch, noun: str
) -> None:
    job = cancelled_rollback(studio, monkeypatch)
    words = ("jobs", "retry", str(job)) if noun == "jobs" else ("operations", "retry", "2")

    assert run(*words) == 2
    assert "4 files would get their old bytes back." in run.err
    assert studio.library.history().total == 2
    assert run(*words, "--yes") == 0
    assert "4 files are skipped in the plan" in run.err
    assert studio.bytes() == studio.old


def test_retry_of_partial_rollback_covers_same_files(
    studio: Studio, run: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    cancelled_rollback(studio, monkeypatch, files=3)

    assert run("operations", "retry", "2", "--yes") == 0
    assert "1 file would get its old bytes back." in run.err
    now = studio.bytes()
    assert [now[path] == studio.old[path] for path in studio.paths] == [True] * 3 + [False] * 3


def test_interrupted_job_resumes_after_own_question(
    studio: Studio, run: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        cut_off(studio.library, patch, 2)
        studio.reopen()
    job = str(studio.job_of(1).id)

    assert run("operations", "retry", "1", "--yes") == 2
    assert "'indexium operations resume 1' resumes it" in run.err
    assert run("jobs", "retry", job) == 2
    assert "Operation 1 would resume with 3 files." in run.err
    assert studio.library.status(1).status == "interrupted"
    assert run("jobs", "retry", job, "--yes") == 0
    assert studio.library.status(1).counts == {"success": 6}


def test_retry_help_explains_scope(run: Command) -> None:
    assert run("operations", "retry", "--help") == 0
    told = " ".join(run.out.split())
    assert "failed, conflict, unknown or not started" in told


# Ctrl-C.


def test_ctrl_c_reports_started_file_as_undone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    library, path = with_a_rewrite(tmp_path)
    old, begun, real = path.read_bytes(), threading.Event(), FileProgress.advance

    def slowly(self: FileProgress, count: int) -> None:
        begun.set()
        until(self._policy.is_cancelled)
        real(self, count)

    monkeypatch.setattr(FileProgress, "advance", slowly)
    handle = library.write(library.plan(), ALL)
    assert begun.wait(PATIENCE)
    follow.leave(handle, KeyboardInterrupt())
    told = capsys.readouterr().err.strip()
    [item] = library.operation(1).items
    counts, job = handle.status(), library.jobs.list(["write"]).items[0]
    monkeypatch.setattr(frame, "_library", lambda _: contextlib.nullcontext(library))
    assert cli.main(["--home", str(library.home), "operations", "show", "1"]) == 0
    shown = capsys.readouterr().out
    monkeypatch.undo()

    assert told == "Operation 1 is cancelled: 0 of 1 file written, 1 undone."
    assert path.read_bytes() == old
    assert (item.status, item.code) == ("skipped", "undone")
    assert item.message == "The write was interrupted when the operation was cancelled. The file was restored."
    assert "undone" in shown
    assert (counts.cancelled_count, job.progress_current) == (1, 0)
    assert library.retries.start(1).wait(PATIENCE).counts == {"success": 1}
    library.close()


@pytest.mark.parametrize("words", [("resume",), pytest.param(("retry", "--yes"), marks=pytest.mark.further)])
def test_ctrl_c_reports_end_of_operation_during_wait(
    studio: Studio, run: Command, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    with monkeypatch.context() as patch:
        cut_off(studio.library, patch, 1)
        studio.reopen()
    studio.library.configuration.set("metadata_max_concurrent_writes", "1")
    gate = Gate(monkeypatch, 0)

    def broken_off(*_: object) -> None:
        assert gate.reached.wait(PATIENCE)
        gate.open_when_told(studio.library, 1)
        raise KeyboardInterrupt

    monkeypatch.setattr(studio.library.jobs, "wait", broken_off)

    verb, *rest = words
    assert run("jobs", verb, str(studio.job_of(1).id), *rest) == 130
    assert "Operation 1 is cancelled: 3 of 6 files written, 3 not started." in run.err
    assert "'indexium rollback 1' restores the files that it changed." in run.err
    assert studio.library.status(1).status == "cancelled"


# Actions of other users on an operation that a command waits for.


@contextlib.contextmanager
def meanwhile(act: Callable[[], object]) -> Iterator[None]:
    """Run a function on another thread; its error is raised at the end of the block."""
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        done = pool.submit(act)
        yield
        done.result(PATIENCE)


@pytest.mark.parametrize(
    "what",
    [
        "write",
        "rollback",
        pytest.param("resume", marks=pytest.mark.further),
        pytest.param("retry", marks=pytest.mark.further),
        "jobs retry",
    ],
)
def test_command_fails_if_another_user_cancels_operation(
    studio: Studio, run: Command, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    before = {"write": ["write", "--yes"], "rollback": ["rollback", "1", "--yes"]}
    if what == "rollback":
        studio.write()
    elif what == "resume":
        with monkeypatch.context() as patch:
            cut_off(studio.library, patch, 2)
            studio.reopen()
    elif what != "write":
        job = cancelled_write(studio, monkeypatch)
    again = {"resume": ["operations", "resume", "1"], "retry": ["operations", "retry", "1", "--yes"]}
    words = (before | again).get(what) or ["jobs", "retry", str(job), "--yes"]
    studio.library.configuration.set("metadata_max_concurrent_writes", "1")
    gate = Gate(monkeypatch, 0)

    def cancel() -> None:
        assert gate.reached.wait(PATIENCE)
        [operation] = studio.library.history(status="in_progress").items
        gate.open_when_told(studio.library, operation.id)
        studio.library.cancel(operation.id)

    with meanwhile(cancel):
        assert run(*words) == 1
    done = "restored" if what == "rollback" else "written"
    number = 2 if what in ("rollback", "retry", "jobs retry") else 1
    name = "Rollback 2" if what == "rollback" else f"Operation {number}"
    sentence = f"{name} was cancelled in another program or terminal; {done} files stay {done}."
    assert sentence in run.err
    operation = dataclasses.replace(studio.library.operation(number).operation, user_name="Bob")
    by = studio.library.operation(number).operation.user_name
    assert follow._ended_elsewhere(studio.library, operation) == sentence.replace(
        "in another program or terminal", f"by {by}"
    )


def test_cancelled_rollback_keeps_its_restored_files(
    studio: Studio, run: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.write()
    studio.library.configuration.set("metadata_max_concurrent_writes", "1")
    gate = Gate(monkeypatch, 1)
    handle = studio.library.rollback(1)
    assert gate.reached.wait(PATIENCE)
    gate.open_when_told(studio.library, handle.id)

    assert run("operations", "cancel", "2") == 0
    assert run.err == "Rollback 2 was cancelled; restored files stay restored.\n"


def test_command_fails_if_service_stops_operation(
    studio: Studio, run: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.library.configuration.set("metadata_max_concurrent_writes", "1")
    gate = Gate(monkeypatch, 0)

    def stop() -> None:
        assert gate.reached.wait(PATIENCE)
        gate.open_when_told(studio.library, 1)
        studio.library.stop_starting()

    with meanwhile(stop):
        assert run("write", "--yes", "--json") == 1
    assert json.loads(run.out)["status"] == "interrupted"
    assert "Operation 1 was interrupted because its program received a stop signal." in run.err


@pytest.mark.parametrize("what", ["write", "jobs resume"])
def test_command_reports_pause_and_resume_once(
    studio: Studio, run: Command, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    if what == "jobs resume":
        with monkeypatch.context() as patch:
            cut_off(studio.library, patch, 1)
            studio.reopen()
    words = ["write", "--yes"] if what == "write" else ["jobs", "resume", str(studio.job_of(1).id)]
    studio.library.configuration.set("metadata_max_concurrent_writes", "1")
    gate, note, told, told_again = Gate(monkeypatch, 0), output.note, threading.Event(), threading.Event()

    def noted(text: str) -> None:
        note(text)
        if "by Ann" in text:
            told.set()
        elif text.endswith(" resumes."):
            told_again.set()

    monkeypatch.setattr(output, "note", noted)

    def hold() -> None:
        assert gate.reached.wait(PATIENCE)
        gate.pause(studio.library, 1, by="Ann")
        assert told.wait(PATIENCE)
        assert studio.library.status(1).status == "paused"
        another = Gate(monkeypatch, 0)
        studio.library.resume(1)
        assert told_again.wait(PATIENCE)
        another.opened.set()

    with meanwhile(hold):
        assert run(*words, "--json") == 0
    assert json.loads(run.out)["status"] == "completed"
    assert (run.err.count("by Ann"), run.err.count(" resumes.")) == (1, 1)


# Messages about remaining files.


@pytest.fixture
def written(studio: Studio) -> Studio:
    """The studio after a write."""
    studio.write()
    return studio


@each_case(
    ("status", "changes", "told"),
    [
        ("completed", {}, "(write) completed: 6 files written, in "),
        (
            "failed",
            {"success_count": 0, "file_count": 1},
            "(write) stopped because of an error: 0 of 1 file written, 1 not started, in ",
        ),
        (
            "completed_with_errors",
            {"success_count": 1, "failure_count": 2, "conflict_count": 3},
            "(write) completed with errors: 1 of 6 files written, 2 failed, 3 conflict, in ",
        ),
    ],
)
def test_result_of_operation_names_occurring_outcomes_only(
    written: Studio, capsys: pytest.CaptureFixture[str], status: str, changes: dict[str, int], told: str
) -> None:
    operation = dataclasses.replace(written.library.operation(1).operation, status=status, **changes)  # type: ignore[arg-type]
    capsys.readouterr()
    follow._print_operation(operation, [])
    assert f"Operation 1 {told}" in capsys.readouterr().err


def test_retry_excludes_files_without_rollback(studio: Studio, run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    studio.write()
    look, looks = studio.library.history._checker.check, itertools.count(1)

    def late(*arguments: object) -> object:
        found = look(*arguments)  # type: ignore[arg-type]
        if next(looks) == 2:  # not during the check, but at the start
            (studio.library.home / "backups" / "1.journal").unlink()
        return found

    monkeypatch.setattr(studio.library.history._checker, "check", late)

    assert run("rollback", "1", "--yes") == 1
    assert {code for _, code in studio.codes(2).values()} == {"no_backup"}
    assert "operations retry" not in run.err
    assert "'indexium rollback 1 --changed comment'" in run.err
    monkeypatch.undo()
    monkeypatch.setattr(frame, "_library", lambda _: contextlib.nullcontext(studio.library))
    assert run("rollback", "1", "--changed", "comment", "--yes") == 0


def test_interrupted_operations_are_named_and_writes_offer_rollback(
    studio: Studio, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        cut_off(studio.library, patch, 1, query="name:0000 OR name:0001 OR name:0002")
        studio.library.stop_starting()
        studio.library.write(studio.library.plan("name:0003"), ALL)
        studio.library.close()
    run = Command(studio.library.home, capsys)

    for _ in range(2):
        assert run.json("recover")["interrupted"] == [2, 1]
        assert "'indexium rollback 1'" in run.err
        assert "'indexium rollback 2'" not in run.err
    assert run("recover") == 0
    said = run.err.splitlines()
    told = said.index("There is nothing to recover.")
    assert said[told + 1] == "'indexium operations show 2' shows what the last recovery did with its files."
    assert run.err.endswith(
        "Operation 2 is not complete; it can be resumed.\n"
        "Operation 1 is not complete; it can be resumed or rolled back.\n"
    )
    assert run("operations", "cancel", "2") == 0
    assert run.err.endswith("Operation 2 is cancelled.\n")
    assert run("operations", "cancel", "1") == 0
    assert run.err.endswith("Operation 1 is cancelled; its written files can be rolled back.\n")
    studio.library = Library.open(studio.library.home)


def test_start_names_resumed_operations_and_jobs(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        cut_off(studio.library, patch, 2)
        studio.library.stop_starting()
        scans = [studio.library.scans.add(full=True), studio.library.scans.add(full=True, accept_missing=True)]
        studio.reopen()
        short = studio.library.notices
        gate = Gate(patch, 0)
        studio.reopen(take_over="all")
        assert gate.reached.wait(PATIENCE)
        told = list(studio.library.notices)
        gate.opened.set()
        assert studio.library.handle(1).wait(PATIENCE).status == "completed"

    assert told[0] == "Operation 1 (Write 6 files) resumes, 3 of 6 files are done."
    assert short[:2] == [f"Job {scan.id} ({scan.title}) resumes." for scan in scans]


def test_second_pause_reports_time_and_user_of_first(
    studio: Studio, run: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch, 0)
    handle = gate.write(studio.library)
    job = gate.pause(studio.library, handle.id, by="Ann")
    assert job.paused_at is not None
    held = f"paused since {job.paused_at.astimezone():%Y-%m-%d %H:%M} by Ann"

    assert run("operations", "pause", "1") == 2
    assert run.err == f"indexium: Operation 1 is {held}: 'indexium operations resume 1' resumes it.\n"
    assert run("jobs", "pause", str(job.id)) == 2
    assert f"Job {job.id} cannot be paused because it has been {held}." in run.err


@pytest.mark.parametrize("group", ["operations", pytest.param("jobs", marks=pytest.mark.further)])
def test_pause_that_outlasts_its_wait_is_reported_as_pausing(
    studio: Studio, run: Command, monkeypatch: pytest.MonkeyPatch, group: str
) -> None:
    studio.library.configuration.set("metadata_max_concurrent_writes", "1")
    gate = Gate(monkeypatch, 0)
    handle = gate.write(studio.library)
    monkeypatch.setattr(JobControl, "wait_until_idle", lambda _control, _seconds: None)
    assert run(group, "pause", str(1 if group == "operations" else studio.job_of(1).id)) == 0
    assert "is pausing: the files in progress continue." in run.err
    assert "is paused" not in run.err
    gate.opened.set()
    assert studio.library.resume(1)
    assert handle.wait().status == "completed"


def test_retry_without_files_succeeds(studio: Studio, run: Command) -> None:
    plan = studio.library.plan()
    studio.paths[2].unlink()
    studio.library.write(plan, ALL).wait(PATIENCE)

    assert run("operations", "retry", "1") == 0
    assert "Nothing to write." in run.err
    assert run.json("jobs", "retry", str(studio.job_of(1).id))["status"] == "completed_with_errors"
    assert run.json("operations", "retry", "1")["operation_id"] is None
