"""
The part of AMF0, the serialisation of values in Flash, that the metadata of an FLV file uses.

A value is a type byte and its content, numbers big-endian. Texts, numbers and booleans are returned as text. For other
values, only their end and the offsets of their numbers and properties are read.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from indexium_core.files.containers.shared.parsing import MalformedHeaderError

MAX_TEXT_BYTES = 1023  # bytes of a text that FFmpeg reads
NOT_TEXT = None  # a value that FFmpeg cannot keep as text: an object, an array or a fraction
_DEPTH = 16
_END = b"\0\0\x09"
_FIXED = {5: 0, 6: 0, 7: 2, 11: 10, 13: 0}  # null, undefined, reference, date, unsupported: bytes of content
_REFERENCE, _LONG_TEXT = 7, 12  # FFmpeg stops reading at these


@dataclass(slots=True)
class AmfBudget:
    """The number of values that may still be read in all script tags of one file."""

    values: int = 10_000  # properties and elements of arrays, except …
    numbers: int = 500_000  # … arrays of only numbers: a key frame index has two numbers per frame

    def spend(self, *, values: int = 0, numbers: int = 0) -> None:
        """Count values that are read. Raises MalformedHeaderError if there are too many."""
        self.values -= values
        self.numbers -= numbers
        if self.values < 0 or self.numbers < 0:
            raise MalformedHeaderError("its metadata is too large")


@dataclass(frozen=True, slots=True)
class Property:
    """A property of an object: offsets of its name (`start`), value and `end` in the tag's body."""

    path: tuple[str, ...]  # names of the properties around it, then its own name
    start: int
    value: int
    end: int


@dataclass(frozen=True, slots=True)
class Number:
    """A number: eight bytes, big-endian."""

    path: tuple[str, ...]
    at: int
    value: float


@dataclass(frozen=True, slots=True)
class Metadata:
    """The object of a script tag."""

    name: str  # of the tag
    count: int | None  # offset of the number of properties, None if it is not stored
    start: int  # of the first property
    properties: tuple[Property, ...] = ()  # inner properties before outer ones
    numbers: tuple[Number, ...] = ()
    readable: int = 0  # FFmpeg reads at least to this offset


class _Cursor:
    """An offset in the body of a script tag, the budget, and the data read so far."""

    def __init__(self, body: bytes, budget: AmfBudget | None, *, keeps: bool = False) -> None:
        self.body = body
        self.budget = budget or AmfBudget()
        self.keeps = keeps  # whether it keeps the numbers of arrays
        self.at = 0
        self.path: tuple[str, ...] = ()
        self.properties: list[Property] = []
        self.numbers: list[Number] = []
        self.readable: int | None = None

    def take(self, length: int) -> bytes:
        data = self.body[self.at : self.at + length]
        if len(data) < length:
            raise MalformedHeaderError("its metadata is incomplete")
        self.at += length
        return data

    def number(self, length: int) -> int:
        return int.from_bytes(self.take(length), "big")

    def stop_at(self, at: int) -> None:
        """Record the first value at which FFmpeg stops reading."""
        self.readable = at if self.readable is None else self.readable


def read_metadata(body: bytes, budget: AmfBudget | None = None) -> tuple[str, list[tuple[str, str | None]]]:
    """
    Return the name of a script tag and the properties of its object, in order; [] for other content.

    Raises MalformedHeaderError.
    """
    cursor = _Cursor(body, budget)
    name, kind = _read_start(cursor)
    return name, [] if kind is None else _properties(cursor, kind, 0)


def read_offsets(body: bytes, budget: AmfBudget | None = None) -> Metadata | None:
    """Return the offsets in the object of a script tag, None if it has no object. Raises MalformedHeaderError."""
    cursor = _Cursor(body, budget, keeps=True)
    name, kind = _read_start(cursor)
    if kind is None:
        return None
    count = cursor.at if kind == 8 else None
    start = cursor.at + (4 if kind == 8 else 0)
    _properties(cursor, kind, 0)
    readable = len(body) if cursor.readable is None else cursor.readable
    return Metadata(name, count, start, tuple(cursor.properties), tuple(cursor.numbers), readable)


def property_of(name: str, value: str) -> bytes:
    """Return the bytes of a property that is a text."""
    raw = name.encode("utf-8", "surrogateescape")
    return struct.pack(">H", len(raw)) + raw + text_of(value)


def text_of(value: str) -> bytes:
    """Return the bytes of a text value."""
    raw = value.encode("utf-8", "surrogateescape")
    return b"\2" + struct.pack(">H", len(raw)) + raw


def _read_start(cursor: _Cursor) -> tuple[str, int | None]:
    """Read the name of a script tag and the type of its object, None without an object."""
    if cursor.number(1) != 2:
        return "", None
    name = _text(cursor, 2)
    kind = cursor.number(1) if cursor.body[cursor.at :] else None
    return name, kind if kind in {3, 8} else None


def _properties(cursor: _Cursor, kind: int, depth: int) -> list[tuple[str, str | None]]:
    """Read an object (3) or an ECMA array (8) up to its end mark, which some writers omit."""
    if kind == 8:
        cursor.take(4)
    properties = []
    above = cursor.path
    while cursor.at < len(cursor.body) and cursor.body[cursor.at : cursor.at + 3] != _END:
        start = cursor.at
        name = _text(cursor, 2)
        value = cursor.at
        cursor.path = (*above, name)
        properties.append((name, _value(cursor, depth)))
        cursor.properties.append(Property(cursor.path, start, value, cursor.at))
    cursor.path = above
    cursor.at += 3
    return properties


def _value(cursor: _Cursor, depth: int) -> str | None:
    cursor.budget.spend(values=1)
    at = cursor.at
    kind = cursor.number(1)
    if depth > _DEPTH:
        raise MalformedHeaderError("its metadata is nested too deeply")
    if kind == 0:
        return _number(cursor)
    if kind == 1:
        return "true" if cursor.number(1) else "false"
    if kind in {2, _LONG_TEXT}:
        text = _text(cursor, 2 if kind == 2 else 4)
        if kind == _LONG_TEXT or cursor.at - at > 3 + MAX_TEXT_BYTES:
            cursor.stop_at(at)
        return text
    if kind == _REFERENCE:
        cursor.stop_at(at)
    if kind in {3, 8}:
        _properties(cursor, kind, depth + 1)
    elif kind == 10:
        _list(cursor, cursor.number(4), depth + 1)
    elif kind in _FIXED:
        cursor.take(_FIXED[kind])
    else:
        raise MalformedHeaderError("its metadata is not AMF0")
    return NOT_TEXT


def _list(cursor: _Cursor, count: int, depth: int) -> None:
    """Read `count` values; an array of only numbers (as in an index) is read in one step."""
    end = cursor.at + 9 * count
    if end <= len(cursor.body) and not cursor.body[cursor.at : end : 9].strip(b"\0"):
        cursor.budget.spend(numbers=count)
        if cursor.keeps:
            read = struct.iter_unpack(">xd", cursor.body[cursor.at : end])
            path, places = cursor.path, range(cursor.at + 1, end, 9)
            cursor.numbers += [Number(path, at, value) for at, (value,) in zip(places, read, strict=True)]
        cursor.at = end
        return
    for _ in range(count):
        _value(cursor, depth)


def _number(cursor: _Cursor) -> str | None:
    at = cursor.at
    number = struct.unpack(">d", cursor.take(8))[0]
    cursor.numbers.append(Number(cursor.path, at, number))
    return str(int(number)) if number.is_integer() else NOT_TEXT


def _text(cursor: _Cursor, width: int) -> str:
    return cursor.take(cursor.number(width)).decode("utf-8", "surrogateescape")
