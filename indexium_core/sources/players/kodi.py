"""
Kodi, by JSON-RPC.

A refresh deletes the row of a title with its play count, last date and rating, so these are kept before and restored
after it. A scan during a scan cancels the first one: there is one scan for each batch, and none while Kodi scans or
plays.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import unquote

from indexium_core import errors
from indexium_core.model.connections.player_connection import NotificationResult, PlayerTitle, TitleShown
from indexium_core.model.connections.watch_states import WatchState, joined, known_ids, matching
from indexium_core.model.publishing.subjects import Entity
from indexium_core.sources.players.program import (
    MessageBook,
    PlayerAbout,
    is_below,
    name_of,
    outside_reason,
    parent_of,
    plain,
)
from indexium_core.sources.players.requests import PlayerRequests

Item: TypeAlias = Mapping[str, Any]
_GROUP = 20  # titles that are refreshed together
_MANY = 50  # titles: from here on, whole lists are read
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _KodiRow:
    """A row of the library of a Kodi."""

    title: PlayerTitle
    kind: str  # movie, episode, tvshow
    item: Item

    @property
    def number(self) -> int:
        """The id of the row, which may be another one after a refresh."""
        return int(self.item[f"{self.kind}id"])

    @property
    def key(self) -> tuple[str, int]:
        """What identifies the row now."""
        return self.kind, self.number

    @property
    def slot(self) -> str:
        """What identifies the row among those of its title, before and after a refresh."""
        return f"{self.item['season']}x{self.item['episode']}" if self.kind == "episode" else self.kind

    @property
    def watch_state(self) -> dict[str, Any]:
        """What a refresh may delete."""
        return {name: self.item[name] for name in _WATCHED[self.kind] if name in self.item}

    @property
    def has_watch_state(self) -> bool:
        """Whether there is something that a refresh deletes."""
        return any(value for name, value in self.watch_state.items() if name != "resume")


class _WholeLists:
    """The library of a Kodi: its titles by kind, films and episodes also by path, and the copies of pictures."""

    def __init__(self, lists: Mapping[str, Sequence[Item]], sizes: Mapping[str, int | None]) -> None:
        self.lists, self.sizes = lists, sizes
        self.by_path: dict[str, dict[str, list[Item]]] = {}
        for kind, items in lists.items():
            paths = self.by_path.setdefault(kind, {})
            for item in items:
                paths.setdefault(item["file"], []).append(item)


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
        sentences = tuple(text for name, text in words.items() if may.get(name))
        return PlayerAbout(version=version, may=sentences, folders=tuple(map(plain, self._sources())))

    def tell(self, titles: Sequence[PlayerTitle], book: MessageBook) -> NotificationResult:
        self._require_idle()
        found = [(title, self._rows(title)) for title in titles]
        known = [(title, rows) for title, rows in found if rows]
        new = [title for title, rows in found if not rows]
        for first in range(0, len(known), _GROUP):
            self._require_idle()
            group = known[first : first + _GROUP]
            self._drop_textures([title for title, _ in group])
            self._refresh([row for _, rows in group for row in rows], book)
            book.notified([title.entity for title, _ in group])
        outside = self._scan(new)
        book.notified([title.entity for title in new])
        return NotificationResult(known=len(known), new=len(new) - len(outside), outside=outside)

    def shown(self, titles: Sequence[PlayerTitle]) -> dict[Entity, TitleShown]:
        found = {}
        whole = self._whole(titles) if len(titles) > _MANY else None
        for title in titles:
            item = self._find(title, whole)
            if item is not None:
                found[title.entity] = self._title_shown(title, item, whole)
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

    def _refresh(self, rows: Sequence[_KodiRow], book: MessageBook) -> None:
        """Refresh titles, wait until Kodi has read them, and restore their watch states."""
        titles = {row.title.entity: row.title for row in rows}
        for entity in titles:
            if book.kept(entity) is None and entity.entity_type != "season":
                own = [row for row in rows if row.title.entity == entity]
                book.keep(entity, {row.slot: row.watch_state for row in own})
        refreshed: dict[tuple[str, int], _KodiRow] = {}
        for row in rows:
            if row.key not in refreshed:
                refreshed[row.key] = row
                more = {"refreshepisodes": False} if row.kind == "tvshow" else {}
                method = f"VideoLibrary.Refresh{_METHODS[row.kind]}"
                self._call(method, **{f"{row.kind}id": row.number}, ignorenfo=False, **more)
        self._wait(refreshed.values())
        for entity, title in titles.items():
            kept = book.kept(entity) or {}
            for row in self._rows(title):
                lost = {name: value for name, value in kept.get(row.slot, {}).items() if row.item.get(name) != value}
                if lost:
                    self._set(row.kind, row.number, lost)

    def _wait(self, refreshed: Iterable[_KodiRow]) -> None:
        """Wait until titles have other ids or have lost their watch states, or Kodi is quiet for some seconds."""
        begun, left = time.monotonic(), list(refreshed)
        while left:
            self._pause(_POLL_SECONDS)
            seconds, is_quiet = time.monotonic() - begun, not self._is_scanning()
            left = [row for row in left if not self._is_read(row, seconds if is_quiet else 0.0)]
            if seconds > _LONGEST_SECONDS:
                raise errors.PlayerError(f"{self._name} does not end its refresh. Its log has the reason.")

    def _is_read(self, before: _KodiRow, quiet_seconds: float) -> bool:
        """Return whether Kodi has made a row again, whose id may be the same, or will not do it any more."""
        row = next((each for each in self._rows(before.title) if each.slot == before.slot), None)
        if row is None:
            return False
        limit = _LOSS_SECONDS if before.has_watch_state else _QUIET_SECONDS
        return row.key != before.key or row.watch_state != before.watch_state or quiet_seconds > limit

    def _scan(self, titles: Sequence[PlayerTitle]) -> dict[Entity, str]:
        """Start one scan of the sources of new titles; return those that are in no source."""
        if not titles:
            return {}
        sources = self._sources()
        roots, outside = set[str](), {}
        for title in titles:
            root = max((each for each in sources if is_below(title.path, each)), key=len, default=None)
            if root is None:
                outside[title.entity] = outside_reason(self._name, title, sources)
            else:
                roots.add(root)
        if roots:
            self._require_idle()
            only = {"directory": next(iter(roots))} if len(roots) == 1 else {}
            self._call("VideoLibrary.Scan", showdialogs=False, **only)
        return outside

    def _sources(self) -> list[str]:
        """Return the folders of its videos."""
        return [each["file"] for each in self._call("Files.GetSources", media="video").get("sources", [])]

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

    def _rows(self, title: PlayerTitle) -> list[_KodiRow]:
        """Return the rows of a title: of a file with several episodes, of each; of a season, of its series."""
        kind = _KINDS.get(title.entity.entity_type, "tvshow")
        if kind == "tvshow":
            series = self._find_series(title.path, shown=False, whole=None)
            items = [] if series is None else [series]
        else:
            more = ["season", "episode"] if kind == "episode" else []
            items = self._of_file(title, [*_WATCHED[kind], "file", *more])
        return [_KodiRow(title=title, kind=kind, item=item) for item in items]

    def _of_file(self, title: PlayerTitle, properties: Sequence[str]) -> list[Item]:
        """Return the films or episodes of a file."""
        rules = [
            {"field": "path", "operator": "startswith", "value": parent_of(title.path)},
            {"field": "filename", "operator": "is", "value": name_of(title.path)},
        ]
        items = self._list(_KINDS[title.entity.entity_type], properties=properties, filter={"and": rules})
        return [each for each in items if each["file"] == title.path]

    def _whole(self, titles: Sequence[PlayerTitle]) -> _WholeLists:
        """Return the lists of the library that have titles: fewer calls than one for each title."""
        kinds = {_KINDS.get(title.entity.entity_type, "tvshow") for title in titles}
        lists = {kind: self._list(kind, properties=_SHOWN[kind]) for kind in kinds}
        textures = self._call("Textures.GetTextures", properties=["url", "imagehash"]).get("textures", [])
        return _WholeLists(lists, {_picture(each["url"]): _size(each.get("imagehash", "")) for each in textures})

    def _find(self, title: PlayerTitle, whole: _WholeLists | None) -> Item | None:
        """Return the item of a title, with what Kodi shows of it."""
        entity_type = title.entity.entity_type
        kind = _KINDS.get(entity_type, "tvshow")
        if kind == "tvshow":
            series = self._find_series(title.path, shown=True, whole=whole)
            return self._season(series, title) if series is not None and entity_type == "season" else series
        items = self._of_file(title, _SHOWN[kind]) if whole is None else whole.by_path[kind].get(title.path, [])
        return _one_of(title, items)

    def _find_series(self, path: str, *, shown: bool, whole: _WholeLists | None) -> Item | None:
        """Return the series of a folder, or of a folder above it."""
        properties = _SHOWN["tvshow"] if shown else (*_WATCHED["tvshow"], "file")
        found = self._list("tvshow", properties=properties) if whole is None else whole.lists["tvshow"]
        items = [each for each in found if is_below(plain(path), plain(each["file"]))]
        return max(items, key=lambda each: len(each["file"]), default=None)

    def _season(self, series: Item, title: PlayerTitle) -> Item | None:
        items = self._list("season", properties=_SHOWN["season"], tvshowid=series["tvshowid"])
        return next((each for each in items if each["season"] == title.season), None)

    def _title_shown(self, title: PlayerTitle, item: Item, whole: _WholeLists | None) -> TitleShown:
        kind = "season" if title.entity.entity_type == "season" else _KINDS[title.entity.entity_type]
        art = item.get("art", {})
        poster = _picture(art.get(_POSTERS.get(kind, "poster"), ""))
        date = str(item.get("firstaired") or "")
        year = item.get("year") or (int(date[:4]) if date[:4].isdigit() else None)
        people = tuple(each["name"] for each in item["cast"]) if "cast" in item else None
        if whole is not None:
            size = whole.sizes.get(poster)
        else:
            textures = self._textures(poster) if poster else []
            size = next((_size(each.get("imagehash", "")) for each in textures), None)
        return TitleShown(
            title=item.get("title", ""),
            year=year,
            plot=item.get("plot", ""),
            people=people,
            poster=poster,
            poster_bytes=size,
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


def _one_of(title: PlayerTitle, items: Sequence[Item]) -> Item | None:
    """Return the item of a title among those of its file; of several episodes in one file, the one of its number."""
    if title.entity.entity_type == "episode" and title.number is not None:
        numbers = (title.season, title.number)
        return next((each for each in items if (each["season"], each["episode"]) == numbers), None)
    return items[0] if items else None


def _picture(address: str) -> str:
    """Return the path of a picture from the form `image://…/`."""
    return unquote(address.removeprefix("image://").removesuffix("/")) if address.startswith("image://") else address


def _size(image_hash: str) -> int | None:
    found = _IMAGE_HASH.fullmatch(image_hash)
    return int(found[1]) if found else None
