"""
The difference of two comments: word by word, and letter by letter in words with small changes. All functions are pure.

A comment is shown as runs of text. None means no comment, an empty list an empty comment. A run may have `mark` (the
other comment lacks it), `show` (symbols in place of its text: for changed blanks and line breaks, and invisible
characters) and `fold` (it is long and shown on request).
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import regex

Segments = list[dict[str, str | bool]]

LONGEST = 20_000  # characters of a comment that are shown
_MOST_PAIRS = 4_000_000  # maximum number of compared pairs of words; texts with more count as changed
_LIKE = 0.5  # minimum similarity of two phrases that are compared by letters
_PHRASE = 200  # maximum number of characters of such a phrase
_LONG, _HEAD = 360, 150  # a longer run is folded; characters of its ends that stay visible
_NAMES = re.compile(r"(, )")
_GRAPHEME = regex.compile(r"\X")  # an extended grapheme cluster, Unicode Standard Annex 29
# Scripts whose letters change their shape beside one another: a boundary between two of them would be visible.
_JOINED_SCRIPT = regex.compile(r"[\p{Bidi_Class=AL}\u0900-\u0dff\u1000-\u109f]")
_BREAKS = {"\n": "↵\n", "\r\n": "␍↵\n", "\r": "␍\n", "\t": "→\t", "\u00a0": "⍽"}


class _DiffRun(NamedTuple):
    text: str
    mark: bool


def compare(old: str | None, new: str | None) -> tuple[Segments | None, Segments | None]:
    """Return both comments as runs of text with marked differences; None means no comment."""
    if old is None or new is None or old == new:
        return _plain(old), _plain(new)
    left, right = _words(old[:LONGEST]), _words(new[:LONGEST])
    gone: list[_DiffRun] = []
    come: list[_DiffRun] = []
    for equal, a, b in _blocks(left, right):
        if equal:
            gone.append(_DiffRun(a, mark=False))
            come.append(_DiffRun(b, mark=False))
        else:
            for same, c, d in _refined(a, b):
                gone.append(_DiffRun(c, mark=not same))
                come.append(_DiffRun(d, mark=not same))
    return _segments(gone, old), _segments(come, new)


def seen(text: str) -> str:
    """Return a text with symbols for invisible characters and for those that change the writing direction."""
    return _visible(text, blanks=False, last=False)


def _plain(text: str | None) -> Segments | None:
    return None if text is None else _segments([_DiffRun(text[:LONGEST], mark=False)], text)


# Comparing.


def _graphemes(text: str) -> list[str]:
    """Split a text into grapheme clusters."""
    return _GRAPHEME.findall(text)


def _words(text: str) -> list[str]:
    """Split a text into words, runs of blanks, and single other characters."""
    found: list[str] = []
    kinds: list[str] = []
    for piece in _graphemes(text):
        kind = "word" if piece[0].isalnum() else "blank" if piece in " \t\u00a0" else "one"
        if kinds and kind == kinds[-1] != "one":
            found[-1] += piece
        else:
            found.append(piece)
            kinds.append(kind)
    return found


def _blocks(left: Sequence[str], right: Sequence[str]) -> Iterator[tuple[bool, str, str]]:
    """Yield equal and changed runs alternately; an accidental match counts as changed."""
    shortest = min(len(left), len(right))
    front = next((at for at in range(shortest) if left[at] != right[at]), shortest)
    rest = shortest - front
    back = next((at for at in range(rest) if left[-1 - at] != right[-1 - at]), rest)
    yield True, "".join(left[:front]), "".join(right[:front])
    yield from _middle(left[front : len(left) - back], right[front : len(right) - back])
    yield True, "".join(left[len(left) - back :]), "".join(right[len(right) - back :])


def _middle(left: Sequence[str], right: Sequence[str]) -> Iterator[tuple[bool, str, str]]:
    if len(left) * len(right) > _MOST_PAIRS:
        yield False, "".join(left), "".join(right)
        return
    changed = ["", ""]
    for kind, a, b, c, d in difflib.SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if kind == "equal" and _telling(left[a:b]):
            yield False, changed[0], changed[1]
            yield True, "".join(left[a:b]), "".join(right[c:d])
            changed = ["", ""]
        else:
            changed = [changed[0] + "".join(left[a:b]), changed[1] + "".join(right[c:d])]
    yield False, changed[0], changed[1]


def _telling(words: Sequence[str]) -> bool:
    """Return whether an equal run is significant: a first name can occur in two unrelated texts."""
    return sum(word[0].isalnum() for word in words) > 1


def _refined(old: str, new: str) -> Iterator[tuple[bool, str, str]]:
    """Yield equal and changed parts of two changed runs, compared name by name."""
    olds, news = _NAMES.split(old), _NAMES.split(new)  # names alternate with separators
    shared = min(len(olds), len(news)) // 2 + 1
    if not all(_alike(olds[2 * at], news[2 * at]) for at in range(shared)):
        yield False, old, new
        return
    for at in range(shared):
        if at:
            yield True, olds[2 * at - 1], news[2 * at - 1]
        yield from _letters(olds[2 * at], news[2 * at])
    yield False, "".join(olds[2 * shared - 1 :]), "".join(news[2 * shared - 1 :])


def _alike(old: str, new: str) -> bool:
    """Return whether two phrases are similar enough to compare their letters."""
    if not old or not new or max(len(old), len(new)) > _PHRASE or _JOINED_SCRIPT.search(old + new):
        return False
    return _matched(old, new).ratio() >= _LIKE


def _matched(old: str, new: str) -> difflib.SequenceMatcher[str]:
    return difflib.SequenceMatcher(None, _graphemes(old), _graphemes(new), autojunk=False)


def _letters(old: str, new: str) -> Iterator[tuple[bool, str, str]]:
    """Yield the common letters of two phrases, at least two in a row, and the other letters."""
    left, right = _graphemes(old), _graphemes(new)
    changed = ["", ""]
    for kind, a, b, c, d in _matched(old, new).get_opcodes():
        if kind == "equal" and (b - a > 1 or a == 0 or b == len(left)):
            yield False, changed[0], changed[1]
            yield True, "".join(left[a:b]), "".join(right[c:d])
            changed = ["", ""]
        else:
            changed = [changed[0] + "".join(left[a:b]), changed[1] + "".join(right[c:d])]
    yield False, changed[0], changed[1]


# Showing.


def _segments(runs: Sequence[_DiffRun], text: str) -> Segments:
    joined: list[_DiffRun] = []
    for run in runs:
        if run.text and joined and joined[-1].mark == run.mark:
            joined[-1] = _DiffRun(joined[-1].text + run.text, run.mark)
        elif run.text:
            joined.append(run)
    found = [segment for place, run in enumerate(joined) for segment in _shown(run, last=place == len(joined) - 1)]
    if len(text) > LONGEST:
        found.append({"text": f" … {len(text) - LONGEST:,} more characters", "mark": False})
    return found


def _shown(run: _DiffRun, *, last: bool) -> Iterator[dict[str, str | bool]]:
    """Yield a run; the spaces around a change are unmarked, unless only spaces changed."""
    body = run.text.strip() if run.mark else ""
    if not run.mark or not body:
        yield from _folded(run.text, mark=run.mark, blanks=run.mark, last=last or run.mark)
        return
    before, _, after = run.text.partition(body)
    if before:
        yield _segment(before, mark=False, blanks=True, last=False)
    yield from _folded(body, mark=True, blanks=True, last=last and not after)
    if after:
        yield _segment(after, mark=False, blanks=True, last=last)


def _folded(text: str, *, mark: bool, blanks: bool, last: bool) -> Iterator[dict[str, str | bool]]:
    pieces = _graphemes(text) if len(text) > _LONG else []
    if len(pieces) <= _LONG:
        yield _segment(text, mark=mark, blanks=blanks, last=last)
        return
    head, middle, tail = pieces[:_HEAD], pieces[_HEAD:-_HEAD], pieces[-_HEAD:]
    yield _segment("".join(head), mark=mark, blanks=blanks, last=False)
    yield _segment("".join(middle), mark=mark, blanks=blanks, last=False) | {"fold": True}
    yield _segment("".join(tail), mark=mark, blanks=blanks, last=last)


def _segment(text: str, *, mark: bool, blanks: bool, last: bool) -> dict[str, str | bool]:
    segment: dict[str, str | bool] = {"text": text, "mark": mark}
    shown = _visible(text, blanks=blanks, last=last)
    if shown != text:
        segment["show"] = shown
    return segment


_TRAILING = re.compile(r"[ \u00a0]+(?=[\r\n])")
_BREAK = re.compile(r"\r\n|[\n\r\t\u00a0]")


def _visible(text: str, *, blanks: bool, last: bool) -> str:
    """Return a text with symbols for invisible characters; `blanks`: also for line breaks and trailing spaces."""
    if blanks:
        text = _TRAILING.sub(_dots, text)
        if last:
            text = re.sub(r" +$", _dots, text)
        text = _BREAK.sub(lambda found: _BREAKS[found[0]], text)
    return text if text.isprintable() else "".join(_sign(char) for char in text)


def _dots(found: re.Match[str]) -> str:
    return "·" * len(found[0])


def _sign(char: str) -> str:
    """Return a symbol for an invisible character or one that changes the writing direction."""
    if char.isprintable() or char in "\n\r\t\u200c\u200d\ufeff" or char.isspace():
        return char
    if ord(char) < 0x20:
        return chr(0x2400 + ord(char))
    return f"⟨{unicodedata.name(char, f'U+{ord(char):04X}').lower()}⟩"
