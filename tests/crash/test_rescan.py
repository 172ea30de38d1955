"""
A rescan whose process is killed resumes from its checkpoint, and ends with the results of an uninterrupted one.

By default 3 kills of a rescan of 60 files; with `--all` 20 kills and 2,000 files.
"""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Any

import pytest

from indexium_core import settings
from indexium_core.library import Library
from tests.support import long_rescan, media, tables, tally
from tests.support.children import Child

pytestmark = pytest.mark.crash

PATIENCE = 60.0  # seconds until a rescan makes progress


class Rescan:
    """One job, run by several processes in sequence."""

    def __init__(self, home: Path, note: Path, batch: int) -> None:
        self.job, self._home, self._note, self._batch = 0, home, note, batch

    def begin(self) -> Child:
        """Let a process start or resume it."""
        child = Child(long_rescan.run, self._home, self._note, self.job, self._batch)
        self.job = int(child.hear("begun"))
        return child

    def read(self) -> list[str]:
        """Return the files that were read so far, in order."""
        return self._note.read_text().splitlines() if self._note.exists() else []

    def kill_at(self, count: int, *, after: float) -> None:
        """Let a process run until a number of files were read, and some seconds more, and kill it."""
        with self.begin() as child:
            until = time.monotonic() + PATIENCE
            while len(set(self.read())) < count and child.is_running():
                assert time.monotonic() < until, "it gets no further"
                time.sleep(0.002)
            time.sleep(after)
            assert child.is_running(), "it was over before it could be killed"
            child.kill()

    def end(self) -> None:
        """Let a process complete it."""
        with self.begin() as child:
            child.end(PATIENCE)


@pytest.fixture
def size(pytestconfig: pytest.Config) -> tuple[int, int, int]:
    """The numbers of files, of files in a batch, and of kills."""
    return (2000, 20, 20) if pytestconfig.getoption("--all") else (60, 5, 3)


def table(library: Library) -> list[tuple[Any, ...]]:
    names = (
        "file_id, resolution, duration, size, video_codec, audio_codec, channels, sample_rate, frame_rate, hdr, tool"
    )
    return tables.rows(library, f"SELECT {names}, problem_code FROM media_properties ORDER BY file_id")


def changes(library: Library) -> list[tuple[int, str, str | None, str | None]]:
    return sorted((each.file_id, each.field, each.old, each.new) for each in library.audit.page(per_page=0).items)


def meddle(library: Library) -> None:
    """Store other properties of two of three films in the database than the films have."""
    with tables.changing(library) as tx:
        tx.execute("UPDATE media_properties SET hdr = 'pq', resolution = '1x1' WHERE tool <> '' AND file_id % 3 > 0")
        tx.execute("DELETE FROM audit_events")


def test_killed_rescan_equals_uninterrupted_one(home: Path, tmp_path: Path, size: tuple[int, int, int]) -> None:
    count, batch, kills = size
    root = tmp_path / "films"
    root.mkdir()
    media.series("mp4", root, count)
    (root / "0007.mp4").write_bytes(b"")
    with Library.open(home) as library:
        library.scan([root])
        (root / "0011.mp4").unlink()
        meddle(library)
        calm = library.jobs.wait(library.rescans.add(everything=True).id)
        wanted, noted = table(library), changes(library)
        meddle(library)

    rng, rescan = random.Random(4), Rescan(home, tmp_path / "read", batch)
    for step in sorted(rng.sample(range(1, count - 2 * batch), kills)):
        rescan.kill_at(step, after=rng.random() * 0.05)
    rescan.end()

    with Library.open(home, config=settings.load(home), take_over="nothing") as library:
        done = library.jobs.get(rescan.job)
        assert done.status == calm.status == "completed_with_errors"
        assert told(done.summary) == told(calm.summary)
        assert (done.progress_current, done.progress_total) == (count, count)
        assert table(library) == wanted
        assert changes(library) == noted, "each change is noted once"
    again = len(rescan.read()) - len(set(rescan.read()))
    assert again <= kills * batch, "only what was under way is read again"
    tally.count("operations", "kills of a rescan", kills)


def told(summary: dict[str, Any]) -> dict[str, Any]:
    """Return the results, without durations."""
    return {name: value for name, value in summary.items() if name != "seconds"}
