"""
Downloads of pictures in a process that dies.

`Child(long_artwork.run, …)` runs a job and sends `begun JOB`; `Child(long_artwork.read, …)` reads single candidates;
`Child(long_artwork.select, …)` selects them until it is killed.
"""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from indexium_core.flows.artwork import artwork_job
from indexium_core.flows.pictures.picture_folder import PictureFolder
from indexium_core.library import Library


def run(pipe: Connection, home: Path, job: int, die_at: int) -> None:
    """Start the job of a home, or resume it; the process ends without notice at the write of picture `die_at`."""
    if die_at:
        _die_at_write(die_at, is_half=True)
    artwork_job._BATCH = 2
    with Library.open(home, take_over="safe" if job else "nothing") as library:
        job = job or library.artwork_jobs.add().id
        pipe.send(f"begun {job}")
        library.jobs.wait(job)


def read(pipe: Connection, home: Path, candidate_ids: Sequence[int], die_at: int, is_half: bool) -> None:
    """
    Read the small picture and the original of candidates; the process ends without notice at write `die_at`.

    The last picture is written by half, or whole and without its rows in the database.
    """
    del pipe
    if die_at:
        _die_at_write(die_at, is_half=is_half)
    with Library.open(home, take_over="nothing") as library:
        for candidate_id in candidate_ids:
            library.artwork.pictures.preview(candidate_id)
            library.artwork.pictures.original(candidate_id)


def select(pipe: Connection, home: Path, candidate_ids: Sequence[int]) -> None:
    """Select candidates one after the other and again from the first, and send `selected ID` after each."""
    with Library.open(home, take_over="nothing") as library:
        for candidate_id in itertools.cycle(candidate_ids):
            library.picture_selection.select_candidate(candidate_id)
            pipe.send(f"selected {candidate_id}")


def _die_at_write(die_at: int, *, is_half: bool) -> None:
    count, lock, put = 0, threading.Lock(), PictureFolder.put

    def counted(folder: PictureFolder, key: str, data: bytes, **options: Any) -> Any:
        nonlocal count
        with lock:
            count += 1
            is_last = count == die_at
        if is_last and is_half:
            store_and_die(folder.path / key, data)
        removed = put(folder, key, data, **options)
        if is_last:
            os._exit(9)
        return removed

    PictureFolder.put = counted  # type: ignore[method-assign]


def store_and_die(path: Path, data: bytes) -> None:
    """Write half of a picture as the cache does, and end the process as a kill would."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".1.part").write_bytes(data[: len(data) // 2])
    os._exit(9)
