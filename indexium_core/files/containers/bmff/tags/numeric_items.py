"""
The items of an `ilst` that hold a number (QuickTime File Format, "Well-known data types").

Type 1 is text, 21 and 22 are integers with and without a sign, 23 and 24 are floating-point numbers of 32 and 64 bits,
65 to 78 are integers of one size. FFmpeg reads only the types to 23, and of `tvsn` and `tves` only the fourth byte,
whatever their type is, so these get an integer of four bytes. A key keeps its type if that can hold the number.
"""

from __future__ import annotations

import struct

from indexium_core.files.containers.bmff.boxes import MalformedBoxError
from indexium_core.files.containers.bmff.tags import items

_TEXT = frozenset({0, 1, 4})
_SIGNED, _UNSIGNED = 21, 22
_SIGNED_TYPES = frozenset({_SIGNED, 65, 66, 67, 74})
_INTEGERS = _SIGNED_TYPES | {_UNSIGNED, 75, 76, 77, 78}
_FLOATS = {23: ">f", 24: ">d"}
_FLOAT32 = 23
_EXACT = 1 << 24  # a float of 32 bits holds every whole number up to this one
_FOUR_BYTES = frozenset({b"tvsn", b"tves"})


def texts(content: bytes) -> list[str]:
    """Return the numbers of an item as texts; raises MalformedBoxError if one has another form."""
    return [_text(kind, value) for kind, value in items.typed_values(content)]


def with_only_number(kind: bytes, content: bytes, number: str) -> bytes:
    """Return the content of an item, whose type is `kind`, with one number as its only value."""
    old_type, old = next(iter(items.typed_values(content)), (0, b""))
    if kind in _FOUR_BYTES:
        return items.with_only_value(content, int(number).to_bytes(4, "big"), kind=_SIGNED)
    if old_type in _TEXT:
        return items.with_only_value(content, number.encode())
    if old_type in {_SIGNED, _UNSIGNED} and int(number) < 1 << 8 * len(old) - 1:
        return items.with_only_value(content, int(number).to_bytes(len(old), "big"), kind=old_type)
    if int(number) > _EXACT:
        return items.with_only_value(content, number.encode())
    return items.with_only_value(content, struct.pack(">f", float(number)), kind=_FLOAT32)


def new_content(kind: bytes, number: str) -> bytes:
    """Return the content of a new item: an integer for an item with a type of its own, else a float for a key."""
    if kind in _FOUR_BYTES:
        return items.new_content(int(number).to_bytes(4, "big"), kind=_SIGNED)
    return items.new_content(struct.pack(">f", float(number)), kind=_FLOAT32)


def _text(kind: int, value: bytes) -> str:
    if kind == 0 and value[:1] == b"\0":
        kind = _UNSIGNED
    if kind in _TEXT:
        return value.decode("utf-8", "surrogateescape").rstrip("\0")
    if kind in _INTEGERS and 1 <= len(value) <= 8:
        return str(int.from_bytes(value, "big", signed=kind in _SIGNED_TYPES))
    if kind in _FLOATS and len(value) == struct.calcsize(_FLOATS[kind]):
        return f"{struct.unpack(_FLOATS[kind], value)[0]:f}"
    raise MalformedBoxError("The number has an unknown form.")
