"""Patterns of files and folders that scans of a library leave out."""

from __future__ import annotations

import fnmatch
import os
import re
import unicodedata
from collections.abc import Iterable

from indexium_core import errors

_MAX_PATTERNS, _MAX_LENGTH = 100, 500
_CONTROL = frozenset({"Cc", "Cs"})  # control characters, and bytes that are not UTF-8, which the database cannot store


def checked_patterns(patterns: Iterable[str]) -> list[str]:
    """
    Return patterns without spaces at their ends and slashes around them, each once.

    A pattern may have any character of a file name except control characters, which `?` matches. No-break spaces and
    invisible characters, such as a zero-width joiner, stay.

    Raises:
        UsageError: There are too many patterns, or one is too long or has a control character.

    """
    found = list(dict.fromkeys(text for each in patterns if (text := each.strip(" \t\r\n").strip("/"))))
    if len(found) > _MAX_PATTERNS:
        raise errors.UsageError(f"A folder has at most {_MAX_PATTERNS} patterns; these are {len(found)}.")
    for text in found:
        if len(text) > _MAX_LENGTH or any(unicodedata.category(character) in _CONTROL for character in text):
            message = f"The pattern “{text[:40]}” is too long or has a control character; “?” matches any character."
            raise errors.UsageError(message)
    return found


class Exclusion:
    """
    The patterns of one library. `*` is any text, `?` one character, `[ab]` one of these; upper and lower case differ.

    A pattern without a slash matches the name of a file or folder at any depth; a pattern with a slash matches the path
    below the library folder. A folder that matches is left out with all that is in it.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        texts = [_normalized(text) for text in patterns]
        self._names = _any_of(text for text in texts if "/" not in text)
        self._paths = _any_of(text for text in texts if "/" in text)

    def __bool__(self) -> bool:
        return bool(self._names or self._paths)

    def matches(self, below: bytes) -> bool:
        """Return whether a file or folder is left out, by its path below the library folder; its folders are not."""
        path = _normalized(os.fsdecode(below))
        name = path.rpartition("/")[2]
        return bool((self._names and self._names.fullmatch(name)) or (self._paths and self._paths.fullmatch(path)))

    def covers(self, below: bytes) -> bool:
        """Return whether a file is left out, by its path below the library folder: itself, or one of its folders."""
        parts = below.split(b"/")
        return any(self.matches(b"/".join(parts[: number + 1])) for number in range(len(parts)))


def _any_of(patterns: Iterable[str]) -> re.Pattern[str] | None:
    texts = [fnmatch.translate(text) for text in patterns]
    return re.compile("|".join(texts)) if texts else None


def _normalized(text: str) -> str:
    return unicodedata.normalize("NFC", text)
