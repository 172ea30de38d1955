"""
Discovery: walk one root and compare it with the catalog.

Discovery reads only names and `stat`, and does not write. A file is unchanged if its size and mtime are the same; then
its content is not read. A file counts as missing only if its folder was listed to the end.
"""

from __future__ import annotations

import collections
import os
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from indexium_core.files import sidecar_names, volumes, walk
from indexium_core.files.journal import disk
from indexium_core.flows.scanning import roots
from indexium_core.model.artwork import local_names
from indexium_core.model.files.exclusion import Exclusion
from indexium_core.model.files.hash_cache import KnownHash
from indexium_core.model.files.inventory import LibraryRow
from indexium_core.model.files.media import FileStat
from indexium_core.store.catalog import catalog
from indexium_core.store.catalog.catalog import KnownFile
from indexium_core.store.connection import Connection
from indexium_core.store.publishing import items
from indexium_core.store.rows import Restat

_RECENT_NS = 60 * 10**9  # another program may still be writing a file that changed within this time
# Size and mtime do not show whether a file in one of these states can be read now.
_READ_AGAIN = frozenset({"missing", "unreadable"})
_SEPARATOR = os.fsencode(os.sep)


@dataclass(frozen=True, slots=True)
class FileToRead:
    """A file that the scan has to read."""

    path: bytes
    stat: FileStat
    known: KnownHash | None = None  # from the hash cache


def file_at(path: bytes) -> FileToRead | None:
    """Return the file at a path, or None if there is none."""
    try:
        return FileToRead(path, walk.file_stat(os.lstat(path)))
    except OSError:
        return None


@dataclass(slots=True, kw_only=True)
class Discovery:
    """The differences between one root and the catalog."""

    library: LibraryRow
    device: int = 0  # st_dev of the root
    offline_reason: str = ""  # why the root counts as offline; if set, the other fields are incomplete
    to_read: list[FileToRead] = field(default_factory=list)  # new or changed
    restats: list[Restat] = field(default_factory=list)  # same content; other mode, links or inode
    missing: list[KnownFile] = field(default_factory=list)  # in the catalog, not on disk
    unreachable: list[tuple[FileToRead, str]] = field(default_factory=list)  # on disk, not accessible; with the reason
    states: collections.Counter[str] = field(default_factory=collections.Counter)  # of unchanged files
    messages: list[str] = field(default_factory=list)  # for the user
    empty_folders: list[bytes] = field(default_factory=list)  # a folder after all folders in it

    @property
    def unchanged(self) -> int:
        return self.states.total()


@dataclass(slots=True)
class _WalkResult:
    """The files that a walk did not classify: all except unchanged files."""

    unchanged: int = 0
    differing: list[tuple[bytes, os.stat_result]] = field(default_factory=list)
    unreachable: list[tuple[bytes, str]] = field(default_factory=list)  # files for which `stat` fails; with the reason
    unlisted: list[tuple[bytes, str]] = field(default_factory=list)  # folders that could not be listed; with the reason
    beside: set[bytes] = field(default_factory=set)  # photos whose sidecar changed
    outside: int = 0  # links to targets outside the root
    empty_folders: list[bytes] = field(default_factory=list)  # a folder after all folders in it


def is_growing(mtime_ns: int, now_ns: int) -> bool:
    """Return whether a file changed less than 60 s ago; an mtime more than 60 s in the future does not count."""
    return -_RECENT_NS < now_ns - mtime_ns < _RECENT_NS


def discover(
    library: LibraryRow,
    reader: Connection,
    *,
    now_ns: int,
    full: bool = False,
    since: datetime | None = None,
    accept_missing: bool = False,
    places: Sequence[bytes] = (),
    on_folder: Callable[[int, bytes], None] = lambda _count, _path: None,
) -> Discovery:
    """
    Walk the root of `library`, or only some places in it, and compare it with the catalog.

    Args:
        library: The root.
        reader: The catalog.
        now_ns: The time, in nanoseconds since 1970.
        full: Read every file again.
        since: With `full`, do not read files again that an earlier run of the same scan read since this time.
        accept_missing: Treat missing files as deleted; without it, an empty or changed root counts as offline.
        places: Absolute paths of folders of the root, none of them inside another; () for the whole root.
        on_folder: Called after each folder with the number of its files and its path.

    """
    result = Discovery(library=library, offline_reason=roots.offline_reason(library, accept_missing=accept_missing))
    if result.offline_reason:
        return result
    result.device = roots.device_of(library)
    walked_places = places or (library.path_bytes,)
    stable: dict[bytes, tuple[object, ...]] = {}
    outdated = set[bytes]()
    for place in () if full else walked_places:
        stable |= catalog.stable_stats(reader, place)
        outdated |= catalog.read_before_fields(reader, place)
        forbidden = catalog.without_permission(reader, place)
        outdated |= {path for path, reason in forbidden.items() if volumes.is_other_refusal(path, reason)}
    for path in outdated:
        stable.pop(path, None)
    walked = _walk(library, reader, stable, places=places, on_folder=on_folder)
    left = [path for path, _ in (*walked.differing, *walked.unreachable)]
    known: dict[bytes, KnownFile] = {}
    for place in walked_places:
        known |= catalog.known(reader, place, None if full else [*stable, *outdated, *left])
    if places:
        known |= _known_outside(library, reader, [path for path in left if path not in known])
    already_read = catalog.read_since(reader, library.path_bytes, since) if full and since else set()
    _classify(
        result,
        walked,
        known,
        now_ns=now_ns,
        must_read=lambda path: (full and path not in already_read) or path in walked.beside or path in outdated,
    )
    # The root may have gone offline during the walk.
    result.offline_reason = roots.offline_reason(library, accept_missing=accept_missing)
    if not accept_missing and not result.offline_reason:
        stats = (candidate.stat for candidate in result.to_read)
        result.offline_reason = roots.mass_loss_reason(library, result.missing, stats)
    result.messages += _messages(library, walked)
    result.empty_folders = walked.empty_folders
    return result


def _walk(
    library: LibraryRow,
    reader: Connection,
    stable: dict[bytes, tuple[object, ...]],
    *,
    places: Sequence[bytes],
    on_folder: Callable[[int, bytes], None],
) -> _WalkResult:
    """Walk a root, or places in it. Unchanged files, and photos whose sidecar changed, leave `stable`."""
    sidecars, ours = dict[bytes, str](), set[bytes]()
    known_paths = _paths_of_title_library(library, reader)
    for place in places or (library.path_bytes,):
        sidecars |= catalog.sidecars(reader, place)
        if known_paths is not None:
            ours |= items.ours_below(reader, place.rstrip(b"/")).keys()
    walked, empty = _WalkResult(), walk.EmptyFolders(library.path_bytes)
    exclude = Exclusion(library.exclude)
    for folder in walk.walk(library.path_bytes, kinds=library.media_kinds, exclude=exclude, places=places):
        if known_paths is not None:
            folder.files = _without_artwork(folder.files, known_paths, ours)
        changed = _changed_sidecars(folder, sidecars)
        for path in changed:
            stable.pop(path, None)
        walked.beside |= changed
        _compare(walked, folder, stable)
        empty.add(folder)
        on_folder(len(folder.files), folder.path)
    walked.empty_folders = empty.paths()
    return walked


def _known_outside(library: LibraryRow, reader: Connection, paths: Sequence[bytes]) -> dict[bytes, KnownFile]:
    """Return the known files to which links in the walked places lead: they are in other places of the root."""
    found = catalog.known(reader, library.path_bytes, paths) if paths else {}
    return {path: found[path] for path in paths if path in found}


def _paths_of_title_library(library: LibraryRow, reader: Connection) -> set[bytes] | None:
    """Return the known paths of a library that has photos beside films or series; None for any other library."""
    if not library.photos or library.kind == "home":
        return None
    return {path for _, path in catalog.paths_of_library(reader, library.library_id)}


def _without_artwork(
    files: list[tuple[bytes, os.stat_result]], known: Collection[bytes], ours: Collection[bytes]
) -> list[tuple[bytes, os.stat_result]]:
    """
    Return the files of a folder without the new pictures of its films and series, such as `poster.jpg`.

    One of ours is such a picture also when its film has another name since.
    """
    named = {path: os.fsdecode(os.path.basename(path)) for path, _ in files}  # noqa: PTH119 - a path of bytes
    pictures = [name for path, name in named.items() if _is_photo(path)]
    if not pictures:
        return files
    stems = {name.rpartition(".")[0] for path, name in named.items() if not _is_photo(path)}
    artwork = local_names.artwork(pictures, stems)
    return [file for file in files if file[0] in known or (named[file[0]] not in artwork and file[0] not in ours)]


def _changed_sidecars(folder: walk.Folder, known: dict[bytes, str]) -> set[bytes]:
    """
    Return the photos of a folder whose sidecar is new, changed or gone; `known` has the stamp of each known sidecar.

    A folder without sidecars, now and at the last scan, costs nothing; one with sidecars is listed once more.
    """
    if not folder.sidecars and not known:
        return set()
    photos = [path for path, _ in folder.files if path in known or (folder.sidecars and _is_photo(path))]
    beside = _extensions(folder.path) if photos and folder.sidecars else None
    return {
        path
        for path in photos
        if sidecar_names.find(path, siblings=folder.sidecars, beside=beside).stamp != known.get(path, "")
    }


def _extensions(folder: bytes) -> dict[bytes, set[bytes]] | None:
    try:
        with os.scandir(folder) as entries:
            return sidecar_names.extensions(entry.name for entry in entries)
    except OSError:  # the folder vanished meanwhile
        return None


def _is_photo(path: bytes) -> bool:
    return path[path.rfind(b".") :].lower() in walk.EXTENSIONS["photo"]


def _compare(walked: _WalkResult, folder: walk.Folder, stable: dict[bytes, tuple[object, ...]]) -> None:
    """Collect the files that differ. This runs for every file and takes most of a rescan's time: keep it short."""
    find, differing = stable.pop, walked.differing.append
    for path, now in folder.files:
        row = find(path, None)
        if row is None or row != (path, now.st_size, now.st_mtime_ns, now.st_mode, now.st_ino, now.st_nlink):
            differing((path, now))
        else:
            walked.unchanged += 1
    walked.unreachable += folder.unreachable
    walked.outside += folder.outside
    if folder.problem:
        walked.unlisted.append((folder.path, folder.problem))


def _classify(
    result: Discovery,
    walked: _WalkResult,
    known: dict[bytes, KnownFile],
    *,
    now_ns: int,
    must_read: Callable[[bytes], bool],
) -> None:
    """
    Classify the files that the walk left open.

    `known` has the row of each of these files that is not new; this function empties it. `must_read` returns for a path
    whether to read the file even if it is unchanged.
    """
    if walked.unchanged:
        result.states["ok"] += walked.unchanged
    inodes = {row.inode for row in known.values()}
    for path, now in walked.differing:
        row = known.pop(path, None)
        # Files that exchanged their names may have equal sizes and times; then only their inodes tell.
        is_exchanged = row is not None and row.inode != now.st_ino and now.st_ino in inodes
        if row is None or is_exchanged or must_read(path) or _has_changed(row, now, now_ns):
            result.to_read.append(FileToRead(path, walk.file_stat(now)))
            continue
        result.states[row.state] += 1
        if (row.mode, row.inode, row.nlink) != (now.st_mode, now.st_ino, now.st_nlink):
            result.restats.append(Restat(file_id=row.file_id, stat=walk.file_stat(now), growing=row.growing))
    for path, reason in walked.unreachable:
        result.unreachable.append((_last_known(path, known.pop(path, None)), f"The file cannot be accessed: {reason}."))
    for row in known.values():
        reason = next((text for path, text in walked.unlisted if row.path_bytes.startswith(path + _SEPARATOR)), "")
        if row.state != "missing" and reason:
            message = f"The folder of the file cannot be listed: {reason}."
            result.unreachable.append((_last_known(row.path_bytes, row), message))
        elif row.state != "missing":
            result.missing.append(row)


def _has_changed(row: KnownFile, now: os.stat_result, now_ns: int) -> bool:
    if row.size != now.st_size or row.mtime_ns != now.st_mtime_ns or row.state in _READ_AGAIN:
        return True
    # The scan that stored the row may have read the file during a write, so it is read once more.
    return row.growing and not is_growing(row.mtime_ns, now_ns)


def _last_known(path: bytes, row: KnownFile | None) -> FileToRead:
    """Return a file that cannot be accessed, with its facts from the catalog."""
    stat = FileStat(
        size=row.size if row else 0,
        mtime_ns=row.mtime_ns if row else 0,
        device=(row and row.device) or 0,
        inode=(row and row.inode) or 0,
        nlink=(row and row.nlink) or 1,
        mode=(row and row.mode) or 0,
    )
    return FileToRead(path, stat)


def _messages(library: LibraryRow, walked: _WalkResult) -> Iterable[str]:
    for path, reason in walked.unlisted:
        yield f"The folder {path.decode('utf-8', 'replace')} cannot be listed: {reason}. Its known files were kept."
    if walked.outside:
        subject = "link leads" if walked.outside == 1 else "links lead"
        yield f"{walked.outside} {subject} out of {library.path}. The targets were not scanned."


def remove_folder(path: bytes) -> None:
    """Remove an empty folder from the disk; OSError if it is not empty."""
    parent, _, name = path.rpartition(b"/")
    folder = disk.open_folder(parent)
    try:
        disk.remove_folder(name, folder=folder)
    finally:
        os.close(folder)
