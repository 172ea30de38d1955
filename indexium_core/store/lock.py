"""
The lock of a home folder: one process holds it, and whoever comes second is told who that is.

It is our own `flock` on a file beside the database. DuckDB's own lock would not do: it says no URL, and any code that
opens the database file by path and closes it drops that lock.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from pathlib import Path

from indexium_core import errors

__all__ = ["HomeLock"]


class HomeLock:
    """A home that this process holds until `release`. The lock file says `{"pid": …, "url": …}` while it is held."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    @classmethod
    def take(cls, home: Path, *, url: str = "") -> HomeLock:
        """
        Take the lock of `home`, which is an existing folder, without waiting.

        Raises:
            HomeInUseError: Another process (or this one, a second time) holds the home.
            StoreError: The folder cannot be written.

        """
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        try:
            descriptor = os.open(home / "lock", flags, 0o600)
        except OSError as error:
            message = f"The home {home} cannot be written: {error.strerror}. Allow it, or choose another with --home."
            raise errors.StoreError(message) from error
        try:
            _flock(descriptor, home)
        except BaseException:
            os.close(descriptor)
            raise
        lock = cls(descriptor)
        try:
            lock._write({"pid": os.getpid(), "url": url})
        except OSError as error:
            os.close(descriptor)
            message = f"The home {home} cannot be written: {error.strerror}. Make room on its disk, then try again."
            raise errors.StoreError(message) from error
        return lock

    def release(self) -> None:
        """Give the home back; a second call does nothing."""
        if self._descriptor is None:
            return
        # Emptied first, so that the next holder is never announced under our name.
        os.ftruncate(self._descriptor, 0)
        os.close(self._descriptor)
        self._descriptor = None

    def _write(self, holder: dict[str, object]) -> None:
        assert self._descriptor is not None
        text = json.dumps(holder).encode()
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, text, 0)


def _flock(descriptor: int, home: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        pid, url = _holder(descriptor)
        raise errors.HomeInUseError(_in_use(home, pid, url), pid=pid, url=url) from error
    except OSError as error:
        message = f"The home {home} cannot be locked: {error.strerror}. Choose one on a local disk with --home."
        raise errors.StoreError(message) from error


def _in_use(home: Path, pid: int, url: str) -> str:
    who = "this process" if pid == os.getpid() else f"process {pid}" if pid else "another process"
    served = f" ({url})" if url else ""
    if url:  # another port would not do, for the home is taken, and what that service has is what was asked for
        remedy = f"Open {url} in a browser, or stop that process first; another port does not help."
    else:
        remedy = "Wait until it ends, stop it, or choose another home with --home."
    return f"The home {home} is in use by {who}{served}. {remedy}"


def _holder(descriptor: int) -> tuple[int, str]:
    """Read who holds the lock; (0, "") if they do not say. They write right after locking, so look a few times."""
    for _ in range(10):
        try:
            said = json.loads(os.pread(descriptor, 4096, 0))
            return int(said["pid"]), str(said["url"])
        except (ValueError, KeyError, TypeError):
            time.sleep(0.02)
    return 0, ""
