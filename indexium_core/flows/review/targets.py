"""
The files of a target: a search, a selection, or file ids.

A search and ids name files of the library, whether they are in the plan or not. A selection has items of the plan only.
The ids are in a table of the connection (`selected_files`), so even a hundred thousand ids stay in the database. The
block that selects files owns this table, and its end drops it.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from indexium_core import errors
from indexium_core.model import wording
from indexium_core.model.files.media import MediaKind
from indexium_core.model.operations.actor import whole_home
from indexium_core.model.planning.plan import Selection
from indexium_core.model.query import compile_query, named_ids
from indexium_core.model.review.decisions import Target
from indexium_core.store.catalog import properties
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.plan_version import Modes, Version
from indexium_core.store.planning import plan_compute, plan_read
from indexium_core.store.planning.plan_read import Search
from indexium_core.store.review import decisions


def is_one_file(target: Target) -> bool:
    """Return whether a target is the id of one file: an edit of this file, which locks of fields do not prevent."""
    return not isinstance(target, str | Selection) and len(target) == 1


@contextmanager
def selected_now(tx: Connection, target: Target, modes: Modes, *, now: datetime) -> Iterator[None]:
    """
    Select the files of a target by the current plan, for a block in an open transaction.

    Raises:
        QueryError: The search is not valid.
        UnknownIdError: There is no file with one of the ids, or with an id that the search names.

    """
    if isinstance(target, str | Selection):
        with selected(tx, target, plan_compute.refresh_within(tx, modes, now=now)):
            yield
    else:
        with _selected_files(tx, target):
            yield


@contextmanager
def selected(reader: Connection, target: Target, version: Version) -> Iterator[None]:
    """Select the files of a target by a version of the plan, for a block; errors as in `selected_now`."""
    if not isinstance(target, str | Selection):
        with _selected_files(reader, target):
            yield
        return
    if isinstance(target, str):
        require(reader, target)
    with decisions.selection(reader):
        if isinstance(target, str):
            properties.select_matching(reader, compile_query(target), version)
        else:
            search = Search(version=version, query=compile_query(target.query or ""))
            plan_read.materialize_selection(reader, search, target)
        yield


def require(reader: Connection, target: str | Sequence[int]) -> None:
    """Check ids, or those that a search names (`id:12`). Raises UnknownIdError if no file has one, and QueryError."""
    if named := named_ids(target) if isinstance(target, str) else target:
        with _selected_files(reader, named):
            pass


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
    """Return the ids of the files of a target, in order. Errors as in `selected_now`."""
    with selected_now(tx, target, modes, now=now):
        return properties.selected_files(tx)


def ids_or_all(database: Database, target: Target | None, modes: Modes, *, now: datetime) -> list[int] | None:
    """
    Return the ids of the files of a target, in order, for a job; None for the whole home.

    Without a target, it is the whole home, or all files that the actor sees. Errors as in `selected_now`.
    """
    if target is None and database.own_libraries is None:
        return None
    with database.atomic() as tx:
        return sorted(set(ids_of(tx, target or "", modes, now=now)))


def ids_found(database: Database, query: str, modes: Modes, *, now: datetime) -> list[int]:
    """Return the ids of the files that a search finds, in order, for a list: an unknown id finds nothing."""
    with whole_home(), database.atomic() as tx:  # the search finds only what the actor sees
        return properties.matching_ids(tx, compile_query(query), plan_compute.refresh_within(tx, modes, now=now))


@contextmanager
def _selected_files(reader: Connection, file_ids: Sequence[int]) -> Iterator[None]:
    try:
        ids = [operator.index(file_id) for file_id in file_ids]  # an id of a table is an integer of NumPy
    except TypeError:
        raise errors.UsageError(
            "Name the files by a search, by a selection, or by a list of ids such as [7]."
        ) from None
    with decisions.selection(reader, ids):
        _raise_unknown(decisions.unknown_selected(reader), "file")
        yield


def _raise_unknown(file_ids: Sequence[int], noun: str) -> None:
    if file_ids:
        raise errors.UnknownIdError(f"There is no {noun} with the id {wording.first_ids(file_ids)}.")
