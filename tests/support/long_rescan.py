"""A rescan in a separate process, to be killed: `Child(long_rescan.run, …)`. It prints `begun JOB`."""

from __future__ import annotations

from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from indexium_core import settings
from indexium_core.files import properties
from indexium_core.library import Library


def run(pipe: Connection, home: Path, note: Path, job: int, batch: int) -> None:
    """Start a rescan of `home` in batches, or resume a job, and record each file that is read."""
    read = properties.read
    with note.open("a", buffering=1) as file:

        def noted(path: bytes) -> Any:
            found = read(path)
            file.write(path.decode() + "\n")
            return found

        properties.read = noted
        config = settings.load(home, rescan_batch_size=batch, rescan_batch_pause_ms=20)
        with Library.open(home, config=config, take_over="safe" if job else "nothing") as library:
            job = job or library.rescans.add(everything=True).id
            pipe.send(f"begun {job}")
            library.jobs.wait(job)
