"""A local server that a stand-in for a player is, with the faults of each: 401, slow, HTML, a redirect, an error."""

from __future__ import annotations

import json
import re
import threading
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qsl, urlsplit

KEY = "SECRET-0123456789"  # of every stand-in
_MOST_REQUESTS = 1000  # that are kept
_VIDEOS = frozenset({".mp4", ".mkv", ".avi"})
_EPISODE, _SEASON = re.compile(r"S(\d+)E(\d+)", re.IGNORECASE), re.compile(r"Season \d+$|S\d+$|Specials$")


class StandInRequest(NamedTuple):
    """A request that a stand-in got."""

    method: str
    route: str
    parameters: dict[str, str]
    headers: dict[str, str]  # names in lower case
    body: Any


class Reply(NamedTuple):
    """What a stand-in answers."""

    status: int = 204
    value: Any = None  # JSON; None: nothing


@dataclass
class StandInTitle:
    """A title in the library of a stand-in, as it was read the last time."""

    number: int
    kind: str  # movie, episode, series
    path: str
    values: dict[str, Any] = field(default_factory=dict)
    watched: dict[str, Any] = field(default_factory=dict)
    season: int | None = None
    episode: int | None = None
    series: str = ""  # folder of the series of an episode


class StandInServer:
    """A server in threads of its own. `library` has the titles that it knows, by path and number of the episode."""

    def __init__(self, *roots: Path, port: int = 0) -> None:
        """
        Prepare a server.

        Args:
            roots: The folders of its library.
            port: Its port; 0 for a free one.

        Raises:
            OSError: The port is in use.

        """
        self.roots = [str(root) for root in roots]
        self.library: dict[tuple[str, int | None], StandInTitle] = {}
        self.requests: list[StandInRequest] = []
        self.fault = ""  # slow, html, redirect, broken, text
        self.lock = threading.RLock()
        self.released = threading.Event()  # ends slow answers
        self._next = 0
        handler = _handler(self)
        self._server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self._server.daemon_threads = True

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def answer(self, request: StandInRequest) -> Reply:
        """Return the answer to a request that has the key."""
        raise NotImplementedError

    def accepts(self, headers: Mapping[str, str]) -> bool:
        """Return whether the headers have the key."""
        raise NotImplementedError

    def new_number(self) -> int:
        self._next += 1
        return self._next

    def learn(self, path: Path, kind: str = "movie", **numbers: Any) -> StandInTitle:
        """Add a title to the library, as a scan does."""
        title = StandInTitle(number=self.new_number(), kind=kind, path=str(path), **numbers)
        title.values = read_nfo(Path(path), kind, title.episode)
        self.library[title.path, title.episode] = title
        return title

    def learn_all(self) -> None:
        """Add every film and episode below its folders, as a first scan does."""
        for path in sorted(each for root in self.roots for each in Path(root).rglob("*") if each.suffix in _VIDEOS):
            numbers = _EPISODE.search(path.stem)
            if numbers is None:
                self.learn(path)
                continue
            folder = path.parent.parent if _SEASON.match(path.parent.name) else path.parent
            if (str(folder), None) not in self.library:
                self.learn(folder, "series")
            season, episode = int(numbers[1]), int(numbers[2])
            self.learn(path, "episode", season=season, episode=episode, series=str(folder))

    def at(self, path: Path, episode: int | None = None) -> StandInTitle:
        return self.library[str(path), episode]

    def routes(self, method: str = "") -> list[str]:
        return [each.route for each in self.requests if method in ("", each.method)]


def read_nfo(path: Path, kind: str, episode: int | None = None) -> dict[str, Any]:
    """Return what a player reads beside a media file, or in the folder of a series."""
    names = [path / "tvshow.nfo"] if kind == "series" else [path.with_name("movie.nfo"), path.with_suffix(".nfo")]
    found = next((each for each in names if each.exists()), None)
    folder = path if kind == "series" else path.parent
    poster = next((each for each in (folder / "poster.jpg", folder / f"{path.stem}-poster.jpg") if each.exists()), None)
    values: dict[str, Any] = {"title": path.stem, "year": None, "plot": "", "people": [], "poster": str(poster or "")}
    if found is None:
        return values
    try:
        root = _document(found.read_bytes(), episode)
    except ET.ParseError:
        return values
    values["title"] = root.findtext("title") or ""
    values["plot"] = root.findtext("plot") or ""
    date = root.findtext("premiered") or root.findtext("aired") or root.findtext("year") or ""
    values["year"] = int(date[:4]) if date[:4].isdigit() else None
    values["people"] = [each.findtext("name") for each in root.iter("actor")]
    return values


def _document(data: bytes, episode: int | None) -> ET.Element:
    """Return the document of an episode; a file with several episodes has one for each."""
    parts = re.findall(rb"<episodedetails>.*?</episodedetails>", data, re.DOTALL) or [data]
    found = [ET.fromstring(part) for part in parts]  # noqa: S314 - of the demo or of a test
    return next((each for each in found if each.findtext("episode") == str(episode)), found[0])


def _handler(stand_in: StandInServer) -> type[BaseHTTPRequestHandler]:
    class PlayerHandler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._reply()

        do_POST = do_PUT = do_GET  # noqa: N815 - names of the base class

        def _reply(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            request = StandInRequest(
                method=self.command,
                route=parts.path,
                parameters=dict(parse_qsl(parts.query)),
                headers={name.lower(): value for name, value in self.headers.items()},
                body=json.loads(body) if body else None,
            )
            stand_in.requests.append(request)
            del stand_in.requests[:-_MOST_REQUESTS]
            faults: dict[str, Callable[[], None]] = {
                "slow": self._hang,
                "html": lambda: self._send_bytes(200, b"<html><body>Sign in</body></html>", "text/html"),
                "text": lambda: self._send_bytes(200, b"[1, 2", "application/json"),
                "redirect": lambda: self._send_bytes(302, b"", "text/plain", location="http://elsewhere.example/web"),
                "broken": lambda: self._send(Reply(500)),
            }
            if stand_in.fault:
                faults[stand_in.fault]()
            elif not stand_in.accepts(request.headers):
                self._send(Reply(401))
            else:
                with stand_in.lock:
                    reply = stand_in.answer(request)
                self._send(reply)

        def _hang(self) -> None:
            stand_in.released.wait(10)
            self._send(Reply(200, {}))

        def _send(self, reply: Reply) -> None:
            body = b"" if reply.value is None else json.dumps(reply.value).encode()
            self._send_bytes(reply.status, body, "application/json")

        def _send_bytes(self, status: int, body: bytes, kind: str, *, location: str = "") -> None:
            self.send_response(status)
            self.send_header("content-type", kind)
            if location:
                self.send_header("location", location)
            if status != 204:
                self.send_header("content-length", str(len(body)))
            self.end_headers()
            if status != 204:
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    return PlayerHandler
