"""
Containers: what a file *is*, what it holds, and which strategy may write it.

One module per family. Each family examines a file into a `Layout` and offers strategies; the registry here is the only
way to them. A strategy works its edit out as a `Patch`, a value, so that what will be written can be looked at, tested
and journaled before the first byte changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from indexium_core.model.media import Change, Extent, FieldValue, Patch, Refusal

__all__ = ["Estimate", "Family", "Layout", "Reader", "Strategy", "Writable"]


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
    problem: Refusal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a write would cost."""

    seconds: float
    bytes_written: int


class Strategy(Protocol):
    """One way to write metadata into one family of containers."""

    name: str  # stored with the item: "mp4_in_place", "matroska_in_place" …

    def eligible(self, reader: Reader, layout: Layout, changes: Sequence[Change]) -> Refusal | None:
        """Return why this strategy cannot write `changes` into the file, or None where it can."""
        ...

    def estimate(self, reader: Reader, layout: Layout, changes: Sequence[Change]) -> Estimate:
        """Return what the write would cost."""
        ...

    def appraise(self, reader: Reader, layout: Layout, changes: Sequence[Change]) -> Estimate | Refusal:
        """Return both answers at once: what the write would cost, or why it cannot be done. A scan asks every file."""
        ...

    def write(self, file: Writable, layout: Layout, changes: Sequence[Change]) -> None:
        """Write `changes`; only ranges that differ, never a payload byte. Undo is the journal's."""
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
