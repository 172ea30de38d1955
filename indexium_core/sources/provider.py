"""What every provider of metadata can be asked. A provider returns nothing for what it does not have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol, TypeAlias

from indexium_core.model.matches.candidates import Candidate, ContentType, SearchQuery
from indexium_core.model.providers.external_ids import ExternalId
from indexium_core.model.providers.records import ImageCandidate, ProviderRecord, SeasonRecord
from indexium_core.sources.client import ProviderClient

TitleKind: TypeAlias = Literal["movie", "tv"]


class Provider(Protocol):
    """
    A provider of metadata. Each method sends requests, or uses the cache.

    Raises `ProviderError` if there is no usable answer.
    """

    client: ProviderClient

    def search(self, query: SearchQuery, *, strict: bool) -> list[Candidate]:
        """Return the titles for a query; `strict`: only those of its year."""
        ...

    def more(self, query: SearchQuery) -> list[Candidate]:
        """Return the titles after the first ones of a search without year, as far as one may have the same name."""
        ...

    def find(self, ids: Sequence[ExternalId], kind: ContentType) -> list[Candidate]:
        """Return the titles that have one of the ids."""
        ...

    def details(self, external_id: str, kind: TitleKind) -> ProviderRecord | None:
        """Return everything about a title by its id at this provider."""
        ...

    def season(self, external_id: str, number: int) -> SeasonRecord | None:
        """Return a season of a series by the id of the series at this provider."""
        ...

    def images(self, ids: Mapping[str, str], kind: TitleKind) -> list[ImageCandidate]:
        """Return the pictures of a title by its ids, of a provider that has pictures only."""
        ...
