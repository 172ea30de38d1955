"""A job in words: its sentence, its state, its actions, its progress, its facts and its result."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from indexium_core.model import job_words
from indexium_core.model.followed_job import FollowedJob
from indexium_core.model.job import JOB_STATES, Job, KindCounts
from indexium_core.model.job_words import JobGauge
from indexium_core.model.operations.operation import OperationStatus

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def job(status: str = "running", **values: Any) -> FollowedJob:
    facts: dict[str, Any] = {
        "id": 7,
        "job_type": "write",
        "title": "Write 'Holiday 2019'",
        "priority": 5,
        "payload": {},
    }
    return FollowedJob(status=status, operation=None, **facts | values)


def status(**values: Any) -> OperationStatus:
    facts: dict[str, Any] = {
        "id": 3,
        "operation_type": "write",
        "status": "in_progress",
        "counts": {"success": 39, "failed": 1, "writing": 1, "pending": 173},
        "current_file": "Clip.mkv",
        "rate": 118.0,
        "eta_seconds": 350.0,
        "started_at": NOW,
        "completed_at": None,
        "can_rollback": False,
        "rollback_reason": "",
        "bytes_done": 3_100_000_000,
        "bytes_total": 18_000_000_000,
    }
    return OperationStatus(**facts | values)


def test_write_is_one_sentence() -> None:
    write = FollowedJob.of(job(), status())
    assert write.name == "Write 'Holiday 2019'"
    assert write.text == "file 41 of 214, 3.1 GB of 18 GB, about 6 min, now: Clip.mkv"
    assert write.pace == "118 files/s · 18 %"
    assert write.gauge == JobGauge(done=40, total=214, bad=1, going=0.0)
    assert FollowedJob.of(job(), status(current_fraction=0.437)).text.endswith("now: Clip.mkv, 43 %")


def test_large_running_file_counts_in_part() -> None:
    write = FollowedJob.of(job(), status(counts={"pending": 1}, fractions={7: 0.43}))
    assert write.gauge == JobGauge(done=0, total=1, bad=0, going=0.43)
    assert write.pace.endswith("43 %")


SENTENCES = [
    (job(progress_current=4312), "4,312 files so far"),
    (job(), "starting"),
    (job(progress_current=214, progress_total=214, eta_seconds=0.2), "file 214 of 214, almost done"),
    (job("pending", created_at=NOW - timedelta(minutes=4)), "waiting in the queue, requested 4 min ago"),
    (job("pending", depends_on=(3, 4)), "waiting until each of the jobs 3, 4 has completed"),
    (
        job(
            "pending", retry_count=1, next_retry_at=NOW + timedelta(seconds=4), error_message="The disk did not answer."
        ),
        "attempt 2 of 4 in 4 s; The disk did not answer.",
    ),
    (
        job("paused", progress_current=41, progress_total=214, paused_at=NOW - timedelta(days=2), paused_by="Ann"),
        "41 of 214 files processed, paused since 18 Nov",
    ),
    (job("failed", error_message="The disk is full."), "The disk is full."),
    (job("failed"), "The job stopped. Its log shows the reason."),
    (job("cancelled"), "cancelled before it started"),
    (job("cancelled", progress_current=2, progress_total=9), "2 of 9 files processed when it was cancelled"),
    (
        job("interrupted", progress_current=2, progress_total=9),
        "2 of 9 files processed when it was interrupted. Every file is intact.",
    ),
    (
        job("interrupted", progress_current=2, progress_total=9, counters={"success": 1, "unknown": 1}),
        "2 of 9 files processed when it was interrupted. The state of 1 file is unknown; every other file is intact.",
    ),
    (
        job("completed", counters={"success": 212, "failed": 0}, seconds=360.0),
        "212 written in 6 min",
    ),
    (
        job(stalled=True, progress_current=3, progress_total=9, heartbeat_at=NOW - timedelta(minutes=3)),
        "3 of 9 files processed; last response 3 min ago",
    ),
]


@pytest.mark.parametrize(("known", "text"), SENTENCES, ids=lambda value: value[:24] if isinstance(value, str) else "")
def test_every_state_has_its_sentence(known: Job, text: str) -> None:
    assert job_words.sentence(known, now=NOW).startswith(text)


ABLE = {
    "pending": ["pause", "cancel"],
    "running": ["pause", "cancel"],
    "paused": ["resume", "cancel"],
    "completed": [],
    "completed_with_errors": ["retry"],
    "failed": ["retry"],
    "cancelled": ["retry"],
    "interrupted": ["resume", "cancel"],
}


@pytest.mark.parametrize("state", JOB_STATES)
def test_state_allows_its_actions(state: str) -> None:
    assert job(state).actions == ABLE[state]


def test_interrupted_operation_is_resolved() -> None:
    for state in ("interrupted", "failed"):
        assert job(state, operation_id=3).actions[0] == "resolve"
    asked_for = job(cancelled_at=NOW)
    assert (asked_for.actions, asked_for.state) == ([], "cancelling")


def test_kind_of_job_has_its_title() -> None:
    kinds = [KindCounts(kind=kind, states={}) for kind in ("artwork", "poster_fetch")]
    assert [each.title for each in kinds] == ["Pictures of titles", "Poster fetch"]
    assert kinds[0].as_dict() == {"kind": "artwork", "title": "Pictures of titles", "states": {}}


@pytest.mark.parametrize(
    ("kind", "told"),
    [("write", "Written files stay written and can be rolled back"), ("rollback", "Restored files stay restored")],
)
def test_effect_of_a_cancellation_names_what_stays(kind: str, told: str) -> None:
    half = job(job_type=kind, progress_current=39, progress_total=214).cancel_effect
    assert half.startswith(told)
    assert half.endswith("; 175 files will not be changed. Every file is intact.")


def test_job_paused_for_day_is_long_paused() -> None:
    for hours, forgotten in ((23, False), (25, True)):
        known = job("paused", paused_at=NOW - timedelta(hours=hours), paused_by="Ann")
        assert job_words.is_long_paused(known, now=NOW) is forgotten
    assert not job_words.is_long_paused(job("running", paused_at=NOW - timedelta(days=9)), now=NOW)
    assert job_words.long_pause(known, now=NOW).startswith("has been paused for 1 day by Ann.")


def test_outcome_labels_every_number_of_a_summary() -> None:
    summary = {
        "processed": 1204,
        "errors": {"in_use": 2},
        "failed": 2,
        "seconds": 90.0,
        "message": "1,204 files: 2 in use",
        "bytes_read": 4_100,
        "missing": 0,
        "ids": [1, 2],
    }
    ended = job("completed", counters={"success": 3}, summary=summary | {"success": 3, "counts": {"success": 3}})
    assert ended.outcome == [
        ["Written", "3"],
        ["Processed", "1,204"],
        ["Errors: in use", "2"],
        ["Bytes read", "4.1 KB"],
        ["Ids", "1, 2"],
    ]


@pytest.mark.parametrize("counters", [{"success": 39}, {"success": 39, "skipped": 175}])
def test_cancelled_write_shows_written_files(counters: dict[str, int]) -> None:
    ended = job("cancelled", operation_id=3, progress_current=39, progress_total=214, counters=counters)
    assert ended.text == "39 of 214 files processed when it was cancelled"
    counted = status(status="cancelled", counts={"success": 39, "skipped": 175}, cancelled_count=175)
    write = FollowedJob.of(ended, counted)
    assert write.text == "39 of 214 files processed when it was cancelled"
    assert write.outcome == [["Written", "39"], ["Not started", "175"]]
    assert write.actions == ["retry"]


def test_facts_say_what_a_job_waits_for() -> None:
    waiting = job("pending", depends_on=(3, 4), retry_count=1, next_retry_at=NOW + timedelta(minutes=5))
    facts = dict(job_words.facts(waiting, now=NOW))
    assert (facts["Kind"], facts["Attempts"], facts["Waiting for"]) == ("Write", "2 of 4", "each of the jobs 3, 4")
    assert "Not before" in facts
