"""The inventory of a home as values: library folders, lists of files, and the effect of a removal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from indexium_core import errors
from indexium_core.model import wording
from indexium_core.model.files.media import MediaKind
from indexium_core.model.names.title_guess import LIBRARY_KINDS, LibraryKind
from indexium_core.model.shapes import ListPage

# Lists of files: key → description.
KINDS: dict[str, str] = {
    "all": "every file",
    "people": "files with people",
    "nobody": "files without people",
    "named": "files whose comment names people",
    "unknown": "files whose comment names people that are not in the database",
    "text": "files whose comment has a custom text",
    "copies": "files with duplicates",
    "broken": "files that are damaged, empty or unreadable",
    "unwritable": "intact files that cannot be written, with the reason",
    "missing": "files that the last scan did not find",
    "offline": "files of offline folders",
}
MEDIA_NAMES: Mapping[MediaKind, str] = {"audio": "audio files", "photo": "photos"}  # kinds that a library may include
SORTS = ("path", "name", "size", "mtime")  # sort keys of the files that match a search
WRITE_RATINGS = ("at-once", "with-plan")  # when a rating is written: as soon as it is set, or like every other edit


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryRow:
    """One library."""

    library_id: int
    name: str
    path: str  # for display
    path_bytes: bytes
    device: int | None  # st_dev at the last scan that reached the folder
    free_bytes: int | None  # free space of its file system at that scan
    state: str  # online, offline
    state_reason: str
    people_mode: str | None
    comment_mode: str | None
    audio: bool  # scans include audio files
    photos: bool  # scans include photos
    exclude: list[str]  # patterns of what scans leave out
    file_count: int  # files that are not missing
    scanned_at: datetime | None  # UTC
    write_ratings: str  # when a rating is written: at-once, as soon as it is set, or with-plan
    kind: LibraryKind  # what it holds
    cast_people: str  # what happens with the cast of its films: off, suggest, add
    metadata_language: str  # ISO 639-1, of its titles, plots and pictures; "": that of the settings

    @property
    def holds_titles(self) -> bool:
        """Whether it holds films or series."""
        return self.kind != "home"

    @property
    def media_kinds(self) -> frozenset[MediaKind]:
        """The kinds of media that scans include beside videos."""
        included: dict[MediaKind, bool] = {"audio": self.audio, "photo": self.photos}
        return frozenset(kind for kind, is_included in included.items() if is_included)


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryDetails(LibraryRow):
    """One library folder, with the states of its files and its health; `free_bytes` is the free space now."""

    bytes: int  # size of these files
    states: dict[str, int]  # state → files: ok, empty, corrupt, unreadable, not_video, missing
    problem: str  # why files in the folder cannot be written, in a sentence; "" if they can
    remedy: str  # what the user can do
    promise: str  # what the file system guarantees, in a sentence
    file_system: str  # for display

    @property
    def is_online(self) -> bool:
        """Whether its folder can be read."""
        return self.state == "online"

    @property
    def about(self) -> str:
        """What it holds, its size, its last scan and the free space, in a line."""
        free = self.free_bytes if self.is_online else None
        parts = (
            LIBRARY_KINDS[self.kind].partition(":")[0],
            wording.files(self.file_count),
            wording.size(self.bytes) if self.bytes else "",
            self.scanned_text or "not scanned yet",
            "" if free is None else f"{wording.size(free)} free",
        )
        return " · ".join(filter(None, parts))

    @property
    def scanned_text(self) -> str:
        """When it was scanned, in words; "" before its first scan."""
        return f"scanned {wording.ago(self.scanned_at)}" if self.scanned_at else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptyFolderReport:
    """The empty folders of a library, or the result of their removal."""

    path: str  # of the library folder
    folders: list[str]  # full paths for display: a folder after all folders in it
    removed: int = 0
    problems: list[str] = field(default_factory=list)  # a sentence for each folder that could not be read or removed


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """The number of files of each kind (`KINDS`); only `missing` includes missing files."""

    all: int
    people: int
    nobody: int
    named: int
    unknown: int
    text: int
    copies: int
    broken: int
    unwritable: int
    missing: int
    offline: int
    persons: int  # people in the database
    waiting: int  # assignments of people to files that no scan has found yet
    texts: list[TextCount] = field(default_factory=list)  # custom texts of comments, the most frequent first


@dataclass(frozen=True, slots=True, kw_only=True)
class TextCount:
    """A custom text of comments (shortened if it is long), and the number of its files."""

    text: str
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedFile:
    """A file in a list."""

    file_id: int
    file_name: str
    file_path: str  # for display
    folder: str  # relative to the library
    library: str  # name of the library
    size: int  # bytes
    container: str
    state: str
    message: str  # the reason of the state, or why the file cannot be written
    people: list[str]  # in the database
    named: list[str]  # in the comment
    text: str  # custom text of the comment, shortened
    copies: int  # files with the same payload, including this one

    @property
    def place(self) -> str:
        """Its library and the folders in it."""
        return " / ".join(part for part in (self.library, *self.folder.split("/")) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePage(ListPage):
    """One page of a list of files."""

    items: list[ListedFile]


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalReport:
    """The rows that a removal deletes from the database. It deletes no file on disk."""

    library_id: int
    path: str
    files: int
    missing: int  # of these, missing files
    with_people: int  # of these, files with people; the assignments are kept
    decisions: int  # edits, postponements and modes in force


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderComparison:
    """The comparison of a library folder on disk with the catalog."""

    library_id: int
    path: str
    known: int  # files at the last scan
    gone: int  # files of the catalog that are not on disk, including moved ones
    new: int  # files on disk that are not in the catalog
    with_people: int  # files not on disk to which the database assigns people
    reason: str  # why the folder cannot be compared, "" if it can


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderListing:
    """One folder of this machine for a person who looks for a library folder."""

    path: str  # "" if no folder is opened
    parent: str  # "" if there is none
    places: list[FolderSuggestion]  # the home folder, folders with media, mounted disks, and the root
    folders: list[FolderSuggestion]  # the folders inside, without hidden ones
    problem: str = ""  # why they cannot be listed


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderSuggestion:
    """A folder of this machine, as a completion of a path."""

    path: str
    name: str
    known: bool  # the folder is a library, or inside a library


def checked_language(text: str) -> str:
    """Return the language of a library as a code of ISO 639-1, "" for none; UsageError if it is another text."""
    code = text.strip().lower()
    if code and not re.fullmatch(r"[a-z]{2}", code):
        message = f"A language is a code of two letters such as de, not “{text[:40]}”."
        raise errors.UsageError(f"{message} Without a code, the language of the settings counts.")
    return code
