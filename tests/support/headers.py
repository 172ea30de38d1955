"""Headers of AVI, FLV, ASF and Ogg files built by hand, which ffmpeg's muxers would never write."""

from __future__ import annotations

import struct
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from mutagen.oggtheora import OggTheora
from mutagen.oggvorbis import OggVorbis

# AVI


def chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)


def listed(kind: bytes, *chunks: bytes) -> bytes:
    return chunk(b"LIST", kind + b"".join(chunks))


def avi_with(data: bytes, *parts: bytes) -> bytes:
    """An AVI of ffmpeg with other parts before its media; the offsets of its index stay correct."""
    media = data.index(b"LIST", data.index(b"movi") - 8)
    made = data[:media] + b"".join(parts) + data[media:]
    return made[:4] + struct.pack("<I", len(made) - 8) + made[8:]


def texts(*values: tuple[bytes, bytes]) -> bytes:
    return listed(b"INFO", *(chunk(kind, value + b"\0") for kind, value in values))


# FLV


def amf(value: object) -> bytes:
    """A value in AMF0."""
    if isinstance(value, bool):
        return b"\1" + bytes([value])
    if isinstance(value, float):
        return b"\0" + struct.pack(">d", value)
    if isinstance(value, str):
        raw = value.encode("utf-8", "surrogateescape")
        return b"\2" + struct.pack(">H", len(raw)) + raw
    if isinstance(value, dict):
        return b"\3" + _properties(value)
    if isinstance(value, list):
        return b"\x0a" + struct.pack(">I", len(value)) + b"".join(map(amf, value))
    assert value is None
    return b"\5"


def _properties(values: Mapping[str, object]) -> bytes:
    parts = [struct.pack(">H", len(name)) + name.encode() + amf(value) for name, value in values.items()]
    return b"".join(parts) + b"\0\0\x09"


def script(name: str, values: Mapping[str, object], at: int = 0) -> bytes:
    """A script tag; `at` is its time in ms."""
    body = amf(name) + b"\x08" + struct.pack(">I", len(values)) + _properties(values)
    head = b"\x12" + len(body).to_bytes(3, "big") + at.to_bytes(3, "big") + bytes(4)
    return head + body + (len(body) + 11).to_bytes(4, "big")


def flv_tags(data: bytes) -> Iterator[bytes]:
    at = 13
    while at < len(data):
        end = at + 15 + int.from_bytes(data[at + 1 : at + 4], "big")
        yield data[at:end]
        at = end


def flv_with(data: bytes, *scripts: bytes, between: bytes = b"") -> bytes:
    """An FLV of ffmpeg with other script tags before its media, and additional data in the middle."""
    media = [tag for tag in flv_tags(data) if tag[0] != 18]
    half = len(media) // 2
    return data[:13] + b"".join(scripts) + b"".join(media[:half]) + between + b"".join(media[half:])


# ASF

_FILE = uuid.UUID("8cabdca1-a947-11cf-8ee4-00c00c205365").bytes_le
_EXTENSION = uuid.UUID("5fbf03b5-a92e-11cf-8ee3-00c00c205365").bytes_le
_DESCRIPTION = uuid.UUID("75b22633-668e-11cf-a6d9-00aa0062ce6c").bytes_le
_ATTRIBUTES = uuid.UUID("d2d0a440-e307-11d2-97f0-00a0c95ea850").bytes_le
LIBRARY = uuid.UUID("44231c94-9498-49d1-a141-1d134e457054").bytes_le


def asf_object(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<Q", 24 + len(body)) + body


def wide(text: str) -> bytes:
    return text.encode("utf-16-le") + b"\0\0"


def description(*parts: str) -> bytes:
    """Title, author, copyright, description, rating."""
    raw = [wide(part) if part else b"" for part in (*parts, *[""] * (5 - len(parts)))]
    return asf_object(_DESCRIPTION, struct.pack("<5H", *map(len, raw)) + b"".join(raw))


def attributes(*values: tuple[str, int, bytes]) -> bytes:
    """Of each: name, type (0 text, 1 bytes, 2 truth, 3 to 5 numbers), content."""
    parts = [
        struct.pack("<H", len(wide(name))) + wide(name) + struct.pack("<HH", kind, len(value)) + value
        for name, kind, value in values
    ]
    return asf_object(_ATTRIBUTES, struct.pack("<H", len(parts)) + b"".join(parts))


def library(*values: tuple[int, str, str]) -> bytes:
    """A metadata library; of each: stream, name, text."""
    parts = [
        struct.pack("<HHHHI", 0, stream, len(wide(name)), 0, len(wide(text))) + wide(name) + wide(text)
        for stream, name, text in values
    ]
    return asf_object(LIBRARY, struct.pack("<H", len(parts)) + b"".join(parts))


def asf_with(data: bytes, *objects: bytes, extension: bytes = b"", created: int | None = None) -> bytes:
    """An ASF of ffmpeg with other objects in its header, and `extension` in the header extension."""
    end = int.from_bytes(data[16:24], "little")
    kept = []
    for kind, body in _objects(data[30:end]):
        if kind in {_DESCRIPTION, _ATTRIBUTES}:
            continue
        made = body
        if kind == _FILE and created is not None:
            made = body[:24] + struct.pack("<Q", created) + body[32:]
        if kind == _EXTENSION:
            made = body[:18] + struct.pack("<I", len(body) - 22 + len(extension)) + body[22:] + extension
        kept.append(asf_object(kind, made))
    inner = b"".join([*kept, *objects])
    count = struct.pack("<I", len(kept) + len(objects))
    head = data[:16] + struct.pack("<Q", 30 + len(inner)) + count + data[28:30]
    return head + inner + data[end:]


def _objects(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 24 <= len(data):
        length = int.from_bytes(data[at + 16 : at + 24], "little")
        yield data[at : at + 16], data[at + 24 : at + length]
        at += length


# Ogg


def ogg_tags(path: Path, *, video: Sequence[tuple[str, str]] = (), audio: Sequence[tuple[str, str]] = ()) -> Path:
    """Set the comments of an OGV of ffmpeg, stream by stream."""
    for kind, values in ((OggTheora, video), (OggVorbis, audio)):
        if not values:
            continue
        media = kind(path)
        media.tags.clear()
        for name, value in values:
            media.tags.append((name, value))
        media.save()
    return path


def comments_of(path: Path) -> list[list[tuple[str, str]]]:
    """Return the comments of the video and of the sound."""
    return [list(kind(path).tags or []) for kind in (OggTheora, OggVorbis)]
