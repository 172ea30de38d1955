"""
A real Kodi that scans folders, and what its library then shows.

Kodi runs without a screen (under Xvfb) in a home of its own. With *Local information only*, it looks
nothing up. It starts twice: the first start makes its database, the second one scans the folders that the database
has. What Kodi shows is read from that database. Debian has the programs: `kodi-bin kodi-data xvfb libgl1-mesa-dri`.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import secrets
import shutil
import socket
import sqlite3
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

_LIMIT = 120  # seconds for a start and a scan
_EVERYTHING = 2**31 - 1  # Kodi's word for: scan all folders below
_TYPES = {"movie": "idMovie", "tvshow": "idShow", "episode": "idEpisode"}  # type of an item → its key
_SETTINGS = {
    "videolibrary.updateonstartup": "true",
    "myvideos.extractthumb": "false",
    "general.addonupdates": "2",
    "services.zeroconf": "false",
    "services.esenabled": "false",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A folder that Kodi scans."""

    path: Path
    content: str  # movies or tvshows
    has_folders: bool = True  # the option "Movies are in separate folders that match the movie title"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An item of Kodi's library."""

    kind: str
    path: str  # of the file, or of the folder of a series
    title: str
    year: int | None
    plot: str
    rating: float | None
    countries: tuple[str, ...]
    people: tuple[str, ...]
    pictures: dict[str, str]  # type → path or address


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A running Kodi."""

    url: str
    login: str  # user:password

    def call(self, method: str, **parameters: Any) -> Any:
        """Return the result of a method of JSON-RPC."""
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}).encode()
        basic = base64.b64encode(self.login.encode()).decode()
        headers = {"Content-Type": "application/json", "Authorization": f"Basic {basic}"}
        request = urllib.request.Request(f"{self.url}/jsonrpc", body, headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            reply = json.load(answer)
        assert "result" in reply, reply
        return reply["result"]


def program() -> str | None:
    """Return the path of Kodi; None if Kodi or Xvfb is not installed."""
    found = next(Path("/usr/lib").glob("*/kodi/kodi.bin"), None)
    return str(found) if found and shutil.which("Xvfb") else None


@contextlib.contextmanager
def served(binary: str, home: Path, *sources: Source) -> Iterator[Served]:
    """Run a Kodi that answers JSON-RPC and has the folders as sources; `home` is an empty folder."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    login = f"kodi:{secrets.token_hex(8)}"  # its web server listens on every address
    web = {"services.webserver": "true", "services.webserverport": str(port), "services.webserverusername": "kodi"}
    web |= {"services.webserverauthentication": "true", "services.webserverpassword": login.partition(":")[2]}
    user = _prepare(home, sources, _SETTINGS | {"videolibrary.updateonstartup": "false"} | web)
    found = Served(url=f"http://127.0.0.1:{port}", login=login)
    with _running(binary, home):
        end = time.monotonic() + _LIMIT
        while True:
            with contextlib.suppress(OSError):
                found.call("JSONRPC.Ping")
                break
            assert time.monotonic() < end, f"Kodi does not answer: {(home / 'out').read_text(errors='replace')[-500:]}"
            time.sleep(0.2)
        _add_paths(next((user / "Database").glob("MyVideos*.db")), sources)
        yield found


def scan(binary: str, home: Path, *sources: Source) -> list[Shown]:
    """Return what Kodi shows after it scanned the folders; `home` is an empty folder."""
    user = _prepare(home, sources, _SETTINGS)
    _run(binary, home)
    database = next((user / "Database").glob("MyVideos*.db"))
    _add_paths(database, sources)
    _run(binary, home)
    with contextlib.closing(sqlite3.connect(database)) as library:
        library.row_factory = sqlite3.Row
        return [*(each for kind in _TYPES for each in _shown(library, kind)), *_seasons(library)]


def _prepare(home: Path, sources: Sequence[Source], settings: Mapping[str, str]) -> Path:
    """Write the settings of a new home, and return their folder."""
    user = home / ".kodi" / "userdata"
    user.mkdir(parents=True)
    rows = "".join(f'<setting id="{name}">{value}</setting>' for name, value in settings.items())
    (user / "guisettings.xml").write_text(f'<settings version="2">{rows}</settings>')
    rows = "".join(
        f"<source><name>{n}</name><path>{escape(_path(each.path))}</path></source>" for n, each in enumerate(sources)
    )
    (user / "sources.xml").write_text(f"<sources><video>{rows}</video></sources>")
    # Kodi draws only what changed: by software, everything keeps a core busy.
    dirty = "<gui><algorithmdirtyregions>3</algorithmdirtyregions></gui>"
    (user / "advancedsettings.xml").write_text(f"<advancedsettings>{dirty}</advancedsettings>")
    return user


def _add_paths(database: Path, sources: Sequence[Source]) -> None:
    """Let Kodi scan the sources with *Local information only*."""
    with contextlib.closing(sqlite3.connect(database, timeout=20)) as library, library:
        for each in sources:
            is_film = each.content == "movies"
            library.execute(
                "INSERT INTO path (strPath, strContent, strScraper, scanRecursive, useFolderNames, noUpdate, exclude)"
                " VALUES (?, ?, 'metadata.local', ?, ?, 0, 0)",
                (_path(each.path), each.content, _EVERYTHING * is_film, int(is_film and each.has_folders)),
            )


def _path(folder: Path) -> str:
    return f"{folder.resolve()}/"


def _run(binary: str, home: Path) -> None:
    """Start Kodi, which scans its folders at each start, and end it after the scan."""
    log = home / ".kodi" / "temp" / "kodi.log"
    log.unlink(missing_ok=True)
    end = time.monotonic() + _LIMIT
    with _running(binary, home):
        while not (log.exists() and "VideoInfoScanner: Finished scan" in log.read_text("utf-8", "replace")):
            assert time.monotonic() < end, f"Kodi does not end its scan: {log.read_text('utf-8', 'replace')[-500:]}"
            time.sleep(0.2)


@contextlib.contextmanager
def _running(binary: str, home: Path) -> Iterator[None]:
    keep = {
        name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "DBUS_", "WAYLAND", "KODI"))
    }
    with contextlib.ExitStack() as stack:
        out = stack.enter_context((home / "out").open("wb"))
        screen = ["Xvfb", "-displayfd", "1", "-screen", "0", "640x360x24", "-nolisten", "tcp"]
        server = stack.enter_context(_ended(subprocess.Popen(screen, stdout=subprocess.PIPE, stderr=out)))
        assert server.stdout is not None
        stack.callback(server.stdout.close)
        display = f":{server.stdout.readline().decode().strip()}"
        more = {"HOME": str(home), "DISPLAY": display, "LIBGL_ALWAYS_SOFTWARE": "1", "LC_ALL": "C.UTF-8"}
        kodi = [binary, "--standalone", "--windowing=x11"]
        environment = keep | more | {"XDG_RUNTIME_DIR": str(home)}
        stack.enter_context(_ended(subprocess.Popen(kodi, env=environment, stdout=out, stderr=out)))
        yield


@contextlib.contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _shown(library: sqlite3.Connection, kind: str) -> Iterator[Shown]:
    key = _TYPES[kind]
    for row in library.execute(f"SELECT * FROM {kind}_view ORDER BY 1"):
        values = dict(row)
        item = (values[key], kind)
        date = str(values["premiered" if kind == "movie" else "c05"] or "")
        yield Shown(
            kind=kind,
            path=str(values["strPath"]) + str(values.get("strFileName") or ""),
            title=values["c00"],
            year=int(date[:4]) if date[:4].isdigit() and int(date[:4]) else None,
            plot=values["c01"] or "",
            rating=values["rating"],
            countries=_column(
                library,
                "SELECT name FROM country JOIN country_link USING (country_id) WHERE media_id = ? AND media_type = ?"
                " ORDER BY country_link.rowid",
                item,
            ),
            people=_column(
                library,
                "SELECT name FROM actor_link JOIN actor USING (actor_id) WHERE media_id = ? AND media_type = ?"
                " ORDER BY cast_order",
                item,
            ),
            pictures=dict(library.execute("SELECT type, url FROM art WHERE media_id = ? AND media_type = ?", item)),
        )


def _seasons(library: sqlite3.Connection) -> Iterator[Shown]:
    """Yield the seasons; the path is that of the series with the number of the season."""
    for row in library.execute("SELECT idSeason, season, name, strPath FROM season_view"):
        number, season, name, path = row
        yield Shown(
            kind="season",
            path=f"{path}{season}",
            title=name or "",
            year=None,
            plot="",
            rating=None,
            countries=(),
            people=(),
            pictures=dict(
                library.execute("SELECT type, url FROM art WHERE media_id = ? AND media_type = 'season'", (number,))
            ),
        )


def _column(library: sqlite3.Connection, sql: str, item: tuple[int, str]) -> tuple[str, ...]:
    return tuple(row[0] for row in library.execute(sql, item))
