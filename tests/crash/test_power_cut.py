"""A cut of power: from every state that unsynced writes may leave on the disk, recovery makes the file old or new."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexium_core.files import journal
from indexium_core.model.media import Patch
from tests.support import crashes, powercut

pytestmark = pytest.mark.crash

OLD = bytes(range(256)) * 80
PATCHES = {
    "same size": Patch(((4, b"head"), (12000, b"tail of it")), len(OLD)),
    "growing": Patch(((4, b"size"), (len(OLD) - 3, bytes(range(200)))), len(OLD) + 197),
    "shrinking": Patch(((4, b"size"), (11000, b"last words")), len(OLD) - 7000),
}


class Disk:
    """The real folder in which simulated states are laid out and recovered."""

    def __init__(self, folder: Path, name: str) -> None:
        self.path, self.backup = folder / "film.bin", folder / "backups" / "1.journal"
        self.edit = crashes.Edit(os.fsencode(self.path), self.backup, PATCHES[name])
        self.backup.parent.mkdir()
        self.path.write_bytes(OLD)
        self.before = {str(self.path): OLD}

    def lay_out(self, files: powercut.Files) -> None:
        for path in (self.path, self.backup):
            path.unlink(missing_ok=True)
        for name, data in files.items():
            Path(name).write_bytes(data)

    def recovered(self, files: powercut.Files) -> bytes:
        self.lay_out(files)
        if self.backup.exists():
            crashes.recover(self.backup)
        return self.path.read_bytes()

    def has_begun(self) -> bool:
        return any(entry.state == "begun" for entry in journal.read(self.backup).entries)


@pytest.fixture(params=PATCHES)
def disk(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Disk:
    for name in ("fsync", "fdatasync"):  # the disk is simulated; only that it was asked matters
        monkeypatch.setattr(os, name, lambda fd: None)
    return Disk(tmp_path, request.param)


def cuts(before: powercut.Files, ops: list[powercut.Op]) -> Iterator[tuple[int, powercut.Files]]:
    """Yield every state but once, with the number of calls after which it is met last."""
    states = {tuple(sorted(files.items())): done for done, files in powercut.outcomes(before, ops)}
    return ((done, dict(files)) for files, done in states.items())


def test_an_edit_cut_off_at_any_moment_is_old_or_new(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    ops = powercut.record(monkeypatch, lambda: crashes.run(disk.edit))
    new, seen = disk.path.read_bytes(), set()
    for done, files in cuts(disk.before, ops):
        found = disk.recovered(files)
        assert found in {OLD, new}, f"cut after {done} of {len(ops)} calls: {[op.kind for op in ops]}"
        assert found == new or done < len(ops), "whoever was told that it is done found it undone"
        seen.add(found)
    assert seen == {OLD, new}


def test_an_undoing_cut_off_at_any_moment_ends_with_the_old_file(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    edit = powercut.record(monkeypatch, lambda: crashes.run(disk.edit))
    starts = [files for _, files in cuts(disk.before, edit) if str(disk.backup) in files]
    undone = 0
    for start in starts[:: max(1, len(starts) // 30)]:
        disk.lay_out(start)
        if not disk.has_begun():
            continue
        ops = powercut.record(monkeypatch, lambda: crashes.recover(disk.backup))
        undone += any(op.kind == "write" and op.path == str(disk.path) for op in ops)
        for done, files in cuts(start, ops):
            assert disk.recovered(files) == OLD, f"cut after {done} of {len(ops)} calls: {[op.kind for op in ops]}"
    assert undone > 5
