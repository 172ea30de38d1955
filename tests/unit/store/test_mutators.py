"""
Every function of the store that changes the catalog, in one table of claims.

Each is atomic; it marks the files whose plan it may change; a repetition marks nothing; and it needs the same number of
statements for one file and for many.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from indexium_core.model.review.decisions import StandingDecision
from indexium_core.model.review.steps import StepRow
from indexium_core.store.catalog import catalog
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.people import people
from indexium_core.store.people.people import AssignmentRequest
from indexium_core.store.plan_version import Version
from indexium_core.store.review import bulk, decisions, steps
from indexium_core.store.rows import Restat
from tests.support.cases import each_case
from tests.support.catalog import NOW, marked, scanned, store
from tests.support.source import public_names

FILES = list(range(1, 10))
TABLES = (
    "libraries",
    "scanned_files",
    "people",
    "person_aliases",
    "video_people",
    "touched_files",
    "decisions",
    "film_hashes",
)

Mutation = Callable[[Connection, list[int]], object]


@dataclass(frozen=True)
class Case:
    mutate: Mutation  # gets the connection and the ids of its files
    about_all: bool = False  # whether it applies to all files, whatever the ids
    again_is_new: bool = False  # whether a repetition is a change again


def _upsert(tx: Connection, ids: list[int]) -> None:
    catalog.upsert_files(tx, 1, [scanned(f"{number}.mp4", "People: Cy") for number in ids], at=NOW)


def _update_written(tx: Connection, ids: list[int]) -> None:
    written = {number: scanned(f"{number}.mp4", "People: Cy", mtime_ns=7, own_mtime_ns=7) for number in ids}
    catalog.update_written(tx, written, at=NOW)


def _update_rewritten(tx: Connection, ids: list[int]) -> None:
    """Writes that give the media other hashes."""
    written = {number: scanned(f"{number}.mp4", content=f"{number} anew", mtime_ns=7) for number in ids}
    catalog.update_written(tx, written, at=NOW)


def _restat(tx: Connection, ids: list[int]) -> None:
    catalog.restat(tx, [Restat(file_id=file_id, stat=replace(scanned("x").stat, mode=0o100444)) for file_id in ids])


def _wanted(ids: list[int], name: str) -> list[AssignmentRequest]:
    return [AssignmentRequest(name=name, path_bytes=f"/films/{number}.mp4".encode()) for number in ids]


def _person(tx: Connection, name: str) -> int:
    return people.find(tx, [name])[name][0]


def _meant(tx: Connection, ids: list[int], decide: Callable[[], object]) -> None:
    with decisions.selection(tx, ids):
        decide()


def _change(tx: Connection, ids: list[int]) -> None:
    """Add a person to each file's own list, unless an edit already adds them."""
    edited = {row.file_id for row in decisions.in_force(tx, at=NOW) if row.kind == "edit"}

    def change() -> None:
        with bulk.loaded(tx, Version(variant_id=0, plan_id=0)):
            bulk.change(tx, added=["Eve"])
            decisions.edit_changed(tx, at=NOW, step=7)

    _meant(tx, [file_id for file_id in ids if file_id not in edited], change)


def _undo(tx: Connection, ids: list[int]) -> None:
    """Undo a step that postponed all files, for these files; the second time there is none."""
    tx.execute("UPDATE decisions SET made_by = 7 WHERE list_contains($1, file_id)", [ids])
    steps.turn(tx, StepRow(step_id=7, actor_kind="local", label="", files=len(ids), created_at=NOW), undo=True, at=NOW)


CASES = {
    "catalog.upsert_files": Case(_upsert),
    "catalog.update_written": Case(_update_written, again_is_new=True),
    "catalog.update_written_anew": Case(_update_rewritten, again_is_new=True),
    "catalog.restat": Case(_restat),
    "catalog.mark_missing": Case(catalog.mark_missing),
    "catalog.set_library_state": Case(
        lambda tx, _: catalog.set_library_state(tx, 1, "offline", "gone"), about_all=True
    ),
    "catalog.set_library_modes": Case(
        lambda tx, _: catalog.set_library_modes(tx, 1, people_mode="exact", comment_mode=None), about_all=True
    ),
    "people.assign": Case(lambda tx, ids: people.assign(tx, _wanted(ids, "Dee"), at=NOW)),
    "people.assign_replace": Case(lambda tx, ids: people.assign(tx, _wanted(ids, "Dee"), replace=True, at=NOW)),
    "people.remove": Case(lambda tx, ids: people.remove(tx, [_person(tx, "Ann")], file_ids=ids)),
    "people.rename": Case(lambda tx, _: _rename(tx), about_all=True),
    "people.split": Case(lambda tx, _: _split(tx), about_all=True),
    "people.merge": Case(lambda tx, _: _merge(tx), about_all=True),
    "people.forget": Case(lambda tx, _: people.forget(tx, people.find(tx, ["Ann"]).get("Ann", [])), about_all=True),
    "people.restore": Case(lambda tx, _: people.restore(tx, "Bo", "", ["Bobby"], at=NOW), about_all=True),
    "people.add_alias": Case(lambda tx, _: _alias(tx), about_all=True),
    "decisions.edit": Case(
        lambda tx, ids: decisions.edit(tx, {file_id: ["Eve"] for file_id in ids}, at=NOW), again_is_new=True
    ),
    "decisions.postpone": Case(lambda tx, ids: decisions.postpone(tx, ids, until=None, at=NOW), again_is_new=True),
    "decisions.set_mode": Case(
        lambda tx, ids: decisions.set_mode(tx, ids, people_mode="exact", at=NOW), again_is_new=True
    ),
    "decisions.revoke": Case(
        lambda tx, ids: decisions.revoke(tx, [row.decision_id for row in _postponed(tx, ids)], at=NOW)
    ),
    "decisions.edit_selected": Case(
        lambda tx, ids: _meant(tx, ids, lambda: decisions.edit_selected(tx, ["Eve"], at=NOW, step=7)), again_is_new=True
    ),
    "decisions.edit_changed": Case(_change),
    "decisions.set_values": Case(
        lambda tx, ids: decisions.set_values(tx, "title", dict.fromkeys(ids, "New"), at=NOW, step=7), again_is_new=True
    ),
    "decisions.set_value_of_selected": Case(
        lambda tx, ids: _meant(
            tx, ids, lambda: decisions.set_value_of_selected(tx, "title", "New", skips_locked=True, at=NOW, step=7)
        ),
        again_is_new=True,
    ),
    "decisions.postpone_selected": Case(
        lambda tx, ids: _meant(tx, ids, lambda: decisions.postpone_selected(tx, until=None, at=NOW, step=7)),
        again_is_new=True,
    ),
    "decisions.set_mode_of_selected": Case(
        lambda tx, ids: _meant(
            tx,
            ids,
            lambda: decisions.set_mode_of_selected(tx, people_mode="exact", comment_mode=None, at=NOW, step=7),
        ),
        again_is_new=True,
    ),
    "decisions.revoke_selected": Case(
        lambda tx, ids: _meant(tx, ids, lambda: decisions.revoke_selected(tx, ["postpone"], at=NOW, step=7))
    ),
    "decisions.revoke_kind": Case(lambda tx, _: decisions.revoke_kind(tx, "postpone", at=NOW), about_all=True),
    "steps.turn": Case(_undo),
    "decisions.expire": Case(lambda tx, _: decisions.expire(tx, at=NOW + timedelta(days=2)), about_all=True),
}


def _postponed(tx: Connection, ids: list[int]) -> list[StandingDecision]:
    return [row for row in decisions.in_force(tx, at=NOW) if row.file_id in ids]


def _rename(tx: Connection) -> None:
    if people.person_named(tx, "Anna") is None:
        people.rename(tx, _person(tx, "Ann"), old="Ann", new="Anna", at=NOW)


def _split(tx: Connection) -> None:
    """Give all files of a person to a new person of the same name."""
    if people.person_named(tx, "Bo") is not None and people.person_named(tx, "Bo", "uncle") is None:
        file_ids = [file_id for (file_id,) in tx.execute("SELECT file_id FROM scanned_files").fetchall()]
        people.split(tx, _person(tx, "Bo"), file_ids[:2], name="Bo", qualifier="uncle", at=NOW)


def _merge(tx: Connection) -> None:
    if people.person_named(tx, "Bo") is not None:
        people.merge(tx, [_person(tx, "Bo")], _person(tx, "Ann"), at=NOW)


def _alias(tx: Connection) -> None:
    if people.owner_of_alias(tx, "Annie") is None:
        people.add_alias(tx, _person(tx, "Ann"), "Annie", at=NOW)


@pytest.fixture(scope="module")
def populated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed home with files 1 to 9, all with Ann and Bo and postponed for a day; nothing is marked."""
    home = tmp_path_factory.mktemp("populated") / "home"
    with Database.open(home) as database:
        store(database, [scanned(f"{number}.mp4") for number in FILES])
        with database.atomic() as tx:
            people.assign(tx, _wanted(FILES, "Ann") + _wanted(FILES, "Bo"), at=NOW)
            decisions.postpone(tx, FILES, until=NOW + timedelta(days=1), at=NOW)
        marked(database)
    return home


@pytest.fixture(scope="module")
def shared(populated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The same, open; tests that undo their changes share it."""
    with Database.open(_copied(populated, tmp_path_factory.mktemp("shared"))) as database:
        yield database


def _copied(home: Path, folder: Path) -> Path:
    return Path(shutil.copytree(home, folder / "home"))


@contextlib.contextmanager
def taken_back(database: Database) -> Iterator[Connection]:
    """A transaction that ends in an exception."""
    with contextlib.suppress(ZeroDivisionError), database.atomic() as tx:
        yield tx
        raise ZeroDivisionError


def content(reader: Connection) -> dict[str, list[tuple[object, ...]]]:
    return {table: reader.execute(f"SELECT * FROM {table} ORDER BY ALL").fetchall() for table in TABLES}


def marks(reader: Connection) -> set[int]:
    return {file_id for (file_id,) in reader.execute("SELECT file_id FROM plan_marks").fetchall()}


def statements(database: Database, mutate: Mutation, ids: list[int]) -> int:
    with taken_back(database) as tx:
        before = database.statements
        mutate(tx, ids)
        after = database.statements
    return after - before


@each_case("name", CASES)
def test_commit_keeps_change(populated: Path, tmp_path: Path, name: str) -> None:
    with Database.open(_copied(populated, tmp_path)) as database:
        before = content(database.read())
        with database.atomic() as tx:
            CASES[name].mutate(tx, FILES[:3])

        assert content(database.read()) != before


@pytest.mark.parametrize("name", CASES)
def test_rollback_leaves_no_change(shared: Database, name: str) -> None:
    before = content(shared.read())
    with taken_back(shared) as tx:
        CASES[name].mutate(tx, FILES[:3])

    assert content(shared.read()) == before
    assert marks(shared.read()) == set()


@each_case("name", CASES)
def test_mutator_marks_its_files(shared: Database, name: str) -> None:
    with taken_back(shared) as tx:
        CASES[name].mutate(tx, FILES[:3])
        found = marks(tx)

    assert found == set(FILES if CASES[name].about_all else FILES[:3])


@each_case("name", [name for name, case in CASES.items() if not case.again_is_new])
def test_repeated_mutator_marks_nothing(shared: Database, name: str) -> None:
    with taken_back(shared) as tx:
        CASES[name].mutate(tx, FILES[:3])
        tx.execute("DELETE FROM plan_marks")
        before = content(tx)
        CASES[name].mutate(tx, FILES[:3])

        assert marks(tx) == set()
        assert content(tx) == before


@each_case("name", CASES)
def test_statement_count_does_not_depend_on_file_count(shared: Database, name: str) -> None:
    assert statements(shared, CASES[name].mutate, FILES[:1]) == statements(shared, CASES[name].mutate, FILES)


def test_every_mutator_is_in_table() -> None:
    """A function with the parameter `tx` changes something; the excluded ones have separate tests."""
    apart = {
        "catalog.add_library",
        "catalog.name_library",
        "catalog.set_library_exclude",
        "catalog.set_library_cast",
        "catalog.set_library_kind",
        "catalog.set_library_language",
        "catalog.set_library_media",
        "catalog.set_library_ratings",
        "catalog.library_scanned",
        "catalog.mark_files",
        "people.adopt_waiting",
        "people.add_named",
        "steps.next_id",
        "steps.count_files",
        "steps.record",
        "steps.record_titles",
        "steps.mark_undone",
        "steps.forget_kind",
    }
    found = {
        f"{module.__name__.rpartition('.')[2]}.{name}"
        for module in (catalog, people, decisions, steps)
        for name in public_names(module)
        if "tx" in getattr(getattr(module, name), "__annotations__", {})
    }

    assert found - apart == {name.removesuffix("_replace").removesuffix("_anew") for name in CASES}
