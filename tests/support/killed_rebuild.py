"""The functions of the killed process that works on the database of a home."""

from __future__ import annotations

from pathlib import Path

from indexium_core.library import Library


def rebuild(home: Path) -> None:
    Library.rebuild_database(home, scan=False)


def restore(home: Path, name: str) -> None:
    Library.restore_database(home, name)


def back_up(home: Path) -> None:
    with Library.open(home) as library:
        library.database_backups.make()
