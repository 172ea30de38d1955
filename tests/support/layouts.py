"""Real films in the layouts of other programs: output of ffmpeg, rearranged by hand, with correct offsets."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator

from tests.support import mkv, mp4

_PARENTS = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"udta")
_WIDTH = {b"stco": 4, b"co64": 8}
Move = Callable[[int], int]


def boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The boxes of a range as (kind, content)."""
    at = 0
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1:
            size, head = struct.unpack_from(">Q", data, at + 8)[0], 16
        elif size == 0:
            size = len(data) - at
        yield kind, data[at + head : at + size]
        at += size


def _moved(kind: bytes, content: bytes, move: Move, *, wide: bool) -> bytes:
    """A box with moved offsets of its media; `wide`: in 64 bits."""
    if kind in _PARENTS:
        return mp4.box(kind, *(_moved(*child, move, wide=wide) for child in boxes(content)))
    if kind not in _WIDTH:
        return mp4.box(kind, content)
    count = struct.unpack_from(">I", content, 4)[0]
    old = struct.unpack_from(f">{count}{'I' if kind == b'stco' else 'Q'}", content, 8)
    new = [move(offset) for offset in old]
    return mp4.box(b"co64" if wide else b"stco", content[:8], struct.pack(f">{count}{'Q' if wide else 'I'}", *new))


def _chunks(kind: bytes, content: bytes) -> Iterator[int]:
    if kind in _PARENTS:
        for child in boxes(content):
            yield from _chunks(*child)
    elif kind in _WIDTH:
        count = struct.unpack_from(">I", content, 4)[0]
        yield from struct.unpack_from(f">{count}{'I' if kind == b'stco' else 'Q'}", content, 8)


def several_mdat(data: bytes) -> bytes:
    """The media in two boxes, the first with a 64-bit size, something else between them, 64-bit offsets, index last."""
    found = dict(boxes(data))
    start = data.index(b"mdat") + 4
    offsets = sorted(set(_chunks(b"moov", found[b"moov"])))
    cut = offsets[len(offsets) // 2]
    front = mp4.box(b"ftyp", found[b"ftyp"]) + mp4.free(24)
    first = mp4.box(b"mdat", found[b"mdat"][: cut - start], large=True)
    between = mp4.box(b"wide") + mp4.free(40, kind=b"skip")
    second = len(front + first + between) + 8

    def move(offset: int) -> int:
        return offset - start + len(front) + 16 if offset < cut else offset - cut + second

    index = _moved(b"moov", found[b"moov"], move, wide=True)
    return front + first + between + mp4.box(b"mdat", found[b"mdat"][cut - start :]) + index


def media_to_the_end(data: bytes) -> bytes:
    """
    The index before the media without free space, 64-bit offsets, and media that extend to the end by declaration.
    """
    found = dict(boxes(data))
    start = data.index(b"mdat") + 4
    front = mp4.box(b"ftyp", found[b"ftyp"])
    length = len(_moved(b"moov", found[b"moov"], lambda offset: offset, wide=True))
    begin = len(front) + length + 8
    index = _moved(b"moov", found[b"moov"], lambda offset: offset - start + begin, wide=True)
    return front + index + struct.pack(">I4s", 0, b"mdat") + found[b"mdat"]


def with_fields(data: bytes, *, udta: bytes = b"", moov: bytes = b"", early: bytes = b"") -> bytes:
    """
    A film with its index at the end, and boxes added to `udta` and to `moov`, in place of its `udta`.

    The boxes of `early` come before the tracks.
    """
    *_, (last, index) = boxes(data)
    assert last == b"moov"
    kept = [mp4.box(kind, content) for kind, content in boxes(index) if kind not in {b"udta", b"meta"}]
    kept.insert(1, early)
    fields = mp4.box(b"udta", udta) if udta else b""
    return data[: len(data) - len(index) - 8] + mp4.box(b"moov", *kept, fields, moov)


def without_seek_head(data: bytes) -> bytes:
    """A Matroska document whose SeekHead is Void: tags are before the clusters, and no entry lists them."""
    for kind, offset, raw in mkv.level_1(data):
        if kind == mkv.SEEK_HEAD:
            data = data[:offset] + mkv.void(len(raw)) + data[offset + len(raw) :]
    return data


def as_recorded(data: bytes) -> bytes:
    """
    A Matroska document like the recording of a browser: segment and clusters without a size, no SeekHead and no index.
    """
    head = data[: data.index(mkv.number(mkv.SEGMENT))]
    kept = [(kind, raw) for kind, _, raw in mkv.level_1(data) if kind not in {mkv.SEEK_HEAD, mkv.CUES, mkv.VOID}]
    made = [_unsized(raw) if kind == mkv.CLUSTER else raw for kind, raw in kept]
    return head + mkv.number(mkv.SEGMENT) + mkv.UNKNOWN + b"".join(made)


def stopped(data: bytes) -> bytes:
    """A Matroska document like a recording that was stopped within a block, with free space before its media."""
    recorded = as_recorded(data)
    first = next(at for kind, at, _ in mkv.level_1(recorded) if kind == mkv.CLUSTER)
    return recorded[:first] + mkv.void(2000) + recorded[first:-90]


def _unsized(cluster: bytes) -> bytes:
    """A cluster without its size, and so without a checksum over what it holds."""
    held = [mkv.element(kind, content) for kind, content in mkv.inside(cluster) if kind != mkv.CRC_32]
    return mkv.number(mkv.CLUSTER) + mkv.UNKNOWN + b"".join(held)
