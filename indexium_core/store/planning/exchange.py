"""The files of the rows of a spreadsheet, and their planned values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from indexium_core.model.people.copies import NAMED, FileCopy
from indexium_core.store import sql
from indexium_core.store.catalog import catalog
from indexium_core.store.connection import Connection
from indexium_core.store.plan_version import Version


class Facts(NamedTuple):
    """The values of a file in a plan version that a spreadsheet can change."""

    file_id: int
    file_name: str
    file_path: str
    file_hash: str | None
    container: str
    people: list[str]  # people of the result
    existing: list[str]  # people of the file now
    postponed: bool
    people_mode: str | None  # None: the file is not in the plan
    comment_mode: str | None
    fields: dict[str, str] | None  # values of the other fields in the file; None: there are none
    edits: dict[str, str | None] | None  # planned values of the edited ones; None as a value removes the field

    locked: list[str] | None  # locked fields; None: there are none

    def planned(self, field: str) -> str | None:
        """Return the planned value of a field: that of its edit, else the value in the file."""
        in_file = (self.fields or {}).get(field)
        return in_file if self.edits is None else self.edits.get(field, in_file)


def count(reader: Connection) -> int:
    """Return the number of files."""
    return int(reader.value(_sql("count")))


def find(reader: Connection, by: str, values: Iterable[Any]) -> dict[Any, list[int]]:
    """Return the files with these values of `id`, `path` (bytes) or `hash`, by value."""
    wanted = list(dict.fromkeys(values))
    files: dict[Any, list[int]] = {}
    if wanted:
        for value, file_id in reader.execute(_sql(f"by_{by}"), {"values": wanted}).fetchall():
            files.setdefault(bytes(value) if by == "path" else value, []).append(file_id)
        if by == "path":
            equal = catalog.equal_paths(reader, [path for path in wanted if path not in files])
            at = find(reader, "path", equal.values())
            files |= {path: at[found] for path, found in equal.items()}
    return files


def facts(reader: Connection, version: Version, file_ids: Sequence[int]) -> dict[int, Facts]:
    """Return the values of files in a version, by file id."""
    parameters = version.parameters | {"file_ids": list(file_ids)}
    return {row[0]: Facts(*row) for row in reader.execute(_sql("facts"), parameters).fetchall()}


def named(reader: Connection, file_ids: Collection[int]) -> list[FileCopy]:
    """Return the first of some copies, by path."""
    rows = reader.execute(_sql("named"), {"file_ids": list(file_ids), "count": NAMED}).fetchall()
    return [FileCopy(file_id=file_id, file_path=path) for file_id, path in rows]


def copies(reader: Connection, file_ids: Sequence[int]) -> dict[int, int]:
    """Return the other files with the payloads of these files, each with the file of which it is a copy."""
    return dict(reader.execute(_sql("copies"), {"file_ids": list(file_ids)}).fetchall())


def _sql(name: str) -> str:
    return sql.load("exchange")[name]
