"""The files of the library as pictures: one value for each tile, and the sections and months of a list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from indexium_core.model import wording
from indexium_core.model.pictures import picture_version

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
_MEGAPIXEL = 1_000_000
_HEIGHTS = ((2160, "4K"), (1440, "1440p"), (1080, "Full HD"), (720, "HD"))  # of videos: least height, name
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

    @property
    def shown_title(self) -> str:
        """The title, or the name of the file without one."""
        return self.title or self.file_name

    @property
    def place(self) -> str:
        """The library and the folder in it."""
        return " / ".join(part for part in (self.library, *self.folder.split("/")) if part)

    @property
    def folder_name(self) -> str:
        """The last part of the folder, or the library."""
        return self.folder.rsplit("/", 1)[-1] or self.library

    @property
    def picture_version(self) -> str:
        """The version of its picture, for the address of a thumbnail; "" without a picture."""
        return "" if self.kind == "audio" else picture_version(self.file_hash, self.mtime_ns)

    @property
    def is_shown_by_browsers(self) -> bool:
        """Whether browsers show the file itself now."""
        return not self.offline and self.container in SHOWN_BY_BROWSERS

    @property
    def badge(self) -> str:
        """A sign of its kind, with the duration or the extension."""
        if self.kind == "photo":
            return f"▣ {self.file_ext.upper()}"
        sign = "♪" if self.kind == "audio" else "▶"
        return f"{sign} {wording.playing_time(self.duration) if self.duration else self.file_ext.upper()}"

    @property
    def size_text(self) -> str:
        """The size."""
        return wording.size(self.size)

    @property
    def pixels(self) -> str:
        """Width and height; "" if they are not known."""
        return f"{self.width} × {self.height}" if self.width and self.height else ""

    @property
    def info(self) -> str:
        """The resolution in a word, and the size; of a large photo the megapixels alone."""
        pixels = self.width * self.height
        if self.kind == "photo" and pixels >= _MEGAPIXEL:
            return f"{pixels / _MEGAPIXEL:.0f} MP"
        heights = _HEIGHTS if self.kind == "video" else ()
        name = next((name for height, name in heights if min(self.width, self.height) >= height), "")
        return " · ".join(part for part in (name, self.size_text) if part)

    @property
    def note(self) -> str:
        """What is special now; "" for nothing."""
        notes = {"offline": self.offline, "± in plan": self.in_plan, "skipped": self.skipped}
        notes["read-only"] = self.unwritable
        return next((note for note, applies in notes.items() if applies), "")

    @property
    def dated(self) -> str:
        """Where the date comes from."""
        return DATE_SOURCES[self.date_source]


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
