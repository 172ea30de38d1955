"""
The few system calls through which bytes of a media file or of a journal ever change.

Nothing else in the program writes to either. Each call does all of what it is asked or raises OSError; the crash tests
kill the process at every one of them.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
from pathlib import Path

from indexium_core import errors

__all__ = [
    "Descriptor",
    "access_error",
    "append",
    "create_journal",
    "lock",
    "open_journal",
    "open_media",
    "pwrite",
    "set_mtime",
    "shown",
    "sync",
    "sync_data",
    "truncate",
]

# O_NOFOLLOW: the path was resolved when it was scanned; a link there now is not the file that was planned.
# O_NONBLOCK and O_NOCTTY: whatever took the file's place, opening it neither waits nor takes it as a terminal.
_MEDIA_FLAGS = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY
_JOURNAL_FLAGS = os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW

_SENTENCES = {
    errno.ENOENT: ("missing_file", "is not there any more"),
    errno.ENOTDIR: ("missing_file", "is not there any more"),
    errno.EACCES: ("read_only", "may not be written: permission denied"),
    errno.EPERM: ("read_only", "may not be written: the system does not permit it (is it immutable?)"),
    errno.EROFS: ("read_only", "may not be written: its file system is read-only"),
    errno.ETXTBSY: ("in_use", "is in use by a running program"),
    errno.EBUSY: ("in_use", "is in use"),
    errno.EWOULDBLOCK: ("in_use", "is being written by another process"),
    errno.ENOSPC: ("low_space", "could not be written: the disk is full"),
    errno.EDQUOT: ("low_space", "could not be written: the disk quota is used up"),
    errno.EFBIG: ("too_large", "could not be written: it would be larger than its file system allows"),
    errno.EIO: ("io_error", "could not be written: the disk reported an error"),
    errno.ESTALE: ("unreadable", "could not be reached: the network folder was lost"),
    errno.ENOLCK: ("no_locks", "could not be locked: its file system knows no locks"),
    errno.EOPNOTSUPP: ("no_locks", "could not be locked: its file system knows no locks"),
}


class Descriptor:
    """A `Reader` over an open descriptor: what the file is now, not what it was when it was opened."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    @property
    def size(self) -> int:
        return os.fstat(self._fd).st_size

    def read_at(self, offset: int, length: int) -> bytes:
        """Return the bytes at `offset`; fewer where the file ends."""
        length = max(0, min(length, self.size - offset))  # a length that a file claims must not become an allocation
        data = os.pread(self._fd, length, offset)
        while len(data) < length:  # a signal or a network file system may answer in parts
            more = os.pread(self._fd, length - len(data), offset + len(data))
            if not more:
                break
            data += more
        return data


def open_media(path: bytes) -> int:
    """
    Open a media file for reading and writing and return the descriptor.

    Raises:
        FileAccessError: It cannot be opened.
        ConflictError: What is at the path now is a link or no regular file.

    """
    try:
        fd = os.open(path, _MEDIA_FLAGS)
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.EISDIR, errno.ENXIO}:
            message = f"{shown(path)} is not a regular file any more."
            raise errors.ConflictError(message) from error
        raise access_error(path, error) from error
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        message = f"{shown(path)} is not a regular file any more."
        raise errors.ConflictError(message)
    return fd


def create_journal(path: Path) -> int:
    """Create a journal that only the owner may read, with its folder entry durable, and return the descriptor."""
    _make_folder(path.parent)
    fd = os.open(path, _JOURNAL_FLAGS | os.O_CREAT | os.O_EXCL, 0o600)
    _sync_folder(path.parent)
    return fd


def open_journal(path: Path) -> int:
    """Open a journal that is there, to read it and to add to it."""
    return os.open(path, _JOURNAL_FLAGS)


def lock(fd: int) -> None:
    """Take the exclusive lock of an open file without waiting; it goes with the descriptor."""
    fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)


def pwrite(fd: int, data: bytes, offset: int) -> None:
    """Write all of `data` at `offset`."""
    rest = memoryview(data)
    while rest:
        done = os.pwrite(fd, rest, offset)
        _must_progress(done)
        rest, offset = rest[done:], offset + done


def append(fd: int, data: bytes) -> None:
    """Write all of `data` at the end."""
    rest = memoryview(data)
    while rest:
        done = os.write(fd, rest)
        _must_progress(done)
        rest = rest[done:]


def truncate(fd: int, size: int) -> None:
    """Cut the file to `size` bytes."""
    os.ftruncate(fd, size)


def set_mtime(fd: int, mtime_ns: int) -> None:
    """Set the modification time, in nanoseconds, where it differs; the access time stays."""
    status = os.fstat(fd)
    if status.st_mtime_ns != mtime_ns:
        with contextlib.suppress(
            PermissionError
        ):  # a file of somebody else that we may write: its bytes are what counts
            os.utime(fd, ns=(status.st_atime_ns, mtime_ns))


def sync(fd: int) -> None:
    """Return when bytes, size and times are on the medium; after an error nothing is known of what is there."""
    full = getattr(fcntl, "F_FULLFSYNC", None)  # macOS: fsync alone leaves the bytes in the drive's cache
    if full is not None:
        fcntl.fcntl(fd, full)
    else:
        os.fsync(fd)


def sync_data(fd: int) -> None:
    """Return when bytes and size are on the medium."""
    if hasattr(os, "fdatasync"):
        os.fdatasync(fd)
    else:
        sync(fd)


def access_error(path: bytes, error: OSError) -> errors.MetadataError:
    """Return what a failed system call on a media file means, as one sentence with a code."""
    code, sentence = _SENTENCES.get(error.errno or 0, ("", f"could not be written: {error.strerror or error}"))
    kind = errors.ConflictError if code == "in_use" else errors.FileAccessError
    return kind(f"{shown(path)} {sentence}.", code=code)


def shown(path: bytes) -> str:
    """Return a path as a person can read it."""
    return path.decode("utf-8", "replace")


def _must_progress(done: int) -> None:
    if done <= 0:
        raise OSError(errno.EIO, "nothing was written")


def _make_folder(folder: Path) -> None:
    """Make the folder and its parents, each durable in the one above, so that no power cut takes a journal with it."""
    if not folder.is_dir():
        _make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
