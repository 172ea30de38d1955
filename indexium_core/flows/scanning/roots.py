"""
Roots (library folders): select and add them, and decide whether a root is online.

A scan does not change the rows of an *offline* root: if a disk is not mounted, its files are not deleted files.
"""

from __future__ import annotations

import collections
import os
import stat
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from indexium_core import errors
from indexium_core.files import walk
from indexium_core.model import wording
from indexium_core.model.files.inventory import LibraryRow
from indexium_core.model.files.media import FileStat
from indexium_core.store.catalog import catalog
from indexium_core.store.catalog.catalog import KnownFile
from indexium_core.store.database import Database

FolderName = str | bytes | os.PathLike[str]

MIN_KNOWN_FILES = 20  # below this number of known files, the loss of more than half of them is not suspicious
_UNCHANGED = "Its files in the database were not changed."
_REMEDY = f"{_UNCHANGED} If the files were deleted on purpose, scan the folder with --accept-missing."


def select_libraries(database: Database, dirs: Sequence[FolderName], *, photos: bool = True) -> list[LibraryRow]:
    """
    Return the libraries of `dirs`, and add those that are new; return all libraries if `dirs` is empty.

    Scans of new libraries include photos, unless `photos` is False.

    Raises:
        UsageError: A folder does not exist, is a file, cannot be listed, or one root is inside another.

    """
    known = {library.path_bytes: library for library in catalog.libraries(database.read())}
    if not dirs:
        return list(known.values())
    wanted = list(dict.fromkeys(_resolved(folder) for folder in dirs))
    new = [path for path in wanted if path not in known]
    for path in new:
        _check_folder(path)
    _check_nesting(new, known)
    if new:
        with database.atomic() as tx:
            for path in new:
                catalog.add_library(tx, path, photos=photos)
    rows = {library.path_bytes: library for library in catalog.libraries(database.read())}
    return [rows[path] for path in wanted]


def offline_reason(library: LibraryRow, *, accept_missing: bool = False) -> str:
    """
    Return why a root is offline, or "" if it is online.

    With `accept_missing`, a root that is empty or on another device counts as online.
    """
    try:
        status = os.lstat(library.path_bytes)
        with os.scandir(library.path_bytes) as entries:
            empty = all(entry.name[:1] == b"." or entry.name in walk.SYSTEM_FOLDERS for entry in entries)
    except OSError as error:
        return _unreachable(library.path, error)
    real = os.path.realpath(library.path_bytes)
    if real != library.path_bytes:
        target = real.decode("utf-8", "replace")
        return f"The folder {library.path} is now a link to {target}. Scan that folder instead. {_UNCHANGED}"
    if accept_missing:
        return ""
    if library.device is not None and status.st_dev != library.device:
        return f"The folder {library.path} is on another device than at its last scan. {_REMEDY}"
    if empty and library.file_count:
        files = wording.files(library.file_count)
        return f"The folder {library.path} is empty, but the last scan found {files} in it. {_REMEDY}"
    return ""


def _unreachable(path: str, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return f"The folder {path} does not exist. {_UNCHANGED}"
    if isinstance(error, NotADirectoryError):
        return f"{path} is not a folder. {_UNCHANGED}"
    reason = (error.strerror or str(error)).lower()
    return f"The folder {path} cannot be listed: {reason}. {_UNCHANGED}"


def mass_loss_reason(library: LibraryRow, missing: Sequence[KnownFile], new: Iterable[FileStat]) -> str:
    """
    Return why a root counts as offline because more than half of at least 20 known files are missing, or "".

    Files that moved inside the root do not count as missing. A move keeps size and mtime, so these identify them.
    """
    known = library.file_count
    if known < MIN_KNOWN_FILES or len(missing) * 2 <= known:
        return ""
    moved = collections.Counter((stat.size, stat.mtime_ns) for stat in new)
    lost = collections.Counter((row.size, row.mtime_ns) for row in missing) - moved
    if lost.total() * 2 <= known:
        return ""
    return f"{lost.total():,} of {wording.files(known)} of {library.path} are missing. {_REMEDY}"


def device_of(library: LibraryRow) -> int:
    """Return the device (`st_dev`) of a root, or the device of its last scan if the root cannot be accessed."""
    try:
        return os.lstat(library.path_bytes).st_dev
    except OSError:
        return library.device or 0


def free_bytes(library: LibraryRow) -> int | None:
    """Return the free bytes on the file system of a root, or None if they are unknown."""
    try:
        status = os.statvfs(library.path_bytes)
    except (OSError, AttributeError):
        return None
    return status.f_bavail * status.f_frsize


def is_covered(path: str, known: Iterable[bytes]) -> bool:
    """Return whether a folder is one of the known roots or is inside one."""
    real = os.path.realpath(os.fsencode(path)).rstrip(b"/") + b"/"
    return any(real.startswith(root.rstrip(b"/") + b"/") for root in known)


def _resolved(folder: FolderName) -> bytes:
    path = Path(os.fsdecode(folder))
    return os.path.realpath(os.fsencode(path.expanduser() if path.parts[:1] == ("~",) else path))


def checked_folder(folder: FolderName) -> bytes:
    """Return the path of a folder; UsageError if it does not exist, is a file, or cannot be listed."""
    path = _resolved(folder)
    _check_folder(path)
    return path


def _check_folder(path: bytes) -> None:
    shown = path.decode("utf-8", "replace")
    try:
        is_folder = stat.S_ISDIR(os.lstat(path).st_mode)
        if is_folder:
            os.scandir(path).close()
    except FileNotFoundError as error:
        raise errors.UsageError(f"The folder {shown} does not exist.", code="unknown_folder") from error
    except OSError as error:
        message = f"The folder {shown} cannot be listed: {(error.strerror or str(error)).lower()}."
        raise errors.UsageError(message) from error
    if not is_folder:
        raise errors.UsageError(f"{shown} is a file, not a folder. Give the folder that contains it.")


def _check_nesting(new: Sequence[bytes], known: Collection[bytes]) -> None:
    """Raise UsageError for a root inside another: the catalog would list its files twice."""
    for path in new:
        shown = path.decode("utf-8", "replace")
        outer = next((other for other in (*known, *new) if _inside(path, other)), None)
        if outer is not None:
            message = f"{shown} is inside {outer.decode('utf-8', 'replace')}, which is scanned with all its subfolders."
            raise errors.UsageError(message)
        inner = next((other for other in known if _inside(other, path)), None)
        if inner is not None:
            library = inner.decode("utf-8", "replace")
            message = f"{shown} contains the library {library}. Remove that library first, then scan {shown}."
            raise errors.UsageError(message)


def _inside(path: bytes, root: bytes) -> bool:
    separator = os.fsencode(os.sep)
    return path.startswith(root.rstrip(separator) + separator)
