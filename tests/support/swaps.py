"""
Replacement of one file by each method: the scene, and the functions of the interrupted process.

The methods: built of pieces; the same with the original kept, by a link or without links; written by another program,
like ffmpeg; an adopted kept original; another name of a file that stays. Each can be cancelled, as after a failed
verification. A sparse file is built of pieces, too. A sidecar beside the file is created, replaced or removed.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from indexium_core import errors
from indexium_core.files import journal
from indexium_core.files.journal import OperationJournal, SidecarEntry, disk
from indexium_core.files.swap import Replacement, SidecarChange, content, sidecar
from indexium_core.model.files.media import Extent, Rebuild
from tests.support import sparse

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
SIDECARS = ("sidecar created", "sidecar created by a link", "sidecar replaced", "sidecar removed")
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
class SidecarSwap(Swap):
    """One change of the sidecar `film.avi.xmp`; `film.avi` stays as it is."""

    @property
    def sidecar(self) -> Path:
        return self.folder / "film.avi.xmp"

    @property
    def foreign(self) -> Path:
        """Return the place of a sidecar of another program."""
        return self.shelf / "foreign"

    @property
    def before(self) -> bytes | None:
        return None if "created" in self.way else KEPT

    @property
    def after(self) -> bytes | None:
        return None if "removed" in self.way else NEW

    def reset(self) -> None:
        super().reset()
        if self.before is not None:
            self.sidecar.write_bytes(self.before)
            self.sidecar.chmod(MODE)
            os.utime(self.sidecar, ns=(TWIN, TWIN))

    def judge(self, where: str) -> str:
        state = self.judge_bytes(where)
        assert self.path.stat().st_mtime_ns == MTIME, where
        if self.sidecar.exists():
            assert self.sidecar.stat().st_mode & 0o777 == MODE, where
        if state == "old" and self.before is not None:
            assert self.sidecar.stat().st_mtime_ns == TWIN, where
        return state

    def judge_bytes(self, where: str) -> str:
        state = "new" if self.committed() else "old"
        assert self.path.read_bytes() == self.old, where
        found = self.sidecar.read_bytes() if self.sidecar.exists() else None
        assert found == (self.after if state == "new" else self.before), where
        names = {path.name for path in self.folder.iterdir()}
        assert names <= {"film.avi", "film.avi.xmp", "backups", "kept"}, where
        return state


def of(folder: Path, way: str, commit: bool = True) -> Swap:
    """The scene of a method."""
    return (SidecarSwap if way in SIDECARS else Swap)(folder, way, commit)


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
    if isinstance(swap, SidecarSwap):
        _change_sidecar(swap)
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


def _change_sidecar(swap: SidecarSwap) -> None:
    path, name = os.fsencode(swap.path), os.fsencode(swap.sidecar.name)
    with (
        OperationJournal.create(swap.backup) as log,
        SidecarChange(path, name, journal=log, item_id=ITEM, before=swap.before) as change,
    ):
        change.prepare(swap.after)
        if swap.commit:
            change.place()
            change.commit()


def remove_replaced(swap: SidecarSwap) -> None:
    """Remove a sidecar that another program replaces after the last check of it."""
    rename = disk.rename

    def late(name: bytes, new: bytes, *, folder: int, new_folder: int) -> None:
        if swap.foreign.exists():
            os.replace(swap.foreign, swap.sidecar)
        rename(name, new, folder=folder, new_folder=new_folder)

    disk.rename = late
    run_or_say(swap)


def create_late(swap: SidecarSwap, system: str) -> None:
    """Create a sidecar after another program has created one; `system`: what gives a file a free name."""
    if system != "exclusive rename":
        disk.rename_new = _cannot
    if system != "hard links":
        os.link = _no_links
    take_name = sidecar.take_name

    def late(entry: SidecarEntry, *, folder: int) -> None:
        if swap.foreign.exists():
            os.replace(swap.foreign, swap.sidecar)
        take_name(entry, folder=folder)

    sidecar.take_name = late
    run_or_say(swap)


def remove_replaced_by_link(swap: SidecarSwap) -> None:
    """Do it where a file gets a free name by a hard link."""
    disk.rename_new = _cannot
    remove_replaced(swap)


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
