"""
Settling what a check found: by what the database knows, by other spellings, or by decisions about the files.

Whatever settles a finding is one step of the review, what the database learns by it included, and is undone like any
other; no file is written here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from indexium_core.flows.checks import detection, finding_rows
from indexium_core.flows.review.decisions import Decisions, Step
from indexium_core.model import labels
from indexium_core.model.check import CheckRow, Kind, Resolution
from indexium_core.model.people import people_comment as names_of
from indexium_core.store import checks as store
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.people import people
from indexium_core.store.people.people import Wanted
from indexium_core.store.planning.plans import Version

__all__ = ["FindingResolver"]

_CHUNK = 1000  # files that are read at once


class FindingResolver:
    """
    Settles findings of a home.

    `version` brings the plan up to date and says which it is; `placeholder_keys` returns the keys of names that stand
    for nobody.
    """

    def __init__(
        self,
        database: Database,
        decisions: Decisions,
        *,
        version: Callable[[], Version],
        placeholder_keys: Callable[[], frozenset[str]],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._decisions = decisions
        self._version = version
        self._placeholder_keys = placeholder_keys
        self._clock = clock

    def mend(self, row: CheckRow, mend: Resolution) -> int | None:
        """Settle a finding in one of its own ways; returns the step by which it can be undone, None for nothing."""
        how, _, name = mend.code.partition(":")
        if how == "unite":
            one, other = detection.names_of_pair(row.subject)
            return self.unite(other if name == one and other else one, name)
        if row.kind == "placeholder":
            return self.remove_placeholder(row.subject, row.title)
        file_ids = self._concerned(row)
        if how == "remove":
            return self._decisions.change_people(file_ids, remove=mend.names).step_id
        # A copy whose people are set by hand does not follow the database.
        by_hand = mend.names if row.kind == "copies" else ()
        return self._learn(dict.fromkeys(file_ids, mend.names), by_hand=by_hand)

    def learn_all(self, kind: Kind, subjects: Sequence[str]) -> tuple[int, int | None]:
        """Let the database know what files say, for many findings at once; returns of how many files, and the step."""
        reader = self._database.read()
        told: dict[int, list[str]] = {}
        if kind == "unknown":
            spelt = {names_of.person_key(name): name for name in subjects}
            for key, (file_ids, _) in store.naming(reader, list(spelt), limit=0).items():
                for file_id in file_ids:
                    told.setdefault(file_id, []).append(spelt[key])
        else:
            aliases, version, left_out = people.aliases(reader), self._version(), self._placeholder_keys()
            for first in range(0, len(subjects), _CHUNK):
                file_ids = [int(each) for each in subjects[first : first + _CHUNK]]
                files = store.files(reader, version, file_ids)
                told |= {file_id: finding_rows.missing_in(row, aliases, left_out) for file_id, row in files.items()}
        return len(told), self._learn(told)

    def unite(self, old: str, new: str) -> int | None:
        """
        Say that two spellings are one person, spelt `new`: in the database, in edits, and so in the plan.

        Returns the step by which it can be undone, None where nothing had to be done.
        """
        key = names_of.person_key(old)
        is_one_key, changed = key == names_of.person_key(new), True

        def label(files: int) -> str:
            return labels.united(old, new) if changed else labels.spelt(files, new)

        with self._decisions.step(label) as step:
            with step.learning([old, new]) as tx:
                naming = store.naming(tx, [key], limit=0).get(key, ([], 0))[0]
                changed = self._unite_people(tx, old, new) or not is_one_key
                if not is_one_key:
                    people.assign(tx, self._wanted(tx, {file_id: [new] for file_id in naming}), at=self._clock())
                    _let_mean(tx, old, new, at=self._clock())
            spelt_so = store.decided_so(tx, old)
            if is_one_key:
                spelt_so = sorted({*spelt_so, *store.naming_exactly(tx, old)})
            _respell(step, spelt_so, old, new)
        return step.report.step_id

    def remove_placeholder(self, key: str, name: str) -> int | None:
        """
        Forget the people who have a placeholder as their name, and plan every file without it.

        Returns the step by which it can be undone, None where nothing had to be done.
        """
        with self._decisions.step(lambda files: labels.without_placeholder(files, name)) as step:
            tx, _ = step.now()
            spellings = [spelling for spelling, own in store.people(tx).items() if own == key]
            if spellings:
                with step.learning(spellings):
                    person_ids = [people.person_named(tx, spelling) for spelling in spellings]
                    people.forget(tx, [person_id for person_id in person_ids if person_id is not None])
            tx, version = step.now()
            file_ids, _ = store.using(tx, version, [key], limit=0).get(key, ([], 0))
            if file_ids:
                step.change_people(file_ids, remove=[name])
        return step.report.step_id

    def _unite_people(self, tx: Connection, old: str, new: str) -> bool:
        """Make the person spelt `old` the one spelt `new`; False where there is none."""
        old_id, new_id = people.person_named(tx, old), people.person_named(tx, new)
        if old_id is not None and new_id is not None:
            people.merge(tx, [old_id], new_id, at=self._clock())
        elif old_id is not None:
            people.rename(tx, old_id, old=old, new=new, at=self._clock())
        return old_id is not None

    def _learn(self, told: Mapping[int, Sequence[str]], *, by_hand: Sequence[str] = ()) -> int | None:
        """Let the database know who is in files, and put some of them in by hand, too; returns the step."""
        names = list(dict.fromkeys(name for each in told.values() for name in each))
        with self._decisions.step(lambda files: labels.learnt(files, names)) as step:
            with step.learning() as tx:
                people.assign(tx, self._wanted(tx, told), at=self._clock())
            if by_hand:
                step.change_people(list(told), add=by_hand)
        return step.report.step_id

    def _wanted(self, tx: Connection, told: Mapping[int, Sequence[str]]) -> list[Wanted]:
        """Return the assignments that put people into files: they belong to the payload, where there is one."""
        return [
            Wanted(name=name, file_hash=file_hash, path_bytes=None if file_hash else path, origin="file")
            for file_id, file_hash, path in store.targets(tx, list(told))
            for name in told[file_id]
        ]

    def _concerned(self, row: CheckRow) -> list[int]:
        """Return all files of a finding, of which the row itself shows the first."""
        if len(row.files) == row.file_count:
            return [file.file_id for file in row.files]
        reader = self._database.read()
        if row.kind == "copies":
            return store.files_of_payloads(reader, [row.subject]).get(row.subject, [])
        key = names_of.person_key(row.subject)
        return store.naming(reader, [key], limit=0).get(key, ([], 0))[0]


def _respell(step: Step, file_ids: Sequence[int], old: str, new: str) -> None:
    """Let files have `new` where their list has exactly `old`."""
    if file_ids:
        tx, version = step.now()
        rows = store.files(tx, version, file_ids)
        lists = {file_id: _respelt(row.people, old, new) for file_id, row in rows.items()}
        step.edit_each({file_id: names for file_id, names in lists.items() if names != rows[file_id].people})


def _respelt(names: Sequence[str], old: str, new: str) -> list[str]:
    """Return a list of people with a name spelt anew, each person once."""
    spelt = {names_of.person_key(name): new if name == old else name for name in reversed(names)}
    return list(spelt.values())[::-1]


def _let_mean(tx: Connection, old: str, new: str, *, at: datetime) -> None:
    """Let a spelling that is no person's mean the person spelt `new`; merging and renaming have done so already."""
    person_id = people.person_named(tx, new)
    if person_id is not None and people.owner_of_alias(tx, old) is None and people.person_named(tx, old) is None:
        people.add_alias(tx, person_id, old, at=at)
