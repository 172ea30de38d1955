"""A whole operation, killed at every call that changes something on disk: the next start finds everything whole."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexium_core.library import Library
from tests.support import killed_write, media
from tests.support.forks import Forks
from tests.support.oracles import oracle

pytestmark = pytest.mark.crash

OLD_TIME = 1_600_000_000_123_456_789


class Scene:
    """Two films and a home that knows what to write into them; can be put back to the start."""

    def __init__(self, folder: Path) -> None:
        oracle("ffmpeg")
        self.films, self.home, self._kept = folder / "films", folder / "home", folder / "kept"
        self.films.mkdir(parents=True)
        paths = [
            media.build("mp4", self.films, name="a.mp4", comment="Seaside; People: Bob Ray"),
            media.build("mkv", self.films, name="b.mkv", comment="People: Bob Ray"),
        ]
        self.old = {path: path.read_bytes() for path in paths}
        self._settle()
        with Library.open(self.home) as library:
            library.scan([self.films])
            library.people.add(paths, ["Ann Lee", "Zoë Öz"])
        shutil.copytree(self.home, self._kept)
        self.new = self._written()

    def reset(self) -> None:
        for path, data in self.old.items():
            path.write_bytes(data)
        self._settle()
        shutil.rmtree(self.home)
        shutil.copytree(self._kept, self.home)

    def state(self) -> dict[str, str]:
        """Each film: old, new or broken."""
        return {path.name: self._judge(path) for path in self.old}

    def _judge(self, path: Path) -> str:
        data = path.read_bytes()
        return "old" if data == self.old[path] else "new" if data == self.new[path] else "broken"

    def _settle(self) -> None:
        for path in self.old:
            os.utime(path, ns=(OLD_TIME, OLD_TIME))

    def _written(self) -> dict[Path, bytes]:
        with Library.open(self.home) as library:
            counts = library.write(library.plan(), killed_write.ALL).wait().counts
        assert counts == {"success": 2}
        return {path: path.read_bytes() for path in self.old}


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return Scene(tmp_path_factory.mktemp("scene"))


@pytest.fixture(scope="module")
def forks() -> Iterator[Forks]:
    with Forks("tests.support.killed_write") as server:
        yield server


def test_a_write_killed_anywhere_is_whole_at_the_next_start(scene: Scene, forks: Forks) -> None:
    at = 0
    while True:
        at += 1
        scene.reset()
        if forks.run(killed_write.write, scene.home, at, "before") == 0:
            break
        with Library.open(scene.home) as library:
            check_settled(library, scene, at)
            finish(library)
            assert set(scene.state().values()) == {"new"}, at
            take_all_back(library)
        assert set(scene.state().values()) == {"old"}, at
        assert {path.stat().st_mtime_ns for path in scene.old} == {OLD_TIME}, at

    assert at > 15  # the calls of two edits were really hit


def test_a_rollback_killed_anywhere_is_whole_at_the_next_start(scene: Scene, forks: Forks) -> None:
    at = 0
    while True:
        at += 1
        scene.reset()
        assert forks.run(killed_write.write, scene.home, 0, "before") == 0
        if forks.run(killed_write.roll_back, scene.home, 1, at, "before") == 0:
            break
        with Library.open(scene.home) as library:
            assert "broken" not in scene.state().values(), at
            finish(library)
        assert set(scene.state().values()) == {"old"}, at

    assert at > 15


def check_settled(library: Library, scene: Scene, at: int) -> None:
    """Films are old or new, and the ledger says which."""
    state = scene.state()
    assert "broken" not in state.values(), at
    operations = library.history().items
    if not operations:
        assert set(state.values()) == {"old"}
        return
    said = {item.file_name: item.status for item in library.operation(operations[0].id).items}
    assert said == {name: {"old": "pending", "new": "success"}[found] for name, found in state.items()}, at


def finish(library: Library) -> None:
    """Resume what was interrupted, or begin it where nothing had been recorded."""
    operations = library.history().items
    if not operations:
        library.write(library.plan(), killed_write.ALL).wait()
    elif operations[0].status == "interrupted":
        assert library.resume(operations[0].id).wait().status == "completed"
    assert {operation.status for operation in library.history().items} <= {"completed", "rolled_back"}


def take_all_back(library: Library) -> None:
    newest = library.history().items[0]
    assert library.rollback(newest.id).wait().counts == {"success": 2}
