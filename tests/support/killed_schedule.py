"""A scheduled job in a separate process, to be killed: `Child(killed_schedule.hang, home)`. It prints `begun JOB`."""

from __future__ import annotations

import threading
from multiprocessing.connection import Connection
from pathlib import Path

from indexium_core.library import Library
from indexium_core.store import home_files


def hang(pipe: Connection, home: Path) -> None:
    """Run the schedule of backups, and stay in the middle of the backup."""
    with Library.open(home) as library:

        def verify(path: Path) -> dict[str, int]:
            [job] = library.jobs.list().items
            pipe.send(f"begun {job.id}")
            threading.Event().wait()
            return {}

        home_files.verify = verify
        library.jobs.wait(library.schedules.run("database-backup").id)
