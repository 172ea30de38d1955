"""
The numbers of episodes in a name: seasons and episodes, ranges, dates, absolute numbers, in many languages.

The strongest form wins: season and episode, then the word “episode”, then a number alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, NamedTuple

from indexium_core.model.names import words
from indexium_core.model.names.name_parts import Evidence

_B, _E = r"(?<![^\W_])", r"(?![^\W_])"  # the borders of a word; an underscore separates words
_SIGN = r"(?:[-~+&_]|\s?[+&]\s?|\s(?:and|und|et)\s)"  # before a further number
# Spaces around a dash need a word before the first number and an end after the last: `Episode 5 - 24 Hours` is one.
_SPACED = rf"(?:{_SIGN}|\s[-~]\s(?=\d+\s*(?:$|-(?!\d)|[\[(])))"
_MORE = (
    rf"(?:(?:\s*[-+&~,]\s*|[ ._]*)(?:s\d{{1,4}}[ ._]*)?ep?[ ._]?\d{{1,5}}|{_SIGN}(?:\d{{1,4}}x)?\d{{1,5}}(?![^\W_])|"
    r"[ ._]?(?:\d{1,4}x|x)\d{2,3}|[ ]\d{2}(?=\]))*"
)
_SXXEYY = re.compile(
    rf"{_B}[st](\d{{1,4}})[ ._-]*(?:x?ep?|xc?)[ ._-]?(\d{{1,5}})(?:v\d)?({_MORE})([a-d])?(?:v\d)?{_E}", re.IGNORECASE
)
_NXNN = re.compile(rf"{_B}(\d{{1,2}}|(?:19|20)\d\d)x(\d{{2,3}}|\d(?!\d))({_MORE}){_E}", re.IGNORECASE)
# [7.22]: S07E22; [2.35] and [1.85] are shapes of the picture
_POINT = re.compile(r"\[(\d{1,2})\.([0-2]\d)\]()|(?<= - )(\d{1,2})\.(\d\d)()(?= - )")
_SEASON_EPISODE = re.compile(
    rf"{_B}(?:{words.SEASON}|st?|t)\.?[ ._-]*(\d{{1,4}})[ ._,-]*(?:{words.EPISODE}|e)\.?[ ._#-]*(\d{{1,4}})"
    rf"((?:{_SPACED}\d{{1,4}})?){_E}|"
    rf"{_B}(\d{{1,2}})(?:st|nd|rd|th|\.|ª|º|a|e|ème|-?й)?[ ._]*(?:{words.SEASON})"
    rf"(?! \d+[ ,-]+(?:{words.EPISODE})[ #]*\d{{1,3}}(?!\d))[ ._,-]*"
    rf"(?:{words.EPISODE}|e)?[ ._#-]*(\d{{1,4}})((?:{_SPACED}\d{{1,4}})?)(?:[ ._]*(?:{words.EPISODE}))?{_E}|"
    r"第\s*(\d{1,3})\s*[季期部][ ._-]*第?\s*(\d{1,4})\s*[集話话回期]()|"
    rf"{_B}(?:season|s)\s*(\d{{1,2}})[ ._-]*第\s*(\d{{1,4}})\s*[集話话回]()|"
    r"(?:시즌|シーズン)\s*(\d{1,3})[ ._-]*(?:第)?\s*(\d{1,4})\s*[화회話]?()",
    re.IGNORECASE,
)
_SEASON_DASH = re.compile(
    rf"{_B}(?:s|season[ ]?)(\d{{1,2}})(?:[ ](?:part|cour)[ ]\d)?\s+-\s+(\d{{1,4}})(?:v\d)?{_E}()|"
    rf"{_B}(\d{{1,2}})(?:st|nd|rd|th)[ ]season\s+-\s+(\d{{1,4}})(?:v\d)?{_E}()",
    re.IGNORECASE,
)
_SEASON_GAP = re.compile(rf"{_B}s(?:(\d{{1,2}})[ ._](\d{{2,3}})(?:v\d)?|(?!19|20)(\d\d)(\d\d)){_E}()", re.IGNORECASE)
_EPISODE = re.compile(
    rf"{_B}(?:(?:{words.EPISODE})\.?[ ._#-]*|(?<!-)e)(\d{{1,5}})"
    rf"((?:\s?[-+&~]\s?ep?[ .]?\d{{1,5}}|{_SPACED}\d{{1,5}}(?!\d))?)(?:v\d)?{_E}|"
    rf"{_B}(\d{{1,4}})\.?[ ._-]*(?:серия|выпуск|эпизод|díl|rész|b[öo]l[üu]m|jakso|avsnitt|puntata|epizod|الحلقة)"
    rf"(?![ ._-]*\d{{1,4}}(?![\d.-]|[ ][^\W\d])){_E}()|"
    r"第\s*(\d{1,4})\s*[集話话回]()|(?:제\s*|(?<!\d))(\d{1,4})\s*[화회話集]()(?![^\W_])",
    re.IGNORECASE,
)
_SPECIAL = re.compile(rf"{_B}(?:sp|ova|oad|special|ona)[ ._-]*(\d{{1,3}}){_E}", re.IGNORECASE)
_STAGE = re.compile(rf"(?<=\S)\s+-\s+(?:{words.STAGE})\s+#?(0\d|\d{{2,3}})(?=\s+-\s)", re.IGNORECASE)
_DASH = re.compile(
    r"(?<=\S)\s+-\s+#?(\d{1,4})((?<=\d\d)(?:\s?[-~&+]\s?\d{2,4})|)(?:\s?v\d|\s?(?:end|raw|final))?(?=\s*(?:$|[-\[(]|\s-))",
    re.IGNORECASE,
)
_HASH = re.compile(r"(?<=\S)\s+#(\d{1,4})()(?![^\W_])")
_LAST = re.compile(r"(?<=[^\d\s])[ ](\d{1,4})(?:v\d)?$", re.IGNORECASE)
_COMPACT = re.compile(r"(?<=\S )(?!(?:19|20)\d\d)(\d{1,2})(\d\d)(?:-\1?(\d\d))?(?=$| )")
_INNER = re.compile(r"(?<=[^\W\d] )(0\d{1,2})(?= (?:- )?[^\W\d])")  # `Cosmos 01 The Shores of the Cosmic Ocean`
_LECTURE = re.compile(rf"(?:{words.SECTION})[ ._-]*#?(\d{{1,3}})(?=[ .:,_-]|$)", re.IGNORECASE)
_ORDINALS = "一二三四五六七八九十"
_ONE_TO_TEN = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
_IN_WORDS = re.compile(
    rf"(?<![^\W_])(season(?=[ .]\w+[ .,-]+episode)|episode)([ .])((?a:{'|'.join(_ONE_TO_TEN)}))(?![^\W_])",
    re.IGNORECASE,
)
_NTH = ("first", "second", "third", "fourth", "fifth", "sixth")
_NTH_SEASON = re.compile(
    rf"(\S[ .])((?a:{'|'.join(_NTH)}))[ .]season(?=[ .]-[ .]\d|[ .]ep?\d|[ .]episode)", re.IGNORECASE
)
_ORDINAL = re.compile(rf"第([{_ORDINALS}])([季期部集話话回])")
_NUMERALS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10}
_BOOK = re.compile(  # before the number of an episode
    rf"(?:(?:(?<=- )|^)(?:{words.BOOK})|{_B}(?:{words.SEASON}))[ ]([ivx]+|\d{{1,2}})"
    rf"(?=[ ]*[-,]?[ ]*(?:-[ ]\d{{1,3}}{_E}|(?:{words.EPISODE}){_E}))",
    re.IGNORECASE,
)
_BOOK_FOLDER = re.compile(rf"(?:{words.BOOK}|{words.SEASON})[ -]([ivx]+|\d{{1,2}})", re.IGNORECASE)
_MOST = 40  # episodes of one file: a longer range is no range


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberMatch:
    """Where a name has the number of an episode, and what it says."""

    start: int
    end: int
    evidence: Evidence
    season: int | None = None  # None: the number is absolute, or another name has the season
    episodes: tuple[int, ...] = ()
    aired: str = ""  # ISO date
    is_sure: bool = False  # films do not have it: `Folge 7` and ` - 058`, but not `Episode 7`
    is_padded: bool = False  # the number has a zero before it, or three digits


class YearMatch(NamedTuple):
    """The year of a name."""

    value: int
    start: int  # of its text: the bracket before it, or the end of the text before it
    end: int  # of its digits
    is_marked: bool  # in brackets


def find_number(text: str, *, has_group: bool = False) -> NumberMatch | None:
    """
    Return the strongest number of an episode in a name without release tags; None if there is none.

    `has_group`: the name begins with a fansub group or has a checksum, so a number alone is an episode.
    """
    if (found := _strong(text)) is not None:
        return found
    special = _SPECIAL.search(text)
    if special and special.start():
        return _match(special, "word", season=0, episodes=(int(special[1]),))
    return _word(text) or _alone(text, has_group=has_group)


def with_digits(text: str) -> str:
    """Return a text with digits for other numerals: `第二季` is `第2季`, `Livre II - 05` is `Season 2 - 05`."""
    text = _ORDINAL.sub(lambda match: f"第{_ORDINALS.index(match[1]) + 1}{match[2]}", text)
    text = _IN_WORDS.sub(lambda match: f"{match[1]}{match[2]}{_ONE_TO_TEN.index(match[3].lower()) + 1}", text)
    text = _NTH_SEASON.sub(lambda match: f"{match[1]}Season {_NTH.index(match[2].lower()) + 1}", text)
    return _BOOK.sub(lambda match: f"Season {number}" if (number := numeral(match[1])) else match[0], text)


def numeral(text: str) -> int:
    """Return the number that digits or Roman numerals are; 0 for other letters."""
    return int(text) if text.isdecimal() else _NUMERALS.get(text.lower(), 0)


def season_of_folder(name: str) -> tuple[int, str] | None:
    """Return the season that a folder is for, and the title before it in its name; None for any other folder."""
    text = with_digits(re.sub(r"[._]", " ", name).strip())
    if words.SPECIALS.fullmatch(text):
        return 0, ""
    if (book := _BOOK_FOLDER.fullmatch(text)) and (number := numeral(book[1])):
        return number, ""
    for pattern in _FOLDERS:
        if match := pattern.match(text):
            return int(match["season"]), match["title"].strip(" -") if "title" in match.groupdict() else ""
    return None


_SEASON_WORDS = rf"(?:{words.SEASON})"
_FOLDERS = (
    re.compile(rf"{_SEASON_WORDS}[ -]*(?P<season>\d{{1,4}})(?!\d|[ ]*{_SEASON_WORDS})(?:$|\W)", re.IGNORECASE),
    re.compile(rf"(?P<season>\d{{1,2}})(?:st|nd|rd|th|\.|ª|º|a|e|ème|-?й)?[ -]*{_SEASON_WORDS}(?:$|\W)", re.IGNORECASE),
    re.compile(r"s(?P<season>\d{1,4})(?:$|[ -]|\()(?!e)", re.IGNORECASE),
    re.compile(r"第\s*(?P<season>\d{1,3})\s*[季期部]"),
    re.compile(rf"(?P<title>.*?\S)[ (\[-]+{_SEASON_WORDS}[ -]*(?P<season>\d{{1,4}})(?:$|\W)", re.IGNORECASE),
    re.compile(r"(?P<title>.*?\S)[ -]+s(?P<season>\d{1,3})(?=$|[ \[(-](?!e))", re.IGNORECASE),
    re.compile(r"(?P<title>.*?\S)\s*第\s*(?P<season>\d{1,3})\s*[季期部]"),
)


def _strong(text: str) -> NumberMatch | None:
    """Return the match of a form that has season and episode."""
    for pattern in (_SXXEYY, _NXNN, _POINT, _SEASON_EPISODE, _SEASON_DASH, _SEASON_GAP):
        if match := pattern.search(text):
            season, first, more, *_ = (each for each in match.groups() if each is not None)
            return _match(match, "episode", season=int(season), episodes=_episodes(int(first), more))
    return None


def _episodes(first: int, more: str) -> tuple[int, ...]:
    """Return the numbers of a file from its first number and the text after it: `-E03` is a range, `E03` is not."""
    found = [first]
    for sign, number in re.findall(
        r"([-~]?)\s*(?:s\d{1,4}[ ._]*)?(?:\d{1,4}x|x|ep?)?[ ._]*(\d{1,5})(?!\d|x)", more.lower()
    ):
        value = int(number)
        is_range = bool(sign) and found[-1] < value <= found[-1] + _MOST
        found += range(found[-1] + 1, value + 1) if is_range else [value] if value not in found and not sign else []
    return tuple(found)


def _word(text: str) -> NumberMatch | None:
    """Return the match of a word for “episode” with a number."""
    if match := _STAGE.search(text):
        return _match(match, "word", episodes=(int(match[1]),))
    match = _EPISODE.search(text)
    if match is None:
        return None
    first, more = (each for each in match.groups() if each is not None)
    is_sure = not re.match(r"[eé]", match[0], re.IGNORECASE)
    return _match(match, "word", episodes=_episodes(int(first), more), is_sure=is_sure)


def _alone(text: str, *, has_group: bool) -> NumberMatch | None:
    """Return the match of a number that stands alone."""
    match = _HASH.search(text) or next(reversed(list(_DASH.finditer(text))), None)
    if match is not None and not re.fullmatch(r"(?:19|20)\d\d", match[1]):
        episodes = _episodes(int(match[1]), match[2])
        return _match(match, "group" if has_group else "dash", episodes=episodes, is_sure=_is_long(match[1]))
    last = _LAST.search(text)
    if last is not None and not re.fullmatch(r"(?:19|20)\d\d", last[1]):
        is_sure = has_group and len(last[1]) > 1
        evidence: Evidence = "group" if is_sure else "dash" if _is_long(last[1]) else "number"
        return _match(last, evidence, episodes=(int(last[1]),))
    lecture = _LECTURE.match(text) or _INNER.search(text)
    if lecture is not None:
        return _match(lecture, "number", episodes=(int(lecture[1]),))
    compact = _COMPACT.search(text)
    if compact is not None and (has_group or compact[1].startswith("0")):
        more = f"-{compact[1]}{compact[3]}" if compact[3] else ""
        episodes = _episodes(int(compact[1] + compact[2]), more)
        return _match(compact, "group" if has_group else "number", episodes=episodes)
    if compact is not None and int(compact[2]):
        episodes = _episodes(int(compact[2]), f"-{compact[3]}" if compact[3] else "")
        return _match(compact, "number", season=int(compact[1]), episodes=episodes)
    return None


def _is_long(digits: str) -> bool:
    """Return whether a number is one such as `058`, which films do not have, except 007 and 009."""
    return re.fullmatch(r"0(?!07|09)\d\d", digits) is not None


def _match(match: re.Match[str], evidence: Evidence, **facts: Any) -> NumberMatch:
    is_padded = re.search(r"(?<!\d)(?:0\d|\d{3})", match[0]) is not None
    return NumberMatch(start=match.start(), end=match.end(), evidence=evidence, is_padded=is_padded, **facts)
