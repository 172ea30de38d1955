"""
Events about files: `track:added` and `track:updated`, sent at the end of a scan or a rescan.

Up to `MAX_SINGLE_EVENTS` files get an event each. For more files there is one event with their number, because a first
scan would send thousands.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import islice

from indexium_core.jobs.event_bus import EventBus
from indexium_core.model import wording

MAX_SINGLE_EVENTS = 20


class TrackEvents:
    """Collects the ids of added and updated files, and sends the events."""

    def __init__(self) -> None:
        self._counts = {"added": 0, "updated": 0}
        self._first: dict[str, list[int]] = {verb: [] for verb in self._counts}

    def collect(self, *, added: Collection[int] = (), updated: Collection[int] = ()) -> None:
        """Collect files by their ids; the caller passes each id once."""
        for verb, file_ids in (("added", added), ("updated", updated)):
            self._counts[verb] += len(file_ids)
            first = self._first[verb]
            first += islice(file_ids, MAX_SINGLE_EVENTS - len(first))

    def emit(self, events: EventBus, job_id: int | None) -> None:
        """Send the events. `total` is the number of files; an event without `file_id` is about all of them."""
        for verb, total in self._counts.items():
            if total > MAX_SINGLE_EVENTS:
                events.emit(f"track:{verb}", job_id=job_id, total=total, message=wording.files(total))
                continue
            for file_id in self._first[verb]:
                events.emit(f"track:{verb}", job_id=job_id, file_id=file_id, total=total)
