"""
Watching folders: wait until files in them may have changed.

The operating system reports changes of local folders. A network file system does not report the changes of other
machines, so its folders are scanned at an interval; local folders, too, at a longer one, because events can be lost.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from indexium_core.files import volumes, walk
from indexium_core.files.sidecar_names import EXTENSION

NETWORK_SECONDS = 60.0  # between two scans of a folder without events
LOCAL_SECONDS = 900.0
_CANDIDATES = frozenset({EXTENSION}).union(*walk.EXTENSIONS.values())
_QUIET_MS, _LONGEST_MS = 1000, 10_000  # a scan starts after this time without a change, at the latest after the second


class FolderWatcher:
    """Watches folders. One thread uses it; `stop` may be called from any thread."""

    def __init__(
        self,
        folders: Iterable[Path],
        *,
        network_seconds: float = NETWORK_SECONDS,
        on_polling: Callable[[str], None] = lambda _: None,
    ) -> None:
        """
        Watch folders.

        Args:
            folders: The folders.
            network_seconds: The interval between two scans of a folder without events.
            on_polling: Receives a sentence, with the remedy if there is one, for each reason why folders are polled.

        """
        self._on_polling, self._network_seconds = on_polling, network_seconds
        self._folders = [Path(os.path.realpath(folder)) for folder in folders]
        self._intervals = {
            folder: LOCAL_SECONDS if _has_events(folder) else network_seconds for folder in self._folders
        }
        self._due = dict.fromkeys(self._folders, 0.0)  # when to scan each folder, by the monotonic clock
        self._stopped = threading.Event()

    @property
    def polled(self) -> list[Path]:
        """The folders that are scanned at the short interval because their changes are not reported."""
        return [folder for folder, seconds in self._intervals.items() if seconds != LOCAL_SECONDS]

    def changes(self) -> Iterator[list[Path]]:
        """Yield the folders that may have changed, first all of them; end after `stop`."""
        for changed in self._events():
            now = time.monotonic()
            found = [folder for folder in self._folders if folder in changed or self._due[folder] <= now]
            for folder in found:
                self._due[folder] = now + self._intervals[folder]
            if found:
                yield found

    def scan_again(self, folders: Sequence[Path], seconds: float) -> None:
        """Yield these folders again after some seconds, also without a change."""
        for folder in folders:
            self._due[folder] = min(self._due[folder], time.monotonic() + seconds)

    def stop(self) -> None:
        """End `changes` within a second."""
        self._stopped.set()

    def _events(self) -> Iterator[set[Path]]:
        """Yield the changed folders, an empty set at least once a second."""
        import watchfiles  # only this command needs it

        polled = self.polled
        watched = [folder for folder in self._folders if folder not in polled]
        for folder in polled:
            cause = f"The file system of {folder} reports no changes" if folder.is_dir() else f"{folder} is offline"
            self._on_polling(f"{cause}, so the folder is scanned every {self._network_seconds:g} s.")
        try:
            for changes in watchfiles.watch(
                *watched,
                watch_filter=None,  # a filter here would also hold back the timeout
                debounce=_LONGEST_MS,
                step=_QUIET_MS,
                rust_timeout=1000,
                yield_on_timeout=True,
                stop_event=self._stopped,
                ignore_permission_denied=True,
            ):
                paths = [Path(path) for _, path in changes]
                yield {folder for folder in watched if any(_is_relevant(path, folder) for path in paths)}
        except (OSError, RuntimeError) as error:  # watchfiles raises both
            self._intervals = dict.fromkeys(self._folders, self._network_seconds)
            self._on_polling(_polling_reason(error, self._network_seconds))
            while not self._stopped.wait(1):
                yield set()


def _has_events(folder: Path) -> bool:
    return folder.is_dir() and not volumes.of(os.fsencode(folder)).network


def _polling_reason(error: Exception, seconds: float) -> str:
    """Return why all folders are scanned at an interval, and the remedy."""
    message = str(error)
    interval = f"so the folders are scanned every {seconds:g} s"
    if "watch limit" in message:
        return (
            f"The system has no more inotify watches, {interval}. Raise the limit with "
            "'sudo sysctl fs.inotify.max_user_watches=1048576', then start the command again."
        )
    if "os error 24" in message.lower() or "too many open files" in message.lower():
        return (
            f"The system has no more inotify instances, {interval}. Raise the limit with "
            "'sudo sysctl fs.inotify.max_user_instances=1024', then start the command again."
        )
    return f"The system cannot report the changes of the folders ({message.rstrip('.')}), {interval}."


def _is_relevant(path: Path, folder: Path) -> bool:
    """
    Return whether a change of a path can concern a scan of a folder: a media file or a folder, also a deleted one.

    A scan does not enter hidden folders. One of them may be the home, where each scan deletes files.
    """
    if not path.is_relative_to(folder) or any(part.startswith(".") for part in path.relative_to(folder).parts):
        return False
    return os.fsencode(path.suffix.lower()) in _CANDIDATES or not path.is_file()
