"""
Similarity of names: known names of which a name may be a misspelling. Pure functions.

Two names are similar if they differ only in letter case, accents, spaces or punctuation, have the same words in another
order, are one or two typing errors apart, or if an initial stands for a name. Names that differ in a number are never
similar: “Guest 1” and “Guest 2” are two people. The edit distance is the optimal string alignment distance of
rapidfuzz: a swap of two adjacent letters counts once.
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

_MIN_LETTERS_ONE_ERROR, _MIN_LETTERS_TWO_ERRORS = 5, 9  # a shorter name with this number of errors is another name
_PUNCTUATION = re.compile(r"[\W_]+")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """A known name that is similar to another one, with the reason."""

    name: str
    reason: str  # a few words: "one letter differs"
    rank: int  # 0 is the most likely


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two known names that may be one person."""

    one: str  # sorts before `other`
    other: str
    reason: str
    rank: int  # 0 is the most likely


class _NameShape(NamedTuple):
    """The parts of a name that are compared."""

    key: str  # person_key
    plain: str  # folded, with a space for each run of punctuation
    words: tuple[str, ...]
    joined: str  # the words without spaces
    sorted: tuple[str, ...]
    numbers: tuple[str, ...]
    has_initial: bool  # some word has only one letter


def similar(name: str, known: Iterable[str], *, limit: int = 5) -> list[Likeness]:
    """
    Return the known names that `name` may be a misspelling of, the most likely first, without `name` itself.

    20,000 names take 40 ms; the first call folds all of them and takes half a second.
    """
    own = _shape(name)
    if not own.joined:
        return []
    others = [other for other in known if other != name]
    shapes = [_shape(other) for other in others]
    near = process.extract(
        own.plain, [shape.plain for shape in shapes], scorer=OSA.distance, score_cutoff=2, limit=None
    )
    candidates = {index for _, _, index in near}
    candidates.update(index for index, shape in enumerate(shapes) if _is_candidate(own, shape))
    matches = []
    for index in candidates:
        match = _compare(own, shapes[index])
        if match:
            matches.append(Likeness(name=others[index], reason=match[1], rank=match[0]))
    return sorted(matches, key=lambda each: (each.rank, people_comment.fold(each.name), each.name))[:limit]


def compare(one: str, other: str) -> str:
    """Return why two names may mean the same person; "" if they are equal or not similar."""
    match = _compare(_shape(one), _shape(other)) if one != other else None
    return match[1] if match else ""


def pairs(known: Iterable[str]) -> list[Pair]:
    """
    Return all pairs of names that may be one person, the most likely first; 20,000 names take two seconds.

    Two typing errors are detected only if the names share a word.
    """
    names = sorted(set(known), key=lambda name: (people_comment.fold(name), name))
    shapes = [_shape(name) for name in names]
    matches: dict[tuple[int, int], tuple[int, str]] = {}
    for one, other in _candidate_pairs(shapes):
        key = (min(one, other), max(one, other))
        if key not in matches and one != other:
            match = _compare(shapes[one], shapes[other])
            if match:
                matches[key] = match
    result = [
        Pair(one=names[one], other=names[other], rank=rank, reason=reason)
        for (one, other), (rank, reason) in matches.items()
    ]
    return sorted(result, key=lambda pair: (pair.rank, people_comment.fold(pair.one), pair.one, pair.other))


@lru_cache(maxsize=50_000)
def _shape(name: str) -> _NameShape:
    plain = _PUNCTUATION.sub(" ", people_comment.fold(people_comment.clean_name(name)).replace("'", "")).strip()
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


def _is_candidate(one: _NameShape, other: _NameShape) -> bool:
    """Return whether two names can be similar although their edit distance is large; a cheap check."""
    if one.joined == other.joined or one.sorted == other.sorted:
        return True
    return (one.has_initial or other.has_initial) and _differ_in_initials(one, other)


def _compare(one: _NameShape, other: _NameShape) -> tuple[int, str] | None:
    """Return rank and reason of a similarity; None if there is none."""
    if not one.joined or not other.joined:
        return None
    if one.joined == other.joined:
        return 0, "only letter case differs" if one.key == other.key else "only accents, spaces or punctuation differ"
    if one.numbers != other.numbers:
        return None
    if one.sorted == other.sorted:
        return 1, "the same words in another order"
    by_initials = (4, "an initial stands for a name") if _differ_in_initials(one, other) else None
    return _typing_errors(one, other) or by_initials


def _typing_errors(one: _NameShape, other: _NameShape) -> tuple[int, str] | None:
    distance = OSA.distance(one.plain, other.plain, score_cutoff=2)
    length = min(len(one.joined), len(other.joined))
    if distance == 1 and length >= _MIN_LETTERS_ONE_ERROR:
        swapped = Levenshtein.distance(one.plain, other.plain) == 2
        return 2, "two letters are swapped" if swapped else "one letter differs"
    return (3, "two letters differ") if distance == 2 and length >= _MIN_LETTERS_TWO_ERRORS else None


def _differ_in_initials(one: _NameShape, other: _NameShape) -> bool:
    """Return whether only initials differ: “A. Lee” and “Ann Lee”, “Ann M. Lee” and “Ann Lee”."""
    if len(one.words) != len(other.words):
        fewer, more = sorted((one.words, other.words), key=len)
        full = tuple(word for word in more if len(word) > 1)
        return len(fewer) >= 2 and full == fewer and more[0] == fewer[0]
    share_word = False
    for left, right in zip(one.words, other.words, strict=True):
        if left == right:
            share_word = share_word or len(left) > 1
        elif not (left[0] == right[0] and 1 in (len(left), len(right))):
            return False
    return share_word


# Candidate pairs: buckets avoid the comparison of every name with every other one.


def _candidate_pairs(shapes: Sequence[_NameShape]) -> Iterator[tuple[int, int]]:
    """Yield pairs of indexes of names that may be similar; a pair may occur more than once."""
    by_letters, by_words, by_word = _Buckets(), _Buckets(), _Buckets()
    by_initials, by_full_words = _Buckets(), _Buckets()
    for index, shape in enumerate(shapes):
        for letters in {shape.joined, *_deletions(shape.joined)}:
            by_letters[letters].append(index)
        by_words[" ".join(shape.sorted)].append(index)
        for word in {word for word in shape.words if len(word) > 1}:
            by_word[_bucket_key(shape, [word])].append(index)
        by_initials[_bucket_key(shape, [word[0] for word in shape.words])].append(index)
        by_full_words[_bucket_key(shape, [word for word in shape.words if len(word) > 1])].append(index)
    for bucket in (*by_letters.values(), *by_words.values()):
        yield from combinations(bucket, 2)
    for bucket in by_word.values():
        if len(bucket) > 1:
            yield from _near_pairs(bucket, shapes)
    for bucket in (*by_initials.values(), *by_full_words.values()):
        with_initial = [index for index in bucket if shapes[index].has_initial]
        yield from ((one, other) for one in with_initial for other in bucket)


def _bucket_key(shape: _NameShape, words: Sequence[str]) -> str:
    """Return words of a name and its numbers as one key: names with other numbers are other people."""
    return " ".join((*words, "#", *shape.numbers))


class _Buckets(defaultdict[str, list[int]]):
    """Indexes of names by a common key."""

    def __init__(self) -> None:
        super().__init__(list)


def _deletions(text: str) -> Iterator[str]:
    """Yield the text without each of its letters: two texts one typing error apart share one of these."""
    if len(text) >= _MIN_LETTERS_ONE_ERROR:
        for index in range(len(text)):
            yield text[:index] + text[index + 1 :]


def _near_pairs(bucket: Sequence[int], shapes: Sequence[_NameShape]) -> Iterator[tuple[int, int]]:
    """Yield those pairs of a bucket that are two typing errors apart."""
    texts = [shapes[index].plain for index in bucket]
    for position, text in enumerate(texts[:-1]):
        near = process.extract(text, texts[position + 1 :], scorer=OSA.distance, score_cutoff=2, limit=None)
        yield from ((bucket[position], bucket[position + 1 + offset]) for _, _, offset in near)
