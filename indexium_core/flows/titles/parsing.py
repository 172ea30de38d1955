"""
Read names in any process: arguments and results are plain values, because a result of `guessit` cannot be pickled.

Two readers read each name, and `judge` compares them. This module does not import the database.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from indexium_core.model.names.judge import NumberForm, SecondReading, judge
from indexium_core.model.names.name_parts import NameParts
from indexium_core.model.names.names import read_name

T = TypeVar("T")
_LONGEST = 120  # characters
_MOST_DIGITS, _MOST_MARKERS = 28, 12  # the time of `guessit` grows with the square of the numbers and brackets
_MARKER = re.compile(r"\d+|[\[({]")
logger = logging.getLogger(__name__)
VERSION = 6  # of the rules: names that an older version read are read again


def read_again(text: str) -> SecondReading:
    """Return what `guessit` says about a name; nothing for a name that it reads for more than some milliseconds."""
    digits = sum(map(str.isdigit, text))
    if len(text) > _LONGEST or digits > _MOST_DIGITS or len(_MARKER.findall(text)) > _MOST_MARKERS:
        return SecondReading()
    import guessit  # here, because it loads its rules for 0.3 s

    found: Mapping[str, Any] = guessit.guessit(f"{text}.mkv", {"advanced": True})
    episodes, kind, date = _all(found, "episode"), _first(found, "type", str), _first(found, "date", dt.date)
    return SecondReading(
        kind="movie" if kind == "movie" else "episode" if kind == "episode" else "",
        title=_first(found, "title", str) or "",
        year=_first(found, "year", int),
        season=_first(found, "season", int),
        episodes=tuple(dict.fromkeys(each.value for each in episodes if isinstance(each.value, int))),
        aired=date.isoformat() if date else "",
        form=_form(text, next(iter(_all(found, "season")), None), episodes) if episodes else "date" if date else "",
        episode_title=_first(found, "episode_title", str) or "",
    )


def _all(found: Mapping[str, Any], name: str) -> list[Any]:
    value = found.get(name)
    return list(value) if isinstance(value, list) else [] if value is None else [value]


def _first(found: Mapping[str, Any], name: str, kind: type[T]) -> T | None:
    """Return the first value of a part of the name, if it is of this type."""
    value = getattr(next(iter(_all(found, name)), None), "value", None)
    return value if isinstance(value, kind) else None


def _form(text: str, season: Any, episodes: list[Any]) -> NumberForm:
    """Return how the first number is written."""
    start = episodes[0].start
    if season is not None and season.start < start:
        return "compact" if season.end == start else "season"
    return "word" if re.search(r"[^\W\d_][ ._#-]*$", text[:start]) and text[start - 1 : start] != " " else "alone"


def parse_names(texts: Sequence[str]) -> list[dict[str, Any]]:
    """Return the parts of names as JSON values, as `parse_name`."""
    return [parse_name(text).plain() for text in texts]


def parse_name(text: str) -> NameParts:
    """Return the parts of a name; a name that cannot be read is its own title."""
    try:
        own = read_name(text)
        return own if own.is_camera else judge(text, own, read_again(text))
    except Exception:
        logger.exception("titles.name_failed", extra={"file_name": text[:200]})
        return NameParts(title=text)
