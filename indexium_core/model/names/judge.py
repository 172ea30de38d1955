"""
Two readers of one name, and the judge: compare field by field, and let an ordered table of evidence decide.

Our rules are one reader, a library (`SecondReading`) is the other. Where both agree, nothing is to decide. Where they
disagree, the first line of `EVIDENCE` that holds says what the second reader knows better; without one, our reading
counts, and it keeps the other title as `other_title`. Then the providers decide: a match needs a title that one of
them has, and is a question if they have both.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, TypeAlias

from indexium_core.model.names import words
from indexium_core.model.names.name_parts import NameParts
from indexium_core.model.names.names import first_words, fold_title

# How the number is written: season and episode with letters (`S01E02`), a word or a letter before it (`Episode 2`),
# digits that are split into season and episode (`102`), a number alone, a date; "" without a number.
NumberForm: TypeAlias = Literal["season", "word", "compact", "alone", "date", ""]
_MOST_SEASONS = 100  # a higher number of a season is a year that the library took for one
_SURE = frozenset({"episode", "group", "word"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondReading:
    """The values of a second reader; an empty reading says nothing."""

    kind: Literal["movie", "episode", ""] = ""
    title: str = ""
    year: int | None = None
    season: int | None = None
    episodes: tuple[int, ...] = ()
    aired: str = ""  # ISO date
    form: NumberForm = ""
    episode_title: str = ""


class EvidenceRule(NamedTuple):
    """One line of the table: `apply` returns the parts that count, or None if the line does not hold."""

    name: str
    apply: Callable[[str, NameParts, SecondReading], NameParts | None]


def judge(text: str, own: NameParts, other: SecondReading) -> NameParts:
    """Return the parts of a name that two readers have read."""
    for line in EVIDENCE:
        if (found := line.apply(text, own, other)) is not None:
            own = found
    title = own.series_title if own.evidence in _SURE else own.title
    differs = bool(other.title) and fold_title(other.title) != fold_title(title)
    return replace(own, other_title=other.title) if differs else own


def _season_and_episode(_: str, own: NameParts, other: SecondReading) -> NameParts | None:
    """Take a season and an episode whose form only the library knows."""
    if (
        own.evidence not in {"", "number"}
        or own.aired
        or other.form != "season"
        or not 0 <= (other.season or 0) < _MOST_SEASONS
    ):
        return None
    if own.is_year_marked or own.part is not None or own.dated:
        return None
    title = other.title or own.title
    return replace(
        own,
        evidence="episode",
        season=other.season,
        episodes=other.episodes,
        title=title,
        series_title=title,
        episode_title=other.episode_title,
    )


def _year_first(text: str, own: NameParts, other: SecondReading) -> NameParts | None:
    """Take the year at the start of a name: `1999-The.Matrix`."""
    tail = fold_title(other.title)
    if own.year is not None or other.year is None or not tail or own.evidence or words.TITLE_AFTER_YEAR.match(text):
        return None
    if fold_title(own.title) != f"{other.year} {tail}":
        return None
    return replace(own, title=other.title, series_title=other.title, year=other.year)


def _shorter_title(text: str, own: NameParts, other: SecondReading) -> NameParts | None:
    """Take the end of the title of a release, and perhaps its year: `Title.2010.Words.1080p`."""
    inner = " " not in text and _INNER_YEAR.search(text) is not None
    if own.year is not None or own.evidence in _SURE or not (own.is_release or inner):
        return None
    whole, head = fold_title(own.title), fold_title(other.title)
    cut = whole.removeprefix(f"{head} ")
    if other.kind != "movie" or cut == whole or own.part is not None or (other.year is None and cut[0].isdigit()):
        return None
    kept = own if other.year is None else replace(own, year=other.year)
    if kept.year is None and kept.evidence:
        return None
    title = first_words(own.title, len(head.split()))
    return replace(kept, title=title, series_title=title)


_INNER_YEAR = re.compile(r"(?<=[^\W_][._])(?:19\d\d|20[0-3]\d)(?=[._-])")
EVIDENCE = (
    EvidenceRule("a season and an episode in a form that our rules do not know", _season_and_episode),
    EvidenceRule("a name that begins with its year", _year_first),
    EvidenceRule("a shorter title of a release", _shorter_title),
)
