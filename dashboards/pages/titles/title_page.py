"""One title: its values with origin and padlock, people, files, seasons with gaps, match and related titles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboards.components import paging
from dashboards.components.base import Component, module, needing
from dashboards.components.title_text import initials, request_row
from dashboards.components.view_types import EmptyView
from dashboards.pages.titles import titles_list
from dashboards.pages.titles.artwork_dialog.artwork_dialog import main_picture
from dashboards.pages.titles.artwork_dialog.artwork_views import main_kind
from dashboards.pages.titles.view_types import (
    AnswerView,
    EpisodeView,
    SeasonView,
    TitleContentView,
    TitleFileView,
    TitleMatchView,
    TitlePublishView,
    ValueView,
)
from indexium_core import errors
from indexium_core.model import wording
from indexium_core.model.accounts.permissions import JOBS_MANAGE, TITLES_EDIT
from indexium_core.model.artwork.selections import SlotSummary
from indexium_core.model.files.inventory import LibraryRow
from indexium_core.model.lookups.candidates import Candidate
from indexium_core.model.lookups.traffic import RequestPage
from indexium_core.model.matches.questions import MatchQuestion
from indexium_core.model.matches.results import MATCH_STATES
from indexium_core.model.providers.registry import label_of, providers_of_titles
from indexium_core.model.titles.fields import TITLE_FIELDS
from indexium_core.model.titles.title_filter import RelatedTitle
from indexium_core.model.titles.titles import (
    ORIGINS,
    STATES,
    EpisodeEntry,
    IdentifiedTitle,
    SeasonCollection,
    TitleFile,
    TitleItem,
    TitleValue,
    episode_code,
)

_MOST = 60  # people and files that are listed
_MOST_TEXT = 400  # characters of a value


class TitleView(Component):
    """
    The page of a title.

    Messages: `back`, `open` {id}, `value` {field} (opens or closes its candidates), `choose` {field, place}, `set`
    {field, text}, `lock` and `unlock` {field}, `person` {key, name}, `ignore` {on}, `page` {page} (of the requests),
    `decide`, `plan`, `publish`, `look_up`, `move` {id of a file}, `pictures` {number of a season, -1 for the title}.
    """

    _esm = module("title_page")
    _view = TitleContentView
    _styles = ("titles.css", "provider_requests.css")
    _needs = needing({TITLES_EDIT: "choose set add lock unlock ignore move pictures plan", JOBS_MANAGE: "look_up"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleSnapshot:
    """The data of a title, read at one time."""

    title: IdentifiedTitle
    candidates: Sequence[TitleValue]  # of all fields
    seasons: Sequence[SeasonCollection]  # of a series
    related: Sequence[RelatedTitle]
    match: MatchQuestion | None
    library: LibraryRow | None
    can_decide: bool  # there is a page for decisions
    can_look_up: bool  # a provider can be asked about it
    pictures: Sequence[SlotSummary]  # of the title, of an episode or a season those of its series


def view(
    found: TitleSnapshot | None,
    *,
    missing: errors.IndexiumError | None,
    requests: RequestPage | None,
    no_poster: str,
    opened: str,
    problem: str,
    decide: str,
    pictures: bool,
    publish: TitlePublishView | None = None,
) -> dict[str, Any]:
    """
    Return the view; without a title, the page is hidden.

    Args:
        found: The data.
        missing: Why there is no data: there is no such title, or it cannot be read.
        requests: One page of the requests to providers for the title; None before they are read.
        no_poster: Why the poster cannot be shown, or "".
        opened: The field whose candidates are shown, or "".
        problem: Why the last value was not taken, or "".
        decide: Address of the page for decisions.
        pictures: The server has posters.
        publish: The button that publishes, and the last publication; None before they are known.

    """
    if found is None:
        return {"missing": _missing(missing)} if missing is not None else {"hidden": True}
    title, item = found.title, found.title.item
    values = {each.field: each for each in title.values}
    return {
        "id": item.id,
        "kind": item.entity_type,
        "title": item.title or "Without a title",
        "about": _about(item, values, found.library),
        "state": {"text": STATES[item.state], "label": titles_list.STATE_LABELS[item.state], "name": item.state},
        "series": {"id": item.series_id, "href": f"/titles/{item.series_id}", "title": item.series_title}
        if item.series_id
        else None,
        "poster": _picture_address(found, "poster") if pictures else "",
        "backdrop": _picture_address(found, "backdrop") if pictures else "",
        "choose": f"Choose a {main_kind(item.entity_type)}…" if pictures else "",
        "no_poster": no_poster,
        "initials": initials(item.title),
        "plot": values["plot"].text if "plot" in values else "",
        "ignored": item.state == "ignored",
        "can_ignore": item.entity_type in ("movie", "series"),
        "can_plan": item.state != "ignored" and any(each.role == "main" for each in title.files),
        "look_up": _look_up(found),
        "publish": publish,
        "answers": _answers(found),
        "values": [_value(each, found, opened=opened) for each in _fields(values)],
        "more": [
            {"field": name, "label": label(name)}
            for name, field in TITLE_FIELDS.items()
            if item.entity_type in field.entities and name not in (*values, "ignored") and field.type != "json"
        ],
        "opened": opened,
        "problem": problem,
        "cast": _people(values.get("cast"), "actor", "character"),
        "crew": _people(values.get("crew"), "director", "job"),
        "files": [_file(each) for each in title.files[:_MOST]],
        "files_total": wording.files(len(title.files)),
        "nfo_problems": [f"{path.rsplit('/', 1)[-1]}: {problem}" for path, problem in title.nfo_problems.items()],
        "seasons": [_season(each, title) for each in found.seasons],
        "episodes": [_episode(each, has_file=each.file_count > 0) for each in title.children]
        if item.entity_type == "season"
        else [],
        "gaps": [each.text for each in title.gaps],
        "related": [titles_list.tile(each.item, pictures=pictures) | {"why": _shared(each)} for each in found.related],
        "match": _match(found.match, decide if found.can_decide else ""),
        "requests": _requests(requests) if requests else None,
    }


def _picture_address(found: TitleSnapshot, kind: str) -> str:
    """Return an address that changes with the selected picture: browsers keep the picture for a minute."""
    item, main = found.title.item, main_picture(found.pictures, kind)
    return f"/poster/{item.series_id or item.id}?kind={kind}" + (f"&v={main}" if main else "")


def _missing(error: errors.IndexiumError) -> EmptyView:
    if isinstance(error, errors.UnknownIdError):
        text = "A title disappears with its last file: the file was moved to another title, or its folder was removed."
        return {"title": error.message.rstrip("."), "text": text}
    return {"title": "This title cannot be shown", "text": error.message}


def _look_up(found: TitleSnapshot) -> str:
    """Return the label of the button that looks the title up; "" if it cannot be looked up."""
    if not found.can_look_up or found.title.item.state == "ignored":
        return ""
    return "Look up again" if any(each.origin == "provider" for each in found.candidates) else "Look up"


def _answers(found: TitleSnapshot) -> list[AnswerView]:
    """Return how many values of the title each provider has, and since when."""
    shown = []
    for name in providers_of_titles():
        own = [each for each in found.candidates if each.origin == "provider" and each.provider == name]
        if own:
            newest = max(each.fetched_at for each in own)
            text = f"{wording.plural(len(own), 'value')}, {wording.ago(newest)}"
            shown.append(AnswerView(name=label_of(name), text=text))
    return shown


def _requests(found: RequestPage) -> dict[str, Any]:
    return {
        "rows": [request_row(each) for each in found.items],
        "total": found.total,
        **paging.place(found.page, found.per_page, shown=len(found.items), total=found.total),
    }


def _about(item: TitleItem, values: dict[str, TitleValue], library: LibraryRow | None) -> str:
    minutes = values["runtime_minutes"].value if "runtime_minutes" in values else None
    parts = [
        titles_list.KINDS[item.entity_type],
        str(item.year or ""),
        episode_code(item.season, item.episode) if item.entity_type == "episode" else "",
        wording.runtime(minutes) if isinstance(minutes, int) else "",
        f"★ {item.rating:.1f}" if item.rating else "",
        ", ".join(item.genres),
        library.name if library else "",
    ]
    return " · ".join(filter(None, parts))


def _fields(values: dict[str, TitleValue]) -> list[TitleValue]:
    return [values[name] for name in TITLE_FIELDS if name in values and name != "ignored"]


def label(name: str) -> str:
    """Return a field in words, such as `Original title`."""
    if name == "runtime_minutes":
        return "Runtime in minutes"
    text = " ".join(label_of(word) for word in name.split("_"))
    return text[0].upper() + text[1:]


def _value(shown: TitleValue, found: TitleSnapshot, *, opened: str) -> ValueView:
    candidates = [each for each in found.candidates if each.field == shown.field]
    is_open = opened == shown.field
    return {
        "field": shown.field,
        "label": label(shown.field),
        "about": TITLE_FIELDS[shown.field].about,
        "text": _short(shown) or "empty",
        "origin": _origin(shown),
        "time": wording.ago(shown.fetched_at),
        "locked": shown.locked,
        "nfo": shown.locked_by_nfo,
        "count": len(candidates),
        "open": is_open,
        "editable": TITLE_FIELDS[shown.field].type != "json",
        "typed": shown.text if is_open else "",
        "by_hand": any(each.origin == "hand" for each in candidates),
        "candidates": [
            {
                "place": place,
                "text": _short(each) or "empty",
                "origin": _origin(each),
                "time": wording.ago(each.fetched_at),
                "shown": each.shown,
            }
            for place, each in enumerate(candidates)
        ]
        if is_open
        else [],
    }


def _short(value: TitleValue) -> str:
    text = value.text
    if isinstance(value.value, list) and value.field in ("cast", "crew"):
        names = [str(each.get("name", "")) for each in value.value if isinstance(each, dict)]
        text = ", ".join(names[:4]) + (f" {wording.and_more(len(names) - 4)}" if len(names) > 4 else "")
    if isinstance(value.value, dict) and value.field == "ratings":
        text = ", ".join(f"{label_of(name)} {number:g}" for name, number in value.value.items())
    if isinstance(value.value, dict) and value.field == "votes":
        text = ", ".join(f"{label_of(name)} {wording.count(number)}" for name, number in value.value.items())
    return text if len(text) <= _MOST_TEXT else f"{text[:_MOST_TEXT]}…"


def _origin(value: TitleValue) -> str:
    return label_of(value.provider) or ORIGINS[value.origin]


def _people(value: TitleValue | None, key: str, part: str) -> list[dict[str, str]]:
    rows = value.value if value and isinstance(value.value, list) else []
    people: dict[str, list[str]] = {}
    for each in rows:
        if isinstance(each, dict) and each.get("name"):
            people.setdefault(str(each["name"]), []).append(str(each.get(part) or ""))
    found = []
    for name, parts in list(people.items())[:_MOST]:
        is_linked = key == "actor" or any(each.lower() == "director" for each in parts)
        found.append({"key": key if is_linked else "", "name": name, "part": ", ".join(filter(None, parts))})
    return found


def _file(file: TitleFile) -> TitleFileView:
    notes = [
        file.role if file.role != "main" else "",
        "moved by hand" if file.by_hand else "",
        file.edition,
        f"part {file.part}" if file.part else "",
        wording.playing_time(file.duration) if file.duration else "",
        wording.size(file.size),
        "missing" if file.state == "missing" else "",
    ]
    return {
        "id": file.file_id,
        "href": f"/track/{file.file_id}",
        "name": file.file_path.rsplit("/", 1)[-1],
        "path": file.file_path,
        "about": " · ".join(filter(None, notes)),
    }


def _season(season: SeasonCollection, title: IdentifiedTitle) -> SeasonView:
    number = season.number
    names = {None: "Without a season", 0: "Specials"}
    return {
        "number": -1 if number is None else number,
        "title": names.get(number, f"Season {number}"),
        "about": wording.plural(season.episodes, "episode"),
        "episodes": [_episode(each, has_file=bool(each.file_ids)) for each in season.videos],
        "gaps": [each.text for each in title.gaps if each.season == number],
    }


def _episode(episode: EpisodeEntry | TitleItem, *, has_file: bool) -> EpisodeView:
    return {
        "id": episode.id,
        "href": f"/titles/{episode.id}",
        "code": episode_code(episode.season, episode.episode) or str(episode.aired or ""),
        "title": episode.title,
        "about": "" if has_file else "no file",
    }


def _shared(related: RelatedTitle) -> str:
    return ", ".join(
        filter(None, [related.collection, *related.people[:2], *([] if related.people else related.genres[:2])])
    )


def _match(question: MatchQuestion | None, decide: str) -> TitleMatchView | None:
    if question is None:
        return None
    best = next((each for each in question.candidates if each.state == "accepted"), None)
    known = best.candidate if best else None
    return {
        "text": MATCH_STATES[question.state],
        "explanation": question.explanation,
        "by": {"hand": "Decided by hand", "automatic": "Accepted automatically"}.get(question.decided_by, ""),
        "candidate": _candidate(known) if known else "",
        "score": f"{best.score:.2f}" if best else "",
        "reasons": [{"text": each.text, "points": f"{each.points:+.2f}"} for each in best.reasons] if best else [],
        "href": decide,
    }


def _candidate(known: Candidate) -> str:
    return f"{known.name} · {label_of(known.provider)} {known.external_id}"
