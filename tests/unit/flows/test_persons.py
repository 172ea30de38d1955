"""Two people with one name are different people; renames, merges, splits and unmerges are previewed and undone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from indexium_core import errors
from indexium_core.model.people.person import PersonChange
from indexium_core.model.planning.plan import PlanQuery
from indexium_core.store.database import Database
from indexium_core.store.review import steps as store_steps
from tests.unit.flows.test_learning import Court

ROOT = "/films"


@pytest.fixture
def court(database: Database) -> Court:
    """A library with two people called Ann Lee: the one of a.mp4 and b.mp4, and the aunt of c.mp4."""
    court = Court(database)
    court.films({"a.mp4": "Ann Lee", "b.mp4": None, "c.mp4": "Ann Lee", "d.mp4": "Bo", "e.mp4": "ann lee"})
    court.say({"a.mp4": "Ann Lee", "b.mp4": "Ann Lee", "c.mp4": "Ann Lee", "d.mp4": "Bo"})
    court.people.split("Ann Lee", [f"{ROOT}/c.mp4"], into="Ann Lee", qualifier="aunt")
    return court


def people(court: Court) -> list[tuple[str, int]]:
    return [(row.label, row.files) for row in court.people.list()]


def first_id(court: Court) -> str:
    """Return the id of the first person, as a name."""
    return f"#{court.people.list()[0].person_id}"


def test_split_makes_two_people_with_one_name(court: Court) -> None:
    assert people(court) == [("Ann Lee", 2), ("Ann Lee (aunt)", 1), ("Bo", 1)]
    plan = {item.file_name: item for item in court.planner.generate_plan().page(1, include_unchanged=True).items}
    assert (plan["c.mp4"].category, plan["c.mp4"].result_people) == ("unchanged", ["Ann Lee"])


def test_qualifier_is_never_written(court: Court) -> None:
    court.people.add([f"{ROOT}/b.mp4", f"{ROOT}/d.mp4"], ["ann lee (AUNT)"])
    [item] = [court.item("b.mp4")]
    assert (item.result_comment, item.risk_level) == ("People: Ann Lee", "safe")
    assert court.item("d.mp4").result_comment == "People: Bo, Ann Lee"
    assert people(court) == [("Ann Lee", 2), ("Ann Lee (aunt)", 3), ("Bo", 1)]


def test_id_of_no_person_is_reported(court: Court) -> None:
    with pytest.raises(errors.UnknownIdError, match="No person has the id #99"):
        court.people.add([f"{ROOT}/d.mp4"], ["#99"])


def test_name_that_fits_two_people_is_assigned_to_neither(court: Court, tmp_path: Path) -> None:
    before = court.known()
    with pytest.raises(errors.UsageError, match=r"“Ann Lee” or “Ann Lee \(aunt\)”"):
        court.people.add([f"{ROOT}/d.mp4"], ["Ann Lee"])
    assert [row.reason for row in court.people.take_from_files().skipped] == [
        "“ann lee” matches several people: “Ann Lee” or “Ann Lee (aunt)”; add the qualifier to the name"
    ]
    listed = tmp_path / "list.csv"
    listed.write_text("path,person\nd.mp4,Ann Lee\n")
    report = court.people.import_file(listed, root=ROOT, replace=True)
    assert (report.added, report.rejected[0].line) == (0, 2)
    assert court.known() == before


def test_people_with_one_name_are_searched_by_id(court: Court) -> None:
    first, aunt, bo = court.people.list()
    assert [court.people.details(each.person_id).has_shared_name for each in (first, aunt, bo)] == [True, True, False]

    def found(search: str) -> list[str]:
        page = court.planner.plan(PlanQuery(query=search)).page(1, per_page=0, include_unchanged=True)
        return sorted(item.file_name for item in page.items)

    assert found(f"person_id:{first.person_id}") == ["a.mp4", "b.mp4"]
    assert found(f"person_id:{aunt.person_id},99") == ["c.mp4"]
    assert found(f"-person_id:{aunt.person_id},{first.person_id}") == ["d.mp4"]
    with pytest.raises(errors.QueryError, match="“ann” is not the id of a person; write for example person_id:3"):
        found("person_id:ann")


def test_ambiguous_name_in_file_is_a_check(court: Court) -> None:
    [row] = court.found("ambiguous_person")
    assert (row.title, row.text) == ("ann lee", "The file names ann lee. This may be Ann Lee or Ann Lee (aunt).")
    assert court.found("differ") == []
    before = court.state()
    report = court.checks.resolve("ambiguous_person", row.subject, row.resolutions[1].code)
    assert report.text == "The database adds Ann Lee (aunt) to this file."
    assert people(court) == [("Ann Lee", 2), ("Ann Lee (aunt)", 2), ("Bo", 1)]
    assert court.found("ambiguous_person") == []
    court.undo()
    assert court.state() == before


def test_rename_of_one_of_two_corrects_only_own_files(court: Court) -> None:
    change = court.people.rename("Ann Lee (aunt)", "Ann Leigh", qualifier="")
    assert court.item("c.mp4").result_comment == "People: Ann Leigh"
    assert court.item("a.mp4").category == "unchanged"
    assert change.step_id is not None
    court.people.rename("Ann Lee", "Anna Lee")
    assert court.item("a.mp4").result_comment == "People: Anna Lee"
    assert court.item("c.mp4").result_comment == "People: Ann Leigh"
    assert [row.title for row in court.found("ambiguous_person")] == ["ann lee"]


def test_split_to_another_name_corrects_its_files(court: Court) -> None:
    change = court.people.split(first_id(court), [f"{ROOT}/a.mp4"], into="Zoë Öz")
    assert change.text == "Ann Lee becomes the new person Zoë Öz in 1 file; the next write corrects 1 comment."
    assert court.item("a.mp4").result_comment == "People: Zoë Öz"
    assert court.item("c.mp4").category == "unchanged"


CHANGES: dict[str, Callable[[Court, bool], PersonChange]] = {
    "rename": lambda court, dry: court.people.rename("Bo", "Bob Ray", dry_run=dry),
    "qualify": lambda court, dry: court.people.rename("Bo", "Bo", qualifier="uncle", dry_run=dry),
    "merge": lambda court, dry: court.people.merge(["Ann Lee (aunt)", "Bo"], first_id(court), dry_run=dry),
    "split": lambda court, dry: court.people.split("Bo", [f"{ROOT}/d.mp4"], into="Cy", dry_run=dry),
}


@pytest.mark.parametrize("name", CHANGES)
def test_changes_are_previewed_and_undone(court: Court, name: str) -> None:
    before = court.state()
    preview = CHANGES[name](court, True)
    assert court.state() == before
    change = CHANGES[name](court, False)
    after = court.state()
    assert (preview.text, preview.files, preview.comments) == (change.text, change.files, change.comments)
    assert (preview.step_id is None, change.step_id is None) == (True, False)
    assert after != before
    court.undo()
    assert court.state() == before
    court.redo()
    assert court.state() == after


def test_merge_is_reverted_after_later_changes(court: Court, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_steps, "MAX_STEPS", 1)
    before = court.known()
    court.people.merge(["Bo"], "Ann Lee (aunt)")
    court.people.rename("Ann Lee (aunt)", "Ann Leigh")
    court.people.add([f"{ROOT}/e.mp4"], ["Ann Leigh"])
    assert court.people.unmerge("Ann Leigh", "bo", dry_run=True).files > 0
    change = court.people.unmerge("Ann Leigh", "bo")
    assert change.text.startswith("Bo is a person of its own again in ")
    after = before | {"c.mp4": ["Ann Leigh"], "e.mp4": ["Ann Leigh"]}
    assert court.known() == after
    with pytest.raises(errors.UnknownIdError, match="No person is merged into this person"):
        court.people.unmerge("Ann Leigh", "Bo")
    court.undo()
    assert court.known()["d.mp4"] == ["Ann Leigh"]


def test_refused_changes_name_the_reason(court: Court) -> None:
    with pytest.raises(errors.UsageError, match="give one of them a qualifier"):
        court.people.rename("Bo", "Ann Lee")
    with pytest.raises(errors.UsageError, match="give one of them a qualifier"):
        court.people.rename("Bo", "Ann Lee", qualifier="Aunt")
    with pytest.raises(errors.UsageError, match="None of these files has Bo"):
        court.people.split("Bo", [f"{ROOT}/a.mp4"], into="Cy")
    with pytest.raises(errors.UsageError, match=r"or the id: #\d+, #\d+"):
        court.people.rename("Ann Lee", "Cy")
    with pytest.raises(errors.ValidationError):
        court.people.rename("Bo", "Bo", qualifier="x" * 101)
    court.people.rename("Bo", "Ann Lee", qualifier="friend")
    assert [label for label, _ in people(court)] == ["Ann Lee", "Ann Lee (aunt)", "Ann Lee (friend)"]


def test_removal_takes_the_person_of_the_file(court: Court) -> None:
    court.people.remove([f"{ROOT}/c.mp4"], ["Ann Lee"])
    assert people(court) == [("Ann Lee", 4), ("Bo", 1)]  # the comments of c.mp4 and e.mp4 mean the only one left


def test_removal_takes_the_person_of_a_file_that_waits(court: Court) -> None:
    court.people.add([f"{ROOT}/later.mp4"], ["Ann Lee (aunt)"])
    assert court.people.remove([f"{ROOT}/later.mp4"], ["Ann Lee"]) == 1
    assert people(court) == [("Ann Lee", 2), ("Ann Lee (aunt)", 1), ("Bo", 1)]
    court.people.add([f"{ROOT}/a.mp4"], ["Ann Lee (aunt)"])
    with pytest.raises(errors.UsageError, match="Use one of these ids"):
        court.people.remove([f"{ROOT}/a.mp4"], ["Ann Lee"])


def test_page_shows_files_years_and_pictures(court: Court) -> None:
    court.people.add([f"{ROOT}/a.mp4"], ["Bo"])
    page = court.people.page("lee")
    assert ([card.label for card in page.items], page.total) == (["Ann Lee", "Ann Lee (aunt)"], 2)
    [most] = court.people.page("", per_page=1, by_files=True).items
    shown = court.people.details(most.person_id)
    assert [(each.label, each.files) for each in shown.companions] == [("Bo" if most.name != "Bo" else "Ann Lee", 1)]
    card = page.items[0]
    assert (card.files, card.first_year == card.last_year) == (2, True)
    files = {file.file_name: file.file_id for file in court.people.details(card.person_id).files}
    assert card.picture_id == files["b.mp4"]  # only there, no other person is named
    court.people.set_picture(card.person_id, files["a.mp4"])
    assert court.people.details(card.person_id).card.picture_id == files["a.mp4"]
    court.people.merge(["Bo"], f"#{card.person_id}")
    assert court.people.details(card.person_id).merged == ["Bo"]
    assert court.people.page("bo").total == 1  # an alias
    with pytest.raises(errors.UnknownIdError):
        court.people.details(999)


def test_picture_is_a_file_of_the_person_that_has_a_picture(court: Court) -> None:
    card = court.people.page("lee").items[0]
    files = {
        item.file_name: item.file_id for item in court.planner.generate_plan().page(1, include_unchanged=True).items
    }
    with court.database.atomic() as tx:
        tx.execute("UPDATE scanned_files SET state = 'missing' WHERE file_id = $id", {"id": files["b.mp4"]})

    with pytest.raises(errors.UnknownIdError, match="no person with the id 999"):
        court.people.set_picture(999, None)
    with pytest.raises(errors.UnknownIdError, match="no file with the id 999"):
        court.people.set_picture(card.person_id, 999)
    with pytest.raises(errors.UsageError, match=r"Ann Lee is not in d\.mp4\. Choose a file of this person\."):
        court.people.set_picture(card.person_id, files["d.mp4"])
    with pytest.raises(errors.UsageError, match=r"b\.mp4 has no picture\. Choose a file that can be read\."):
        court.people.set_picture(card.person_id, files["b.mp4"])
    court.people.set_picture(card.person_id, files["a.mp4"])
    court.people.set_picture(card.person_id, None)


def test_preview_counts_only_files_of_the_person(court: Court) -> None:
    change = court.people.rename("Ann Lee (aunt)", "Ann Leigh", qualifier="", dry_run=True)
    assert change.text == "Ann Lee (aunt) becomes Ann Leigh in 1 file; the next write corrects 1 comment."
    change = court.people.rename("Bo", "Bob", dry_run=True)
    assert change.text == "Bo becomes Bob in 1 file; the next write corrects 1 comment."
    change = court.people.rename("Ann Lee (aunt)", "Ann Lee", qualifier="friend", dry_run=True)
    assert change.text == "Ann Lee (aunt) becomes Ann Lee (friend) in 1 file."


def test_people_are_added_in_the_given_order(court: Court) -> None:
    court.people.add([f"{ROOT}/e.mp4"], ["Cy", "Ann Lee (aunt)", "cy", "Bo"])
    assert court.known()["e.mp4"] == ["Cy", "Ann Lee", "Bo"]


def test_page_after_the_last_one_has_the_total(court: Court) -> None:
    page = court.people.page("lee", 5)
    assert (page.items, page.total) == ([], 2)
    assert court.people.page("nobody").total == 0


def test_qualified_person_may_have_the_alias_of_another_as_a_name(court: Court) -> None:
    court.people.rename("Bo", "Bob")
    court.people.rename("Ann Lee (aunt)", "Bo")
    assert ("Bo (aunt)", 1) in people(court)


@pytest.mark.parametrize("name", ["Robert (uncle)", "Robert", "Bo"])
def test_list_without_qualifiers_adds_aliases_to_the_known_person(court: Court, tmp_path: Path, name: str) -> None:
    court.people.rename("Bo", "Robert")
    court.people.rename("Robert", "Robert", qualifier="uncle")
    listed = tmp_path / "list.csv"
    listed.write_text(f"path,person,aliases\nd.mp4,{name},Rob\n")
    court.people.import_file(listed, root=ROOT)
    assert people(court) == [("Ann Lee", 2), ("Ann Lee (aunt)", 1), ("Robert (uncle)", 1)]
    assert court.people.list()[-1].aliases == ("Bo", "Rob")
