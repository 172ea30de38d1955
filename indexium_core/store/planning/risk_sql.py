"""
The rules of `risk.RULES` in the SQL of the plan.

A row of the plan does not store the list of its codes, because lists would cost more than the plan itself
(docs/decisions/0049-a-row-names-its-issue-set.md). It stores a number, the *issue set*, and the table `issue_sets` has
the list of codes of each number once. While the plan is computed, each rule adds a power of two to the number, by its
place in `RULES`. Everything that reads the plan joins the table instead. A variant belongs to the rules that computed
it (`plan_variants.rules`), so rules may be added, moved and removed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from indexium_core.model.planning import risk
from indexium_core.store import sql


def _sum(conditions: Iterable[str]) -> str:
    """Return the SQL of the issue set of the rules whose conditions hold; one condition for each of `RULES`."""
    parts = [f"CASE WHEN {text} THEN {1 << place} ELSE 0 END" for place, text in enumerate(conditions) if text]
    return "(" + "\n | ".join(["0::BIGINT", *parts]) + ")"


# By their names in the SQL of the plan.
_PARTS = {
    "issues_of_file": _sum(rule.of_file for rule in risk.RULES),
    "issues_of_comment": _sum(rule.of_comment for rule in risk.RULES),
    "issues_of_fields": _sum(rule.of_fields for rule in risk.RULES),
}


def _identity() -> str:
    """Return a digest of all that decides which rules hold for a file."""
    rules = [(rule.code, rule.severity, rule.conditions, sorted(rule.parameters.items())) for rule in risk.RULES]
    return hashlib.sha256(repr(rules).encode()).hexdigest()[:16]


# The parameters of the statements with rules. `rules` identifies the rules that computed a variant.
PARAMETERS: Mapping[str, Any] = {
    **{name: value for rule in risk.RULES for name, value in rule.parameters.items()},
    **{
        f"{severity}_rules": sum(1 << place for place, rule in enumerate(risk.RULES) if rule.severity == severity)
        for severity in risk.SEVERITIES
    },
    "copy_rules": sum(1 << place for place, rule in enumerate(risk.RULES) if rule.code == "duplicate_content"),
    "codes": [rule.code for rule in risk.RULES],
    "severities": [rule.severity for rule in risk.RULES],
    "rules": _identity(),
}


@cache
def statement(name: str, *replaced: str) -> str:
    """Return a statement of `plan_compute.sql` with the conditions of all rules; parts of `replaced` replace others."""
    return sql.with_parts(sql.compose("plan_compute", "risk_level", *replaced)[name], **_PARTS)
