"""The enrichment of titles for people and programs: one title, and the metadata of a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from indexium_core import errors
from indexium_core.flows.enrichment.batch_enrichment import BatchEnrichmentService
from indexium_core.model.accounts.needs import NAMED, needs
from indexium_core.model.accounts.permissions import TITLES_EDIT
from indexium_core.model.checked_calls import checked_arguments
from indexium_core.model.job import Job
from indexium_core.model.lookups.combining import RATINGS, VOTES
from indexium_core.model.lookups.records import (
    CastMember,
    CrewMember,
    EnrichedMetadata,
    ExternalRatings,
    ExternalVotes,
)
from indexium_core.model.providers.external_ids import ID_FIELDS, id_owner
from indexium_core.model.providers.registry import PROVIDERS, providers_of_titles
from indexium_core.model.remote_calls import remote
from indexium_core.model.titles.fields import KIND_NAMES, require_entity_type
from indexium_core.store.titles import enrichment as rows

_OF_SERIES = ("cast", "crew", "genres", "keywords", "ratings", "content_rating")  # an episode has those of its series


@checked_arguments
class EnrichmentService(BatchEnrichmentService):
    """Enriches titles, and returns what is known about a file."""

    @needs(TITLES_EDIT, NAMED)
    @remote()
    def enrich_entity(self, entity_type: str, entity_id: int, priority: int | str = 5) -> Job:
        """
        Add a job that looks up a film or a series, also if that was done a short time ago.

        Args:
            entity_type: `movie`, `series`, `season` or `episode`; of the last two, it looks up the whole series.
            entity_id: The title.
            priority: 1 to 10, lower first; or high (2), normal (5), low (8).

        Raises:
            UnknownIdError: There is no such title.
            UsageError: There is no such type of titles, or `INDEXIUM_ONLINE` is off.

        """
        require_entity_type(entity_type)
        found = rows.kind_of(self._database.read(), entity_id)
        if found is None or found[0] != entity_type:
            raise errors.UnknownIdError(f"There is no {KIND_NAMES[entity_type]} with the id {entity_id}.")
        return self.schedule_titles([entity_id], priority=priority, force=True)

    @remote()
    def metadata(self, file_id: int) -> EnrichedMetadata:
        """
        Return the metadata of the title of a file: the values that are shown, by whatever origin.

        Without values of a provider, `source` is `none`, `confidence` is 0 and the runtime is the duration of the file.

        Raises:
            UnknownIdError: There is no such file.

        """
        reader = self._database.read()
        exists, seconds = rows.duration(reader, file_id)
        if not exists:
            raise errors.UnknownIdError(f"There is no file with the id {file_id}.")
        own_runtime = max(1, round(seconds / 60)) if seconds else None
        title = rows.title_of_file(reader, file_id)
        ids = [] if title is None else [each for each in (title.id, title.series_id) if each is not None]
        found = rows.shown_values(reader, ids)
        of_providers = [each for each in found if not each["is_shown"] and each["entity_id"] == ids[0]]
        sources = [name for name in providers_of_titles() if name in {each["provider"] for each in of_providers}]
        if not sources:
            return EnrichedMetadata(runtime_minutes=own_runtime)
        shown = {(each["entity_id"], each["field"]): each["value"] for each in found if each["is_shown"]}
        work = ids[-1]  # the film, or the series of the episode
        described = _described(_own_values(shown, ids))
        return replace(
            described,
            source=sources[0] if len(sources) == 1 else "combined",
            confidence=max((each["confidence"] or 0.0 for each in of_providers), default=0.0),
            last_enriched=rows.enriched_at(reader, ids[:1]),
            external_ids=_ids(shown, work),
            ratings=_ratings(found, work),
            votes=_votes(found, work),
            artwork=self._pictures(ids[0]),
            runtime_minutes=described.runtime_minutes or own_runtime,
        )


def _own_values(shown: Mapping[tuple[int, str], Any], ids: Sequence[int]) -> dict[str, Any]:
    """Return the shown values of a title; an episode has some of its series, whose id follows its own."""
    values = {name: value for (entity_id, name), value in shown.items() if entity_id == ids[0]}
    for name in _OF_SERIES:
        if len(ids) > 1 and values.get(name) is None:
            values[name] = shown.get((ids[1], name))
    return values


def _described(values: Mapping[str, Any]) -> EnrichedMetadata:
    return EnrichedMetadata(
        plot=values.get("plot") or "",
        cast=tuple(_cast(values.get("cast") or [])),
        crew=tuple(CrewMember(each["name"], each.get("job", "")) for each in values.get("crew") or []),
        genres=tuple(values.get("genres") or ()),
        keywords=tuple(values.get("keywords") or ()),
        release_date=_day(values.get("aired") or values.get("release_date")),
        runtime_minutes=values.get("runtime_minutes"),
        content_rating=values.get("content_rating") or "",
    )


def _ids(shown: Mapping[tuple[int, str], Any], title_id: int) -> dict[str, str]:
    found = {name: shown.get((title_id, field)) for name, field in ID_FIELDS.items()}
    known = {name: str(value) for name, value in found.items() if value}
    others = {name: known[owner] for name in PROVIDERS if (owner := id_owner(name)) in known}
    return known | others


def _cast(people: Iterable[Mapping[str, Any]]) -> Iterable[CastMember]:
    for number, each in enumerate(people):
        yield CastMember(each["name"], each.get("character", ""), each.get("order", number), each.get("person_ids", {}))


def _ratings(found: Iterable[Mapping[str, Any]], title_id: int) -> ExternalRatings:
    numbers = _numbers(found, title_id, "ratings", RATINGS)
    return ExternalRatings(
        imdb=numbers.get("imdb"),
        tmdb=numbers.get("tmdb"),
        rotten_tomatoes=None if "rotten_tomatoes" not in numbers else round(numbers["rotten_tomatoes"]),
        metacritic=None if "metacritic" not in numbers else round(numbers["metacritic"]),
    )


def _votes(found: Iterable[Mapping[str, Any]], title_id: int) -> ExternalVotes:
    numbers = _numbers(found, title_id, "votes", VOTES)
    return ExternalVotes(**{name: round(number) for name, number in numbers.items()})


def _numbers(
    found: Iterable[Mapping[str, Any]], title_id: int, field: str, names: Sequence[str]
) -> dict[str, int | float]:
    """Return each number of a field from the shown value, otherwise from the provider that has it."""
    joined: dict[str, Any] = {}
    for each in found:
        if each["entity_id"] == title_id and each["field"] == field and isinstance(each["value"], dict):
            joined = each["value"] | joined
    return {name: joined[name] for name in names if isinstance(joined.get(name), int | float)}


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
