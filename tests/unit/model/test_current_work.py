"""The words of the work that every page shows."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from indexium_core.model.approval import ApprovalNotice
from indexium_core.model.files.scan_reports import ScanProgress
from indexium_core.model.followed_job import FollowedJob
from indexium_core.model.job import Job, UnrecordedResults
from indexium_core.model.operations.current_work import EndedWork, InterruptedWork
from indexium_core.model.operations.followed_operation import FollowedOperation
from indexium_core.model.operations.operation import OperationStatus
from tests.support.operation_values import NOW, operation, status


def ended(**facts: Any) -> EndedWork:
    return EndedWork(operation=operation(**facts), seen_at=NOW)


def followed(state: str, now: OperationStatus) -> FollowedOperation:
    return FollowedOperation(operation=operation(status=state, user_note="Holiday"), status=now)


def test_good_result_says_until_when_it_can_be_rolled_back() -> None:
    work = ended(user_note="Holiday")
    assert (work.text, work.files, work.is_good, work.can_roll_back) == ("214 files written", "214 files", True, True)
    assert work.note.startswith("“Holiday” · 4 min ago · can be rolled back until 18 Feb")


def test_result_names_failures_first() -> None:
    work = ended(success_count=211, failure_count=1, conflict_count=2)
    assert work.text == "211 of 214 files written, 1 failed, 2 conflict"
    assert (work.has_problems, work.is_good) == (True, False)


@pytest.mark.parametrize(
    ("facts", "text", "can_roll_back", "is_good"),
    [
        ({"operation_type": "rollback"}, "214 files restored", False, True),
        (
            {"status": "cancelled", "success_count": 3},
            "Cancelled: 3 of 214 files written, 211 not started",
            True,
            False,
        ),
        ({"success_count": 0, "can_rollback": False}, "0 of 214 files written, 214 not started", False, True),
        ({"status": "failed", "error_message": "The disk is full."}, "Stopped: The disk is full.", True, False),
    ],
)
def test_rollback_is_offered_only_if_possible(
    facts: dict[str, Any], text: str, can_roll_back: bool, is_good: bool
) -> None:
    work = ended(**facts)
    assert (work.text, work.can_roll_back, work.is_good, work.has_problems) == (text, can_roll_back, is_good, False)
    assert ("can be rolled back" in work.note) == can_roll_back


def test_interrupted_work_promises_nothing_about_unknown_files() -> None:
    facts: dict[str, Any] = {"status": "interrupted", "file_count": 12, "success_count": 7}
    work = InterruptedWork(operation=operation(**facts, user_note="nightly"))
    assert work.text.endswith(": “nightly”, 7 of 12 written")
    assert (work.note, work.restorable, work.left) == ("Every file is intact, 5 not started", 7, 5)
    unknown = InterruptedWork(operation=operation(**facts, unknown_count=2, can_rollback=False))
    assert ": operation 7, " in unknown.text
    assert unknown.note == "The state of 2 files is unknown; every other file is intact, 3 not started"
    assert unknown.restorable == 0


def test_running_operation_shows_progress_and_problems() -> None:
    work = followed("in_progress", status(success=39, conflict=2, pending=173))
    assert work.progress_text == "Writing 41 of 214 files"
    pace = "3.1 GB of 18 GB checked · 118 files/s · about 2 s left"
    assert work.progress_note == f"2 problems · {pace} · “Holiday”"
    pausing = status("paused", success=39, pending=175)
    assert followed("paused", pausing).progress_text == "Pausing: 39 of 214 files"
    paused = followed("paused", dataclasses.replace(pausing, idle=True))
    assert (paused.progress_text, paused.progress_note) == ("Paused: 39 of 214 files", "“Holiday”")


def test_scan_without_total_shows_no_estimate() -> None:
    walking = ScanProgress(done=1204, total=None, current="2019", rate=900.0, eta_seconds=None)
    assert (walking.text, walking.pace) == ("Searching for files: 1,204 found", "900 files/s")
    reading = dataclasses.replace(walking, done=50, total=200, rate=12.4, eta_seconds=12.0)
    assert (reading.text, reading.pace) == ("Reading 50 of 200 files", "12 files/s · about 12 s left")


def test_result_that_cannot_be_stored_is_retried() -> None:
    found = UnrecordedResults(job_id=3, operation_id=7, reason="The disk is full.", seconds=65.0, limit_seconds=60.0)
    assert found.waiting_text.startswith("Indexium has retried for 1 min and continues until there is free space.")
    assert found.waiting_text.endswith(found.assurance)


@pytest.mark.parametrize(
    ("to_decide", "proposed", "text"),
    [
        (0, 0, ""),
        (1, 0, "1 request waits for your decision"),
        (2, 1, "2 requests wait for your decision · 1 request of yours waits for approval"),
        (0, 3, "3 requests of yours wait for approval"),
    ],
)
def test_requests_are_counted_for_both_sides(to_decide: int, proposed: int, text: str) -> None:
    assert ApprovalNotice(to_decide=to_decide, proposed=proposed).text == text


def test_paused_rewrite_is_paused_and_a_file_that_ends_is_pausing() -> None:
    def said(now: OperationStatus) -> tuple[str, str]:
        job = Job(id=7, job_type="write", title="Write", priority=5, payload={}, status="paused")
        return FollowedJob.of(job, now).state, followed("paused", now).pace

    pausing = dataclasses.replace(status("paused", success=39, writing=1, pending=174), working={7: 12.0})
    assert said(pausing) == ("pausing", "pausing after this file")
    assert said(dataclasses.replace(pausing, idle=True)) == ("paused", "paused")
