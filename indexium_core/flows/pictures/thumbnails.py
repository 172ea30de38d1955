"""
Thumbnails of videos and photos: made on request, and cached in the home under a key of the media.

Thumbnails must not delay a write: a file that an operation is writing gets no thumbnail, and at most two are made at a
time. For a file without a picture, the cache stores an empty file.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from pathlib import Path

from indexium_core import errors
from indexium_core.files import thumbnail
from indexium_core.files.reader import FileReader
from indexium_core.flows.pictures.picture_folder import PictureFolder
from indexium_core.model.accounts.needs import reads_home
from indexium_core.store.catalog import details as store
from indexium_core.store.catalog.details import ThumbnailSource
from indexium_core.store.database import Database

_MAX_CONCURRENT = 2
_WIDTH_STEP = 80  # widths are rounded to this step, so that requests for one video cannot fill the cache


class Thumbnails:
    """Makes and caches thumbnails. One instance serves a home; it is safe to use from any thread."""

    def __init__(self, database: Database, *, folder: Path, budget_bytes: Callable[[], int]) -> None:
        self._database = database
        self._cache = PictureFolder(folder, budget_bytes=budget_bytes)
        self._slots = threading.Semaphore(_MAX_CONCURRENT)

    def jpeg(self, file_id: int, *, width: int = 640) -> bytes | None:
        """Return a JPEG of a file, at most `width` pixels wide; None without a picture, or if a write is running."""
        width = max(_WIDTH_STEP, min(width, thumbnail.WIDEST) // _WIDTH_STEP * _WIDTH_STEP)
        reader = self._database.read()
        source = store.thumbnail_source(reader, file_id)
        if source is None:
            return None
        key = cache_key(source, width)
        with self._cache.single_flight(key):
            cached = self._cache.read(key)
            if cached is not None:  # empty if the file has no picture
                return cached or None
            # An open reader could prevent the fastest strategy of the write.
            if store.is_being_written(reader, file_id):
                return None
            return self._make(source, key, width)

    def keep_budget(self) -> None:
        """Remove thumbnails until the budget holds: after a change of the setting, and at the start."""
        self._cache.fit()

    @reads_home
    def cached(self) -> set[str]:
        """Return the keys of all entries of the cache, also of those that stand for a file without a picture."""
        return self._cache.keys()

    def has(self, key: str) -> bool:
        """Return whether the cache has an entry."""
        return self._cache.has(key)

    @property
    def is_enabled(self) -> bool:
        """Whether thumbnails are kept: the budget is a setting."""
        return self._cache.is_enabled

    @property
    def is_full(self) -> bool:
        """Whether the cache uses the share of its budget that a removal leaves."""
        return self._cache.is_full

    def _make(self, source: ThumbnailSource, key: str, width: int) -> bytes | None:
        try:
            with self._slots, FileReader(source.path) as reader:
                if (reader.stat.size, reader.stat.mtime_ns) != (source.size, source.mtime_ns):
                    return None  # the file changed since the scan: its key is unknown until the next scan
                made = thumbnail.picture(reader, source.container, duration=source.duration, width=width)
        except errors.FileAccessError:
            return None
        self._cache.put(key, made or b"")
        return made


def cache_key(source: ThumbnailSource, width: int) -> str:
    """Return the file name of a cache entry: from the media hash, or from the file's stat if there is no hash."""
    facts = source.file_hash or f"{source.path!r} {source.size} {source.mtime_ns}"
    return f"{hashlib.blake2b(facts.encode(), digest_size=16).hexdigest()}-{width}.jpg"
