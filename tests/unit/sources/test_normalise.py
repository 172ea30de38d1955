"""Values of providers: everything that is no value is dropped, and the record stays."""

from __future__ import annotations

from datetime import date
from typing import Any
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexium_core.keys import ProviderKeys
from indexium_core.model.providers.fanarttv import FANARTTV
from indexium_core.model.providers.tmdb import TMDB
from indexium_core.model.providers.tvdb import TVDB
from indexium_core.settings import Settings
from indexium_core.sources import fanarttv, normalise, omdb, tmdb, tvdb
from indexium_core.sources.provider import ProviderAccess

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["N/A", "0", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@pytest.mark.parametrize("absent", [None, "", "N/A", "n/a", "  ", 7, ["x"], {"x": 1}, True])
def test_absent_text_is_no_value(absent: Any) -> None:
    assert normalise.text({"a": absent, "b": " good\x00\x1b\ud800 "}, "a", "b") == "good"
    assert normalise.text({"a": absent}, "a") == ""


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("1,234,567", 1234567.0),
        ("8.7", 8.7),
        (8, 8.0),
        *((each, None) for each in (0, "0", "N/A", True, float("nan"), float("inf"), None, [1], 10**400)),
    ],
)
def test_number(value: Any, found: float | None) -> None:
    assert normalise.number({"a": value}, "a") == found


@pytest.mark.parametrize(
    ("value", "found"), [("12", 12), (0, 0), ("1.5", None), (2.0, None), (False, None), ("9" * 99, None)]
)
def test_integer(value: Any, found: int | None) -> None:
    assert normalise.integer({"a": value}, "a") == found


@pytest.mark.parametrize(
    ("value", "found"), [(603, "603"), ("tt0133093", "tt0133093"), (0, ""), ("../x", ""), (-1, "")]
)
def test_identifier(value: Any, found: str) -> None:
    assert normalise.identifier({"a": value}, "a") == found


@pytest.mark.parametrize(
    ("provider", "value", "found"),
    [
        ("tmdb", 603, "603"),
        ("tvdb", "603", "603"),
        ("imdb", "tt0133093", "tt0133093"),
        ("tmdb", 0, ""),
        ("tmdb", -1, ""),
        ("tmdb", "00", ""),
        ("tvdb", 10**12, ""),
        ("imdb", "", ""),
        ("imdb", "tt0", ""),
        ("imdb", "tt0000000", ""),
        ("imdb", "603", ""),
        ("imdb", None, ""),
        ("", "603", ""),
    ],
)
def test_id_of_a_title_has_the_form_of_its_provider(provider: str, value: Any, found: str) -> None:
    assert normalise.title_id({"a": value}, "a", provider) == found


@pytest.mark.parametrize(
    ("value", "found"),
    [("2010–2013", 2010), ("2010–", 2010), ("2010â€“2013", 2010), ("2010-07-16", 2010), (1999, 1999), ("20101", None)],
)
def test_year(value: Any, found: int | None) -> None:
    assert normalise.year({"a": value}, "a") == found


@pytest.mark.parametrize(
    ("value", "found"), [("2010-07-16", date(2010, 7, 16)), ("2010-07-16T00:00:00.000Z", date(2010, 7, 16))]
)
def test_day(value: Any, found: date) -> None:
    assert normalise.day({"a": value}, "a") == found
    assert normalise.day({"a": "2010-13-45"}, "a") is None


@pytest.mark.parametrize(
    ("text", "minutes"), [("148 min", 148), ("1 h 30 min", 90), ("2 h", 120), ("1,440 min", 1440), ("44S min", None)]
)
def test_runtime_of_omdb(text: str, minutes: int | None) -> None:
    assert omdb._runtime({"Runtime": text}) == minutes


@pytest.mark.parametrize(
    ("text", "found"), [("16 Jul 2010", date(2010, 7, 16)), ("2011-04-17", date(2011, 4, 17)), ("32 Foo 2010", None)]
)
def test_date_of_omdb(text: str, found: date | None) -> None:
    assert omdb._date(text) == found


def test_writers_of_omdb_have_notes_with_commas() -> None:
    assert omdb._names({"Writer": "A B (story, novel), C D (screenplay), A B"}, "Writer") == ["A B", "C D"]


@given(st.dictionaries(st.sampled_from(["id", "title", "results", "credits", "images", "seasons"]), json_values))
def test_any_answer_has_a_result(data: dict[str, Any]) -> None:
    """No value of an answer raises another error than the one of a provider."""
    keys = ("cast", "crew", "translations", "artworks", "characters", "remoteIds", "Ratings", "Poster", "Year")
    data |= {key: data.get("results") for key in keys}
    shared = Mock()  # nothing is sent
    config = Settings(metadata_language="de")
    provider, other, pictures = (
        kind(ProviderAccess(descriptor=own, config=config, keys=lambda: ProviderKeys({}), shared=shared))
        for kind, own in ((tmdb.Tmdb, TMDB), (tvdb.Tvdb, TVDB), (fanarttv.FanartTv, FANARTTV))
    )
    provider._record(data, "movie")
    provider._record(data, "tv")
    provider._episode(data, 1)
    omdb._candidate(data | {"imdbID": "tt1", "Title": "x", "Type": "movie"})
    omdb._metadata(data)
    other._metadata(data, "tv", other._base(data, "tv"))
    other._hit(data | {"type": "series", "tvdb_id": "1", "name": "x"})
    pictures._image(data | {"url": "http://x/1"}, "poster")
