"""
A process killed at any system call of a write, rollback or recovery leaves every film exactly old or new.

The calls are real: of every thread, of DuckDB and of ffmpeg, counted by the kernel's gate (`seccomp`). By default this
module tests the most informative calls of each method of writing; `test_strategies` tests every call of each method
without the library. `--all` tests every call of every case, and the middle of each call, here too.
"""

from __future__ import annotations

import contextlib
import itertools
import os
from dataclasses import replace
from pathlib import Path

import pytest

from indexium_core import errors
from indexium_core.library import Library
from tests.crash.conftest import Choice, Scenes
from tests.support import gate, killed_write, seccomp, shapes, tally
from tests.support.forks import Forks
from tests.support.points import Point, telling
from tests.support.scenes import Scene

pytestmark = pytest.mark.crash


def test_write_killed_at_any_call_is_recovered(scenes: Scenes, choice: Choice, strategy_case: str) -> None:
    scene, states = scenes(strategy_case), []
    for point in choice.of(scene.clean.calls, scene):
        if not cut(scene, point):
            continue
        states.append(scene.settled(f"killed at {point}")[0])
        scene.finish(f"killed at {point}")
    assert not choice.every or states == sorted(states, reverse=True), "once new, always new"


def test_rollback_killed_at_any_call_is_recovered(scenes: Scenes, choice: Choice, torn_case: str) -> None:
    scene = scenes(torn_case)
    scene.written()
    clean = scene.run(killed_write.roll_back)
    assert {film.state for film in scene.all} == {"old"}
    for point in choice.of(clean.calls, scene):
        scene.written()
        report = scene.run(killed_write.roll_back, point.trap(scene))
        assert report.killed or (report.hit is None and point.call.kind == "sync"), point
        scene.settled(f"killed at {point}")
        scene.take_back(f"killed at {point}")
        tally.count(scene.shape.strategy, "kills of a rollback")


def test_recovery_killed_at_every_call_completes(scenes: Scenes, choice: Choice, torn_case: str) -> None:
    """Kill the recovery at its first call, the next one at its second, until one completes."""
    scene = scenes(torn_case)
    calls = scene.clean.calls
    for point in map(Point, calls) if choice.every else choice.of(calls, scene):
        if not cut(scene, point):
            continue
        for at in itertools.count(1):
            if not scene.run(killed_write.recover, scene.trap(at)).killed:
                break
            tally.count(scene.shape.strategy, "kills of a recovery")
        scene.settled(f"killed at {point}, then {at - 1} times in recovery")
    scene.finish("after the last kill")


def test_ffmpeg_that_survives_a_kill_changes_no_file(scenes: Scenes, choice: Choice) -> None:
    scene = scenes(next(name for name in shapes.ready() if shapes.ALL[name].strategy.endswith("remux")))
    calls = scene.clean.calls
    others = [Point(call) for call in calls if call.process != calls[0].process]
    assert others
    for point in others if choice.every else others[:1]:
        scene.reset()
        scene.run(killed_write.write, point.trap(scene, "orphan"))
        scene.settled(f"orphaned at {point}")
        tally.count(scene.shape.strategy, "kills of a write")


def cut(scene: Scene, point: Point) -> bool:
    """Write from the start, with a kill at a point; return False if the point was not reached: threads share syncs."""
    scene.reset()
    report = scene.run(killed_write.write, point.trap(scene))
    assert report.killed or (report.hit is None and point.call.kind == "sync"), point
    tally.count(scene.shape.strategy, "kills of a write", report.killed)
    return report.killed


@pytest.mark.parametrize("loss", ["damaged", "gone"])
def test_file_is_recovered_without_the_database(scenes: Scenes, loss: str) -> None:
    """Journals are sufficient: every film is restored if the database cannot be opened or was moved away."""
    scene = scenes(shapes.one_of_each("way")[-1])
    cut(scene, telling(scene.clean.calls, scene))
    assert scene.film.state == "broken"
    for path in scene.home.glob("indexium.duckdb*"):
        if loss == "gone":
            path.unlink()
        else:
            path.write_bytes(path.read_bytes()[:-100] + bytes(100))
    with contextlib.suppress(errors.StoreError):
        Library.open(scene.home).close()
    assert scene.film.state == "old"


def parted(folder: Path) -> tuple[Path, Path, Path]:
    """A film whose two names were separated by a write: its path, its other name and the home."""
    films, home = folder / "films", folder / "home"
    films.mkdir(parents=True)
    path, seed = films / "film.mkv", films / "seed.mkv"
    path.write_bytes(shapes.film("mkv, live"))
    os.utime(path, (1_600_000_000, 1_600_000_000))
    os.link(path, seed)
    with Library.open(home) as library:
        library.scan([films])
        library.people.add([path], list(shapes.PEOPLE))
        library.decisions.postpone("name:seed")
        options = replace(killed_write.ALL, hard_links="break")
        assert library.write(library.plan(hard_links="break"), options).wait().counts == {"success": 1}
    assert not path.samefile(seed)
    return path, seed, home


def test_rollback_that_joins_hard_links_survives_kills(tmp_path: Path, forks: Forks, choice: Choice) -> None:
    if why := seccomp.why_not():
        pytest.skip(why)
    old, states = shapes.film("mkv, live"), list[str]()
    chosen = {0}  # without a kill, to list the calls
    while chosen:
        at = min(chosen)
        chosen.discard(at)
        path, seed, home = parted(tmp_path / str(at))
        trap = gate.Trap(folders=(str(path.parent), str(home / "backups")), at=at, deed="kill" if at else "pass")
        report = forks.watch(trap, killed_write.roll_back, home)
        if not at:
            kinds = [call.kind for call in report.calls]
            assert path.samefile(seed)
            chosen = set(range(1, len(kinds) + 1))
            if not choice.every:
                chosen = {kinds.index("rename") + 1, kinds.index("rename") + 2}
            continue
        assert report.killed, at
        with Library.open(home) as library:
            states.append("one" if path.samefile(seed) else "two")
            assert seed.read_bytes() == old
            assert (path.read_bytes() == old) == (states[-1] == "one"), at
            assert sorted(each.name for each in path.parent.iterdir()) == ["film.mkv", "seed.mkv"], at
            newest = library.history().items[0]
            if newest.status == "interrupted":
                library.resume(newest.id).wait()
            elif newest.operation_type == "write":
                library.rollback(newest.id).wait()
            [item] = library.operation(library.history().items[0].id).items
            assert (item.status, item.message) == ("success", "It shares one file with its other name again."), at
        assert path.samefile(seed), at
        tally.count("names that become one file", "kills of a rollback")
    assert set(states) == {"one", "two"}
    assert states == sorted(states, reverse=True), "once one, always one"
