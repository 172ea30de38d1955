"""
Bring a name into the usual form before it is read: an ordered list of steps.

Each step takes something out of the name (ids, the role of an extra, a checksum, a website, the group of a fansub), or
writes something as most names have it (`[S01E02] Title` as `Title - S01E02`). A later step can rely on the ones before
it, so their order is a part of the rules.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from indexium_core.model.names import event_words, words
from indexium_core.model.names.dates import find_date
from indexium_core.model.names.name_parts import NameParts, Role
from indexium_core.model.names.numbers import find_number, with_digits
from indexium_core.model.providers.external_ids import ID_FIELDS, ExternalId

_LONGEST = 1000  # characters that are read: no disk holds a longer name, and some expressions are quadratic
YEAR = re.compile(r"(?<![^\W_])(18[89]\d|19\d\d|20[0-3]\d)(?![^\W_])")
_TRANSLATED = str.maketrans(
    {chr(0xFEE0 + ord(each)): each for each in f"{string.ascii_letters}{string.digits}()[]"}  # full-width forms
    | {"【": "[", "】": "]", "–": "-", "—": "-", "　": " "}
)
_ID = re.compile(
    rf"[\[({{]\s*({'|'.join(ID_FIELDS)}|tvmaze|anidb|anilist|anisearch)(?:id)?\s*[-=: ]\s*(tt\d{{7,9}}|\d+)\s*[\])}}]|"
    rf"(?<![^\W_])({'|'.join(ID_FIELDS)})(?:id)?[-=](tt\d{{7,9}}|\d+)(?![^\W_])|"
    r"[\[({]?(?<![^\W_])(tt\d{7,9})(?![^\W_])[\])}]?",
    re.IGNORECASE,
)
_EDITION_TAG = re.compile(r"\{edition-([^}]*)\}", re.IGNORECASE)
_YEAR_IN_BRACKETS = re.compile(r"[(\[](?:18[89]\d|19\d\d|20[0-3]\d)[)\]]")
_ASPECT_RATIO = re.compile(r"\[(?:1\.19|1\.2\d|2\.00|2\.10|2\.2\d)\]")  # without a year, an episode: `[2.20]`
_DATE = re.compile(r"[\[{]((?=[^\[\]{}]*\d\d)[^\[\]{}]{6,20})[\]}]")
_CRC = re.compile(r"\[[0-9A-F]{8}\]|\((?=\d*[A-F])[0-9A-F]{8}\)", re.IGNORECASE)
_REMOVED = (
    _CRC,
    re.compile(r"\.(?:avi|mkv|mp4|m4v|mpe?g|wmv)$", re.IGNORECASE),  # before another extension
    re.compile(r"^(?=\d*[a-f])[0-9a-f]{8}_(?=[^\W\d])|^-\w+- "),  # of an obfuscated name; a group between dashes
    re.compile(r" *\[20\d{6}-\d{4}\]$"),  # the start of a recording of HDHomeRun
    re.compile(r"[ _]t\d\d$"),  # a title of a disc, as MakeMKV names it: `BRAZIL_t01`
    re.compile(r"(?:(?<=\])|^)★[^★]*★"),
    re.compile(  # `Начало _ Inception`, `Shirokuma Cafe | Polar Bear Cafe`
        rf"(?:(?<={words.FOREIGN}) [_/|]|(?<=[^\W_]) [|/]) [\x00-\u024f]+?(?=\s*(?:[(\[]|$)|\s-\s|\s\S*\d)"
    ),
)
_TAGS_FIRST = re.compile(r"^(?:\([^()]*\)|\[[^\[\]]*\](?=\[))[ _.-]*(?=[\w\[])")
_TAGS_BEFORE = re.compile(  # `x264-Title 2014`, `1080p.BluRay.x264.Title.1997`; not the film *Opus* of 2025
    rf"^(?:(?:{words.STRONG_TAG.pattern}|(?-i:i?INTERNAL|PROPER|REPACK))[ ._-]+)+"
    rf"(?!(?:19|20)\d\d|{words.STRONG_TAG.pattern})(?=[^\W_]{{2,}}[ ._-])",
    re.IGNORECASE,
)
_TAGS_LAST = re.compile(r"(?: - [A-Z0-9]{2,}){2,}$")
_REWRITTEN: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(.[(\[](?:18[89]|19\d|20\d)\d) ?[-,] ?(?:(?:19|20)\d\d|[^\W\d_][^\d()\[\]]*)? ?(?=[)\]])"), r"\1"),
    # `[S01]_[E02]`
    (re.compile(rf"(?i)\[((?:s|{words.SEASON}) ?\d{{1,2}})\][ ._-]*\[((?:e|{words.EPISODE})[. ]*[\de-]+)\]"), r"\1 \2"),
    (re.compile(r"^\[(s\d{1,2}[ ._]?e\d{1,3}|\d{1,2}x\d{2,3})\]\s*(.+?)(?: - |$)", re.IGNORECASE), r"\2 - \1 - "),
    # `Tarkovsky, Andrei - 1972 - Solaris`
    (re.compile(r"^[^\W\d_]+, [^\W\d_]+ - ((?:19|20)\d\d) - (.+)$"), r"\2 (\1)"),
)
_IN_BRACKETS_ALL = re.compile(r"^(?:\[[^\]]*\]\s*){3,}")
_NUMBER_IN_BRACKETS = re.compile(r"(?:s\d{1,2})?(?:ep?|第)?(\d{1,4})(?:v\d)?(?:end|[集話话回])?", re.IGNORECASE)
_WEBSITE = re.compile(
    r"^(?:\[\s*)?(?:www[ .][\w-]+\.\w+|[\w-]+\.(?:com|org|net|to|cc|info|me|ru|tv))(?:\s*\])?[ _-]+", re.IGNORECASE
)
_GROUP = re.compile(r"^\s*\[([^\]]+)\][ _.-]*")
_ROUND_GROUP = re.compile(r"^\(([^()]{2,12})\)(?=[^\W\d])")
_BRACKETED_NUMBER = re.compile(  # of a fansub: `Title [05]`, `Title {05}`, `Title (01-12)`
    r"(?<=[^\s\[({])\s*[\[({](\d{2,4}(?:\s?[-~]\s?\d{2,4})?)(?<!19\d\d)(?<!20\d\d)(?:v\d)?(?:[ _]?end)?[\])}]"
    r"(?=[\s_]*(?:[\[({]|$))",
    re.IGNORECASE,
)
_PADDED_IN_BRACKETS = re.compile(r"[\[({]0\d(?:v\d)?[\])}]|\{\d{2,3}\}")
_GLUED_NUMBER = re.compile(r"(?<=[^\W\d_]{3})-?(\d{2,3})(?:v\d)?(?=_?\s*(?:[\[(]|$))")  # of a fansub: `Title12`
_VERSIONED = re.compile(r"\dv\d(?:[ _]*[\[(]|$)")
_YEAR_FIRST = re.compile(r"^[(\[{]((?:19|20)\d\d)[)\]}][ _.-]*([^(\[]*[^(\[ _.-])")
_CAPITULO = re.compile(r"\[cap[. ]*(\d{1,2})(\d\d)(?:_\d{0,2}(\d\d))?\]", re.IGNORECASE)  # [Cap.102]: S01E02
_GLUED_NUMBERS = re.compile(r"([^\W\d_]{2,}?)((?:19|20)\d\d|S\d\dE\d\d)(?=$|[._-])")
_CAPITAL = re.compile(r"(?<=[a-zß-ÿ])(?=[A-Z])")
_PLAIN_TAG = re.compile(r"[^\W_]+(?:'[^\W_]+)?")


@dataclass(frozen=True, slots=True)
class Draft:
    """A name on its way into the usual form."""

    text: str
    found: NameParts  # what is known already
    has_crc: bool = False
    has_group: bool = False  # it begins with the group of a fansub, or has a checksum


NameStep: TypeAlias = Callable[[Draft], Draft]


def plain_text(name: str) -> str:
    """Return the first characters of a name in NFC, without control characters, and with digits for other numerals."""
    text = unicodedata.normalize("NFC", name[:_LONGEST]).translate(_TRANSLATED)
    return with_digits("".join(each for each in text if unicodedata.category(each) not in {"Cf", "Cc"}).strip())


def in_usual_form(text: str) -> Draft:
    """Return a plain text after all steps."""
    draft = Draft(text, NameParts())
    for step in STEPS:
        draft = step(draft)
    return draft


def only_tags(text: str) -> bool:
    """Return whether a text has only words of releases and editions."""
    rest = words.EDITION.sub(" ", text)
    return all(words.SOFT_TAG.fullmatch(each) or words.STRONG_TAG.fullmatch(each) for each in _PLAIN_TAG.findall(rest))


def _take_ids(draft: Draft) -> Draft:
    """Take out the ids of providers and the tag of an edition."""
    ids: dict[str, str] = {}
    for match in _ID.finditer(draft.text):
        provider, value = (match[1] or match[3] or "imdb").lower(), (match[2] or match[4] or match[5]).lower()
        known = ExternalId("imdb" if value.startswith("tt") else provider, value)
        if known.is_valid or known.provider not in ID_FIELDS:
            ids.setdefault(known.provider, value)
    text = _ID.sub(" ", draft.text)
    edition = _EDITION_TAG.search(text)
    found = replace(draft.found, ids=ids, edition=edition[1].strip() if edition else "")
    return replace(draft, text=_EDITION_TAG.sub(" ", text).strip(), found=found)


def _take_role(draft: Draft) -> Draft:
    """Take out the words of a trailer, a sample or an extra."""
    text, role = _without_role(draft.text)
    return replace(draft, text=text, found=replace(draft.found, role=role))


def _without_role(text: str) -> tuple[str, Role]:
    for match in words.TRAILER.finditer(text):
        head, rest = text[: match.start()].strip(" -._"), text[match.end() :]
        tags = YEAR.sub(" ", re.sub(r"(?<=\w)-\w+$", "", rest))
        is_sure = match["sure"] or text[match.start() - 2 : match.start() + 1] == " - " or YEAR.search(head)
        is_tagged = is_sure and head and only_tags(tags) and find_number(head) is None
        if not rest or is_tagged or (not head and rest.startswith(" - ")):
            return f"{head} {rest}".strip(" -._"), "trailer"
    if (extra := words.EXTRA_OF.search(text)) and extra.start() and not event_words.EVENT.search(text):
        return text[: extra.start("season") if extra["season"] else extra.start("extra")], "extra"
    roles: list[tuple[Role, re.Pattern[str]]] = [("sample", words.SAMPLE), *(("extra", each) for each in words.EXTRAS)]
    for role, pattern in roles:
        if found := pattern.search(text):
            return f"{text[: found.start()]} {text[found.end() :]}".strip(" -._"), role
    return text, "main"


def _mark_date(draft: Draft) -> Draft:
    """Write a date in square brackets, which are those of groups and tags, in round ones."""

    def marked(match: re.Match[str]) -> str:
        date = find_date(match[1])
        return f"({match[1]})" if date is not None and date.end - date.start == len(match[1]) else match[0]

    return replace(draft, text=_DATE.sub(marked, draft.text))


def _take_noise(draft: Draft) -> Draft:
    """Take out the checksum, ornaments and a second title after a slash."""
    text = draft.text
    for pattern in _REMOVED:
        text = pattern.sub(" ", text).strip(" _")
    return replace(draft, text=text, has_crc=_CRC.search(draft.text) is not None)


def _take_outer_tags(draft: Draft) -> Draft:
    """Take out the words of a release at the start and at the end, and the aspect ratio."""
    text = draft.text
    while (tags := _TAGS_FIRST.match(text)) and (words.STRONG_TAG.search(tags[0]) or only_tags(tags[0])):
        text = text[tags.end() :]
    text = _TAGS_BEFORE.sub("", text)
    if (tags := _TAGS_LAST.search(text)) and only_tags(tags[0]):
        text = text[: tags.start()]
    return replace(draft, text=_ASPECT_RATIO.sub(" ", text).strip() if _YEAR_IN_BRACKETS.search(text) else text)


def _rewrite(draft: Draft) -> Draft:
    """Write a number at the start, or in two brackets, as most names have it."""
    text = draft.text
    for pattern, replacement in _REWRITTEN:
        text = pattern.sub(replacement, text)
    return replace(draft, text=text)


def _open_brackets(draft: Draft) -> Draft:
    """Write a name that consists of brackets, such as `[Group][Title][05][1080p]`, as `[Group] Title - 05 [1080p]`."""
    if not _IN_BRACKETS_ALL.match(draft.text):
        return draft
    parts = [each.strip() for each in re.findall(r"\[([^\]]*)\]", draft.text)]
    rest = re.sub(r"\[[^\]]*\]", " ", draft.text).strip()
    place = next((at for at, each in enumerate(parts) if at and _NUMBER_IN_BRACKETS.fullmatch(each)), None)
    if place is None:
        return draft
    title = rest if place == 1 else rest or parts[place - 1]
    tags = " ".join(f"[{each}]" for each in parts[place + 1 :])
    number = parts[place] if parts[place][:1] in "sS" else re.sub(r"\D.*$", "", re.sub(r"^\D+", "", parts[place]))
    return replace(draft, text=f"[{parts[0]}] {title or parts[place]} - {number} {tags}")


def _find_group(draft: Draft) -> Draft:
    """Find out whether the name is one of a fansub, and write its number as ` - 05 `."""
    group = _GROUP.match(draft.text)
    has_name = group is not None and not words.STRONG_TAG.search(group[0])
    has_group, text = draft.has_crc or has_name, draft.text
    if has_group or _PADDED_IN_BRACKETS.search(text):
        text = _BRACKETED_NUMBER.sub(r" - \1 ", text, count=1)
    if has_group or _VERSIONED.search(text):
        text = _GLUED_NUMBER.sub(r" - \1 ", text, count=1)
    return replace(draft, text=text, has_group=has_group)


def _take_website(draft: Draft) -> Draft:
    """Take out the address at the start, and write a year in brackets at the start after the title."""
    return replace(draft, text=_YEAR_FIRST.sub(r"\2 (\1)", _WEBSITE.sub("", draft.text)))


def _take_group(draft: Draft) -> Draft:
    """Take out the group at the start; a title in brackets before the year is no group: `[REC].2.2009`."""
    group = _GROUP.match(draft.text) or (_ROUND_GROUP.match(draft.text) if draft.has_crc else None)
    if group is None or draft.text[group.end() : group.end() + 1] in {"", "(", "["}:
        return draft
    rest = draft.text[group.end() :]
    return replace(draft, text=f"{group[1]}.{rest}" if _is_year_of_release(rest) else rest)


def _is_year_of_release(text: str) -> bool:
    """Return whether a text is a year and words of a release, perhaps with the number of a sequel before it."""
    text = re.sub(r"^[2-9][.](?=(?:19|20)\d\d\.)", "", text)
    year = YEAR.match(text)
    return year is not None and only_tags(re.sub(r"-\w+$", "", text[year.end() :])) and len(YEAR.findall(text)) == 1


def _write_capitulo(draft: Draft) -> Draft:
    """Write `[Cap.102]` as S01E02, before the first bracket."""
    text, chapter = draft.text, _CAPITULO.search(draft.text)
    if chapter is None or not (first := text.index("[")):
        return draft
    number = f"S{chapter[1]}E{chapter[2]}" + (f"-E{chapter[3]}" if chapter[3] else "")
    return replace(draft, text=f"{text[:first]} {number} {text[first : chapter.start()]}{text[chapter.end() :]}")


def _part_title(draft: Draft) -> Draft:
    """Part a title and the number that follows without a separator: `TheMatrix1999`, `ModernFamilyS03E05`."""
    glued = _GLUED_NUMBERS.match(draft.text)
    if glued is None:
        return draft
    return replace(draft, text=f"{_CAPITAL.sub('.', glued[1])}.{glued[2]}{draft.text[glued.end() :]}")


STEPS: tuple[NameStep, ...] = (
    _take_ids,
    _take_role,
    _mark_date,
    _take_noise,
    _take_outer_tags,
    _rewrite,
    _open_brackets,
    _find_group,
    _take_website,
    _take_group,
    _write_capitulo,
    _part_title,
)
