"""The table of issues: complete, and every message is a sentence for all known facts."""

from __future__ import annotations

import re

import pytest

from indexium_core.model.planning import risk
from tests.support.cases import each_case

EXPECTED_CODES = {
    "blocked": "missing_file offline unreadable read_only unsupported_container corrupt invalid_person_name "
    "no_strategy_yet file_growing",
    "danger": "custom_comment tag_removal_all case_collision text_encoding value_lost",
    "warning": "tag_removal overwrite_comment hard_linked full_rewrite changed_on_disk duplicate_content low_space "
    "edit_outdated damaged_tail value_replaced field_unsupported",
    "note": "shown_as_plot other_readers_differ rolled_back in_use stale_plan busy_in_operation",
}


@pytest.mark.parametrize("severity", EXPECTED_CODES)
def test_risk_table_has_every_code(severity: str) -> None:
    assert set(risk.codes(severity)) == set(EXPECTED_CODES[severity].split())


def test_unknown_code_is_warning() -> None:
    assert risk.issue("never heard of").severity == "warning"


def test_message_has_facts() -> None:
    found = risk.issue("custom_comment", custom_text="At sea;\n Canon 5D")
    assert found.message == "Would lose custom text “At sea; Canon 5D”."
    assert (found.code, found.severity) == ("custom_comment", "danger")


@each_case("code", risk.ISSUES)
@each_case("known", [False, True])
def test_message_is_sentence_without_facts_too(code: str, known: bool) -> None:
    names = re.findall(r"\{(\w+)\}", risk.ISSUES[code].message)
    facts = {name: "Fact." if name == "reason" else "Fact" for name in names}
    message = risk.issue(code, **(facts if known else {})).message
    assert not re.search(r"[\[\]{}]|  | [.:,]", message)
    assert message.endswith(".")
    assert message.count("Fact") == (len(names) if known else 0)


@pytest.mark.parametrize("code", ["offline", "unreadable", "corrupt", "no_strategy_yet"])
def test_reason_is_one_sentence(code: str) -> None:
    plain = risk.issue(code).message
    for reason in ("Its index ends too early.", plain.replace(".", ": its index ends too early.")):
        message = risk.issue(code, reason=reason).message
        assert message.endswith(reason)
        assert code == "no_strategy_yet" or message == reason


def test_fact_is_shown_unchanged() -> None:
    assert "“{x} [y]”" in risk.issue("custom_comment", custom_text="{x} [y]").message


def test_empty_fact_is_omitted() -> None:
    assert risk.issue("corrupt", reason=None).message == risk.issue("corrupt", reason="").message


def test_long_fact_is_shortened() -> None:
    assert len(risk.issue("custom_comment", custom_text="x" * 70_000).message) < 300


def test_long_name_list_has_count() -> None:
    assert "Ann, Bob." in risk.issue("tag_removal", tags_to_remove=["Ann", "Bob"]).message
    assert "and 5 more" in risk.issue("tag_removal", tags_to_remove=[f"n{number}" for number in range(10)]).message


def test_every_issue_has_label_and_remedy() -> None:
    for code in risk.ISSUES:
        assert 0 < len(risk.label(code)) <= 18
        assert risk.remedy(code).endswith(".")


def test_outcome_message_depends_on_code() -> None:
    assert risk.outcome("success") == "written"
    assert risk.outcome("failed", "read_only") == "read-only"
    assert risk.outcome("failed", "verification_failed") == "check failed, restored"
    assert risk.outcome("failed", "something_new") == "something new"
