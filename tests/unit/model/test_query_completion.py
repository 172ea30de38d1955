"""Completions of the word at the cursor, whatever is around it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexium_core.model import query
from tests.support.cases import each_case


def texts(text: str, position: int | None = None) -> list[str]:
    return [each.text for each in query.complete(text, len(text) if position is None else position)]


def test_cursor_beyond_text_is_at_its_end() -> None:
    """The browser sent the position, and the text may be shorter now."""
    for each in query.complete("ri", 9):
        assert (each.start, each.end) == (0, 2)


@each_case(
    ("text", "completed"),
    [
        ("ri", ["risk:"]),
        ("ann -po", ["postponed:"]),
        ("risk:d", ["risk:danger"]),
        ("(risk:danger,b", ["risk:danger,blocked"]),
        ("risk:danger,d", []),  # it is already in the query
        ("edited:", ["edited:yes", "edited:no"]),
        ("issue:cu", ["issue:custom_comment"]),
        ("issue:link", ["issue:hard_linked"]),
        ("RISK:DA", ["risk:danger"]),
        ("person:a", []),
        ("zzz", []),
        ("nokey:a", []),
        ('"ri', []),
    ],
)
def test_keys_and_fixed_values(text: str, completed: list[str]) -> None:
    assert texts(text + " tail", len(text)) == completed


def test_empty_word_completes_to_every_key() -> None:
    assert texts("ann ") == [f"{key}:" for key in query.KEYS]


def put(text: str, position: int) -> str:
    offer = query.complete(text, position)[0]
    return text[: offer.start] + offer.text + text[offer.end :]


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("ann ri| bob", "ann risk: bob"),
        ("ann -ri|", "ann -risk:"),
        ("ri|sk:safe x", "risk:safe x"),
        ("risk:d|anger x", "risk:danger x"),
        ("(risk:d|)", "(risk:danger)"),
        ("risk:safe,d| x", "risk:safe,danger x"),
    ],
)
def test_completion_replaces_only_word(text: str, result: str) -> None:
    assert put(text.replace("|", ""), text.index("|")) == result


@pytest.mark.parametrize(
    ("text", "key", "typed", "covered"),
    [
        ('person:"An|', "person", "An", 'person:"An'),
        ('person:"An|" x', "person", "An", 'person:"An"'),
        ('person:"Ann L|ee" x', "person", "Ann L", 'person:"Ann Lee"'),
        ('x person:"a ""b"|', "person", 'a "b', 'person:"a ""b"'),
        ('"an|', "", "an", '"an'),
        ("folder:/Fam|ily x", "folder", "/Fam", "folder:/Family"),
    ],
)
def test_quotes_are_part_of_word(text: str, key: str, typed: str, covered: str) -> None:
    whole, position = text.replace("|", ""), text.index("|")
    word = query.word_at(whole, position)
    assert (word.key, word.typed, whole[word.start : word.end]) == (key, typed, covered)


@given(st.text(alphabet='ab "-:(),risk\U0001f382\u0301', max_size=20), st.integers(-3, 25))
def test_completion_accepts_any_text(text: str, position: int) -> None:
    word = query.word_at(text, position)
    assert 0 <= word.start <= word.end <= len(text)
    for offer in query.complete(text, position):
        assert offer.text.endswith(":") or ":" in offer.text
