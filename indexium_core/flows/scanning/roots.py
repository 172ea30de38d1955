"""
Roots: which folders a scan is about, and whether a root is really there.

A root that cannot be trusted is *offline*, and then nothing of it changes: a disk that was not mounted must never look
like a person who deleted everything.
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
from indexium_core.model.files.media import FileStat
from indexium_core.store.catalog import catalog
from indexium_core.store.catalog.catalog import KnownFile, LibraryRow
from indexium_core.store.database import Database

__all__ = ["FolderName", "choose", "device", "doubt_loss", "doubt_root", "free_bytes"]

FolderName = str | bytes | os.PathLike[str]

ENOUGH = 20  # known files from which on the loss of more than half of them is no ordinary tidying up
_REMEDY = "Nothing of it was changed. If this is how it is meant to be, scan it with --really-gone."


def choose(database: Database, dirs: Sequence[FolderName]) -> list[LibraryRow]:
    """
    Return the libraries of `dirs`, added where they are new; all libraries where none is named.

    Raises:
        UsageError: A folder is not there, is a file, cannot be listed, or a root lies inside another one.

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
                catalog.add_library(tx, path)
    rows = {library.path_bytes: library for library in catalog.libraries(database.read())}
    return [rows[path] for path in wanted]


def doubt_root(library: LibraryRow, *, trusting: bool = False) -> str:
    """
    Return why a root is offline, "" where it is there.

    `trusting` is the person's word that the root is right although it changed its device or is empty.
    """
    try:
        status = os.lstat(library.path_bytes)
        with os.scandir(library.path_bytes) as entries:
            empty = all(entry.name[:1] == b"." or entry.name in walk.SYSTEM_FOLDERS for entry in entries)
    except OSError as error:
        return _unreachable(library.path, error)
    real = os.path.realpath(library.path_bytes)
    if real != library.path_bytes:
        where = real.decode("utf-8", "replace")
        return f"{library.path} is a link now and leads to {where}: scan that folder. Nothing of it was changed."
    if trusting:
        return ""
    if library.device is not None and status.st_dev != library.device:
        return f"The folder {library.path} is on another device than at its last scan. {_REMEDY}"
    if empty and library.file_count:
        files = wording.files(library.file_count)
        return f"The folder {library.path} is empty, though it had {files}. {_REMEDY}"
    return ""


def _unreachable(path: str, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return f"The folder {path} is not there. Nothing of it was changed."
    if isinstance(error, NotADirectoryError):
        return f"{path} is not a folder any more. Nothing of it was changed."
    why = (error.strerror or str(error)).lower()
    return f"The folder {path} cannot be listed: {why}. Nothing of it was changed."


def doubt_loss(library: LibraryRow, lost: Sequence[KnownFile], fresh: Iterable[FileStat]) -> str:
    """
    Return why a root is offline for having lost too much: more than half of at least 20 known files.

    Files that were moved inside the root are no loss; size and mtime, which a move keeps, tell well enough here.
    """
    known = library.file_count
    if known < ENOUGH or len(lost) * 2 <= known:
        return ""
    found = collections.Counter((stat.size, stat.mtime_ns) for stat in fresh)
    gone = collections.Counter((row.size, row.mtime_ns) for row in lost) - found
    if gone.total() * 2 <= known:
        return ""
    return f"{gone.total():,} of {known:,} files of {library.path} are not there any more. {_REMEDY}"


def device(library: LibraryRow) -> int:
    """Return the device that a root is on now; the one it was on where it went this very moment."""
    try:
        return os.lstat(library.path_bytes).st_dev
    except OSError:
        return library.device or 0


def free_bytes(library: LibraryRow) -> int | None:
    """Return how many bytes are free beside a root's files, None where nobody can tell."""
    try:
        found = os.statvfs(library.path_bytes)
    except (OSError, AttributeError):
        return None
    return found.f_bavail * found.f_frsize


def _resolved(folder: FolderName) -> bytes:
    path = Path(os.fsdecode(folder))
    return os.path.realpath(os.fsencode(path.expanduser() if path.parts[:1] == ("~",) else path))


def _check_folder(path: bytes) -> None:
    shown = path.decode("utf-8", "replace")
    try:
        is_folder = stat.S_ISDIR(os.lstat(path).st_mode)
        if is_folder:
            os.scandir(path).close()
    except FileNotFoundError as error:
        message = f"There is no folder {shown}."
        raise errors.UsageError(message, code="unknown_folder") from error
    except OSError as error:
        message = f"The folder {shown} cannot be listed: {(error.strerror or str(error)).lower()}."
        raise errors.UsageError(message) from error
    if not is_folder:
        message = f"{shown} is a file, not a folder. Name the folder that it is in."
        raise errors.UsageError(message)


def _check_nesting(new: Sequence[bytes], known: Collection[bytes]) -> None:
    """Refuse a root inside another: its files would be there twice."""
    for path in new:
        shown = path.decode("utf-8", "replace")
        outer = next((other for other in (*known, *new) if _inside(path, other)), None)
        if outer is not None:
            message = (
                f"{shown} lies inside {outer.decode('utf-8', 'replace')}, which is scanned with all that is in it."
            )
            raise errors.UsageError(message)
        inner = next((other for other in known if _inside(other, path)), None)
        if inner is not None:
            library = inner.decode("utf-8", "replace")
            message = f"{shown} holds the library {library}. Remove that one first, then scan {shown}."
            raise errors.UsageError(message)


def _inside(path: bytes, root: bytes) -> bool:
    separator = os.fsencode(os.sep)
    return path.startswith(root.rstrip(separator) + separator)
