"""Real MP4 and MOV clips with replaced tags, and their index at the end."""

from __future__ import annotations

import functools
import struct
from collections.abc import Iterator
from pathlib import Path

from tests.support import media, mp4


def boxes(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Type, begin and end of each box; none has 64 bits of size."""
    at = 0
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        yield kind, at, at + size
        at += size


@functools.cache
def bare(form: str = "mov") -> bytes:
    """A clip without any tags, its index at the end."""
    clip = media.original(media.clips.Clip(form=form))
    return with_tags(clip.read_bytes())


def with_tags(content: bytes, *late: bytes, early: bytes = b"", trak: bytes = b"", brand: bytes = b"") -> bytes:
    """The clip with these boxes in its index, before and after the tracks, and in each track."""
    start = next(begin for kind, begin, _ in boxes(content) if kind == b"moov")
    index = content[start + 8 :]
    parts: list[bytes] = []
    for kind, begin, end in boxes(index):
        if kind == b"trak":
            parts += [early, mp4.box(b"trak", index[begin + 8 : end], trak)]
            early = b""
        elif kind != b"udta":
            parts.append(index[begin:end])
    front = content[:8] + (brand or content[8:12]) + content[12:start]
    return front + mp4.box(b"moov", *parts, *late)


def index_last(path: Path) -> None:
    """Move an index before the media to the end; nothing else moves."""
    content = path.read_bytes()
    begin, end = next((begin, end) for kind, begin, end in boxes(content) if kind == b"moov")
    if end < len(content):
        path.write_bytes(content[:begin] + mp4.free(end - begin) + content[end:] + content[begin:end])
