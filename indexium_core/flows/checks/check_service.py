"""
Checks: inconsistencies in the library, and their resolutions.

Detection runs once for each state of the library and stores only the subjects of findings. A page of findings is read
in full when it is shown. An ignored finding stays out of the lists until its digest changes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np

from indexium_core import errors
from indexium_core.flows.checks import detection, finding_rows, resolution
from indexium_core.flows.checks.finding_page import names_text
from indexium_core.flows.review.decisions import Decisions
from indexium_core.model import check, wording
from indexium_core.model.accounts.needs import needs
from indexium_core.model.accounts.permissions import PLAN_EDIT, QUERY_RUN
from indexium_core.model.check import CheckGroup, CheckPage, CheckRow, Kind, ResolutionReport
from indexium_core.model.people import placeholders
from indexium_core.model.planning.recent_values import SETS_OF_LIBRARIES, RecentValues
from indexium_core.model.query.snapshot_sql import check_as_sql
from indexium_core.model.remote_calls import remote
from indexium_core.store import checks as store
from indexium_core.store.checks import FindingColumns, IgnoredFinding
from indexium_core.store.database import Database
from indexium_core.store.people.people_index import PeopleIndex
from indexium_core.store.plan_version import Version
from indexium_core.store.snapshot import Findings


@dataclass(frozen=True, slots=True)
class _CheckState:
    """All findings of one state of the library."""

    version: Version
    token: tuple[Any, ...]  # changes when any other data that a check reads changes
    findings: dict[Kind, FindingColumns]
    detected_at: float  # by the monotonic clock


@dataclass(slots=True)
class _Detected:
    """The last findings in the libraries that an actor sees."""

    similar: detection.SimilarPairs = field(default_factory=detection.SimilarPairs)
    state: _CheckState | None = None


class Checks:
    """
    The checks of a home.

    `version` refreshes the plan and returns its version; `placeholder_keys` returns the keys of placeholder names.
    `on_change` is called after findings are ignored or opened again.
    """

    def __init__(
        self,
        database: Database,
        people_index: PeopleIndex,
        decisions: Decisions,
        *,
        version: Callable[[], Version],
        placeholder_keys: Callable[[], frozenset[str]] = placeholders.default_keys,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        on_change: Callable[[], object] = lambda: None,
    ) -> None:
        self._database = database
        self._version = version
        self._on_change = on_change
        self._placeholder_keys = placeholder_keys
        self._clock = clock
        self._rows = finding_rows.FindingRows(database, people_index, placeholder_keys)
        self._resolver = resolution.FindingResolver(
            database, decisions, version=version, placeholder_keys=placeholder_keys, clock=clock
        )
        self._lock = threading.Lock()  # of detection: waiting threads then use its result
        self._states = RecentValues[tuple[int, ...] | None, _Detected](SETS_OF_LIBRARIES)  # by the libraries of actors

    @remote()
    def groups(self, *, max_age: float = 0.0) -> list[CheckGroup]:
        """Return the number of findings of each kind; the numbers are at most `max_age` seconds old."""
        findings = self._current_state(max_age).findings
        return [
            CheckGroup(
                kind=kind,
                title=check.TITLES[kind][0],
                text=check.TITLES[kind][1],
                total=int((~findings[kind].ignored).sum()),
                dismissed=int(findings[kind].ignored.sum()),
                at_once=len(_at_once(findings[kind])) if kind in check.BULK_KINDS else 0,
            )
            for kind in check.KINDS
        ]

    def findings(self, *, max_age: float = 0.0) -> Findings:
        """Return all findings, also the ignored ones, as three arrays; they are at most `max_age` seconds old."""
        found = self._current_state(max_age).findings
        return Findings(
            kinds=[kind for kind in check.KINDS for _ in found[kind].subjects],
            subjects=[str(subject) for kind in check.KINDS for subject in found[kind].subjects],
            ignored=[bool(each) for kind in check.KINDS for each in found[kind].ignored],
        )

    @remote()
    def page(self, kind: str, number: int = 1, *, per_page: int = 25, dismissed: bool = False) -> CheckPage:
        """
        Return one page of the open findings; with `dismissed`, of the ignored findings.

        Raises:
            UsageError: The check or the page does not exist.

        """
        checked = _kind(kind)
        if number < 1 or per_page < 0:
            raise errors.UsageError("Pages are numbered from 1, and have 1 finding or more (0: all).")
        state = self._current_state()
        indexes = np.flatnonzero(state.findings[checked].ignored == dismissed)
        first = (number - 1) * per_page
        items = self._read(state, checked, indexes[first : first + per_page] if per_page else indexes)
        return CheckPage(items=items, total=len(indexes), page=number, per_page=per_page or len(indexes))

    def row(self, kind: str, subject: str) -> CheckRow:
        """Return one finding. `UnknownIdError`: it does not exist; `UsageError`: the check does not exist."""
        checked = _kind(kind)
        state = self._current_state()
        value: Any = int(subject) if checked == "differ" and subject.isdecimal() else subject
        rows = self._read(state, checked, np.flatnonzero(state.findings[checked].subjects == value))
        if not rows:
            message = f"The check “{kind}” has no finding with the subject {subject}, or not any more."
            raise errors.UnknownIdError(message)
        return rows[0]

    @needs(QUERY_RUN)
    @remote()
    def as_sql(self, kind: str, *, ignored: bool = False) -> str:
        """Return a query for the open findings of one check; with `ignored`, the ignored ones. Errors as in `page`."""
        return check_as_sql(_kind(kind), ignored=ignored)

    @needs(PLAN_EDIT)
    @remote()
    def ignore(self, kind: str, subjects: Sequence[str]) -> int:
        """
        Ignore findings until the data behind them changes; return their number.

        Raises:
            UnknownIdError: A finding does not exist (any more).

        """
        rows = [self.row(kind, subject) for subject in dict.fromkeys(subjects)]
        ignored = [IgnoredFinding(row.subject, row.facts, row.title) for row in rows]
        with self._database.atomic() as tx:
            store.ignore(tx, kind, ignored, at=self._clock())
        self._on_change()
        return len(rows)

    @needs(PLAN_EDIT)
    @remote()
    def ignore_all(self, kind: str) -> int:
        """Ignore all open findings of a kind; return their number."""
        checked = _kind(kind)
        findings = self._current_state().findings[checked]
        ignored = [
            IgnoredFinding(str(findings.subjects[index]), int(findings.digests[index]), "")
            for index in np.flatnonzero(~findings.ignored)
        ]
        with self._database.atomic() as tx:
            store.ignore(tx, checked, ignored, at=self._clock())
        self._on_change()
        return len(ignored)

    @needs(PLAN_EDIT)
    @remote()
    def unignore(self, kind: str, subjects: Sequence[str]) -> int:
        """Open ignored findings again; return the number of those that were ignored."""
        checked = _kind(kind)
        with self._database.atomic() as tx:
            ignored = {row.subject for row in store.ignored_findings(tx, checked)} & set(subjects)
            store.unignore(tx, checked, ignored)
        self._on_change()
        return len(ignored)

    @needs(PLAN_EDIT)
    @remote()
    def resolve(self, kind: str, subject: str, code: str) -> ResolutionReport:
        """
        Resolve a finding by one of its resolutions.

        Raises:
            UnknownIdError: The finding does not exist (any more).
            UsageError: The finding has no such resolution.

        """
        row = self.row(kind, subject)
        chosen = next((each for each in row.resolutions if each.code == code), None)
        if chosen is None:
            codes = ", ".join(each.code for each in row.resolutions) or "none"
            raise errors.UsageError(f"This finding has no resolution “{code}”; choose one of: {codes}.")
        step_id = self._resolver.resolve(row, chosen)
        return ResolutionReport(files=chosen.files, text=chosen.text, step_id=step_id)

    @needs(PLAN_EDIT)
    @remote()
    def resolve_all(self, kind: str) -> ResolutionReport:
        """
        Resolve all open findings of a kind: add the names in the files, or of the other recording, to the database.

        Raises:
            UsageError: Findings of this kind can only be resolved one by one.

        """
        checked = _kind(kind)
        if checked not in check.BULK_KINDS:
            raise errors.UsageError(
                f"Findings of the check “{kind}” are resolved one by one; only {names_text(check.BULK_KINDS)} can be "
                "resolved all at once."
            )
        findings = self._current_state().findings[checked]
        subjects = _at_once(findings)
        if checked == "other_recording":
            files, step_id = self._resolver.take_recordings(subjects)
            text = f"{wording.files(files)} now {'has' if files == 1 else 'have'} the people and decisions that waited."
            if left := int((~findings.ignored).sum()) - files:
                text += f" Answer these one by one: {wording.count(left)}."
        else:
            files, step_id = self._resolver.learn_all(checked, subjects)
            text = f"The database now has the people of {wording.files(files)}."
        return ResolutionReport(files=files, text=text, step_id=step_id)

    def _current_state(self, max_age: float = 0.0) -> _CheckState:
        """Return the findings; they are at most `max_age` seconds old."""
        kept = self._states.get(self._database.own_libraries, _Detected)
        state = kept.state
        if state and max_age and time.monotonic() - state.detected_at < max_age:
            return state
        version = self._version()
        reader = self._database.read()
        placeholder_keys = self._placeholder_keys()
        token = (*store.change_token(reader), placeholder_keys)
        with self._lock:
            state = kept.state
            if state is None or (state.version, state.token) != (version, token):
                findings = detection.detect(reader, version, kept.similar, placeholder_keys)
                state = kept.state = _CheckState(version, token, findings, time.monotonic())
        return state

    def _read(self, state: _CheckState, kind: Kind, indexes: Any) -> list[CheckRow]:
        findings = state.findings[kind]
        subjects = [str(findings.subjects[index]) for index in indexes]
        return self._rows.read(kind, subjects, [int(findings.digests[index]) for index in indexes], state.version)


def _at_once(findings: FindingColumns) -> list[str]:
    return [str(findings.subjects[index]) for index in np.flatnonzero(~findings.ignored & findings.is_sure)]


def _kind(name: str) -> Kind:
    for kind in check.KINDS:
        if kind == name:
            return kind
    raise errors.UsageError(f"There is no check '{name}'; choose one of {', '.join(check.KINDS)}.")
