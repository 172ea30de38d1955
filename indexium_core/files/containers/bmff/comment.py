"""
Where ISO base media files keep their comment, and the boxes that hold it, read and built anew.

Readers disagree on which place wins, so every one of them is known here: the strings of `udta/©cmt` (QuickTime File
Format, "User Data Text Strings": 16 bits of length, 16 bits of language, text), the items `©cmt` of an iTunes-style
`meta`, and the items of a `meta` with `keys` that are called `comment` or `com.apple.quicktime.comment`. A comment in
any other shape is reported as odd, never guessed at.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from indexium_core.files.containers.bmff import boxes
from indexium_core.files.containers.bmff.boxes import Box, MalformedError, Window

__all__ = [
    "CMT",
    "HANDLER",
    "MAX_BYTES",
    "MAX_STRING",
    "Place",
    "Vacancy",
    "find",
    "handler_of",
    "rebuilt",
    "shelled",
    "vacancy",
    "values",
]

CMT = b"\xa9cmt"
KEYS = frozenset({"comment", "com.apple.quicktime.comment"})
MAX_BYTES = 1024 * 1024  # of one comment
MAX_STRING = 0xFFFF  # bytes of a string in `udta`: its length has 16 bits

_UTF8 = 1  # type of a `data` box
_UTF16 = 2
_UNDETERMINED = 0x55C4  # ISO 639-2 "und", packed; a language of 0x400 or more says that the text is UTF-8
_ODD_FREEFORM = b"comment"
# What iTunes and FFmpeg put in front of an item list: a handler `mdir` of `appl` without a name.
HANDLER = bytes(8) + b"mdirappl" + bytes(9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One box that holds the comment."""

    where: str  # "moov/udta/meta/ilst/©cmt"
    box: Box
    around: tuple[Box, ...]  # the boxes around it, outermost first
    strings: bool  # a list of strings of `udta`; else an item with `data` boxes
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Vacancy:
    """Where a comment goes if there is none."""

    around: tuple[Box, ...]  # outermost first; it becomes the last child of the innermost
    missing: tuple[bytes, ...]  # boxes to be made around it, outermost first


def find(window: Window, root: Box) -> tuple[list[Place], str]:
    """Return every place in an opened `moov`, `udta` or `meta` of the film, and why not all of it is understood."""
    found: list[Place] = []
    odd = ""
    for path in _containers((root,)):
        try:
            found += _in_udta(window, path) if path[-1].kind == b"udta" else _in_meta(window, path)
        except MalformedError as error:
            odd = odd or str(error)
    return sorted(found, key=lambda place: place.box.start), odd


def values(place: Place) -> list[str]:
    """
    Return the texts that a place holds; bytes that are no UTF-8 come as lone surrogates.

    Raises:
        MalformedError: The content has another shape than the format says.

    """
    if place.strings:
        return [_decoded(text, language) for language, text in _strings(place.content)]
    return [_item_text(data) for kind, data in _item_children(place.content) if kind == b"data"]


def rebuilt(place: Place, text: bytes) -> bytes:
    """Return the whole box of a place with `text` (UTF-8) as its only text."""
    content = _with_strings(place.content, text) if place.strings else _with_data(place.content, text)
    return _box(place.box.kind, content)


def shelled(missing: tuple[bytes, ...], text: bytes) -> bytes:
    """Return a new item that holds `text`, within new boxes of the given types (outermost first)."""
    made = _box(CMT, _box(b"data", struct.pack(">II", _UTF8, 0) + text))
    for kind in reversed(missing):
        handler = bytes(4) + _box(b"hdlr", HANDLER) if kind == b"meta" else b""
        made = _box(kind, handler + made)
    return made


def vacancy(window: Window, moov: Box) -> Vacancy | None:
    """Return where a first comment goes, None where `udta` holds a `meta` of another make."""
    udta = next(iter(moov.named(b"udta")), None)
    if udta is None:
        return Vacancy(around=(moov,), missing=(b"udta", b"meta", b"ilst"))
    meta = next(iter(udta.named(b"meta")), None)
    if meta is None:
        return Vacancy(around=(moov, udta), missing=(b"meta", b"ilst"))
    if handler_of(window, meta) != b"mdir":
        return None
    items = next(iter(meta.named(b"ilst")), None)
    if items is None:
        return Vacancy(around=(moov, udta, meta), missing=(b"ilst",))
    return Vacancy(around=(moov, udta, meta, items), missing=())


def handler_of(window: Window, meta: Box) -> bytes:
    """Return the handler type of a `meta`: `mdir` for iTunes' items, `mdta` for QuickTime's keys, empty without one."""
    handler = next(iter(meta.named(b"hdlr")), None)
    return window.body(handler, 8, 4) if handler else b""


def _containers(path: tuple[Box, ...]) -> Iterator[tuple[Box, ...]]:
    """Yield the paths to every `udta` and `meta` of the film, never those of a track."""
    if path[-1].kind in {b"udta", b"meta"}:
        yield path
    for child in path[-1].children:
        if child.kind in {b"udta", b"meta"}:
            yield from _containers((*path, child))


def _in_udta(window: Window, path: tuple[Box, ...]) -> Iterator[Place]:
    if path[-1].malformed:
        raise MalformedError("The user data (udta) is not made of boxes.")
    for box in path[-1].named(CMT):
        yield _place(window, path, box, "©cmt", strings=True)


def _in_meta(window: Window, path: tuple[Box, ...]) -> Iterator[Place]:
    meta = path[-1]
    if meta.malformed or any(items.malformed for items in meta.named(b"ilst")):
        raise MalformedError("The tags (meta) are not made of boxes.")
    keys = [key for box in meta.named(b"keys") for key in key_names(window, box)]
    for items in meta.named(b"ilst"):
        for item in items.children:
            name = item_name(item, keys)
            if item.kind == CMT or name.lower() in KEYS:
                yield _place(window, (*path, items), item, name, strings=False)
            elif item.kind == b"----" and _freeform_name(window, item).lower() == _ODD_FREEFORM:
                raise MalformedError("There is a comment in a free-form (----) item.")


def item_name(item: Box, keys: list[str]) -> str:
    """Return the name of an item: its type, or that of `keys` where the type is a number from 1 on."""
    number = int.from_bytes(item.kind, "big")
    return keys[number - 1] if 1 <= number <= len(keys) else item.kind.decode("latin-1")


def key_names(window: Window, keys: Box) -> list[str]:
    """
    Return the names in a `keys` box: version, flags, count, then size, namespace and name of each.

    Raises:
        MalformedError: They do not add up.

    """
    content = window.body(keys)
    names: list[str] = []
    at = 8
    while at + 8 <= len(content):
        size = int.from_bytes(content[at : at + 4], "big")
        if size < 8 or at + size > len(content):
            break
        names.append(content[at + 8 : at + size].decode("utf-8", "replace"))
        at += size
    if at != len(content) or len(names) != int.from_bytes(content[4:8], "big"):
        raise MalformedError("The names of the tags (keys) do not add up.")
    return names


def _freeform_name(window: Window, item: Box) -> bytes:
    try:
        children = dict(_item_children(window.body(item)))
    except MalformedError:
        return b""
    return children.get(b"name", b"")[4:]


def _place(window: Window, path: tuple[Box, ...], box: Box, name: str, *, strings: bool) -> Place:
    if box.size > MAX_BYTES + 1024:
        message = f"There is a comment of {box.size:,} bytes."
        raise MalformedError(message)
    where = "/".join([*(outer.kind.decode("latin-1") for outer in path), name])
    place = Place(where=where, box=box, around=path, strings=strings, content=window.body(box))
    values(place)  # raises for what has another shape
    return place


def _strings(content: bytes) -> list[tuple[int, bytes]]:
    """Return language and text of each string in the content of a `udta/©cmt`."""
    found: list[tuple[int, bytes]] = []
    at = 0
    while at < len(content) and (not found or content[at:].strip(b"\0")):
        if at + 4 > len(content):
            raise MalformedError("The comment in the user data has an unknown shape.")
        length, language = struct.unpack_from(">HH", content, at)
        at += 4
        if at + length > len(content):
            raise MalformedError("The comment in the user data has an unknown shape.")
        found.append((language, content[at : at + length]))
        at += length
    return found or [(_UNDETERMINED, b"")]


def _decoded(text: bytes, language: int) -> str:
    if _is_mac(language):
        return text.decode("mac_roman")
    return text.decode("utf-8", "surrogateescape")


def _is_mac(language: int) -> bool:
    """Tell Macintosh language codes, whose texts have a Macintosh encoding, from packed ISO ones."""
    return language < 0x400 or language == 0x7FFF


def _with_strings(content: bytes, text: bytes) -> bytes:
    """Return as many strings as there were, all with the same text; languages stay where they can."""
    made = b""
    for language, _ in _strings(content):
        keeps = not _is_mac(language) or text.isascii()
        made += struct.pack(">HH", len(text), language if keeps else _UNDETERMINED) + text
    return made


def _item_children(content: bytes) -> list[tuple[bytes, bytes]]:
    """Return type and content of the boxes in an item of `ilst`."""
    found = []
    at = 0
    while at < len(content):
        size, kind = struct.unpack_from(">I4s", content, at) if at + 8 <= len(content) else (0, b"")
        if size < (16 if kind == b"data" else 8) or at + size > len(content):
            raise MalformedError("The comment in the tags has an unknown shape.")
        found.append((kind, content[at + 8 : at + size]))
        at += size
    return found


def _item_text(data: bytes) -> str:
    """Return the text of a `data` box: type, locale, value."""
    if int.from_bytes(data[:4], "big") == _UTF16:
        return data[8:].decode("utf-16-be", "replace")
    return data[8:].decode("utf-8", "surrogateescape")


def _with_data(content: bytes, text: bytes) -> bytes:
    """Return the content of an item with one `data` box in the first one's place; boxes of other types stay."""
    children = _item_children(content)
    locale = next((data[4:8] for kind, data in children if kind == b"data"), bytes(4))
    first = next((index for index, (kind, _) in enumerate(children) if kind == b"data"), len(children))
    made = [_box(kind, body) for kind, body in children[:first]]
    made.append(_box(b"data", struct.pack(">I", _UTF8) + locale + text))
    made += [_box(kind, body) for kind, body in children[first:] if kind != b"data"]
    return b"".join(made)


def _box(kind: bytes, content: bytes) -> bytes:
    return boxes.header(kind, 8 + len(content)) + content
