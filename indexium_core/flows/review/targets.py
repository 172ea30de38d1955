"""
The files of a target: a search, a selection, or file ids.

The ids are stored in a table of the connection (`selected_files`), so even a hundred thousand ids stay in the database.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

from indexium_core import errors
from indexium_core.model.files.media import MediaKind
from indexium_core.model.planning.plan import RISK_LEVELS, Selection
from indexium_core.model.query import compile_query
from indexium_core.store.catalog import properties
from indexium_core.store.connection import Connection
from indexium_core.store.planning import plan_compute, plan_read
from indexium_core.store.planning.plan_read import Search
from indexium_core.store.planning.plan_version import Modes, Version
from indexium_core.store.review import decisions

__all__ = ["Target", "ids_of", "keep_kind", "select", "select_any", "select_current"]

Target: TypeAlias = str | Selection | Sequence[int]  # a query, a selection, or file ids


def is_one_file(target: Target) -> bool:
    """Return whether a target is the id of one file: an edit of this file, which locks of fields do not prevent."""
    return not isinstance(target, str | Selection) and len(target) == 1


def select_current(tx: Connection, target: Target, modes: Modes, *, now: datetime) -> None:
    """
    Select the files of a target by the current plan, in an open transaction.

    Raises:
        QueryError: The search is not valid.
        UnknownIdError: There is no such file.

    """
    if isinstance(target, str | Selection):
        select(tx, target, plan_compute.refresh_within(tx, modes, now=now))
    else:
        _select_files(tx, target)


def select(reader: Connection, target: Target, version: Version) -> None:
    """Select the files of a target by a version of the plan; errors as in `select_current`."""
    if isinstance(target, str):
        # All matches of the search, including unchanged, postponed and blocked files.
        everything = Selection(query=target, risk=RISK_LEVELS)
        search = Search(version=version, query=compile_query(target), include_unlisted=True)
        plan_read.materialize_selection(reader, search, everything)
    elif isinstance(target, Selection):
        plan_read.materialize_selection(
            reader, Search(version=version, query=compile_query(target.query or "")), target
        )
    else:
        _select_files(reader, target)


def select_any(reader: Connection, target: Target, version: Version) -> None:
    """Select the files of a target; a search also matches files that are in no plan. Errors as in `select_current`."""
    if isinstance(target, str):
        decisions.select_files(reader, properties.matching_ids(reader, compile_query(target), version))
    else:
        select(reader, target, version)


def keep_kind(reader: Connection, target: Target, kind: MediaKind) -> None:
    """
    Keep only the selected files of one kind of media.

    Raises:
        UnknownIdError: The target has the id of a file of another kind.

    """
    if not isinstance(target, str | Selection):
        _raise_unknown(decisions.others_selected(reader, kind), kind)
    decisions.deselect_others(reader, kind)


def ids_of(tx: Connection, target: Target, modes: Modes, *, now: datetime) -> list[int]:
    """
    Return the ids of the files of a target, in order. A search also matches files that are not in the plan.

    Raises:
        QueryError: The search is not valid.
        UnknownIdError: There is no such file.

    """
    select_any(tx, target, plan_compute.refresh_within(tx, modes, now=now))
    ids = properties.selected_files(tx)
    decisions.clear_selected(tx)
    return ids


def _select_files(reader: Connection, file_ids: Sequence[int]) -> None:
    decisions.select_files(reader, [int(file_id) for file_id in file_ids])
    _raise_unknown(decisions.unknown_selected(reader), "file")


def _raise_unknown(file_ids: Sequence[int], noun: str) -> None:
    if file_ids:
        shown = ", ".join(map(str, file_ids[:10])) + (" …" if len(file_ids) > 10 else "")
        raise errors.UnknownIdError(f"There is no {noun} with the id {shown}.")
