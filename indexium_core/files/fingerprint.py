"""
The fingerprint of a file: a hash of its media payload, so that writing tags, renaming and moving do not change it.

Sampling makes a scan of terabytes possible: 1 MiB of every file is read, whatever its size. The length is part of the
hash, so files of different lengths never have equal hashes. Two files that differ only between the windows have equal
hashes; `full` distinguishes them.
"""

from __future__ import annotations

import bisect
import hashlib
import itertools
from collections.abc import Iterator, Sequence

from indexium_core.files.containers import Reader
from indexium_core.model.files.media import Extent

WINDOW = 64 * 1024  # bytes of one sample
WINDOWS = 16
CHUNK = 1024 * 1024  # bytes of one read of a full hash


def payload_hash(reader: Reader, payload: Sequence[Extent], *, full: bool = False) -> str | None:
    """
    Return the hash of the payload, or None if there is no payload.

    Version 1 (`x1:`) is BLAKE2b, 16 bytes in hex, over the length of the payload (8 bytes, big-endian) and 16 windows
    (`i` from 0 to 15) of 64 KiB that start at `i * (length - 65536) // 15`. A payload of up to 1 MiB is hashed
    completely. `full` (`f1:`) hashes all bytes. The extents are joined in the given order, then hashed. If some of
    these bytes are missing in the file, the hash covers the others and differs from the hash of a complete file.
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


def hashed_bytes(payload: Sequence[Extent], *, full: bool = False) -> int:
    """Return how many bytes `payload_hash` reads."""
    return sum(window.length for window in _windows(sum(extent.length for extent in payload), full=full))


def _windows(length: int, *, full: bool) -> Iterator[Extent]:
    """Yield the parts of the concatenation that are hashed, in order."""
    if full or length <= WINDOW * WINDOWS:
        for offset in range(0, length, CHUNK):
            yield Extent(offset, min(CHUNK, length - offset))
        return
    for i in range(WINDOWS):
        yield Extent(i * (length - WINDOW) // (WINDOWS - 1), WINDOW)


def _cut(extents: Sequence[Extent], starts: Sequence[int], window: Extent) -> Iterator[Extent]:
    """Yield the file extents of a window of the concatenation; `starts` are the offsets of the extents in it."""
    at = window.offset
    for index in range(bisect.bisect_right(starts, at) - 1, len(extents)):
        if at >= window.end:
            return
        inside = at - starts[index]
        take = min(extents[index].length - inside, window.end - at)
        yield Extent(extents[index].offset + inside, take)
        at += take
