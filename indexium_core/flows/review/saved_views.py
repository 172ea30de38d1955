"""Saved views: searches that a person keeps under a name. One of them may be what the plan opens with."""

from __future__ import annotations

import builtins
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from indexium_core import errors
from indexium_core.model.people import people_comment
from indexium_core.model.planning.plan import SORT_KEYS
from indexium_core.model.query import compile_query
from indexium_core.model.remote_calls import remote
from indexium_core.model.view import SavedView
from indexium_core.store.database import Database
from indexium_core.store.review import views as store

__all__ = ["SavedView", "ViewService"]

LONGEST = 80  # characters of a name
MOST = 200  # views


class ViewService:
    """All that can be done with saved views. `on_change` is told, with nothing, after each change."""

    def __init__(
        self,
        database: Database,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self._database, self._clock, self._on_change = database, clock, on_change

    @remote()
    def list(self) -> builtins.list[SavedView]:
        """Return every view, by name."""
        return store.all_views(self._database.read())

    @remote()
    def default(self) -> SavedView | None:
        """Return the view that the plan opens with, if one is chosen."""
        return store.default(self._database.read())

    def get(self, view_id: int) -> SavedView:
        """Return a view by its id. UnknownIdError where there is none."""
        found = next((view for view in self.list() if view.view_id == view_id), None)
        if found is None:
            message = f"There is no saved view {view_id}; 'indexium views list' shows them."
            raise errors.UnknownIdError(message)
        return found

    @remote()
    def save(self, name: str, query: str, *, sort: str = "risk", descending: bool = False) -> SavedView:
        """
        Keep a search under a name; a view of that name, whatever its case, is overwritten.

        Raises:
            UsageError: No name, one that is too long, an unknown sort key, or too many views.
            QueryError: The search cannot be read.

        """
        name = _checked_name(name)
        compile_query(query)
        if sort not in SORT_KEYS:
            message = f"'{sort}' is nothing to sort by; choose one of {', '.join(SORT_KEYS)}."
            raise errors.UsageError(message)
        key, now = people_comment.person_key(name), self._clock()
        view = SavedView(view_id=0, name=name, query=query.strip(), sort=sort, descending=descending)
        with self._database.atomic() as tx:
            known = store.named(tx, key)
            if known is not None:
                store.overwrite(tx, replace(view, view_id=known), at=now)
            else:
                if len(store.all_views(tx)) >= MOST:
                    message = f"There are {MOST} saved views already; remove one first."
                    raise errors.UsageError(message)
                known = store.add(tx, view, key, at=now)
        self._on_change()
        return self.get(known)

    @remote()
    def rename(self, view_id: int, name: str) -> SavedView:
        """
        Give a view another name.

        Raises:
            UsageError: No name, one that is too long, or another view has it.
            UnknownIdError: There is no such view.

        """
        name, view = _checked_name(name), self.get(view_id)
        key = people_comment.person_key(name)
        with self._database.atomic() as tx:
            holder = store.named(tx, key)
            if holder not in (None, view_id):
                message = f"Another view is called “{name}” already; choose another name, or remove that one."
                raise errors.UsageError(message)
            store.rename(tx, view_id, name, key, at=self._clock())
        self._on_change()
        return replace(view, name=name)

    @remote()
    def remove(self, view_id: int) -> SavedView:
        """Drop a view and return what it was, for `put_back`. UnknownIdError where there is none."""
        view = self.get(view_id)
        with self._database.atomic() as tx:
            store.remove(tx, view_id)
        self._on_change()
        return view

    def put_back(self, view: SavedView) -> SavedView:
        """Undo a removal: the view is there again as it was. UsageError where its name was given away meanwhile."""
        key = people_comment.person_key(view.name)
        with self._database.atomic() as tx:
            if store.named(tx, key) is not None:
                message = f"Another view is called “{view.name}” by now; “{view.name}” was not put back."
                raise errors.UsageError(message)
            taken = view.is_default and store.default(tx) is not None
            store.add(tx, replace(view, is_default=view.is_default and not taken), key, at=self._clock())
        self._on_change()
        return self.get(view.view_id)

    @remote()
    def set_default(self, view_id: int | None) -> None:
        """Open the plan with this view; None: with everything. UnknownIdError where there is none."""
        if view_id is not None:
            self.get(view_id)
        with self._database.atomic() as tx:
            store.set_default(tx, view_id)
        self._on_change()


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not name or any(unicodedata.category(letter) in ("Cc", "Cs") for letter in name):
        raise errors.UsageError("A view needs a name of ordinary characters.")
    if len(name) > LONGEST:
        message = f"The name of a view may have at most {LONGEST} characters; this one has {len(name)}."
        raise errors.UsageError(message)
    return name
