"""
Detection of findings: the files, payloads and names that each check reports, in one state of the library.

SQL finds files and payloads. Python compares names, because there are few of them and SQL cannot judge similarity.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from indexium_core.model.check import Kind
from indexium_core.model.people import likeness
from indexium_core.model.people.people_comment import fold, person_key
from indexium_core.store import checks as store
from indexium_core.store.checks import FindingColumns, NameUse
from indexium_core.store.connection import Connection
from indexium_core.store.plan_version import Version

_SEPARATOR = " | "  # between the two names of a pair; no name can contain a |
_MAX_NEW = 40  # up to this number of new spellings, only these are compared with the others


class SimilarPairs:
    """A cache of similar pairs of names: a comparison of all names takes seconds."""

    def __init__(self) -> None:
        self._names: frozenset[str] = frozenset()
        self._pairs: list[likeness.Pair] = []

    def among(self, names: frozenset[str]) -> list[likeness.Pair]:
        """Return the similar pairs of these names, the most likely first."""
        if names != self._names:
            new = names - self._names
            if len(new) > _MAX_NEW:
                pairs = likeness.pairs(names)
            else:
                pairs = [each for each in self._pairs if {each.one, each.other} <= names]
                pairs += _pairs_with(new, names)
            self._names = names
            self._pairs = sorted(pairs, key=lambda each: (each.rank, fold(each.one), each.one))
        return self._pairs


def detect(
    reader: Connection, version: Version, similar: SimilarPairs, placeholder_keys: frozenset[str] = frozenset()
) -> dict[Kind, FindingColumns]:
    """Return all findings by kind. Only the check for placeholders reports placeholder names."""
    all_uses, all_people = store.name_uses(reader, version), store.person_keys(reader)
    key_by_name = {use.name: person_key(use.name) for use in all_uses}
    uses = [use for use in all_uses if key_by_name[use.name] not in placeholder_keys]
    people = {name: key for name, key in all_people.items() if key not in placeholder_keys}
    placeholder = sorted({*key_by_name.values(), *all_people.values()} & placeholder_keys)
    aliases = store.alias_keys(reader) - set(people.values())
    pairs = similar.among(frozenset(use.name for use in uses) | frozenset(people))
    subjects = [_SEPARATOR.join((each.one, each.other)) for each in pairs]
    spelling = _finding_columns(reader, "spelling", subjects, map(_digest, subjects))
    doubtful = {name for pair in spelling.subjects[~spelling.ignored] for name in names_of_pair(pair)}
    unknown = _unknown(uses, set(people.values()) | aliases)
    single = {
        use.name: use.film or 0
        for use in _single(uses)
        if use.name not in doubtful and key_by_name[use.name] not in aliases
    }
    return {
        "copies": store.copies(reader, version, key_by_name=key_by_name, placeholder_keys=placeholder_keys),
        "differ": store.differ(reader, placeholder_keys),
        "faces": store.faces(
            reader,
            version,
            key_by_name=key_by_name | {name: person_key(name) for name in store.face_names(reader)},
            placeholder_keys=placeholder_keys,
        ),
        "ambiguous_person": store.ambiguous_person(reader),
        "spelling": spelling,
        "unknown": _finding_columns(reader, "unknown", unknown, (_digest(person_key(name)) for name in unknown)),
        "placeholder": _finding_columns(reader, "placeholder", placeholder, map(_digest, placeholder)),
        "corruption": store.corruption(reader),
        "single": _finding_columns(reader, "single", list(single), single.values()),
        "same_name": store.same_name(reader),
        "other_recording": store.other_recording(reader),
        "copied_people": store.copied_people(reader),
        "several_files": store.several_files(reader),
        "shared_id": store.shared_id(reader),
    }


def names_of_pair(subject: str) -> tuple[str, str]:
    """Return the two spellings of a finding of the kind `spelling`."""
    one, _, other = subject.partition(_SEPARATOR)
    return one, other


def _pairs_with(new: Iterable[str], names: frozenset[str]) -> Iterator[likeness.Pair]:
    """Yield each pair with a new name once."""
    seen: set[frozenset[str]] = set()
    for name in new:
        for each in likeness.similar(name, names, limit=len(names)):
            both = frozenset((name, each.name))
            if both not in seen:
                seen.add(both)
                one, other = sorted(both, key=lambda name: (fold(name), name))
                yield likeness.Pair(one=one, other=other, reason=each.reason, rank=each.rank)


def _unknown(uses: Iterable[NameUse], known_keys: set[str]) -> list[str]:
    """Return the most common spelling of each name without a person; names in most files come first."""
    files: dict[str, int] = {}
    best: dict[str, NameUse] = {}
    for use in uses:
        key = person_key(use.name)
        if key not in known_keys:
            files[key] = files.get(key, 0) + use.files
            best[key] = max(best.get(key, use), use, key=lambda each: (each.files, each.name))
    return [best[key].name for key in sorted(files, key=lambda key: (-files[key], key))]


def _single(uses: Iterable[NameUse]) -> list[NameUse]:
    """Return the people whose files (in all spellings) are copies of one file, sorted by name."""
    by_key: dict[str, list[NameUse]] = {}
    for use in uses:
        by_key.setdefault(person_key(use.name), []).append(use)
    single = [
        max(own, key=lambda each: (each.files, each.name))
        for own in by_key.values()
        if None not in (films := {use.film for use in own}) and len(films) == 1
    ]
    return sorted(single, key=lambda use: (fold(use.name), use.name))


def _finding_columns(reader: Connection, kind: Kind, subjects: Sequence[str], digests: Iterable[int]) -> FindingColumns:
    """Return findings as arrays; a finding is ignored only while its digest is still the ignored digest."""
    ignored: Mapping[str, int] = {each.subject: each.digest for each in store.ignored_findings(reader, kind)}
    own = list(digests)
    flags = [ignored.get(subject) == digest for subject, digest in zip(subjects, own, strict=True)]
    is_sure = np.ones(len(own), dtype=bool)
    return FindingColumns(
        np.array(subjects, dtype=object), np.array(own, dtype=np.uint64), np.array(flags, dtype=bool), is_sure
    )


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")
