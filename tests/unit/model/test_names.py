"""Names: validity, keys for comparison, and folding for searches."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexium_core import errors
from indexium_core.model.people import people_comment
from tests.support.cases import each_case


@each_case(
    ("given_name", "cleaned"),
    [
        ("  Ann   Lee ", "Ann Lee"),
        ("Zoe\u0308", "Zoë"),
        ("Ann\u00a0Lee", "Ann Lee"),
        ("Sammy Davis, Jr.", "Sammy Davis, Jr."),
        ("O'Brien", "O'Brien"),
        ("ليلى", "ليلى"),
        ("n" * 200, "n" * 200),
        ("Ann\n", "Ann"),
    ],
)
def test_valid_name_is_cleaned(given_name: str, cleaned: str) -> None:
    assert people_comment.validate_name(given_name) == cleaned


@each_case(
    ("name", "rule"),
    [
        ("Ann; Bob", ";"),
        ("Ann|Bob", "|"),
        ('Ann "A" Lee', '"'),
        ("Ann\x00Lee", "control"),
        ("Ann\tLee", "control"),
        ("Ann\ud800Lee", "control"),
        ("Ann \u037e Lee", ";"),  # NFC makes it a semicolon
        ("n" * 201, "200"),
        ("  ", "empty"),
    ],
)
def test_refused_name_has_its_rule(name: str, rule: str) -> None:
    with pytest.raises(errors.ValidationError) as caught:
        people_comment.validate_name(name)
    assert rule in caught.value.message
    assert people_comment.clean_name(name)[:3] in caught.value.message
    assert caught.value.reason == "invalid_person_name"


def test_writing_refuses_invalid_name() -> None:
    with pytest.raises(errors.ValidationError):
        people_comment.render("text", ["Ann", "B;b"], "preserve")


def test_name_with_comma_is_quoted() -> None:
    assert people_comment.format_people(["Sammy Davis, Jr.", "Ann Lee"]) == '"Sammy Davis, Jr.", Ann Lee'


@pytest.mark.parametrize(
    ("one", "other"), [("Ann Lee", "ANN  LEE"), ("Zoë", "ZOE\u0308"), ("Straße", "STRASSE"), (" Ann", "ann")]
)
def test_spellings_of_one_person_have_one_key(one: str, other: str) -> None:
    assert people_comment.person_key(one) == people_comment.person_key(other)


def test_accents_make_another_person() -> None:
    assert people_comment.person_key("Zoe") != people_comment.person_key("Zoë")


@each_case(
    ("text", "folded"),
    [
        ("Zoë Öz", "zoe oz"),
        ("ŁÓDŹ", "lodz"),
        ("Søren Đorđe", "soren dorde"),
        ("Straße", "strasse"),
        ("Æsir Œuvre Þór", "aesir oeuvre thor"),
        ("İstanbul ıIi", "istanbul iii"),
        ("ΟΔΟΣ", "οδοσ"),
        ("Ann’s – day", "ann's - day"),
        ("ﬁlm ②", "film 2"),
        ("한글", "한글"),
        ("/A b/C.MP4", "/a b/c.mp4"),
    ],
)
def test_folding_drops_case_accents_and_variants(text: str, folded: str) -> None:
    assert people_comment.fold(text) == folded


@settings(deadline=None)
@given(st.text())
def test_folding_is_idempotent(text: str) -> None:
    assert people_comment.fold(people_comment.fold(text)) == people_comment.fold(text)


def test_typed_names_are_split_at_commas_outside_quotes() -> None:
    assert people_comment.split_names(' Ann Lee, "Lee, Thomas Jr." ,, Bo ') == [" Ann Lee", "Lee, Thomas Jr.", " Bo "]
    assert people_comment.split_names('a"b, c') == ['a"b', " c"]
