"""
A digest of everything in an ISO base media file that writing a comment must leave alone, by the path of the box.

Left out are the comment itself, padding, the sizes of boxes around them, boxes that exist only to hold a comment, and
where `moov` stands: so two censuses are equal exactly if nothing else changed. Offsets count by what they point at, in
the file as it would be without padding and index, whether a table has numbers of 32 or 64 bits. The bytes of `mdat` are
not read (its header and length are). There is no loop over samples.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from indexium_core.files.containers import Layout, Reader
from indexium_core.files.containers.bmff import boxes, comment, offsets
from indexium_core.files.containers.bmff.boxes import Box, MalformedBoxError, Window
from indexium_core.files.containers.bmff.layout import BmffLayout
from indexium_core.files.containers.bmff.offsets import Ints, Pointers
from indexium_core.files.containers.bmff.relocation import Shift

__all__ = ["census"]

_TAGS = frozenset({b"udta", b"meta", b"ilst"})  # come and go with what they hold
_OURS = frozenset({b"moov", *_TAGS})  # whose padding is ours to use; a track's is not
_INSIDE = 1 << 60  # where places in the index are counted from: beyond any place in a file
_LEAF = 1 << 32  # … and how far its boxes are apart


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counting:
    """What a census goes by."""

    tables: frozenset[int]  # where the tables start whose offsets are those of this file
    pointers: Pointers
    places: Shift  # from places in the file to what counts


def census(reader: Reader, layout: Layout) -> Mapping[str, str]:
    """Return the digests; the file must be the one that `layout` is of."""
    if not isinstance(layout, BmffLayout):
        return {}
    outer: list[tuple[str, Box]] = []
    inner: list[tuple[str, Window, Box | bytes]] = []
    kinds = []
    comments = frozenset(place.box.start for place in layout.places)
    for name, box in _named(box for box in layout.boxes if not box.padding):
        window, root = _opened(reader, layout, box)
        if root.opened:
            inner += [(path, window, what) for path, what in _inside(window, comments, root, name)]
        else:
            outer.append((name, box))
        kinds += [box.kind] if box.kind != b"moov" else []
    counting = _counting(layout, [what for _, _, what in inner if isinstance(what, Box)])
    found = {name: _outer(counting, reader, box) for name, box in outer}
    found |= {path: _entry(counting, window, what) for path, window, what in inner}
    found["order"] = _digest(b"".join(kinds))
    if layout.junk is not None:
        found["junk"] = _ends(reader, layout.junk.offset, layout.junk.length)
    return found


def _opened(reader: Reader, layout: BmffLayout, box: Box) -> tuple[Window, Box]:
    """Return the index and tags of the film opened, with their bytes; any other box as it is."""
    if layout.moov is not None and box.start == layout.moov.start:
        return Window(reader.read_at(box.start, box.size), box.start), layout.moov
    if box.kind in _TAGS and box.size <= boxes.MAX_BESIDE:
        window = Window(reader.read_at(box.start, box.size), box.start)
        try:
            return window, boxes.open_box(window, box)
        except MalformedBoxError:
            pass
    return Window(b"", 0), box


def _inside(window: Window, comments: frozenset[int], box: Box, path: str) -> list[tuple[str, Box | bytes]]:
    """
    Return what counts in a box by its path: boxes that hold no others, and for each that does how they stand in it.

    Nothing where the box only serves a comment.
    """
    if not box.opened:
        return [(path, box)]
    inner: list[tuple[str, Box | bytes]] = []
    kinds = []
    for name, child in _named(child for child in box.children if _counts(comments, box, child)):
        found = _inside(window, comments, child, f"{path}/{name}")
        inner += found
        kinds += [_kind(child)] if found or child.kind not in _TAGS else []
    if not kinds or _is_shell(window, box, kinds):
        return []
    frame = window.body(box, 0, box.lead) + box.slack.to_bytes(4, "big")
    return [*inner, (f"{path}/order", frame + b"".join(kinds))]


def _counts(comments: frozenset[int], parent: Box, child: Box) -> bool:
    return child.start not in comments and not (child.padding and parent.kind in _OURS)


def _is_shell(window: Window, box: Box, kinds: list[bytes]) -> bool:
    """Tell a `meta` that is just what we put around a comment."""
    return (
        box.kind == b"meta"
        and kinds == [b"hdlr"]
        and not window.body(box, 0, box.lead).strip(b"\0")
        and all(window.body(handler) == comment.HANDLER for handler in box.named(b"hdlr"))
    )


def _counting(layout: BmffLayout, leaves: Iterable[Box]) -> _Counting:
    stretches = []
    at = 0
    for box in layout.boxes:
        if not box.padding and box.kind != b"moov":
            stretches.append((box.start, box.end, at - box.start))
            at += box.size
    moov = layout.moov
    for number, box in enumerate(box for box in leaves if moov and moov.start <= box.start < moov.end):
        stretches.append((box.start, box.end, _INSIDE + _LEAF * number - box.start))
    end = layout.junk.offset if layout.junk else layout.size
    stretches.append((end, layout.size + 1, at - end))
    return _Counting(
        tables=frozenset(path[-1].start for path in layout.offsets.tables),
        pointers=layout.offsets.pointers,
        places=Shift(sorted(stretches)),
    )


def _entry(counting: _Counting, window: Window, what: Box | bytes) -> str:
    if isinstance(what, bytes):
        return _digest(what)
    content = window.body(what)
    if what.start not in counting.tables:
        return _digest(_unpointed(counting, content, what.body))
    try:
        found = offsets.chunks(window, what)
    except MalformedBoxError:
        return _digest(content)
    width = 4 if what.kind == b"stco" else 8
    return _digest(content[:8] + content[8 + width * len(found) :] + _places(counting, found))


def _unpointed(counting: _Counting, content: bytes, at: int) -> bytes:
    """Return bytes from the place `at` without the offsets in them, and what these point at behind."""
    pointers = counting.pointers.within(at, at + len(content))
    if not len(pointers):
        return content
    parts, start = [], 0
    for place, width in zip((pointers.at - at).tolist(), pointers.width.tolist(), strict=True):
        parts.append(content[start:place])
        start = place + width
    return b"".join([*parts, content[start:], _places(counting, pointers.targets)])


def _places(counting: _Counting, targets: Ints) -> bytes:
    """Return what offsets point at; of those that point at nothing that counts, the place in the file."""
    found = counting.places.of(targets)
    return np.where(found < 0, -2 - targets, found).tobytes()


def _outer(counting: _Counting, reader: Reader, box: Box) -> str:
    """Return the digest of a box of the top level."""
    if box.kind == b"mdat":
        return _digest(reader.read_at(box.start, box.header) + box.size.to_bytes(8, "big"))
    if box.size > boxes.MAX_BESIDE:
        return _ends(reader, box.start, box.size)
    return _digest(_unpointed(counting, reader.read_at(box.start, box.size), box.start))


def _ends(reader: Reader, offset: int, length: int) -> str:
    if length <= boxes.MAX_BESIDE:
        return _digest(reader.read_at(offset, length))
    half = boxes.MAX_BESIDE // 2
    ends = reader.read_at(offset, half) + reader.read_at(offset + length - half, half)
    return _digest(ends + length.to_bytes(8, "big"))


def _named(found: Iterable[Box]) -> Iterator[tuple[str, Box]]:
    """Yield the boxes with a name each: the type, with a number for tracks, and for others from the second on."""
    seen: Counter[bytes] = Counter()
    for box in found:
        kind = _kind(box)
        seen[kind] += 1
        number = seen[kind]
        plain = number == 1 and kind != b"trak"
        name = f"#{int.from_bytes(kind, 'big')}" if kind[0] == 0 else kind.decode("latin-1")
        yield name + ("" if plain else f"[{number}]"), box


def _kind(box: Box) -> bytes:
    """Return the type of a box; a table of chunks may have smaller or larger numbers."""
    return b"stco" if box.kind in offsets.CHUNKS else box.kind


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()
