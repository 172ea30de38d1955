"""The rule that says which work waits for another person."""

from __future__ import annotations

from typing import Any

import pytest

from indexium_core import errors
from indexium_core.model.approval import (
    APPROVAL_RISKS,
    APPROVAL_STATES,
    ApprovalRule,
    WorkSize,
    checked_kind,
    checked_state,
    checked_text,
)

DAY = WorkSize(files=40, bytes=5_000_000_000, by_risk={"safe": 37, "warning": 1, "danger": 2})
OFF = ApprovalRule()


@pytest.mark.parametrize(
    ("limits", "reasons"),
    [
        ({}, ()),
        ({"risk": "danger"}, ("2 files have the risk danger",)),
        ({"risk": "warning"}, ("1 file has the risk warning", "2 files have the risk danger")),
        ({"files": 39}, ("it has 40 files, and more than 39 wait",)),
        ({"files": 40}, ()),
        ({"bytes": 4_999_999_999}, ("it has 5 GB, and more than 5 GB wait",)),
        ({"bytes": 5_000_000_000}, ()),
        ({"risk": "danger", "files": 1}, ("2 files have the risk danger", "it has 40 files, and more than 1 wait")),
    ],
)
def test_work_waits_above_each_limit(limits: dict[str, Any], reasons: tuple[str, ...]) -> None:
    rule = ApprovalRule(**limits)
    assert rule.reasons(DAY) == reasons
    assert rule.is_on == bool(limits)


@pytest.mark.parametrize("risk", APPROVAL_RISKS)
def test_risk_counts_from_its_level_on(risk: Any) -> None:
    levels = ("safe", "warning", "danger")
    waits = {level for level in levels if ApprovalRule(risk=risk).reasons(WorkSize(files=1, by_risk={level: 1}))}
    assert waits == (set() if risk == "off" else set(levels[levels.index(risk) :]))


def test_publication_counts_titles() -> None:
    [reason] = ApprovalRule(files=1).reasons(WorkSize(noun="title", files=2))
    assert reason == "it has 2 titles, and more than 1 wait"


def test_texts_of_people_have_limits() -> None:
    assert checked_text("  Looks right. ", what="comment") == "Looks right."
    with pytest.raises(errors.UsageError, match="The reason is empty"):
        checked_text("  ", what="reason", is_needed=True)
    with pytest.raises(errors.UsageError, match="at most 2,000 characters"):
        checked_text("x" * 2001, what="comment")


def test_names_of_states_and_kinds_are_checked() -> None:
    assert [checked_state(each) for each in APPROVAL_STATES] == [*APPROVAL_STATES]
    assert checked_state("") is None
    assert checked_kind("") is None
    for check in (checked_state, checked_kind):
        with pytest.raises(errors.UsageError, match="“lost”"):
            check("lost")
