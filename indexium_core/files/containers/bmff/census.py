"""
A digest of everything in an ISO base media file that writing a comment must leave alone, by the path of the box.

Left out are the comment itself, padding, the sizes of boxes around them, and boxes that exist only to hold a comment:
so two censuses are equal exactly if nothing else changed. The bytes of `mdat` are not read (its header and length
are), and chunk offsets count from the first media byte. There is no loop over samples.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from indexium_core.files.containers import Layout, Reader
from indexium_core.files.containers.bmff import checks, comment
from indexium_core.files.containers.bmff.boxes import Box, MalformedError, Window
from indexium_core.files.containers.bmff.layout import BmffLayout

__all__ = ["census"]

_TAGS = frozenset({b"udta", b"meta", b"ilst"})  # come and go with what they hold
_WHOLE = 16 * 1024 * 1024  # bytes up to which a box outside `moov` is read whole; of larger ones, both ends


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counting:
    """What a census goes by."""

    window: Window  # the bytes of `moov`
    origin: int  # the first media byte
    comments: frozenset[int]  # where the boxes with comments start


def census(reader: Reader, layout: Layout) -> Mapping[str, str]:
    """Return the digests; the file must be the one that `layout` is of."""
    if not isinstance(layout, BmffLayout):
        return {}
    found: dict[str, str] = {}
    kinds = []
    for name, box in _named(box for box in layout.boxes if not box.padding):
        kinds.append(box.kind)
        if layout.moov is not None and box.start == layout.moov.start:
            found.update(_inside(_counting(reader, layout), layout.moov, name))
        else:
            found[name] = _outer(reader, box)
    found["order"] = _digest(b"".join(kinds))
    if layout.junk is not None:
        found["junk"] = _ends(reader, layout.junk.offset, layout.junk.length)
    return found


def _counting(reader: Reader, layout: BmffLayout) -> _Counting:
    assert layout.moov is not None
    return _Counting(
        window=Window(reader.read_at(layout.moov.start, layout.moov.size), layout.moov.start),
        origin=layout.payload[0].offset if layout.payload else 0,
        comments=frozenset(place.box.start for place in layout.places),
    )


def _inside(counting: _Counting, box: Box, path: str) -> Iterator[tuple[str, str]]:
    """Yield name and digest of a box of `moov` and of everything in it; nothing where it only serves a comment."""
    if not box.opened:
        yield path, _leaf(counting, box)
        return
    inner: list[tuple[str, str]] = []
    kinds = []
    for name, child in _named(child for child in box.children if _counts(counting, box, child)):
        found = list(_inside(counting, child, f"{path}/{name}"))
        inner += found
        kinds += [child.kind] if found or child.kind not in _TAGS else []
    if _is_shell(counting, box, kinds):
        return
    yield from inner
    if kinds:
        frame = counting.window.body(box, 0, box.lead) + box.slack.to_bytes(4, "big")
        yield f"{path}/order", _digest(frame + b"".join(kinds))


def _counts(counting: _Counting, parent: Box, child: Box) -> bool:
    ours = parent.kind in {b"moov", b"udta", b"meta"}  # a track's padding is not ours to use
    return child.start not in counting.comments and not (child.padding and ours)


def _is_shell(counting: _Counting, box: Box, kinds: list[bytes]) -> bool:
    """Tell a `meta` that is just what we put around a comment."""
    return (
        box.kind == b"meta"
        and kinds == [b"hdlr"]
        and not counting.window.body(box, 0, box.lead).strip(b"\0")
        and all(counting.window.body(handler) == comment.HANDLER for handler in box.named(b"hdlr"))
    )


def _leaf(counting: _Counting, box: Box) -> str:
    content = counting.window.body(box)
    if box.kind in {b"stco", b"co64"}:
        try:
            offsets = checks.offsets_in(counting.window, box) - counting.origin
        except MalformedError:
            return _digest(content)
        width = 4 if box.kind == b"stco" else 8
        return _digest(content[:8] + offsets.astype(np.int64).tobytes() + content[8 + width * len(offsets) :])
    return _digest(content)


def _outer(reader: Reader, box: Box) -> str:
    """Return the digest of a box of the top level."""
    if box.kind == b"mdat":
        return _digest(reader.read_at(box.start, box.header) + box.size.to_bytes(8, "big"))
    return _ends(reader, box.start, box.size)


def _ends(reader: Reader, offset: int, length: int) -> str:
    if length <= _WHOLE:
        return _digest(reader.read_at(offset, length))
    half = _WHOLE // 2
    ends = reader.read_at(offset, half) + reader.read_at(offset + length - half, half)
    return _digest(ends + length.to_bytes(8, "big"))


def _named(found: Iterator[Box]) -> Iterator[tuple[str, Box]]:
    """Yield the boxes with a name each: the type, with a number for tracks, and for others from the second on."""
    seen: Counter[bytes] = Counter()
    for box in found:
        seen[box.kind] += 1
        number = seen[box.kind]
        plain = number == 1 and box.kind != b"trak"
        kind = f"#{int.from_bytes(box.kind, 'big')}" if box.kind[0] == 0 else box.kind.decode("latin-1")
        yield kind + ("" if plain else f"[{number}]"), box


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()
