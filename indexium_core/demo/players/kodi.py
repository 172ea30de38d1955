"""
A stand-in for Kodi, as a real Kodi 20.1 was measured.

A refresh deletes the row of a title: it has a new id, and no play count, last date and rating. A scan during a scan
cancels the first one. A scan of anything but a source adds nothing. A picture with a texture stays the old one.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from indexium_core.demo.players.server import KEY, Reply, StandInRequest, StandInServer, StandInTitle, read_nfo

LOGIN = f"kodi:{KEY}"
FRESH = {"playcount": 0, "lastplayed": "", "userrating": 0, "resume": {"position": 0.0, "total": 0.0}}
_KINDS = {"Movie": "movie", "Episode": "episode", "TVShow": "series"}


class KodiStandIn(StandInServer):
    """A Kodi."""

    def __init__(self, *roots: Path, port: int = 0) -> None:
        super().__init__(*roots, port=port)
        self.playing = False
        self.scanning = False
        self.cancelled_scans = 0
        self.scans: list[str] = []  # the folder of each scan; "": all sources
        self.textures: dict[str, tuple[int, str]] = {}  # by the path of the picture: number and hash of the file
        self.calls: list[str] = []

    def accepts(self, headers: Mapping[str, str]) -> bool:
        return headers.get("authorization") == f"Basic {base64.b64encode(LOGIN.encode()).decode()}"

    def learn(self, path: Path, kind: str = "movie", **numbers: Any) -> StandInTitle:
        title = super().learn(path, kind, **numbers)
        title.watched = dict(FRESH)
        self.show_poster(title)
        return title

    def show_poster(self, title: StandInTitle) -> None:
        """Copy the poster of a title, unless Kodi has a copy."""
        if (poster := title.values["poster"]) and poster not in self.textures:
            status = Path(poster).stat()
            self.textures[poster] = self.new_number(), f"d{int(status.st_mtime)}s{status.st_size}"

    def answer(self, request: StandInRequest) -> Reply:
        if request.headers.get("content-type") != "application/json":
            return Reply(415)
        method, parameters = request.body["method"], request.body.get("params", {})
        self.calls.append(method)
        try:
            return Reply(200, {"jsonrpc": "2.0", "id": 1, "result": self._called(method, parameters)})
        except LookupError:
            return Reply(200, {"jsonrpc": "2.0", "id": 1, "error": {"code": -32602, "message": "Invalid params."}})

    def _called(self, method: str, parameters: Mapping[str, Any]) -> Any:
        name = method.rpartition(".")[2]
        for word, kind in _KINDS.items():
            if name == f"Get{word}s":
                return {f"{word.lower()}s": self._listed(kind, word.lower(), parameters)}
            if name == f"Refresh{word}":
                return self._refresh(self._numbered(kind, parameters[f"{word.lower()}id"]))
            if name == f"Set{word}Details":
                found = self._numbered(kind, parameters[f"{word.lower()}id"])
                found.watched |= {key: value for key, value in parameters.items() if key in FRESH}
                return "OK"
        return getattr(self, f"_{name}")(**parameters)

    def _GetProperties(self, properties: list[str]) -> Any:  # noqa: N802 - the name of the method of Kodi
        return {"version": {"major": 20, "minor": 1}} if "version" in properties else {}

    def _Permission(self) -> Any:  # noqa: N802
        return {"UpdateData": True, "ReadData": True}

    def _GetActivePlayers(self) -> Any:  # noqa: N802
        return [{"playerid": 1, "type": "video"}] if self.playing else []

    def _GetInfoBooleans(self, booleans: list[str]) -> Any:  # noqa: N802
        return dict.fromkeys(booleans, self.scanning)

    def _GetSources(self, media: str) -> Any:  # noqa: N802
        return {"sources": [{"file": f"{root}/", "label": media} for root in self.roots]}

    def _GetSeasons(self, tvshowid: int, **_: Any) -> Any:  # noqa: N802
        series = self._numbered("series", tvshowid)
        numbers = {each.season for each in self.library.values() if each.series == series.path}
        return {
            "seasons": [{"seasonid": each, "season": each, "title": f"Season {each}", "art": {}} for each in numbers]
        }

    def _GetTextures(self, filter: Mapping[str, str] | None = None, **_: Any) -> Any:  # noqa: N802, A002
        if filter is None:
            rows = [(f"image://{quote(path, safe='')}/", *each) for path, each in self.textures.items()]
            return {"textures": [{"url": url, "textureid": number, "imagehash": form} for url, number, form in rows]}
        found = self.textures.get(filter["value"])
        return {"textures": [{"textureid": found[0], "imagehash": found[1]}]} if found else {}

    def _RemoveTexture(self, textureid: int) -> Any:  # noqa: N802
        self.textures = {path: each for path, each in self.textures.items() if each[0] != textureid}
        return "OK"

    def _Scan(self, directory: str = "", **_: Any) -> Any:  # noqa: N802
        """Add new films; answer OK also to nonsense."""
        self.cancelled_scans += self.scanning
        self.scans.append(directory)
        roots = [root for root in self.roots if directory in ("", root, f"{root}/")]
        for root in roots:
            for path in sorted(Path(root).rglob("*.mp4")):
                if not any(each.path == str(path) for each in self.library.values()) and _has_nfo(path):
                    self.learn(path)
        return "OK"

    def _refresh(self, title: StandInTitle) -> str:
        title.number = self.new_number()
        title.values = read_nfo(Path(title.path), title.kind, title.episode)
        title.watched = {**FRESH, "resume": title.watched["resume"]}
        self.show_poster(title)
        return "OK"

    def _numbered(self, kind: str, number: int) -> StandInTitle:
        found = [each for each in self.library.values() if each.kind == kind and each.number == number]
        return found[0]

    def _listed(self, kind: str, word: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        rules = parameters.get("filter", {}).get("and", [])
        found = [each for each in self.library.values() if each.kind == kind and _fits(each, rules)]
        return [self._item(each, word, parameters["properties"]) for each in found]

    def _item(self, title: StandInTitle, word: str, properties: list[str]) -> dict[str, Any]:
        folder = f"{title.path}/" if title.kind == "series" else title.path
        poster = title.values["poster"]
        values = {
            **title.values,
            **title.watched,
            "file": folder,
            "cast": [{"name": each} for each in title.values["people"]],
            "art": {"poster": f"image://{quote(poster, safe='')}/"} if poster else {},
            "season": title.season,
            "episode": title.episode,
            "firstaired": str(title.values["year"] or ""),
            "uniqueid": {"tmdb": "9000041"},
        }
        return {f"{word}id": title.number} | {name: values[name] for name in properties}


def _fits(title: StandInTitle, rules: list[Mapping[str, str]]) -> bool:
    folder, name = os.path.split(title.path)
    tests = {"path": f"{folder}/".startswith, "filename": lambda value: name == value}
    return all(tests[each["field"]](each["value"]) for each in rules)


def _has_nfo(path: Path) -> bool:
    return path.with_suffix(".nfo").exists() or path.with_name("movie.nfo").exists()
