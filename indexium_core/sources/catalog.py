"""The providers of this program, with their addresses, keys and limits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from indexium_core.model.providers.external_ids import PROVIDER_NAMES
from indexium_core.provider_keys import ProviderKeys
from indexium_core.settings import Settings
from indexium_core.sources import fanarttv, omdb, tmdb, tvdb
from indexium_core.sources.client import AnswerCache, Credentials, ProviderClient, ProviderProfile, RequestLog
from indexium_core.sources.fanarttv import FanartTv
from indexium_core.sources.network import Network
from indexium_core.sources.omdb import Omdb
from indexium_core.sources.provider import Provider
from indexium_core.sources.tmdb import Tmdb
from indexium_core.sources.tvdb import Tvdb, TvdbToken

KEYS: Mapping[str, tuple[str, ...]] = {  # by provider: the names of the keys, of which one is needed
    "tmdb": ("tmdb_access_token", "tmdb_api_key"),
    "tvdb": ("tvdb_api_key",),
    "omdb": ("omdb_api_key",),
    "fanarttv": ("fanarttv_api_key",),
}
_TVDB_PER_SECOND, _OMDB_PER_SECOND, _FANARTTV_PER_SECOND = 10, 10, 4  # no limits are published: careful values


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """What all clients share. `timeout` (seconds) limits one call with its retries, `backoff` is the first wait."""

    network: Network
    cache: AnswerCache
    log: RequestLog
    clock: Callable[[], datetime]
    timeout: float = 60.0
    backoff: float = 0.5


def make_providers(config: Settings, keys: Callable[[], ProviderKeys], shared: Resources) -> dict[str, Provider]:
    """Return the providers by name, in the order in which they are asked. Settings and keys are read at each use."""

    def client(profile: ProviderProfile) -> ProviderClient:
        return ProviderClient(
            profile,
            network=shared.network,
            cache=shared.cache,
            log=shared.log,
            clock=shared.clock,
            cache_days=lambda: config.provider_cache_days,
            timeout=shared.timeout,
            backoff=shared.backoff,
        )

    def language() -> str:
        return config.metadata_language

    token = TvdbToken(key=lambda: keys().get("tvdb_api_key"), pin=lambda: keys().get("tvdb_pin"))
    tmdb_client = client(
        ProviderProfile(
            provider="tmdb",
            name=PROVIDER_NAMES["tmdb"],
            url=lambda: config.tmdb_url,
            credentials=lambda: _tmdb_credentials(keys()),
            per_second=lambda: config.tmdb_requests_per_second,
            interpret=tmdb.interpret,
        )
    )
    tvdb_client = client(
        ProviderProfile(
            provider="tvdb",
            name=PROVIDER_NAMES["tvdb"],
            url=lambda: config.tvdb_url,
            credentials=token.credentials,
            account=token.account,
            per_second=lambda: _TVDB_PER_SECOND,
            interpret=tvdb.interpret,
        )
    )
    omdb_client = client(
        ProviderProfile(
            provider="omdb",
            name=PROVIDER_NAMES["omdb"],
            url=lambda: config.omdb_url,
            credentials=lambda: Credentials(parameters=_only("apikey", keys().get("omdb_api_key"))),
            per_second=lambda: _OMDB_PER_SECOND,
            per_day=lambda: config.omdb_requests_per_day,
            interpret=omdb.interpret,
        )
    )
    fanarttv_client = client(
        ProviderProfile(
            provider="fanarttv",
            name=PROVIDER_NAMES["fanarttv"],
            url=lambda: config.fanarttv_url,
            credentials=lambda: _fanarttv_credentials(keys()),
            per_second=lambda: _FANARTTV_PER_SECOND,
            interpret=fanarttv.interpret,
        )
    )
    return {
        "tmdb": Tmdb(
            tmdb_client,
            image_url=lambda: config.image_url_tmdb,
            language=language,
            region=lambda: config.metadata_region,
        ),
        "tvdb": Tvdb(tvdb_client, token, language=language),
        "omdb": Omdb(omdb_client),
        "fanarttv": FanartTv(fanarttv_client),
    }


def _tmdb_credentials(keys: ProviderKeys) -> Credentials:
    token = keys.get("tmdb_access_token")
    if token:
        return Credentials(headers={"authorization": f"Bearer {token}"})
    return Credentials(parameters=_only("api_key", keys.get("tmdb_api_key")))


def _fanarttv_credentials(keys: ProviderKeys) -> Credentials:
    personal = _only("client-key", keys.get("fanarttv_client_key"))
    return Credentials(headers={**_only("api-key", keys.get("fanarttv_api_key")), **personal})


def _only(name: str, value: str) -> dict[str, str]:
    """Return one parameter; none if it has no value."""
    return {name: value} if value else {}
