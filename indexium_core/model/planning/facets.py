"""Results of a search as values: facets with counts, and wider searches if a search finds nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

FACETS = ("risk", "category", "issue", "container", "folder", "person", "tags", "locked")  # keys of the search grammar


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetValue:
    """One value of a facet, and the number of files that match both the value and the rest of the search."""

    value: str  # text in a search, after the colon of the key
    label: str  # text for display in a list
    files: int
    chosen: bool = False  # the search has this value


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """One key with its values: first the values in the search, then the others by number of files."""

    key: str
    values: tuple[FacetValue, ...]  # the first values, not always all
    total: int  # number of all values
    all_of: bool = False  # the search requires all of its values, not any of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """All facets of a search; each is counted over the search without its own term."""

    plan_id: int
    query: str
    facets: Mapping[str, Facet]  # by key

    def __getitem__(self, key: str) -> Facet:
        return self.facets[key]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wider:
    """A search that finds files where another search finds none."""

    query: str
    words: str  # the difference: "without “danger”"
    files: int
