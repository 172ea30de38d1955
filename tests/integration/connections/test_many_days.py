"""Many nights with events: nothing grows, and the history tells what happened by itself."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from indexium_core.jobs import dispatcher
from indexium_core.library import Library
from indexium_core.model.job import Job
from tests.support import tables
from tests.support.clock import Clock
from tests.support.published_home import HOME
from tests.support.senders import Radarr
from tests.support.waiting import until

LANTERN = "Films/The Lantern Keeper (2014)"
NIGHTS, DAYS = 4, 10  # nights with events, and the days between two of them: events are kept for 30 days


def reaction(library: Library, clock: Clock) -> Job:
    """Let the events of a night be read and handled, and return the job of the reaction."""
    clock.forward(seconds=60)
    library._parts.connections.event_intake.wake()
    until(lambda: bool(library.webhooks.events(state="waiting").total == 0))
    [newest] = library.webhooks.events(per_page=1).items
    assert newest.job_id is not None
    return library.jobs.wait(newest.job_id)


def test_nothing_grows_in_many_nights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatcher, "_RECENT_SECONDS", 0.0)  # days pass here within seconds
    # From this day on, because the home has jobs of this day: they are old, too, at the end.
    clock = Clock(datetime.combine(datetime.now(UTC), time(7), UTC))
    folder = HOME.lay_out(tmp_path / "media")
    with HOME.open(tmp_path / "home", folder, clock=clock) as library:
        library.publications.set_options(1, publish="nfo")
        library.automation.change(1, {"automation_mode": "automatic"})
        radarr = Radarr(library, folder)
        for night in range(NIGHTS):
            radarr.send({"eventType": "Download", "movie": radarr.subject(folder / LANTERN), "downloadId": str(night)})
            assert reaction(library, clock).status == "completed"
            clock.forward(days=DAYS)
        counts = {
            name: tables.value(library, f"SELECT count(*) FROM {name}")
            for name in ("webhook_events", "sender_ids", "metadata_operations")
        }
        assert counts["webhook_events"] == 3
        assert counts["sender_ids"] == 0
        assert counts["metadata_operations"] == 2
        # The operations refer to jobs of their kind, and the schedules of the last night may still run.
        old = "SELECT count(*) FROM job_queue WHERE created_at < ? AND job_type <> 'publish'"
        until(lambda: tables.value(library, old, [clock.now - timedelta(days=30)]) == 0)
        assert list((library.home / "webhooks").iterdir()) == []
        story = {(each.actor_kind, each.user_name): each.user_note for each in library.history.get_operations().items}
        assert story == {
            ("webhook", "radarr"): "Download: The Lantern Keeper (2014)",
            ("schedule", "reconciliation"): "Search for missed events",
        }
