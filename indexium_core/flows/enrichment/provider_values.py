"""The values of titles from the answers of providers: one row for each provider and field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from indexium_core.model.lookups.records import EpisodeRecord, ProviderRecord, SeasonRecord
from indexium_core.model.providers.external_ids import ID_FIELDS
from indexium_core.model.titles.fields import TITLE_FIELDS
from indexium_core.store.titles.enrichment import EpisodeRow
from indexium_core.store.titles.identified import TitleValueRow


def of_title(
    entity_type: str, entity_id: int, provider: str, record: ProviderRecord, confidence: float
) -> Iterator[TitleValueRow]:
    """Yield the values of a film or a series."""
    title, metadata = record.candidate, record.metadata
    yield from _rows(
        (entity_type, entity_id, provider, confidence),
        {
            "title": title.title,
            "original_title": title.original_title,
            "year": title.year,
            "plot": metadata.plot,
            "tagline": record.tagline,
            "genres": list(metadata.genres),
            "keywords": list(metadata.keywords),
            "studios": list(record.studios),
            "countries": list(record.countries),
            "collection": record.collection,
            "status": record.status,
            "release_date": metadata.release_date,
            "runtime_minutes": metadata.runtime_minutes,
            "content_rating": metadata.content_rating,
            "ratings": _known(asdict(metadata.ratings)),
            "votes": _known(asdict(metadata.votes)),
            "cast": [
                {
                    "name": each.name,
                    "character": each.character,
                    "order": each.order,
                    "person_ids": dict(each.person_ids),
                }
                for each in metadata.cast
            ],
            "crew": [{"name": each.name, "job": each.job} for each in metadata.crew],
            **{field: metadata.external_ids.get(name, "") for name, field in ID_FIELDS.items()},
        },
    )


def of_season(season_id: int, provider: str, record: SeasonRecord, confidence: float) -> Iterator[TitleValueRow]:
    """Yield the values of a season."""
    yield from _rows(("season", season_id, provider, confidence), {"title": record.title, "plot": record.plot})


def of_episode(episode_id: int, provider: str, record: EpisodeRecord, confidence: float) -> Iterator[TitleValueRow]:
    """Yield the values of an episode. Its numbers are not among them: an answer does not move an episode."""
    yield from _rows(
        ("episode", episode_id, provider, confidence),
        {
            "title": record.title,
            "plot": record.plot,
            "aired": record.aired,
            "runtime_minutes": record.runtime_minutes,
            **{field: record.external_ids.get(name, "") for name, field in ID_FIELDS.items()},
        },
    )


def _known(numbers: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in numbers.items() if value is not None}


def _rows(head: tuple[str, int, str, float], values: Mapping[str, Any]) -> Iterator[TitleValueRow]:
    entity_type, entity_id, provider, confidence = head
    for name, value in values.items():
        plain = value.isoformat() if hasattr(value, "isoformat") else value
        if plain not in (None, "", [], {}) and entity_type in TITLE_FIELDS[name].entities:
            yield TitleValueRow(entity_type, entity_id, name, plain, provider, confidence)


def numbered(
    episodes: Sequence[EpisodeRow], seasons: Mapping[int, SeasonRecord]
) -> Iterator[tuple[EpisodeRow, EpisodeRecord]]:
    """
    Yield the episodes of a library with what a provider has about them.

    An episode is found by season and number, otherwise by its number through all seasons, otherwise by its date.
    """
    by_number = {(season, each.episode): each for season, record in seasons.items() for each in record.episodes}
    in_order = [each for number in sorted(seasons) if number > 0 for each in seasons[number].episodes]
    by_date: dict[Any, EpisodeRecord | None] = {}
    for each in by_number.values():
        if each.aired is not None:
            by_date[each.aired] = None if each.aired in by_date else each  # two of one day cannot be told apart
    for row in episodes:
        found = None
        if row.season is not None and row.episode is not None:
            found = by_number.get((row.season, row.episode))
        elif row.absolute is not None:
            found = in_order[row.absolute - 1] if 0 < row.absolute <= len(in_order) else None
        elif row.aired is not None:
            found = by_date.get(row.aired)
        if found is not None:
            yield row, found
