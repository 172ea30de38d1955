"""
Jellyfin and Emby.

Its answer to a message is always "done", so only reading back proves something. A message names media files: another
path makes it look through a whole library. Each further message restarts its wait of a minute: there is one for each
batch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from indexium_core.model.connections.player_connection import NotificationResult, PlayerTitle, TitleShown
from indexium_core.model.connections.watch_states import WatchState, joined, known_ids, matching
from indexium_core.model.publishing.subjects import Entity
from indexium_core.sources.players.program import MessageBook, PlayerAbout, has_folder, outside_reason, parent_of, plain
from indexium_core.sources.players.requests import PlayerRequests

Item: TypeAlias = Mapping[str, Any]
_PAGE = 1000  # items of one answer
_DETAILED = 50  # items of one answer with all details: their ids are in the address
_TYPES = "Movie,Video,MusicVideo,Series,Season,Episode"
_DETAILS = "Path,Overview,People,Settings"
_TICKS = 10_000_000  # of a second
_REFRESH = {"metadataRefreshMode": "Default", "imageRefreshMode": "Default"}
_ALL = "all"


class JellyfinClient:
    """A Jellyfin or an Emby."""

    def __init__(self, requests: PlayerRequests, *, is_emby: bool) -> None:
        self._requests, self._is_emby = requests, is_emby

    def about(self) -> PlayerAbout:
        found = self._requests.mapping("GET", "/System/Info")  # only for administrators
        if "Version" not in found:
            raise self._requests.not_understood()
        may = ("It may refresh titles.", "It may read watch states.")
        return PlayerAbout(version=str(found["Version"]), may=may, folders=tuple(self._folders()))

    def tell(self, titles: Sequence[PlayerTitle], book: MessageBook) -> NotificationResult:
        items = self._items()
        known = {title.entity for title in titles if items.find(title) is not None}
        folders = self._folders() if len(known) < len(titles) else []
        outside = {
            title.entity: outside_reason(self._requests.name, title, folders)
            for title in titles
            if title.entity not in known and not has_folder(folders, title.path)
        }
        titles = [title for title in titles if title.entity not in outside]
        for number in dict.fromkeys(str(item["Id"]) for title in titles for item in [items.find(title)] if item):
            self._requests.send("POST", f"/Items/{number}/Refresh", _REFRESH)
        updates = {_media(title): title.entity in known for title in titles if _media(title)}
        if updates:
            rows = [{"Path": path, "UpdateType": "Modified" if old else "Created"} for path, old in updates.items()]
            self._requests.send("POST", "/Library/Media/Updated", body={"Updates": rows})
        book.notified([title.entity for title in titles])
        return NotificationResult(known=len(known), new=len(titles) - len(known), outside=outside)

    def shown(self, titles: Sequence[PlayerTitle]) -> dict[Entity, TitleShown]:
        items = self._items()
        ids = {title.entity: str(item["Id"]) for title in titles for item in [items.find(title)] if item}
        details: dict[str, Item] = {}
        numbers = list(dict.fromkeys(ids.values()))
        for first in range(0, len(numbers), _DETAILED):
            only = {"ids": ",".join(numbers[first : first + _DETAILED]), "fields": _DETAILS}
            details |= {str(each["Id"]): each for each in self._list(only)}
        return {entity: self._title_shown(details[each]) for entity, each in ids.items() if each in details}

    def watched(self) -> list[WatchState]:
        users = self._users()
        return [state for user in users for state, _ in self._states(*user) if state.has_content]

    def put_watched(self, states: Sequence[WatchState]) -> int:
        changed = 0
        for name, user in self._users():
            if not any(each.user == name for each in states):
                continue
            present = {id(state): (state, item) for state, item in self._states(name, user)}
            for state, stored in matching([state for state, _ in present.values()], states):
                self._put(user, str(present[id(state)][1]["Id"]), joined(state, stored))
                changed += 1
        return changed

    def _folders(self) -> list[str]:
        """Return the folders of its libraries. Some versions of Emby answer with pages."""
        libraries = self._requests.send("GET", "/Library/VirtualFolders").value
        if isinstance(libraries, dict):
            libraries = libraries.get("Items")
        if not isinstance(libraries, list):
            raise self._requests.not_understood()
        return [str(folder) for each in libraries for folder in each.get("Locations") or []]

    def _items(self) -> _Items:
        """Return all titles with their paths."""
        found: list[Item] = []
        while True:
            page = {"startIndex": str(len(found)), "limit": str(_PAGE)}
            items = self._list({"recursive": "true", "includeItemTypes": _TYPES, "fields": "Path", **page})
            found += items
            if len(items) < _PAGE:
                return _Items(found)

    def _list(self, parameters: Mapping[str, str]) -> list[Item]:
        items = self._requests.mapping("GET", "/Items", parameters).get("Items")
        if not isinstance(items, list):
            raise self._requests.not_understood()
        return items

    def _title_shown(self, item: Item) -> TitleShown:
        pictures = self._requests.send("GET", f"/Items/{item['Id']}/Images").value or []
        poster: Item = next((each for each in pictures if each.get("ImageType") == "Primary"), {})
        people = [each["Name"] for each in item.get("People", []) if each.get("Type") in ("Actor", "GuestStar")]
        return TitleShown(
            title=item.get("Name", ""),
            year=item.get("ProductionYear"),
            plot=item.get("Overview", ""),
            people=tuple(people) if item.get("Type") != "Season" else None,
            poster=str(poster.get("Path") or ""),
            locks=(_ALL,) if item.get("LockData") else tuple(str(each) for each in item.get("LockedFields", [])),
            poster_bytes=poster.get("Size"),
        )

    # Watch states.

    def _users(self) -> list[tuple[str, str]]:
        users = self._requests.send("GET", "/Users").value
        if not isinstance(users, list):
            raise self._requests.not_understood()
        return [(str(each["Name"]), str(each["Id"])) for each in users]

    def _states(self, name: str, user: str) -> Iterator[tuple[WatchState, Item]]:
        """Yield the watch state of each film and episode of a user."""
        start = 0
        only = {"recursive": "true", "includeItemTypes": "Movie,Video,Episode", "fields": "Path,ProviderIds"}
        while True:
            page = {"userId": user, "startIndex": str(start), "limit": str(_PAGE)}
            items = self._list({**only, **page})
            for item in items:
                yield _state(name, item), item
            start += len(items)
            if len(items) < _PAGE:
                return

    def _put(self, user: str, item: str, state: WatchState) -> None:
        values: dict[str, Any] = {
            "PlayCount": state.play_count,
            "Played": state.play_count > 0,
            "PlaybackPositionTicks": round(state.resume_seconds * _TICKS),
        }
        if state.last_played:
            values["LastPlayedDate"] = state.last_played
        if state.user_rating:
            values["Rating"] = state.user_rating
        if self._is_emby:
            self._requests.send("POST", f"/Users/{user}/Items/{item}/UserData", body=values)
        else:
            self._requests.send("POST", f"/UserItems/{item}/UserData", {"userId": user}, values)


class _Items:
    """The titles of a player, by their paths; seasons by the path of their series, because some have no folder."""

    def __init__(self, items: Sequence[Item]) -> None:
        self._by_path = {plain(each["Path"]): each for each in items if each.get("Path") and each["Type"] != "Season"}
        paths = {each["Id"]: path for path, each in self._by_path.items() if each["Type"] == "Series"}
        seasons = [each for each in items if each["Type"] == "Season" and each.get("SeriesId") in paths]
        self._seasons = {(paths[each["SeriesId"]], each.get("IndexNumber")): each for each in seasons}

    def find(self, title: PlayerTitle) -> Item | None:
        """Return the item of a title."""
        path = plain(title.path)
        if title.entity.entity_type == "season":
            return self._seasons.get((path, title.season)) or self._seasons.get((parent_of(path), title.season))
        return self._by_path.get(path)


def _media(title: PlayerTitle) -> str:
    return title.media if title.entity.entity_type in ("series", "season") else title.path


def _state(user: str, item: Item) -> WatchState:
    data = item.get("UserData", {})
    is_episode = item.get("Type") == "Episode"
    return WatchState(
        user=user,
        title=item.get("Name", ""),
        path=item.get("Path", ""),
        ids=known_ids(item.get("ProviderIds", {})),
        season=item.get("ParentIndexNumber") if is_episode else None,
        episode=item.get("IndexNumber") if is_episode else None,
        play_count=data.get("PlayCount", 0),
        last_played=data.get("LastPlayedDate", ""),
        user_rating=float(data.get("Rating") or 0),
        resume_seconds=data.get("PlaybackPositionTicks", 0) / _TICKS,
    )
