"""Ratings that wait for a write, in folders whose ratings are written at once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from indexium_core.model.fields.table import RATING
from indexium_core.store import sql
from indexium_core.store.connection import Connection
from indexium_core.store.review.decisions import FIELD_KIND

__all__ = ["failed_before", "waiting"]


def waiting(reader: Connection) -> dict[int, int]:
    """Return the decision about the rating of each file that waits, by file id."""
    return dict(reader.execute(sql.load("ratings")["waiting"], {"kind": f"{FIELD_KIND}{RATING}"}).fetchall())


def failed_before(
    reader: Connection, file_ids: Collection[int], *, codes: Collection[str], before: datetime
) -> set[int]:
    """Return the files of these whose last write failed before a time, with one of the codes."""
    wanted = {"file_ids": list(file_ids), "codes": sorted(codes), "before": before}
    return {row[0] for row in reader.execute(sql.load("ratings")["failed_before"], wanted).fetchall()}
