"""
Who is in which file, as numbers: worked out once for a version of the plan, then kept in step with it.

The lists of names of a plan are slow to search through. Here they lie taken apart in a database in memory, beside that
of the home, so that the company that people keep is counted in milliseconds. Nothing of it is ever stored.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, NamedTuple

from indexium_core.store import sql
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.planning.plans import Version

__all__ = ["Casts", "Company"]

_FEW = 2_000  # changed files up to which only they are worked out again
_VERSIONS = 500  # versions of the plan that are followed step by step; old ones may have been dropped


class Company(NamedTuple):
    """How often somebody is in files of one kind."""

    kind: str  # folder, series, together; self: the person is in the file
    whom: str  # together: the person of the file that they are with, else ""
    name: str
    files: int
    whom_files: int  # together: all files of that person
    everywhere: int  # together, self: all files of this one


class _SeenVersion(NamedTuple):
    """What tells that files have changed."""

    scanned_at: datetime | None = None  # when facts of a file were read last …
    at_once: int = 0  # … and of how many files then: a scan stores its files in batches
    files: int = 0  # that are known


class _CastState(NamedTuple):
    """What the tables say."""

    version: Version
    seen: _SeenVersion
    anybody: int  # files with anybody in them


class Casts:
    """The people of all files, of one home."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._bringing = threading.Lock()
        self._state: _CastState | None = None

    def at(self, version: Version) -> Connection:
        """Bring the tables to a version of the plan, and return this thread's cursor to ask them with."""
        reader = self._database.read()
        with self._bringing:
            seen = _SeenVersion(*(reader.execute(_sql("seen")).fetchone() or ()))
            state = self._state
            if state is None or (state.version, state.seen) != (version, seen):
                if state is None:
                    reader.execute(_sql("attach"))
                if not (state and self._follow(reader, state, version, seen)):
                    reader.execute(_sql("build"), asdict(version))
                    reader.execute(_sql("build_names"), asdict(version))
                anybody = int(reader.value(_sql("count_files")))
                self._state = _CastState(version, seen, anybody)
        return reader

    @property
    def anybody(self) -> int:
        """Number of files with anybody in them."""
        return self._state.anybody if self._state else 0

    def files_of(self, version: Version, names: Collection[str]) -> dict[str, int]:
        """Return in how many files each of these people is."""
        return dict(self.at(version).execute(_sql("files_of"), {"names": list(names)}).fetchall())

    def company(
        self,
        version: Version,
        *,
        names: Collection[str],
        beside: Sequence[int],
        series: Sequence[int],
        copies: Sequence[int],
        least: int,
        share: float,
    ) -> list[Company]:
        """
        Return who is in the files around a file, who is with its people elsewhere, and how often those are anywhere.

        Args:
            version: The plan that says who will be where.
            names: The people of the file.
            beside: Files of its folder.
            series: Files of its series.
            copies: The file itself and its copies.
            least: Files that people must have together, the file itself not counted …
            share: … and part of all files of the one who is in the file.

        """
        facts: dict[str, Any] = {
            "names": list(names),
            "beside": list(beside),
            "series": list(series),
            "copies": list(copies),
        }
        found = self.at(version).execute(_sql("company"), facts | {"least": least, "share": share}).fetchall()
        return [Company(*row) for row in found]

    def _follow(self, reader: Connection, state: _CastState, version: Version, seen: _SeenVersion) -> bool:
        """Work out again what changed since; False where that is too much, or cannot be told."""
        steps = version.plan_id - state.version.plan_id
        if version.variant_id != state.version.variant_id or not 0 <= steps <= _VERSIONS:
            return False
        if seen.files != state.seen.files or (seen.scanned_at == state.seen.scanned_at and seen != state.seen):
            return False
        since = {"older": state.version.plan_id, "since": state.seen.scanned_at}
        reader.execute(_sql("changed"), asdict(version) | since)
        if int(reader.value(_sql("count_changed"))) > _FEW:
            return False
        reader.execute(_sql("changed_casts"), asdict(version))
        for statement in ("leave", "enter", "enter_names"):
            reader.execute(_sql(statement))
        return True


def _sql(name: str) -> str:
    return sql.load("casts")[name]
