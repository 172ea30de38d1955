"""The history: the state of its charts, and the question before a rollback."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from dashboards.pages.history.history_charts import error_bars
from dashboards.questions import rollback_question
from dashboards.state import HistoryState
from indexium_core.flows.approvals.previews import Previews
from indexium_core.model.operations.operation import (
    ItemDetails,
    MetadataOperation,
)
from indexium_core.model.operations.rollback import RollbackCheck, RollbackOptions

NOW = datetime(2026, 11, 20, 9, 12, tzinfo=UTC)
TODAY = date(2026, 11, 20)


def operation(**changes: Any) -> MetadataOperation:
    facts: dict[str, Any] = {
        "id": 4,
        "operation_type": "write",
        "status": "completed",
        "started_at": NOW,
        "completed_at": NOW,
        "file_count": 10,
        "success_count": 10,
        "failure_count": 0,
        "skipped_count": 0,
        "conflict_count": 0,
        "unknown_count": 0,
        "seconds": 0.9,
        "error_message": "",
        "user_note": "Holiday",
        "user_action": "write",
        "user_name": "ann",
        "source": "dashboard",
        "plan_id": 1,
        "reverts_id": None,
        "can_rollback": True,
        "rollback_reason": "",
        "tags_added": 12,
    }
    return MetadataOperation(**(facts | changes))


def item(number: int = 1, kind: type[ItemDetails] = ItemDetails, **changes: Any) -> ItemDetails:
    facts: dict[str, Any] = {
        "id": number,
        "file_id": number,
        "file_path": f"/films/{number}.mp4",
        "file_name": f"{number}.mp4",
        "status": "success",
        "code": "",
        "message": "",
        "previous_comment": "People: Bob Ray",
        "new_comment": "People: Ann Lee, Bob Ray",
        "tags_added": ["Ann Lee"],
        "tags_removed": [],
        "strategy": "mp4_in_place",
        "seconds": 0.003,
        "proof": {},
        "processed_at": NOW,
        "backup_kind": "journal",
        "backup_bytes": 181,
    }
    return kind(**(facts | changes))


def check(**changes: Any) -> RollbackCheck:
    facts: dict[str, Any] = {
        "operation_id": 4,
        "restorable": 10,
        "conflicts": [],
        "can_rollback": True,
        "reason": "",
        "exact": 10,
    }
    return RollbackCheck(**(facts | changes))


# The charts.


def test_second_click_on_bar_removes_filter() -> None:
    state = HistoryState()
    state.pick_days("2026-11-01..2026-11-07")
    assert (state.since, state.until, state.picked_days()) == ("2026-11-01", "2026-11-07", "2026-11-01..2026-11-07")
    state.pick_days("2026-11-03")
    assert state.picked_days() == "2026-11-03"
    state.pick_days("2026-11-03")
    assert (state.since, state.until) == ("", "")


@pytest.mark.parametrize(
    ("since", "until", "days"),
    [
        ("", "", (TODAY - timedelta(days=41), TODAY)),
        ("2026-11-03", "2026-11-03", (TODAY - timedelta(days=41), TODAY)),  # one day stands out among the others
        ("2020-05-05", "2020-05-05", (date(2020, 5, 5) - timedelta(days=41), date(2020, 5, 5))),
        ("2026-01-01", "", (date(2026, 1, 1), TODAY)),
        ("2026-01-01", "2026-02-01", (date(2026, 1, 1), date(2026, 2, 1))),
        ("2026-01-01", "2999-01-01", (date(2026, 1, 1), TODAY)),
        ("2026-02-01", "2026-01-01", (TODAY - timedelta(days=41), TODAY)),
    ],
)
def test_charts_cover_listed_days_or_six_weeks(since: str, until: str, days: tuple[date, date]) -> None:
    assert HistoryState(since=since, until=until).chart_span(TODAY) == days


def test_error_codes_have_labels() -> None:
    table = SimpleNamespace(itertuples=lambda index: [SimpleNamespace(error="changed_since", files=2, operations=1)])
    [bar] = error_bars(table)  # type: ignore[arg-type]
    assert (bar["key"], bar["name"], bar["hint"]) == (
        "changed_since",
        "changed by another program",
        "2 files in 1 operation",
    )


# The question.


class _Asked:
    """Library, dialog and bridge in one: records rollback requests, and runs calls immediately."""

    def __init__(self, found: RollbackCheck, waiting: str = "") -> None:
        """`waiting`: the risk of rollbacks that wait for approval."""
        self._found = found
        approvals = SimpleNamespace(reasons=lambda _kind, by_risk, **_: ("they wait",) if by_risk.get(waiting) else ())
        parts: dict[str, Any] = dict.fromkeys(("planner", "writer", "publications"))
        self.previews = Previews(**parts | {"history": self, "approvals": approvals})
        self.asked = RollbackOptions()
        self.rolled_back: dict[str, Any] = {}

    def operation(self, operation_id: int, *, per_page: int) -> Any:
        return SimpleNamespace(operation=operation())

    def check(self, operation_id: int, options: RollbackOptions, *, on_progress: Any) -> RollbackCheck:
        self.asked = options
        return self._found

    def rollback(self, operation_id: int, **named: Any) -> Any:
        self.rolled_back = named
        return SimpleNamespace(id=5)

    def run(self, work: Any, done: Any, **named: Any) -> None:
        done(work())

    def choose(self, title: str, sections: Any, options: Any, then: Any, **view: Any) -> None:
        self.title, self.sections, self.options, self.then, self.view = title, sections, options, then, view

    def report(self, title: str, sections: Any, **_: Any) -> None:
        self.title, self.sections = title, sections


def asked(part: dict[str, Any] | None = None, *, waiting: str = "", **changes: Any) -> Any:
    seen: Any = _Asked(check(**({"restorable": 3, "exact": 3} | changes)), waiting)
    rollback_question.ask(seen, seen, seen, 4, lambda _: None, **(part or {}))
    return seen


def test_rollback_question_names_operation() -> None:
    seen = asked()
    assert seen.title == "Roll back operation 4?"
    assert seen.sections[0]["text"].startswith("“Holiday”, write of 10 files, ")
    assert seen.view["confirm"] == "Roll back 3 files"


def test_rollback_offers_and_counts_possible_choices() -> None:
    assert [option["key"] for option in asked().options] == ["replan"]
    more = asked(comment_only=1, superseded=2, newer=(5, 6))
    assert [option["key"] for option in more.options] == ["comment", "newer", "replan"]
    assert "Operation 5, 6" in more.options[1]["hint"]
    assert more.view["needs"] == []
    assert more.view["counted"] == {
        "base": 3,
        "one": "Roll back 1 file",
        "many": "Roll back {} files",
        "adds": {"comment": 1, "newer": 2},
    }


def test_rollback_that_waits_is_proposed() -> None:
    seen = asked(waiting="safe")
    assert seen.sections[1]["text"] == "Nothing is written before another person approves it: they wait."
    assert seen.view["confirm"] == "Propose to roll back 3 files"
    assert seen.view["counted"]["many"] == "Propose to roll back {} files"
    some = asked(waiting="danger", restorable=0, exact=0, replaceable=2, comment_only=1)
    assert [("approve" in option["hint"]) for option in some.options] == [False, True, False]
    assert not any("approve" in str(section) for section in some.sections)


def test_ticked_choices_are_requested() -> None:
    seen = asked(comment_only=1, superseded=1, newer=(5,))
    seen.then("why", frozenset({"comment", "replan"}))
    assert seen.rolled_back == {
        "query": "",
        "item_ids": None,
        "person": "",
        "changed": "comment",
        "with_newer": (),
        "replan": True,
        "note": "why",
        "source": "dashboard",
    }
    seen.then("", frozenset({"newer"}))
    assert (seen.rolled_back["changed"], seen.rolled_back["with_newer"]) == ("skip", (5,))


def test_rollback_without_exact_files_needs_choice() -> None:
    seen = asked(restorable=0, exact=0, can_rollback=False, reason="No.", comment_only=2)
    assert seen.view["needs"] == ["comment"]
    assert asked(restorable=0, exact=0, can_rollback=False, reason="No.").title == "This cannot be rolled back"


def test_partial_rollback_names_its_files() -> None:
    chosen = asked({"item_ids": [7, 9]})
    chosen.then("", frozenset())
    assert (chosen.title, chosen.asked, chosen.rolled_back["item_ids"]) == (
        "Roll back 2 selected files of operation 4?",
        RollbackOptions(item_ids=frozenset({7, 9})),
        [7, 9],
    )
    person = asked({"person": "Ann Lee"}, comment_only=2)
    assert person.title == "Remove “Ann Lee” from the files of operation 4?"
    assert [option["key"] for option in person.options] == ["replan"]
    assert person.view["confirm"] == "Remove from 3 files"
    assert person.sections[1]["text"].startswith("✓ 3 files will no longer name Ann Lee.")


def test_rollback_question_counts_skipped_files() -> None:
    seen = asked(conflicts=[item(1, code="changed_since"), item(2, code="changed_since")])
    [pairs] = [section["pairs"] for section in seen.sections if section["kind"] == "facts"]
    assert pairs == [["2", "have a conflict: another program changed them after this write"]]
