"""A service that hears events, in a separate process, to be killed: `Child(killed_reaction.serve, home, folder)`."""

from __future__ import annotations

import threading
from multiprocessing.connection import Connection
from pathlib import Path

from indexium_core.library import Library
from tests.support.senders import Radarr

FILMS = ("Films/The Lantern Keeper (2014)", "Films/Night Tram (2009)")


def serve(pipe: Connection, home: Path, folder: Path) -> None:
    """Let Radarr replace two films, report `received` after its last event, and stay open."""
    with Library.open(home, url="http://127.0.0.1:1") as library:
        library.settings.webhook_quiet_seconds = 1
        radarr = Radarr(library, folder)
        for each in FILMS:
            [film] = (folder / each).glob("*.mp4")
            radarr.upgrade(film, film)
        pipe.send("received 4")
        threading.Event().wait()
