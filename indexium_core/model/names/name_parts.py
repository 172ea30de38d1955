"""What one name says: the values that the reading of a file name or a folder name returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, TypeAlias

Role: TypeAlias = Literal["main", "extra", "trailer", "sample"]
# How sure a name says that it is an episode: season and episode (or a date), the word “episode”, a fansub group with a
# number, a number after a dash, any number; "" for nothing.
Evidence: TypeAlias = Literal["episode", "word", "group", "dash", "number", ""]

_FIRST_YEAR, _LAST_YEAR = 1888, 2039  # of films


@dataclass(frozen=True, slots=True, kw_only=True)
class NameParts:
    """The parts of one name, without its extension and without its folders."""

    title: str = ""
    year: int | None = None
    is_year_marked: bool = False  # the year is in brackets
    season: int | None = None
    episodes: tuple[int, ...] = ()
    evidence: Evidence = ""
    is_padded: bool = False  # the number of the episode has a zero before it, or three digits
    aired: str = ""  # ISO date
    dated: str = ""  # ISO date beside the number of an episode
    is_date_first: bool = False  # the name begins with a date
    episode_title: str = ""
    series_title: str = ""  # the title if the name is an episode; differs only where a number belongs to a film title
    other_title: str = ""  # of a second reader, if it is another one
    part: int | None = None
    part_stem: str = ""  # the name without the number of the part, to find its siblings
    part_head: str = ""  # the title before the number of the part, without a year between them
    part_title: str = ""  # the title after it
    is_part_padded: bool = False  # the number of the part has a zero before it
    is_disc_part: bool = False  # the word is that of a medium (CD, DVD, disc), so it belongs to no title
    part_count: int | None = None
    role: Role = "main"
    is_camera: bool = False
    is_release: bool = False  # the name has tags of a release, such as 1080p
    is_broadcast: bool = False  # the tags name a television source
    edition: str = ""
    language: str = ""  # ISO 639-1
    country: str = ""  # tells series with one title apart
    ids: Mapping[str, str] = field(default_factory=dict)  # provider → id
    order: int | None = None  # the number at the start of the name
    has_order_dash: bool = False  # a dash or a point follows it
    order_title: str = ""  # the title without this number

    @property
    def is_order_year(self) -> bool:
        """Return whether the number at the start of the name may be a year."""
        return self.order is not None and _FIRST_YEAR <= self.order <= _LAST_YEAR

    def plain(self) -> dict[str, Any]:
        """Return the parts that are set, as JSON values."""
        unset: tuple[Any, ...] = (None, "", (), {}, "main")  # 0 is a value, and it is equal to False
        return {name: value for name, value in asdict(self).items() if value is not False and value not in unset}

    @classmethod
    def from_plain(cls, values: Mapping[str, Any]) -> NameParts:
        """Return the parts from the values of `plain`."""
        known = {name: value for name, value in values.items() if name in cls.__dataclass_fields__}
        return cls(**known | {"episodes": tuple(values.get("episodes", ()))})
