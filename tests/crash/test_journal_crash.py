"""A process that is killed during an edit leaves a file that is exactly old or new after recovery."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexium_core.files import journal
from indexium_core.model.files.media import Extent, Patch
from tests.support import crashes
from tests.support.forks import Forks

pytestmark = pytest.mark.crash

OLD = bytes(range(256)) * 80
PAYLOAD = (Extent(4000, 6000),)
MTIME = 1_600_000_000_123_456_789
PATCHES = {
    "same size": Patch(((4, b"head"), (3000, bytes(500)), (12000, b"tail of it")), len(OLD)),
    "growing": Patch(((4, b"size"), (len(OLD) - 3, bytes(range(200)))), len(OLD) + 197),
    "shrinking": Patch(((4, b"size"), (11000, b"last words")), len(OLD) - 7000),
}
KILLED = -9


@pytest.fixture
def forks(light: Forks) -> Forks:
    return light


class Place:
    """One file and the place of its journal."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "film.bin"
        self.backup = folder / "backups" / "1.journal"

    def reset(self) -> None:
        self.path.write_bytes(OLD)
        os.utime(self.path, ns=(MTIME, MTIME))
        self.backup.unlink(missing_ok=True)

    def committed(self) -> bool:
        return self.backup.exists() and any(mark.state == "committed" for mark in journal.read(self.backup).marks)

    def recover(self, forks: Forks) -> None:
        if self.backup.exists():
            assert forks.run(crashes.recover, self.backup, 0) == 0

    def recover_with_cuts(self, forks: Forks, moment: str) -> None:
        """Recover with a kill at the first call, then at the second, until one recovery completes."""
        for at in itertools.count(1):
            if not self.backup.exists() or forks.run(crashes.recover, self.backup, at, moment) == 0:
                return


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def patched(patch: Patch) -> bytes:
    result = bytearray(OLD[: patch.size].ljust(patch.size, b"\0"))
    for offset, new in patch.writes:
        result[offset : offset + len(new)] = new
    return bytes(result)


def cuts(forks: Forks, place: Place, name: str, moment: str, *, commit: bool = True) -> Iterator[int]:
    """Repeat the edit with a kill at the first call, the second and so on; the caller checks each state."""
    edit = crashes.Edit(os.fsencode(place.path), place.backup, PATCHES[name], PAYLOAD, commit=commit)
    for at in itertools.count(1):
        place.reset()
        code = forks.run(crashes.run, edit, at, moment)
        if code == 0:
            assert at > 8, "an edit makes more calls than that: the bomb does not see them"
            return
        assert code == KILLED
        yield at


def judge(place: Place, name: str, at: int) -> bool:
    """Assert that the file is old, or new if the journal says so; return whether it is old."""
    wanted = patched(PATCHES[name]) if place.committed() else OLD
    assert place.path.read_bytes() == wanted, f"call {at}"
    if wanted == OLD:
        assert place.path.stat().st_mtime_ns == MTIME, f"call {at}"
    return wanted == OLD


@pytest.mark.parametrize("moment", [pytest.param("1", marks=pytest.mark.further), "half"])
@pytest.mark.parametrize("name", PATCHES)
def test_kill_at_any_call_keeps_file_old_or_new(forks: Forks, place: Place, name: str, moment: str) -> None:
    seen = set()
    for at in cuts(forks, place, name, moment):
        place.recover(forks)
        seen.add(judge(place, name, at))
    assert seen == {True, False}


@pytest.mark.parametrize("moment", ["before"])
@pytest.mark.parametrize("name", PATCHES)
def test_kill_during_undo_ends_with_old_file(forks: Forks, place: Place, name: str, moment: str) -> None:
    for at in cuts(forks, place, name, moment, commit=False):
        place.recover(forks)
        assert judge(place, name, at)


@pytest.mark.parametrize("moment", ["7"])
@pytest.mark.parametrize("name", PATCHES)
def test_kill_at_every_call_of_every_recovery(forks: Forks, place: Place, name: str, moment: str) -> None:
    for at in cuts(forks, place, name, moment):
        place.recover_with_cuts(forks, moment)
        judge(place, name, at)


def test_short_write_is_undone(forks: Forks, place: Place) -> None:
    place.reset()
    edit = crashes.Edit(os.fsencode(place.path), place.backup, PATCHES["growing"])
    assert forks.run(crashes.run_into, len(OLD) + 50, edit) == 0
    assert judge(place, "growing", 0)
    assert [entry.state for entry in journal.read(place.backup).entries] == ["undone"]
