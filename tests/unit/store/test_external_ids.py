"""The ids of titles: in a library, one title holds each."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from indexium_core.model.lookups.candidates import Candidate
from indexium_core.model.matches.questions import MatchCandidate
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.titles import external_ids, identified, matches
from indexium_core.store.titles.external_ids import FoundId
from indexium_core.store.titles.identified import TitleRow
from tests.support.catalog import NOW
from tests.support.effort import effort


class Said(NamedTuple):
    """What an origin says about the id of a title."""

    title: int
    field: str
    value: str
    origin: str
    locked: bool = False


SAID = st.builds(
    Said,
    st.integers(1, 6),
    st.sampled_from(["tmdb_id", "imdb_id"]),
    st.sampled_from(["1", "2", "3"]),
    st.sampled_from(["hand", "provider", "nfo", "name", "sender"]),
    st.booleans(),
)


def put(tx: Connection, said: list[Said], rejected: set[int]) -> None:
    """Store six films in two libraries, and what is said about them."""
    for table in ("movies", "title_values", "title_matches", "title_external_ids"):
        tx.execute(f"DELETE FROM {table}")
    rows = [TitleRow("movie", number, number % 2 + 1, f"film {number}", None, is_new=True) for number in range(1, 7)]
    identified.add_titles(tx, rows, at=NOW)
    for each in {(one.title, one.field, one.origin): one for one in said}.values():
        tx.execute(
            "INSERT INTO title_values BY NAME SELECT 'movie' AS entity_type, $1 AS entity_id, $2 AS field, "
            "to_json($3) AS value, $4 AS origin, '' AS provider, 1.0 AS confidence, $6 AS fetched_at, $5 AS locked",
            [each.title, each.field, each.value, each.origin, each.locked, NOW],
        )
    for title_id in rejected:
        found = Candidate(provider="tmdb", external_id="1", content_type="movie", title="Ring", year=1998)
        matches.put_candidates(
            tx, "movie", title_id, [MatchCandidate(position=1, candidate=found, score=0.9, reasons=())]
        )
        matches.mark_candidates(tx, title_id, [1], "rejected", by="hand", at=NOW)


def remember(tx: Connection) -> None:
    """Keep the ids that an identification would find."""
    rows = tx.execute(
        "SELECT entity_type, entity_id, replace(field, '_id', ''), value->>'$', origin FROM title_values "
        "WHERE origin IN ('nfo', 'name', 'sender')"
    ).fetchall()
    external_ids.remember(tx, [FoundId(*row) for row in rows], at=NOW)


@given(st.lists(SAID, max_size=20), st.lists(SAID, max_size=20), st.sets(st.integers(1, 6)))
@effort.examples(40, 400, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_two_titles_of_a_library_never_share_an_accepted_id(
    database: Database, earlier: list[Said], said: list[Said], rejected: set[int]
) -> None:
    with database.atomic() as tx:
        put(tx, earlier, set())
        remember(tx)
        kept = tx.execute("FROM title_external_ids").fetchall()
        put(tx, said, rejected)
        for row in kept:
            tx.execute("INSERT INTO title_external_ids VALUES ($1, $2, $3, $4, $5, $6)", row)
        remember(tx)
        found = external_ids.known(tx)
    accepted = [each for each in found if each.is_accepted]
    assert max(Counter((each.title_id % 2, each.provider, each.value) for each in accepted).values(), default=0) <= 1
    assert max(Counter((each.title_id, each.provider) for each in found).values(), default=0) <= 1
    holders = {(each.title_id, each.provider, each.value) for each in accepted}
    assert all((each.holder_id, each.provider, each.value) in holders for each in found)  # none is lost silently
    by_hand = {(each.title, each.field, each.value) for each in said if each.origin == "hand" or each.locked}
    for each in found:
        is_rejected = each.title_id in rejected and (each.provider, each.value) == ("tmdb", "1")
        assert not is_rejected or (each.title_id, f"{each.provider}_id", each.value) in by_hand


def ids(database: Database) -> list[tuple[int, str, str]]:
    return [(each.title_id, each.value, each.origin) for each in external_ids.known(database.read())]


@pytest.mark.parametrize(
    ("origin", "left"),
    [("name", "1"), ("nfo", "1"), ("sender", "1"), ("hand", ""), ("provider", "")],
)
def test_what_files_and_senders_said_stays_and_what_people_withdraw_goes(
    database: Database, origin: str, left: str
) -> None:
    with database.atomic() as tx:
        put(tx, [Said(1, "tmdb_id", "1", origin)], set())
        remember(tx)
        tx.execute("DELETE FROM title_values")
        remember(tx)
    assert ids(database) == ([(1, left, origin)] if left else [])


def test_what_is_said_now_replaces_what_was_said(database: Database) -> None:
    with database.atomic() as tx:
        put(tx, [Said(1, "tmdb_id", "1", "name")], set())
        remember(tx)
        tx.execute("UPDATE title_values SET value = to_json('2')")
        remember(tx)
        tx.execute("DELETE FROM title_values")
    assert ids(database) == [(1, "2", "name")]
