"""The row of the footer about a job, and the question about interrupted operations."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from dashboards.components.dialog import Dialog
from dashboards.frame import footer
from dashboards.questions import interrupted_report
from dashboards.questions.interrupted_question import Interrupted
from indexium_core.model.followed_job import FollowedJob
from indexium_core.model.job import Job
from indexium_core.model.operations.followed_operation import FollowedOperation
from indexium_core.model.operations.interrupted import InterruptedFile, InterruptedOperation
from indexium_core.model.operations.operation import OperationStatus
from indexium_core.model.operations.rollback import RollbackCheck
from tests.support.fake_library import FakeLibrary
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


def test_paused_rewrite_is_paused_and_finishing_file_is_pausing() -> None:
    record = operation(status="paused")

    def said(**values: Any) -> list[str]:
        now = status(status="paused", working={7: 12.0}, **values)
        return [
            FollowedJob.of(job("paused"), now).state,
            FollowedOperation(operation=record, status=now).pace,
            footer.running(record, now)["title"],
        ]

    assert said() == ["pausing", "pausing after this file", "Pausing: 40 of 214 files"]
    assert said(idle=True) == ["paused", "paused", "Paused: 40 of 214 files"]


def test_footer_shows_running_and_long_paused_jobs() -> None:
    at_work = footer.working(job(job_type="rescan", title="Rescan", progress_current=5, progress_total=10))
    assert (at_work["title"], at_work["note"], at_work["bar"]["parts"]) == (
        "Rescan",
        "file 6 of 10",
        [{"kind": "ok", "share": 50.0}],
    )
    forgotten = footer.long_paused(job("paused", paused_at=datetime.now(UTC) - timedelta(days=3), paused_by="Ann"))
    assert forgotten["title"].startswith("Write 'Holiday 2019' has been paused for 3 days by Ann.")
    assert [item["act"] for item in forgotten["buttons"]] == ["job", "job_resume"]


def _shown(component: Any) -> dict[str, Any]:
    view: dict[str, Any] = json.loads(component.shown)
    return view


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


class Offered:
    """The dialog at the start, for interrupted operations."""

    def __init__(self, *cuts: InterruptedOperation) -> None:
        self.library, self.line, self.dialog = FakeLibrary(4), Line(), Dialog()
        self.gone: list[Any] = []
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

    def watch(self, operation_id: int) -> None:
        self.gone.append(("progress", operation_id))

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
