"""Small HEIC files: boxes of our own around a picture that PyAV encodes."""

from __future__ import annotations

import functools
import io
import struct
from collections.abc import Sequence
from dataclasses import dataclass

import av
import numpy as np
from PIL import Image


def box(kind: bytes, *parts: bytes) -> bytes:
    data = b"".join(parts)
    return struct.pack(">I4s", 8 + len(data), kind) + data


def full(kind: bytes, version: int, *parts: bytes) -> bytes:
    """A box with version and flags."""
    return box(kind, struct.pack(">I", version << 24), *parts)


@dataclass(frozen=True)
class Item:
    """An item of a file; `method` 1 puts it into `idat`, `pieces` splits it."""

    kind: bytes
    data: bytes
    content: bytes = b""
    describes: int = 1
    method: int = 0
    pieces: int = 1
    encoding: bytes = b""
    tiles: tuple[int, ...] = ()  # of a picture that is made of others


@functools.cache
def picture_item(width: int, height: int, pixels: bytes) -> tuple[bytes, bytes]:
    """The configuration (`hvcC`) and the data of a picture, by libx265."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as media:
        options = {"x265-params": "log-level=none:info=0:keyint=1:pools=none:frame-threads=1"}
        stream = media.add_stream("libx265", rate=1, options=options)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.codec_tag = "hvc1"
        image = np.frombuffer(pixels, np.uint8).reshape(height, width, 3)
        frame = av.VideoFrame.from_ndarray(image, format="rgb24")
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            media.mux(packet)
    data = out.getvalue()
    at = data.index(b"hvcC")
    configuration = data[at + 4 : at - 4 + int.from_bytes(data[at - 4 : at], "big")]
    at = data.index(b"mdat")
    return configuration, data[at + 4 : at - 4 + int.from_bytes(data[at - 4 : at], "big")]


def heic(
    picture: Image.Image,
    items: Sequence[Item] = (),
    *,
    turns: int = 0,
    size: tuple[int, int] = (0, 0),
    brand: bytes = b"heic",
    base: bool = False,
    numbered_pieces: bool = False,
    more: bytes = b"",
) -> bytes:
    """
    An HEIC with one picture, which is item 1; further items have the numbers 2, 3, …

    Args:
        picture: The picture.
        items: Items beside the picture.
        turns: Quarter turns anticlockwise, as the property `irot`.
        size: The size of the whole picture if the last item is made of tiles; that item is then the main picture.
        brand: The brand of the file.
        base: Store positions in the base offset of `iloc`, as libheif does.
        numbered_pieces: Store an index with each piece of an item, which readers skip.
        more: Boxes behind `mdat`.

    """
    configuration, data = picture_item(*picture.size, picture.tobytes())
    all_items = [Item(b"hvc1", data), *items]
    numbered = list(enumerate(all_items, 1))
    infos = [
        full(b"infe", 2, struct.pack(">HH4s", number, 0, item.kind), b"\0", _mime(item)) for number, item in numbered
    ]
    described = [(number, item.describes) for number, item in numbered[1:] if item.describes]
    references = [box(b"cdsc", struct.pack(">HHH", number, 1, target)) for number, target in described]
    references += [
        box(b"dimg", struct.pack(f">HH{len(item.tiles)}H", number, len(item.tiles), *item.tiles))
        for number, item in numbered
        if item.tiles
    ]
    properties = [
        box(b"hvcC", configuration),
        full(b"ispe", 0, struct.pack(">II", *picture.size)),
        full(b"pixi", 0, bytes([3, 8, 8, 8])),
        box(b"irot", bytes([turns])),
        full(b"ispe", 0, struct.pack(">II", *size)),
    ]
    rotation = [0x84] if turns else []
    used = {1: [0x81, 2, 3, *([] if any(size) else rotation)]}
    used |= {number: [0x81, 2, 3] for number, item in numbered[1:] if item.kind == b"hvc1"}
    used |= {number: [5, 3, *rotation] for number, item in numbered if item.tiles}
    main = len(numbered) if any(size) else 1
    head = box(b"ftyp", brand, bytes(4), b"mif1heicmiaf")
    # exiv2 0.27 reads only version 0 without base offsets
    version = int(numbered_pieces or any(item.method for item in all_items))
    inside = b"".join(item.data for item in all_items if item.method == 1)

    def meta(start: int) -> bytes:
        places, in_file, in_idat = b"", start, 0
        for number, item in numbered:
            at = in_idat if item.method else in_file
            places += struct.pack(">H", number) + struct.pack(">H", item.method) * version
            places += struct.pack(">H", 0) + struct.pack(">I", at) * base + struct.pack(">H", item.pieces)
            length = -(-len(item.data) // item.pieces)
            for first in range(0, len(item.data), length):
                places += struct.pack(">I", 9) * numbered_pieces
                places += struct.pack(">II", first + (0 if base else at), min(length, len(item.data) - first))
            in_file += 0 if item.method else len(item.data)
            in_idat += len(item.data) if item.method else 0
        return full(
            b"meta",
            0,
            full(b"hdlr", 0, bytes(4), b"pict", bytes(12), b"\0"),
            full(b"pitm", 0, struct.pack(">H", main)),
            full(
                b"iloc",
                version,
                bytes([0x44, 0x40 * base + 4 * numbered_pieces]),
                struct.pack(">H", len(all_items)),
                places,
            ),
            full(b"iinf", 0, struct.pack(">H", len(all_items)), *infos),
            full(b"iref", 0, *references) if references else b"",
            box(
                b"iprp",
                box(b"ipco", *properties),
                full(
                    b"ipma",
                    0,
                    struct.pack(">I", len(used)),
                    *(struct.pack(">HB", number, len(each)) + bytes(each) for number, each in used.items()),
                ),
            ),
            box(b"idat", inside) if inside else b"",
        )

    start = len(head) + len(meta(0)) + 8
    media = box(b"mdat", *(item.data for item in all_items if item.method == 0))
    return head + meta(start) + media + more


def _mime(item: Item) -> bytes:
    return item.content + b"\0" + item.encoding + b"\0" if item.content else b""


def tiled(picture: Image.Image, columns: int, rows: int, *, size: tuple[int, int], turns: int = 0) -> bytes:
    """An HEIC whose picture is made of tiles, and cut to a size, like those of phones."""
    wide, high = picture.width // columns, picture.height // rows
    parts = [
        picture.crop((x * wide, y * high, (x + 1) * wide, (y + 1) * high)) for y in range(rows) for x in range(columns)
    ]
    tiles = [Item(b"hvc1", picture_item(wide, high, part.tobytes())[1], describes=0) for part in parts[1:]]
    grid = struct.pack(">BBBBHH", 0, 0, rows - 1, columns - 1, *size)
    whole = Item(b"grid", grid, describes=0, method=1, tiles=tuple(range(1, len(parts) + 1)))
    return heic(parts[0], [*tiles, whole], size=size, turns=turns)
