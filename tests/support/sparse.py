"""Films with a long range of zeros that needs no space on the disk."""

from __future__ import annotations

import os
import struct
from pathlib import Path

from tests.support import shapes

HOLE = 8 << 20  # bytes
_BLOCK = 4096


def film(name: str) -> bytes:
    """Return the film of a case of `shapes` with zeros after its media, as a part of the media."""
    data = shapes.film(name)
    container = shapes.EVERY[name].container
    if container == "mp4":  # ISO/IEC 14496-12, 8.1.1: the last box is the media, and no sample is in the added part
        at = data.rindex(b"mdat") - 4
        assert at + struct.unpack_from(">I", data, at)[0] == len(data)
        return data[:at] + struct.pack(">I", len(data) - at + HOLE) + data[at + 4 :] + bytes(HOLE)
    if container == "mkv":  # RFC 8794, 11.3.2: an element Void at the end of a segment of unknown size
        return data + b"\xec\x01" + (HOLE).to_bytes(7, "big") + bytes(HOLE)
    raise ValueError(name)


def put(path: Path, data: bytes) -> None:
    """Write a file whose zero blocks are holes."""
    with path.open("wb") as file:
        for at in range(0, len(data), _BLOCK):
            block = data[at : at + _BLOCK]
            if block.strip(b"\0"):
                file.seek(at)
                file.write(block)
        file.truncate(len(data))
        os.fsync(file.fileno())


def room(path: Path) -> int:
    """Return the number of bytes that a file needs on the disk."""
    return path.stat().st_blocks * 512
