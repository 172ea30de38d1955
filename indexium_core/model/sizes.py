"""Sizes in words, in powers of 1,000, and numbers of files."""

from __future__ import annotations

__all__ = ["files", "in_words"]

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


def files(count: int) -> str:
    """Return a number of files as `1 file`, `1,204 files`."""
    return "1 file" if count == 1 else f"{count:,} files"
