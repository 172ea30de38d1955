"""A process that holds a home."""

from __future__ import annotations

from multiprocessing.connection import Connection
from pathlib import Path

from indexium_core.store.database import Database


def hold(pipe: Connection, home: Path, url: str) -> None:
    """Open a home, store a row, say `open`, and close the home after any answer."""
    database = Database.open(home, url=url)
    with database.atomic() as tx:
        tx.execute("INSERT INTO touched_files VALUES (7, 'held')")
    pipe.send("open")
    pipe.recv()
    database.close()
