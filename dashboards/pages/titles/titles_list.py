"""The films and series as posters or as a table, drawn by `titles_list.js`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboards.components import paging
from dashboards.components.base import Component, module, needing
from dashboards.components.title_text import initials, kind_choices, without_command
from dashboards.components.view_types import FilterView
from dashboards.pages.titles.titles_state import TitlesState
from dashboards.pages.titles.view_types import (
    LookUpProgressView,
    PublishOfferView,
    QuickView,
    TitlesListLookUpView,
    TitlesListResultView,
    TitlesListView,
    TitleTileView,
)
from indexium_core.model import wording
from indexium_core.model.accounts.permissions import JOBS_MANAGE, LIBRARIES_MANAGE, SETTINGS_MANAGE, TITLES_EDIT
from indexium_core.model.files.inventory import LibraryRow
from indexium_core.model.job import Job
from indexium_core.model.lookups.traffic import ProviderStatus
from indexium_core.model.providers.enrichment import DueTitles
from indexium_core.model.providers.registry import attribution
from indexium_core.model.titles.fields import KIND_NAMES
from indexium_core.model.titles.title_filter import TitleFacet
from indexium_core.model.titles.titles import TitleItem, TitlePage

KINDS = {kind: name.capitalize() for kind, name in KIND_NAMES.items()}
_MANY = {"movie": "films", "series": "series", "season": "seasons", "episode": "episodes"}
STATE_LABELS = {
    "discovered": "Not identified",
    "identified": "Identified",
    "enriched": "Has provider values",
    "published": "Published",
    "ignored": "Ignored",
}
_SORTS = {
    "title": "By title",
    "year": "Newest year first",
    "rating": "Best rated first",
    "added": "Newest files first",
    "state": "By state",
}
DESCENDING = ("year", "rating", "added")
_QUICK = (
    ("matched", "no", "Unmatched"),
    ("incomplete", "yes", "Incomplete series"),
    ("unpublished", "yes", "Unpublished"),
)
LABELS = {
    "kind": "Kind",
    "genre": "Genre",
    "tag": "Tag",
    "year": "Year",
    "rating": "Rating",
    "actor": "Actor",
    "director": "Director",
    "state": "State",
    "library_id": "Folder",
}


class TitlesList(Component):
    """
    The list.

    Messages: `find` {query, typed: the person has not pressed Enter}, `filter` {key, values}, `facet` {key}, `sort`
    {sort}, `show` {as}, `page` {page}, `open` {id}, `clear`, `decide`, `not_found`, `look_up`, `settings`, `library`,
    `publish`; of the selection `pick` {ids, on, serial}, `all`, `none` and `inverse` {serial}, `act` {name}.
    Receives: {options: {key, rows}}.
    """

    _esm = module("titles_list")
    _view = TitlesListView
    _styles = ("pictures.css", "shows.css", "titles.css")
    _needs = needing(
        {
            JOBS_MANAGE: "look_up identify enrich",
            TITLES_EDIT: "plan pictures",
            LIBRARIES_MANAGE: "set_kind",
            SETTINGS_MANAGE: "settings",
        }
    )

    def send_options(self, key: str, rows: list[dict[str, Any]]) -> None:
        """Send the values of an opened filter."""
        self._send_msg({"options": {"key": key, "rows": rows}})


@dataclass(frozen=True, slots=True, kw_only=True)
class TitlesSnapshot:
    """The data of the list, read at one time."""

    page: TitlePage
    facets: Mapping[str, TitleFacet]  # kind, matched, incomplete and unpublished of all titles
    libraries: Sequence[LibraryRow]
    providers: Sequence[ProviderStatus]
    jobs: Sequence[Job]  # that identify or look up titles and have not ended
    ended: Job | None  # the newest that has ended while the page was open
    to_decide: int | None  # titles that wait for an answer; None: nothing can be decided
    due: DueTitles | None  # None: no provider can be asked
    posters: Mapping[int, int]  # the selected posters of titles whose pictures this session has changed

    @property
    def total(self) -> int:
        """The number of films and series."""
        return sum(each.titles for each in self.facets["kind"].values)


def view(
    found: TitlesSnapshot,
    state: TitlesState,
    *,
    decide: str,
    pictures: bool,
    shown: bool,
    picked: int,
    offer: PublishOfferView | None = None,
) -> dict[str, Any]:
    """
    Return the view.

    Args:
        found: The data.
        state: The filters.
        decide: Address of the page for decisions.
        pictures: The server has posters.
        shown: False while a title is open.
        picked: Serial number of the last choice of titles that the state has.
        offer: The button that publishes; None before it is known.

    """
    if not shown:
        return {"shows": "", "hidden": True}
    page = found.page
    place = paging.place(page.page, page.per_page, shown=len(page.items), total=page.total)
    return {
        "shows": state.shows,
        "title": wording.plural(page.total, "title"),
        "about": _about(found, state),
        "query": state.query,
        "problem": state.problem,
        "filters": [_filter(key, state, found.libraries) for key in LABELS],
        "quick": [
            _quick(found, state, *each)
            for each in _QUICK
            if each[0] != "unpublished" or state.unpublished or _number(found, *each[:2])
        ],
        "sorts": [{"value": key, "label": label} for key, label in _SORTS.items()],
        "sort": state.sort,
        "narrowed": state.is_narrowed(),
        "items": [
            tile(each, pictures=pictures, version=found.posters.get(_poster_id(each)))
            | {"selected": state.is_selected(each.id), "can": True, "unpublished": each.is_unpublished}
            for each in page.items
        ],
        "picked": picked,
        "able": page.total,
        **_selection(found, state, offer),
        "total": page.total,
        **place,
        "decide": None
        if found.to_decide is None
        else {"href": decide, "count": wording.count(found.to_decide), "open": found.to_decide > 0},
        "progress": [_progress(job) for job in found.jobs],
        "result": _result(found.ended, can_decide=found.to_decide is not None) if found.ended else None,
        "publish": offer,
        "look_up": None if found.jobs or not found.due or not found.due.titles else _look_up(found.due),
        "notice": _notice(found),
        "bare": not found.total and not state.is_narrowed() and not state.problem,
        "empty": None if page.items else _empty(found, state),
        "attribution": [{"text": text, "href": href} for text, href in attribution()],
    }


def _selection(found: TitlesSnapshot, state: TitlesState, offer: PublishOfferView | None) -> dict[str, Any]:
    """Return how many titles are selected, and what can be done with them: one row for each action."""
    total, number = found.page.total, state.selected_count(found.page.total)
    if not number:
        return {"all": "none", "selection": None}
    titles = wording.plural(number, "title")
    acts = [
        *([{"act": "enrich", "label": f"Look up {titles}"}] if any(each.is_on for each in found.providers) else []),
        {"act": "plan", "label": "Plan values"},
        {"act": "pictures", "label": "Choose pictures"},
        *([{"act": "publish", "label": "Publish…"}] if offer and not offer["done"] else []),
    ]
    return {"all": "all" if number == total else "some", "selection": {"text": f"{titles} selected", "acts": acts}}


def _about(found: TitlesSnapshot, state: TitlesState) -> str:
    if state.kind or state.state == "ignored":
        return f"of {wording.plural(found.total, 'film or series', 'films and series')}"
    parts = [f"{wording.count(each.titles)} {_MANY[each.value]}" for each in found.facets["kind"].values]
    prefix = [f"of {wording.count(found.total)}"] if state.is_narrowed() else []
    return " · ".join([*prefix, *parts])


def _filter(key: str, state: TitlesState, libraries: Sequence[LibraryRow]) -> FilterView:
    values = state.chosen(key)
    return {
        "key": key,
        "label": LABELS[key],
        "text": wording.list_of([_label(key, each, libraries) for each in values], most=2, conjunction="or"),
        "values": values,
    }


def _label(key: str, value: str, libraries: Sequence[LibraryRow] = ()) -> str:
    if key == "library_id":
        return next((each.name for each in libraries if str(each.library_id) == value), value)
    if key == "rating":
        return f"{value} and more"
    return {"kind": KINDS, "state": STATE_LABELS}.get(key, {}).get(value, value)


def _number(found: TitlesSnapshot, key: str, value: str) -> int:
    """Return how many titles have a value of a filter."""
    return sum(each.titles for each in found.facets[key].values if each.value == value)


def _quick(found: TitlesSnapshot, state: TitlesState, key: str, value: str, label: str) -> QuickView:
    number = _number(found, key, value)
    is_on = state.chosen(key) == [value]
    return {"key": key, "value": "" if is_on else value, "label": label, "count": wording.count(number), "on": is_on}


def options(facet: TitleFacet, state: TitlesState) -> list[dict[str, Any]]:
    """Return the values of an opened filter: the chosen ones first, then the others."""
    chosen = state.chosen(facet.key)
    known = {each.value: each for each in facet.values}
    missing = [each for each in chosen if each not in known]
    rows = [{"value": each, "label": _label(facet.key, each), "count": "0", "on": True} for each in missing]
    for each in facet.values:
        label = each.label if facet.key in ("library_id", "year") else _label(facet.key, each.value)
        rows.append(
            {"value": each.value, "label": label, "count": wording.count(each.titles), "on": each.value in chosen}
        )
    return rows


def tile(item: TitleItem, *, pictures: bool, version: int | None = None) -> TitleTileView:
    """Return one title of the list; `version`: its poster, if browsers may keep an earlier one."""
    mark = f"?v={version}" if version else ""
    return {
        "id": item.id,
        "href": f"/titles/{item.id}",
        "title": item.title or "Without a title",
        "name": item.name,
        "year": " · ".join(filter(None, (item.country, str(item.year or "")))),
        "kind": KINDS[item.entity_type],
        "poster": f"/poster/{_poster_id(item)}{mark}" if pictures else "",
        "initials": initials(item.title),
        "rating": f"{item.rating:.1f}" if item.rating else "",
        "genres": item.genres[:3],
        "size": _size(item),
        "state": STATE_LABELS[item.state],
        "notes": [
            *(["unmatched"] if not item.is_matched and item.entity_type in ("movie", "series") else []),
            *(["incomplete"] if item.is_incomplete else []),
        ],
    }


def posters(items: Sequence[TitleItem], wanted: Collection[int]) -> dict[int, str]:
    """Return those of the wanted titles whose posters some items show, with their types."""
    shown = {_poster_id(each): each.entity_type if _poster_id(each) == each.id else "series" for each in items}
    return {title_id: kind for title_id, kind in shown.items() if title_id in wanted}


def _poster_id(item: TitleItem) -> int:
    return item.series_id if item.entity_type == "episode" and item.series_id else item.id


def _size(item: TitleItem) -> str:
    if item.entity_type == "series":
        return f"{wording.plural(item.season_count, 'season')} · {wording.plural(item.episode_count, 'episode')}"
    if item.entity_type == "season":
        return wording.plural(item.episode_count, "episode")
    return wording.files(item.file_count)


def _progress(job: Job) -> LookUpProgressView:
    total = job.progress_total
    share = min(100, round(100 * job.progress_current / total)) if total else None
    done = f"{wording.count(job.progress_current)} of {wording.files(total)}" if total else "starts"
    return {"id": job.id, "text": f"{job.title}: {done}", "share": share}


def _look_up(due: DueTitles) -> TitlesListLookUpView:
    """Return what a look-up sends; a job counts files."""
    return {
        "label": f"Look up {wording.plural(due.titles, 'title')} ({wording.files(due.videos)})",
        "names": due.names_text,
    }


def _result(job: Job, *, can_decide: bool) -> TitlesListResultView:
    """Return the result of a job; `left` is the number of titles without a match, "" if there are none."""
    text = job.error_message or job.summary.get("message") or job.status
    left = job.summary.get("unmatched", 0) if can_decide else 0
    return {
        "text": f"{job.title}: {text.removesuffix('.')}.",
        "left": f"Show the {wording.count(left)} without a match" if left else "",
    }


def _notice(found: TitlesSnapshot) -> str:
    """Return why nothing can be looked up; "" if a provider is on or no title is known."""
    if not found.total or any(each.is_on for each in found.providers):
        return ""
    broken = next((each for each in found.providers if each.needs_action or each.state == "paused"), None)
    reason = (broken or next(iter(found.providers), None)) if found.providers else None
    return f"No provider is asked for plots, casts and posters. {without_command(reason.reason)}" if reason else ""


def _empty(found: TitlesSnapshot, state: TitlesState) -> dict[str, Any]:
    if state.is_narrowed() and found.total:
        return {
            "title": "No title matches these filters",
            "text": "Remove a filter, or search for other words.",
            "acts": [{"act": "clear", "label": "Clear all filters"}],
        }
    if all(each.kind == "home" for each in found.libraries):
        return {
            "title": "No folder holds films or series",
            "text": "Home videos are not identified. A folder with films, series or courses needs this kind. Then its "
            "titles appear on this page."
            if found.libraries
            else "Add a folder first. Its films and series appear here after its first scan.",
            "folders": [{"id": each.library_id, "name": each.name} for each in found.libraries],
            "kinds": kind_choices(),
            "acts": [{"act": "library", "label": "Open the library"}],
        }
    if found.jobs:
        return {
            "title": "Titles are being identified",
            "text": "They appear here as soon as they are known.",
            "acts": [],
        }
    return {
        "title": "No title is identified yet",
        "text": "An identification reads the names, tags and NFO files of your videos. It needs no network.",
        "acts": [{"act": "identify", "label": "Identify titles"}],
    }
