"""The keys of providers, without the keys themselves: which are set and where, and the result of a test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

KeyOrigin: TypeAlias = Literal["environment", "file", ""]

KEY_LABELS: Mapping[str, Mapping[str, str]] = {  # provider → name of a key → what the provider calls it
    "tmdb": {"tmdb_api_key": "API key", "tmdb_access_token": "API read access token"},
    "tvdb": {"tvdb_api_key": "API key", "tvdb_pin": "PIN of a subscriber"},
    "omdb": {"omdb_api_key": "API key"},
    "fanarttv": {"fanarttv_api_key": "API key", "fanarttv_client_key": "personal key"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyState:
    """Whether a key is set."""

    name: str  # tmdb_api_key
    provider: str  # tmdb
    label: str  # what the provider calls it
    origin: KeyOrigin  # "" if it is not set; a key of the environment has priority over one of the file


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyTest:
    """Whether a provider accepts its key."""

    provider: str
    accepted: bool
    message: str  # a sentence
