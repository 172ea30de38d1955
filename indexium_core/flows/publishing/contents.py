"""The content of NFO files: the shown values of titles, the people of files, and the values of videos."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from blake3 import blake3

from indexium_core.model.people.people_comment import person_key
from indexium_core.model.publishing.nfo_content import IS_PERSON, SEASON_NAMES, SERIES_TITLE, NfoContent, WantedOrigin
from indexium_core.model.publishing.side_file_names import stem_of
from indexium_core.store.publishing.inputs import KnownTitle, KnownVideo, PublishedInputs
from indexium_core.store.publishing.rows import RULES

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_YEAR = re.compile(r"\d{4}")
# The fields of a video that an NFO file has, and the fields of titles that they become.
_OF_VIDEOS = {"title": "title", "description": "plot", "genre": "genres"}
_DATES = ("date", "creation_time")  # fields of a video; the first one with a value counts
# The origin of a value → where a wanted value comes from. A padlock makes each of them one by hand.
_ORIGINS: Mapping[str, WantedOrigin] = {"hand": "hand", "nfo": "nfo", "name": "name"}


def hash_of(contents: Sequence[NfoContent]) -> str:
    """Return the hash of the contents of an NFO file, by the present rules."""
    facts = [
        {
            "kind": each.kind,
            "numbers": [each.season, each.episode],
            "series": each.series_title,
            "seasons": sorted(each.season_names.items()),
            "values": each.values,
            "origins": sorted(each.origins.items()),
        }
        for each in contents
    ]
    return blake3(f"{RULES}{json.dumps(facts, sort_keys=True, default=str)}".encode()).hexdigest()


def of_film(title: KnownTitle, inputs: PublishedInputs, people: Iterable[str]) -> NfoContent:
    """Return the content of the NFO file of a film."""
    values, origins = _values(title, inputs, people)
    return NfoContent(kind="movie", values=values, origins=origins)


def of_series(title: KnownTitle, inputs: PublishedInputs) -> NfoContent:
    """Return the content of `tvshow.nfo`, with the names of seasons that are more than their number."""
    seasons = [
        each
        for each in inputs.seasons.get(title.entity.entity_id, ())
        if each.name and each.name not in (f"Season {each.number}", "Specials")
    ]
    values, origins = _values(title, inputs, ())
    origins |= {f"{SEASON_NAMES}.{each.number}": _ORIGINS.get(each.origin, "provider") for each in seasons}
    names = {each.number: each.name for each in seasons}
    return NfoContent(kind="tvshow", values=values, season_names=names, origins={SEASON_NAMES: "provider", **origins})


def of_season(title: KnownTitle, inputs: PublishedInputs) -> NfoContent:
    """Return the content of `season.nfo`."""
    values, origins = _values(title, inputs, ())
    return NfoContent(kind="season", values=values, season=title.season, origins={"season": "name", **origins})


def of_episode(title: KnownTitle, inputs: PublishedInputs, people: Iterable[str]) -> NfoContent:
    """Return the content of one episode in the NFO file of its video."""
    values, origins = _values(title, inputs, people)
    for name in ("season", "episode"):  # they are part of the content itself
        values.pop(name, None)
    dates = {"aired", "release_date"} & values.keys()
    if len(dates) > 1:  # players know one date of an episode; one by hand is the right one
        by_hand = origins.get("release_date") == "hand" != origins.get("aired")
        values.pop("aired" if by_hand else "release_date")
    of_series: WantedOrigin = "hand" if title.is_series_title_by_hand else "name"
    return NfoContent(
        kind="episodedetails",
        values=values,
        season=title.season,
        episode=title.episode,
        series_title=title.series_title,
        origins={"season": "name", "episode": "name", SERIES_TITLE: of_series, **origins},
    )


def of_video(video: KnownVideo, people: Iterable[str]) -> NfoContent:
    """Return the content of the NFO file of a video that belongs to no title: its people are the cast."""
    values: dict[str, Any] = {
        ours: _as_list(video.values[theirs]) if ours == "genres" else video.values[theirs]
        for theirs, ours in _OF_VIDEOS.items()
        if video.values.get(theirs)
    }
    values |= {ours: None for theirs, ours in _OF_VIDEOS.items() if theirs in video.cleared}
    origins: dict[str, WantedOrigin] = {
        ours: "hand" if theirs in video.edited else "provider" for theirs, ours in _OF_VIDEOS.items()
    }
    if "title" not in values:
        values["title"] = stem_of(video.file.path_bytes.rpartition(b"/")[2]).decode("utf-8", "replace")
        origins["title"] = "name"
    source = next((name for name in _DATES if video.values.get(name)), "")
    date = video.values.get(source, "")
    origins["release_date"] = origins["year"] = "hand" if source in video.edited else "provider"
    if day := _DAY.match(date):
        values["release_date"] = day[0]
    if year := _YEAR.match(date):
        values["year"] = int(year[0])
    origins["cast"] = "provider"
    if cast := with_people((), people):
        values["cast"] = cast
    return NfoContent(kind="movie", values=values, origins=origins)


def with_people(cast: Sequence[Mapping[str, Any]], people: Iterable[str]) -> list[dict[str, Any]]:
    """Return a cast with the people of a file behind it, each person once, in a new order."""
    known = {person_key(each["name"]) for each in cast}
    joined = [dict(each) for each in sorted(cast, key=lambda each: each.get("order", 0))]
    for name in people:
        if name.strip() and (key := person_key(name)) not in known:
            known.add(key)
            joined.append({"name": name, "character": "", IS_PERSON: True})
    return [each | {"order": number} for number, each in enumerate(joined)]


def keep_people(inputs: PublishedInputs, placeholder_keys: Collection[str]) -> None:
    """Keep the people of files and videos that are people, each once."""

    def kept(names: Iterable[str]) -> list[str]:
        found: dict[str, str] = {}
        for name in names:
            if (key := person_key(name)) and key not in placeholder_keys:
                found.setdefault(key, name)
        return list(found.values())

    inputs.people_of_files = {file_id: kept(names) for file_id, names in inputs.people_of_files.items()}
    inputs.videos = [replace(each, people=tuple(kept(each.people))) for each in inputs.videos]


def people_of(inputs: PublishedInputs, file_ids: Iterable[int]) -> list[str]:
    """Return the people of files, each once."""
    found: dict[str, str] = {}
    for file_id in file_ids:
        for name in inputs.people_of_files.get(file_id, ()):
            found.setdefault(person_key(name), name)
    return list(found.values())


def _values(
    title: KnownTitle, inputs: PublishedInputs, people: Iterable[str]
) -> tuple[dict[str, Any], dict[str, WantedOrigin]]:
    """Return the values of a title with the people of its files, and where each comes from."""
    known = inputs.values.get(title.entity.entity_id, {})
    values = {name: each.value for name, each in known.items()}
    origins: dict[str, WantedOrigin] = {
        name: "hand" if each.is_locked else _ORIGINS.get(each.origin, "provider") for name, each in known.items()
    }
    if "title" not in values:
        values["title"], origins["title"] = title.title, "name"
    origins.setdefault("cast", "provider")
    cast = values.get("cast") or []
    joined = with_people(cast, people)
    if len(joined) != len(cast):
        values["cast"] = joined
    return values, origins


def _as_list(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[;/]", text) if part.strip()]
