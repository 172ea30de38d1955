"""
Containers: what a file *is*, what it holds, and which strategy may write it.

Each family of containers is a folder: `bmff` (MP4, MOV), `matroska` (MKV, WebM), `avi`, `asf`, `flv` and `ogg`;
`unsupported` has those that are only recognised. `registry` lists the families and is the only way to them. A new
container is a new folder with an entry there. `shared` has what several families use, `ffmpeg` the stream copy.

Comes in: a reader and the planned changes. Goes out: a `Layout`, and an edit as a value (`Patch`, `Rebuild`, `Remux`),
so that callers can inspect, test and journal what will be written before the first byte changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from indexium_core.model.files.media import Change, Edit, Extent, FieldValue, Patch, Refusal

__all__ = ["Capabilities", "Choice", "Estimate", "Family", "Layout", "Reader", "Strategy", "Writable"]


class Reader(Protocol):
    """Random access to the bytes of a file."""

    @property
    def size(self) -> int: ...

    def read_at(self, offset: int, length: int) -> bytes:
        """Return the bytes at `offset`; fewer where the file ends."""
        ...


class Writable(Reader, Protocol):
    """A file that can be patched under a journal: `journal.JournaledFile`."""

    def apply(self, patch: Patch) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """
    The result of examining a file, the same for every family; families extend it with their own tree.

    `problem` is set where the file may not be written: it is damaged, contradicts itself, or is not understood. The
    other fields are then as complete as the damage allows.
    """

    container: str  # mp4, mov, matroska, webm, avi, mpegts …
    size: int  # bytes of the file
    payload: tuple[Extent, ...] = ()  # media bytes: never written, and hashed for the fingerprint
    fields: tuple[FieldValue, ...] = ()  # every place that holds a field we know, in file order
    added: str = ""  # where a write adds a comment although the file has some: players show none of them
    damage: str = ""  # what is damaged at the end of a file that can be written before it; "" for a whole file
    not_removable: str = ""  # why the comment cannot be removed, as a sentence; "" where it can
    problem: Refusal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """
    What a strategy may do with this file.

    This depends on the file system, the settings and the hard links of the file.
    """

    block: int = 0  # bytes of a block that the file system can insert in front of the file (insert range); 0: none
    reflink: bool = False  # two files can share their bytes
    clone_block: int = 4096  # … where both lie at multiples of this
    replace: bool = True  # another file may take the place of this one
    may_break_links: bool = False  # … only if the user agrees that the file's other names (hard links) keep the old one
    keep_faststart: bool = True  # an index in front of the media stays there


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """The expected cost of a write."""

    seconds: float
    bytes_written: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The strategy that was chosen, and its edit."""

    strategy: str
    edit: Edit


class Strategy(Protocol):
    """One method to write metadata into one family of containers."""

    name: str  # stored with the item: "mp4_in_place", "matroska_in_place" …

    def plan(
        self, reader: Reader, layout: Layout, changes: Sequence[Change], capabilities: Capabilities
    ) -> Edit | Refusal:
        """
        Return the edit that makes `changes`, or why this strategy cannot make them.

        An edit writes only ranges that differ, and never a payload byte. Raises FileAccessError if reading fails,
        nothing for what the file contains.
        """
        ...


class Family(Protocol):
    """One family of containers."""

    def recognises(self, head: bytes) -> bool:
        """Tell by the first 64 bytes or more whether a file is of this family."""
        ...

    def examine(self, reader: Reader, *, known: Layout | None = None) -> Layout:
        """
        Parse the structure and report what is wrong with it. Never raises for what a file may contain.

        `known` is the layout from before an edit that could not touch the payload: its media need not be walked again.
        """
        ...

    def census(self, reader: Reader, layout: Layout) -> Mapping[str, str]:
        """
        Return a digest of everything that a metadata write must leave alone, by the name of the element.

        Two censuses, taken before and after, are equal exactly if nothing but the edited fields (and padding) changed.
        Offsets that legitimately move with the payload are counted relative to it. Payload bytes are not read.
        """
        ...

    def strategies(self) -> tuple[Strategy, ...]:
        """Return the strategies, best first."""
        ...
