"""Saved queries of analysts, and the examples."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Mapping
from datetime import datetime

from indexium_core import errors
from indexium_core.model.accounts.needs import needs
from indexium_core.model.accounts.permissions import QUERY_RUN
from indexium_core.model.analysis import SavedQuery
from indexium_core.model.people import people_comment
from indexium_core.model.remote_calls import remote
from indexium_core.model.saved import checked_name
from indexium_core.store import saved_queries as store
from indexium_core.store import sql
from indexium_core.store.database import Database

MAX_QUERIES = 500
MAX_TEXT_LENGTH = 100_000  # characters
_EXAMPLE_VALUES: Mapping[str, Mapping[str, str]] = {
    "long_files": {"minutes": "60", "person": ""},
    "grown": {"days": "30"},
}


class SavedQueries:
    """The saved queries of a home."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock

    @remote()
    def list(self) -> builtins.list[SavedQuery]:
        """Return all saved queries, by name."""
        return store.all_queries(self._database.read())

    @remote()
    def examples(self) -> builtins.list[SavedQuery]:
        """Return the examples."""
        names, texts = sql.purposes("examples"), sql.load("examples")
        return [
            SavedQuery(query_id=0, name=names[key].rstrip("."), text=text, values=_EXAMPLE_VALUES.get(key, {}))
            for key, text in texts.items()
        ]

    def get(self, query_id: int) -> SavedQuery:
        """Return a query by its id. UnknownIdError: there is no such query."""
        match = next((query for query in self.list() if query.query_id == query_id), None)
        if match is None:
            raise errors.UnknownIdError("This saved query was removed.")
        return match

    @needs(QUERY_RUN)
    @remote()
    def save(self, name: str, text: str, values: Mapping[str, str]) -> SavedQuery:
        """
        Store a query under a name; a query with that name, in any letter case, is overwritten.

        Raises:
            UsageError: The name or the text is empty or too long, or there are too many queries.

        """
        name = checked_name(name, "query")
        if not text.strip() or len(text) > MAX_TEXT_LENGTH:
            raise errors.UsageError(f"A saved query has 1 to {MAX_TEXT_LENGTH:,} characters.")
        key, now = people_comment.person_key(name), self._clock()
        with self._database.atomic() as tx:
            query_id = store.find_by_name(tx, key)
            query = SavedQuery(query_id=query_id or 0, name=name, text=text, values=dict(values))
            if query_id is not None:
                store.overwrite(tx, query, at=now)
            else:
                if len(store.all_queries(tx)) >= MAX_QUERIES:
                    raise errors.UsageError(f"There are {MAX_QUERIES} saved queries already; remove one first.")
                query_id = store.add(tx, query, key, at=now)
        return self.get(query_id)

    @needs(QUERY_RUN)
    @remote()
    def remove(self, query_id: int) -> SavedQuery:
        """Remove a query and return it, for `restore`. UnknownIdError: there is no such query."""
        query = self.get(query_id)
        with self._database.atomic() as tx:
            store.remove(tx, query_id)
        return query

    @needs(QUERY_RUN)
    @remote()
    def restore(self, query: SavedQuery) -> SavedQuery:
        """Restore a removed query. UsageError: another query has its name."""
        key = people_comment.person_key(query.name)
        with self._database.atomic() as tx:
            if store.find_by_name(tx, key) is not None:
                raise errors.UsageError(f"The query “{query.name}” was not restored: another one has this name now.")
            store.add(tx, query, key, at=self._clock())
        return self.get(query.query_id)
