"""The content of NFO files: the shown values of titles, the people of files, and the values of videos."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from blake3 import blake3

from indexium_core.model.people.people_comment import person_key
from indexium_core.model.publishing.nfo_content import NfoContent
from indexium_core.model.publishing.side_file_names import stem_of
from indexium_core.store.publishing.inputs import KnownTitle, KnownVideo, PublishedInputs
from indexium_core.store.publishing.rows import RULES

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_YEAR = re.compile(r"\d{4}")
# The fields of a video that an NFO file has, and the fields of titles that they become.
_OF_VIDEOS = {"title": "title", "description": "plot", "genre": "genres"}
_DATES = ("date", "creation_time")  # fields of a video; the first one with a value counts


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedContent:
    """The content of one root of an NFO file, and which of its fields come from an NFO file of others."""

    content: NfoContent
    theirs: frozenset[str] = frozenset()

    @property
    def for_edit(self) -> NfoContent:
        """
        The content for an existing file, without the fields of others.

        Another program may have changed them since the last scan, and nobody has decided anything about them.
        """
        values = {name: value for name, value in self.content.values.items() if name not in self.theirs}
        return replace(self.content, values=values)


def hash_of(planned: Sequence[PlannedContent]) -> str:
    """Return the hash of the contents of an NFO file, by the present rules."""
    facts = [
        {
            "kind": each.content.kind,
            "numbers": [each.content.season, each.content.episode],
            "series": each.content.series_title,
            "seasons": sorted(each.content.season_names.items()),
            "values": each.content.values,
            "theirs": sorted(each.theirs),
        }
        for each in planned
    ]
    return blake3(f"{RULES}{json.dumps(facts, sort_keys=True, default=str)}".encode()).hexdigest()


def of_film(title: KnownTitle, inputs: PublishedInputs, people: Iterable[str]) -> PlannedContent:
    """Return the content of the NFO file of a film."""
    values, theirs = _values(title, inputs, people)
    return PlannedContent(content=NfoContent(kind="movie", values=values), theirs=theirs)


def of_series(title: KnownTitle, inputs: PublishedInputs) -> PlannedContent:
    """Return the content of `tvshow.nfo`, with the names of seasons that are more than their number."""
    names = {
        number: name
        for number, name in inputs.seasons.get(title.entity.entity_id, ())
        if name and name not in (f"Season {number}", "Specials")
    }
    values, theirs = _values(title, inputs, ())
    content = NfoContent(kind="tvshow", values=values, season_names=names)
    return PlannedContent(content=content, theirs=theirs)


def of_season(title: KnownTitle, inputs: PublishedInputs) -> PlannedContent:
    """Return the content of `season.nfo`."""
    values, theirs = _values(title, inputs, ())
    return PlannedContent(content=NfoContent(kind="season", values=values, season=title.season), theirs=theirs)


def of_episode(title: KnownTitle, inputs: PublishedInputs, people: Iterable[str]) -> PlannedContent:
    """Return the content of one episode in the NFO file of its video."""
    values, theirs = _values(title, inputs, people)
    for name in ("season", "episode"):  # they are part of the content itself
        values.pop(name, None)
    content = NfoContent(
        kind="episodedetails",
        values=values,
        season=title.season,
        episode=title.episode,
        series_title=title.series_title,
    )
    return PlannedContent(content=content, theirs=theirs)


def of_video(video: KnownVideo, people: Iterable[str]) -> PlannedContent:
    """Return the content of the NFO file of a video that belongs to no title: its people are the cast."""
    values: dict[str, Any] = {
        ours: _as_list(video.values[theirs]) if ours == "genres" else video.values[theirs]
        for theirs, ours in _OF_VIDEOS.items()
        if video.values.get(theirs)
    }
    values |= {ours: None for theirs, ours in _OF_VIDEOS.items() if theirs in video.cleared}
    values.setdefault("title", stem_of(video.file.path_bytes.rpartition(b"/")[2]).decode("utf-8", "replace"))
    date = next((text for name in _DATES if (text := video.values.get(name))), "")
    if day := _DAY.match(date):
        values["release_date"] = day[0]
    if year := _YEAR.match(date):
        values["year"] = int(year[0])
    if cast := with_people((), people):
        values["cast"] = cast
    return PlannedContent(content=NfoContent(kind="movie", values=values))


def with_people(cast: Sequence[Mapping[str, Any]], people: Iterable[str]) -> list[dict[str, Any]]:
    """Return a cast with the people of a file behind it, each person once, in a new order."""
    known = {person_key(each["name"]) for each in cast}
    joined = [dict(each) for each in sorted(cast, key=lambda each: each.get("order", 0))]
    for name in people:
        if name.strip() and (key := person_key(name)) not in known:
            known.add(key)
            joined.append({"name": name, "character": ""})
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


def _values(title: KnownTitle, inputs: PublishedInputs, people: Iterable[str]) -> tuple[dict[str, Any], frozenset[str]]:
    """Return the values of a title with the people of its files, and the fields whose values come from NFO files."""
    values = dict(inputs.values.get(title.entity.entity_id, {}))
    theirs = set(inputs.from_nfo.get(title.entity.entity_id, ()))
    values.setdefault("title", title.title)
    cast = values.get("cast") or []
    joined = with_people(cast, people)
    if len(joined) != len(cast):
        values["cast"] = joined
        theirs.discard("cast")
    return values, frozenset(theirs)


def _as_list(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[;/]", text) if part.strip()]
