"""A process killed in the middle of writing a real film leaves the film bit for bit old or new."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexium_core.files import journal
from tests.support import crashes, media
from tests.support.forks import Forks
from tests.support.oracles import oracle

pytestmark = pytest.mark.crash

LONG = "People: " + ", ".join(f"Person Number {number}" for number in range(40))
FILMS = {
    "mp4, first comment at the end": ("mp4", None, "People: Ann Lee"),
    "mp4, longer at the end": ("mp4", "People: Ann Lee", LONG),
    "mp4, shorter at the end": ("mp4", LONG, "People: Ann Lee"),
    "mp4, removed": ("mp4", LONG, None),
    "mp4, into the room in front": ("mp4_room", "People: Ann Lee", LONG),
    "mkv, moved to the end": ("mkv", "People: Ann Lee", LONG),
    "mkv, into the room in front": ("mkv_room", "People: Ann Lee", LONG),
    "mkv, removed": ("mkv", "People: Ann Lee", None),
    "webm, first comment": ("webm", None, "People: Ann Lee"),
}
MTIME = 1_600_000_000_123_456_789


@pytest.fixture(scope="module")
def forks() -> Iterator[Forks]:
    with Forks("tests.support.crashes") as server:
        yield server


@pytest.mark.parametrize("moment", ["before", "1", "half"])
@pytest.mark.parametrize("name", FILMS)
def test_killed_at_any_call_the_film_is_old_or_new(forks: Forks, tmp_path: Path, name: str, moment: str) -> None:
    oracle("ffmpeg")
    form, before, after = FILMS[name]
    path = media.build(form, tmp_path, **({"comment": before} if before else {}))
    old, backup = path.read_bytes(), tmp_path / "1.journal"
    assert forks.run(crashes.write, path, backup, after, 0, moment) == 0
    new, seen = path.read_bytes(), []
    assert new != old
    for at in itertools.count(1):
        path.write_bytes(old)
        os.utime(path, ns=(MTIME, MTIME))
        backup.unlink()
        if forks.run(crashes.write, path, backup, after, at, moment) == 0:
            break
        if backup.exists():
            recover_with_cuts(forks, backup, moment)
        else:
            backup.touch()
        committed = [entry.state for entry in journal.read(backup).entries] == ["committed"]
        assert path.read_bytes() == (new if committed else old), f"call {at}"
        assert committed or path.stat().st_mtime_ns == MTIME, f"call {at}"
        seen.append(committed)
    assert len(seen) > 6
    assert seen == sorted(seen), "once new, always new"
    assert set(seen) == {False, True}


def recover_with_cuts(forks: Forks, backup: Path, moment: str) -> None:
    """Recover, killed at the first call, again at the second, and so on until one recovery comes through."""
    for at in itertools.count(1):
        if forks.run(crashes.recover, backup, at, moment) == 0:
            return
