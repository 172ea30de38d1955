"""
The targets of all offsets in an MP4, found without the product's code, and films in fragments, built box by box.

Two files are the same film if `pointed` returns the same for both: every offset of one refers to the same bytes as that
of the other, whatever its value and width.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator

from tests.support import mp4
from tests.support.mp4 import box

# No part of it occurs twice, so a wrong offset refers to other bytes.
MEDIA = random.Random(7).randbytes(2048)
_PARENTS = {"moov", "trak", "mdia", "minf", "stbl", "moof", "traf", "mfra", "udta"}
_SHOWN = 16  # bytes at a place that are compared, up to the end of the box


def pointed(content: bytes) -> list[tuple[str, bytes]]:
    """Return the bytes at every target in the file, in file order of the pointers."""
    found = []
    ends = {start: end for path, start, _, end in _walk(content, 0, len(content), "") if path.count("/") == 1}
    for path, start, body, end in _walk(content, 0, len(content), ""):
        inner = content[body:end]
        name = path.rsplit("/", 1)[-1]
        if name in {"stco", "co64"}:
            places: list[tuple[int, int]] = [(at, _SHOWN) for at in _numbers(inner[8:], 4 if name == "stco" else 8)]
        elif name == "iloc":
            places = list(_items(inner))
        elif name == "saio" and "moof" not in path:
            places = [(at, _SHOWN) for at in _auxiliary(inner)]
        elif name == "moof":
            places = list(_fragment(content, start, end))
        elif name == "sidx":
            places = list(_segments(inner, end))
        elif name == "tfra":
            places = list(_listed(inner))
        else:
            continue
        found += [
            (path.replace("co64", "stco"), content[at : min(at + length, _end(ends, at))]) for at, length in places
        ]
    return found


def _end(ends: dict[int, int], at: int) -> int:
    """Return the end of the top-level box that contains a place."""
    return next((end for start, end in ends.items() if start <= at < end), at)


def _walk(content: bytes, at: int, end: int, path: str) -> Iterator[tuple[str, int, int, int]]:
    while at + 8 <= end:
        size, kind = struct.unpack_from(">I4s", content, at)
        head = 8
        if size == 1:
            size, head = struct.unpack_from(">Q", content, at + 8)[0], 16
        elif size == 0:
            size = end - at
        if size < head or at + size > end:
            return
        name = kind.decode("latin-1")
        yield f"{path}/{name}", at, at + head, at + size
        if name in _PARENTS:
            yield from _walk(content, at + head, at + size, f"{path}/{name}")
        elif name == "meta":
            lead = 0 if content[at + head + 4 : at + head + 8] == b"hdlr" else 4
            yield from _walk(content, at + head + lead, at + size, f"{path}/{name}")
        at += size


def _numbers(data: bytes, width: int) -> list[int]:
    return [int.from_bytes(data[at : at + width], "big") for at in range(0, len(data) // width * width, width)]


def _auxiliary(inner: bytes) -> list[int]:
    start = 16 if inner[3] & 1 else 8
    return _numbers(inner[start:], 8 if inner[0] else 4)


def _items(inner: bytes) -> Iterator[tuple[int, int]]:
    version, widths = inner[0], int.from_bytes(inner[4:6], "big")
    offset, length, base, index = widths >> 12, widths >> 8 & 15, widths >> 4 & 15, widths & 15 if version else 0
    at = 6

    def take(width: int) -> int:
        nonlocal at
        at += width
        return int.from_bytes(inner[at - width : at], "big")

    for _ in range(take(4 if version == 2 else 2)):
        take(4 if version == 2 else 2)
        method = take(2) & 15 if version else 0
        here = take(2) == 0
        start = take(base)
        for _ in range(take(2)):
            take(index)
            place, size = start + take(offset), take(length)
            if here and method == 0:
                yield place, size


def _fragment(content: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    base = start
    for path, _, body, stop in _walk(content, start, end, ""):
        inner = content[body:stop]
        flags = int.from_bytes(inner[1:4], "big")
        if path.endswith("/tfhd"):
            base = int.from_bytes(inner[8:16], "big") if flags & 1 else start
            yield base, _SHOWN
        elif path.endswith("/trun"):
            yield base + int.from_bytes(inner[8:12], "big", signed=True), _SHOWN
        elif path.endswith("/saio"):
            for at in _auxiliary(inner):
                yield base + at, _SHOWN


def _segments(inner: bytes, end: int) -> Iterator[tuple[int, int]]:
    width = 8 if inner[0] else 4
    at = end + int.from_bytes(inner[12 + width : 12 + 2 * width], "big")
    for size, _, _ in struct.iter_unpack(">III", inner[16 + 2 * width :]):
        yield at, _SHOWN
        at += size & 0x7FFFFFFF
    yield at - 4, 4


def _listed(inner: bytes) -> Iterator[tuple[int, int]]:
    width = 8 if inner[0] else 4
    step = 2 * width + sum((inner[11] >> shift & 3) + 1 for shift in (4, 2, 0))
    for number in range(min(int.from_bytes(inner[12:16], "big"), (len(inner) - 16) // step)):
        at = 16 + number * step + width
        yield int.from_bytes(inner[at : at + width], "big"), 24  # up to the number of the fragment


# Films in fragments


def fragmented(
    *children: bytes,  # of `moov`
    after: bytes = b"",  # boxes directly after `moov`
    absolute: bool = False,  # the offsets of fragments count from the file instead of the fragment
    wide: bool = False,  # the list of fragments has 64-bit places
    listed: bool = True,  # there is one (`mfra`)
    indexed: bool = False,  # a segment index after `after`
    indexed_first: bool = False,  # … before `moov`
    encrypted: bool = False,
    first: list[int] | None = None,  # samples in `moov` too, at these places
    count: int = 3,
    end: bytes = b"",
) -> bytes:
    """A film with its samples in fragments."""
    empty = mp4.track(first or [], samples=len(first or []))
    moov = box(b"moov", mp4.full(b"mvhd", bytes(96)), *children, empty, box(b"mvex", mp4.full(b"trex", bytes(20))))
    ftyp = box(b"ftyp", b"iso5", bytes(4), b"iso5")
    length = len(_moof(0, 0, absolute=absolute, encrypted=encrypted)) + 8 + 64
    segment = _sidx(0, [length] * count)
    head = ftyp + (_sidx(len(moov) + len(after), [length] * count) if indexed_first else b"") + moov + after
    head += segment if indexed else b""
    body = b""
    for number in range(count):
        start = len(head) + len(body)
        body += _moof(number, start, absolute=absolute, encrypted=encrypted)
        body += box(b"mdat", (MEDIA + MEDIA)[64 * number % 2048 :][:64])
    starts = [len(head) + number * length for number in range(count)]
    return head + body + (_mfra(starts, wide=wide) if listed else b"") + end


def _moof(number: int, start: int, *, absolute: bool, encrypted: bool) -> bytes:
    def made(length: int, secret: int) -> bytes:
        base = struct.pack(">Q", start) if absolute else b""
        header = box(b"tfhd", struct.pack(">II", 1 if absolute else 0x20000, 1), base)
        run = box(b"trun", struct.pack(">IIi", 0x201, 2, length + 8), struct.pack(">II", 32, 32))
        senc = mp4.full(b"senc", struct.pack(">I", 2), (MEDIA + MEDIA)[(900 + 16 * number) % 2048 :][:16])
        saio = mp4.full(b"saio", struct.pack(">II", 1, secret))
        parts = [header, run, *([saio, senc] if encrypted else [])]
        return box(b"moof", mp4.full(b"mfhd", struct.pack(">I", number + 1)), box(b"traf", *parts))

    draft = made(0, 0)
    return made(len(draft), len(draft) - 16)


def _sidx(first: int, sizes: list[int]) -> bytes:
    entries = b"".join(struct.pack(">III", size, 1, 0x90000000) for size in sizes)
    return mp4.full(b"sidx", struct.pack(">IIIIHH", 1, 1000, 0, first, 0, len(sizes)), entries)


def _mfra(starts: list[int], *, wide: bool) -> bytes:
    number = "Q" if wide else "I"
    entries = b"".join(struct.pack(f">{number}{number}BBB", 7, start, 1, 1, 1) for start in starts)
    tfra = box(b"tfra", bytes([wide, 0, 0, 0]), struct.pack(">III", 1, 0, len(starts)), entries)
    size = 8 + len(tfra) + 16
    return box(b"mfra", tfra, mp4.full(b"mfro", struct.pack(">I", size)))


# Items and encrypted samples


def items(places: list[tuple[int, int]], *, version: int = 0, offset: int = 4, base: int = 0, index: int = 0) -> bytes:
    """An `iloc` with an item for each (place, length), in numbers of these widths; the last one is in `idat`."""
    index = index if version else 0
    packed = offset << 12 | 4 << 8 | base << 4 | index
    number = (lambda value: struct.pack(">I", value)) if version == 2 else (lambda value: struct.pack(">H", value))
    entries = b""
    methods = [(place, length, 0) for place, length in places] + ([(0, 4, 1)] if version else [])
    for item, (place, length, method) in enumerate(methods, 1):
        entries += number(item) + (struct.pack(">H", method) if version else b"") + bytes(2)
        start = place if not offset else place // 2 if base else 0
        entries += start.to_bytes(base, "big") + struct.pack(">H", 1)
        entries += bytes(index) + (place - start).to_bytes(offset, "big") if offset else bytes(index)
        entries += struct.pack(">I", length)
    return box(b"iloc", bytes([version, 0, 0, 0]), struct.pack(">H", packed), number(len(methods)), entries)


def saio(places: list[int], *, version: int = 0, typed: bool = False) -> bytes:
    lead = bytes([version, 0, 0, typed]) + (b"cenc" + bytes(4) if typed else b"")
    entries = b"".join(place.to_bytes(8 if version else 4, "big") for place in places)
    return box(b"saio", lead, struct.pack(">I", len(places)), entries)
