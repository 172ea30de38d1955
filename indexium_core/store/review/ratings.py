"""Ratings that wait for a write."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from indexium_core.model.fields.table import RATING
from indexium_core.model.operations.actor import SYSTEM, Actor
from indexium_core.model.review.decisions import kind_of_field
from indexium_core.store import sql
from indexium_core.store.connection import Connection


class WaitingRating(NamedTuple):
    """A rating that waits: the decision about it, and who made it."""

    decision: int
    actor: Actor


def waiting(reader: Connection) -> dict[int, WaitingRating]:
    """
    Return the rating of each file that waits in folders that write at once, by file id.

    A decision that does not say who made it is one of Indexium.
    """
    rows = reader.execute(sql.load("ratings")["waiting"], {"kind": kind_of_field(RATING)}).fetchall()
    return {
        file_id: WaitingRating(decision, SYSTEM if kind is None else Actor(kind, actor_id or "", name or ""))
        for file_id, decision, kind, actor_id, name in rows
    }


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
