"""
Titles as text: the title in a file name, and how alike two titles are.

A comparison ignores letter case, accents, punctuation and script: “Амели” and “Ameli” are equal.

Titles have four forms for comparison, because each has another purpose:

- `title_key` compares a title with those of providers. It has Latin letters and no words of releases.
- `names.fold_title` groups files. It keeps the script and all words, because two titles of one library that differ only
  in these are two titles.
- The macro `folded` of the store (`people_comment.fold` in Python) is for searches: a part of it finds a title, so it
  keeps punctuation.
- `sort_title` (statement in `titles.sql`) orders lists: the title without the article at its start.
"""

from __future__ import annotations

import functools
import re

import anyascii

STOP_WORDS = frozenset(["the", "a", "an", "and", "or", "but", "in", "on", "at", "to", "for", "of", "with", "by"])
MAX_TITLE_LENGTH = 300  # characters that are compared: no title is longer, and the comparison is quadratic
_SEPARATORS = re.compile(r"[\s_.\-–—]+")
_BRACKETS = re.compile(r"[\[\](){}]")
_APOSTROPHES = re.compile(r"['’`´ʼ]")
_OTHER_SIGNS = re.compile(r"[\W_]+")
_ARTICLES = {  # at the start of a title, by language
    "en": "the a an",
    "de": "der die das ein eine",
    "fr": "le la les l un une",
    "es": "el la los las un una",
    "it": "il lo la gli i le l un uno una",
    "pt": "o a os as um uma",
    "nl": "de het een",
    "da": "den det de en et",
    "no": "den det de en et",
    "sv": "den det de en ett",
}
_ALL_ARTICLES = frozenset(word for words in _ARTICLES.values() for word in words.split())
_ENGLISH_WORDS = frozenset(["i", "as", "o", "os", "de", "den", "die", "en", "et"])  # articles in their language only
_INVERTED = re.compile(r"(?P<title>.+\S), ?(?P<article>[^\W\d]{1,4})['’]?")
_ELIDED = re.compile(r"(?P<article>l)['’`´ʼ] ?(?=\w)", re.IGNORECASE)
_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_RELEASE_WORDS = re.compile(
    r"\b("
    r"dvd(rip)?|blu ?ray|b[dr]rip|web ?dl|web ?rip|hdtv|hd|uhd|4k|(2160|1080|720|576|480)[pi]"
    r"|xvid|divx|[xh] ?26[45]|hevc|avc|aac|ac3|dts"
    r"|proper|repack|extended|director['’`´ʼ]?s? cut|unrated"
    r")\b",
    re.IGNORECASE,
)


def clean_title(title: str) -> str:
    """
    Return a title without separators, brackets and the words for quality, codec and release.

    A title that consists of such words only (a film called “HD”) keeps them.
    """
    words = " ".join(_SEPARATORS.sub(" ", _BRACKETS.sub(" ", title)).split())
    return " ".join(_RELEASE_WORDS.sub(" ", words).split()) or words or title.strip()


@functools.lru_cache(maxsize=20_000)
def title_key(title: str) -> str:
    """Return the form of a title in which titles are compared: lower case, Latin letters, digits, single spaces."""
    plain = clean_title(title[:MAX_TITLE_LENGTH])
    text = _APOSTROPHES.sub("", plain).replace("&", " and ")
    latin = (text if text.isascii() else anyascii.anyascii(text)).casefold()
    words = " ".join(_OTHER_SIGNS.sub(" ", latin.replace("'", "")).split())
    return words or plain.casefold()  # a title of signs only: “…”


def same_title(first: str, second: str) -> bool:
    """Return whether two titles are equal apart from letter case, accents, punctuation and script."""
    return title_key(first) == title_key(second)


def is_exact(first: str, second: str, language: str = "") -> bool:
    """
    Return whether two titles have the same words in the same order.

    Letter case, accents, punctuation and spaces make no difference, nor does an article at the start (`The Matrix`,
    `Matrix, The`) that the other title lacks. Two different articles do: *A Guest* is not *The Guest*. `language`
    (ISO 639-1) is that of the titles: then only its articles and those of English count. If it is not known, words that
    English has, too, are no articles: *die*, *i*.
    """
    full, short = _exact_keys(first, language)
    other_full, other_short = _exact_keys(second, language)
    return bool(full & (other_full | other_short) or short & other_full)


@functools.lru_cache(maxsize=20_000)
def _exact_keys(title: str, language: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the keys of a title in its spellings with *ä* or *ae*, and those without its article."""
    known = _ARTICLES["en"].split() + _ARTICLES.get(language, "").split()
    articles = frozenset(known) if language else _ALL_ARTICLES - _ENGLISH_WORDS
    text = _ELIDED.sub("l ", title, count=1) if _ELIDED.match(title) else title
    inverted = _INVERTED.fullmatch(text)
    if inverted and inverted["article"].casefold() in _ALL_ARTICLES:
        text = f"{inverted['article']} {inverted['title']}"
    full, short = set(), set()
    for spelling in {text, text.translate(_SPELT_OUT)}:
        first, *others = title_key(spelling).split() or [""]
        full.add(first + "".join(others))
        if first in articles:
            short.add("".join(others))
    return frozenset(full - {""}), frozenset(short - {""})


def title_similarity(first: str, second: str) -> float:
    """
    Return how alike two titles are, from 0 to 1: the better of the two measures below; 1 for equal titles.

    - Letters: 1 − Levenshtein distance / length of the longer title.
    - Words: common words / words of the title with more words, without stop words. If both titles consist of stop
      words only, these words count.
    """
    key, other = title_key(first), title_key(second)
    if not key or not other:
        return 0.0
    if key == other:
        return 1.0
    from rapidfuzz.distance import Levenshtein  # here: a command that decides compares no titles

    return max(Levenshtein.normalized_similarity(key, other), _word_overlap(key.split(), other.split()))


def _word_overlap(words: list[str], others: list[str]) -> float:
    content = [word for word in words if word not in STOP_WORDS]
    other_content = [word for word in others if word not in STOP_WORDS]
    if not content and not other_content:
        content, other_content = words, others
    shared = set(content).intersection(other_content)
    common = sum(min(content.count(word), other_content.count(word)) for word in shared)
    return common / max(len(content), len(other_content))
