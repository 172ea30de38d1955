"""
Read names in any process: arguments and results are plain values, because a result of `guessit` cannot be pickled.

Our own rules read most names completely. `guessit` (10 to 20 ms a name) reads a name of a release that has neither a
year nor an episode by our rules, or a year that may belong to the title. This module does not import the database.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from indexium_core.model.titles import names
from indexium_core.model.titles.name_parts import NameParts
from indexium_core.model.titles.names import fold_title, read_name

__all__ = ["VERSION", "parse_name", "parse_names"]

logger = logging.getLogger(__name__)

VERSION = 5  # of the rules: names that an older version read are read again
_INNER_YEAR = re.compile(r"(?<=[^\W_][._])(?:19\d\d|20[0-3]\d)(?=[._-])")


def parse_names(texts: Sequence[str]) -> list[dict[str, Any]]:
    """Return the parts of names as JSON values, as `parse_name`."""
    return [parse_name(text).plain() for text in texts]


def parse_name(text: str) -> NameParts:
    """Return the parts of a name; a name that cannot be read is its own title."""
    try:
        parts = read_name(text)
        return _with_second_reading(text, parts) if _is_uncertain(text, parts) else parts
    except Exception:
        logger.exception("titles.name_failed", extra={"file_name": text[:200]})
        return NameParts(title=text)


def _is_uncertain(text: str, parts: NameParts) -> bool:
    """Return whether our rules may have missed where the title of a name ends."""
    if parts.is_camera or parts.year is not None or parts.evidence in {"episode", "group", "word"}:
        return False
    return parts.is_release or (" " not in text and _INNER_YEAR.search(text) is not None)


def _with_second_reading(text: str, parts: NameParts) -> NameParts:
    """Return the parts with what `guessit` adds: a shorter title and a year."""
    found = _guess(text)
    title, year = found.get("title"), found.get("year")
    if not isinstance(title, str) or found.get("type") != "movie":
        return parts
    own = fold_title(parts.title)
    cut = own.removeprefix(fold_title(title) + " ")
    is_shorter = cut != own and parts.part is None and (isinstance(year, int) or not cut[0].isdigit())
    if isinstance(year, int) and is_shorter:
        parts = replace(parts, year=year)
    if is_shorter and (parts.year is not None or not parts.evidence):
        kept = names.first_words(parts.title, len(fold_title(title).split()))
        parts = replace(parts, title=kept, series_title=kept)
    return parts


def _guess(text: str) -> Mapping[str, Any]:
    """Return the values of `guessit` for a name; it is imported here, because it loads its rules for 0.3 s."""
    import guessit

    return dict(guessit.guessit(f"{text}.mkv"))
