"""
Everything in an ISO base media file that says where something lies.

Chunk tables (`stco`, `co64`) are kept as the boxes that they are, for they may have a million entries and grow. All
other offsets are pointers, one row of numbers each: those of items (`iloc`), of encrypted samples (`saio`) and of
fragments (`moof`, `mfra`, `sidx`). What is not understood is never passed over: it is damage (`MalformedError`), or a
reason to leave the file alone (`UnknownError`), or a reason not to move anything in it (`fixed`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
import numpy.typing as npt

from indexium_core.files.containers.bmff import boxes
from indexium_core.files.containers.bmff.boxes import Box, MalformedBoxError, Window

__all__ = [
    "CHUNKS",
    "MAX_POINTERS",
    "SEVERAL",
    "Offsets",
    "Pointers",
    "Row",
    "UnknownError",
    "auxiliary",
    "chunks",
    "in_boxes",
    "tables",
]

CHUNKS = frozenset({b"stco", b"co64"})
SEVERAL = "The file keeps several lists of items (meco), which Indexium does not follow."

_LARGEST = 1 << 62  # offsets are held as signed numbers; what is larger is beyond any file all the same
MAX_POINTERS = 300_000  # a fragmented film of ten hours has half of it
_MAX_ITEMS = 100_000
_CANON_UUID = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")  # holds CTBO, a table of absolute offsets
_CAMERA = "The camera's own data points into the file in a way that Indexium does not follow."
_IN_TAGS = "Tags in the file hold a list of items (iloc), which Indexium does not follow."
_TAGS = frozenset({b"udta", b"meta"})
_ELSEWHERE = "Part of the film lies in another file."

Ints = npt.NDArray[np.int64]
# at, width, origin, bias, value: see `Pointers`
Row = tuple[int, int, int, int, int]


class UnknownError(Exception):
    """Something points into the file in a way that nobody here knows; the message is a sentence for the person."""


@dataclass(frozen=True, slots=True, eq=False)
class Pointers:
    """
    Offsets that stand alone, sorted by their place: five columns of numbers.

    What one points at is `origin + bias + value`, where the origin moves with the file and the bias does not.
    """

    rows: Ints  # shape (n, 5)

    @classmethod
    def of(cls, rows: Iterable[Row]) -> Self:
        """Return the pointers of some rows; raises UnknownError where there are absurdly many."""
        held = list(rows)
        if len(held) > MAX_POINTERS:
            message = f"More than {MAX_POINTERS:,} places of the file point into it."
            raise UnknownError(message)
        made = np.array(held, dtype=np.int64).reshape(-1, 5)
        return cls(made[np.argsort(made[:, 0], kind="stable")])

    @property
    def at(self) -> Ints:
        """Where the offset itself stands in the file."""
        return self.rows[:, 0]

    @property
    def width(self) -> Ints:
        """Bytes of the offset: 4 or 8."""
        return self.rows[:, 1]

    @property
    def origin(self) -> Ints:
        """The byte of the file that it counts from; -1: the first, wherever that moves to."""
        return self.rows[:, 2]

    @property
    def bias(self) -> Ints:
        """How many bytes after the origin counting begins."""
        return self.rows[:, 3]

    @property
    def values(self) -> Ints:
        """The offset itself."""
        return self.rows[:, 4]

    @property
    def targets(self) -> Ints:
        """The byte of the file that it points at."""
        return np.maximum(self.origin, 0) + self.bias + self.values

    def aiming(self, start: int, end: int) -> Pointers:
        """Return those that point into a range of the file."""
        targets = self.targets
        return Pointers(self.rows[(targets >= start) & (targets < end)])

    def within(self, start: int, end: int) -> Pointers:
        """Return those that stand in a range of the file."""
        first, last = np.searchsorted(self.at, [start, end])
        return Pointers(self.rows[first:last])

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Offsets:
    """All that says where something lies in one file."""

    tables: tuple[tuple[Box, ...], ...] = ()  # the paths from `moov` to each `stco` and `co64`
    pointers: Pointers = field(default_factory=lambda: Pointers.of(()))
    runs: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))  # where runs of fragments' samples begin
    fixed: str = ""  # why nothing in the file may move: a sentence


def tables(window: Window, moov: Box) -> tuple[list[tuple[Box, ...]], str]:
    """Return the paths to all tables of chunks that lie in this file, and why not all of them do."""
    found: list[tuple[Box, ...]] = []
    elsewhere = ""
    for track in moov.named(b"trak"):
        here = [(moov, *path) for path in _paths(track)]
        if here and any(_is_elsewhere(window, path[3]) for path in here):
            elsewhere = _ELSEWHERE
            continue
        found += here
    return found, elsewhere


def chunks(window: Window, box: Box) -> Ints:
    """
    Return the entries of a `stco` or `co64`: version and flags, count, entries.

    Raises:
        MalformedError: It says that it has more entries than there are.

    """
    width = 4 if box.kind == b"stco" else 8
    head = window.body(box, 0, 8)
    count = int.from_bytes(head[4:8], "big")
    if len(head) < 8 or box.end - box.body < 8 + count * width:
        raise MalformedBoxError("The file's index says that it has more entries than there are.")
    return _numbers(window.body(box, 8, count * width), width)


def in_boxes(window: Window, root: Box) -> tuple[list[Row], str]:
    """
    Return the pointers in an opened `moov` or `meta`, and why nothing that they are about may move.

    Raises:
        MalformedError: Their tables do not add up.
        UnknownError: They are of an unknown version.

    """
    found: list[Row] = []
    fixed = ""
    for box in boxes.walk(root):
        if box.kind == b"iloc":
            found += _items(window, box)
        elif box.kind == b"saio":
            found += auxiliary(window.body(box), box.body)
        elif box.kind == b"gps " or (box.kind == b"uuid" and window.body(box, 0, 16) == _CANON_UUID):
            fixed = _CAMERA
        elif box.kind == b"meco":
            fixed = SEVERAL
        elif box.kind in _TAGS and not box.opened and b"iloc" in window.body(box):  # a track's, or of an unknown shape
            fixed = _IN_TAGS
    return found, fixed


def auxiliary(content: bytes, at: int, *, origin: int = -1, bias: int = 0) -> list[Row]:
    """
    Return the pointers in a `saio` (ISO/IEC 14496-12, 8.7.9) whose content begins at `at`.

    Version and flags, eight bytes of type if flag 1 is set, count, entries of 32 bits, from version 1 of 64.

    Raises:
        MalformedError: There are fewer entries than it says.
        UnknownError: It is of an unknown version.

    """
    if content[:1] not in {b"\0", b"\1"}:
        raise UnknownError("The film is encrypted in a way that Indexium does not know.")
    width = 8 if content[0] else 4
    start = 16 if int.from_bytes(content[1:4], "big") & 1 else 8
    count = int.from_bytes(content[start - 4 : start], "big")
    if len(content) < start + count * width:
        raise MalformedBoxError("The table of encrypted samples says that it has more entries than there are.")
    if count > MAX_POINTERS:
        raise UnknownError("The film is encrypted in a way that Indexium does not know.")
    values = _numbers(content[start : start + count * width], width).tolist()
    return [(at + start + index * width, width, origin, bias, value) for index, value in enumerate(values)]


def _numbers(data: bytes, width: int) -> Ints:
    table = np.frombuffer(data, dtype=f">u{width}").astype(np.uint64)
    made: Ints = np.minimum(table, np.uint64(_LARGEST)).astype(np.int64)
    return made


def _paths(track: Box) -> Iterator[tuple[Box, ...]]:
    for media in track.named(b"mdia"):
        for information in media.named(b"minf"):
            for table in information.named(b"stbl"):
                for box in table.children:
                    if box.kind in CHUNKS:
                        yield track, media, information, table, box


def _is_elsewhere(window: Window, information: Box) -> bool:
    """
    Tell whether samples of a track may lie in another file: an entry of `dinf/dref` names one.

    Flag 1 says that an entry means this file; an entry without any name can mean no other.
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


class _Fields:
    """Numbers of given widths, read one after another."""

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


def _items(window: Window, box: Box) -> list[Row]:
    """Return the pointers of an `iloc` (ISO/IEC 14496-12, 8.11.3): those of items that lie in the file itself."""
    fields = _Fields(window.body(box))
    version = fields.take(4) >> 24
    packed = fields.take(2)
    offset, length, base, index = (packed >> shift & 15 for shift in (12, 8, 4, 0))
    index = index if version else 0
    if version > 2 or {offset, length, base, index} - {0, 4, 8}:
        raise UnknownError("The file keeps items (iloc) in a way that Indexium does not know.")
    count = fields.take(4 if version == 2 else 2)
    if count > _MAX_ITEMS:
        raise UnknownError("The file keeps more items (iloc) than Indexium handles.")
    found: list[Row] = []
    for _ in range(count):
        fields.take(4 if version == 2 else 2)  # its number
        method = fields.take(2) & 15 if version else 0
        here = fields.take(2) == 0 and method == 0  # in this file, counted from its beginning
        found += _item(fields, box.body, (offset, length, base, index), here=here)
    return found


def _item(fields: _Fields, at: int, widths: Sequence[int], *, here: bool) -> Iterator[Row]:
    """Yield the pointers of one item, reading on; where offsets have no bytes, its base is the pointer."""
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
