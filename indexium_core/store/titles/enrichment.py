"""What an enrichment reads and stores: the titles that wait for it, values of providers, attempts, statistics."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

from indexium_core.model.providers.external_ids import ExternalId
from indexium_core.store import sql
from indexium_core.store.connection import Connection
from indexium_core.store.titles.identified import MOST_GIVEN, TABLES, TitleValueRow

MOST_ATTEMPTS = 3  # failed ones in the days for which answers are kept; a fault of a provider is none
MANY_TITLES = 2000  # if more are due, the newest come first


class Known(NamedTuple):
    """The best id of a title, and the state of its search."""

    provider: str | None  # None: the title has to be searched
    external_id: str | None
    is_match: bool | None  # the id is that of an accepted match
    score: float | None  # of the match, 0 to 1
    search_state: str | None  # `title_searches.state`; None if it was not searched

    @property
    def id(self) -> ExternalId | None:
        """The id; None if the title has none, or one of another form. The ids of OMDb are those of IMDb."""
        if self.provider is None or self.external_id is None:
            return None
        return ExternalId.of_provider(self.provider, self.external_id)


class DueTitle(NamedTuple):
    """A film or a series that an enrichment looks up."""

    entity_type: Literal["movie", "series"]
    id: int
    title: str
    videos: int  # its files
    known: Known
    attempts: int  # failed ones
    waited: float  # seconds that it has waited for a provider; 0 after an answer
    is_changed_question: bool  # what its files or people say changed after the search


class EpisodeRow(NamedTuple):
    """An episode that the library has."""

    id: int
    season: int | None
    episode: int | None
    absolute: int | None
    aired: date | None


class AnswerRow(NamedTuple):
    """An answer of a provider about a title, a season or an episode."""

    entity_type: str
    entity_id: int
    provider: str
    is_complete: bool  # a field that it lacks has no value


class AttemptRow(NamedTuple):
    """The result of an attempt to look up a title."""

    entity_type: str
    entity_id: int
    attempts: int  # failed ones since the last success
    problem: str  # a sentence; "" after a success
    not_before: datetime | None  # when a provider that gave no answer may be asked again
    waits_for: Sequence[str]  # providers that were not available


class TitleOfFile(NamedTuple):
    """The title of a file."""

    entity_type: str
    id: int
    series_id: int | None


class StatisticsRow(NamedTuple):
    """The videos of one source."""

    source: str | None  # None: not enriched
    videos: int
    confidence: float | None  # sum
    last: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CastOfFilm:
    """The cast of a film whose library adds it as people."""

    id: int
    names: list[str]
    taken: list[str]  # keys of people that were added before
    file_ids: list[int]


def due(
    reader: Connection,
    *,
    fresh: datetime,
    now: datetime,
    library_ids: Sequence[int] = (),
    ids: Sequence[int] | None = None,
    most: int | None = None,
) -> list[DueTitle]:
    """
    Return the titles that need an enrichment, most urgent first; `most`: only so many, None for all.

    `fresh`: a title that was enriched or searched since this moment, or has had its last attempt since, is left out.
    `ids` are films and series.
    """
    facts = _scope(fresh, now, library_ids, ids) | {"many": MANY_TITLES, "most": most}
    rows = reader.execute(_sql("due"), facts).fetchall()
    return [DueTitle(row[0], row[1], row[2], row[3], Known(*row[4:9]), *row[9:]) for row in rows]


def count_by_turn(
    reader: Connection,
    *,
    fresh: datetime,
    now: datetime,
    library_ids: Sequence[int] = (),
    ids: Sequence[int] | None = None,
) -> dict[str, tuple[int, int]]:
    """
    Return the number of titles, and of their files, by whether `due` would return them: `due`, or why not.

    The reasons are `waiting` (for a provider), `question` (a person decides about the match), `unknown` (there was no
    usable result), `fresh` (they were looked up since).
    """
    rows = reader.execute(_sql("count_by_turn"), _scope(fresh, now, library_ids, ids)).fetchall()
    return {turn: (titles, videos) for turn, titles, videos in rows}


def waiting(
    reader: Connection,
    *,
    fresh: datetime,
    now: datetime,
    library_ids: Sequence[int] = (),
    ids: Sequence[int] | None = None,
) -> list[tuple[str, int, datetime]]:
    """Return provider, number of titles that wait for it, and when the first one is looked up again."""
    paused = {number for (number,) in reader.execute(_sql("paused"), {"now": now, "fresh": fresh}).fetchall()}
    wanted = paused if ids is None else paused.intersection(ids)
    if not wanted:
        return []
    # The statement reads everything that is known about its titles. A long list of ids takes longer than all titles.
    scope = _scope(fresh, now, library_ids, sorted(wanted) if len(wanted) <= MOST_GIVEN else ids)
    return reader.execute(_sql("waiting"), scope).fetchall()


def _scope(fresh: datetime, now: datetime, library_ids: Sequence[int], ids: Sequence[int] | None) -> dict[str, Any]:
    return {
        "fresh": fresh,
        "now": now,
        "library_ids": list(library_ids),
        "ids": None if ids is None else list(ids),
        "most_attempts": MOST_ATTEMPTS,
    }


def known(reader: Connection, ids: Sequence[int]) -> dict[int, Known]:
    """Return the best id of each film and series that still exists, and the state of its search, by id."""
    rows = reader.execute(_sql("known"), {"ids": list(ids)}).fetchall()
    return {row[0]: Known(*row[1:]) for row in rows}


def search_problem(reader: Connection, entity_type: str, entity_id: int) -> str:
    """Return why the last search for a title failed, as a sentence."""
    return str(reader.value(_sql("search_problem"), {"entity_type": entity_type, "entity_id": entity_id}) or "")


def is_enriched_since(reader: Connection, entity_type: str, entity_id: int, moment: datetime) -> bool:
    """Return whether a film or a series was enriched since a moment."""
    facts = {"entity_type": entity_type, "entity_id": entity_id, "moment": moment}
    return bool(reader.value(_sql("is_enriched_since"), facts))


def episodes(reader: Connection, series_id: int) -> list[EpisodeRow]:
    """Return the episodes of a series in the order of their numbers."""
    return [EpisodeRow(*row) for row in reader.execute(_sql("episodes"), [series_id]).fetchall()]


def seasons(reader: Connection, series_id: int) -> dict[int, int]:
    """Return the ids of the seasons of a series by number."""
    return {number: season_id for season_id, number in reader.execute(_sql("seasons"), [series_id]).fetchall()}


def stored_ids(reader: Connection, entity_type: str, entity_id: int) -> list[tuple[str, str, str]]:
    """Return the ids that providers have for a title: provider, name and value of the id."""
    facts = {"entity_type": entity_type, "entity_id": entity_id}
    return [(provider, name, value) for provider, name, value in reader.execute(_sql("stored_ids"), facts).fetchall()]


def put(
    tx: Connection, answers: Collection[AnswerRow], values: Collection[TitleValueRow], *, at: datetime
) -> list[tuple[str, int]]:
    """
    Store the answers of providers, and return type and id of each title whose values change.

    Only values of the same provider are replaced. A complete answer also removes those that it lacks. Locked values
    stay.
    """
    columns = {name: [getattr(each, name) for each in values] for name in TitleValueRow._fields if name != "value"}
    texts = [json.dumps(each.value, ensure_ascii=False) for each in values]
    tx.execute(_sql("incoming_values"), columns | {"value": texts})
    tx.execute(
        _sql("incoming_answers"), {name: [getattr(each, name) for each in answers] for name in AnswerRow._fields}
    )
    tx.execute(_sql("changed_values"))
    tx.execute(_sql("new_values"))
    changed = tx.execute(_sql("changed_titles")).fetchall()
    tx.execute(_sql("remove_values"))
    tx.execute(_sql("insert_values"), {"at": at})
    for kind in {each.entity_type for each in answers}:
        tx.execute(sql.with_parts(_sql("enriched"), table=TABLES[kind]), {"kind": kind, "at": at})
    tx.execute(_sql("drop_incoming"))
    return [(kind, number) for kind, number in changed]


def record_attempts(tx: Connection, attempts: Collection[AttemptRow], *, at: datetime) -> None:
    """Store the results of attempts."""
    columns = {name: [getattr(each, name) for each in attempts] for name in AttemptRow._fields}
    tx.execute(_sql("record_attempts"), columns | {"at": at})


def end_waits(tx: Connection, ids: Collection[int]) -> None:
    """Let titles wait no longer than their provider: its outage was the reason why they had no answer."""
    tx.execute(_sql("end_waits"), {"ids": list(ids)})


def forget_attempts(tx: Connection) -> None:
    """Delete the attempts of titles that do not exist any more."""
    tx.execute(_sql("forget_attempts"))


def title_of_file(reader: Connection, file_id: int) -> TitleOfFile | None:
    """Return the film or the episode of a file; None if it has none."""
    row = reader.execute(_sql("title_of_file"), [file_id]).fetchone()
    return TitleOfFile(*row) if row else None


def duration(reader: Connection, file_id: int) -> tuple[bool, float | None]:
    """Return whether a file exists, and its duration in seconds."""
    row = reader.execute(_sql("duration_of_file"), [file_id]).fetchone()
    return row is not None, row[0] if row else None


def shown_values(reader: Connection, ids: Sequence[int]) -> list[dict[str, Any]]:
    """Return the shown values of titles, then the values of all providers, with their JSON values."""
    rows = reader.execute(_sql("shown_values"), {"ids": list(ids)}).fetch_dicts()
    return [row | {"value": None if row["value"] is None else json.loads(row["value"])} for row in rows]


def enriched_at(reader: Connection, ids: Sequence[int]) -> datetime | None:
    """Return the time of the last enrichment of some titles."""
    found: datetime | None = reader.value(_sql("enriched_at"), {"ids": list(ids)})
    return found


def statistics(reader: Connection) -> list[StatisticsRow]:
    """Return the videos of films and episodes by source."""
    return [StatisticsRow(*row) for row in reader.execute(_sql("statistics")).fetchall()]


def kind_of(reader: Connection, title_id: int) -> tuple[str, int | None] | None:
    """Return what a title is, and its series; None if there is no such title."""
    row = reader.execute(_sql("kind_of"), [title_id]).fetchone()
    return (row[0], row[1]) if row else None


def cast_to_take(tx: Connection, ids: Sequence[int]) -> list[CastOfFilm]:
    """Return the casts of films whose library adds them as people."""
    if not tx.value(_sql("any_takes_cast")):
        return []
    rows = tx.execute(_sql("cast_to_take"), {"ids": list(ids)}).fetchall()
    return [
        CastOfFilm(id=film, names=_names(people), taken=taken, file_ids=file_ids)
        for film, people, taken, file_ids in rows
    ]


def take_cast(tx: Connection, film_id: int, keys: Collection[str]) -> None:
    """Record which people of the cast of a film were added."""
    tx.execute(_sql("cast_taken"), {"id": film_id, "keys": sorted(keys)})


def cast_of_file(reader: Connection, file_id: int) -> tuple[str, list[str]]:
    """Return `movie` or `episode` and the names of the cast of a file, if its library suggests them."""
    row = reader.execute(_sql("cast_of_file"), [file_id]).fetchone()
    return (row[0], _names(row[1])) if row else ("", [])


def _names(people: str) -> list[str]:
    """Return the names of a cast in its order."""
    found = json.loads(people) or []
    return list(dict.fromkeys(each["name"] for each in found if isinstance(each, dict) and each.get("name")))


def _sql(name: str) -> str:
    return sql.compose("enrichment")[name]
