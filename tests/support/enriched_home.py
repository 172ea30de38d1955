"""A home with films and a series that have ids, for tests of enrichments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from indexium_core.library import Library
from indexium_core.model.job import Job

FILES = (
    "Films/The Lantern Keeper (2014) [tmdbid-9000001]/The Lantern Keeper (2014).mp4",
    "Films/Salt Meadows (2019) {tmdb-9000004}.mp4",
    "Shows/Harbour Lights (2016) [tmdbid-9000020]/Season 1/Harbour Lights - S01E01.mp4",
    "Shows/Harbour Lights (2016) [tmdbid-9000020]/Season 1/Harbour Lights - S01E02 - Mine.mp4",
    "Shows/Harbour Lights (2016) [tmdbid-9000020]/Season 2/Harbour Lights - S02E03.mp4",
    "Home/VID_20190731_183000.mp4",
)


def enrich(library: Library, *, force: bool = False) -> Job:
    options: dict[str, Any] = {"force": force}
    return library.jobs.wait(library.enrichment.schedule_library_enrichment(**options).id, timeout=60)


def values(library: Library, title_id: int) -> Mapping[tuple[str, str], Any]:
    """Return the values of a title by field and provider (or other origin)."""
    return {(each.field, each.provider or each.origin): each.value for each in library.titles.candidates(title_id)}


def shown_address(library: Library, title_id: int, size: str) -> str:
    """Return the address of the picture that the page of a title shows, after a download: that of the cache."""
    image = library.artwork.poster(title_id, size)
    assert image is not None
    content = image.version.rpartition("-")[0]
    assert library.artwork.cache.asset_exists(content)
    return f"/api/cache/{content}"
