"""
Search for the common ranges of two files, if one was copied from the other packet by packet.

The search compares the old file with the new one at the speed of a memory comparison. At a difference, it searches the
next old bytes in three places, the most probable first: a little further on (another packet header), at the ends of
other streams (another interleaving), and anywhere within some MiB, by an index of blocks of 32 bytes. Each match is
extended in both directions. The search is limited: by the bytes that may remain unmatched, by the number of pieces, and
by the part of the new file that is in memory, around the expected position.
"""

from __future__ import annotations

import collections
import itertools
from collections.abc import Sequence

from indexium_core import errors
from indexium_core.files import alike
from indexium_core.files.containers import Reader
from indexium_core.model.files.media import Extent

_CHUNK = 1024 * 1024  # bytes that are read and indexed at a time
_BLOCK = 32  # length of the compared blocks in bytes, and of the shortest match
_STEP = 64  # bytes between two blocks of the index
# Search distances: indexed chunks of the new file on either side of the expected position, and bytes of the old file.
# The near search comes first; old bytes become literals only if the far search fails, too.
_REACHES = ((1, 256), (6, 4096))
_FAR = 9  # distance in chunks beyond which the index drops a chunk
_NEAR = 2048  # bytes in which a following packet is searched
_SKIPS = (32, 8, 64, 128)  # assumed header lengths in the old file, the most probable first
_STREAMS = 4  # remembered positions at which streams continue
_SURE = 256  # bytes of a match that cannot be coincidence; a shorter far match (for example zeros) may be wrong
_STRIDE = _REACHES[-1][1]  # bytes that become literals at once, before the simpler searches are repeated
_FIRST, _MOST = 512, 256 * 1024  # bytes compared at once: first at the start of a match, second the maximum


class _Blocks:
    """A file with its most recently read chunks in memory."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._chunks: dict[int, bytes] = {}
        self.size = reader.size

    def cut(self, offset: int, length: int) -> bytes:
        """Return bytes; fewer at the end of the file."""
        number, inside = divmod(offset, _CHUNK)
        data = self._chunks.get(number)
        if data is None:
            data = self.chunk(number)
        part = data[inside : inside + length]
        if len(part) < length and offset + length > (number + 1) * _CHUNK and offset + len(part) < self.size:
            return part + self.cut((number + 1) * _CHUNK, length - len(part))
        return part

    def chunk(self, number: int) -> bytes:
        """Return a whole chunk; the last one is shorter."""
        data = self._chunks.get(number)
        if data is None:
            length = max(0, min(_CHUNK, self.size - number * _CHUNK))
            data = self._reader.read_at(number * _CHUNK, length)
            if len(data) < length:
                raise errors.ConflictError("The file became shorter while it was read.")
            if len(self._chunks) >= 2 * _FAR:
                del self._chunks[next(iter(self._chunks))]
            self._chunks[number] = data
        return data


class _Index:
    """The positions of blocks in the new file, within some chunks of the position that was requested last."""

    def __init__(self, file: _Blocks) -> None:
        self._file = file
        self._last = max(0, file.size - 1) // _CHUNK
        self._budget = 4 * self._last + 100  # limit of indexed chunks, even if the position alternates
        self._keys: dict[int, Sequence[bytes]] = {}
        self._places: dict[bytes, int] = {}

    def around(self, place: int, reach: int) -> dict[bytes, int]:
        """Return block → offset for blocks within `reach` chunks of a position, and possibly others."""
        middle = place // _CHUNK
        for number in [number for number in self._keys if abs(number - middle) > _FAR]:
            self._forget(number)
        for number in range(max(0, middle - reach), min(self._last, middle + reach) + 1):
            if number not in self._keys and self._budget > 0:
                self._budget -= 1
                self._add(number)
        return self._places

    def _add(self, number: int) -> None:
        data = self._file.chunk(number)
        starts = range(0, len(data) - _BLOCK + 1, _STEP)
        self._keys[number] = keys = [data[start : start + _BLOCK] for start in starts]
        first = number * _CHUNK
        self._places.update(zip(keys, range(first, first + len(data), _STEP), strict=False))

    def _forget(self, number: int) -> None:
        # This avoids a loop in Python. It also drops an equal block elsewhere, which is harmless.
        collections.deque(map(self._places.pop, self._keys.pop(number), itertools.repeat(None)), maxlen=0)


class Matcher:
    """
    One search for the ranges of `new` that make up the file `old`.

    Args:
        old: The file to be made.
        new: The existing file.
        allowed: The number of bytes that `new` may lack.
        pieces: The maximum number of pieces of `old`.
        start: The expected position of the start of `old` in `new`.

    """

    def __init__(self, old: Reader, new: Reader, *, allowed: int, pieces: int, start: int = 0) -> None:
        self._old, self._new = _Blocks(old), _Blocks(new)
        self._index = _Index(self._new)
        self._allowed = allowed
        self._limit = pieces
        self._pieces: list[bytes | Extent] = []
        self._literal: list[bytes] = []  # the bytes since the last match
        self._missing = 0
        self._streams = [start]  # positions in `new` at which sure matches ended, the last one first
        self._lead = start  # distance from positions in `old` to those in `new`, by the last sure match

    def run(self) -> list[bytes | Extent] | None:
        """
        Return the pieces in order, or None if a limit is exceeded.

        Raises:
            ConflictError: One of the files became shorter meanwhile.

        """
        at = self._follow(0, self._streams[0])
        while at < self._old.size:
            if self._missing > self._allowed or len(self._pieces) >= self._limit:
                return None
            at = self._resume(at)
        self._flush()
        return None if self._missing > self._allowed else self._pieces

    def _resume(self, at: int) -> int:
        """Search the continuation of the old file in the new one, and return the end of the part that is covered."""
        ahead = self._old.cut(at, _STRIDE + _BLOCK)
        for number, place in enumerate(self._streams):
            near = self._new.cut(place, _NEAR)
            for skip in _SKIPS:
                found = near.find(ahead[skip : skip + _BLOCK]) if skip + _BLOCK <= len(ahead) else -1
                if found >= 0:
                    self._streams.insert(0, self._streams.pop(number))
                    return self._match(at, at + skip, place + found)
        return self._look_up(at, ahead)

    def _look_up(self, at: int, ahead: bytes) -> int:
        for reach, length in _REACHES:
            find = self._index.around(at + self._lead, reach).get
            for skip in range(max(0, min(length, len(ahead) - _BLOCK + 1))):
                found = find(ahead[skip : skip + _BLOCK])
                if found is not None:
                    return self._match(at, at + skip, found)
        return self._add_literals(at, ahead[:_STRIDE])

    def _match(self, at: int, start: int, place: int) -> int:
        """Add the bytes between `at` and the common block at `start` and `place`, and the whole match."""
        back = 0
        while back < min(start - at, place):
            length = min(_BLOCK, start - at - back, place - back)
            old = self._old.cut(start - back - length, length)
            new = self._new.cut(place - back - length, length)
            same = length if old == new else alike.common(old[::-1], new[::-1])
            back += same
            if same < length:
                break
        self._add_literals(at, self._old.cut(at, start - back - at))
        return self._follow(start - back, place - back)

    def _follow(self, start: int, place: int) -> int:
        """Add the bytes that are equal from `start` and from `place` on, and return the end of these bytes."""
        at, length = start, _FIRST
        while True:
            old, new = self._old.cut(at, length), self._new.cut(place + at - start, length)
            if old != new:
                at += alike.common(old, new)
                break
            at += len(old)
            if len(old) < length:
                break
            length = min(4 * length, _MOST)
        if at - start >= _BLOCK:
            self._flush()
            self._add(Extent(place, at - start))
            self._note(start, place, at - start)
        else:
            self._add_literals(start, self._old.cut(start, at - start))
        return at

    def _note(self, start: int, place: int, length: int) -> None:
        """Remember where a stream continues, unless the match may be coincidence."""
        follows = 0 <= place - self._streams[0] <= _NEAR
        if length >= _SURE or follows:
            self._lead = place - start
            kept = self._streams[1:] if follows else self._streams
            self._streams = [place + length, *kept[: _STREAMS - 1]]

    def _add_literals(self, at: int, data: bytes) -> int:
        if data:
            self._literal.append(data)
            self._missing += len(data)
        return at + len(data)

    def _flush(self) -> None:
        if self._literal:
            self._pieces.append(b"".join(self._literal))
            self._literal.clear()

    def _add(self, extent: Extent) -> None:
        last = self._pieces[-1] if self._pieces else b""
        if isinstance(last, Extent) and last.end == extent.offset:
            self._pieces[-1] = Extent(last.offset, last.length + extent.length)
        else:
            self._pieces.append(extent)
