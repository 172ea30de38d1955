"""A power cut: recovery restores the old or the new file from every possible state of the disk."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexium_core.files import journal
from indexium_core.model.files.media import Patch
from tests.crash.conftest import Choice
from tests.support import crashes, gate, powercut, seccomp, tally
from tests.support.calls import Call
from tests.support.forks import Forks
from tests.support.powercut import State

pytestmark = pytest.mark.crash

OLD = bytes(range(256)) * 80
PATCHES = {
    "same size": Patch(((4, b"head"), (12000, b"tail of it")), len(OLD)),
    "growing": Patch(((4, b"size"), (len(OLD) - 3, bytes(range(200)))), len(OLD) + 197),
    "shrinking": Patch(((4, b"size"), (11000, b"last words")), len(OLD) - 7000),
}
LIMIT = 300  # states of one point in time


class Place:
    """The folder in which simulated states are written and recovered."""

    def __init__(self, folder: Path, name: str, light: Forks) -> None:
        self.path, self.backup, self._forks = folder / "film.bin", folder / "backups" / "1.journal", light
        self.edit = crashes.Edit(os.fsencode(self.path), self.backup, PATCHES[name])
        self.folders = (folder,)
        self.backup.parent.mkdir()
        self.path.write_bytes(OLD)

    def record(self, function: object, *arguments: object) -> tuple[powercut.Disk, list[Call]]:
        """Run a function of `crashes` and return the disk before it and the calls that it made."""
        disk = powercut.Disk(self.folders)
        trap = gate.Trap(folders=tuple(map(str, self.folders)), keep=True)
        report = self._forks.watch(trap, function, *arguments)  # type: ignore[arg-type]
        assert report.code == 0
        return disk, report.calls

    def recovered(self, state: State) -> bytes:
        state.lay_out(self.folders)
        if self.backup.exists():
            crashes.recover(self.backup)
        return self.path.read_bytes()

    def has_begun(self) -> bool:
        return any(entry.state == "begun" for entry in journal.read(self.backup).entries)


@pytest.fixture(params=PATCHES)
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, light: Forks) -> Place:
    if why := seccomp.why_not():
        pytest.skip(why)
    for name in ("fsync", "fdatasync"):  # the disk is simulated; only the sync call matters
        monkeypatch.setattr(os, name, lambda fd: None)
    return Place(tmp_path, request.param, light)


def cuts(disk: powercut.Disk, calls: list[Call]) -> Iterator[tuple[int, State]]:
    """Yield every state once, with the number of calls of its last occurrence."""
    chance = random.Random(0)
    states = {state.key(): (done, state) for done, state in powercut.play(disk, calls, chance, limit=LIMIT)}
    return iter(states.values())


def test_power_cut_during_edit_keeps_old_or_new(place: Place) -> None:
    disk, calls = place.record(crashes.run, place.edit)
    new, seen = place.path.read_bytes(), set()
    for done, state in cuts(disk, calls):
        found = place.recovered(state)
        assert found in {OLD, new}, f"cut after {done} of {len(calls)} calls: {[call.kind for call in calls]}"
        assert found == new or done < len(calls), "whoever was told that it is done found it undone"
        seen.add(found)
        tally.count("journaled patch", "states after a power cut")
    assert seen == {OLD, new}
    assert disk.seen[str(place.path)] == new, "the simulated disk is not what the real one is"


def test_power_cut_during_undo_ends_with_old_file(place: Place, choice: Choice) -> None:
    starts = [state for _, state in cuts(*place.record(crashes.run, place.edit)) if str(place.backup) in state.files]
    undone = 0
    for start in starts[:: 1 if choice.every else max(1, len(starts) // 30)]:
        start.lay_out(place.folders)
        if not place.has_begun():
            continue
        disk, calls = place.record(crashes.recover, place.backup)
        undone += any(call.kind == "write" and call.path == str(place.path) for call in calls)
        for done, state in cuts(disk, calls):
            assert place.recovered(state) == OLD, f"cut after {done} of {len(calls)} calls"
            tally.count("journaled patch", "states after a power cut")
    assert undone > 5


def test_failed_sync_is_never_trusted(place: Place) -> None:
    """
    The retry of a failed sync is not reliable: the kernel drops unwritten data, reports it once, and then reports
    success.
    """
    _, calls = place.record(crashes.run, place.edit)
    [at] = [number for number, call in enumerate(calls, 1) if (call.kind, call.path) == ("sync", str(place.path))]
    place.path.write_bytes(OLD)
    place.backup.unlink()
    disk = powercut.Disk(place.folders)
    trap = gate.Trap(folders=tuple(map(str, place.folders)), keep=True, at=at, deed="fail", error=5)
    report = place._forks.watch(trap, crashes.run_failing, place.edit, "sync_failed")
    assert report.code == 0
    assert place.path.read_bytes() == OLD
    for call in report.calls:
        disk.take(call, failed=call.number == at)
    for state in disk.states(random.Random(0), limit=LIMIT):
        assert place.recovered(state) == OLD
