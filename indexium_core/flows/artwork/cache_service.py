"""
The images of titles in the home, by their content: `cache/ab/cd/abcd….jpg`, named by their BLAKE3 hash.

Variants are beside their original: `abcd…-poster.jpg`. If the budget is used up, originals are removed first, because
pages need only variants: those that no title shows, then those that the rule selected. The originals that people
selected, and those that are published, stay, even above the budget. The table `cache_inventory` describes the folder;
if they differ, the folder is right.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import blake3

from indexium_core import errors
from indexium_core.files import artwork_images
from indexium_core.files.artwork_images import TitleImage
from indexium_core.flows.artwork.picture_chooser import PictureChooser
from indexium_core.flows.pictures.picture_folder import PictureFolder, Ranks
from indexium_core.jobs.context import JobContext
from indexium_core.model.artwork.assets import VARIANTS, CachedImage, CacheUsage, CollectedImages
from indexium_core.model.operations.actor import whole_home
from indexium_core.store.artwork import assets as store
from indexium_core.store.artwork.assets import OriginalRow
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database

_MAX_CONCURRENT = 2  # images that are decoded at the same time
_ORIGINAL = re.compile(r"[0-9a-f]{2}/[0-9a-f]{2}/(?P<hash>[0-9a-f]{64})\.(?P<extension>jpg|png|webp)")
_HASH = re.compile(r"[0-9a-f]{64}")
_UNKNOWN = "unknown"  # kind of an image that the folder has and the table does not


class CacheService:
    """The cache of images. One instance serves a home; it is safe to use from any thread."""

    def __init__(
        self,
        database: Database,
        chooser: PictureChooser,
        *,
        folder: Path,
        budget_bytes: Callable[[], int],
        orphan_days: Callable[[], int],
        clock: Callable[[], datetime],
    ) -> None:
        """`orphan_days`: how long an original stays that nothing uses."""
        self._database, self._chooser, self._clock = database, chooser, clock
        self._budget_bytes, self._orphan_days = budget_bytes, orphan_days
        self.folder = PictureFolder(
            folder,
            budget_bytes=budget_bytes,
            ranks=self._ranks,
            is_durable=True,
        )
        self._slots = threading.Semaphore(_MAX_CONCURRENT)
        self._lock = threading.Lock()
        self._used: set[str] = set()  # hashes of originals that were used and are not recorded yet

    def keep_budget(self) -> None:
        """Remove pictures until the budget holds: after a change of the setting, and at the start."""
        self._forget(self.folder.fit())

    def _ranks(self) -> Ranks:
        """Rank what is removed first: originals, those that no title shows, then those that the rule selected."""
        originals = store.originals(self._database.read())
        selected = {
            each.file_path: None if each.is_protected else 1
            for each in originals
            if each.is_selected or each.is_protected
        }
        return lambda key: selected.get(key, 2) if _ORIGINAL.fullmatch(key) else 0

    def usage(self, *, counts_again: bool = True) -> CacheUsage:
        """
        Return how much the originals take, how many of them stay, and what could be removed.

        `counts_again`: store what was used until now; without it, `unused` is as of the last count.
        """
        if counts_again:
            self._record_use()
        rows = store.originals(self._database.read())

        def size_of(found: Sequence[OriginalRow]) -> tuple[int, int]:
            return len(found), sum(each.file_size for each in found)

        images, total = size_of(rows)
        selected, selected_bytes = size_of([each for each in rows if each.is_selected])
        protected, protected_bytes = size_of([each for each in rows if each.is_protected])
        return CacheUsage(
            budget_bytes=self._budget_bytes(),
            images=images,
            bytes=total,
            selected=selected,
            selected_bytes=selected_bytes,
            protected=protected,
            protected_bytes=protected_bytes,
            removable=images - protected,
            removable_bytes=total - protected_bytes,
            unused=sum(each.reference_count == 0 for each in rows),
        )

    def _record_use(self) -> None:
        """Store when originals were used, and how many candidates use each."""

        def record(tx: Connection) -> None:
            store.mark_used(tx, self._take_used(), at=self._clock())
            store.count_references(tx, at=self._clock())

        self._database.run(record)

    def orphan_asset(self, content_hash: str) -> bool:
        """
        Note from when on an original is used by nothing, and return whether that is so.

        A collection removes it `CACHE_ORPHAN_DAYS` later. One that a candidate or a published file uses stays.
        """
        self._database.run(lambda tx: store.count_references(tx, at=self._clock(), hashes=[content_hash]))
        return store.is_orphaned(self._database.read(), content_hash)

    def garbage_collect(self, *, dry_run: bool = False) -> CollectedImages:
        """
        Delete the originals that nothing has used for `CACHE_ORPHAN_DAYS`, with their variants.

        `dry_run`: return the numbers only.
        """
        self._record_use()
        before = self._clock() - timedelta(days=self._orphan_days())
        found = store.orphans(self._database.read(), before=before)
        if not dry_run:  # the rows first: after a kill between, a file without a row is found again by `rebuild`
            self._database.run(lambda tx: store.remove_cached(tx, [each.content_hash for each in found]))
            for each in found:
                for key in (each.file_path, *(variant_key(each.content_hash, kind) for kind in VARIANTS)):
                    self.folder.remove(key)
        return CollectedImages(
            images=len(found), bytes=sum(each.file_size for each in found), days=self._orphan_days(), is_dry_run=dry_run
        )

    def handle_collection(self, job: JobContext) -> Mapping[str, Any]:
        """Run a job that collects, and return its report: the handler of the queue."""
        del job
        found = self.garbage_collect()
        return {**found.as_dict(), "message": found.summary}

    def _take_used(self) -> set[str]:
        with self._lock:
            used, self._used = self._used, set()
            return used

    def store_asset(self, data: bytes, asset_type: str, *, candidate_id: int | None = None) -> str:
        """
        Store an image with its variants, and return its hash. An image with the same content is stored once.

        Args:
            data: A JPEG, PNG or WebP image.
            asset_type: Its kind.
            candidate_id: The candidate whose content it is.

        Raises:
            CorruptFileError: It is no such image, too large or damaged.

        """
        with self._slots:
            image = artwork_images.decode(data)
            made = artwork_images.variant(image, asset_type) if asset_type in VARIANTS else b""
            row = self._row(hash_of(data), image, len(data), asset_type)
        is_kept = candidate_id is not None and store.is_selected_by_person(self._database.read(), candidate_id)
        removed = [*self.folder.put(row["file_path"], data, is_kept=is_kept)]
        if made:
            removed += self.folder.put(variant_key(row["content_hash"], asset_type), made)

        def record(tx: Connection) -> None:
            store.add_cached(tx, row)
            store.mark_used(tx, self._take_used(), at=self._clock())
            if candidate_id is not None:
                title_id = store.set_content(tx, candidate_id, row["content_hash"])
                self._chooser.choose_again(tx, title_id, self._clock())  # its size and its likeness are known now
            store.remove_cached(tx, _hashes(removed))
            store.count_references(tx, at=self._clock(), hashes=[row["content_hash"]])

        self._database.run(record)
        return str(row["content_hash"])

    def retrieve_asset(self, content_hash: str) -> CachedImage | None:
        """Return an original; None if it is not in the cache, or damaged on the disk."""
        for extension, media_type in artwork_images.MEDIA_TYPES.items():
            key = _key(content_hash, f".{extension}")
            data = self.folder.read(key)
            if data is None:
                continue
            if hash_of(data) != content_hash:
                self.folder.remove(key)
                self._forget([key])
                return None
            with self._lock:
                self._used.add(content_hash)
            return CachedImage(data=data, version=content_hash, media_type=media_type)
        return None

    def asset_exists(self, content_hash: str) -> bool:
        """Return whether an original is in the cache."""
        return any(self.folder.has(_key(content_hash, f".{extension}")) for extension in artwork_images.MEDIA_TYPES)

    def has_variant(self, content_hash: str, kind: str) -> bool:
        """Return whether a variant is in the cache."""
        return self.folder.has(variant_key(content_hash, kind))

    def variant(self, content_hash: str, kind: str) -> CachedImage | None:
        """Return a variant as a JPEG, made of the original if it is missing; None without both."""
        key = variant_key(content_hash, kind)
        data = self.folder.read(key)
        if data is None:
            original = self.retrieve_asset(content_hash)
            if original is None:
                return None
            with self._slots:
                data = artwork_images.variant(artwork_images.decode(original.data), kind)
            self._put(key, data)
        return CachedImage(data=data, version=f"{content_hash}-{kind}")

    def thumbnail(self, content_hash: str) -> CachedImage | None:
        """Return the variant that fits the shape of an image; None if neither it nor the image is in the cache."""
        for kind in VARIANTS:
            if self.has_variant(content_hash, kind):
                return self.variant(content_hash, kind)
        original = self.retrieve_asset(content_hash)
        if original is None:
            return None
        return self.variant(content_hash, "poster" if self._is_tall(original.data) else "backdrop")

    def has_removable(self) -> bool:
        """Return whether the table knows an original that can be removed to make room."""
        return any(not each.is_protected for each in store.originals(self._database.read()))

    def put_made(self, name: str, kind: str, data: bytes) -> None:
        """Store a picture that is made of others under a name of its own (`made_name`, or the hash of an image)."""
        self._put(variant_key(name, kind, artwork_images.extension(data)), data)

    def made(self, name: str, kind: str) -> CachedImage | None:
        """Return a picture that is made of others; None if it is not in the cache."""
        for extension, media_type in artwork_images.MEDIA_TYPES.items():
            data = self.folder.read(variant_key(name, kind, extension))
            if data is not None:
                return CachedImage(data=data, version=f"{name}-{kind}", media_type=media_type)
        return None

    def decode_preview(self, data: bytes) -> bytes:
        """Return a small picture of an image that is not stored itself. Raises CorruptFileError as `store_asset`."""
        with self._slots:
            return artwork_images.preview(artwork_images.decode(data))

    def perceptual_hash(self, data: bytes) -> str:
        """Return the perceptual hash of an image. Raises CorruptFileError as `store_asset`."""
        with self._slots:
            return artwork_images.decode(data).perceptual_hash

    def decode_variant(self, data: bytes, kind: str) -> bytes:
        """Return the variant of an image that is not stored itself. Raises CorruptFileError as `store_asset`."""
        with self._slots:
            return artwork_images.variant(artwork_images.decode(data), kind)

    def collage(self, posters: Sequence[bytes], layout: str) -> bytes:
        """Return posters side by side. Raises CorruptFileError as `store_asset`."""
        with self._slots:
            return artwork_images.collage(posters, layout)

    def rebuild(self) -> int:
        """
        Make the table agree with the folder, and return the number of images that were missing in the table.

        It is needed after a kill between the file and the row, and after the database was restored.
        """
        keys = self.folder.keys()
        originals = {match["hash"]: key for key in keys if (match := _ORIGINAL.fullmatch(key))}
        known = store.cached(self._database.read())
        gone, found = sorted(known.keys() - originals.keys()), []
        for each in sorted(originals.keys() - known.keys()):
            original = self.retrieve_asset(each)
            if original is None:
                continue
            try:
                with self._slots:
                    found.append(self._row(each, artwork_images.decode(original.data), len(original.data), _UNKNOWN))
            except errors.CorruptFileError:
                self.folder.remove(originals[each])

        def record(tx: Connection) -> None:
            store.remove_cached(tx, gone)
            for row in found:
                store.add_cached(tx, row)
            store.remove_orphans(tx)
            store.count_references(tx, at=self._clock())

        self._database.run(record)
        return len(found)

    def _is_tall(self, data: bytes) -> bool:
        with self._slots:
            image = artwork_images.decode(data)
            return image.height > image.width

    def _put(self, key: str, data: bytes) -> None:
        self._forget(self.folder.put(key, data))

    def _forget(self, removed: Sequence[str]) -> None:
        """Delete the rows of the originals among some removed keys."""
        if hashes := _hashes(removed):
            with whole_home():  # for every reader: the table follows the folder
                self._database.run(lambda tx: store.remove_cached(tx, hashes))

    def _row(self, content_hash: str, image: TitleImage, size: int, asset_type: str) -> Mapping[str, Any]:
        return {
            "content_hash": content_hash,
            "file_path": _key(content_hash, f".{image.extension}"),
            "file_size": size,
            "asset_type": asset_type,
            "mime_type": image.media_type,
            "width": image.width,
            "height": image.height,
            "perceptual_hash": image.perceptual_hash,
            "at": self._clock(),
        }


def hash_of(data: bytes) -> str:
    """Return the BLAKE3 hash of an image in hex."""
    return blake3.blake3(data).hexdigest()


def made_name(text: str) -> str:
    """Return a name, as long as a hash, for a picture that is made of others."""
    return hash_of(text.encode())


def variant_key(name: str, kind: str, extension: str = "jpg") -> str:
    """Return the key of a variant in the folder of the cache."""
    return _key(name, f"-{kind}.{extension}")


def _key(content_hash: str, rest: str) -> str:
    """
    Return a key in the folder of the cache.

    Raises:
        UsageError: The text is no hash.

    """
    if not _HASH.fullmatch(content_hash):
        raise errors.UsageError("A hash of an image has 64 digits: 0 to 9 and a to f.")
    return f"{content_hash[:2]}/{content_hash[2:4]}/{content_hash}{rest}"


def _hashes(keys: Sequence[str]) -> list[str]:
    """Return the hashes of the originals among some keys."""
    return [match["hash"] for key in keys if (match := _ORIGINAL.fullmatch(key))]
