"""A home whose library publishes: films, a series, and home videos with people, for tests of publications."""

from __future__ import annotations

import io
import os
from functools import partial
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from indexium_core.library import Library
from indexium_core.model.lookups.records import ImageCandidate
from indexium_core.model.publishing.requests import PublicationFilter, PublicationSelection
from tests.support.copied_home import CopiedHome, SettledHome, scan_titles
from tests.support.providers import record_pictures

FILES = (
    "Films/The Lantern Keeper (2014)/The Lantern Keeper (2014).mp4",
    "Films/Night Tram (2009)/Night Tram (2009).mp4",
    "Films/Copper Sky (2013).mp4",
    "Shows/Harbour Lights/Season 1/Harbour Lights - S01E01.mp4",
    "Shows/Harbour Lights/Season 1/Harbour Lights - S01E02-E03.mp4",
    "Shows/Harbour Lights/Season 2/Harbour Lights - S02E01.mp4",
)
VIDEOS = ("Family/2021/Zoë's birthday.mp4", "Family/2021/Garden.mp4")
CAST = [{"name": "Ada Quill", "character": "Mara", "order": 0}, {"name": "Bo Reed", "character": "", "order": 1}]
LANTERN = {
    "plot": "A keeper, a lamp & one winter.",
    "genres": ["Drama", "Crime"],
    "countries": ["France", "Italy"],
    "ratings": {"imdb": 7.5, "tmdb": 6.0},
    "cast": CAST,
    "crew": [{"name": "Cy Marsh", "job": "Director"}],
    "tmdb_id": "9000041",
    "runtime_minutes": 101,
}


def by_title(library: Library) -> dict[str, int]:
    """Return the ids of films and series by their titles, without years."""
    return {each.title: each.id for each in library.titles.list(per_page=100).items}


def fill(library: Library, folder: Path) -> None:
    """Identify the titles, of which one film has many values."""
    scan_titles(library, folder)
    library.titles.set_values(by_title(library)["The Lantern Keeper"], LANTERN)


def _scan_family(library: Library, folder: Path) -> None:
    library.inventory.add(folder)
    library.scan()


HOME = CopiedHome(FILES, fill)
FAMILY = CopiedHome(VIDEOS, _scan_family)
ALL = PublicationSelection(filter=PublicationFilter())
FOREIGN = b'\xef\xbb\xbf<movie>\r\n\t<custom a="1">x</custom>\r\n\t<title>Old</title>\r\n</movie>\r\n'


class FileState(NamedTuple):
    """The bytes and the time of a file."""

    content: bytes
    mtime_ns: int


def tree(folder: Path) -> dict[str, bytes]:
    """Return the bytes of each file below a folder."""
    return {name: each.content for name, each in states(folder).items()}


def states(folder: Path) -> dict[str, FileState]:
    """Return the bytes and the time of each file below a folder."""
    return {
        os.fsdecode(path.relative_to(folder)): FileState(path.read_bytes(), path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def picture(color: str, *, form: str = "JPEG", size: tuple[int, int] = (60, 90)) -> bytes:
    """Return the bytes of a small picture."""
    data = io.BytesIO()
    Image.new("RGB", size, color).save(data, form)
    return data.getvalue()


def select_picture(
    library: Library,
    title_id: int,
    data: bytes,
    *,
    entity_type: str = "movie",
    kind: str = "poster",
    name: str = "one",
    season: tuple[int, int] | None = None,
) -> int:
    """
    Offer a picture of a provider that is in the cache, select it by hand, and return its id.

    `season`: id and number of the season of a series.
    """
    image = ImageCandidate(
        provider="tmdb",
        kind=kind,  # type: ignore[arg-type]
        url=f"https://image.tmdb.org/t/p/original/{kind}-{name}.jpg",
        width=2000,
        height=3000,
        language="en",
        votes=10,
        vote_average=7.0,
        season=None if season is None else season[1],
    )
    record_pictures(library, entity_type, title_id, [image])
    shown = (entity_type, title_id) if season is None else ("season", season[0])
    found = library.artwork.candidates(*shown, kind)
    candidate = next(each for each in found if each.provider_url == image.url)
    library.artwork.cache.store_asset(data, kind, candidate_id=candidate.id)
    library.picture_selection.select_candidate(candidate.id)
    return candidate.id


def turn_on(library: Library, _: Path, *, publish: str = "both") -> None:
    """Turn the publication on; nothing is published yet."""
    [found] = library.inventory.list()
    library.publications.set_options(found.library_id, publish=publish)


def _publish(library: Library, folder: Path, *, poster_of: str = "", over: str = "") -> None:
    """Publish everything: with a poster of one film, and over an NFO file of others beside it."""
    turn_on(library, folder)
    if over:
        (folder / over).write_bytes(FOREIGN)
        library.titles.set_values(by_title(library)[poster_of], {"title": poster_of})  # by hand, so it replaces theirs
    if poster_of:
        select_picture(library, by_title(library)[poster_of], picture("red"))
        library.publications.refresh()
    assert set(library.publications.start(ALL).wait().counts) == {"success"}


turn_on_nfo_files = partial(turn_on, publish="nfo")
PUBLISHING = SettledHome(HOME, turn_on)
PUBLISHING_NFO_FILES = SettledHome(HOME, turn_on_nfo_files)
PUBLISHING_FAMILY = SettledHome(FAMILY, turn_on)
DONE = SettledHome(HOME, _publish)
POSTER_DONE = SettledHome(HOME, partial(_publish, poster_of="The Lantern Keeper"))
LANTERN_DONE = SettledHome(
    HOME, partial(_publish, poster_of="The Lantern Keeper", over="Films/The Lantern Keeper (2014)/movie.nfo")
)
SKY_DONE = SettledHome(HOME, partial(_publish, poster_of="Copper Sky", over="Films/Copper Sky (2013).nfo"))
