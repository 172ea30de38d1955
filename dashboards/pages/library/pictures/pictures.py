"""The files of the library as pictures or as a table, drawn by `pictures.js`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboards import media_addresses
from dashboards.components.base import Component, module, needing
from dashboards.components.view_types import FilterView
from dashboards.pages.library.pictures.view_types import NoPicturesView, PicturesView
from indexium_core.model import query as grammar
from indexium_core.model import wording
from indexium_core.model.accounts.permissions import JOBS_MANAGE, PLAN_EDIT
from indexium_core.model.fields.table import FAVORITE_KEY, RATING
from indexium_core.model.fields.values import FAVORITE
from indexium_core.model.files.tiles import (
    DATE_SOURCES,
    FACETS,
    SHOWN_BY_BROWSERS,
    MediaFacetValue,
    MediaOverview,
    Tile,
    TilePage,
)
from indexium_core.model.planning.plan import Wider
from indexium_core.model.review import file_words
from indexium_core.model.review.reports import DecisionReport
from indexium_core.model.saved import SavedView

SORTS = {
    "newest": "Newest first",
    "oldest": "Oldest first",
    "name": "By name",
    "rating": "Best rated first",
    "largest": "Largest first",
}
KINDS = {"photo": ("photo", "photos"), "video": ("video", "videos"), "audio": ("audio file", "audio files")}
LABELS = {"type": "Type", "dated": "Year", "rating": "Rating", "person": "Person", "camera": "Camera"}
_MEGAPIXEL = 1_000_000
_HEIGHTS = ((2160, "4K"), (1440, "1440p"), (1080, "Full HD"), (720, "HD"))  # of videos: least height, name


class Pictures(Component):
    """
    The grid. The browser keeps the selection and the tiles that it has read; Python has the list.

    Messages: `tiles` {page, list_id}, `find` {query, typed: the person has not pressed Enter}, `filter` {key, values},
    `favorites`, `facet` {key}, `sort` {sort}, `show` {as}, `stop_scan`, `section` {first, files, on, list_id},
    `cursor`/`open` {id}, `close`. A selection is {ids} or {all, except}: `rate` {…, stars}, `favorite` {…, wanted},
    `bulk` {…, tab}, `plan` {…}. Receives: {tiles: {list_id, first, rows}}, {unread: page}, {options: {key, rows}},
    {selected: {ids, on}}, {said: text}.
    """

    _esm = module("pictures")
    _view = PicturesView
    _styles = ("pictures.css", "shows.css")
    _needs = needing(
        {JOBS_MANAGE: "stop_scan", PLAN_EDIT: "bulk rate rate_all favorite favorite_all heart star people"}
    )

    def send_tiles(self, page: TilePage, *, pictures: bool) -> None:
        """Send tiles that the browser has requested."""
        rows = tiles(page, pictures=pictures)
        self._send_msg({"tiles": {"list_id": page.list_id, "first": page.first, "rows": rows}})

    def forget_page(self, page: int) -> None:
        """Say that the tiles of a page could not be read: the browser requests them again when it draws next."""
        self._send_msg({"unread": page})

    def send_options(self, key: str, rows: list[dict[str, Any]]) -> None:
        """Send the values of an opened filter."""
        self._send_msg({"options": {"key": key, "rows": rows}})

    def say(self, text: str) -> None:
        """Say in the viewer what a decision did: the viewer covers the toasts."""
        self._send_msg({"said": text})

    def mark(self, file_ids: Sequence[int], *, on: bool) -> None:
        """Select or deselect files."""
        self._send_msg({"selected": {"ids": list(file_ids), "on": on}})


def view(
    overview: MediaOverview,
    *,
    shows: str,
    version: int,
    everything: int,
    editable: bool,
    views: Sequence[SavedView] = (),
    wider: Sequence[Wider] = (),
    problem: str = "",
    typed: str = "",
    scan: str = "",
    offline: Sequence[str] = (),
) -> dict[str, Any]:
    """
    Return the view of the grid.

    Args:
        overview: The numbers of the list.
        shows: pictures or table.
        version: A number that changes when a tile may have changed.
        everything: Number of the files of the library.
        editable: Whether editing is allowed (a setting).
        views: The saved views of the plan.
        wider: Searches that find files if this one finds none.
        problem: Why the typed search is not valid.
        typed: The typed search, if it is not valid.
        scan: The state of a running scan as text.
        offline: Names of the folders that are offline.

    """
    query = overview.query
    return {
        "shows": shows,
        "title": wording.files(overview.total),
        "about": _about(overview, everything),
        "query": typed or query,
        "problem": problem,
        "sort": overview.sort,
        "sorts": [{"value": value, "label": label} for value, label in SORTS.items()],
        "filters": [_filter(query, key) for key in FACETS],
        "favorites": grammar.selected_values(query, FAVORITE_KEY) == ["yes"],
        "meaning": _meaning(overview),
        "views": [{"value": f"={each.query}", "label": each.name} for each in views],
        "scan": scan,
        "offline": _offline(offline, overview.offline),
        "list_id": overview.list_id,
        "version": version,
        "total": overview.total,
        "sections": [[section.day, section.files] for section in overview.sections],
        "months": [[month.month, month.first, month.files] for month in overview.months],
        "empty": None if overview.total else _empty(wider),
        "editable": editable,
    }


def _about(overview: MediaOverview, everything: int) -> str:
    kinds = [wording.plural(overview.kinds[kind], *names) for kind, names in KINDS.items() if overview.kinds.get(kind)]
    if kinds and (others := overview.kinds.get("", 0)):
        kinds.append(wording.plural(others, "other"))
    of = f"of {wording.count(everything)}" if everything != overview.total else ""
    return " · ".join(part for part in (of, *kinds, wording.size(overview.size) if overview.total else "") if part)


def _meaning(overview: MediaOverview) -> str:
    if not overview.total:
        return ""
    parts = [
        (overview.favorites, wording.plural(overview.favorites, "favourite")),
        (overview.unrated, f"{wording.count(overview.unrated)} without a rating"),
        (overview.without_people, f"{wording.count(overview.without_people)} without people after the plan"),
    ]
    return " · ".join(text for number, text in parts if number)


def _offline(names: Sequence[str], files: int) -> str:
    if not names or not files:
        return ""
    verb = "is" if len(names) == 1 else "are"
    return (
        f"{wording.list_of(names)} {verb} offline: {wording.files(files)} of this list show the picture that is kept "
        "here. Edits can be planned now and written when the folder is online again."
    )


def _empty(wider: Sequence[Wider]) -> NoPicturesView:
    return {
        "title": "No file matches all filters",
        "text": "With one filter less there are files:" if wider else "No file of the library matches this search.",
        "searches": [{"query": each.query, "label": f"{wording.files(each.files)} {each.words}"} for each in wider],
    }


def _filter(query: str, key: str) -> FilterView:
    values = grammar.selected_values(query, key)
    return {
        "key": key,
        "label": LABELS[key],
        "text": ", ".join(_label(key, value) for value in values),
        "values": values,
    }


def _label(key: str, value: str) -> str:
    if key == "type":
        return KINDS[value][1].capitalize() if value in KINDS else value
    if key == RATING:
        return f"★ {value}"
    return value


def options(key: str, values: Sequence[MediaFacetValue], query: str) -> list[dict[str, Any]]:
    """Return the values of a filter with their counts; selected values without files are included."""
    chosen = grammar.selected_values(query, key)
    listed = {each.value for each in values}
    every = [*values, *(MediaFacetValue(value=value, files=0) for value in chosen if value not in listed)]
    return [
        {
            "value": each.value,
            "label": "★" * int(each.value) if key == RATING and each.value.isdigit() else _label(key, each.value),
            "count": wording.count(each.files),
            "on": each.value in chosen,
        }
        for each in every
    ]


def tiles(page: TilePage, *, pictures: bool) -> list[dict[str, Any]]:
    """Return the tiles of a page; `pictures`: this server has thumbnails."""
    return [_tile(each, pictures=pictures) for each in page.tiles]


def _tile(tile: Tile, *, pictures: bool) -> dict[str, Any]:
    has_picture = pictures and tile.kind != "audio"
    has_original = pictures and not tile.offline and tile.container in SHOWN_BY_BROWSERS
    return {
        "id": tile.file_id,
        "name": tile.file_name,
        "title": tile.title or tile.file_name,
        "place": " / ".join(part for part in (tile.library, *tile.folder.split("/")) if part),
        "folder": tile.folder.rsplit("/", 1)[-1] or tile.library,
        "kind": tile.kind,
        "picture": media_addresses.thumbnail(tile.file_id, tile.file_hash, tile.mtime_ns) if has_picture else None,
        "original": media_addresses.original(tile.file_id) if has_original else None,
        "badge": _badge(tile),
        "at": tile.shown_at,
        "dated": DATE_SOURCES[tile.date_source],
        "by_name": tile.date_source == "name",
        "rating": tile.rating,
        "favorite": tile.favorite,
        "people": tile.people[:2],
        "more": tile.people_count - len(tile.people[:2]),
        "info": _info(tile),
        "pixels": f"{tile.width} × {tile.height}" if tile.width and tile.height else "",
        "size": wording.size(tile.size),
        "note": _note(tile),
    }


def _note(tile: Tile) -> str:
    notes = {"offline": tile.offline, "± in plan": tile.in_plan, "skipped": tile.skipped, "read-only": tile.unwritable}
    return next((note for note, applies in notes.items() if applies), "")


def _badge(tile: Tile) -> str:
    if tile.kind == "photo":
        return f"▣ {tile.file_ext.upper()}"
    sign = "♪" if tile.kind == "audio" else "▶"
    return f"{sign} {wording.playing_time(tile.duration) if tile.duration else tile.file_ext.upper()}"


def _info(tile: Tile) -> str:
    pixels = tile.width * tile.height
    if tile.kind == "photo" and pixels >= _MEGAPIXEL:
        return f"{pixels / _MEGAPIXEL:.0f} MP"
    heights = _HEIGHTS if tile.kind == "video" else ()
    name = next((name for height, name in heights if min(tile.width, tile.height) >= height), "")
    return " · ".join(part for part in (name, wording.size(tile.size)) if part)


def decided(report: DecisionReport, container: str | None) -> str:
    """Return the sentences about a decision; `container` is that of the selected file, None for several files."""
    text = report.sentence
    if not report.unsupported:
        return text
    kind = "" if container is None else file_words.container_name(container)
    reason = "the container cannot store it." if container is None else file_words.no_place(kind)
    return f"{text} Not possible in {wording.files(report.unsupported)}: {reason}"


def stars(number: int) -> str:
    """Return a number of stars as the value of a rating; "" removes the rating."""
    return str(min(number, int(FAVORITE))) if number > 0 else ""
