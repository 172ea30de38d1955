"""
Read one name by rules: the name of a file or a folder, without its extension and its folders.

The rules find markers (ids, years, episodes, release tags). The title is the text before the first marker. A name that
the rules do not read completely goes to `guessit` as well (`flows/titles/parsing.py`).
"""

from __future__ import annotations

import re
import string
import unicodedata
from dataclasses import replace

from indexium_core.model.providers.external_ids import ID_FIELDS, ExternalId
from indexium_core.model.titles import words
from indexium_core.model.titles.name_parts import NameParts, Role
from indexium_core.model.titles.numbers import (
    NumberMatch,
    YearMatch,
    find_date,
    find_date_of_number,
    find_number,
    numeral,
    with_digits,
)

__all__ = ["first_words", "fold_title", "read_name", "title_without_part"]

_ID = re.compile(
    r"[\[({]\s*(tmdb|imdb|tvdb|tvmaze|anidb|anilist|anisearch)(?:id)?\s*[-=: ]\s*(tt\d{7,9}|\d+)\s*[\])}]|"
    r"(?<![^\W_])(tmdb|imdb|tvdb)(?:id)?[-=](tt\d{7,9}|\d+)(?![^\W_])|"
    r"[\[({]?(?<![^\W_])(tt\d{7,9})(?![^\W_])[\])}]?",
    re.IGNORECASE,
)
_EDITION_TAG = re.compile(r"\{edition-([^}]*)\}", re.IGNORECASE)
_YEAR = re.compile(r"(?<![^\W_])(18[89]\d|19\d\d|20[0-3]\d)(?![^\W_])")
_YEARS = re.compile(r"[(\[](18[89]\d|19\d\d|20\d\d)\s*[-–]\s*(?:(?:19|20)\d\d)?\s*[)\]]")  # of a series or a collection
_YEAR_IN_BRACKETS = re.compile(r"[(\[](?:18[89]\d|19\d\d|20[0-3]\d)[)\]]")
_SHAPE = re.compile(r"\[(?:1\.19|1\.2\d|2\.00|2\.10|2\.2\d)\]")  # of the picture; without a year, an episode: `[2.20]`
# A number such as 2.0 before a word is no number of audio channels: `Evangelion 2.0 You Can (Not) Advance`.
_VERSION = re.compile(rf"[257]\.[01][ ](?!(?:{words.SOFT_TAG.pattern})\b|{words.STRONG_TAG.pattern})\w", re.IGNORECASE)
_YEAR_FIRST = re.compile(r"^[(\[]((?:19|20)\d\d)[)\]][ _.-]*([^(\[]*[^(\[ _.-])")
_GLUED = re.compile(r"([^\W\d_]{3,})((?:19|20)\d\d)(?=$|[._-])")  # a title and a year without a separator
_CAPITAL = re.compile(r"(?<=[a-zß-ÿ])(?=[A-Z])")
_NUMBER_FIRST = re.compile(r"^\[(s\d{1,2}e\d{1,3}|\d{1,2}x\d{2,3})\]\s*(.+?)(?: - |$)", re.IGNORECASE)
_CAPITULO = re.compile(r"\[cap[. ]*(\d{1,2})(\d\d)(?:_\d{0,2}(\d\d))?\]", re.IGNORECASE)  # [Cap.102]: S01E02
_BEFORE_DATE = re.compile(r"\s+(?:vom|du|del|of|from|van|от)$", re.IGNORECASE)
_BRACKETED_NUMBER = re.compile(r"(?<=[^\s\[(])\s*\[(\d{2,3})(?:v\d)?(?:[ _]?end)?\](?=\s*(?:\[|$))", re.IGNORECASE)
_TAGS_FIRST = re.compile(r"^\([^()]*\)[ _.-]*(?=\w)")
_AFTER_TAGS = re.compile(r" *(?:$|[(\[]|(?:v?cd|dvd|dis[ck]) ?\d|(?:19|20)\d\d(?:$| (?!\d)))", re.IGNORECASE)
_TAGS_LAST = re.compile(r"(?: - [A-Z0-9]{2,}){2,}$")
_LONGEST_EPISODE, _LONGEST_TITLED_EPISODE = 65, 95  # minutes of a recording without and with the title of an episode
_NUMBERED_EPISODE = re.compile(r" - (\d{1,3})\. ")
_ELISION = re.compile(r"((?<![^\W_])(?:d|l|qu)|^[DL]) (?=(?i:[aeiouyhàâéèêîô]))")  # `Nid.d.Espions`
_POSSESSIVE = re.compile(r"(?<=[^\W\d_]) (s|t)(?= (?!\d)|$)")  # `Ocean.s.Eleven`, `Don.t.Look.Up`
_WEBSITE = re.compile(
    r"^(?:\[\s*)?(?:www[ .][\w-]+\.\w+|[\w-]+\.(?:com|org|net|to|cc|info|me|ru|tv))(?:\s*\])?[ _-]+", re.IGNORECASE
)
_GROUP = re.compile(r"^\s*\[([^\]]+)\][ _.-]*")
_CRC = re.compile(r"\[[0-9A-F]{8}\]|\((?=\d*[A-F])[0-9A-F]{8}\)", re.IGNORECASE)
_REMOVED = (
    _CRC,
    re.compile(r"[ _]t\d\d$"),  # a title of a disc, as MakeMKV names it: `BRAZIL_t01`
    re.compile(r"(?:(?<=\])|^)★[^★]*★"),
    re.compile(rf"(?<={words.FOREIGN}) [_/|] [\x00-\u024f]+?(?=\s*(?:[(\[]|$)|\s-\s|\s\S*\d)"),  # `Начало _ Inception`
)
_BRACKETED = re.compile(r"^(?:\[[^\]]*\]\s*){3,}")
_LETTERS = {"a": 1, "b": 2, "c": 3, "d": 4}
_ORDER = re.compile(r"^#?(\d{1,4})(?:(?<=\d{4}) - (?=\d)|(?:\s*[-–._)]+\s*|\s+)(?=[^\d\s]))")
_ACRONYM = re.compile(r"(?<![^\W_])(?:[^\W\d_]\.){2,}(?:[^\W\d_](?![^\W_]))?")
_LAST_WORD = re.compile(r"[ \-.+(\[]+([^\s\-.+(\[]+)$")
_IN_BRACKETS = re.compile(
    r"\[(?:\d{1,2}x\d{2,3}|\d{1,2}\.[0-2]\d|s\d{1,2}e\d{1,3}|ep?\d{1,4}|(?:18|19|20)\d\d(?:-(?:\d\d){1,2})?)\]",
    re.IGNORECASE,
)
_TAG_BEFORE_YEAR = re.compile(
    r"(?:[ .]+(?:3d|unrated|uncut|extended|remastered|limited|proper|imax|theatrical|internal|dubbed|subbed|"
    rf"complete|restored|{'|'.join(words.LANGUAGES)}|multi|dual|dl))+$",
    re.IGNORECASE,
)
_EDITION_FIRST = re.compile(rf"(?:{words.EDITION.pattern})|(?:{words.EDITION_WORD.pattern})", re.IGNORECASE)
_CUT_ACRONYM = re.compile(r"(?<![^\W_])(?:[^\W\d_]\.)+[^\W\d_]$")
_PLAIN_TAG = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_SEASON_AT_END = re.compile(
    rf"(?<=\w)(?:\s*-?\s+(?:{words.SEASON})\s*\d{{1,2}}|\s+-\s+(?:{words.BOOK}) (?:\d{{1,2}}|[ivx]+))$", re.IGNORECASE
)
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
    text = unicodedata.normalize("NFC", name).translate(_TRANSLATED)
    text = "".join(each for each in text if unicodedata.category(each) not in {"Cf", "Cc"}).strip()
    text = with_digits(text)
    if words.CAMERA.fullmatch(text):
        return NameParts(title=text, is_camera=True)
    if parts := next((found for pattern in words.RECORDINGS if (found := _recording(pattern.fullmatch(text)))), None):
        return parts
    text, found = _without_ids(text)
    text, role = _without_role(text)
    has_crc = _CRC.search(text) is not None
    text = _cleaned(text)
    text = _NUMBER_FIRST.sub(r"\2 - \1 - ", text)
    if _BRACKETED.match(text):
        text = _unbracketed(text)
    group = None if _WEBSITE.match(text) else _GROUP.match(text)
    has_group = has_crc or (group is not None and not words.STRONG_TAG.search(group[0]))
    if has_group:
        text = _BRACKETED_NUMBER.sub(r" - \1 ", text, count=1)
    text = _YEAR_FIRST.sub(r"\2 (\1)", _WEBSITE.sub("", text))
    if (group := _GROUP.match(text)) and text[group.end() : group.end() + 1] not in {"", "(", "["}:
        rest = text[group.end() :]
        text = f"{group[1]}.{rest}" if _is_year_of_release(rest) else rest
    if (chapter := _CAPITULO.search(text)) and (first := text.index("[")):
        last = f"E{chapter[3]}" if chapter[3] else ""
        text = f"{text[:first]} S{chapter[1]}E{chapter[2]}{last} {text[first : chapter.start()]}{text[chapter.end() :]}"
    if glued := _GLUED.match(text):
        text = f"{_CAPITAL.sub('.', glued[1])}.{glued[2]}{text[glued.end() :]}"
    return _read(text, replace(found, role=role), has_group=has_group)


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
    if parts.evidence in {"episode", "word"} or not is_short:
        return parts
    date = find_date(re.sub(r"^(\d\d)\.", r"20\1.", day))
    return NameParts(
        title=title,
        series_title=title,
        episode_title=episode,
        evidence="episode",
        aired=date.aired if date else "",
        is_broadcast=True,
    )


_TRANSLATED = str.maketrans(
    {chr(0xFEE0 + ord(each)): each for each in f"{string.ascii_letters}{string.digits}()[]"}  # full-width forms
    | {"【": "[", "】": "]", "–": "-", "—": "-", "　": " "}
)


def _is_year_of_release(text: str) -> bool:
    """
    Return whether a name is a year and words of a release: then the brackets before it have the title.

    A number of a sequel may stand before the year: `[REC].2.2009`.
    """
    text = re.sub(r"^[2-9][.](?=(?:19|20)\d\d\.)", "", text)
    year = _YEAR.match(text)
    return year is not None and _only_tags(re.sub(r"-\w+$", "", text[year.end() :])) and len(_YEAR.findall(text)) == 1


def _without_ids(text: str) -> tuple[str, NameParts]:
    """Return a name without the ids of providers and the tag of its edition, and the parts that they are."""
    ids: dict[str, str] = {}
    for match in _ID.finditer(text):
        provider, value = (match[1] or match[3] or "imdb").lower(), (match[2] or match[4] or match[5]).lower()
        known = ExternalId("imdb" if value.startswith("tt") else provider, value)
        if known.is_valid or known.provider not in ID_FIELDS:
            ids.setdefault(known.provider, value)
    text = _ID.sub(" ", text)
    edition = _EDITION_TAG.search(text)
    return _EDITION_TAG.sub(" ", text).strip(), NameParts(ids=ids, edition=edition[1].strip() if edition else "")


def _without_role(text: str) -> tuple[str, Role]:
    """Return a name without the words of a trailer, a sample or an extra, and the role of the file."""
    for match in words.TRAILER.finditer(text):
        head, rest = text[: match.start()].strip(" -._"), text[match.end() :]
        tags = _YEAR.sub(" ", re.sub(r"(?<=\w)-\w+$", "", rest))
        is_sure = match["sure"] or text[match.start() - 2 : match.start() + 1] == " - " or _YEAR.search(head)
        is_tagged = is_sure and head and _only_tags(tags) and find_number(head) is None
        if not rest or is_tagged or (not head and rest.startswith(" - ")):
            return f"{head} {rest}".strip(" -._"), "trailer"
    if (extra := words.EXTRA_OF.search(text)) and extra.start() and not words.EVENT.search(text):
        return text[: extra.start("season") if extra["season"] else extra.start("extra")], "extra"
    roles: list[tuple[Role, re.Pattern[str]]] = [("sample", words.SAMPLE), *(("extra", each) for each in words.EXTRAS)]
    for role, pattern in roles:
        if found := pattern.search(text):
            return f"{text[: found.start()]} {text[found.end() :]}".strip(" -._"), role
    return text, "main"


def _cleaned(text: str) -> str:
    """Return a name without checksum, ornaments, a second title after a slash, and tags at its start or end."""
    for pattern in _REMOVED:
        text = pattern.sub(" ", text).strip(" _")
    if (tags := _TAGS_FIRST.match(text)) and words.STRONG_TAG.search(tags[0]):
        text = text[tags.end() :]
    if (tags := _TAGS_LAST.search(text)) and _only_tags(tags[0]):
        text = text[: tags.start()]
    return _SHAPE.sub(" ", text).strip() if _YEAR_IN_BRACKETS.search(text) else text


def _unbracketed(text: str) -> str:
    """Return a name that consists of brackets, such as `[Group][Title][05][1080p]`, as `Title - 05 [1080p]`."""
    parts = [each.strip() for each in re.findall(r"\[([^\]]*)\]", text)]
    rest = re.sub(r"\[[^\]]*\]", " ", text).strip()
    number = next(
        (
            at
            for at, each in enumerate(parts)
            if at and re.fullmatch(r"(?:ep?)?\d{1,4}(?:v\d)?(?:end)?", each, re.IGNORECASE)
        ),
        None,
    )
    if number is None:
        return text
    title = rest or parts[max(1, number - 1)] if number > 1 or not rest else rest
    tags = " ".join(f"[{each}]" for each in parts[number + 1 :])
    digits = re.sub(r"\D.*$", "", re.sub(r"^\D+", "", parts[number]))
    return f"[{parts[0]}] {title} - {digits} {tags}"


def _read(text: str, found: NameParts, *, has_group: bool) -> NameParts:
    """Read a name without its ids, role and group."""
    spaced = _spaced(text)
    tail = tags = _tail(spaced)
    number = find_number(spaced[:tail], has_group=has_group)
    if (
        number is not None
        and number.evidence in {"number", "dash"}
        and any(
            match.start() < number.end and number.start < match.end() for match in words.PARTS.finditer(spaced[:tail])
        )
    ):
        number = None
    date = find_date(spaced[:tail])
    if date is not None and (number is None or number.evidence != "episode"):
        number = date
    dated = (date or find_date_of_number(spaced[:tail])) if number is not None and not number.aired else None
    is_release = bool(words.STRONG_TAG.search(spaced[tail:]))
    year = _year(spaced, number, is_release=is_release, is_compact=" " not in text)
    if year is not None:
        tail = min(tail, year.start) if number is None or year.start > number.start else tail
    end = min(tail, number.start if number else tail, year.start if year else tail)
    parts = _with_part(
        replace(found, is_release=is_release),
        spaced if year is not None or words.DISC_PART.search(spaced) else spaced[:tail],
        number,
        year,
        tags,
    )
    title = _title(spaced[:end])
    if parts.part is not None and parts.is_disc_part:
        title = _title(words.PARTS.sub(" ", spaced[:end]))
    if number is not None and number.evidence == "episode":
        title = _SEASON_AT_END.sub("", title) or title
    film_title = title
    if number is not None and number.evidence != "episode":
        film_title = _title(spaced[: min(tail, year.start) if year else tail])
    if year is not None and number is None:
        film_title = words.OTHER_TITLE.sub("", film_title)
    if year is not None and (is_release or re.search(r" 3d$", film_title, re.IGNORECASE)):
        film_title = _without_tags(film_title)
    episode_title = _title(spaced[number.end : tail]) if number and tail >= number.end else ""
    if number is not None and number.aired:
        title = _BEFORE_DATE.sub("", title)
    elif number is not None and not episode_title and spaced[number.start - 1 : number.start] in {"(", "["}:
        title, _, episode_title = title.partition(" - ")  # `Series - Episode (S01E02)`
    country = _COUNTRY.search(title)
    edition = (
        found.edition
        or _edition(spaced, words.EDITION)
        or _edition(spaced[min(end, len(film_title)) :], words.EDITION_WORD)
    )
    order = _ORDER.match(text)
    language = _language(spaced[tail:])
    return replace(
        parts,
        title=_inverted(film_title),
        series_title=_inverted(_COUNTRY.sub("", title) or title),
        country=country[1] or country[2] if country else "",
        year=year.value if year else None,
        is_year_marked=bool(
            year and year.is_marked and (number is None or (number.start < year.start and not number.is_sure))
        ),
        season=number.season if number else None,
        episodes=number.episodes if number else (),
        evidence=number.evidence if number else "",
        aired=number.aired if number else "",
        dated=dated.aired if dated else "",
        is_date_first=bool(number and number.aired and not title),
        is_special=bool(number and number.is_special),
        is_padded=bool(number and number.is_padded),
        has_order_dash=bool(order and re.fullmatch(r"\d+(?:\s*[-_)]\s*|\.\s+)|[0#]\d+\s+", order[0])),
        episode_title=episode_title,
        edition=edition,
        language=language,
        is_broadcast=bool(words.TELEVISION_TAG.search(spaced[tail:])),
        order=int(order[1]) if order else int(text) if re.fullmatch(r"\d{1,4}", text) else None,
        order_title=_title(spaced[order.end() : min(tail, year.start) if year else tail]) if order else "",
    )


def _spaced(text: str) -> str:
    """Return a name with spaces instead of its separators, character for character; dots of acronyms stay."""
    text = text.replace("_", " ")
    if text.count(".") > text.count(" "):
        kept = {at for match in _ACRONYM.finditer(text) for at in range(match.start(), match.end())}
        kept -= {match.start() for match in re.finditer(r"\.(?=[^\W_]{2})", text)}
        kept |= {match.start() for match in re.finditer(r"(?<=\b[257])\.(?=[01]\b)|(?<=[Hh])\.(?=26\d)", text)}
        kept |= {
            match.start()
            for match in re.finditer(r"(?<=\d)\.(?=\d\d?\.(?:19|20)\d\d)|(?<=\.\d\d)\.(?=(?:19|20)\d\d)", text)
        }
        kept |= {match.start() for match in re.finditer(r"\.(?= )", text)}
        text = "".join(" " if each == "." and at not in kept else each for at, each in enumerate(text))
        text = _POSSESSIVE.sub(r"'\1", _ELISION.sub(r"\1'", text))
    if " " not in text.strip() and text.count("-") > 1:
        text = text.replace("-", " ")
    return text


def _tail(text: str) -> int:
    """Return where the tags of a release begin; the length of the text if there are none."""
    strong = [match.start() for match in words.STRONG_TAG.finditer(text) if match.start()]
    if strong and _VERSION.match(text, strong[0]):
        del strong[0]
    edition = [match.start() for match in words.EDITION.finditer(text) if text[: match.start()].strip(" -([")]
    bracket = [
        match.start()
        for match in re.finditer(r"[\[{]", text)
        if match.start() and not _IN_BRACKETS.match(text, match.start())
    ]
    opened = [
        match.start()
        for match in re.finditer(r"\([^()]*[^\W\d_][^()]*\)", text)
        if words.STRONG_TAG.search(match[0]) or (_only_tags(match[0]) and _AFTER_TAGS.match(text, match.end()))
    ]
    end = _before(text, min([*strong, *edition, *bracket, *filter(None, opened), len(text)]))
    while strong and (match := _LAST_WORD.search(text[:end])) and words.SOFT_TAG.fullmatch(match[1].strip(")]")):
        if not text[: match.start()].strip(" -.(["):
            break
        end = _before(text, match.start())
    return end


def _before(text: str, end: int) -> int:
    """Return the end of a text without the separators at its end."""
    return len(text[:end].rstrip(" -([{."))


def _year(text: str, number: NumberMatch | None, *, is_release: bool, is_compact: bool) -> YearMatch | None:
    """Return the year of a name; None if it has none."""
    span = _YEARS.search(text)
    if span and span.start():
        return YearMatch(int(span[1]), span.start(), span.end(1), is_marked=True)
    titled = words.TITLE_WITH_YEAR.match(text)
    years = [each for each in _YEAR.finditer(text) if titled is None or each.end() > titled.end()]
    found = [each for each in years if not number or not number.start <= each.start() < number.end]
    marked = [
        each
        for each in found
        if each.start()
        and text[each.start() - 1] in "(["
        and text[each.end() : each.end() + 1] in ")]"
        and not _is_year_of_episode(text, number, each.start() - 1)
    ]
    if marked:
        return YearMatch(int(marked[-1][1]), marked[-1].start() - 1, marked[-1].end(), is_marked=True)
    for each in reversed(found):
        if not text[: each.start()].strip(" -([."):
            continue
        is_before = number is not None and each.end() <= number.start
        if number is not None and is_before and number.evidence != "episode" and not is_compact:
            continue
        opened = max(text.rfind("(", 0, each.start()), text.rfind("[", 0, each.start()))
        in_brackets = r"[^()\[\]]+[)\]]" if text[each.end() : each.end() + 1] != "," else r"\d{4},"
        if opened > 0 and re.fullmatch(in_brackets, text[opened + 1 : each.end() + 1]):
            if number is None or is_before:
                return YearMatch(int(each[1]), opened, each.end(), is_marked=True)  # `Title (Director, 1974)`
            continue  # the date of an episode: `S01E02 (12 September 2018)`
        if number is not None and each.start() > number.end and words.MONTH.search(text[number.end : each.start()]):
            continue  # `S08E12 - May 16, 2021`
        rest = text[each.end() : number.start if number and number.start > each.start() else None].strip(" -)].,")
        is_after = number is not None and each.start() > number.start and not is_release
        if number is not None and is_after and (rest or number.evidence != "number"):
            continue
        rest = re.sub(r"^\([^()]*\)?$", "", rest)
        if not rest or is_release or _only_tags(words.PARTS.sub(" ", rest)) or _EDITION_FIRST.match(rest):
            return YearMatch(int(each[1]), _before(text, each.start()), each.end(), is_marked=False)
    return None


def _is_year_of_episode(text: str, number: NumberMatch | None, start: int) -> bool:
    """Return whether a year follows the title of an episode: `Tatort - Folge 1000 - Taxi nach Leipzig (2016)`."""
    return number is not None and number.is_sure and start > number.end and bool(_title(text[number.end : start]))


def _only_tags(text: str) -> bool:
    """Return whether a text after a year has only words of releases and editions."""
    rest = words.EDITION.sub(" ", text)
    return all(words.SOFT_TAG.fullmatch(each) or words.STRONG_TAG.fullmatch(each) for each in _PLAIN_TAG.findall(rest))


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


def _edition(text: str, pattern: re.Pattern[str]) -> str:
    match = next((each for each in pattern.finditer(text) if each.start()), None)
    return " ".join(match[0].split()) if match else ""


def _language(text: str) -> str:
    found = [words.LANGUAGES[each.lower()] for each in _PLAIN_TAG.findall(text) if each.lower() in words.LANGUAGES]
    return found[0] if found else ""


def first_words(title: str, count: int) -> str:
    """Return the first words of a title, as `fold_title` counts them."""
    for match in re.finditer(r"[^\W_]+(?:['’`´.][^\W_]+)*", title):
        if len(fold_title(title[: match.end()]).split()) >= count:
            return title[: match.end()]
    return title


def title_without_part(title: str) -> str:
    """Return a title without the number of a part: `Heat Part 2` is `Heat`."""
    return _title(words.PARTS.sub(" ", title)) or title


def _title(text: str) -> str:
    """Return a part of a name as a title: without separators at its ends and editions."""
    edition = words.EDITION.search(text)
    if edition and text[: edition.start()].strip(" -(["):
        text = text[: edition.start()]
    text = re.sub(r"[\[(]\s*[\])]|(?<=\w) - s\d{1,2}(?= *$)", " ", text, flags=re.IGNORECASE)
    text = " ".join(text.split()).strip(" -_~,;:+|")
    text = re.sub(r"^[)\]]+|[(\[]+$", "", text).strip(" -_~,;:+|")
    if text.endswith(".") and not _ACRONYM.search(text[-4:]) and not text.endswith(".."):
        text = text.rstrip(". ")
    if in_two_scripts := words.IN_TWO_SCRIPTS.fullmatch(text):
        text = in_two_scripts[1] or in_two_scripts[2]
    text = re.split(r"\s+a\.?k\.?a\.?\s+", text, maxsplit=1, flags=re.IGNORECASE)[0]
    return text + "." if _CUT_ACRONYM.search(text) else text


def _without_tags(title: str) -> str:
    """Return the title of a release without the tags before its year; `The Good German` keeps its last word."""
    match = _TAG_BEFORE_YEAR.search(title)
    if title != title.upper():
        title = re.sub(r"(?<=\w)[ .]+(?:SE|SEE|EE|DC)$", "", title)  # special, extended, director's cut
    is_title = (
        match is None
        or re.fullmatch(words.ARTICLES, title[: match.start()], re.IGNORECASE)
        or (match[0].strip().lower() in words.LANGUAGES and re.match(r"(?:the|a|an) ", title, re.IGNORECASE))
    )
    return title if is_title or match is None else title[: match.start()] or title


def _inverted(title: str) -> str:
    """Return `Matrix, The` as `The Matrix`."""
    match = re.fullmatch(rf"(.+?), ({words.ARTICLES})((?: - .+)?)", title, re.IGNORECASE)
    if match is None:
        return title
    return f"{match[2]}{'' if match[2].endswith(chr(39)) else ' '}{match[1]}{match[3]}"
