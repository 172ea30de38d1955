"""
Walking a library folder: the candidate files and their `stat` results.

The walk reads names and `stat` only. It does not open files, follow links out of the folder, enter a folder twice, or
stop at errors. A scan of unchanged files costs only this walk, so it yields plain tuples, one list for each folder.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from indexium_core.files.sidecar_names import EXTENSION as SIDECAR
from indexium_core.model.files.exclusion import Exclusion
from indexium_core.model.files.media import FileStat, MediaKind

# A file is a candidate by its extension alone; its content decides its type later. Extensions such as .part,
# .crdownload and .!qB are not here, so the walk skips an incomplete download.
EXTENSIONS: Mapping[MediaKind, frozenset[bytes]] = {
    "video": frozenset(
        b"." + name
        for name in b"3g2 3gp asf avi divx dv f4v flv m2t m2ts m2v m4v mk3d mkv mov mp4 mpe mpeg mpg mts mxf nut ogm "
        b"ogv qt rm rmvb ts vob webm wmv wtv".split()
    ),
    "audio": frozenset(b"." + name for name in b"3ga m4a m4b mka oga ogg opus weba wma".split()),
    "photo": frozenset(b"." + name for name in b"avif dng heic heif hif jfif jpe jpeg jpg png tif tiff webp".split()),
}
# Files of these kinds are candidates only in a library that includes the kind.
OPTIONAL_KINDS: tuple[MediaKind, ...] = ("audio", "photo")
# Thumbnails, trash, snapshots and unfinished uploads of Synology, QNAP and Windows.
_NAS = b"@eaDir @tmp @Recycle @Recently-Snapshot #recycle #snapshot $RECYCLE.BIN RECYCLER"
# System folders. The walk skips names with a leading dot anyway.
SYSTEM_FOLDERS = frozenset((b"System Volume Information", b"lost+found", *_NAS.split()))
NOTHING = Exclusion(())
_DOT = ord(".")
_SEPARATOR = os.fsencode(os.sep)


@dataclass(slots=True)
class Folder:
    """The result of the walk for one folder."""

    path: bytes
    files: list[tuple[bytes, os.stat_result]] = field(default_factory=list)  # candidates: whole path and stat result
    unreachable: list[tuple[bytes, str]] = field(default_factory=list)  # candidates whose stat fails, with the reason
    sidecars: set[bytes] = field(default_factory=set)  # names with the extension of sidecars
    outside: int = 0  # links that lead out of the root and were skipped
    problem: str = ""  # reason why the folder could not be listed completely
    entries: int = 0  # all names in it
    subfolders: int = 0  # of these, folders that the walk enters


def file_stat(result: os.stat_result) -> FileStat:
    """Return an `os.stat` result as a `FileStat`."""
    return FileStat(
        size=result.st_size,
        mtime_ns=result.st_mtime_ns,
        device=result.st_dev,
        inode=result.st_ino,
        nlink=result.st_nlink,
        mode=result.st_mode,
    )


class EmptyFolders:
    """Collects the folders of a walk that contain nothing but such folders."""

    def __init__(self, root: bytes) -> None:
        self._root = root
        self._subfolders: dict[bytes, int] = {}  # of folders that contain only folders

    def add(self, folder: Folder) -> None:
        """Note a folder of the walk."""
        if folder.entries == folder.subfolders and not folder.problem and folder.path != self._root:
            self._subfolders[folder.path] = folder.subfolders

    def paths(self) -> list[bytes]:
        """Return the empty folders of a complete walk: a folder after all folders in it, and never the root."""
        empty: list[bytes] = []
        inside: dict[bytes, int] = {}  # empty folders in each folder
        for path in sorted(self._subfolders, key=lambda path: (-path.count(_SEPARATOR), path)):
            if inside.get(path, 0) == self._subfolders[path]:
                empty.append(path)
                parent = path.rpartition(_SEPARATOR)[0]
                inside[parent] = inside.get(parent, 0) + 1
        return empty


def walk(
    root: bytes, *, kinds: Collection[MediaKind] = (), exclude: Exclusion = NOTHING, places: Sequence[bytes] = ()
) -> Iterator[Folder]:
    """
    Yield every folder at and below `root`, an absolute path without links in it; or only at and below `places` in it.

    Files with the extensions of videos are candidates, and those of `kinds`. The walk skips hidden names (a leading
    dot: our own files, temporary files of other programs, `.nfs…`), system folders, and what `exclude` matches. A link
    to a candidate inside the root represents its target. The target is yielded once, even if it has many links.
    """
    extensions = EXTENSIONS["video"].union(*(EXTENSIONS[kind] for kind in kinds))
    below = len(root.rstrip(_SEPARATOR)) + 1  # where paths below the root start
    waiting = [place for place in places if not exclude.covers(place[below:])] if places else [root]
    entered = set[tuple[int, int]]()
    walked, targets = set[bytes](), set[bytes]()
    while waiting:
        path = waiting.pop()
        folder = Folder(path)
        if _first_visit(folder, entered):
            walked.add(path)
            known = len(waiting)
            _list(folder, waiting, root, targets, extensions)
            if exclude:
                waiting[known:] = _left_in(folder, waiting[known:], below, exclude)
            folder.subfolders = len(waiting) - known
            yield folder
        elif folder.problem:
            yield folder
    for folder in _linked(targets, walked, extensions):
        folder.files = [file for file in folder.files if not exclude.covers(file[0][below:])]
        yield folder


def _left_in(folder: Folder, subfolders: list[bytes], below: int, exclude: Exclusion) -> list[bytes]:
    """Remove the excluded files of a listed folder, and return its subfolders that are not excluded."""
    folder.files = [file for file in folder.files if not exclude.matches(file[0][below:])]
    folder.unreachable = [each for each in folder.unreachable if not exclude.matches(each[0][below:])]
    return [path for path in subfolders if not exclude.matches(path[below:])]


def _first_visit(folder: Folder, entered: set[tuple[int, int]]) -> bool:
    """Tell whether the folder is visited for the first time; a bind mount shows one folder in two places."""
    try:
        status = os.lstat(folder.path)
    except OSError as error:
        folder.problem = _reason(error)
        return False
    identity = (status.st_dev, status.st_ino)
    fresh = identity not in entered
    entered.add(identity)
    return fresh


def kinds_below(folder: Path, paths: Iterable[bytes]) -> set[MediaKind]:
    """Return the kinds of the files below a folder among some paths, by their extensions."""
    start = os.path.join(os.fsencode(folder), b"")  # noqa: PTH118 - a path of bytes
    extensions = {os.path.splitext(path)[1].lower() for path in paths if path.startswith(start)}  # noqa: PTH122
    return {kind for kind, known in EXTENSIONS.items() if known & extensions}


def _list(folder: Folder, waiting: list[bytes], root: bytes, targets: set[bytes], extensions: frozenset[bytes]) -> None:
    """Fill `folder`; add subfolders to `waiting` and targets of links to `targets`."""
    add = folder.files.append
    try:
        with os.scandir(folder.path) as entries:
            for folder.entries, entry in enumerate(entries, 1):
                name = entry.name
                if name[0] == _DOT:
                    continue
                if entry.is_file(follow_symlinks=False):
                    extension = name[name.rfind(b".") :].lower()
                    if extension in extensions:
                        try:
                            add((entry.path, entry.stat(follow_symlinks=False)))
                        except OSError as error:
                            _note_unreachable(folder, entry.path, error)
                    elif extension == SIDECAR:
                        folder.sidecars.add(name)
                elif entry.is_dir(follow_symlinks=False):
                    if name not in SYSTEM_FOLDERS:
                        waiting.append(entry.path)
                elif entry.is_symlink():
                    _follow(folder, entry.path, root, targets, extensions)
    except OSError as error:
        folder.problem = _reason(error)


def _is_candidate(name: bytes, extensions: frozenset[bytes]) -> bool:
    return name[name.rfind(b".") :].lower() in extensions


def _note_unreachable(folder: Folder, path: bytes, error: OSError) -> None:
    """Note a candidate whose `stat` fails; a file that vanished meanwhile is not a candidate."""
    if not isinstance(error, FileNotFoundError):
        folder.unreachable.append((path, _reason(error)))


def _follow(folder: Folder, link: bytes, root: bytes, targets: set[bytes], extensions: frozenset[bytes]) -> None:
    """Note the target of a link if it is a file inside the root. Folders inside are visited under their own names."""
    try:
        target = os.path.realpath(link, strict=True)
    except OSError:  # broken, or a loop
        return
    if not target.startswith(root.rstrip(_SEPARATOR) + _SEPARATOR):
        folder.outside += 1
    elif _is_candidate(link, extensions) or _is_candidate(target, extensions):
        targets.add(target)


def _linked(targets: set[bytes], walked: set[bytes], extensions: frozenset[bytes]) -> Iterator[Folder]:
    """Yield, one by one, the targets of links that the walk did not visit under their own names."""
    for target in sorted(targets):
        parent, _, name = target.rpartition(_SEPARATOR)
        own = parent in walked and name[:1] != b"." and _is_candidate(name, extensions)
        if own:
            continue
        folder = Folder(parent)
        try:
            result = os.lstat(target)
        except OSError as error:
            _note_unreachable(folder, target, error)
        else:
            if stat.S_ISREG(result.st_mode):
                folder.files.append((target, result))
        yield folder


def _reason(error: OSError) -> str:
    """Return the system's reason in a few words; "" for a folder that no longer exists: it counts as empty."""
    return "" if isinstance(error, FileNotFoundError) else (error.strerror or str(error)).lower()
