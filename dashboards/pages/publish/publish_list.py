"""The header and the list of the publications, drawn by `publish_header.js` and `publish_list.js`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboards.components import paging
from dashboards.components.base import Component, module, needing
from dashboards.components.view_types import FilterView, RiskLevelView
from dashboards.pages.publish import publish_views as words
from dashboards.pages.publish.publish_state import SORTS, PublishState
from dashboards.pages.publish.view_types import PublishEmptyView, PublishHeaderView, PublishListView, PublishRowView
from dashboards.questions.publish_options_question import PUBLISH_CHOICES
from indexium_core.model import wording
from indexium_core.model.accounts.permissions import LIBRARIES_MANAGE, PUBLISH, TITLES_EDIT
from indexium_core.model.files.inventory import LibraryRow
from indexium_core.model.operations.outcomes import ACTION_WORDS
from indexium_core.model.publishing.options import PublishOptions
from indexium_core.model.publishing.publication import ACTIONS, PublicationItem, PublicationPage
from indexium_core.model.publishing.requests import PUBLISHED_RISKS
from indexium_core.model.publishing.risks import PUBLICATION_CODES
from indexium_core.model.publishing.subjects import Entity

LABELS = {"action": "Files", "code": "Note", "library_id": "Folder"}
_PEOPLE = 6  # of a row


class PublishHeader(Component):
    """
    The numbers, the search and the filters.

    Messages: `find` {query, typed: the person has not pressed Enter}, `risk` {level}, `filter` {key, values}, `facet`
    {key}, `unchanged` {on}, `clear`, `review`, `select_safe`, `publish_safe`, `options`, `sort` {sort}.
    Receives: {options: {key, rows}}.
    """

    _esm = module("publish_header")
    _view = PublishHeaderView
    _styles = ("pictures.css", "publish.css")
    _needs = needing({PUBLISH: "publish_safe", LIBRARIES_MANAGE: "options"})

    def send_options(self, key: str, rows: list[dict[str, Any]]) -> None:
        """Send the values of an opened filter."""
        self._send_msg({"options": {"key": key, "rows": rows}})


class PublishList(Component):
    """
    The titles with their files.

    Messages: `open` {id}, `close`, `page` {page}, `pick` {ids, on, serial}, `all` and `none` {serial}, `replace` {id},
    and the actions of the empty list: `clear`, `options`, `library`, `retry`.
    """

    _esm = module("publish_list")
    _view = PublishListView
    _styles = ("publish.css",)
    _needs = needing({LIBRARIES_MANAGE: "options", PUBLISH: "replace", TITLES_EDIT: "edit"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishSnapshot:
    """The data of the page, read at one time."""

    page: PublicationPage
    options: Mapping[int, PublishOptions]
    libraries: Sequence[LibraryRow]
    in_scope: Mapping[int, str]  # the titles that *select all* has selected, with their risks
    by_hand: int  # titles of the list with a file that another program changed, or that is gone: selected only by hand

    @property
    def is_on(self) -> bool:
        """Whether a library publishes."""
        return any(each.is_on for each in self.options.values())


def header_view(found: PublishSnapshot, state: PublishState) -> dict[str, Any]:
    """Return the view of the header."""
    page, names = found.page, {each.library_id: each.name for each in found.libraries}
    if not found.is_on:
        return {"headline": "Publish", "summary": "", "is_bare": True}
    unchanged = page.risks.get("unchanged", 0)
    shown = state.risk == "unchanged"
    return {
        "headline": _headline(page, state),
        "summary": " · ".join(_summary(page)),
        "chips": [_level(each, page, state) for each in words.RISK_HINTS],
        "query": state.query,
        "filters": [_filter(key, state, names) for key in LABELS],
        "unchanged": {"label": "Unchanged", "count": wording.count(unchanged), "on": shown},
        "narrowed": state.is_narrowed(),
        "acts": _acts(page, state),
        "about": _about(found),
        "sorts": [{"value": key, "label": label} for key, label in SORTS.items()],
        "sort": state.sort,
    }


def _headline(page: PublicationPage, state: PublishState) -> str:
    if page.titles:
        return f"{wording.plural(page.titles, 'title')} would be published"
    return f"{wording.plural(page.total, 'title')} found" if state.is_narrowed() else "Nothing to publish"


def _summary(page: PublicationPage) -> list[str]:
    """Return the files by action, and their size; the first number has the word *files*."""
    found = [(page.actions[each], ACTION_WORDS[each]) for each in ACTIONS if page.actions.get(each)]
    parts = [f"{wording.count(number)} {word}" for number, word in found]
    if found:
        number, word = found[0]
        parts[0] = f"{wording.files(number)} {word}"
    return [*parts, *([wording.size(page.new_bytes)] if page.new_bytes else [])]


def _level(level: str, page: PublicationPage, state: PublishState) -> RiskLevelView:
    number = page.risks.get(level, 0)
    return {
        "level": level,
        "count": number,
        "shown": wording.count(number),
        "hint": words.RISK_HINTS[level],
        "on": state.risk == level,
    }


def _filter(key: str, state: PublishState, names: Mapping[int, str]) -> FilterView:
    values = state.chosen(key)
    shown = [label_of(key, each, names) for each in values]
    return {"key": key, "label": LABELS[key], "text": ", ".join(shown), "values": values}


def label_of(key: str, value: str, names: Mapping[int, str]) -> str:
    """Return the value of a filter in words."""
    if key == "action":
        return ACTION_WORDS[value]
    return PUBLICATION_CODES[value].label if key == "code" else names.get(int(value), value)


def filter_rows(
    key: str, counts: Mapping[str, int], state: PublishState, libraries: Sequence[LibraryRow]
) -> list[dict[str, Any]]:
    """Return the values of an opened filter with their numbers."""
    names = {each.library_id: each.name for each in libraries}
    chosen = state.chosen(key)
    order: Sequence[str] = {"action": ACTIONS, "code": tuple(PUBLICATION_CODES)}.get(key, tuple(counts))
    return [
        {
            "value": value,
            "label": label_of(key, value, names),
            "count": wording.count(number),
            "on": value in chosen,
        }
        for value in order
        for number in [counts.get(value, 0)]
        if number or value in chosen
    ]


def _acts(page: PublicationPage, state: PublishState) -> list[dict[str, str]]:
    danger, safe = page.risks.get("danger", 0), page.risks.get("safe", 0)
    found = []
    if danger and state.risk != "danger":
        found.append({"label": f"Review danger ({wording.count(danger)})", "act": "review"})
    if safe:
        found.append({"label": f"Select all safe ({wording.count(safe)})", "act": "select_safe"})
        found.append({"label": "Publish all safe…", "act": "publish_safe"})
    return found


def _about(found: PublishSnapshot) -> str:
    """Return what the folders publish: of all in one sentence, or of each."""
    options = {each.name: found.options[each.library_id] for each in found.libraries}
    summaries = {each.summary for each in options.values() if each.is_on}
    if len(summaries) == 1:
        text = next(iter(summaries))
        return text[:1].upper() + text[1:]
    return " · ".join(f"{name}: {PUBLISH_CHOICES[each.publish]}" for name, each in options.items() if each.is_on)


def list_view(
    found: PublishSnapshot,
    state: PublishState,
    *,
    selected: Mapping[int, str],
    picked: int,
    problem: str = "",
    has_pictures: bool,
) -> dict[str, Any]:
    """
    Return the view of the list.

    Args:
        found: The data.
        state: The filters.
        selected: The selected titles.
        picked: Serial number of the last choice of titles that the state has.
        problem: Why the list is not up to date, or "".
        has_pictures: The server has posters and frames.

    """
    page = found.page
    rows = [row(each, selected, has_pictures=has_pictures) for each in page.items]
    able = able_count(found, state)
    is_all = bool(selected) and able > 0 and (state.scope == state.filter() and len(selected) >= able)
    is_all = is_all or (page.page == 1 and page.total == len(rows) and _are_all(rows))
    opened = Entity.of_address(state.address).subject if state.address else None
    return {
        "rows": rows,
        "shown": opened,
        "all": "all" if is_all else "some" if selected else "none",
        "able": able,
        "picked": picked,
        "problem": problem,
        "empty": None if rows else _empty(found, state),
        "total": page.total,
        **paging.place(page.page, page.per_page, shown=len(rows), total=page.total),
    }


def _are_all(rows: Sequence[PublishRowView]) -> bool:
    able = [each for each in rows if each["can"]]
    return bool(able) and all(each["selected"] for each in able)


def able_count(found: PublishSnapshot, state: PublishState) -> int:
    """Return how many titles of the list *select all* selects."""
    risks = found.page.risks
    levels = (state.risk,) if state.risk else PUBLISHED_RISKS
    return max(0, sum(risks.get(each, 0) for each in levels if each in PUBLISHED_RISKS) - found.by_hand)


def row(item: PublicationItem, selected: Collection[int], *, has_pictures: bool) -> PublishRowView:
    """Return one title of the list."""
    subject = Entity(item.entity_type, item.entity_id).subject
    return {
        "id": subject,
        "address": item.address,
        "name": item.name,
        "title": item.name,
        "about": words.about(item),
        "folder": item.folder,
        "picture": words.picture(item.entity_type, item.entity_id, item.name, has_pictures=has_pictures),
        "files": words.file_chips(item),
        "notes": words.notes(item),
        "people": item.people[:_PEOPLE],
        "more_people": max(0, len(item.people) - _PEOPLE),
        "risk": item.risk,
        "reason": words.reason(item),
        "why": words.why(item),
        "can": item.risk in PUBLISHED_RISKS,
        "selected": subject in selected,
    }


def _empty(found: PublishSnapshot, state: PublishState) -> PublishEmptyView:
    if not found.is_on:
        return {
            "title": "No folder publishes yet",
            "text": "Indexium can write NFO files and pictures beside your films, series and videos, so that Kodi, "
            "Jellyfin and Plex show them. People of home videos become actors. You see every change before it is "
            "written, and every byte can be rolled back.",
            "acts": [{"label": "Choose what to publish…", "act": "options"}]
            if found.libraries
            else [{"label": "Open the library", "act": "library"}],
        }
    if state.is_narrowed():
        return {
            "title": "No title matches",
            "text": "Remove a filter, or search for other words.",
            "acts": [{"label": "Clear all filters", "act": "clear"}],
        }
    unchanged = found.page.risks.get("unchanged", 0)
    if unchanged:
        text = f"The files of {wording.plural(unchanged, 'title')} are as they should be."
        return {"title": "Everything is published", "text": text, "acts": []}
    return {
        "title": "Nothing to publish",
        "text": "No title of the chosen folders has values that players could read. Home videos are published if they "
        "have people or values by hand.",
        "acts": [{"label": "Choose what to publish…", "act": "options"}],
    }


def unreadable(message: str) -> PublishListView:
    """Return the list of publications that cannot be read."""
    empty: PublishEmptyView = {
        "title": "The publications cannot be read",
        "text": message,
        "acts": [{"label": "Try again", "act": "retry"}],
    }
    return {"rows": [], "total": 0, "empty": empty}
