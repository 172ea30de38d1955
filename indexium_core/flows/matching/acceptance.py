"""Accept a candidate: its ids become values of the provider, and what was known of another match is deleted."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime

from indexium_core import errors
from indexium_core.flows.matching import title_query
from indexium_core.model.lookups.candidates import SearchQuery, by_title
from indexium_core.model.matches.questions import MatchCandidate
from indexium_core.model.providers.external_ids import ID_FIELDS, ExternalId
from indexium_core.model.titles.titles import TitleItem
from indexium_core.store.connection import Connection
from indexium_core.store.titles import identified
from indexium_core.store.titles import matches as store
from indexium_core.store.titles import titles as title_store
from indexium_core.store.titles.matches import SearchRow


def film_or_series(reader: Connection, title_id: int) -> TitleItem:
    """
    Return a film or series.

    Raises:
        UnknownIdError: There is no such title.
        UsageError: The title is a season or an episode.

    """
    item = store.items(reader, [title_id]).get(title_id)
    if item is not None:
        return item
    other = title_store.find(reader, title_id)
    if other is None:
        raise errors.UnknownIdError(f"There is no title {title_id}.")
    raise errors.UsageError(f"Title {title_id} is no film and no series. Choose its series: {other.series_id}.")


def search_of(reader: Connection, item: TitleItem) -> SearchQuery:
    """Return the search for a title by what its files and people say."""
    values = store.values(reader, [item.id]).get(item.id, [])
    is_film = item.entity_type == "movie"
    origins = {each.field: each.origin for each in values if each.shown}
    query = title_query.query_of(item, values, store.parts(reader, item.id) if is_film else ())
    return dataclasses.replace(
        query,
        people=tuple(dict.fromkeys([*query.people, *store.people(reader, item.id)])),
        last_episodes=() if is_film else tuple(store.last_episodes(reader, item.id)),
        other_titles=tuple(store.other_titles(reader, item.id)) if origins.get("title") == "name" else (),
    )


def accept_candidate(tx: Connection, item: TitleItem, wanted: MatchCandidate, *, by: str, at: datetime) -> None:
    """
    Make a candidate the match of a title; it is added if the title does not have it.

    What providers said about another match is deleted.
    """
    found, chosen = _candidate_of(tx, item, wanted)
    is_shown_anew = item.state == "ignored"
    if chosen.state != "accepted":
        is_shown_anew |= store.withdraw(tx, item.entity_type, item.id)
    again = [each.position for each in same_title(found, chosen) if each.state == "rejected"]
    store.mark_candidates(tx, item.id, again, "proposed", by="", at=None)
    store.mark_candidates(tx, item.id, [chosen.position], "accepted", by=by, at=at)
    candidate = chosen.candidate
    known = [ExternalId.of_provider(each.provider, each.value) for each in candidate.ids]
    ids = {ID_FIELDS[each.provider]: each.value for each in known if each is not None}
    store.put_ids(tx, item.entity_type, item.id, ids, provider=candidate.provider, score=chosen.score, at=at)
    if not store.mark(tx, [item.id], "accepted", by=by, at=at):
        query = search_of(tx, item)
        plain = title_query.plain_query(query, by_hand=query)
        row = SearchRow(state="accepted", query=plain, explanation="", decided_by=by, decided_at=at)
        store.put_search(tx, item.entity_type, item.id, row, at=at)
    if is_shown_anew:  # ids are no columns of titles
        copy_shown_values(tx, [item.id], at)


def same_title(found: Sequence[MatchCandidate], chosen: MatchCandidate) -> list[MatchCandidate]:
    """Return the candidates that are the chosen title, of any provider."""
    return next(title for title in by_title(found) if chosen in title)


def after_rejection(*, is_match: bool, is_last: bool) -> str:
    """Return why a title waits after a person rejected a candidate: the former reason may name that one."""
    text = "Its match was rejected." if is_match else "A candidate was rejected."
    step = "No other one is left: search another title." if is_last else "Choose another one, or search another title."
    return f"{text} {step}"


def _candidate_of(
    tx: Connection, item: TitleItem, wanted: MatchCandidate
) -> tuple[Sequence[MatchCandidate], MatchCandidate]:
    """Return the candidates of a title, and the wanted one as the title has it."""
    for _ in range(2):
        found = store.candidates(tx, [item.id]).get(item.id, [])
        for each in found:
            if key_of(each) == key_of(wanted):
                return found, each
        store.put_candidates(tx, item.entity_type, item.id, [wanted], is_first=False)
    raise errors.StoreError(f"The candidate of title {item.id} was not stored.")


def copy_shown_values(tx: Connection, ids: Sequence[int], at: datetime) -> list[int]:
    """Copy the shown values of titles, and of the seasons and episodes of series; return the ids of all."""
    all_ids = store.scope(tx, ids)
    identified.show(tx, at=at, ids=all_ids)
    return all_ids


def key_of(each: MatchCandidate) -> tuple[str, str, str]:
    """Return what tells a candidate from others."""
    return each.candidate.provider, each.candidate.external_id, each.candidate.content_type
