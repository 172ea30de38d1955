"""Saved views: searches stored under a name. A view may be the default of the plan page. *Favourites* is built in."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from indexium_core import errors
from indexium_core.model.accounts.needs import NO_LIBRARY, needs
from indexium_core.model.accounts.permissions import PLAN_EDIT
from indexium_core.model.people import people_comment
from indexium_core.model.planning.plan import SORT_KEYS
from indexium_core.model.query import compile_query
from indexium_core.model.remote_calls import remote
from indexium_core.model.saved import BUILT_IN, SavedView, checked_name
from indexium_core.store.database import Database
from indexium_core.store.review import views as store

MAX_VIEWS = 200


class ViewService:
    """The saved views of a home. `on_change` is called after each change."""

    def __init__(
        self,
        database: Database,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        on_change: Callable[[], object] = lambda: None,
    ) -> None:
        self._database, self._clock, self._on_change = database, clock, on_change

    @remote()
    def list(self) -> builtins.list[SavedView]:
        """Return all views, by name."""
        return store.all_views(self._database.read())

    @remote()
    def default(self) -> SavedView | None:
        """Return the view that the plan page shows first; None: there is no default."""
        return store.default(self._database.read())

    def get(self, view_id: int) -> SavedView:
        """Return a view by its id. UnknownIdError: there is no such view."""
        match = next((view for view in self.list() if view.view_id == view_id), None)
        if match is None:
            raise errors.UnknownIdError(f"There is no saved view {view_id}; 'indexium views list' shows all views.")
        return match

    def _own(self, view_id: int) -> SavedView:
        view = self.get(view_id)
        if view.is_built_in:
            raise errors.UsageError(f"The view “{view.name}” is built in. It cannot be renamed or removed.")
        return view

    @needs(PLAN_EDIT, NO_LIBRARY)
    @remote()
    def save(self, name: str, query: str, *, sort: str = "risk", descending: bool = False) -> SavedView:
        """
        Store a search under a name; a view with that name, in any letter case, is overwritten.

        Raises:
            UsageError: The name is empty, too long or that of a built-in view, the sort key is unknown, or there are
                too many views.
            QueryError: The search is not valid.

        """
        name = checked_name(name, "view")
        compile_query(query)
        if sort not in SORT_KEYS:
            raise errors.UsageError(f"There is no sort key '{sort}'; choose one of {', '.join(SORT_KEYS)}.")
        key, now = people_comment.person_key(name), self._clock()
        view = SavedView(view_id=0, name=name, query=query.strip(), sort=sort, descending=descending)
        with self._database.atomic() as tx:
            view_id = store.find_by_name(tx, key)
            if view_id == BUILT_IN:
                raise errors.UsageError(f"The view “{name}” is built in. Choose another name.")
            if view_id is not None:
                store.overwrite(tx, replace(view, view_id=view_id), at=now)
            else:
                if sum(not each.is_built_in for each in store.all_views(tx)) >= MAX_VIEWS:
                    raise errors.UsageError(f"There are {MAX_VIEWS} saved views already; remove one first.")
                view_id = store.add(tx, view, key, at=now)
        self._on_change()
        return self.get(view_id)

    @needs(PLAN_EDIT, NO_LIBRARY)
    @remote()
    def rename(self, view_id: int, name: str) -> SavedView:
        """
        Rename a view.

        Raises:
            UsageError: The name is empty or too long, another view has it, or the view is built in.
            UnknownIdError: There is no such view.

        """
        name, view = checked_name(name, "view"), self._own(view_id)
        key = people_comment.person_key(name)
        with self._database.atomic() as tx:
            owner = store.find_by_name(tx, key)
            if owner not in (None, view_id):
                message = f"Another view is called “{name}” already; choose another name, or remove that one."
                raise errors.UsageError(message)
            store.rename(tx, view_id, name, key, at=self._clock())
        self._on_change()
        return replace(view, name=name)

    @needs(PLAN_EDIT, NO_LIBRARY)
    @remote()
    def remove(self, view_id: int) -> SavedView:
        """
        Remove a view and return it, for `restore`.

        Raises:
            UsageError: The view is built in.
            UnknownIdError: There is no such view.

        """
        view = self._own(view_id)
        with self._database.atomic() as tx:
            store.remove(tx, view_id)
        self._on_change()
        return view

    @needs(PLAN_EDIT, NO_LIBRARY)
    @remote()
    def restore(self, view: SavedView) -> SavedView:
        """Restore a removed view. UsageError: another view has its name."""
        key = people_comment.person_key(view.name)
        with self._database.atomic() as tx:
            if store.find_by_name(tx, key) is not None:
                raise errors.UsageError(f"The view “{view.name}” was not restored: another view has this name now.")
            is_default = view.is_default and store.default(tx) is None
            store.add(tx, replace(view, is_default=is_default), key, at=self._clock())
        self._on_change()
        return self.get(view.view_id)

    @needs(PLAN_EDIT, NO_LIBRARY)
    @remote()
    def set_default(self, view_id: int | None) -> None:
        """Set the view that the plan page shows first; None: no view. UnknownIdError: there is no such view."""
        if view_id is not None:
            self.get(view_id)
        with self._database.atomic() as tx:
            store.set_default(tx, view_id)
        self._on_change()
