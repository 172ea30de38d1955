"""
Events of senders: their answers while a write runs, and the restoration of what an upgrade removed.

Ten senders at once send to a service, again and again, while it publishes every film. Then a sender replaces some films
and deletes everything in their folders, and at last sends a thousand events of one season.
"""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.support import report
from benchmarks.support.published import ALL, add_identified, cancel_downloads, films_with_posters, make_videos
from benchmarks.support.served import other_process, served
from benchmarks.support.timing import p95
from indexium_core.library import Library

SENDERS, ROUNDS, QUIET = 10, 30, 5
_PAUSE = 0.05  # seconds between two rounds
GOAL_ANSWER, GOAL_QUEUED = 0.050, 5.0  # seconds
SEASON_EVENTS = 1000


@dataclass(frozen=True, slots=True)
class Sender:
    """A Radarr or Sonarr that sends to a service; it can be sent to another process."""

    host: str
    port: int
    kind: str
    secret: str

    @classmethod
    def of(cls, library: Library, url: str, kind: str) -> Sender:
        """Add a source of a kind and return its sender."""
        parts = urlsplit(url)
        return cls(parts.hostname or "", parts.port or 0, kind, library.webhooks.add(kind).secret)

    def send(self, body: dict[str, Any]) -> float:
        """Send an event and return the seconds until its answer."""
        started = time.perf_counter()
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        headers = {"X-Indexium-Secret": self.secret, "Content-Type": "application/json"}
        connection.request("POST", f"/api/webhooks/{self.kind}", json.dumps(body).encode(), headers)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        assert answer.status == 202, answer.status
        return time.perf_counter() - started

    def send_at_once(self, rounds: int) -> list[float]:
        """Send events of ten senders at once, again and again, and return the seconds of each answer."""
        found: list[float] = []
        with ThreadPoolExecutor(SENDERS) as pool:
            for number in range(rounds):
                bodies = [{"eventType": "Grab", "movie": {"title": f"{number} {each}"}} for each in range(SENDERS)]
                found += pool.map(self.send, bodies)
                time.sleep(_PAUSE)
        return found


def of_answers(folder: Path, films: int) -> Iterator[report.Row]:
    """Yield the times of answers while a write runs."""
    _, library_id = films_with_posters(folder, films)
    with Library.open(folder / "home", url="http://127.0.0.1:1") as library:
        library.publications.set_options(library_id, publish="both")
        with served(library) as running, other_process() as other:
            sender = Sender.of(library, running.url, "radarr")
            other.submit(sender.send_at_once, 2).result()  # the first requests import what they need
            cancel_downloads(library)
            times = {"idle": other.submit(sender.send_at_once, ROUNDS).result()}
            handle = library.publications.start(ALL)
            times["while a write runs"] = other.submit(sender.send_at_once, ROUNDS).result()
            assert not handle.status().completed_at, "the write ran during all of it"
            handle.wait()
        for how, found in times.items():
            yield report.Row(f"{SENDERS} events at once, answered, p95, {how}", p95(found), "s", "goal", GOAL_ANSWER)


def of_upgrades(folder: Path, films: int, upgraded: int) -> Iterator[report.Row]:
    """Yield the time from the last event of an upgrade to the last restored file."""
    media, library_id = films_with_posters(folder, films)
    with Library.open(folder / "home", url="http://127.0.0.1:1") as library:
        library.publications.set_options(library_id, publish="both")
        library.publications.start(ALL).wait()
        library.settings.webhook_quiet_seconds = QUIET
        own = {path: path.read_bytes() for path in media.rglob("*") if path.suffix in (".nfo", ".jpg")}
        folders = sorted({path.parent for path in own})[:upgraded]
        with served(library) as running:
            sender = Sender.of(library, running.url, "radarr")
            for each in folders:
                [film] = each.glob("*.mkv")
                film.rename(film.with_name(f"{film.stem} 1080p.mkv"))
                movie = {"title": each.name, "folderPath": str(each)}
                sender.send(
                    {
                        "eventType": "MovieFileDelete",
                        "movie": movie,
                        "movieFile": {"path": str(film)},
                        "deleteReason": "upgrade",
                    }
                )
                sender.send(
                    {"eventType": "Download", "isUpgrade": True, "movie": movie, "movieFile": {"path": str(film)}}
                )
            lost = [path for path in own if path.parent in folders]
            for path in lost:
                path.unlink()
            started = time.perf_counter()
            while library.webhooks.events(state="waiting").total:
                time.sleep(0.1)
            seconds = time.perf_counter() - started
        assert all(_present(path).read_bytes() == content for path, content in own.items()), "every file is back"
        what = f"{len(lost)} files of {upgraded} upgraded films of {films}: last event to last restored file"
        yield report.Row(what, seconds, "s", f"quiet time of {QUIET} s", float(QUIET))


def _present(path: Path) -> Path:
    """Return where a file of ours is now: one with the name of the film follows its new name."""
    return path if path.exists() else path.with_name(path.name.replace(")", ") 1080p", 1))


def of_a_season(folder: Path) -> Iterator[report.Row]:
    """Yield the scans that a thousand events of one season lead to, and when the first is in the queue."""
    media = folder / "media"
    make_videos(media, films=0, episodes=100)
    with Library.open(folder / "home", url="http://127.0.0.1:1") as library:
        add_identified(library, media)
        library.settings.webhook_quiet_seconds = QUIET
        before = library.jobs.list(("scan",)).total
        with served(library) as running:
            sender = Sender.of(library, running.url, "sonarr")
            series = {"title": "Series 0", "path": str(media / "Shows/Series 0")}
            for number in range(SEASON_EVENTS):
                path = str(media / f"Shows/Series 0/Season 1/Series 0 - S01E{number:04}.mkv")
                sender.send({"eventType": "Download", "series": series, "episodeFile": {"path": path}})
            started = time.perf_counter()
            while not library.jobs.list(("reaction",)).total:
                time.sleep(0.05)
            queued = time.perf_counter() - started - QUIET
            while library.webhooks.events(state="waiting").total:
                time.sleep(0.1)
        scans = library.jobs.list(("scan",)).total - before
        what = f"{SEASON_EVENTS:,} events of one season"
        yield report.Row(f"{what}: scans", float(scans), "", "goal", 1.0)
        yield report.Row(f"{what}: queued after the quiet time", queued, "s", "goal", GOAL_QUEUED)
