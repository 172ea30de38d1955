"""An operation and its job: common start, equal states, pause, interruption and resume."""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from indexium_core import errors
from indexium_core.jobs import item_runner
from indexium_core.library import Library
from indexium_core.model import job_words, wording
from tests.support import tables
from tests.support.holding import Gate
from tests.support.studio import ALL, OLD, Studio
from tests.support.waiting import PATIENCE, until

OLD_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


def test_operation_and_job_start_together_or_not_at_all(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> int:
        raise errors.StoreError("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr("indexium_core.store.jobs.insert", full)
        with pytest.raises(errors.StoreError):
            studio.library.write(studio.library.plan(), ALL)
    assert studio.library.history().total == 0
    assert studio.library.jobs.list(["write"]).total == 0

    status = studio.write()

    job = studio.job_of(status.id)
    assert (job.job_type, job.status, job.title) == ("write", "completed", "Write 6 files")
    assert (job.progress_current, job.progress_total, job.summary) == (6, 6, {"counts": {"success": 6}})
    query = "SELECT job_id FROM metadata_operations WHERE id = $1"
    assert tables.value(studio.library, query, [status.id]) == job.id


def test_job_state_follows_operation_state(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(monkeypatch, 0)
    handle = gate.write(studio.library)
    job = studio.job_of(handle.id)

    def states() -> tuple[str, str]:
        return studio.library.jobs.get(job.id).status, handle.status().status

    assert states() == ("running", "in_progress")
    gate.pause(studio.library, handle.id, by="Ann")
    assert states() == ("paused", "paused")
    assert studio.library.jobs.get(job.id).paused_by == "Ann"
    handle.resume()
    handle.wait(PATIENCE)
    assert states() == ("completed", "completed")
    studio.back(handle.id)
    assert states() == ("completed", "rolled_back")


def test_history_jobs_and_progress_show_same_duration(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pause is not running time: the time from start to end is longer."""
    gate = Gate(monkeypatch, 0)
    handle = gate.write(studio.library)
    gate.pause(studio.library, handle.id, by="Ann")
    time.sleep(1.2)
    handle.resume()
    handle.wait(PATIENCE)

    operation, job = studio.library.operation(handle.id).operation, studio.job_of(handle.id)
    assert 0 < operation.seconds == job.seconds
    assert job.started_at is not None
    assert job.completed_at is not None
    assert (job.completed_at - job.started_at).total_seconds() > job.seconds + 1
    [listed] = studio.library.jobs.list(["write"]).items
    assert listed.seconds == operation.seconds

    took = wording.duration(operation.seconds)
    assert studio.library.history.follow(handle.id).pace == f"in {took}"
    assert f" · {took} · " in operation.about
    assert job_words.sentence(job, now=OLD_MOMENT).endswith(f" in {took}")
    assert dict(job_words.facts(job, now=OLD_MOMENT))["Ended"].endswith(f", after {took}")


def test_progress_of_job_matches_items(studio: Studio) -> None:
    query = """
        SELECT j.progress_current, j.progress_total,
               count(m.id) FILTER (m.status NOT IN ('pending', 'writing')), count(m.id)
        FROM job_queue j JOIN metadata_operation_items m ON m.operation_id = j.operation_id GROUP BY ALL"""
    seen = []
    studio.library.events.subscribe(
        lambda event: seen.extend(tables.rows(studio.library, query)) if event.name.startswith("write:") else None
    )
    studio.write()

    assert len(seen) >= 3
    assert all((current, total) == (done, items) for current, total, done, items in seen)


def test_cancelled_job_keeps_finished_items_and_skips_rest(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(monkeypatch, 0)
    handle = gate.write(studio.library)

    job = studio.library.jobs.cancel(studio.job_of(handle.id).id)
    assert job.cancelled_at is not None
    gate.opened.set()

    assert studio.library.jobs.wait(job.id, PATIENCE).status == "cancelled"
    counts = handle.status().counts
    assert counts["skipped"] + counts.get("success", 0) == 6
    assert studio.library.jobs.get(job.id).progress_current == counts.get("success", 0)


def test_stopped_operation_resumes_in_service_and_is_offered_otherwise(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    for by, take_over, expected in (
        ("stop", "safe", "interrupted"),
        ("stop", "all", "completed"),
        ("person", "all", "interrupted"),
    ):
        with monkeypatch.context() as patch:
            gate = Gate(patch, 0)
            handle = gate.write(studio.library)
            stopping = threading.Thread(target=studio.library.close, args=(by,))
            stopping.start()
            until(lambda: not studio.library._parts.core.queue._dispatcher.is_running)
            gate.opened.set()
            stopping.join(PATIENCE)
        studio.library = Library.open(studio.library.home, take_over=take_over)  # type: ignore[arg-type]
        job = studio.job_of(handle.id)
        if expected == "completed":
            job = studio.library.jobs.wait(job.id, PATIENCE)

        assert (job.status, studio.library.status(handle.id).status) == (expected, expected)
        if expected == "interrupted":
            assert studio.library.jobs.wait(studio.library.jobs.resume(job.id).id, PATIENCE).status == "completed"
        studio.back(handle.id, replan=True)


def test_restart_keeps_pause_and_user_of_operation(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(monkeypatch, 0)
    handle = gate.write(studio.library)
    job = gate.pause(studio.library, handle.id, by="Ann")

    studio.reopen(take_over="all")

    found = studio.library.jobs.get(job.id)
    assert (found.status, found.paused_by, found.paused_at) == ("paused", "Ann", job.paused_at)
    assert studio.library.jobs.wait(studio.library.jobs.resume(job.id).id, PATIENCE).status == "completed"


def test_operation_stopped_after_last_file_is_completed(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    run = item_runner.ItemRunner.run

    def unaware(self: Any, items: Any) -> item_runner.RunEnd:
        """The state of a pause and a stop after the start of the last files, before the search for further files."""
        run(self, items)
        return item_runner.RunEnd.STOPPED

    monkeypatch.setattr(item_runner.ItemRunner, "run", unaware)

    assert studio.write().status == "completed"
    assert studio.job_of(1).status == "completed"


def test_operation_of_program_without_jobs_can_be_resumed(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(monkeypatch, 0)
    handle = gate.write(studio.library)
    gate.pause(studio.library, handle.id, by="Ann")
    studio.library.close()
    studio.library = Library.open(studio.library.home)
    with tables.changing(studio.library) as tx:
        tx.execute("DELETE FROM job_queue")
        tx.execute("UPDATE metadata_operations SET job_id = NULL")

    assert studio.library.resume(handle.id).wait(PATIENCE).counts == {"success": 6}
    assert studio.job_of(handle.id).status == "completed"


def test_retry_of_job_covers_remaining_files(studio: Studio) -> None:
    os.utime(studio.paths[2], (OLD + 5, OLD + 5))
    first = studio.job_of(studio.write().id)
    assert first.status == "completed_with_errors"

    again = studio.library.jobs.wait(studio.library.jobs.retry(first.id).id, PATIENCE)

    assert (again.status, again.progress_total) == ("completed", 1)
    assert again.id != first.id
