"""
The enrichment of one title after the other: fetch what providers have, then store it.

`fetch` sends requests and takes no lock of the database; it runs on several threads. `store` writes a group of titles
in one short transaction.
"""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Literal, Protocol, TypeAlias, TypedDict

from indexium_core import errors
from indexium_core.flows.enrichment import provider_values
from indexium_core.flows.providers.external_api_manager import ExternalAPIManager
from indexium_core.model.lookups.records import ImageCandidate, SeasonRecord
from indexium_core.model.lookups.traffic import ProviderDetails
from indexium_core.model.people import people_comment
from indexium_core.model.providers.external_ids import ExternalId
from indexium_core.sources.scope import wanting
from indexium_core.store.catalog.catalog import languages_of_titles
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.titles import enrichment as rows
from indexium_core.store.titles import identified
from indexium_core.store.titles.enrichment import AnswerRow, AttemptRow, DueTitle, Known
from indexium_core.store.titles.identified import TitleValueRow

Outcome: TypeAlias = Literal["enriched", "question", "unmatched", "failed"]
Images: TypeAlias = Sequence[ImageCandidate]
_AGAIN = timedelta(hours=1)  # after a failure whose end is not known
_LONGEST_AGAIN = timedelta(days=1)  # such a wait doubles each time


class _Wait(TypedDict):
    """The fields of `FetchedTitle` about a wait."""

    wait: float | None
    waits_for: Sequence[str]
    is_alone: bool


class RecordImages(Protocol):
    """Stores the pictures that providers offer for titles, by type and id, in a transaction."""

    def __call__(
        self, tx: Connection, images: Mapping[tuple[str, int], Images], *, failed: Collection[str]
    ) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedTitle:
    """A title with the answers of providers."""

    title: DueTitle
    outcome: Outcome
    known_id: ExternalId | None = None  # by which it was looked up
    confidence: float = 1.0  # of the match
    details: ProviderDetails | None = None
    seasons: Mapping[int, tuple[str, SeasonRecord]] = field(default_factory=dict)  # by number, with the provider
    problem: str = ""  # a sentence: why it failed, or which answer is missing
    wait: float | None = None  # seconds until a provider that is not available is asked again
    waits_for: Sequence[str] = ()  # providers that are not available; they count as no attempt
    is_alone: bool = False  # no provider is paused: only the answers about this title are broken
    is_lasting: bool = False  # another attempt has the same result
    stops: bool = False  # no other title can be looked up either


@dataclass(slots=True)
class _Rows:
    """The rows of one title."""

    answers: list[AnswerRow] = field(default_factory=list)
    values: list[TitleValueRow] = field(default_factory=list)
    images: dict[tuple[str, int], Images] = field(default_factory=dict)
    episodes: int = 0


@dataclass(slots=True, kw_only=True)
class StoredGroup:
    """The result of `store`."""

    changed: list[tuple[str, int]] = field(default_factory=list)  # type and id of titles whose values changed
    episodes: int = 0  # with values of a provider
    outdated: dict[DueTitle, Known] = field(default_factory=dict)  # titles with another id than the one looked up


class TitleEnricher:
    """Fetches and stores the values of providers."""

    def __init__(
        self,
        database: Database,
        providers: ExternalAPIManager,
        *,
        clock: Callable[[], datetime],
        find: Callable[[int], str],
        record_images: RecordImages,
        add_people: Callable[[Sequence[int], Sequence[str]], object],
    ) -> None:
        """
        Use the providers of a home.

        Args:
            database: The database.
            providers: The providers.
            clock: Returns the current time (UTC).
            find: Searches the match of a title, stores it, and returns the state of the search.
            record_images: Stores the pictures that providers offer for titles, by type and id; those of providers that
                gave no answer stay.
            add_people: Assigns people to files.

        """
        self._database, self._providers, self._clock = database, providers, clock
        self._find, self._record_images, self._add_people = find, record_images, add_people

    # Requests.

    def fetch(self, title: DueTitle, *, since: datetime | None = None) -> FetchedTitle:
        """
        Return what the providers have about a title. A failure is an outcome, not an error.

        `since`: answers that were stored before this moment are requested again; None uses all stored answers.
        """
        languages = languages_of_titles(self._database.read(), [title.id])
        try:
            with wanting(language=languages.get(title.id, ""), since=since):
                return self._fetch(title)
        except errors.ProviderError as error:
            return self._without_answer(title, error)
        except (errors.UnknownIdError, errors.UsageError) as error:
            return FetchedTitle(title=title, outcome="failed", problem=error.message, is_lasting=True)

    def _without_answer(self, title: DueTitle, error: errors.ProviderError) -> FetchedTitle:
        """Return that no provider has answered; another title is tried only if a provider can be asked."""
        try:
            self._providers.require_one()
        except errors.ProviderError as stop:
            return FetchedTitle(title=title, outcome="failed", problem=stop.message, wait=stop.retry_after, stops=True)
        if not error.is_fault:
            stops = error.reason == "provider_off"
            return FetchedTitle(title=title, outcome="failed", problem=error.message, stops=stops)
        return FetchedTitle(title=title, outcome="failed", problem=error.message, **self._wait(title, error.providers))

    def _wait(self, title: DueTitle, names: Collection[str]) -> _Wait:
        """Return how long a title waits for providers: until their pause ends, otherwise twice as long as before."""
        pauses = {name: error.retry_after or 0.0 for name, error in self._providers.pauses().items()}
        waits_for = sorted(names)
        wait = min((pauses[name] for name in names if name in pauses), default=None)
        if wait is not None:
            return _Wait(waits_for=waits_for, wait=wait, is_alone=False)
        again = min(max(2 * title.waited, _AGAIN.total_seconds()), _LONGEST_AGAIN.total_seconds())
        return _Wait(waits_for=waits_for, wait=again, is_alone=True)

    def _fetch(self, title: DueTitle) -> FetchedTitle:
        self._providers.require_one()
        known = title.known
        if known.search_state in {None, "none", "failed"} or title.is_changed_question:
            state = self._find(title.id)
            known = rows.known(self._database.read(), [title.id]).get(title.id, known)
            if state in {"open", "later", "maybe"}:
                return FetchedTitle(title=title, outcome="question")
            if state == "failed":
                self._providers.require_one()  # otherwise all other searches would fail, too
                problem = rows.search_problem(self._database.read(), title.entity_type, title.id)
                wait = self._wait(title, self._providers.pauses())
                return FetchedTitle(title=title, outcome="failed", problem=problem, **wait)
        if known.id is None:
            return FetchedTitle(title=title, outcome="unmatched")
        details = self._providers.details(known.id, "movie" if title.entity_type == "movie" else "tv")
        missing, problem = set(details.faults), ""
        seasons = dict[int, tuple[str, SeasonRecord]]()
        if title.entity_type == "series":
            seasons, problem, faults = self._seasons(title.id, details)
            missing |= faults
        wait = self._wait(title, missing) if missing else _Wait(waits_for=(), wait=None, is_alone=False)
        return FetchedTitle(
            title=title,
            outcome="enriched",
            known_id=known.id,
            confidence=1.0 if known.score is None else known.score,
            details=details,
            seasons=seasons,
            problem=" ".join(filter(None, [*details.problems.values(), problem])),
            **wait,
        )

    def _seasons(
        self, series_id: int, details: ProviderDetails
    ) -> tuple[dict[int, tuple[str, SeasonRecord]], str, set[str]]:
        """
        Return the seasons that the library has: one request for each season.

        If one is missing, also a sentence, and the providers that were not available.
        """
        episodes = rows.episodes(self._database.read(), series_id)
        wanted = {each.season for each in episodes if each.season is not None and each.episode is not None}
        if any(each.season is None or each.episode is None for each in episodes):
            wanted |= set(details.seasons)  # an episode without a number can be in any season
        if details.seasons:
            wanted &= set(details.seasons)
        found, problem, faults = dict[int, tuple[str, SeasonRecord]](), "", set[str]()
        for number in sorted(wanted):
            try:
                answer = self._providers.season(details.metadata.external_ids, number)
            except errors.ProviderError as error:
                problem = error.message
                faults |= set(error.providers) if error.is_fault else set()
                continue
            if answer is not None:
                found[number] = answer
        return found, problem, faults

    # Rows.

    def store(self, fetched: Sequence[FetchedTitle], save: Callable[[Connection, StoredGroup], None]) -> StoredGroup:
        """
        Store a group of titles in one transaction, to which `save` adds the position of the job.

        A title whose match changed during the requests is left out: a person can withdraw or replace it meanwhile.
        The transaction is repeated with more memory if the database runs out of it.
        """
        at, reader = self._clock(), self._database.read()
        collected = [(each, self._collected(reader, each)) for each in fetched]

        def put(tx: Connection) -> StoredGroup:
            group, known = StoredGroup(), rows.known(tx, [each.title.id for each in fetched])
            present = [(each, found) for each, found in collected if each.title.id in known]
            group.outdated = {
                each.title: known[each.title.id]
                for each, _ in present
                if each.details is not None and each.known_id != known[each.title.id].id
            }
            current = [(each, found) for each, found in present if each.title not in group.outdated]
            images = {key: found for _, each in current for key, found in each.images.items()}
            if images:
                failed = {name for each, _ in current if each.details for name in each.details.problems}
                self._record_images(tx, images, failed=failed)
            attempts = [attempt for each, _ in current if (attempt := _attempt(each, at)) is not None]
            rows.record_attempts(tx, attempts, at=at)
            group.episodes = sum(found.episodes for _, found in current)
            answers = [answer for _, found in current for answer in found.answers]
            if answers:
                group.changed = rows.put(tx, answers, [row for _, found in current for row in found.values], at=at)
            if group.changed:
                identified.show(tx, at=at, ids=[number for _, number in group.changed])
            save(tx, group)
            return group

        group = self._database.run(put)
        current = [each for each, _ in collected if each.title not in group.outdated]
        self._take_cast([each.title.id for each in current if each.details and each.title.entity_type == "movie"])
        return group

    def _collected(self, reader: Connection, fetched: FetchedTitle) -> _Rows:
        """Return the answers, values and pictures of a title."""
        details, title, confidence, found = fetched.details, fetched.title, fetched.confidence, _Rows()
        if details is None:
            return found
        kind, number = title.entity_type, title.id
        for provider, record in details.records.items():
            found.answers.append(AnswerRow(kind, number, provider, record.is_complete))
            found.values += provider_values.of_title(kind, number, provider, record, confidence)
        ids = details.metadata.external_ids
        others = {
            provider
            for provider, name, value in rows.stored_ids(reader, kind, number)
            if provider not in details.records and ids.get(name, value) != value
        }
        for provider in sorted(others):  # its values are those of another match
            found.answers.append(AnswerRow(kind, number, provider, is_complete=True))
        found.images[kind, number] = details.images
        if fetched.seasons:
            self._collect_seasons(reader, fetched, found)
        return found

    def _collect_seasons(self, reader: Connection, fetched: FetchedTitle, found: _Rows) -> None:
        """Add the answers, values and pictures of the seasons and episodes that the library has."""
        series_id, confidence = fetched.title.id, fetched.confidence
        season_ids, episodes = rows.seasons(reader, series_id), rows.episodes(reader, series_id)
        by_provider = defaultdict[str, dict[int, SeasonRecord]](dict)
        for number, (provider, season) in fetched.seasons.items():
            by_provider[provider][number] = season
            if number in season_ids:
                found.answers.append(AnswerRow("season", season_ids[number], provider, is_complete=True))
                found.values += provider_values.of_season(season_ids[number], provider, season, confidence)
        for provider, seasons in by_provider.items():
            for row, episode in provider_values.numbered(episodes, seasons):
                found.episodes += 1
                found.answers.append(AnswerRow("episode", row.id, provider, is_complete=True))
                found.values += provider_values.of_episode(row.id, provider, episode, confidence)
                if episode.still_url:
                    still = ImageCandidate(
                        provider=provider,
                        kind="still",
                        url=episode.still_url,
                        preview_url=episode.still_preview_url,
                    )
                    found.images["episode", row.id] = (still,)

    def _take_cast(self, film_ids: Sequence[int]) -> None:
        """Assign the cast of films to their files where the library says so: each person once."""
        for film in rows.cast_to_take(self._database.read(), film_ids):
            keys = {people_comment.person_key(name): name for name in film.names}
            new = [name for key, name in keys.items() if key not in film.taken]
            if new:
                for name in new:
                    with contextlib.suppress(errors.UsageError, errors.ValidationError):  # a name of several people
                        self._add_people(film.file_ids, [name])
                self._database.run(partial(rows.take_cast, film_id=film.id, keys={*film.taken, *keys}))


def _attempt(fetched: FetchedTitle, at: datetime) -> AttemptRow | None:
    """Return the attempt for a title. It is no failed one if a provider was not available."""
    if fetched.stops or fetched.outcome == "question":
        return None
    is_failed = bool(fetched.problem) and fetched.wait is None
    again = at + (_AGAIN if fetched.wait is None else timedelta(seconds=fetched.wait))
    return AttemptRow(
        fetched.title.entity_type,
        fetched.title.id,
        rows.MOST_ATTEMPTS if fetched.is_lasting else fetched.title.attempts + 1 if is_failed else 0,
        fetched.problem,
        again if fetched.problem else None,
        fetched.waits_for,
    )
