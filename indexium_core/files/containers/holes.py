"""
The holes of a sparse file: ranges that read as zeros and take no space on the disk.

They come from SEEK_DATA and SEEK_HOLE of lseek(2). If the file system does not support them, the whole file is data.
The result only helps to save space: a copy reads the holes, too, and copies every byte that is not zero.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator

from indexium_core.files.containers import Reader
from indexium_core.model.files.media import Extent


def data(reader: Reader, extent: Extent) -> Iterator[Extent]:
    """Yield the data ranges of `extent`, in order; the gaps between them are holes."""
    fd: int = reader.fileno() if hasattr(reader, "fileno") else -1
    at = extent.offset
    while at < extent.end:
        start = _seek(fd, at, os.SEEK_DATA, at)
        if start is None or start >= extent.end:
            return
        stop = _seek(fd, start, os.SEEK_HOLE, extent.end)
        at = extent.end if stop is None else min(stop, extent.end)
        yield Extent(start, at - start)


def stored(reader: Reader, extents: Iterable[Extent]) -> int:
    """Return the number of bytes of these extents that take space on the disk."""
    return sum(part.length for extent in extents for part in data(reader, extent))


def has_holes(reader: Reader) -> bool:
    """Tell whether a file has holes, as far as its file system reports them."""
    first = next(data(reader, Extent(0, reader.size)), None)
    return reader.size > 0 and (first is None or first.length < reader.size)


def _seek(fd: int, offset: int, whence: int, unknown: int) -> int | None:
    """Return the start of data or of a hole at or after `offset`; None at the end; `unknown` without a map."""
    if fd < 0 or not hasattr(os, "SEEK_HOLE"):
        return unknown
    try:
        return os.lseek(fd, offset, whence)
    except OSError as error:
        return None if error.errno == errno.ENXIO else unknown
