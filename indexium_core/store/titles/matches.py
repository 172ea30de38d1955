"""The matches between titles and providers: searches, candidates, decisions of people, and their undo."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from indexium_core.model.lookups.candidates import Candidate, MatchReason, MissingSign
from indexium_core.model.matches.questions import MatchCandidate
from indexium_core.model.matches.results import MatchState
from indexium_core.model.names import title_guess
from indexium_core.model.titles.fields import EntityType
from indexium_core.model.titles.titles import TitleFile, TitleItem
from indexium_core.store import sql
from indexium_core.store.connection import Connection
from indexium_core.store.titles import identified

_TABLES: Mapping[EntityType, tuple[str, ...]] = {"movie": ("movies",), "series": ("series", "seasons", "episodes")}


class QuestionPlace(NamedTuple):
    """Where the files of a title are."""

    id: int
    library_id: int
    folder: str  # the first one of its main files, below the library folder
    entity_type: EntityType
    title: str  # what was searched
    year: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRow:
    """The search of a title."""

    state: MatchState
    query: Mapping[str, Any]  # title, year, ids, by_hand
    explanation: str
    missing: tuple[MissingSign, ...] = ()  # of MatchDecision
    decided_by: str = ""  # automatic, hand
    decided_at: datetime | None = None


class SearchValue(NamedTuple):
    """What names, NFO files, tags or people say about a title."""

    field: str
    value: Any  # JSON value
    origin: str
    locked: bool
    shown: bool  # it counts if providers are left out


# Questions.


def counts(reader: Connection, library_id: int | None = None) -> dict[str, int]:
    """Return the number of films and series by the state of their match."""
    return dict(reader.execute(_sql("counts"), {"library_id": library_id}).fetchall())


def ordered(
    reader: Connection, state: str, *, library_id: int | None = None, limit: int | None = None, offset: int = 0
) -> list[QuestionPlace]:
    """Return the titles of a state in the order in which they are asked."""
    facts = {"state": state, "library_id": library_id, "limit": limit, "offset": offset}
    return [QuestionPlace(*row) for row in reader.execute(_sql("ordered"), facts).fetchall()]


def places(reader: Connection, ids: Sequence[int]) -> list[QuestionPlace]:
    """Return where the files of given titles are."""
    return [QuestionPlace(*row) for row in reader.execute(_sql("places"), {"ids": list(ids)}).fetchall()]


def items(reader: Connection, ids: Sequence[int]) -> dict[int, TitleItem]:
    """Return films and series by id."""
    if not ids:
        return {}
    rows = reader.execute(_sql("items"), {"ids": list(ids)}).fetch_dicts()
    return {row["id"]: TitleItem(**row) for row in rows}


def searches(reader: Connection, ids: Sequence[int]) -> dict[int, SearchRow]:
    """Return the searches of titles by id."""
    rows = reader.execute(_sql("searches"), {"ids": list(ids)}).fetch_dicts()
    return {
        row.pop("entity_id"): SearchRow(
            **row | {"query": json.loads(row["query"]), "missing": tuple(row["missing"].split())}
        )
        for row in rows
    }


def kept_back(reader: Connection, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Return the titles whose names are not searched until a person answers, each with the reasons."""
    rows = reader.execute(_sql("kept_back"), {"ids": list(ids)}).fetchall()
    return {number: tuple(json.loads(reasons)) for number, reasons in rows}


def candidates(reader: Connection, ids: Sequence[int]) -> dict[int, list[MatchCandidate]]:
    """Return the candidates of titles by id, best first."""
    found: dict[int, list[MatchCandidate]] = {}
    if not ids:
        return found
    for row in reader.execute(_sql("candidates"), {"ids": list(ids)}).fetch_dicts():
        number = row.pop("entity_id")
        reasons = tuple(MatchReason(**each) for each in json.loads(row["reasons"]))
        facts = row | {"reasons": reasons, "candidate": _candidate(json.loads(row["candidate"]))}
        found.setdefault(number, []).append(MatchCandidate(**facts))
    return found


def values(reader: Connection, ids: Sequence[int]) -> dict[int, list[SearchValue]]:
    """Return what is known about titles without providers, by id."""
    found: dict[int, list[SearchValue]] = {}
    for number, field, value, *rest in reader.execute(_sql("values"), {"ids": list(ids)}).fetchall():
        found.setdefault(number, []).append(SearchValue(field, json.loads(value or "null"), *rest))
    return found


def files(reader: Connection, ids: Sequence[int], most: int) -> dict[int, list[TitleFile]]:
    """Return at most `most` files of each title by its id, main files first."""
    found: dict[int, list[TitleFile]] = {}
    for row in reader.execute(_sql("files"), {"ids": list(ids), "most": most}).fetch_dicts():
        found.setdefault(row.pop("id"), []).append(TitleFile(**row))
    return found


def parts(reader: Connection, title_id: int) -> list[tuple[int | None, float | None]]:
    """Return part and duration (seconds) of the main files of a film."""
    return reader.execute(_sql("parts"), {"id": title_id}).fetchall()


def people(reader: Connection, title_id: int) -> list[str]:
    """Return the names of the people of the main files of a film or series."""
    return [name for (name,) in reader.execute(_sql("people"), {"id": title_id}).fetchall()]


def other_titles(reader: Connection, title_id: int) -> list[str]:
    """Return the titles that a second reader reads in the names of the main files of a film or series."""
    return [name for (name,) in reader.execute(_sql("other_titles"), {"id": title_id}).fetchall()]


def last_episodes(reader: Connection, series_id: int) -> list[tuple[int | None, int]]:
    """Return the highest episode of each season of a series; None: episodes that are numbered through all seasons."""
    return reader.execute(_sql("last_episodes"), {"id": series_id}).fetchall()


def why_not_looked_up(reader: Connection, title_ids: Sequence[int]) -> dict[int, str]:
    """Return of some titles, by id, those of which nothing is sent to providers, each with the reason."""
    found = reader.execute(_sql("not_looked_up"), {"ids": list(title_ids)}).fetchall()
    return {number: title_guess.why_not_looked_up(f"“{name}”", kind) for number, name, kind in found}


# Results of searches.


def put_search(tx: Connection, entity_type: EntityType, title_id: int, row: SearchRow, *, at: datetime) -> None:
    """Store the search of a title; replaces the former one."""
    facts = {
        "entity_type": entity_type,
        "id": title_id,
        "state": row.state,
        "query": _json(row.query),
        "explanation": row.explanation,
        "missing": " ".join(row.missing),
        "decided_by": row.decided_by,
        "decided_at": row.decided_at,
        "at": at,
    }
    tx.execute(_sql("put_search"), facts)


def reopen(tx: Connection, title_id: int, explanation: str) -> None:
    """Make a title with a match a question again."""
    tx.execute(_sql("reopen"), {"id": title_id, "explanation": explanation})


def explain(tx: Connection, title_id: int, explanation: str) -> None:
    """Store another reason why a title waits for a decision."""
    tx.execute(_sql("explain"), {"id": title_id, "explanation": explanation})


def put_candidates(
    tx: Connection, entity_type: EntityType, title_id: int, found: Sequence[MatchCandidate], *, is_first: bool = True
) -> None:
    """
    Store candidates of a title; their positions follow from their order.

    With `is_first`, they replace the proposals, and the accepted and rejected ones follow them. Otherwise they
    come after all.
    """
    start = 1
    if is_first:
        tx.execute(_sql("remove_proposals"), {"id": title_id})
        tx.execute(_sql("move_candidates"), {"id": title_id, "after": len(found)})
    else:
        start += max((each.position for each in candidates(tx, [title_id]).get(title_id, [])), default=0)
    facts = {
        "entity_type": entity_type,
        "id": title_id,
        "provider": [each.candidate.provider for each in found],
        "external_id": [each.candidate.external_id for each in found],
        "content_type": [each.candidate.content_type for each in found],
        "position": list(range(start, start + len(found))),
        "score": [each.score for each in found],
        "reasons": [_json([_plain(reason) for reason in each.reasons]) for each in found],
        "conflict": [each.conflict for each in found],
        "candidate": [_json(_plain(each.candidate)) for each in found],
    }
    tx.execute(_sql("put_candidates"), facts)


# Decisions.


def mark(tx: Connection, ids: Sequence[int], state: MatchState, *, by: str, at: datetime | None) -> int:
    """Change the state of the searches of titles, and return their number."""
    return int(tx.value(_sql("mark_searches"), {"ids": list(ids), "state": state, "decided_by": by, "at": at}))


def ignore(tx: Connection, ids: Sequence[int], *, at: datetime) -> None:
    """Set by hand that titles are no film and no series, except where this field has a value by hand or is locked."""
    tx.execute(_sql("ignore"), {"ids": list(ids), "at": at})


def mark_candidates(
    tx: Connection, title_id: int, positions: Sequence[int], state: str, *, by: str, at: datetime | None
) -> None:
    """Change the state of candidates of a title."""
    if not positions:
        return
    facts = {"id": title_id, "positions": list(positions), "state": state, "decided_by": by, "at": at}
    tx.execute(_sql("mark_candidates"), facts)


def contradicted(reader: Connection) -> dict[int, tuple[str, str]]:
    """Return the titles with an automatic match that an id of an NFO file or a name contradicts: field and id."""
    return {number: (field, value) for number, field, value in reader.execute(_sql("contradicted")).fetchall()}


def withdraw(tx: Connection, entity_type: EntityType, title_id: int) -> bool:
    """
    Make the accepted candidate a proposal, and delete values and pictures of providers; locked values stay.

    Return whether a value was deleted.
    """
    facts = {"scope": scope(tx, [title_id]) if entity_type == "series" else [title_id]}
    tx.execute(_sql("withdraw_accepted"), {"id": title_id})
    removed = int(tx.value(_sql("remove_provider_values"), facts))
    tx.execute(_sql("remove_provider_pictures"), facts)
    tx.execute(_sql("forget_attempts"), facts)
    for table in _TABLES[entity_type]:
        tx.execute(sql.with_parts(_sql("reset"), table=table), facts)
    return removed > 0


def put_ids(
    tx: Connection,
    entity_type: EntityType,
    title_id: int,
    ids: Mapping[str, str],
    *,
    provider: str,
    score: float,
    at: datetime,
) -> None:
    """Store ids (by field: `tmdb_id`, …) as values of a provider."""
    facts = {
        "entity_type": entity_type,
        "id": title_id,
        "fields": list(ids),
        "values": [_json(value) for value in ids.values()],
        "provider": provider,
        "confidence": score,
        "at": at,
    }
    tx.execute(_sql("put_ids"), facts)


def scope(reader: Connection, ids: Sequence[int]) -> list[int]:
    """Return the ids of titles, and of the seasons and episodes of the series among them."""
    return [number for (number,) in reader.execute(_sql("scope"), {"ids": list(ids)}).fetchall()]


def rows_before(tx: Connection, ids: Sequence[int], *, with_candidates: bool) -> str:
    """Return the rows of titles as they are; `with_candidates`: also the candidates and the values of providers."""
    facts = {"ids": list(ids), "scope": scope(tx, ids), "with_candidates": with_candidates}
    return str(tx.value(_sql("rows_before"), facts))


def restore(tx: Connection, rows: str, *, ignored: str, with_candidates: bool) -> list[int]:
    """
    Restore the rows of a decision (see `rows_before`), and return its titles. Newer values by hand and locks stay.

    `ignored` is the value by hand of the field `ignored` that the decision has set, as JSON; "" if it set none.
    """
    kept, before = json.loads(rows), {"before": rows}
    title_ids: list[int] = kept["ids"]
    ids = {"ids": title_ids}

    def put_back(part: str, statement: str = "") -> None:
        if kept.get(part):  # an earlier version kept no pictures
            tx.execute(statement or _sql(f"restore_{part}"), before)

    if ignored:
        tx.execute(_sql("remove_ignored"), ids | before | {"value": ignored})
    if with_candidates:
        all_of = {"scope": scope(tx, title_ids)}
        tx.execute(_sql("remove_provider_values"), all_of)
        tx.execute(_sql("remove_provider_pictures"), all_of)
        put_back("pictures")
        tx.execute(_sql("remove_matches"), ids)
        put_back("matches")
        for table in identified.tables_of(tx, all_of["scope"]):
            tx.execute(sql.with_parts(_sql("reset"), table=table), all_of)
            put_back("titles", sql.with_parts(_sql("restore_titles"), table=table))
    put_back("values")
    if ignored:
        put_back("values", _sql("lock_ignored_again"))
    put_back("searches")
    tx.execute(_sql("remove_searches"), ids | before)
    return title_ids


def _plain(value: Candidate | MatchReason) -> dict[str, Any]:
    """Return the JSON form of a value; its fields are plain values."""
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def _candidate(facts: Mapping[str, Any]) -> Candidate:
    texts = {name: tuple(facts[name]) for name in ("alternative_titles", "cast", "countries") if name in facts}
    sizes = tuple((number, size) for number, size in facts.get("season_sizes", ()))
    return Candidate(**{**facts, **texts, "season_sizes": sizes})


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=dict)


def _sql(name: str) -> str:
    return sql.compose("matches", "ranked_values")[name]
