"""
Read one name by rules: the name of a file or a folder, without its extension and its folders.

The rules find markers (ids, years, episodes, release tags). The title is the text before the first marker. A name that
the rules do not read completely goes to `guessit` as well (`flows/titles/parsing.py`).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import NamedTuple

from indexium_core.model.names import words
from indexium_core.model.names.dates import find_date, find_date_of_number, without_words_of_date
from indexium_core.model.names.name_parts import NameParts
from indexium_core.model.names.numbers import NumberMatch, YearMatch, find_number, numeral, with_digits
from indexium_core.model.names.usual_form import YEAR, in_usual_form, only_tags, plain_text

_AFTER_TAGS = re.compile(r" *(?:$|[(\[]|(?:v?cd|dvd|dis[ck]) ?\d|(?:19|20)\d\d(?:$| (?!\d)))", re.IGNORECASE)
_LONGEST_EPISODE, _LONGEST_TITLED_EPISODE = 65, 95  # minutes of a recording without and with the title of an episode
_NUMBERED_EPISODE = re.compile(r" - (\d{1,3})\. ")
_ELISION = re.compile(r"((?<![^\W_])(?:d|l|qu)|^[DL]) (?=(?i:[aeiouyhàâéèêîô]))")  # `Nid.d.Espions`
_POSSESSIVE = re.compile(r"(?<=[^\W\d_]) (s|t)(?= (?!\d)|$)")  # `Ocean.s.Eleven`, `Don.t.Look.Up`
_LETTERS = {"a": 1, "b": 2, "c": 3, "d": 4}
_ORDER = re.compile(r"^#?(\d{1,4})(?:(?<=\d{4}) - (?=\d)|(?:\s*[-–._)]+\s*|\s+)(?=[^\d\s]))")
_AROUND_YEAR = " -)].,"  # what may stand between a year and the next word
_ACRONYM = re.compile(r"(?<![^\W_])(?:[^\W\d_]\.){2,}(?:[^\W\d_](?![^\W_]))?")
_KEPT_DOT = re.compile(  # of `5.1`, of `H.264`, of a date, before a space
    r"(?<=\b[257])\.(?=[01]\b)|(?<=[Hh])\.(?=26\d)|(?<=\d)(?<!\.\d)\.(?=\d\d?\.(?:19|20)\d\d)|"
    r"(?:(?<=\d\.\d\d)|(?<=\d\.\d))\.(?=(?:19|20)\d\d)|\.(?= )|"
    r"(?<= \d\d)\.(?=\d\d\.[0-3]\d$)|(?<= \d\d\.\d\d)\.(?=[0-3]\d$)"
)
_YEAR_OR_TAGS = re.compile(rf"[ -.]*(?:\((?:19|20)\d\d\)|{words.STRONG_TAG.pattern}).*", re.IGNORECASE)
_CUT_ACRONYM = re.compile(r"(?<![^\W_])(?:[^\W\d_]\.)+[^\W\d_]$")
_LAST_WORD = re.compile(r"[ \-.+(\[]+([^\s\-.+(\[]+)$")
_IN_BRACKETS = re.compile(
    r"\[(?:\d{1,4}x\d{1,3}[^\[\]]*|\d{1,2}\.[0-2]\d|s\d{1,4}[ ._x]*e\d{1,3}[^\[\]]*|ep?\d{1,5}|"
    r"(?:18|19|20)\d\d(?:-(?:\d\d){1,2})?)\]",
    re.IGNORECASE,
)
_TAG_BEFORE_YEAR = re.compile(
    r"(?:[ .]+(?:3d|unrated|(?<!and[ .])uncut|extended|remastered|(?-i:LIMITED|limited)|proper|imax|theatrical|"
    rf"internal|dubbed|subbed|(?-i:DC|S?EE|SE)|complete|restored|{'|'.join(words.LANGUAGES)}|multi|dual|dl))+$",
    re.IGNORECASE,
)
_EDITION_FIRST = re.compile(rf"(?:{words.EDITION.pattern})|(?:{words.EDITION_WORD.pattern})", re.IGNORECASE)
_SEASON_AT_END = re.compile(
    rf"(?<=\w)(?:\s*-?\s+(?:{words.SEASON}|vol(?:ume)?\.?)\s*\d{{1,2}}|\s+-\s+(?:{words.BOOK}) (?:\d{{1,2}}|[ivx]+))$",
    re.IGNORECASE,
)
_PROPER_AT_END = re.compile(r"(?<=\w)(?: (?:PROPER|REPACK|RERIP|REAL|i?INTERNAL))+$")
_COUNTRY = re.compile(rf"(?:\s*\(({words.COUNTRIES.pattern})\)|(?<=\w) (US|UK|AU|NZ))\s*$")


def fold_title(title: str) -> str:
    """Return a key by which spellings of one title are equal: no case, accents, punctuation, article at the end."""
    text = unicodedata.normalize("NFKD", title.casefold().replace("&", " and ").replace("ß", "ss"))
    text = "".join(each for each in text if not unicodedata.combining(each))
    text = re.sub(r"['’`´]|(?<!\d)\.|\.(?!\d)", "", text)  # the dots of 11.22.63 separate numbers
    folded = " ".join(re.findall(r"[^\W_]+", text))
    return folded or " ".join(title.casefold().split())


def read_name(name: str) -> NameParts:
    """Return the parts of a name. Every text has a result; an unreadable one is its own title."""
    text = plain_text(name)
    if parts := next((found for pattern in words.RECORDINGS if (found := _recording(pattern.fullmatch(text)))), None):
        return parts
    if words.CAMERA.fullmatch(text):
        date = find_date(text)
        return NameParts(title=text, is_camera=True, dated=date.aired if date else "")
    draft = in_usual_form(text)
    return _read(draft.text, draft.found, has_group=draft.has_group)


def _recording(match: re.Match[str] | None) -> NameParts | None:
    """Return the parts of a recording. It is an episode if it has a number or the title of an episode, or is short."""
    if match is None:
        return None
    found = match.groupdict()
    title, episode = match["title"].replace("_", " "), (found.get("episode") or "").replace("_", " ")
    text = with_digits(_NUMBERED_EPISODE.sub(r" - Episode \1 - ", f"{title} - {episode}" if episode else title))
    parts = replace(_read(text, NameParts(), has_group=False), is_broadcast=True)
    day, minutes = found.get("date") or "", int(found.get("minutes") or 0)
    is_short = minutes <= (_LONGEST_TITLED_EPISODE if episode else _LONGEST_EPISODE) and bool(day or episode)
    date = find_date(re.sub(r"^(\d\d)\.", r"20\1.", day))
    if parts.evidence in {"episode", "word"} or not is_short:
        return replace(parts, dated=parts.dated or (date.aired if date else ""))
    return NameParts(
        title=title,
        series_title=title,
        episode_title=episode,
        evidence="episode",
        aired=date.aired if date else "",
        is_broadcast=True,
    )


class _Numbers(NamedTuple):
    """The numbers and dates of a name."""

    number: NumberMatch | None  # of an episode; a date may take its place
    date: NumberMatch | None
    dated: NumberMatch | None  # the date of an episode that has a number


class _Titles(NamedTuple):
    """What a name may say of its titles: as the name of a film, or of an episode of a series."""

    film: str
    series: str
    episode: str


def _read(text: str, found: NameParts, *, has_group: bool) -> NameParts:
    """Read a name without its ids, role and group."""
    spaced = _spaced(text)
    tail = _tail(spaced)
    tags = spaced[tail:]
    numbers = _numbers(spaced, tail, has_group=has_group)
    number, is_release = numbers.number, bool(words.STRONG_TAG.search(tags))
    year = _year(spaced, number, numbers.date, is_release=is_release, is_compact=" " not in text)
    title_end = min(tail, year.start) if year else tail
    end = min(title_end, number.start) if number else title_end
    whole = spaced if year is not None or words.DISC_PART.search(spaced) else spaced[:tail]
    parts = _with_part(replace(found, is_release=is_release), whole, number, year, tail)
    parts = _with_number(_with_order(parts, text, spaced[:title_end]), numbers)
    titles = _titles(spaced[:tail], numbers, year, end=end, title_end=title_end, is_release=is_release)
    country = _COUNTRY.search(titles.series)
    is_year_marked = year is not None and year.is_marked
    return replace(
        parts,
        title=_inverted(titles.film),
        series_title=_inverted(_COUNTRY.sub("", titles.series) or titles.series),
        country=country[1] or country[2] if country else "",
        year=year.value if year else None,
        is_year_marked=is_year_marked and (number is None or _is_before_year(number, year)),
        is_date_first=bool(parts.aired and not titles.series),
        episode_title=titles.episode,
        edition=found.edition or _edition(spaced, after=min(end, len(titles.film))),
        language=_language(tags),
        is_broadcast=bool(words.TELEVISION_TAG.search(tags)),
    )


def _numbers(text: str, tail: int, *, has_group: bool) -> _Numbers:
    """Return the number and the dates of a name whose tags begin at `tail`."""
    number = _number(text[:tail], has_group=has_group)
    date = find_date(text if number is not None and number.evidence == "episode" else text[:tail])
    if date is not None and not date.start and _YEAR_OR_TAGS.fullmatch(text[date.end :]):
        date = None  # the film `September.5.2024.1080p`, or `September 30, 1955 (1977)`
    if date is not None and not (number is not None and _are_both(text, number, date)):
        number = date
    dated = None if number is None or number.aired else date or find_date_of_number(text[:tail])
    return _Numbers(number, date, dated)


def _number(text: str, *, has_group: bool) -> NumberMatch | None:
    """Return the number of an episode; a weak one that is that of a part is none."""
    number = find_number(text, has_group=has_group)
    if number is None or number.evidence not in {"number", "dash"}:
        return number
    spans = (each.span() for each in words.PARTS.finditer(text))
    return None if any(start < number.end and number.start < end for start, end in spans) else number


def _are_both(text: str, number: NumberMatch, date: NumberMatch) -> bool:
    """Return whether a name has a number for sure, and a date beside it."""
    is_sure = number.evidence in {"episode", "word"} or "#" in text[number.start : number.end]
    return is_sure and not (number.start < date.end and date.start < number.end)


def _titles(
    text: str, numbers: _Numbers, year: YearMatch | None, *, end: int, title_end: int, is_release: bool
) -> _Titles:
    """
    Return the titles of a name without its tags.

    The title of a series ends at `end`, before a number; that of a film may have a number, and ends at `title_end`.
    """
    number, date, head = numbers.number, numbers.date, text[:end]
    if date is not None and date is not number and date.end <= end:
        head = f"{head[: date.start]} {head[date.end :]}"  # `Show 2025-03-05 S04E11`
    title = _title(head)
    if number is None:
        return _Titles(_film_title(title, year, is_release=is_release, has_number=False), title, "")
    if number.evidence == "episode":
        title = _SEASON_AT_END.sub("", _PROPER_AT_END.sub("", title)) or title
    film = title if number.evidence == "episode" else _title(text[:title_end])
    film = _film_title(film, year, is_release=is_release, has_number=True)
    episode = _title(text[number.end :]) if len(text) >= number.end else ""
    if number.aired:
        title = without_words_of_date(title)
    elif not episode and text[number.start - 1 : number.start] in {"(", "["}:
        title, _, episode = title.partition(" - ")  # `Series - Episode (S01E02)`
    return _Titles(film, title, episode)


def _film_title(title: str, year: YearMatch | None, *, is_release: bool, has_number: bool) -> str:
    """Return the title of a film without what may stand between it and its year."""
    if year is None:
        return title
    if not has_number:
        title = words.OTHER_TITLE.sub("", title)
    return _without_tags(title) if is_release or re.search(r" 3d$", title, re.IGNORECASE) else title


def _is_before_year(number: NumberMatch, year: YearMatch | None) -> bool:
    """Return whether a number that may be part of the title stands before the year."""
    return year is not None and number.start < year.start and not number.is_sure


def _with_number(parts: NameParts, numbers: _Numbers) -> NameParts:
    """Add the number of an episode and its date."""
    number, dated = numbers.number, numbers.dated
    if number is None:
        return parts
    return replace(
        parts,
        season=number.season,
        episodes=number.episodes,
        evidence=number.evidence,
        aired=number.aired,
        dated=dated.aired if dated else "",
        is_padded=number.is_padded,
    )


def _with_order(parts: NameParts, text: str, title: str) -> NameParts:
    """Add a number before the title, which may only be the order of the files; a name of digits is one itself."""
    order = _ORDER.match(text)
    if order is None:
        return replace(parts, order=int(text)) if re.fullmatch(r"\d{1,4}", text) else parts
    return replace(
        parts,
        has_order_dash=bool(re.fullmatch(r"\d+(?:\s*[-_)]\s*|\.\s+)|[0#]\d+\s+", order[0])),
        order=int(order[1]),
        order_title=_title(title[order.end() :]),
    )


def _spaced(text: str) -> str:
    """Return a name with spaces instead of its separators, character for character; dots of acronyms stay."""
    text = text.replace("_", " ")
    if text.count(".") > text.count(" "):
        kept = {at for match in _ACRONYM.finditer(text) for at in range(match.start(), match.end())}
        kept -= {match.start() for match in re.finditer(r"\.(?=[^\W_]{2})", text)}
        kept |= {match.start() for match in _KEPT_DOT.finditer(text)}
        text = "".join(" " if each == "." and at not in kept else each for at, each in enumerate(text))
        text = _POSSESSIVE.sub(r"'\1", _ELISION.sub(r"\1'", text))
    if " " not in text.strip() and text.count("-") > 1:
        text = text.replace("-", " ")
    return text


def _tail(text: str) -> int:
    """Return where the tags of a release begin; the length of the text if there are none."""
    strong = [match.start() for match in words.STRONG_TAG.finditer(text) if match.start()]
    edition = [match.start() for match in words.EDITION.finditer(text) if text[: match.start()].strip(" -([")]
    bracket = [at for each in re.finditer(r"[\[{]", text) if not _IN_BRACKETS.match(text, at := each.start())]
    opened = [
        match.start()
        for match in re.finditer(r"\([^()]*[^\W\d_][^()]*\)", text)
        if words.STRONG_TAG.search(match[0]) or (only_tags(match[0]) and _AFTER_TAGS.match(text, match.end()))
    ]
    end = _before(text, min([*strong, *edition, *filter(None, bracket + opened), len(text)]))
    while strong and (match := _LAST_WORD.search(text[:end])) and words.SOFT_TAG.fullmatch(match[1].strip(")]")):
        end = _before(text, match.start())
    return end


def _before(text: str, end: int) -> int:
    """Return the end of a text without the separators at its end."""
    return len(text[:end].rstrip(" -([{."))


def _year(
    text: str, number: NumberMatch | None, date: NumberMatch | None, *, is_release: bool, is_compact: bool
) -> YearMatch | None:
    """Return the year of a name; None if it has none."""
    titled = words.TITLE_WITH_YEAR.match(text)
    taken = [each for each in (number, date) if each is not None]
    found = [
        each
        for each in YEAR.finditer(text)
        if (titled is None or each.end() > titled.end())
        and not any(other.start <= each.start() < other.end for other in taken)
    ]
    marked = [each for each in found if _is_marked(text, each, number)]
    if marked:
        return YearMatch(int(marked[-1][1]), marked[-1].start() - 1, marked[-1].end(), is_marked=True)
    behind_title = (each for each in reversed(found) if text[: each.start()].strip(" -([."))
    if number is None:
        years = (_year_of_film(text, each, is_release=is_release) for each in behind_title)
    else:
        years = (
            _year_beside(text, each, number, is_release=is_release, is_compact=is_compact) for each in behind_title
        )
    return next(filter(None, years), None)


def _is_marked(text: str, year: re.Match[str], number: NumberMatch | None) -> bool:
    """Return whether a year stands alone in brackets, and is not that of an episode."""
    is_in_brackets = year.start() > 0 and text[year.start() - 1] in "([" and text[year.end() : year.end() + 1] in ")]"
    return is_in_brackets and not _is_year_of_episode(text, number, year.start() - 1)


def _start_of_brackets(text: str, year: re.Match[str]) -> int | None:
    """Return where brackets open that have other words and then the year: `Title (Director, 1974)`; None without."""
    opened = max(text.rfind("(", 0, year.start()), text.rfind("[", 0, year.start()))
    in_brackets = r"[^()\[\]]+[)\]]" if text[year.end() : year.end() + 1] != "," else r"\d{4},"
    return opened if opened > 0 and re.fullmatch(in_brackets, text[opened + 1 : year.end() + 1]) else None


def _year_of_film(text: str, year: re.Match[str], *, is_release: bool) -> YearMatch | None:
    """Return the year of a name without a number, if the title ends before it."""
    opened = _start_of_brackets(text, year)
    if opened is not None:
        return YearMatch(int(year[1]), opened, year.end(), is_marked=True)
    return _ending_year(text, year, text[year.end() :], is_release=is_release)


def _year_beside(
    text: str, year: re.Match[str], number: NumberMatch, *, is_release: bool, is_compact: bool
) -> YearMatch | None:
    """Return the year of a name with a number, if the title ends before it."""
    is_before, is_episode = year.end() <= number.start, number.evidence == "episode"
    if is_before and not is_episode and not is_compact:
        return None
    opened = _start_of_brackets(text, year)
    if opened is not None:  # behind the number, it is the date of an episode: `S01E02 (12 September 2018)`
        return YearMatch(int(year[1]), opened, year.end(), is_marked=True) if is_before else None
    rest = text[year.end() : number.start if number.start > year.start() else None]
    left = rest.strip(_AROUND_YEAR)
    if year.start() > number.start:
        if not is_release and (left or number.evidence != "number"):
            return None
        if is_episode and not only_tags(left):
            return None  # `S06E09.1968.Rising.1080p`
    return _ending_year(text, year, rest, is_release=is_release)


def _ending_year(text: str, year: re.Match[str], rest: str, *, is_release: bool) -> YearMatch | None:
    """Return a year behind which the title does not go on."""
    left = re.sub(r"^\([^()]*\)?$", "", rest.strip(_AROUND_YEAR))
    ends = not left or is_release or only_tags(words.PARTS.sub(" ", left)) or bool(_EDITION_FIRST.match(left))
    return YearMatch(int(year[1]), _before(text, year.start()), year.end(), is_marked=False) if ends else None


def _is_year_of_episode(text: str, number: NumberMatch | None, start: int) -> bool:
    """Return whether a year follows the title of an episode: `Tatort - Folge 1000 - Taxi nach Leipzig (2016)`."""
    return number is not None and number.is_sure and start > number.end and bool(_title(text[number.end : start]))


def _with_part(parts: NameParts, text: str, number: NumberMatch | None, year: YearMatch | None, tags: int) -> NameParts:
    """
    Add the number of a part, such as CD2; its siblings decide later whether it is one.

    A year may stand directly before the part: `Roots (1977) - Part 4`. The tags of a release begin at `tags`.
    """
    match = next(reversed(list(words.PARTS.finditer(text))), None)
    if match is None or (number and number.evidence == "episode" and not number.aired):
        return parts
    digits = (match[2] or match[4]).lower()
    count = match[3] or match[5]
    start, part_title, is_before = match.start(), _title(text[match.end() : tags]) if match.end() < tags else "", False
    if year is not None:
        is_before = not text[year.end : start].strip(" -)].") and year.start < start
        start, part_title = year.start, part_title if is_before else ""
    return replace(
        parts,
        part=_LETTERS[digits] if digits in _LETTERS else numeral(digits),
        part_count=int(count) if count else None,
        is_disc_part=(match[1] or "").lower() in {"cd", "vcd", "dvd", "disc", "disk"},
        part_stem=fold_title(text[: match.start()] + " " + text[match.end() :]),
        part_head=_title(text[:start]) if year is None or is_before else "",
        part_title=part_title,
        is_part_padded=digits.startswith("0"),
    )


def _edition(text: str, *, after: int) -> str:
    """Return the words for the edition, as the name has them; `after` is the end of the title."""
    found = sorted(
        [each.span() for each in words.EDITION.finditer(text) if each.start()]
        + [each.span() for each in words.EDITION_WORD.finditer(text, after)]
    )
    kept: list[tuple[int, int]] = []
    for start, end in found:
        if kept and start < kept[-1][1]:
            kept[-1] = (kept[-1][0], max(end, kept[-1][1]))
        else:
            kept.append((start, end))
    names = (" ".join(re.split(r"[\s._]+", text[start:end])) for start, end in kept)
    return " ".join(words.EDITION_NAMES.get(each, each) for each in names)


def _language(text: str) -> str:
    return next(filter(None, (words.LANGUAGES.get(each.lower()) for each in re.findall(r"[^\W_]+", text))), "")


def first_words(title: str, count: int) -> str:
    """Return the first words of a title, as `fold_title` counts them."""
    for match in re.finditer(r"[^\W_]+(?:['’`´.][^\W_]+)*", title):
        if len(fold_title(title[: match.end()]).split()) >= count:
            return title[: match.end()]
    return title


def begins_with(title: str, head: str) -> bool:
    """Return whether the first words of a title are those of another one."""
    return f"{fold_title(title)} ".startswith(f"{fold_title(head)} ")


def title_without_part(title: str) -> str:
    """Return a title without the number of a part: `Heat Part 2` is `Heat`."""
    return _title(words.PARTS.sub(" ", title)) or title


def _title(text: str) -> str:
    """Return a part of a name as a title: without separators at its ends and editions."""
    text = re.sub(r"[\[(]\s*[\])]|(?<=\w) - s\d{1,2}(?= *$)", " ", text, flags=re.IGNORECASE)
    text = " ".join(text.split()).strip(" -_~,;:+|")
    text = re.sub(r"^[)\]]+|[(\[]+$", "", text).strip(" -_~,;:+|")
    if in_two_scripts := words.IN_TWO_SCRIPTS.fullmatch(text):
        text = in_two_scripts[1] or in_two_scripts[2]
    text = re.split(r"\s+a\.?k\.?a\.?\s+", text, maxsplit=1, flags=re.IGNORECASE)[0]
    return text + "." if _CUT_ACRONYM.search(text) else text


def _without_tags(title: str) -> str:
    """Return the title of a release without the tags before its year; `The Good German` keeps its last word."""
    match = _TAG_BEFORE_YEAR.search(title)
    head, tag = (title[: match.start()], match[0].strip(" .").lower()) if match else ("", "")
    is_after_article = re.match(r"(?:the|a|an) ", title, re.IGNORECASE) and tag in words.LANGUAGES
    is_title = tag == "english" or is_after_article or re.fullmatch(words.ARTICLES, head, re.IGNORECASE)
    return title if is_title else head or title


def _inverted(title: str) -> str:
    """Return `Matrix, The` as `The Matrix`."""
    match = re.fullmatch(rf"(.+?), ({words.ARTICLES})((?: - .+)?)", title, re.IGNORECASE)
    if match is None:
        return title
    return f"{match[2]}{'' if match[2].endswith(chr(39)) else ' '}{match[1]}{match[3]}"
