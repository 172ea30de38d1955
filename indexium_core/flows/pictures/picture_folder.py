"""
A folder of pictures that Indexium can make or fetch again, within a budget: the least recently used ones go first.

The mtime of a file is the time of its last use. A file appears under its name when all of its bytes are written, so a
kill leaves at most a `.part` file, which the next removal deletes.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

logger = logging.getLogger(__name__)

_FILL = 0.8  # share of the budget that a removal leaves in use


class PictureFolder:
    """Files by key: a path below the folder. One instance serves a folder; it is safe to use from any thread."""

    def __init__(
        self,
        folder: Path,
        *,
        budget_bytes: Callable[[], int],
        is_expendable: Callable[[str], bool] = lambda _: False,
        is_durable: bool = False,
    ) -> None:
        """
        Keep files in `folder`; the first one creates it.

        Args:
            folder: The folder.
            budget_bytes: Returns the budget; 0 keeps no file.
            is_expendable: Returns whether the file of a key is removed before all others.
            is_durable: A file is on the disk before it gets its name.

        """
        self.path = folder
        self._budget_bytes, self._is_expendable, self._is_durable = budget_bytes, is_expendable, is_durable
        self._lock = threading.Lock()
        self._in_progress: dict[str, threading.Lock] = {}  # by key
        self._used_bytes = -1  # -1: not counted yet

    @property
    def is_enabled(self) -> bool:
        """Whether files are kept: the budget is a setting."""
        return self._budget_bytes() > 0

    @property
    def is_full(self) -> bool:
        """Whether the folder uses the share of its budget that a removal leaves."""
        with self._lock:
            if self._used_bytes < 0:
                self._used_bytes = self._count_bytes()
            return self._used_bytes >= self._budget_bytes() * _FILL

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

    def put(self, key: str, data: bytes) -> Sequence[str]:
        """Store a file, and return the keys that were removed to make room. On a full disk, nothing is stored."""
        if not self.is_enabled:
            return self.fit()
        path = self.path / key
        partial = path.with_suffix(f".{threading.get_ident()}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
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
        return self.fit()

    def fit(self) -> Sequence[str]:
        """Delete files until the rest is within the budget, which may have been lowered; return their keys."""
        budget = max(self._budget_bytes(), 0)
        with self._lock:
            if self._used_bytes < 0:
                self._used_bytes = self._count_bytes()
            return self._make_room(budget) if self._used_bytes > budget else ()

    def remove(self, key: str) -> None:
        """Delete a file."""
        with contextlib.suppress(OSError):
            (self.path / key).unlink()
        with self._lock:
            self._used_bytes = -1

    def _count_bytes(self) -> int:
        return sum(size for _, size, _ in self._entries())

    def _make_room(self, budget: int) -> list[str]:
        """Delete the least recently used files, and return their keys."""
        left, removed = 0, []
        for _, size, path in sorted(self._entries(), key=self._worth, reverse=True):
            if left + size <= budget * _FILL:
                left += size
                continue
            with contextlib.suppress(OSError):
                path.unlink()
                removed.append(path.relative_to(self.path).as_posix())
        self._used_bytes = left
        return removed

    def _worth(self, entry: tuple[float, int, Path]) -> tuple[bool, float]:
        used_at, _, path = entry
        return not self._is_expendable(path.relative_to(self.path).as_posix()), used_at

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
