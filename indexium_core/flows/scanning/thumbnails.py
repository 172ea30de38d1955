"""
Small pictures of films, made when somebody looks and kept in the home by what the film is.

A picture is worth little: it is made only while nobody writes the file, two at a time at most, and kept within a
budget from which those that were not looked at for longest go first. That a film has none is remembered, too.
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
from indexium_core.store.catalog.details import Picture
from indexium_core.store.database import Database

__all__ = ["Thumbnails"]

logger = logging.getLogger(__name__)

_AT_ONCE = 2  # pictures that are made at the same time
_STEP = 80  # widths are multiples of it, so that a curious caller cannot fill the budget with one film
_FILL = 0.8  # of the budget that is left when room is made


class Thumbnails:
    """Makes and keeps pictures. One instance serves a home; it may be used from any thread."""

    def __init__(self, database: Database, *, folder: Path, budget: Callable[[], int]) -> None:
        self._database = database
        self._folder = folder
        self._budget = budget
        self._making = threading.Semaphore(_AT_ONCE)
        self._lock = threading.Lock()
        self._under_way: dict[str, threading.Lock] = {}  # by name: nobody makes what another is making
        self._used = -1  # bytes that are kept; not counted yet

    def picture(self, file_id: int, *, width: int = 640) -> bytes | None:
        """Return a JPEG of a film, at most `width` pixels wide; None where there is none, or not now."""
        width = max(_STEP, min(width, thumbnail.WIDEST) // _STEP * _STEP)
        reader = self._database.read()
        found = store.picture_of(reader, file_id)
        if found is None:
            return None
        name = _name(found, width)
        with self._alone(name):
            kept = self._kept(name)
            if kept is not None:
                return kept or None
            if store.is_held(reader, file_id):  # a reader could cost the write its cheapest way
                return None
            return self._make(found, name, width)

    def _make(self, found: Picture, name: str, width: int) -> bytes | None:
        try:
            with self._making, FileReader(found.path) as reader:
                if (reader.stat.size, reader.stat.mtime_ns) != (found.size, found.mtime_ns):
                    return None  # it is another file by now: the next scan will say what
                made = thumbnail.picture(reader, found.container, duration=found.duration, width=width)
        except errors.FileAccessError:
            return None
        self._keep(name, made or b"")
        return made

    @contextlib.contextmanager
    def _alone(self, name: str) -> Iterator[None]:
        with self._lock:
            turn = self._under_way.setdefault(name, threading.Lock())
        with turn:
            yield
        with self._lock:
            if not turn.locked():
                self._under_way.pop(name, None)

    # What is kept.

    def _kept(self, name: str) -> bytes | None:
        """Return a picture that was made before; empty where it was found that there is none, None if nobody looked."""
        path = self._folder / name
        try:
            data = path.read_bytes()
            os.utime(path)  # it was looked at just now
        except OSError:
            return None
        return data

    def _keep(self, name: str, data: bytes) -> None:
        budget = self._budget()
        if budget <= 0:
            return
        path = self._folder / name
        unfinished = path.with_suffix(f".{threading.get_ident()}.part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            unfinished.write_bytes(data)
            unfinished.replace(path)
        except OSError as error:  # a full disk costs nothing but the time to make it again
            logger.info("thumbnail.not_kept", extra={"error": str(error)})
            with contextlib.suppress(OSError):
                unfinished.unlink(missing_ok=True)
            return
        with self._lock:
            self._used = self._count() if self._used < 0 else self._used + len(data)
            if self._used > budget:
                self._used = self._make_room(budget)

    def _count(self) -> int:
        return sum(size for _, size, _ in self._listing())

    def _make_room(self, budget: int) -> int:
        """Let those go that were not looked at for longest, and return how many bytes are left."""
        left = 0
        listing = sorted(self._listing(), reverse=True)
        for _, size, path in listing:
            if left + size <= budget * _FILL:
                left += size
                continue
            with contextlib.suppress(OSError):
                path.unlink()
        return left

    def _listing(self) -> list[tuple[float, int, Path]]:
        """Return what is kept: when it was last looked at, its size, its path."""
        found = []
        with contextlib.suppress(OSError), os.scandir(self._folder) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    status = entry.stat(follow_symlinks=False)
                    found.append((status.st_mtime, status.st_size, Path(entry.path)))
        return found


def _name(found: Picture, width: int) -> str:
    """Return under which name a picture is kept: by the film, or by the file where nothing else is known of it."""
    facts = found.file_hash or f"{found.path!r} {found.size} {found.mtime_ns}"
    return f"{hashlib.blake2b(facts.encode(), digest_size=16).hexdigest()}-{width}.jpg"
