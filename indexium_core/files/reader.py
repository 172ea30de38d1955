"""
Reading media files: random access over a safely opened descriptor, and over bytes in memory.

Every media file is opened for reading here, never for writing. The open never accepts a fifo, a device or a link, and
never blocks. Each error of the operating system becomes one sentence for the user.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self, TypeAlias

from indexium_core import errors
from indexium_core.model.files.media import FileStat

# Called with the number of bytes read or written during long work on a file. It raises an exception to cancel the work.
ByteProgress: TypeAlias = Callable[[int], None]

# O_NONBLOCK: opening a fifo or a device must not wait for another process. O_NOCTTY: the process must not acquire a
# terminal.
_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY
_ATTEMPTS, _PAUSE_SECONDS = 100, 0.02  # attempts to open a file under a lease, and seconds between them


class FileReader:
    """
    A regular file on disk, open for reading. A context manager; safe to share between threads until closed.

    `size` and `stat` are those of the moment of opening: bytes that are appended later are not read, and after a
    truncation fewer bytes are returned. `on_progress` is called with the number of bytes of each read, and may raise.

    Raises:
        FileAccessError: The file is missing (`missing_file`), another program has exclusive access (`in_use`), its disk
            failed (`io_error`), or it cannot be read for another reason (`unreadable`); `read_at` raises the same.

    """

    def __init__(self, path: bytes) -> None:
        self._path = path
        self._fd = -1
        self.on_progress: ByteProgress = ignore
        try:
            self._fd = _opened(path)
            status = os.fstat(self._fd)
        except (OSError, ValueError) as error:
            self.close()
            raise _refused(path, error) from error
        if not stat.S_ISREG(status.st_mode):
            self.close()
            raise errors.FileAccessError(f"{_shown(path)} is not a regular file.")
        self.stat = FileStat(
            size=status.st_size,
            mtime_ns=status.st_mtime_ns,
            device=status.st_dev,
            inode=status.st_ino,
            nlink=status.st_nlink,
            mode=status.st_mode,
        )
        self._end = status.st_size  # bytes from here on do not exist

    @property
    def size(self) -> int:
        return self.stat.size

    def fileno(self) -> int:
        """Return the descriptor, for example for `flock`; the reader closes it."""
        return self._fd

    def read_at(self, offset: int, length: int) -> bytes:
        """Return the bytes at `offset`, or fewer bytes at the end of the file."""
        # Most reads need no call here: a call takes as long as the read.
        if offset < 0 or not 0 <= length <= self._end - offset:
            length = _clamped(offset, length, self._end)
        try:
            data = os.pread(self._fd, length, offset) if length else b""
            while data and len(data) < length:  # a signal or a network file system may answer in parts
                more = os.pread(self._fd, length - len(data), offset + len(data))
                if not more:
                    break
                data += more
        except OSError as error:
            raise _refused(self._path, error) from error
        self.on_progress(len(data))
        return data

    @contextmanager
    def ending_at(self, offset: int) -> Iterator[None]:
        """Answer inside the block as if the file ended at `offset`, to every thread."""
        before, self._end = self._end, min(self._end, offset)
        try:
            yield
        finally:
            self._end = before

    def close(self) -> None:
        """Close the descriptor; a second call does nothing."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def ignore(_count: int) -> None:
    """Do nothing."""


class BytesReader:
    """A `Reader` over bytes in memory."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @property
    def size(self) -> int:
        return len(self._data)

    def read_at(self, offset: int, length: int) -> bytes:
        """Return the bytes at `offset`; fewer at the end of the data."""
        return self._data[offset : offset + _clamped(offset, length, len(self._data))]


def _opened(path: bytes) -> int:
    """Open a file; if its bytes are being moved on its disk (`journal.disk.leased`), wait until the move ends."""
    for _ in range(_ATTEMPTS):
        try:
            return os.open(path, _FLAGS)
        except BlockingIOError:
            time.sleep(_PAUSE_SECONDS)
    return os.open(path, _FLAGS)


def _clamped(offset: int, length: int, size: int) -> int:
    """Return the number of readable bytes: a damaged length field must not cause a large allocation."""
    if offset < 0 or length < 0:
        raise ValueError(f"cannot read {length} bytes at offset {offset}")
    return max(0, min(length, size - offset))


_SENTENCES = {
    errno.ENOENT: "no longer exists",
    errno.ENOTDIR: "no longer exists",
    errno.EACCES: "is not readable: permission denied",
    errno.EPERM: "is not readable: permission denied",
    errno.ELOOP: "is a symbolic link and was not followed",
    errno.EISDIR: "is a folder, not a file",
    errno.ENXIO: "is not a regular file",
    errno.EIO: "could not be read: the disk reported an error",
    errno.ESTALE: "could not be read: the network folder was lost",
    errno.EWOULDBLOCK: "could not be opened: another program has exclusive access to it",
    errno.EMFILE: "could not be opened: too many files are open",
    errno.ENFILE: "could not be opened: too many files are open",
    errno.ENAMETOOLONG: "could not be opened: its path is too long",
}

_CODES = {
    errno.ENOENT: "missing_file",
    errno.ENOTDIR: "missing_file",
    errno.EIO: "io_error",
    errno.EWOULDBLOCK: "in_use",
}


def _refused(path: bytes, error: OSError | ValueError) -> errors.FileAccessError:
    number = error.errno if isinstance(error, OSError) else None
    sentence = _SENTENCES.get(number or 0, f"could not be read: {getattr(error, 'strerror', None) or error}")
    return errors.FileAccessError(f"{_shown(path)} {sentence}.", code=_CODES.get(number or 0, ""))


def _shown(path: bytes) -> str:
    return path.decode("utf-8", "replace")
