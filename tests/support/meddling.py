"""What other programs do to a film while we plan or write it. Everything here goes by pickle, to be done elsewhere."""

from __future__ import annotations

import os
from pathlib import Path

STRANGER = b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2not the film that it was"


def append(path: Path) -> None:
    """Make it longer."""
    with path.open("ab") as file:
        file.write(b"\0\0\0\x08free")


def replace(path: Path) -> None:
    """Put another film in its place, as a sync program does."""
    other = path.with_name(".incoming")
    other.write_bytes(STRANGER)
    os.replace(other, path)


def vanish(path: Path) -> None:
    path.unlink()


def move(path: Path) -> None:
    path.rename(path.with_suffix(".moved"))


def become_link(path: Path) -> None:
    """Put a link to the film in its place."""
    path.rename(path.with_name("elsewhere.bin"))
    path.symlink_to("elsewhere.bin")


def become_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def become_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def edit(path: Path) -> None:
    """Change a byte of the media, and nothing that `stat` would show."""
    status = path.stat()
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def cut(path: Path) -> None:
    """Cut it in the middle, as a failed copy does."""
    os.truncate(path, path.stat().st_size // 2)
