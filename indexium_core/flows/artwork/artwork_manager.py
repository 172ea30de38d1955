"""The pictures of films and series: which there are, and the posters, backdrops and collages that pages show."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from indexium_core import errors
from indexium_core.flows.artwork.asset_selection import AssetSelectionService
from indexium_core.flows.artwork.cache_service import CacheService, made_name, variant_key
from indexium_core.flows.artwork.candidate_pictures import CandidatePictures
from indexium_core.flows.artwork.local_artwork import LocalArtwork
from indexium_core.flows.artwork.picture_chooser import PictureChooser
from indexium_core.model.accounts.needs import NAMED, needs, reads_home
from indexium_core.model.accounts.permissions import SETTINGS_MANAGE, TITLES_EDIT
from indexium_core.model.artwork.assets import (
    COLLAGE_LAYOUTS,
    VARIANTS,
    AssetCandidate,
    CachedImage,
    CacheUsage,
    CollectedImages,
)
from indexium_core.model.artwork.choice import shown_order
from indexium_core.model.checked_calls import checked_arguments
from indexium_core.model.lookups.records import Artwork, ImageCandidate
from indexium_core.model.remote_calls import remote
from indexium_core.settings import Settings
from indexium_core.sources.images import ImageDownloads
from indexium_core.store.artwork import assets as store
from indexium_core.store.artwork.assets import Offer, TitleOwner
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database

logger = logging.getLogger(__name__)

_MOST_TRIED = 3  # candidates that are tried for one picture
_MOST_FANART = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPicture:
    """The result of the search for a picture of a title."""

    image: CachedImage | None = None
    is_new: bool = False  # it was not in the cache before
    has_candidate: bool = False
    problem: errors.IndexiumError | None = None  # of the last candidate that could not be used


@dataclass(frozen=True, slots=True)
class _PicturePlace:
    """Where a picture of a title is sought."""

    owner: TitleOwner
    asset_type: str
    season: int | None = None


@checked_arguments
class ArtworkManager:
    """The pictures of the titles of a home. A call may download an image, so it can take seconds."""

    def __init__(
        self,
        database: Database,
        cache: CacheService,
        downloads: ImageDownloads,
        local: LocalArtwork,
        *,
        selection: AssetSelectionService,
        chooser: PictureChooser,
        may_store: Callable[[], bool],
        config: Settings,
        clock: Callable[[], datetime],
    ) -> None:
        """`may_store`: returns whether the present actor may change the pictures of titles that it sees."""
        self._database, self.cache, self._local = database, cache, local
        self._selection, self._chooser = selection, chooser
        self._config, self._clock = config, clock
        self.pictures = CandidatePictures(
            database, cache, downloads, local, chooser=chooser, may_store=may_store, config=config, clock=clock
        )

    # Candidates.

    @remote()
    def candidates(self, entity_type: str, entity_id: int, asset_type: str | None = None) -> list[AssetCandidate]:
        """
        Return the pictures that providers and folders offer for a title: of each kind the best first.

        Raises:
            UsageError: There is no such type of titles or of pictures.
            UnknownIdError: There is no such title.

        """
        return self._selection.candidates(entity_type, entity_id, asset_type).items

    @needs(TITLES_EDIT)
    def put(
        self,
        tx: Connection,
        images: Mapping[tuple[str, int], Sequence[ImageCandidate]],
        *,
        failed: Collection[str] = (),
    ) -> None:
        """
        Store what the providers offer for titles, in place of what they offered before.

        Args:
            tx: The transaction of the caller.
            images: The pictures of all providers, by type and id of the title; unknown titles are left out.
            failed: Providers that gave no answer: their earlier pictures stay.

        """
        offers = {
            title: list({(each.kind, each.provider, each.url): _offer(each) for each in some if each.url}.values())
            for title, some in images.items()
        }
        at = self._clock()
        store.put(tx, offers, is_local=False, kept=failed, at=at)
        self._chooser.choose_again(tx, {number for _, number in offers}, at)

    @needs(TITLES_EDIT)
    def find_local(self, since: datetime) -> None:
        """Store the pictures in the folders of the titles that are new or changed since a moment."""
        self._local.refresh_since(since)

    @reads_home
    @remote()
    def cache_usage(self) -> CacheUsage:
        """Return how much the originals in the cache take, how many of them stay, and what could be removed."""
        return self.cache.usage(counts_again=self.pictures.may_store())

    @needs(SETTINGS_MANAGE)
    @remote()
    def garbage_collect(self, *, dry_run: bool = False) -> CollectedImages:
        """Delete the originals that nothing has used for `CACHE_ORPHAN_DAYS`; `dry_run`: return the numbers only."""
        return self.cache.garbage_collect(dry_run=dry_run)

    # Pictures.

    @property
    def may_download(self) -> bool:
        """Whether the settings allow downloads."""
        return self.pictures.may_download

    def poster(self, title_id: int, size: str = "poster") -> CachedImage | None:
        """
        Return the poster (400 × 600) of a title or, with the size `backdrop`, its backdrop (780 × 440), as a JPEG.

        A picture that is not in the cache is downloaded, if the settings allow it. None if there is no title with this
        id, no candidate, or none that can be used. A season or an episode without a picture has that of its series.
        """
        return self.find(title_id, size).image

    @remote()
    def problem_of(self, title_id: int, size: str = "poster") -> str:
        """Return why the poster (or the backdrop) of a title cannot be shown, as a sentence; "" if it can."""
        found = self.find(title_id, size)
        if found.image is not None or not found.has_candidate:
            return ""
        if found.problem is not None:
            return found.problem.message
        return self.pictures.reason_without

    def find(self, title_id: int, size: str) -> FoundPicture:
        """Return a picture as `poster`, and why there is none. Raises UsageError if the size does not exist."""
        if size not in VARIANTS:
            raise errors.UsageError(f"There is no size “{size[:40]}”. Choose one of: {', '.join(VARIANTS)}.")
        owner = store.owner(self._database.read(), title_id)
        if owner is None:
            return FoundPicture()
        has_candidate, problem = False, None
        for place, ordered in self._choices(owner, size):
            has_candidate = has_candidate or bool(ordered)
            for candidate in ordered[:_MOST_TRIED]:
                try:
                    image, is_new = self._picture(place.owner, candidate, size)
                except (errors.ProviderError, errors.MetadataError) as error:
                    logger.info("artwork.failed", extra={"title": title_id, "error": error.message})
                    problem = error
                    continue
                if image is not None:
                    return FoundPicture(image=image, is_new=is_new, has_candidate=True)
        return FoundPicture(has_candidate=has_candidate, problem=problem)

    @needs(TITLES_EDIT, NAMED)
    def keep(self, candidate_id: int) -> FoundPicture:
        """Store the original of a picture in the cache, and return it, or why that is not possible."""
        try:
            return FoundPicture(image=self.pictures.original(candidate_id), is_new=True, has_candidate=True)
        except errors.IndexiumError as error:
            logger.info("artwork.failed", extra={"candidate": candidate_id, "error": error.message})
            return FoundPicture(has_candidate=True, problem=error)

    def addresses(self, title_id: int) -> Artwork:
        """
        Return the addresses of the pictures that `poster` shows for a title, without a download.

        A picture of the cache has its address in REST, another local picture its path. If the best picture cannot be
        used, `poster` shows the next one.
        """
        owner = store.owner(self._database.read(), title_id)
        if owner is None:
            return Artwork()
        best = {
            size: next((ordered[0].address for _, ordered in self._choices(owner, size) if ordered), "")
            for size in VARIANTS
        }
        backdrops = [
            each.address
            for place, ordered in self._choices(owner, "backdrop")
            for each in ordered
            if place.asset_type == "backdrop"
        ]
        return Artwork(**best, fanart=tuple(backdrops[:_MOST_FANART]))

    def poster_addresses(self, series_ids: Sequence[int]) -> dict[int, str]:
        """Return the addresses of the posters of series by id, as `addresses`, without reading any folder."""
        found: dict[int, list[AssetCandidate]] = {}
        for each in store.candidates(self._database.read(), series_ids, "poster"):
            if each.season is None:
                found.setdefault(each.entity_id, []).append(each)
        ordered = {number: shown_order(some) for number, some in found.items()}
        return {number: some[0].address for number, some in ordered.items() if some}

    def _choices(self, owner: TitleOwner, size: str) -> Iterator[tuple[_PicturePlace, list[AssetCandidate]]]:
        """Yield where a picture is sought, the best place first, each with its candidates, the best first."""
        for place in self._places(owner, size):
            self._local.refresh(place.owner)
            found = self._offered(place.owner, place.asset_type)
            yield place, shown_order(each for each in found if each.season == place.season)

    def _places(self, owner: TitleOwner, size: str) -> list[_PicturePlace]:
        """Return where a picture is sought, the best place first."""
        series = owner
        if owner.series_id is not None:
            series = TitleOwner("series", owner.series_id, None, None, owner.may_download)
        if size == "poster":
            own = (
                [_PicturePlace(series, "poster", owner.season)]
                if series is not owner and owner.season is not None
                else []
            )
            return [*own, _PicturePlace(series, "poster")]
        own = [_PicturePlace(owner, "still")] if owner.entity_type == "episode" else []
        return [*own, _PicturePlace(series, "backdrop"), _PicturePlace(series, "thumb")]

    def _picture(self, owner: TitleOwner, candidate: AssetCandidate, size: str) -> tuple[CachedImage | None, bool]:
        """
        Return the variant of a candidate, and whether it was made now; None if it would have to be downloaded.

        Raises:
            ProviderError: It cannot be downloaded.
            MetadataError: It is no image, or a local picture cannot be read.

        """
        if candidate.content_hash and (known := self.cache.variant(candidate.content_hash, size)):
            return known, False
        if not self.pictures.may_read(owner, candidate):
            return None, False
        with self.pictures.flight(candidate.id):
            found = store.candidate(self._database.read(), candidate.id)
            again = found.content_hash if found else None  # another thread may have stored it meanwhile
            if again and (known := self.cache.variant(again, size)):
                return known, False
            if not self.pictures.may_store():
                make = partial(self.cache.decode_variant, kind=size)
                return self.pictures.unstored(owner, candidate, size, make), False
            content, data = self.pictures.store(owner, candidate)
        made = self.cache.variant(content, size)
        if made is None:  # the disk is full, or nothing is kept
            made = CachedImage(data=self.cache.decode_variant(data, size), version=f"{content}-{size}")
        return made, True

    def cached(self, content_hash: str) -> CachedImage | None:
        """Return an image of the cache by its hash; None without one, or if no title that the actor sees has it."""
        return self.cache.retrieve_asset(content_hash) if self._shows(content_hash) else None

    def cached_thumbnail(self, content_hash: str) -> CachedImage | None:
        """Return the variant that fits the shape of an image of the cache; None as for `cached`."""
        return self.cache.thumbnail(content_hash) if self._shows(content_hash) else None

    def _shows(self, content_hash: str) -> bool:
        """Return whether the present actor sees a title with an image."""
        return self._database.own_libraries is None or store.is_cached(self._database.read(), content_hash)

    def _offered(self, owner: TitleOwner, asset_type: str | None) -> list[AssetCandidate]:
        return store.candidates(self._database.read(), [owner.id], asset_type)

    def candidate_poster(self, title_id: int, position: int) -> CachedImage | None:
        """Return the poster of a proposed match (1 is the best one) as a JPEG of 400 × 600; None if it has none."""
        proposed = store.proposed_poster(self._database.read(), title_id, position)
        owner = store.owner(self._database.read(), title_id)
        if proposed is None or owner is None:
            return None
        provider, url = proposed
        name = made_name(url)
        with self.cache.folder.single_flight(f"address {name}"):
            known = self.cache.made(name, "proposed")
            if known is not None or not (self.may_download and owner.may_download):
                return known
            try:
                data = self.pictures.downloaded(provider, url, lambda data: self.cache.decode_variant(data, "poster"))
            except errors.ProviderError as error:
                logger.info("artwork.failed", extra={"title": title_id, "error": error.message})
                return None
            self.cache.put_made(name, "proposed", data)
            return CachedImage(data=data, version=f"{name}-proposed")

    # Collages.

    def collage(self, title_id: int, layout: str = "grid") -> CachedImage | None:
        """
        Return the posters of a title and of its seasons side by side as a JPEG; None without a poster.

        Args:
            title_id: A series, a season or an episode of it, or a film.
            layout: `grid` (at most 9 posters in 3 columns) or `strip` (at most 5 in one row).

        Raises:
            UsageError: The layout does not exist.

        """
        owner = store.owner(self._database.read(), title_id)
        if owner is None:
            return None
        series_id = owner.series_id or owner.id
        return self._joined([series_id, *(each for each, _ in store.seasons(self._database.read(), series_id))], layout)

    def folder_collage(self, library_id: int, folder: str = "", layout: str = "grid") -> CachedImage | None:
        """Return the posters of the titles in a folder of a library and below it, as `collage`."""
        return self._joined(store.titles_of_folder(self._database.read(), library_id, folder.strip("/")), layout)

    def _joined(self, title_ids: Sequence[int], layout: str) -> CachedImage | None:
        if layout not in COLLAGE_LAYOUTS:
            raise errors.UsageError(f"There is no layout “{layout[:40]}”. Choose one of: {', '.join(COLLAGE_LAYOUTS)}.")
        found: dict[str, bytes] = {}  # by content: seasons without a poster have that of the series
        for title_id in title_ids:
            image = self.poster(title_id)
            if image is not None:
                found.setdefault(image.version, image.data)
            if len(found) >= COLLAGE_LAYOUTS[layout][0]:
                break
        if not found:
            return None
        name = made_name(" ".join(found))
        known = self.cache.made(name, layout)
        if known is not None:
            return known
        data = self.cache.collage(list(found.values()), layout)
        self.cache.put_made(name, layout, data)
        return CachedImage(data=data, version=f"{name}-{layout}")

    # Names of the specification.

    @needs(TITLES_EDIT, NAMED)
    def download_artwork(self, url: str, title_id: int, type: str) -> Path | None:  # noqa: A002 - name of the specification
        """
        Download an image of a title, and return the file of its variant (`poster` or `backdrop`); None if that fails.

        Raises:
            UsageError: The type does not exist.

        """
        if type not in VARIANTS:
            raise errors.UsageError(f"There is no size “{type[:40]}”. Choose one of: {', '.join(VARIANTS)}.")
        owner = store.owner(self._database.read(), title_id)
        if owner is None or not (self.may_download and owner.may_download):
            return None
        known = store.candidates(self._database.read(), [owner.id])
        provider = next((each.provider for each in known if each.provider_url == url), "other")
        try:
            content = self.pictures.downloaded(provider, url, lambda data: self.cache.store_asset(data, type))
        except errors.ProviderError as error:
            logger.info("artwork.failed", extra={"title": title_id, "error": error.message})
            return None
        return self.cache.folder.path / variant_key(content, type)

    @needs(TITLES_EDIT, NAMED)
    def generate_artwork_collage(self, title_ids: Sequence[int], type: str = "grid") -> Path | None:  # noqa: A002
        """Return the file with the posters of some titles side by side (`grid` or `strip`); None without a poster."""
        made = self._joined(title_ids, type)
        name = made.version.rpartition("-")[0] if made else ""
        return self.cache.folder.path / variant_key(name, type) if made else None


def _offer(image: ImageCandidate) -> Offer:
    facts = {
        "language": image.language,
        "votes": image.votes,
        "vote_average": image.vote_average,
        "season": image.season,
        **({"preview_url": image.preview_url} if image.preview_url else {}),
    }
    return Offer(image.kind, image.provider, image.url, facts, image.width, image.height)
