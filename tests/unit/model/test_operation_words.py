"""The words of operations whose items are files, and of those whose items are titles."""

from __future__ import annotations

from indexium_core.model.operations import summaries
from indexium_core.model.operations.outcomes import items_in_words


def test_items_of_a_publication_are_titles() -> None:
    assert items_in_words(1, "publish") == "1 title"
    assert items_in_words(1200, "write") == items_in_words(1200, "rollback") == "1,200 files"


def test_outcomes_count_titles_of_publications_and_of_their_rollbacks() -> None:
    assert summaries.outcome_summary({"written": 2, "failed": 1}, "publish") == "2 of 3 titles published, 1 failed"
    assert summaries.outcome_summary({"written": 3}) == "3 files written"
    assert summaries.outcome_summary({"restored": 1}, "rollback", noun="title") == "1 title restored"
    assert summaries.dry_run_result(2, 3, noun="title") == "2 of 3 titles would be written. Nothing was changed."
