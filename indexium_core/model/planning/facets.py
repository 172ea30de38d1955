"""What finding answers, as values: facets with their counts, and searches beside one that finds nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["FACETS", "Facet", "FacetValue", "Facets", "Wider"]

FACETS = ("risk", "category", "issue", "container", "folder", "person", "tags", "locked")  # keys of the search grammar


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetValue:
    """One value of a facet, and how many files it would find beside the rest of the search."""

    value: str  # as the search has it behind the key's colon
    label: str  # as a list shows it
    files: int
    chosen: bool = False  # the search asks for it


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """One key with its values: those that are chosen first, then by number of files."""

    key: str
    values: tuple[FacetValue, ...]  # the first ones, where there are many
    total: int  # how many values there are in all
    all_of: bool = False  # every one of the chosen values must be found, not any of them


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
    """A search near one that finds nothing."""

    query: str
    words: str  # what is different: "without “danger”"
    files: int
