"""The keys of providers, without the keys themselves: which are set and where, and the result of a test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

KeyOrigin: TypeAlias = Literal["environment", "file", ""]


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
