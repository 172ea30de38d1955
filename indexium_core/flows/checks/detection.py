"""
Finding what does not agree: which files, payloads and names the checks are about, in one state of the library.

Files and payloads are found by set statements. Names are few, and what makes two of them alike no database knows, so
they are looked through here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from indexium_core.model.check import Kind
from indexium_core.model.people import likeness
from indexium_core.model.people import people_comment as names_of
from indexium_core.store import checks as store
from indexium_core.store.checks import FindingColumns, NameUse
from indexium_core.store.connection import Connection
from indexium_core.store.planning.plans import Version

__all__ = ["Alike", "find", "names_of_pair"]

_BETWEEN = " | "  # the two names of a pair, neither of which can hold a |
_NEW = 40  # new spellings up to which only they are compared with all others


class Alike:
    """Pairs of spellings that may be one person; kept, for to compare everybody with everybody takes long."""

    def __init__(self) -> None:
        self._names: frozenset[str] = frozenset()
        self._pairs: list[likeness.Pair] = []

    def among(self, names: frozenset[str]) -> list[likeness.Pair]:
        """Return the pairs among these spellings, the likeliest first."""
        if names != self._names:
            fresh = names - self._names
            if len(fresh) > _NEW:
                pairs = likeness.pairs(names)
            else:
                pairs = [each for each in self._pairs if {each.one, each.other} <= names]
                pairs += _pairs_with(fresh, names)
            self._names, self._pairs = (
                names,
                sorted(pairs, key=lambda each: (each.rank, names_of.fold(each.one), each.one)),
            )
        return self._pairs


def find(
    reader: Connection, version: Version, alike: Alike, placeholder_keys: frozenset[str] = frozenset()
) -> dict[Kind, FindingColumns]:
    """Return everything that does not agree, by check. Placeholders have their own check, and are in no other."""
    everybody, known = store.names(reader, version), store.people(reader)
    used = [use for use in everybody if names_of.person_key(use.name) not in placeholder_keys]
    people = {name: key for name, key in known.items() if key not in placeholder_keys}
    stand_ins = {names_of.person_key(use.name) for use in everybody} | set(known.values())
    placeholder = sorted(stand_ins & placeholder_keys)
    aliases = store.alias_keys(reader) - set(people.values())
    pairs = alike.among(frozenset(use.name for use in used) | frozenset(people))
    subjects = [_BETWEEN.join((each.one, each.other)) for each in pairs]
    spelling = _judged(reader, "spelling", subjects, map(_digest, subjects))
    doubtful = {name for pair in spelling.subjects[~spelling.right] for name in names_of_pair(pair)}
    unknown = _unknown(used, set(people.values()) | aliases)
    single = {use.name: use.film or 0 for use in _single(used) if use.name not in doubtful}
    single = {name: film for name, film in single.items() if names_of.person_key(name) not in aliases}
    return {
        "copies": store.copies(reader, version, placeholder_keys),
        "differ": store.differ(reader, placeholder_keys),
        "spelling": spelling,
        "unknown": _judged(reader, "unknown", unknown, (_digest(names_of.person_key(name)) for name in unknown)),
        "placeholder": _judged(reader, "placeholder", placeholder, map(_digest, placeholder)),
        "single": _judged(reader, "single", list(single), single.values()),
    }


def names_of_pair(subject: str) -> tuple[str, str]:
    """Return the two spellings that a finding is about."""
    one, _, other = subject.partition(_BETWEEN)
    return one, other


def _pairs_with(fresh: Iterable[str], names: frozenset[str]) -> Iterator[likeness.Pair]:
    """Yield the pairs of which one name is fresh, each once."""
    seen: set[frozenset[str]] = set()
    for name in fresh:
        for each in likeness.similar(name, names, limit=len(names)):
            both = frozenset((name, each.name))
            if both not in seen:
                seen.add(both)
                one, other = sorted(both, key=lambda name: (names_of.fold(name), name))
                yield likeness.Pair(one=one, other=other, reason=each.reason, rank=each.rank)


def _unknown(used: Iterable[NameUse], known: set[str]) -> list[str]:
    """Return the names whose key nobody has, each in its commonest spelling, those in most files first."""
    files: dict[str, int] = {}
    best: dict[str, NameUse] = {}
    for use in used:
        key = names_of.person_key(use.name)
        if key not in known:
            files[key] = files.get(key, 0) + use.files
            best[key] = max(best.get(key, use), use, key=lambda each: (each.files, each.name))
    return [best[key].name for key in sorted(files, key=lambda key: (-files[key], key))]


def _single(used: Iterable[NameUse]) -> list[NameUse]:
    """Return those who are in one film, however they are spelt there, by name."""
    by_key: dict[str, list[NameUse]] = {}
    for use in used:
        by_key.setdefault(names_of.person_key(use.name), []).append(use)
    found = [
        max(uses, key=lambda each: (each.files, each.name))
        for uses in by_key.values()
        if None not in (films := {use.film for use in uses}) and len(films) == 1
    ]
    return sorted(found, key=lambda use: (names_of.fold(use.name), use.name))


def _judged(reader: Connection, kind: Kind, subjects: Sequence[str], facts: Iterable[int]) -> FindingColumns:
    """Return what was found, and whether somebody said of it, with these facts, that it is right."""
    said: Mapping[str, int] = {each.subject: each.facts for each in store.dismissals(reader, kind)}
    digests = list(facts)
    right = [said.get(subject) == digest for subject, digest in zip(subjects, digests, strict=True)]
    return FindingColumns(
        np.array(subjects, dtype=object), np.array(digests, dtype=np.uint64), np.array(right, dtype=bool)
    )


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")
