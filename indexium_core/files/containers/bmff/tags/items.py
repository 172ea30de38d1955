"""
The items of an `ilst`: boxes that hold their value in `data` boxes (QuickTime File Format, "Metadata Item List Atom").

A `data` box is 32 bits of type, 32 bits of locale (country and language) and the value. Types 1 and 4 are UTF-8, 2 and
5 UTF-16, 3 is a Macintosh string, 0 is undefined. An item may hold one value for each locale.

Replace mode leaves **one value** of type 1, because FFmpeg reads only the first and mutagen every value. It keeps the
locale of the old values if all have the same one; otherwise it is for all locales. Preserve mode keeps every value. A
changed value whose type is not UTF-8 gets type 1, which every reader shows.

In a `meta` with `keys` the type of an item is a number that counts the names from 1 on (QuickTime File Format,
"Metadata Item Keys Atom": version and flags, a count, then size, namespace and name of each).

Type 1 is text, 21 and 22 are integers with and without a sign, 23 and 24 are floating-point numbers of 32 and 64 bits,
65 to 78 are integers of one size. FFmpeg reads only the types to 23, and of `tvsn` and `tves` only the fourth byte,
whatever their type is, so these get an integer of four bytes. A key keeps its type if that can hold the number.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Collection, Sequence

from indexium_core.files.containers.bmff import boxes
from indexium_core.files.containers.bmff.boxes import MalformedBoxError
from indexium_core.files.containers.bmff.tags import strings

FREEFORM = b"----"  # an item with its name in a box `name` and the name's owner in a box `mean`

_UTF8, _UTF8_SORTED = 1, 4
_UTF16 = frozenset({2, 5})
_MACINTOSH = 3
_TEXTS = frozenset(range(6))  # the types of texts
_EVERYWHERE = bytes(4)  # the locale of a value for all locales
_TEXT = frozenset({0, 1, 4})
_SIGNED, _UNSIGNED = 21, 22
_SIGNED_TYPES = frozenset({_SIGNED, 65, 66, 67, 74})
_INTEGERS = _SIGNED_TYPES | {_UNSIGNED, 75, 76, 77, 78}
_FLOATS = {23: ">f", 24: ">d"}
_FLOAT32 = 23
_EXACT = 1 << 24  # a float of 32 bits holds every whole number up to this one
_FOUR_BYTES = frozenset({b"tvsn", b"tves"})


def texts(content: bytes) -> list[str]:
    """
    Return the values of an item as text; undecodable bytes become lone surrogates.

    Raises:
        MalformedBoxError: The content is not made of boxes.

    """
    return [_decoded(data).rstrip("\0") for kind, data in _children(content) if kind == b"data"]


def text_values(content: bytes) -> list[str]:
    """Return the values of an item whose type is a text, as `texts`; raises MalformedBoxError for another type."""
    if not {kind for kind, _ in typed_values(content)} <= _TEXTS:
        raise MalformedBoxError("The value is not a text.")
    return texts(content)


def with_edited_texts(content: bytes, edit: Callable[[str], str | None]) -> bytes:
    """
    Return the content of an item with each value edited, b"" if all are removed.

    `edit` returns the new text for a text, None to remove it. Raises MalformedBoxError as `texts` does.
    """
    children = []
    for kind, data in _children(content):
        if kind != b"data":
            children.append((kind, data))
            continue
        text = edit(_decoded(data))
        if text is not None:
            children.append((kind, _encoded(data, text)))
    return b"".join(boxes.whole(*child) for child in children) if any(kind == b"data" for kind, _ in children) else b""


def cannot_convert(content: bytes) -> list[bool]:
    """Return for each value whether readers disagree on the encoding of its type."""
    values = [data for kind, data in _children(content) if kind == b"data"]
    return [int.from_bytes(data[:4], "big") == _MACINTOSH and not strings.is_utf8(data[8:]) for data in values]


def typed_values(content: bytes) -> list[tuple[int, bytes]]:
    """Return type and bytes of each value of an item; raises MalformedBoxError as `texts` does."""
    return [(int.from_bytes(data[:4], "big"), data[8:]) for kind, data in _children(content) if kind == b"data"]


def with_only_value(content: bytes, new: bytes, *, kind: int = _UTF8) -> bytes:
    """Return the content of an item with `new` (UTF-8, or of another type) as its only value; other boxes stay."""
    children = _children(content)
    values = [index for index, (kind, _) in enumerate(children) if kind == b"data"]
    locales = {children[index][1][4:8] for index in values}
    first = values[0] if values else len(children)
    value = new_content(new, kind=kind, locale=locales.pop() if len(locales) == 1 else _EVERYWHERE)
    before, after = children[:first], [child for child in children[first:] if child[0] != b"data"]
    return b"".join([*(boxes.whole(*child) for child in before), value, *(boxes.whole(*child) for child in after)])


def new_content(value: bytes, *, kind: int = _UTF8, locale: bytes = _EVERYWHERE) -> bytes:
    """Return the content of a new item with a value: UTF-8, or of another type."""
    return boxes.whole(b"data", struct.pack(">I", kind) + locale + value)


def freeform_head(owner: str, name: str) -> bytes:
    """Return the boxes of a new free-form item in front of its value: the owner of the name, and the name."""
    return boxes.whole(b"mean", bytes(4) + owner.encode()) + boxes.whole(b"name", bytes(4) + name.encode())


def freeform_name(content: bytes) -> tuple[str, str]:
    """Return the owner of a free-form item's name, and the name; both may be empty."""
    try:
        children = dict(_children(content))
    except MalformedBoxError:
        return "", ""
    mean, name = (children.get(kind, b"")[4:].decode("utf-8", "replace") for kind in (b"mean", b"name"))
    return mean, name


def _children(content: bytes) -> list[tuple[bytes, bytes]]:
    """Return type and content of the boxes in an item."""
    children = []
    at = 0
    while at < len(content):
        size, kind = struct.unpack_from(">I4s", content, at) if at + 8 <= len(content) else (0, b"")
        if size < (16 if kind == b"data" else 8) or at + size > len(content):
            raise MalformedBoxError("The comment in the tags has an unknown shape.")
        children.append((kind, content[at + 8 : at + size]))
        at += size
    return children


def _decoded(data: bytes) -> str:
    kind, value = int.from_bytes(data[:4], "big"), data[8:]
    if kind in _UTF16:
        try:
            return value.decode("utf-16" if value.startswith(b"\xff\xfe") else "utf-16-be").removeprefix("\ufeff")
        except UnicodeDecodeError:
            raise MalformedBoxError("The comment in the tags has damaged UTF-16.") from None
    return strings.mac_decoded(value) if kind == _MACINTOSH else value.decode("utf-8", "surrogateescape")


def _encoded(data: bytes, text: str) -> bytes:
    """Return the content of a `data` box with another text; the old content if the text does not change."""
    if text == _decoded(data):
        return data
    kind, value = int.from_bytes(data[:4], "big"), data[8:]
    if kind == _MACINTOSH and not strings.is_utf8(value) and (mac := strings.mac_encoded(text)) is not None:
        return data[:8] + mac
    kept = kind if kind == _UTF8_SORTED else _UTF8
    return struct.pack(">I", kept) + data[4:8] + text.encode("utf-8", "surrogateescape")


# Keys


def key_names(content: bytes) -> list[str]:
    """
    Return the names in the content of a `keys` box.

    Raises:
        MalformedBoxError: Their sizes or their count are wrong.

    """
    names: list[str] = []
    at = 8
    while at + 8 <= len(content):
        size = int.from_bytes(content[at : at + 4], "big")
        if size < 8 or at + size > len(content):
            break
        names.append(content[at + 8 : at + size].decode("utf-8", "replace"))
        at += size
    if at != len(content) or len(names) != int.from_bytes(content[4:8], "big"):
        raise MalformedBoxError("The list of tag names (keys) is malformed.")
    return names


def with_added_keys(content: bytes, names: Sequence[str]) -> bytes:
    """Return the content of a `keys` box with more names at its end."""
    count = int.from_bytes(content[4:8], "big") + len(names)
    return (
        content[:4]
        + struct.pack(">I", count)
        + content[8:]
        + b"".join(boxes.whole(b"mdta", name.encode()) for name in names)
    )


def without_last_keys(content: bytes, names: Collection[str]) -> bytes:
    """Return the content of a `keys` box without its count, and without the last names that are in `names`."""
    old = key_names(content)
    while old and old[-1].lower() in names:
        content = content[: len(content) - 8 - len(old.pop().encode())]
    return content[:4] + content[8:]


def key_name(kind: bytes, names: Sequence[str]) -> str:
    """Return the name of an item by its type, empty if the type is not the number of a name."""
    number = int.from_bytes(kind, "big")
    return names[number - 1] if 1 <= number <= len(names) else ""


def number_texts(content: bytes) -> list[str]:
    """Return the numbers of an item as texts; raises MalformedBoxError if one has another form."""
    return [_number_text(kind, value) for kind, value in typed_values(content)]


def with_only_number(kind: bytes, content: bytes, number: str) -> bytes:
    """Return the content of an item, whose type is `kind`, with one number as its only value."""
    old_type, old = next(iter(typed_values(content)), (0, b""))
    if kind in _FOUR_BYTES:
        return with_only_value(content, int(number).to_bytes(4, "big"), kind=_SIGNED)
    if old_type in _TEXT:
        return with_only_value(content, number.encode())
    if old_type in {_SIGNED, _UNSIGNED} and int(number) < 1 << 8 * len(old) - 1:
        return with_only_value(content, int(number).to_bytes(len(old), "big"), kind=old_type)
    if int(number) > _EXACT:
        return with_only_value(content, number.encode())
    return with_only_value(content, struct.pack(">f", float(number)), kind=_FLOAT32)


def number_content(kind: bytes, number: str) -> bytes:
    """Return the content of a new item: an integer for an item with a type of its own, else a float for a key."""
    if kind in _FOUR_BYTES:
        return new_content(int(number).to_bytes(4, "big"), kind=_SIGNED)
    return new_content(struct.pack(">f", float(number)), kind=_FLOAT32)


def _number_text(kind: int, value: bytes) -> str:
    if kind == 0 and value[:1] == b"\0":
        kind = _UNSIGNED
    if kind in _TEXT:
        return value.decode("utf-8", "surrogateescape").rstrip("\0")
    if kind in _INTEGERS and 1 <= len(value) <= 8:
        return str(int.from_bytes(value, "big", signed=kind in _SIGNED_TYPES))
    if kind in _FLOATS and len(value) == struct.calcsize(_FLOATS[kind]):
        return f"{struct.unpack(_FLOATS[kind], value)[0]:f}"
    raise MalformedBoxError("The number has an unknown form.")
