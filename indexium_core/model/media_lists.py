"""The numbers of a list of files, and the values that its filters offer; `model.files.tiles` has the tiles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from indexium_core.model import query as grammar
from indexium_core.model import wording
from indexium_core.model.fields.table import FAVORITE_KEY, RATING
from indexium_core.model.files.tiles import FACETS, Month, Section
from indexium_core.model.plan_numbers import DescribedSearch, SearchPart

KINDS: Mapping[str, tuple[str, str]] = {  # in words: one file, several files
    "photo": ("photo", "photos"),
    "video": ("video", "videos"),
    "audio": ("audio file", "audio files"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaOverview:
    """The numbers of a list of files: what a page shows before it reads a tile."""

    list_id: str
    query: str
    sort: str
    total: int
    size: int  # bytes
    kinds: dict[str, int]  # files by kind: photo, video, audio
    favorites: int
    unrated: int
    without_people: int
    offline: int
    sections: list[Section]  # of a list that is sorted by date; otherwise none
    months: list[Month]

    @property
    def parts(self) -> list[SearchPart]:
        """The parts of the search."""
        return DescribedSearch(query=self.query).parts

    @property
    def chosen(self) -> dict[str, int]:
        """How many values the search asks for, by the keys whose values are counted."""
        return {key: len(grammar.selected_values(self.query, key)) for key in FACETS}

    @property
    def numbers(self) -> list[ListNumber]:
        """Numbers of the list; a press of one narrows the list to its files, or ends that."""
        counted = ((FAVORITE_KEY, "yes", "favourites", self.favorites), (RATING, "0", "without a rating", self.unrated))
        return [
            ListNumber(query=self.query, key=key, value=value, label=label, files=files)
            for key, value, label, files in counted
        ]

    @property
    def contents(self) -> str:
        """The files by kind, and their size; "" without any."""
        if not self.total:
            return ""
        kinds = [wording.plural(self.kinds[kind], *names) for kind, names in KINDS.items() if self.kinds.get(kind)]
        if kinds and (others := self.kinds.get("", 0)):
            kinds.append(wording.plural(others, "other"))
        return " · ".join([*kinds, wording.size(self.size)])

    @property
    def people_text(self) -> str:
        """How many files have nobody; "" if none."""
        number = self.without_people
        return f"{wording.count(number)} without people after the plan" if number else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListNumber:
    """A number of a list that is one value of a key of the search."""

    query: str  # of the list
    key: str
    value: str
    label: str
    files: int

    @property
    def is_chosen(self) -> bool:
        """Whether the search asks for this value."""
        return grammar.selected_values(self.query, self.key) == [self.value]

    @property
    def turned(self) -> str:
        """The search with this value, or without it if it is chosen."""
        return grammar.with_values(self.query, self.key, [] if self.is_chosen else [self.value])


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFacetValue:
    """One value of a key of the search, with the number of its files."""

    key: str
    value: str
    files: int
    query: str = field(default="", compare=False)  # the search

    @property
    def label(self) -> str:
        """The value for people."""
        if self.key == "type":
            return KINDS[self.value][1].capitalize() if self.value in KINDS else self.value
        if self.key == RATING and self.value.isdigit():
            return "★" * int(self.value) or "No rating"
        return self.value

    @property
    def is_chosen(self) -> bool:
        """Whether the search asks for this value."""
        return self.value in grammar.selected_values(self.query, self.key)

    @property
    def turned(self) -> str:
        """The search with this value, too; without it if it is chosen."""
        chosen = grammar.selected_values(self.query, self.key)
        others = [each for each in chosen if each != self.value]
        return grammar.with_values(self.query, self.key, others if self.is_chosen else [*others, self.value])
