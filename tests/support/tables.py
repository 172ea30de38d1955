"""
The tables of a home that is open in this process, through another cursor of its database.

A test reads here what no service tells, and makes states that only a crash, an earlier version or another program
makes. The library does not notice such a change: it renews none of its caches, and no snapshot has it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from indexium_core.library import Library
from indexium_core.store import database_file
from indexium_core.store.connection import Connection, Counter, Parameters


@contextlib.contextmanager
def changing(library: Library) -> Iterator[Connection]:
    """Provide a connection for one transaction, which any exception rolls back."""
    with contextlib.closing(database_file.cursor(library._parts.core.store._raw)) as raw:
        raw.begin()
        yield Connection(raw, Counter())
        raw.commit()


def rows(library: Library, query: str, parameters: Parameters = ()) -> list[tuple[Any, ...]]:
    """Return the rows of a query, as of now."""
    with changing(library) as connection:
        return connection.execute(query, parameters).fetchall()


def value(library: Library, query: str, parameters: Parameters = ()) -> Any:
    """Return the only value of a query, as of now."""
    with changing(library) as connection:
        return connection.value(query, parameters)
