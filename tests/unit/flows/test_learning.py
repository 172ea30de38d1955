"""Changes of the database by resolved findings are undone and redone exactly, or reported as not undone."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from indexium_core import errors
from indexium_core.flows.review.undo_steps import StepService
from indexium_core.model.review.steps import StepReport
from indexium_core.store.catalog import catalog
from indexium_core.store.database import Database
from indexium_core.store.people import people
from indexium_core.store.people.people import AssignmentRequest
from indexium_core.store.review import decisions
from indexium_core.store.review import steps as store_steps
from tests.support.catalog import NOW, ids, people_of, scanned
from tests.support.effort import effort
from tests.unit.flows.test_checks import House


class Court(House):
    """A home in which resolutions are undone."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.review = StepService(database, clock=lambda: NOW + timedelta(minutes=1))

    def state(self) -> dict[str, Any]:
        """Return all known and planned facts, without their times."""
        reader = self.database.read()
        page = self.planner.generate_plan().page(1, per_page=0, include_unchanged=True).items
        return {
            "people": reader.execute(
                "SELECT person_id, name, qualifier, person_key, search FROM people ORDER BY ALL"
            ).fetchall(),
            "aliases": reader.execute("SELECT alias, person_id FROM person_aliases ORDER BY ALL").fetchall(),
            "rows": reader.execute(
                "SELECT file_hash, path_bytes, person_id, origin FROM video_people ORDER BY ALL"
            ).fetchall(),
            "casts": people_of(self.database),
            "edits": sorted((row.file_id, row.people) for row in self.decisions.list()),
            "plan": sorted((item.file_id, item.result_people, item.risk_level, item.result_comment) for item in page),
        }

    def undo(self) -> StepReport:
        report = self.review.undo()
        assert report is not None
        return report

    def redo(self) -> StepReport:
        report = self.review.redo()
        assert report is not None
        return report


@pytest.fixture
def court(database: Database) -> Court:
    return Court(database)


def fill(court: Court, seed: int) -> None:
    """Twelve films of a few people with different spellings, with copies and edits."""
    chance = random.Random(seed)
    names = ["Ann Lee", "Anne Lee", "ann lee", "Bob Ray", "Bob Rey", "Zoë Öz", "Zoe Oz", "Ghost"]
    films = {f"{number}.mp4": ", ".join(chance.sample(names, chance.randint(0, 2))) or None for number in range(12)}
    court.films(films, content={path: str(chance.randint(0, 7)) for path in films})
    court.say(
        {path: "; ".join(chance.sample(names[:7], chance.randint(1, 3))) for path in chance.sample(list(films), 8)}
    )
    for path in chance.sample(list(films), 3):
        court.decisions.edit([ids(court.database)[path]], chance.sample(names, 2))
    with court.database.atomic() as tx:
        person_id = people.person_named(tx, "Bob Ray")
        if person_id is not None:
            people.add_alias(tx, person_id, "B. Ray", at=NOW)


@pytest.mark.parametrize("seed", effort.some(range(4), 1))
def test_every_resolution_is_undone_and_redone_exactly(court: Court, seed: int) -> None:
    fill(court, seed)
    ways = [
        (kind, row.subject, resolution.code)
        for kind in ("copies", "differ", "spelling", "unknown", "single")
        for row in court.found(kind)
        for resolution in row.resolutions
    ]
    before = court.state()  # each way ends in this state
    for kind, subject, code in random.Random(seed).sample(ways, min(5, len(ways))):
        report = court.checks.resolve(kind, subject, code)
        after = court.state()
        if report.step_id is None:
            assert after == before
            continue
        assert court.undo().step_id == report.step_id
        assert court.state() == before
        court.redo()
        assert court.state() == after
        court.undo()
        assert court.state() == before


@pytest.mark.parametrize("seed", effort.some(range(2), 1))
def test_several_steps_are_undone_in_turn(court: Court, seed: int) -> None:
    """Each one after the result of the one before."""
    fill(court, seed)
    states = [court.state()]
    for _ in range(4):
        rows = [
            row for kind in ("spelling", "unknown", "differ", "copies") for row in court.found(kind) if row.resolutions
        ]
        if not rows:
            break
        row = random.Random(seed + len(states)).choice(rows)
        if court.checks.resolve(row.kind, row.subject, row.resolutions[0].code).step_id is not None:
            states.append(court.state())
    assert len(states) > 3
    for state in reversed(states[:-1]):
        court.undo()
        assert court.state() == state
    for state in states[1:]:
        court.redo()
        assert court.state() == state


def test_bulk_learning_is_one_step(court: Court) -> None:
    court.films({"a.mp4": "Ann Lee", "b.mp4": "Bob Ray", "c.mp4": None})
    before = court.state()
    report = court.checks.resolve_all("unknown")
    assert (report.files, court.known()) == (2, {"a.mp4": ["Ann Lee"], "b.mp4": ["Bob Ray"]})
    assert court.undo().summary == "Undone: added the people of 2 files to the database."
    assert court.state() == before


def test_step_label_names_change(court: Court) -> None:
    court.films({"a.mp4": "Ann Lee, Ghost", "b.mp4": "Zoe Oz"})
    court.say({"a.mp4": "Ann Lee", "b.mp4": "Zoë Öz"})
    court.checks.resolve("unknown", "Ghost", "add")
    court.checks.resolve("spelling", court.found("spelling")[0].subject, "unite:Zoë Öz")
    assert [(row.label, row.files) for row in court.review.list()] == [
        ("merged Zoe Oz into Zoë Öz", 1),
        ("added Ghost to 1 file in the database", 1),
    ]


def united(court: Court) -> None:
    court.films({"a.mp4": "Bob Rey", "b.mp4": None, "c.mp4": None})
    court.say({"a.mp4": "Bob Rey; Ann Lee", "b.mp4": "Bob Ray; Bob Rey", "c.mp4": "Bob Ray"})
    court.checks.resolve("spelling", "Bob Ray | Bob Rey", "unite:Bob Ray")


def test_undo_keeps_people_added_later(court: Court) -> None:
    united(court)
    court.say({"a.mp4": "Zed", "c.mp4": "Zed"})
    court.undo()
    assert court.known() == {
        "a.mp4": ["Bob Rey", "Ann Lee", "Zed"],
        "b.mp4": ["Bob Ray", "Bob Rey"],
        "c.mp4": ["Bob Ray", "Zed"],
    }


def test_undo_restores_people_of_rewritten_videos(court: Court) -> None:
    united(court)
    file_ids = ids(court.database)
    with court.database.atomic() as tx:
        catalog.update_written(
            tx, {file_ids[path]: scanned(path, content=f"{path} anew", mtime_ns=7) for path in file_ids}, at=NOW
        )
    court.undo()
    assert {path: sorted(names) for path, names in court.known().items()} == {
        "a.mp4": ["Ann Lee", "Bob Rey"],
        "b.mp4": ["Bob Ray", "Bob Rey"],
        "c.mp4": ["Bob Ray"],
    }
    court.redo()
    assert court.known() == {"a.mp4": ["Bob Ray", "Ann Lee"], "b.mp4": ["Bob Ray"], "c.mp4": ["Bob Ray"]}


def renamed(court: Court, old: str, new: str) -> None:
    """Rename a person outside of any step."""
    with court.database.atomic() as tx:
        [person_id] = people.find(tx, [old])[old]
        people.rename(tx, person_id, old=old, new=new, at=NOW)


def merged(court: Court, old: str, new: str) -> None:
    """Merge two people outside of any step."""
    with court.database.atomic() as tx:
        found = people.find(tx, [old, new])
        people.merge(tx, found[old], found[new][0], at=NOW)


RENAMED: list[Callable[[Court], None]] = [
    lambda court: renamed(court, "Bob Ray", "Robert Ray"),
    lambda court: renamed(court, "Ann Lee", "Bob Rey Jr."),
    lambda court: merged(court, "Ann Lee", "Bob Ray"),
    lambda court: renamed(court, "Bob Ray", "Bob Rey"),
]


@pytest.mark.parametrize("change", RENAMED[:3])
def test_undo_keeps_unrelated_changes(court: Court, change: Callable[[Court], None]) -> None:
    united(court)
    change(court)
    assert court.undo().files == 2
    assert "Bob Rey" in {name for names in court.known().values() for name in names}


def test_undo_keeps_names_changed_later(court: Court) -> None:
    united(court)
    RENAMED[3](court)
    before = court.state()
    report = court.undo()
    assert (report.names_stay, report.files, report.left) == (True, 0, 2)
    assert report.summary == ("Not undone: merged Bob Rey into Bob Ray. These people have newer changes, which stay.")
    assert court.state() == before


def test_undo_keeps_person_with_other_files(court: Court) -> None:
    court.films({"a.mp4": "Ghost", "b.mp4": None})
    court.checks.resolve("unknown", "Ghost", "add")
    court.say({"b.mp4": "Ghost"})
    court.undo()
    assert court.known() == {"b.mp4": ["Ghost"]}
    court.redo()
    assert court.known() == {"a.mp4": ["Ghost"], "b.mp4": ["Ghost"]}


def test_failed_resolution_changes_nothing(court: Court, monkeypatch: pytest.MonkeyPatch) -> None:
    court.films({"a.mp4": "Ann Lee", "b.mp4": None}, content={"a.mp4": "same", "b.mp4": "same"})
    with court.database.atomic() as tx:
        decisions.edit(tx, {ids(court.database)["b.mp4"]: ["Zed"]}, at=NOW)
    before, steps = court.state(), court.review.list()

    def fail(*_: object, **__: object) -> None:
        raise errors.StoreError

    monkeypatch.setattr("indexium_core.store.review.decisions.edit_changed", fail)
    row = court.found("copies")[0]
    with pytest.raises(errors.StoreError):
        court.checks.resolve("copies", row.subject, "add")
    assert (court.state(), court.review.list()) == (before, steps)


def test_recorded_changes_are_deleted_with_their_step(court: Court, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_steps, "MAX_STEPS", 1)
    court.films({"a.mp4": "Ghost", "c.mp4": None})
    court.checks.resolve("unknown", "Ghost", "add")
    court.decisions.postpone([ids(court.database)["c.mp4"]])
    reader = court.database.read()
    for table in ("step_people", "step_aliases", "step_assignments"):
        assert reader.value(f"SELECT count(*) FROM {table}") == 0


def test_undo_of_name_without_files(court: Court) -> None:
    """Assignments that wait for a path that was not scanned yet."""
    with court.database.atomic() as tx:
        people.assign(
            tx,
            [AssignmentRequest(name=name, path_bytes=b"/films/later.mp4") for name in ("Bob Ray", "Bob Rey")],
            at=NOW,
        )
    before = court.state()
    court.checks.resolve("spelling", "Bob Ray | Bob Rey", "unite:Bob Ray")
    court.films({"later.mp4": None})
    with court.database.atomic() as tx:
        people.adopt_waiting(tx)
    court.undo()
    assert court.known() == {"later.mp4": ["Bob Ray", "Bob Rey"]}
    assert court.state()["people"] == before["people"]


def test_recorded_changes_survive_restart(empty_home: Path, home: Path) -> None:
    shutil.copytree(empty_home, home)
    with Database.open(home) as database:
        court = Court(database)
        court.films({"a.mp4": "Ghost"})
        court.checks.resolve("unknown", "Ghost", "add")
    with Database.open(home) as database:
        court = Court(database)
        court.undo()
        assert court.known() == {}
