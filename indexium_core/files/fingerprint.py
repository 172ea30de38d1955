"""
The identity of a file: a hash of its media payload, so that writing tags, renaming and moving do not change it.

Sampling is what makes a scan of terabytes possible: 1 MiB is read of every file, whatever its size. The length is part
of the hash, so files of different length never meet; two files that differ only between the windows do, and are told
apart by `full`.
"""

from __future__ import annotations

import bisect
import hashlib
import itertools
from collections.abc import Iterator, Sequence

from indexium_core.files.containers import Reader
from indexium_core.model.files.media import Extent

__all__ = ["payload_hash"]

WINDOW = 64 * 1024  # bytes of one sample
WINDOWS = 16
CHUNK = 1024 * 1024  # bytes read at a time where everything is


def payload_hash(reader: Reader, payload: Sequence[Extent], *, full: bool = False) -> str | None:
    """
    Return the hash of the payload, or None where there is none to hash.

    Version 1 (`x1:`) is BLAKE2b, 16 bytes in hex, over the length of the payload (8 bytes, big-endian) and 16 windows
    of 64 KiB that start at `i * (length - 65536) // 15`; over all of it up to 1 MiB. `full` (`f1:`) is over everything.
    The extents count as one concatenation, in the order given. Bytes that the file no longer has count as missing:
    the hash then fits no whole file.
    """
    extents = [extent for extent in payload if extent.length > 0]
    length = sum(extent.length for extent in extents)
    if not length:
        return None
    starts = list(itertools.accumulate((extent.length for extent in extents), initial=0))
    digest = hashlib.blake2b(length.to_bytes(8, "big"), digest_size=16)
    for window in _windows(length, full=full):
        for extent in _cut(extents, starts, window):
            digest.update(reader.read_at(extent.offset, extent.length))
    return f"{'f1' if full else 'x1'}:{digest.hexdigest()}"


def _windows(length: int, *, full: bool) -> Iterator[Extent]:
    """Yield the parts of the concatenation that are hashed, in order."""
    if full or length <= WINDOW * WINDOWS:
        for offset in range(0, length, CHUNK):
            yield Extent(offset, min(CHUNK, length - offset))
        return
    for i in range(WINDOWS):
        yield Extent(i * (length - WINDOW) // (WINDOWS - 1), WINDOW)


def _cut(extents: Sequence[Extent], starts: Sequence[int], window: Extent) -> Iterator[Extent]:
    """Yield where in the file the window of the concatenation lies; `starts` are the extents' places in it."""
    at = window.offset
    for index in range(bisect.bisect_right(starts, at) - 1, len(extents)):
        if at >= window.end:
            return
        inside = at - starts[index]
        take = min(extents[index].length - inside, window.end - at)
        yield Extent(extents[index].offset + inside, take)
        at += take
