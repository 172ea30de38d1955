"""The queue: order, pause, cancel, retry, and recovery after a restart."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexium_core import errors
from indexium_core.jobs import dispatcher, queue
from indexium_core.jobs.context import JobContext
from indexium_core.jobs.event_bus import EventBus
from indexium_core.jobs.job_run import JobKind, JobRun, RunningOperation
from indexium_core.jobs.queue import JobQueueService
from indexium_core.jobs.retry import Backoff
from indexium_core.model.event import Event
from indexium_core.model.job import Job, JobJoin, JobProgress, NewJob
from indexium_core.model.operations.actor import SYSTEM
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.jobs import JobRows
from tests.support.effort import effort
from tests.support.waiting import PATIENCE, until

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Bench:
    """A queue on a real store, with a clock of the test and jobs that wait for a signal of it."""

    def __init__(self, folder: Path) -> None:
        self.now = NOW
        self.database = Database.open(folder / "home")
        self.store = JobRows(self.database)
        self.report: list[Event] = []
        self.done: list[tuple[str, Any]] = []
        self.begun: dict[int, threading.Event] = {}
        self.may_end = threading.Event()
        self.queue = self.make()

    def make(self) -> JobQueueService:
        bus = EventBus()
        bus.subscribe(self.report.append)
        made = JobQueueService(self.store, events=bus, clock=lambda: self.now, backoff=Backoff(delays=(0.0, 0.0, 0.0)))
        made.register("note", self.note, title="Note")
        made.register("long", self.long, title="Something long")
        made.register("stuck", self.long, title="Stuck", stall_timeout=lambda: 0.2)
        made.register("shy", self.long, title="Something that does not go on by itself", resumes_automatically=False)
        return made

    def restart(self, **how: Any) -> None:
        self.queue.stop()
        self.queue = self.make()
        self.queue.start(**how)

    def note(self, job: JobContext) -> Mapping[str, Any]:
        self.done.append(("note", job.payload.get("name")))
        return {}

    def long(self, job: JobContext) -> Mapping[str, Any]:
        """Count to 3, one for each signal of the test, from the last checkpoint."""
        begun = self.begun.setdefault(job.job_id, threading.Event())
        at = (job.checkpoint or {}).get("at", 0)
        begun.set()
        while at < 3:
            self.may_end.wait(0.01)
            if job.should_stop():
                return {"at": at}
            if self.may_end.is_set() or at == 0:
                at += 1
                job.save({"at": at})
                job.progress(at, 3, f"number {at}", counted=at)
        return {"at": at, "counted": at}

    def begin(self, kind: str = "long", **facts: Any) -> Job:
        """Add a job and wait until it runs and has counted to 1."""
        job = self.queue.add_job(kind, **facts)
        assert self.begun.setdefault(job.id, threading.Event()).wait(PATIENCE)
        until(lambda: (self.store.checkpoint(job.id) or {}).get("at") == 1)
        return self.queue.get(job.id)

    def status(self, job_id: int) -> str:
        return self.queue.get(job_id).status


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.queue.stop()
    made.database.close()


def test_completed_job_has_its_summary(bench: Bench) -> None:
    bench.queue.start()
    bench.may_end.set()

    job = bench.queue.wait(bench.queue.add_job("long").id, PATIENCE)

    assert (job.status, job.progress_current, job.progress_total) == ("completed", 3, 3)
    assert (job.summary, job.counters) == ({"at": 3, "counted": 3}, {"counted": 3})
    assert (job.started_at, job.completed_at, job.title) == (NOW, NOW, "Something long")
    told = [event.name for event in bench.report if event.name.startswith("long:")]
    assert (told[0], told[-1]) == ("long:started", "long:completed")
    assert set(told[1:-1]) == {"long:progress"}
    [ended] = [event.data for event in bench.report if event.name == "long:completed"]
    assert (ended["message"], ended["status"]) == ("completed", "completed")
    assert (ended["current"], ended["total"]) == (3, 3)


def test_progress_is_never_stored_after_result(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread that supervises all jobs may be slow to store a request to one of them."""
    real, late = bench.store.save_progress, threading.Event()

    def tell(told: Any, *, now: Any) -> None:
        if threading.current_thread().name == "indexium-queue":
            late.set()
            bench.may_end.set()
            threading.Event().wait(0.3)  # during which the job ends
        real(told, now=now)

    monkeypatch.setattr(bench.store, "save_progress", tell)
    bench.queue.start()
    job = bench.begin()
    assert late.wait(PATIENCE)
    bench.queue.wait(job.id, PATIENCE)
    bench.queue.stop()

    job = bench.queue.get(job.id)
    assert (job.status, job.progress_current, job.eta_seconds) == ("completed", 3, None)


def test_thread_that_starts_jobs_ends_with_closed_database(bench: Bench) -> None:
    before = set(threading.enumerate())
    bench.queue.start()
    [thread] = [each for each in threading.enumerate() if each not in before and each.name == "indexium-queue"]

    bench.database.close()
    bench.queue._dispatcher.wake()

    thread.join(PATIENCE)
    assert not thread.is_alive()


def test_jobs_start_by_priority_then_age(bench: Bench) -> None:
    for name, priority in (("c", 8), ("a", "high"), ("b", 5), ("b2", "normal"), ("z", 10)):
        bench.queue.add_job("note", {"name": name}, priority=priority)
    bench.queue.set_priority(bench.queue.add_job("note", {"name": "first"}, priority=9).id, 1)
    bench.queue.start()

    until(lambda: len(bench.done) == 6)
    assert [name for _, name in bench.done] == ["first", "a", "b", "b2", "c", "z"]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with Database.open(tmp_path_factory.mktemp("kept") / "home") as database:
        yield database


@effort.examples(20, 100)
@given(st.lists(st.tuples(st.integers(1, 10), st.booleans(), st.integers(0, 3)), max_size=12))
def test_next_job_matches_sorted_list(kept: Database, facts: list[tuple[int, bool, int]]) -> None:
    """Priority, then age; never before its time, never before its dependencies."""
    store = JobRows(kept)
    with kept.atomic() as tx:
        tx.execute("DELETE FROM job_queue")
        tx.execute("DELETE FROM job_dependencies")
    made: list[tuple[int, int]] = []
    waiting: set[int] = set()
    for priority, later, after in facts:
        needed = tuple(job_id for _, job_id in made[:after])
        new = NewJob(
            job_type="note",
            title="",
            priority=priority,
            not_before=NOW + timedelta(days=1) if later else None,
            depends_on=needed,
        )
        job_id = store.add(new, owner="me", now=NOW)
        made.append((priority, job_id))
        if later or needed:
            waiting.add(job_id)

    found = []
    while (job := store.claim(["note"], owner="me", now=NOW)) is not None:
        found.append(job.id)

    assert found == [job_id for _, job_id in sorted(made) if job_id not in waiting]


def test_kind_limits_its_concurrent_jobs(bench: Bench) -> None:
    bench.queue.start()
    first = bench.begin(payload={"n": 1})
    second = bench.queue.add_job("long", {"n": 2})
    other = bench.queue.wait(bench.queue.add_job("note", {"name": "beside it"}).id, PATIENCE)

    assert other.status == "completed"
    assert bench.status(second.id) == "pending"
    bench.may_end.set()
    assert bench.queue.wait(second.id, PATIENCE).status == "completed"
    assert bench.status(first.id) == "completed"


def test_equal_waiting_jobs_are_merged(bench: Bench) -> None:
    first = bench.queue.add_job("note", {"a": 1, "b": 2}, priority=5)
    again = bench.queue.add_job("note", {"b": 2, "a": 1}, priority=2)
    other = bench.queue.add_job("note", {"a": 1, "b": 3})
    wanted_twice = bench.queue.add_job("note", {"a": 1, "b": 2}, dedup=False)

    assert again.id == first.id
    assert again.priority == 2
    assert len({first.id, other.id, wanted_twice.id}) == 3


def test_jobs_of_single_entries_join_one_that_waits(bench: Bench) -> None:
    join = JobJoin("ids", lambda ids: f"Notes {ids}")
    first = bench.queue.add_job("note", {"ids": [1], "force": False}, title="Notes [1]", join=join)
    again = bench.queue.add_job("note", {"ids": [3, 1], "force": False}, title="Notes [3, 1]", priority=2, join=join)
    forced = bench.queue.add_job("note", {"ids": [4], "force": True}, join=join)
    alone = bench.queue.add_job("note", {"ids": [4], "force": False})

    assert again.id == first.id
    assert (again.payload, again.title, again.priority) == ({"ids": [1, 3], "force": False}, "Notes [1, 3]", 2)
    assert len({first.id, forced.id, alone.id}) == 3
    bench.queue.start()
    bench.queue.wait(first.id, PATIENCE)
    assert bench.queue.add_job("note", {"ids": [5], "force": False}, join=join).id > alone.id


def test_value_of_the_waiting_job_stays(bench: Bench) -> None:
    join = JobJoin("since", lambda since: f"Since {since}")
    first = bench.queue.add_job("note", {"since": "a"}, title="Since a", join=join)
    again = bench.queue.add_job("note", {"since": "b"}, title="Since b", join=join)
    assert (again.id, again.payload, again.title) == (first.id, {"since": "a"}, "Since a")


def test_job_waits_until_not_before(bench: Bench) -> None:
    bench.queue.start()
    job = bench.queue.add_job("note", {"name": "later"}, not_before=NOW + timedelta(hours=1))
    bench.queue.wait(bench.queue.add_job("note", {"name": "now"}).id, PATIENCE)

    assert bench.status(job.id) == "pending"
    bench.now += timedelta(hours=2)
    bench.queue.add_job("note", {"name": "wakes the queue"})
    assert bench.queue.wait(job.id, PATIENCE).status == "completed"


def test_clock_set_back_does_not_delay_retry(bench: Bench) -> None:
    job_id = bench.store.add(NewJob(job_type="note", title=""), owner=bench.queue.owner, now=NOW)
    job = bench.queue.get(job_id)
    bench.store.requeue(job, owner=bench.queue.owner, retry_count=1, not_before=NOW + timedelta(seconds=2))
    bench.now -= timedelta(days=365)
    bench.queue.start()

    assert bench.queue.wait(job_id, PATIENCE).status == "completed"


def test_job_waits_for_and_fails_with_its_dependencies(bench: Bench) -> None:
    bench.queue.start()
    first = bench.begin()
    second = bench.queue.add_job("note", {"name": "second"}, depends_on=[first.id])
    third = bench.queue.add_job("note", {"name": "third"}, depends_on=[second.id])
    assert bench.queue.get(third.id).depends_on == (second.id,)
    assert bench.done == []

    bench.queue.cancel(first.id)
    failed = bench.queue.wait(third.id, PATIENCE)

    assert failed.status == "failed"
    assert failed.error_message.startswith(f"It waits for job {second.id}, which did not complete")
    with pytest.raises(errors.UnknownIdError, match="999"):
        bench.queue.add_job("note", depends_on=[999])


def test_job_that_is_added_during_a_claim_waits_for_its_dependency(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = bench.queue.add_job("note", {"name": "first"}, not_before=NOW + timedelta(hours=1))
    read, added = bench.store._blocked, list[int]()

    def add_after_the_first_read(reader: Connection) -> list[int]:
        found = read(reader)
        if not added:
            added.append(bench.queue.add_job("note", {"name": "second"}, depends_on=[first.id]).id)
        return found

    monkeypatch.setattr(bench.store, "_blocked", add_after_the_first_read)
    assert bench.store.claim(["note"], owner=bench.queue.owner, now=NOW) is None
    assert added


def test_old_jobs_are_deleted_unless_needed(bench: Bench) -> None:
    bench.queue.start()
    ended = [bench.queue.add_job("note", {"name": name}).id for name in ("old", "needed", "audited", "of an operation")]
    old, needed, audited, written = [bench.queue.wait(job_id, PATIENCE).id for job_id in ended]
    with bench.database.atomic() as tx:
        audit = """INSERT INTO audit_events (id, "at", actor, action, job_id) VALUES (1, now(), 'a', 'scan', $id)"""
        tx.execute(audit, {"id": audited})
        tx.execute("UPDATE job_queue SET operation_id = 1 WHERE id = $id", {"id": written})
    cancelled = bench.begin().id
    bench.queue.cancel(cancelled)
    bench.queue.wait(cancelled, PATIENCE)
    assert bench.store.checkpoint(cancelled) is not None
    waits = bench.queue.add_job("note", {"name": "waits"}, depends_on=[needed], not_before=NOW + timedelta(days=365)).id
    bench.now += timedelta(days=31)
    new = bench.queue.wait(bench.queue.add_job("note", {"name": "new"}).id, PATIENCE).id

    assert bench.store.prune(before=NOW) == 0
    assert bench.store.prune(before=NOW + timedelta(days=1)) == 2

    left = bench.store.page(kinds=[], statuses=[], page=1, per_page=0, now=bench.now)
    assert {job.id for job in left.items} == {needed, audited, written, waits, new}
    assert old not in {job.id for job in left.items}
    assert bench.store.checkpoint(cancelled) is None


def test_dependent_old_jobs_are_deleted_in_turn(bench: Bench) -> None:
    bench.queue.start()
    first = bench.queue.add_job("note", {"name": "first"}).id
    second = bench.queue.add_job("note", {"name": "second"}, depends_on=[first]).id
    bench.queue.wait(second, PATIENCE)

    later = NOW + timedelta(days=1)
    assert [bench.store.prune(before=later) for _ in range(3)] == [1, 1, 0]


def test_job_that_has_just_ended_stays_if_the_clock_jumps(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.queue.start()
    ended = bench.queue.wait(bench.queue.add_job("note", {"name": "first"}).id, PATIENCE).id
    later = NOW + timedelta(days=400)

    assert bench.store.prune(before=later, but=bench.queue.recent_ends()) == 0
    monkeypatch.setattr(dispatcher, "_RECENT_SECONDS", 0.0)  # an hour later
    assert bench.store.prune(before=later, but=bench.queue.recent_ends()) == 1
    assert bench.store.find(ended, now=later) is None


def test_paused_job_stores_who_paused_it(bench: Bench) -> None:
    bench.queue.start()
    job = bench.begin()

    assert bench.queue.pause(job.id, by="Ann")
    assert not bench.queue.pause(job.id, by="Bob")
    bench.may_end.set()
    held = bench.queue.wait(job.id, 0.1)
    assert (held.status, held.paused_by, held.paused_at) == ("paused", "Ann", NOW)
    assert bench.store.checkpoint(job.id) == {"at": 1}

    assert bench.queue.resume(job.id)
    assert bench.queue.wait(job.id, PATIENCE).status == "completed"
    assert bench.queue.get(job.id).paused_at is None


def test_cancelled_paused_job_is_not_paused(bench: Bench) -> None:
    bench.queue.start()
    job = bench.begin()
    assert bench.queue.pause(job.id, by="Ann", wait=False)
    bench.may_end.set()
    assert bench.queue.cancel(job.id, wait=True)
    ended = bench.queue.wait(job.id, PATIENCE)
    assert (ended.status, ended.paused_at, ended.paused_by) == ("cancelled", None, "")


def test_pause_at_last_item_ends_job(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    at_the_end, told, real = threading.Event(), threading.Event(), bench.store.pause

    def pause(*arguments: Any, **named: Any) -> bool:
        held = real(*arguments, **named)
        told.set()
        return held

    monkeypatch.setattr(bench.store, "pause", pause)

    def last(job: JobContext) -> Mapping[str, Any]:
        at_the_end.set()
        assert told.wait(PATIENCE)
        return {}

    bench.queue.register("last", last, title="The last step")
    bench.queue.start()
    job = bench.queue.add_job("last")
    assert at_the_end.wait(PATIENCE)

    assert bench.queue.pause(job.id, by="Ann")

    assert bench.status(job.id) == "completed"
    assert "paused" not in [event.data["status"] for event in bench.report if event.name == "job:changed"]


def test_pause_and_cancel_wait_only_briefly_for_long_item(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "_CANCEL_SECONDS", 0.2)
    begun, go_on = threading.Event(), threading.Event()

    def slow(job: JobContext) -> Mapping[str, Any]:
        begun.set()
        assert go_on.wait(PATIENCE)
        return {"stopped": job.should_stop()}

    bench.queue.register("slow", slow, title="A long step", pause_wait_seconds=0.2)
    bench.queue.start()
    job = bench.queue.add_job("slow")
    assert begun.wait(PATIENCE)

    assert bench.queue.pause(job.id, by="Ann")
    assert bench.status(job.id) == "paused"
    assert bench.queue.cancel(job.id, wait=True)
    assert bench.status(job.id) == "paused"
    go_on.set()
    assert bench.queue.wait(job.id, PATIENCE).status == "cancelled"


def test_job_paused_before_its_start_does_not_start(bench: Bench) -> None:
    job = bench.queue.add_job("note", {"name": "held"})
    assert bench.queue.pause(job.id, by="Ann")
    bench.restart(take_over="all")
    bench.queue.wait(bench.queue.add_job("note", {"name": "other"}).id, PATIENCE)

    assert bench.done == [("note", "other")]
    assert bench.queue.resume(job.id)
    assert bench.queue.wait(job.id, PATIENCE).status == "completed"


def test_cancelled_job_stores_request(bench: Bench) -> None:
    bench.queue.start()
    job = bench.begin()

    assert bench.queue.cancel(job.id)
    job = bench.queue.wait(job.id, PATIENCE)

    assert (job.status, job.cancelled_at, job.summary["at"]) == ("cancelled", NOW, 1)
    assert not bench.queue.cancel(job.id)
    assert not bench.queue.pause(job.id, by="")
    assert not bench.queue.resume(job.id)


def test_cancel_after_last_item_ends_as_completed(bench: Bench) -> None:
    def deaf(job: JobContext) -> Mapping[str, Any]:
        bench.queue.cancel(job.job_id)
        return {"all": "done"}

    bench.queue.register("deaf", deaf, title="Deaf")
    bench.queue.start()

    assert bench.queue.wait(bench.queue.add_job("deaf").id, PATIENCE).status == "completed"


@pytest.mark.parametrize("by", ["stop", "person"])
def test_stopped_job_resumes_unless_person_stopped_it(bench: Bench, by: str) -> None:
    bench.queue.start()
    job = bench.begin()
    bench.queue.stop(by=by)
    assert bench.status(job.id) == "interrupted"
    bench.may_end.set()

    bench.queue = bench.make()
    bench.queue.start(take_over="safe")

    if by == "person":
        assert bench.status(job.id) == "interrupted"
        assert bench.queue.resume(job.id)
    assert bench.queue.wait(job.id, PATIENCE).summary == {"at": 3, "counted": 3}


def kill(bench: Bench, job: Job, *, cancelled: bool = False) -> None:
    """Leave the store in the state after a kill."""
    bench.queue.stop()
    with bench.database.atomic() as tx:
        at = NOW if cancelled else None
        tx.execute(
            "UPDATE job_queue SET status = 'running', stopped_by = 'kill', cancelled_at = $2 WHERE id = $1",
            [job.id, at],
        )


def test_killed_job_resumes_at_its_checkpoint(bench: Bench) -> None:
    bench.queue.start()
    job = bench.begin()
    kill(bench, job)
    bench.may_end.set()

    bench.restart(take_over="safe")

    assert bench.queue.wait(job.id, PATIENCE).summary == {"at": 3, "counted": 3}


def test_short_command_takes_over_no_job(bench: Bench) -> None:
    bench.queue.start()
    job = bench.begin()
    kill(bench, job)
    waiting = bench.queue.add_job("note", {"name": "left"})

    bench.restart(take_over="nothing")
    bench.queue.wait(bench.queue.add_job("note", {"name": "own"}).id, PATIENCE)

    assert (bench.status(job.id), bench.status(waiting.id)) == ("interrupted", "pending")
    assert bench.done == [("note", "own")]
    assert bench.queue.resume(waiting.id)
    assert bench.queue.wait(waiting.id, PATIENCE).status == "completed"


def test_kind_without_automatic_resume_is_interrupted(bench: Bench) -> None:
    bench.queue.start()
    job = bench.begin("shy")
    kill(bench, job)
    bench.restart(take_over="all")

    found = bench.queue.get(job.id)
    assert (found.status, found.error_message) == ("interrupted", "The program ended during this job.")


def test_cancel_requested_before_kill_is_kept(bench: Bench) -> None:
    bench.queue.start()
    job = bench.begin()
    kill(bench, job, cancelled=True)
    bench.restart(take_over="all")

    assert bench.status(job.id) == "cancelled"


def test_job_killing_program_repeatedly_fails(bench: Bench) -> None:
    bench.queue.start()
    job = bench.begin()
    with bench.database.atomic() as tx:
        tx.execute("UPDATE job_queue SET retry_count = 3 WHERE id = $1", [job.id])
    kill(bench, job)
    with bench.database.atomic() as tx:
        tx.execute("UPDATE job_queue SET retry_count = 3 WHERE id = $1", [job.id])
    bench.restart(take_over="all")

    found = bench.queue.get(job.id)
    assert (found.status, found.error_message[:26]) == ("failed", "The program ended 4 times ")


@pytest.mark.parametrize(
    ("kind", "version", "why"),
    [
        ("enrich", 1, "This program does not support jobs of the kind 'enrich'"),
        ("note", 2, "A newer program created this job."),
    ],
)
def test_unsupported_job_fails_with_message(bench: Bench, kind: str, version: int, why: str) -> None:
    strange = bench.store.add(NewJob(job_type=kind, title="Strange", payload_version=version), owner="other", now=NOW)
    own = bench.queue.add_job("note", {"name": "own"})
    bench.restart(take_over="safe")

    assert bench.queue.wait(own.id, PATIENCE).status == "completed"
    found = bench.queue.get(strange)
    assert found.status == "failed"
    assert found.error_message.startswith(why)


@pytest.mark.parametrize("status", ["paused", "failed"])
def test_job_of_newer_program_cannot_be_resumed(bench: Bench, status: str) -> None:
    """It would run by the rules of another payload."""
    new = NewJob(job_type="note", title="Strange", payload={"name": "strange"}, payload_version=2)
    strange = bench.store.add(new, owner="other", now=NOW)
    bench.store.finish(strange, status, now=NOW)
    bench.restart(take_over="all")

    for ask in (bench.queue.resume, bench.queue.rerun):
        with pytest.raises(errors.UsageError, match="A newer program created this job"):
            ask(strange)
    assert bench.queue.get(strange).status == status
    assert bench.done == []
    assert bench.queue.cancel(strange) == (status == "paused")


def test_job_of_older_program_runs(bench: Bench) -> None:
    new = NewJob(job_type="note", title="Old", payload={"name": "old"}, payload_version=0)
    old = bench.store.add(new, owner="other", now=NOW)
    bench.restart(take_over="safe")

    assert bench.queue.wait(old, PATIENCE).status == "completed"
    assert bench.done == [("note", "old")]


def test_job_has_the_payload_version_of_its_kind(bench: Bench) -> None:
    bench.queue.register("new", bench.note, title="New", version=2)

    assert bench.store.payload_version(bench.queue.add_job("note").id) == 1
    assert bench.store.payload_version(bench.queue.add_job("new").id) == 2


def test_unstored_end_is_stored_when_possible(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    tried, well, real = threading.Semaphore(0), threading.Event(), bench.store.finish

    def settle(*arguments: Any, **facts: Any) -> None:
        tried.release()
        if not well.is_set():
            raise errors.StoreError("The disk is full.")
        real(*arguments, **facts)

    monkeypatch.setattr(bench.store, "finish", settle)
    bench.queue.start()
    job = bench.queue.add_job("note", {"name": "own"})
    assert tried.acquire(timeout=PATIENCE)
    assert tried.acquire(timeout=PATIENCE)
    assert bench.status(job.id) == "running"
    well.set()
    assert bench.queue.wait(job.id, PATIENCE).status == "completed"

    well.clear()
    late = bench.queue.add_job("note", {"name": "late"})
    while tried.acquire(timeout=0.01):  # those of the first one
        pass
    until(lambda: len(bench.done) == 2)
    assert tried.acquire(timeout=PATIENCE)
    bench.queue.stop()  # it does not wait for a disk
    assert bench.status(late.id) == "running"


def test_temporary_error_is_retried_up_to_limit(bench: Bench) -> None:
    tries: list[int] = []

    def busy(job: JobContext) -> Mapping[str, Any]:
        tries.append(job.job_id)
        raise errors.FileAccessError("Somebody has it open.", code=min(errors.RETRIED))

    bench.queue.register("busy", busy, title="Busy")
    bench.queue.start()

    job = bench.queue.wait(bench.queue.add_job("busy").id, PATIENCE)

    assert (job.status, job.error_message, len(tries)) == ("failed", "Somebody has it open.", 4)
    assert (job.retry_count, job.max_retries) == (3, 3)


def test_permanent_error_is_not_retried(bench: Bench) -> None:
    tries: list[int] = []

    def wrong(job: JobContext) -> Mapping[str, Any]:
        tries.append(job.job_id)
        raise errors.UsageError("It can never be.") if job.payload else ZeroDivisionError("really")

    bench.queue.register("wrong", wrong, title="Wrong")
    bench.queue.start()
    refused = bench.queue.wait(bench.queue.add_job("wrong", {"a": 1}).id, PATIENCE)
    broken = bench.queue.wait(bench.queue.add_job("wrong").id, PATIENCE)

    assert (refused.status, refused.error_message) == ("failed", "It can never be.")
    assert (broken.status, broken.error_message) == ("failed", "Unexpected error: really")
    assert len(tries) == 2
    told = [event.data["message"] for event in bench.report if event.name == "wrong:completed"]
    assert told == ["It can never be.", "Unexpected error: really"]


@pytest.mark.parametrize(
    "summary", [{"failed": 2, "message": "2 of 3 failed."}, {"errors": {"corrupt": 1}}, {"errors": 3}]
)
def test_failed_items_complete_job_with_errors(bench: Bench, summary: dict[str, Any]) -> None:
    bench.queue.register("half", lambda _: summary, title="Half")
    bench.queue.start()

    assert bench.queue.wait(bench.queue.add_job("half").id, PATIENCE).status == "completed_with_errors"
    [ended] = [event.data for event in bench.report if event.name == "half:completed"]
    assert ended["message"] == summary.get("message", "completed_with_errors")


def test_stalled_job_is_stopped(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatcher, "HEARTBEAT_SECONDS", 0.05)
    bench.queue.start()

    job = bench.queue.wait(bench.queue.add_job("stuck").id, PATIENCE)

    assert job.status == "interrupted"
    assert "made no progress" in job.error_message
    bench.restart(take_over="all")
    assert bench.status(job.id) == "interrupted", "it would only stand still again"


def test_job_without_heartbeats_is_stalled(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatcher, "HEARTBEAT_SECONDS", 0.05)
    bench.queue.start()
    job = bench.begin()
    bench.now += timedelta(seconds=10)
    until(lambda: bench.queue.get(job.id).heartbeat_at == bench.now)
    assert not bench.queue.get(job.id).stalled

    found = bench.store.find(job.id, now=bench.now + timedelta(seconds=31))
    assert found is not None
    assert found.stalled


def test_progress_is_published_at_most_twice_second(bench: Bench) -> None:
    def fast(job: JobContext) -> Mapping[str, Any]:
        for number in range(20_000):
            job.progress(number + 1, 20_000, "fast")
        return {}

    bench.queue.register("fast", fast, title="Fast")
    bench.queue.start()
    begun = time.monotonic()
    job = bench.queue.wait(bench.queue.add_job("fast").id, PATIENCE)
    told = [event for event in bench.report if event.name == "fast:progress"]

    assert job.progress_current == 20_000
    # The first, the last, and one for each tick; a tick may come at once.
    assert 1 <= len(told) <= 3 + (time.monotonic() - begun) / dispatcher.TICK_SECONDS
    assert told[-1].data["current"] == 20_000


def test_invalid_job_is_refused(bench: Bench) -> None:
    for call, words in (
        (lambda: bench.queue.add_job("dance"), "no kind of job 'dance'"),
        (lambda: bench.queue.add_job("note", priority=11), "'11' is not a priority"),
        (lambda: bench.queue.add_job("note", priority="urgent"), "'urgent' is not a priority"),
        (lambda: bench.queue.add_job("note", {"a": float("nan")}), "JSON values only"),
        (lambda: bench.queue.add_job("note", {"a": object()}), "JSON values only"),
        (lambda: bench.queue.get(77), "There is no job 77"),
    ):
        with pytest.raises(errors.UsageError, match=words):
            call()


def test_queue_survives_store_error(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    claim, failed = JobRows.claim, threading.Event()

    def once(self: JobRows, *args: Any, **named: Any) -> Job | None:
        if not failed.is_set():
            failed.set()
            raise errors.StoreError("The disk is full.")
        return claim(self, *args, **named)

    monkeypatch.setattr(JobRows, "claim", once)
    bench.queue.start()

    assert bench.queue.wait(bench.queue.add_job("note").id, PATIENCE).status == "completed"
    assert failed.is_set()


def test_claim_from_100_000_jobs_is_fast(kept: Database) -> None:
    store = JobRows(kept)
    with kept.atomic() as tx:
        tx.execute("DELETE FROM job_queue")
        tx.execute(
            "INSERT INTO job_queue (id, job_type, title, priority, payload, payload_version, status, owner, created_at)"
            " SELECT i, 'note', 'Note ' || i, 1 + i % 10, '{}', 1, 'pending', 'me', $1 FROM range(100_000) t(i)",
            [NOW],
        )
    taken = []
    for _ in range(20):
        begun = time.perf_counter()
        job = store.claim(["long", "note"], owner="me", now=NOW)
        taken.append(time.perf_counter() - begun)
        assert job is not None
        assert job.priority == 1
    with kept.atomic() as tx:
        tx.execute("DELETE FROM job_queue")

    assert min(taken) < 0.05


def test_unchanged_operation_progress_is_not_stored(bench: Bench) -> None:
    kind = JobKind(name="long", handler=bench.long, title="Something long")
    run = JobRun(bench.queue.add_job("long"), kind, bench.store, actor=SYSTEM, clock=lambda: NOW)
    at = JobProgress(
        job_id=run.job.id, current=1, total=3, message="a.mp4", rate=2.0, eta_seconds=1.0, counters={"success": 1}
    )
    felt = [at]
    run.operation = cast("RunningOperation", SimpleNamespace(progress=lambda: felt[0]))
    first = run.report()
    assert first is not None
    assert first.total == 3
    assert run.report() is None
    felt[0] = replace(at, seconds=1.5)  # except the running time: a kill loses about a second of it
    worked = run.report()
    assert worked is not None
    assert worked.seconds == 1.5
    felt[0] = replace(at, seconds=1.6)
    assert run.report() is None
    felt[0] = replace(at, current=2, message="b.mp4", eta_seconds=0.5, counters={"success": 2})
    moved = run.report()
    assert moved is not None
    assert moved.counters == {"success": 2}
    assert run.report(is_forced=True) == moved  # at its end it is always reported
