"""
Where a file has no bytes of its own, as its file system keeps account of it.

Asked by FIEMAP, not by SEEK_HOLE: a stretch that was set aside and never written reads as zeros, and SEEK_HOLE calls it
data from the moment that somebody has read it (the zeros are in the cache) until the cache is dropped. What is moved in
such a file would look different after a cut of power.
"""

from __future__ import annotations

import array
import fcntl
import os
import struct
from collections.abc import Iterator

from indexium_core.model.files.media import Extent

__all__ = ["holes"]

_FIEMAP = 0xC020660B  # FS_IOC_FIEMAP
_REQUEST = struct.Struct("=QQIIII")  # start, length, flags, extents found, room for, zero
_ENTRY = struct.Struct("=Q8xQ16xI12x")  # logical, (physical), length, (two zeros), flags, (three zeros)
_SYNC = 1
_LAST, _UNWRITTEN = 0x1, 0x800
_ROOM = 512  # entries that are asked for at once


def holes(fd: int) -> Iterator[Extent]:
    """
    Yield the stretches of an open file that hold nothing, in order; the last one may reach to its end.

    What was written and is not on the disk yet is written out first. Raises OSError where the file system has no such
    map.
    """
    at, size = 0, os.fstat(fd).st_size
    for start, length, flags in _entries(fd):
        if start >= size:
            break
        if not flags & _UNWRITTEN:
            if start > at:
                yield Extent(at, start - at)
            at = start + length
    if at < size:
        yield Extent(at, size - at)


def _entries(fd: int) -> Iterator[tuple[int, int, int]]:
    """Yield (first byte, length, flags) of every entry of the map."""
    room = array.array("B", bytes(_REQUEST.size + _ROOM * _ENTRY.size))
    start = 0
    while True:
        _REQUEST.pack_into(room, 0, start, 2**64 - 1 - start, _SYNC, 0, _ROOM, 0)
        fcntl.ioctl(fd, _FIEMAP, room, True)  # noqa: FBT003 - filled in place
        found = _REQUEST.unpack_from(room)[3]
        yield from _ENTRY.iter_unpack(memoryview(room)[_REQUEST.size : _REQUEST.size + found * _ENTRY.size])
        if not found:
            return
        first, length, flags = _ENTRY.unpack_from(room, _REQUEST.size + (found - 1) * _ENTRY.size)
        if flags & _LAST:
            return
        start = first + length
