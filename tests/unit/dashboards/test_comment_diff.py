"""What is marked when a comment changes."""

from __future__ import annotations

from dashboards.components.comment_diff import LONGEST, compare


def marked(segments: object) -> list[str]:
    return [part["text"] for part in segments if part["mark"]]  # type: ignore[attr-defined]


def text(segments: object) -> str:
    return "".join(part["text"] for part in segments)  # type: ignore[attr-defined]


def test_an_added_person_is_marked() -> None:
    old, new = compare("People: Bob Ray", "People: Bob Ray, Ann Lee")
    assert marked(old) == []
    assert marked(new) == [", Ann Lee"]


def test_text_that_goes_is_marked_and_the_segment_is_not() -> None:
    old, new = compare("Filmed by Grandpa; People: Bob Ray", "People: Bob Ray, Ann Lee")
    assert marked(old) == ["Filmed by Grandpa;"]
    assert marked(new) == [", Ann Lee"]


def test_a_first_name_in_two_unrelated_texts_is_no_likeness() -> None:
    old, new = compare("See you in June.\nLove, Rosa", "People: Rosa Lee")
    assert marked(old) == ["See you in June.\nLove, Rosa"]
    assert marked(new) == ["People: Rosa Lee"]


def test_nothing_is_lost_by_cutting_it_up() -> None:
    before, after = "  a b\n\nPeople: X; y ", "People: X, Z; y\r\n"
    old, new = compare(before, after)
    assert text(old) == before
    assert text(new) == after


def test_a_field_that_is_absent_is_none() -> None:
    old, new = compare(None, "People: Ann")
    assert old is None
    assert text(new) == "People: Ann"
    assert marked(new) == []


def test_a_very_long_comment_is_cut_and_says_so() -> None:
    old, _ = compare("x" * (LONGEST + 500), "People: Ann")
    assert text(old).endswith("… 500 more characters")
