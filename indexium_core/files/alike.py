"""The common prefix of two byte strings."""

from __future__ import annotations


def common(one: bytes, two: bytes) -> int:
    """Return the length of the common prefix. A binary search finds it fast: a header may have megabytes."""
    low, high = 0, min(len(one), len(two))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == two[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
