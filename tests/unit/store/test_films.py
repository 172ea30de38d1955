"""A film keeps its people, decisions and history through a rewrite, a rollback, a move and another home."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexium_core.store.catalog import catalog, films
from indexium_core.store.catalog.films import HashPair
from indexium_core.store.database import Database
from indexium_core.store.people import people
from indexium_core.store.people.people import AssignmentRequest
from indexium_core.store.review import decisions
from tests.support.catalog import NOW, hash_of, ids, marked, people_of, scanned, store

OLD, NEW, NEWER = hash_of("old"), hash_of("new"), hash_of("newer")


def assign(database: Database, *names: str, file_hash: str = OLD) -> None:
    with database.atomic() as tx:
        people.assign(tx, [AssignmentRequest(name=name, file_hash=file_hash) for name in names], at=NOW)


def rewrite(database: Database, path: str, content: str, *, size: int = 1100) -> None:
    """The facts of a write that changes the hash of the media."""
    file = scanned(path, "People: Ann", content=content, size=size, mtime_ns=7, own_mtime_ns=7, duration=61.0)
    with database.atomic() as tx:
        catalog.update_written(tx, {ids(database)[path]: file}, at=NOW)


def gone(database: Database, *paths: str) -> None:
    with database.atomic() as tx:
        catalog.mark_missing(tx, [ids(database)[path] for path in paths])


def names(database: Database, path: str) -> list[str]:
    return people_of(database).get(ids(database)[path], [])


def assigned_hashes(database: Database) -> set[str]:
    return {row[0] for row in database.read().execute("SELECT DISTINCT file_hash FROM video_people").fetchall()}


@pytest.fixture
def film(database: Database) -> Database:
    """One film with Ann and Bo, and an edit."""
    store(database, [scanned("a.avi", content="old", strategy="avi_remux")])
    assign(database, "Ann", "Bo")
    with database.atomic() as tx:
        decisions.edit(tx, {ids(database)["a.avi"]: ["Ann"]}, at=NOW)
    return database


def test_people_and_decisions_follow_rewrite(film: Database) -> None:
    file_id = ids(film)["a.avi"]
    rewrite(film, "a.avi", "new")

    assert names(film, "a.avi") == ["Ann", "Bo"]
    assert assigned_hashes(film) == {NEW}
    assert [row.file_id for row in decisions.in_force(film.read(), at=NOW)] == [file_id]
    found = film.read().execute("SELECT file_hash, size, duration FROM scanned_files").fetchall()
    assert found == [(NEW, 1100, 61.0)]
    assert film.read().execute(
        "SELECT file_hash, previous_hash FROM previous_hashes ORDER BY ALL"
    ).fetchall() == sorted([(OLD, NEW), (NEW, OLD)])


def test_rollback_restores_hash_and_keeps_later_people(film: Database) -> None:
    rewrite(film, "a.avi", "new")
    assign(film, "Cy", file_hash=NEW)
    rewrite(film, "a.avi", "old", size=1000)

    assert names(film, "a.avi") == ["Ann", "Bo", "Cy"]
    assert assigned_hashes(film) == {OLD}


def test_another_copy_keeps_old_hash_and_its_people(film: Database) -> None:
    store(film, [scanned("b.avi", content="old", strategy="avi_remux")])
    marked(film)
    rewrite(film, "a.avi", "new")

    assert names(film, "a.avi") == names(film, "b.avi") == ["Ann", "Bo"]
    assert assigned_hashes(film) == {OLD, NEW}
    assert marked(film) == set(ids(film).values())  # the other one is no longer a duplicate


def test_write_in_place_keeps_full_hash(database: Database) -> None:
    full = "f1:" + "0" * 32
    store(database, [scanned("a.mp4", file_hash=full), scanned("b.avi", file_hash=full, strategy="avi_remux")])
    rewrite(database, "a.mp4", "new")
    rewrite(database, "b.avi", "new")

    found = database.read().execute("SELECT path, file_hash FROM scanned_files ORDER BY path").fetchall()
    assert found == [("/films/a.mp4", full), ("/films/b.avi", NEW)]


def test_all_hard_links_get_new_hash(database: Database) -> None:
    both = {"content": "old", "nlink": 2, "inode": 5, "strategy": "mp4_in_place"}
    store(database, [scanned("a.mp4", **both), scanned("b.mp4", **both)])
    file = scanned("a.mp4", "People: Ann", content="old", nlink=2, inode=5, own_mtime_ns=7)
    with database.atomic() as tx:
        others = catalog.update_written(tx, {ids(database)["a.mp4"]: file}, at=NOW)

    assert others == {ids(database)["b.mp4"]: ids(database)["a.mp4"]}


# Restored files.


def test_rewritten_video_is_found_by_its_old_hash(film: Database) -> None:
    """The user restores a backup, and the written file no longer exists."""
    file_id = ids(film)["a.avi"]
    rewrite(film, "a.avi", "new")
    gone(film, "a.avi")
    report = store(film, [scanned("moved/b.avi", content="old")])

    assert report.moved == 1
    assert ids(film) == {"moved/b.avi": file_id}
    assert names(film, "moved/b.avi") == ["Ann", "Bo"]


def test_same_hash_with_other_size_is_not_move(film: Database) -> None:
    rewrite(film, "a.avi", "new")
    gone(film, "a.avi")
    report = store(film, [scanned("b.avi", content="old", size=999)])

    assert (report.moved, report.added) == (0, 1)
    assert names(film, "b.avi") == ["Ann", "Bo"]


def test_old_copy_shares_people(film: Database) -> None:
    rewrite(film, "a.avi", "new")
    store(film, [scanned("backup/a.avi", content="old")])

    assert names(film, "a.avi") == names(film, "backup/a.avi") == ["Ann", "Bo"]


def test_removed_people_stay_removed_after_scan(film: Database) -> None:
    rewrite(film, "a.avi", "new")
    store(film, [scanned("backup/a.avi", content="old")])
    with film.atomic() as tx:
        found = people.find(tx, ["Ann", "Bo"])
        people.remove(tx, [found["Ann"][0], found["Bo"][0]], file_ids=[ids(film)["backup/a.avi"]])
    store(film, [scanned("backup/a.avi", content="old", mtime_ns=99)])

    assert names(film, "backup/a.avi") == []
    assert names(film, "a.avi") == ["Ann", "Bo"]


def test_old_version_at_path_is_same_video(film: Database) -> None:
    file_id = ids(film)["a.avi"]
    rewrite(film, "a.avi", "new")
    store(film, [scanned("a.avi", content="old", streams=(), duration=9.0, size=999)])

    assert ids(film) == {"a.avi": file_id}
    assert names(film, "a.avi") == ["Ann", "Bo"]


# Another home.


@pytest.fixture
def other(empty_home: Path, tmp_path: Path) -> Iterator[Database]:
    shutil.copytree(empty_home, tmp_path / "other")
    with Database.open(tmp_path / "other") as opened:
        yield opened


def hand_over(film: Database, other: Database) -> None:
    """Export and import, without the paths."""
    rows = people.export(film.read())
    with other.atomic() as tx:
        ties = [HashPair(old_hash=old, new_hash=row.file_hash or "") for row in rows for old in row.previous_hashes]
        films.link(tx, ties, at=NOW)
        people.assign(tx, [AssignmentRequest(name=row.person, file_hash=row.file_hash) for row in rows], at=NOW)


@pytest.mark.parametrize("content", ["old", "new"])
@pytest.mark.parametrize("scanned_first", [True, False])
def test_other_home_identifies_video_by_any_hash(
    film: Database, other: Database, content: str, scanned_first: bool
) -> None:
    rewrite(film, "a.avi", "new")
    if scanned_first:
        store(other, [scanned("x.avi", content=content)])
    hand_over(film, other)
    if not scanned_first:
        store(other, [scanned("x.avi", content=content)])

    assert names(other, "x.avi") == ["Ann", "Bo"]


def test_other_home_follows_rollback(film: Database, other: Database) -> None:
    rewrite(film, "a.avi", "new")
    hand_over(film, other)
    store(other, [scanned("x.avi", content="new")])
    file_id = ids(other)["x.avi"]
    gone(other, "x.avi")
    store(other, [scanned("moved.avi", content="old", size=1)])  # its size at that time is unknown

    assert ids(other) == {"moved.avi": file_id}
    assert names(other, "moved.avi") == ["Ann", "Bo"]


def test_import_by_former_hash_counts_once(film: Database) -> None:
    store(film, [scanned("b.avi", content="old", strategy="avi_remux")])
    rewrite(film, "a.avi", "new")
    rewrite(film, "b.avi", "newer")
    with film.atomic() as tx:
        counts = people.assign(tx, [AssignmentRequest(name="Dee", file_hash=OLD)], at=NOW)

    assert (counts.matched, counts.waiting) == (1, 0)
    assert names(film, "a.avi") == names(film, "b.avi") == ["Ann", "Bo", "Dee"]
    assert people.known_hashes(film.read(), {OLD, hash_of("unknown")}) == {OLD}


# Ties.


@given(pairs=st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=12), cut=st.integers(0, 12))
def test_hash_pairs_join_videos_in_any_order(shared: Database, pairs, cut: int) -> None:
    joined = {number: {number} for number in range(9)}
    for one, other in pairs:
        if one != other:
            both = joined[one] | joined[other]
            joined |= dict.fromkeys(both, both)
    with shared.atomic() as tx:
        tx.execute("DELETE FROM film_hashes")
        for batch in (pairs[:cut], pairs[cut:]):
            films.link(tx, [HashPair(old_hash=hash_of(one), new_hash=hash_of(other)) for one, other in batch], at=NOW)
    rows = shared.read().execute("SELECT list(file_hash) FROM film_hashes GROUP BY film_id").fetchall()

    wanted = {frozenset(hash_of(number) for number in group) for group in joined.values() if len(group) > 1}
    assert {frozenset(hashes) for (hashes,) in rows} == wanted
    assert sum(len(hashes) for (hashes,) in rows) == sum(map(len, wanted))


@pytest.fixture(scope="module")
def shared(empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    home = tmp_path_factory.mktemp("films") / "home"
    shutil.copytree(empty_home, home)
    with Database.open(home) as opened:
        yield opened


def test_known_size_is_kept(shared: Database) -> None:
    with shared.atomic() as tx:
        tx.execute("DELETE FROM film_hashes")
        films.link(tx, [HashPair(old_hash=OLD, new_hash=NEW, old_size=5, new_size=6)], at=NOW)
        films.link(tx, [HashPair(old_hash=OLD, new_hash=NEWER)], at=NOW)
        films.link(tx, [HashPair(old_hash=NEW, new_hash=NEWER, new_size=7)], at=NOW)
    sizes = dict(shared.read().execute("SELECT file_hash, size FROM film_hashes").fetchall())

    assert sizes == {OLD: 5, NEW: 6, NEWER: 7}
