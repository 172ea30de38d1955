"""
Series of file names: which files are parts of one thing, by what they are called. Pure.

Two names are of one series if they differ in numbers, dates, words such as “part” and marks of copies alone: “Seaside
2019, part 1” and “seaside part 2”, “School play” and “School play, act 2”. Names that cameras and programs give by
themselves (“IMG_0412”) say nothing but that one shot was made after the other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from indexium_core.model.people import people_comment

__all__ = ["Series", "natural", "neighbours", "of"]

_EXTENSION = re.compile(r"\.[^.\s]{1,5}\Z")
_COPY = re.compile(r"(?:\s*\(\d{1,3}\)|\s+-\s+copy(?:\s*\(?\d*\)?)?)+\s*\Z")
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"\d+")
_LETTER = re.compile(r"(?<=\d)[a-z]\b")  # 3a, 3b
_MONTHS = """
    jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june july august september october
    november december
"""
# Words that number the parts of a thing, where a number (or a Roman one, or a letter) goes with them.
_PARTS = """
    act cd chapter chap day disc disk dvd ep episode night no nr pt part reel roll scene season session side take tape
    teil partie parte vol volume
"""
_ROMAN = "i ii iii iv v vi vii viii ix x xi xii one two three four five six a b c d"
# What cameras, phones and programs call things by themselves.
_GIVEN = """
    av avi bild c capture cam camera cimg clip dcim dji dsc dscf dscn dvr file film ge gf gh gl go gopr gp gx hpim image
    img imgp m mah mov movie mvi mvimg p pano photo pict pxl r rec recording s sam scan screen screencast
    screenrecording snapshot track unnamed untitled v vid video videoplayback vts wa whatsapp zoom
"""
MONTHS, PARTS, ROMAN, GIVEN = (frozenset(words.split()) for words in (_MONTHS, _PARTS, _ROMAN, _GIVEN))
_SHORT = 3  # letters; a name of fewer says nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """What a file name says of the series that the file belongs to."""

    key: str  # equal in all names of the series, "" where the name has no letter
    title: str  # the name with … in place of what differs
    word: str  # the longest word of the key: every name of the series holds it, folded
    is_given: bool  # a camera or a program named it: only its neighbours are parts of the same thing


def of(file_name: str) -> Series:
    """Return the series of a file name."""
    stem = _LETTER.sub("", _COPY.sub("", people_comment.fold(_EXTENSION.sub("", file_name))))
    words = _words(stem)
    is_given = sum(map(len, words)) < _SHORT or all(word in GIVEN for word in words)
    return Series(key=" ".join(words), title=_title(file_name), word=max(words, key=len, default=""), is_given=is_given)


def natural(file_name: str) -> tuple[tuple[int, str], ...]:
    """Return the key by which people sort file names: numbers by their value."""
    pieces = re.split(r"(\d+)", people_comment.fold(file_name))
    return tuple((int(piece), "") if piece.isdecimal() and piece.isascii() else (-1, piece) for piece in pieces)


def neighbours(file_name: str, others: Sequence[str], *, reach: int = 2) -> set[str]:
    """Return those of the other names that stand next to this one when sorted, `reach` of them on either side."""
    ordered = sorted({*others, file_name}, key=natural)
    place = ordered.index(file_name)
    return {*ordered[max(0, place - reach) : place], *ordered[place + 1 : place + 1 + reach]}


def _words(stem: str) -> list[str]:
    """Return the words that are neither a month nor the number of a part."""
    found = _WORD.findall(stem)
    has_number = _NUMBER.search(stem) is not None
    words: list[str] = []
    for place, word in enumerate(found):
        numbers_part = place > 0 and found[place - 1] in PARTS and word in ROMAN
        names_part = word in PARTS and (has_number or (place + 1 < len(found) and found[place + 1] in ROMAN))
        if not numbers_part and not names_part and not (word in MONTHS and has_number):
            words.append(word)
    return words


def _title(file_name: str) -> str:
    """Return the name with an ellipsis for its numbers, as far as that leaves something to read."""
    stem = _EXTENSION.sub("", file_name)
    return re.sub(r"\d+(?:[\s._:-]*\d+)*", "…", stem)
