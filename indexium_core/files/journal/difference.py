"""What a patch really changes in a file: the ranges that differ, with the bytes before and after."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from indexium_core.files.containers import Reader
from indexium_core.files.journal.records import Range
from indexium_core.model.media import Patch

__all__ = ["ranges"]


def ranges(reader: Reader, size: int, patch: Patch) -> Iterator[Range]:
    """
    Yield what the patch changes in a file of `size` bytes, in file order. What stands there already is left out.

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


def _writes(patch: Patch, size: int) -> Iterator[tuple[int, bytes]]:
    """Yield the patch's writes, with zeros where the file grows and nothing is said: never a hole."""
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
    """Return from where to where `after` differs from `before`; what lies beyond `before` differs."""
    if before == after:
        return 0, 0
    start = _common(before, after)
    if len(before) < len(after):
        return start, len(after)
    return start, len(after) - _common(before[:start:-1], after[:start:-1])


def _common(one: bytes, two: bytes) -> int:
    """Return how many bytes are equal at the beginning; by halves, for a header may have megabytes."""
    low, high = 0, min(len(one), len(two))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == two[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
