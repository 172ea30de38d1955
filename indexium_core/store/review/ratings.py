"""Ratings that wait for a write."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from indexium_core.model.fields.table import RATING
from indexium_core.model.review.decisions import kind_of_field
from indexium_core.store import sql
from indexium_core.store.connection import Connection


def waiting(reader: Connection) -> dict[int, int]:
    """Return the decision about the rating of each file that waits in folders that write at once, by file id."""
    return dict(reader.execute(sql.load("ratings")["waiting"], {"kind": kind_of_field(RATING)}).fetchall())


def waiting_in(reader: Connection, library_id: int) -> list[int]:
    """Return the files of a folder whose ratings wait for the write of the plan; none if it writes them at once."""
    facts = {"kind": kind_of_field(RATING), "library_id": library_id}
    return [file_id for (file_id,) in reader.execute(sql.load("ratings")["waiting_in"], facts).fetchall()]


def failed_before(
    reader: Connection, file_ids: Collection[int], *, codes: Collection[str], before: datetime
) -> set[int]:
    """Return the files of these whose last write failed before a time, with one of the codes."""
    wanted = {"file_ids": list(file_ids), "codes": sorted(codes), "before": before}
    return {row[0] for row in reader.execute(sql.load("ratings")["failed_before"], wanted).fetchall()}
