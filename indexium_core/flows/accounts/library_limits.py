"""
What an actor with some libraries may call: the calls that name their libraries, and nothing else.

A list of all files, the plan and the history do not know libraries, so such an actor cannot call them. It can scan its
libraries, follow the jobs that it started, and read and change what belongs to one library.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from indexium_core import errors
from indexium_core.model.accounts.required import OF_LIBRARIES
from indexium_core.model.operations.actor import current_actor
from indexium_core.store.accounts import tokens as store
from indexium_core.store.catalog import catalog
from indexium_core.store.database import Database

_LIST = "inventory.list"
_SCANS = frozenset({"scans.add", "scans.run"})
_JOBS = frozenset({"jobs.get", "jobs.wait"})


class LibraryLimits:
    """Checks the arguments of calls. It may be used from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def require(
        self,
        libraries: frozenset[int],
        call: str,
        method: Callable[..., Any],
        args: Sequence[Any],
        named: Mapping[str, Any],
    ) -> None:
        """Raise ForbiddenError for a call that concerns more than these libraries."""
        if call == _LIST:  # `shown` leaves out the others
            return
        try:
            given = inspect.signature(method).bind(*args, **named)
        except TypeError:
            is_allowed = False
        else:
            is_allowed = self._allows(libraries, call, given.arguments)
        if not is_allowed:
            ids = ", ".join(map(str, sorted(libraries)))
            raise errors.ForbiddenError(
                f"This token is limited to some libraries ({ids}). It may scan them, follow the jobs that it started, "
                "and change their options. Use a token without --library for everything else."
            )

    def _allows(self, libraries: frozenset[int], call: str, given: Mapping[str, Any]) -> bool:
        if call in _SCANS:
            folders = {os.fsencode(each) for each in given.get("dirs", ())}
            known = {row.path_bytes for row in catalog.libraries(self._database.read()) if row.library_id in libraries}
            return bool(folders) and folders <= known
        if call in _JOBS:
            return store.has_job(self._database.read(), current_actor(), int(given["job_id"]))
        if call not in OF_LIBRARIES:
            return False
        ids = [given["library_id"]] if "library_id" in given else list(given.get("library_ids", ()))
        return bool(ids) and libraries.issuperset(ids)

    def shown(self, libraries: frozenset[int], call: str, found: Any) -> Any:
        """Return the result of a call without the other libraries."""
        return [row for row in found if row.library_id in libraries] if call == _LIST else found
