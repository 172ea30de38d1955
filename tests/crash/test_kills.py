"""
A process killed at any system call of a whole write, rollback or recovery leaves every film old or new, bit for bit.

The calls are the real ones: of every thread, of DuckDB and of ffmpeg, counted by the kernel's own gate (`seccomp`). By
default the most telling calls of each strategy are tried here, and every call of each strategy and container without
the library around it (`test_strategies`); `--all-kills` tries every call of every case, and the middle of it, here too.
"""

from __future__ import annotations

import contextlib
import itertools

import pytest

from indexium_core import errors
from indexium_core.library import Library
from tests.crash.conftest import Choice, Scenes
from tests.support import killed_write, shapes, tally
from tests.support.points import Point, telling
from tests.support.scenes import Scene

pytestmark = pytest.mark.crash


def test_a_write_killed_at_any_call_is_whole_at_the_next_start(
    scenes: Scenes, choice: Choice, strategy_case: str
) -> None:
    scene, states = scenes(strategy_case), []
    for point in choice.of(scene.clean.calls, scene):
        if not cut(scene, point):
            continue
        states.append(scene.settled(f"killed at {point}")[0])
        scene.finish(f"killed at {point}")
    assert not choice.every or states == sorted(states, reverse=True), "once new, always new"


def test_a_rollback_killed_at_any_call_is_whole_at_the_next_start(
    scenes: Scenes, choice: Choice, spread_case: str
) -> None:
    scene = scenes(spread_case)
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


def test_a_recovery_killed_at_every_call_comes_through_in_the_end(
    scenes: Scenes, choice: Choice, spread_case: str
) -> None:
    """Killed at its first call, the next one at its second, and so on, until one comes through."""
    scene = scenes(spread_case)
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


def test_ffmpeg_does_no_harm_when_only_we_are_killed(scenes: Scenes, choice: Choice) -> None:
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
    """Write from the start, killed at a point; False where it was not reached: threads share syncs as it happens."""
    scene.reset()
    report = scene.run(killed_write.write, point.trap(scene))
    assert report.killed or (report.hit is None and point.call.kind == "sync"), point
    tally.count(scene.shape.strategy, "kills of a write", report.killed)
    return report.killed


@pytest.mark.parametrize("loss", ["damaged", "gone"])
def test_a_film_is_healed_without_the_database_too(scenes: Scenes, loss: str) -> None:
    """Journals tell everything: a database that cannot be opened, or was moved away, keeps no film broken."""
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
