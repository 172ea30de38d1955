"""Values that a person sets: each has the form of its field, or one clear sentence."""

from __future__ import annotations

import json
from typing import Any

import pytest

from indexium_core import errors
from indexium_core.model.titles.fields import TITLE_FIELDS, checked_value, shown_text
from tests.support.cases import each_case


@each_case(
    ("name", "value", "stored"),
    [
        ("title", " A ", "A"),
        ("title", "  ", None),
        ("year", 1951, 1951),
        ("genres", "Horror; Sci-Fi;", ["Horror", "Sci-Fi"]),
        ("genres", ("Horror",), ["Horror"]),
        ("ratings", {"imdb": 7.5, "x": 0}, {"imdb": 7.5, "x": 0}),
        ("cast", '[{"name": "A", "character": "B", "order": 0}]', [{"name": "A", "character": "B", "order": 0}]),
        ("cast", [{"name": "A", "person_ids": {"tmdb": "7"}}], [{"name": "A", "person_ids": {"tmdb": "7"}}]),
        ("ratings", {"rotten_tomatoes": 87, "metacritic": 100}, {"rotten_tomatoes": 87, "metacritic": 100}),
        ("votes", '{"imdb": 1204}', {"imdb": 1204}),
        ("crew", [{"name": "A", "job": "Director"}], [{"name": "A", "job": "Director"}]),
        ("plot", "One\nTwo", "One\nTwo"),
    ],
)
def test_value_has_the_form_in_which_it_is_stored(name: str, value: Any, stored: Any) -> None:
    found = checked_value(TITLE_FIELDS[name], value)
    assert found == stored
    assert isinstance(shown_text(found), str)


@each_case(
    ("name", "value"),
    [
        ("title", float("inf")),
        ("title", 5),
        ("genres", 5),
        ("year", True),
        ("year", 1999.0),
        ("cast", [{"name": 5}]),
        ("cast", [{"character": "B"}]),
        ("cast", ["A"]),
        ("cast", {"name": "A"}),
        ("cast", [{"name": "A", "order": "first"}]),
        ("cast", [{"name": "A", "job": "Director"}]),
        ("cast", [{"name": "A", "person_ids": {"tmdb": 7}}]),
        ("cast", [{"name": "A", "person_ids": ["7"]}]),
        ("cast", [{"name": "A", "person_ids": {"tmdb": "a\x00b"}}]),
        ("crew", [{"name": "a\x00b"}]),
        ("ratings", {"metacritic": 101}),
        ("crew", "[" * 100_000),
        ("ratings", [7]),
        ("ratings", "imdb 8.2"),
        ("votes", {"imdb": -1}),
        ("votes", {"imdb": 7.5}),
        ("votes", {"imdb": True}),
        ("ratings", {"imdb": float("nan")}),
        ("ratings", '{"imdb": NaN}'),
        ("ratings", '{"imdb": Infinity}'),
        ("ratings", {"imdb": 11}),
        ("ratings", {"imdb": True}),
        ("ratings", {"\ud800": 1}),
        ("ratings", '{"imdb": ' + "9" * 5000 + "}"),
        ("year", "9" * 5000),
        ("title", "\ud800"),
        ("release_date", "\ud800"),
        ("genres", ["Horror", "a\x00b"]),
        ("genres", [{"name": "Horror"}]),
        ("genres", "Horror; \ud800"),
        ("tmdb_id", 0),
        ("tmdb_id", "0"),
        ("tmdb_id", "-1"),
        ("tmdb_id", "1234567890"),
        ("tvdb_id", "00"),
        ("tvdb_id", "x"),
        ("imdb_id", "tt0"),
        ("imdb_id", "tt0000000"),
    ],
)
def test_value_of_another_form_has_one_sentence(name: str, value: Any) -> None:
    with pytest.raises(errors.ValidationError) as caught:
        checked_value(TITLE_FIELDS[name], value)
    json.dumps(caught.value.message).encode()
    caught.value.message.encode()
    assert name in caught.value.message
    assert caught.value.message.endswith(".")
