"""
A power cut during a whole write: films and ledger agree for every set of lost unsynced calls.

The simulated disk holds the whole home with DuckDB's files, besides films and journals, so that the ledger can never be
ahead of the films. Losses within DuckDB's own files are not tested: their writes are lost from the end only.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.crash.conftest import Choice, Scenes
from tests.support import gate, killed_write, powercut, tally
from tests.support.calls import Call
from tests.support.points import role
from tests.support.powercut import State
from tests.support.scenes import Scene

pytestmark = pytest.mark.crash

SEED = int(os.environ.get("CRASH_SEED", "3"))
FEW, MANY = 4, 10  # states of a run by default; of each point in time with --all


def test_write_with_lost_data_is_old_or_new(scenes: Scenes, choice: Choice, played_case: str) -> None:
    scene = scenes(played_case)
    scene.reset()
    for where, state in cuts(scene, killed_write.write, choice):
        recovered(scene, state, where)


def test_rollback_with_lost_data_is_old_or_new(scenes: Scenes, choice: Choice, played_case: str) -> None:
    scene = scenes(played_case)
    scene.written()
    for where, state in cuts(scene, killed_write.roll_back, choice):
        recovered(scene, state, where)


def cuts(scene: Scene, function: Callable[[Path], None], choice: Choice) -> Iterator[tuple[str, State]]:
    """Run once; yield possible states of the disk at each point in time, or at some."""
    folders, chance = (scene.films, scene.home), random.Random(SEED)
    disk = powercut.Disk(folders, orderly="indexium.duckdb")
    report = scene.run(function, gate.Trap(folders=tuple(str(folder) for folder in folders), keep=True))
    assert report.code == 0
    real = {str(path): path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()}
    moments = [done for done in range(len(report.calls) + 1) if choice.every or _matters(report.calls, done, scene)]
    moments = moments if choice.every else chance.sample(moments, FEW)
    found = list(powercut.play(disk, report.calls, chance, limit=MANY, moments=moments))
    assert disk.seen == real, "the simulated disk is not what the real one is"
    for done, state in found if choice.every else chance.sample(found, FEW):
        yield f"seed {SEED}, cut after {done} of {len(report.calls)} calls", state


def _matters(calls: list[Call], done: int, scene: Scene) -> bool:
    """Return whether a cut at this point is between the first and the last call on films and journals."""
    numbers = [at for at, call in enumerate(calls) if _is_ours(call, scene)]
    return numbers[0] <= done <= numbers[-1] + 2


def _is_ours(call: Call, scene: Scene) -> bool:
    return role(call, scene) != "journal" or call.path.endswith(".journal")


def recovered(scene: Scene, state: State, where: str) -> None:
    state.lay_out((scene.films, scene.home))
    scene.dress()
    scene.settled(where)
    tally.count(scene.shape.strategy, "states after a power cut")
