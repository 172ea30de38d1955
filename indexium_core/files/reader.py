"""
Reading media files: random access over a descriptor that was opened with every care, and the same over plain bytes.

No other way of opening a media file for reading exists: never a fifo, a device or a link, never for writing, never a
wait. Whatever the operating system answers becomes one sentence for the person.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeAlias

from indexium_core import errors
from indexium_core.model.files.media import FileStat

__all__ = ["ByteProgress", "BytesReader", "FileReader", "ignore"]

# Whoever follows long work on a file: told of bytes that were read or written. Raises where it is to be given up.
ByteProgress: TypeAlias = Callable[[int], None]

# O_NONBLOCK: opening a fifo or a device must not wait for its other end. O_NOCTTY: a terminal must not become ours.
_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY
_PATIENCE, _PAUSE = 100, 0.02  # how often, and how many seconds apart, a file that somebody has for himself is tried


class FileReader:
    """
    A regular file on disk, open for reading. A context manager; safe to share between threads until closed.

    `size` and `stat` are those of the moment of opening: bytes that are appended later are not seen, and a file that
    was cut since answers with fewer bytes. `on_progress` is told how many bytes were read, each time, and may raise.

    Raises:
        FileAccessError: The file is missing (`missing_file`), somebody has it for himself (`in_use`), its disk failed
            (`io_error`), or it cannot be read for another reason (`unreadable`); so does `read_at`.

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
            message = f"{_shown(path)} is not a regular file."
            raise errors.FileAccessError(message)
        self.stat = FileStat(
            size=status.st_size,
            mtime_ns=status.st_mtime_ns,
            device=status.st_dev,
            inode=status.st_ino,
            nlink=status.st_nlink,
            mode=status.st_mode,
        )

    @property
    def size(self) -> int:
        return self.stat.size

    def fileno(self) -> int:
        """Return the descriptor, for `flock` and its like; it stays the reader's to close."""
        return self._fd

    def read_at(self, offset: int, length: int) -> bytes:
        """Return the bytes at `offset`; fewer where the file ends."""
        length = _clamped(offset, length, self.size)
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

    def close(self) -> None:
        """Close the descriptor; doing it again does nothing."""
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
    """Take no notice."""


class BytesReader:
    """A file that is only bytes in memory."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @property
    def size(self) -> int:
        return len(self._data)

    def read_at(self, offset: int, length: int) -> bytes:
        """Return the bytes at `offset`; fewer where the data ends."""
        return self._data[offset : offset + _clamped(offset, length, len(self._data))]


def _opened(path: bytes) -> int:
    """Open a file; where it is just being moved on its disk (`journal.disk.leased`), wait for the end of that."""
    for _ in range(_PATIENCE):
        try:
            return os.open(path, _FLAGS)
        except BlockingIOError:
            time.sleep(_PAUSE)
    return os.open(path, _FLAGS)


def _clamped(offset: int, length: int, size: int) -> int:
    """Return how many bytes there are to read: a length that a file claims must never become an allocation."""
    if offset < 0 or length < 0:
        message = f"cannot read {length} bytes at offset {offset}"
        raise ValueError(message)
    return max(0, min(length, size - offset))


_SENTENCES = {
    errno.ENOENT: "is not there any more",
    errno.ENOTDIR: "is not there any more",
    errno.EACCES: "may not be read: permission denied",
    errno.EPERM: "may not be read: permission denied",
    errno.ELOOP: "is a symbolic link and was not followed",
    errno.EISDIR: "is a folder, not a file",
    errno.ENXIO: "is not a regular file",
    errno.EIO: "could not be read: the disk reported an error",
    errno.ESTALE: "could not be read: the network folder was lost",
    errno.EWOULDBLOCK: "could not be opened: another program has it for itself",
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
