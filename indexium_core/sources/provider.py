"""
What every provider of metadata can be asked, and what its client gets.

A provider returns nothing for what it does not have.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from indexium_core.keys import ProviderKeys
from indexium_core.model.lookups.candidates import Candidate, ContentType, SearchQuery
from indexium_core.model.lookups.records import ImageCandidate, ProviderRecord, SeasonRecord
from indexium_core.model.providers.descriptor import ProviderDescriptor, TitleKind
from indexium_core.model.providers.external_ids import ExternalId
from indexium_core.model.providers.registry import PROVIDERS
from indexium_core.settings import Settings
from indexium_core.sources.client import (
    AnswerCache,
    Credentials,
    Interpreter,
    ProviderClient,
    ProviderProfile,
    RequestLog,
)
from indexium_core.sources.network import Network
from indexium_core.sources.scope import wanted_language


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """What all clients share. `timeout` (seconds) limits one call with its retries, `backoff` is the first wait."""

    network: Network
    cache: AnswerCache
    log: RequestLog
    clock: Callable[[], datetime]
    timeout: float = 60.0
    backoff: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderAccess:
    """The keys, the settings and the network of one provider. Keys and settings are read at each use."""

    descriptor: ProviderDescriptor
    config: Settings
    keys: Callable[[], ProviderKeys]
    shared: Resources

    def key(self, name: str) -> str:
        """Return a key; "" if it is not set."""
        return self.keys().get(name)

    def with_key(self, parameter: str, name: str) -> dict[str, str]:
        """Return a parameter that has a key; none if the key is not set."""
        key = self.key(name)
        return {parameter: key} if key else {}

    @property
    def language(self) -> str:
        """The language of titles and plots: that of the library whose title is looked up, or of the settings."""
        return wanted_language() or self.config.metadata_language

    def setting(self, name: str, default: Any = None) -> Any:
        """Return the present value of a setting; `default` if there is no such setting."""
        return getattr(self.config, name, default)

    def client(
        self,
        credentials: Callable[[], Credentials],
        interpret: Interpreter,
        *,
        account: Callable[[], Credentials] | None = None,
    ) -> ProviderClient:
        """Return the client of the provider; for the parameters, see `ProviderProfile`."""
        own, shared = self.descriptor, self.shared
        profile = ProviderProfile(
            provider=own.id,
            name=own.label,
            url=lambda: self.setting(f"{own.id}_url", own.url),
            credentials=credentials,
            account=account,
            per_second=lambda: self.setting(f"{own.id}_requests_per_second", own.per_second),
            per_day=lambda: self.setting(f"{own.id}_requests_per_day", own.per_day),
            interpret=interpret,
        )
        return ProviderClient(
            profile,
            network=shared.network,
            cache=shared.cache,
            log=shared.log,
            clock=shared.clock,
            cache_days=lambda: self.config.provider_cache_days,
            timeout=shared.timeout,
            backoff=shared.backoff,
        )


class Provider:
    """
    A provider of metadata. Each method sends requests, or uses the cache; a provider overrides what it has.

    Raises `ProviderError` if there is no usable answer.
    """

    client: ProviderClient

    def __init__(self, access: ProviderAccess) -> None:
        """Make the client."""
        raise NotImplementedError

    def search(self, query: SearchQuery, *, strict: bool) -> list[Candidate]:
        """Return the titles for a query; `strict`: only those of its year."""
        del query, strict
        return []

    def more(self, query: SearchQuery) -> list[Candidate]:
        """Return the titles after the first ones of a search without year, as far as one may have the same name."""
        del query
        return []

    def find(self, ids: Sequence[ExternalId], kind: ContentType) -> list[Candidate]:
        """Return the titles that have one of the ids."""
        del ids, kind
        return []

    def details(self, external_id: str, kind: TitleKind) -> ProviderRecord | None:
        """Return everything about a title by its id at this provider."""
        del external_id, kind
        return None

    def season(self, external_id: str, number: int) -> SeasonRecord | None:
        """Return a season of a series by the id of the series at this provider."""
        del external_id, number
        return None

    def images(self, ids: Mapping[str, str], kind: TitleKind) -> list[ImageCandidate]:
        """Return the pictures of a title by its ids, of a provider that has pictures only."""
        del ids, kind
        return []


def make_providers(config: Settings, keys: Callable[[], ProviderKeys], shared: Resources) -> dict[str, Provider]:
    """Return the providers by id, in the order in which they are asked. Settings and keys are read at each use."""
    found = dict[str, Provider]()
    for each in PROVIDERS.values():
        module, _, name = each.client.partition(":")
        client = cast("type[Provider]", getattr(importlib.import_module(module), name))
        found[each.id] = client(ProviderAccess(descriptor=each, config=config, keys=keys, shared=shared))
    return found
