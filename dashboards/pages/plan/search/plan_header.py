"""The header of the plan: totals, risk chips, search with facets, saved views, sort order, quick actions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboards.components.base import Component, module, needing
from dashboards.components.view_types import RiskLevelView
from dashboards.pages.plan.search.view_types import PlanHeaderView, ReviewProgressView, SavedSearchView
from dashboards.state import PlanState, is_review
from indexium_core import errors
from indexium_core.model import query, wording
from indexium_core.model.accounts.permissions import PLAN_EDIT, QUERY_RUN, WRITE_SAFE
from indexium_core.model.planning import risk
from indexium_core.model.planning.plan import FACETS, Facet, Facets, PlanStatistics
from indexium_core.model.query import Completion
from indexium_core.model.saved import SavedView

SORTS = {  # key → label, and what comes first in each direction
    "risk": ("Risk", "danger first", "safe first"),
    "name": ("Name", "A to Z", "Z to A"),
    "path": ("Path", "A to Z", "Z to A"),
    "tags": ("People", "fewest first", "most first"),
    "new_tags": ("New people", "fewest first", "most first"),
    "size": ("Size", "smallest first", "largest first"),
    "mtime": ("Last change", "oldest first", "newest first"),
    "category": ("Change", "additions first", "blocked first"),
    "cost": ("Cost", "cheapest first", "most expensive first"),
}
TITLES = {
    "risk": "Risk",
    "category": "Change",
    "issue": "Reason",
    "container": "Container",
    "folder": "Folder",
    "person": "Person",
    "tags": "People in the result",
    "locked": "Locked",
}
NAMED = 2  # maximum number of reasons in a chip
PANEL = ("risk", "tags", "locked", "category", "container", "issue", "person", "folder")  # order of the arrow keys
SEARCHED = ("person", "folder")  # facets that may have thousands of values


class PlanHeader(Component):
    """
    The head of the page.

    Messages: `search` {query, typed}, `complete` {text, position, serial}, `risk` {level}, `facets` {on}, `facet`
    {facet, value, on}, `every` {facet, on}, `only` {facet}, `seek` {facet, text, serial}, `drop` {place, query},
    `clear_filters`, `sort` {sort, descending}, `everything`, `open_view`, `remove_view`, `default_view` {id},
    `save_view` {name}, `rename_view` {id, name}, `put_back`, `review`, `end_review`, `select_safe`, `write_safe`,
    `skipped`, `stop_skipping`, `retry`. Receives: {completions: {serial, items}}, {facets: [see `facet_view`]},
    {sought: {serial, facet}}, {removed: name of a view}.
    """

    _esm = module("plan_header")
    _view = PlanHeaderView
    _styles = ("plan_header.css", "exchange_menu.css")
    _needs = needing(
        {
            WRITE_SAFE: "write_safe",
            QUERY_RUN: "as_sql",
            PLAN_EDIT: "upload stop_skipping save update renamed default_view remove_view put_back",
        }
    )
    _of_all_folders = ("upload",)

    def send(self, **message: Any) -> None:
        """Send data that is not part of the view: completions of the typed text, and the open facets."""
        self._send_msg(message)


def view(
    state: PlanState,
    *,
    found: PlanStatistics,
    beside: PlanStatistics,
    everything: PlanStatistics,
    safe: int,
    volume: int,
    views: Sequence[SavedView],
    reasons: Mapping[str, int] | None = None,
    total: int | None = None,
    shown: str | None = None,
    accepted: int = 0,
    problem: str = "",
) -> dict[str, Any]:
    """
    Return the view of the header.

    Args:
        state: The state of the page.
        found: Counts of the search.
        beside: Counts of the search without its own risk term: the chips show them.
        everything: Counts of the whole plan.
        safe: Number of safe files of the search without its risk term that can be selected.
        volume: Size in bytes of the files of the search that would change.
        views: The saved views.
        reasons: Number of files with a warning by issue code, largest first.
        total: Number of listed files, or None: a search may include unchanged and skipped files.
        shown: The search of the displayed list, if it differs from the requested search.
        accepted: Number of dangerous files of a review that are selected.
        problem: Why the two searches differ.

    """
    total, text = listed(found) if total is None else total, state.query if shown is None else shown
    skipped = query.selected_values(text, "postponed") == ["yes"]
    return {
        "headline": headline(found, searched=bool(text.strip())),
        "summary": summary(found, volume, whole=everything if text.strip() else None),
        "chips": [_chip(level, beside, state.chosen("risk"), reasons or {}) for level in risk.LEVEL_HINTS],
        "query": state.typed,
        "error": state.error,
        "problem": problem,
        "shown": text,
        "parts": query.describe_parts(text) if text.strip() else [],
        "meaning": f"shown: {query.describe(text)} · {wording.files(total)}" if text.strip() else "",
        "found": wording.files(total),
        "listed": total,
        "review": 0 if is_review(text) else beside.danger_count,
        "reviewing": _reviewing(found.danger_count, accepted) if is_review(text) else None,
        "safe": safe,
        "skipped": 0 if skipped else everything.postponed_count,
        "brings_back": total if skipped else 0,
        "filtered": sum(len(state.chosen(key)) for key in FACETS),
        "sort": _sort(state),
        "everything": not state.query.strip() and (state.sort, state.descending) == ("risk", False),
        "views": [_saved(state, saved) for saved in views],
        "opened": next((saved.name for saved in views if saved.view_id == state.view_id), ""),
    }


def _reviewing(danger: int, accepted: int) -> ReviewProgressView:
    """Return how many dangerous files a review has to decide; a selected file is written as it is."""
    left = max(0, danger - accepted)
    rest = f"{wording.plural(accepted, 'file is', 'files are')} selected to be written as planned."
    if left:
        return {
            "left": left,
            "title": f"{wording.plural(left, 'dangerous file')} to decide",
            "text": "Edit, preserve or skip each one, or select it to be written as planned.",
        }
    return {
        "left": 0,
        "title": "Review done",
        "text": rest if accepted else "No dangerous file is left in this search.",
    }


def listed(statistics: PlanStatistics) -> int:
    """Return the number of listed files, without unchanged and skipped files."""
    return statistics.safe_count + statistics.warning_count + statistics.danger_count + statistics.blocked_count


def headline(statistics: PlanStatistics, *, searched: bool = False) -> str:
    """Return the headline of the whole plan, or of a search if `searched`."""
    changing = listed(statistics) - statistics.blocked_count
    if statistics.total_files == 0 and statistics.postponed_count == 0 and not searched:
        return "Nothing planned yet"
    return f"{wording.files(changing)} would change" if changing else "Nothing would change"


def summary(statistics: PlanStatistics, volume: int, *, whole: PlanStatistics | None = None) -> str:
    """
    Return the line beside the headline: people to add and to remove, unchanged files, time, bytes.

    For the numbers of a search, `whole` is the plan without the search, and the line starts with a comparison.
    """
    parts = []
    if whole is not None:
        parts.append(f"in this search, {wording.count(listed(whole) - whole.blocked_count)} in the whole plan")
    added, removed = statistics.total_tags_to_add, statistics.total_tags_to_remove
    if added or removed:
        parts.append(f"{wording.people_counts(added, removed)} {'person' if added + removed == 1 else 'people'}")
    if statistics.unchanged_count:
        parts.append(f"{wording.count(statistics.unchanged_count)} unchanged")
    if listed(statistics) > statistics.blocked_count:
        parts.append(wording.estimate(statistics.est_seconds))
        parts.append(f"about {wording.size(statistics.bytes_to_write)} of {wording.size(volume)} written")
    return " · ".join(parts)


def _chip(level: str, statistics: PlanStatistics, chosen: Sequence[str], reasons: Mapping[str, int]) -> RiskLevelView:
    number = getattr(statistics, f"{level}_count")
    return {
        "level": level,
        "count": number,
        "shown": wording.count(number),
        "hint": (frequent_reasons(reasons) if level == "warning" else "") or risk.LEVEL_HINTS[level],
        "on": level in chosen,
    }


def frequent_reasons(reasons: Mapping[str, int]) -> str:
    """Return the labels of the most frequent reasons for warnings; "" for none."""
    grave = set(risk.codes("warning"))
    labels = [risk.label(code) for code, files in reasons.items() if files and code in grave]
    return ", ".join(labels[:NAMED]) + (" …" if len(labels) > NAMED else "")


def _sort(state: PlanState) -> dict[str, Any]:
    _, first, last = SORTS[state.sort]
    return {
        "key": state.sort,
        "descending": state.descending,
        "order": last if state.descending else first,
        "reversed": first if state.descending else last,
        "options": [[key, label] for key, (label, *_) in SORTS.items()],
    }


def _saved(state: PlanState, saved: SavedView) -> SavedSearchView:
    return {
        "id": saved.view_id,
        "name": saved.name,
        "means": _means(saved),
        "order": f"by {SORTS[saved.sort][0].lower()}, {SORTS[saved.sort][2 if saved.descending else 1]}",
        "default": saved.is_default,
        "here": state.shows(saved),
        "built_in": saved.is_built_in,
    }


def _means(saved: SavedView) -> str:
    try:
        return query.describe(saved.query) or "everything"
    except errors.QueryError as error:  # an older version may have stored another grammar
        return error.message


def facets_view(facets: Facets) -> list[dict[str, Any]]:
    """Return the facets for the panel, without facets that have no values to choose."""
    return [facet_view(facets[key]) for key in PANEL if facets[key].values]


def facet_view(facet: Facet) -> dict[str, Any]:
    """Return one facet for the panel; its values are [value, label, files, chosen]."""
    return {
        "key": facet.key,
        "title": TITLES[facet.key],
        "values": [
            [each.value, _shown(facet.key, each.label), wording.count(each.files), each.chosen] for each in facet.values
        ],
        "total": facet.total,
        "all_of": facet.all_of,
        "searched": facet.key in SEARCHED,
    }


def _shown(key: str, label: str) -> str:
    """Return the label of a value; a folder as everywhere: `Family / 2019`."""
    return label.replace("/", " / ") if key == "folder" else label


def offers_view(offers: Sequence[Completion]) -> list[dict[str, Any]]:
    """Return completions for the search box."""
    return [
        {
            "start": each.start,
            "end": each.end,
            "text": each.text,
            "label": each.label,
            "hint": each.hint,
            "count": "" if each.count is None else wording.count(each.count),
        }
        for each in offers
    ]
