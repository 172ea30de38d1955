"""
How one file is made out of another one: what a rewritten file's original needs to come back byte for byte.

A rewrite keeps the media and changes what stands around it, so the new file holds nearly all of the old one: the rest
is a few bytes in a thousand. `inverted` knows that exactly where we chose the pieces ourselves; `between` finds it
where another program wrote the new file.
"""

from __future__ import annotations

import bisect
import hashlib
import itertools
from collections.abc import Iterator, Sequence

from indexium_core import errors
from indexium_core.files import fingerprint
from indexium_core.files.containers import Reader
from indexium_core.files.matching import Matcher
from indexium_core.files.reader import BytesReader
from indexium_core.model.files.media import Extent, Patch, Rebuild

__all__ = ["LIMIT", "Rebuilt", "applied", "between", "digest_of", "inverted", "literal_bytes", "proven"]

LIMIT = 32 * 1024 * 1024  # bytes that may have to be kept of a file, and of its size at most …
SHARE = 50  # … one part in so many, or …
FLOOR = 16 * 1024  # … this, for a clip of seconds has headers too
PIECES = 1_000_000  # as many are still quick to read, and small beside such a film
_CHUNK = 1024 * 1024
_SMALL = 4096  # literals up to this size are not worth a second look


class Rebuilt:
    """A `Reader` over the file that a rebuild makes, without making it."""

    def __init__(self, rebuild: Rebuild, source: Reader) -> None:
        self._pieces = rebuild.pieces
        self._source = source
        self._starts = list(itertools.accumulate(map(_length, self._pieces), initial=0))

    @property
    def size(self) -> int:
        return self._starts[-1]

    def read_at(self, offset: int, length: int) -> bytes:
        """Return the bytes at `offset`; fewer where the file ends."""
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
    """Return the file that a patch makes of one of `size` bytes, as pieces of that one."""
    pieces: list[bytes | Extent] = []
    at, moved, end = 0, patch.inserted, size + patch.inserted
    for offset, data in (*patch.writes, (patch.size, b"")):
        # Before a write stands what was there, moved by what was inserted; zeros in front of it and behind its end.
        first, stop = max(at, moved), min(offset, end)
        pieces.append(bytes(max(0, min(offset, moved) - at)))
        pieces.append(Extent(first - moved, max(0, stop - first)))
        pieces += (bytes(max(0, offset - max(at, end))), data)
        at = offset + len(data)
    return Rebuild(tuple(piece for piece in pieces if _length(piece)))


def digest_of(reader: Reader, *, sampled: bool = False) -> bytes:
    """Return a digest of a file's bytes (16 bytes, BLAKE2b with the size in front): of all, or of windows of 64 KiB."""
    found = fingerprint.payload_hash(reader, (Extent(0, reader.size),), full=not sampled)
    return bytes.fromhex(found.partition(":")[2]) if found else hashlib.blake2b(digest_size=16).digest()


def proven(reverse: Rebuild, new: Reader, old: Reader, *, sampled: bool = False) -> bytes:
    """
    Make the old file out of the new one, in memory and piece by piece, and return the old one's digest.

    Raises:
        VerificationError: What comes out is not the old file.

    """
    rebuilt = Rebuilt(reverse, new)
    if sampled:
        digest = digest_of(old, sampled=True)
        if rebuilt.size != old.size or digest_of(rebuilt, sampled=True) != digest:
            raise _unproven()
        return digest
    if rebuilt.size != old.size:
        raise _unproven()
    hashed = hashlib.blake2b(old.size.to_bytes(8, "big"), digest_size=16)
    for offset in range(0, old.size, _CHUNK):
        data = old.read_at(offset, _CHUNK)
        if data != rebuilt.read_at(offset, _CHUNK):
            raise _unproven()
        hashed.update(data)
    return hashed.digest() if old.size else digest_of(old)


def _unproven() -> errors.VerificationError:
    message = "The original could not be made out of the new file again; it was left as it was."
    return errors.VerificationError(message, check="bytes")


def literal_bytes(rebuild: Rebuild) -> int:
    """Return how many bytes a rebuild brings along."""
    return sum(len(piece) for piece in rebuild.pieces if isinstance(piece, bytes))


def between(old: Reader, new: Reader) -> Rebuild | None:
    """
    Return how `old` is made out of `new`, or None where that would not be small.

    Small: what `new` lacks is at most `LIMIT` and one part in `SHARE` of `old`, in at most `PIECES` pieces.
    Takes time as the size does, and memory whatever the size is.
    """
    matcher = Matcher(old, new, allowed=min(LIMIT, max(FLOOR, old.size // SHARE)), pieces=PIECES)
    found = matcher.run()
    return None if found is None else Rebuild(tuple(found))


def inverted(rebuild: Rebuild, old: Reader) -> Rebuild | None:
    """
    Return how `old` is made out of the file that `rebuild` makes of it; None where more than `LIMIT` were to be kept.

    Exact: what the new file took over is taken back from there, all else is kept here. Where the two files have other
    large stretches in common (an index of which only some tables changed), those are found as well.
    """
    new = Rebuilt(rebuild, old)
    kept = _taken_over(rebuild)
    if old.size - sum(stretch.length for _, stretch in kept) > LIMIT:
        return None
    pieces: list[bytes | Extent] = []
    at, expected = 0, 0
    for start, stretch in [*kept, (old.size, Extent(new.size, 0))]:
        if at < start:
            pieces += _missing(old, Extent(at, start - at), new, expected)
        at, expected = max(at, start) + stretch.length, stretch.end
        if stretch.length:
            pieces.append(stretch)
    return Rebuild(tuple(pieces), cloned=rebuild.cloned)


def _taken_over(rebuild: Rebuild) -> list[tuple[int, Extent]]:
    """Return where in the old file and where in the new one the stretches are, in the order of the old one, apart."""
    found, at = [], 0
    for piece in rebuild.pieces:
        if isinstance(piece, Extent):
            found.append((piece.offset, piece.length, at))
        at += _length(piece)
    stretches, end = [], 0
    for offset, length, place in sorted(found):
        start = max(offset, end)
        if start < offset + length:
            stretches.append((start, Extent(place + start - offset, offset + length - start)))
            end = offset + length
    return stretches


def _missing(old: Reader, gap: Extent, new: Reader, expected: int) -> Sequence[bytes | Extent]:
    """Return a stretch of the old file that was not taken over: as bytes, less what the new file has of it anyway."""
    data = b"".join(_read(old, gap))
    if gap.length <= _SMALL:
        return [data]
    found = Matcher(BytesReader(data), new, allowed=gap.length, pieces=PIECES, start=expected).run()
    return [data] if found is None else found


def _read(reader: Reader, extent: Extent) -> Iterator[bytes]:
    for offset in range(extent.offset, extent.end, _CHUNK):
        length = min(_CHUNK, extent.end - offset)
        data = reader.read_at(offset, length)
        if len(data) < length:
            message = "The file became shorter while it was read."
            raise errors.ConflictError(message)
        yield data


def _length(piece: bytes | Extent) -> int:
    return piece.length if isinstance(piece, Extent) else len(piece)
