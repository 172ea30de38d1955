"""What a home holds, as values that faces show: folders, the state of their files, and what a removal would mean."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

__all__ = [
    "KINDS",
    "SORTS",
    "FolderHint",
    "GoneCheck",
    "HeldFile",
    "HeldPage",
    "LibraryDetails",
    "Quality",
    "RemovalReport",
    "TextCount",
]

# Lists of files by what is the matter with them: key → what is in it, in words.
KINDS: dict[str, str] = {
    "all": "every file",
    "people": "files in which the database knows somebody",
    "nobody": "files in which nobody is known, neither by the database nor by the file itself",
    "named": "files whose own comment names people",
    "unknown": "files whose own comment names people of whom the database knows nothing",
    "text": "files whose comment holds other text than people",
    "copies": "files that are there more than once",
    "broken": "files that are damaged, empty or cannot be read",
    "unwritable": "sound files that cannot be written, and why",
    "missing": "files that a scan did not find any more",
    "offline": "files of folders that are not there now",
}
SORTS = ("path", "name", "size", "mtime")  # orders of the files that a search finds


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryDetails:
    """One folder that is scanned, with what is in it and where it lies."""

    library_id: int
    name: str
    path: str  # for display
    state: str  # online, offline
    reason: str  # why it is offline
    file_count: int  # files that are there
    bytes: int  # of these
    states: dict[str, int]  # state → files: ok, empty, corrupt, unreadable, not_video, missing
    people_mode: str | None
    comment_mode: str | None
    audio: bool  # audio files are scanned, too
    scanned_at: datetime | None
    problem: str  # what is in the way of writing there, in a sentence; "" for nothing
    remedy: str  # what to do about that
    promise: str  # what is promised on its file system, in a sentence
    file_system: str  # as a person calls it
    free_bytes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """The files of a home in numbers, missing ones apart; each number has its list (`KINDS`)."""

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
    persons: int  # people that the database knows
    waiting: int  # assignments of people to files that no scan has met
    texts: list[TextCount] = field(default_factory=list)  # other text of comments, the most frequent first


@dataclass(frozen=True, slots=True, kw_only=True)
class TextCount:
    """A text that comments hold beside people, and in how many files; long ones are cut."""

    text: str
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldFile:
    """A file in a list."""

    file_id: int
    file_name: str
    file_path: str  # for display
    folder: str  # below its library
    library: str  # name of it
    size: int  # bytes
    container: str
    state: str
    message: str  # why it is in this state, or cannot be written
    people: list[str]  # those whom the database knows in it
    named: list[str]  # those whom its comment names
    text: str  # other text of its comment, cut
    copies: int  # files with the same media, itself among them


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPage:
    """One page of a list of files."""

    items: list[HeldFile]
    total: int
    page: int
    per_page: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalReport:
    """What it means to forget a folder, or some of its files. Nothing on the disk is touched by it."""

    library_id: int
    path: str
    files: int  # rows that go
    missing: int  # those of them that a scan did not find any more
    with_people: int  # those of them in which somebody is known: who is in them is kept
    decisions: int  # edits, postponements and modes in force that go with them


@dataclass(frozen=True, slots=True, kw_only=True)
class GoneCheck:
    """What is found below a folder now, beside what is known of it."""

    library_id: int
    path: str
    known: int  # files that were there at the last scan
    gone: int  # those of them that are not there now (moved ones among them)
    new: int  # files that are there now, and were not
    with_people: int  # files that are gone in which somebody is known
    reason: str  # why nothing can be said, "" where it can


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderHint:
    """A folder of this machine that may be meant."""

    path: str
    name: str
    known: bool  # it is scanned already, or lies inside a folder that is
