"""Queries edited as text by chips and menus."""

from __future__ import annotations

import pytest

from indexium_core import errors
from indexium_core.model import query
from tests.support.cases import each_case


@each_case(
    ("text", "expected"),
    [
        ("risk:danger ann", "ann"),
        ("ann -risk:safe", "ann"),
        ("ann  risk:danger   bob", "ann bob"),
        ("risk:danger risk:safe", ""),
        ("(risk:danger risk:safe)", ""),
        ("risk:danger AND ann", "AND ann"),
        ("(risk:danger ann)", "( ann)"),
        ("ann", "ann"),
        ("", ""),
        ("risk:danger OR ann", "risk:danger OR ann"),
        ("(risk:danger OR ann) bob", "(risk:danger OR ann) bob"),
        ('"risk:danger" x', '"risk:danger" x'),
    ],
)
def test_key_is_removed_only_at_top_level(text: str, expected: str) -> None:
    assert query.with_values(text, "risk", []) == expected
    query.parse(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "risk:danger"),
        ("ann", "ann risk:danger"),
        ("risk:safe ann", "risk:danger ann"),
        ("ann risk:safe x -risk:blocked y", "ann risk:danger x y"),
        ("a OR b", "(a OR b) risk:danger"),
        ("risk:safe", "risk:danger"),
    ],
)
def test_key_is_replaced_in_place(text: str, expected: str) -> None:
    assert query.with_values(text, "risk", ["danger"]) == expected


@pytest.mark.parametrize("value", ["Ann Lee", 'The "Rock"', "x(y)", "-x", "OR", "a:b"])
def test_any_value_is_read_back(value: str) -> None:
    text = query.with_values("x", "person", [value])
    assert query.compile_query(text).keys == {"", "person"}
    sought = query.parse_history(text)
    assert value in [*sought.words, *sought.people]


def test_exact_value_is_quoted() -> None:
    assert query.with_values("", "person", ["Ann"]) == 'person:"Ann"'


def test_negated_terms_of_lists_stay() -> None:
    assert query.with_values("-issue:offline issue:corrupt", "issue", ["read_only"]) == "-issue:offline issue:read_only"
    assert query.with_values("-ext:avi ext:mp4", "ext", ["mkv"]) == "ext:mkv"


def test_invalid_query_or_value_is_refused() -> None:
    with pytest.raises(errors.QueryError):
        query.with_values("(a", "risk", ["safe"])
    with pytest.raises(errors.QueryError):
        query.with_values("a", "risk", ["sofa"])


def test_history_search_has_words_people_and_paths() -> None:
    assert query.parse_history('sea "old house" person:"Ann Lee" person:bob path:2019') == query.HistoryTerms(
        ("sea", "old house", "bob"), ("Ann Lee",), ("2019",)
    )
    assert query.parse_history("") == query.HistoryTerms()


@pytest.mark.parametrize("text", ["risk:safe", "name:picnic", "id:3", "-sea", "a OR b", "(a OR b) c"])
def test_history_search_refuses_other_keys(text: str) -> None:
    with pytest.raises(errors.QueryError, match=r"only words, person: and path:\. For one file, use words of its path"):
        query.parse_history(text)
