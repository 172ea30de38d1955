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

__all__ = ["clean_title", "same_title", "title_key", "title_similarity"]

STOP_WORDS = frozenset(["the", "a", "an", "and", "or", "but", "in", "on", "at", "to", "for", "of", "with", "by"])
MAX_TITLE_LENGTH = 300  # characters that are compared: no title is longer, and the comparison is quadratic
_SEPARATORS = re.compile(r"[\s_.\-–—]+")
_BRACKETS = re.compile(r"[\[\](){}]")
_APOSTROPHES = re.compile(r"['’`´ʼ]")
_OTHER_SIGNS = re.compile(r"[\W_]+")
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
