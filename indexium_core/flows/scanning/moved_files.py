"""
Files that are no longer where the last scan found them, although this scan has not read their paths yet.

Two files that swap their names may be read in different groups, or in different scans. Without a look at the other
path, the first of them would be a copy of a file that is gone a moment later, and what was decided about it would
stay behind.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from indexium_core import errors
from indexium_core.files import walk
from indexium_core.flows.scanning import file_facts
from indexium_core.model.files.media import FileStat
from indexium_core.store.catalog.recordings import FileElsewhere
from indexium_core.store.rows import ScannedFile

_OTHER_CONTENT = frozenset({"corrupt", "empty", "not_video"})  # such a row has the hash of what its path had before


@dataclass(frozen=True, slots=True)
class Disk:
    """What is at a path now; the tests have another one."""

    stat: Callable[[bytes], FileStat | None]  # None: nothing
    file_hash: Callable[[bytes, FileStat, str], str | None]  # of the kind of a known hash; None: not readable


def _stat(path: bytes) -> FileStat | None:
    """Return the stat facts of a path; None: there is nothing. OSError: they are not known."""
    try:
        return walk.file_stat(os.lstat(path))
    except FileNotFoundError:
        return None


def _hash(path: bytes, stat: FileStat, known: str) -> str | None:
    try:
        found = file_facts.hash_media(path, stat, [known])
    except errors.IndexiumError:
        return None
    return found[0][0] if found else None


DISK = Disk(_stat, _hash)


def find(
    present: Iterable[FileElsewhere],
    arrived: Sequence[ScannedFile],
    *,
    is_online: Callable[[int], bool],
    disk: Disk = DISK,
) -> list[int]:
    """
    Return the ids of the files whose path has other content now.

    Args:
        present: The files of the catalog that have the media of one of `arrived`, at other paths.
        arrived: The files that were read.
        is_online: Whether a library is online; in another one, a path without a file means nothing.
        disk: What is at each path.

    """
    identities = {each.stat.identity for each in arrived}
    return [row.file_id for row in present if _has_left(row, identities, is_online, disk)]


def _has_left(
    row: FileElsewhere, arrived: Collection[tuple[int, int, int, int]], is_online: Callable[[int], bool], disk: Disk
) -> bool:
    if row.state in _OTHER_CONTENT:
        return True
    try:
        now = disk.stat(row.path_bytes)
    except OSError:
        return False
    if now is None:
        return is_online(row.library_id)
    if (now.size, now.mtime_ns) == (row.size, row.mtime_ns):
        return False
    # A renamed file is the same on the disk. Of a copy, the original may have got other tags: its media tells.
    is_renamed = (row.device, row.inode, row.size, row.mtime_ns) in arrived
    return is_renamed or disk.file_hash(row.path_bytes, now, row.file_hash) != row.file_hash
