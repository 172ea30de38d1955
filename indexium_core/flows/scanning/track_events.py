"""
News of files: which of them a scan or a rescan has added or changed, for those who look at one.

Of a handful each is told by itself. Of more only their number is told, once: a first scan is no 10,000 events.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import islice

from indexium_core.jobs.events import EventBus

__all__ = ["MOST", "TrackNews"]

MOST = 20  # files that are told of one by one


class TrackNews:
    """Gathers what became of files, to be told at the end: `track:added` and `track:updated`."""

    def __init__(self) -> None:
        self._counts = {"added": 0, "updated": 0}
        self._first: dict[str, list[int]] = {verb: [] for verb in self._counts}

    def note(self, *, added: Collection[int] = (), updated: Collection[int] = ()) -> None:
        """Take in files by their ids; none comes twice."""
        for verb, file_ids in (("added", added), ("updated", updated)):
            self._counts[verb] += len(file_ids)
            first = self._first[verb]
            first += islice(file_ids, MOST - len(first))

    def tell(self, events: EventBus, job_id: int | None) -> None:
        """Tell of them: `file_id` is the file, and `total` how many there are; without `file_id` it is of them all."""
        for verb, total in self._counts.items():
            if total > MOST:
                events.emit(f"track:{verb}", job_id=job_id, total=total, message=f"{total:,} files")
                continue
            for file_id in self._first[verb]:
                events.emit(f"track:{verb}", job_id=job_id, file_id=file_id, total=total)
