"""
The survey of one root: the walk, compared with what the catalog knows.

Nothing is read but names and `stat`, and nothing is written. A file is unchanged if size and mtime are the same; then
its content is not looked at. No file is taken to be gone unless its folder was listed to the end.
"""

from __future__ import annotations

import collections
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from indexium_core.files import walk
from indexium_core.flows.scanning import roots
from indexium_core.model.files.media import FileStat
from indexium_core.store.catalog import catalog
from indexium_core.store.catalog.catalog import KnownFile, LibraryRow, Restat
from indexium_core.store.connection import Connection

__all__ = ["Discovery", "FileToRead", "is_growing", "look", "survey"]

_RECENT_NS = 60 * 10**9  # a file that was touched this recently may still be being written
# Whether these can be read now does not show in size and mtime.
_LOOK_AGAIN = frozenset({"missing", "unreadable"})
_SEPARATOR = os.fsencode(os.sep)


@dataclass(frozen=True, slots=True)
class FileToRead:
    """A file that is to be read."""

    path: bytes
    stat: FileStat


def look(path: bytes) -> FileToRead | None:
    """Return a file to be read, None where it is gone."""
    try:
        return FileToRead(path, walk.file_stat(os.lstat(path)))
    except OSError:
        return None


@dataclass(slots=True, kw_only=True)
class Discovery:
    """What has to be done in one root."""

    library: LibraryRow
    device: int = 0  # st_dev of the root
    offline: str = ""  # why the root is taken to be offline; then the rest is not to be used
    fresh: list[FileToRead] = field(default_factory=list)  # new or changed
    restat: list[Restat] = field(default_factory=list)  # same content, other mode, links or inode
    lost: list[KnownFile] = field(default_factory=list)  # were there, are not
    barred: list[tuple[FileToRead, str]] = field(default_factory=list)  # there, but cannot be reached, and why
    states: collections.Counter[str] = field(default_factory=collections.Counter)  # of files that did not change
    messages: list[str] = field(default_factory=list)  # what the person should know

    @property
    def unchanged(self) -> int:
        return self.states.total()


@dataclass(slots=True)
class _SeenFile:
    """What the walk left open: everything but the files that are as they were."""

    calm: int = 0  # files that are exactly as they were
    odd: list[tuple[bytes, os.stat_result]] = field(default_factory=list)  # all others
    unreachable: list[tuple[bytes, str]] = field(default_factory=list)  # files that `stat` refuses, and why
    closed: list[tuple[bytes, str]] = field(default_factory=list)  # folders that could not be listed, and why
    outside: int = 0  # links out of the root


def is_growing(mtime_ns: int, now_ns: int) -> bool:
    """Tell whether a file was touched less than 60 s ago; an mtime far in the future is no sign of life."""
    return -_RECENT_NS < now_ns - mtime_ns < _RECENT_NS


def survey(
    library: LibraryRow,
    reader: Connection,
    *,
    now_ns: int,
    full: bool = False,
    since: datetime | None = None,
    really_gone: bool = False,
    walked: Callable[[int, bytes], None] = lambda _count, _path: None,
) -> Discovery:
    """
    Walk the root of `library` and compare.

    Args:
        library: The root.
        reader: The catalog.
        now_ns: The time, in nanoseconds since 1970.
        full: Every file is to be read again.
        since: … but those that were read since this moment: a former run of the same scan did it.
        really_gone: The person's word that what is not there is gone, so the root is not offline for it.
        walked: Told after each folder how many files there were, and which folder it was.

    """
    result = Discovery(library=library, offline=roots.doubt_root(library, trusting=really_gone))
    if result.offline:
        return result
    result.device = roots.device(library)
    calm = {} if full else catalog.calm(reader, library.path_bytes)
    seen = _SeenFile()
    for folder in walk.walk(library.path_bytes, audio=library.audio):
        _compare(seen, folder, calm)
        walked(len(folder.files), folder.path)
    paths = None if full else [*calm, *(path for path, _ in seen.odd), *(path for path, _ in seen.unreachable)]
    known = catalog.known(reader, library.path_bytes, paths)
    read = catalog.read_since(reader, library.path_bytes, since) if full and since else set()
    _judge(result, seen, known, now_ns=now_ns, again=(lambda path: path not in read) if full else lambda _: False)
    result.offline = roots.doubt_root(library, trusting=really_gone)  # it may have gone while it was walked
    if not really_gone and not result.offline:
        result.offline = roots.doubt_loss(library, result.lost, (candidate.stat for candidate in result.fresh))
    result.messages += _messages(library, seen)
    return result


def _compare(seen: _SeenFile, folder: walk.Folder, calm: dict[bytes, tuple[object, ...]]) -> None:
    """Set apart what is not as it was. This runs for every file there is, and is most of a rescan: keep it lean."""
    find, odd = calm.pop, seen.odd.append
    for path, now in folder.files:
        row = find(path, None)
        if row is None or row != (path, now.st_size, now.st_mtime_ns, now.st_mode, now.st_ino, now.st_nlink):
            odd((path, now))
        else:
            seen.calm += 1
    seen.unreachable += folder.unreachable
    seen.outside += folder.outside
    if folder.problem:
        seen.closed.append((folder.path, folder.problem))


def _judge(
    result: Discovery, seen: _SeenFile, known: dict[bytes, KnownFile], *, now_ns: int, again: Callable[[bytes], bool]
) -> None:
    """
    Sort what the walk left open; `known` has a row for each of these files that is not new, and is emptied.

    `again` says of a path whether it is to be read although it may not have changed.
    """
    if seen.calm:
        result.states["ok"] += seen.calm
    for path, now in seen.odd:
        row = known.pop(path, None)
        if row is None or again(path) or _has_changed(row, now, now_ns):
            result.fresh.append(FileToRead(path, walk.file_stat(now)))
            continue
        result.states[row.state] += 1
        if (row.mode, row.inode, row.nlink) != (now.st_mode, now.st_ino, now.st_nlink):
            result.restat.append(Restat(file_id=row.file_id, stat=walk.file_stat(now), growing=row.growing))
    for path, why in seen.unreachable:
        result.barred.append((_last_seen(path, known.pop(path, None)), f"The file cannot be looked at: {why}."))
    for row in known.values():
        why = next((why for path, why in seen.closed if row.path_bytes.startswith(path + _SEPARATOR)), "")
        if row.state != "missing" and why:
            message = f"The folder of the file cannot be listed: {why}."
            result.barred.append((_last_seen(row.path_bytes, row), message))
        elif row.state != "missing":
            result.lost.append(row)


def _has_changed(row: KnownFile, now: os.stat_result, now_ns: int) -> bool:
    if row.size != now.st_size or row.mtime_ns != now.st_mtime_ns or row.state in _LOOK_AGAIN:
        return True
    return row.growing and not is_growing(row.mtime_ns, now_ns)  # the second look


def _last_seen(path: bytes, row: KnownFile | None) -> FileToRead:
    """Return a file that cannot be looked at with what was last known of it."""
    stat = FileStat(
        size=row.size if row else 0,
        mtime_ns=row.mtime_ns if row else 0,
        device=(row and row.device) or 0,
        inode=(row and row.inode) or 0,
        nlink=(row and row.nlink) or 1,
        mode=(row and row.mode) or 0,
    )
    return FileToRead(path, stat)


def _messages(library: LibraryRow, seen: _SeenFile) -> Iterable[str]:
    for path, why in seen.closed:
        yield f"The folder {path.decode('utf-8', 'replace')} cannot be listed: {why}. What is known of it was kept."
    if seen.outside:
        what = "link leads" if seen.outside == 1 else "links lead"
        yield f"{seen.outside} {what} out of {library.path}; what is there was left alone."
