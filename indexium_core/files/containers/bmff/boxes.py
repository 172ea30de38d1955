"""
The box tree of ISO base media files (ISO/IEC 14496-12, QuickTime File Format), read with limits.

A box is a 32-bit big-endian size, four bytes of type and its content. Size 1 means that a 64-bit size follows the
type. Size 0 means that the box ends at the end of the file. A table lists the boxes that are opened, so the depth is
limited. The number of boxes and the bytes in memory have limits too. All offsets count from the start of the file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from indexium_core.files.containers import Reader
from indexium_core.model.files.media import Extent

MAX_OPENED = 64 * 1024 * 1024  # bytes of a box read into memory; the index of a 2-hour film has 4 MB
MAX_BESIDE = 16 * 1024 * 1024  # bytes of a whole box read outside `moov`; a fragment's header has some KB
_MAX_TOP_LEVEL = 100_000  # boxes; a fragmented film of two hours has some 15,000
_MAX_INSIDE = 50_000  # boxes of one opened tree

PADDING_KINDS = frozenset({b"free", b"skip"})
# The brands of photos and of sequences of pictures (ISO/IEC 23008-12, annex B; AV1 Image File Format).
PICTURE_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis"})
# Dashcams and cameras store GPS tracks and previews in `free` and `skip`: only a box that starts with zeros is padding.
BLANK = 64  # zeros at the start of padding

# The boxes that are opened, by the type of their parent; `stbl` is opened, the boxes in it are not.
_OPENED: dict[bytes, frozenset[bytes]] = {
    b"moov": frozenset({b"trak", b"udta", b"meta"}),
    b"trak": frozenset({b"mdia", b"meta"}),
    b"mdia": frozenset({b"minf"}),
    b"minf": frozenset({b"stbl"}),
    b"udta": frozenset({b"meta"}),
    b"meta": frozenset({b"ilst"}),
}
# A file with tags in an unknown form stays readable: such a box stays closed and is marked.
_LENIENT = frozenset({b"udta", b"meta", b"ilst"})


# The boxes of the top level. Other bytes at the end of a file may be a text that another program added.
_TOP_LEVEL = frozenset(
    {
        *(b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"uuid", b"udta", b"meta", b"meco", b"pdin", b"pnot"),
        *(b"moof", b"mfra", b"styp", b"sidx", b"ssix", b"emsg", b"prft", b"imda", b"afra", b"abst", b"PICT", b"junk"),
    }
)


class MalformedBoxError(Exception):
    """The sizes of boxes contradict each other; the message is a sentence for the user."""


class Box(NamedTuple):
    """One box of a file."""

    kind: bytes  # the four bytes of its type
    start: int  # offset of the header
    size: int  # bytes, header included
    header: int = 8  # bytes of the header: 8, or 16 with a 64-bit size
    unsized: bool = False  # its size field is 0: it ends with the file
    padding: bool = False  # free space without content
    opened: bool = False  # whether `children` has its content
    malformed: bool = False  # opening failed: its content is not made of boxes
    prefix: int = 0  # bytes before the children: version and flags of a `meta` in ISO files; QuickTime: 0
    children: tuple[Box, ...] = ()
    slack: int = 0  # zero bytes after the last child; QuickTime ends a `udta` with four

    @property
    def body(self) -> int:
        return self.start + self.header

    @property
    def end(self) -> int:
        return self.start + self.size

    @property
    def tail(self) -> int:
        """The offset for a new last child."""
        return self.end - self.slack

    def named(self, kind: bytes) -> list[Box]:
        """Return the children of that type."""
        return [child for child in self.children if child.kind == kind]


@dataclass(frozen=True, slots=True)
class Window:
    """Bytes of a file in memory, addressed by their offset in the file."""

    data: bytes
    base: int

    def body(self, box: Box, start: int = 0, length: int | None = None) -> bytes:
        """Return the content of a box, or `length` bytes of it from `start`; fewer at its end."""
        first = box.body + start
        last = box.end if length is None else min(first + length, box.end)
        return self.data[first - self.base : last - self.base]

    def view(self, box: Box) -> memoryview:
        """Return the content of a box without a copy: a long film's tables have megabytes."""
        return memoryview(self.data)[box.body - self.base : box.end - self.base]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """The top level of a file."""

    boxes: tuple[Box, ...]
    junk: Extent | None = None  # bytes after the last box that are not a box
    damage: str = ""  # a sentence; `boxes` has the readable boxes


def header(kind: bytes, size: int) -> bytes:
    """Return the 8-byte header of a box of `size` bytes (with the header)."""
    return struct.pack(">I4s", size, kind)


def whole(kind: bytes, content: bytes) -> bytes:
    """Return a box with an 8-byte header."""
    return header(kind, 8 + len(content)) + content


def padding_header(size: int) -> bytes | None:
    """Return the header of a `free` box of `size` bytes, None if this size is not possible."""
    return header(b"free", size) if 8 <= size <= 0xFFFFFFFF else None


def outline(reader: Reader) -> Outline:
    """Read the headers of the top level. A box that ends behind the end of the file is cut there."""
    top: list[Box] = []
    at = 0
    while at < reader.size:
        head = reader.read_at(at, 16 + BLANK)
        box, damage = _top_box(head, at, reader.size)
        if box is None and not damage:
            return Outline(boxes=tuple(top), junk=Extent(at, reader.size - at))
        if len(top) == _MAX_TOP_LEVEL:
            return Outline(boxes=tuple(top), damage=f"The file has more than {_MAX_TOP_LEVEL:,} boxes.")
        top += [box] if box else []
        if damage or box is None:
            return Outline(boxes=tuple(top), damage=damage)
        at = box.end
    return Outline(boxes=tuple(top))


def open_box(window: Window, box: Box) -> Box:
    """
    Return the box, with its content opened as listed in the table.

    Raises:
        MalformedBoxError: The boxes inside are malformed, or too many.

    """
    return _open(window, box, [_MAX_INSIDE])


def walk(box: Box) -> Iterator[Box]:
    """Yield an opened box and all boxes in it, in file order."""
    yield box
    for child in box.children:
        yield from walk(child)


def parts(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """
    Yield type, start and end of the content of each box in a range of bytes; no box is opened.

    Raises:
        MalformedBoxError: The boxes are malformed, or too many.

    """
    for _ in range(_MAX_INSIDE):
        if end - start < 8:
            break
        size, kind = struct.unpack_from(">I4s", data, start)
        length = 8
        if size == 1 and end - start >= 16:
            size, length = int.from_bytes(data[start + 8 : start + 16], "big"), 16
        if not length <= size <= end - start:
            break
        yield kind, start + length, start + size
        start += size
    if data[start:end].strip(b"\0"):
        raise MalformedBoxError("The sizes of boxes in the file's index contradict each other.")


def _plausible(kind: bytes) -> bool:
    """Return whether four bytes may be a type: printable ASCII, or QuickTime's © as the first byte."""
    return all(32 <= byte < 127 for byte in kind[1:]) and (32 <= kind[0] < 127 or kind[0] >= 0xA0)


def _top_box(head: bytes, offset: int, size: int) -> tuple[Box | None, str]:
    """Return the box at `offset`, cut at the end of the file (`size`), and its problem; None if there is no box."""
    if len(head) < 8 or not _plausible(head[4:8]):
        return None, ""
    try:
        box = _read_header(head, offset, size, top=True)
    except MalformedBoxError as error:
        return None, str(error) if head[4:8] in _TOP_LEVEL else ""
    if box.end <= size:
        return box, ""
    if box.kind not in _TOP_LEVEL:
        return None, ""
    return box._replace(size=size - offset, padding=False), _cut(box, size)


def _cut(box: Box, size: int) -> str:
    missing = box.end - size
    return f"The file is cut short: its {_shown(box.kind)} box at byte {box.start:,} lacks {missing:,} bytes."


def _shown(kind: bytes) -> str:
    return "".join(chr(byte) if 32 <= byte < 127 or byte == 0xA9 else "?" for byte in kind)


def _read_header(head: bytes, at: int, limit: int, *, top: bool = False) -> Box:
    """Read the header at offset `at` from these bytes; `limit` is the end of the box around it."""
    size, kind = struct.unpack_from(">I4s", head)
    length, unsized = 8, False
    if size == 1 and len(head) >= 16:
        size, length = int.from_bytes(head[8:16], "big"), 16
    elif size == 0 and top:
        size, unsized = limit - at, True
    if size < length:
        raise MalformedBoxError(f"The {_shown(kind)} box at byte {at:,} has an impossible size of {size} bytes.")
    padding = kind in PADDING_KINDS and not unsized and not head[length : min(size, length + BLANK)].strip(b"\0")
    return Box(kind=kind, start=at, size=size, header=length, unsized=unsized, padding=padding)


def _open(window: Window, box: Box, budget: list[int]) -> Box:
    prefix = _meta_prefix(window, box) if box.kind == b"meta" else 0
    wanted = _OPENED.get(box.kind, frozenset())
    found: list[Box] = []
    at, end = box.body + prefix, box.end
    while end - at >= 8:
        child = _child(window, box.kind, at, end)
        if child is None:
            break
        budget[0] -= 1
        if budget[0] < 0:
            raise MalformedBoxError(f"The file's index has more than {_MAX_INSIDE:,} boxes.")
        found.append(_opened_or_marked(window, child, budget) if child.kind in wanted else child)
        at += child.size
    if window.data[at - window.base : end - window.base].strip(b"\0"):
        raise MalformedBoxError(f"The {_shown(box.kind)} box at byte {box.start:,} ends in bytes that are not a box.")
    return box._replace(opened=True, prefix=prefix, children=tuple(found), slack=end - at)


def _child(window: Window, parent: bytes, at: int, end: int) -> Box | None:
    """Return the box at `at` in a box of type `parent` that ends at `end`; None if only zeros follow."""
    head = window.data[at - window.base : min(at + 16 + BLANK, end) - window.base]
    if not head.strip(b"\0") and not window.data[at - window.base : end - window.base].strip(b"\0"):
        return None
    child = _read_header(head, at, end)
    if at + child.size > end:
        message = f"The {_shown(child.kind)} box at byte {at:,} reaches past the {_shown(parent)} box around it."
        raise MalformedBoxError(message)
    return child


def _opened_or_marked(window: Window, box: Box, budget: list[int]) -> Box:
    try:
        return _open(window, box, budget)
    except MalformedBoxError:
        if box.kind not in _LENIENT:
            raise
        return box._replace(malformed=True)


def _meta_prefix(window: Window, box: Box) -> int:
    """Return the bytes in front of the children of a `meta`: 4 in ISO (version and flags), 0 in QuickTime."""
    head = window.body(box, 0, 12)
    return 4 if len(head) >= 4 and (head[8:12] == b"hdlr" or not head[:4].strip(b"\0")) else 0
