"""A stand-in for Plex: the refresh of a folder finds new media only."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from indexium_core.demo.players.server import KEY, Reply, StandInRequest, StandInServer, StandInTitle, read_nfo


class PlexStandIn(StandInServer):
    """A Plex with one library of films for each folder."""

    def accepts(self, headers: Mapping[str, str]) -> bool:
        return headers.get("x-plex-token") == KEY

    def answer(self, request: StandInRequest) -> Reply:
        if request.route == "/identity":
            return _container({"version": "1.43.2.1-abcdef"})
        if request.route == "/library/sections":
            sections = [
                {"key": str(number), "type": "movie", "Location": [{"id": number, "path": root}]}
                for number, root in enumerate(self.roots, 1)
            ]
            return _container({"Directory": sections})
        if found := re.fullmatch(r"/library/sections/(\d+)/(all|refresh)", request.route):
            return self._section(self.roots[int(found[1]) - 1], request)
        if found := re.fullmatch(r"/library/metadata/([\d,]+)(/refresh)?", request.route):
            titles = [self._numbered(number) for number in found[1].split(",")]
            if found[2]:
                titles[0].values = read_nfo(Path(titles[0].path), titles[0].kind, titles[0].episode)
                return Reply(200)
            return _container({"Metadata": [self._item(each) for each in titles]})
        return self._watched(request)

    def _section(self, root: str, request: StandInRequest) -> Reply:
        if request.route.endswith("/all"):
            items = [each for each in self.library.values() if each.path.startswith(root)]
            return _container({"Metadata": [self._item(each) for each in items]})
        for path in sorted(Path(request.parameters["path"]).glob("*.mp4")):
            if (str(path), None) not in self.library:
                self.learn(path)
        return Reply(200)

    def _watched(self, request: StandInRequest) -> Reply:
        if request.route not in ("/:/scrobble", "/:/rate", "/:/progress"):
            return Reply(404)
        title = self._numbered(request.parameters["key"])
        changes: dict[str, Callable[[], dict[str, Any]]] = {
            "/:/scrobble": lambda: {"viewCount": title.watched.get("viewCount", 0) + 1},
            "/:/rate": lambda: {"userRating": float(request.parameters["rating"])},
            "/:/progress": lambda: {"viewOffset": int(request.parameters["time"])},
        }
        title.watched |= changes[request.route]()
        return Reply(200)

    def _numbered(self, number: str) -> StandInTitle:
        return next(each for each in self.library.values() if str(each.number) == number)

    def _item(self, title: StandInTitle) -> dict[str, Any]:
        return {
            "ratingKey": str(title.number),
            "type": "movie",
            "title": title.values["title"],
            "year": title.values["year"],
            "summary": title.values["plot"],
            "Role": [{"tag": each} for each in title.values["people"]],
            "Media": [{"Part": [{"file": title.path}]}],
            "Guid": [{"id": "tmdb://9000041"}],
            **title.watched,
        }


def _container(value: Mapping[str, Any]) -> Reply:
    return Reply(200, {"MediaContainer": dict(value)})
