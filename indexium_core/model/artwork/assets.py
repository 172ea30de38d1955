"""Pictures of titles as values: candidates, cached images, sizes of variants and collages."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from indexium_core.model import wording
from indexium_core.model.operations.actor import current_actor
from indexium_core.model.providers.registry import label_of
from indexium_core.model.shapes import Shaped

MAX_IMAGE_BYTES = 25_000_000
VariantKind: TypeAlias = Literal["poster", "backdrop"]
VARIANTS: Mapping[str, tuple[int, int]] = {"poster": (400, 600), "backdrop": (780, 440)}  # width and height in pixels
PREVIEW_BOXES = ((780, 440), (400, 600))  # width and height of the box of a lying and of an upright picture
CollageLayout: TypeAlias = Literal["grid", "strip"]
COLLAGE_LAYOUTS: Mapping[str, tuple[int, int]] = {"grid": (9, 3), "strip": (5, 5)}  # most pictures, columns
COLLAGE_CELL = (133, 200)  # width and height in pixels
LOCAL = "local"  # the provider of the pictures in folders
AUTO, MIGRATION = "auto", "migration"  # `selected_by` of a selection that no person made


@functools.cache
def language_name(code: str) -> str:
    """Return the English name of a language by its code (ISO 639-1); the code itself if it is not known."""
    from babelfish import Error, Language

    try:
        return str(Language.fromalpha2(code.lower()).name).partition(" (")[0]  # "Modern Greek (1453-)"
    except (Error, ValueError):
        return code


@functools.cache
def languages() -> Mapping[str, str]:
    """Return the English names of all languages that have a code of two letters, by the code."""
    from babelfish import LANGUAGE_MATRIX

    codes = sorted(each.alpha2 for each in LANGUAGE_MATRIX if each.alpha2)
    return {code: language_name(code) for code in codes}


class PictureSlot(NamedTuple):
    """What pictures are for: the poster of a film, the backdrops of a series, the poster of its season 2."""

    entity_type: str  # movie, series, season, episode
    entity_id: int
    asset_type: str
    season: int | None = None  # of a series

    @property
    def subject(self) -> str:
        """The name in steps."""
        return " ".join([str(self.entity_id), self.asset_type, *([] if self.season is None else [str(self.season)])])


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorePart:
    """One part of the score of a picture."""

    name: str  # votes, resolution, language, provider
    points: float  # 0 to `most`
    most: float  # the weight
    reason: str  # "21 votes, 5.6 of 10"

    @property
    def label(self) -> str:
        """The part in one word."""
        return "Size" if self.name == "resolution" else self.name.capitalize()


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
    preview_url: str = ""  # the same picture in a small size; "" if the provider has none
    selected_by: str | None = None  # the name of a person, `auto` or `migration`
    selected_at: dt.datetime | None = None
    actor_kind: str | None = None  # of the person; None if no person selected it
    actor_id: str | None = None
    selected_match: str | None = None  # the match of the title when a person selected it, such as `tmdb:603`
    is_of_former_match: bool = False  # a person selected it for another match than the present one
    reject_reason: str = ""
    auto_score: float | None = None  # 0 to 1; None for a local picture, which comes before the scored ones
    score_parts: tuple[ScorePart, ...] = ()
    duplicate_of: int | None = None  # the candidate that shows the same picture, and is better

    @property
    def slot(self) -> PictureSlot:
        return PictureSlot(self.entity_type, self.entity_id, self.asset_type, self.season)

    @property
    def size_text(self) -> str:
        """The width and the height in words."""
        return f"{self.width} × {self.height}" if self.width and self.height else "size not known"

    @property
    def label(self) -> str:
        """Where it comes from: a provider, or `In the folder`."""
        return "In the folder" if self.provider == LOCAL else label_of(self.provider)

    @property
    def source(self) -> str:
        """The provider, or the name of the file."""
        return self.provider_url.rsplit("/", 1)[-1] if self.provider == LOCAL else self.label

    @property
    def language_text(self) -> str:
        """The language of the text in it."""
        return language_name(self.language) if self.language else "no text"

    @property
    def votes_text(self) -> str:
        """The votes in words."""
        return wording.plural(self.votes, "vote") if self.votes else "no votes"

    @property
    def version(self) -> str:
        """What changes with the picture: a browser keeps its address with it."""
        known = (self.content_hash or "") if self.provider == LOCAL else self.provider_url
        return hashlib.blake2s(known.encode(), digest_size=6).hexdigest() if known else ""

    @property
    def chosen_by(self) -> str:
        """The person who selected it: `you`, or a name; "" if no person did."""
        if not self.is_by_person:
            return ""
        actor = current_actor()
        is_own = (self.actor_kind, self.actor_id or "") == (actor.kind, actor.id)
        return "you" if (is_own and self.selected_by == actor.name) or not self.selected_by else self.selected_by

    @property
    def chosen_when(self) -> str:
        """When a person selected it; "" if no person did."""
        return wording.when(self.selected_at) if self.is_by_person and self.selected_at else ""

    @property
    def is_by_person(self) -> bool:
        """Whether a person selected it: only a person changes that."""
        return self.is_selected and self.actor_kind is not None

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


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheUsage(Shaped):
    """What the originals in the cache take."""

    budget_bytes: int
    images: int
    bytes: int
    selected: int  # originals that titles show
    selected_bytes: int
    protected: int  # those that people selected and those that are published: they stay, even above the budget
    protected_bytes: int
    removable: int  # originals that are removed if room is needed
    removable_bytes: int
    unused: int  # that no candidate has

    @property
    def summary(self) -> str:
        """The usage in sentences."""
        size, images = wording.size, wording.plural(self.images, "original")
        parts = [f"The cache has {images}, {size(self.bytes)} of {size(self.budget_bytes)}."]
        if self.protected:
            stay = "it always stays" if self.protected == 1 else "they always stay"
            parts.append(f"{self.protected:,} are selected by hand or published, {size(self.protected_bytes)}: {stay}.")
        if self.removable:
            parts.append(f"{self.removable:,} could be removed, {size(self.removable_bytes)}.")
        if self.unused:
            parts.append(f"No title uses {self.unused:,}.")
        return " ".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectedImages(Shaped):
    """What a collection of the cache has deleted, or would delete."""

    shape = "images bytes days is_dry_run summary"

    images: int
    bytes: int
    days: int  # for which nothing has used them
    is_dry_run: bool

    @property
    def summary(self) -> str:
        """The collection in words."""
        if not self.images:
            return f"Every picture of the cache is used, or was used in the last {wording.plural(self.days, 'day')}."
        verb = "would be deleted" if self.is_dry_run else "were deleted" if self.images > 1 else "was deleted"
        since = f"nothing has used for {wording.plural(self.days, 'day')}"
        return f"{wording.plural(self.images, 'picture')} that {since} {verb}, {wording.size(self.bytes)}."


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
