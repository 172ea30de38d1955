"""
Thumbnails of videos and photos: made on request, and cached in the home under a key of the media.

Thumbnails must not delay a write: a file that an operation is writing gets no thumbnail, and at most two are made at a
time. The cache has a budget in bytes and evicts the least recently used files. For a file without a picture, it stores
an empty file.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from indexium_core import errors
from indexium_core.files import thumbnail
from indexium_core.files.reader import FileReader
from indexium_core.store.catalog import details as store
from indexium_core.store.catalog.details import ThumbnailSource
from indexium_core.store.database import Database

__all__ = ["Thumbnails", "cache_key"]

logger = logging.getLogger(__name__)

_MAX_CONCURRENT = 2
_WIDTH_STEP = 80  # widths are rounded to this step, so that requests for one video cannot fill the cache
_FILL = 0.8  # share of the budget that an eviction leaves in use


class Thumbnails:
    """Makes and caches thumbnails. One instance serves a home; it is safe to use from any thread."""

    def __init__(self, database: Database, *, folder: Path, budget_bytes: Callable[[], int]) -> None:
        self._database = database
        self._folder = folder
        self._budget_bytes = budget_bytes
        self._slots = threading.Semaphore(_MAX_CONCURRENT)
        self._lock = threading.Lock()
        self._in_progress: dict[str, threading.Lock] = {}  # by cache key
        self._used_bytes = -1  # of the cache; -1: not counted yet

    def jpeg(self, file_id: int, *, width: int = 640) -> bytes | None:
        """Return a JPEG of a file, at most `width` pixels wide; None without a picture, or if a write is running."""
        width = max(_WIDTH_STEP, min(width, thumbnail.WIDEST) // _WIDTH_STEP * _WIDTH_STEP)
        reader = self._database.read()
        source = store.thumbnail_source(reader, file_id)
        if source is None:
            return None
        key = cache_key(source, width)
        with self._single_flight(key):
            cached = self._cached(key)
            if cached is not None:
                return cached or None
            # An open reader could prevent the fastest strategy of the write.
            if store.is_being_written(reader, file_id):
                return None
            return self._make(source, key, width)

    def cached(self) -> set[str]:
        """Return the keys of all entries of the cache, also of those that stand for a file without a picture."""
        return {path.name for _, _, path in self._entries()}

    def has(self, key: str) -> bool:
        """Return whether the cache has an entry."""
        return (self._folder / key).exists()

    @property
    def is_enabled(self) -> bool:
        """Whether thumbnails are kept: the budget is a setting."""
        return self._budget_bytes() > 0

    @property
    def is_full(self) -> bool:
        """Whether the cache uses the share of its budget that an eviction leaves."""
        with self._lock:
            if self._used_bytes < 0:
                self._used_bytes = self._count_bytes()
            return self._used_bytes >= self._budget_bytes() * _FILL

    def _make(self, source: ThumbnailSource, key: str, width: int) -> bytes | None:
        try:
            with self._slots, FileReader(source.path) as reader:
                if (reader.stat.size, reader.stat.mtime_ns) != (source.size, source.mtime_ns):
                    return None  # the file changed since the scan: its key is unknown until the next scan
                made = thumbnail.picture(reader, source.container, duration=source.duration, width=width)
        except errors.FileAccessError:
            return None
        self._put(key, made or b"")
        return made

    @contextlib.contextmanager
    def _single_flight(self, key: str) -> Iterator[None]:
        """Prevent other threads from making the same thumbnail during a block."""
        with self._lock:
            lock = self._in_progress.setdefault(key, threading.Lock())
        with lock:
            yield
        with self._lock:
            if not lock.locked():
                self._in_progress.pop(key, None)

    # The cache.

    def _cached(self, key: str) -> bytes | None:
        """Return a cached thumbnail: empty if the video has no picture, None if the cache has no entry."""
        path = self._folder / key
        try:
            data = path.read_bytes()
            os.utime(path)  # the mtime is the time of the last use
        except OSError:
            return None
        return data

    def _put(self, key: str, data: bytes) -> None:
        budget = self._budget_bytes()
        if budget <= 0:
            return
        path = self._folder / key
        partial = path.with_suffix(f".{threading.get_ident()}.part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(data)
            partial.replace(path)
        except OSError as error:  # on a full disk the thumbnail is made again on each request
            logger.info("thumbnail.not_kept", extra={"error": str(error)})
            with contextlib.suppress(OSError):
                partial.unlink(missing_ok=True)
            return
        with self._lock:
            self._used_bytes = self._count_bytes() if self._used_bytes < 0 else self._used_bytes + len(data)
            if self._used_bytes > budget:
                self._used_bytes = self._evict(budget)

    def _count_bytes(self) -> int:
        return sum(size for _, size, _ in self._entries())

    def _evict(self, budget: int) -> int:
        """Delete the least recently used entries, and return the bytes that are left."""
        left = 0
        for _, size, path in sorted(self._entries(), reverse=True):
            if left + size <= budget * _FILL:
                left += size
                continue
            with contextlib.suppress(OSError):
                path.unlink()
        return left

    def _entries(self) -> list[tuple[float, int, Path]]:
        """Return the time of last use, the size and the path of each entry."""
        entries = []
        with contextlib.suppress(OSError), os.scandir(self._folder) as listing:
            for entry in listing:
                with contextlib.suppress(OSError):
                    status = entry.stat(follow_symlinks=False)
                    entries.append((status.st_mtime, status.st_size, Path(entry.path)))
        return entries


def cache_key(source: ThumbnailSource, width: int) -> str:
    """Return the file name of a cache entry: from the media hash, or from the file's stat if there is no hash."""
    facts = source.file_hash or f"{source.path!r} {source.size} {source.mtime_ns}"
    return f"{hashlib.blake2b(facts.encode(), digest_size=16).hexdigest()}-{width}.jpg"
