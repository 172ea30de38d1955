"""Results of the checks in small libraries, and resolutions of findings."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from indexium_core import errors
from indexium_core.flows.checks.check_service import Checks
from indexium_core.flows.people.people_service import PeopleService
from indexium_core.flows.planning.planner import MetadataPlanner
from indexium_core.flows.review.decisions import Decisions
from indexium_core.flows.review.undo_steps import StepService
from indexium_core.model.check import KINDS, CheckRow
from indexium_core.model.planning.plan import PlanItem
from indexium_core.store.catalog import catalog, faces
from indexium_core.store.database import Database
from indexium_core.store.operations import legacy_history
from indexium_core.store.people import people
from indexium_core.store.people.people import AssignmentRequest
from indexium_core.store.people.people_index import PeopleIndex
from tests.support import legacy_db
from tests.support.catalog import NOW, hash_of, ids, people_of, scanned, store


class House:
    """A home with its checks, and short functions to fill it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.planner = MetadataPlanner(database, clock=lambda: NOW)
        self.decisions = Decisions(
            database, modes=self.planner.default_modes, clock=lambda: NOW, on_change=self._changed
        )
        self.people = PeopleService(database, clock=lambda: NOW)
        self.changes = 0
        self.checks = Checks(
            database,
            PeopleIndex(database),
            self.decisions,
            version=self.planner.newest_version,
            clock=lambda: NOW,
        )

    def _changed(self) -> None:
        self.changes += 1

    def films(self, comments: dict[str, str | None], content: dict[str, str] | None = None) -> None:
        store(
            self.database,
            [
                scanned(path, f"People: {named}" if named else None, content=(content or {}).get(path, ""))
                for path, named in comments.items()
            ],
        )

    def corrupt(self) -> None:
        """Let every file differ from its hash at its last verification."""
        with self.database.atomic() as tx:
            tx.execute(
                "INSERT INTO hash_cache SELECT device, inode, size, mtime_ns, file_hash, 0, $1, $1, 'x1:00' "
                "FROM scanned_files",
                [NOW],
            )

    def say(self, cast: dict[str, str]) -> None:
        wanted = [
            AssignmentRequest(name=name, path_bytes=os.fsencode(f"/films/{path}"))
            for path, names in cast.items()
            for name in names.split("; ")
        ]
        with self.database.atomic() as tx:
            people.assign(tx, wanted, at=NOW)

    def face(self, path: str, name: str) -> None:
        """Store a named face in a file."""
        with self.database.atomic() as tx:
            row = "INSERT INTO media_properties BY NAME SELECT $1::BIGINT AS file_id, $2 AS faces"
            tx.execute(row, [ids(self.database)[path], name])

    def film(self, title_id: int, *paths: str, tmdb_id: str = "") -> None:
        """Store a film with these main files, whose names perhaps have an id."""
        with self.database.atomic() as tx:
            row = "INSERT INTO movies BY NAME SELECT $1 AS id, 1 AS library_id, '' AS name_key, $2 AS title, "
            tx.execute(row + "'identified' AS state, $3 AS created_at, $3 AS updated_at", [title_id, "Ring", NOW])
            for path in paths:
                row = "INSERT INTO title_files VALUES ($1, 'movie', $2, NULL, 'main', '')"
                tx.execute(row, [ids(self.database)[path], title_id])
            if tmdb_id:
                row = "INSERT INTO title_external_ids VALUES ('movie', $1, 'tmdb', $2, 'name', $3)"
                tx.execute(row, [title_id, tmdb_id, NOW])

    def swap(self, *paths: str) -> None:
        """Store the people that an earlier version copied to files, and another recording at the path of each."""
        with self.database.atomic() as tx:
            tx.execute(
                "INSERT INTO copied_people SELECT file_hash, 'x1:other', person_id FROM video_people SEMI JOIN "
                "scanned_files USING (file_hash)"
            )
        for path in paths:
            self.films({f"reused/{path}": None}, {f"reused/{path}": f"former {path}"})
            self.say({f"reused/{path}": "Ann Lee"})
            self.films({f"reused/{path}": None}, {f"reused/{path}": f"other {path}"})

    def two_named(self, name: str) -> None:
        """Store two people with one name."""
        with self.database.atomic() as tx:
            for qualifier in ("", "aunt"):
                people.restore(tx, name, qualifier, [], at=NOW)

    def lose(self, path: str, names: str, *, is_unique: bool = True) -> None:
        """Store the people of a file of a legacy .db file that no file matches."""
        self.say({path: names})
        with self.database.atomic() as tx:
            raw = os.fsencode(f"/films/{path}")
            legacy_history.set_unmatched(tx, [], [legacy_history.UnmatchedPath(raw, is_unique)])

    def found(self, kind: str) -> list[CheckRow]:
        return self.checks.page(kind).items

    def counts(self) -> dict[str, tuple[int, int]]:
        return {group.kind: (group.total, group.dismissed) for group in self.checks.groups()}

    def item(self, path: str) -> PlanItem:
        return self.planner.generate_plan().item(ids(self.database)[path])

    def known(self) -> dict[str, list[str]]:
        by_id = {file_id: path for path, file_id in ids(self.database).items()}
        return {by_id[file_id]: names for file_id, names in people_of(self.database).items()}


@pytest.fixture
def house(database: Database) -> House:
    return House(database)


def test_consistent_library_has_no_findings(house: House) -> None:
    assert house.counts() == dict.fromkeys(KINDS, (0, 0))
    house.films({"a.mp4": "Ann Lee", "b.mp4": None, "c.mp4": "ann lee, Bob Ray"})
    house.say({"a.mp4": "Ann Lee", "b.mp4": "Ann Lee; Bob Ray", "c.mp4": "Ann Lee; Bob Ray"})
    counts = house.counts()
    assert counts.pop("spelling") == (1, 0)  # ann lee
    assert counts == {kind: (0, 0) for kind in KINDS if kind != "spelling"}


# Database and file differ.


def test_person_only_in_file_is_found(house: House) -> None:
    house.films({"a.mp4": "Ann Lee, Ghost", "b.mp4": "Ann Lee", "c.mp4": "Bob Ray", "d.mp4": None})
    house.say({"a.mp4": "Ann Lee; Bob Ray", "b.mp4": "Ann Lee", "d.mp4": "Bob Ray"})
    first, second = house.found("differ")
    assert (first.title, first.text) == (
        "a.mp4",
        "The file names Ghost; the database assigns Ann Lee and Bob Ray to it.",
    )
    assert (second.title, second.text) == ("c.mp4", "The file names Bob Ray; the database has no people for it.")
    assert (first.files[0].named, first.files[0].known) == (["Ann Lee", "Ghost"], ["Ann Lee", "Bob Ray"])
    assert second.query == ""  # no people: in no plan


def test_decided_file_has_no_finding(house: House) -> None:
    house.films(dict.fromkeys(("a.mp4", "b.mp4", "c.mp4", "d.mp4"), "Ann Lee, Ghost"))
    house.say({"a.mp4": "Ann Lee", "b.mp4": "Ann Lee", "c.mp4": "Ann Lee", "d.mp4": "Ann Lee"})
    file_ids = ids(house.database)
    house.decisions.edit([file_ids["a.mp4"]], ["Ann Lee", "Ghost"])
    house.decisions.set_mode([file_ids["b.mp4"]], mode="exact")
    assert [row.title for row in house.found("differ")] == ["c.mp4", "d.mp4"]
    with house.database.atomic() as tx:
        catalog.set_library_modes(tx, 1, people_mode="exact", comment_mode=None)
    house.decisions.set_mode([file_ids["c.mp4"]], mode="merge")
    assert [row.title for row in house.found("differ")] == ["c.mp4"]


def test_alias_in_file_counts_as_its_person(house: House) -> None:
    house.films({"a.mp4": "Ann Lee"})
    house.say({"a.mp4": "Ann Lee"})
    house.people.rename("Ann Lee", "Ann Maria Lee")
    assert house.found("differ") == []


def test_file_person_can_be_learned_or_removed(house: House) -> None:
    house.films({"a.mp4": "Ann Lee, Ghost", "b.mp4": "Ann Lee, Ghost"})
    house.say({"a.mp4": "Ann Lee", "b.mp4": "Ann Lee"})
    one, other = house.found("differ")
    assert [(resolution.code, resolution.files) for resolution in one.resolutions] == [("add", 0), ("remove", 1)]
    house.checks.resolve("differ", one.subject, "add")
    house.checks.resolve("differ", other.subject, "remove")
    assert house.found("differ") == []
    assert house.known() == {"a.mp4": ["Ann Lee", "Ghost"], "b.mp4": ["Ann Lee"]}
    assert (house.item("a.mp4").category, house.item("b.mp4").tags_to_remove) == ("unchanged", ["Ghost"])
    assert house.changes == 2


# Copies.


def test_differing_copies_are_found_and_aligned(house: House) -> None:
    same = dict.fromkeys(("a.mp4", "copy/a (1).mp4", "copy/a (2).mp4"), "film")
    house.films({"a.mp4": "Ann Lee, Cy", "copy/a (1).mp4": "Bob Ray", "copy/a (2).mp4": None, "b.mp4": "Cy"}, same)
    house.say({"a.mp4": "Ann Lee", "b.mp4": "Cy"})
    (row,) = house.found("copies")
    assert row.text == "3 files have the same content, but only some of them have Cy and Bob Ray."
    assert [file.people for file in row.files] == [["Ann Lee", "Cy"], ["Ann Lee", "Bob Ray"], ["Ann Lee"]]
    add, remove = row.resolutions
    assert (add.names, add.files, remove.files) == (("Cy", "Bob Ray"), 3, 2)
    house.checks.resolve("copies", row.subject, "add")
    assert house.found("copies") == []
    assert {tuple(house.item(path).result_people) for path in same} == {("Ann Lee", "Cy", "Bob Ray")}


def test_spellings_of_one_key_do_not_differ(house: House) -> None:
    house.films({"a.mp4": "Hans Groß", "copy.mp4": "HANS GROSS"}, dict.fromkeys(("a.mp4", "copy.mp4"), "film"))
    assert house.found("copies") == []


def test_copy_with_edit_is_aligned(house: House) -> None:
    house.films({"a.mp4": "Ann Lee, Cy", "b.mp4": "Ann Lee"}, {"a.mp4": "film", "b.mp4": "film"})
    house.say({"a.mp4": "Ann Lee"})
    with house.decisions.step() as step:
        step.edit_each({ids(house.database)["b.mp4"]: ["Ann Lee", "Dora"]})
    (row,) = house.found("copies")
    assert row.resolutions[0].names == ("Cy", "Dora")
    house.checks.resolve("copies", row.subject, "add")
    assert house.found("copies") == []
    assert house.item("b.mp4").result_people == ["Ann Lee", "Dora", "Cy"]


def test_people_are_removed_from_all_copies(house: House) -> None:
    house.films({"a.mp4": "Ann Lee, Cy", "b.mp4": "Ann Lee"}, {"a.mp4": "film", "b.mp4": "film"})
    house.say({"a.mp4": "Ann Lee"})
    house.checks.resolve("copies", house.found("copies")[0].subject, "remove")
    assert house.found("copies") == []
    assert house.item("a.mp4").tags_to_remove == ["Cy"]


# One name, two spellings.


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ("ANN LEE-SMITH", "Only letter case differs."),
        ("Ánn Lee-Smith", "Only accents, spaces or punctuation differ."),
        ("Lee-Smith Ann", "The same words in another order."),
        ("Ann Lee-Smiht", "Two letters are swapped."),
        ("Anne Lee-Smith", "One letter differs."),
    ],
)
def test_similar_spellings_are_found(house: House, other: str, why: str) -> None:
    house.films({"a.mp4": None, "b.mp4": None, "c.mp4": other})
    house.say({"a.mp4": "Ann Lee-Smith", "b.mp4": "Ann Lee-Smith; Bob Ray", "c.mp4": "Bob Ray"})
    (row,) = house.found("spelling")
    assert (row.title, row.text) == (f"Ann Lee-Smith · {other}", why)
    assert [(name.name, name.is_known, name.assigned, name.named) for name in row.names] == [
        ("Ann Lee-Smith", True, 2, 0),
        (other, False, 0, 1),
    ]
    assert row.resolutions[0].code == "unite:Ann Lee-Smith"


@pytest.mark.parametrize("known", [("Zoë Öz",), ("Zoe Oz",), ("Zoë Öz", "Zoe Oz"), ()], ids=len)
def test_merged_spelling_applies_to_all_files(house: House, known: tuple[str, ...]) -> None:
    """Whichever of the two names the database has, and whatever files contain."""
    house.films({"a.mp4": "Zoe Oz", "b.mp4": "Zoë Öz", "c.mp4": None, "d.mp4": "Bob Ray, Zoe Oz"})
    house.say({"d.mp4": "Bob Ray"} | ({"c.mp4": "; ".join(known)} if known else {}))
    (row,) = house.found("spelling")
    resolution = next(resolution for resolution in row.resolutions if resolution.code == "unite:Zoë Öz")
    assert resolution.text.startswith(
        f"Zoe Oz becomes Zoë Öz in {3 if 'Zoe Oz' in known else 2} files; the next write corrects 2 comments"
    )
    house.checks.resolve("spelling", row.subject, resolution.code)
    assert house.found("spelling") == []
    assert "Zoe Oz" not in {name for names in house.known().values() for name in names}
    assert house.item("a.mp4").result_people == ["Zoë Öz"]
    assert house.item("d.mp4").result_people == ["Bob Ray", "Zoë Öz"]
    assert house.item("a.mp4").can_update
    if known:
        assert house.item("c.mp4").result_people == ["Zoë Öz"]


def test_letter_case_is_corrected_by_edit(house: House) -> None:
    house.films({"a.mp4": "TOM OKAFOR", "b.mp4": None})
    house.say({"a.mp4": "Tom Okafor", "b.mp4": "Tom Okafor"})
    assert house.item("a.mp4").category == "unchanged"
    (row,) = house.found("spelling")
    house.checks.resolve("spelling", row.subject, "unite:Tom Okafor")
    assert (house.item("a.mp4").category, house.item("a.mp4").result_comment) == ("rewrite", "People: Tom Okafor")
    assert house.found("spelling") == []


def test_people_of_one_name_are_merged(house: House) -> None:
    house.films({"a.mp4": None})
    house.say({"a.mp4": "Kim Park; KIM PARK"})
    (row,) = house.found("spelling")
    assert row.resolutions[0].code == "unite:Kim Park"
    house.checks.resolve("spelling", row.subject, "unite:KIM PARK")
    assert house.known() == {"a.mp4": ["KIM PARK"]}
    assert house.counts()["spelling"] == (0, 0)


def test_merge_updates_spelling_in_edits(house: House) -> None:
    house.films({"a.mp4": None, "b.mp4": None})
    house.say({"a.mp4": "Zoe Oz", "b.mp4": "Zoë Öz"})
    house.decisions.edit([ids(house.database)["a.mp4"]], ["Zoe Oz", "Bob Ray"])
    house.checks.resolve("spelling", house.found("spelling")[0].subject, "unite:Zoë Öz")
    assert house.item("a.mp4").result_people == ["Zoë Öz", "Bob Ray"]
    assert house.found("spelling") == []


def test_pairs_follow_names(house: House) -> None:
    house.films({"a.mp4": None, "b.mp4": None})
    house.say({"a.mp4": "Ann Lee"})
    assert house.found("spelling") == []
    house.say({"b.mp4": "Anne Lee"})
    assert [row.subject for row in house.found("spelling")] == ["Ann Lee | Anne Lee"]
    house.say({"b.mp4": "Annie Lee"})
    assert [row.subject for row in house.found("spelling")] == ["Ann Lee | Anne Lee", "Anne Lee | Annie Lee"]
    house.people.remove(["/films/b.mp4"], ["Anne Lee"])
    assert house.found("spelling") == []


# Unknown names, and people in one file.


def test_unknown_names_are_found(house: House) -> None:
    house.films({"a.mp4": "Ghost", "b.mp4": "GHOST, Ann Lee", "c.mp4": "Zoe Oz"})
    house.say({"b.mp4": "Ann Lee", "a.mp4": "Zoë Öz"})
    ghost, zoe = house.found("unknown")
    assert (ghost.subject, ghost.file_count) == ("Ghost", 2)
    assert [resolution.code for resolution in zoe.resolutions] == ["unite:Zoë Öz", "add", "remove"]
    house.checks.resolve("unknown", "Ghost", "add")
    assert house.known()["b.mp4"] == ["Ann Lee", "Ghost"]
    house.checks.resolve("unknown", "Zoe Oz", "unite:Zoë Öz")
    assert house.item("c.mp4").result_people == ["Zoë Öz"]
    assert house.found("unknown") == []


def test_name_is_removed_from_every_file(house: House) -> None:
    house.films({"a.mp4": "Ghost", "b.mp4": "ghost, Ann Lee"})
    house.say({"b.mp4": "Ann Lee"})
    house.checks.resolve("unknown", house.found("unknown")[0].subject, "remove")
    assert house.found("unknown") == []
    assert house.item("a.mp4").result_people == []
    assert house.item("b.mp4").result_people == ["Ann Lee"]


def test_person_of_one_video_is_found_without_copies(house: House) -> None:
    house.films({"a.mp4": None, "a copy.mp4": None, "b.mp4": "Guest", "c.mp4": None}, {"a.mp4": "x", "a copy.mp4": "x"})
    house.say({"a.mp4": "Ann Lee; Bob Ray", "c.mp4": "Bob Ray"})
    assert [(row.subject, row.text) for row in house.found("single")] == [
        ("Ann Lee", "Only in a.mp4 and its copy."),
        ("Guest", "Only in b.mp4."),
    ]
    house.say({"c.mp4": "Ann Lee"})
    assert [row.subject for row in house.found("single")] == ["Guest"]


def test_people_of_missing_files_are_no_findings_of_names(house: House) -> None:
    house.films({"a.mp4": None, "b.mp4": "Guest"})
    house.say({"a.mp4": "Ann Lee"})
    with house.database.atomic() as tx:
        tx.execute("UPDATE scanned_files SET state = 'missing' WHERE path = '/films/a.mp4'")
    assert (house.counts()["single"], [row.subject for row in house.found("single")]) == ((1, 0), ["Guest"])


def test_similar_name_is_listed_in_one_check(house: House) -> None:
    house.films({"a.mp4": None, "b.mp4": None, "c.mp4": None})
    house.say({"a.mp4": "Ann Lee", "b.mp4": "Ann Lee", "c.mp4": "Anne Lee"})
    assert house.found("single") == []
    house.checks.ignore("spelling", ["Ann Lee | Anne Lee"])
    assert [row.subject for row in house.found("single")] == ["Anne Lee"]


# Resolutions of a finding.


def test_unmatched_file_may_be_the_file_with_its_name(house: House) -> None:
    house.films({"a.mp4": None, "b/c.mp4": None, "c.mp4": None, "d.mp4": None})
    house.lose("old/a.mp4", "Ann; Bo")
    house.lose("old/c.mp4", "Ann")  # two files here have the name
    house.lose("old/d.mp4", "Ann", is_unique=False)  # two files there have the name
    house.say({"a.mp4": "Bo", "other/d.mp4": "Cy"})
    (row,) = house.found("same_name")
    assert (row.subject, row.title, row.files[0].file_path) == ("/films/old/a.mp4", "a.mp4", "/films/a.mp4")
    assert "has Ann and Bo for /films/old/a.mp4" in row.text
    assert house.known()["a.mp4"] == ["Bo"]  # offered, not taken

    step = house.checks.resolve("same_name", row.subject, "take").step_id
    assert house.known()["a.mp4"] == ["Bo", "Ann"]
    assert house.found("same_name") == []
    assert step is not None
    StepService(house.database, clock=lambda: NOW).undo(step)
    assert house.known()["a.mp4"] == ["Bo"]
    assert [again.subject for again in house.found("same_name")] == [row.subject]


def test_ambiguous_people_of_an_unmatched_file_are_not_taken(house: House) -> None:
    house.films({"a.mp4": None})
    house.lose("old/a.mp4", "Ann")
    house.two_named("Ann")
    (row,) = house.found("same_name")
    with pytest.raises(errors.UsageError, match="“Ann” is ambiguous"):
        house.checks.resolve("same_name", row.subject, "take")
    assert [again.subject for again in house.found("same_name")] == [row.subject]


def test_one_person_is_chosen_for_all_files_with_an_ambiguous_name(house: House) -> None:
    house.films({"a.mp4": "Kim", "b.mp4": "kim, Bo", "c.mp4": "Kim", "d.mp4": "Kim", "e.mp4": "Lu"})
    house.two_named("Kim")
    house.two_named("Lu")
    ignored = house.found("ambiguous_person")[2]
    house.checks.ignore("ambiguous_person", [ignored.subject])
    first, *_, single = house.found("ambiguous_person")
    codes = [each.code for each in first.resolutions]
    assert [code.partition(":")[0] for code in codes] == ["choose", "choose", "choose_all", "choose_all"]
    assert len(single.resolutions) == 2  # the name is in one file
    assert first.resolutions[3].label == "It is Kim (aunt) in all 3 files"

    report = house.checks.resolve("ambiguous_person", first.subject, codes[3])

    assert report.text == "The database adds Kim (aunt) to the 3 files with this finding."
    assert house.found("ambiguous_person") == [single]
    counts = house.database.read().execute("SELECT person_id, count(*) FROM assigned_people GROUP BY ALL").fetchall()
    assert counts == [(int(codes[3].partition(":")[2]), 3)]
    assert report.step_id is not None
    StepService(house.database, clock=lambda: NOW).undo(report.step_id)
    assert house.counts()["ambiguous_person"] == (4, 1)
    assert house.database.read().execute("FROM assigned_people").fetchall() == []


def test_suggestions_and_history_of_an_unmatched_file_are_taken(house: House, tmp_path: Path) -> None:
    script = """
        INSERT INTO scanned_files VALUES ('aa', '/old/a.mp4', ''); INSERT INTO metadata_operations VALUES
            (1, 'write', 'completed', '2024-05-01', NULL, 1, 1, 0, NULL, NULL);
        INSERT INTO faces (file_hash, suggested_person_name) VALUES ('aa', 'Ann');
        INSERT INTO metadata_operation_items (operation_id, file_hash, file_path, status, new_comment)
            VALUES (1, 'aa', '/old/a.mp4', 'success', 'x');"""
    house.films({"a.mp4": None})
    house.people.import_file(legacy_db.make(tmp_path / "old.db", script))
    (row,) = house.found("same_name")
    assert "has 1 suggestion and 1 history entry for /old/a.mp4" in row.text
    house.checks.resolve("same_name", row.subject, "take")

    file_id = ids(house.database)["a.mp4"]
    assert [face.name for face in faces.of_file(house.database.read(), file_id)] == ["Ann"]
    assert house.database.read().execute("SELECT file_id FROM metadata_operation_items").fetchall() == [(file_id,)]
    assert house.found("same_name") == []


def test_ignored_finding_returns_when_its_facts_change(house: House) -> None:
    house.films({"a.mp4": "Ann Lee, Ghost", "b.mp4": "Ghost"})
    house.say({"a.mp4": "Ann Lee", "b.mp4": "Ann Lee"})
    assert house.counts()["differ"] == (2, 0)
    subject = house.found("differ")[0].subject
    assert house.checks.ignore("differ", [subject]) == 1
    assert house.counts()["differ"] == (1, 1)
    assert [row.subject for row in house.checks.page("differ", dismissed=True).items] == [subject]
    store(house.database, [scanned("a.mp4", "People: Ann Lee, Ghost, Zombie", mtime_ns=7)])
    assert house.counts()["differ"] == (2, 0)
    house.checks.ignore("differ", [subject])
    assert house.checks.unignore("differ", [subject, "77"]) == 1
    assert house.counts()["differ"] == (2, 0)


def test_every_kind_can_be_ignored_and_listed_again(house: House) -> None:
    same = {"a.mp4": "film", "b.mp4": "film"}
    house.films({"a.mp4": "Ann Lee, Ghost", "b.mp4": "Ann Lee", "c.mp4": "Anne Lee, Unknown", "d.mp4": "Kim"}, same)
    house.say({"a.mp4": "Ann Lee"})
    house.corrupt()
    house.lose("gone/c.mp4", "Bo")
    house.two_named("Kim")
    house.face("d.mp4", "Rosa")
    house.film(1, "a.mp4", "c.mp4", tmdb_id="603")
    house.film(2, "d.mp4", tmdb_id="603")
    house.swap("e.mp4")
    subjects = {kind: [row.subject for row in house.found(kind)] for kind in KINDS}
    numbers = {kind: len(found) for kind, found in subjects.items()}
    assert 0 not in numbers.values(), numbers
    for kind in reversed(KINDS):  # an ignored pair of spellings adds findings to `single`, which is ignored before it
        assert house.checks.ignore(kind, subjects[kind]) == numbers[kind], kind
        assert house.found(kind) == [], kind
        assert house.counts()[kind] == (0, numbers[kind]), kind
    house.database.close()
    with Database.open(house.database.home) as again:
        later = House(again)
        assert {kind: ignored for kind, (_, ignored) in later.counts().items()} == numbers
        for kind in KINDS:
            assert later.checks.unignore(kind, subjects[kind]) == numbers[kind], kind
        assert {kind: [row.subject for row in later.found(kind)] for kind in KINDS} == subjects


def test_resolved_finding_is_reported(house: House) -> None:
    house.films({"a.mp4": "Ghost"})
    house.say({"a.mp4": "Ann Lee"})
    subject = house.found("differ")[0].subject
    house.checks.resolve("differ", subject, "add")
    with pytest.raises(errors.UnknownIdError, match="has no finding with the subject"):
        house.checks.resolve("differ", subject, "add")
    with pytest.raises(errors.UnknownIdError):
        house.checks.ignore("spelling", ["no | thing"])
    with pytest.raises(errors.UsageError, match="There is no check 'nonsense'; choose one of copies"):
        house.checks.page("nonsense")


def test_unknown_resolution_is_refused(house: House) -> None:
    house.films({"a.mp4": "Ghost"})
    house.say({"a.mp4": "Ann Lee"})
    with pytest.raises(errors.UsageError, match="choose one of: add, remove"):
        house.checks.resolve("differ", house.found("differ")[0].subject, "unite:Ann Lee")


def test_page_has_its_findings(house: House) -> None:
    house.films({f"{number}.mp4": f"Guest {number}" for number in range(7)})
    pages = [house.checks.page("unknown", number, per_page=3) for number in (1, 2, 3, 4)]
    assert [[row.subject for row in page.items] for page in pages] == [
        ["Guest 0", "Guest 1", "Guest 2"],
        ["Guest 3", "Guest 4", "Guest 5"],
        ["Guest 6"],
        [],
    ]
    assert {page.total for page in pages} == {7}
    assert len(house.checks.page("unknown", per_page=0).items) == 7


def test_findings_are_cached_until_change(house: House) -> None:
    house.films({"a.mp4": "Ghost"})
    house.checks.groups()
    before = house.database.statements
    house.checks.groups()
    assert house.database.statements - before <= 2  # whether the plan is current, and whether something changed
    house.films({"b.mp4": "Spirit"})
    assert [group.total for group in house.checks.groups(max_age=3600) if group.kind == "unknown"] == [1]
    assert house.counts()["unknown"] == (2, 0)


def test_statement_count_does_not_depend_on_findings(house: House) -> None:
    def statements(kind: str) -> int:
        house.checks.page(kind)
        before = house.database.statements
        assert house.checks.page(kind).items
        return house.database.statements - before

    def fill(numbers: range) -> None:
        house.films(
            {
                f"{number}.mp4": f"Anna Lee {number:03}, Anna Lée {number:03}, Guest {number:03}, Kim {number}, Unknown"
                for number in numbers
            }
            | {f"{folder}{number}.mp4": None for folder in ("copy/", "only ") for number in numbers},
            {f"{folder}{number}.mp4": f"film {number}" for folder in ("", "copy/") for number in numbers},
        )
        house.corrupt()
        for number in numbers:
            house.lose(f"gone/only {number}.mp4", "Bo")
            house.two_named(f"Kim {number}")
            house.face(f"only {number}.mp4", f"Rosa {number}")
            house.film(number + 1, f"{number}.mp4", f"only {number}.mp4", tmdb_id=f"{number}")
            house.film(number + 101, f"copy/{number}.mp4", tmdb_id=f"{number}")
            house.say({f"only {number}.mp4": f"Ida {number}"})
        house.swap(*(f"{number}.mp4" for number in numbers))

    fill(range(2))
    few = {kind: statements(kind) for kind in KINDS}
    fill(range(2, 8))
    assert {kind: statements(kind) for kind in KINDS} == few


def test_checks_change_nothing(house: House) -> None:
    house.films({"a.mp4": "Ghost, Zoe Oz"})
    house.say({"a.mp4": "Zoë Öz"})
    before = (house.known(), house.planner.generate_plan().id, house.decisions.list())
    for kind in KINDS:
        house.found(kind)
    assert (house.known(), house.planner.generate_plan().id, house.decisions.list()) == before
    assert house.changes == 0


def test_all_file_people_can_be_learned_at_once(house: House) -> None:
    house.films({"a.mp4": "Ann Lee, Ghost", "b.mp4": "GHOST, Cy", "c.mp4": "Cy", "d.mp4": "Dora"})
    house.say({"a.mp4": "Ann Lee", "b.mp4": "Bob Ray"})
    house.checks.ignore("differ", [row.subject for row in house.found("differ") if row.title == "d.mp4"])
    assert house.checks.resolve_all("differ").text == "The database now has the people of 3 files."
    assert house.found("differ") == []
    assert [row.subject for row in house.found("unknown")] == ["Dora"]
    assert house.checks.resolve_all("unknown").files == 1
    assert house.known()["d.mp4"] == ["Dora"]
    assert house.known()["b.mp4"] == ["Bob Ray", "GHOST", "Cy"]
    with pytest.raises(
        errors.UsageError, match="only differ, faces, unknown and other_recording can be resolved all at once"
    ):
        house.checks.resolve_all("spelling")


def test_all_findings_of_kind_can_be_ignored(house: House) -> None:
    house.films({"a.mp4": "Ann Lee", "b.mp4": "Bob Ray"})
    assert house.checks.ignore_all("single") == 2
    assert house.counts()["single"] == (0, 2)
    assert house.checks.ignore_all("single") == 0


def test_alias_beside_unknown_name_is_known(house: House) -> None:
    house.films({"a.mp4": "Ann Lee, Ghost"})
    house.say({"a.mp4": "Ann Lee"})
    house.people.rename("Ann Lee", "Ann Maria Lee")
    (row,) = house.found("differ")
    assert row.resolutions[1].names == ("Ghost",)
    house.checks.resolve("differ", row.subject, "remove")
    assert house.item("a.mp4").result_people == ["Ann Maria Lee"]


# Placeholder names.


def test_placeholder_in_comments_is_one_finding(house: House) -> None:
    named = {f"{number}.mp4": "Ann Lee, Unknown" for number in range(11)} | {"x.mp4": "UNKNOWN", "y.mp4": "Ann Lee"}
    house.films(named, {"0.mp4": "film", "y.mp4": "film"})
    house.say(dict.fromkeys(named, "Ann Lee"))
    (row,) = house.found("placeholder")
    assert row.text == "12 files name the placeholder “Unknown”."
    assert (row.subject, row.title, row.file_count) == ("unknown", "Unknown", 12)
    assert [resolution.label for resolution in row.resolutions] == ["Remove from the plan of these files"]
    others = {kind: total for kind, (total, _) in house.counts().items() if kind != "placeholder"}
    assert others == dict.fromkeys(others, 0)  # the database should not add this name, and it is no misspelling


def test_placeholder_removal_can_be_undone(house: House) -> None:
    house.films({"a.mp4": "Ann Lee, Unknown", "b.mp4": "Unknown"})
    house.say({"a.mp4": "Ann Lee"})
    report = house.checks.resolve("placeholder", "unknown", "remove")
    assert house.found("placeholder") == []
    assert (house.item("a.mp4").tags_to_remove, house.item("a.mp4").result_people) == (["Unknown"], ["Ann Lee"])
    assert house.item("b.mp4").result_comment is None
    review = StepService(house.database, clock=lambda: NOW)
    assert review.undo().label == "removed the placeholder Unknown from the plan of 2 files"
    assert report.step_id is not None
    assert house.found("placeholder")[0].file_count == 2
    assert house.item("a.mp4").tags_to_remove == []


def test_placeholder_person_is_removed_and_restored_by_undo(house: House) -> None:
    """An earlier import added it as a person: the plan would write it."""
    house.films({"a.mp4": None, "b.mp4": "Unknown", "c.mp4": None})
    house.say({"a.mp4": "Ann Lee; Unknown", "b.mp4": "Unknown", "c.mp4": "Unknown"})
    before = house.known()
    (row,) = house.found("placeholder")
    assert row.text == (
        "3 files name the placeholder “Unknown” now or after a write. The database has a person of this name."
    )
    house.checks.resolve("placeholder", "unknown", "remove")
    assert house.known() == {"a.mp4": ["Ann Lee"]}
    assert [person.name for person in house.people.list()] == ["Ann Lee"]
    assert house.item("a.mp4").result_comment == "People: Ann Lee"
    assert house.item("b.mp4").tags_to_remove == ["Unknown"]
    assert {item.file_name for item in house.planner.generate_plan().items} == {"a.mp4", "b.mp4"}
    assert house.found("placeholder") == []
    StepService(house.database, clock=lambda: NOW).undo()
    assert house.known() == before
    assert len(house.found("placeholder")) == 1


def test_person_without_files_is_found(house: House) -> None:
    house.say({"waits.mp4": "unknown"})
    (row,) = house.found("placeholder")
    assert row.text == "The database has a person with the placeholder name “unknown”; no file names it."
    assert [(resolution.label, resolution.files) for resolution in row.resolutions] == [("Remove from the database", 0)]
    house.checks.resolve("placeholder", "unknown", "remove")
    assert house.people.list() == []


def test_placeholder_is_never_learned(house: House) -> None:
    house.films({"a.mp4": "Ann Lee, Unknown", "b.mp4": "Bo, Unknown", "c.mp4": "Bo"}, {"b.mp4": "f", "c.mp4": "f"})
    assert [row.resolutions[0].names for row in house.found("differ")] == [("Ann Lee",), ("Bo",), ("Bo",)]
    assert house.found("copies") == []
    house.checks.resolve_all("differ")
    assert {person.name for person in house.people.list()} == {"Ann Lee", "Bo"}


def test_placeholder_names_are_setting(house: House) -> None:
    house.films({"a.mp4": "Unknown, Nobody"})
    names = ["unknown", "nobody"]
    house.checks = Checks(
        house.database,
        PeopleIndex(house.database),
        house.decisions,
        version=house.planner.newest_version,
        placeholder_keys=lambda: frozenset(names),
        clock=lambda: NOW,
    )
    assert [row.title for row in house.found("placeholder")] == ["Nobody", "Unknown"]
    names.clear()
    assert house.found("placeholder") == []
    assert {row.title for row in house.found("unknown")} == {"Unknown", "Nobody"}


def test_copied_people_are_removed_and_come_back(house: House) -> None:
    house.films({"a.mp4": None, "b.mp4": None}, content={"a.mp4": "a", "b.mp4": "b"})
    house.say({"a.mp4": "Ann Lee; Bob Ray", "b.mp4": "Bob Ray"})
    with house.database.atomic() as tx:
        [bob] = people.find(tx, ["Bob Ray"])["Bob Ray"]
        tx.execute("INSERT INTO copied_people VALUES ($1, $2, $3)", [hash_of("a"), hash_of("b"), bob])
    [row] = house.found("copied_people")
    assert (row.title, row.resolutions[0].names) == ("a.mp4", ("Bob Ray",))
    report = house.checks.resolve("copied_people", row.subject, "forget")

    assert house.known() == {"a.mp4": ["Ann Lee"], "b.mp4": ["Bob Ray"]}
    assert house.found("copied_people") == []
    assert report.step_id is not None
    StepService(house.database, on_change=house._changed, clock=lambda: NOW).undo(report.step_id)
    assert sorted(house.known()["a.mp4"]) == ["Ann Lee", "Bob Ray"]


def test_people_of_another_recording_wait_as_a_question(house: House) -> None:
    house.films({"a.mp4": None}, content={"a.mp4": "a"})
    house.say({"a.mp4": "Ann Lee"})
    house.films({"a.mp4": None}, content={"a.mp4": "b"})
    [row] = house.found("other_recording")
    assert ids(house.database)["a.mp4"] not in people_of(house.database)
    assert house.checks.ignore("other_recording", [row.subject]) == 1
    assert house.found("other_recording") == []
    assert house.checks.unignore("other_recording", [row.subject]) == 1
    house.checks.resolve("other_recording", row.subject, "add")

    assert people_of(house.database)[ids(house.database)["a.mp4"]] == ["Ann Lee"]
    assert house.found("other_recording") == []
