"""An edit of only this file leaves its copies alone; every other edit names the copies that it reached."""

from __future__ import annotations

import pytest

from indexium_core import errors
from indexium_core.flows.people.people_service import PeopleService
from indexium_core.flows.review.bulk_edits import BulkEdits
from indexium_core.flows.review.decisions import Decisions
from indexium_core.flows.review.templates import Templates
from indexium_core.flows.review.undo_steps import StepService
from indexium_core.model.operations.actor import Actor, acting_as
from indexium_core.model.people import copies
from indexium_core.model.people.copies import FileCopy
from indexium_core.model.review.reports import DecisionReport
from indexium_core.store.database import Database
from tests.support.catalog import NOW, ROOT, people_of, scanned, store

A, B, C = 1, 2, 3
COPY_OF_A = [FileCopy(file_id=B, file_path=f"{ROOT}/b.mp4")]


@pytest.fixture
def decisions(database: Database) -> Decisions:
    """Decisions about the files 1 and 2, copies of each other, and 3."""
    store(database, [scanned("a.mp4", content=1), scanned("b.mp4", content=1), scanned("c.mp4")])
    return Decisions(database, clock=lambda: NOW)


@pytest.fixture
def people(database: Database, decisions: Decisions) -> PeopleService:
    return PeopleService(database, clock=lambda: NOW, edit=decisions.change_people)


def decided(decisions: Decisions) -> dict[int, set[str]]:
    """Return the kinds of the decisions in force by file."""
    found: dict[int, set[str]] = {}
    for row in decisions.list():
        found.setdefault(row.file_id, set()).add(row.kind)
    return found


def reached(report: DecisionReport) -> tuple[int, list[FileCopy]]:
    return report.copies, report.copy_files


def test_edits_of_only_this_file_leave_its_copies_alone(database: Database, decisions: Decisions) -> None:
    bulk = BulkEdits(database, clock=lambda: NOW)
    templates = Templates(database, decisions, bulk, clock=lambda: NOW)
    templates.save("Bo", people=["Bo"])
    reports = [
        decisions.edit([A], ["Ann"], only_this=True),
        decisions.change_people([A], add=["Cy"], only_this=True),
        decisions.replace_person([A], "Cy", "Di", only_this=True),
        templates.apply("Bo", [A], only_this=True),
        decisions.set_fields([A], {"title": "Sea"}, only_this=True),
        decisions.set_all([A], people=["Ann", "Bo"], fields={"genre": "Drama"}, only_this=True),
    ]

    assert [reached(each) for each in reports] == [(0, [])] * 6
    assert {each.found for each in reports} == {1}
    assert decided(decisions) == {A: {"edit", "field:title", "field:genre"}}
    assert [each.file_id for each in decisions.set_favorite([A], True, only_this=True)] == [A]
    assert bulk.people_in([A], only_this=True).files == bulk.preview([A], add=["Eve"], only_this=True).files == 1
    assert templates.preview("Bo", [A], only_this=True).files == 1
    assert bulk.preview_fields([A], {"title": "Lake"}, only_this=True).files == 1


def test_edits_name_the_copies_that_they_reach(database: Database, decisions: Decisions) -> None:
    templates = Templates(database, decisions, BulkEdits(database, clock=lambda: NOW), clock=lambda: NOW)
    templates.save("Bo", people=["Bo"])
    for report in (
        decisions.edit([A, C], ["Ann"]),
        decisions.change_people([A], add=["Cy"]),
        decisions.replace_person([A], "Cy", "Di"),
        templates.apply("Bo", [A]),
        decisions.set_fields([A], {"title": "Sea"}),
        decisions.set_all([A], people=["Ann"], fields={"title": "Lake"}),
    ):
        assert reached(report) == (1, COPY_OF_A), report.label
    assert reached(decisions.edit([A, B], ["Ann"])) == (0, [])


def test_copy_that_a_change_does_not_change_is_not_reached(decisions: Decisions) -> None:
    decisions.edit([B], ["Ann"], only_this=True)

    report = decisions.change_people([A], add=["Ann"])

    assert (report.found, report.files, *reached(report)) == (2, 1, 0, [])


def test_postponement_and_mode_reach_no_copy(decisions: Decisions) -> None:
    assert reached(decisions.postpone([A])) == reached(decisions.set_mode([A], mode="exact")) == (0, [])
    decisions.postpone([A], only_this=True)
    decisions.set_mode([A], mode="merge", only_this=True)

    assert decided(decisions) == {A: {"postpone", "mode"}}


def test_undo_of_an_edit_of_only_this_file_leaves_the_edit_of_its_copy(
    database: Database, decisions: Decisions
) -> None:
    decisions.edit([A], ["Ann"])
    decisions.edit([A], ["Bo"], only_this=True)

    StepService(database, clock=lambda: NOW).undo()

    assert {row.file_id: row.people for row in decisions.list()} == {A: ["Ann"], B: ["Ann"]}


def test_only_this_asks_only_about_newer_edits_of_this_file(decisions: Decisions) -> None:
    seen = decisions.newest()
    with acting_as(Actor("user", "2", "Bob")):
        decisions.edit([B], ["Cy"], only_this=True)
    with acting_as(Actor("user", "1", "Ann")):
        with pytest.raises(errors.NewerDecisionError):
            decisions.edit([A], ["Eve"], seen=seen)
        decisions.edit([A], ["Eve"], seen=seen, only_this=True)

    assert {row.file_id: row.people for row in decisions.list()} == {A: ["Eve"], B: ["Cy"]}


def test_added_people_name_the_copies_and_only_this_is_an_edit(
    database: Database, decisions: Decisions, people: PeopleService
) -> None:
    both = people.add([f"{ROOT}/a.mp4"], ["Ann"])
    assert (both.files, both.copies, both.copy_files, both.step_id) == (2, 1, COPY_OF_A, None)
    one = people.add([f"{ROOT}/a.mp4"], ["Bo"], only_this=True)

    assert (one.matched, one.added, one.files, one.copies) == (1, 1, 1, 0)
    assert one.step_id is not None
    assert people_of(database) == {A: ["Ann"], B: ["Ann"]}
    assert {row.file_id: row.people for row in decisions.list()} == {A: ["Ann", "Bo"]}
    assert people.add_to_files([B], ["Cy"]).copy_files == [FileCopy(file_id=A, file_path=f"{ROOT}/a.mp4")]


def test_removed_people_name_the_copies_and_only_this_is_an_edit(
    database: Database, decisions: Decisions, people: PeopleService
) -> None:
    people.add([f"{ROOT}/a.mp4"], ["Ann", "Bo"])
    one = people.remove_from([f"{ROOT}/a.mp4"], ["Ann"], only_this=True)
    assert (one.removed, one.copies) == (1, 0)
    assert people_of(database) == {A: ["Ann", "Bo"], B: ["Ann", "Bo"]}
    assert {row.file_id: row.people for row in decisions.list()} == {A: ["Bo"]}

    both = people.remove_from([f"{ROOT}/a.mp4"], ["Bo"])
    assert (both.removed, both.copies, both.copy_files) == (1, 1, COPY_OF_A)
    assert people.remove([f"{ROOT}/a.mp4"], ["Ann"]) == 1


def test_file_that_is_not_scanned_can_have_no_edit_of_its_own(people: PeopleService) -> None:
    with pytest.raises(errors.UnknownIdError, match=r"new\.mp4 is not scanned, .*: scan its folder first"):
        people.add([f"{ROOT}/new.mp4"], ["Ann"], only_this=True)


def test_sentence_names_the_first_copies() -> None:
    found = [FileCopy(file_id=number, file_path=f"/{number}.mp4") for number in range(1, 5)]

    assert copies.sentence(0, []) == ""
    assert copies.sentence(1, found[:1]) == "It reached 1 copy, too: /1.mp4."
    assert copies.sentence(2, found[:2]) == "It reached 2 copies, too: /1.mp4 and /2.mp4."
    assert copies.sentence(1_200, found) == "It reached 1,200 copies, too: /1.mp4, /2.mp4, /3.mp4 and 1,197 more."
