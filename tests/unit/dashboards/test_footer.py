"""The footer in Node, with values of the library: its rows, what each page shows itself, and what a person can do."""

from __future__ import annotations

from typing import Any

from tests.support.scripts import evaluate

RUNNING = {
    "id": 7,
    "type": "write",
    "state": "in_progress",
    "progress_text": "Writing 3 of 9 files",
    "progress_note": "",
    "done": 3,
    "total": 9,
    "cancel_effect": "",
    "parts": [],
}
JOB = {"id": 4, "name": "Rescan", "text": "file 6 of 10", "operation_id": None, "long_pause_text": "has been paused"}
JOB |= {"gauge": {"done": 5, "total": 10, "bad": 0, "going": 0}}
DONE = {"id": 6, "text": "9 files written", "note": "just now", "has_problems": False, "is_good": True}
DONE |= {"can_roll_back": True, "files": "9 files"}
CUT = {"id": 5, "text": "Interrupted", "note": "Every file is intact", "restorable": 3, "left": 1200}
NOTHING: dict[str, Any] = {
    "running": [],
    "jobs": [],
    "scan": None,
    "long_paused": [],
    "unrecorded": [],
    "interrupted": [],
    "newest": None,
    "requests": {"text": "", "own": []},
}


def rows(page: str = "plan", search: str = "", **work: Any) -> list[dict[str, Any]]:
    script = """(async () => {
        document.documentElement.dataset.page = page
        location.search = search
        return (await face("footer")).rowsOf(work)
    })()"""
    found: list[dict[str, Any]] = evaluate(f"await {script}", page=page, search=search, work={**NOTHING, **work})
    return found


def acts(row: dict[str, Any]) -> list[str]:
    return [each["act"] for each in row["buttons"]]


def test_running_work_can_be_paused_and_cancelled() -> None:
    [write, job, scan] = rows(
        running=[RUNNING], jobs=[JOB], scan={"text": "Searching", "pace": "", "done": 5, "total": None}
    )
    assert (write["title"], acts(write)) == ("Writing 3 of 9 files", ["pause", "cancel", "details"])
    assert (job["bar"]["parts"], acts(job)) == ([{"kind": "ok", "share": 50}], ["pause-job", "job"])
    assert (scan["bar"]["max"], acts(scan)) == (None, ["stop-scan", "scan"])
    [paused] = rows(running=[{**RUNNING, "state": "paused"}])
    assert acts(paused)[0] == "resume"


def test_page_that_shows_work_itself_leaves_it_out() -> None:
    work: dict[str, Any] = {"running": [RUNNING], "jobs": [JOB], "long_paused": [JOB], "newest": DONE}
    work |= {"scan": {"text": "", "pace": "", "done": 5, "total": 9}, "requests": {"text": "1 waits", "own": []}}
    assert [each["key"] for each in rows(**work)] == ["held4", "run7", "job4", "scan", "requests", "done6"]
    assert [each["key"] for each in rows("jobs", **work)] == ["requests", "done6"]
    assert "scan" not in [each["key"] for each in rows("folders", **work)]
    assert "requests" not in [each["key"] for each in rows("requests", **work)]
    assert "run7" not in [each["key"] for each in rows("progress", **work)]  # without a number, it is the one that runs
    shown = [each["key"] for each in rows("progress", "?op=6", **work)]
    assert ("run7" in shown, "done6" in shown) == (True, False)
    assert rows("progress", newest=DONE) == []


def test_forgotten_job_and_its_operation_are_one_row() -> None:
    held = {**JOB, "operation_id": 7}
    assert [each["key"] for each in rows(long_paused=[held], running=[RUNNING])] == ["held4"]
    stuck = {"job_id": 2, "operation_id": 7, "description": "It has stopped.", "waiting_text": "It is retried."}
    [row] = rows(unrecorded=[stuck], running=[RUNNING])
    assert (row["title"], row["note"], row["level"], acts(row)) == (
        *("It has stopped.", "It is retried.", "warning"),
        ["job"],
    )


def test_good_result_fades_and_a_bad_one_stays() -> None:
    [good] = rows(newest=DONE)
    assert (good["fades"], good["glyph"], acts(good)) == (True, "✓", ["roll-back", "details"])
    assert good["buttons"][0]["spoken"] == "Roll back 9 files…"
    [bad] = rows(newest={**DONE, "is_good": False, "has_problems": True, "can_roll_back": False})
    assert (bad["fades"], bad["glyph"], acts(bad)) == (False, "!", ["problems", "details"])


def test_interrupted_work_offers_what_is_possible() -> None:
    [row] = rows(interrupted=[CUT])
    assert [each["label"] for each in row["buttons"]] == ["Show", "Roll back 3", "Resume 1,200"]
    [row] = rows(interrupted=[{**CUT, "restorable": 0, "left": 0}])
    assert acts(row) == ["details"]
