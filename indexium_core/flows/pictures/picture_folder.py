"""
A folder of pictures that Indexium can make or fetch again, within a budget: the least recently used ones go first.

Files that are kept stay, even above the budget; then the others still have a share of it. The mtime of a file is the
time of its last use. A file appears under its name when all of its bytes are written, so a
kill leaves at most a `.part` file, which the next removal deletes.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

logger = logging.getLogger(__name__)

Ranks: TypeAlias = Callable[[str], int | None]

_FILL = 0.8  # share of the budget that a removal leaves in use


class PictureFolder:
    """Files by key: a path below the folder. One instance serves a folder; it is safe to use from any thread."""

    def __init__(
        self,
        folder: Path,
        *,
        budget_bytes: Callable[[], int],
        ranks: Callable[[], Ranks] = lambda: _alike,
        is_durable: bool = False,
    ) -> None:
        """
        Keep files in `folder`; the first one creates it.

        Args:
            folder: The folder.
            budget_bytes: Returns the budget; 0 keeps no file.
            ranks: Returns, for a removal, a function that ranks files by their keys: those with the highest rank are
                removed first, and those without a rank never.
            is_durable: A file is on the disk before it gets its name.

        """
        self.path = folder
        self._budget_bytes, self._ranks, self._is_durable = budget_bytes, ranks, is_durable
        self._lock = threading.Lock()
        self._in_progress: dict[str, threading.Lock] = {}  # by key
        self._used_bytes = -1  # -1: not counted yet
        self._kept_bytes = 0  # of the files that the last removal had to keep

    @property
    def is_enabled(self) -> bool:
        """Whether files are kept: the budget is a setting."""
        return self._budget_bytes() > 0

    @property
    def is_full(self) -> bool:
        """Whether the files that can be removed use the share of the budget that a removal leaves them."""
        with self._lock:
            if self._used_bytes < 0:
                self._used_bytes = self._count_bytes()
            return self._used_bytes - self._kept_bytes >= self._room(self._budget_bytes())

    @contextlib.contextmanager
    def single_flight(self, key: str) -> Iterator[None]:
        """Prevent other threads from making the same file during a block."""
        with self._lock:
            lock = self._in_progress.setdefault(key, threading.Lock())
        try:
            with lock:
                yield
        finally:
            with self._lock:
                if not lock.locked():
                    self._in_progress.pop(key, None)

    def read(self, key: str) -> bytes | None:
        """Return the bytes of a file; None if there is none."""
        path = self.path / key
        try:
            data = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        return data

    def has(self, key: str) -> bool:
        """Return whether there is a file with a key."""
        return (self.path / key).exists()

    def keys(self) -> set[str]:
        """Return the keys of all files."""
        return {path.relative_to(self.path).as_posix() for _, _, path in self._entries() if path.suffix != ".part"}

    def put(self, key: str, data: bytes, *, is_kept: bool = False) -> Sequence[str]:
        """
        Store a file, and return the keys that were removed to make room. On a full disk, nothing is stored.

        `is_kept`: the file stays, although it has a rank yet.
        """
        if not self.is_enabled:
            return self.fit()
        path = self.path / key
        partial = path.with_suffix(f".{threading.get_ident()}.part")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with partial.open("wb") as file:
                file.write(data)
                if self._is_durable:
                    file.flush()
                    os.fsync(file.fileno())
            partial.replace(path)
        except OSError as error:  # the picture is made again on each request
            logger.info("picture.not_kept", extra={"error": str(error)})
            with contextlib.suppress(OSError):
                partial.unlink(missing_ok=True)
            return ()
        with self._lock:
            self._used_bytes = self._count_bytes() if self._used_bytes < 0 else self._used_bytes + len(data)
        return self.fit(spared=(key,) if is_kept else ())

    def fit(self, *, spared: Collection[str] = ()) -> Sequence[str]:
        """Delete files until the rest is within the budget, which may have been lowered; return their keys."""
        budget = max(self._budget_bytes(), 0)
        with self._lock:
            if self._used_bytes < 0:
                self._used_bytes = self._count_bytes()
            limit = max(budget, self._kept_bytes + self._room(budget))
            return self._make_room(budget, spared) if self._used_bytes > limit else ()

    def remove(self, key: str) -> None:
        """Delete a file."""
        with contextlib.suppress(OSError):
            (self.path / key).unlink()
        with self._lock:
            self._used_bytes = -1

    def _count_bytes(self) -> int:
        return sum(size for _, size, _ in self._entries())

    def _room(self, budget: int) -> int:
        """Return the bytes that files which can be removed may have after a removal."""
        left = int(budget * _FILL)
        return max(left - self._kept_bytes, budget - left)

    def _make_room(self, budget: int, spared: Collection[str]) -> list[str]:
        """Delete the files with the highest ranks, of equal ones the least recently used, and return their keys."""
        rank_of, others, removed = self._ranks(), list[tuple[int, float, int, str]](), list[str]()
        self._kept_bytes = 0
        for used_at, size, path in self._entries():
            key = path.relative_to(self.path).as_posix()
            rank = None if key in spared else rank_of(key)
            if rank is None:
                self._kept_bytes += size
            else:
                others.append((rank, -used_at, size, key))
        room, left = self._room(budget), 0
        for _, _, size, key in sorted(others):
            if left + size <= room:
                left += size
                continue
            with contextlib.suppress(OSError):
                (self.path / key).unlink()
                removed.append(key)
        self._used_bytes = left + self._kept_bytes
        return removed

    def _entries(self) -> list[tuple[float, int, Path]]:
        """Return the time of last use, the size and the path of each file."""
        entries = []
        for folder, _, names in os.walk(self.path):
            for name in names:
                path = Path(folder, name)
                with contextlib.suppress(OSError):
                    status = path.lstat()
                    entries.append((status.st_mtime, status.st_size, path))
        return entries


def _alike(_: str) -> int:
    return 0
