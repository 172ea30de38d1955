"""
Scenes of interrupted writes: a film, a home with its planned write, and a check of the result.

A scene can be reset any number of times. It knows the film's bytes before and after, and checks one promise: each file
is exactly old or new, and the ledger says which.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from indexium_core.library import Library
from indexium_core.model.operations.operation import ItemDetails, MetadataOperation
from tests.support import field_values, gate, killed_write, shapes
from tests.support.calls import Call
from tests.support.forks import Forks

COMPANY = "mp4, index last"
OLD_TIME = 1_600_000_000_123_456_789
MODE = 0o640
NOTE = ("user.indexium.test", "keep me")  # an attribute that must survive everything
# The allowed states in the ledger of an item whose file has the old bytes, and the new bytes.
BEFORE, AFTER = {"pending", "failed", "conflict", "skipped", "unknown"}, {"success"}


@dataclass(frozen=True)
class Film:
    """A film of a scene, in every possible state."""

    path: Path
    old: bytes | None  # None: it does not exist
    new: bytes = b""
    item_name: str = ""  # of the file in the ledger, for a sidecar

    @property
    def state(self) -> str:
        """Return the state of the film: old, new or broken."""
        data = self.path.read_bytes() if self.path.exists() else None
        return "old" if data == self.old else "new" if data == self.new else "broken"

    def put(self) -> None:
        """Restore it as a new file."""
        self.path.unlink(missing_ok=True)
        if self.old is not None:
            self.path.write_bytes(self.old)
            self.dress()

    def dress(self) -> None:
        """Restore its original attributes."""
        self.path.chmod(MODE)
        with contextlib.suppress(OSError):  # not every file system supports them
            os.setxattr(self.path, NOTE[0], NOTE[1].encode())
        os.utime(self.path, ns=(OLD_TIME, OLD_TIME))


class Scene:
    """One case of `shapes`, and an ordinary second film that must be written whatever happens to the first."""

    def __init__(self, name: str, folder: Path, films: Path, forks: Forks) -> None:
        self.name, self.shape, self._forks = name, shapes.ALL[name], forks
        self.films, self.home, self._planned = films, folder / "home", folder / "planned"
        found = {self.shape.file_name: shapes.film(name), "second.mp4": shapes.film(COMPANY)}
        self.all = [Film(films / called, data) for called, data in found.items()]
        self.kept: list[Film] = []  # photos whose sidecar is written
        if self.shape.strategy.startswith("sidecar_"):
            photo = self.all.pop(0)
            self.kept.append(photo)
            beside = photo.path.with_name(f"{photo.path.name}.xmp")
            self.all.insert(0, Film(beside, self.shape.sidecar, item_name=photo.path.name))
        self._has_attributes = _has_attributes(films)
        self._plan()
        self.clean = self._write()

    @property
    def film(self) -> Film:
        return self.all[0]

    @property
    def subject(self) -> Path:
        """The file whose people are written."""
        return self.kept[0].path if self.kept else self.film.path

    @property
    def trap_folders(self) -> tuple[str, ...]:
        """Return the folders in which calls count: those of the films and of the journals."""
        return (str(self.films.resolve()), str((self.home / "backups").resolve()))

    def _plan(self) -> None:
        self.home.mkdir()
        settings = {"metadata_max_concurrent_writes": 1, **self.shape.settings}
        (self.home / "settings.toml").write_text("".join(f"{key} = {value!r}\n" for key, value in settings.items()))
        for film in [*self.kept, *self.all]:
            film.put()
        with Library.open(self.home) as library:
            library.inventory.add(self.films, audio=True, photos=True)
            library.scan()
            field_values.define(library, *self.shape.values)
            if self.shape.values:
                library.decisions.set_fields(f"name:{self.subject.stem}", self.shape.values)
            else:
                library.people.add([self.subject], list(self.shape.people))
            library.people.add([film.path for film in self.all[1:]], list(shapes.PEOPLE))
            library.plan()
        shutil.copytree(self.home, self._planned)

    def _write(self) -> gate.Report:
        """Write once without a trap, and record the written films and the calls."""
        report = self._forks.watch(gate.Trap(folders=self.trap_folders, keep=True), killed_write.write, self.home)
        with Library.open(self.home) as library:
            items = library.operation(1).items
            said = [(item.file_name, item.status, item.strategy or item.message) for item in items]
        wanted = (self.subject.name, "success", self.shape.strategy)
        assert wanted in said, f"{self.name}: {said}"
        assert {status for _, status, _ in said} == {"success"}, said
        self.all = [replace(film, new=film.path.read_bytes()) for film in self.all]
        assert all(film.new != film.old for film in self.all)
        self.check_attributes()
        return report

    def reset(self) -> None:
        """Reset everything to the state after the plan, before the write."""
        for path in self.films.iterdir():
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        for film in [*self.kept, *self.all]:
            film.put()
        shutil.rmtree(self.home)
        shutil.copytree(self._planned, self.home)

    def written(self) -> None:
        """Reset everything to the state after the write."""
        self.reset()
        assert self._forks.run(killed_write.write, self.home) == 0
        assert {film.state for film in self.all} == {"new"}

    def run(self, function: Callable[[Path], None], trap: gate.Trap | None = None) -> gate.Report:
        """Run a function of `killed_write` in a separate process, with the trap."""
        return self._forks.watch(trap or gate.Trap(folders=self.trap_folders), function, self.home)

    def trap(self, at: int | Call, deed: gate.Deed = "kill", **facts: object) -> gate.Trap:
        return gate.Trap(folders=self.trap_folders, at=at, deed=deed, **facts)  # type: ignore[arg-type]

    def dress(self) -> None:
        """Set the attributes of films that were written byte by byte."""
        for film in [*self.kept, *self.all]:
            if film.path.exists():
                film.dress()

    # Checks.

    def settled(self, where: str) -> list[str]:
        """Open the home like the next start, check the promise, and return the states of the films."""
        with Library.open(self.home) as library:
            found = self.consistent(library, where)
            before = self._print()
            again = library.recover()
            assert (again.undone, again.finished, again.problems) == (0, 0, []), f"{where}: {again}"
            assert self._print() == before, f"{where}: a second recovery changed something"
        return found

    def consistent(self, library: Library, where: str) -> list[str]:
        """Check that each film is old or new, that the ledger says which, and that no other file remains."""
        states = [film.state for film in self.all]
        assert "broken" not in states, f"{where}: {states}"
        assert self.strays() == [], where
        self.check_attributes()
        newest = newest_of(library)
        if newest is None:
            assert set(states) == {"old"}, where
            return states
        before, after = ("old", "new") if newest.operation_type == "write" else ("new", "old")
        for film, state in zip(self.all, states, strict=True):
            item = item_of(library, newest, film)
            allowed = {before: BEFORE, after: AFTER}[state]
            assert item is None or item.status in allowed, f"{where}: {film.path.name} is {state}, {item.status=}"
            if item is not None and item.status == "pending":
                assert newest.status in {"interrupted", "failed"}, f"{where}: {newest.status}"
        return states

    def strays(self) -> list[str]:
        """Return the other files in the folder of the films."""
        ours = {film.path.name for film in [*self.kept, *self.all]}
        return sorted(path.name for path in self.films.rglob("*") if path.name not in ours and not _is_kept(path))

    def check_attributes(self) -> None:
        """Check that mode and extended attributes belong to the films; the time, too, if the bytes are original."""
        for film in self.kept:
            assert film.path.read_bytes() == film.old
            assert film.path.stat().st_mtime_ns == OLD_TIME
        for film in self.all:
            if film.old is None and film.state == "old":
                continue
            status = film.path.stat()
            assert status.st_mode & 0o7777 == MODE, film.path
            if self._has_attributes and film.old is not None:
                assert os.getxattr(film.path, NOTE[0]) == NOTE[1].encode()
            if film.state == "old":
                assert status.st_mtime_ns == OLD_TIME, film.path

    def _print(self) -> dict[str, tuple[bytes, int, int]]:
        found = {}
        for path in sorted(self.films.rglob("*")):
            if path.is_file():
                status = path.stat()
                found[str(path)] = (path.read_bytes(), status.st_mtime_ns, status.st_ino)
        return found

    def finish(self, where: str) -> None:
        """
        Resume what was interrupted, write what failed, and roll everything back: the new bytes, then the old ones.
        """
        with Library.open(self.home) as library:
            self._go_on(library)
            if {film.state for film in self.all} != {"new"}:
                library.write(library.plan(), killed_write.ALL).wait()
            assert {film.state for film in self.all} == {"new"}, where
            self.consistent(library, where)
        self.take_back(where)

    def take_back(self, where: str) -> None:
        """Roll every write back, or resume an interrupted rollback: the old bytes and times are restored."""
        with Library.open(self.home) as library:
            self._go_on(library)
            for operation in library.history().items:
                if operation.operation_type == "write" and library.status(operation.id).can_rollback:
                    library.rollback(operation.id).wait()
                    newest = newest_of(library)
                    assert newest is not None
                    assert newest.status == "completed", f"{where}: {newest}"
            assert {film.state for film in self.all} == {"old"}, where
            self.consistent(library, where)

    def _go_on(self, library: Library) -> None:
        newest = newest_of(library)
        if newest is not None and newest.status in {"interrupted", "failed"}:
            library.resume(newest.id).wait()


def newest_of(library: Library) -> MetadataOperation | None:
    return next(iter(library.history().items), None)


def item_of(library: Library, operation: MetadataOperation, film: Film) -> ItemDetails | None:
    items = library.operation(operation.id, per_page=0).items
    return next((item for item in items if item.file_name == (film.item_name or film.path.name)), None)


def _is_kept(path: Path) -> bool:
    """Return whether it is an original kept as a backup, or the folder of such files."""
    return any(part == ".indexium" for part in path.parts)


def _has_attributes(folder: Path) -> bool:
    probe = folder / ".probe"
    try:
        probe.touch()
        os.setxattr(probe, NOTE[0], b"")
    except OSError:
        return False
    finally:
        probe.unlink()
    return True
