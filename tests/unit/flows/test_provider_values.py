"""Which episode of a provider belongs to which episode of a library, and the rows of an answer."""

from __future__ import annotations

from datetime import date

import pytest

from indexium_core.flows.enrichment import provider_values
from indexium_core.model.lookups.candidates import Candidate
from indexium_core.model.lookups.records import (
    CastMember,
    EnrichedMetadata,
    EpisodeRecord,
    ExternalRatings,
    ExternalVotes,
    ProviderRecord,
    SeasonRecord,
)
from indexium_core.model.titles.fields import TITLE_FIELDS, checked_value
from indexium_core.store.titles.enrichment import EpisodeRow


def season(number: int, *aired: date) -> SeasonRecord:
    episodes = tuple(
        EpisodeRecord(season=number, episode=place, title=f"{number}x{place}", aired=day)
        for place, day in enumerate(aired, 1)
    )
    return SeasonRecord(number=number, episodes=episodes)


SEASONS = {
    0: season(0, date(2019, 1, 1)),
    1: season(1, date(2020, 1, 1), date(2020, 1, 2)),
    2: season(2, date(2021, 1, 1), date(2021, 1, 1)),
}


@pytest.mark.parametrize(
    ("row", "title"),
    [
        (EpisodeRow(1, 1, 2, None, None), "1x2"),
        (EpisodeRow(1, 0, 1, None, None), "0x1"),
        (EpisodeRow(1, None, None, 3, None), "2x1"),
        (EpisodeRow(1, None, None, None, date(2020, 1, 2)), "1x2"),
        (EpisodeRow(1, None, None, None, date(2021, 1, 1)), ""),
        (EpisodeRow(1, 1, 9, None, date(2020, 1, 2)), ""),
        (EpisodeRow(1, None, None, 5, None), ""),
        (EpisodeRow(1, None, None, None, None), ""),
    ],
    ids=["number", "special", "absolute", "date", "two of a day", "unknown number", "past the end", "nothing"],
)
def test_episode_is_found(row: EpisodeRow, title: str) -> None:
    assert [each.title for _, each in provider_values.numbered([row], SEASONS)] == ([title] if title else [])


def test_rows_of_a_film_lack_empty_values_and_can_be_set_by_hand() -> None:
    record = ProviderRecord(
        candidate=Candidate(provider="tmdb", external_id="7", content_type="movie", title="Night Tram", year=2009),
        metadata=EnrichedMetadata(
            external_ids={"tmdb": "7", "omdb": "tt1"},
            cast=(CastMember("Ada Quill", "Mara", 0, {"tmdb": "7010"}),),
            ratings=ExternalRatings(imdb=7.3, rotten_tomatoes=87),
            votes=ExternalVotes(imdb=12_345),
            keywords=("tram", "night shift"),
            release_date=date(2009, 3, 1),
        ),
        tagline="One night",
        studios=("Corvo Pictures",),
        countries=("Portugal", "France"),
        collection="Trams",
    )
    rows = {each.field: each.value for each in provider_values.of_title("movie", 3, "tmdb", record, 0.9)}
    assert rows == {
        "title": "Night Tram",
        "year": 2009,
        "tagline": "One night",
        "studios": ["Corvo Pictures"],
        "countries": ["Portugal", "France"],
        "collection": "Trams",
        "release_date": "2009-03-01",
        "ratings": {"imdb": 7.3, "rotten_tomatoes": 87},
        "votes": {"imdb": 12_345},
        "keywords": ["tram", "night shift"],
        "cast": [{"name": "Ada Quill", "character": "Mara", "order": 0, "person_ids": {"tmdb": "7010"}}],
        "tmdb_id": "7",
    }
    assert {name: checked_value(TITLE_FIELDS[name], value) for name, value in rows.items()} == rows
