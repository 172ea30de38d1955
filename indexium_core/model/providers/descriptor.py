"""What differs between the providers of metadata: one value for each of them. `registry` has all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

KeyOrigin: TypeAlias = Literal["environment", "file", ""]
TitleKind: TypeAlias = Literal["movie", "tv"]
NUMBER = "(?!0+$)[0-9]{1,9}"  # form of an id; programs write 0 or -1 if they know none


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


@dataclass(frozen=True, slots=True, kw_only=True)
class IdKind:
    """A kind of ids of titles. A title has its id in the field `<name>_id`."""

    name: str  # tmdb
    label: str  # TMDB
    form: str  # regular expression of a whole id
    example: str  # a number such as 603
    rank: int  # of several ids of a title, the one with the lowest rank is used
    is_typed: bool = False  # films and series are numbered separately
    nfo_tags: tuple[str, ...] = ()  # of NFO files, beside `uniqueid`
    rating_name: str = ""  # of its ratings in NFO files, as Kodi has it: `name`
    address: str  # regular expression; its group is the id in the address of a title, or in a text

    @property
    def field(self) -> str:
        """The field of titles: `tmdb_id`."""
        return f"{self.name}_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderKey:
    """The name of a key in the key file, and what the provider calls it."""

    name: str  # tmdb_api_key
    label: str
    is_needed: bool = True  # one of the needed keys is enough


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSetting:
    """A setting of a provider: an address, or a number within limits."""

    name: str  # tmdb_url
    label: str
    about: str  # a sentence
    default: str | int
    limits: Mapping[str, int] = field(default_factory=dict)  # `ge` and `le` of a number


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyCheck:
    """A request that every key may send. Without a route, the login of the provider tests the key."""

    route: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    about: str = "nothing else"  # what is sent beside the key


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderDescriptor:
    """
    One provider of metadata.

    The settings `<id>_url`, `<id>_requests_per_second` and `<id>_requests_per_day` have priority over `url`,
    `per_second` and `per_day`. `<id>_url` always exists; the others exist if they are in `own_settings`.
    """

    id: str  # tmdb
    label: str  # TMDB
    client: str  # module and class of its `sources.provider.Provider`; it is imported when it is used first
    url: str  # base address of the API
    keys: tuple[ProviderKey, ...]
    check: KeyCheck
    per_second: int = 10  # requests; a careful value if the provider publishes none
    per_day: int | None = None
    own_settings: tuple[ProviderSetting, ...] = ()
    image_hosts: frozenset[str]
    ids: IdKind | None  # of its titles; None: it has only pictures of the titles of others
    known_by: Mapping[TitleKind, tuple[str, ...]] = field(default_factory=dict)  # kinds of ids in its addresses: `ids`
    ranks: Mapping[str, int]  # by field of titles, `ratings`, `pictures`; "": all others; the lowest rank wins
    hits_lack_titles: bool = False  # its searches find a film by titles that only its details have
    sign_up: str  # address of the page that gives a key
    notice: str = ""  # that its terms demand, as a sentence
    credit: str = ""  # its name in the sentence about all providers without a notice: `label`
    site: str = ""  # address beside the notice

    @property
    def settings(self) -> tuple[ProviderSetting, ...]:
        """All settings of this provider."""
        about = f"Address of {self.label}, or of a proxy for it."
        address = ProviderSetting(name=f"{self.id}_url", label=f"{self.label} address", about=about, default=self.url)
        return (address, *self.own_settings)

    def rank(self, name: str) -> int:
        """Return its rank for a field."""
        return self.ranks.get(name, self.ranks[""])

    def kinds_of(self, kind: TitleKind) -> tuple[str, ...]:
        """Return the kinds of ids that its addresses have, best first."""
        return self.known_by.get(kind) or ((self.ids.name,) if self.ids else ())
