"""
The lock of a home folder. One process holds it; the error message of a second process names the first one.

The lock is an `flock` on a file beside the database. DuckDB's own lock is not sufficient: it has no URL, and any code
that opens and closes the database file by path releases it.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from pathlib import Path

from indexium_core import errors


class HomeLock:
    """The lock that this process holds until `release`. The lock file contains `{"pid": …, "url": …}` until then."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    @classmethod
    def take(cls, home: Path, *, url: str = "") -> HomeLock:
        """
        Take the lock of `home`, an existing folder, without waiting.

        Raises:
            HomeInUseError: Another process holds the lock, or this process holds it already.
            StoreError: The folder cannot be written.

        """
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        try:
            descriptor = os.open(home / "lock", flags, 0o600)
        except OSError as error:
            raise errors.StoreError(
                f"The home {home} cannot be written: {error.strerror}. "
                "Change its permissions, or choose another with --home."
            ) from error
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
            message = (
                f"The home {home} cannot be written: {error.strerror}. Free some space on its disk, then try again."
            )
            raise errors.StoreError(message) from error
        return lock

    def release(self) -> None:
        """Release the lock; a second call does nothing."""
        if self._descriptor is None:
            return
        # Emptied first, so that no error names this process as the next holder.
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
    holder = "this process" if pid == os.getpid() else f"process {pid}" if pid else "another process"
    address = f" ({url})" if url else ""
    if url:  # users often try another port, which does not help
        remedy = f"Open {url} in a browser, or stop that process first; another port does not help."
    else:
        remedy = "Wait until it ends, stop it, or choose another home with --home."
    return f"The home {home} is in use by {holder}{address}. {remedy}"


def _holder(descriptor: int) -> tuple[int, str]:
    """Return pid and URL of the holder; (0, "") if unknown. The holder writes them after locking, so retry."""
    for _ in range(10):
        try:
            holder = json.loads(os.pread(descriptor, 4096, 0))
            return int(holder["pid"]), str(holder["url"])
        except (ValueError, KeyError, TypeError):
            time.sleep(0.02)
    return 0, ""
