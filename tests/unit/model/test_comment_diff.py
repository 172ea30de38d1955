"""The marked parts of a changed comment, and their display."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexium_core.model.fields import comment_diff
from indexium_core.model.fields.comment_diff import LONGEST, compare


def marked(segments: Any) -> list[str]:
    return [part["text"] for part in segments if part["mark"]]


def text(segments: Any) -> str:
    return "".join(part["text"] for part in segments)


def shown(segments: Any) -> str:
    return "".join(part.get("show", part["text"]) for part in segments)


def test_added_person_is_marked() -> None:
    old, new = compare("People: Bob Ray", "People: Bob Ray, Ann Lee")
    assert marked(old) == []
    assert marked(new) == [", Ann Lee"]


def test_removed_text_is_marked() -> None:
    old, new = compare("Filmed by Grandpa; People: Bob Ray", "People: Bob Ray, Ann Lee")
    assert marked(old) == ["Filmed by Grandpa;"]
    assert marked(new) == [", Ann Lee"]
    assert shown(old) == "Filmed by Grandpa; People: Bob Ray"  # no sign for a blank between two words


def test_shared_first_name_is_no_match() -> None:
    old, new = compare("See you in June.\nLove, Rosa", "People: Rosa Lee")
    assert marked(old) == ["See you in June.\nLove, Rosa"]
    assert marked(new) == ["People: Rosa Lee"]


def test_misspelt_name_marks_only_letters() -> None:
    old, new = compare("People: Bob Ray, Ann Leigh", "People: Bob Ray, Ann Lee")
    assert marked(old) == ["igh"]
    assert marked(new) == ["e"]


def test_names_are_compared_with_names() -> None:
    old, new = compare("People: Zoe Oz", "People: Zoë Oz, Ann Lee")
    assert marked(old) == ["e"]
    assert marked(new) == ["ë", ", Ann Lee"]


@pytest.mark.parametrize(
    ("before", "after", "gone", "come"),
    [
        ("👨‍👩‍👧 day out", "👨‍👩‍👦 day out", ["👨‍👩‍👧"], ["👨‍👩‍👦"]),  # one family, not one of its members
        ("party 👍🏽 now", "party 👍🏿 now", ["👍🏽"], ["👍🏿"]),
        ("in 🇩🇪 now", "in 🇩🇰 now", ["🇩🇪"], ["🇩🇰"]),
        ("Cafe\u0301 Roma", "Cafe\u0300 Roma", ["e\u0301"], ["e\u0300"]),
        ("People: سمير حداد", "People: سمير حدادي", ["حداد"], ["حدادي"]),  # joined letters: the whole word
        ("People: 山田 花子", "People: 山田 華子", ["花"], ["華"]),
    ],
)
def test_diff_keeps_characters_whole(before: str, after: str, gone: list[str], come: list[str]) -> None:
    old, new = compare(before, after)
    assert (marked(old), marked(new)) == (gone, come)


@pytest.mark.parametrize(
    ("before", "after", "seen"),
    [
        ("a\r\nPeople: X", "a\nPeople: X", "a␍↵\nPeople: X"),
        ("People: X  ", "People: X", "People: X··"),
        ("one\ntwo words", "one two words", "one↵\ntwo words"),
        ("tail \nPeople: Ann Lee", "People: Ann Lee", "tail·↵\nPeople: Ann Lee"),
    ],
)
def test_changed_whitespace_is_visible(before: str, after: str, seen: str) -> None:
    old, _ = compare(before, after)
    assert shown(old) == seen
    assert text(old) == before


def test_unchanged_whitespace_is_plain() -> None:
    old, new = compare("12 May\r\nRain. \r\nPeople: \r\n", "12 May\r\nRain. \r\nPeople: Ann Lee\r\n")
    assert shown(old) == "12 May\r\nRain. \r\nPeople: \r\n"
    assert marked(new) == ["Ann Lee"]


def test_bidi_characters_are_named() -> None:
    old, _ = compare("gpj.\u202eexe\x00", None)
    assert shown(old) == "gpj.⟨right-to-left override⟩exe␀"


@given(st.text(max_size=60), st.text(max_size=60))
def test_diff_parts_form_whole_text(before: str, after: str) -> None:
    old, new = compare(before, after)
    assert text(old) == before
    assert text(new) == after


@given(st.text(max_size=60))
def test_diff_characters_form_text(words: str) -> None:
    assert "".join(comment_diff._graphemes(words)) == words


def test_absent_field_differs_from_empty_one() -> None:
    old, new = compare(None, "People: Ann")
    assert old is None
    assert text(new) == "People: Ann"
    assert marked(new) == []
    assert compare("", None) == ([], None)


def test_long_comment_is_shortened_with_note() -> None:
    old, _ = compare("x" * (LONGEST + 500), "People: Ann")
    assert text(old).endswith("… 500 more characters")


def test_long_unchanged_text_is_folded() -> None:
    story = "once upon a time " * 60
    old, new = compare(f"{story}People: Bob Ray", f"{story}People: Bob Ray, Ann Lee")
    folded = [part for part in new or [] if part.get("fold")]
    assert len(folded) == 1
    assert len(str(folded[0]["text"])) > 600
    assert marked(new) == [", Ann Lee"]
    assert text(old) == f"{story}People: Bob Ray"


def test_different_texts_are_compared_quickly() -> None:
    before, after = "\n".join(f"line {n}" for n in range(4000)), "\n".join(f"row {n}" for n in range(4000))
    old, new = compare(before, after)
    assert len(marked(old)) >= 1
    assert len(marked(new)) >= 1
