"""
Kodi, by JSON-RPC.

A refresh deletes the row of a title with its play count, last date and rating, so these are kept before and restored
after it. A scan during a scan cancels the first one: there is one scan for each batch, and none while Kodi scans or
plays.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias
from urllib.parse import unquote

from indexium_core import errors
from indexium_core.model.connections.player_connection import NotificationResult, PlayerTitle, TitleShown
from indexium_core.model.connections.watch_states import WatchState, joined, known_ids, matching
from indexium_core.model.publishing.subjects import Entity
from indexium_core.sources.players.program import MessageBook, PlayerAbout, is_below, name_of, parent_of, plain
from indexium_core.sources.players.requests import PlayerRequests

Item: TypeAlias = Mapping[str, Any]
_GROUP = 20  # titles that are refreshed together
_POLL_SECONDS = 0.2
_QUIET_SECONDS = 3.0  # after a refresh: a title that has not changed does not change any more
_LOSS_SECONDS = 10.0  # … if it has a watch state to lose
_LONGEST_SECONDS = 60.0  # for the refresh of a group
_KINDS: Mapping[str, str] = {"movie": "movie", "video": "movie", "episode": "episode", "series": "tvshow"}
_METHODS: Mapping[str, str] = {"movie": "Movie", "episode": "Episode", "tvshow": "TVShow"}
_LISTS: Mapping[str, str] = {"movie": "Movies", "episode": "Episodes", "tvshow": "TVShows", "season": "Seasons"}
_WATCHED: Mapping[str, tuple[str, ...]] = {
    "movie": ("playcount", "lastplayed", "userrating", "resume"),
    "episode": ("playcount", "lastplayed", "userrating", "resume"),
    "tvshow": ("userrating",),
}
_SHOWN: Mapping[str, tuple[str, ...]] = {
    "movie": ("title", "year", "plot", "cast", "art", "file"),
    "episode": ("title", "firstaired", "plot", "cast", "art", "file", "season", "episode"),
    "tvshow": ("title", "year", "plot", "cast", "art", "file"),
    "season": ("title", "season", "art"),
}
_POSTERS: Mapping[str, str] = {"episode": "thumb"}
_INVALID_PARAMETERS = -32602
_IMAGE_HASH = re.compile(r"d[0-9]+s([0-9]+)")  # time and size of the picture that Kodi has copied


class KodiClient:
    """A Kodi."""

    def __init__(self, requests: PlayerRequests, *, pause: Callable[[float], None] = time.sleep) -> None:
        """`pause` waits for some seconds."""
        self._requests, self._pause, self._name = requests, pause, requests.name

    def about(self) -> PlayerAbout:
        found = self._call("Application.GetProperties", properties=["version"])["version"]
        version = f"{found['major']}.{found['minor']}"
        may = self._call("JSONRPC.Permission")
        words = {"UpdateData": "It may change the library.", "ReadData": "It may read the library."}
        return PlayerAbout(version=version, may=tuple(text for name, text in words.items() if may.get(name)))

    def tell(self, titles: Sequence[PlayerTitle], book: MessageBook) -> NotificationResult:
        self._require_idle()
        known = [(title, item) for title in titles for item in [self._find(title)] if item is not None]
        addresses = {title.entity for title, _ in known}
        new = [title for title in titles if title.entity not in addresses]
        for first in range(0, len(known), _GROUP):
            self._require_idle()
            group = known[first : first + _GROUP]
            self._drop_textures([title for title, _ in group])
            self._refresh(group, book)
            book.notified([title.entity for title, _ in group])
        outside = self._scan(new)
        book.notified([title.entity for title in new])
        return NotificationResult(known=len(known), new=len(new) - len(outside), outside=outside)

    def shown(self, titles: Sequence[PlayerTitle]) -> dict[Entity, TitleShown]:
        found = {}
        for title in titles:
            item = self._find(title, shown=True)
            if item is not None:
                found[title.entity] = self._title_shown(title, item)
        return found

    def watched(self) -> list[WatchState]:
        return [state for state, _, _ in self._states() if state.has_content]

    def put_watched(self, states: Sequence[WatchState]) -> int:
        present = {id(state): (state, kind, number) for state, kind, number in self._states()}
        pairs = matching([state for state, _, _ in present.values()], states)
        for state, stored in pairs:
            _, kind, number = present[id(state)]
            after = joined(state, stored)
            values = {
                "playcount": after.play_count,
                "lastplayed": after.last_played,
                "userrating": round(after.user_rating),
                "resume": {"position": after.resume_seconds},
            }
            self._set(kind, number, values)
        return len(pairs)

    # Messages.

    def _require_idle(self) -> None:
        """Raise PlayerError (`player_busy`) while Kodi plays or scans."""
        if self._call("Player.GetActivePlayers"):
            raise errors.PlayerError(f"{self._name} plays something. It is told when that ends.", code="player_busy")
        if self._is_scanning():
            raise errors.PlayerError(f"{self._name} scans its library. It is told when that ends.", code="player_busy")

    def _is_scanning(self) -> bool:
        name = "Library.IsScanningVideo"
        return bool(self._call("XBMC.GetInfoBooleans", booleans=[name])[name])

    def _refresh(self, group: Sequence[tuple[PlayerTitle, Item]], book: MessageBook) -> None:
        """Refresh titles, wait until Kodi has read them, and put their watch states back."""
        refreshed: dict[tuple[str, int], tuple[PlayerTitle, Item]] = {}
        for title, item in group:
            kind, number = _key(title, item)
            if book.kept(title.entity) is None and title.entity.entity_type != "season":
                book.keep(title.entity, {name: item[name] for name in _WATCHED[kind] if name in item})
            if (kind, number) in refreshed:
                continue
            refreshed[kind, number] = title, item
            more = {"refreshepisodes": False} if kind == "tvshow" else {}
            self._call(f"VideoLibrary.Refresh{_METHODS[kind]}", **{f"{kind}id": number}, ignorenfo=False, **more)
        self._wait(refreshed)
        for title, _ in group:
            present, kept = self._find(title), book.kept(title.entity)
            if present is not None and kept is not None:
                kind, number = _key(title, present)
                lost = {name: value for name, value in kept.items() if present.get(name) != value}
                if lost:
                    self._set(kind, number, lost)

    def _wait(self, refreshed: Mapping[tuple[str, int], tuple[PlayerTitle, Item]]) -> None:
        """Wait until titles have other ids or have lost their watch states, or Kodi is quiet for some seconds."""
        begun, left = time.monotonic(), dict(refreshed)
        while left:
            self._pause(_POLL_SECONDS)
            seconds, is_quiet = time.monotonic() - begun, not self._is_scanning()
            for key, (title, before) in list(left.items()):
                item = self._find(title)
                limit = _LOSS_SECONDS if _has_watch_state(key[0], before) else _QUIET_SECONDS
                if item is not None and (_is_other(title, before, item) or (is_quiet and seconds > limit)):
                    del left[key]
            if seconds > _LONGEST_SECONDS:
                raise errors.PlayerError(f"{self._name} does not end its refresh. Its log has the reason.")

    def _scan(self, titles: Sequence[PlayerTitle]) -> dict[Entity, str]:
        """Start one scan of the sources of new titles; return those that are in no source."""
        if not titles:
            return {}
        sources = [each["file"] for each in self._call("Files.GetSources", media="video").get("sources", [])]
        roots, outside = set[str](), {}
        for title in titles:
            root = max((each for each in sources if is_below(title.path, each)), key=len, default=None)
            if root is None:
                folder = parent_of(title.path)
                outside[title.entity] = f"No source of {self._name} has the folder {folder}. Add a source, or map it."
            else:
                roots.add(root)
        if roots:
            self._require_idle()
            only = {"directory": next(iter(roots))} if len(roots) == 1 else {}
            self._call("VideoLibrary.Scan", showdialogs=False, **only)
        return outside

    def _drop_textures(self, titles: Sequence[PlayerTitle]) -> None:
        """Remove the copies of pictures: Kodi shows them after a refresh too."""
        for path in dict.fromkeys(each for title in titles for each in title.pictures):
            for texture in self._textures(path):
                self._call("Textures.RemoveTexture", textureid=texture["textureid"])

    def _textures(self, path: str) -> list[Item]:
        only = {"field": "url", "operator": "is", "value": path}
        found: list[Item] = self._call("Textures.GetTextures", properties=["imagehash"], filter=only).get(
            "textures", []
        )
        return found

    # Titles.

    def _find(self, title: PlayerTitle, *, shown: bool = False) -> Item | None:
        """Return the item of a title by its path; of a season, the one of its series."""
        entity_type = title.entity.entity_type
        if entity_type == "season":
            series = self._find_series(title.path, shown=False)
            return series if series is None or not shown else self._season(series, title)
        kind = _KINDS[entity_type]
        if kind == "tvshow":
            return self._find_series(title.path, shown=shown)
        wanted = [*_WATCHED[kind], "file", *(["season", "episode"] if kind == "episode" else [])]
        rule = {
            "and": [
                {"field": "path", "operator": "startswith", "value": parent_of(title.path)},
                {"field": "filename", "operator": "is", "value": name_of(title.path)},
            ]
        }
        items = self._list(kind, properties=_SHOWN[kind] if shown else wanted, filter=rule)
        same = [each for each in items if each["file"] == title.path]
        if kind == "episode" and title.number is not None:
            numbers = (title.season, title.number)
            return next((each for each in same if (each["season"], each["episode"]) == numbers), None)
        return same[0] if same else None

    def _find_series(self, path: str, *, shown: bool) -> Item | None:
        """Return the series of a folder, or of a folder above it."""
        properties = _SHOWN["tvshow"] if shown else (*_WATCHED["tvshow"], "file")
        folder = plain(path)
        items = [each for each in self._list("tvshow", properties=properties) if is_below(folder, plain(each["file"]))]
        return max(items, key=lambda each: len(each["file"]), default=None)

    def _season(self, series: Item, title: PlayerTitle) -> Item | None:
        items = self._list("season", properties=_SHOWN["season"], tvshowid=series["tvshowid"])
        return next((each for each in items if each["season"] == title.season), None)

    def _title_shown(self, title: PlayerTitle, item: Item) -> TitleShown:
        kind = "season" if title.entity.entity_type == "season" else _KINDS[title.entity.entity_type]
        art = item.get("art", {})
        poster = _picture(art.get(_POSTERS.get(kind, "poster"), ""))
        date = str(item.get("firstaired") or "")
        year = item.get("year") or (int(date[:4]) if date[:4].isdigit() else None)
        people = tuple(each["name"] for each in item["cast"]) if "cast" in item else None
        sizes = [_size(each.get("imagehash", "")) for each in self._textures(poster)] if poster else []
        return TitleShown(
            title=item.get("title", ""),
            year=year,
            plot=item.get("plot", ""),
            people=people,
            poster=poster,
            poster_bytes=sizes[0] if sizes else None,
        )

    def _states(self) -> Iterator[tuple[WatchState, str, int]]:
        """Yield the watch state of each film and episode, with its kind and its id."""
        for kind in ("movie", "episode"):
            more = ("title", "file", "uniqueid", *(("season", "episode") if kind == "episode" else ()))
            for item in self._list(kind, properties=(*_WATCHED[kind], *more)):
                state = WatchState(
                    title=item.get("title", ""),
                    path=item["file"],
                    ids=known_ids(item.get("uniqueid", {})),
                    season=item.get("season"),
                    episode=item.get("episode"),
                    play_count=item.get("playcount", 0),
                    last_played=item.get("lastplayed", ""),
                    user_rating=float(item.get("userrating", 0)),
                    resume_seconds=float(item.get("resume", {}).get("position", 0)),
                )
                yield state, kind, int(item[f"{kind}id"])

    def _set(self, kind: str, number: int, values: Mapping[str, Any]) -> None:
        self._call(f"VideoLibrary.Set{_METHODS[kind]}Details", **{f"{kind}id": number}, **values)

    def _list(self, kind: str, **parameters: Any) -> list[Item]:
        name = _LISTS[kind]
        properties = list(dict.fromkeys(parameters.pop("properties")))
        found = self._call(f"VideoLibrary.Get{name}", properties=properties, **parameters)
        items: list[Item] = found.get(name.lower(), [])
        return items

    def _call(self, method: str, **parameters: Any) -> Any:
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}
        answer = self._requests.send("POST", "/jsonrpc", body=body).value
        if not isinstance(answer, dict) or not {"result", "error"} & answer.keys():
            raise self._requests.not_understood()
        if "error" in answer:
            problem = answer["error"]
            code = problem.get("code") if isinstance(problem, dict) else None
            what = "does not know what it is asked for" if code == _INVALID_PARAMETERS else "refuses it"
            raise errors.PlayerError(f"{self._name} {what} ({method}). Read the titles back, then try again.")
        return answer["result"]


def _key(title: PlayerTitle, item: Item) -> tuple[str, int]:
    kind = "tvshow" if title.entity.entity_type == "season" else _KINDS[title.entity.entity_type]
    return kind, int(item[f"{kind}id"])


def _is_other(title: PlayerTitle, before: Item, item: Item) -> bool:
    """Return whether Kodi has made the row of a title again: its id may be the same."""
    kind, number = _key(title, item)
    return (kind, number) != _key(title, before) or any(item.get(name) != before.get(name) for name in _WATCHED[kind])


def _has_watch_state(kind: str, item: Item) -> bool:
    return any(item.get(name) for name in _WATCHED[kind] if name != "resume")


def _picture(address: str) -> str:
    """Return the path of a picture from the form `image://…/`."""
    return unquote(address.removeprefix("image://").removesuffix("/")) if address.startswith("image://") else address


def _size(image_hash: str) -> int | None:
    found = _IMAGE_HASH.fullmatch(image_hash)
    return int(found[1]) if found else None
