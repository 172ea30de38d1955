"""
The data that restores the original of a rewritten file byte for byte.

A rewrite keeps the media and changes the bytes around it, so the new file has nearly all bytes of the old one: only a
few per thousand differ. `inverted` is exact if this program chose the pieces; `between` searches if another program
wrote the new file.
"""

from __future__ import annotations

import bisect
import hashlib
import itertools
from collections.abc import Iterator, Sequence

import numpy as np
from blake3 import blake3

from indexium_core import errors
from indexium_core.files import digests, fingerprint
from indexium_core.files.containers import Reader
from indexium_core.files.matching import Matcher
from indexium_core.files.reader import BytesReader
from indexium_core.model.files.media import Extent, Patch, Rebuild

LIMIT = 32 * 1024 * 1024  # A reverse has at most this many literal bytes, and also at most …
SHARE = 50  # … the file's size divided by this, or …
FLOOR = 16 * 1024  # … this, because even a clip of a few seconds has headers
PIECES = 1_000_000  # this many are read fast, and are small compared with such a video
_CHUNK = 1024 * 1024
_SMALL = 16 * 1024  # smaller literals are not worth a search, which indexes megabytes
_BLOCK = 256  # bytes of a range that both files have at the same distance


class Rebuilt:
    """A `Reader` over the result of a rebuild, without writing it."""

    def __init__(self, rebuild: Rebuild, source: Reader) -> None:
        self._pieces = rebuild.pieces
        self._source = source
        self._starts = list(itertools.accumulate(map(_length, self._pieces), initial=0))

    @property
    def size(self) -> int:
        return self._starts[-1]

    def read_at(self, offset: int, length: int) -> bytes:
        """Return the bytes at `offset`; fewer at the end of the file."""
        end = min(self.size, offset + length)
        parts, index = [], bisect.bisect_right(self._starts, offset) - 1
        while offset < end:
            piece, inside = self._pieces[index], offset - self._starts[index]
            take = min(end, self._starts[index + 1]) - offset
            if isinstance(piece, Extent):
                parts.append(self._source.read_at(piece.offset + inside, take))
            else:
                parts.append(piece[inside : inside + take])
            offset, index = offset + take, index + 1
        return b"".join(parts)


def applied(patch: Patch, size: int) -> Rebuild:
    """Return the result of a patch of a file of `size` bytes, as pieces of that file."""
    pieces: list[bytes | Extent] = []
    at, moved, end = 0, patch.inserted, size + patch.inserted
    for offset, data in (*patch.writes, (patch.size, b"")):
        # The old bytes precede a write, moved by the inserted length, with zeros before their start and after their
        # end.
        first, stop = max(at, moved), min(offset, end)
        pieces.append(bytes(max(0, min(offset, moved) - at)))
        pieces.append(Extent(first - moved, max(0, stop - first)))
        pieces += (bytes(max(0, offset - max(at, end))), data)
        at = offset + len(data)
    return Rebuild(tuple(piece for piece in pieces if _length(piece)))


def digest_of(reader: Reader, *, sampled: bool = False, blake2b: bool = False) -> bytes:
    """
    Return a digest of a file's bytes: 16 bytes, with the size in front.

    Args:
        reader: The file.
        sampled: BLAKE2b of windows of 64 KiB, instead of BLAKE3 of all bytes.
        blake2b: BLAKE2b of all bytes, as earlier versions recorded it.

    """
    if sampled or blake2b:
        found = fingerprint.payload_hash(reader, (Extent(0, reader.size),), full=not sampled)
        return bytes.fromhex(found.partition(":")[2]) if found else hashlib.blake2b(digest_size=16).digest()
    state = blake3(reader.size.to_bytes(8, "big"))
    for offset in range(0, reader.size, _CHUNK):
        state.update(reader.read_at(offset, _CHUNK))
    return state.digest(digests.LENGTH)


def proven(reverse: Rebuild, new: Reader, old: Reader, *, sampled: bool = False, digest: bytes | None = None) -> bytes:
    """
    Make the old file from the new one, in memory and piece by piece, and return the old one's digest.

    Args:
        reverse: The pieces that make the old file from the new one.
        new: The new file.
        old: The old file.
        sampled: Compare windows only.
        digest: The digest of the old file, if it is known.

    Raises:
        VerificationError: The result is not the old file.

    """
    rebuilt = Rebuilt(reverse, new)
    digest = digest or digest_of(old, sampled=sampled)
    if rebuilt.size != old.size or digest_of(rebuilt, sampled=sampled) != digest:
        message = "The new file does not yield the original again. The original is unchanged."
        raise errors.VerificationError(message, check="bytes")
    return digest


def between(old: Reader, new: Reader) -> Rebuild | None:
    """
    Return the pieces that make `old` from `new`, or None if they would not be small.

    Small: `new` lacks at most `LIMIT` bytes and one part in `SHARE` of `old`, and `old` has at most `PIECES` pieces.
    The time grows with the file size; the memory does not.
    """
    matcher = Matcher(old, new, allowed=min(LIMIT, max(FLOOR, old.size // SHARE)), pieces=PIECES)
    found = matcher.run()
    return None if found is None else Rebuild(tuple(found))


def inverted(rebuild: Rebuild, old: Reader) -> Rebuild | None:
    """
    Return the pieces that make `old` from the result of `rebuild`; None if they need more than `LIMIT` literal bytes.

    The result is exact: extents that the new file took over come from there, all other bytes are literals. If the two
    files have other large ranges in common (an index of which only some tables changed), those are found as well.
    """
    new = Rebuilt(rebuild, old)
    kept = _taken_over(rebuild)
    if old.size - sum(extent.length for _, extent in kept) > LIMIT:
        return None
    pieces: list[bytes | Extent] = []
    at, expected = 0, 0
    for start, extent in [*kept, (old.size, Extent(new.size, 0))]:
        if at < start:
            pieces += _missing(old, Extent(at, start - at), new, expected)
        at, expected = max(at, start) + extent.length, extent.end
        if extent.length:
            pieces.append(extent)
    return Rebuild(tuple(pieces), cloned=rebuild.cloned)


def _taken_over(rebuild: Rebuild) -> list[tuple[int, Extent]]:
    """Return the positions of the common extents in both files, in the order of the old one, without overlap."""
    found, at = [], 0
    for piece in rebuild.pieces:
        if isinstance(piece, Extent):
            found.append((piece.offset, piece.length, at))
        at += _length(piece)
    extents, end = [], 0
    for offset, length, place in sorted(found):
        start = max(offset, end)
        if start < offset + length:
            extents.append((start, Extent(place + start - offset, offset + length - start)))
            end = offset + length
    return extents


def _missing(old: Reader, gap: Extent, new: Reader, expected: int) -> Sequence[bytes | Extent]:
    """Return an extent of the old file that was not taken over: literals, and the parts found in the new file."""
    data = b"".join(_read(old, gap))
    if gap.length <= _SMALL:
        return [data]
    aligned = _aligned(data, new, expected)
    if aligned is not None:
        return aligned
    found = Matcher(BytesReader(data), new, allowed=gap.length, pieces=PIECES, start=expected).run()
    return [data] if found is None else found


def _aligned(data: bytes, new: Reader, start: int) -> Sequence[bytes | Extent] | None:
    """
    Return the pieces of `data`, with the ranges that lie at the same distance from `start` in `new`.

    Returns None if these are less than half of it. If only the offsets of an index changed, a search is not needed.
    """
    other = new.read_at(start, len(data))
    count = min(len(data), len(other)) // _BLOCK
    old_words, new_words = (np.frombuffer(each, np.uint64, count * _BLOCK // 8) for each in (data, other))
    is_same = (old_words == new_words).reshape(count, _BLOCK // 8).all(axis=1)
    bounds = np.flatnonzero(np.diff(is_same.astype(np.int8), prepend=0, append=0)).reshape(-1, 2) * _BLOCK
    if 2 * int((bounds[:, 1] - bounds[:, 0]).sum()) < len(data):
        return None
    pieces: list[bytes | Extent] = []
    at = 0
    for first, end in bounds.tolist():
        pieces += [data[at:first], Extent(start + first, end - first)]
        at = end
    return [piece for piece in (*pieces, data[at:]) if _length(piece)]


def _read(reader: Reader, extent: Extent) -> Iterator[bytes]:
    for offset in range(extent.offset, extent.end, _CHUNK):
        length = min(_CHUNK, extent.end - offset)
        data = reader.read_at(offset, length)
        if len(data) < length:
            raise errors.ConflictError("The file became shorter while it was read.")
        yield data


def _length(piece: bytes | Extent) -> int:
    return piece.length if isinstance(piece, Extent) else len(piece)
