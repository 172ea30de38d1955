"""What the names say about a file: the values of an identification without network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from indexium_core import errors
from indexium_core.model.names.name_parts import Role

LibraryKind: TypeAlias = Literal["home", "movies", "series", "mixed", "educational", "other"]
LIBRARY_KINDS: Mapping[LibraryKind, str] = {
    "home": "home videos: nothing is identified",
    "movies": "films",
    "series": "series",
    "mixed": "films and series",
    "educational": "courses and lectures",
    "other": "other videos",
}
NOT_LOOKED_UP: frozenset[LibraryKind] = frozenset({"home", "educational"})
GuessKind: TypeAlias = Literal["movie", "episode", "extra", "trailer", "sample", "home", "other"]


def checked_kind(kind: str) -> LibraryKind:
    """Return the kind of a library; UsageError if there is none with this name."""
    for known in LIBRARY_KINDS:
        if known == kind:
            return known
    raise errors.UsageError(f"There is no kind of library “{kind[:40]}”. Choose one of: {', '.join(LIBRARY_KINDS)}.")


def is_looked_up(kind: str) -> bool:
    """Return whether titles of a kind of library are looked up at providers; "": the library was removed."""
    return bool(kind) and kind not in NOT_LOOKED_UP


def why_not_looked_up(subject: str, kind: str) -> str:
    """Return why nothing of a subject is sent to providers, with the remedy: a title in quotes, or a library."""
    if kind == "educational":
        reason = f"{subject} is not looked up: the providers know films and series, and its library has courses."
    elif kind == "home":
        reason = f"{subject} is not looked up: its library has home videos."
    else:
        return f"{subject} is not looked up: its library was removed."
    return f"{reason} Give the library another kind first: 'indexium libraries set ID --kind mixed'."


@dataclass(frozen=True, slots=True, kw_only=True)
class NfoFacts:
    """What an NFO file beside a film says about its kind and its place; its other values are candidates for fields."""

    kind: Literal["movie", "episode", "series", ""] = ""
    title: str = ""
    series_title: str = ""
    year: int | None = None
    season: int | None = None
    episodes: tuple[int, ...] = ()
    ids: Mapping[str, str] = field(default_factory=dict)  # provider → id


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedFile:
    """A file for identification."""

    file_id: int
    folders: tuple[str, ...]  # below the library folder, the outermost first
    name: str  # with the extension
    duration: float | None = None  # seconds
    show: str = ""  # container tags
    season: int | None = None
    episode: int | None = None
    nfo: NfoFacts = field(default_factory=NfoFacts)  # of the file
    series_nfo: NfoFacts = field(default_factory=NfoFacts)  # of its series


@dataclass(frozen=True, slots=True)
class FilmEvidence:
    """How sure it is that a file is a film or an episode, and no home video."""

    points: int = 0
    bar: int = 1  # points from which on its name may be searched
    reasons: tuple[str, ...] = ()  # sentences

    @property
    def is_enough(self) -> bool:
        """Return whether the name may be searched."""
        return self.points >= self.bar


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleGuess:
    """What a file is. For an episode, `title` and `year` are those of its series."""

    kind: GuessKind
    title: str
    year: int | None = None
    season: int | None = None
    episodes: tuple[int, ...] = ()
    absolute: tuple[int, ...] = ()  # episode numbers that count through all seasons
    aired: str = ""  # ISO date
    episode_title: str = ""
    part: int | None = None
    edition: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)  # provider → id in names, of the film or the series
    language: str = ""  # ISO 639-1
    country: str = ""  # tells series with one title apart
    of_series: bool = False  # an extra, a trailer or a sample belongs to a series
    place: str = ""  # folder of the title, below the library folder
    evidence: FilmEvidence = field(default_factory=FilmEvidence)

    @property
    def role(self) -> Role:
        """Return the role of the file beside others of its title."""
        return self.kind if self.kind in ("extra", "trailer", "sample") else "main"
