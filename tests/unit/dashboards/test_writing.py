"""Texts during and after a write: the footer of every page."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dashboards.frame import footer
from indexium_core import errors
from indexium_core.model.files.scan_reports import ScanProgress
from indexium_core.model.operations.operation import MetadataOperation, OperationStatus

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


class Line:
    """A bridge that runs everything immediately."""

    def __init__(self) -> None:
        self.toasts: list[str] = []
        self.heard: list[Callable[[], None]] = []

    def run(self, work: Any, done: Any, *, failed: Any = None, **_: Any) -> None:
        try:
            result = work()
        except errors.IndexiumError as error:
            failed(error) if failed else self.toasts.append(error.message)
        else:
            done(result)

    def soon(self, call: Callable[[], None]) -> None:
        call()

    def toast(self, _kind: str, text: str, **_: object) -> None:
        self.toasts.append(text)

    def listen(self, _names: Any, react: Callable[[], None], **_: Any) -> None:
        self.heard.append(react)


def operation(**facts: Any) -> MetadataOperation:
    known: dict[str, Any] = {
        "id": 7,
        "operation_type": "write",
        "status": "completed",
        "started_at": NOW - timedelta(minutes=5),
        "completed_at": NOW - timedelta(minutes=4),
        "file_count": 214,
        "success_count": 214,
        "can_rollback": True,
        "expires_at": NOW + timedelta(days=90),
    }
    numbers = dict.fromkeys(("failure_count", "skipped_count", "conflict_count", "unknown_count"), 0)
    words = dict.fromkeys(("error_message", "user_note", "user_action", "user_name", "source", "rollback_reason"), "")
    rest = {"seconds": 1.0, "plan_id": 1, "reverts_id": None}
    return MetadataOperation(**{**numbers, **words, **rest, **known, **facts})


def status(state: str = "in_progress", **counts: int) -> OperationStatus:
    return OperationStatus(
        id=7,
        operation_type="write",
        status=state,
        counts=counts,
        current_file="",
        rate=118.0,
        eta_seconds=2.0,
        started_at=NOW,
        completed_at=None,
        can_rollback=False,
        rollback_reason="",
        bytes_done=3_100_000_000,
        bytes_total=18_000_000_000,
    )


def acts(row: dict[str, Any]) -> list[str]:
    return [button["act"] for button in row["buttons"]]


# --- The footer --------------------------------------------------------------------------------------------------


def test_toast_offers_undo_until_it_closes() -> None:
    row = footer.done(operation(user_note="Holiday"), now=NOW)

    assert (row["title"], acts(row)) == ("214 files written", ["roll_back", "details"])
    assert row["note"].startswith("“Holiday” · 4 min ago · can be rolled back until 18 Feb")
    assert row["dismiss"] == "done7"


def test_end_toast_names_failures_first() -> None:
    row = footer.done(operation(success_count=211, failure_count=1, conflict_count=2), now=NOW)

    assert (row["title"], row["level"]) == ("211 of 214 files written, 1 failed, 2 conflict", "warning")
    assert acts(row) == ["why", "roll_back", "details"]


@pytest.mark.parametrize(
    ("facts", "title", "offers"),
    [
        ({"operation_type": "rollback"}, "214 files restored", ["details"]),
        (
            {"status": "cancelled", "success_count": 3},
            "Cancelled: 3 of 214 files written, 211 not started",
            ["roll_back", "details"],
        ),
        ({"success_count": 0, "can_rollback": False}, "0 of 214 files written, 214 not started", ["details"]),
        (
            {"status": "failed", "error_message": "The disk is full."},
            "Stopped: The disk is full.",
            ["roll_back", "details"],
        ),
    ],
)
def test_end_toast_offers_rollback_only_if_possible(facts: dict[str, Any], title: str, offers: list[str]) -> None:
    row = footer.done(operation(**facts), now=NOW)

    assert (row["title"], acts(row)) == (title, offers)


def test_interrupted_operation_offers_resume_and_rollback() -> None:
    row = footer.interrupted(operation(status="interrupted", file_count=12, success_count=7, user_note="nightly"))

    assert "“nightly”, 7 of 12 written" in row["title"]
    assert [button["label"] for button in row["buttons"]] == ["Show", "Roll back 7", "Resume 5"]
    assert row["note"] == "Every file is intact, 5 not started"


def test_interrupted_operation_promises_nothing_about_unknown_files() -> None:
    row = footer.interrupted(operation(status="interrupted", file_count=12, success_count=7, unknown_count=2))
    assert row["note"] == "The state of 2 files is unknown; every other file is intact, 3 not started"


def test_running_operation_shows_progress_and_rest() -> None:
    row = footer.running(operation(status="in_progress"), status(success=39, conflict=2, pending=173))

    assert row["title"] == "Writing 41 of 214 files"
    assert row["note"] == "2 problems · 3.1 GB of 18 GB checked · 118 files/s · about 2 s left"
    assert acts(row) == ["pause", "cancel", "details"]
    pausing = status("paused", success=39, pending=175)
    assert footer.running(operation(status="paused"), pausing)["title"] == "Pausing: 39 of 214 files"
    paused = footer.running(operation(status="paused"), dataclasses.replace(pausing, idle=True))
    assert (paused["title"], paused["note"], acts(paused)[0]) == ("Paused: 39 of 214 files", "", "resume")


def test_scan_without_total_shows_no_estimate() -> None:
    walking = ScanProgress(done=1204, total=None, current="2019", rate=900.0, eta_seconds=None)
    row = footer.scanning(walking)
    assert (row["title"], row["bar"]["parts"]) == ("Searching for files: 1,204 found", [])

    reading = dataclasses.replace(walking, done=50, total=200, rate=12.4, eta_seconds=12.0)
    row = footer.scanning(reading)
    assert (row["title"], row["note"]) == ("Reading 50 of 200 files", "12 files/s · about 12 s left")
    assert acts(row) == ["stop_scan", "scan"]
