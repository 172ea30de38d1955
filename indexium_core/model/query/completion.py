"""
Completion of the word at the cursor of a search, as far as the grammar alone allows.

`flows/planning/plan_search.py` adds the values of a library (people, folders, libraries). Unlike the grammar,
completion accepts every text, because the text is incomplete while the user types.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from indexium_core.model.planning import risk
from indexium_core.model.query.keys import Key, all_keys

_YES_NO = ("yes", "no")


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """One completion: `text` replaces the text from `start` to `end`."""

    start: int
    end: int
    text: str
    label: str  # the completion as a list shows it
    hint: str = ""  # effect of the completion
    count: int | None = None  # number of matching files of the plan, if known


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """The word in or before the cursor."""

    start: int  # the word follows a minus
    end: int  # end of the text that a completion replaces
    key: str  # the text before a colon, in lower case; "" for a bare word
    typed: str  # the value or bare word up to the cursor, without quotes
    first: str = ""  # earlier values of a list: "danger,"
    quoted: bool = False


def word_at(text: str, position: int) -> Word:
    """Return the word at a position; after a blank the word is empty."""
    position = max(0, min(position, len(text)))
    start, in_quotes = _start(text, position)
    if text[start : start + 1] == "-" and start < position:
        start += 1
    before = text[start:position]
    name, colon, value = before.partition(":")
    if not (colon and name.replace("_", "").isalnum()):
        return Word(
            start=start, end=_end(text, position, in_quotes), key="", typed=_plain(before), quoted='"' in before
        )
    first, comma, last = value.rpartition(",") if '"' not in value else ("", "", value)
    return Word(
        start=start,
        end=_end(text, position, in_quotes),
        key=name.lower(),
        typed=_plain(last),
        first=first + comma,
        quoted='"' in value,
    )


def complete(text: str, position: int) -> list[Completion]:
    """Return completions of the word at a position: keys, or the values of a key with a fixed list."""
    position = max(0, min(position, len(text)))
    word = word_at(text, position)
    if not word.key:
        return [] if word.quoted else _keys(text, word, position)
    key = all_keys().get(word.key)
    return [] if key is None else _values(key, word)


def _keys(text: str, word: Word, position: int) -> list[Completion]:
    end = position
    while text[end : end + 1].isalnum() or text[end : end + 1] == "_":
        end += 1
    end += text[end : end + 1] == ":"
    name = word.typed.lower()
    return [
        Completion(start=word.start, end=end, text=f"{key.name}:", label=f"{key.name}:", hint=f"files {key.help}")
        for key in all_keys().values()
        if key.name.startswith(name)
    ]


def _values(key: Key, word: Word) -> list[Completion]:
    choices = key.choices or (_YES_NO if key.kind == "flag" else ())
    return [
        Completion(
            start=word.start,
            end=word.end,
            text=f"{key.name}:{word.first}{choice}",
            label=choice,
            hint=_HINTS.get(key.name, {}).get(choice, ""),
        )
        for choice in choices
        if _fits(choice, word.typed.lower()) and choice not in word.first.split(",")
    ]


def _fits(choice: str, typed: str) -> bool:
    """Return whether one of the words of a choice starts with the typed text."""
    return choice.startswith(typed) or any(part.startswith(typed) for part in choice.split("_"))


_HINTS: Mapping[str, Mapping[str, str]] = {
    "risk": {
        "safe": "additions only",
        "warning": "check before writing",
        "danger": "would lose your text or people",
        "blocked": "cannot be written",
        "unchanged": "no change",
    },
    "category": {
        "add": "adds people to a file without people",
        "merge": "adds people and keeps all",
        "remove": "removes people",
        "rewrite": "same people, other order or spelling",
        "unchanged": "no change",
        "blocked": "cannot be written",
    },
    "issue": {code: kind.label for code, kind in risk.ISSUES.items()},
    "locked": {"yes": "any field", "no": "no field"},
    "mode": {
        "merge": "people of database and file",
        "exact": "only people of the database",
        "replace": "the comment becomes the list of people",
        "preserve": "the custom text of the comment stays",
    },
}


def _start(text: str, position: int) -> tuple[int, bool]:
    """Return where the word at a position starts, and whether the position is inside quotes."""
    start, in_quotes = 0, False
    for index, letter in enumerate(text[:position]):
        if letter == '"':
            in_quotes = not in_quotes
        elif not in_quotes and (letter.isspace() or letter in "()"):
            start = index + 1
    return start, in_quotes


def _end(text: str, position: int, in_quotes: bool) -> int:  # noqa: FBT001 - a result of `_start`
    """Return the end of the word: its closing quote, otherwise the next blank or bracket."""
    if in_quotes:
        closing = text.find('"', position)
        return closing + 1 if closing >= 0 else position
    end = position
    while end < len(text) and not text[end].isspace() and text[end] not in '()"':
        end += 1
    return end


def _plain(piece: str) -> str:
    """Return a piece without its quotes, closed or not."""
    if not piece.startswith('"'):
        return piece.replace('"', "")
    inner = piece[1:]
    return inner.removesuffix('"' if inner.count('"') % 2 else "").replace('""', '"')
