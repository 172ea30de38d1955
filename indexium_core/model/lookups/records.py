"""The metadata of a title, a season or an episode, as a provider has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Literal, TypeAlias

from indexium_core.model.lookups.candidates import Candidate
from indexium_core.model.providers.registry import providers_of_titles

ImageKind: TypeAlias = Literal["poster", "backdrop", "logo", "banner", "still", "thumb", "clearart", "disc"]


class _OneOfProviders:
    """The schema of a text in the REST description: a provider of titles, or another word."""

    def __get_pydantic_json_schema__(self, *_: object) -> dict[str, object]:
        return {"type": "string", "enum": [*providers_of_titles(), "combined", "none"]}


MetadataSource: TypeAlias = Annotated[str, _OneOfProviders()]


@dataclass(frozen=True, slots=True)
class CastMember:
    """A person who plays a part."""

    name: str
    character: str = ""
    order: int = 0  # 0 is the first of the credits
    person_ids: Mapping[str, str] = field(default_factory=dict)  # id by provider


@dataclass(frozen=True, slots=True)
class CrewMember:
    """A person who works behind the camera."""

    name: str
    job: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalRatings:
    """The ratings of other sites, each on the scale of its site; None if not known."""

    imdb: float | None = None  # 0 to 10
    tmdb: float | None = None  # 0 to 10
    rotten_tomatoes: int | None = None  # percent
    metacritic: int | None = None  # 0 to 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalVotes:
    """How many people gave the ratings of other sites; None if not known."""

    imdb: int | None = None
    tmdb: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Artwork:
    """The addresses of the main pictures, each as `AssetCandidate.address`; "" if there is none."""

    poster: str = ""
    backdrop: str = ""
    fanart: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrichedMetadata:
    """The metadata of one title. Without an answer, `source` is `none` and `confidence` is 0."""

    source: MetadataSource = "none"
    confidence: float = 0.0  # 0 to 1
    last_enriched: datetime | None = None
    external_ids: Mapping[str, str] = field(default_factory=dict)  # id by provider
    plot: str = ""
    cast: tuple[CastMember, ...] = ()
    crew: tuple[CrewMember, ...] = ()
    ratings: ExternalRatings = ExternalRatings()
    votes: ExternalVotes = ExternalVotes()
    artwork: Artwork = Artwork()
    genres: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()  # what it is about, in the words of the provider
    release_date: date | None = None
    runtime_minutes: int | None = None
    content_rating: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageCandidate:
    """A picture that a provider offers for a title. It is not downloaded yet."""

    provider: str
    kind: ImageKind
    url: str
    width: int | None = None  # pixels
    height: int | None = None
    language: str = ""  # ISO 639-1 code of the text in the picture; "" if it has no text
    votes: int = 0
    vote_average: float = 0.0  # 0 to 10
    season: int | None = None  # the season of a series that it belongs to
    preview_url: str = ""  # the same picture in a small size; "" if the provider has none


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderRecord:
    """Everything that a provider has about one title."""

    candidate: Candidate  # with all titles, ids and the runtime
    metadata: EnrichedMetadata
    images: tuple[ImageCandidate, ...] = ()
    seasons: tuple[int, ...] = ()  # the numbers of the seasons of a series; 0 has the specials
    tagline: str = ""
    studios: tuple[str, ...] = ()  # of a series, its broadcasters if they are known
    countries: tuple[str, ...] = ()  # of production, as names
    collection: str = ""  # of a film
    status: str = ""  # of a series: whether it continues, in the words of `normalise.status`
    is_complete: bool = True  # the answer has every part that was asked for, so a value that it lacks does not exist


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeRecord:
    """One episode of a series."""

    season: int
    episode: int
    title: str = ""
    plot: str = ""
    aired: date | None = None
    runtime_minutes: int | None = None
    still_url: str = ""
    still_preview_url: str = ""  # the still in a small size; "" if the provider has none
    external_ids: Mapping[str, str] = field(default_factory=dict)  # id by provider


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonRecord:
    """One season of a series with its episodes, by their numbers."""

    number: int
    title: str = ""
    plot: str = ""
    episodes: tuple[EpisodeRecord, ...] = ()
