"""
Containers: what a file *is*, what it holds, and which strategy may write it.

One module per family. Each family examines a file into a `Layout` and offers strategies; the registry here is the only
way to them. A strategy works its edit out as a value (`Patch`, `Rebuild`, `Remux`), so that what will be written can be
looked at, tested and journaled before the first byte changes.
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
    What examining a file found, the same for every family; families extend it with their own tree.

    `problem` is set where the file may not be written: damaged, lying about its size, of a kind that nobody here
    understands. The other fields are then as complete as the damage allows.
    """

    container: str  # mp4, mov, matroska, webm, avi, mpegts …
    size: int  # bytes of the file
    payload: tuple[Extent, ...] = ()  # media bytes: never written, and what the fingerprint is made of
    fields: tuple[FieldValue, ...] = ()  # every place that holds a field we know, in file order
    added: str = ""  # where a write adds a comment although the file has some: players show none of them
    damage: str = ""  # what is damaged at the end of the file, which can be written before it; "" for a whole file
    problem: Refusal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What the file system, the settings and the file's own links allow a strategy to do."""

    block: int = 0  # bytes by which the file system can put room into the front of a file (insert range); 0: it cannot
    reflink: bool = False  # two files can share their bytes
    clone_block: int = 4096  # … where both lie at multiples of this
    replace: bool = True  # another file may take the place of this one
    parting: bool = False  # … only where it is chosen that its other names stay with the old one
    keep_faststart: bool = True  # an index in front of the media stays there


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a write would cost."""

    seconds: float
    bytes_written: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The strategy that was chosen, and the edit that it worked out."""

    strategy: str
    edit: Edit


class Strategy(Protocol):
    """One way to write metadata into one family of containers."""

    name: str  # stored with the item: "mp4_in_place", "matroska_in_place" …

    def plan(self, reader: Reader, layout: Layout, changes: Sequence[Change], means: Capabilities) -> Edit | Refusal:
        """
        Work out the edit that makes `changes`, or say why this strategy cannot.

        Only ranges that differ are written, and never a payload byte. Raises FileAccessError if reading fails, nothing
        for what the file contains.
        """
        ...


class Family(Protocol):
    """One family of containers."""

    def recognises(self, head: bytes) -> bool:
        """Tell by the first 64 bytes or more whether a file is of this family."""
        ...

    def examine(self, reader: Reader, *, known: Layout | None = None) -> Layout:
        """
        Parse the structure and say what is wrong with it. Never raises for what a file may contain.

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
