"""The scheduler with a controlled clock: due and missed runs, daylight saving time, overlaps, delayed jobs."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from indexium_core import errors
from indexium_core.jobs import scheduler
from indexium_core.jobs.scheduler import ScheduleKind, Scheduler
from indexium_core.model import schedule
from indexium_core.model.job import Job
from indexium_core.model.schedule import Schedule

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Rows:
    """Stored schedules."""

    def __init__(self) -> None:
        self.rows: dict[str, Schedule] = {}

    def all(self) -> list[Schedule]:
        return list(self.rows.values())

    def add(self, schedules: Sequence[Schedule]) -> None:
        self.rows |= {each.name: each for each in schedules}

    def change(self, name: str, *, text: str, enabled: bool, next_run_at: datetime | None) -> None:
        self._put(name, cron=text, enabled=enabled, next_run_at=next_run_at)

    def set_next(self, name: str, next_run_at: datetime | None) -> None:
        self._put(name, next_run_at=next_run_at)

    def record_start(self, name: str, job_id: int, *, now: datetime, next_run_at: datetime | None) -> None:
        self._put(name, last_job_id=job_id, last_run_at=now, next_run_at=next_run_at)

    def record_result(self, job_id: int, result: str) -> None:
        for row in self.all():
            if row.last_job_id == job_id:
                self._put(row.name, last_result=result)

    def _put(self, name: str, **parts: Any) -> None:
        self.rows[name] = dataclasses.replace(self.rows[name], **parts)


class Queue:
    """Jobs that end on request."""

    def __init__(self) -> None:
        self.jobs: dict[int, Job] = {}
        self.resumed: list[int] = []

    def add_job(self, kind: str, payload: Mapping[str, Any] | None = None) -> Job:
        return self.put(len(self.jobs) + 1, kind, "pending")

    def put(self, job_id: int, kind: str, status: str, message: str = "") -> Job:
        job = Job(id=job_id, job_type=kind, title="", priority=5, status=status, payload={}, error_message=message)
        self.jobs[job_id] = job
        return job

    def find(self, job_id: int) -> Job | None:
        return self.jobs.get(job_id)

    def resume(self, job_id: int) -> bool:
        if self.jobs[job_id].status != "interrupted":
            return False
        self.resumed.append(job_id)
        self.put(job_id, self.jobs[job_id].job_type, "pending")
        return True

    def forget_completed(self, kind: str, *, but: int) -> None:
        self.jobs = {
            job_id: job
            for job_id, job in self.jobs.items()
            if job.job_type != kind or job.status != "completed" or job_id == but
        }


class Home:
    """A scheduler over rows and a queue that outlive it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.seconds = START, 0.0
        self.rows, self.queue = Rows(), Queue()
        self.is_busy = False
        monkeypatch.setattr(scheduler.time, "monotonic", lambda: self.seconds)
        self.open()

    def open(self) -> None:
        self.scheduler = Scheduler(self.rows, clock=lambda: self.now, zone=BERLIN)
        self.scheduler.attach(self.queue, lambda: None)
        self.scheduler.register(
            ScheduleKind(name="nightly", kind="backup", cron="30 2 * * *", must_wait=lambda: self.is_busy),
            ScheduleKind(name="copy", kind="copy", cron=schedule.ON_CHANGE),
        )
        self.scheduler.start()

    def go(self, **time: float) -> int:
        """Let time pass; return the number of jobs that start then."""
        before = len(self.queue.jobs)
        passed = timedelta(**time)
        self.now, self.seconds = self.now + passed, self.seconds + passed.total_seconds()
        self.scheduler.add_due()
        return len(self.queue.jobs) - before

    def end(self, status: str = "completed", message: str = "") -> None:
        job_id = max(self.queue.jobs)
        self.scheduler.job_ended(self.queue.put(job_id, self.queue.jobs[job_id].job_type, status, message))

    @property
    def nightly(self) -> Schedule:
        return self.rows.rows["nightly"]


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Home:
    return Home(monkeypatch)


def test_due_run_starts_once_and_the_next_one_is_planned(home: Home) -> None:
    assert home.scheduler.seconds_left() == 13.5 * 3600  # 02:30 in Berlin
    assert home.go(hours=13) == 0
    assert home.go(hours=0.5) == 1
    assert home.nightly.last_run_at == home.now
    assert home.nightly.next_run_at == home.now + timedelta(days=1)
    assert home.go(minutes=1) == 0
    home.end()
    assert home.nightly.last_result == "completed"


def test_missed_runs_come_once_after_the_start(home: Home) -> None:
    home.now += timedelta(days=5)
    home.open()
    assert home.go() == 1
    home.end()
    assert home.go(minutes=1) == 0
    home.open()
    assert home.go() == 0


def test_daylight_saving_time_neither_skips_nor_repeats_a_run(home: Home) -> None:
    for start, days in ((datetime(2027, 3, 26, 12, tzinfo=UTC), 4), (datetime(2027, 10, 29, 12, tzinfo=UTC), 4)):
        home.now = start
        home.scheduler.change("nightly", text="30 2 * * *", enabled=True)
        count = 0
        for _ in range(days * 24 * 4):
            if started := home.go(minutes=15):
                count += started
                home.queue.jobs.clear()
        assert count == days


def test_run_that_is_due_while_the_former_one_runs_is_skipped(home: Home) -> None:
    assert home.go(days=1) == 1
    assert home.go(days=1) == 0
    assert home.nightly.next_run_at is not None
    assert home.nightly.next_run_at > home.now
    home.end()
    assert home.go(days=1) == 1


def test_failed_run_records_its_reason_and_the_next_one_comes(home: Home) -> None:
    home.go(days=1)
    home.end("failed", "The disk is full.")
    assert home.nightly.last_result == "failed: The disk is full."
    assert home.go(days=1) == 1
    home.end()
    assert home.nightly.last_result == "completed"


def test_successful_runs_before_the_last_one_leave_the_list(home: Home) -> None:
    for status in ("completed", "failed", "completed", "completed"):
        home.go(days=1)
        home.end(status)
        home.queue.put(max(home.queue.jobs) + 1, "other", "completed")
    assert [job.status for job in home.queue.jobs.values() if job.job_type == "backup"] == ["failed", "completed"]


def test_job_of_a_former_process_continues_instead_of_a_second_one(home: Home) -> None:
    home.go(days=1)
    home.queue.put(1, "backup", "interrupted")
    home.now += timedelta(days=1)
    home.open()
    assert home.go() == 0
    assert home.queue.resumed == [1]


def test_result_of_a_run_that_ended_with_its_process_is_stored_at_the_start(home: Home) -> None:
    home.go(days=1)
    home.queue.put(1, "backup", "failed", "The program ended.")
    home.open()
    assert home.nightly.last_result == "failed: The program ended."


def test_run_waits_for_other_work(home: Home) -> None:
    home.is_busy = True
    assert home.go(days=1) == 0
    home.is_busy = False
    assert home.go(seconds=30) == 0
    assert home.go(seconds=31) == 1


def test_schedule_that_is_off_runs_only_on_request(home: Home) -> None:
    home.scheduler.change("nightly", text="0 5 * * *", enabled=False)
    assert home.go(days=3) == 0
    job = home.scheduler.run("nightly")
    assert home.scheduler.run("nightly").id == job.id
    home.end()
    home.scheduler.change("nightly", text="0 5 * * *", enabled=True)
    assert home.go() == 0  # what was missed while it was off does not come
    assert home.go(days=1) == 1


def test_clock_that_was_set_back_does_not_delay_a_run(home: Home) -> None:
    home.now += timedelta(days=400)
    home.scheduler.change("nightly", text="30 2 * * *", enabled=True)
    home.now = START
    home.open()
    assert home.go(days=1) == 1


def test_changes_within_a_moment_lead_to_one_run(home: Home) -> None:
    home.scheduler.add_later("copy", 0.5)
    home.go(seconds=0.4)
    home.scheduler.add_later("copy", 0.5)
    assert home.go(seconds=0.2) == 1
    home.scheduler.add_later("copy", 0.5)
    assert home.go(seconds=1) == 0  # the former one runs
    home.end()
    assert home.go(seconds=1) == 1


def test_schedule_with_times_does_not_follow_changes(home: Home) -> None:
    home.scheduler.change("copy", text="0 5 * * *", enabled=True)
    home.go(days=1)
    home.end()
    home.scheduler.add_later("copy", 0.5)
    assert home.go(seconds=2) == 0


def test_delayed_job_moves_with_each_request_up_to_a_limit(home: Home) -> None:
    for _ in range(9):
        home.scheduler.add_later("ratings", 0.8, longest=5.0)
        assert home.go(seconds=0.5) == 0
    home.scheduler.add_later("ratings", 0.8, longest=5.0)
    assert home.go(seconds=0.5) == 1
    home.scheduler.add_later("ratings", 0.8, has_work=lambda: False)
    assert home.go(seconds=1) == 0
    home.scheduler.add_later("ratings", 0.8)
    home.scheduler.forget("ratings")
    assert home.go(seconds=1) == 0


def test_soon_job_moves_with_each_request_and_comes_before_a_later_one(home: Home) -> None:
    home.scheduler.add_soon("ratings", 60)
    for _ in range(5):
        home.scheduler.add_soon("ratings", 0.8, longest=3.0)
        assert home.go(seconds=0.5) == 0
    home.scheduler.add_soon("ratings", 0.8, longest=3.0)
    assert home.go(seconds=0.6) == 1  # 3.0 seconds after the first one
    home.end()
    home.scheduler.add_soon("ratings", 0.5)
    home.scheduler.add_soon("ratings", 5)
    assert home.go(seconds=0.6) == 1


def test_delayed_job_that_the_database_does_not_take_comes_later(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise errors.StoreError("The disk of the home is full.")

    home.scheduler.add_later("events", 1)
    home.scheduler.add_later("others", 1)
    with monkeypatch.context() as patch:
        patch.setattr(home.queue, "add_job", fail)
        with pytest.raises(errors.StoreError):
            home.go(seconds=2)
    assert home.go(seconds=20) == 2
    assert home.go(seconds=20) == 0


def test_schedule_that_is_off_does_not_follow_changes(home: Home) -> None:
    home.scheduler.change("copy", text=schedule.ON_CHANGE, enabled=False)
    home.scheduler.add_later("copy", 0.5)
    assert home.go(seconds=2) == 0
