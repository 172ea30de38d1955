"""The page of jobs: texts of a job, actions of each state, and its log."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from dashboards.components import job_text, operation_text
from dashboards.components.dialog import Dialog
from dashboards.frame import footer
from dashboards.pages.jobs import job_actions, job_details, job_log, jobs_list
from dashboards.pages.jobs.open_log import OpenLog
from dashboards.pages.jobs.screen import JobsScreen
from dashboards.questions import interrupted_report
from dashboards.questions.interrupted_question import Interrupted
from dashboards.state import JobsState
from indexium_core import errors
from indexium_core.model.files.properties import AuditEvent
from indexium_core.model.job import JOB_STATES, Job
from indexium_core.model.operations.interrupted import InterruptedFile, InterruptedOperation
from indexium_core.model.operations.operation import OperationStatus
from indexium_core.model.operations.rollback import RollbackCheck
from tests.support.fake_library import FakeLibrary
from tests.support.fake_operations import row_of
from tests.support.fake_plan import items
from tests.unit.dashboards.test_writing import Line, operation

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def job(status: str = "running", **values: Any) -> Job:
    facts: dict[str, Any] = {
        "id": 7,
        "job_type": "write",
        "title": "Write 'Holiday 2019'",
        "priority": 5,
        "payload": {},
    }
    return Job(status=status, **facts | values)


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


def test_write_row_is_one_sentence() -> None:
    row = jobs_list.row(job(), status(), NOW)
    assert row["name"] == "Write 'Holiday 2019'"
    assert row["text"] == "file 41 of 214, 3.1 GB of 18 GB, about 6 min, now: Clip.mkv"
    assert row["pace"] == "118 files/s · 18 %"
    assert jobs_list.row(job(), status(current_fraction=0.437), NOW)["text"].endswith("now: Clip.mkv, 43 %")
    assert job_details.details_view(job(), status(current_fraction=0.437), now=NOW)["text"].endswith(
        "now: Clip.mkv, 43 %"
    )
    parts = [{"kind": "ok", "share": 18.224}, {"kind": "bad", "share": 0.467}]
    assert row["gauge"] == {"now": 40, "max": 214, "parts": parts}


def test_paused_rewrite_is_paused_and_finishing_file_is_pausing() -> None:
    record = operation(status="paused")

    def said(**values: Any) -> list[str]:
        now = status(status="paused", working={7: 12.0}, **values)
        return [
            job_text.chip(job("paused"), now)[0],
            operation_text.speed(record, now),
            footer.running(record, now)["title"],
        ]

    assert said() == ["pausing", "pausing after this file", "Pausing: 40 of 214 files"]
    assert said(idle=True) == ["paused", "paused", "Paused: 40 of 214 files"]


def test_large_running_file_moves_gauge() -> None:
    one = status(counts={"pending": 1}, fractions={7: 0.43})
    assert job_text.gauge(job(), one) == {"now": 0, "max": 1, "parts": [{"kind": "going", "share": 43.0}]}
    assert job_text.speed(job(), one).endswith("43 %")


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
    assert job_text.sentence(known, now=NOW).startswith(text)


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
def test_state_offers_its_actions_and_explains_others(state: str) -> None:
    known = job(state)
    assert [item["act"] for item in job_actions.actions(known)] == ABLE[state]
    assert job_actions.blocker(known, "cancel") == (
        "" if "cancel" in ABLE[state] else f"The job is {_said(state)} and cannot be cancelled."
    )


def _said(state: str) -> str:
    return state.replace("_", " ")


def test_interrupted_operation_offers_resolve() -> None:
    for state in ("interrupted", "failed"):
        assert job_actions.actions(job(state, operation_id=3))[0]["act"] == "resolve"
    asked_for = job(cancelled_at=NOW)
    assert (job_actions.actions(asked_for), job_text.chip(asked_for)) == ([], ("cancelling", "blocked"))
    assert job_actions.blocker(asked_for, "pause") == "The job is already being cancelled."


def test_cards_count_every_kind() -> None:
    shown = jobs_list.cards(
        {"write": {"running": 1, "failed": 2, "interrupted": 3}, "poster_fetch": {"pending": 1200}}, chosen="write"
    )
    assert [card["label"] for card in shown] == [
        "Writes",
        "Rollbacks",
        "Publications",
        "Scans",
        "Rescans",
        "Verifications",
        "Thumbnails",
        "Identifications",
        "Enrichments",
        "Pictures of titles",
        "Backups of the database",
        "Snapshots",
        "Ratings",
        "Poster fetch",
    ]
    assert [item["count"] for item in shown[0]["counts"]] == ["1", "0", "2", "0"]
    assert (shown[0]["on"], shown[0]["interrupted"], shown[0]["counts"][2]["level"]) == (True, "3", "danger")
    assert shown[13]["counts"][1]["count"] == "1,200"
    assert (
        jobs_list.summary({"scan": {"running": 1, "pending": 2}})
        == "1 running · 2 waiting · continues if you close this page"
    )
    assert jobs_list.summary({"scan": {"completed": 9}}) == "no open jobs"


@pytest.mark.parametrize(
    ("kind", "told"),
    [("write", "Written files stay written and can be rolled back"), ("rollback", "Restored files stay restored")],
)
def test_cancel_question_names_what_stays(kind: str, told: str) -> None:
    half = job_text.cancel_effect(job(job_type=kind, progress_current=39, progress_total=214))
    assert half.startswith(told)
    assert half.endswith("; 175 files will not be changed. Every file is intact.")


def test_job_paused_for_day_is_long_paused() -> None:
    for hours, forgotten in ((23, False), (25, True)):
        known = job("paused", paused_at=NOW - timedelta(hours=hours), paused_by="Ann")
        assert job_text.is_long_paused(known, now=NOW) is forgotten
    assert not job_text.is_long_paused(job("running", paused_at=NOW - timedelta(days=9)), now=NOW)
    assert job_text.long_pause_sentence(known, now=NOW).startswith("has been paused for 1 day by Ann.")


def test_details_label_every_summary_number() -> None:
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
    view = job_details.details_view(
        job("completed", counters={"success": 3}, summary=summary | {"success": 3, "counts": {"success": 3}}), now=NOW
    )
    assert view["outcome"] == [
        ["Written", "3"],
        ["Processed", "1,204"],
        ["Errors: in use", "2"],
        ["Bytes read", "4.1 KB"],
        ["Ids", "1, 2"],
    ]
    assert view["priorities"] == []
    assert [each["label"] for each in job_details.details_view(job(), now=NOW)["priorities"]][::4] == [
        "1, highest",
        "5, normal",
        "9",
    ]


@pytest.mark.parametrize("counters", [{"success": 39}, {"success": 39, "skipped": 175}])
def test_cancelled_write_shows_written_files(counters: dict[str, int]) -> None:
    ended = job("cancelled", operation_id=3, progress_current=39, progress_total=214, counters=counters)
    assert jobs_list.row(ended, None, NOW)["text"] == "39 of 214 files processed when it was cancelled"
    counted = status(status="cancelled", counts={"success": 39, "skipped": 175}, cancelled_count=175)
    view = job_details.details_view(ended, counted, now=NOW)
    assert view["text"] == "39 of 214 files processed when it was cancelled"
    assert view["outcome"] == [["Written", "39"], ["Not started", "175"]]
    assert [item["act"] for item in view["acts"]] == ["retry"]
    assert job_actions.blocker(ended, "retry") == ""
    came_to = operation(status="cancelled", file_count=214, success_count=39, skipped_count=175)
    assert footer.done(came_to, now=NOW)["title"] == "Cancelled: 39 of 214 files written, 175 skipped"


def test_started_list_matches_cards() -> None:
    stage = Stage()
    stage.library.jobs.put("write", "interrupted", id=1)
    stage.screen.enter()
    assert stage.view("jobs")["running"]["count"] == "1 interrupted"
    stage.library.jobs.put("scan", "running", id=2)
    stage.screen.enter()
    assert stage.view("jobs")["running"]["count"] == "1 running · 1 interrupted"
    stage.tell("jobs_header", "kind", kind="rescan")
    assert stage.view("jobs")["running"]["count"] == "0"


def test_address_keeps_view() -> None:
    state = JobsState()
    state.take("kind=scan&show=failed&waiting=2&page=3&job=12&log=1")
    assert (state.kind, state.ended, state.waiting, state.number, state.job_id, state.log) == (
        "scan",
        "failed",
        2,
        3,
        12,
        True,
    )
    assert state.search() == "kind=scan&show=failed&waiting=2&page=3&job=12&log=1"
    state.take("kind=%3Cb%3E&show=nothing&job=x&page=0")
    assert state.search() == ""


def test_footer_shows_running_and_long_paused_jobs() -> None:
    at_work = footer.working(job(job_type="rescan", title="Rescan", progress_current=5, progress_total=10))
    assert (at_work["title"], at_work["note"], at_work["bar"]["parts"]) == (
        "Rescan",
        "file 6 of 10",
        [{"kind": "ok", "share": 50.0}],
    )
    forgotten = footer.long_paused(job("paused", paused_at=NOW - timedelta(days=3), paused_by="Ann"), now=NOW)
    assert forgotten["title"].startswith("Write 'Holiday 2019' has been paused for 3 days by Ann.")
    assert [item["act"] for item in forgotten["buttons"]] == ["job", "job_resume"]


def test_rewritten_file_shows_its_fraction() -> None:
    item = items(1)[1]
    row = operation_text.item_row(row_of(1, item, "writing"), share=0.614)
    assert (row["status"], row["level"]) == ("rewriting 61 %", "warning")
    assert operation_text.item_row(row_of(1, item, "writing"))["status"] == "writing"


# The log.


def test_log_line_has_columns_for_any_content() -> None:
    entry = {
        "at": "2026-11-20T12:00:00.250Z",
        "level": "warning",
        "event": "item.refused",
        "job_id": 7,
        "file": "<b>.mp4",
    }
    told = job_log.line(entry | {"codes": ["a"], "none": None, "rate": 1.743533219017558, "counters": {}}, key=3)
    assert (told["word"], told["level"], told["is_problem"]) == ("warning", "warning", True)
    assert told["at"].endswith(":00.250")
    assert told["more"] == [["file", "<b>.mp4"], ["codes", '["a"]'], ["rate", "1.744"]]
    counted = job_log.line(entry | {"counters": {"updated": 3, "errors": 0, "in_use": 2}, "none": {"errors": 0}}, key=3)
    assert counted["more"][1:] == [["counters", "3 updated, 2 in use"], ["none", "0"]]
    odd = job_log.line({"at": "yesterday", "event": 5}, key=0)
    assert (odd["at"], odd["text"], odd["is_problem"]) == ("yesterday", "5", False)


class Clock(Line):
    """A connection with timers that the test triggers."""

    def __init__(self) -> None:
        super().__init__()
        self.rung: list[Any] = []

    def after(self, milliseconds: int, call: Any) -> None:
        self.rung.append((milliseconds, call))

    def ring(self) -> None:
        waiting, self.rung = self.rung, []
        for _, call in waiting:
            call()


def _shown(component: Any) -> dict[str, Any]:
    view: dict[str, Any] = json.loads(component.shown)
    return view


def test_open_log_refreshes_every_five_seconds() -> None:
    library, line, closed = FakeLibrary(1), Clock(), []
    library.jobs.put("write", "running", id=7)
    for number in range(job_log.SHOWN + 20):
        library.jobs.say(7, f"line.{number}")
    log = OpenLog(library, line, closed=lambda: closed.append(True))  # type: ignore[arg-type]
    log.open(7)
    assert [each["text"] for each in (_shown(log.view)["lines"][0], _shown(log.view)["lines"][-1])] == [
        "line.20",
        "line.519",
    ]
    library.jobs.say(7, "news")
    assert [milliseconds for milliseconds, _ in line.rung] == [5000]
    line.ring()
    view = _shown(log.view)
    assert (len(view["lines"]), view["lines"][-1]["text"], view["lines"][0]["text"]) == (
        job_log.SHOWN,
        "news",
        "line.21",
    )
    assert len({each["key"] for each in view["lines"]}) == job_log.SHOWN
    log.view._handle_msg({"type": "close", "id": 7})
    assert (closed, _shown(log.view)) == ([True], {"open": False})
    line.ring()
    assert line.rung == []


# The page.


class Stage:
    """The page on jobs in memory."""

    def __init__(self) -> None:
        self.library, self.line, self.dialog = FakeLibrary(4), Clock(), Dialog()
        self.gone: list[Any] = []
        self.bridge = self.line
        self.interrupted = Interrupted(
            self.library,  # type: ignore[arg-type]
            self.line,  # type: ignore[arg-type]
            self.dialog,
            watch=self.watch,
            postponed=set(),
            announced=set(),
        )
        self.screen = JobsScreen(self)  # type: ignore[arg-type]

    def is_showing(self, page: str) -> bool:
        return page == "jobs"

    def update_address(self, *, push: bool = False) -> None:
        """The page is not visible."""

    def watch(self, operation_id: int) -> None:
        self.go("progress", operation_id=operation_id)

    def go(self, page: str, **values: Any) -> None:
        self.gone.append((page, values.get("operation_id")))

    def tell(self, place: str, name: str, **message: Any) -> None:
        self.screen.roots()[place]._handle_msg({"type": name, **message})

    def view(self, place: str) -> dict[str, Any]:
        return _shown(self.screen.roots()[place])


def test_jobs_are_listed_filtered_and_controlled() -> None:
    stage = Stage()
    table = stage.library.jobs
    table.put("write", "running", id=1)
    table.put("scan", "pending", id=2)
    for number in range(3, 20):
        table.put("rescan", "completed", id=number)
    stage.screen.enter()
    assert [row["id"] for row in stage.view("jobs")["running"]["rows"]] == [1]
    assert (stage.view("jobs")["ended"]["range"], stage.view("jobs")["ended"]["pages"]) == ("1–10 of 17", 2)
    stage.tell("jobs", "page", page=9)
    assert stage.view("jobs")["ended"]["page"] == 2  # the last one
    stage.tell("jobs_header", "kind", kind="scan")
    view = stage.view("jobs")
    assert ([row["id"] for row in view["waiting"]["rows"]], view["running"]["rows"], view["ended"]["page"]) == (
        [2],
        [],
        1,
    )
    stage.tell("jobs", "priority", id=2, priority=1)
    assert table.get(2).priority == 1
    stage.tell("jobs", "pause", id=2)
    assert table.get(2).status == "paused"
    stage.tell("jobs", "open", id=2)
    assert (stage.view("job_details")["id"], stage.view("job_details")["status"]) == (2, "paused")
    stage.tell("job_details", "cancel", id=2)
    assert table.get(2).status == "paused"  # asked first
    stage.dialog._handle_msg({"type": "confirm", "serial": _shown(stage.dialog)["serial"], "note": ""})
    assert table.get(2).status == "cancelled"
    stage.tell("job_details", "close")
    assert not stage.view("job_details")["open"]


def test_read_error_is_shown_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage()

    def broken() -> Any:
        raise errors.IndexiumError("The database is busy.")

    monkeypatch.setattr(stage.library.jobs, "counts", broken)
    stage.screen.enter()
    assert stage.view("jobs") == {"error": "The database is busy."}
    monkeypatch.undo()
    stage.tell("jobs", "again")
    assert stage.view("jobs")["ended"]["none"].startswith("No job has ended yet.")


# Interrupted operations.


def cut(number: int = 1, **values: Any) -> InterruptedOperation:
    files = [
        InterruptedFile(item_id=n, file_id=n, file_path=f"/v/{n}.mp4", outcome=b)
        for n, b in enumerate(INTERRUPTED_OUTCOMES)
    ]
    facts: dict[str, Any] = {"counts": {"written": 2, "not_started": 1, "undone": 1}, "files": files}
    facts["operation"] = operation(id=number, status="interrupted", can_rollback=True, user_note="nightly")
    return InterruptedOperation(**facts | values)


INTERRUPTED_OUTCOMES = ("undone", "not_started", "written", "written")


class Offered(Stage):
    """The dialog at the start, for interrupted operations."""

    def __init__(self, *cuts: InterruptedOperation) -> None:
        super().__init__()
        self.cuts, self.later = list(cuts), set[int]()
        self.resumed: list[int] = []
        self.library.interruptions.operations = lambda **_: self.cuts  # type: ignore[method-assign]
        self.library.interruptions.files = self._page  # type: ignore[method-assign]
        self.library.resume = self._resume  # type: ignore[method-assign]
        self.offer = Interrupted(
            self.library,  # type: ignore[arg-type]
            self.line,  # type: ignore[arg-type]
            self.dialog,
            watch=self.watch,
            postponed=self.later,
            announced=set(),
        )

    def _resume(self, operation_id: int) -> None:
        self.resumed.append(operation_id)
        self.cuts = [each for each in self.cuts if each.id != operation_id]

    def _page(self, operation_id: int, *, outcome: str, page: int, per_page: int) -> list[InterruptedFile]:
        [cut] = [each for each in self.cuts if each.id == operation_id]
        listed = [file for file in cut.files if outcome in ("", file.outcome)]
        return listed[(page - 1) * per_page : page * per_page]

    def answer(self, kind: str, **message: Any) -> None:
        self.dialog._handle_msg({"type": kind, "serial": self.asked["serial"], **message})

    @property
    def asked(self) -> dict[str, Any]:
        return _shown(self.dialog)


def test_interrupted_operation_is_offered_once() -> None:
    stage = Offered(cut(1), cut(2), cut(3, resumes_automatically=True))
    stage.offer.start()
    assert stage.asked["title"] == "A write was interrupted (and 1 other)"
    assert (stage.asked["confirm"], stage.asked["actions"][0]["label"]) == ("Resume 2 files", "Roll back 2…")
    stage.answer("confirm", note="")
    assert stage.resumed == [1]
    assert stage.asked["title"] == "A write was interrupted"
    stage.answer("close")
    assert (stage.later, stage.asked["open"]) == ({1, 2}, False)
    stage.offer.start()  # another tab
    assert not stage.asked["open"]
    stage.offer.show(2)  # but a request returns it
    assert stage.asked["open"]


def test_resumed_scan_is_announced_once_and_can_be_stopped() -> None:
    stage = Offered()
    stage.library.jobs.put("scan", "running", id=7, title="Scan /films", progress_current=300, progress_total=1000)
    stage.offer.start()
    assert stage.line.toasts == []  # a scan of this process
    stage.library.resumed_scans = {7: "Job 7 resumes."}
    stage.offer.start()
    stage.offer.start()  # another tab
    assert stage.line.toasts == ["“Scan /films” continues after the restart: 300 of 1,000 files are read."]
    stage.offer.stop_scan(7)
    assert stage.library.jobs.get(7).status == "cancelled"
    assert stage.line.toasts[1:] == ["The scan was stopped. The next scan reads the rest."]


def test_question_about_an_operation_has_the_resumed_scan() -> None:
    stage = Offered(cut(1), cut(2))
    stage.library.jobs.put("scan", "pending", id=7, title="Scan /films")
    stage.library.resumed_scans = {7: "Job 7 resumes."}
    stage.offer.start()
    assert stage.asked["sections"][0]["text"] == "“Scan /films” continues after the restart."
    assert [each["act"] for each in stage.asked["actions"]] == ["rollback", "stop"]
    stage.answer("act", act="stop")
    assert stage.library.jobs.get(7).status == "cancelled"
    assert (stage.asked["open"], [each["act"] for each in stage.asked["actions"]]) == (True, ["rollback"])
    stage.answer("close")
    assert [each["act"] for each in stage.asked["actions"]] == ["rollback"]  # the next operation, without the scan


def test_answered_question_disappears_in_other_tabs() -> None:
    stage = Offered(cut(1), cut(2))
    stage.offer.start()
    [happened] = stage.line.heard
    happened()  # another operation runs
    assert (stage.asked["open"], stage.line.toasts) == (True, [])
    stage._resume(1)
    stage.later.add(1)
    happened()
    assert stage.line.toasts == ["The operation was resumed, rolled back or left for later in another window."]
    assert stage.asked["title"] == "A write was interrupted"  # the next one
    stage.later.add(2)  # "Later" there
    happened()
    assert (stage.asked["open"], len(stage.line.toasts)) == (False, 1)
    stage.offer.show(2)
    happened()
    assert stage.asked["open"]  # a request is answered with a message
    stage.answer("close")
    happened()
    assert not stage.asked["open"]


def test_interruption_names_operation_and_progress() -> None:
    counts = {"written": 2, "skipped": 3, "not_started": 2, "unknown": 2}

    def said(**record: Any) -> str:
        facts = {"id": 5, "status": "interrupted", "user_note": ""} | record
        text: str = interrupted_report.sections(cut(counts=counts, operation=operation(**facts)))[0]["text"]
        return text

    assert said(user_note="nightly").startswith("Write “nightly”, started ")
    assert said().startswith("Write 5, started ")
    back = said(operation_type="rollback", reverts_id=3, reverts_note="nightly")
    assert back.startswith("Rollback of “nightly”, started ")
    assert "processed 5 of 9 files." in back


def test_interruption_report_filters_by_outcome() -> None:
    stage = Offered(cut())
    stage.offer.start()
    [files] = [section for section in stage.asked["sections"] if section["kind"] == "items"]
    assert [item["status"] for item in files["items"]] == ["undone", "not started", "written", "written"]
    assert files["choices"][0]["label"] == "all 4"
    stage.answer("turn", list="files", page=1, choice="written")
    [files] = [section for section in stage.asked["sections"] if section["kind"] == "items"]
    assert ([item["name"] for item in files["items"]], files["range"]) == (["2.mp4", "3.mp4"], "1–2 of 2")


def test_interruption_report_has_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interrupted_report, "PER_PAGE", 3)
    stage = Offered(cut())
    stage.offer.start()
    stage.answer("turn", list="files", page=2, choice="")
    [files] = [section for section in stage.asked["sections"] if section["kind"] == "items"]
    assert [item["name"] for item in files["items"]] == ["3.mp4"]
    assert (files["page"], files["pages"], files["range"]) == (2, 2, "4–4 of 4")


def test_rollback_of_interruption_asks_again() -> None:
    stage = Offered(cut(1), cut(2))
    check = RollbackCheck(
        operation_id=1, restorable=2, conflicts=[], can_rollback=True, reason="", exact=2, comment_only=0, superseded=0
    )
    found = SimpleNamespace(operation=operation(id=1, status="interrupted"))
    stage.library.operation = lambda *_, **__: found  # type: ignore[method-assign]
    stage.library.rollback_check = lambda *_, **__: check  # type: ignore[method-assign]
    stage.offer.start()
    stage.answer("act", act="rollback")
    assert stage.asked["title"] == "Roll back operation 1?"
    stage.answer("close")
    assert stage.asked["sections"][0]["text"].startswith("Write “nightly”")
    assert stage.asked["confirm"] == "Resume 2 files"


def test_impossible_actions_are_not_offered() -> None:
    whole = cut(counts={"written": 4}, files=[])
    assert (
        interrupted_report.resume_label(whole),
        interrupted_report.rollback_label(cut(counts={"not_started": 3})),
    ) == ("", "")
    stage = Offered()
    stage.offer.show(9)  # it has ended since
    assert stage.gone == [("progress", 9)]


def test_rescan_changes_have_pages_and_open_files() -> None:
    stage = Stage()
    stage.library.jobs.put("rescan", "completed", id=3)
    stage.library.jobs.put("rescan", "completed", id=4)
    at = datetime(2026, 11, 20, tzinfo=UTC)
    facts: dict[str, Any] = {"actor": "rescan", "action": "rescan", "field": "channels", "old": "9", "new": "1"}
    stage.library.audited = [
        AuditEvent(id=number, at=at, file_id=number, job_id=3, file_path=f"/films/{number}.mp4", **facts)
        for number in range(25, 0, -1)
    ]
    stage.screen.enter()
    stage.tell("jobs", "open", id=3)
    changes = stage.view("job_details")["changes"]
    assert (changes["range"], changes["pages"], changes["files"][0]["name"]) == ("1–20 of 25", 2, "25.mp4")
    stage.tell("job_details", "changes", page=9)
    assert stage.view("job_details")["changes"]["range"] == "21–25 of 25"  # the last one
    stage.tell("job_details", "file", id=5)
    assert stage.gone == [("plan", None)]
    stage.tell("jobs", "open", id=4)
    changes = stage.view("job_details")["changes"]
    assert (changes["page"], changes["total"], changes["none"] != "") == (1, 0, True)
