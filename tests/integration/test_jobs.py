"""Jobs of a library: the list, events, logs, retention, actions and commands."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from indexium_core import cli, errors
from indexium_core.library import Library
from indexium_core.model.event import Event
from tests.support.holding import Gate, HeldReading
from tests.support.studio import Studio
from tests.support.waiting import PATIENCE, until


def test_wrong_states_and_ids_are_reported_with_remedy(studio: Studio) -> None:
    jobs = studio.library.jobs
    job = studio.job_of(studio.write().id)
    for call in (jobs.pause, jobs.resume, jobs.cancel, jobs.retry, lambda number: jobs.set_priority(number, 3)):
        with pytest.raises(errors.UsageError, match=f"Job {job.id} cannot be .* because it has completed") as caught:
            call(job.id)
        assert caught.value.reason == "wrong_state"
        with pytest.raises(errors.UnknownIdError, match="There is no job 99"):
            call(99)
    for wrong in (lambda: jobs.list(statuses=["asleep"]), lambda: jobs.list(page=0), lambda: jobs.log(99)):
        with pytest.raises(errors.UsageError):
            wrong()


def test_jobs_are_listed_in_order_and_counted(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    studio.write()
    held = HeldReading(monkeypatch)
    full = studio.library.scans.add(full=True)
    assert held.reached.wait(PATIENCE)
    late, early = studio.library.scans.add(priority="low"), studio.library.scans.add(full=True, priority="high")

    found = studio.library.jobs.list()
    assert [job.id for job in found.items] == [full.id, early.id, late.id, 2, 1]
    counts = {"scan": {"running": 1, "pending": 2, "completed": 1}, "write": {"completed": 1}}
    assert studio.library.jobs.counts() == counts
    assert studio.library.jobs.list(["scan"], ["pending"], page=2, per_page=1).items == [late]
    empty = studio.library.jobs.list(["scan"], page=9)
    assert (empty.items, empty.total) == ([], 4)
    held.opened.set()


def test_stored_events_are_available_later_and_after_restart(studio: Studio) -> None:
    heard: list[Event] = []
    studio.library.events.subscribe(heard.append)
    studio.write()
    job = studio.job_of(1)
    end = heard[-1].id
    studio.reopen()

    found = [event for event in studio.library.event_log.since(0) if event.data.get("job_id") == job.id]
    assert [event for event in heard if event.data.get("job_id") == job.id and not event.is_progress] == [
        event for event in found if not event.is_progress
    ]
    assert sum(event.is_progress for event in found) == 1
    assert all(event.id > end for event in studio.library.event_log.since(end))


def test_each_job_has_own_log(studio: Studio) -> None:
    job = studio.job_of(studio.write().id)

    found = studio.library.jobs.log(job.id)

    assert {line["job_id"] for line in found.lines} == {job.id}
    assert "job.started" in [line["event"] for line in found.lines]
    assert studio.library.jobs.log(job.id, after=found.next).lines == []


def test_scheduled_job_starts_at_its_time(tmp_path: Path) -> None:
    now = [datetime(2026, 11, 20, tzinfo=UTC)]
    orders = {"libraries": [], "full": False, "really_gone": False}
    with Library.open(tmp_path / "home", clock=lambda: now[0]) as library:
        later = library._parts.core.queue.add_job("scan", orders, not_before=now[0] + timedelta(days=1))
        assert library.jobs.wait(later.id, 0.2).status == "pending"
        now[0] += timedelta(days=2)
        library.scans.add(full=True)
        assert library.jobs.wait(later.id, PATIENCE).status == "completed"


def test_jobs_are_kept_like_logs_and_operation_jobs_forever(tmp_path: Path, studio: Studio) -> None:
    studio.write()
    home, days = studio.library.home, studio.library.settings.log_retention_days
    studio.library.close()

    ahead = [timedelta(days=days, hours=-3)]  # the scan was made in a home that is copied, some minutes ago

    def opened() -> Library:
        return Library.open(home, clock=lambda: datetime.now(UTC) + ahead[0])

    kinds = ("scan", "write")  # a home that is opened later makes its backup, too
    with opened() as library:
        assert sorted(job.job_type for job in library.jobs.list(kinds).items) == ["scan", "write"]
        ahead[0] += timedelta(hours=6)
        newer = library.jobs.wait(library.scans.add().id, PATIENCE)  # a program that runs for months deletes them, too
        until(lambda: sorted(job.job_type for job in library.jobs.list(kinds).items) == ["scan", "write"])
        assert newer.id in {job.id for job in library.jobs.list().items}
    ahead[0] += timedelta(days=days)
    with opened() as library:
        assert [job.job_type for job in library.jobs.list(kinds).items] == ["write"]


# The command.


def run(home: Path, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = cli.main(["--home", str(home), *words])
    out, err = capsys.readouterr()
    return code, out, err


def test_command_shows_and_controls_jobs(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as patch:
        gate = Gate(patch, 0)
        handle = gate.write(studio.library)
        gate.pause(studio.library, handle.id, by="Ann")
    home = studio.library.home
    studio.library.close()

    code, out, _ = run(home, capsys, "jobs", "list", "--json")
    assert code == 0
    assert [(job["id"], job["status"], job["operation_id"]) for job in json.loads(out)["items"]] == [
        (2, "paused", handle.id),
        (1, "completed", None),
    ]
    assert "paused by Ann" in run(home, capsys, "jobs", "list", "--status", "paused")[1]
    assert run(home, capsys, "jobs", "priority", "2", "high")[0] == 0
    assert json.loads(run(home, capsys, "jobs", "show", "2", "--json")[1])["priority"] == 2
    assert run(home, capsys, "jobs", "pause", "2")[0] == 2
    code, _, err = run(home, capsys, "jobs", "resume", "2")
    assert (code, "completed" in err) == (0, True)
    code, _, err = run(home, capsys, "jobs", "cancel", "2")
    assert (code, "Job 2 cannot be cancelled because it has completed." in err) == (2, True)
    code, _, err = run(home, capsys, "jobs", "retry", "2")
    assert (code, "has no file that could be retried" in err) == (0, True)
    assert "job.started" in run(home, capsys, "jobs", "log", "2", "--follow")[1]
    assert [json.loads(line)["job_id"] for line in run(home, capsys, "jobs", "log", "2", "--json")[1].splitlines()]
    assert "Write 6 files" in run(home, capsys, "jobs", "show", "2")[1]
    assert run(home, capsys, "jobs", "show", "7")[0] == 2
    assert run(home, capsys, "jobs", "list", "--status", "asleep")[0] == 2
    studio.library = Library.open(home)
