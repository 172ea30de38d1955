"""The ranges that a patch changes in a file, with the bytes before and after."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from indexium_core.files import alike
from indexium_core.files.containers import Reader
from indexium_core.files.journal.records import Range
from indexium_core.model.files.media import Patch


def ranges(reader: Reader, size: int, patch: Patch) -> Iterator[Range]:
    """
    Yield the ranges that the patch changes in a file of `size` bytes, in file order. Equal bytes are left out.

    Raises:
        ValueError: The patch's writes overlap, are out of order or reach past its size.

    """
    for offset, data in _writes(patch, size):
        before = reader.read_at(offset, len(data))
        start, end = _differing(before, data)
        if start < end:
            yield Range(offset + start, before[start:end], data[start:end])
    if patch.size < size:
        yield Range(patch.size, reader.read_at(patch.size, size - patch.size), b"")


def check_shift(patch: Patch, size: int) -> None:
    """Raise ValueError if the sizes of a patch that moves a file disagree, or if it writes into the body."""
    if patch.size != size + patch.inserted or patch.size <= 0:
        message = f"a patch of a file of {size} bytes cannot leave {patch.size} with {patch.inserted} inserted"
        raise ValueError(message)
    end = 0
    for offset, data in patch.writes:
        if offset < end or offset + len(data) > patch.inserted:
            message = f"a patch that inserts {patch.inserted} bytes is out of order or range at {offset}"
            raise ValueError(message)
        end = offset + len(data)


def front(patch: Patch) -> bytes:
    """Return all bytes that a patch inserts in front of a file. Its gaps become zeros, never a hole."""
    data = bytearray(max(0, patch.inserted))
    for offset, new in patch.writes:
        data[offset : offset + len(new)] = new
    return bytes(data)


def _writes(patch: Patch, size: int) -> Iterator[tuple[int, bytes]]:
    """Yield the patch's writes. Gaps where the file grows become zeros, never a hole."""
    at, end = size, 0
    for offset, data in itertools.chain(patch.writes, ((patch.size, b""),)):
        if offset < end or offset + len(data) > patch.size:
            message = f"a patch of a file of {patch.size} bytes is out of order or range at {offset}"
            raise ValueError(message)
        if offset > at:
            yield at, bytes(offset - at)
        if data:
            yield offset, data
        end = offset + len(data)
        at = max(at, end)


def _differing(before: bytes, after: bytes) -> tuple[int, int]:
    """Return the start and end of the difference between `after` and `before`; bytes beyond `before` differ."""
    if before == after:
        return 0, 0
    start = alike.common(before, after)
    if len(before) < len(after):
        return start, len(after)
    return start, len(after) - alike.common(before[:start:-1], after[:start:-1])
