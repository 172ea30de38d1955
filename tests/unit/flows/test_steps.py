"""Undo and redo: a step changes as a whole, and the decisions in force are those that were not undone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from indexium_core import errors
from indexium_core.flows.people.people_service import PeopleService
from indexium_core.flows.planning.planner import MetadataPlanner
from indexium_core.flows.review.decisions import Decisions
from indexium_core.flows.review.undo_steps import StepService
from indexium_core.model.operations.actor import Actor, acting_as
from indexium_core.model.planning.plan import PlanQuery
from indexium_core.store.catalog import catalog, inventory
from indexium_core.store.database import Database
from indexium_core.store.review import decisions as store_decisions
from indexium_core.store.review import steps as store_steps
from tests.support.catalog import NOW, ROOT, ids, marked, scanned, store
from tests.support.clock import Clock
from tests.support.effort import effort

EVERYONE = "path:mp4"


class Desk:
    """Three files, a and its copy b with Ann and Bo, c with Bo, and functions for decisions."""

    def __init__(self, database: Database) -> None:
        self.database, self.clock = database, Clock(NOW)
        self.decisions = Decisions(database, clock=self.clock)
        self.review = StepService(database, clock=self.clock)
        self.planner = MetadataPlanner(database, clock=self.clock)

    def in_force(self) -> list[tuple[Any, ...]]:
        return sorted(
            ((row.file_id, row.kind, row.people, row.until, row.people_mode) for row in self.decisions.list()), key=str
        )

    def plan(self) -> list[tuple[Any, ...]]:
        page = self.planner.plan(PlanQuery(query=EVERYONE)).page(1, per_page=0, include_unchanged=True)
        return sorted((item.file_id, item.result_people, item.postponed, item.people_mode) for item in page.items)

    def labels(self) -> tuple[str, str]:
        found = self.review.next()
        return found.undo.label if found.undo else "", found.redo.label if found.redo else ""


def fill(database: Database) -> None:
    store(database, [scanned("a.mp4", content=1), scanned("b.mp4", content=1), scanned("c.mp4", "People: Cy")])
    people = PeopleService(database, clock=lambda: NOW)
    people.add([f"{ROOT}/a.mp4"], ["Ann", "Bo"])
    people.add([f"{ROOT}/c.mp4"], ["Bo"])


@pytest.fixture
def desk(database: Database) -> Desk:
    fill(database)
    return Desk(database)


def test_every_decision_makes_labelled_step(desk: Desk) -> None:
    decisions = desk.decisions
    decisions.edit([3], ["Ann"])
    decisions.edit(EVERYONE, [])
    decisions.change_people([3], add=["Eve"])
    decisions.postpone([1, 2], until=NOW + timedelta(days=3))
    decisions.postpone([3])
    decisions.set_mode([3], mode="exact", comment_mode="preserve")
    decisions.end_postponements([1, 3])
    decisions.revoke([decisions.list()[0].decision_id])
    decisions.revoke_of([3], ["edit", "mode"])

    assert [row.label for row in reversed(desk.review.list())] == [
        "edited the people of 1 file",
        "removed all people from 3 files",
        "added Eve to 1 file",
        "skipped 2 files until 23 Nov 2026",
        "skipped 1 file",
        "set the people mode “exact” and the comment mode “preserve” for 1 file",
        "stopped skipping 2 files",
        "removed 1 decision",
        "removed the decisions on 1 file",
    ]
    assert {row.files for row in desk.review.list()} == {1, 2, 3}


def test_empty_decision_makes_no_step(desk: Desk) -> None:
    desk.decisions.edit([3], ["Ann"])
    desk.review.undo()

    assert desk.decisions.change_people([3], add=["Bo"]).step_id is None
    desk.decisions.end_postponements(EVERYONE)
    desk.decisions.edit([], ["Ann"])
    assert desk.labels() == ("", "edited the people of 1 file")
    desk.decisions.postpone([3])
    assert desk.labels() == ("skipped 1 file", "")


def test_undo_restores_earlier_decision(desk: Desk) -> None:
    desk.decisions.edit([3], ["Ann"])
    desk.decisions.edit([1, 3], ["Eve"])

    report = desk.review.undo()
    assert report is not None
    assert (report.label, report.files, report.undone) == ("edited the people of 3 files", 3, True)
    assert report.summary == "Undone: edited the people of 3 files."
    assert [(row[0], row[2]) for row in desk.in_force()] == [(3, ["Ann"])]
    again = desk.review.redo()
    assert again is not None
    assert again.summary == "Redone: edited the people of 3 files."
    assert [(row[0], row[2]) for row in desk.in_force()] == [(1, ["Eve"]), (2, ["Eve"]), (3, ["Eve"])]
    assert desk.review.redo() is None


def test_step_of_several_decisions_is_undone_at_once(desk: Desk) -> None:
    with desk.decisions.step(lambda files: f"took over changes of {files} files") as step:
        step.edit_each({1: ["Eve"], 3: []})
        step.postpone([3])
        step.edit([1], ["Cy"])  # once more, and of its copy, too

    assert desk.labels()[0] == "took over changes of 3 files"
    assert desk.in_force()[0][2] == ["Cy"]
    desk.review.undo()
    assert desk.in_force() == []
    desk.review.redo()
    assert [(row[0], row[1], row[2]) for row in desk.in_force()] == [
        (1, "edit", ["Cy"]),
        (2, "edit", ["Cy"]),
        (3, "edit", []),
        (3, "postpone", None),
    ]


def test_failed_step_is_not_stored(desk: Desk) -> None:
    def decide() -> None:
        with desk.decisions.step() as step:
            step.edit([1], ["Eve"])
            step.postpone([99])

    with pytest.raises(errors.UnknownIdError):
        decide()

    assert desk.in_force() == []
    assert desk.review.list() == []


def test_only_next_step_can_be_undone(desk: Desk) -> None:
    first = desk.decisions.edit([3], ["Ann"]).step_id
    desk.decisions.postpone([3])

    with pytest.raises(errors.UsageError, match="Undo the later step 2 about the plan first: skipped 1 file"):
        desk.review.undo(first)
    second = desk.review.next().undo
    assert second is not None
    desk.review.undo(second.step_id)
    with pytest.raises(errors.UsageError, match="To redo it, choose Redo again"):
        desk.review.redo(first)
    desk.review.undo(first)
    with pytest.raises(errors.UsageError, match="is undone already"):
        desk.review.undo(first)
    assert desk.review.undo() is None


def test_undo_keeps_later_decisions_without_step(desk: Desk) -> None:
    """A rollback postpones the restored files."""
    desk.decisions.postpone([1, 3], until=NOW + timedelta(days=1))
    with desk.database.atomic() as tx:
        store_decisions.postpone(tx, [3], until=None, at=NOW, reason="rolled_back")

    report = desk.review.undo()
    assert report is not None
    assert (report.files, report.left) == (1, 1)
    assert "1 file is not changed, because it has a newer decision." in report.summary
    assert desk.in_force() == [(3, "postpone", None, None, None)]
    again = desk.review.redo()
    assert again is not None
    assert (again.files, again.left) == (1, 1)
    assert [row[3] for row in desk.in_force()] == [NOW + timedelta(days=1), None]


def test_undo_does_not_restore_expired_postponement(desk: Desk) -> None:
    desk.decisions.postpone([1], until=NOW + timedelta(days=1))
    desk.decisions.postpone([1])
    desk.decisions.postpone([3], until=NOW + timedelta(days=1))
    desk.clock.now += timedelta(days=2)
    assert [row[2] for row in desk.plan()] == [True, False, False]  # the day of 3 has come

    desk.review.undo()
    desk.review.undo()
    assert [row[2] for row in desk.plan()] == [False, False, False]
    desk.review.redo()
    assert [row[2] for row in desk.plan()] == [True, False, False]
    desk.review.redo()
    assert [row[2] for row in desk.plan()] == [True, False, False]


def test_undo_reports_missing_and_written_files(desk: Desk) -> None:
    desk.decisions.edit(EVERYONE, ["Eve"])
    with desk.database.atomic() as tx:
        catalog.mark_missing(tx, [3])
        tx.execute(
            """INSERT INTO metadata_operations (id, operation_type, status, started_at, options)
               VALUES (1, 'write', 'completed', $1, '{}')""",
            [NOW],
        )
        tx.execute(
            """INSERT INTO metadata_operation_items (id, operation_id, file_id, file_path, path_bytes, status,
                   tags_added, tags_removed, changes, expected_size, expected_mtime_ns, processed_at)
               VALUES (1, 1, 1, '', '', 'success', [], [], [], 1, 1, $1),
                      (2, 1, 2, '', '', 'failed', [], [], [], 1, 1, $1)""",
            [NOW],
        )

    report = desk.review.undo()
    assert report is not None
    assert (report.files, report.gone, report.written) == (3, 1, 1)
    assert report.summary == (
        "Undone: edited the people of 3 files. 1 file no longer exists. "
        "1 file was written since and keeps its people. To change that, roll the write back on the "
        "History page, or with 'indexium rollback ID'."
    )
    with desk.database.atomic() as tx:
        inventory.forget_library(tx, 1)
    again = desk.review.redo()
    assert again is not None
    assert (again.files, again.gone) == (0, 3)


def test_undo_does_not_report_replaced_decisions_as_missing(desk: Desk) -> None:
    """
    A postponement that ended without a step (a rollback, a reached day) still belongs to the step that ended it before.
    """
    desk.decisions.postpone([1, 3], until=NOW + timedelta(days=1))
    desk.decisions.end_postponements([1, 3])
    desk.review.undo()
    with desk.database.atomic() as tx:
        store_decisions.postpone(tx, [3], until=None, at=NOW, reason="rolled_back")
    desk.clock.now += timedelta(days=2)
    desk.plan()  # the day of 1 has come

    report = desk.review.redo()
    assert report is not None
    assert (report.files, report.left, report.gone) == (1, 1, 0)


def decided(desk: Desk) -> int:
    return int(desk.database.read().value("SELECT count(*) FROM decisions"))


def test_old_decisions_without_step_are_deleted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_steps, "MAX_STEPS", 3)
    desk.decisions.edit([3], ["Eve", "Dee"])
    for _ in range(5):
        desk.decisions.edit([3], ["Eve"])
        desk.decisions.set_mode([3], mode="exact")
    assert decided(desk) == 11
    desk.clock.now += timedelta(days=89)
    desk.decisions.postpone([1])
    assert decided(desk) == 12  # not yet
    desk.clock.now += timedelta(days=2)
    desk.decisions.postpone([2])

    # In force: an edit, a mode and two postponements; and the edit that removed Dee by hand.
    assert decided(desk) == 5
    assert [row[1] for row in desk.in_force()] == ["postpone", "postpone", "edit", "mode"]
    assert [desk.review.undo() is None for _ in range(3)] == [False, False, True]


def test_decision_of_step_is_kept(desk: Desk) -> None:
    desk.decisions.postpone([3])
    desk.clock.now += timedelta(days=89)
    desk.decisions.end_postponements([3])  # the first step is too old soon, this one is not
    desk.clock.now += timedelta(days=60)
    desk.decisions.edit([1], ["Ann"])

    desk.review.undo()
    desk.review.undo()
    assert [row[1] for row in desk.in_force()] == ["postpone"]


def test_undo_marks_only_its_files(desk: Desk) -> None:
    desk.decisions.edit([3], ["Eve"])
    marked(desk.database)

    desk.review.undo()
    assert marked(desk.database) == {3}


def test_step_history_is_limited(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_steps, "MAX_STEPS", 3)
    for number in range(5):
        desk.decisions.edit([3], [f"P {number}"])
    assert len(desk.review.list()) == 3

    desk.clock.now += timedelta(days=91)
    assert desk.labels() == ("", "")
    assert desk.review.undo() is None
    desk.decisions.edit([3], ["Ann"])
    assert len(desk.review.list()) == 1
    assert desk.database.read().value("SELECT count(*) FROM steps") == 1


def test_steps_survive_restart(home: Path) -> None:
    with Database.open(home) as database:
        fill(database)
        Desk(database).decisions.edit([3], ["Eve"])
        Desk(database).decisions.postpone([3])
        Desk(database).review.undo()
    with Database.open(home) as database:
        desk = Desk(database)
        assert desk.labels() == ("edited the people of 1 file", "skipped 1 file")
        desk.review.redo()
        desk.review.undo()
        desk.review.undo()
        assert desk.in_force() == []


# --- any sequence ----------------------------------------------------------------------------------------------------

FILES = st.lists(st.sampled_from([1, 2, 3]), min_size=1, max_size=3, unique=True)
NAMES = st.lists(st.sampled_from(["Ann", "Bo", "Cy", "Eve"]), max_size=3, unique=True)
Act = Callable[[Decisions], object]
ACTS: st.SearchStrategy[tuple[str, Act | None]] = st.one_of(
    st.tuples(st.just("undo"), st.none()),
    st.tuples(st.just("undo"), st.none()),
    st.tuples(st.just("redo"), st.none()),
    st.builds(lambda f, n: (f"edit {f} {n}", lambda d: d.edit(f, n)), FILES, NAMES),
    st.builds(lambda f, n: (f"add {f} {n}", lambda d: d.change_people(f, add=["Dee", *n])), FILES, NAMES),
    st.builds(lambda n: (f"remove {n}", lambda d: d.change_people(EVERYONE, remove=["Bo", *n])), NAMES),
    st.builds(
        lambda n: (f"replace {n}", lambda d: d.replace_person(EVERYONE, "Bo", n)), st.sampled_from(["Ann", "Zed"])
    ),
    st.builds(
        lambda f, u: (f"skip {f} {u}", lambda d: d.postpone(f, until=u)),
        FILES,
        st.sampled_from([None, NOW + timedelta(days=1)]),
    ),
    st.builds(lambda f, m: (f"mode {f} {m}", lambda d: d.set_mode(f, mode=m)), FILES, st.just("exact")),
    st.builds(lambda f, m: (f"text {f} {m}", lambda d: d.set_mode(f, comment_mode=m)), FILES, st.just("preserve")),
    st.builds(lambda f: (f"back {f}", lambda d: d.end_postponements(f)), FILES),
    st.builds(lambda f: (f"revoke {f}", lambda d: d.revoke_of(f, ["edit", "mode"])), FILES),
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with Database.open(tmp_path_factory.mktemp("steps") / "home") as database:
        fill(database)
        yield Desk(database)


def clean(desk: Desk) -> None:
    """Delete all decisions and steps."""
    with desk.database.atomic() as tx:
        for table in ("decisions", "steps"):
            tx.execute(f"DELETE FROM {table}")
        catalog.mark_files(tx, list(ids(desk.database).values()))


@effort.examples(4, 12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ACTS, min_size=3, max_size=8))
def test_decisions_in_force_match_steps(shared: Desk, acts: list[tuple[str, Act | None]]) -> None:
    clean(shared)
    done: list[Act] = []
    undone: list[Act] = []
    for name, act in acts:
        if act is not None:
            before = shared.review.next().undo
            act(shared.decisions)
            if shared.review.next().undo != before:
                done, undone = [*done, act], []
        elif name == "undo":
            assert (shared.review.undo() is not None) == bool(done)
            undone += [done.pop()] if done else []
        else:
            assert (shared.review.redo() is not None) == bool(undone)
            done += [undone.pop()] if undone else []
    in_force, plan = shared.in_force(), shared.plan()

    clean(shared)
    for act in done:
        act(shared.decisions)
    assert in_force == shared.in_force()
    assert plan == shared.plan()


def test_rating_before_a_favorite_is_kept_for_ever(desk: Desk) -> None:
    """Old steps are deleted with the decisions that only they need, but not the former rating of a favorite."""
    [first, *_] = ids(desk.database).values()
    desk.decisions.set_fields([first], {"rating": "3"})
    desk.decisions.set_favorite([first])
    desk.decisions.revoke_of([first], ["field:rating"])
    desk.clock.forward(store_steps.MAX_AGE_DAYS + 1)
    desk.decisions.set_fields([first], {"title": "A"})
    with desk.database.atomic() as tx, store_decisions.selection(tx, [first]):
        assert store_decisions.former_values(tx, "rating", "5")[first] == "3"
        assert store_decisions.former_values(tx, "rating", "3") == {}


ANN, BOB = Actor("user", "1", "Ann"), Actor("user", "2", "Bob")


@pytest.fixture
def team(desk: Desk) -> Desk:
    """A desk at which nobody may undo the steps of others."""
    desk.review = StepService(desk.database, clock=desk.clock, may_undo_any=lambda: False)
    return desk


def edit_as(desk: Desk, actor: Actor, file_ids: list[int], people: list[str]) -> int:
    with acting_as(actor):
        step_id = desk.decisions.edit(file_ids, people).step_id
    assert step_id is not None
    return step_id


def test_each_actor_undoes_the_own_steps(team: Desk) -> None:
    edit_as(team, ANN, [1], ["Eve"])
    edit_as(team, BOB, [3], ["Cy"])
    with acting_as(ANN):
        found = team.review.next()
        assert found.undo is not None
        assert found.undoable == (found.undo.step_id,)
        team.review.undo()
        assert team.review.undo() is None
    assert [(row[0], row[2]) for row in team.in_force()] == [(3, ["Cy"])]
    with acting_as(BOB):
        assert team.review.next().redo is None
        team.decisions.postpone([3])
    with acting_as(ANN):
        team.review.redo()
    assert [(row[0], row[1], row[2]) for row in team.in_force()] == [
        (1, "edit", ["Eve"]),
        (2, "edit", ["Eve"]),
        (3, "edit", ["Cy"]),
        (3, "postpone", None),
    ]


def test_undo_keeps_the_newer_decision_of_somebody_else(team: Desk) -> None:
    edit_as(team, ANN, [1, 3], ["Eve"])
    edit_as(team, BOB, [3], ["Eve", "Cy"])
    with acting_as(ANN):
        report = team.review.undo()
    assert report is not None
    assert (report.files, report.left) == (2, 1)
    assert [(row[0], row[2]) for row in team.in_force()] == [(3, ["Eve", "Cy"])]
    assert [each.name for each in PeopleService(team.database, clock=team.clock).list()].count("Eve") == 1
    with acting_as(BOB):
        team.review.undo()
    assert [(row[0], row[2]) for row in team.in_force()] == [(3, ["Eve"])]


def test_step_of_somebody_else_needs_the_permission(team: Desk) -> None:
    step_id = edit_as(team, ANN, [1], ["Eve"])
    with acting_as(BOB), pytest.raises(errors.ForbiddenError, match="Ann made this step: edited the people of 2 files"):
        team.review.undo(step_id)
    administrators = StepService(team.database, clock=team.clock)
    with acting_as(BOB):
        assert administrators.next().undo is None
        assert administrators.next().undoable == (step_id,)
        administrators.undo(step_id)
    assert team.in_force() == []
