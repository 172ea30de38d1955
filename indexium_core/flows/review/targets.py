"""
Which files are meant: by a search, by a selection, or by their ids.

The answer stays in the database as a table of the connection (`meant`), so a hundred thousand files never travel.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

from indexium_core import errors
from indexium_core.model.planning.plan import RISK_LEVELS, Selection
from indexium_core.model.query import compile_query
from indexium_core.store.catalog import properties
from indexium_core.store.connection import Connection
from indexium_core.store.planning import plans
from indexium_core.store.planning.plans import Modes, Search, Version
from indexium_core.store.review import decisions

__all__ = ["Target", "ids_of", "mean", "mean_within"]

Target: TypeAlias = str | Selection | Sequence[int]  # a query, a selection, or file ids


def mean_within(tx: Connection, target: Target, modes: Modes, *, now: datetime) -> None:
    """
    Mean the files of a target in an open transaction, as the plan is now.

    Raises:
        QueryError: The search cannot be read.
        UnknownIdError: There is no such file.

    """
    if isinstance(target, str | Selection):
        mean(tx, target, plans.refresh_within(tx, modes, now=now))
    else:
        _mean_files(tx, target)


def mean(reader: Connection, target: Target, version: Version) -> None:
    """Mean the files of a target, as a version of the plan has them; raises as `mean_within` does."""
    if isinstance(target, str):
        # All that the search finds: also what is unchanged, postponed or cannot be written.
        everything = Selection(query=target, risk=RISK_LEVELS)
        search = Search(version=version, query=compile_query(target), everything=True)
        plans.materialize_selection(reader, search, everything)
    elif isinstance(target, Selection):
        plans.materialize_selection(reader, Search(version=version, query=compile_query(target.query or "")), target)
    else:
        _mean_files(reader, target)


def ids_of(tx: Connection, target: Target, modes: Modes, *, now: datetime) -> list[int]:
    """
    Return the ids of the files of a target, in order. A search finds files that are in no plan, too.

    Raises:
        QueryError: The search cannot be read.
        UnknownIdError: There is no such file.

    """
    if isinstance(target, str):
        return properties.found(tx, compile_query(target), plans.refresh_within(tx, modes, now=now))
    mean_within(tx, target, modes, now=now)
    ids = properties.meant(tx)
    decisions.done(tx)
    return ids


def _mean_files(reader: Connection, file_ids: Sequence[int]) -> None:
    decisions.mean(reader, [int(file_id) for file_id in file_ids])
    unknown = decisions.unknown_meant(reader)
    if unknown:
        shown = ", ".join(map(str, unknown[:10])) + (" …" if len(unknown) > 10 else "")
        message = f"There is no file with the id {shown}."
        raise errors.UnknownIdError(message)
