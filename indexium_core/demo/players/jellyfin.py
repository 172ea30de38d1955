"""A stand-in for Jellyfin, and for Emby: it answers 204 to every message, also about paths that it does not know."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from indexium_core.demo.players.server import KEY, Reply, StandInRequest, StandInServer, StandInTitle, read_nfo

USER = "7f3c"


class JellyfinStandIn(StandInServer):
    """A Jellyfin. `is_emby` changes only how it takes its key."""

    def __init__(self, *roots: Path, is_emby: bool = False, version: str = "10.10.7", port: int = 0) -> None:
        super().__init__(*roots, port=port)
        self.is_emby, self.version = is_emby, version
        self.may_administrate = True
        self.locked: set[str] = set()  # paths of titles that it does not change any more
        self.whole_scans: list[str] = []  # paths for which it looked through a whole library

    def accepts(self, headers: Mapping[str, str]) -> bool:
        if self.is_emby:
            return headers.get("x-emby-token") == KEY
        return headers.get("authorization") == f'MediaBrowser Token="{KEY}"'  # 12 takes no other form

    def answer(self, request: StandInRequest) -> Reply:
        if request.route == "/Library/Media/Updated":
            for each in request.body["Updates"]:
                self._updated(each["Path"])
            return Reply(204)
        if not self.may_administrate and request.route != "/Items":
            return Reply(403)
        if found := re.fullmatch(r"/Items/(\w+)/Refresh", request.route):
            return self._refresh(found[1])
        if found := re.fullmatch(r"/Items/(\w+)/Images", request.route):
            return Reply(200, self._images(self._numbered(found[1])))
        found = re.fullmatch(r"/UserItems/(\w+)/UserData", request.route)
        if found and request.parameters["userId"] == USER:
            self._numbered(found[1]).watched |= request.body
            return Reply(200, {})
        plain: dict[str, Any] = {
            "/System/Info": lambda: {"Version": self.version, "ServerName": "Stand-in"},
            "/Library/VirtualFolders": lambda: [{"Name": "Films", "Locations": self.roots}],
            "/Users": lambda: [{"Name": "Ann", "Id": USER}],
            "/Items": lambda: {"Items": self._items(request.parameters)},
        }
        return Reply(200, plain[request.route]()) if request.route in plain else Reply(404)

    def _updated(self, path: str) -> None:
        """Find a new media file; any other path that is no title makes it look through the whole library."""
        is_known = any(each.path == path for each in self.library.values())
        if is_known:
            return
        if (
            path.endswith((".mp4", ".mkv"))
            and Path(path).exists()
            and any(path.startswith(root) for root in self.roots)
        ):
            self.learn(Path(path))
        elif not path.endswith((".mp4", ".mkv")):
            self.whole_scans.append(path)

    def _refresh(self, number: str) -> Reply:
        title = next((each for each in self.library.values() if str(each.number) == number), None)
        if title is None:
            return Reply(404)
        if title.path not in self.locked:
            title.values = read_nfo(Path(title.path), title.kind, title.episode)
        return Reply(204)

    def _numbered(self, number: str) -> StandInTitle:
        return next(each for each in self.library.values() if str(each.number) == number)

    def _images(self, title: StandInTitle) -> list[dict[str, Any]]:
        poster = title.values["poster"]
        return [{"ImageType": "Primary", "Path": poster, "Size": Path(poster).stat().st_size}] if poster else []

    def _items(self, parameters: Mapping[str, str]) -> list[dict[str, Any]]:
        wanted = parameters.get("ids", "").split(",") if "ids" in parameters else None
        found = [each for each in self.library.values() if wanted is None or str(each.number) in wanted]
        start, limit = int(parameters.get("startIndex", 0)), int(parameters.get("limit", 10_000))
        return [self._item(each, parameters) for each in found[start : start + limit]]

    def _item(self, title: StandInTitle, parameters: Mapping[str, str]) -> dict[str, Any]:
        kinds = {"movie": "Movie", "episode": "Episode", "series": "Series"}
        item = {"Id": str(title.number), "Type": kinds[title.kind], "Name": title.values["title"], "Path": title.path}
        if "People" in parameters.get("fields", ""):
            item["ProductionYear"] = title.values["year"]
            item["Overview"] = title.values["plot"]
            item["People"] = [{"Name": each, "Type": "Actor"} for each in title.values["people"]]
        if "Settings" in parameters.get("fields", ""):
            item["LockData"] = title.path in self.locked
        if "userId" in parameters:
            item["UserData"] = {"PlayCount": 0, "PlaybackPositionTicks": 0, **title.watched}
            item["ProviderIds"] = {"Tmdb": "9000041"}
        return item
