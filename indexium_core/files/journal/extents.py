"""
The holes of a file, from the extent map of its file system.

The map comes from FIEMAP, not from SEEK_HOLE. An extent that was allocated and never written reads as zeros. SEEK_HOLE
reports it as data while its zeros are in the page cache, and as a hole after the cache is dropped. A file that was
moved by such a map would have different holes after a power loss.
"""

from __future__ import annotations

import array
import fcntl
import os
import struct
from collections.abc import Iterator

from indexium_core.model.files.media import Extent

_FIEMAP = 0xC020660B  # FS_IOC_FIEMAP
_REQUEST = struct.Struct("=QQIIII")  # start, length, flags, number of extents returned, maximum number, zero
_ENTRY = struct.Struct("=Q8xQ16xI12x")  # logical, (physical), length, (two zeros), flags, (three zeros)
_SYNC = 1
_LAST, _UNWRITTEN = 0x1, 0x800
_MAX_ENTRIES = 512  # entries requested in one call


def holes(fd: int) -> Iterator[Extent]:
    """
    Yield the holes of an open file, in order; the last one may reach to its end.

    Data that is not on the disk yet is written first. Raises OSError if the file system has no extent map.
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
    buffer = array.array("B", bytes(_REQUEST.size + _MAX_ENTRIES * _ENTRY.size))
    start = 0
    while True:
        _REQUEST.pack_into(buffer, 0, start, 2**64 - 1 - start, _SYNC, 0, _MAX_ENTRIES, 0)
        fcntl.ioctl(fd, _FIEMAP, buffer, True)  # noqa: FBT003 - filled in place
        entry_count = _REQUEST.unpack_from(buffer)[3]
        yield from _ENTRY.iter_unpack(memoryview(buffer)[_REQUEST.size : _REQUEST.size + entry_count * _ENTRY.size])
        if not entry_count:
            return
        first, length, flags = _ENTRY.unpack_from(buffer, _REQUEST.size + (entry_count - 1) * _ENTRY.size)
        if flags & _LAST:
            return
        start = first + length
