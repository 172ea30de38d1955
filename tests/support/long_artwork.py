"""A job that downloads pictures, in a process that dies: `Child(long_artwork.run, …)`. It sends `begun JOB`."""

from __future__ import annotations

import os
import threading
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from indexium_core.flows.artwork import artwork_job
from indexium_core.flows.pictures.picture_folder import PictureFolder
from indexium_core.library import Library


def run(pipe: Connection, home: Path, job: int, die_at: int) -> None:
    """Start the job of a home, or resume it; the process ends without notice at the write of picture `die_at`."""
    count, lock, put = 0, threading.Lock(), PictureFolder.put

    def counted(folder: PictureFolder, key: str, data: bytes) -> Any:
        nonlocal count
        with lock:
            count += 1
            is_last = count == die_at
        if is_last:
            store_and_die(folder.path / key, data)
        return put(folder, key, data)

    if die_at:
        PictureFolder.put = counted  # type: ignore[method-assign]
    artwork_job._BATCH = 2
    with Library.open(home, take_over="safe" if job else "nothing") as library:
        job = job or library.artwork_jobs.add().id
        pipe.send(f"begun {job}")
        library.jobs.wait(job)


def store_and_die(path: Path, data: bytes) -> None:
    """Write half of a picture as the cache does, and end the process as a kill would."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".1.part").write_bytes(data[: len(data) // 2])
    os._exit(9)
