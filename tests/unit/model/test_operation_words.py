"""The words of operations whose items are files, and of those whose items are titles."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from indexium_core.model.files.media import Change
from indexium_core.model.operations import item_words, summaries
from indexium_core.model.operations.followed_operation import FollowedItem, FollowedOperation
from indexium_core.model.operations.operation import (
    STATES,
    HistoryTotals,
    ItemDetails,
    ItemSideFile,
    MetadataOperation,
    OperationDetails,
    OperationStatus,
)
from indexium_core.model.operations.outcomes import items_in_words
from indexium_core.model.operations.rollback import ConflictItem, RollbackCheck, conflict_reason
from indexium_core.model.query import history_term, terms_of_history
from tests.support.operation_values import item

NOW = datetime(2026, 11, 20, 9, 12, tzinfo=UTC)


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


def check(**changes: Any) -> RollbackCheck:
    facts: dict[str, Any] = {"operation_id": 4, "restorable": 10, "conflicts": [], "can_rollback": True}
    return RollbackCheck(**(facts | {"reason": "", "exact": 10} | changes))


def details(*items: ItemDetails, status: dict[str, Any] | None = None, **changes: Any) -> OperationDetails:
    facts: dict[str, Any] = {
        "id": 4,
        "operation_type": "write",
        "status": "completed",
        "counts": {"success": len(items)},
        "rate": 0.0,
        "started_at": NOW,
        "completed_at": NOW,
        "can_rollback": True,
        "rollback_reason": "",
    }
    progress = OperationStatus(**(facts | (status or {})))
    return OperationDetails(
        operation=operation(**changes), status=progress, items=list(items), total=len(items), page=1, per_page=50
    )


def test_items_of_a_publication_are_titles() -> None:
    assert items_in_words(1, "publish") == "1 title"
    assert items_in_words(1200, "write") == items_in_words(1200, "rollback") == "1,200 files"


def test_outcomes_count_titles_of_publications_and_of_their_rollbacks() -> None:
    assert summaries.outcome_summary({"written": 2, "failed": 1}, "publish") == "2 of 3 titles published, 1 failed"
    assert summaries.outcome_summary({"written": 3}) == "3 files written"
    assert summaries.outcome_summary({"restored": 1}, "rollback", noun="title") == "1 title restored"
    assert summaries.dry_run_result(2, 3, noun="title") == "2 of 3 titles would be written. Nothing was changed."


@pytest.mark.parametrize("state", STATES)
def test_every_state_has_a_result_and_a_word_about_its_rollback(state: str) -> None:
    shown = operation(status=state)
    assert shown.result_text.endswith(".")
    assert shown.rollback_text


def test_rollback_is_named_after_its_operation() -> None:
    back = {"operation_type": "rollback", "user_note": "", "reverts_id": 3}
    assert operation(**back, reverts_note="Wedding").name == "Rollback of “Wedding”"
    assert operation(**back, reverts_note="Wedding").reverts_text == "operation 3, “Wedding”"
    assert operation(**back).name == "Rollback of operation 3"
    assert operation(user_note="").name == "Operation 4"


def test_cancelled_files_differ_from_skipped_ones() -> None:
    cancelled = operation(status="cancelled", file_count=12, success_count=5, skipped_count=7, cancelled_count=6)
    assert cancelled.outcome_text == "5 written · 1 skipped · 6 not started"
    assert operation(status="in_progress", file_count=12, success_count=5).outcome_text == "5 written"


def test_stopped_operation_can_resume() -> None:
    failed = operation(status="failed", file_count=12, success_count=5, failure_count=1, error_message="It is full.")
    assert (failed.outcome_text, failed.rollback_text) == ("5 written · 1 failed · 6 not started", "or resume")
    assert failed.result_text == "It is full. Every file is intact."
    interrupted = operation(status="interrupted", success_count=7, file_count=12)
    assert (interrupted.outcome_text, interrupted.rollback_text) == ("interrupted at 7 of 12", "or resume")


def test_unprocessed_files_have_one_name() -> None:
    refused = operation(status="completed_with_errors", file_count=34, success_count=30, conflict_count=4)
    assert (refused.problems_text, refused.outcome_text) == ("4 conflicts", "30 written · 4 conflict")
    failed = replace(refused, failure_count=2)
    assert failed.problems_text == "6 problems"
    assert operation().problems_text == ""


def test_legacy_operation_shows_its_origin_and_no_promise() -> None:
    reason = "there are no backups"
    legacy = operation(origin="old.db", source="legacy", can_rollback=False, rollback_reason=reason, plan_id=None)
    assert legacy.result_text == "10 files written."
    assert legacy.about.endswith("by ann, by the old Indexium · from old.db")
    assert (legacy.rollback_text, legacy.is_reversible, legacy.rollback_blocker) == ("from old.db", False, reason)
    status = {"status": "completed_with_errors", "counts": {"success": 9, "failed": 1}}
    assert details(status=status, origin="old.db").retryable == 0
    assert details(status=status).retryable == 1


def test_cancelled_files_can_be_retried() -> None:
    found = details(item(1), status={"status": "cancelled", "cancelled_count": 28})
    assert found.retryable == 28
    assert details(item(1), status={"status": "cancelled"}).retryable == 0


def test_operation_without_backups_restores_comments() -> None:
    gone = operation(can_rollback=False, rollback_reason="Gone.", comment_only=3)
    assert (gone.rollback_text, gone.is_reversible) == ("comments only", True)
    back = replace(gone, comment_only=0, status="rolled_back")
    assert (back.rollback_text, back.rollback_blocker) == ("nothing to roll back", "Gone.")


def test_totals_name_the_share_of_successes() -> None:
    assert HistoryTotals(operations=38, written=1604, refused=31, rolled_back=2).success_text == "98.1 %"
    assert HistoryTotals(operations=1, written=3, refused=0, rolled_back=0).success_text == "100 %"
    assert HistoryTotals(operations=0, written=0, refused=0, rolled_back=0).success_text == ""


def test_check_counts_skipped_files_by_reason() -> None:
    seen = check(exact=212, conflicts=[item(1, code="changed_since"), item(2, code="offline"), item(3, code="offline")])
    assert seen.outlook == [
        ["212", "are restored byte for byte"],
        ["2", "have a conflict: their folders are offline"],
        ["1", "has a conflict: another program changed it after this write"],
    ]
    assert conflict_reason("whatever_else", 1) == "has a conflict: whatever else"


def test_check_names_choices_and_warnings() -> None:
    assert check(comment_only=1, superseded=2, newer=(7,), quick_checked=5000).hints == [
        "For 1 file, you can choose to restore only the comment.",
        "For 2 files, you can choose to roll back the newer operation 7 first.",
        "5,000 files checked by size and date. The rollback compares each of them byte for byte.",
    ]


def test_only_files_without_a_choice_are_excluded() -> None:
    stuck = item(2, ConflictItem, code="offline", message="Offline.")
    changed = item(3, ConflictItem, code="changed_since", choices=("comment",))
    assert check(conflicts=[stuck, changed]).excluded == {"2": "Offline."}
    assert [item(1).is_in_force, item(4, rolled_back_by=9).is_in_force] == [True, False]
    assert item(4, rolled_back_by=9).reason == "rolled back by operation 9"


def test_file_has_comments_proof_and_backup() -> None:
    proof = {
        "size": "81159 bytes (+27)",
        "payload": "x1:61",
        "comment": "reads back as planned",
        "streams": "24 as before",
        "tags": "0 as before",
    }
    shown = item(proof=proof)
    assert "".join(part["text"] for part in shown.comments["before"]) == "People: Bob Ray"
    assert [part["text"] for part in shown.comments["after"] if part.get("mark")] == ["Ann Lee,"]
    assert shown.proof_lines == [
        "media: no byte changed",
        "comment: as planned, read by a second parser",
        "unchanged: streams, other tags",
        "the file is complete: 81,159 bytes (+27)",
    ]
    assert ["Kept for rollback", "181 bytes"] in shown.facts
    assert item(proof={"bytes": "the same as before"}).proof_lines == ["bytes: the same as before"]
    assert (item(previous_comment=None).comments["before"], item(previous_comment="").comments["before"]) == (None, [])


@pytest.mark.parametrize(
    ("after", "line"),
    [
        ("People: Bob Ray", "title: as planned, read by a second parser"),
        ("Ann Lee", "comment and title: as planned, read by a second parser"),
    ],
)
def test_verification_names_the_changed_fields(after: str, line: str) -> None:
    fields = (Change(field="title", old=None, new="At sea"),)
    assert item(proof={"comment": "as planned"}, fields=fields, new_comment=after).proof_lines == [line]


def test_attempts_of_a_file_are_listed() -> None:
    tries = [{"code": "in_use", "message": "VLC has the file open."}]
    assert item(1, proof={"tries": tries}).tries == ["in use: VLC has the file open."]
    assert item(1).tries == []


def test_item_in_use_is_not_failure() -> None:
    assert item_words.item_status("failed", "in_use") == ("in use, will retry", "blocked")
    assert item_words.item_status("success") == ("written", "safe")
    assert item_words.item_status("something new") == ("something new", "note")
    assert item_words.item_status("pending") == ("waiting", "blocked")
    assert item_words.item_status("pending", ended=True) == ("not started", "blocked")
    assert item_words.item_status("pending", "undone", ended=True) == ("undone", "blocked")


def test_terms_of_a_search_are_removed_one_by_one() -> None:
    found = terms_of_history('sea person:"Ann Lee" path:2019', "in_use")
    assert [(each.kind, each.text) for each in found] == [
        ("error", "in_use"),
        ("person", "Ann Lee"),
        ("path", "2019"),
        ("word", "sea"),
    ]
    assert found[1].rest == "sea path:2019"
    assert terms_of_history("risk:safe") == []


@pytest.mark.parametrize("term", ["Ann Lee", 'The "Rock"', "OR", "a:b", "-x", "sea"])
@pytest.mark.parametrize("kind", ["word", "person", "path"])
def test_history_term_is_read_back(kind: str, term: str) -> None:
    other = terms_of_history(f"{history_term(kind, term)} {history_term('word', 'other')}")
    assert [each.rest for each in other if each.text == "other"] == [history_term(kind, term)]


def followed(
    state: str, counts: dict[str, int], *, status: dict[str, Any] | None = None, **changes: Any
) -> FollowedOperation:
    found = details(status={"status": state, "counts": counts, **(status or {})}, **changes)
    return FollowedOperation(operation=found.operation, status=found.status)


def test_bar_has_a_part_for_each_outcome() -> None:
    running = {"success": 6, "failed": 1, "conflict": 1, "skipped": 1, "pending": 1}
    assert [(part.kind, part.label, part.share) for part in followed("in_progress", running).parts] == [
        ("ok", "6 written", 60.0),
        ("bad", "1 failed", 10.0),
        ("bad", "1 conflict", 10.0),
        ("off", "1 skipped", 10.0),
    ]
    counts = {"success": 6, "pending": 4}
    assert followed("in_progress", counts).rest == "4 waiting"
    rewriting = followed("in_progress", counts, status={"fractions": {7: 0.5, 8: 0.25}})
    assert (rewriting.parts[-1].label, rewriting.parts[-1].share, rewriting.rest) == ("2 running", 7.5, "2 waiting")


@pytest.mark.parametrize("state", ["cancelled", "rolled_back", "partly_rolled_back"])
def test_files_that_were_cancelled_are_told_and_offered(state: str) -> None:
    shown = followed(state, {"success": 6, "skipped": 3}, status={"cancelled_count": 2}, user_note="")
    assert (shown.done, shown.total_text, shown.rest) == (7, "9 files", "2 not started")
    assert [part.label for part in shown.parts] == ["6 written", "1 skipped"]
    assert "6 of 9 files written, 1 skipped, 2 not started." in shown.report
    assert (shown.retryable, shown.can_rollback, shown.can_resume, shown.has_problems) == (2, True, False, False)


def test_failed_operation_with_files_left_can_resume() -> None:
    shown = followed("failed", {"success": 6, "failed": 1, "pending": 2})
    assert (shown.can_resume, shown.left, shown.retryable, shown.has_problems) == (True, 2, 0, True)
    assert shown.words["pending"] == "not started"
    assert followed("failed", {"success": 6, "failed": 1}).retryable == 1
    assert followed("completed_with_errors", {"success": 211, "failed": 1, "conflict": 2}).retryable == 3
    assert followed("completed", {"success": 2}).retryable == 0


def test_running_operation_says_what_it_does_and_how_fast() -> None:
    fast = {"rate": 118.0, "eta_seconds": 2.0, "current_file": "a.mp4"}
    shown = followed("in_progress", {"pending": 1}, status=fast, user_note="")
    assert (shown.title, shown.pace, shown.current) == ("Writing 1 file", "118 files/s · about 2 s left", "a.mp4")
    assert shown.report == []
    assert shown.started.endswith(" · continues if you close this page")
    assert shown.cancel_effect.endswith("; 1 file will not be changed.")
    slow = followed("in_progress", {"pending": 136}, status={"rate": 0.6, "eta_seconds": 1.5})
    assert slow.pace == "about 1.5 s left", "136 files at this speed need 4 minutes"
    paused = followed("paused", {"pending": 1}, status={"idle": True})
    assert (paused.pace, paused.can_resume, paused.current) == ("paused", True, "")
    assert followed("paused", {"writing": 1}).pace == "pausing after this file"


def test_ended_operation_says_what_it_did() -> None:
    shown = followed("completed", {"success": 3}, user_note="")
    assert (shown.title, shown.pace) == ("Wrote 3 files", "in 900 ms")
    assert followed("completed", {"success": 3}).title == "Write “Holiday”"
    assert shown.report == ["3 files written."]
    back = followed("completed", {"success": 1}, status={"operation_type": "rollback"}, operation_type="rollback")
    assert back.report == ["1 file restored.", "Each restored file was verified."]
    assert back.words["success"] == "restored"


def test_file_of_a_running_operation_shows_its_fraction() -> None:
    shown = FollowedItem(item=item(status="writing", seconds=12.0), share=0.614)
    assert (shown.state, shown.level, shown.text, shown.changes) == (
        "rewriting 61 %",
        "warning",
        "for 12 s",
        "+ Ann Lee",
    )
    assert FollowedItem(item=item(status="writing")).state == "writing"
    written = FollowedItem(item=item(), is_ended=True, operation_type="rollback")
    assert (written.state, written.level, written.glyph) == ("restored", "safe", "✓")
    assert FollowedItem(item=item(message="It is open.", status="conflict")).text == "It is open."


def test_title_of_a_publication_shows_its_side_files() -> None:
    files = (
        ItemSideFile(path="/films/Sky/movie.nfo", kind="nfo", action="update"),
        ItemSideFile(path="/films/Sky/poster.png", kind="poster", action="remove"),
    )
    shown = FollowedItem(item=item(tags_added=[], title="Sky", side_files=files), operation_type="publish")
    assert (shown.name, shown.changes, shown.text) == ("Sky", "~ movie.nfo − poster.png", "3 ms")
