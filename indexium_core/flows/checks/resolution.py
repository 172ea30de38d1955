"""
Resolution of findings: by assignments in the database, by merged spellings, or by decisions about files.

Each resolution is one review step. Undo reverts the whole step, also its changes in the database. This module writes no
files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from indexium_core import errors
from indexium_core.flows.checks import detection, file_findings, finding_rows
from indexium_core.flows.review.decisions import Decisions
from indexium_core.flows.review.step import Step
from indexium_core.model import labels
from indexium_core.model.check import CheckRow, Kind, Resolution
from indexium_core.model.people.people_comment import person_key
from indexium_core.store import checks as store
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.operations import legacy_history
from indexium_core.store.people import people
from indexium_core.store.people.people import AssignmentRequest
from indexium_core.store.plan_version import Version

_BATCH_SIZE = 1000  # files that are read at once


class FindingResolver:
    """
    Resolves the findings of a home.

    `version` refreshes the plan and returns its version; `placeholder_keys` returns the keys of placeholder names.
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

    def resolve(self, row: CheckRow, resolution: Resolution) -> int | None:
        """Apply a resolution of a finding; return its step for undo, or None if nothing changed."""
        action, _, name = resolution.code.partition(":")
        if action == "unite":
            one, other = detection.names_of_pair(row.subject)
            return self.merge_spellings(other if name == one and other else one, name)
        if row.kind == "placeholder":
            return self.remove_placeholder(row.subject, row.title)
        if row.kind in ("same_name", "other_recording"):
            return self._take(row, resolution.names)
        file_ids = self._files_with_name(row) if action == "choose_all" else self._all_files(row)
        if action in ("choose", "choose_all"):
            return self._assign_person(file_ids, int(name))
        if action in ("forget", "remove"):
            return self._remove(file_ids, resolution.names, in_database=action == "forget")
        # A copy with an edit does not follow the database.
        edited = resolution.names if row.kind == "copies" else ()
        return self._learn(dict.fromkeys(file_ids, resolution.names), edited=edited)

    def _assign_person(self, file_ids: Sequence[int], person_id: int) -> int | None:
        """Assign one person to files in the database; return the step."""
        [chosen] = people.names_of(self._database.read(), [person_id])
        step_of = self._decisions.step(lambda files: labels.learned(files, [chosen.label]))
        with step_of as step, step.learning() as tx:
            wanted = self._wanted(tx, {file_id: [chosen.name] for file_id in file_ids})
            people.assign(tx, [replace(each, qualifier=chosen.qualifier) for each in wanted], at=self._clock())
        return step.report.step_id

    def _remove(self, file_ids: Sequence[int], names: Sequence[str], *, in_database: bool) -> int | None:
        """Remove people from files: in the database, or in the plan; return the step."""
        if not in_database:
            return self._decisions.change_people(file_ids, remove=names).step_id
        with self._decisions.step(lambda files: labels.forgotten(files, names)) as step, step.learning(names) as tx:
            found = people.find(tx, names)
            people.remove(tx, [person_id for name in names for person_id in found.get(name, [])], file_ids=file_ids)
        return step.report.step_id

    def learn_all(self, kind: Kind, subjects: Sequence[str]) -> tuple[int, int | None]:
        """Add the names of many findings; return the number of files, and the step."""
        reader = self._database.read()
        names_by_file: dict[int, list[str]] = {}
        if kind == "unknown":
            name_by_key = {person_key(name): name for name in subjects}
            for key, (file_ids, _) in store.files_naming(reader, list(name_by_key), limit=0).items():
                for file_id in file_ids:
                    names_by_file.setdefault(file_id, []).append(name_by_key[key])
        else:
            aliases, version = people.aliases(reader), self._version()
            missing = file_findings.missing_faces if kind == "faces" else file_findings.missing_in_database
            excluded = self._placeholder_keys() | set(store.shared_keys(reader))
            for first in range(0, len(subjects), _BATCH_SIZE):
                file_ids = [int(each) for each in subjects[first : first + _BATCH_SIZE]]
                for file_id, row in store.files(reader, version, file_ids).items():
                    names_by_file[file_id] = missing(row, aliases, excluded)
        return len(names_by_file), self._learn(names_by_file)

    def take_recordings(self, subjects: Sequence[str]) -> tuple[int, int | None]:
        """Give files the people and the decisions of their missing recordings; return their number, and the step."""
        found = store.former_recordings(self._database.read(), "other_recording", subjects)
        former = {int(subject): each.file_id for subject, each in found.items() if each.file_id is not None}
        with self._decisions.step(labels.same_recordings) as step:
            step.take_over(former)
        return len(former), step.report.step_id

    def merge_spellings(self, old: str, new: str) -> int | None:
        """
        Merge two spellings into one person, spelled `new`, in the database and in edits, and so in the plan.

        Returns the id of the step for undo; None if nothing changed.
        """
        key = person_key(old)
        is_same_key, is_merge = key == person_key(new), True

        def label(files: int) -> str:
            return labels.merged(old, new) if is_merge else labels.corrected_spelling(files, new)

        with self._decisions.step(label) as step:
            with step.learning([old, new]) as tx:
                naming = store.files_naming(tx, [key], limit=0).get(key, ([], 0))[0]
                is_merge = self._merge_people(step, tx, old, new) or not is_same_key
                if not is_same_key:
                    people.assign(tx, self._wanted(tx, {file_id: [new] for file_id in naming}), at=self._clock())
                    _add_alias(tx, old, new, at=self._clock())
            file_ids = store.edits_with_spelling(tx, old)
            if is_same_key:
                file_ids = sorted({*file_ids, *store.files_with_spelling(tx, old)})
            _correct_spelling(step, file_ids, old, new)
        return step.report.step_id

    def remove_placeholder(self, key: str, name: str) -> int | None:
        """
        Delete the people with a placeholder name, and remove the name from the plan of every file.

        Returns the id of the step for undo; None if nothing changed.
        """
        with self._decisions.step(lambda files: labels.removed_placeholder(files, name)) as step:
            tx, _ = step.now()
            spellings = [spelling for spelling, own in store.person_keys(tx).items() if own == key]
            if spellings:
                with step.learning(spellings):
                    people.forget(
                        tx,
                        [
                            row.person_id
                            for row in people.people_of_keys(tx, [key]).get(key, [])
                            if row.name in spellings
                        ],
                    )
            tx, version = step.now()
            in_files = finding_rows.placeholder_spellings(tx, version, [key])
            file_ids, _ = store.files_using(tx, version, in_files, limit=0).get(key, ([], 0))
            if file_ids:
                step.change_people(file_ids, remove=[name])
        return step.report.step_id

    def _take(self, row: CheckRow, names: Sequence[str]) -> int | None:
        """Give the file of a finding what is known of another one; return the step."""
        if row.kind == "same_name":
            return self.take_unmatched(row.subject, row.files[0].file_id, names)
        return self.take_recordings([row.subject])[1]

    def take_unmatched(self, path: str, file_id: int, names: Sequence[str]) -> int | None:
        """
        Give people, suggestions and history of an unmatched file of a legacy .db file to a file.

        Returns the id of the step for undo, which removes the people again; None if no people were added.

        Raises:
            UsageError: A name matches several people.

        """
        with self._decisions.step(lambda files: labels.learned(files, names)) as step:  # noqa: SIM117
            with step.learning() as tx:
                for name, found in people.ambiguous_names(tx, names).items():
                    message = f"“{name}” is ambiguous: it may be {found}."
                    raise errors.UsageError(f"{message} Add the person to the file by hand, and ignore the finding.")
                people.assign(tx, self._wanted(tx, {file_id: names}), at=self._clock())
                legacy_history.take(tx, path, file_id)
        return step.report.step_id

    def _merge_people(self, step: Step, tx: Connection, old: str, new: str) -> bool:
        """Merge or rename the person `old` into `new`; return whether there is such a person."""
        old_id, new_id = (_only_person(tx, name) for name in (old, new))
        if old_id is not None and new_id is not None:
            people.merge(tx, [old_id], new_id, at=self._clock())
            step.record_merge([old_id], new_id)
        elif old_id is not None:
            people.rename(tx, old_id, old=old, new=new, at=self._clock())
        return old_id is not None

    def _learn(self, names_by_file: Mapping[int, Sequence[str]], *, edited: Sequence[str] = ()) -> int | None:
        """Assign people to files in the database, and also add `edited` people by edits; return the step."""
        names = list(dict.fromkeys(name for each in names_by_file.values() for name in each))
        with self._decisions.step(lambda files: labels.learned(files, names)) as step:
            with step.learning() as tx:
                people.assign(tx, self._wanted(tx, names_by_file), at=self._clock())
            if edited:
                step.change_people(list(names_by_file), add=edited)
        return step.report.step_id

    def _wanted(self, tx: Connection, names_by_file: Mapping[int, Sequence[str]]) -> list[AssignmentRequest]:
        """Return the assignments of people to files: to the payload if it is known, else to the path."""
        return [
            AssignmentRequest(name=name, file_hash=file_hash, path_bytes=None if file_hash else path, origin="file")
            for file_id, file_hash, path in store.assignment_targets(tx, list(names_by_file))
            for name in names_by_file[file_id]
        ]

    def _files_with_name(self, row: CheckRow) -> list[int]:
        """Return all files that name the same ambiguous name as a finding."""
        _, key = file_findings.file_and_key(row.subject)
        return finding_rows.ambiguous_files(self._database.read()).get(key, [])

    def _all_files(self, row: CheckRow) -> list[int]:
        """Return all files of a finding; the row itself has only the first files."""
        if len(row.files) == row.file_count:
            return [file.file_id for file in row.files]
        reader = self._database.read()
        if row.kind == "copies":
            return store.files_of_payloads(reader, [row.subject]).get(row.subject, [])
        key = person_key(row.subject)
        return store.files_naming(reader, [key], limit=0).get(key, ([], 0))[0]


def _correct_spelling(step: Step, file_ids: Sequence[int], old: str, new: str) -> None:
    """Edit the files whose list has exactly `old`: replace it with `new`."""
    if file_ids:
        tx, version = step.now()
        rows = store.files(tx, version, file_ids)
        lists = {file_id: _with_spelling(row.people, old, new) for file_id, row in rows.items()}
        step.edit_each({file_id: names for file_id, names in lists.items() if names != rows[file_id].people})


def _with_spelling(names: Sequence[str], old: str, new: str) -> list[str]:
    """Return a list of people with `new` in place of `old`, each person once."""
    name_by_key = {person_key(name): new if name == old else name for name in reversed(names)}
    return list(name_by_key.values())[::-1]


def _only_person(reader: Connection, name: str) -> int | None:
    """Return the person with exactly this spelling. `UsageError`: several people have it."""
    own = [
        row for row in people.people_of_keys(reader, [person_key(name)]).get(person_key(name), []) if row.name == name
    ]
    if len(own) > 1:
        choices = " and ".join(f"“{row.label}”" for row in own)
        raise errors.UsageError(
            f"The name “{name}” matches {choices}. Merge them on the page People, or rename one of them."
        )
    return own[0].person_id if own else None


def _add_alias(tx: Connection, old: str, new: str, *, at: datetime) -> None:
    """Make a spelling an alias of `new` if it belongs to no person; merges and renames add it themselves."""
    person_id = _only_person(tx, new)
    if person_id is not None and people.owner_of_alias(tx, old) is None and _only_person(tx, old) is None:
        people.add_alias(tx, person_id, old, at=at)
