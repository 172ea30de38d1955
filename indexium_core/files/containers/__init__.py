"""
Containers: the type of a file, its content, and the strategy that may write it.

Each family of containers is a folder: `bmff` (MP4, MOV), `matroska` (MKV, WebM), `avi`, `asf`, `flv` and `ogg`;
`photos` has the families of photos, and `unsupported` has containers that are recognised but not written. `registry`
lists the families; other code gets a family only from it. A new container is a new folder with an entry in `registry`.
`shared` has code for several families.

Input: a reader and the planned changes. Output: a `Layout`, and an edit as a value (`Patch`, `Rebuild`, `Remux`),
so that callers can inspect, test and journal the edit before the first byte changes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from indexium_core.model.fields.table import COMMENT
from indexium_core.model.files.media import Change, Edit, Extent, FieldValue, PhotoFacts, Refusal

__all__ = ["COMMENT_ONLY", "Capabilities", "Choice", "Estimate", "Family", "Layout", "Reader", "Strategy"]

COMMENT_ONLY = (COMMENT,)  # the fields of most writes


class Reader(Protocol):
    """Random access to the bytes of a file."""

    @property
    def size(self) -> int: ...

    def read_at(self, offset: int, length: int) -> bytes:
        """Return the bytes at `offset`; fewer at the end of the file."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """
    The result of examining a file, the same for every family; families extend it with their own tree.

    `problem` is set if the file may not be written: the file is damaged, contradictory, or not understood. The other
    fields are then as complete as the damage allows.
    """

    container: str  # mp4, mov, matroska, webm, avi, mpegts …
    size: int  # bytes of the file
    payload: tuple[Extent, ...] = ()  # media bytes: never written, and hashed for the fingerprint
    fields: tuple[FieldValue, ...] = ()  # every place with a known field, in file order
    added: str = ""  # where a write adds a comment if players show none of the existing comments
    damage: str = ""  # damage at the end of a file that can be written before this end; "" for an intact file
    not_removable: str = ""  # why the comment cannot be removed, as a sentence; "" if it can
    # Why a field beside the comment cannot be written, as a sentence by key; behind a minus: why it cannot be removed.
    field_problems: Mapping[str, str] = field(default_factory=dict)
    turned: frozenset[int] = frozenset()  # tracks whose pictures players turn by 90 or 270 degrees, from 0
    problem: Refusal | None = None

    @property
    def photo(self) -> PhotoFacts | None:
        """The properties of a photo. FFmpeg's libraries do not open a photo; None for the files that they open."""
        return None

    @property
    def sidecar_stamp(self) -> str:
        """Another text after each change of the file's sidecar; "" if it has none."""
        return ""

    @property
    def itself(self) -> Layout:
        """The layout of the file itself, without what a file beside it says."""
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """
    The actions that a strategy may do with a file.

    These depend on the file system, the settings and the hard links of the file.
    """

    block: int = 0  # bytes of a block that the file system can insert in front of the file (insert range); 0: none
    reflink: bool = False  # two files can share their bytes
    clone_block: int = 4096  # … if both offsets are multiples of this
    replace: bool = True  # another file may take the place of this one
    may_break_links: bool = False  # … only if the user agrees that the other names (hard links) keep the old file
    keep_faststart: bool = True  # an index in front of the media stays in front
    protected: str = ""  # why an attribute of the file forbids every write, as a sentence; "" if none does


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
    reason: str = ""  # of a sidecar: why the file itself cannot take the values, as a sentence


class Strategy(Protocol):
    """One method to write metadata into one family of containers."""

    name: str  # stored with the item: "mp4_in_place", "matroska_in_place" …

    def plan(
        self, reader: Reader, layout: Layout, changes: Sequence[Change], capabilities: Capabilities
    ) -> Edit | Refusal:
        """
        Return the edit that makes `changes`, or the reason why this strategy cannot.

        An edit writes only ranges that differ, and never a payload byte. Raises FileAccessError if reading fails; the
        content of the file never raises an error.
        """
        ...


class Family(Protocol):
    """One family of containers."""

    def recognises(self, head: bytes) -> bool:
        """Return whether a file is of this family, by its first 64 bytes or more."""
        ...

    def examine(self, reader: Reader, *, known: Layout | None = None) -> Layout:
        """
        Parse the structure and report what is wrong. The content of a file never raises an error.

        `known` is the layout before an edit that could not change the payload: its media are not walked again.
        """
        ...

    def census(self, reader: Reader, layout: Layout, *, edited: Collection[str] = COMMENT_ONLY) -> Mapping[str, str]:
        """
        Return a digest of everything that a write of some fields must not change, by the name of the element.

        Two censuses, taken before and after, are equal exactly if only the `edited` fields (and padding) changed.
        Offsets that may move with the payload count relative to the payload. Payload bytes are not read.
        """
        ...

    def strategies(self) -> tuple[Strategy, ...]:
        """Return the strategies, the best one first."""
        ...

    def beside(self, layout: Layout, changes: Sequence[Change], capabilities: Capabilities) -> Choice | Refusal | None:
        """Return how a file beside this one takes what no strategy can write; None if there can be no such file."""
        del layout, changes, capabilities
        return None
