"""NFO documents as values: what another program or a person wrote beside a film."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, TypeVar

T = TypeVar("T")
NfoKind: TypeAlias = Literal[
    "movie", "tvshow", "season", "episodedetails", "ids"
]  # the root; ids: a text with ids only
LOCKED_NAMES: Mapping[str, str] = {  # a name in `<lockedfields>` of Jellyfin → our field
    "name": "title",
    "overview": "plot",
    "genres": "genres",
    "cast": "cast",
    "runtime": "runtime_minutes",
    "officialrating": "content_rating",
    "productionlocations": "countries",
    "studios": "studios",
    "tags": "tags",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NfoDocument:
    """One document of an NFO file."""

    kind: NfoKind
    values: Mapping[str, Any] = field(default_factory=dict)  # field (model/titles/fields.py) → value
    ids: Mapping[str, str] = field(default_factory=dict)  # provider → id
    mentioned: Mapping[str, str] = field(default_factory=dict)  # ids in the text around it, such as an address
    season: int | None = None
    episodes: tuple[int, ...] = ()
    series_title: str = ""
    season_names: Mapping[int, str] = field(default_factory=dict)  # of a series, by number of the season
    shared: frozenset[str] = frozenset()  # lists that also have items of ours, which are left out
    locked: tuple[str, ...] = ()  # fields that the other program does not change
    is_locked: bool = False  # the other program changes nothing
    is_damaged: bool = False  # the document ends early or is not valid; the values before that count
    damage: str = ""  # what is wrong with it, in the words of the parser
    misfits: tuple[str, ...] = ()  # a sentence for each value that does not fit its field and is left out

    def locks(self, name: str) -> bool:
        """Return whether the document locks a field (model/titles/fields.py)."""
        return name in self.locked or (self.is_locked and name in LOCKED_NAMES.values())


def by_order(episodes: Sequence[int], documents: Sequence[T]) -> dict[int, T]:
    """
    Return the documents without a number, by the episodes of the file without a document.

    They are in the order of the episodes; a single one is that of the first. Other numbers of documents tell nothing.
    """
    return dict(zip(episodes, documents, strict=False)) if len(documents) in (1, len(episodes)) else {}
