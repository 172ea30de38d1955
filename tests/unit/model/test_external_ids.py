"""Ids of titles at providers as texts."""

from __future__ import annotations

import pytest

from indexium_core import errors
from indexium_core.model.providers.external_ids import ExternalId
from tests.support.cases import each_case


@each_case(
    ("text", "known"),
    [
        ("tt0133093", ExternalId("imdb", "tt0133093")),
        (" TT0133093 ", ExternalId("imdb", "tt0133093")),
        ("imdb:tt0133093", ExternalId("imdb", "tt0133093")),
        ("tmdb-603", ExternalId("tmdb", "603")),
        ("TVDB:81189", ExternalId("tvdb", "81189")),
        ("tmdb:603x", None),
        ("tmdb:0", None),
        ("tmdb:000", None),
        ("tvdb:0", None),
        ("tmdb:-1", None),
        ("tmdb:", None),
        ("tmdb:1234567890", None),
        ("tt0", None),
        ("tt0000000", None),
        ("imdb:tt000000000", None),
        ("tt12345678901", None),
        ("imdb:603", None),
        ("tmdb:tt0133093", None),
        ("603", None),
        ("tmdb:x603", None),
        ("myspace:1", None),
        ("Solaris", None),
        ("", None),
    ],
)
def test_a_text_is_an_id_or_not(text: str, known: ExternalId | None) -> None:
    assert ExternalId.find(text) == known
    if known is None:
        with pytest.raises(errors.UsageError, match="is not an id"):
            ExternalId.of_text(text)
    else:
        assert ExternalId.of_text(text) == known


def test_omdb_knows_titles_by_the_ids_of_imdb() -> None:
    assert ExternalId.of_provider("omdb", "tt0133093") == ExternalId("imdb", "tt0133093")
    assert ExternalId.of_provider("fanarttv", "603") is None
