"""The picture of a candidate, of any kind: small for a dialog, or its original. All downloads of pictures are here."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from functools import partial
from typing import TypeVar

from indexium_core import errors
from indexium_core.files import artwork_images
from indexium_core.flows.artwork.cache_service import CacheService, hash_of, made_name
from indexium_core.flows.artwork.local_artwork import LocalArtwork
from indexium_core.flows.artwork.picture_chooser import PictureChooser
from indexium_core.model.artwork.assets import LOCAL, AssetCandidate, CachedImage
from indexium_core.model.checked_calls import checked_arguments
from indexium_core.model.operations.actor import SYSTEM, acting_as
from indexium_core.settings import Settings
from indexium_core.sources.images import ImageDownloads
from indexium_core.store.artwork import assets as store
from indexium_core.store.artwork.assets import TitleOwner
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database

Made = TypeVar("Made")

NO_DOWNLOADS = (
    "Images are not downloaded: set INDEXIUM_DOWNLOAD_IMAGES to true, INDEXIUM_ONLINE to another value than off, and "
    "INDEXIUM_ARTWORK_BUDGET to more than 0."
)
_SMALL, _ORIGINAL = "preview", "original"  # kinds of pictures in the cache that are made, or not recorded
_BAD_SECONDS = 600.0  # an unusable local original is not read again for this time


@checked_arguments
class CandidatePictures:
    """The pictures of candidates. One instance serves a home. A call may download an image, so it can take seconds."""

    def __init__(
        self,
        database: Database,
        cache: CacheService,
        downloads: ImageDownloads,
        local: LocalArtwork,
        *,
        chooser: PictureChooser,
        may_store: Callable[[], bool],
        config: Settings,
        clock: Callable[[], datetime],
    ) -> None:
        """`may_store`: returns whether the present actor may change the pictures of titles that it sees."""
        self._database, self._cache, self._downloads, self._local = database, cache, downloads, local
        self._chooser, self.may_store, self._config, self._clock = chooser, may_store, config, clock
        self._bad: dict[int, tuple[float, str]] = {}  # by candidate: monotonic seconds until which it is bad, and why

    # By the id of a candidate.

    def preview(self, candidate_id: int, *, again: bool = False) -> CachedImage | None:
        """
        Return a small picture: whole, at most 400 × 600 pixels if it is upright, otherwise at most 780 × 440.

        It is a JPEG, or a WebP image if it has transparent pixels. It is made from the original in the cache, from the
        local picture, or from the small size that the provider has; without one, from the original of the provider.
        For an actor who may edit titles, the perceptual hash of the candidate is stored if it has none. None if it
        would have to be downloaded and downloads are not allowed: `reason_without` says why. An address that gave no
        picture is not asked for some time, except with `again`.

        Raises:
            UnknownIdError: There is no such candidate.
            ProviderError: It cannot be downloaded, or what the provider sends is no picture.
            MetadataError: A local picture cannot be read, or is no picture.

        """
        with self.flight(candidate_id):
            candidate, owner = self._found(candidate_id)
            small_url = candidate.preview_url
            if candidate.provider == LOCAL:
                data = self._local.read(owner, candidate.provider_url)
                return self._of_local(candidate, lambda: self._small(candidate, hash_of(data), data))
            if candidate.content_hash and (image := self._of_original(candidate, candidate.content_hash)):
                return image
            name = made_name(small_url or candidate.provider_url)
            if known := self._known(candidate, name):
                return known
            if not self.may_read(owner, candidate):
                return None
            for url in (small_url, candidate.provider_url) if again else ():
                self._downloads.ask_again(url)
            return self._downloaded_small(candidate, name, small_url)

    def original(self, candidate_id: int) -> CachedImage:
        """
        Return the original of a candidate as it is; for an actor who may edit titles, it is stored in the cache.

        Raises:
            UnknownIdError: There is no such candidate.
            UsageError: It would have to be downloaded, and downloads are not allowed.
            ProviderError: It cannot be downloaded, or what the provider sends is no picture.
            MetadataError: A local picture cannot be read, or is no picture.

        """
        with self.flight(candidate_id):
            candidate, owner = self._found(candidate_id)
            if candidate.provider != LOCAL and candidate.content_hash:
                known = self._cache.retrieve_asset(candidate.content_hash)
                if known is not None:
                    return known
            if not self.may_read(owner, candidate):
                raise errors.UsageError(self.reason_without)
            if not self.may_store():
                return self.unstored(owner, candidate, _ORIGINAL, self._valid)
            content, data = self.store(owner, candidate)
            return CachedImage(data=data, version=content, media_type=artwork_images.media_type(data))

    # For other pictures of titles.

    @property
    def may_download(self) -> bool:
        """Whether the settings allow downloads."""
        return self._config.download_images and self._config.online != "off" and self._cache.folder.is_enabled

    @property
    def reason_without(self) -> str:
        """Why a picture is not downloaded, as a sentence."""
        return NO_DOWNLOADS if not self.may_download else "Nothing is downloaded for home videos and courses."

    def may_read(self, owner: TitleOwner, candidate: AssetCandidate) -> bool:
        """Return whether a picture is local, or may be downloaded for its title."""
        return candidate.provider == LOCAL or (self.may_download and owner.may_download)

    def flight(self, candidate_id: int) -> AbstractContextManager[None]:
        """Prevent other threads from reading the same picture during a block."""
        return self._cache.folder.single_flight(f"candidate {candidate_id}")

    def store(self, owner: TitleOwner, candidate: AssetCandidate) -> tuple[str, bytes]:
        """
        Read or download the original of a candidate into the cache, and return its hash and its bytes.

        Raises:
            ProviderError: It cannot be downloaded, or what the provider sends is no picture.
            MetadataError: A local picture cannot be read, or is no picture.

        """

        def kept(data: bytes) -> tuple[str, bytes]:
            with acting_as(SYSTEM):  # who looks at a picture decides nothing
                return self._cache.store_asset(data, candidate.asset_type, candidate_id=candidate.id), data

        if candidate.provider != LOCAL:
            return self.downloaded(candidate.provider, candidate.provider_url, kept)
        until, problem = self._bad.get(candidate.id, (0.0, ""))
        if until > time.monotonic():
            raise errors.CorruptFileError(problem)
        data = self._local.read(owner, candidate.provider_url)
        try:
            return self._of_local(candidate, lambda: kept(data))
        except errors.CorruptFileError as error:
            self._bad[candidate.id] = time.monotonic() + _BAD_SECONDS, error.message
            raise

    def unstored(
        self, owner: TitleOwner, candidate: AssetCandidate, kind: str, make: Callable[[bytes], bytes]
    ) -> CachedImage:
        """
        Return a picture of a candidate for an actor who only reads: the database stays as it is.

        The picture of a provider stays in the folder of the cache, so that it is not downloaded for each page.

        Args:
            owner: The title.
            candidate: The candidate.
            kind: The kind of the picture, a part of its name in the cache.
            make: Returns the picture from the original. Raises CorruptFileError if that is no picture.

        Raises:
            ProviderError: It cannot be downloaded, or what the provider sends is no picture.
            MetadataError: A local picture cannot be read, or is no picture.

        """
        if candidate.provider == LOCAL:
            data = self._local.read(owner, candidate.provider_url)
            name, made = hash_of(data), self._of_local(candidate, lambda: make(data))
        else:
            name = made_name(candidate.provider_url)
            known = self._cache.made(name, kind)
            if known is not None:
                return known
            made = self.downloaded(candidate.provider, candidate.provider_url, make)
            self._cache.put_made(name, kind, made)
        return CachedImage(data=made, version=f"{name}-{kind}", media_type=artwork_images.media_type(made))

    def _valid(self, data: bytes) -> bytes:
        """Return the bytes of an image. Raises CorruptFileError if they are none."""
        self._cache.perceptual_hash(data)
        return data

    def downloaded(self, provider: str, url: str, use: Callable[[bytes], Made]) -> Made:
        """Return what `use` makes of an image. Raises ProviderError if it cannot be downloaded, or is no image."""
        data = self._downloads.fetch(provider, url)
        try:
            return use(data)
        except errors.CorruptFileError as error:
            raise self._downloads.refuse(provider, url, error.message) from None

    def _found(self, candidate_id: int) -> tuple[AssetCandidate, TitleOwner]:
        """Return a candidate and its title."""
        reader = self._database.read()
        found = store.candidate(reader, candidate_id)
        owner = store.owner(reader, found.entity_id) if found else None
        if found is None or owner is None:
            raise errors.UnknownIdError(
                f"There is no picture {candidate_id} any more: the pictures of its title have changed. Open them again."
            )
        return found, owner

    def _of_local(self, candidate: AssetCandidate, use: Callable[[], Made]) -> Made:
        """Return what `use` makes of a local picture. Raises CorruptFileError with its path if it is no picture."""
        try:
            return use()
        except errors.CorruptFileError as error:
            message = f"The picture {candidate.provider_url} cannot be used: it is {error.message}."
            raise errors.CorruptFileError(message) from None

    def _of_original(self, candidate: AssetCandidate, content: str) -> CachedImage | None:
        """Return the small picture of an original; None if neither is in the cache."""
        known = self._known(candidate, content)
        if known is not None:
            return known
        original = self._cache.retrieve_asset(content)
        return None if original is None else self._small(candidate, content, original.data)

    def _downloaded_small(self, candidate: AssetCandidate, name: str, small_url: str) -> CachedImage:
        """Download the small size of a picture, or the original if there is none, or none that can be used."""
        use = partial(self._small, candidate, name)
        if small_url:
            try:
                return self.downloaded(candidate.provider, small_url, use)
            except errors.ProviderError as error:
                if error.is_temporary:
                    raise
        return self.downloaded(candidate.provider, candidate.provider_url, use)

    def _known(self, candidate: AssetCandidate, name: str) -> CachedImage | None:
        """Return a small picture of the cache. A kill may have come between it and the hash of its candidate."""
        known = self._cache.made(name, _SMALL)
        if known is not None:
            self._note(candidate, known.data)
        return known

    def _small(self, candidate: AssetCandidate, name: str, data: bytes) -> CachedImage:
        """Make a small picture and store it. Raises CorruptFileError if the bytes are no picture."""
        known = self._known(candidate, name)
        if known is not None:
            return known
        small = self._cache.decode_preview(data)
        self._cache.put_made(name, _SMALL, small)
        self._note(candidate, small)
        return CachedImage(data=small, version=f"{name}-{_SMALL}", media_type=artwork_images.media_type(small))

    def _note(self, candidate: AssetCandidate, small: bytes) -> None:
        """Store the perceptual hash of a candidate that has none."""
        if candidate.perceptual_hash is None and self.may_store():
            perceptual_hash = self._cache.perceptual_hash(small)

            def note(tx: Connection) -> None:
                title_id = store.set_perceptual_hash(tx, candidate.id, perceptual_hash)
                self._chooser.choose_again(tx, title_id, self._clock())  # it may be a near-duplicate

            with acting_as(SYSTEM):  # who looks at a picture decides nothing
                self._database.run(note)
