"""What a second reader, which is a library, says about a name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

# How the number is written: season and episode with letters (`S01E02`), a word or a letter before it (`Episode 2`),
# digits that are split into season and episode (`102`), a number alone, a date; "" without a number.
NumberForm: TypeAlias = Literal["season", "word", "compact", "alone", "date", ""]


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
