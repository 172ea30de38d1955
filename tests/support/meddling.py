"""
Changes that other programs make to a film, or to the sidecar of a photo, during a plan or a write.

All functions can be pickled, to run in another process.
"""

from __future__ import annotations

import os
from pathlib import Path

from indexium_core.files.containers import registry
from indexium_core.files.reader import BytesReader
from tests.support import photos

STRANGER = b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2not the film that it was"


def append(path: Path) -> None:
    """Append to the file."""
    with path.open("ab") as file:
        file.write(b"\0\0\0\x08free")


def replace(path: Path) -> None:
    """Replace it with another film, as a sync program does."""
    other = path.with_name(".incoming")
    other.write_bytes(STRANGER)
    os.replace(other, path)


def vanish(path: Path) -> None:
    path.unlink()


def move(path: Path) -> None:
    path.rename(path.with_suffix(".moved"))


def become_link(path: Path) -> None:
    """Replace it with a link to the film."""
    path.rename(path.with_name("elsewhere.bin"))
    path.symlink_to("elsewhere.bin")


def become_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def become_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def edit(path: Path) -> None:
    """Change a byte of the media, and no value that `stat` shows."""
    status = path.stat()
    data = bytearray(path.read_bytes())
    data[place_of_edit(data)] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def place_of_edit(data: bytes | bytearray) -> int:
    """Return the byte that `edit` changes: the middle, unless that is metadata, as in a small photo."""
    payload, middle = registry.examine(BytesReader(bytes(data)))[1].payload, len(data) // 2
    if not payload or any(each.offset <= middle < each.end for each in payload):  # a sidecar has no media
        return middle
    return payload[0].offset + payload[0].length // 2


def describe(path: Path) -> None:
    """Write a sidecar with a title, as a program for photos does."""
    path.write_bytes(photos.packet("<rdf:Description><dc:title>Theirs</dc:title></rdf:Description>"))


def cut(path: Path) -> None:
    """Truncate it in the middle, as a failed copy does."""
    os.truncate(path, path.stat().st_size // 2)
