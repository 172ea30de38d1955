"""
Standing decisions: edits, postponements and modes of files, in force until they are revoked.

They are made for file ids; which files a query or a selection means is the planner's to say.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from indexium_core import errors
from indexium_core.flows.people import valid_names
from indexium_core.model.plan import CommentMode, PeopleMode
from indexium_core.store import decisions as store
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.decisions import DecisionRow

__all__ = ["DecisionReport", "DecisionRow", "Decisions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionReport:
    """How many files a decision holds for."""

    files: int  # all of them
    copies: int = 0  # those of them that were not named, but are copies of one that was


class Decisions:
    """Make, list and revoke decisions."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database = database
        self._clock = clock

    def edit(self, file_ids: Iterable[int], people: Sequence[str]) -> DecisionReport:
        """
        Let files, and all their copies, have just these people; nobody is allowed.

        Raises:
            ValidationError: Names that may not be written, all of them.
            UnknownIdError: There is no such file.

        """
        names = valid_names(people)
        with self._database.atomic() as tx:
            named = _known(tx, file_ids)
            files = store.copies(tx, named)
            store.edit(tx, dict.fromkeys(files, names), at=self._clock())
        return DecisionReport(files=len(files), copies=len(files) - len(named))

    def postpone(self, file_ids: Iterable[int], *, until: datetime | None = None) -> DecisionReport:
        """
        Leave files out of lists and writes, until a moment (local, if it says no zone) or until revoked.

        Raises:
            UsageError: The moment has passed.
            UnknownIdError: There is no such file.

        """
        now = self._clock()
        until = until.astimezone(UTC) if until else None
        if until and until <= now:
            message = f"{until:%Y-%m-%d %H:%M} UTC has passed. Name a later day, or none to postpone until revoked."
            raise errors.UsageError(message)
        with self._database.atomic() as tx:
            named = _known(tx, file_ids)
            store.postpone(tx, named, until=until, at=now)
        return DecisionReport(files=len(named))

    def set_mode(
        self,
        file_ids: Iterable[int],
        *,
        people_mode: PeopleMode | None = None,
        comment_mode: CommentMode | None = None,
    ) -> DecisionReport:
        """
        Choose how people and comment of files are combined; a mode that is not named stays as it was decided.

        Raises:
            UsageError: No mode is named.
            UnknownIdError: There is no such file.

        """
        if people_mode is None and comment_mode is None:
            raise errors.UsageError("Name a people mode (merge, exact) or a comment mode (replace, preserve).")
        with self._database.atomic() as tx:
            named = _known(tx, file_ids)
            store.set_mode(tx, named, people_mode=people_mode, comment_mode=comment_mode, at=self._clock())
        return DecisionReport(files=len(named))

    def list(self) -> builtins.list[DecisionRow]:
        """Return the decisions in force, newest first."""
        return store.in_force(self._database.read(), at=self._clock())

    def revoke(self, decision_ids: Iterable[int]) -> int:
        """
        Take decisions back, and return how many were in force.

        Raises:
            UnknownIdError: There is no such decision; nothing was revoked.

        """
        wanted = list(decision_ids)
        with self._database.atomic() as tx:
            unknown = store.unknown_decisions(tx, wanted)
            if unknown:
                raise errors.UnknownIdError(_no_such("decision", unknown))
            return store.revoke(tx, wanted, at=self._clock())


def _known(tx: Connection, file_ids: Iterable[int]) -> list[int]:
    """Return the ids, each once; raise `UnknownIdError` if a file has none of them."""
    wanted = list(dict.fromkeys(file_ids))
    unknown = store.unknown_files(tx, wanted)
    if unknown:
        raise errors.UnknownIdError(_no_such("file", unknown))
    return wanted


def _no_such(what: str, ids: list[int]) -> str:
    shown = ", ".join(map(str, ids[:10])) + (" …" if len(ids) > 10 else "")
    return f"There is no {what} with the id {shown}."
