"""Sizes in words, in powers of 1,000."""

from __future__ import annotations

__all__ = ["in_words"]

_UNITS = ("KB", "MB", "GB", "TB", "PB")


def in_words(count: float) -> str:
    """Return a number of bytes as `3 bytes`, `4.1 GB`, `38 GB`."""
    if count < 1000:
        return f"{int(count)} byte{'' if int(count) == 1 else 's'}"
    unit = _UNITS[-1]
    for unit in _UNITS:  # noqa: B007 - the last one is meant
        count /= 1000
        if count < 999.5:
            break
    return f"{count:.1f} {unit}" if count < 9.95 else f"{count:.0f} {unit}"
