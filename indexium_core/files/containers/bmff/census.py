"""
A digest of everything in an ISO base media file that writing some fields must not change, by the path of the box.

The digest ignores the edited fields, padding, the sizes of boxes around them, boxes that only hold such a field, and
the place of `moov`. So two censuses are equal exactly if everything else is unchanged. Offsets count by their targets
in the file without padding and index; the width of table fields (32 or 64 bits) does not count. Only the header and the
length of `mdat` are read. The code never loops over samples.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from indexium_core.files import digests
from indexium_core.files.containers import Layout, Reader
from indexium_core.files.containers.bmff import boxes, offsets
from indexium_core.files.containers.bmff.boxes import Box, MalformedBoxError, Window
from indexium_core.files.containers.bmff.layout import BmffLayout
from indexium_core.files.containers.bmff.offsets import Ints, Pointers
from indexium_core.files.containers.bmff.relocation import OffsetMap
from indexium_core.files.containers.bmff.tags import field_map, items, new_places, times
from indexium_core.model.fields.table import CREATION_TIME

_TAGS = frozenset({b"udta", b"meta", b"ilst"})  # these boxes exist only with content
_EDITED = frozenset({b"moov", *_TAGS})  # boxes whose padding may be used; not those of tracks
# The boxes of a `meta` that a write makes, and the content of its handler.
_SHELLS = {(b"hdlr",): new_places.HANDLER, (b"hdlr", b"keys"): new_places.KEY_HANDLER}
_INSIDE = 1 << 60  # origin of offsets in the index: larger than any file offset
_LEAF = 1 << 32  # … and the distance of its boxes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Targets:
    """The offsets of a file, and the census values of their targets."""

    tables: frozenset[int]  # starts of the chunk offset tables of this file
    pointers: Pointers
    places: OffsetMap  # from offsets in the file to offsets without padding and index


def census(reader: Reader, layout: Layout, edited: Collection[str]) -> Mapping[str, str]:
    """Return the digests; `layout` must be that of the file."""
    if not isinstance(layout, BmffLayout):
        return {}
    outer: list[tuple[str, Box]] = []
    inner: list[tuple[str, Window, Box | bytes]] = []
    kinds = []
    fields = _edited_fields(reader, layout, edited)
    for name, box in _named(box for box in layout.boxes if not box.padding):
        window, root = _opened(reader, layout, box)
        if root.opened:
            inner += [(path, window, entry) for path, entry in _inside(window, fields, root, name)]
        else:
            outer.append((name, box))
        kinds += [box.kind] if box.kind != b"moov" else []
    mapping = _targets_of(layout, [entry for _, _, entry in inner if isinstance(entry, Box)])
    result = {name: _top_level_digest(mapping, reader, box) for name, box in outer}
    result |= {path: _entry_digest(mapping, window, entry) for path, window, entry in inner}
    result["order"] = digests.hex_digest(b"".join(kinds))
    if layout.junk is not None:
        result["junk"] = _range_digest(reader, layout.junk.offset, layout.junk.length)
    return result


def _opened(reader: Reader, layout: BmffLayout, box: Box) -> tuple[Window, Box]:
    """Return the bytes of a box, and the box; the index and tags are opened."""
    if layout.moov is not None and box.start == layout.moov.start:
        return Window(reader.read_at(box.start, box.size), box.start), layout.moov
    if box.kind in _TAGS and box.size <= boxes.MAX_BESIDE:
        window = Window(reader.read_at(box.start, box.size), box.start)
        try:
            return window, boxes.open_box(window, box)
        except MalformedBoxError:
            pass
    return Window(b"", 0), box


def _inside(window: Window, fields: _Edited, box: Box, path: str) -> list[tuple[str, Box | bytes]]:
    """
    Return the counted content of a box by path: boxes without children, and the order of children in other boxes.

    The result is empty if the box only holds a comment.
    """
    if not box.opened:
        return [(path, _kept_part(window, fields, box))]
    inner: list[tuple[str, Box | bytes]] = []
    kinds = []
    for name, child in _named(child for child in box.children if _counts(fields, box, child)):
        content = _inside(window, fields, child, f"{path}/{name}")
        inner += content
        kinds += [_kind(child)] if content or child.kind not in _TAGS else []
    if not kinds or _is_shell(window, fields, box, kinds):
        return []
    frame = window.body(box, 0, box.prefix) + box.slack.to_bytes(4, "big")
    return [*inner, (f"{path}/order", frame + b"".join(kinds))]


def _counts(fields: _Edited, parent: Box, child: Box) -> bool:
    return child.start not in fields.starts and not (child.padding and parent.kind in _EDITED)


def _is_shell(window: Window, fields: _Edited, box: Box, kinds: list[bytes]) -> bool:
    """Return whether a `meta` has only the boxes written around the edited fields."""
    handler = _SHELLS.get(tuple(kinds))
    return (
        box.kind == b"meta"
        and handler is not None
        and not window.body(box, 0, box.prefix).strip(b"\0")
        and all(window.body(each) == handler for each in box.named(b"hdlr"))
        and all(_kept_part(window, fields, keys) == bytes(4) for keys in box.named(b"keys"))
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Edited:
    """The places of the fields that a write may change."""

    starts: frozenset[int]  # of their boxes
    key_names: frozenset[str]  # names that a write may add to a list, in lower case
    time: int | None  # the creation time, if a write may change it


def _edited_fields(reader: Reader, layout: BmffLayout, edited: Collection[str]) -> _Edited:
    time = None
    if CREATION_TIME in edited and layout.moov is not None:
        for box in layout.moov.named(b"mvhd"):
            with suppress(MalformedBoxError):
                time = times.raw(reader.read_at(box.body, 12))
    return _Edited(
        starts=frozenset(place.box.start for place in layout.places if place.field in edited),
        key_names=frozenset(name.lower() for key in edited if (name := field_map.new_key(key)) is not None),
        time=time,
    )


def _kept_part(window: Window, fields: _Edited, box: Box) -> Box | bytes:
    """
    Return what a write must keep of a box without children.

    A write may add names of its fields at the end of a list of names, and it changes the creation time of the boxes
    that have the time of `mvhd`. No time counts as this time: a write may remove the time of `mvhd`.
    """
    with suppress(MalformedBoxError):
        if box.kind == b"keys" and fields.key_names:
            return items.without_last_keys(window.body(box), fields.key_names)
        if box.kind in times.BOXES and fields.time is not None:
            whole = window.body(box)
            if times.raw(whole[:12]) not in {0, fields.time}:
                return box
            start, end = times.field_range(whole[:12])
            return whole[:start] + b"time" + whole[end:]
    return box


def _targets_of(layout: BmffLayout, leaves: Iterable[Box]) -> _Targets:
    ranges = []
    at = 0
    for box in layout.boxes:
        if not box.padding and box.kind != b"moov":
            ranges.append((box.start, box.end, at - box.start))
            at += box.size
    moov = layout.moov
    for number, box in enumerate(box for box in leaves if moov and moov.start <= box.start < moov.end):
        ranges.append((box.start, box.end, _INSIDE + _LEAF * number - box.start))
    end = layout.junk.offset if layout.junk else layout.size
    ranges.append((end, layout.size + 1, at - end))
    return _Targets(
        tables=frozenset(path[-1].start for path in layout.offsets.tables),
        pointers=layout.offsets.pointers,
        places=OffsetMap(sorted(ranges)),
    )


def _entry_digest(mapping: _Targets, window: Window, entry: Box | bytes) -> str:
    if isinstance(entry, bytes):
        return digests.hex_digest(entry)
    content = window.view(entry)
    if entry.start not in mapping.tables:
        return _unpointed_digest(mapping, content, entry.body)
    try:
        entries = offsets.chunks(window, entry)
    except MalformedBoxError:
        return digests.hex_digest(content)
    width = 4 if entry.kind == b"stco" else 8
    return digests.hex_digest(content[:8], content[8 + width * len(entries) :], _places(mapping, entries))


def _unpointed_digest(mapping: _Targets, content: bytes | memoryview, at: int) -> str:
    """Return the digest of the bytes at `at` without their offsets, followed by the targets of the offsets."""
    pointers = mapping.pointers.stored_in(at, at + len(content))
    if not len(pointers):
        return digests.hex_digest(content)
    parts, start = [], 0
    for place, width in zip((pointers.at - at).tolist(), pointers.width.tolist(), strict=True):
        parts.append(content[start:place])
        start = place + width
    return digests.hex_digest(*parts, content[start:], _places(mapping, pointers.targets))


def _places(mapping: _Targets, targets: Ints) -> memoryview:
    """Return the targets of offsets as bytes; a target that does not count is its plain file offset."""
    new_targets = mapping.places.moved(targets)
    if len(new_targets) and new_targets.min() < 0:
        new_targets = np.where(new_targets < 0, -2 - targets, new_targets)
    return new_targets.view(np.uint8).data


def _top_level_digest(mapping: _Targets, reader: Reader, box: Box) -> str:
    """Return the digest of a box of the top level."""
    if box.kind == b"mdat":
        return digests.hex_digest(reader.read_at(box.start, box.header), box.size.to_bytes(8, "big"))
    if box.size > boxes.MAX_BESIDE:
        return _range_digest(reader, box.start, box.size)
    return _unpointed_digest(mapping, reader.read_at(box.start, box.size), box.start)


def _range_digest(reader: Reader, offset: int, length: int) -> str:
    if length <= boxes.MAX_BESIDE:
        return digests.hex_digest(reader.read_at(offset, length))
    half = boxes.MAX_BESIDE // 2
    ends = reader.read_at(offset, half) + reader.read_at(offset + length - half, half)
    return digests.hex_digest(ends, length.to_bytes(8, "big"))


def _named(children: Iterable[Box]) -> Iterator[tuple[str, Box]]:
    """Yield each box with a name: its type; tracks, and all boxes of a type after its first, also get a number."""
    seen: Counter[bytes] = Counter()
    for box in children:
        kind = _kind(box)
        seen[kind] += 1
        number = seen[kind]
        plain = number == 1 and kind != b"trak"
        name = f"#{int.from_bytes(kind, 'big')}" if kind[0] == 0 else kind.decode("latin-1")
        yield name + ("" if plain else f"[{number}]"), box


def _kind(box: Box) -> bytes:
    """Return the type of a box; both types of chunk offset tables count as one type."""
    return b"stco" if box.kind in offsets.CHUNKS else box.kind
