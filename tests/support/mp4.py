"""Synthetic MP4 files, built box by box with exact and unusual content, independent of the product's code."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from indexium_core.files.containers import Layout
from indexium_core.model.files.media import Edit, Extent, FieldValue, Patch, Rebuild

HANDLER = bytes(8) + b"mdirappl" + bytes(9)
MEDIA = bytes(range(256)) * 2


def box(kind: bytes, *parts: bytes, large: bool = False) -> bytes:
    content = b"".join(parts)
    if large:
        return struct.pack(">I4sQ", 1, kind, 16 + len(content)) + content
    return struct.pack(">I4s", 8 + len(content), kind) + content


def full(kind: bytes, *parts: bytes) -> bytes:
    """A box with version 0 and no flags."""
    return box(kind, bytes(4), *parts)


def free(size: int, *, kind: bytes = b"free") -> bytes:
    return box(kind, bytes(size - 8)) if size else b""


def data(text: str | bytes, *, flags: int = 1, locale: int = 0) -> bytes:
    value = text.encode() if isinstance(text, str) else text
    return box(b"data", struct.pack(">II", flags, locale), value)


def cmt(*texts: str) -> bytes:
    """An item of `ilst` with a `data` box for each text."""
    return box(b"\xa9cmt", *(data(text) for text in texts))


def string(text: str | bytes, *, language: int = 0x55C4) -> bytes:
    value = text.encode() if isinstance(text, str) else text
    return struct.pack(">HH", len(value), language) + value


def meta(*children: bytes, handler: bytes = HANDLER, plain: bool = False) -> bytes:
    """A `meta` of iTunes; `plain` without version and flags, as in QuickTime."""
    return box(b"meta", b"" if plain else bytes(4), box(b"hdlr", handler), *children)


def tags(*items: bytes, plain: bool = False) -> bytes:
    return meta(box(b"ilst", *items), plain=plain)


def keyed(pairs: list[tuple[str, str]], *, plain: bool = False) -> bytes:
    """A `meta` with `keys` and their items."""
    names = [box(b"mdta", name.encode()) for name, _ in pairs]
    items = [box(struct.pack(">I", number), data(text)) for number, (_, text) in enumerate(pairs, 1)]
    keys = full(b"keys", struct.pack(">I", len(names)), *names)
    return meta(keys, box(b"ilst", *items), handler=bytes(8) + b"mdta" + bytes(13), plain=plain)


def comments(layout: Layout) -> list[FieldValue]:
    """The texts of the comment in a layout."""
    return [text for text in layout.fields if text.field == "comment"]


def track(offsets: list[int], *, wide: bool = False, samples: int | None = None, extra: bytes = b"") -> bytes:
    """A video track with one sample of 16 bytes in each chunk; the chunk tables stand as ISO has them."""
    count = len(offsets) if samples is None else samples
    layout = f">{len(offsets)}{'Q' if wide else 'I'}"
    table = box(
        b"stbl",
        full(b"stsd", struct.pack(">I", 0)),
        full(b"stts", struct.pack(">III", 1, count, 1)),
        full(b"stsc", struct.pack(">IIII", 1, 1, 1, 1)),
        full(b"stsz", struct.pack(">II", 16, count)),
        full(b"co64" if wide else b"stco", struct.pack(">I", len(offsets)), struct.pack(layout, *offsets)),
    )
    media = box(b"mdia", full(b"mdhd", bytes(20)), box(b"minf", full(b"vmhd", bytes(8)), table))
    return box(b"trak", full(b"tkhd", bytes(80)), media, extra)


def film(
    *children: bytes,  # of `moov`, after the tracks
    early: bytes = b"",  # children of `moov` before the tracks
    front: bool = False,  # `moov` before the media
    after: bytes = b"",  # boxes directly after `moov`
    brand: bytes | None = b"isom",
    wide: bool = False,  # 64-bit chunk offsets
    large: bool = False,  # 64-bit size of `mdat`
    payload: bytes = MEDIA,
    tracks: int = 2,
    trak: bytes = b"",  # more of each track
    end: bytes = b"",  # the end of the file
) -> bytes:
    """A whole file."""
    ftyp = box(b"ftyp", brand, bytes(4), brand) if brand else b""
    media = box(b"mdat", payload, large=large)

    def index(first: int) -> bytes:
        chunks = [[first + 16 * (number + step) for step in (0, 4, 8)] for number in range(tracks)]
        made = [track(offsets, wide=wide, extra=trak) for offsets in chunks]
        return box(b"moov", full(b"mvhd", bytes(96)), early, *made, *children)

    header = len(media) - len(payload)
    if front:
        first = len(ftyp) + len(index(0)) + len(after) + header
        return ftyp + index(first) + after + media + end
    return ftyp + media + index(len(ftyp) + header) + after + end


def tree(content: bytes, path: str = "") -> Iterator[tuple[str, bytes]]:
    """Return every box with its path and content, strictly: all sizes must be consistent, down to the items."""
    at = 0
    while at < len(content):
        if not content[at:].strip(b"\0") and path.endswith("udta"):
            return
        size, kind = struct.unpack_from(">I4s", content, at)
        head = 8
        if size == 1:
            size, head = struct.unpack_from(">Q", content, at + 8)[0], 16
        elif size == 0 and kind == b"mdat" and not path:
            size = len(content) - at
        assert size >= head, (path, at, kind, size)
        assert at + size <= len(content), (path, at, kind, size)
        inner = content[at + head : at + size]
        name = f"{path}/{kind.decode('latin-1')}".strip("/")
        yield name, inner
        lead = 4 if kind == b"meta" and inner[4:8] != b"hdlr" else 0
        if kind in {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"udta", b"meta", b"ilst"} or path.endswith("ilst"):
            yield from tree(inner[lead:], name)
        at += size
    assert at == len(content), path


def apply(edit: Edit, content: bytes) -> bytes:
    """Return the file after an edit, and check the promises of the edit."""
    if isinstance(edit, Rebuild):
        return b"".join(_stretch(piece, content) for piece in edit.pieces)
    assert isinstance(edit, Patch)
    end = -1
    made = bytearray(bytes(edit.inserted) + content)[: edit.size].ljust(edit.size, b"\0")
    for offset, new in edit.writes:
        assert end < offset, "writes are sorted, and neighbours are one"
        assert new, "nothing empty is written"
        end = offset + len(new)
        assert end <= edit.size
        made[offset:end] = new
    if edit.inserted:
        assert [(offset, len(new)) for offset, new in edit.writes] == [(0, edit.inserted)], "nothing old, and no hole"
        assert edit.size == len(content) + edit.inserted
    return bytes(made)


def _stretch(piece: bytes | Extent, content: bytes) -> bytes:
    if isinstance(piece, bytes):
        assert piece, "no piece is empty"
        return piece
    assert piece.length > 0
    assert 0 <= piece.offset < piece.end <= len(content)
    return content[piece.offset : piece.end]


class Disk:
    """A file that can be patched, without any journal."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.patches: list[Patch] = []

    @property
    def size(self) -> int:
        return self.path.stat().st_size

    def read_at(self, offset: int, length: int) -> bytes:
        return self.path.read_bytes()[offset : offset + length]

    def apply(self, patch: Patch) -> None:
        self.patches.append(patch)
        self.path.write_bytes(apply(patch, self.path.read_bytes()))
