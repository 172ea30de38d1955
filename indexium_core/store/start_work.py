"""
What the start of a home has to do: the questions whose answers decide whether it loads the code for it.

Most starts find nothing, and the code of recovery takes longer to load than a command runs.
"""

from __future__ import annotations

from indexium_core.store import sql
from indexium_core.store.connection import Connection

_SQL = sql.load("start_work")


def unfinished_operations(reader: Connection) -> list[tuple[int, str, str]]:
    """Return id, type and status of the operations that have not ended."""
    rows: list[tuple[int, str, str]] = reader.execute(_SQL["unfinished_operations"]).fetchall()
    return rows


def interrupted_operations(reader: Connection) -> list[tuple[int, bool]]:
    """
    Return the operations that were interrupted or failed and have files left, newest first.

    The second value of each: whether it resumes automatically at the next start of a service.
    """
    rows: list[tuple[int, bool]] = reader.execute(_SQL["interrupted_operations"]).fetchall()
    return rows


def has_unchecked_ledger(reader: Connection) -> bool:
    """Return whether the history has NFO files, and nobody has looked yet for those of an earlier version."""
    return bool(reader.value(_SQL["is_unchecked"]))


def unscored_titles(reader: Connection) -> list[int]:
    """Return the titles with pictures that have no score although the rule gives one."""
    return [each for (each,) in reader.execute(_SQL["unscored_titles"]).fetchall()]


def cached_bytes(reader: Connection) -> int:
    """Return the size of all images of the cache of pictures, without their variants."""
    return int(reader.value(_SQL["cached_bytes"]))


def has_players(reader: Connection) -> bool:
    """Return whether a player is on."""
    return bool(reader.value(_SQL["has_players"]))
