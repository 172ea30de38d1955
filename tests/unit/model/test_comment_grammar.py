"""The comment grammar: the binding corpus, and the rules for every comment and every list of names."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from indexium_core.model.people import people_comment
from tests.support.cases import each_case

CORPUS: list[dict[str, Any]] = json.loads((Path(__file__).parents[2] / "corpus" / "comments.json").read_text("utf-8"))
CASES = [pytest.param(case, id=case["id"]) for case in CORPUS]

NAMES = (
    st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters=';|"'), max_size=20)
    .map(people_comment.clean_name)
    .filter(lambda name: name and not people_comment._invalid_reason(name))
)
UNIQUE_NAMES = st.lists(NAMES, min_size=1, max_size=4, unique_by=people_comment.person_key)
PIECES = 'People:|people: |People: Ann Lee|Ann|Bob Ray|x|é|,|;|\n|\r\n|\r| |\t|\u00a0|"|""|"Day, Jr."|"a|b"|\0|\u037e'
COMMENTS = st.lists(st.sampled_from([*PIECES.split("|"), "|", "y" * 201]), max_size=14).map("".join)


@each_case("case", CASES)
def test_corpus_people_are_read(case: dict[str, Any]) -> None:
    assert people_comment.extract_people_from_comment(case["comment"]) == case["people"]


@each_case("case", CASES)
@each_case("mode", ["replace", "preserve"])
def test_corpus_comments_are_written(case: dict[str, Any], mode: Any) -> None:
    assert people_comment.render(case["comment"], case["set"], mode) == case[mode]


@each_case("case", CASES)
def test_corpus_comments_are_built_from_stored_pieces(case: dict[str, Any]) -> None:
    parsed = people_comment.parse(case["comment"])
    names = people_comment.format_people(case["set"])
    made = parsed.before + "People: " + names + parsed.after if names else parsed.without
    assert made == case["preserve"]


@settings(deadline=None)
@given(COMMENTS, UNIQUE_NAMES, st.sampled_from(["replace", "preserve"]))
@example('People: x"y\nPeople: b, "c', ["Day, Jr.", "x"], "preserve")
@example('People: "a, "N", b"', ["N"], "preserve")
def test_written_comment_is_read_back(comment: str, names: list[str], mode: Any) -> None:
    written = people_comment.render(comment, names, mode)
    assert people_comment.extract_people_from_comment(written) == names


@settings(deadline=None)
@given(COMMENTS, UNIQUE_NAMES)
def test_preserve_keeps_all_custom_text(comment: str, names: list[str]) -> None:
    written = people_comment.render(comment, names, "preserve")
    assert people_comment.parse(written).custom_text == people_comment.parse(comment).custom_text


@settings(deadline=None)
@given(COMMENTS, UNIQUE_NAMES, UNIQUE_NAMES)
def test_preserve_is_idempotent(comment: str, first: list[str], then: list[str]) -> None:
    written = people_comment.render(comment, first, "preserve")
    assert people_comment.render(written, then, "preserve") == people_comment.render(comment, then, "preserve")


@settings(deadline=None)
@given(COMMENTS)
def test_emptied_comment_keeps_custom_text(comment: str) -> None:
    parsed = people_comment.parse(comment)
    assert people_comment.parse(parsed.without).people == []
    assert people_comment.parse(parsed.without).custom_text == parsed.custom_text
    assert parsed.without is None or parsed.without


PLAIN = st.text(st.characters(exclude_categories=("Cs",)), max_size=12).filter(
    lambda text: "people" not in text.lower() and "\0" not in text
)


@settings(deadline=None)
@given(
    st.tuples(PLAIN, st.sampled_from([";", "|", "\r\n"])).map("".join) | st.just(""),
    st.sampled_from(["", " ", "\t "]),
    st.tuples(st.sampled_from(["; ", "|", " |", "\n", "\r\n"]), PLAIN).map("".join) | st.sampled_from(["", "  "]),
    st.tuples(UNIQUE_NAMES, UNIQUE_NAMES),
)
def test_text_around_segment_is_unchanged(
    before: str, blanks: str, after: str, names: tuple[list[str], list[str]]
) -> None:
    old, new = (f"{before}{blanks}People: {people_comment.format_people(listed)}{after}" for listed in names)
    assert people_comment.render(old, names[1], "preserve") == new


@pytest.mark.parametrize(
    ("comment", "kept", "emptied", "custom"),
    [
        ("At sea\0hidden", "At sea\nPeople: Ann\0hidden", "At sea\0hidden", "At sea\nhidden"),
        ("People: Bob\0hidden", "People: Ann\0hidden", "\0hidden", "hidden"),
        ("People: Bob\0", "People: Ann\0", None, ""),
        ("\0People: Bob", "People: Ann\0People: Bob", "\0People: Bob", "People: Bob"),
    ],
)
def test_text_after_nul_is_kept(comment: str, kept: str, emptied: str | None, custom: str) -> None:
    assert people_comment.render(comment, ["Ann"], "preserve") == kept
    assert people_comment.render(comment, [], "preserve") == emptied
    assert people_comment.parse(comment).custom_text == custom


@each_case(
    ("comment", "without"),
    [
        ("People: A; c", "c"),
        ("People: A\nc", "c"),
        ("a | People: B | c", "a | c"),
        ("a; People: B\nc", "a\nc"),
        ("a\nPeople: B; c", "a\nc"),
        ("a\r\nPeople: B\r\nc", "a\r\nc"),
        ("a  \nPeople: B", "a  "),
        ("a\nPeople: B\nPeople: C", "a"),
        ("People: A; People: B", None),
        ("a;; People: B", "a;"),
        (" \nPeople: B", None),
        ("text", "text"),
        ("  ", "  "),
        (None, None),
    ],
)
def test_emptied_segment_is_removed_with_one_delimiter(comment: str | None, without: str | None) -> None:
    assert people_comment.render(comment, [], "preserve") == without


@each_case(
    ("comment", "expected", "custom"),
    [
        ('People: Ann, x"y, Bob', ["Ann", "Bob"], 'x"y'),
        ('People: "Ann, Bob', ["Bob"], '"Ann'),
        ('People: "The Rock" Johnson, Bob', ["Bob"], '"The Rock" Johnson'),
        ('People: "a""b", Bob', ["Bob"], '"a""b"'),
        ("People: Ann\x07, Bob", ["Bob"], "Ann\x07"),
        ("People: Ann\tLee", [], "Ann\tLee"),
        ("People: " + "n" * 201, [], "n" * 201),
        ('At sea; People: Bob, x"', ["Bob"], 'At sea; x"'),
        ("People: Bob\nPeople: \ud800", ["Bob"], "\ud800"),
    ],
)
def test_invalid_name_in_file_is_custom_text(comment: str, expected: list[str], custom: str) -> None:
    parsed = people_comment.parse(comment)
    assert (parsed.people, parsed.custom_text) == (expected, custom)
    again = people_comment.parse(people_comment.render(comment, ["New One"], "preserve"))
    assert (again.people, again.custom_text) == (["New One"], custom)


@pytest.mark.parametrize(
    "comment", ["People: Ann", "People: Ann\n", "People:", "People: A; People: B;", " \n", "", None]
)
def test_comment_of_people_has_no_custom_text(comment: str | None) -> None:
    assert people_comment.parse(comment).custom_text == ""


@pytest.mark.parametrize("text", ["a\r\nb", "a\rb", "a\nb"])
def test_appended_segment_uses_line_break_of_text(text: str) -> None:
    line_break = text[1:-1]
    assert people_comment.render(text, ["Ann"], "preserve") == f"{text}{line_break}People: Ann"


@each_case("unit", [";People:a", "\nPeople:a", '"', '"a,', '""', " ", ";", "People:", '; People: x"y', ","])
def test_hostile_long_text_is_parsed_in_linear_time(unit: str) -> None:
    """A quadratic parser would need minutes and would be detected without a clock."""
    text = "People: " + unit * (250_000 // len(unit))
    assert len(people_comment.parse(text).people) <= 1


def test_repeated_person_is_read_once() -> None:
    assert people_comment.extract_people_from_comment("People: Ann Lee; people: ANN  LEE, Zoe\u0308") == [
        "Ann Lee",
        "Zoë",
    ]


def test_names_are_normalised_to_nfc() -> None:
    assert people_comment.extract_people_from_comment("People: Zoe\u0308") == [
        unicodedata.normalize("NFC", "Zoe\u0308")
    ]
