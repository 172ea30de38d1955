"""The files of the library as pictures: one value for each tile, and the counts, sections and months of a list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

# Container → media type. Browsers play none of the other containers, and show none of the other photos.
SHOWN_BY_BROWSERS: Mapping[str, str] = {
    "mp4": "video/mp4",
    "mov": "video/mp4",  # browsers play it only under this name
    "3gp": "video/mp4",
    "webm": "video/webm",
    "matroska": "video/webm",  # the same: with codecs of WebM or H.264
    "ogg": "video/ogg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
}
SORTS = ("newest", "oldest", "name", "rating", "largest")
FACETS = ("type", "dated", "rating", "person", "camera")  # keys of the search whose values are counted
MAX_TILES = 500  # of a page
DateSource = Literal["edit", "taken", "field", "name", "file"]
DATE_SOURCES: Mapping[DateSource, str] = {  # the first one that a file has counts
    "edit": "Date of your edit",
    "taken": "Date of the recording",
    "field": "Date in a field of the file",
    "name": "Date in the file name",
    "file": "Time of the last change of the file",  # before the writes of Indexium
}


@dataclass(slots=True, kw_only=True)
class ThumbnailReport:
    """The result of a job that makes thumbnails. `processed` is the sum of the counts below it."""

    total: int = 0  # videos and photos
    processed: int = 0
    made: int = 0
    known: int = 0  # files with a thumbnail, or known to have no picture
    without: int = 0  # files without a picture that can be shown
    unread: int = 0  # files that could not be read, that changed since the scan, or that a write has
    is_full: bool = False  # most of the budget is used, so the job has ended early
    cancelled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserFile:
    """A file that a browser can show."""

    file_id: int
    path: bytes  # without links
    size: int  # bytes
    mtime_ns: int
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One file of the library, its edits included."""

    file_id: int
    file_name: str
    title: str  # "" for none
    folder: str  # relative to the library
    library: str
    kind: str  # video, audio, photo; "" if it is not known
    file_ext: str
    file_hash: str | None
    mtime_ns: int
    size: int  # bytes
    shown_at: str  # the date in wall time, ISO: 2024-06-17T08:15:00
    date_source: DateSource  # where the date comes from
    rating: int  # -1 for rejected, 0 for none
    favorite: bool
    people: list[str]  # the first of them
    people_count: int
    duration: float  # seconds; 0 for none
    width: int  # pixels; 0 if it is not known
    height: int
    in_plan: bool  # a write would change the file
    skipped: bool  # a write would change the file, but it is skipped
    offline: bool
    unwritable: bool  # the file is read-only or not intact, or no write strategy exists
    container: str  # "" if it is not known


@dataclass(frozen=True, slots=True, kw_only=True)
class TilePage:
    """Some consecutive tiles of a list."""

    list_id: str  # equal for pages that belong to one order of the same files
    first: int  # place of the first tile, from 0
    tiles: list[Tile]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Consecutive files of one day, month or year, in a list that is sorted by date."""

    day: str  # ISO: 2024-06-17, 2024-06 for a month, 2024 for a year
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A month of the timeline."""

    month: str  # 2024-06
    first: int  # place of its first file in the list, from 0
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaOverview:
    """The numbers of a list of files: what a page shows before it reads a tile."""

    list_id: str
    query: str
    sort: str
    total: int
    size: int  # bytes
    kinds: dict[str, int]  # files by kind: photo, video, audio
    favorites: int
    unrated: int
    without_people: int
    offline: int
    sections: list[Section]  # of a list that is sorted by date; otherwise none
    months: list[Month]


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFacetValue:
    """One value of a key of the search, with the number of its files."""

    value: str
    files: int
