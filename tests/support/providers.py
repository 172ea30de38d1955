"""Providers of a test: the stand-in server, a cache and a ledger in memory, quick retries."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from indexium_core import settings
from indexium_core.demo.providers.stand_in import ProviderStandIn
from indexium_core.keys import ProviderKeys
from indexium_core.library import Library
from indexium_core.model.lookups.records import ImageCandidate
from indexium_core.model.lookups.traffic import CachedAnswer, RequestCount, RequestFaults
from indexium_core.settings import Settings
from indexium_core.sources.network import Network
from indexium_core.sources.provider import Provider, Resources, make_providers
from tests.support.clock import Clock

KEYS = {
    "tmdb_api_key": "KEY-tmdb-0123456789",
    "omdb_api_key": "KEY-omdb-0123456789",
    "tvdb_api_key": "KEY-tvdb-0123456789",
    "tvdb_pin": "KEY-pin-0123456789",
    "fanarttv_api_key": "KEY-fanart-0123456789",
    "fanarttv_client_key": "KEY-personal-0123456789",
}


class MemoryCache:
    """A cache in memory."""

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str], CachedAnswer] = {}

    def get(self, provider: str, request_key: str) -> CachedAnswer | None:
        return self.answers.get((provider, request_key))

    def put(self, provider: str, request_key: str, answer: CachedAnswer) -> None:
        self.answers[provider, request_key] = answer


class MemoryLog:
    """A ledger in memory."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.rows: list[dict[str, Any]] = []
        self._clock, self._lock = clock, threading.Lock()

    def begin(self, provider: str, route: str, parameters: Mapping[str, str]) -> int:
        with self._lock:
            row = {"at": self._clock(), "provider": provider, "route": route, "parameters": dict(parameters)}
            self.rows.append(row)
            return len(self.rows) - 1

    def finish(self, request_id: int, *, status: int | None, seconds: float, size: int | None) -> None:
        self.rows[request_id] |= {"status": status, "seconds": seconds, "bytes": size}

    def count(self, provider: str, since: datetime) -> RequestCount:
        found = [row["at"] for row in self.rows if row["provider"] == provider and row["at"] > since]
        return RequestCount(len(found), min(found, default=None))

    def faults(self, provider: str) -> RequestFaults:
        failed = list[dict[str, Any]]()
        for row in self.rows:
            if row["provider"] == provider and "status" in row:
                is_answer = row["status"] is not None and row["status"] != 429 and row["status"] < 500
                failed = [] if is_answer else [*failed, row]
        different = {(row["route"], *sorted(row["parameters"].items())) for row in failed}
        return RequestFaults(len(failed), len(different), max((row["at"] for row in failed), default=None))


@dataclass
class Setup:
    """Providers that use the stand-in."""

    stand_in: ProviderStandIn
    network: Network
    config: Settings
    clock: Clock
    cache: MemoryCache = field(default_factory=MemoryCache)
    timeout: float = 20.0
    keys: dict[str, str] = field(default_factory=lambda: dict(KEYS))

    def __post_init__(self) -> None:
        self.log = MemoryLog(self.clock)
        self.providers: dict[str, Provider] = {}
        self.restart()

    def restart(self) -> None:
        """Make the providers again; cache and ledger stay."""
        shared = Resources(
            network=self.network,
            cache=self.cache,
            log=self.log,
            clock=self.clock,
            timeout=self.timeout,
            backoff=0.01,
        )
        self.providers = make_providers(self.config, self._secrets, shared)

    def change_key(self, name: str, value: str) -> None:
        """Set another key."""
        self.keys[name] = value

    def _secrets(self) -> ProviderKeys:
        return ProviderKeys({name: SecretStr(value) for name, value in self.keys.items()})


def store_addresses(home: Path, stand_in: ProviderStandIn, **changes: str) -> None:
    """Store the addresses of a stand-in and other settings in a home, which is created."""
    home.mkdir(exist_ok=True)
    for name, value in {**stand_in.settings, **changes}.items():
        settings.store(home, name, value)


def use_keys(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Set the keys with these names in the environment; without names all keys."""
    for name in names or KEYS:
        monkeypatch.setenv(f"INDEXIUM_{name.upper()}", KEYS[name])


def record_pictures(
    library: Library,
    entity_type: str,
    entity_id: int,
    images: Sequence[ImageCandidate],
    *,
    failed: Collection[str] = (),
) -> None:
    """Store what the providers offer for a title, as an enrichment does."""
    library._parts.core.store.run(lambda tx: library.artwork.put(tx, {(entity_type, entity_id): images}, failed=failed))


@contextmanager
def provider_setup(home: Path, *, timeout: float = 1.0, **changes: Any) -> Iterator[Setup]:
    """Yield providers whose answers may take `timeout` seconds."""
    with ProviderStandIn() as stand_in:
        network = Network(timeout=timeout)
        try:
            yield Setup(stand_in, network, Settings(home=home, **{**stand_in.settings, **changes}), Clock())
        finally:
            network.close()
