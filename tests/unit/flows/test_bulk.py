"""People of many files at once: counts, the preview of a change, and a change equal to its preview."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from indexium_core import errors
from indexium_core.flows.people.people_service import PeopleService
from indexium_core.flows.planning.planner import MetadataPlanner
from indexium_core.flows.review.bulk_edits import BulkEdits
from indexium_core.flows.review.decisions import Decisions
from indexium_core.flows.review.templates import Templates
from indexium_core.model.planning.plan import PlanQuery, Selection
from indexium_core.model.review.reports import BulkPerson
from indexium_core.store.database import Database
from indexium_core.store.people import people
from tests.support.catalog import NOW, ROOT, ids, scanned, store

EVERYONE = "path:mp4"


def at(*names: str) -> list[str]:
    return [f"{ROOT}/{name}.mp4" for name in names]


@pytest.fixture
def films(database: Database) -> Database:
    """
    Ann and Bo in a and its copy b; Bo in c, and Cy only in its comment; no people in d, which is in no plan, but Dee in
    its comment.
    """
    store(
        database,
        [
            scanned("a.mp4", content=1),
            scanned("b.mp4", content=1),
            scanned("c.mp4", "People: Cy"),
            scanned("d.mp4", "People: Dee"),
        ],
    )
    service = PeopleService(database, clock=lambda: NOW)
    service.add(at("a"), ["Ann", "Bo"])
    service.add(at("c"), ["Bo"])
    return database


@pytest.fixture
def bulk(films: Database) -> BulkEdits:
    return BulkEdits(films, clock=lambda: NOW)


@pytest.fixture
def decisions(films: Database) -> Decisions:
    return Decisions(films, clock=lambda: NOW)


def results(database: Database) -> dict[str, list[str]]:
    """Return the resulting people of each file of the plan."""
    plan = MetadataPlanner(database, clock=lambda: NOW).plan(PlanQuery(query=EVERYONE))
    page = plan.page(1, per_page=0, include_unchanged=True)
    return {item.file_name.removesuffix(".mp4"): item.result_people for item in page.items}


def counts(people: Sequence[BulkPerson]) -> dict[str, int]:
    return {person.name: person.files for person in people}


def test_people_counts_include_copies(films: Database, bulk: BulkEdits) -> None:
    found = bulk.people_in([ids(films)[name] for name in ("a.mp4", "c.mp4", "d.mp4")])

    assert (found.files, found.copies, found.total) == (4, 1, 4)
    assert counts(found.people) == {"Bo": 3, "Ann": 2, "Cy": 1, "Dee": 1}
    assert [person.name for person in found.people][:2] == ["Bo", "Ann"]


def test_people_of_selection_can_be_searched(bulk: BulkEdits) -> None:
    assert [person.name for person in bulk.people_in(EVERYONE, like="C").people] == ["Cy"]
    assert bulk.people_in(EVERYONE, limit=1).total == 4
    assert len(bulk.people_in(EVERYONE, limit=1).people) == 1
    assert bulk.people_in([]).files == 0


def test_bulk_edit_keeps_each_list(films: Database, decisions: Decisions) -> None:
    report = decisions.change_people(EVERYONE, add=["Eve", "Bo"], remove=["Ann"])

    assert results(films) == {
        "a": ["Bo", "Eve"],
        "b": ["Bo", "Eve"],
        "c": ["Bo", "Cy", "Eve"],
        "d": ["Dee", "Eve", "Bo"],  # was in no plan
    }
    assert (report.files, report.added, report.removed) == (4, {"Eve": 4, "Bo": 1}, {"Ann": 2})
    assert report.label == "edited the people of 4 files"


def test_unchanged_file_gets_no_edit(films: Database, decisions: Decisions) -> None:
    report = decisions.change_people(EVERYONE, add=["cy"])

    assert [row.file_id for row in decisions.list()] == [4, 2, 1]
    assert results(films)["c"] == ["Bo", "Cy"]  # in the earlier spelling
    assert (report.files, report.found) == (3, 4)
    assert decisions.change_people(EVERYONE, add=["CY"]).files == 0


def test_unplanned_file_starts_with_its_own_people(films: Database, decisions: Decisions) -> None:
    decisions.change_people([ids(films)["d.mp4"]], add=["Ann"])

    assert results(films)["d"] == ["Dee", "Ann"]


def test_bulk_edit_refuses_invalid_name(films: Database, decisions: Decisions) -> None:
    """
    A legacy database may contain such a name: in a comment it would end the list, and the rest would not be names.
    """
    file_id = ids(films)["c.mp4"]
    with films.atomic() as tx:
        people.assign(tx, [people.AssignmentRequest(name="A;B", path_bytes=f"{ROOT}/c.mp4".encode())], at=NOW)
    decisions.change_people([file_id], add=["Eve"])
    item = MetadataPlanner(films, clock=lambda: NOW).generate_plan().item(file_id)
    assert (item.risk_level, item.result_people) == ("blocked", ["Bo", "A;B", "Cy", "Eve"])
    [reason] = [issue.message for issue in item.issues if issue.code == "invalid_person_name"]
    assert "A;B" in reason
    decisions.change_people([file_id], remove=["A;B"])
    item = MetadataPlanner(films, clock=lambda: NOW).generate_plan().item(file_id)
    assert (item.can_update, item.result_people) == (True, ["Bo", "Cy", "Eve"])


def test_bulk_edit_includes_copies(films: Database, bulk: BulkEdits, decisions: Decisions) -> None:
    assert bulk.preview([ids(films)["a.mp4"]], add=["Eve"]).added == {"Eve": 2}
    assert decisions.change_people([ids(films)["a.mp4"]], add=["Eve"]).files == 2
    assert results(films)["b"] == ["Ann", "Bo", "Eve"]


def test_last_person_can_be_removed(films: Database, bulk: BulkEdits, decisions: Decisions) -> None:
    everybody = ["Ann", "Bo", "Cy"]

    assert bulk.preview(EVERYONE, remove=everybody).emptied == 3
    decisions.change_people(EVERYONE, remove=everybody)
    assert results(films) == {"a": [], "b": [], "c": []}


def test_person_replaces_another(films: Database, decisions: Decisions) -> None:
    report = decisions.replace_person(EVERYONE, "ANN", "Zoë Öz")

    assert results(films) == {"a": ["Zoë Öz", "Bo"], "b": ["Zoë Öz", "Bo"], "c": ["Bo", "Cy"]}
    assert report.label == "replaced ANN with Zoë Öz in 2 files"
    decisions.replace_person(EVERYONE, "Zoë Öz", "bo")  # already in the file: no second entry
    assert results(films)["a"] == ["bo"]


def test_removed_person_includes_other_spellings(films: Database, decisions: Decisions) -> None:
    PeopleService(films, clock=lambda: NOW).rename("Bo", "Bob Ray")

    decisions.change_people(EVERYONE, remove=["bo"])
    assert results(films) == {"a": ["Ann"], "b": ["Ann"], "c": ["Cy"]}


def test_preview_matches_edit(films: Database, bulk: BulkEdits, decisions: Decisions) -> None:
    before = results(films)
    seen = bulk.preview(EVERYONE, add=["Eve"], remove=["Bo"])
    replaced = bulk.preview(EVERYONE, replace=("Bo", "Eve"))

    assert results(films) == before
    assert decisions.list() == []
    assert (seen.files, seen.changed, seen.added, seen.removed) == (4, 4, {"Eve": 4}, {"Bo": 3})
    assert [(each.file_name, each.before, each.after) for each in seen.examples][-2] == (
        "c.mp4",
        ["Bo", "Cy"],
        ["Cy", "Eve"],
    )
    assert [each.after for each in replaced.examples] == [["Ann", "Eve"], ["Ann", "Eve"], ["Eve", "Cy"]]
    decisions.change_people(EVERYONE, add=["Eve"], remove=["Bo"])
    assert {each.file_name[0]: each.after for each in seen.examples} == results(films)


def test_selection_contains_its_files(films: Database, bulk: BulkEdits, decisions: Decisions) -> None:
    found = ids(films)
    chosen = Selection(query=EVERYONE, excluded=frozenset({found["c.mp4"]}), included=frozenset({found["a.mp4"]}))

    assert bulk.people_in(chosen).files == 2
    decisions.postpone(chosen)
    assert {row.file_id for row in decisions.list()} == {found["a.mp4"], found["b.mp4"]}


@pytest.mark.parametrize(
    ("add", "remove", "error", "sentence"),
    [
        (["x;y"], [], errors.ValidationError, "x;y"),
        ([], [], errors.UsageError, "Name at least one person"),
        (["Ann"], [" ann"], errors.UsageError, "added and removed"),
    ],
)
def test_invalid_target_is_refused(
    bulk: BulkEdits, decisions: Decisions, add: list[str], remove: list[str], error: type[Exception], sentence: str
) -> None:
    for ask in (decisions.change_people, bulk.preview):
        with pytest.raises(error, match=sentence):
            ask(EVERYONE, add=add, remove=remove)
    with pytest.raises(errors.UnknownIdError, match="id 99"):
        decisions.change_people([1, 99], add=["Eve"])
    assert decisions.list() == []


def test_bulk_statement_count_does_not_depend_on_file_count(database: Database) -> None:
    names = [f"{number:04}" for number in range(2000)]
    store(database, [scanned(f"{name}.mp4") for name in names])
    PeopleService(database, clock=lambda: NOW).add(at(*names), ["Ann"])
    PeopleService(database, clock=lambda: NOW).add(at(names[0]), ["Eve", "Cy", "Bo"])  # a new person costs statements
    decisions, bulk = Decisions(database, clock=lambda: NOW), BulkEdits(database, clock=lambda: NOW)
    everything, some = "name:mp4", "name:000"

    def statements(act: object) -> int:
        before = database.statements
        assert callable(act)
        act()
        return database.statements - before

    planner = MetadataPlanner(database, clock=lambda: NOW)
    planner.generate_plan()
    spent: dict[str, list[int]] = {"many": [], "few": []}
    for which, target in (("few", some), ("many", everything)):
        for act in (
            lambda target=target: bulk.people_in(target),
            lambda target=target: bulk.preview(target, add=["Eve"], remove=["Ann"]),
            lambda target=target: decisions.change_people(target, add=["Eve"]),
            lambda target=target: decisions.replace_person(target, "Eve", "Cy"),
            lambda target=target: decisions.edit(target, ["Bo"]),
            lambda target=target: decisions.set_mode(target, mode="exact"),
            lambda target=target: decisions.postpone(target),
            lambda target=target: decisions.end_postponements(f"{target} postponed:yes"),
            lambda target=target: decisions.revoke_of(target, ["mode"]),
        ):
            planner.generate_plan()  # so that no action uses the marks of another
            spent[which].append(statements(act))

    assert spent["many"] == spent["few"]
    assert max(spent["few"]) < 40
    assert results(database)["1999"] == ["Bo"]


# --- templates -----------------------------------------------------------------------------------------------------


@pytest.fixture
def templates(films: Database, bulk: BulkEdits, decisions: Decisions) -> Templates:
    return Templates(films, decisions, bulk, clock=lambda: NOW)


def test_template_adds_its_people(films: Database, templates: Templates, decisions: Decisions) -> None:
    templates.save("Family", people=["Eve", " Ann "])

    seen = templates.preview("family", EVERYONE)
    assert decisions.list() == []
    assert (seen.changed, seen.added) == (4, {"Eve": 4, "Ann": 2})
    report = templates.apply("FAMILY", EVERYONE)
    assert report.label == "applied “Family” to 4 files"
    assert results(films)["c"] == ["Bo", "Cy", "Eve", "Ann"]


def test_template_finds_and_replaces(films: Database, templates: Templates) -> None:
    templates.save("fix", replace=("bo", "Bob Ray"))

    assert templates.preview("fix", EVERYONE).changed == 3
    templates.apply("fix", EVERYONE)
    assert results(films) == {"a": ["Ann", "Bob Ray"], "b": ["Ann", "Bob Ray"], "c": ["Bob Ray", "Cy"]}


def test_template_names_are_unique(templates: Templates) -> None:
    templates.save("Family", people=["Eve"])
    templates.save("FAMILY", people=["Cy"])
    templates.save("A", replace=("x", "y"))

    assert [(each.name, each.people, each.old_person) for each in templates.list()] == [
        ("A", [], "x"),
        ("FAMILY", ["Cy"], None),
    ]
    templates.remove("family")
    assert [each.name for each in templates.list()] == ["A"]
    for ask in (templates.get, templates.remove, lambda name: templates.apply(name, EVERYONE)):
        with pytest.raises(errors.UnknownIdError, match="no template “family”"):
            ask("family")


@pytest.mark.parametrize(
    ("name", "people", "replace", "sentence"),
    [
        (" ", ["Ann"], None, "1 to 100 characters"),
        ("n" * 101, ["Ann"], None, "1 to 100 characters"),
        ("n", [], None, "Name one of the two"),
        ("n", ["Ann"], ("x", "y"), "Name one of the two"),
        ("n", [], (" ", "y"), "Name the person to replace"),
        ("n", ["x;y"], None, "x;y"),
        ("n", [], ("x", "y|z"), "y\\|z"),
    ],
)
def test_invalid_template_is_refused(
    templates: Templates, name: str, people: list[str], replace: tuple[str, str] | None, sentence: str
) -> None:
    with pytest.raises(errors.IndexiumError, match=sentence):
        templates.save(name, people=people, replace=replace)
    assert templates.list() == []
