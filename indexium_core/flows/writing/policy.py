"""How the files of an operation are written, and the progress of one file."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexium_core import errors
from indexium_core.files import journal
from indexium_core.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class WritePolicy:
    """How the files of an operation are written."""

    backups: Path  # folder of the journals
    pictures: Path = Path()  # folder of the originals in the cache of pictures
    preserve_mtime: bool = False  # restore the modification time of a file after a write
    faststart: str = "keep"  # keep: an index in front of the media stays there; any: the index may move to the end
    sidecar_name: str = "full"  # a new sidecar of a.jpg is a.jpg.xmp (full) or a.xmp (stem)
    break_links: bool = False  # a new file may replace a file that has other names (hard links)
    keep_backup: bool = True  # the old file must be restorable
    reverted: journal.AnyEntry | None = None  # what to roll back; None: as the journals say
    reserve_space: Callable[[int, int], bool] = lambda _size, _item: True  # reserve bytes for the original of an item
    is_cancelled: Callable[[], bool] = lambda: False  # whether to cancel long work
    on_progress: Callable[[FileProgress], None] = lambda _: None  # called when long work on a file advances; may block


def settings_of_write(config: Settings) -> dict[str, Any]:
    """
    Return the settings that say how a write changes files, by name.

    An operation stores them when it is recorded. So what was approved is what is written, also after a restart.
    """
    return {"preserve_mtime": config.preserve_mtime, "faststart": config.faststart, "sidecar_name": config.sidecar_name}


class FileProgress:
    """
    The progress of one file for which a new file is made, and the check whether to cancel it.

    It may be read from any thread. A change in place takes milliseconds and is always finished.
    """

    def __init__(self, policy: WritePolicy) -> None:
        self._policy = policy
        self._lock = threading.Lock()
        self._done_bytes = self._total_bytes = 0  # bytes to read and write, of both files, each time counted
        self.is_waiting = False  # the file is prepared, and its edit has not started
        self.started_at = time.monotonic()  # the start of the edit
        self._paused_seconds = 0.0
        self._paused_at: float | None = None

    def set_total(self, count: int) -> None:
        """Set the approximate number of bytes to read and write, of both files, counted each time."""
        with self._lock:
            self._total_bytes = count

    def advance(self, count: int) -> None:
        """
        Record that `count` bytes were read or written.

        Raises:
            MetadataError: The work is cancelled (`cancelled`).

        """
        with self._lock:
            self._done_bytes += count
        self._policy.on_progress(self)
        if self._policy.is_cancelled():
            message = "The new file was discarded because the work was cancelled. The file is unchanged."
            raise errors.MetadataError(message, code="cancelled")

    def start(self) -> None:
        """Record that the edit starts now."""
        self.is_waiting, self.started_at = False, time.monotonic()

    @contextlib.contextmanager
    def waiting(self) -> Iterator[None]:
        """Record that the file waits in the block, and that its edit starts after it."""
        self.is_waiting = True
        try:
            yield
        finally:
            self.start()

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Count the time in the block as a pause."""
        with self._lock:
            since = self._paused_at = time.monotonic()
        try:
            yield
        finally:
            with self._lock:
                self._paused_seconds, self._paused_at = self._paused_seconds + time.monotonic() - since, None

    @property
    def paused_seconds(self) -> float:
        """The seconds during which the work was paused."""
        with self._lock:
            return self._paused_seconds + (0.0 if self._paused_at is None else time.monotonic() - self._paused_at)

    @property
    def position(self) -> tuple[int, int]:
        """The number of finished bytes, and the approximate total."""
        with self._lock:
            return self._done_bytes, self._total_bytes

    def set_position(self, done: int, total: int) -> None:
        """Copy the position from the process that does the work."""
        with self._lock:
            self._done_bytes, self._total_bytes = done, total

    @property
    def fraction(self) -> float | None:
        """The finished fraction, from 0 to 1; None if no new file is made or there is no data yet."""
        with self._lock:
            return min(self._done_bytes / self._total_bytes, 1.0) if self._total_bytes else None
