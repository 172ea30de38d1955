"""The history: texts of operations, filters, and the question before a rollback."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from dashboards.components import operation_text
from dashboards.pages.history import history_details, history_list
from dashboards.pages.history.history_charts import error_bars
from dashboards.pages.history.history_details import RollbackPreview
from dashboards.pages.history.operation import HistoryOperation
from dashboards.pages.history.screen import summary
from dashboards.questions import rollback_question, rollback_report
from dashboards.state import HistoryState, history_term
from indexium_core import errors
from indexium_core.flows.approvals.previews import Previews
from indexium_core.model.files.media import Change
from indexium_core.model.operations.operation import (
    ItemDetails,
    MetadataOperation,
    OperationCounts,
    OperationDetails,
    OperationPerson,
    OperationStatus,
    PaginatedOperations,
)
from indexium_core.model.operations.rollback import ConflictItem, RollbackCheck, RollbackOptions, conflict_reason

NOW = datetime(2026, 11, 20, 9, 12, tzinfo=UTC)
TODAY = date(2026, 11, 20)
STATES = [
    "completed",
    "completed_with_errors",
    "failed",
    "cancelled",
    "interrupted",
    "rolled_back",
    "partly_rolled_back",
    "paused",
]


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


def details(*items: ItemDetails, **changes: Any) -> OperationDetails:
    status = OperationStatus(
        id=4,
        operation_type="write",
        status="completed",
        counts={"success": len(items)},
        current_file="",
        rate=0.0,
        eta_seconds=None,
        started_at=NOW,
        completed_at=NOW,
        can_rollback=True,
        rollback_reason="",
    )
    return OperationDetails(
        operation=operation(**changes), status=status, items=list(items), total=len(items), page=1, per_page=50
    )


def offered(found: list[dict[str, Any]]) -> dict[str, str]:
    """Return for each label why it cannot be pressed."""
    return {button["label"]: button.get("why", "") for button in found}


# The list and its filters.


@pytest.mark.parametrize("state", STATES)
def test_every_state_has_summary_and_chip(state: str) -> None:
    assert history_details.verdict(operation(status=state))["text"]
    assert history_list.chip(operation(status=state))[0]
    assert history_list.row(operation(status=state))["rollback"]


def test_rollback_is_named_after_its_operation() -> None:
    back = {"operation_type": "rollback", "user_note": "", "reverts_id": 3}
    assert operation_text.name(operation(**back, reverts_note="Wedding")) == "Rollback of “Wedding”"
    assert operation_text.name(operation(**back)) == "Rollback of operation 3"
    assert operation_text.name(operation(user_note="")) == "Operation 4"


def test_cancelled_files_differ_from_skipped_ones() -> None:
    cancelled = operation(status="cancelled", file_count=12, success_count=5, skipped_count=7, cancelled_count=6)
    assert operation_text.outcome(cancelled) == "5 written · 1 skipped · 6 not started"
    assert ["Files", operation_text.outcome(cancelled)] in history_details.fact_pairs(cancelled)
    running = operation(status="in_progress", file_count=12, success_count=5)
    assert operation_text.outcome(running) == "5 written"


def test_failed_operation_can_resume_from_history() -> None:
    failed = operation(
        status="failed", file_count=12, success_count=5, failure_count=1, error_message="The disk is full."
    )
    assert (operation_text.outcome(failed), history_list.rollback_text(failed)) == (
        "5 written · 1 failed · 6 not started",
        "or resume",
    )
    assert [button["act"] for button in history_details.buttons(failed, RollbackPreview(check=check()))][:2] == [
        "resume",
        "rollback",
    ]
    whole = operation(status="failed", file_count=6, success_count=5, failure_count=1)
    assert "resume" not in [
        button["act"] for button in history_details.buttons(whole, RollbackPreview(check=check()), retryable=1)
    ]


def test_interrupted_operation_in_history_offers_resume_and_rollback() -> None:
    interrupted = operation(status="interrupted", success_count=7, file_count=12)
    assert operation_text.outcome(interrupted) == "interrupted at 7 of 12"
    assert history_list.rollback_text(interrupted) == "or resume"
    assert [button["act"] for button in history_details.buttons(interrupted, RollbackPreview(check=check()))][:2] == [
        "resume",
        "rollback",
    ]


def test_empty_history_differs_from_empty_search() -> None:
    nothing = PaginatedOperations(items=[], total=0, page=1, per_page=25)
    for state, title in (
        (HistoryState(), "Nothing has been written yet"),
        (HistoryState(error="x"), "No operation matches"),
    ):
        assert history_list.list_view(nothing, state=state, shown=None)["empty"]["title"] == title


def test_every_history_filter_is_removable_chip() -> None:
    state = HistoryState(
        query='sea person:"Ann Lee" path:2019',
        status="failed,completed",
        kind="write",
        error="in_use",
        since="2026-11-01",
        until="2026-11-01",
    )
    shown = history_list.search_view(state, error="", today=TODAY)
    assert [(chip["kind"], chip["text"]) for chip in shown["chips"]] == [
        ("kind", "write"),
        ("status", "failed"),
        ("status", "completed"),
        ("error", "in_use"),
        ("dates", ""),
        ("person", "Ann Lee"),
        ("path", "2019"),
        ("word", "sea"),
    ]
    assert shown["filtered"] == 3
    assert history_list.without(state.query, "person", "Ann Lee") == "sea path:2019"
    assert history_list.without('"old house" sea', "word", "sea") == '"old house"'
    assert history_list.without("sea", "person", "sea") == "sea"


@pytest.mark.parametrize("term", ["Ann Lee", 'The "Rock"', "OR", "a:b", "-x", "sea"])
@pytest.mark.parametrize("kind", ["word", "person", "path"])
def test_history_term_is_read_back(kind: str, term: str) -> None:
    assert history_list.without(f"{history_term(kind, term)} {history_term('word', 'other')}", "word", "other") == (
        history_term(kind, term)
    )


@pytest.mark.parametrize(
    ("preset", "days"),
    [
        ("", ("", "")),
        ("today", ("2026-11-20", "2026-11-20")),
        ("week", ("2026-11-14", "2026-11-20")),
        ("month", ("2026-10-22", "2026-11-20")),
        ("year", ("2026-01-01", "2026-11-20")),
    ],
)
def test_date_presets_are_recognised(preset: str, days: tuple[str, str]) -> None:
    assert history_list.days(preset, TODAY) == days
    state = HistoryState(since=days[0], until=days[1])
    assert history_list.search_view(state, error="", today=TODAY)["preset"] == preset


def test_states_and_types_have_counts() -> None:
    counts = OperationCounts(by_status={"completed": 5}, by_type={"write": 4, "rollback": 1})
    shown = history_list.search_view(HistoryState(status="failed"), error="", counts=counts)
    assert [(each["value"], each["count"], each["on"]) for each in shown["statuses"]] == [
        ("completed", 5, False),
        ("failed", 0, True),
    ]
    assert [each["count"] for each in shown["types"]] == [5, 4, 0, 1]


def test_history_address_keeps_view() -> None:
    state = HistoryState()
    text = "q=sea&status=failed&type=write&error=in_use&since=2026-11-01&until=2026-11-02&op=4&files=problems&find=x"
    state.take(f"{text}&chart=coverage&top=errors")
    assert state.search() == f"{text}&chart=coverage&top=errors"
    state.take("type=party&chart=cake")
    assert state.search() == ""


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


def test_history_summary_counts_successes() -> None:
    assert summary({"operations": 0, "written": 0, "refused": 0, "rolled_back": 0}) == ""
    assert summary({"operations": 38, "written": 1604, "refused": 31, "rolled_back": 2}) == (
        "38 operations · 1,604 files written · 98.1 % at the first attempt · 2 rolled back"
    )


def test_error_codes_have_labels() -> None:
    table = SimpleNamespace(itertuples=lambda index: [SimpleNamespace(error="changed_since", files=2, operations=1)])
    [bar] = error_bars(table)  # type: ignore[arg-type]
    assert (bar["key"], bar["name"], bar["hint"]) == (
        "changed_since",
        "changed by another program",
        "2 files in 1 operation",
    )


# One operation.


def test_rollback_check_counts_skipped_files_by_reason() -> None:
    seen = check(exact=212, conflicts=[item(1, code="changed_since"), item(2, code="offline"), item(3, code="offline")])
    assert rollback_report.outlook(seen) == [
        ["212", "are restored byte for byte"],
        ["2", "have a conflict: their folders are offline"],
        ["1", "has a conflict: another program changed it after this write"],
    ]
    assert conflict_reason("whatever_else", 1) == "has a conflict: whatever else"


def test_rollback_check_shows_choices_and_warnings() -> None:
    seen = check(comment_only=1, superseded=2, newer=(7,), quick_checked=5000)
    assert rollback_report.hints(seen) == [
        "For 1 file, you can choose to restore only the comment.",
        "For 2 files, you can choose to roll back the newer operation 7 first.",
        "5,000 files checked by size and date. The rollback compares each of them byte for byte.",
    ]


def test_rollback_is_offered_after_its_check() -> None:
    people = [OperationPerson(name="Ann Lee", files=3, able=3), OperationPerson(name="Bob Ray", files=1, able=0)]
    waiting = "The files are being checked."
    assert offered(history_details.buttons(operation(), RollbackPreview())) == {
        "Roll back…": waiting,
        "One person…": waiting,
        "Files…": waiting,
    }
    assert offered(history_details.buttons(operation(), RollbackPreview(check=check(), people=people))) == {
        "Roll back…": "",
        "One person…": "",
        "Files…": "",
    }
    nothing = check(exact=0, restorable=0, can_rollback=False, reason="Nothing of it can be rolled back: gone.")
    found = offered(history_details.buttons(operation(), RollbackPreview(check=nothing, people=people[1:])))
    assert found["Roll back…"] == "Nothing of it can be rolled back: gone."
    assert found["Only “Bob Ray”…"].startswith("No file of the operation contains Bob Ray any more")


def test_history_offers_retry() -> None:
    cancelled = details(item(1), status="cancelled")
    left = replace(cancelled, status=replace(cancelled.status, status="cancelled", cancelled_count=28))
    acts = [button["act"] for button in history_details.view(left, RollbackPreview())["buttons"]]
    assert acts[0] == "retry"
    assert history_details.view(left, RollbackPreview())["buttons"][0]["label"] == "Retry 28 files…"
    assert "retry" not in [button["act"] for button in history_details.view(cancelled, RollbackPreview())["buttons"]]


def test_legacy_operation_shows_its_origin_and_no_promise() -> None:
    reason = "there are no backups"
    legacy = operation(origin="old.db", source="legacy", can_rollback=False, rollback_reason=reason, plan_id=None)
    failed = replace(legacy, failure_count=1, status="completed_with_errors")
    status = replace(details().status, status="completed_with_errors", counts={"success": 9, "failed": 1})
    assert history_details.verdict(legacy)["text"] == "✓ 10 files written."
    assert history_details.when(legacy).endswith("by ann, by the old Indexium · from old.db")
    assert ["Origin", "the legacy database old.db; this entry can only be read"] in history_details.fact_pairs(legacy)
    assert {button["why"] for button in history_details.buttons(legacy, RollbackPreview())} == {reason}
    assert operation_text.retryable(failed, status) == 0
    shown = history_list.row(legacy)
    assert (shown["rollback"], shown["able"], shown["why"]) == ("from old.db", False, reason)
    assert history_details.check_view(legacy, RollbackPreview()) is None  # the buttons give the reason


def test_attempts_of_file_are_listed() -> None:
    tries = [
        {"code": "in_use", "message": "VLC has the file open."},
        {"code": "io_error", "message": "The disk did not answer."},
    ]
    told = history_details.detail(item(1, proof={"size": "5 bytes", "tries": tries}))
    assert told["tries"] == ["in use: VLC has the file open.", "disk error: The disk did not answer."]
    assert history_details.detail(item(1))["tries"] == []


def test_searched_person_is_offered_for_rollback() -> None:
    people = [OperationPerson(name="Ann Lee", files=3, able=3), OperationPerson(name="Zoë Öz", files=1, able=1)]
    look = RollbackPreview(check=check(), people=people, named="zoë öz")
    assert "Only “Zoë Öz”…" in offered(history_details.buttons(operation(), look))
    listed = history_details.people_view(RollbackPreview(people=people, is_choosing_person=True))
    assert listed is not None
    assert [(each["name"], each["files"], each["why"]) for each in listed] == [
        ("Ann Lee", "3 files", ""),
        ("Zoë Öz", "1 file", ""),
    ]


def test_blocked_rollback_shows_its_reason() -> None:
    gone = operation(
        can_rollback=False, rollback_reason="Operation 4 has already been rolled back.", status="rolled_back"
    )
    assert (
        offered(history_details.buttons(gone, RollbackPreview()))["Roll back…"]
        == "Operation 4 has already been rolled back."
    )
    assert history_details.check_view(gone, RollbackPreview()) == {"text": "Operation 4 has already been rolled back."}
    assert (history_list.row(gone)["able"], history_list.row(gone)["rollback"]) == (False, "nothing to roll back")


def test_operation_without_backups_offers_comments() -> None:
    gone = operation(can_rollback=False, rollback_reason="Gone.", comment_only=3)
    seen = check(restorable=0, can_rollback=False, reason="Gone.", exact=0, comment_only=3)
    assert history_list.rollback_text(gone) == "comments only"
    assert offered(history_details.buttons(gone, RollbackPreview(check=seen, people=())))["Roll back…"] == ""


def test_only_files_without_conflict_can_be_selected() -> None:
    stuck = item(2, ConflictItem, code="offline", message="Offline.")
    changed = item(3, ConflictItem, code="changed_since", choices=("comment",))
    look = RollbackPreview(check=check(conflicts=[stuck, changed]), is_choosing=True, chosen={1, 3})
    files = [item(1), item(2), item(3), item(4, rolled_back_by=9), item(5, status="failed", message="No.")]
    shown = history_details.view(details(*files), look)["files"]
    assert [(row["may"], row["on"]) for row in shown["rows"]] == [
        (True, True),
        (False, False),
        (True, True),
        (False, False),
        (False, False),
    ]
    assert [row["why"] for row in shown["rows"]][1] == "Offline."
    assert shown["rows"][3]["message"] == "rolled back by operation 9"
    assert (shown["choosing"], shown["choice"]) == (True, "Roll back 2 files…")


def test_file_details_have_comments_proof_and_backup() -> None:
    proof = {
        "size": "81159 bytes (+27)",
        "payload": "x1:61",
        "comment": "reads back as planned",
        "streams": "24 as before",
        "tags": "0 as before",
    }
    shown = history_details.detail(item(proof=proof))
    assert "".join(part["text"] for part in shown["before"]) == "People: Bob Ray"
    assert [part["text"] for part in shown["after"] if part.get("mark")] == ["Ann Lee,"]
    assert shown["proof"] == [
        "media: no byte changed",
        "comment: as planned, read by a second parser",
        "unchanged: streams, other tags",
        "the file is complete: 81,159 bytes (+27)",
    ]
    assert ["Kept for rollback", "181 bytes"] in shown["facts"]
    assert history_details.proof_lines({"bytes": "the same as before the write"}) == [
        "bytes: the same as before the write"
    ]


def test_verification_of_sidecar_is_shown() -> None:
    proof = {"sidecar": "the planned values, read by two parsers; its other parts are unchanged"}
    fields = (Change(field="rating", old=None, new="4"),)
    assert history_details.detail(item(proof=proof, fields=fields, new_comment="People: Bob Ray"))["proof"] == [
        "rating: as planned in the sidecar, read by two parsers",
        "unchanged: the photo, other parts of the sidecar",
    ]


def test_missing_comment_differs_from_empty_one() -> None:
    assert history_details.detail(item(previous_comment=None))["before"] is None
    assert history_details.detail(item(previous_comment=""))["before"] == []


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


def test_buttons_act_on_displayed_operation_until_next_one_is_read() -> None:
    questions: list[str] = []
    renamed: list[int] = []

    class Slow:  # a bridge that has not read the details yet
        def run(self, work: Any, done: Any, *, name: str, **_: Any) -> None:
            if name != "details":
                done(work())

    library: Any = SimpleNamespace(
        operation=lambda operation_id, **_: SimpleNamespace(operation=operation(id=operation_id)),
        operations=SimpleNamespace(rename=lambda operation_id, title: renamed.append(operation_id)),
    )
    dialog: Any = SimpleNamespace(
        ask=lambda title, _, then, **view: (questions.append(f"{title}: {view['written']}"), then("Picnic"))
    )
    session: Any = SimpleNamespace(update_address=lambda *, push=False: None)
    bridge: Any = Slow()
    one = HistoryOperation(
        library, bridge, dialog, session, state=HistoryState(), on_move=lambda: None, on_change=lambda: None
    )
    one.open(5)
    one.drawer._handle_msg({"type": "rename", "operation": 4})
    assert (questions, renamed) == (["Rename operation 4: Holiday"], [4])
    one.drawer._handle_msg({"type": "find", "operation": 4, "query": "picnic"})
    assert one.state.item_query == ""
    one.drawer._handle_msg({"type": "find", "operation": 5, "query": "picnic"})
    assert one.state.item_query == "picnic"


def test_invalid_history_search_has_no_chips() -> None:
    assert history_list.chips(HistoryState(query="risk:safe")) == []
    with pytest.raises(errors.QueryError):
        history_list.without("risk:safe", "word", "x")


def test_unprocessed_files_have_one_name() -> None:
    refused = operation(status="completed_with_errors", file_count=34, success_count=30, conflict_count=4)
    assert (history_list.chip(refused)[0], operation_text.outcome(refused)) == (
        "4 conflicts",
        "30 written · 4 conflict",
    )
    failed = operation(status="completed_with_errors", file_count=9, success_count=6, conflict_count=1, failure_count=2)
    assert history_list.chip(failed)[0] == "3 problems"


@pytest.mark.parametrize(
    ("after", "line"),
    [
        ("People: Bob Ray", "title: as planned, read by a second parser"),
        ("Ann Lee", "comment and title: as planned, read by a second parser"),
    ],
)
def test_verification_names_the_changed_fields(after: str, line: str) -> None:
    fields = (Change(field="title", old=None, new="At sea"),)
    proof = {"comment": "reads back as planned"}
    shown = history_details.detail(item(proof=proof, fields=fields, new_comment=after))
    assert shown["proof"] == [line]
