"""
All offsets in an ISO base media file.

Chunk offset tables (`stco`, `co64`) stay boxes, because they may have a million entries and grow. All other offsets
are pointers, one row of numbers each: offsets of items (`iloc`), of encrypted samples (`saio`) and of fragments
(`moof`, `mfra`, `sidx`). Every offset that is not understood counts: as damage (`MalformedBoxError`), as a reason not
to write the file (`UnknownError`), or as a reason not to move anything in it (`not_movable`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
import numpy.typing as npt

from indexium_core.files.containers.bmff import boxes
from indexium_core.files.containers.bmff.boxes import Box, MalformedBoxError, Window

CHUNKS = frozenset({b"stco", b"co64"})
SEVERAL = "The file has several lists of items (meco), whose offsets Indexium does not know."

_LARGEST = 1 << 62  # offsets are stored as signed numbers; larger offsets are beyond the end of any file
MAX_POINTERS = 300_000  # a fragmented 10-hour film has half of this
_MAX_ITEMS = 100_000
_CANON_UUID = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")  # holds CTBO, a table of absolute offsets
_CAMERA = "Data of the camera holds offsets that Indexium does not know."
_IN_TAGS = "Tags in the file hold a list of items (iloc), whose offsets Indexium does not know."
_TAGS = frozenset({b"udta", b"meta"})
_OTHER_FILE = "Part of the media lies in another file."

Ints = npt.NDArray[np.int64]
# at, width, origin, bias, value: see `Pointers`
Row = tuple[int, int, int, int, int]


class UnknownError(Exception):
    """The file holds offsets of an unknown form; the message is a sentence for the user."""


@dataclass(frozen=True, slots=True, eq=False)
class Pointers:
    """
    Offsets stored in the file, one per row, sorted by `at`.

    Columns: at, width, origin, bias, value. Target: origin + bias + value. The origin is a byte of the file; it
    changes if bytes are inserted or removed before it. The bias never changes.
    """

    rows: Ints  # shape (n, 5)

    @classmethod
    def of(cls, rows: Iterable[Row]) -> Self:
        """Return the pointers of some rows; raises UnknownError if there are too many."""
        all_rows = list(rows)
        if len(all_rows) > MAX_POINTERS:
            raise UnknownError(f"The file holds more than {MAX_POINTERS:,} offsets.")
        made = np.array(all_rows, dtype=np.int64).reshape(-1, 5)
        return cls(made[np.argsort(made[:, 0], kind="stable")])

    @property
    def at(self) -> Ints:
        """The place in the file where the offset is stored."""
        return self.rows[:, 0]

    @property
    def width(self) -> Ints:
        """Bytes of the offset: 4 or 8."""
        return self.rows[:, 1]

    @property
    def origin(self) -> Ints:
        """The byte of the file from which the offset counts; -1: always the first byte."""
        return self.rows[:, 2]

    @property
    def bias(self) -> Ints:
        """Bytes from the origin to the start of counting."""
        return self.rows[:, 3]

    @property
    def values(self) -> Ints:
        """The stored offset."""
        return self.rows[:, 4]

    @property
    def targets(self) -> Ints:
        """The byte of the file that the offset points to."""
        return np.maximum(self.origin, 0) + self.bias + self.values

    def pointing_into(self, start: int, end: int) -> Pointers:
        """Return the pointers that point into a range of the file."""
        targets = self.targets
        return Pointers(self.rows[(targets >= start) & (targets < end)])

    def stored_in(self, start: int, end: int) -> Pointers:
        """Return the pointers that are stored in a range of the file."""
        if not len(self.rows):  # as in most films without fragments: a search costs as much there
            return self
        first, last = np.searchsorted(self.at, [start, end])
        return Pointers(self.rows[first:last])

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Offsets:
    """All offsets in one file."""

    tables: tuple[tuple[Box, ...], ...] = ()  # the paths from `moov` to each `stco` and `co64`
    pointers: Pointers = field(default_factory=lambda: Pointers.of(()))
    runs: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))  # offsets of the sample runs of fragments
    not_movable: str = ""  # reason against moving anything in the file, as a sentence


def tables(window: Window, moov: Box) -> tuple[list[tuple[Box, ...]], str]:
    """Return the paths to all chunk offset tables of this file, and a message if some point into another file."""
    found: list[tuple[Box, ...]] = []
    other_file = ""
    for track in moov.named(b"trak"):
        here = [(moov, *path) for path in _table_paths(track)]
        if here and any(_is_in_other_file(window, path[3]) for path in here):
            other_file = _OTHER_FILE
            continue
        found += here
    return found, other_file


def chunks(window: Window, box: Box) -> Ints:
    """
    Return the entries of a `stco` or `co64`: version and flags, count, entries.

    Raises:
        MalformedBoxError: Its count is larger than the number of entries.

    """
    width = 4 if box.kind == b"stco" else 8
    head = window.body(box, 0, 8)
    count = int.from_bytes(head[4:8], "big")
    if len(head) < 8 or box.end - box.body < 8 + count * width:
        raise MalformedBoxError("The file's index counts more entries than it lists.")
    return _numbers(window.view(box)[8 : 8 + count * width], width)


def in_boxes(window: Window, root: Box) -> tuple[list[Row], str]:
    """
    Return the pointers in an opened `moov` or `meta`, and the reason against moving anything.

    Raises:
        MalformedBoxError: Their tables are malformed.
        UnknownError: Their version is unknown.

    """
    found: list[Row] = []
    not_movable = ""
    for box in boxes.walk(root):
        if box.kind == b"iloc":
            found += _iloc_pointers(window, box)
        elif box.kind == b"saio":
            found += auxiliary(window.body(box), box.body)
        elif box.kind == b"gps " or (box.kind == b"uuid" and window.body(box, 0, 16) == _CANON_UUID):
            not_movable = _CAMERA
        elif box.kind == b"meco":
            not_movable = SEVERAL
        elif box.kind in _TAGS and not box.opened and b"iloc" in window.body(box):  # of a track, or of an unknown form
            not_movable = _IN_TAGS
    return found, not_movable


def auxiliary(content: bytes, at: int, *, origin: int = -1, bias: int = 0) -> list[Row]:
    """
    Return the pointers in a `saio` (ISO/IEC 14496-12, 8.7.9) whose content starts at `at`.

    Content: version and flags, 8 bytes of type if flag 1 is set, count, entries (32 bits, from version 1 on 64).

    Raises:
        MalformedBoxError: Its count is larger than the number of entries.
        UnknownError: Its version is unknown.

    """
    if content[:1] not in {b"\0", b"\1"}:
        raise UnknownError("The media is encrypted in a way that Indexium does not know.")
    width = 8 if content[0] else 4
    start = 16 if int.from_bytes(content[1:4], "big") & 1 else 8
    count = int.from_bytes(content[start - 4 : start], "big")
    if len(content) < start + count * width:
        raise MalformedBoxError("The table of encrypted samples counts more entries than it lists.")
    if count > MAX_POINTERS:
        raise UnknownError("The media is encrypted in a way that Indexium does not know.")
    values = _numbers(content[start : start + count * width], width).tolist()
    return [(at + start + index * width, width, origin, bias, value) for index, value in enumerate(values)]


def _numbers(data: bytes | memoryview, width: int) -> Ints:
    if width == 4:
        return np.frombuffer(data, dtype=">u4").astype(np.int64)
    table = np.frombuffer(data, dtype=">u8").astype(np.uint64)
    np.minimum(table, np.uint64(_LARGEST), out=table)
    return table.view(np.int64)


def _table_paths(track: Box) -> Iterator[tuple[Box, ...]]:
    for media in track.named(b"mdia"):
        for information in media.named(b"minf"):
            for table in information.named(b"stbl"):
                for box in table.children:
                    if box.kind in CHUNKS:
                        yield track, media, information, table, box


def _is_in_other_file(window: Window, information: Box) -> bool:
    """
    Return whether samples of a track may lie in another file: an entry of `dinf/dref` names that file.

    Flag 1 of an entry stands for this file; an entry without a name cannot stand for another file.
    """
    for outer in information.named(b"dinf"):
        data = window.body(outer)
        for kind, start, end in boxes.parts(data, 0, len(data)):
            if kind == b"dref" and any(
                not data[first + 3] & 1 and data[first + 4 : last].strip(b"\0")
                for _, first, last in boxes.parts(data, min(start + 8, end), end)
                if last - first >= 4
            ):
                return True
    return False


class _NumberReader:
    """A reader of numbers of given widths."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.at = 0

    def take(self, width: int) -> int:
        start = self.at
        self.skip(width)
        return min(int.from_bytes(self.content[start : self.at], "big"), _LARGEST)

    def skip(self, length: int) -> None:
        self.at += length
        if self.at > len(self.content):
            raise MalformedBoxError("The list of the file's items (iloc) is cut short.")


def _iloc_pointers(window: Window, box: Box) -> list[Row]:
    """Return the pointers of an `iloc` (ISO/IEC 14496-12, 8.11.3), of items in the file itself."""
    fields = _NumberReader(window.body(box))
    version = fields.take(4) >> 24
    packed = fields.take(2)
    offset, length, base, index = (packed >> shift & 15 for shift in (12, 8, 4, 0))
    index = index if version else 0
    if version > 2 or {offset, length, base, index} - {0, 4, 8}:
        raise UnknownError("The file stores items (iloc) in a form that Indexium does not know.")
    count = fields.take(4 if version == 2 else 2)
    if count > _MAX_ITEMS:
        raise UnknownError("The file has more items (iloc) than Indexium handles.")
    found: list[Row] = []
    for _ in range(count):
        fields.take(4 if version == 2 else 2)  # its number
        method = fields.take(2) & 15 if version else 0
        here = fields.take(2) == 0 and method == 0  # in this file, counted from its first byte
        found += _item_pointers(fields, box.body, (offset, length, base, index), here=here)
    return found


def _item_pointers(fields: _NumberReader, at: int, widths: Sequence[int], *, here: bool) -> Iterator[Row]:
    """Yield the pointers of one item; if offsets have a width of 0, the item's base is the pointer."""
    offset, length, base, index = widths
    first = fields.at
    start = fields.take(base)
    count = fields.take(2)
    if not here or not offset:
        fields.skip(count * (index + offset + length))
        if here and base:
            yield at + first, base, -1, 0, start
        return
    for _ in range(count):
        fields.skip(index)
        place = fields.at
        yield at + place, offset, -1, start, fields.take(offset)
        fields.skip(length)
