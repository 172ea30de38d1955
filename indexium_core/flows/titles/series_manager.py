"""Series with their seasons, episodes and gaps."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from indexium_core import errors
from indexium_core.model.accounts.needs import needs
from indexium_core.model.accounts.permissions import TITLES_EDIT
from indexium_core.model.checked_calls import checked_arguments
from indexium_core.model.remote_calls import remote
from indexium_core.model.titles.fields import named_kind
from indexium_core.model.titles.titles import (
    EpisodeEntry,
    EpisodeGap,
    SeasonCollection,
    SeriesCollection,
    SeriesMetadata,
    gaps_of,
)
from indexium_core.store.database import Database
from indexium_core.store.titles import titles as store

_LEAST_EPISODES = 2  # of a collection


@checked_arguments
class SeriesManager:
    """Returns the series of a home. One instance serves a home."""

    def __init__(self, database: Database, *, posters: Callable[[Sequence[int]], Mapping[int, str]]) -> None:
        """`posters` returns the addresses of the posters of series by id."""
        self._database, self._posters = database, posters

    @needs(TITLES_EDIT)
    @remote()
    def detect_and_organize_series(self) -> list[SeriesCollection]:
        """Return every series with at least two episodes, by title; it has the same id after each scan."""
        reader = self._database.read()
        episodes = store.episodes(reader)
        rows = [row for row in store.series(reader) if len(episodes.get(row["id"], ())) >= _LEAST_EPISODES]
        posters = self._posters([row["id"] for row in rows])
        return [_collection(row, episodes[row["id"]], posters.get(row["id"])) for row in rows]

    @remote()
    def collection(self, series_id: int) -> SeriesCollection:
        """Return a series, also with one episode; UnknownIdError if there is none with this id."""
        reader = self._database.read()
        rows = store.series(reader, [series_id])
        if not rows:
            raise errors.UnknownIdError(f"There is no series {series_id}.")
        episodes = store.episodes(reader, [series_id]).get(series_id, [])
        return _collection(rows[0], episodes, self._posters([series_id]).get(series_id))

    @remote()
    def missing_episodes(self, series_id: int | None = None) -> dict[int, list[EpisodeGap]]:
        """
        Return the gaps of a series, or of all series that have gaps, by series id.

        Raises:
            UnknownIdError: There is no such series.
            UsageError: The title is no series.

        """
        reader = self._database.read()
        if series_id is not None:
            item = store.find(reader, series_id)
            if item is None:
                raise errors.UnknownIdError(f"There is no series {series_id}.")
            if item.entity_type != "series":
                raise errors.UsageError(f"Title {series_id} is {named_kind(item.entity_type)}: name a series.")
        found = store.episodes(reader, None if series_id is None else [series_id])
        gaps = {key: gaps_of(episodes) for key, episodes in found.items()}
        return {key: each for key, each in gaps.items() if each}


def _collection(row: Mapping[str, Any], episodes: list[EpisodeEntry], artwork: str | None) -> SeriesCollection:
    seasons: dict[int | None, list[EpisodeEntry]] = defaultdict(list)
    for each in episodes:
        seasons[each.season].append(each)
    title, year = row["title"], row["year"]
    fields = {name: json.loads(text) for name, text in (row["fields"] or {}).items() if text is not None}
    country = fields.get("country")
    return SeriesCollection(
        id=row["id"],
        name=row["name_key"],
        display_name=f"{title} ({country or year})" if country or year else title,
        total_episodes=len(episodes),
        total_seasons=len(seasons),
        seasons=[SeasonCollection(number=number, episodes=len(each), videos=each) for number, each in seasons.items()],
        metadata=_metadata(fields),
        gaps=gaps_of(episodes),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        artwork=artwork,
    )


def _metadata(fields: Mapping[str, Any]) -> SeriesMetadata | None:
    """Return what is known beside the title; None if nothing is."""
    found = SeriesMetadata(
        tmdb_id=fields.get("tmdb_id"),
        imdb_id=fields.get("imdb_id"),
        tvdb_id=fields.get("tvdb_id"),
        overview=fields.get("plot") or "",
        first_air_date=fields.get("release_date") or "",
        genres=fields.get("genres") or [],
        status=fields.get("status") or "",
        network="; ".join(fields.get("studios") or []),
        studios=fields.get("studios") or [],
        countries=fields.get("countries") or [],
        collection=fields.get("collection") or "",
    )
    return found if any(asdict(found).values()) else None
