"""Libraries of empty videos that publish, for the benchmarks of publications and of their recovery."""

from __future__ import annotations

import io
import os
import random
import shutil
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from benchmarks.support.timing import seconds
from benchmarks.support.title_pictures import film_ids
from indexium_core.library import Library
from indexium_core.model.publishing.requests import PublicationFilter, PublicationSelection
from indexium_core.store.artwork import assets
from indexium_core.store.artwork.assets import Offer
from indexium_core.store.database import Database

ALL = PublicationSelection(filter=PublicationFilter())
CAST = [{"name": f"Actor {number}", "character": f"Role {number}", "order": number} for number in range(12)]


def make_videos(media: Path, *, films: int, episodes: int) -> None:
    """Make empty videos: films in folders of their own, and series with five seasons of twenty episodes."""
    for number in range(films):
        touch(media / f"Films/Film {number} (2001)/Film {number} (2001).mkv")
    for number in range(episodes):
        series, rest = divmod(number, 100)
        season, episode = divmod(rest, 20)
        name = f"Series {series}/Season {season + 1}/Series {series} - S{season + 1:02}E{episode + 1:02}.mkv"
        touch(media / "Shows" / name)


def films_with_posters(folder: Path, films: int) -> tuple[Path, int]:
    """Make a home and a library whose films have values and a poster in the cache; return its folder and its id."""
    media = folder / "media"
    for number in range(films):
        touch(media / f"Film {number} (2001)/Film {number} (2001).mkv")
    with Library.open(folder / "home") as library:
        library_id = add_identified(library, media)
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
    return media, library_id


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


def touch(path: Path) -> None:
    """Make an empty file with its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


def add_identified(library: Library, media: Path) -> int:
    """Add a folder, identify its videos as films and series, and return the id of the library."""
    library_id = library.inventory.add(media).library_id
    library.scan()
    job = library.set_kind(library_id, "mixed")
    assert job is not None
    library.jobs.wait(job.id, timeout=3600)
    return library_id


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


def cancel_downloads(library: Library) -> None:
    """End the job that looks for pictures of all titles, so that the plan is measured alone."""
    for job in library.jobs.list(["artwork"]).items:
        if not job.has_ended:
            library.jobs.cancel(job.id)
            library.jobs.wait(job.id, timeout=60)
