"""
Plex.

A folder that is refreshed by its path brings new media only; a known title is refreshed by its number. Plex has one
account for each key, and counts watched titles itself: a play count that is put into it becomes 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeAlias

from indexium_core.model import wording
from indexium_core.model.connections.player_connection import NotificationResult, PlayerTitle, TitleShown
from indexium_core.model.connections.watch_states import WatchState, joined, known_ids, matching
from indexium_core.model.publishing.subjects import Entity
from indexium_core.sources.players.program import (
    MessageBook,
    PlayerAbout,
    has_folder,
    is_below,
    outside_reason,
    parent_of,
    plain,
)
from indexium_core.sources.players.requests import PlayerRequests

Item: TypeAlias = Mapping[str, Any]
_MOVIE, _EPISODE = "1", "4"  # types of Plex
_DETAILED = 50  # titles of one answer with all details: their numbers are in the address
_MINE = "com.plexapp.plugins.library"
_MILLISECONDS = 1000


@dataclass(frozen=True, slots=True)
class _PlexLibrary:
    """A library of Plex."""

    key: str
    type: str  # movie, show
    folders: tuple[str, ...]


@dataclass(slots=True)
class _KnownFiles:
    """The titles of the libraries that some messages are about."""

    files: dict[str, list[Item]] = field(default_factory=dict)  # films and episodes, by the path of their files

    def numbers_of(self, title: PlayerTitle) -> list[str]:
        """Return the numbers of a title: of a file with several episodes, of each."""
        if title.entity.entity_type == "episode":
            return [str(each["ratingKey"]) for each in self.files.get(title.path, [])]
        number = self.number_of(title)
        return [] if number is None else [number]

    def number_of(self, title: PlayerTitle) -> str | None:
        """Return the number of a title; of a series or a season, by one of its episodes."""
        entity_type = title.entity.entity_type
        if entity_type in ("movie", "video"):
            return next((str(each["ratingKey"]) for each in self.files.get(title.path, [])), None)
        if entity_type == "episode":
            items = self.files.get(title.path, [])
            return next((str(each["ratingKey"]) for each in items if title.number in (None, each.get("index"))), None)
        name = "parentRatingKey" if entity_type == "season" else "grandparentRatingKey"
        return next((str(each[name]) for each in self._below(title) if name in each), None)

    def _below(self, title: PlayerTitle) -> Iterator[Item]:
        for path, items in self.files.items():
            if is_below(path, plain(title.path)):
                yield from (
                    each
                    for each in items
                    if title.entity.entity_type == "series" or each.get("parentIndex") == title.season
                )


class PlexClient:
    """A Plex Media Server."""

    def __init__(self, requests: PlayerRequests) -> None:
        self._requests, self._name = requests, requests.name

    def about(self) -> PlayerAbout:
        version = str(self._container("/identity").get("version", ""))
        sections = self._sections()
        may = f"It may read and refresh {wording.plural(len(sections), 'library', 'libraries')}."
        return PlayerAbout(version=version.partition("-")[0], may=(may,), folders=_folders_of(sections))

    def tell(self, titles: Sequence[PlayerTitle], book: MessageBook) -> NotificationResult:
        sections = self._sections()
        known = self._known(sections, titles)
        folders: dict[tuple[str, str], None] = {}
        numbers: dict[str, None] = {}
        outside = {}
        count = 0
        for title in titles:
            section = _section_of(sections, title)
            if section is None:
                outside[title.entity] = outside_reason(self._name, title, _folders_of(sections))
            elif found := known.numbers_of(title):
                numbers |= dict.fromkeys(found)
                count += 1
            else:
                is_folder = title.entity.entity_type in ("series", "season")
                folders[section.key, title.path if is_folder else parent_of(title.path)] = None
        for number in numbers:
            self._requests.send("PUT", f"/library/metadata/{number}/refresh")
        for key, folder in folders:
            self._requests.send("GET", f"/library/sections/{key}/refresh", {"path": folder})
        book.notified([title.entity for title in titles])
        return NotificationResult(known=count, new=len(titles) - count - len(outside), outside=outside)

    def shown(self, titles: Sequence[PlayerTitle]) -> dict[Entity, TitleShown]:
        known = self._known(self._sections(), titles)
        numbers = {title.entity: number for title in titles if (number := known.number_of(title))}
        wanted = list(dict.fromkeys(numbers.values()))
        details: dict[str, Item] = {}
        for first in range(0, len(wanted), _DETAILED):
            found = self._container(f"/library/metadata/{','.join(wanted[first : first + _DETAILED])}")
            details |= {str(each["ratingKey"]): each for each in found.get("Metadata", [])}
        return {entity: _title_shown(details[number]) for entity, number in numbers.items() if number in details}

    def watched(self) -> list[WatchState]:
        return [state for state, _ in self._states() if state.has_content]

    def put_watched(self, states: Sequence[WatchState]) -> int:
        present = {id(state): (state, number) for state, number in self._states()}
        pairs = matching([state for state, _ in present.values()], states)
        changed = 0
        for state, stored in pairs:
            after, own = joined(state, stored), {"key": present[id(state)][1], "identifier": _MINE}
            is_changed = False
            if after.play_count and not state.play_count:
                self._requests.send("GET", "/:/scrobble", own)
                is_changed = True
            if after.user_rating != state.user_rating:
                self._requests.send("PUT", "/:/rate", {**own, "rating": f"{after.user_rating:g}"})
                is_changed = True
            if after.resume_seconds != state.resume_seconds:
                time = str(round(after.resume_seconds * _MILLISECONDS))
                self._requests.send("GET", "/:/progress", {**own, "time": time, "state": "stopped"})
                is_changed = True
            changed += is_changed
        return changed

    def _container(self, route: str, parameters: Mapping[str, str] | None = None) -> Item:
        found = self._requests.mapping("GET", route, parameters).get("MediaContainer")
        if not isinstance(found, dict):
            raise self._requests.not_understood()
        return found

    def _sections(self) -> list[_PlexLibrary]:
        return [
            _PlexLibrary(str(each["key"]), each.get("type", ""), tuple(one["path"] for one in each.get("Location", [])))
            for each in self._container("/library/sections").get("Directory", [])
            if each.get("type") in ("movie", "show")
        ]

    def _known(self, sections: Sequence[_PlexLibrary], titles: Sequence[PlayerTitle]) -> _KnownFiles:
        known = _KnownFiles()
        for section in {each for title in titles if (each := _section_of(sections, title))}:
            for item in self._items(section):
                for path in _files(item):
                    known.files.setdefault(path, []).append(item)
        return known

    def _items(self, section: _PlexLibrary) -> list[Item]:
        only = {"type": _MOVIE if section.type == "movie" else _EPISODE, "includeGuids": "1"}
        items: list[Item] = self._container(f"/library/sections/{section.key}/all", only).get("Metadata", [])
        return items

    def _states(self) -> Iterator[tuple[WatchState, str]]:
        """Yield the watch state of each film and episode with its number."""
        for section in self._sections():
            for item in self._items(section):
                path = next(_files(item), None)
                if path is not None:
                    yield _state(item, path), str(item["ratingKey"])


def _folders_of(sections: Sequence[_PlexLibrary]) -> tuple[str, ...]:
    return tuple(folder for each in sections for folder in each.folders)


def _section_of(sections: Sequence[_PlexLibrary], title: PlayerTitle) -> _PlexLibrary | None:
    return next((each for each in sections if has_folder(each.folders, title.path)), None)


def _files(item: Item) -> Iterator[str]:
    for media in item.get("Media", []):
        yield from (part["file"] for part in media.get("Part", []) if "file" in part)


def _title_shown(item: Item) -> TitleShown:
    return TitleShown(
        title=item.get("title", ""),
        year=item.get("year"),
        plot=item.get("summary", ""),
        people=None if item.get("type") == "season" else tuple(each["tag"] for each in item.get("Role", [])),
        poster=None,  # Plex shows a copy, and does not tell of which file
        locks=tuple(str(each["name"]) for each in item.get("Field", []) if each.get("locked")),
    )


def _state(item: Item, path: str) -> WatchState:
    guids = [str(each.get("id", "")).partition("://") for each in item.get("Guid", [])]
    is_episode = item.get("type") == "episode"
    seen = item.get("lastViewedAt")
    return WatchState(
        title=item.get("title", ""),
        path=path,
        ids=known_ids({name: value for name, _, value in guids}),
        season=item.get("parentIndex") if is_episode else None,
        episode=item.get("index") if is_episode else None,
        play_count=item.get("viewCount", 0),
        last_played=datetime.fromtimestamp(seen, UTC).isoformat() if seen else "",
        user_rating=float(item.get("userRating") or 0),
        resume_seconds=item.get("viewOffset", 0) / _MILLISECONDS,
    )
