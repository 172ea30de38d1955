"""
EBML, the syntax of Matroska (RFC 8794): reading element headers from untrusted bytes, and writing elements.

An element is an ID of 1 to 4 bytes, a size of 1 to 8 bytes (all value bits set: unknown) and that many bytes of
content. Every size is compared with the existing bytes before use.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import NamedTuple

from indexium_core import errors

VOID = 0xEC
CRC_32 = 0xBF
PADDING = frozenset({VOID, CRC_32})  # elements without content of their own
HEADER_MAX = 12  # bytes: an ID of 4 and a size of 8
UNKNOWN = -1  # stands for an unknown size
ELEMENTS_MAX = 65_536  # elements of one Tags; a hostile one could hold millions of 2-byte elements


class Element(NamedTuple):
    """The place of an element; all offsets are bytes from the start of the file."""

    id: int
    offset: int  # of the first byte of the ID
    data: int  # of the first byte of the content
    size: int  # of the content, or UNKNOWN

    @property
    def end(self) -> int:
        return self.data + self.size

    @property
    def length(self) -> int:
        return self.end - self.offset

    @property
    def size_width(self) -> int:
        """Return the bytes of the size field."""
        return self.data - self.offset - (self.id.bit_length() + 7) // 8


class RawElement(NamedTuple):
    """An element in memory, with its header and original bytes."""

    id: int
    raw: bytes
    head: int  # bytes of ID and size

    @property
    def content(self) -> bytes:
        return self.raw[self.head :]


class ElementBudget:
    """The number of elements that may still be read, shared by all levels of a master or all parts of a file."""

    __slots__ = ("left",)

    def __init__(self, left: int = ELEMENTS_MAX) -> None:
        self.left = left

    def spend(self, count: int = 1) -> None:
        """Count elements. Raises `RefusedError` if there are too many."""
        self.left -= count
        if self.left < 0:
            raise errors.RefusedError("The file has too many elements.")


def header_at(data: bytes, position: int, offset: int) -> Element:
    """
    Return the element whose header is at `position` of `data` and at `offset` of the file.

    Raises:
        CorruptFileError: The bytes are not an element, or its header is incomplete.

    """
    try:
        id_width = _WIDTHS[data[position]]
        width = _WIDTHS[data[position + id_width]]
    except IndexError:
        id_width = width = 9
    stop = position + id_width + width
    if id_width > 4 or width > 8 or stop > len(data):
        raise errors.CorruptFileError(f"The element at byte {offset} is cut short, or there is none.")
    number = int.from_bytes(data[position : position + id_width], "big")
    if number & (bits := (1 << (7 * id_width)) - 1) in {0, bits}:
        raise errors.CorruptFileError(f"The element at byte {offset} has a reserved ID.")
    most = (1 << (7 * width)) - 1
    size = int.from_bytes(data[position + id_width : stop], "big") & most
    return Element(number, offset, offset + id_width + width, UNKNOWN if size == most else size)


_WIDTHS = tuple(9 - first.bit_length() for first in range(256))  # width by the first byte: leading zero bits + 1


def children(content: bytes, budget: ElementBudget) -> tuple[RawElement, ...]:
    """
    Return the elements that make up the content of a master.

    Raises:
        CorruptFileError: A child is not an element, ends behind the end, or has an unknown size.
        RefusedError: The budget is spent.

    """
    found: list[RawElement] = []
    position = 0
    while position < len(content):
        head = header_at(content, position, position)
        if head.size == UNKNOWN or head.end > len(content):
            raise errors.CorruptFileError("A metadata element is larger than its parent.")
        budget.spend()
        found.append(RawElement(head.id, content[position : head.end], head.data - position))
        position = head.end
    return tuple(found)


def uint(content: bytes) -> int:
    """Return an unsigned integer; an empty element stands for 0."""
    return int.from_bytes(content, "big")


def text(content: bytes) -> str:
    """Return a string up to its first NUL, as all readers do; invalid UTF-8 becomes surrogates."""
    return content.partition(b"\0")[0].decode("utf-8", "surrogateescape")


def size_width(size: int) -> int:
    """Return the fewest bytes that a size field needs."""
    width = 1
    while size > (1 << (7 * width)) - 2:  # all value bits set: unknown size
        width += 1
    return width


def encode_size(size: int, width: int = 0) -> bytes:
    """Return the size field of `width` bytes, or of as few as possible; `size` must fit."""
    width = width or size_width(size)
    return ((1 << (7 * width)) | size).to_bytes(width, "big")


def encode_uint(value: int, width: int = 0) -> bytes:
    """Return the bytes of an unsigned integer, at least `width` of them and at least one."""
    return value.to_bytes(max(width, 1, (value.bit_length() + 7) // 8), "big")


def element(number: int, content: bytes, *, wider: int = 0) -> bytes:
    """Return an element; its size field is `wider` bytes wider than needed."""
    head = encode_uint(number) + encode_size(len(content), size_width(len(content)) + wider)
    return head + content


def void(length: int) -> bytes:
    """Return the header of a Void of `length` bytes in total; ValueError for one byte, which is too short."""
    for width in range(1, 9):
        size = length - 1 - width
        if 0 <= size <= (1 << (7 * width)) - 2:
            return bytes([VOID]) + encode_size(size, width)
    raise ValueError(f"no Void can take {length} bytes")


def master(items: Sequence[bytes], *, has_crc: bool) -> bytes:
    """Return the content of a master; with `has_crc`, a CRC-32 of the other elements comes first (RFC 8794, 11.3.1)."""
    content = b"".join(items)
    if has_crc:
        return element(CRC_32, zlib.crc32(content).to_bytes(4, "little")) + content
    return content
