"""Requests to providers and their answers: the ledger for the person, the cache, the state of each provider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from indexium_core.model import wording
from indexium_core.model.lookups.candidates import Candidate, MatchDecision
from indexium_core.model.lookups.records import EnrichedMetadata, ImageCandidate, ProviderRecord
from indexium_core.model.providers.registry import PROVIDERS, label_of
from indexium_core.model.shapes import ListPage

ProviderState: TypeAlias = Literal["on", "paused", "off"]
# Parameters that say nothing about the library of the user.
TECHNICAL = (
    "append_to_response",
    "include_adult",
    "include_image_language",
    "language",
    "meta",
    "page",
    "plot",
    "region",
)
_PICTURES = "_images"  # the end of the names under which downloads of pictures are listed
_NOT_FOUND = 404
_ANSWERS: Mapping[int, str] = {304: "unchanged", _NOT_FOUND: "not found", 401: "key rejected", 429: "too many requests"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedAnswer:
    """The stored answer to one request."""

    status: int  # 200, or 404 for a title that the provider does not have
    body: bytes  # JSON
    etag: str = ""
    last_modified: str = ""
    fetched_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderRequest:
    """One request that left this machine."""

    id: int
    at: datetime
    provider: str
    route: str  # path of the address: /search/movie
    parameters: Mapping[str, str]  # everything that was sent, without keys
    status: int | None  # HTTP status of the answer; None without an answer
    seconds: float | None
    bytes: int | None  # of the answer

    @property
    def day(self) -> str:
        """The local day: `2026-03-04`."""
        return f"{self.at.astimezone():%Y-%m-%d}"

    @property
    def time(self) -> str:
        """The local time: `12:30:05`."""
        return f"{self.at.astimezone():%H:%M:%S}"

    @property
    def label(self) -> str:
        """The provider for people, also of its pictures: `TMDB pictures`."""
        return request_label(self.provider)

    @property
    def sent(self) -> list[tuple[str, str]]:
        """The parameters that say something about the library of the user, with their values."""
        return [(name, text) for name, text in self.parameters.items() if name not in TECHNICAL]

    @property
    def technical(self) -> str:
        """The other parameters: `language=en, page=2`."""
        return ", ".join(f"{name}={text}" for name, text in self.parameters.items() if name in TECHNICAL)

    @property
    def answer(self) -> str:
        """What came back: `200 · 2.1 KB · 0.31 s`, `not found (404) · 0.2 s`, `no answer`."""
        facts = [
            self._status_words,
            wording.size(self.bytes) if self.bytes else "",
            f"{self.seconds:.2f} s" if self.seconds is not None else "",
        ]
        return " · ".join(filter(None, facts))

    @property
    def is_good(self) -> bool:
        """Whether there was a good answer. That a provider does not have a title is a good answer."""
        return self.status is not None and (self.status < 400 or self.status == _NOT_FOUND)

    @property
    def _status_words(self) -> str:
        if self.status is None:
            return "no answer"
        return f"{_ANSWERS[self.status]} ({self.status})" if self.status in _ANSWERS else str(self.status)


def request_label(name: str) -> str:
    """Return the name under which requests are listed as people know it: `TMDB`, `TMDB pictures`."""
    label = label_of(name.removesuffix(_PICTURES))
    return f"{label} pictures" if name.endswith(_PICTURES) else label


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPage(ListPage):
    """One page of the requests that left this machine, newest first."""

    items: list[ProviderRequest]
    providers: list[str]  # that were asked at all

    @property
    def labels(self) -> dict[str, str]:
        """The names of these providers for people."""
        return {name: request_label(name) for name in self.providers}


@dataclass(frozen=True, slots=True)
class RequestCount:
    """The number of requests since a moment, and the time of the first one."""

    number: int
    first_at: datetime | None


@dataclass(frozen=True, slots=True)
class RequestFaults:
    """The requests to a provider since its last answer: they failed because of the provider."""

    number: int
    different: int  # requests among them that are not the same
    last_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderStatus:
    """Whether a provider is used, and why not."""

    provider: str  # tmdb
    name: str  # TMDB
    is_on: bool  # it is asked
    state: ProviderState
    next_try: datetime | None  # UTC: when a paused provider is asked again
    reason: str  # a sentence
    needs_action: bool  # it has a key, but cannot be asked: the key is rejected or not readable, or there is no answer
    url: str  # base address
    requests_today: int  # in the last 24 hours
    requests_per_day: int | None  # limit; None without one

    @property
    def finds_titles(self) -> bool:
        """Whether it has titles: others have only pictures or ratings."""
        return bool(PROVIDERS[self.provider].ids)

    @property
    def plain_reason(self) -> str:
        """The reason without the command in it: a page has a button instead."""
        return wording.without_command(self.reason)

    @property
    def leaves(self) -> str:
        """What leaves this machine with a key of it, in sentences."""
        return (
            f"The key goes to {self.name} only. A test sends {PROVIDERS[self.provider].check.about}; "
            "searches send titles, years and ids of films and series, and nothing about home videos."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderNotice:
    """A sentence that names providers, as their terms demand."""

    text: str
    href: str  # an address beside it; "" without one


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleSearch:
    """The result of a search for a title."""

    decision: MatchDecision
    problems: Mapping[str, str] = field(default_factory=dict)  # sentence by provider that gave no answer
    is_complete: bool = True  # False: the missing answer of a provider can change the decision


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderDetails:
    """Everything that the providers have about one title."""

    title: Candidate  # as the first provider that has it
    metadata: EnrichedMetadata  # of all providers
    images: tuple[ImageCandidate, ...]
    seasons: tuple[int, ...]  # numbers of the seasons of a series
    problems: Mapping[str, str] = field(default_factory=dict)  # sentence by provider that gave no answer
    records: Mapping[str, ProviderRecord] = field(default_factory=dict)  # by provider that has the title
    faults: frozenset[str] = frozenset()  # providers whose answer is not known: they are asked again
