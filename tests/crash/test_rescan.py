"""A rescan whose process is killed goes on from its checkpoint, and ends as if nobody had disturbed it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from indexium_core import settings
from indexium_core.library import Library
from tests.support import media

pytestmark = pytest.mark.crash

FILMS, BATCH = 60, 5
CHILD = """
import sys
from pathlib import Path
from indexium_core import settings
from indexium_core.files import properties
from indexium_core.library import Library

home, note = Path(sys.argv[1]), open(sys.argv[2], "a", buffering=1)
read = properties.read

def noted(path):
    found = read(path)
    note.write(path.decode() + "\\n")
    return found

properties.read = noted
config = settings.load(home, rescan_batch_size=5, rescan_batch_pause_ms=30)
with Library.open(home, config=config, take_over="nothing" if sys.argv[3] == "begin" else "safe") as library:
    job_id = library.rescan_job(everything=True).id if sys.argv[3] == "begin" else int(sys.argv[3])
    print(job_id, flush=True)
    library.jobs.wait(job_id)
"""


def table(library: Library) -> list[tuple[Any, ...]]:
    names = (
        "file_id, resolution, duration, size, video_codec, audio_codec, channels, sample_rate, frame_rate, hdr, tool"
    )
    return library._store.read().execute(f"SELECT {names} FROM media_properties ORDER BY file_id").fetchall()


def meddle(library: Library) -> None:
    with library._store.atomic() as tx:
        tx.execute("UPDATE media_properties SET hdr = 'pq', resolution = '1x1' WHERE tool <> ''")


def child(home: Path, note: Path, what: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", CHILD, str(home), str(note), what]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def read_files(note: Path) -> list[str]:
    return note.read_text().splitlines() if note.exists() else []


def test_killed_three_times_it_ends_as_if_undisturbed(home: Path, tmp_path: Path) -> None:
    root, note = tmp_path / "films", tmp_path / "read"
    root.mkdir()
    media.series("mp4", root, FILMS)
    (root / "0007.mp4").write_bytes(b"")
    with Library.open(home, config=settings.load(home)) as library:
        library.scan([root])
        meddle(library)
        undisturbed = library.rescan(everything=True)
        wanted = table(library)
        meddle(library)
        with library._store.atomic() as tx:
            tx.execute("DELETE FROM audit_events")

    job = ""
    for kill in range(3):
        process = child(home, note, job or "begin")
        assert process.stdout is not None
        job = process.stdout.readline().strip()
        limit = time.monotonic() + 60
        while len(read_files(note)) < (kill + 1) * 14 and time.monotonic() < limit:
            time.sleep(0.01)
        assert process.poll() is None, "it was over before it could be killed"
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()

    last = child(home, note, job)
    assert last.communicate(timeout=120)[0].strip() == job
    assert last.returncode == 0

    with Library.open(home, config=settings.load(home), take_over="nothing") as library:
        done = library.jobs.get(int(job))
        assert (done.status, done.summary["processed"]) == ("completed_with_errors", FILMS)
        assert done.summary["errors"] == undisturbed.errors == {"empty": 1}
        assert table(library) == wanted
        changed = [(each.file_id, each.field) for each in library.audit(per_page=0).items]
        assert len(changed) == len(set(changed)) == 2 * (FILMS - 1), "each change is noted once"
    again = len(read_files(note)) - (FILMS - 1)
    assert 0 <= again <= 3 * (BATCH + 16), "only what was under way is read again"
