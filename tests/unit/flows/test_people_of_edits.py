"""A new name in an edit becomes a person, in the step of the edit, and undo takes both back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from indexium_core import errors
from indexium_core.flows.review.decisions import Decisions
from indexium_core.store.database import Database
from tests.support.catalog import ids
from tests.unit.flows.test_learning import Court


@pytest.fixture
def court(database: Database) -> Court:
    court = Court(database)
    court.films({"a.mp4": "Ann Lee", "b.mp4": None, "c.mp4": "Cy"})
    court.say({"a.mp4": "Ann Lee"})
    return court


def known(court: Court) -> list[str]:
    return [row.name for row in court.people.list()]


@pytest.mark.parametrize(
    "edit",
    [
        lambda decisions, file_ids: decisions.edit(file_ids, ["Ann Lee", "Bo Ray"]),
        lambda decisions, file_ids: decisions.change_people(file_ids, add=["Bo Ray"]),
        lambda decisions, file_ids: decisions.replace_person(file_ids, "Ann Lee", "Bo Ray"),
        lambda decisions, file_ids: decisions.set_all(file_ids, people=["Bo Ray"]),
    ],
)
def test_new_name_becomes_a_person_and_undo_removes_it(
    court: Court, edit: Callable[[Decisions, list[int]], object]
) -> None:
    before = court.state()
    edit(court.decisions, list(ids(court.database).values())[:2])
    after = court.state()
    assert known(court) == ["Ann Lee", "Bo Ray"]

    court.undo()
    assert court.state() == before
    court.redo()
    assert court.state() == after


def test_a_list_of_edits_adds_each_new_name_once(court: Court) -> None:
    by_name = ids(court.database)
    with court.decisions.step() as step:
        step.edit_each({by_name["a.mp4"]: ["ANN LEE", "Bo Ray"], by_name["b.mp4"]: ["bo ray", "unknown", "Di"]})
    assert step.report.files == 2
    assert known(court) == ["Ann Lee", "Bo Ray", "Di"]


def test_known_names_and_edits_without_effect_add_nobody(court: Court) -> None:
    court.people.rename("Ann Lee", "Ann Ray")
    court.decisions.change_people([ids(court.database)["b.mp4"]], add=["ann lee"])  # an alias
    court.decisions.replace_person([ids(court.database)["b.mp4"]], "Nobody", "Ed")
    with pytest.raises(errors.ValidationError):
        court.decisions.edit([ids(court.database)["b.mp4"]], ["Flo;Gus"])
    assert known(court) == ["Ann Ray"]


def test_person_of_an_edit_stays_while_the_edit_applies(court: Court) -> None:
    court.decisions.edit([ids(court.database)["b.mp4"]], ["Bo Ray"])
    court.people.remove(["/films/a.mp4"], ["Ann Lee"])
    assert known(court) == ["Bo Ray"]

    court.decisions.revoke_of([ids(court.database)["b.mp4"]], ["edit"])
    court.say({"a.mp4": "Ann Lee"})
    court.people.remove(["/films/a.mp4"], ["Ann Lee"])
    assert known(court) == []


def test_renamed_person_survives_the_undo_of_the_edit(court: Court) -> None:
    file_id = ids(court.database)["b.mp4"]
    court.decisions.edit([file_id], ["Bo Ray"])
    court.say({"c.mp4": "Bo Ray"})
    court.undo()
    assert known(court) == ["Ann Lee", "Bo Ray"]  # another file has the person by now
    assert court.decisions.list([file_id]) == []


def test_step_counts_the_edited_files_only(court: Court) -> None:
    report = court.decisions.edit([ids(court.database)["b.mp4"]], ["Cy"])  # c.mp4 names Cy, whom nobody has added
    assert (report.files, known(court)) == (1, ["Ann Lee", "Cy"])
    assert court.found("unknown") == []
