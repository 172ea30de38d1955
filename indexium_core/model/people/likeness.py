"""
Likeness of names: which of the people that are known a name may be a misspelling of.

Pure. Two names are alike if they differ in letter case, accents, spaces or marks alone, have the same words in another
order, are one or two typing errors apart, or if an initial stands for a name. Nothing is said of names that differ in a
number: “Guest 1” and “Guest 2” are two people. The distance of two spellings is that of rapidfuzz (optimal string
alignment: a swap of two neighbours counts once).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA, Levenshtein

from indexium_core.model.people import people_comment

__all__ = ["Likeness", "Pair", "compare", "pairs", "similar"]

_ONE, _TWO = 5, 9  # letters from which on one typing error, and two of them, make no other name
_MARKS = re.compile(r"[\W_]+")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """A name that is known, and why another one may mean it."""

    name: str
    reason: str  # a few words: "one letter differs"
    rank: int  # 0 is the likeliest


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two known names that may be one person."""

    one: str  # before `other` in the order of search
    other: str
    reason: str
    rank: int  # 0 is the likeliest


class _NameShape(NamedTuple):
    """A name as it is compared."""

    key: str  # person_key: equal for one and the same spelling
    plain: str  # folded, every mark a blank
    words: tuple[str, ...]
    joined: str  # the words without blanks
    sorted: tuple[str, ...]
    numbers: tuple[str, ...]
    has_initial: bool  # a word of one letter


def similar(name: str, known: Iterable[str], *, limit: int = 5) -> list[Likeness]:
    """
    Return the known names that `name` may be a misspelling of, the likeliest first; never `name` itself.

    20,000 names take some 40 ms; the first time, when all of them are folded, half a second.
    """
    mine = _shape(name)
    if not mine.joined:
        return []
    others = [other for other in known if other != name]
    shapes = [_shape(other) for other in others]
    near = process.extract(
        mine.plain, [shape.plain for shape in shapes], scorer=OSA.distance, score_cutoff=2, limit=None
    )
    candidates = {index for _, _, index in near}
    candidates.update(index for index, shape in enumerate(shapes) if _may_be(mine, shape))
    found = []
    for index in candidates:
        told = _compare(mine, shapes[index])
        if told:
            found.append(Likeness(name=others[index], reason=told[1], rank=told[0]))
    return sorted(found, key=lambda each: (each.rank, people_comment.fold(each.name), each.name))[:limit]


def compare(one: str, other: str) -> str:
    """Return why two names may mean the same person, "" where they are equal or nothing says so."""
    told = _compare(_shape(one), _shape(other)) if one != other else None
    return told[1] if told else ""


def pairs(known: Iterable[str]) -> list[Pair]:
    """
    Return all pairs of names that may be one person, the likeliest first; 20,000 names take some two seconds.

    Two typing errors are looked for only where the names share a word.
    """
    names = sorted(set(known), key=lambda name: (people_comment.fold(name), name))
    shapes = [_shape(name) for name in names]
    found: dict[tuple[int, int], tuple[int, str]] = {}
    for one, other in _near_ones(shapes):
        place = (min(one, other), max(one, other))
        if place not in found and one != other:
            told = _compare(shapes[one], shapes[other])
            if told:
                found[place] = told
    made = [
        Pair(one=names[one], other=names[other], rank=rank, reason=reason)
        for (one, other), (rank, reason) in found.items()
    ]
    return sorted(made, key=lambda pair: (pair.rank, people_comment.fold(pair.one), pair.one, pair.other))


@lru_cache(maxsize=50_000)
def _shape(name: str) -> _NameShape:
    plain = _MARKS.sub(" ", people_comment.fold(people_comment.clean_name(name)).replace("'", "")).strip()
    words = tuple(plain.split(" ")) if plain else ()
    return _NameShape(
        key=people_comment.person_key(name),
        plain=plain,
        words=words,
        joined="".join(words),
        sorted=tuple(sorted(words)),
        numbers=tuple(_DIGITS.findall(plain)),
        has_initial=1 in map(len, words),
    )


def _may_be(one: _NameShape, other: _NameShape) -> bool:
    """Tell quickly whether two names, however far apart as texts, are worth a closer look."""
    if one.joined == other.joined or one.sorted == other.sorted:
        return True
    return (one.has_initial or other.has_initial) and _initials(one, other)


def _compare(one: _NameShape, other: _NameShape) -> tuple[int, str] | None:
    """Return rank and reason of a likeness; None where there is none."""
    if not one.joined or not other.joined:
        return None
    if one.joined == other.joined:
        return 0, "only letter case differs" if one.key == other.key else "only accents, spaces or marks differ"
    if one.numbers != other.numbers:
        return None
    if one.sorted == other.sorted:
        return 1, "the same words in another order"
    return _typing_errors(one, other) or ((4, "an initial stands for a name") if _initials(one, other) else None)


def _typing_errors(one: _NameShape, other: _NameShape) -> tuple[int, str] | None:
    distance = OSA.distance(one.plain, other.plain, score_cutoff=2)
    length = min(len(one.joined), len(other.joined))
    if distance == 1 and length >= _ONE:
        swapped = Levenshtein.distance(one.plain, other.plain) == 2
        return 2, "two letters are swapped" if swapped else "one letter differs"
    return (3, "two letters differ") if distance == 2 and length >= _TWO else None


def _initials(one: _NameShape, other: _NameShape) -> bool:
    """Tell whether the names differ in initials alone: “A. Lee” and “Ann Lee”, “Ann M. Lee” and “Ann Lee”."""
    if len(one.words) != len(other.words):
        fewer, more = sorted((one.words, other.words), key=len)
        full = tuple(word for word in more if len(word) > 1)
        return len(fewer) >= 2 and full == fewer and more[0] == fewer[0]
    shares = False
    for mine, theirs in zip(one.words, other.words, strict=True):
        if mine == theirs:
            shares = shares or len(mine) > 1
        elif not (mine[0] == theirs[0] and 1 in (len(mine), len(theirs))):
            return False
    return shares


# Pairs worth a closer look, without comparing everybody with everybody.


def _near_ones(shapes: Sequence[_NameShape]) -> Iterator[tuple[int, int]]:
    """Yield pairs of places that may be alike, some of them more than once."""
    by_letters, by_words, by_word = _Buckets(), _Buckets(), _Buckets()
    by_initials, by_full_words = _Buckets(), _Buckets()
    for place, shape in enumerate(shapes):
        for rest in {shape.joined, *_with_one_letter_less(shape.joined)}:
            by_letters[rest].append(place)
        by_words[" ".join(shape.sorted)].append(place)
        for word in {word for word in shape.words if len(word) > 1}:
            by_word[_with_numbers(shape, [word])].append(place)
        by_initials[_with_numbers(shape, [word[0] for word in shape.words])].append(place)
        by_full_words[_with_numbers(shape, [word for word in shape.words if len(word) > 1])].append(place)
    for bucket in (*by_letters.values(), *by_words.values()):
        yield from combinations(bucket, 2)
    for bucket in by_word.values():
        if len(bucket) > 1:
            yield from _near_in(bucket, shapes)
    for bucket in (*by_initials.values(), *by_full_words.values()):
        short = [place for place in bucket if shapes[place].has_initial]
        yield from ((one, other) for one in short for other in bucket)


def _with_numbers(shape: _NameShape, words: Sequence[str]) -> str:
    """Return some words of a name and its numbers as one key: names with other numbers are other people."""
    return " ".join((*words, "#", *shape.numbers))


class _Buckets(defaultdict[str, list[int]]):
    """Places by something that they share."""

    def __init__(self) -> None:
        super().__init__(list)


def _with_one_letter_less(text: str) -> Iterator[str]:
    """Yield the text without each of its letters: two texts one typing error apart share one of these."""
    if len(text) >= _ONE:
        for place in range(len(text)):
            yield text[:place] + text[place + 1 :]


def _near_in(bucket: Sequence[int], shapes: Sequence[_NameShape]) -> Iterator[tuple[int, int]]:
    """Yield those pairs of names sharing a word that are two typing errors apart."""
    texts = [shapes[place].plain for place in bucket]
    for index, text in enumerate(texts[:-1]):
        near = process.extract(text, texts[index + 1 :], scorer=OSA.distance, score_cutoff=2, limit=None)
        yield from ((bucket[index], bucket[index + 1 + found]) for _, _, found in near)
