"""The table of issues: complete, and every message is a sentence for all known facts."""

from __future__ import annotations

import re

import pytest

from indexium_core.model.planning import risk
from tests.support.cases import each_case

PLANNED = [rule for rule in risk.RULES if any(rule.conditions)]


def test_most_severe_rules_come_first() -> None:
    severities = [risk.SEVERITIES.index(rule.severity) for rule in risk.RULES]

    assert severities == sorted(severities, reverse=True)


def test_variant_is_another_severity_of_a_code() -> None:
    keys = [(rule.code, rule.severity) for rule in risk.RULES]
    usual = [rule.code for rule in risk.RULES if not rule.is_variant]

    assert len(keys) == len(set(keys))
    assert len(usual) == len(set(usual))
    assert {rule.code for rule in risk.RULES} == set(usual)


def test_parameter_has_one_value() -> None:
    named = [(name, value) for rule in PLANNED for name, value in rule.parameters.items()]

    assert len(named) == len(dict(named))
    for rule in PLANNED:
        assert all(f"${name}" in " ".join(rule.conditions) for name in rule.parameters)


def test_codes_of_severity_are_the_usual_ones() -> None:
    assert "hard_linked" in risk.codes("warning")
    assert "hard_linked" not in risk.codes("blocked")
    assert sorted(code for severity in risk.SEVERITIES for code in risk.codes(severity)) == sorted(risk.ISSUES)


def test_unknown_code_is_warning() -> None:
    assert risk.issue("never heard of").severity == "warning"


def test_message_has_facts() -> None:
    found = risk.issue("custom_comment", custom_text="At sea;\n Canon 5D")
    assert found.message == "Would lose custom text “At sea; Canon 5D”."
    assert (found.code, found.severity) == ("custom_comment", "danger")


@each_case("rule", risk.RULES)
@each_case("known", [False, True])
def test_message_is_sentence_without_facts_too(rule: risk.RiskRule, known: bool) -> None:
    names = re.findall(r"\{(\w+)\}", rule.message)
    facts = {name: "Fact." if name in ("reason", "unsupported_fields") else "Fact" for name in names}
    found = risk.issue(rule.code, severity=rule.severity, **(facts if known else {}))
    message = found.message
    assert (found.code, found.severity) == (rule.code, rule.severity)
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


@each_case("rule", risk.RULES)
def test_every_rule_has_label_and_remedy(rule: risk.RiskRule) -> None:
    assert rule.label == risk.label(rule.code)
    assert 0 < len(rule.label) <= 18
    assert risk.remedy(rule.code, severity=rule.severity) == rule.remedy
    assert rule.remedy.endswith(".")


def test_stored_severity_is_shown() -> None:
    """A plan that another version computed keeps its severities."""
    assert risk.issue("low_space", severity="danger").severity == "danger"
    assert risk.issue("never heard of", severity="note").severity == "note"


def test_outcome_message_depends_on_code() -> None:
    assert risk.outcome("success") == "written"
    assert risk.outcome("failed", "read_only") == "read-only"
    assert risk.outcome("failed", "verification_failed") == "check failed, restored"
    assert risk.outcome("failed", "something_new") == "something new"
