"""
Replacement of one file by each method: the scene, and the functions of the interrupted process.

The methods: built of pieces; the same with the original kept, by a link or without links; written by another program,
like ffmpeg; an adopted kept original; another name of a file that stays. Each can be cancelled, as after a failed
verification. A sparse file is built of pieces, too. Side files, one or several, are created, replaced or removed.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import itertools
import os
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from indexium_core import errors
from indexium_core.files import journal
from indexium_core.files.journal import OperationJournal, disk
from indexium_core.files.swap import Replacement, SideFilesChange, content, side_files
from indexium_core.model.files.media import Extent, Rebuild, SideFileEdit
from tests.support import ignoring_case, sparse

OLD = random.Random(7).randbytes(60_000)
KEPT = random.Random(8).randbytes(50_000)
REBUILD = Rebuild((b"a new head" * 9, Extent(100, 30_000), b"something between", Extent(31_000, 29_000)))
NEW = b"a new head" * 9 + OLD[100:30_100] + b"something between" + OLD[31_000:]
SHARED = Rebuild((b"h" * 4196, Extent(100, len(OLD) - 100)), cloned=True)
SPARSE = OLD[:8192] + bytes(65536) + OLD[:8192] + bytes(65536)
THIN = Rebuild((b"a new head" * 9, Extent(100, len(SPARSE) - 100)))
MTIME = 1_600_000_000_123_456_789
TWIN = 1_500_000_000_123_456_789  # of the file that is adopted, or gets another name
MODE = 0o640
ATTRIBUTE = ("user.indexium.test", b"kept")
WAYS = ("build", "keep", "shelve", "fill", "adopt", "join", "sparse")
PICTURE = random.Random(9).randbytes(2_500_000)
SIDE_FILES: Mapping[str, Mapping[str, tuple[bytes | None, bytes | None]]] = {
    "sidecar created": {"film.avi.xmp": (None, NEW)},
    "sidecar created by a link": {"film.avi.xmp": (None, NEW)},
    "sidecar replaced": {"film.avi.xmp": (KEPT, NEW)},
    "sidecar removed": {"film.avi.xmp": (KEPT, None)},
    "files created": {"movie.nfo": (None, NEW), "poster.jpg": (None, KEPT)},
    "files replaced": {"movie.nfo": (KEPT, NEW), "poster.jpg": (NEW, KEPT)},
    "files replaced by a rename": {"movie.nfo": (KEPT, NEW), "poster.jpg": (NEW, KEPT)},
    "files in two folders": {"movie.nfo": (KEPT, NEW), "extras/fanart.jpg": (None, KEPT)},
    "created, replaced, removed": {"fanart.jpg": (None, KEPT), "movie.nfo": (KEPT, NEW), "poster.png": (NEW, None)},
    "files of a folder": {"tvshow.nfo": (None, NEW), "season/poster.jpg": (KEPT, None)},
    "names that differ by case": {"poster.jpg": (None, NEW), "Poster.JPG": (KEPT, None)},
    "large picture": {"movie.nfo": (KEPT, NEW), "poster.jpg": (PICTURE, PICTURE[::-1])},
}
OF_FOLDERS = ("files of a folder",)
ITEM = 7


@dataclass(frozen=True)
class Swap:
    """One replacement of one file, with its own journal."""

    folder: Path
    way: str
    commit: bool = True  # False: as after a failed verification

    @property
    def path(self) -> Path:
        return self.folder / "film.avi"

    @property
    def backup(self) -> Path:
        return self.folder / "backups" / "1.journal"

    @property
    def shelf(self) -> Path:
        """Return the place of kept originals."""
        return self.folder / "kept"

    @property
    def keeps(self) -> bool:
        return self.way in {"keep", "shelve", "adopt"}

    @property
    def new(self) -> bytes:
        others = {"share": b"h" * 4196 + OLD[100:], "sparse": b"a new head" * 9 + SPARSE[100:]}
        return {"adopt": KEPT, "join": KEPT, **others}.get(self.way, NEW)

    @property
    def old(self) -> bytes:
        return SPARSE if self.way == "sparse" else OLD

    def reset(self) -> None:
        """Reset everything to the start."""
        for path in self.folder.rglob("*"):
            if path.is_file():
                path.unlink()
        sparse.put(self.path, self.old)
        self.path.chmod(MODE)
        if has_attributes(self.folder):
            os.setxattr(self.path, *ATTRIBUTE)
        os.utime(self.path, ns=(MTIME, MTIME))
        for folder in (self.shelf, self.backup.parent):
            folder.mkdir(exist_ok=True)
        if self.way in {"adopt", "join"}:
            (self.shelf / "first").write_bytes(KEPT)
            os.utime(self.shelf / "first", ns=(TWIN, TWIN))

    def committed(self) -> bool:
        return self.backup.exists() and any(mark.state == "committed" for mark in journal.read(self.backup).marks)

    def judge(self, where: str) -> str:
        """Assert that everything is old or new, and return which."""
        state = self.judge_bytes(where)
        assert self.way != "sparse" or sparse.room(self.path) < 40_000, where
        if state == "old":
            assert self.path.stat().st_mtime_ns == MTIME, where
        elif self.way == "join":
            assert self.path.stat().st_mtime_ns == TWIN, where
            assert self.path.samefile(self.shelf / "first"), where
        elif self.way != "adopt":
            assert self.path.stat().st_mode & 0o777 == MODE, where
            if has_attributes(self.folder):
                assert os.getxattr(self.path, ATTRIBUTE[0]) == ATTRIBUTE[1], where
        return state

    def judge_bytes(self, where: str) -> str:
        """Assert this for bytes and names."""
        state = "new" if self.committed() else "old"
        assert self.path.read_bytes() == (self.new if state == "new" else self.old), where
        assert {path.name for path in self.folder.iterdir()} <= {"film.avi", "backups", "kept"}, where
        kept = {path.name: path.read_bytes() for path in self.shelf.iterdir()} if self.shelf.exists() else {}
        wanted = {"first": KEPT} if self.way == "join" or (self.way == "adopt" and state == "old") else {}
        if self.keeps and state == "new":
            wanted["old"] = OLD
        assert kept == wanted, where
        assert self.path.stat().st_nlink == (2 if self.way == "join" and state == "new" else 1), where
        return state


@dataclass(frozen=True)
class SideFilesSwap(Swap):
    """One change of side files of `film.avi`, or of its folder; `film.avi` stays as it is."""

    @property
    def anchor(self) -> Path:
        return self.folder if self.way in OF_FOLDERS else self.path

    @property
    def changes(self) -> Mapping[Path, tuple[bytes | None, bytes | None]]:
        """Return the old and the new bytes of each file."""
        return {self.folder / name: content for name, content in SIDE_FILES[self.way].items()}

    @property
    def sidecar(self) -> Path:
        """Return the only file, or the first one."""
        return next(iter(self.changes))

    @property
    def foreign(self) -> Path:
        """Return the place of a file of another program."""
        return self.shelf / "foreign"

    @property
    def edits(self) -> list[SideFileEdit]:
        return [
            SideFileEdit(path=os.fsencode(path), before=before, after=after)
            for path, (before, after) in self.changes.items()
        ]

    def reset(self) -> None:
        super().reset()
        for path, (before, _) in self.changes.items():
            path.parent.mkdir(exist_ok=True)
            if before is not None:
                path.write_bytes(before)
                path.chmod(MODE)
                if has_attributes(self.folder):
                    os.setxattr(path, *ATTRIBUTE)
                os.utime(path, ns=(TWIN, TWIN))

    def judge(self, where: str) -> str:
        state = self.judge_bytes(where)
        assert self.path.stat().st_mtime_ns == MTIME, where
        created = self.folder.stat().st_mode & 0o666 if self.way in OF_FOLDERS else MODE
        for path, (before, _) in self.changes.items():
            if path.exists():
                assert path.stat().st_mode & 0o777 == (created if before is None else MODE), where
                if before is not None and has_attributes(self.folder) and "by a rename" not in self.way:
                    assert os.getxattr(path, ATTRIBUTE[0]) == ATTRIBUTE[1], where
            if state == "old" and before is not None:
                assert path.stat().st_mtime_ns == TWIN, where
        return state

    def judge_bytes(self, where: str) -> str:
        state = "new" if self.committed() else "old"
        assert self.path.read_bytes() == self.old, where
        for path, contents in self.changes.items():
            found = path.read_bytes() if path.exists() else None
            assert found == contents[state == "new"], f"{where}: {path.name}"
        self.judge_names(where)
        return state

    def judge_names(self, where: str) -> None:
        """Assert that there are no temporary files."""
        names = {path for path in self.folder.rglob("*") if path.is_file()}
        allowed = {self.path, self.backup, self.foreign, *self.changes}
        assert names <= allowed, where


def of(folder: Path, way: str, commit: bool = True) -> Swap:
    """The scene of a method."""
    return (SideFilesSwap if way in SIDE_FILES else Swap)(folder, way, commit)


@functools.cache
def literal_bytes(rebuild: Rebuild) -> int:
    """Return the number of literal bytes of a rebuild."""
    return sum(len(piece) for piece in rebuild.pieces if isinstance(piece, bytes))


def has_attributes(folder: Path) -> bool:
    """Return whether files in a folder can have extended attributes."""
    try:
        os.setxattr(folder, *ATTRIBUTE)
    except (OSError, AttributeError):
        return False
    return True


def run(swap: Swap) -> None:
    """Perform a replacement."""
    content._CHUNK = 4096  # so that a small file is copied in parts, like a large one
    if swap.way == "shelve":
        os.link = _no_links
    if swap.way == "sidecar created by a link":
        disk.rename_new = _cannot
    if "by a rename" in swap.way:
        disk.exchange = _cannot
    if isinstance(swap, SideFilesSwap):
        _change_files(swap)
        return
    with (
        OperationJournal.create(swap.backup) as log,
        Replacement(os.fsencode(swap.path), journal=log, item_id=ITEM) as file,
    ):
        make(swap, file)
        keep = os.fsencode(swap.shelf / "old") if swap.keeps else None
        reverse = None if keep else Rebuild((OLD,)) if swap.way in {"fill", "join"} else file.reverse()
        with file.opened() as new:
            assert new.read_at(0, new.size) == swap.new
        if swap.commit:
            file.replace(reverse=reverse, keep=keep)
            file.commit()


def _change_files(swap: SideFilesSwap) -> None:
    with (
        OperationJournal.create(swap.backup) as log,
        SideFilesChange(os.fsencode(swap.anchor), swap.edits, journal=log, item_id=ITEM) as change,
    ):
        change.prepare()
        if swap.commit:
            change.place()
            change.commit()


def fail_at_last_file(swap: SideFilesSwap) -> None:
    """Change files until the last one, whose step fails: the others get their old bytes again."""
    place, left = side_files._ChangingFile.place, itertools.count(len(swap.changes) - 1, -1)

    def failing(file: side_files._ChangingFile) -> None:
        if not next(left):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        place(file)

    side_files._ChangingFile.place = failing  # type: ignore[method-assign]
    run_or_say(swap)


def run_ignoring_case(swap: SideFilesSwap) -> None:
    """Change files on a file system that ignores case."""
    ignoring_case.enable()
    run_or_say(swap)


def recover_ignoring_case(backup: Path) -> None:
    ignoring_case.enable()
    recover(backup)


FOREIGN = random.Random(10).randbytes(3_000)


def put_foreign(path: Path) -> None:
    """Put a file of another program in the place of one, as most programs write files."""
    other = path.parent / ".foreign"
    other.write_bytes(FOREIGN)
    os.replace(other, path)


def append_foreign(path: Path) -> None:
    """Append the bytes of another program to a file, which is created if necessary."""
    with open(path, "ab") as file:
        file.write(FOREIGN)


def change_replaced(swap: SideFilesSwap) -> None:
    """Remove or replace a sidecar that another program replaces after the last check of it."""
    rename, exchange = disk.rename, disk.exchange

    def put() -> None:
        if swap.foreign.exists():
            os.replace(swap.foreign, swap.sidecar)

    def late(name: bytes, new: bytes, *, folder: int, new_folder: int) -> None:
        put()
        rename(name, new, folder=folder, new_folder=new_folder)

    def late_exchange(name: bytes, other: bytes, *, folder: int) -> bool:
        put()
        return exchange(name, other, folder=folder)

    disk.rename, disk.exchange = late, late_exchange
    run_or_say(swap)


def create_late(swap: SideFilesSwap, system: str) -> None:
    """Create a sidecar after another program has created one; `system`: what gives a file a free name."""
    if system != "exclusive rename":
        disk.rename_new = _cannot
    if system != "hard links":
        os.link = _no_links
    take_name = side_files.take_name

    def late(name: bytes, new: bytes, *, folder: int, path: bytes) -> None:
        if swap.foreign.exists():
            os.replace(swap.foreign, swap.sidecar)
        take_name(name, new, folder=folder, path=path)

    side_files.take_name = late
    run_or_say(swap)


def change_replaced_by_link(swap: SideFilesSwap) -> None:
    """Do it where a file gets a free name by a hard link."""
    disk.rename_new = _cannot
    change_replaced(swap)


def _cannot(*_: object, **named: object) -> bool:
    return False


def _no_links(*_: object, **named: object) -> None:
    raise OSError(errno.EPERM, os.strerror(errno.EPERM))


def make(swap: Swap, file: Replacement) -> None:
    """Perform the first half of it: make the new file."""
    match swap.way:
        case "fill":
            file.fill(_write, size=len(NEW))
        case "adopt":
            file.adopt(os.fsencode(swap.shelf / "first"))
        case "join":
            assert file.join(os.fsencode(swap.shelf / "first"), Rebuild((KEPT,)))
        case "sparse":
            file.build(THIN)
        case "share":
            file.build(SHARED)
        case _:
            file.build(REBUILD)


def _write(path: bytes) -> None:
    """Write the new file like another program: by its name, and its start again at the end."""
    with open(path, "wb") as file:
        file.write(bytes(90) + NEW[90:])
        file.seek(0)
        file.write(NEW[:90])


DONE, FAILED, UNCLEAR, STOPPED = 0, 41, 42, 43


def run_or_say(swap: Swap) -> None:
    """Perform a replacement that may fail, and report the result by the exit code."""
    try:
        run(swap)
    except errors.StoreError:
        os._exit(STOPPED)
    except errors.MetadataError as error:
        os._exit(UNCLEAR if error.reason == "cannot_tell" else FAILED)


@contextlib.contextmanager
def held(swap: Swap) -> Iterator[None]:
    """Open the file for a replacement."""
    with (
        OperationJournal.create(swap.folder / "backups" / "other.journal") as log,
        Replacement(os.fsencode(swap.path), journal=log, item_id=ITEM),
    ):
        yield


def recover(backup: Path, *, resolved: bool = True) -> None:
    """Recover a journal like every start; `resolved`: each entry must be resolved."""
    if backup.exists():
        outcomes = [one.outcome for one in journal.recover(backup)]
        assert not resolved or all(each.is_resolved for each in outcomes)
