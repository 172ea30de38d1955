"""
The system calls that change bytes, names and attributes of media files and journals.

Only this module changes them. Each call completes its work or raises OSError; the crash tests kill the process at every
one of these calls.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import functools
import os
import signal
import stat
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from indexium_core import errors

# O_NOFOLLOW: the scan resolved the path, so a link at the path is not the file that was planned.
# O_NONBLOCK and O_NOCTTY: the open never blocks and never acquires a terminal, even if a device replaced the file.
_MEDIA_FLAGS = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY
_JOURNAL_FLAGS = os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
_FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
# With O_PATH, which only Linux has, a folder on the way needs no permission to be read.
_WAY_FLAGS = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_CLOEXEC | os.O_NOFOLLOW

_CLONE_RANGE = 0x4020940D  # FICLONERANGE
_KEEP_SIZE = 1  # FALLOC_FL_KEEP_SIZE
_WRITE_OUT = 2  # SYNC_FILE_RANGE_WRITE
_FALLOCATE = ("fallocate64", ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64)
_RENAME = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)
_RENAME_NEW = (("renameat2", 1), ("renameatx_np", 4))  # RENAME_NOREPLACE of Linux, RENAME_EXCL of macOS
_EXCHANGE = (("renameat2", 2), ("renameatx_np", 2))  # RENAME_EXCHANGE, RENAME_SWAP
# Errors of a system call for a hard link that is not possible.
NO_LINKS = frozenset((errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK))
# Errors of a call that this file system or these files do not support; a failing disk has other errors.
_CANNOT = frozenset(
    (errno.EOPNOTSUPP, errno.ENOSYS, errno.ENOTTY, errno.EXDEV, errno.EINVAL, errno.EPERM, errno.ETXTBSY, errno.EINTR)
)

_COLLAPSE_RANGE, _INSERT_RANGE = 0x08, 0x20  # of fallocate(2)
_SHIFTING = frozenset((0xEF53, 0x58465342))  # f_type of statfs(2) for ext4 and XFS

_SENTENCES = {
    errno.ENOENT: ("missing_file", "no longer exists"),
    errno.ENOTDIR: ("missing_file", "no longer exists"),
    errno.EACCES: ("read_only", "is not writable: permission denied"),
    errno.EPERM: ("read_only", "is not writable: the system does not permit it (is it immutable?)"),
    errno.EROFS: ("read_only", "is not writable: its file system is read-only"),
    errno.ETXTBSY: ("in_use", "is in use by a running program"),
    errno.EBUSY: ("in_use", "is in use"),
    errno.EWOULDBLOCK: ("in_use", "is being written by another process"),
    errno.ENOSPC: ("low_space", "could not be written: the disk is full"),
    errno.EDQUOT: ("over_quota", "could not be written: the disk quota is used up"),
    errno.EFBIG: ("too_large", "could not be written: it would be larger than its file system allows"),
    errno.EIO: ("io_error", "could not be written: the disk reported an error"),
    errno.EXDEV: ("other_volume", "could not be replaced: the other file is on another file system"),
    errno.ESTALE: ("unreadable", "could not be reached: the network folder was lost"),
    errno.ENOLCK: ("no_locks", "could not be locked: its file system does not support locks"),
    errno.EOPNOTSUPP: ("no_locks", "could not be locked: its file system does not support locks"),
}


class SyncError(OSError):
    """A failed fsync: the content of the medium is unknown, and a later successful fsync is not a proof."""


class Descriptor:
    """A `Reader` over an open descriptor. It reads the present file, not the state at the time of opening."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    @property
    def size(self) -> int:
        return os.fstat(self._fd).st_size

    def fileno(self) -> int:
        """Return the descriptor; its owner closes it."""
        return self._fd

    def read_at(self, offset: int, length: int) -> bytes:
        """Return the bytes at `offset`, or fewer bytes at the end of the file."""
        length = max(0, min(length, self.size - offset))  # a damaged length field must not cause a large allocation
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
        ConflictError: The path now leads through a link, or names no regular file.

    """
    place, name = os.path.split(path)
    try:
        folder = open_folder(place)
        try:
            fd = os.open(name, _MEDIA_FLAGS, dir_fd=folder)
        finally:
            os.close(folder)
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.EISDIR, errno.ENXIO}:
            message = f"{shown(path)} is no longer a regular file."
            raise errors.ConflictError(message) from error
        raise access_error(path, error) from error
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        message = f"{shown(path)} is no longer a regular file."
        raise errors.ConflictError(message)
    return fd


def create_journal(path: Path, *, in_home: bool = True) -> int:
    """Create a journal that only the owner may read, with a durable folder entry, and return the descriptor."""
    _make_folder(path.parent)
    if in_home:
        _sync_folder(path.parent.parent)  # it has the ledger's new log, and the database does not sync it
    fd = os.open(path, _JOURNAL_FLAGS | os.O_CREAT | os.O_EXCL, 0o600)
    _sync_folder(path.parent)
    return fd


def open_journal(path: Path) -> int:
    """Open an existing journal for reading and appending."""
    return os.open(path, _JOURNAL_FLAGS)


def lock(fd: int) -> None:
    """Take the exclusive lock of an open file without waiting; closing the descriptor releases it."""
    fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextlib.contextmanager
def leased(fd: int) -> Iterator[None]:
    """
    Hold exclusive access to an open file: a process that opens it meanwhile waits until the end of the block.

    Raises OSError on entry: BlockingIOError if any process has the file open already, including this process by another
    descriptor; other errors if the file system has no leases or the file belongs to another user.
    """
    if not hasattr(fcntl, "F_SETLEASE"):
        raise OSError(errno.EOPNOTSUPP, "there are no leases on this system")
    fcntl.fcntl(fd, fcntl.F_SETSIG, signal.SIGURG)  # sent when another process waits; unlike SIGIO it is ignored
    fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_WRLCK)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):  # the lease expired while another process waited
            fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_UNLCK)


def can_shift(fd: int) -> bool:
    """
    Tell whether insert range and collapse range renumber extents here, protected by the file system's journal.

    Other file systems (SMB) accept the same calls and copy every byte.
    """
    statfs = getattr(ctypes.CDLL(None, use_errno=True), "fstatfs64", None)
    room = ctypes.create_string_buffer(256)
    if statfs is None or statfs(fd, room) != 0:
        return False
    return ctypes.c_long.from_buffer(room).value & 0xFFFFFFFF in _SHIFTING


def insert_range(fd: int, offset: int, length: int) -> None:
    """Insert a hole of `length` bytes before the byte at `offset`; both are multiples of the block size."""
    _shift(fd, _INSERT_RANGE, offset, length)


def collapse_range(fd: int, offset: int, length: int) -> None:
    """Remove `length` bytes at `offset` from the file; both are multiples of the block size."""
    _shift(fd, _COLLAPSE_RANGE, offset, length)


def pwrite(fd: int, data: bytes, offset: int) -> None:
    """Write all of `data` at `offset`."""
    rest = memoryview(data)
    while rest:
        done = os.pwrite(fd, rest, offset)
        _must_progress(done)
        rest, offset = rest[done:], offset + done


def append(fd: int, data: bytes) -> None:
    """Append all of `data`."""
    rest = memoryview(data)
    while rest:
        done = os.write(fd, rest)
        _must_progress(done)
        rest = rest[done:]


def truncate(fd: int, size: int) -> None:
    """Truncate the file to `size` bytes."""
    os.ftruncate(fd, size)


def set_mtime(fd: int, mtime_ns: int) -> None:
    """Set the modification time, in nanoseconds, if it differs; do not change the access time."""
    status = os.fstat(fd)
    if status.st_mtime_ns != mtime_ns:
        with contextlib.suppress(PermissionError):  # the file belongs to another user: only its bytes matter
            os.utime(fd, ns=(status.st_atime_ns, mtime_ns))


def sync(fd: int) -> None:
    """Return when bytes, size and times are on the medium; after an error the content of the medium is unknown."""
    full = getattr(fcntl, "F_FULLFSYNC", None)  # on macOS, fsync leaves the bytes in the drive's cache
    try:
        if full is not None:
            fcntl.fcntl(fd, full)
        else:
            os.fsync(fd)
    except OSError as error:
        raise SyncError(error.errno, error.strerror) from error


def sync_data(fd: int) -> None:
    """Return when bytes and size are on the medium."""
    if not hasattr(os, "fdatasync"):
        sync(fd)
        return
    try:
        os.fdatasync(fd)
    except OSError as error:
        raise SyncError(error.errno, error.strerror) from error


def start_writing(fd: int, offset: int, length: int) -> None:
    """
    Start to write a range of a file to the medium, without waiting; nothing is durable before `sync`.

    `sync` reports the errors. Without such a system call, the function returns at once.
    """
    if (start := _c_function("sync_file_range", ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint)) is None:
        return
    start(fd, offset, length, _WRITE_OUT)


# New files and names. Names are resolved relative to an open folder, so they stay valid if the folder is moved.


def open_folder(path: bytes) -> int:
    """
    Open a folder of media and return the descriptor. Each folder on the way is opened in the one before it.

    A scan stores paths without links. So a link on the way has replaced a folder since, and may lead anywhere.

    Raises:
        ConflictError: A folder on the way is a link.
        OSError: It cannot be opened.

    """
    names = [name for name in path.split(b"/") if name]
    fd = os.open(b"/" if path.startswith(b"/") else b".", _WAY_FLAGS if names else _FOLDER_FLAGS)
    for count, name in enumerate(names, 1):
        flags = _WAY_FLAGS if count < len(names) else _FOLDER_FLAGS | os.O_NOFOLLOW
        try:
            following = os.open(name, flags, dir_fd=fd)
        except OSError as error:
            found = lookup(name, folder=fd)
            if found is not None and stat.S_ISLNK(found.st_mode):
                place = shown(b"/" + b"/".join(names[:count]))
                raise errors.ConflictError(f"The folder {place} is a link now. Scan its library again.") from error
            raise
        finally:
            os.close(fd)
        fd = following
    return fd


def open_own_folder(path: bytes) -> int:
    """Open a folder of the home, to which links may lead, and return the descriptor."""
    return os.open(path, _FOLDER_FLAGS)


def make_folder(path: bytes) -> None:
    """Create a folder that only the owner may enter, and its parents, each with a durable entry in its parent."""
    _make_folder(Path(os.fsdecode(path)))


def lookup(name: bytes, *, folder: int) -> os.stat_result | None:
    """Return the `lstat` result of a name, or None if the name does not exist."""
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None


def create(name: bytes, *, folder: int) -> int:
    """Create a file that only the owner may open, and return the descriptor; the name must not exist."""
    return os.open(name, _MEDIA_FLAGS | os.O_CREAT | os.O_EXCL, 0o600, dir_fd=folder)


def link(name: bytes, new: bytes, *, folder: int, new_folder: int) -> None:
    """Create a hard link to a file; the new name must not exist."""
    os.link(name, new, src_dir_fd=folder, dst_dir_fd=new_folder, follow_symlinks=False)


def rename(name: bytes, new: bytes, *, folder: int, new_folder: int) -> None:
    """Rename a file atomically; another file that has the new name loses that name."""
    os.rename(name, new, src_dir_fd=folder, dst_dir_fd=new_folder)


def rename_new(name: bytes, new: bytes, *, folder: int) -> bool:
    """
    Rename a file atomically in its folder; the new name must not exist.

    Returns False if the system or the file system cannot check that in the same step; then nothing has changed.
    """
    return _rename_by(_RENAME_NEW, name, new, folder=folder)


def exchange(name: bytes, other: bytes, *, folder: int) -> bool:
    """
    Exchange the names of two files of a folder atomically.

    Returns False if the system or the file system cannot do that; then nothing has changed.
    """
    return _rename_by(_EXCHANGE, name, other, folder=folder)


def _rename_by(calls: tuple[tuple[str, int], ...], name: bytes, new: bytes, *, folder: int) -> bool:
    for call, flag in calls:
        if (function := _c_function(call, *_RENAME)) is None:
            continue
        if function(folder, name, folder, new, flag) == 0:
            return True
        number = ctypes.get_errno()
        if number not in _CANNOT:
            raise OSError(number, os.strerror(number))
    return False


def remove(name: bytes, *, folder: int) -> None:
    """Unlink a name."""
    os.unlink(name, dir_fd=folder)


def remove_folder(name: bytes, *, folder: int) -> None:
    """Remove an empty folder; OSError if it is not empty."""
    os.rmdir(name, dir_fd=folder)


def sync_folder(fd: int) -> bool:
    """Wait until the folder is stored on the disk; return False if its file system cannot confirm that."""
    try:
        os.fsync(fd)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.EOPNOTSUPP, errno.ENOSYS}:
            raise SyncError(error.errno, error.strerror) from error
        return False
    return True


def free_bytes(fd: int) -> int | None:
    """Return the free space for the file or folder in bytes; None if it is unknown."""
    status = os.fstatvfs(fd)
    return status.f_bavail * status.f_frsize if status.f_blocks else None


def reserve(fd: int, size: int) -> bool:
    """
    Allocate space for the first `size` bytes of a file; its size does not change.

    Returns False if the file system cannot do that. `posix_fallocate` is not used: without support, it writes zeros.
    """
    allocate = _c_function(*_FALLOCATE)
    if allocate is None or size == 0:
        return False
    if allocate(fd, _KEEP_SIZE, 0, size) == 0:
        return True
    number = ctypes.get_errno()
    if number in _CANNOT:
        return False
    raise OSError(number, os.strerror(number))


def clone(source: int, offset: int, length: int, fd: int, at: int) -> bool:
    """Share whole blocks of another file instead of copying them; return False if the file system cannot."""
    try:
        fcntl.ioctl(fd, _CLONE_RANGE, struct.pack("=qQQQ", source, offset, length, at))
    except OSError as error:
        if error.errno not in _CANNOT:
            raise
        return False
    return True


def copy(source: int, offset: int, length: int, fd: int, at: int) -> int:
    """
    Let the system copy bytes between files and return their number; 0 if it cannot, or at the end of the source.

    A network file system may copy on the server, and some local file systems share the blocks.
    """
    if not hasattr(os, "copy_file_range"):
        return 0
    try:
        return os.copy_file_range(source, fd, length, offset, at)
    except OSError as error:
        if error.errno not in _CANNOT:
            raise
        return 0


def set_owner(fd: int, uid: int, gid: int) -> None:
    """Set the owner and the group of a file; -1 keeps the present one."""
    os.fchown(fd, uid, gid)


def set_mode(fd: int, mode: int) -> None:
    """Set the permission bits."""
    os.fchmod(fd, mode)


def set_attribute(fd: int, name: str, value: bytes) -> None:
    """Set an extended attribute."""
    os.setxattr(fd, name, value)


def remove_attribute(fd: int, name: str) -> None:
    """Remove an extended attribute."""
    os.removexattr(fd, name)


def access_error(path: bytes, error: OSError) -> errors.MetadataError:
    """Return the error for a failed system call on a media file: one sentence with a code."""
    code, sentence = _SENTENCES.get(error.errno or 0, ("", f"could not be written: {error.strerror or error}"))
    if isinstance(error, SyncError) and code in {"", "io_error"}:
        code, sentence = "sync_failed", "could not be written: the disk did not store the data"
    kind = errors.ConflictError if code == "in_use" else errors.FileAccessError
    return kind(f"{shown(path)} {sentence}.", code=code)


def shown(path: bytes) -> str:
    """Return a path as readable text."""
    return path.decode("utf-8", "replace")


def _shift(fd: int, mode: int, offset: int, length: int) -> None:
    allocate = _c_function(*_FALLOCATE)
    number = errno.EOPNOTSUPP
    if allocate is None or (allocate(fd, mode, offset, length) != 0 and (number := ctypes.get_errno())):
        raise OSError(number, os.strerror(number))


def _must_progress(done: int) -> None:
    if done <= 0:
        raise OSError(errno.EIO, "nothing was written")


def _make_folder(folder: Path) -> None:
    """Create the folder and its parents, each with a durable entry in its parent, against a power loss."""
    if not folder.is_dir():
        _make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    except OSError as error:
        raise SyncError(error.errno, error.strerror) from error
    finally:
        os.close(fd)


@functools.cache
def _c_function(name: str, *arguments: type[ctypes._SimpleCData[Any]]) -> ctypes._NamedFuncPointer | None:
    """Return a function of the C library with its argument types, or None if the library does not have the function."""
    function = getattr(ctypes.CDLL(None, use_errno=True), name, None)
    if function is not None:
        function.argtypes = arguments
    return function
