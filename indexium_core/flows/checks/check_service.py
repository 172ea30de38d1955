"""
Checks: what in the library does not agree with itself, and how it can be settled.

Everything is found once for each state of the library, and kept as subjects; a page of findings is read in full when it
is looked at. A person may say that a finding is right as it is: it is left out until its facts change.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from indexium_core import errors
from indexium_core.flows.checks import detection, finding_rows, resolution
from indexium_core.flows.checks.finding_rows import listed
from indexium_core.flows.review.decisions import Decisions
from indexium_core.model import check, labels
from indexium_core.model.check import CheckGroup, CheckPage, CheckRow, Kind, ResolutionReport
from indexium_core.model.people import placeholders
from indexium_core.model.remote_calls import remote
from indexium_core.store import checks as store
from indexium_core.store.checks import FindingColumns
from indexium_core.store.database import Database
from indexium_core.store.people.casts import Casts
from indexium_core.store.planning.plans import Version

__all__ = ["CheckGroup", "CheckPage", "CheckRow", "Checks", "ResolutionReport"]


@dataclass(frozen=True, slots=True)
class _CheckState:
    """Everything that was found in one state of the library."""

    version: Version
    mark: tuple[Any, ...]
    found: dict[Kind, FindingColumns]
    at: float  # when somebody last knew it to be so, by the monotonic clock


class Checks:
    """
    The checks of a home.

    `version` brings the plan up to date and says which it is; `placeholder_keys` returns the keys of names that stand
    for nobody; `on_change` is called after each mend.
    """

    def __init__(
        self,
        database: Database,
        casts: Casts,
        decisions: Decisions,
        *,
        version: Callable[[], Version],
        placeholder_keys: Callable[[], frozenset[str]] = lambda: placeholders.DEFAULT_KEYS,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._version = version
        self._placeholder_keys = placeholder_keys
        self._clock = clock
        self._on_change = on_change
        self._rows = finding_rows.FindingRows(database, casts, placeholder_keys)
        self._mender = resolution.FindingResolver(
            database, decisions, version=version, placeholder_keys=placeholder_keys, clock=clock
        )
        self._finding = threading.Lock()
        self._alike = detection.Alike()
        self._state: _CheckState | None = None

    @remote()
    def groups(self, *, max_age: float = 0.0) -> list[CheckGroup]:
        """
        Return how many findings of each kind there are.

        Args:
            max_age: Take what was found up to so many seconds ago, whatever has changed since.

        """
        found = self._now(max_age).found
        return [
            CheckGroup(
                kind=kind,
                title=check.TITLES[kind][0],
                text=check.TITLES[kind][1],
                total=int((~found[kind].right).sum()),
                dismissed=int(found[kind].right.sum()),
            )
            for kind in check.KINDS
        ]

    @remote()
    def page(self, kind: str, number: int = 1, *, per_page: int = 25, dismissed: bool = False) -> CheckPage:
        """
        Return one page of findings; `dismissed`: of those that somebody said to be right.

        Raises:
            UsageError: There is no such check, or no such page.

        """
        asked = _kind(kind)
        if number < 1 or per_page < 0:
            raise errors.UsageError("Pages are numbered from 1, and have 1 finding or more (0: all).")
        state = self._now()
        chosen = np.flatnonzero(state.found[asked].right == dismissed)
        first = (number - 1) * per_page
        items = self._read(state, asked, chosen[first : first + per_page] if per_page else chosen)
        return CheckPage(items=items, total=len(chosen), page=number, per_page=per_page or len(chosen))

    def row(self, kind: str, subject: str) -> CheckRow:
        """Return one finding; `UnknownIdError` where it is not there (any more), `UsageError` for no such check."""
        asked = _kind(kind)
        state = self._now()
        wanted: Any = int(subject) if asked == "differ" and subject.isdecimal() else subject
        rows = self._read(state, asked, np.flatnonzero(state.found[asked].subjects == wanted))
        if not rows:
            message = f"The check “{kind}” does not find this (any more): {subject}."
            raise errors.UnknownIdError(message)
        return rows[0]

    @remote()
    def dismiss(self, kind: str, subjects: Sequence[str]) -> int:
        """
        Say that findings are right as they are; returns how many. They are left out until their facts change.

        Raises:
            UnknownIdError: One of them is not there (any more).

        """
        rows = [self.row(kind, subject) for subject in dict.fromkeys(subjects)]
        right = [store.IgnoredFinding(row.subject, row.facts, row.title) for row in rows]
        with self._database.atomic() as tx:
            store.dismiss(tx, kind, right, at=self._clock())
        return len(rows)

    @remote()
    def bring_back(self, kind: str, subjects: Sequence[str]) -> int:
        """Take back that findings are right; returns how many were said to be."""
        asked = _kind(kind)
        with self._database.atomic() as tx:
            said = {row.subject for row in store.dismissals(tx, asked)} & set(subjects)
            store.forget_dismissals(tx, asked, said)
        return len(said)

    @remote()
    def mend(self, kind: str, subject: str, code: str) -> ResolutionReport:
        """
        Settle a finding in one of its ways.

        Raises:
            UnknownIdError: The finding is not there (any more).
            UsageError: It has no such way.

        """
        row = self.row(kind, subject)
        mend = next((each for each in row.mends if each.code == code), None)
        if mend is None:
            ways = ", ".join(each.code for each in row.mends) or "none"
            message = f"This finding has no way “{code}”; its ways are: {ways}."
            raise errors.UsageError(message)
        step_id = self._mender.mend(row, mend)
        self._on_change()
        return ResolutionReport(files=mend.files, text=mend.text, step_id=step_id)

    @remote()
    def mend_all(self, kind: str) -> ResolutionReport:
        """
        Settle all open findings of a kind at once, by letting the database know what the files say.

        Raises:
            UsageError: Findings of this kind have to be looked at one by one.

        """
        asked = _kind(kind)
        if asked not in check.AT_ONCE:
            message = (
                f"What the check “{kind}” finds is settled one by one; only {listed(check.AT_ONCE)} can be at once."
            )
            raise errors.UsageError(message)
        files, step_id = self._mender.learn_all(asked, self._open(asked))
        self._on_change()
        named = f"{labels.files(files)} name{'s' if files == 1 else ''}"
        return ResolutionReport(files=files, text=f"The database knows whom {named} now.", step_id=step_id)

    @remote()
    def dismiss_all(self, kind: str) -> int:
        """Say that all open findings of a kind are right as they are; returns how many."""
        asked = _kind(kind)
        found = self._now().found[asked]
        places = np.flatnonzero(~found.right)
        right = [store.IgnoredFinding(str(found.subjects[each]), int(found.facts[each]), "") for each in places]
        with self._database.atomic() as tx:
            store.dismiss(tx, asked, right, at=self._clock())
        return len(right)

    def _open(self, kind: Kind) -> list[str]:
        found = self._now().found[kind]
        return [str(found.subjects[place]) for place in np.flatnonzero(~found.right)]

    def _now(self, max_age: float = 0.0) -> _CheckState:
        """Return what is found, as of now or of at most so many seconds ago."""
        state = self._state
        if state and max_age and time.monotonic() - state.at < max_age:
            return state
        version = self._version()
        reader = self._database.read()
        placeholder_keys = self._placeholder_keys()
        mark = (*store.facts_mark(reader), placeholder_keys)
        with self._finding:
            state = self._state
            if state is None or (state.version, state.mark) != (version, mark):
                found = detection.find(reader, version, self._alike, placeholder_keys)
                state = self._state = _CheckState(version, mark, found, time.monotonic())
        return state

    def _read(self, state: _CheckState, kind: Kind, places: Any) -> list[CheckRow]:
        found = state.found[kind]
        subjects = [str(found.subjects[place]) for place in places]
        return self._rows.read(kind, subjects, [int(found.facts[place]) for place in places], state.version)


def _kind(name: str) -> Kind:
    for kind in check.KINDS:
        if kind == name:
            return kind
    message = f"There is no check '{name}'; choose one of {', '.join(check.KINDS)}."
    raise errors.UsageError(message)
