"""
Splices: edits of byte ranges of a file.

`build_patch` turns splices into a patch with the fewest bytes. `build_pieces` turns splices into a new file: ranges of
the old file, and the new bytes between these ranges.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from indexium_core import errors
from indexium_core.files.containers import Layout, Reader
from indexium_core.model.files.media import Extent, Patch

_BLOCK = 1024 * 1024  # bytes per comparison
_PATCH_GAP = 32  # most equal bytes between two changes that are written as one
_PIECE_GAP = 64  # most old bytes between two new ranges that become new bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Splice:
    """New bytes for a range of the file."""

    start: int
    end: int
    data: bytes

    @property
    def growth(self) -> int:
        return len(self.data) - (self.end - self.start)


# In place


def build_patch(reader: Reader, layout: Layout, splices: Sequence[Splice]) -> Patch:
    """
    Return the patch that makes `splices`, sorted and not overlapping.

    Raises:
        ConflictError: The file has changed since its examination.

    """
    size = layout.size + sum(splice.growth for splice in splices)
    runs = _joined(_moved(reader, splices))
    return Patch(writes=tuple(part for at, data in runs for part in _differing(reader, at, data)), size=size)


def _moved(reader: Reader, splices: Sequence[Splice]) -> Iterator[tuple[int, bytes]]:
    """Yield offset and bytes of each write: the splices, and the bytes between the splices that move."""
    shift, at = 0, 0
    for splice in splices:
        if shift and splice.start > at:
            yield at + shift, read_range(reader, Extent(at, splice.start - at))
        yield splice.start + shift, splice.data
        shift += splice.growth
        at = splice.end


def _joined(writes: Iterator[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    """Yield the writes; adjacent writes are joined."""
    start, parts, end = 0, list[bytes](), 0
    for at, data in writes:
        if parts and at != end:
            yield start, b"".join(parts)
            parts = []
        if not parts:
            start, end = at, at
        parts.append(data)
        end += len(data)
    if parts:
        yield start, b"".join(parts)


def _differing(reader: Reader, at: int, data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the parts of `data` that differ from the file; parts close to each other are joined."""
    ranges: list[list[int]] = []
    for start, end in _changes(reader.read_at(at, len(data)), data):
        if ranges and start - ranges[-1][1] <= _PATCH_GAP:
            ranges[-1][1] = end
        else:
            ranges.append([start, end])
    return ((at + start, data[start:end]) for start, end in ranges)


def _changes(old: bytes, new: bytes) -> Iterator[tuple[int, int]]:
    """Yield start and end of the ranges in which `new` differs from `old` or is longer, block by block."""
    common = min(len(old), len(new))
    for block in range(0, common, _BLOCK):
        end = min(block + _BLOCK, common)
        pair = (np.frombuffer(data, dtype=np.uint8, count=end - block, offset=block) for data in (old, new))
        changed = np.flatnonzero(np.not_equal(*pair)) + block
        if not len(changed):
            continue
        breaks = np.flatnonzero(np.diff(changed) > _PATCH_GAP)
        starts = [changed[0], *changed[breaks + 1]]
        yield from (
            (int(start), int(last) + 1) for start, last in zip(starts, [*changed[breaks], changed[-1]], strict=True)
        )
    if len(new) > common:
        yield common, len(new)


# A new file


def build_head(reader: Reader, end: int, splices: Sequence[Splice]) -> bytes:
    """Return the first `end` bytes of a file after `splices`; all splices lie in these bytes."""
    pieces = build_pieces(reader, end, splices)
    return b"".join(read_range(reader, piece) if isinstance(piece, Extent) else piece for piece in pieces)


def build_pieces(
    reader: Reader, size: int, splices: Sequence[Splice], *, payload: Sequence[Extent] = ()
) -> tuple[bytes | Extent, ...]:
    """
    Return the pieces of a file of `size` bytes after `splices`; splices must not overlap.

    A few old bytes between two splices become new bytes, but never those of the `payload`, which stay ranges; its
    extents are in file order.

    Raises:
        ConflictError: The file became shorter.

    """
    pieces: list[bytes | Extent] = []
    literal: list[bytes] = []
    for part in _parts(size, sorted(splices, key=lambda splice: (splice.start, splice.end))):
        if isinstance(part, Extent) and (part.length > _PIECE_GAP or not literal or _meets(part, payload)):
            pieces += [b"".join(literal)] if literal else []
            pieces.append(part)
            literal = []
        else:
            literal.append(read_range(reader, part) if isinstance(part, Extent) else part)
    return tuple(pieces + ([b"".join(literal)] if literal else []))


def _meets(part: Extent, payload: Sequence[Extent]) -> bool:
    """Return whether a range has a byte of the payload, whose extents are in file order."""
    nth = bisect.bisect_left(payload, part.end, key=lambda extent: extent.offset) - 1
    return nth >= 0 and payload[nth].end > part.offset


def _parts(size: int, splices: Sequence[Splice]) -> Iterator[bytes | Extent]:
    at = 0
    for splice in splices:
        if splice.start > at:
            yield Extent(at, splice.start - at)
        if splice.data:
            yield splice.data
        at = splice.end
    if size > at:
        yield Extent(at, size - at)


def read_range(reader: Reader, extent: Extent) -> bytes:
    """Return the bytes of a range; raises ConflictError if the file became shorter."""
    data = reader.read_at(extent.offset, extent.length)
    if len(data) < extent.length:
        raise errors.ConflictError("The file became shorter while it was processed.")
    return data
