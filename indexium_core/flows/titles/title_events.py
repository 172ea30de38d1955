"""The events of new and changed titles: `movie:added`, `movie:updated`, `series:added`, `series:updated`."""

from __future__ import annotations

from collections.abc import Collection

from indexium_core.jobs.event_bus import EventBus
from indexium_core.model import wording

_MOST_EVENTS = 20  # single events of a kind; more titles have one event for all


def emit_changes(events: EventBus, changes: Collection[tuple[str, int, bool]], *, job_id: int | None = None) -> None:
    """Send one event for each title, or one for many. A change is type and id of a title, and whether it is new."""
    for kind in ("movie", "series"):
        for verb, is_new in (("added", True), ("updated", False)):
            ids = [number for entity, number, new in changes if (entity, new) == (kind, is_new)]
            if len(ids) > _MOST_EVENTS:
                events.emit(f"{kind}:{verb}", job_id=job_id, total=len(ids), message=wording.plural(len(ids), "title"))
                continue
            for number in ids:
                events.emit(f"{kind}:{verb}", job_id=job_id, title_id=number, total=len(ids))
