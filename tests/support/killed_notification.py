"""A publication whose player hangs, in a separate process, to be killed: `Child(killed_notification.hang, …)`."""

from __future__ import annotations

from multiprocessing.connection import Connection
from pathlib import Path

from indexium_core.library import Library
from indexium_core.model.publishing.requests import PublicationSelection


def hang(pipe: Connection, home: Path, film: int) -> None:
    """Publish a film, and stay in the message to the player; print `begun` when the publication has ended."""
    with Library.open(home) as library:
        library.publications.start(PublicationSelection(addresses=(f"movie:{film}",))).wait()
        [job] = library.jobs.list(("player-notification",)).items
        pipe.send("begun")
        library.jobs.wait(job.id)
