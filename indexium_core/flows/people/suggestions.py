"""
Suggestions of people for a file. They are offered to the user; the program never adds people by itself.

The evidence: the other files of the folder and of the series of file names, people who share other files with the
people of this file, names that are similar to those of known people, the faces of a legacy database, face regions
that other programs stored in a photo, and the cast of the film or series of the file. People who are
in the result of the file, or that the user removed from it, are never suggested.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from indexium_core import errors
from indexium_core.model import wording
from indexium_core.model.files import series
from indexium_core.model.people import likeness, people_comment, placeholders
from indexium_core.model.people import suggestion as values
from indexium_core.model.people.suggestion import Suggestion
from indexium_core.model.remote_calls import remote
from indexium_core.store.catalog import faces
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.people import people as people_store
from indexium_core.store.people import suggestions as store
from indexium_core.store.people.people_index import CoOccurrence, PeopleIndex
from indexium_core.store.plan_version import Version
from indexium_core.store.titles import enrichment as titles

_MAX_SIBLINGS = 3_000  # a folder with more files gives no evidence about its people
_FOLDER_MIN_FILES, _FOLDER_MIN_SHARE = 2, 1 / 3  # of the other files of the folder
_SERIES_MIN_SHARE = 1 / 2
_TOGETHER_MIN_FILES, _TOGETHER_MIN_SHARE, _TOGETHER_MIN_LIFT = 3, 0.25, 1.3  # support, confidence and lift
_FACE_MIN_CONFIDENCE = 0.3
_CAST_CONFIDENCE, _SERIES_CAST_CONFIDENCE = 0.9, 0.6
_MAX_RARE_FILES = 2  # a name in more files is not a misspelling of another name
_SIMILAR_CONFIDENCE = (0.98, 0.9, 0.85, 0.65, 0.5)  # by the rank of the similarity


class _SurroundingEvidence(NamedTuple):
    """The evidence of the files around a file, and the number of files of each of the file's own people."""

    evidence: list[Suggestion]
    file_counts: Mapping[str, int]


class Suggestions:
    """
    The suggestions of a home.

    `version` refreshes the plan and returns its version. `placeholder_keys` returns the keys of names that are
    never suggested.
    """

    def __init__(
        self,
        database: Database,
        people_index: PeopleIndex,
        version: Callable[[], Version],
        *,
        placeholder_keys: Callable[[], frozenset[str]] = placeholders.default_keys,
    ) -> None:
        self._database = database
        self._version = version
        self._people_index = people_index
        self._placeholder_keys = placeholder_keys

    @remote()
    def suggest(self, file_id: int, *, limit: int = 5) -> list[Suggestion]:
        """
        Return people who may be in a file, the most likely first.

        Raises:
            UnknownIdError: There is no such file.

        """
        version = self._version()
        reader = self._database.read()
        subject = store.subject(reader, version, file_id)
        if subject is None:
            raise errors.UnknownIdError(f"There is no file with the id {file_id}.")
        surroundings = self._surroundings(reader, version, file_id, subject)
        evidence = [
            *surroundings.evidence,
            *self._misspellings(reader, version, subject, surroundings.file_counts),
            *_recognised_faces(faces.of_file(reader, file_id)),
            *map(_face_region, subject.faces),
            *_cast(*titles.cast_of_file(reader, file_id)),
        ]
        excluded_keys = _excluded_keys(reader, subject, file_id) | self._placeholder_keys()
        return values.rank(_without_aliases(evidence, reader), excluded_keys=excluded_keys, limit=limit)

    def _surroundings(
        self, reader: Connection, version: Version, file_id: int, subject: store.Subject
    ) -> _SurroundingEvidence:
        """Return the evidence of the folder, the series and the people of the file."""
        own_series = series.series_of(subject.file_name)
        copies = store.copies(reader, file_id, subject.file_hash)
        word = "" if own_series.is_generic else own_series.word
        siblings = store.siblings(reader, subject, word=word, copies=copies, limit=_MAX_SIBLINGS)
        in_folder = [each.file_id for each in siblings if each.is_in_folder]
        if len(in_folder) == _MAX_SIBLINGS:
            in_folder = []
        in_series = _files_of_series(subject.file_name, own_series, siblings)
        rows = self._people_index.co_occurrences(
            version,
            names=dict.fromkeys([*subject.people, *subject.named]),
            siblings=in_folder,
            series=in_series,
            copies=copies,
            min_files=_TOGETHER_MIN_FILES,
            min_share=_TOGETHER_MIN_SHARE,
        )
        evidence = [
            *_folder_evidence(rows, len(in_folder)),
            *_series_evidence(rows, len(in_series), own_series),
            *_together_evidence(rows, self._people_index.populated_files),
        ]
        return _SurroundingEvidence(evidence, {row.name: row.total_files for row in rows if row.kind == "self"})

    def _misspellings(
        self, reader: Connection, version: Version, subject: store.Subject, file_counts: Mapping[str, int]
    ) -> Iterator[Suggestion]:
        """Yield known people who are similar to an unknown or rare name in the file."""
        keys = {name: people_comment.person_key(name) for name in (*subject.people, *subject.named)}
        known = store.known_keys(reader, set(keys.values())) if keys else set()
        rare = [name for name, key in keys.items() if key not in known or file_counts.get(name, 0) <= _MAX_RARE_FILES]
        all_names = store.all_names(reader) if rare else []
        for name in rare:
            similar = likeness.similar(name, all_names, limit=2)
            similar_counts = self._people_index.files_of(version, [each.name for each in similar]) if similar else {}
            for each in similar:
                if people_comment.person_key(each.name) in keys.values():
                    continue
                if keys[name] not in known or similar_counts[each.name] > 2 * file_counts.get(name, 0):
                    yield _misspelling(name, each, similar_counts[each.name])


def _files_of_series(file_name: str, own_series: series.Series, siblings: Sequence[store.Sibling]) -> list[int]:
    """Return the files of the same series; for names made by a camera, only the files directly before and after."""
    same = [each for each in siblings if series.series_of(each.file_name).key == own_series.key]
    if not own_series.is_generic:
        return [each.file_id for each in same]
    same = [each for each in same if each.is_in_folder]
    neighbours = series.neighbours(file_name, [each.file_name for each in same])
    return [each.file_id for each in same if each.file_name in neighbours]


def _folder_evidence(rows: Iterable[CoOccurrence], file_count: int) -> Iterator[Suggestion]:
    min_files = max(_FOLDER_MIN_FILES, _FOLDER_MIN_SHARE * file_count)
    for row in rows:
        if row.kind == "folder" and row.files >= min_files:
            reason = f"Is in {_share(row.files, file_count, 'other file')} of this folder."
            yield _group_evidence(row, "folder", reason, file_count)


def _series_evidence(rows: Iterable[CoOccurrence], file_count: int, own_series: series.Series) -> Iterator[Suggestion]:
    noun = "file numbered next to this one" if own_series.is_generic else f"other file named like “{own_series.title}”"
    for row in rows:
        if row.kind == "series" and row.files >= _SERIES_MIN_SHARE * file_count:
            yield _group_evidence(row, "series", f"Is in {_share(row.files, file_count, noun)}.", file_count)


def _group_evidence(row: CoOccurrence, kind: values.Kind, reason: str, file_count: int) -> Suggestion:
    return Suggestion(
        name=row.name,
        kind=kind,
        reason=reason,
        confidence=min(1.0, row.files / file_count),
        support=row.files,
        of=file_count,
    )


def _share(number: int, total: int, noun: str) -> str:
    """Return `4 of 5 other files …`, `both other files …`, `the one other file …`."""
    before, _, after = noun.partition("file")
    if total == 1:
        return f"the one {noun}"
    amount = "both" if number == total == 2 else f"all {total:,}" if number == total else f"{number:,} of {total:,}"
    return f"{amount} {before}files{after}"


def _together_evidence(rows: Iterable[CoOccurrence], populated_files: int) -> Iterator[Suggestion]:
    """Yield people who share files with a person of the file more often than by chance."""
    for row in rows:
        if row.kind != "together":
            continue
        lift = row.files * populated_files / (row.other_files * row.total_files)
        if lift >= _TOGETHER_MIN_LIFT:
            share = f"{row.files:,} of {wording.files(row.other_files)} with {row.other}"
            yield _group_evidence(row, "together", f"Is in {share}, {_times(lift)} as usual.", row.other_files)


def _times(lift: float) -> str:
    return f"{lift:.0f} times as often" if lift >= 9.5 else f"{lift:.1f} times as often".replace(".0 ", " ")


def _misspelling(name: str, similar: likeness.Likeness, file_count: int) -> Suggestion:
    return Suggestion(
        name=similar.name,
        kind="near_name",
        reason=f"“{name}” in this file may be {similar.name} ({wording.files(file_count)}): {similar.reason}.",
        confidence=_SIMILAR_CONFIDENCE[min(similar.rank, len(_SIMILAR_CONFIDENCE) - 1)],
        support=file_count,
        of=0,
        replaces=name,
    )


def _recognised_faces(rows: Iterable[faces.Face]) -> Iterator[Suggestion]:
    for face in rows:
        if face.confidence is not None and face.confidence < _FACE_MIN_CONFIDENCE:
            continue
        confidence = "" if face.confidence is None else f" ({100 * face.confidence:.0f} % confidence)"
        matches = "a face matches" if face.faces == 1 else f"{face.faces:,} faces match"
        yield Suggestion(
            name=face.name,
            kind="face",
            reason=f"In the database of the old Indexium, {matches} this person{confidence}.",
            confidence=face.confidence,
            support=face.faces,
            of=0,
        )


def _face_region(name: str) -> Suggestion:
    reason = "A face in the photo has this name."
    return Suggestion(name=name, kind="face", reason=reason, confidence=1.0, support=1, of=0)


def _cast(kind: str, names: Iterable[str]) -> Iterator[Suggestion]:
    """Yield the cast of a film, or of the series of an episode, whose main cast need not be in each episode."""
    for name in names:
        yield Suggestion(
            name=name,
            kind="cast",
            reason="Is in the cast of the film." if kind == "movie" else "Is in the cast of the series.",
            confidence=_CAST_CONFIDENCE if kind == "movie" else _SERIES_CAST_CONFIDENCE,
            support=1,
            of=0,
        )


def _without_aliases(evidence: Iterable[Suggestion], reader: Connection) -> list[Suggestion]:
    """Return the evidence with the name of the person in place of an alias."""
    aliases = people_store.aliases(reader)
    return [replace(each, name=aliases.get(people_comment.person_key(each.name), each.name)) for each in evidence]


def _excluded_keys(reader: Connection, subject: store.Subject, file_id: int) -> set[str]:
    """Return the keys of the people who are in the file, or were removed or declined by the user."""
    edited: set[str] = set()
    edits = store.edits(reader, file_id)
    if any(edit.in_force for edit in edits):
        edited = {name for edit in edits for name in (*edit.people, *edit.db_people)}
    keys = {people_comment.person_key(name) for name in (*subject.people, *subject.named, *edited)}
    return keys | store.declined(reader, file_id)
