"""
Suggestions: who may be in a file, by what is around it. They are only ever offered; nobody is added by itself.

Looked at are the other files of the folder and of the series of names, who is with the file's people elsewhere, names
that are almost somebody's, and the faces that a former program recognised. Whoever is in the result already, or was
taken out by hand, is never suggested.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import NamedTuple

from indexium_core import errors
from indexium_core.model import wording
from indexium_core.model.files import series
from indexium_core.model.people import likeness, placeholders
from indexium_core.model.people import people_comment as names_of
from indexium_core.model.people import suggestion as values
from indexium_core.model.people.suggestion import Suggestion, SuggestionEvidence
from indexium_core.model.remote_calls import remote
from indexium_core.store.catalog import faces
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.people import people as people_store
from indexium_core.store.people import suggestions as store
from indexium_core.store.people.casts import Casts, Company
from indexium_core.store.planning.plans import Version

__all__ = ["Suggestion", "Suggestions"]

_SIBLINGS = 3_000  # files around a file that are looked at; a folder of more says nothing of its people
_FOLDER_FILES, _FOLDER_SHARE = 2, 1 / 3  # in so many other files of the folder at least, and in this part of them
_SERIES_SHARE = 1 / 2
_TOGETHER_FILES, _TOGETHER_SHARE, _TOGETHER_LIFT = 3, 0.25, 1.3  # support, confidence and lift at least
_FACE_LEAST = 0.3  # below it a face was hardly recognised
_FEW = 2  # files up to which somebody may be a misspelling of somebody else
_NEAR = (0.98, 0.9, 0.85, 0.65, 0.5)  # how sure a likeness of each rank is


class _Company(NamedTuple):
    """What the files around a file say, and in how many files the people of the file itself are."""

    evidence: list[SuggestionEvidence]
    files: Mapping[str, int]


class Suggestions:
    """
    Finds suggestions. One instance serves a home.

    `version` brings the plan up to date and says which it is; `placeholder_keys` returns the keys of names that stand
    for nobody, and are never suggested.
    """

    def __init__(
        self,
        database: Database,
        casts: Casts,
        version: Callable[[], Version],
        *,
        placeholder_keys: Callable[[], frozenset[str]] = lambda: placeholders.DEFAULT_KEYS,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._version = version
        self._casts = casts
        self._placeholder_keys = placeholder_keys
        self._clock = clock

    @remote()
    def suggest(self, file_id: int, *, limit: int = 5) -> list[Suggestion]:
        """
        Return who else may be in a file, the likeliest first.

        Raises:
            UnknownIdError: There is no such file.

        """
        version = self._version()
        reader = self._database.read()
        asked = store.subject(reader, version, file_id)
        if asked is None:
            message = f"There is no file with the id {file_id}."
            raise errors.UnknownIdError(message)
        company = self._company(reader, version, file_id, asked)
        evidence = [*company.evidence, *self._misspelt(reader, version, asked, company.files)]
        evidence += _recognised(faces.of_file(reader, file_id))
        never = _never(reader, asked, file_id) | self._placeholder_keys()
        return values.rank(_as_meant(evidence, reader), excluded_keys=never, limit=limit)

    def _company(self, reader: Connection, version: Version, file_id: int, asked: store.Subject) -> _Company:
        """Find out what the folder, the series and the people of the file say."""
        of = series.of(asked.file_name)
        copies = store.copies(reader, file_id, asked.file_hash)
        word = "" if of.is_given else of.word
        found = store.siblings(reader, asked, word=word, copies=copies, limit=_SIBLINGS)
        beside = [each.file_id for each in found if each.is_beside]
        if len(beside) == _SIBLINGS:
            beside = []
        parts = _parts(asked.file_name, of, found)
        company = self._casts.company(
            version,
            names=dict.fromkeys([*asked.people, *asked.named]),
            beside=beside,
            series=parts,
            copies=copies,
            least=_TOGETHER_FILES,
            share=_TOGETHER_SHARE,
        )
        evidence = [*_of_places(company, len(beside), len(parts), of), *_together(company, self._casts.anybody)]
        return _Company(evidence, {each.name: each.everywhere for each in company if each.kind == "self"})

    def _misspelt(
        self, reader: Connection, version: Version, asked: store.Subject, files: Mapping[str, int]
    ) -> Iterator[SuggestionEvidence]:
        """Yield whom the names of the file may mean, where nobody, or hardly anybody, is called so."""
        keys = {name: names_of.person_key(name) for name in (*asked.people, *asked.named)}
        known = store.known_keys(reader, set(keys.values())) if keys else set()
        rare = [name for name, key in keys.items() if key not in known or files.get(name, 0) <= _FEW]
        everybody = store.known(reader) if rare else []
        for name in rare:
            found = likeness.similar(name, everybody, limit=2)
            others = self._casts.files_of(version, [each.name for each in found]) if found else {}
            for each in found:
                if names_of.person_key(each.name) in keys.values():
                    continue
                if keys[name] not in known or others[each.name] > 2 * files.get(name, 0):
                    yield _misspelling(name, each, others[each.name])


def _parts(file_name: str, of: series.Series, found: Sequence[store.Sibling]) -> list[int]:
    """Return the files of the same series; of names that a camera gave, only those shot right before and after."""
    if not of.is_given:
        return [each.file_id for each in found if series.of(each.file_name).key == of.key]
    same = [each for each in found if each.is_beside and series.of(each.file_name).key == of.key]
    next_to = series.neighbours(file_name, [each.file_name for each in same])
    return [each.file_id for each in same if each.file_name in next_to]


def _of_places(company: Iterable[Company], beside: int, parts: int, of: series.Series) -> Iterator[SuggestionEvidence]:
    for each in company:
        if each.kind not in ("folder", "series"):
            continue
        if each.kind == "folder":
            looked_at, enough = beside, each.files >= max(_FOLDER_FILES, _FOLDER_SHARE * beside)
            reason = f"Is in {_share(each.files, beside, 'other file')} of this folder."
        else:
            looked_at, enough = parts, each.files >= _SERIES_SHARE * parts
            what = "file numbered next to this one" if of.is_given else f"other file named like “{of.title}”"
            reason = f"Is in {_share(each.files, parts, what)}."
        if enough:
            yield SuggestionEvidence(
                name=each.name,
                kind="folder" if each.kind == "folder" else "series",
                reason=reason,
                confidence=min(1.0, each.files / looked_at),
                support=each.files,
                of=looked_at,
            )


def _share(number: int, of: int, what: str) -> str:
    """Return `4 of 5 other files …`, `both other files …`, `the 1 other file …`."""
    head, _, tail = what.partition("file")
    if of == 1:
        return f"the one {what}"
    amount = "both" if number == of == 2 else f"all {of:,}" if number == of else f"{number:,} of {of:,}"
    return f"{amount} {head}files{tail}"


def _together(company: Iterable[Company], anybody: int) -> Iterator[SuggestionEvidence]:
    """Yield who is so often with somebody of the file that it is no chance."""
    for each in company:
        if each.kind != "together":
            continue
        lift = each.files * anybody / (each.whom_files * each.everywhere)
        if lift >= _TOGETHER_LIFT:
            often = f"{each.files:,} of {each.whom_files:,} files with {each.whom}"
            yield SuggestionEvidence(
                name=each.name,
                kind="together",
                reason=f"Is in {often}, {_times(lift)} as usual.",
                confidence=min(1.0, each.files / each.whom_files),
                support=each.files,
                of=each.whom_files,
            )


def _times(lift: float) -> str:
    return f"{lift:.0f} times as often" if lift >= 9.5 else f"{lift:.1f} times as often".replace(".0 ", " ")


def _misspelling(name: str, alike: likeness.Likeness, files: int) -> SuggestionEvidence:
    return SuggestionEvidence(
        name=alike.name,
        kind="near_name",
        reason=f"“{name}” in this file may be {alike.name} ({wording.files(files)}): {alike.reason}.",
        confidence=_NEAR[min(alike.rank, len(_NEAR) - 1)],
        support=files,
        of=0,
        replaces=name,
    )


def _recognised(found: Iterable[faces.Face]) -> Iterator[SuggestionEvidence]:
    for face in found:
        if face.confidence is not None and face.confidence < _FACE_LEAST:
            continue
        sure = "" if face.confidence is None else f", {100 * face.confidence:.0f} % sure"
        pictures = "a face" if face.faces == 1 else f"{face.faces:,} faces"
        yield SuggestionEvidence(
            name=face.name,
            kind="face",
            reason=f"The former program recognised {pictures}{sure}.",
            confidence=face.confidence,
            support=face.faces,
            of=0,
        )


def _as_meant(evidence: Iterable[SuggestionEvidence], reader: Connection) -> list[SuggestionEvidence]:
    """Return the evidence with aliases taken for whom they mean."""
    aliases = people_store.aliases(reader)
    return [replace(each, name=aliases.get(names_of.person_key(each.name), each.name)) for each in evidence]


def _never(reader: Connection, asked: store.Subject, file_id: int) -> set[str]:
    """Return the keys of those who are there already, or whom somebody took out by hand."""
    gone: set[str] = set()
    edits = store.edits(reader, file_id)
    if any(edit.in_force for edit in edits):
        gone = {name for edit in edits for name in (*edit.people, *edit.db_people)}
    keys = {names_of.person_key(name) for name in (*asked.people, *asked.named, *gone)}
    return keys | store.declined(reader, file_id)
