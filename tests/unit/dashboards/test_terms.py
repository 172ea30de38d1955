"""Filters as words of the search."""

from __future__ import annotations

import pytest

from dashboards import terms


@pytest.mark.parametrize(
    ("text", "key", "values"),
    [
        ("", "risk", []),
        ("risk:danger", "risk", ["danger"]),
        ("RISK:Danger,safe ann", "risk", ["danger", "safe"]),
        ("-risk:safe", "risk", []),
        ("(risk:safe OR ann)", "risk", []),
        ("ann OR risk:safe", "risk", []),
        ("tags:2", "tags", ["2"]),
        ("tags:>2", "tags", [">2"]),
        ("tags:1..3", "tags", ["1..3"]),
        ("risk:safe risk:danger", "risk", ["safe", "danger"]),
    ],
)
def test_only_what_is_asked_for_at_the_outermost_level_is_read(text: str, key: str, values: list[str]) -> None:
    assert terms.read(text, key) == values


@pytest.mark.parametrize(
    ("text", "key", "values", "result"),
    [
        ("", "risk", ["danger"], "risk:danger"),
        ("ann", "container", ["mp4", "webm"], "ann container:mp4,webm"),
        ("ann risk:safe -path:x", "risk", ["danger"], "ann risk:danger -path:x"),
        ("ann risk:safe", "risk", [], "ann"),
        ("ann OR bob", "risk", ["safe"], "(ann OR bob) risk:safe"),
    ],
)
def test_writing_a_filter_leaves_the_other_words(text: str, key: str, values: list[str], result: str) -> None:
    assert terms.write(text, key, values) == result


@pytest.mark.parametrize("values", [["danger"], ["safe", "warning"], []])
def test_what_is_written_is_read_back(values: list[str]) -> None:
    assert terms.read(terms.write('ann "old house"', "risk", values), "risk") == values
