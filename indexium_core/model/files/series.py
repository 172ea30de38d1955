"""
Series of file names: files whose names show that they belong together. Pure functions.

Two names belong to one series if they differ only in numbers, dates, words such as “part” and copy marks: “Seaside
2019, part 1” and “seaside part 2”, “School play” and “School play, act 2”. Generic names of cameras and programs
(“IMG_0412”) only show the order of the shots.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from indexium_core.model.people import people_comment

_EXTENSION = re.compile(r"\.[^.\s]{1,5}\Z")
_COPY = re.compile(r"(?:\s*\(\d{1,3}\)|\s+-\s+copy(?:\s*\(?\d*\)?)?)+\s*\Z")
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"\d+")
_LETTER = re.compile(r"(?<=\d)[a-z]\b")  # 3a, 3b
_MONTHS = """
    jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june july august september october
    november december
"""
# Words before the number of a part: an Arabic or Roman number, or a letter.
_PARTS = """
    act cd chapter chap day disc disk dvd ep episode night no nr pt part reel roll scene season session side take tape
    teil partie parte vol volume
"""
_ROMAN = "i ii iii iv v vi vii viii ix x xi xii one two three four five six a b c d"
# Words of the generic names that cameras, phones and programs give.
_GENERIC = """
    av avi bild c capture cam camera cimg clip dcim dji dsc dscf dscn dvr file film ge gf gh gl go gopr gp gx hpim image
    img imgp m mah mov movie mvi mvimg p pano photo pict pxl r rec recording s sam scan screen screencast
    screenrecording snapshot track unnamed untitled v vid video videoplayback vts wa whatsapp zoom
"""
MONTHS, PARTS, ROMAN, GENERIC = (frozenset(words.split()) for words in (_MONTHS, _PARTS, _ROMAN, _GENERIC))
_MIN_LETTERS = 3  # a name with fewer letters is generic


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The series of a file name."""

    key: str  # the same for all names of the series; "" if the name has no letter
    title: str  # the name with "…" in place of its numbers
    word: str  # the longest word of the key, folded: every name of the series contains it
    is_generic: bool  # a camera or a program made the name: only neighbours belong together


def series_of(file_name: str) -> Series:
    """Return the series of a file name."""
    stem = _LETTER.sub("", _COPY.sub("", people_comment.fold(_EXTENSION.sub("", file_name))))
    words = _words(stem)
    is_generic = sum(map(len, words)) < _MIN_LETTERS or all(word in GENERIC for word in words)
    longest = max(words, key=len, default="")
    return Series(key=" ".join(words), title=_title(file_name), word=longest, is_generic=is_generic)


def natural_key(file_name: str) -> tuple[tuple[int, str], ...]:
    """Return the key of a natural sort: numbers in a file name are sorted by their value."""
    pieces = re.split(r"(\d+)", people_comment.fold(file_name))
    return tuple((int(piece), "") if piece.isdecimal() and piece.isascii() else (-1, piece) for piece in pieces)


def neighbours(file_name: str, others: Sequence[str], *, reach: int = 2) -> set[str]:
    """Return the names before and after this one in natural order, up to `reach` on each side."""
    ordered = sorted({*others, file_name}, key=natural_key)
    index = ordered.index(file_name)
    return {*ordered[max(0, index - reach) : index], *ordered[index + 1 : index + 1 + reach]}


def _words(stem: str) -> list[str]:
    """Return the words without months and part numbers."""
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
    """Return the name without its extension, with an ellipsis for its numbers."""
    stem = _EXTENSION.sub("", file_name)
    return re.sub(r"\d+(?:[\s._:-]*\d+)*", "…", stem)
