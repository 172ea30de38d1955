"""
An in-memory index of `people_of_file`: built once, then updated to newer versions of the plan.

Comments and edits are lists of names, which are slow to search. The index has one row for each name and file, in a
database in memory, so that files and co-occurrences are counted in milliseconds. A version of the plan says which files
have changed. The index is not stored on disk. Actors who see other libraries have another index.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from indexium_core.store import sql
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.plan_version import Version

_MAX_CHANGED_FILES = 2_000  # more changed files rebuild the whole index
_MAX_VERSIONS = 500  # versions of the plan between two updates; the rows of older ones may be pruned


class CoOccurrence(NamedTuple):
    """The number of files of one kind that a person is in."""

    kind: str  # folder, series, together; self: the person is in the file itself
    other: str  # together: the person of the file who is also in these files; otherwise ""
    name: str
    files: int
    other_files: int  # together: all files of the other person
    total_files: int  # together, self: all files of this person


class _ScanMarker(NamedTuple):
    """A value that changes when a scan changes files."""

    scanned_at: datetime | None = None  # of the newest scan result
    newest_files: int = 0  # files with this time: a scan stores its files in batches
    files: int = 0  # all known files
    missing: int = 0  # of these


class _IndexState(NamedTuple):
    """The state of the plan and the catalog from which the index was made."""

    version: Version
    marker: _ScanMarker
    people: int  # the number of the last change of people
    aliases: int  # the same of aliases
    populated_files: int  # files with people


class PeopleIndex:
    """The people of all files of one home."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()  # of updates
        self._states: dict[str, _IndexState] = {}  # by the names of the databases in memory

    @property
    def name(self) -> str:
        """The name of the database in memory for the libraries that the present actor sees."""
        libraries = self._database.own_libraries
        return "derived" if libraries is None else "_".join(["derived", "of", *map(str, libraries)])

    def at(self, version: Version) -> Connection:
        """Update the index to a version of the plan, and return this thread's cursor to query it."""
        reader, name = self._database.read(), self.name
        with self._lock:
            people, aliases = (self._database.last_change([table]) for table in ("people", "person_aliases"))
            marker = _ScanMarker(*(reader.execute(self._sql("scan_marker")).fetchone() or ()))
            state, now = self._states.get(name), _IndexState(version, marker, people, aliases, 0)
            if state is None or state._replace(populated_files=0) != now:
                if state is None:
                    reader.execute(self._sql("attach"))
                if not (state and self._update(reader, state, now)):
                    for statement in ("all_rows", "build", "build_names", "drop_rows"):
                        reader.execute(self._sql(statement))
                self._states[name] = now._replace(populated_files=int(reader.value(self._sql("count_files"))))
        return reader

    @property
    def populated_files(self) -> int:
        """Number of files with people."""
        state = self._states.get(self.name)
        return state.populated_files if state else 0

    def files_of(self, version: Version, names: Collection[str]) -> dict[str, int]:
        """Return the number of files of each of these people."""
        return dict(self.at(version).execute(self._sql("files_of"), {"names": list(names)}).fetchall())

    def co_occurrences(
        self,
        version: Version,
        *,
        names: Collection[str],
        siblings: Sequence[int],
        series: Sequence[int],
        copies: Sequence[int],
        min_files: int,
        min_share: float,
    ) -> list[CoOccurrence]:
        """
        Return the people in the files around a file, the people who share other files with its people, and the totals.

        Args:
            version: The plan that gives the people of each file.
            names: The people of the file.
            siblings: Other files of its folder.
            series: Other files of its series.
            copies: The file itself and its copies.
            min_files: Files that two people must share, without the copies.
            min_share: Minimum of those files, as a share of all files of the file's person.

        """
        parameters: dict[str, Any] = {
            "names": list(names),
            "siblings": list(siblings),
            "series": list(series),
            "copies": list(copies),
            "min_files": min_files,
            "min_share": min_share,
        }
        rows = self.at(version).execute(self._sql("co_occurrences"), parameters).fetchall()
        return [CoOccurrence(*row) for row in rows]

    def _update(self, reader: Connection, state: _IndexState, now: _IndexState) -> bool:
        """Update the rows of changed files; return False if there are too many changed files, or they are not known."""
        version, marker = now.version, now.marker
        if now.aliases != state.aliases or (now.people != state.people and reader.value(self._sql("has_odd_keys"))):
            return False  # a name in a file may mean another person, without a change of the file
        versions = version.plan_id - state.version.plan_id
        if version.variant_id != state.version.variant_id or not 0 <= versions <= _MAX_VERSIONS:
            return False
        old = state.marker
        if (marker.files, marker.missing) != (old.files, old.missing) or (
            marker.scanned_at == old.scanned_at and marker != old
        ):
            return False
        since = {"older": state.version.plan_id, "since": old.scanned_at}
        reader.execute(self._sql("changed_files"), version.parameters | since)
        if int(reader.value(self._sql("count_changed_files"))) > _MAX_CHANGED_FILES:
            return False
        for statement in ("new_rows", "delete_old_rows", "insert_new_rows", "insert_new_names"):
            reader.execute(self._sql(statement))
        return True

    def _sql(self, name: str) -> str:
        return sql.with_parts(sql.load("people_index")[name], derived=self.name)
