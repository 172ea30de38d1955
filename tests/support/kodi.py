"""
A real Kodi that scans folders, and what its library then shows.

Kodi runs without a screen (under Xvfb) in a home of its own. With *Local information only*, it looks
nothing up. It starts twice: the first start makes its database, the second one scans the folders that the database
has. What Kodi shows is read from that database. Debian has the programs: `kodi-bin kodi-data xvfb libgl1-mesa-dri`.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
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


def program() -> str | None:
    """Return the path of Kodi; None if Kodi or Xvfb is not installed."""
    found = next(Path("/usr/lib").glob("*/kodi/kodi.bin"), None)
    return str(found) if found and shutil.which("Xvfb") else None


def scan(binary: str, home: Path, *sources: Source) -> list[Shown]:
    """Return what Kodi shows after it scanned the folders; `home` is an empty folder."""
    user = home / ".kodi" / "userdata"
    user.mkdir(parents=True)
    rows = "".join(f'<setting id="{name}">{value}</setting>' for name, value in _SETTINGS.items())
    (user / "guisettings.xml").write_text(f'<settings version="2">{rows}</settings>')
    rows = "".join(
        f"<source><name>{n}</name><path>{escape(_path(each.path))}</path></source>" for n, each in enumerate(sources)
    )
    (user / "sources.xml").write_text(f"<sources><video>{rows}</video></sources>")
    # Kodi draws only what changed: by software, everything keeps a core busy.
    dirty = "<gui><algorithmdirtyregions>3</algorithmdirtyregions></gui>"
    (user / "advancedsettings.xml").write_text(f"<advancedsettings>{dirty}</advancedsettings>")
    _run(binary, home)
    database = next((user / "Database").glob("MyVideos*.db"))
    with contextlib.closing(sqlite3.connect(database)) as library, library:
        for each in sources:
            is_film = each.content == "movies"
            library.execute(
                "INSERT INTO path (strPath, strContent, strScraper, scanRecursive, useFolderNames, noUpdate, exclude)"
                " VALUES (?, ?, 'metadata.local', ?, ?, 0, 0)",
                (_path(each.path), each.content, _EVERYTHING * is_film, int(is_film and each.has_folders)),
            )
    _run(binary, home)
    with contextlib.closing(sqlite3.connect(database)) as library:
        library.row_factory = sqlite3.Row
        return [*(each for kind in _TYPES for each in _shown(library, kind)), *_seasons(library)]


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
