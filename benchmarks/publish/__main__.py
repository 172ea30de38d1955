"""The rows of the benchmark of publications."""

from __future__ import annotations

import argparse
import gc
import io
import os
import random
import shutil
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image

import benchmarks.publish
from benchmarks.support import report
from benchmarks.support.timing import seconds
from benchmarks.support.title_pictures import film_ids
from indexium_core.files.titles import nfo_editing
from indexium_core.library import Library
from indexium_core.model.publishing.nfo_content import NfoContent
from indexium_core.model.publishing.requests import PublicationFilter, PublicationSelection
from indexium_core.store.artwork import assets
from indexium_core.store.artwork.assets import Offer
from indexium_core.store.database import Database

GOAL_PLAN, GOAL_UNCHANGED, GOAL_EDIT = 10.0, 2.0, 150.0  # seconds, seconds, milliseconds
GOAL_SPLICE = 50.0  # milliseconds
ALL = PublicationSelection(filter=PublicationFilter())
CAST = [{"name": f"Actor {number}", "character": f"Role {number}", "order": number} for number in range(12)]


def main() -> None:
    """Print the rows."""
    parser = report.parser(benchmarks.publish.__doc__)
    parser.add_argument("--films", type=int, default=2000, help="films of the plan")
    parser.add_argument("--episodes", type=int, default=30_000, help="episodes of the plan")
    parser.add_argument("--written", type=int, default=1000, help="films that are written")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    report.show(rows(options), json_lines=options.json)


def rows(options: argparse.Namespace) -> Iterator[report.Row]:
    """Yield the rows."""
    with tempfile.TemporaryDirectory(dir=options.dir, prefix="publish-benchmark-") as name:
        yield from of_plan(Path(name), options)
    with tempfile.TemporaryDirectory(dir=options.dir, prefix="publish-benchmark-") as name:
        yield from of_write(Path(name), options.written, options.runs)
    yield of_edit(options.runs)


def of_plan(folder: Path, options: argparse.Namespace) -> Iterator[report.Row]:
    """Yield the times of the plan."""
    media = folder / "media"
    for number in range(options.films):
        touch(media / f"Films/Film {number} (2001)/Film {number} (2001).mkv")
    for number in range(options.episodes):
        series, rest = divmod(number, 100)
        season, episode = divmod(rest, 20)
        name = f"Series {series}/Season {season + 1}/Series {series} - S{season + 1:02}E{episode + 1:02}.mkv"
        touch(media / "Shows" / name)
    with Library.open(folder / "home") as library:
        library_id = library.inventory.add(media).library_id
        library.scan()
        identify(library, library_id)
        where = f"{options.films:,} films and {options.episodes:,} episodes"
        first = seconds(lambda: library.publications.set_options(library_id, publish="both"))
        cancel_downloads(library)
        yield report.Row(f"{where}: plan from nothing", first, "s", "goal", GOAL_PLAN)
        times = [seconds(library.publications.refresh) for _ in range(options.runs)]
        yield report.Row(
            f"{where}: plan unchanged, every file checked", statistics.median(times), "s", "goal", GOAL_UNCHANGED
        )
        films = list(film_ids(library))[: options.runs + 2]
        times = []
        for film in films:
            library.titles.set(film, "plot", "Another plot.")
            times.append(1000 * seconds(lambda: library.publications.refresh(disk=False)))
        yield report.Row(f"{where}: plan after one edit", statistics.median(times), "ms", "goal", GOAL_EDIT)
        times = [1000 * seconds(library.publications.plan) for _ in range(options.runs)]
        yield report.Row(f"{where}: page of the list", statistics.median(times), "ms")


def of_write(folder: Path, films: int, runs: int) -> Iterator[report.Row]:
    """Yield the times of a publication and of its rollback, beside a copy of the same files."""
    media = folder / "media"
    for number in range(films):
        touch(media / f"Film {number} (2001)/Film {number} (2001).mkv")
    with Library.open(folder / "home") as library:
        library_id = library.inventory.add(media).library_id
        library.scan()
        identify(library, library_id)
        ids = list(film_ids(library))
        for title_id in ids:
            library.titles.set_values(title_id, {"plot": f"The plot of {title_id}. " * 20, "cast": CAST})
    with Database.open(folder / "home") as database:
        offer(database, ids)
    with Library.open(folder / "home") as library:
        for number, title_id in enumerate(ids):
            [candidate] = library.artwork.candidates("movie", title_id, "poster")
            library.artwork.cache.store_asset(poster(number), "poster", candidate_id=candidate.id)
            library.picture_selection.select_candidate(candidate.id)
        library.publications.set_options(library_id, publish="both")
        ours, theirs, back = [], [], []
        for run in range(runs):
            operation: list[int] = []
            ours.append(seconds(lambda operation=operation: operation.append(publish(library))))
            written = [path for path in media.rglob("*") if path.suffix in (".nfo", ".jpg")]
            assert len(written) == 2 * films, "every film has its two files"
            theirs.append(copied(written, folder / f"copy {run}"))
            back.append(seconds(lambda operation=operation: library.history.rollback_operation(operation[0])))
        where = f"{films:,} films with NFO file and poster"
        peer = "cp with fsync"
        yield report.Row(
            f"{where}: publish", films / statistics.median(ours), "films/s", peer, films / statistics.median(theirs)
        )
        yield report.Row(f"{where}: roll back", films / statistics.median(back), "films/s")


def cancel_downloads(library: Library) -> None:
    """End the job that looks for pictures of all titles, so that the plan is measured alone."""
    for job in library.jobs.list(["artwork"]).items:
        if not job.has_ended:
            library.jobs.cancel(job.id)
            library.jobs.wait(job.id, timeout=60)


def publish(library: Library) -> int:
    """Publish everything and return the operation."""
    handle = library.publications.start(ALL)
    assert set(handle.wait().counts) == {"success"}
    return handle.id


def copied(paths: Sequence[Path], target: Path) -> float:
    """Return the time of a copy of files with fsync of each file and of its folder; the folders are made before."""
    for path in paths:
        (target / path.parent.name).mkdir(parents=True, exist_ok=True)

    def copy() -> None:
        for path in paths:
            place = target / path.parent.name / path.name
            shutil.copyfile(path, place)
            for each in (place, place.parent):
                descriptor = os.open(each, os.O_RDONLY)
                os.fsync(descriptor)
                os.close(descriptor)

    return seconds(copy)


def of_edit(runs: int) -> report.Row:
    """Return the time to edit an NFO file of 200 KB. The modules are frozen as in a service."""
    gc.collect()
    gc.freeze()
    cast = [{"name": f"Actor {number}", "character": "x" * 100, "order": number} for number in range(1000)]
    data = nfo_editing.new_file([NfoContent(kind="movie", values={"title": "Old", "cast": cast})])
    wanted = [NfoContent(kind="movie", values={"title": "New", "cast": cast})]
    times = [1000 * seconds(lambda: nfo_editing.edited(data, wanted)) for _ in range(max(3, runs))]
    return report.Row(
        f"NFO file of {len(data) // 1000} KB: edit one element", statistics.median(times), "ms", "goal", GOAL_SPLICE
    )


def touch(path: Path) -> None:
    """Make an empty file with its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


def identify(library: Library, library_id: int) -> None:
    """Identify the videos of a library as films and series."""
    job = library.set_kind(library_id, "mixed")
    assert job is not None
    library.jobs.wait(job.id, timeout=3600)


def offer(database: Database, films: Sequence[int]) -> None:
    """Store one poster of a provider for each film."""
    offers = {
        ("movie", film): [Offer("poster", "tmdb", f"https://image.tmdb.org/t/p/original/{film}.jpg", {}, 1000, 1500)]
        for film in films
    }
    with database.atomic() as tx:
        assets.put(tx, offers, is_local=False, at=tx.value("SELECT now()"))


def poster(number: int) -> bytes:
    """Return a picture of about 200 KB that no other film has."""
    data = io.BytesIO()
    noise = random.Random(number).randbytes(300 * 450 * 3)
    Image.frombytes("RGB", (300, 450), noise).save(data, "JPEG", quality=92)
    return data.getvalue()


if __name__ == "__main__":
    main()
