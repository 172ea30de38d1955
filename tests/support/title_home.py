"""A home with films and series whose values are known, for tests of the pages of titles."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from indexium_core.library import Library
from tests.support.copied_home import CopiedHome, scan_titles

FILES = (
    "Films/Amber Coast (1994)/Amber Coast (1994).mp4",
    "Films/Birch and Bone (1999)/Birch and Bone (1999).mp4",
    "Films/Cedar (2003)/Cedar (2003).mp4",
    "Films/Der lange Sommer am Fluss (1997)/Der lange Sommer am Fluss (1997).mp4",
    "Films/夏の終わり、海辺の駅で (2011)/夏の終わり、海辺の駅で (2011).mp4",
    "Shows/Pond/Season 1/Pond - S01E01 - Frogs.mp4",
    "Shows/Pond/Season 1/Pond - S01E03 - Reeds.mp4",
    "Shows/Pond/Season 2/Pond - S02E01.mp4",
    "Shows/Lake/Season 1/Lake - S01E01.mp4",
    "Shows/Lake/Season 1/Lake - S01E02.mp4",
)
_CAST = [
    {"name": "Ada Quill", "character": "Marit", "order": 0},
    {"name": "Bo Reed", "character": "The ferryman", "order": 1},
    {"name": "Eun-ji Park", "character": "Doctor", "order": 2},
]
VALUES: Mapping[str, Mapping[str, Any]] = {
    "Amber Coast": {
        "plot": "A lighthouse keeper finds letters in the amber that a storm leaves on the beach, and answers them.",
        "genres": ["Drama", "Crime"],
        "ratings": {"imdb": 8.1, "tmdb": 6.0},
        "cast": _CAST,
        "crew": [{"name": "Cy Marsh", "job": "Director"}, {"name": "Di Vale", "job": "Writer"}],
        "runtime_minutes": 118,
        "tmdb_id": "11",
    },
    "Birch and Bone": {
        "genres": ["Drama"],
        "ratings": {"tmdb": 6.4},
        "cast": _CAST[:1],
        "crew": [{"name": "Di Vale", "job": "Director"}],
    },
    "Cedar": {"genres": ["Comedy"], "ratings": {"imdb": 5.9}},
    "Pond": {"genres": ["Crime"], "crew": [{"name": "Cy Marsh", "job": "Director"}], "tvdb_id": "22"},
}


def fill(library: Library, folder: Path, *, values_of_titles: Mapping[str, Mapping[str, Any]] = VALUES) -> None:
    """Add a folder with the files as a library with films and series, and set the values of titles, by name."""
    scan_titles(library, folder)
    ids = {each.title: each.id for each in library.titles.list(per_page=100).items}
    for title, values in values_of_titles.items():
        library.titles.set_values(ids[title], values)


HOME = CopiedHome(FILES, fill)
