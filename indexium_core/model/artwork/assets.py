"""Pictures of titles as values: candidates, cached images, sizes of variants and collages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

MAX_IMAGE_BYTES = 25_000_000
VariantKind: TypeAlias = Literal["poster", "backdrop"]
VARIANTS: Mapping[str, tuple[int, int]] = {"poster": (400, 600), "backdrop": (780, 440)}  # width and height in pixels

CollageLayout: TypeAlias = Literal["grid", "strip"]
COLLAGE_LAYOUTS: Mapping[str, tuple[int, int]] = {"grid": (9, 3), "strip": (5, 5)}  # most pictures, columns
COLLAGE_CELL = (133, 200)  # width and height in pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetCandidate:
    """A picture that a provider or a folder offers for a title."""

    id: int
    entity_type: str  # movie, series, season, episode
    entity_id: int
    asset_type: str  # poster, backdrop, logo, banner, still, thumb, clearart, disc
    provider: str  # its id, or `local`
    provider_url: str  # address, or the path of a local picture
    width: int | None  # pixels
    height: int | None
    language: str  # ISO 639-1 code of the text in the picture; "" if it has no text
    votes: int
    vote_average: float  # 0 to 10
    season: int | None  # the season of a series that it belongs to
    is_downloaded: bool  # the original is in the cache
    content_hash: str | None  # BLAKE3, hex; stays if the original leaves the cache
    perceptual_hash: str | None  # 64-bit pHash, hex
    is_selected: bool
    is_rejected: bool
    created_at: dt.datetime

    @property
    def address(self) -> str:
        """The address in REST if the original is in the cache, so that no client asks a provider; else its source."""
        return f"/api/cache/{self.content_hash}" if self.is_downloaded and self.content_hash else self.provider_url


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedImage:
    """An image of the cache."""

    data: bytes
    version: str  # changes with the content
    media_type: str = "image/jpeg"


@dataclass(slots=True, kw_only=True)
class ArtworkReport:
    """The result of a job that gets the missing pictures of titles. A title counts once for each kind of picture."""

    total: int = 0
    processed: int = 0
    made: int = 0
    known: int = 0
    without: int = 0  # no candidate
    failed: int = 0  # candidates that could not be used
    is_full: bool = False  # the budget is used up by small pictures
    cancelled: bool = False
