"""The words for one file of the plan: its people, and the reasons for its level of risk."""

from __future__ import annotations

from indexium_core.model.planning import risk
from indexium_core.model.planning.plan import Issue, PlanItem

SHOWN_TAGS = 40  # of a file, in a row
_GRAVE = ("blocked", "danger", "warning")


def tag_list(item: PlanItem) -> list[dict[str, str]]:
    """Return the people of an item without duplicates: kept, then removed, then added people."""
    added = set(item.tags_to_add)
    kept = [name for name in item.result_people if name not in added]
    return [
        *({"text": name, "kind": ""} for name in kept),
        *({"text": name, "kind": "del"} for name in item.tags_to_remove),
        *({"text": name, "kind": "add"} for name in item.tags_to_add),
    ]


def reason(item: PlanItem) -> str:
    """Return the short text of the risk chip: the only reason for the level, or the number of reasons."""
    reasons = grave(item)
    if len(reasons) == 1:
        return label_of(reasons[0].code)
    return f"{len(reasons)} reasons" if reasons else item.risk_level


def grave(item: PlanItem) -> list[Issue]:
    """Return the reasons for the level of an item."""
    return [issue for issue in item.issues if issue.severity == item.risk_level]


def ordered(issues: list[Issue]) -> list[Issue]:
    """Return reasons, the most severe first."""
    rank = {severity: place for place, severity in enumerate(_GRAVE)}
    return sorted(issues, key=lambda issue: rank.get(issue.severity, len(_GRAVE)))


def label_of(code: str) -> str:
    """Return the short text of a reason."""
    rule = risk.ISSUES.get(code)
    return rule.label if rule else code.replace("_", " ")
