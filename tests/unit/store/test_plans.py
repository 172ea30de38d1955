"""Versions of the plan: an incremental plan equals a new one, and old versions stay readable."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

import pytest

from indexium_core import errors
from indexium_core.flows.planning import plan_cache
from indexium_core.flows.planning.plan_cache import PlanCache
from indexium_core.flows.planning.plan_refresh import PlanRefresh
from indexium_core.model.operations.operation import WriteOptions
from indexium_core.model.people import people_comment as names
from indexium_core.model.query import compile_query
from indexium_core.store.catalog import catalog, inventory
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.operations.ledger import Ledger
from indexium_core.store.people import people
from indexium_core.store.people.people import AssignmentRequest
from indexium_core.store.plan_version import Modes, Version
from indexium_core.store.planning import plan_compute, plan_read, risk_sql
from indexium_core.store.planning.plan_read import Search
from indexium_core.store.review import decisions
from indexium_core.store.rows import Restat
from tests.support.catalog import NOW, hash_of, ids, scanned, store
from tests.support.effort import effort

NAMES = ["Ann Lee", "Bob Ray", "Bobby Ray", "ann lee", "Zoë Öz", "Sammy Davis, Jr.", "Li Wei"]
COMMENTS = [None, "", "At sea", "People: Ann Lee", "People: Bobby Ray, Li Wei", "At sea\nPeople: ANN LEE; Canon"]
ROWS = """SELECT * EXCLUDE (variant_id, from_version, to_version) FROM plan_items
          JOIN issue_sets USING (variant_id, issue_set)
          WHERE variant_id = $1 AND from_version <= $2 AND coalesce(to_version > $2, TRUE) ORDER BY file_id"""
VARIANTS = [Modes(), Modes(people_mode="exact", include_unknown=True), Modes(comment_mode="preserve")]

Rows = list[tuple[Any, ...]]


class UndoneError(Exception):
    """An error that rolls back a transaction on purpose."""


def rows(reader: Connection, version: Version) -> Rows:
    return reader.execute(ROWS, [version.variant_id, version.plan_id]).fetchall()


def from_nothing(database: Database, modes: Modes, now: Any = NOW) -> Rows:
    """The plan of a new variant."""
    found: Rows = []
    with contextlib.suppress(UndoneError), database.atomic() as tx:
        decisions.expire(tx, at=now)
        found = rows(tx, plan_compute._compute_all(tx, modes, now))
        raise UndoneError
    return found


class Life:
    """Random events in a library of twelve files and two roots."""

    def __init__(self, database: Database, seed: int) -> None:
        self.database = database
        self.chance = random.Random(seed)
        self.now = NOW
        store(database, [scanned(f"{number}.mp4", self.comment(), content=number // 2) for number in range(8)])
        store(database, [scanned(f"/more/{number}.mp4", self.comment()) for number in range(4)], root="/more")

    def comment(self) -> str | None:
        return self.chance.choice(COMMENTS)

    def some(self) -> list[int]:
        known = [file_id for (file_id,) in self.database.read().execute("SELECT file_id FROM scanned_files").fetchall()]
        return sorted(self.chance.sample(known, self.chance.randint(1, 3)))

    def happen(self) -> str:
        name = self.chance.choice([name for name in dir(self) if name.startswith("do_")])
        with self.database.atomic() as tx:
            getattr(self, name)(tx, self.some())
        return name

    def do_assign(self, tx: Connection, file_ids: list[int]) -> None:
        paths = tx.execute(
            "SELECT path_bytes FROM scanned_files WHERE list_contains($1, file_id)", [file_ids]
        ).fetchall()
        people.assign(
            tx, [AssignmentRequest(name=self.chance.choice(NAMES), path_bytes=path) for (path,) in paths], at=NOW
        )

    def do_replace(self, tx: Connection, file_ids: list[int]) -> None:
        paths = tx.execute(
            "SELECT path_bytes FROM scanned_files WHERE list_contains($1, file_id)", [file_ids]
        ).fetchall()
        wanted = [AssignmentRequest(name=self.chance.choice(NAMES), path_bytes=path) for (path,) in paths]
        people.assign(tx, wanted, replace=True, at=NOW)

    def do_remove(self, tx: Connection, file_ids: list[int]) -> None:
        found = people.find(tx, NAMES)
        people.remove(tx, self.chance.choice([*found.values()] or [[]]), file_ids=decisions.copies(tx, file_ids))

    def do_rename(self, tx: Connection, _: list[int]) -> None:
        known = [name for name in NAMES if people.person_named(tx, name)]
        new = [name for name in NAMES if name not in known]
        if known and new:
            old, name = self.chance.choice(known), self.chance.choice(new)
            person_id = people.person_named(tx, old)
            assert person_id is not None
            people.rename(tx, person_id, old=old, new=name, at=NOW)

    def do_merge(self, tx: Connection, _: list[int]) -> None:
        known = [person_id for name in NAMES if (person_id := people.person_named(tx, name))]
        if len(known) > 1:
            into, other = self.chance.sample(known, 2)
            people.merge(tx, [other], into, at=NOW)

    def do_edit(self, tx: Connection, file_ids: list[int]) -> None:
        decisions.edit(tx, {file_id: self.chance.sample(NAMES[1:3], 1) for file_id in file_ids}, at=NOW)

    def do_mode(self, tx: Connection, file_ids: list[int]) -> None:
        decisions.set_mode(tx, file_ids, comment_mode=self.chance.choice(["replace", "preserve"]), at=NOW)

    def do_postpone(self, tx: Connection, file_ids: list[int]) -> None:
        until = self.chance.choice([None, self.now + timedelta(days=self.chance.randint(1, 3))])
        decisions.postpone(tx, file_ids, until=until, at=NOW)

    def do_revoke(self, tx: Connection, _: list[int]) -> None:
        made = [row.decision_id for row in decisions.in_force(tx, at=NOW)]
        decisions.revoke(tx, self.chance.sample(made, min(2, len(made))), at=NOW)

    def do_scan(self, tx: Connection, _: list[int]) -> None:
        number = self.chance.randint(0, 9)
        state = self.chance.choice(["ok", "ok", "ok", "corrupt"])
        found = scanned(f"{number}.mp4", self.comment(), content=self.chance.choice([number // 2, number]), state=state)
        catalog.upsert_files(tx, catalog.add_library(tx, b"/films"), [found], at=NOW)

    def do_miss(self, tx: Connection, file_ids: list[int]) -> None:
        catalog.mark_missing(tx, file_ids)

    def do_restat(self, tx: Connection, file_ids: list[int]) -> None:
        stat = replace(
            scanned("x").stat, mode=self.chance.choice([0o100444, 0o100644]), nlink=self.chance.randint(1, 2)
        )
        catalog.restat(tx, [Restat(file_id=file_id, stat=stat, growing=False) for file_id in file_ids])

    def do_library(self, tx: Connection, _: list[int]) -> None:
        library_id = catalog.add_library(tx, b"/more")
        catalog.set_library_state(tx, library_id, self.chance.choice(["online", "offline"]))
        mode = self.chance.choice([None, "preserve"])
        catalog.set_library_modes(tx, library_id, people_mode=None, comment_mode=mode)

    def do_sleep(self, _: Connection, __: list[int]) -> None:
        self.now += timedelta(hours=12)


def compare_with_cache(reader: Connection, version: Version, cache: PlanCache) -> None:
    """Counts and first pages that were adjusted by differences equal those of the whole version."""
    search = Search(version=version, query=compile_query(""))
    adjusted = plan_read.count_items(cache.groups(reader, version), search)
    counted = plan_read.statistics(reader, search)
    assert adjusted.statistics.est_seconds == pytest.approx(counted.statistics.est_seconds)
    assert adjusted.listed == counted.listed
    assert replace(adjusted.statistics, est_seconds=0) == replace(counted.statistics, est_seconds=0)
    for offset in (0, 3):
        whole = plan_read.sorted_ids(reader, search, sort="risk", descending=False, limit=3, offset=offset)
        kept = offset + 3 <= plan_cache._FIRST
        assert cache.first_ids(reader, version, limit=3, offset=offset) == (whole.tolist() if kept else None)


@pytest.mark.parametrize("seed", effort.some(range(3), 1))
def test_incremental_plan_equals_full_one(database: Database, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    caches = {kept_items: PlanCache() for kept_items in (4, 500)}

    def compare(version: Version) -> None:
        for kept_items, cache in caches.items():
            monkeypatch.setattr(plan_cache, "_FIRST", kept_items)
            compare_with_cache(database.read(), version, cache)

    life = Life(database, seed)
    story: list[str] = []
    shown: dict[int, tuple[Version, Rows]] = {}
    for _ in range(20):
        story += [life.happen() for _ in range(life.chance.randint(1, 3))]
        modes = life.chance.choice(VARIANTS)
        version = plan_compute.refresh(database, modes, now=life.now)
        shown[version.plan_id] = version, rows(database.read(), version)

        assert shown[version.plan_id][1] == from_nothing(database, modes, life.now), story
        if life.chance.random() < 0.7:  # the next difference may span several versions
            compare(version)

    kept = [plan_id for (plan_id,) in database.read().execute("SELECT plan_id FROM plans").fetchall()]
    assert len(kept) > 5
    older = min((version for version, _ in shown.values()), key=lambda version: version.plan_id)
    newer = max(
        (version for version, _ in shown.values() if version.variant_id == older.variant_id),
        key=lambda version: version.plan_id,
    )
    compare(newer)
    for cache in caches.values():
        assert cache.first_ids(database.read(), older, limit=3, offset=0) is None
        assert sorted(cache.groups(database.read(), older)) == sorted(plan_read.groups(database.read(), older))
    for version, then in (shown[plan_id] for plan_id in kept):
        assert rows(database.read(), version) == then


@pytest.fixture
def films(database: Database) -> Database:
    """Three files with one person, not planned yet."""
    store(database, [scanned("a.mp4"), scanned("b.mp4", "Text"), scanned("c.mp4", "People: Ann Lee")])
    with database.atomic() as tx:
        people.assign(
            tx,
            [AssignmentRequest(name="Ann Lee", path_bytes=b"/films/%s.mp4" % name) for name in (b"a", b"b", b"c")],
            at=NOW,
        )
    return database


def edit(database: Database, name: str, *names: str) -> None:
    with database.atomic() as tx:
        decisions.edit(tx, {ids(database)[name]: list(names)}, at=NOW)


def test_edit_of_unchanged_copy_shows_its_duplicate(database: Database) -> None:
    text = "People: Ann Lee"
    store(database, [scanned(name, text, content="same") for name in ("a.mp4", "b.mp4")] + [scanned("c.mp4", text)])
    with database.atomic() as tx:
        hashes = hash_of("same"), hash_of(b"/films/c.mp4")
        people.assign(tx, [AssignmentRequest(name="Ann Lee", file_hash=each) for each in hashes], at=NOW)
    plan_compute.refresh(database, Modes(), now=NOW)
    for name in ("a.mp4", "c.mp4"):
        edit(database, name, "Li Wei")
    version = plan_compute.refresh(database, Modes(), now=NOW)
    items = plan_read.items(database.read(), version, [ids(database)[name] for name in ("a.mp4", "c.mp4")])

    assert [[issue.code for issue in item.issues].count("duplicate_content") for item in items] == [1, 0]


def test_edit_of_changed_copy_keeps_its_duplicate(films: Database) -> None:
    store(films, [scanned("d.mp4", content="same"), scanned("e.mp4", content="same")])
    with films.atomic() as tx:
        people.assign(tx, [AssignmentRequest(name="Ann Lee", file_hash=hash_of("same"))], at=NOW)
    plan_compute.refresh(films, Modes(), now=NOW)
    edit(films, "d.mp4", "Li Wei")
    version = plan_compute.refresh(films, Modes(), now=NOW)

    assert rows(films.read(), version) == from_nothing(films, Modes())
    (item,) = plan_read.items(films.read(), version, [ids(films)["d.mp4"]])
    assert "duplicate_content" in [issue.code for issue in item.issues]


def test_other_rules_make_another_plan_and_the_earlier_one_stays(
    films: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program with a new rule computes all files again: files without a mark would never get the new issue."""
    first = plan_compute.refresh(films, Modes(), now=NOW)
    before = rows(films.read(), first)
    monkeypatch.setattr(risk_sql, "PARAMETERS", {**risk_sql.PARAMETERS, "rules": "others"})
    second = plan_compute.refresh(films, Modes(), now=NOW)

    assert second.variant_id != first.variant_id
    assert plan_compute.refresh(films, Modes(), now=NOW) == second
    assert plan_read.version(films.read(), first.plan_id) == (first, Modes())
    assert rows(films.read(), first) == before == rows(films.read(), second)


def test_issue_sets_are_deleted_with_their_plan(films: Database) -> None:
    later = NOW + timedelta(days=9)
    plan_compute.refresh(films, Modes(), now=NOW)
    plan_compute.refresh(films, Modes(people_mode="exact"), now=later)
    with films.atomic() as tx:
        plan_compute.prune(tx, now=later)
    kept = films.read().execute("SELECT DISTINCT variant_id FROM plan_rows").fetchall()

    assert len(kept) == 1
    assert films.read().execute("SELECT DISTINCT variant_id FROM issue_sets").fetchall() == kept


def test_refresh_without_marks_costs_one_statement(films: Database) -> None:
    first = plan_compute.refresh(films, Modes(), now=NOW)
    before = films.statements

    assert plan_compute.refresh(films, Modes(), now=NOW) == first
    assert films.statements - before == 1


def test_mark_without_change_makes_no_version(films: Database) -> None:
    first = plan_compute.refresh(films, Modes(), now=NOW)
    with films.atomic() as tx:
        catalog.mark_files(tx, list(ids(films).values()))

    assert plan_compute.refresh(films, Modes(), now=NOW) == first
    before = films.statements
    plan_compute.refresh(films, Modes(), now=NOW)
    assert films.statements - before == 1


def test_edit_writes_only_rows_of_its_file(films: Database) -> None:
    first = plan_compute.refresh(films, Modes(), now=NOW)
    edit(films, "a.mp4", "Li Wei")
    second = plan_compute.refresh(films, Modes(), now=NOW)
    written = films.read().execute("SELECT file_id, from_version, to_version FROM plan_items ORDER BY ALL").fetchall()
    a, b, c = (ids(films)[name] for name in ("a.mp4", "b.mp4", "c.mp4"))

    assert written == [
        (a, first.plan_id, second.plan_id),
        (a, second.plan_id, None),
        (b, first.plan_id, None),
        (c, first.plan_id, None),
    ]
    assert films.read().value("SELECT item_count FROM plans WHERE plan_id = $1", [second.plan_id]) == 2


def test_file_outside_plan_has_no_row(films: Database) -> None:
    first = plan_compute.refresh(films, Modes(), now=NOW)
    with films.atomic() as tx:
        inventory.forget_library(tx, catalog.add_library(tx, b"/films"))
    second = plan_compute.refresh(films, Modes(), now=NOW)

    assert len(rows(films.read(), first)) == 3
    assert rows(films.read(), second) == []


def test_empty_plan_has_version(database: Database) -> None:
    version = plan_compute.refresh(database, Modes(), now=NOW)

    assert plan_read.version(database.read(), version.plan_id) == (version, Modes())


def test_files_without_people_are_planned_on_request(database: Database) -> None:
    store(database, [scanned("a.mp4", "People: Ann Lee"), scanned("b.mp4")])
    default = plan_compute.refresh(database, Modes(people_mode="exact"), now=NOW)
    asked = plan_compute.refresh(database, Modes(people_mode="exact", include_unknown=True), now=NOW)
    removed = "SELECT file_id, tags_to_remove FROM plan_items WHERE variant_id = $1 ORDER BY file_id"
    found = ids(database)

    assert rows(database.read(), default) == []
    assert database.read().execute(removed, [asked.variant_id]).fetchall() == [
        (found["a.mp4"], ["Ann Lee"]),
        (found["b.mp4"], []),
    ]


def test_marks_stay_until_every_variant_has_processed_them(films: Database) -> None:
    def left() -> int:
        return int(films.read().value("SELECT count(*) FROM plan_marks"))

    plan_compute.refresh(films, Modes(), now=NOW)
    plan_compute.refresh(films, Modes(people_mode="exact"), now=NOW)
    edit(films, "a.mp4", "Li Wei")
    plan_compute.refresh(films, Modes(), now=NOW)

    assert left() == 1
    plan_compute.refresh(films, Modes(people_mode="exact"), now=NOW)
    assert left() == 0


def test_failed_refresh_changes_nothing(films: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    first = plan_compute.refresh(films, Modes(), now=NOW)
    edit(films, "a.mp4", "Li Wei")
    with monkeypatch.context() as patch:
        patch.setattr(plan_compute, "_record", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            plan_compute.refresh(films, Modes(), now=NOW)

    assert all(row[-1] is None for row in films.read().execute("SELECT file_id, to_version FROM plan_items").fetchall())
    assert plan_compute.refresh(films, Modes(), now=NOW).plan_id > first.plan_id


def test_postponement_ends_on_its_day(films: Database) -> None:
    with films.atomic() as tx:
        decisions.postpone(tx, [ids(films)["a.mp4"]], until=NOW + timedelta(days=2), at=NOW)

    def listed(days: int) -> int:
        version = plan_compute.refresh(films, Modes(), now=NOW + timedelta(days=days))
        return plan_read.statistics(films.read(), Search(version=version, query=compile_query(""))).listed

    assert [listed(days) for days in (0, 1, 2, 3)] == [1, 1, 2, 2]


def aged(films: Database, *, named: bool = False) -> list[Version]:
    """
    A version of a variant that nobody asks for again, then three of the default: of now, in eight and in nine days.

    `named`: an unfinished operation goes by the first of those three.
    """
    made = [plan_compute.refresh(films, Modes(people_mode="exact"), now=NOW)]
    for days, name in ((0, "Li Wei"), (8, "Bob Ray"), (9, "Zoë Öz")):
        edit(films, "a.mp4", name)
        made.append(plan_compute.refresh(films, Modes(), now=NOW + timedelta(days=days)))
        if named and not days:
            with films.atomic() as tx:
                tx.execute(
                    "INSERT INTO metadata_operations (id, operation_type, status, started_at, plan_id, options) "
                    "VALUES (1, 'write', 'paused', now(), $1, '{}')",
                    [made[-1].plan_id],
                )
    return made


def test_old_unused_versions_and_variants_are_deleted(films: Database) -> None:
    lost, first, second, third = aged(films)
    shown = rows(films.read(), second), rows(films.read(), third)
    with films.atomic() as tx:
        plan_compute.prune(tx, now=NOW + timedelta(days=10))

    for gone in (lost, first):
        with pytest.raises(errors.UnknownIdError, match="too old"):
            plan_read.version(films.read(), gone.plan_id)
        assert rows(films.read(), gone) == [] or gone is first
    assert (rows(films.read(), second), rows(films.read(), third)) == shown
    a = ids(films)["a.mp4"]
    kept = films.read().execute("SELECT variant_id, from_version FROM plan_items WHERE file_id = $1 ORDER BY 2", [a])
    assert kept.fetchall() == [(third.variant_id, second.plan_id), (third.variant_id, third.plan_id)]


def test_newest_version_is_kept_at_any_age(films: Database) -> None:
    version = plan_compute.refresh(films, Modes(), now=NOW)
    films.read()
    later = NOW + timedelta(days=6, hours=23)
    plan_compute.refresh(films, Modes(), now=later)
    with films.atomic() as tx:
        plan_compute.prune(tx, now=NOW + timedelta(days=8))

    assert plan_read.version(films.read(), version.plan_id) == (version, Modes())


def test_version_has_each_of_its_modes(films: Database) -> None:
    modes = Modes(
        people_mode="exact", comment_mode="preserve", include_unknown=True, hard_links="break", large_bytes=1000
    )
    version = plan_compute.refresh(films, modes, now=NOW)

    assert plan_read.version(films.read(), version.plan_id) == (version, modes)


def test_version_of_unfinished_operation_is_kept(films: Database) -> None:
    _, first, *_ = aged(films, named=True)
    with films.atomic() as tx:
        plan_compute.prune(tx, now=NOW + timedelta(days=10))

    assert plan_read.version(films.read(), first.plan_id)[0] == first
    assert len(rows(films.read(), first)) == 3


def test_refresh_prunes_old_versions(films: Database) -> None:
    _, first, *_ = aged(films)

    with pytest.raises(errors.UnknownIdError):
        plan_read.version(films.read(), first.plan_id)


def test_difference_of_two_versions(films: Database) -> None:
    everyone = sorted(ids(films).values())
    first = plan_compute.refresh(films, Modes(), now=NOW)
    edit(films, "a.mp4", "Li Wei")
    edit(films, "c.mp4", "Ann Lee")
    with films.atomic() as tx:
        decisions.postpone(tx, [ids(films)["b.mp4"]], until=None, at=NOW)
    second = plan_compute.refresh(films, Modes(), now=NOW)

    assert plan_read.differing_ids(films.read(), second, first.plan_id, everyone) == [ids(films)["a.mp4"]]
    assert plan_read.differing_ids(films.read(), second, first.plan_id, [ids(films)["b.mp4"]]) == []


@pytest.fixture
def many(database: Database) -> Search:
    """Thirty files of many sizes with names in no order, some alike."""
    store(
        database,
        [
            scanned(
                f"{number * 7 % 10}/{'ÄaBz'[number % 4]}{number // 8}.mp4",
                content=number,
                size=number % 5 * 1000,
                mtime_ns=number % 3,
            )
            for number in range(30)
        ],
    )
    paths = [path for (path,) in database.read().execute("SELECT path_bytes FROM scanned_files").fetchall()]
    with database.atomic() as tx:
        wanted = [
            AssignmentRequest(name=NAMES[n], path_bytes=path)
            for place, path in enumerate(paths)
            for n in range(place % 3 + 1)
        ]
        people.assign(tx, wanted, at=NOW)
    return Search(version=plan_compute.refresh(database, Modes(), now=NOW), query=compile_query(""))


@pytest.mark.parametrize(
    ("sort", "descending"),
    effort.pairs(["name", "path", "risk", "tags", "new_tags", "size", "mtime", "category", "cost"], [False, True]),
)
def test_pages_form_whole_list_in_order(database: Database, many: Search, sort: str, descending: bool) -> None:
    reader = database.read()
    whole = plan_read.page(reader, many, sort=sort, descending=descending, limit=None, offset=0)
    pages = [
        plan_read.page(reader, many, sort=sort, descending=descending, limit=7, offset=first)
        for first in range(0, 35, 7)
    ]
    by = {
        "name": lambda item: {"Ä": "a", "B": "b"}.get(item.file_name[0], item.file_name[0]) + item.file_name[1:],
        "path": lambda item: names.fold(item.file_path),
        "tags": lambda item: len(item.result_people),
        "new_tags": lambda item: len(item.tags_to_add),
        "size": lambda item: item.size,
        "mtime": lambda item: item.mtime_ns,
    }.get(sort, lambda _: 0)

    assert [item for page in pages for item in page] == whole
    assert len({item.file_id for item in whole}) == len(whole)
    by_path = sorted(whole, key=lambda item: names.fold(item.file_path))
    expected = sorted(by_path, key=by, reverse=descending)  # equal items keep the order of their paths
    assert [item.file_id for item in whole] == [item.file_id for item in expected]
    assert len(whole) == 30


def test_older_version_is_shown_unchanged(films: Database) -> None:
    first = plan_compute.refresh(films, Modes(), now=NOW)
    before = Search(version=first, query=compile_query(""))
    shown = plan_read.statistics(films.read(), before)
    edit(films, "c.mp4")
    second = replace(before, version=plan_compute.refresh(films, Modes(), now=NOW))

    assert plan_read.statistics(films.read(), before) == shown
    assert plan_read.statistics(films.read(), second).statistics.danger_count == shown.statistics.danger_count + 1
    assert asdict(before.version) != asdict(second.version)


# Reads during a write.


@pytest.fixture
def refresh(films: Database) -> Iterator[PlanRefresh]:
    made = PlanRefresh(films, clock=lambda: NOW)
    yield made
    made.close()


class RunningWrite:
    """A running write of the films."""

    def __init__(self, database: Database) -> None:
        version = plan_compute.refresh(database, Modes(), now=NOW)
        self.database, self.ledger = database, Ledger(database)
        self.operation_id = self.ledger.create_write(
            file_ids=list(ids(database).values()),
            variant_id=version.variant_id,
            plan_id=version.plan_id,
            options=WriteOptions(),
            now=NOW,
            expires_at=NOW,
        )
        self.put("in_progress")

    def put(self, status: str) -> None:
        with self.database.atomic() as tx:
            tx.execute("UPDATE metadata_operations SET status = $status", {"status": status})

    def write(self, name: str, *, content: str = "film") -> None:
        file = scanned(name, "People: Zoë Öz", content=content)
        with self.database.atomic() as tx:
            catalog.update_written(tx, {ids(self.database)[name]: file}, at=NOW)


@pytest.fixture
def write(films: Database) -> RunningWrite:
    return RunningWrite(films)


def restore(database: Database) -> None:
    """A rollback postpones what it restores."""
    with database.atomic() as tx:
        decisions.postpone(tx, [ids(database)["a.mp4"]], until=None, reason="rolled_back", at=NOW)


@pytest.mark.parametrize("result", ["written", "another hash", "rolled back"])
def test_read_during_write_does_not_wait_for_its_results(
    films: Database, refresh: PlanRefresh, write: RunningWrite, result: str
) -> None:
    before = refresh.newest(Modes(), max_age=60)  # it is current
    if result == "rolled back":
        restore(films)
    else:
        write.write("a.mp4", content="film" if result == "written" else "other")
    with films.atomic():  # the write stores its next results
        during = refresh.newest(Modes(), max_age=60)

    assert during.plan_id == before.plan_id
    refresh._running[Modes()].result(20)
    after = refresh.newest(Modes(), max_age=60)
    assert after.plan_id > before.plan_id
    assert rows(films.read(), after) == from_nothing(films, Modes())


def test_read_during_write_has_all_decisions(films: Database, refresh: PlanRefresh, write: RunningWrite) -> None:
    before = refresh.newest(Modes(), max_age=60)
    write.write("a.mp4")
    edit(films, "b.mp4", "Bob Ray")

    found = refresh.newest(Modes(), max_age=60)
    assert found.plan_id > before.plan_id
    assert rows(films.read(), found) == from_nothing(films, Modes())


@pytest.mark.parametrize("status", ["paused", "completed", "interrupted"])
def test_no_result_is_missing_after_write(
    films: Database, refresh: PlanRefresh, write: RunningWrite, status: str
) -> None:
    before = refresh.newest(Modes(), max_age=60)
    write.write("a.mp4")
    write.put(status)

    assert refresh.newest(Modes(), max_age=60).plan_id > before.plan_id


def test_results_of_write_are_missing_for_a_limited_time(
    films: Database, refresh: PlanRefresh, write: RunningWrite
) -> None:
    before = refresh.newest(Modes(), max_age=60)
    write.write("a.mp4")

    assert refresh.newest(Modes(), max_age=1e-9).plan_id > before.plan_id


def test_plan_of_former_process_is_refreshed_before_it_is_read(refresh: PlanRefresh, write: RunningWrite) -> None:
    before = plan_compute.refresh(write.database, Modes(), now=NOW)
    write.write("a.mp4")

    assert refresh.newest(Modes(), max_age=60).plan_id > before.plan_id
