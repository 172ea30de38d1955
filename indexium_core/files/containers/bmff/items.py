"""
The items of an `ilst`: boxes that hold their value in `data` boxes (QuickTime File Format, "Metadata Item List Atom").

A `data` box is 32 bits of type, 32 bits of locale (country and language) and the value; types 1 and 4 are UTF-8, 2 and
5 UTF-16, 3 is a Macintosh string, 0 says nothing. An item may hold one for each locale.

Writing leaves **one value** of type 1, for FFmpeg reads only the first and mutagen every one. It keeps the locale of
what it replaces where there was one, and is for all otherwise.
"""

from __future__ import annotations

import struct

from indexium_core.files.containers.bmff import boxes
from indexium_core.files.containers.bmff.boxes import MalformedError

__all__ = ["FREEFORM", "freeform_name", "made", "rebuilt", "texts"]

FREEFORM = b"----"  # an item that carries its name itself, in `mean` (whose name it is) and `name`

_UTF8 = 1
_UTF16 = frozenset({2, 5})
_MACINTOSH = 3
_EVERYWHERE = bytes(4)  # the locale of a value for all


def texts(content: bytes) -> list[str]:
    """
    Return the values of an item as text; what cannot be decoded comes as lone surrogates.

    Raises:
        MalformedError: The content is not made of boxes.

    """
    return [_decoded(data).rstrip("\0") for kind, data in _children(content) if kind == b"data"]


def rebuilt(content: bytes, text: bytes) -> bytes:
    """Return the content of an item with `text` (UTF-8) in the first value's place; boxes that are no values stay."""
    children = _children(content)
    values = [index for index, (kind, _) in enumerate(children) if kind == b"data"]
    locales = {children[index][1][4:8] for index in values}
    first = values[0] if values else len(children)
    value = made(text, locale=locales.pop() if len(locales) == 1 else _EVERYWHERE)
    before, after = children[:first], [child for child in children[first:] if child[0] != b"data"]
    return b"".join([*(_box(*child) for child in before), value, *(_box(*child) for child in after)])


def made(text: bytes, *, locale: bytes = _EVERYWHERE) -> bytes:
    """Return the content of a new item with `text` (UTF-8)."""
    return _box(b"data", struct.pack(">I", _UTF8) + locale + text)


def freeform_name(content: bytes) -> tuple[str, str]:
    """Return whose name a free-form item carries and the name, empty where it has none."""
    try:
        children = dict(_children(content))
    except MalformedError:
        return "", ""
    mean, name = (children.get(kind, b"")[4:].decode("utf-8", "replace") for kind in (b"mean", b"name"))
    return mean, name


def _children(content: bytes) -> list[tuple[bytes, bytes]]:
    """Return type and content of the boxes in an item."""
    found = []
    at = 0
    while at < len(content):
        size, kind = struct.unpack_from(">I4s", content, at) if at + 8 <= len(content) else (0, b"")
        if size < (16 if kind == b"data" else 8) or at + size > len(content):
            raise MalformedError("The comment in the tags has an unknown shape.")
        found.append((kind, content[at + 8 : at + size]))
        at += size
    return found


def _decoded(data: bytes) -> str:
    kind, value = int.from_bytes(data[:4], "big"), data[8:]
    if kind in _UTF16:
        return value.decode("utf-16-be", "replace").removeprefix("\ufeff")
    return value.decode("mac_roman") if kind == _MACINTOSH else value.decode("utf-8", "surrogateescape")


def _box(kind: bytes, content: bytes) -> bytes:
    return boxes.header(kind, 8 + len(content)) + content
