"""The second reader of names: `guessit`, whose values become those of `SecondReading`."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from indexium_core.model.names.readings import NumberForm, SecondReading

_LONGEST = 120  # characters
_MOST_DIGITS, _MOST_MARKERS = 28, 12  # the time of `guessit` grows with the square of the numbers and brackets
_MARKER = re.compile(r"\d+|[\[({]")


def read_again(text: str) -> SecondReading:
    """Return what `guessit` says about a name; nothing for a name that it reads for more than some milliseconds."""
    digits = sum(map(str.isdigit, text))
    if len(text) > _LONGEST or digits > _MOST_DIGITS or len(_MARKER.findall(text)) > _MOST_MARKERS:
        return SecondReading()
    import guessit  # here, because it loads its rules for 0.3 s

    found: Mapping[str, Any] = guessit.guessit(f"{text}.mkv", {"advanced": True})
    title, season, date = _first(found.get("title")), _first(found.get("season")), _first(found.get("date"))
    episodes, year, name = _all(found.get("episode")), _first(found.get("year")), _first(found.get("episode_title"))
    kind = getattr(_first(found.get("type")), "value", "")
    aired = date.value.isoformat() if date is not None and isinstance(date.value, dt.date) else ""
    return SecondReading(
        kind="movie" if kind == "movie" else "episode" if kind == "episode" else "",
        title=title.value if title is not None and isinstance(title.value, str) else "",
        year=year.value if year is not None and isinstance(year.value, int) else None,
        season=season.value if season is not None and isinstance(season.value, int) else None,
        episodes=tuple(dict.fromkeys(each.value for each in episodes if isinstance(each.value, int))),
        aired=aired,
        form=_form(text, season, episodes) if episodes else "date" if aired else "",
        episode_title=name.value if name is not None and isinstance(name.value, str) else "",
    )


def _all(found: Any) -> list[Any]:
    return list(found) if isinstance(found, list) else [] if found is None else [found]


def _first(found: Any) -> Any:
    return next(iter(_all(found)), None)


def _form(text: str, season: Any, episodes: list[Any]) -> NumberForm:
    """Return how the first number is written."""
    start = episodes[0].start
    if season is not None and season.start < start:
        return "compact" if season.end == start else "season"
    return "word" if re.search(r"[^\W\d_][ ._#-]*$", text[:start]) and text[start - 1 : start] != " " else "alone"
