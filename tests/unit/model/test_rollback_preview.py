"""The question before a rollback: what it promises, what it counts, and what can be chosen."""

from __future__ import annotations

from typing import Any

from indexium_core.model.operations.rollback import CheckedRollback, ConflictItem, RollbackCheck, RollbackOptions
from indexium_core.model.operations.rollback_preview import RollbackPreview
from tests.support.operation_values import item, operation


def preview(
    options: RollbackOptions | None = None,
    *,
    reasons: tuple[str, ...] = (),
    waiting: frozenset[str] = frozenset(),
    record: dict[str, Any] | None = None,
    **facts: Any,
) -> RollbackPreview:
    known: dict[str, Any] = {"operation_id": 7, "restorable": 3, "exact": 3, "conflicts": []}
    known |= {"can_rollback": True, "reason": ""}
    checked = CheckedRollback(check=RollbackCheck(**known | facts), reasons=reasons, waiting_choices=waiting)
    return RollbackPreview(
        operation=operation(user_note="Holiday", **record or {}), options=options or RollbackOptions(), checked=checked
    )


def choices(found: RollbackPreview) -> list[str]:
    return [each.value for each in found.choices]


def test_question_names_operation_and_promises_bytes() -> None:
    found = preview()
    assert found.title == "Roll back operation 7?"
    assert found.named.startswith("“Holiday”, write of 214 files, ")
    assert found.promise == "✓ 3 files are restored byte for byte, with their original dates."
    assert (found.restorable, found.refusal, found.hint, found.waits) == (3, "", "", "")
    assert preview(restorable=1).promise == "✓ 1 file is restored byte for byte, with its original date."


def test_possible_choices_are_offered_and_counted() -> None:
    assert (choices(preview()), preview().adds) == (["replan"], {})
    more = preview(comment_only=1, superseded=2, newer=(5, 1006))
    assert choices(more) == ["comment", "newer", "replan"]
    assert more.choices[1].hint == "Operation 5, 1,006. Then these files are restored byte for byte, too."
    assert (more.adds, more.newer) == ({"comment": 1, "newer": 2}, [5, 1006])
    both = preview(replaceable=3, superseded=2, newer=(5,), both=1)
    assert both.adds == {"replace": 2, "newer": 1, "newer replace": 1}


def test_rollback_that_waits_says_so() -> None:
    found = preview(reasons=("they wait",))
    assert found.is_proposal
    assert found.waits == "Nothing is written before another person approves it: they wait."
    some = preview(waiting=frozenset({"replace"}), restorable=0, exact=0, replaceable=2, comment_only=1)
    assert [each.hint.endswith("Then another person has to approve it.") for each in some.choices] == [
        False,
        True,
        False,
    ]
    assert not some.is_proposal


def test_rollback_without_exact_files_needs_a_choice() -> None:
    found = preview(restorable=0, exact=0, can_rollback=False, reason="No.", comment_only=2)
    assert (found.is_possible, found.promise) == (True, "")
    assert found.refusal == "No file can be restored byte for byte without a choice."


def test_impossible_rollback_gives_the_reason() -> None:
    conflicts = [item(1, ConflictItem, code="offline", message="Its folder is offline.")]
    found = preview(restorable=0, exact=0, can_rollback=False, reason="No.", conflicts=conflicts)
    assert (found.title, found.refusal, found.is_possible) == ("This cannot be rolled back", "No.", False)
    assert (found.waits, found.counts, found.hints, found.choices) == ("", [], [], [])
    assert found.conflicts == conflicts


def test_part_is_named_and_started_as_it_was_shown() -> None:
    chosen = preview(RollbackOptions(item_ids=frozenset({9, 7})))
    assert (chosen.title, chosen.item_ids) == ("Roll back 2 selected files of operation 7?", [7, 9])
    found = preview(RollbackOptions(query="rain"), item_ids=frozenset({3, 1}))
    assert (found.title, found.item_ids) == ("Roll back the found files of operation 7?", [1, 3])
    assert preview(item_ids=frozenset({3, 1})).item_ids is None


def test_one_person_is_removed_by_an_ordinary_write() -> None:
    found = preview(RollbackOptions(person="Ann Lee"), comment_only=2)
    assert (found.title, found.person) == ("Remove “Ann Lee” from the files of operation 7?", "Ann Lee")
    assert found.promise == "✓ 3 files will no longer name Ann Lee. The rest of the comments stays."
    assert found.hint.startswith("This is an ordinary write")
    assert (choices(found), found.adds) == (["replan"], {})


def test_titles_have_their_own_words() -> None:
    found = preview(record={"operation_type": "publish"}, noun="title", replaceable=1)
    assert found.promise == "✓ The files of 3 titles are restored byte for byte."
    assert "Players may show published values" in found.hint
    assert choices(found) == ["replace"]


def test_skipped_files_are_counted_by_reason() -> None:
    conflicts = [item(number, ConflictItem, code="changed_since") for number in (1, 2)]
    found = preview(conflicts=conflicts, quick_checked=4, links_restored=1)
    assert found.counts == [["2", "have a conflict: another program changed them after this write"]]
    assert (found.conflict_count, found.conflicts) == (2, conflicts)
    assert found.hints == [
        "1 file and its other name (hard link) would be one file again.",
        "4 files checked by size and date. The rollback compares each of them byte for byte.",
    ]
