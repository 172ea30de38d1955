"""Texts before, during and after a write: the question and the dry run."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from dashboards.components.dialog import Dialog
from dashboards.questions import write_sections
from dashboards.questions.dry_run import DryRun, DryRunResult
from dashboards.questions.write_question import WriteQuestion
from dashboards.questions.write_sections import WriteRequest
from dashboards.result_cache import ResultCache
from indexium_core import errors
from indexium_core.model import query as grammar
from indexium_core.model.operations.dry_run import DryRunReport
from indexium_core.model.operations.operation import WriteOptions, WriteResult
from indexium_core.model.planning.plan import (
    FieldChangeCount,
    Holder,
    Selection,
    SelectionChanges,
    StaleFile,
    StaleFiles,
)
from tests.support.fake_library import FakeLibrary

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


# --- What a write changes ------------------------------------------------------------------------------------------


def test_changes_of_fields_are_counted(asked: Asked) -> None:
    found = [
        FieldChangeCount(field="rating", files=30, replaced=0, removed=0),
        FieldChangeCount(field="title", files=12, replaced=3, removed=1),
        FieldChangeCount(field="genre", files=1, replaced=1, removed=0),
    ]
    asked.library.plans.changes = lambda *_, **__: SelectionChanges(comments=0, fields=found)
    asked.ask("risk:safe")
    facts = asked.facts()
    assert "People" not in facts
    assert list(facts.items())[:3] == [
        ("Rating", "30 files"),
        ("Title", "12 files, 3 of them replace another value, 1 of them loses the value"),
        ("Genre", "1 file, replaces another value"),
    ]


def test_strategies_are_described() -> None:
    counts = {"mp4_in_place": 70, "matroska_in_place": 4, "mp4_copy": 3, "ogg_remux": 1, "mp4_reflink": 2}
    told = "74 in place, 3 as a full copy, 2 as a shared copy, 1 rewritten by FFmpeg"
    assert write_sections.how(counts) == told


# --- The question ------------------------------------------------------------------------------------------------


class Asked:
    """A question on a fake library, with the view of the page."""

    def __init__(self) -> None:
        self.library, self.line, self.dialog = FakeLibrary(40), Line(), Dialog()
        self.started: list[int] = []
        self.shown: list[int] = []
        self.found: list[str] = []
        self.question = WriteQuestion(
            *(self.library, self.line, self.dialog),  # type: ignore[arg-type]
            started=self.started.append,
            shown=self.shown.append,
            find=self.found.append,
        )
        self.question.start()

    def ask(self, query: str) -> dict[str, Any]:
        plan: Any = self.library.plan()
        self.question.ask(WriteRequest(plan, Selection(query=query)))
        return self.view

    @property
    def view(self) -> dict[str, Any]:
        shown: dict[str, Any] = json.loads(self.dialog.shown)
        return shown

    def confirm(self, **message: Any) -> None:
        self.dialog._handle_msg({"type": "confirm", "serial": self.view["serial"], "note": "for Mum", **message})

    def act(self, name: str) -> dict[str, Any]:
        self.dialog._handle_msg({"type": "act", "serial": self.view["serial"], "act": name})
        return self.view

    def lines(self) -> list[tuple[str, list[str]]]:
        sections = [section for section in self.view["sections"] if section["kind"] == "lines"]
        return [
            (line["text"], [each["label"] for each in line["actions"]])
            for section in sections
            for line in section["lines"]
        ]

    def facts(self) -> dict[str, str]:
        [pairs] = [section["pairs"] for section in self.view["sections"] if section["kind"] == "facts"]
        return dict(pairs)


@pytest.fixture
def asked() -> Any:
    made = Asked()
    yield made
    made.library.close()


def test_safe_write_needs_no_typed_word(asked: Asked) -> None:
    view = asked.ask("risk:safe")
    count = asked.library.plan("risk:safe").statistics.safe_count

    assert (view["confirm"], view["typed"], view["risky"]) == (f"Write {count} files", None, False)
    assert asked.facts()["Method"] == f"{count} in place"
    assert asked.facts()["Rollback"].startswith(f"{count} files can be rolled back byte for byte until")
    asked.confirm()
    assert asked.library.history().items[0].user_note == "for Mum"
    assert asked.started == [1]


def test_write_question_names_blocking_operations(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    holder = Holder(7, "paused", 3)
    monkeypatch.setattr(asked.library.operations, "holders_of", lambda *_: [holder])
    [said] = [section for section in asked.ask("risk:safe")["sections"] if section["kind"] == "why"]

    assert said == {"kind": "why", "level": "warning", "text": holder.describe()}
    assert "Operation 7 is paused" in said["text"]
    assert "3 of these files" in said["text"]


def test_write_shows_operations_that_block_all_files(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    left = len(asked.library.plan().ids(Selection(query="risk:safe")))
    monkeypatch.setattr(
        asked.library.operations, "holders_of", lambda *_: [Holder(7, "in_progress", left - 1), Holder(8, "paused", 1)]
    )
    view = asked.ask("risk:safe")

    assert [section["kind"] for section in view["sections"]] == ["why", "why"]
    assert not view.get("confirm")
    asked.dialog._handle_msg({"type": "act", "serial": view["serial"], "act": "show"})
    assert asked.shown == [7]
    assert not asked.view["open"]


def test_write_question_leaves_danger_out_and_undoes_it(asked: Asked) -> None:
    asked.ask("")
    statistics = asked.library.plan().statistics
    danger, others = statistics.danger_count, statistics.safe_count + statistics.warning_count
    assert asked.lines()[:2] == [
        (f"{danger} dangerous files", ["Exclude dangerous files", "Show these"]),
        (f"{danger} files would lose custom text", [f"Preserve all {danger}", "Show these"]),
    ]

    view = asked.act("leave_out")
    assert (view["confirm"], view["typed"]) == (f"Write {others} files", None)
    assert asked.lines() == [(f"{danger} files of the level danger are not written.", ["Undo"])]
    view = asked.act("undo")
    assert view["confirm"] == f"Write {danger + others} files"
    asked.act("show_text")
    assert asked.found == [
        grammar.search_of(asked.library.plan().split(Selection(query=""), "issue:custom_comment")[0])
    ]
    assert not asked.view["open"]


def test_dangerous_write_needs_typed_word(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write_sections, "PER_PAGE", 3)
    view = asked.ask("")
    danger = asked.library.plan().statistics.danger_count
    [dangers] = [section for section in view["sections"] if section.get("key") == "dangers"]

    assert view["typed"]["word"] == f"write {danger}"
    assert (len(dangers["items"]), dangers["pages"], dangers["range"]) == (3, -(-danger // 3), f"1–3 of {danger}")
    assert dangers["items"][0]["chips"][0]["text"] == "loses custom text"
    [lost] = dangers["items"][0]["texts"]
    assert lost["where"] == ""  # there is only one
    assert "Filmed by Grandpa" in lost["text"] or lost["text"] == "A wedding"
    asked.dialog._handle_msg({"type": "turn", "serial": view["serial"], "list": "dangers", "page": 2})
    [second] = [section for section in asked.view["sections"] if section.get("key") == "dangers"]
    assert second["page"] == 2
    assert second["items"] != dangers["items"]
    assert asked.view["serial"] == view["serial"]


def test_outdated_question_offers_refresh(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = StaleFile(
        file_id=3,
        file_name="a.mp4",
        file_path="/a.mp4",
        shown="People: Ann",
        now=None,
        reason="the file itself changed",
    )
    asked.ask("risk:safe")
    stale = StaleFiles(plan_id=2, count=4, items=[changed])
    monkeypatch.setattr(asked.library.plans, "stale", lambda *_, **__: stale)
    asked.line.heard[0]()  # the plan changed

    assert asked.view["title"] == "The plan has changed"
    assert asked.view["sections"][0]["text"].startswith("4 of these files changed since they were shown.")
    assert asked.view["sections"][1]["items"][0]["was"] == "People: Ann"
    assert "confirm" not in asked.view
    asked.confirm()
    assert asked.started == []

    monkeypatch.undo()
    asked.dialog._handle_msg({"type": "act", "serial": asked.view["serial"], "act": "again"})
    assert asked.view["title"].startswith("Write ")


def test_change_during_preview_is_newer_than_the_plan_of_the_write(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The write compares each result with its plan, so it refuses a result that is in no preview."""
    of_write, plans = asked.library.previews.of_write, []

    def changed_meanwhile(*arguments: Any, **named: Any) -> Any:
        found = of_write(*arguments, **named)
        asked.library.version += 1
        return found

    monkeypatch.setattr(asked.library.previews, "of_write", changed_meanwhile)
    monkeypatch.setattr(asked.library, "write", lambda plan, *_, **__: plans.append(plan.id) or SimpleNamespace(id=7))
    before = asked.library.version
    asked.ask("risk:safe")
    asked.confirm()
    assert (plans, asked.library.version, asked.started) == ([before], before + 1, [7])


def test_change_after_question_is_not_written(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise errors.StalePlanError

    asked.ask("risk:safe")
    monkeypatch.setattr(asked.library, "write", refuse)
    monkeypatch.setattr(asked.library.plans, "stale", lambda *_, **__: StaleFiles(plan_id=2, count=1, items=[]))
    asked.confirm()

    assert asked.view["title"] == "The plan has changed"
    assert asked.library.history().total == 0


# --- The dry run -------------------------------------------------------------------------------------------------


def result(number: int, state: str = "success", code: str = "") -> WriteResult:
    how = "mp4_in_place" if state == "success" else ""
    return WriteResult(
        item_id=None, file_id=number, status=state, code=code, message=code, strategy=how, seconds=0.1, proof={}
    )


def test_dry_run_lists_failures_first_and_writes_ready_files(monkeypatch: pytest.MonkeyPatch) -> None:
    library, line, dialog, desk = FakeLibrary(80), Line(), Dialog(), ResultCache()
    plan: Any = library.plan()
    ids = plan.ids(Selection(query=""))
    items = [result(file_id) for file_id in ids[:-2]] + [result(file_id, "conflict", "in_use") for file_id in ids[-2:]]
    report = DryRunReport(
        items=items, counts={"success": len(ids) - 2, "conflict": 2}, excluded={}, total=len(ids), seconds=1.0
    )
    told: list[Any] = []

    def check(*_: Any, progress: Any, **__: Any) -> DryRunReport:
        told.append(progress(5, len(ids)))
        told.append(json.loads(dialog.shown)["sections"])
        return report

    monkeypatch.setattr(library, "dry_run", check)
    wished: list[WriteRequest] = []
    run = DryRun(library, line, dialog, desk, wished.append, files=lambda: "/files/")  # type: ignore[arg-type]
    run.run(WriteRequest(plan, Selection(query=""), WriteOptions()))

    view = json.loads(dialog.shown)
    assert told[0] is True
    assert told[1][0]["text"].startswith(f"5 of {len(ids)} files checked.")
    [files] = [section for section in view["sections"] if section.get("key") == "results"]
    assert [item["status"] for item in files["items"][:3]] == ["in use, will retry", "in use, will retry", "ready"]
    assert [choice["label"] for choice in files["choices"]] == [
        f"all {len(ids)}",
        "not written 2",
        f"ready {len(ids) - 2}",
    ]
    [links] = [section["links"] for section in view["sections"] if section["kind"] == "links"]
    token = links[0]["href"].removeprefix("/files/dry-run/").removesuffix(".csv")
    assert desk.find(token, DryRunResult).report is report

    dialog._handle_msg({"type": "turn", "serial": view["serial"], "list": "results", "page": 1, "choice": "not"})
    [files] = [section for section in json.loads(dialog.shown)["sections"] if section.get("key") == "results"]
    assert files["range"] == "1–2 of 2"
    dialog._handle_msg({"type": "act", "serial": view["serial"], "act": "write"})
    assert wished[0].selection == Selection(included=frozenset(ids[:-2]))
    library.close()


def test_closed_dry_run_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    library, dialog = FakeLibrary(20), Dialog()
    asked: list[bool] = []

    def check(*_: Any, progress: Any, **__: Any) -> DryRunReport:
        dialog.dismiss()
        asked.append(progress(1, 20))
        return DryRunReport(items=[], counts={}, excluded={})

    monkeypatch.setattr(library, "dry_run", check)
    plan: Any = library.plan()
    run = DryRun(library, Line(), dialog, ResultCache(), lambda _: None, files=str)  # type: ignore[arg-type]
    run.run(WriteRequest(plan, Selection(query="")))

    assert asked == [False]
    assert not json.loads(dialog.shown)["open"]
    library.close()


def test_dry_run_closed_at_its_end_stays_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    library, dialog, line = FakeLibrary(20), Dialog(), Line()
    real = line.run

    def run(work: Any, done: Any, *, name: str = "", **rest: Any) -> None:
        if name == "dry_run_page":  # the check is done, its first page is read
            dialog._handle_msg({"type": "close", "serial": json.loads(dialog.shown)["serial"]})
        real(work, done, **rest)

    monkeypatch.setattr(line, "run", run)
    monkeypatch.setattr(library, "dry_run", lambda *_, **__: DryRunReport(items=[], counts={}, excluded={}))
    plan: Any = library.plan()
    DryRun(library, line, dialog, ResultCache(), lambda _: None, files=str).run(WriteRequest(plan, Selection(query="")))  # type: ignore[arg-type]

    assert not json.loads(dialog.shown)["open"]
    library.close()


def test_result_cache_is_limited_and_reports_missing_result() -> None:
    desk = ResultCache()
    tokens = [desk.keep(number) for number in range(9)]

    assert desk.find(tokens[-1], int) == 8
    with pytest.raises(errors.UnknownIdError, match="removed from the cache"):
        desk.find(tokens[0], int)
    with pytest.raises(errors.UnknownIdError):
        desk.find(tokens[-1], str)
