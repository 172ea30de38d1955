"""The head of the plan: what would change, risk chips, search, filters, and the shown part in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboards import words
from dashboards.components.base import Component, module
from dashboards.state import PlanState
from indexium_core.model import query, risk
from indexium_core.model.plan import PlanStatistics

__all__ = ["PlanHeader", "view"]

HINTS = {
    "safe": "additions only",
    "warning": "something is replaced",
    "danger": "look before writing",
    "blocked": "cannot be written",
}
TAG_CHOICES = {"": "any number", "0": "nobody", "1": "1", "2": "2", ">2": "3 or more"}


class PlanHeader(Component):
    """
    The head of the page.

    Messages: `search` {query}, `risk` {level}, `filter` {filter, value, on}, `clear_filters`, `review`, `select_safe`,
    `write_safe`, `skipped`, `bring_back`. View: see `view`.
    """

    _esm = module("plan_header")


def view(
    state: PlanState,
    *,
    found: PlanStatistics,
    beside: PlanStatistics,
    everything: PlanStatistics,
) -> dict[str, Any]:
    """
    Return what the head shows.

    Args:
        state: What is looked at.
        found: Counts of the search.
        beside: Counts of the search without its own risk term: those of the chips.
        everything: Counts of the whole plan: those of the headline and the filters.

    """
    total = listed(found)
    return {
        "headline": headline(everything),
        "summary": summary(everything),
        "chips": [_chip(level, beside, state.risk) for level in HINTS],
        "query": state.typed,
        "error": state.error,
        "meaning": f"shown: {query.describe(state.query)} · {words.files(total)}" if state.query.strip() else "",
        "review": everything.danger_count,
        "safe": beside.safe_count,
        "skipped": everything.postponed_count,
        "brings_back": total if "postponed:yes" in state.query.lower() else 0,
        "filters": filters(state, everything),
        "filtered": sum(len(getattr(state, key)) for key in ("risk", "container", "tags", "issue")),
    }


def listed(statistics: PlanStatistics) -> int:
    """Return how many files a list shows: unchanged and skipped ones are not in it."""
    return statistics.safe_count + statistics.warning_count + statistics.danger_count + statistics.blocked_count


def headline(statistics: PlanStatistics) -> str:
    """Return the first line of the page."""
    changing = listed(statistics) - statistics.blocked_count
    if statistics.total_files == 0 and statistics.postponed_count == 0:
        return "Nothing planned yet"
    return f"{words.files(changing)} would change" if changing else "Nothing would change"


def summary(statistics: PlanStatistics) -> str:
    """Return the line beside it: people, unchanged files, time, bytes."""
    parts = []
    if statistics.total_tags_to_add or statistics.total_tags_to_remove:
        parts.append(f"+{words.count(statistics.total_tags_to_add)} people")
        parts.append(f"−{words.count(statistics.total_tags_to_remove)}")
    if statistics.unchanged_count:
        parts.append(f"{words.count(statistics.unchanged_count)} unchanged")
    if listed(statistics) > statistics.blocked_count:
        parts.append(f"about {words.span(statistics.est_seconds)}")
        parts.append(f"{words.size(statistics.bytes_to_write)} written")
    return " · ".join(parts)


def _chip(level: str, statistics: PlanStatistics, chosen: Sequence[str]) -> dict[str, Any]:
    number = getattr(statistics, f"{level}_count")
    return {
        "level": level,
        "count": number,
        "shown": words.count(number),
        "hint": HINTS[level],
        "on": level in chosen,
    }


def filters(state: PlanState, statistics: PlanStatistics) -> dict[str, list[dict[str, Any]]]:
    """Return the choices of the filter panel with how many files of the plan each has."""
    return {
        "risk": [_option(level, level, state.risk, getattr(statistics, f"{level}_count")) for level in HINTS],
        "container": _counted(statistics.by_container, state.container, lambda value: value or "unknown"),
        "tags": [
            {"value": value, "label": label, "count": "", "on": value in state.tags or (not value and not state.tags)}
            for value, label in TAG_CHOICES.items()
        ],
        "issue": _counted(statistics.by_issue, state.issue, label_of),
    }


def label_of(code: str) -> str:
    """Return the short text of a reason."""
    rule = risk.ISSUES.get(code)
    return rule.label if rule else code.replace("_", " ")


def _counted(counts: Mapping[str, int], chosen: Sequence[str], label: Any) -> list[dict[str, Any]]:
    known = {**dict.fromkeys(chosen, 0), **counts}
    ordered = sorted((value for value in known if value), key=lambda value: (-known[value], value))
    return [_option(value, label(value), chosen, known[value]) for value in ordered]


def _option(value: str, label: str, chosen: Sequence[str], number: int) -> dict[str, Any]:
    return {"value": value, "label": label, "count": words.count(number), "on": value in chosen}
