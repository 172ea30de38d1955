"""
The places of new values in ISO base media files, and the boxes that a write adds for them.

Measured (FFmpeg 5.1 and 8.1, ExifTool 12.57, MediaInfo 23.04): all three read a string in `udta` in every brand, with
any other tags. The string is QuickTime's own form, the only form that its programs read. An ISO file with another
`meta` in its `udta` also gets a string: FFmpeg would read a second `meta` there, but some programs stop at the first.
Other ISO files and 3GP files get an item in an iTunes-style `meta`, which programs such as mutagen read too. 3GPP
defines no `udta` box for a comment: FFmpeg writes the comment into `dscp`, which MediaInfo shows as the description and
FFmpeg does not read.

A field without an item and a string gets a key: in `moov/meta` without version and flags, because ExifTool and
MediaInfo do not read the form with these, or behind the names of an existing list. FFmpeg uses only the first list.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from indexium_core.files.containers.bmff import boxes
from indexium_core.files.containers.bmff.boxes import Box, MalformedBoxError, Window
from indexium_core.files.containers.bmff.tags import field_map, items, places, strings
from indexium_core.files.containers.bmff.tags.places import is_read
from indexium_core.model.fields.table import COMMENT, known_field

# The content of the `hdlr` box that iTunes and FFmpeg write in front of an item list: `mdir` of `appl` without a name.
HANDLER = bytes(8) + b"mdirappl" + bytes(9)
KEY_HANDLER = bytes(8) + b"mdta" + bytes(13)  # … and that of a list with names


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPlace:
    """The place of a new value."""

    field: str
    kind: bytes  # its box
    around: tuple[Box, ...]  # outermost first; the box becomes the last child of the innermost
    missing: tuple[bytes, ...]  # boxes to create around it, outermost first
    strings: bool  # a list of strings; else an item


@dataclass(frozen=True, slots=True, kw_only=True)
class Insertion:
    """Bytes that a write adds in front of an offset, or that replace a box there."""

    start: int
    end: int
    data: bytes
    around: tuple[Box, ...]  # outermost first


def new_place(window: Window, moov: Box, key: str, *, quicktime: bool, behind: int) -> NewPlace | None:
    """
    Return the place of a new item or string of a field.

    The result is None if the file gets neither, or if it would not lie behind the box that starts at `behind`.
    """
    user_data = moov.named(b"udta")
    item, string = field_map.new_item(key), field_map.new_string(key)
    candidates: list[NewPlace | None] = []
    if field_map.freeform_name(key) is not None:
        item, readable = items.FREEFORM, _behind_a_track(moov, user_data)
        candidates.append(_item_place(window, moov, readable, key, item))
    elif item is not None and not quicktime and not (key == COMMENT and user_data and behind >= 0):
        readable = user_data
        candidates.append(_item_place(window, moov, readable, key, item))
    else:
        item, readable = None, []
    if string is not None:
        candidates.append(_string_place(moov, user_data, behind, key, string))
    elif item is not None and field_map.new_key(key) is None:
        candidates += _item_list_places(window, moov, readable, key, item, prefix=0)
    return next((place for place in candidates if place and place.around[-1].tail > behind), None)


def added_items(added: Sequence[tuple[NewPlace, str]]) -> list[Insertion]:
    """Return the insertions of values in their places; new boxes around them are shared."""
    groups: dict[int, list[tuple[NewPlace, str]]] = {}
    for place, value in added:
        groups.setdefault(place.around[-1].start, []).append((place, value))
    found = []
    for group in groups.values():
        around = group[0][0].around
        data = _nested([(place.missing, _new_box(place, value)) for place, value in group])
        found.append(Insertion(start=around[-1].tail, end=around[-1].tail, data=data, around=around))
    return found


def added_keys(window: Window, moov: Box, added: Sequence[tuple[str, str]]) -> list[Insertion] | None:
    """
    Return the insertions of new items with keys, for fields and their values; None if programs would not read them.

    `window` holds `moov`.
    """
    paths = list(places.tag_boxes([(window, moov)]))
    holders = [path for _, path in paths if path[-1].named(b"keys")]
    names = [field_map.new_key(key) or "" for key, _ in added]
    if not holders:
        if moov.named(b"meta"):
            return None
        keys = items.with_added_keys(bytes(8), names)
        parts = (
            boxes.whole(b"hdlr", KEY_HANDLER),
            boxes.whole(b"keys", keys),
            boxes.whole(b"ilst", _numbered(range(1, len(added) + 1), added)),
        )
        data = boxes.whole(b"meta", b"".join(parts))
        return [Insertion(start=moov.tail, end=moov.tail, data=data, around=(moov,))]
    return _in_list(window, holders[0], names, added) if len(holders) == 1 else None


def _in_list(
    window: Window, path: tuple[Box, ...], names: Sequence[str], added: Sequence[tuple[str, str]]
) -> list[Insertion] | None:
    """Return the insertions of items into an existing list of names and its items."""
    meta, box = path[-1], path[-1].named(b"keys")[0]
    lists = meta.named(b"ilst")
    try:
        old = [name.lower() for name in items.key_names(window.body(box))]
    except MalformedBoxError:
        return None
    if places.first_names([(window, path)]).start != box.start or len(lists) > 1 or not is_read(meta, *lists):
        return None
    if lists and lists[0].start < box.start:
        return None
    missing = [name for name in names if name.lower() not in old]
    known = [*old, *(name.lower() for name in missing)]
    content = _numbered([known.index(name.lower()) + 1 for name in names], added)
    insertions = []
    if missing:
        data = boxes.whole(b"keys", items.with_added_keys(window.body(box), missing))
        insertions.append(Insertion(start=box.start, end=box.end, data=data, around=path))
    around = (*path, *lists)
    data = content if lists else boxes.whole(b"ilst", content)
    return [*insertions, Insertion(start=around[-1].tail, end=around[-1].tail, data=data, around=around)]


def _numbered(numbers: Sequence[int], added: Sequence[tuple[str, str]]) -> bytes:
    """Return the items of keys with these numbers."""
    found = []
    for number, (key, value) in zip(numbers, added, strict=True):
        kind = struct.pack(">I", number)
        found.append(boxes.whole(kind, _new_content(kind, key, value)))
    return b"".join(found)


def _new_box(place: NewPlace, value: str) -> bytes:
    if place.strings:
        return boxes.whole(place.kind, strings.new_content(value.encode("utf-8", "surrogateescape")))
    name = field_map.freeform_name(place.field)
    head = items.freeform_head(*name) if name is not None else b""
    return boxes.whole(place.kind, head + _new_content(place.kind, place.field, value))


def _new_content(kind: bytes, key: str, value: str) -> bytes:
    field = known_field(key)
    if field.type in {"integer", "rating"} and not field.custom:  # every program reads the texts of custom fields
        return items.number_content(kind, value)
    return items.new_content(value.encode("utf-8", "surrogateescape"))


def _nested(parts: Sequence[tuple[tuple[bytes, ...], bytes]]) -> bytes:
    """Return boxes, each in its missing boxes, which are made once; `parts` are the missing boxes and the box."""
    data = b""
    for kind in dict.fromkeys(missing[0] for missing, _ in parts if missing):
        inner = _nested([(missing[1:], box) for missing, box in parts if missing[:1] == (kind,)])
        handler = bytes(4) + boxes.whole(b"hdlr", HANDLER) if kind == b"meta" else b""
        data += boxes.whole(kind, handler + inner)
    return data + b"".join(box for missing, box in parts if not missing)


def _string_place(moov: Box, user_data: Sequence[Box], behind: int, key: str, kind: bytes) -> NewPlace:
    around, missing = ((moov, user_data[0 if behind < 0 else -1]), ()) if user_data else ((moov,), (b"udta",))
    return NewPlace(field=key, kind=kind, around=around, missing=missing, strings=True)


def _behind_a_track(moov: Box, user_data: Sequence[Box]) -> list[Box]:
    """Return the user data in which FFmpeg reads a free-form item."""
    behind = min((track.start for track in moov.named(b"trak")), default=moov.end)
    return [udta for udta in user_data if udta.start > behind]


def _item_place(window: Window, moov: Box, user_data: Sequence[Box], key: str, kind: bytes) -> NewPlace | None:
    """Return the place in an iTunes-style item list, else the place for a new list, None if there is neither."""
    if not user_data:
        return _new_item_list(key, kind, (moov,), b"udta")
    bare = (_new_item_list(key, kind, (moov, udta)) for udta in user_data if not udta.named(b"meta"))
    return next(chain(_item_list_places(window, moov, user_data, key, kind), bare), None)


def _new_item_list(key: str, kind: bytes, around: tuple[Box, ...], *missing: bytes) -> NewPlace:
    return NewPlace(field=key, kind=kind, around=around, missing=(*missing, b"meta", b"ilst"), strings=False)


def _item_list_places(
    window: Window, moov: Box, user_data: Sequence[Box], key: str, kind: bytes, *, prefix: int = 4
) -> Iterator[NewPlace]:
    """
    Yield the places in iTunes-style item lists, or for a new list.

    Every program reads a `meta` with a version and flags (a `prefix` of 4 bytes). One without them, as in QuickTime,
    gets only what has no other place: programs that do not read it do not read its other items either.
    """
    for udta in user_data:
        for meta in udta.named(b"meta"):
            listed = meta.named(b"ilst")[:1]
            if places.handler_of(window, meta) == b"mdir" and meta.prefix == prefix and is_read(meta, *listed):
                around = (moov, udta, meta, *listed)
                yield NewPlace(field=key, kind=kind, around=around, missing=() if listed else (b"ilst",), strings=False)
