"""Answers of the service to a person while lost files are restored."""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from benchmarks.support import report
from benchmarks.support.published import ALL, films_with_posters
from benchmarks.support.served import other_process, served
from benchmarks.support.timing import p95, seconds
from indexium_core.library import Library
from indexium_core.model.publishing.requests import PublicationFilter, PublicationSelection

IDLE_READS, PAUSE = 60, 0.02  # seconds between two reads
MOST_TIMES_IDLE = 2.5
_ROUTES = ("/api/movies?limit=50", "/api/publications?per_page=50", "/api/jobs/counts")


def read(url: str, reads: int) -> dict[str, list[float]]:
    """Read the routes of a service, one after the other, and return the seconds of each answer."""
    found: dict[str, list[float]] = {route: [] for route in _ROUTES}
    for _ in range(reads):
        for route, times in found.items():
            times.append(seconds(lambda route=route: urllib.request.urlopen(f"{url}{route}").read()))
            time.sleep(PAUSE)
    return found


def of_reads(folder: Path, films: int) -> Iterator[report.Row]:
    """Yield the times of answers while every lost file is restored, beside those of the idle service."""
    media, library_id = films_with_posters(folder, films)
    with Library.open(folder / "home", url="http://127.0.0.1:1") as library:
        library.publications.set_options(library_id, publish="both")
        library.publications.start(ALL).wait()
        library.publications.refresh()
        with served(library) as running, other_process() as other:
            other.submit(read, running.url, 5).result()  # the first requests import what they need
            idle = other.submit(read, running.url, IDLE_READS).result()
            busy: dict[str, list[float]] = {route: [] for route in _ROUTES}
            for path in [each for each in media.rglob("*") if each.suffix in (".nfo", ".jpg")]:
                path.unlink()
            restoring = PublicationSelection(filter=PublicationFilter(), restore=True)
            handle = library.publications.start(restoring)
            while not handle.status().finished:
                for route, times in other.submit(read, running.url, 1).result().items():
                    busy[route] += times
        for route in _ROUTES:
            what, limit = f"{route}: p95 during a restoration of {films:,} films", p95(idle[route]) * MOST_TIMES_IDLE
            yield report.Row(what, p95(busy[route]), "s", "idle × 2.5", limit)
