"""Finding the files that rows of a spreadsheet mean, and what the plan says of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

from indexium_core.store import sql
from indexium_core.store.connection import Connection
from indexium_core.store.planning.plans import Version

__all__ = ["Facts", "copies", "count", "facts", "find"]


class Facts(NamedTuple):
    """What a version of the plan says of a file, as far as a spreadsheet can change it."""

    file_id: int
    file_name: str
    file_path: str
    file_hash: str | None
    people: list[str]  # that would be in it
    existing: list[str]  # that are
    postponed: bool
    people_mode: str | None  # None: the file is not in the plan
    comment_mode: str | None


def count(reader: Connection) -> int:
    """Return how many files there are."""
    return int(reader.value(_sql("count")))


def find(reader: Connection, by: str, values: Iterable[Any]) -> dict[Any, list[int]]:
    """Return the files with these values of `id`, `path` (bytes) or `hash`."""
    wanted = list(dict.fromkeys(values))
    found: dict[Any, list[int]] = {}
    if wanted:
        for value, file_id in reader.execute(_sql(f"by_{by}"), {"values": wanted}).fetchall():
            found.setdefault(bytes(value) if by == "path" else value, []).append(file_id)
    return found


def facts(reader: Connection, version: Version, file_ids: Sequence[int]) -> dict[int, Facts]:
    """Return what a version says of files, by their ids."""
    wanted = asdict(version) | {"file_ids": list(file_ids)}
    return {row[0]: Facts(*row) for row in reader.execute(_sql("facts"), wanted).fetchall()}


def copies(reader: Connection, file_ids: Sequence[int]) -> dict[int, int]:
    """Return the other files with the payloads of these, and whose copies they are."""
    return dict(reader.execute(_sql("copies"), {"file_ids": list(file_ids)}).fetchall())


def _sql(name: str) -> str:
    return sql.load("exchange")[name]
