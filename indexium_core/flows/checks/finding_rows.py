"""
One page of findings: the data of its subjects from the database, and the finding of each subject.

The number of statements does not depend on the size of the page.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from indexium_core.flows.checks import detection, file_findings, name_findings
from indexium_core.flows.checks.finding_page import MAX_FILES, FileList, FindingPage
from indexium_core.model.check import CheckFile, CheckName, CheckRow, Kind
from indexium_core.model.people import likeness
from indexium_core.model.people.people_comment import person_key
from indexium_core.store import checks as store
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.people import people
from indexium_core.store.people.people_index import PeopleIndex
from indexium_core.store.plan_version import Version
from indexium_core.store.titles import findings

_MAX_SIMILAR = 2  # known people that a finding offers for an unknown name

_FINDINGS: Mapping[Kind, Callable[[str, int, FindingPage], CheckRow | None]] = {
    "copies": file_findings.copies_finding,
    "differ": file_findings.differ_finding,
    "faces": file_findings.faces_finding,
    "ambiguous_person": file_findings.ambiguous_finding,
    "spelling": name_findings.spelling_finding,
    "unknown": name_findings.unknown_finding,
    "placeholder": name_findings.placeholder_finding,
    "single": name_findings.single_finding,
    "corruption": file_findings.corruption_finding,
    "same_name": file_findings.same_name_finding,
    "other_recording": file_findings.other_recording_finding,
    "copied_people": file_findings.copied_people_finding,
    "several_files": file_findings.several_files_finding,
    "shared_id": file_findings.shared_id_finding,
}


class FindingRows:
    """Reads the findings of a home."""

    def __init__(
        self, database: Database, people_index: PeopleIndex, placeholder_keys: Callable[[], frozenset[str]] = frozenset
    ) -> None:
        self._database = database
        self._placeholder_keys = placeholder_keys
        self._people_index = people_index
        self._pages: Mapping[Kind, Callable[[Sequence[str], Version], FindingPage]] = {
            "copies": self._copies,
            "differ": self._differ,
            "faces": self._differ,
            "ambiguous_person": self._ambiguous,
            "spelling": self._spelling,
            "unknown": self._unknown,
            "placeholder": self._placeholder,
            "single": self._single,
            "corruption": self._differ,
            "same_name": self._same_name,
            "other_recording": functools.partial(self._recordings, "other_recording"),
            "copied_people": functools.partial(self._recordings, "copied_people"),
            "several_files": self._several_files,
            "shared_id": self._shared_id,
        }

    def read(self, kind: Kind, subjects: Sequence[str], digests: Sequence[int], version: Version) -> list[CheckRow]:
        """Return findings in the order of `subjects`, without those whose files no longer exist."""
        if not subjects:
            return []
        page = self._pages[kind](subjects, version)
        rows = (_FINDINGS[kind](subject, digest, page) for subject, digest in zip(subjects, digests, strict=True))
        return [row for row in rows if row is not None]

    def _copies(self, subjects: Sequence[str], version: Version) -> FindingPage:
        reader = self._database.read()
        payloads = store.files_of_payloads(reader, subjects)
        lists = {file_hash: (file_ids, len(file_ids)) for file_hash, file_ids in payloads.items()}
        return FindingPage(_files(reader, version, lists), file_lists=lists, placeholder_keys=self._placeholder_keys())

    def _differ(self, subjects: Sequence[str], version: Version) -> FindingPage:
        reader = self._database.read()
        files = store.files(reader, version, [int(each) for each in subjects])
        # Ambiguous names have their own check.
        excluded_keys = self._placeholder_keys() | set(store.shared_keys(reader))
        return FindingPage(files, aliases=people.aliases(reader), placeholder_keys=excluded_keys)

    def _ambiguous(self, subjects: Sequence[str], version: Version) -> FindingPage:
        reader = self._database.read()
        pairs = [file_findings.file_and_key(each) for each in subjects]
        files = store.files(reader, version, {file_id for file_id, _ in pairs})
        own = ambiguous_files(reader)
        naming = ((subject, own.get(key, [])) for subject, (_, key) in zip(subjects, pairs, strict=True))
        lists = {subject: (file_ids, len(file_ids)) for subject, file_ids in naming}
        return FindingPage(files, file_lists=lists, people=people.people_of_keys(reader, {key for _, key in pairs}))

    def _spelling(self, subjects: Sequence[str], version: Version) -> FindingPage:
        reader = self._database.read()
        pairs = {name for subject in subjects for name in detection.names_of_pair(subject)}
        names = store.names_in_files(reader, pairs, limit=MAX_FILES)
        return FindingPage(_files(reader, version, _file_lists(names)), names=names)

    def _unknown(self, subjects: Sequence[str], version: Version) -> FindingPage:
        reader = self._database.read()
        names = store.names_in_files(reader, subjects, limit=MAX_FILES)
        keys = {subject: person_key(subject) for subject in subjects}
        naming = store.files_naming(reader, list(keys.values()), limit=MAX_FILES)
        lists = {subject: naming.get(key, ([], 0)) for subject, key in keys.items()}
        known = list(store.person_keys(reader))
        similar = {name: likeness.similar(name, known, limit=_MAX_SIMILAR) for name in subjects}
        return FindingPage(_files(reader, version, lists), names=names, file_lists=lists, similar=similar)

    def _placeholder(self, subjects: Sequence[str], version: Version) -> FindingPage:
        reader = self._database.read()
        people_keys = store.person_keys(reader)
        key_by_name = placeholder_spellings(reader, version, subjects)
        naming = store.files_naming(reader, subjects, limit=1)
        lists = store.files_using(reader, version, key_by_name, limit=MAX_FILES)
        files = _files(reader, version, lists)
        spellings = {key: _spelling(key, people_keys, lists, files) for key in subjects}
        rows = store.names_in_files(reader, list(spellings.values()), limit=1)
        names = {key: replace(rows[name], named=naming.get(key, ([], 0))[1]) for key, name in spellings.items()}
        return FindingPage(files, names=names, file_lists=lists)

    def _single(self, subjects: Sequence[str], version: Version) -> FindingPage:
        names = store.names_in_files(self._database.read(), subjects, limit=MAX_FILES)
        reader = self._people_index.at(version)
        lists = store.files_with_people(reader, subjects, index=self._people_index.name, limit=MAX_FILES)
        return FindingPage(_files(reader, version, lists), names=names, file_lists=lists)

    def _same_name(self, subjects: Sequence[str], version: Version) -> FindingPage:
        reader = self._database.read()
        same_names = store.same_name_files(reader, subjects)
        files = store.files(reader, version, [each.file_id for each in same_names.values()])
        return FindingPage(files, same_names=same_names)

    def _recordings(self, kind: Kind, subjects: Sequence[str], version: Version) -> FindingPage:
        reader = self._database.read()
        files = store.files(reader, version, [int(each) for each in subjects])
        return FindingPage(files, former_recordings=store.former_recordings(reader, kind, subjects))

    def _several_files(self, subjects: Sequence[str], version: Version) -> FindingPage:
        reader = self._database.read()
        titles = findings.several_files(reader, subjects)
        lists = {subject: (title.file_ids, len(title.file_ids)) for subject, title in titles.items()}
        return FindingPage(_files(reader, version, lists), file_lists=lists, titles=titles)

    def _shared_id(self, subjects: Sequence[str], version: Version) -> FindingPage:
        reader = self._database.read()
        found = findings.shared_ids(reader, subjects)
        lists = {subject: (each.file_ids[:MAX_FILES], each.file_count) for subject, each in found.items()}
        return FindingPage(_files(reader, version, lists), file_lists=lists, shared_ids=found)


def ambiguous_files(reader: Connection) -> dict[str, list[int]]:
    """Return the files with an open finding of the kind `ambiguous_person`, by the key of the name."""
    found = store.ambiguous_person(reader)
    files: dict[str, list[int]] = {}
    for subject in found.subjects[~found.ignored]:
        file_id, key = file_findings.file_and_key(subject)
        files.setdefault(key, []).append(file_id)
    return files


def placeholder_spellings(reader: Connection, version: Version, keys: Iterable[str]) -> dict[str, str]:
    """Return every spelling in use that has one of these keys, with its key."""
    wanted = set(keys)
    spellings = ((use.name, person_key(use.name)) for use in store.name_uses(reader, version))
    return {name: key for name, key in spellings if key in wanted}


def _files(reader: Connection, version: Version, lists: Mapping[str, FileList]) -> dict[int, CheckFile]:
    shown = {file_id for file_ids, _ in lists.values() for file_id in file_ids[:MAX_FILES]}
    return store.files(reader, version, shown)


def _file_lists(names: Mapping[str, CheckName]) -> dict[str, FileList]:
    return {name: (row.first, row.files) for name, row in names.items()}


def _spelling(
    key: str, people_keys: Mapping[str, str], lists: Mapping[str, FileList], files: Mapping[int, CheckFile]
) -> str:
    """Return the spelling of a key: the spelling of a person, else of the first file with the key, else the key."""
    own = (files[file_id] for file_id in lists.get(key, ([], 0))[0] if file_id in files)
    in_files = (name for file in own for name in (*file.people, *file.named) if person_key(name) == key)
    of_people = (name for name, person in people_keys.items() if person == key)
    return next(of_people, None) or next(in_files, key)
