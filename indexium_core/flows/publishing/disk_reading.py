"""The present side files on the disk, for the plan of publications. Nothing is changed."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from blake3 import blake3

from indexium_core import errors
from indexium_core.files import volumes
from indexium_core.files.journal.side_files import MAX_SIDE_FILE_BYTES
from indexium_core.model.publishing import side_file_names
from indexium_core.model.publishing.publication import SideFilePlan


class PresentFile(NamedTuple):
    """A side file on the disk."""

    content_hash: str  # BLAKE3, hex
    size: int  # bytes
    mtime_ns: int


class FolderReader:
    """Reads folders and side files for one computation of the plan; a folder is listed once."""

    def __init__(self, known: Mapping[bytes, SideFilePlan]) -> None:
        """`known`: side files of the present plan; one of the same size and time is not read again."""
        self._known = known
        self._names: dict[bytes, frozenset[bytes] | None] = {}
        self._writable: dict[bytes, bool] = {}  # by path
        self._writable_kinds: set[tuple[int, int, int, int]] = set()  # file system, permissions and owners

    def names(self, folder: bytes) -> frozenset[bytes]:
        """Return the names in a folder. Raises FileAccessError (`offline`) if it cannot be listed."""
        if folder not in self._names:
            try:
                with os.scandir(folder) as entries:
                    self._names[folder] = frozenset(each.name for each in entries)
            except OSError:
                self._names[folder] = None
        found = self._names[folder]
        if found is None:
            raise errors.FileAccessError(f"The folder {_shown(folder)} cannot be listed.", code="offline")
        return found

    def is_writable(self, folder: bytes) -> bool:
        """
        Return whether files can be created in a folder.

        A trial takes as long as the creation of a file. So it counts for all folders of a file system with the same
        permissions and owners, as long as the system grants access to them.
        """
        if folder not in self._writable:
            self._writable[folder] = self._accepts_files(folder)
        return self._writable[folder]

    def _accepts_files(self, folder: bytes) -> bool:
        try:
            status = os.stat(folder)  # noqa: PTH116 - a path of bytes
        except OSError:
            return False
        if volumes.protection(folder):
            return False
        kind = (status.st_dev, status.st_mode, status.st_uid, status.st_gid)
        if kind in self._writable_kinds and os.access(folder, os.W_OK | os.X_OK):
            return True
        is_writable = _takes_new_file(folder)
        if is_writable:
            self._writable_kinds.add(kind)
        return is_writable

    def present(self, path: bytes) -> PresentFile | None:
        """
        Return a side file, None if there is none.

        Raises:
            RefusedError: It is no plain file of one name (`not_replaceable`), or cannot be read.

        """
        folder, name = os.path.split(path)
        if name not in self.names(folder):
            return None
        try:
            status = os.lstat(path)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise errors.RefusedError(f"It cannot be read: {error.strerror}.", code="not_replaceable") from error
        if not stat.S_ISREG(status.st_mode):
            raise errors.RefusedError("It is a link or a folder.", code="not_replaceable")
        if status.st_nlink > 1:
            raise errors.RefusedError("The file has other names (hard links).", code="not_replaceable")
        if not status.st_mode & stat.S_IWUSR:
            raise errors.RefusedError("The file is read-only.", code="not_replaceable")
        if protected := volumes.protection(path):
            raise errors.RefusedError(protected, code="not_replaceable")
        if status.st_size > MAX_SIDE_FILE_BYTES:
            raise errors.RefusedError(
                f"The file is larger than {MAX_SIDE_FILE_BYTES // 1_000_000} MB.", code="not_replaceable"
            )
        known = self._known.get(path)
        if (
            known
            and known.before_hash
            and (known.before_size, known.before_mtime_ns)
            == (
                status.st_size,
                status.st_mtime_ns,
            )
        ):
            return PresentFile(known.before_hash, status.st_size, status.st_mtime_ns)
        return PresentFile(blake3(self.content(path)).hexdigest(), status.st_size, status.st_mtime_ns)

    def content(self, path: bytes) -> bytes:
        """Return the bytes of a side file. Raises RefusedError if it cannot be read."""
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with os.fdopen(descriptor, "rb") as file:
                return file.read(MAX_SIDE_FILE_BYTES + 1)
        except OSError as error:
            raise errors.RefusedError(f"It cannot be read: {error.strerror}.", code="not_replaceable") from error

    def is_as_planned(self, files: Sequence[SideFilePlan]) -> bool:
        """Return whether the side files of a title, and their folders, are as the plan has seen them."""
        return all(
            each.action != "blocked"
            and _is_as_seen(each)
            and self._has_same_folder(each, files)
            and not (each.is_written and volumes.protection(each.path_bytes))
            for each in files
        )

    def _has_same_folder(self, file: SideFilePlan, files: Sequence[SideFilePlan]) -> bool:
        """Return whether the folder of a file is as writable as before, and has no other file of its kind."""
        folder, name = os.path.split(file.path_bytes)
        if file.is_written != self.is_writable(folder) and (file.is_written or "folder_not_writable" in file.codes):
            return False
        if file.is_nfo or not file.is_written:
            return True
        try:
            found = set(side_file_names.twins(name, self.names(folder)))
        except errors.MetadataError:
            return False
        return found <= {os.path.split(each.path_bytes)[1] for each in files}

    def name_in_other_case(self, folder: bytes, name: bytes) -> bytes:
        """Return the name in a folder that differs from `name` only in the case of its letters; else `name`."""
        names = self.names(folder)
        if name in names:
            return name
        lower = name.lower()
        return next((each for each in sorted(names) if each.lower() == lower), name)


def _is_as_seen(file: SideFilePlan) -> bool:
    """Return whether the present file has the size and the time that the plan has seen; no file if it saw none."""
    try:
        status = os.lstat(file.path_bytes)
    except OSError:
        return file.before_hash is None
    seen = (file.before_size, file.before_mtime_ns)
    return file.before_hash is not None and (status.st_size, status.st_mtime_ns) == seen


def _shown(path: bytes) -> str:
    return path.decode("utf-8", "replace")


def _takes_new_file(folder: bytes) -> bool:
    """
    Return whether this user can create files in a folder, by an attempt: the file has no name, and nothing remains.

    A folder without a write bit is read-only, also for root. If the file system has no files without names, the
    permissions count.
    """
    try:
        if not os.lstat(folder).st_mode & 0o222:
            return False
        os.close(os.open(folder, os.O_TMPFILE | os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))
    except AttributeError:  # only Linux has O_TMPFILE
        return os.access(folder, os.W_OK | os.X_OK)
    except OSError as error:
        is_unsupported = error.errno in {errno.EOPNOTSUPP, errno.EINVAL, errno.EISDIR, errno.ENOENT}
        return is_unsupported and os.access(folder, os.W_OK | os.X_OK)
    return True
