"""People in the database: import, changes by hand, export, and names."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
import unicodedata
from dataclasses import asdict, fields
from pathlib import Path

import pytest

from indexium_core import errors
from indexium_core.flows.people.people_service import PeopleService
from indexium_core.flows.review.decisions import Decisions
from indexium_core.model.people import placeholders
from indexium_core.model.people.import_report import RejectedRow
from indexium_core.model.people.person import AssignmentRow
from indexium_core.store.catalog import catalog
from indexium_core.store.database import Database
from indexium_core.store.people import people as store_people
from tests.support.catalog import NOW, ROOT, hash_of, ids, marked, people_of, scanned, store


@pytest.fixture
def people(database: Database) -> PeopleService:
    return PeopleService(database, clock=lambda: NOW)


def csv_file(folder: Path, *rows: str, header: str = "path,person") -> Path:
    path = folder / "people.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8", errors="surrogateescape")
    return path


def names(database: Database) -> dict[str, list[str]]:
    """Return the people of each file, by its path below the root."""
    by_id = {file_id: path for path, file_id in ids(database).items()}
    return {by_id[file_id]: found for file_id, found in people_of(database).items()}


# --- import ------------------------------------------------------------------------------------------------------


def test_import_counts_matched_waiting_and_rejected(database: Database, people: PeopleService, tmp_path: Path) -> None:
    store(database, [scanned("a.mp4"), scanned("b.mp4")])
    marked(database)
    rows = ["a.mp4,Bo", "a.mp4, Ann  Lee ", "new.mp4,Bo", "b.mp4,x;y", "b.mp4,", 'b.mp4,"a ""b"""']
    report = people.import_file(csv_file(tmp_path, *rows), root=ROOT)

    assert (report.matched, report.waiting, report.added, report.files) == (2, 1, 2, 1)
    assert [row.line for row in report.rejected] == [5, 6, 7]
    assert report.rejected[1] == RejectedRow(line=6, where="line 6", reason="the row names no people")
    assert names(database) == {"a.mp4": ["Bo", "Ann Lee"]}
    assert marked(database) == {1}


def test_repeated_import_changes_nothing(database: Database, people: PeopleService, tmp_path: Path) -> None:
    store(database, [scanned("a.mp4")])
    path = csv_file(tmp_path, "a.mp4,Bo", "new.mp4,Bo")
    people.import_file(path, root=ROOT)
    marked(database)
    report = people.import_file(path, root=ROOT)

    assert (report.matched, report.waiting, report.added) == (1, 1, 0)
    assert marked(database) == set()


def test_scan_matches_waiting_people(database: Database, people: PeopleService, tmp_path: Path) -> None:
    people.import_file(csv_file(tmp_path, "a.mp4,Bo", "a.mp4,Ann", "b.mp4,Cy"), root=ROOT)
    store(database, [scanned("a.mp4")])

    assert names(database) == {"a.mp4": ["Bo", "Ann"]}
    assert marked(database) == {1}
    store(database, [scanned("b.mp4")])
    assert names(database) == {"a.mp4": ["Bo", "Ann"], "b.mp4": ["Cy"]}


def test_waiting_people_are_added_to_present_ones(database: Database, people: PeopleService, tmp_path: Path) -> None:
    store(database, [scanned("a.mp4", content=1)])
    people.import_file(csv_file(tmp_path, "copy.mp4,Bo", "copy.mp4,Ann", "a.mp4,Ann"), root=ROOT)
    store(database, [scanned("copy.mp4", content=1)])

    assert names(database) == {"a.mp4": ["Ann", "Bo"], "copy.mp4": ["Ann", "Bo"]}
    assert database.read().value("SELECT count(*) FROM video_people") == 2


def test_people_without_hash_belong_to_path(database: Database, people: PeopleService, tmp_path: Path) -> None:
    empty = scanned("empty.mp4", state="empty", file_hash=None)
    store(database, [empty])
    people.import_file(csv_file(tmp_path, "empty.mp4,Bo"), root=ROOT)

    assert names(database) == {"empty.mp4": ["Bo"]}
    store(database, [scanned("empty.mp4", content=1)])
    assert database.read().value("SELECT file_hash FROM video_people") == hash_of(1)


def test_people_by_hash_wait_for_scan(database: Database, people: PeopleService, tmp_path: Path) -> None:
    report = people.import_file(csv_file(tmp_path, f"{hash_of(1)},Bo", header="file_hash,person"))
    assert (report.matched, report.waiting) == (0, 1)
    store(database, [scanned("x.mp4", content=1)])

    assert names(database) == {"x.mp4": ["Bo"]}


def test_known_hash_precedes_path_and_known_path_precedes_unknown_hash(
    database: Database, people: PeopleService, tmp_path: Path
) -> None:
    store(database, [scanned("a.mp4", content=1), scanned("b.mp4", content=2)])
    rows = [f"b.mp4,{hash_of(1)},Ann", f"b.mp4,{hash_of(9)},Bo", f"z.mp4,{hash_of(9)},Cy"]
    report = people.import_file(csv_file(tmp_path, *rows, header="path,file_hash,person"), root=ROOT)

    assert names(database) == {"a.mp4": ["Ann"], "b.mp4": ["Bo"]}
    assert (report.matched, report.waiting) == (2, 1)
    assert database.read().value("SELECT file_hash FROM video_people WHERE path_bytes IS NULL ORDER BY 1 LIMIT 1")


def test_relative_paths_start_at_list_or_root(database: Database, people: PeopleService, tmp_path: Path) -> None:
    store(database, [scanned(f"{tmp_path}/sub/a.mp4"), scanned("a.mp4")], root="/")
    people.import_file(csv_file(tmp_path, "sub/a.mp4,Here", "./x/../sub//a.mp4,Too", f"{ROOT}/a.mp4,There"))
    people.import_file(csv_file(tmp_path, "a.mp4,Rooted"), root=ROOT)

    assert people_of(database) == {1: ["Here", "Too"], 2: ["There", "Rooted"]}


def test_symlink_path_finds_its_target(database: Database, people: PeopleService, tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir()
    (real / "a.mp4").touch()
    (tmp_path / "way").symlink_to(real)
    (real / "b.mp4").symlink_to("a.mp4")
    store(database, [scanned(f"{real}/a.mp4")], root=str(real))
    report = people.import_file(csv_file(tmp_path, "way/a.mp4,Ann", "way/b.mp4,Bo", "way/later.mp4,Cy"))

    assert people_of(database) == {1: ["Ann", "Bo"]}
    assert report.waiting == 1
    store(database, [scanned(f"{real}/later.mp4")], root=str(real))
    assert people_of(database)[2] == ["Cy"]


def test_path_in_another_normal_form_finds_the_only_file(
    database: Database, people: PeopleService, tmp_path: Path
) -> None:
    """A list of another system writes `é` as one character where the name on the disk has two, or vice versa."""
    one, two = (unicodedata.normalize(form, "Café Zoë") for form in ("NFC", "NFD"))
    store(database, [scanned(f"{two}/a.mp4"), scanned(f"{one} b.mp4"), scanned(f"{two} b.mp4"), scanned(f"{one}.mp4")])
    mixed = one.replace(unicodedata.normalize("NFC", "é"), unicodedata.normalize("NFD", "é"))
    rows = [f"{one}/a.mp4,Ann", f"{one} b.mp4,Bo", f"{mixed} b.mp4,Cy", f"{two}.mp4,Di"]
    report = people.import_file(csv_file(tmp_path, *rows), root=ROOT)

    assert names(database) == {f"{two}/a.mp4": ["Ann"], f"{one} b.mp4": ["Bo"], f"{one}.mp4": ["Di"]}
    assert (report.matched, report.waiting) == (3, 1)  # two files fit the third row
    assert people.remove([f"{ROOT}/{one}/a.mp4"], ["Ann"]) == 1


def test_replace_affects_only_listed_files(database: Database, people: PeopleService, tmp_path: Path) -> None:
    store(database, [scanned(f"{name}.mp4") for name in "abcde"])
    people.add([f"{ROOT}/{name}.mp4" for name in "abcde"], ["Ann", "Bo"])
    marked(database)
    rows = ["a.mp4,Bo;Cy", "b.mp4,Ann;Bo", "c.mp4,", "d.mp4,Ann;Cy;Bo"]
    report = people.import_file(csv_file(tmp_path, *rows, header="path,people"), root=ROOT, replace=True)

    assert names(database) == {
        "a.mp4": ["Bo", "Cy"],
        "b.mp4": ["Ann", "Bo"],
        "d.mp4": ["Ann", "Cy", "Bo"],
        "e.mp4": ["Ann", "Bo"],
    }
    assert (report.matched, report.files) == (7, 4)
    assert marked(database) == {1, 3, 4}


def test_replace_keeps_changed_files_in_plan(database: Database, people: PeopleService, tmp_path: Path) -> None:
    store(database, [scanned(f"{name}.mp4") for name in "abc"])
    people.add([f"{ROOT}/{name}.mp4" for name in "abc"], ["Ann", "Bo"])
    rows = ["a.mp4,Bo;Cy", "b.mp4,Ann;Cy;Bo", "c.mp4,"]
    people.import_file(csv_file(tmp_path, *rows, header="path,people"), root=ROOT, replace=True)

    assert database.read().execute("SELECT file_id FROM touched_files ORDER BY 1").fetchall() == [(1,), (3,)]


def test_replace_keeps_origin(database: Database, people: PeopleService, tmp_path: Path) -> None:
    store(database, [scanned("a.mp4")])
    people.add([f"{ROOT}/a.mp4"], ["Ann"])
    people.import_file(csv_file(tmp_path, "a.mp4,Bo", "a.mp4,Ann"), root=ROOT, replace=True)

    assert [(row.person, row.origin) for row in people.export()] == [("Bo", "import"), ("Ann", "hand")]


def test_people_without_videos_are_deleted(database: Database, people: PeopleService, tmp_path: Path) -> None:
    store(database, [scanned("a.mp4")])
    people.add([f"{ROOT}/a.mp4"], ["ann lee"])
    people.import_file(csv_file(tmp_path, "a.mp4,Ann Lee"), root=ROOT, replace=True)

    assert [row.name for row in people.list()] == ["Ann Lee"]


def test_spellings_are_two_people_until_merged(database: Database, people: PeopleService, tmp_path: Path) -> None:
    store(database, [scanned("a.mp4")])
    people.import_file(csv_file(tmp_path, "a.mp4,Zoë", "a.mp4,ZOË", "a.mp4,Zoe\u0308"), root=ROOT)

    assert names(database) == {"a.mp4": ["Zoë", "ZOË"]}


def test_unreadable_import_changes_nothing(database: Database, people: PeopleService, tmp_path: Path) -> None:
    store(database, [scanned("a.mp4")])
    path = csv_file(tmp_path, "a.mp4,Bo", '"a.mp4,Cy')

    with pytest.raises(errors.UsageError, match="line 3"):
        people.import_file(path, root=ROOT)
    assert people.export() == []


def test_legacy_database_is_imported_by_path(database: Database, people: PeopleService, tmp_path: Path) -> None:
    old = sqlite3.connect(tmp_path / "old.db")
    old.executescript(
        """CREATE TABLE scanned_files (file_hash, last_known_filepath);
           CREATE TABLE faces (file_hash, person_name); CREATE TABLE video_people (file_hash, person_name);
           INSERT INTO scanned_files VALUES ('aa', '/films/a.mp4'), ('bb', 'b.mp4');
           INSERT INTO faces VALUES ('aa', 'Ann'), ('aa', 'B"o'); INSERT INTO video_people VALUES ('bb', 'Cy');"""
    )
    old.close()
    store(database, [scanned("a.mp4"), scanned("b.mp4")])
    report = people.import_file(tmp_path / "old.db", root=ROOT)

    assert names(database) == {"a.mp4": ["Ann"], "b.mp4": ["Cy"]}
    assert [(row.person, row.origin) for row in people.export()] == [("Ann", "face"), ("Cy", "hand")]
    assert (report.matched, len(report.rejected)) == (2, 1)


def old_database(folder: Path) -> Path:
    """Return a legacy database with skipped faces and with several invalid rows."""
    path = folder / "old.db"
    old = sqlite3.connect(path)
    old.executescript(
        """CREATE TABLE scanned_files (file_hash, last_known_filepath);
           CREATE TABLE faces (id INTEGER PRIMARY KEY, file_hash, person_name, suggested_person_name);
           CREATE TABLE video_people (id INTEGER PRIMARY KEY, file_hash, person_name);
           INSERT INTO scanned_files VALUES ('aa', '/films/a.mp4'), ('bb', '/films/b.mp4');
           INSERT INTO faces VALUES (3, 'aa', 'Unknown', NULL), (5, 'aa', 'Ann', NULL), (6, 'aa', 'Ann', NULL),
               (17, 'aa', 'x;y', NULL), (18, 'bb', ' UNKNOWN ', NULL), (20, 'gone', 'Bo', NULL),
               (21, 'gone', 'unknown', NULL), (22, 'bb', NULL, 'Unknown');
           INSERT INTO video_people VALUES (9, 'bb', 'Cy'), (11, 'bb', 'a|b');"""
    )
    old.close()
    return path


def test_legacy_import_skips_unknown_and_names_row(database: Database, people: PeopleService, tmp_path: Path) -> None:
    """The legacy program wrote `Unknown` for a face that the user skipped."""
    store(database, [scanned("a.mp4"), scanned("b.mp4")])
    report = people.import_file(old_database(tmp_path), root=ROOT)

    assert names(database) == {"a.mp4": ["Ann"], "b.mp4": ["Cy"]}
    assert [person.name for person in people.list()] == ["Ann", "Cy"]
    assert [(row.where, row.reason) for row in report.skipped] == [
        ("faces, row 3", "“Unknown” is a placeholder, not a person"),
        ("faces, row 18", "“UNKNOWN” is a placeholder, not a person"),
        ("faces, row 21", "“unknown” is a placeholder, not a person"),
    ]
    assert [row.where for row in report.rejected] == ["faces, row 17", "faces, row 20", "video_people, row 11"]
    assert report.matched + report.waiting + len(report.rejected) + len(report.skipped) == 8  # names of files
    assert report.suggestions == 0
    assert [row.where for row in people.check_import(old_database_waits(tmp_path)).waiting] == ["faces, row 4"]


def old_database_waits(folder: Path) -> Path:
    path = folder / "waits.db"
    old = sqlite3.connect(path)
    old.executescript(
        """CREATE TABLE scanned_files (file_hash, last_known_filepath);
           CREATE TABLE faces (id INTEGER PRIMARY KEY, file_hash, person_name);
           INSERT INTO scanned_files VALUES ('aa', '/films/new.mp4'); INSERT INTO faces VALUES (4, 'aa', 'Ann');"""
    )
    old.close()
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("people.csv", "path,person\na.mp4,Unknown\na.mp4,Ann\nb.mp4,unknown\n"),
        ("people.csv", "path,people\na.mp4,Unknown;Ann\nb.mp4,unknown\n"),
        ("people.json", '{"a.mp4": ["Unknown", "Ann"], "b.mp4": "UNKNOWN"}'),
    ],
)
@pytest.mark.parametrize("replace", [False, True])
def test_import_skips_placeholders(
    database: Database, people: PeopleService, tmp_path: Path, name: str, text: str, *, replace: bool
) -> None:
    store(database, [scanned("a.mp4"), scanned("b.mp4")])
    people.add([f"{ROOT}/b.mp4"], ["Bo"])
    (tmp_path / name).write_text(text, encoding="utf-8")
    report = people.import_file(tmp_path / name, root=ROOT, replace=replace)

    assert names(database) == {"a.mp4": ["Ann"], "b.mp4": ["Bo"]}
    assert (report.matched, report.waiting, len(report.rejected), len(report.skipped)) == (1, 0, 0, 2)


def test_placeholder_cannot_be_added(database: Database, people: PeopleService) -> None:
    store(database, [scanned("a.mp4")])
    refused = r"“Unknown” is a placeholder, not a person; the setting placeholder_names lists such names\."
    with pytest.raises(errors.ValidationError, match=refused):
        people.add([f"{ROOT}/a.mp4"], ["Ann", "Unknown"])
    with pytest.raises(errors.ValidationError, match=refused):
        people.add_to_files(list(ids(database).values()), ["Unknown"])
    assert people.list() == []


def test_comments_add_no_placeholder(database: Database, people: PeopleService) -> None:
    store(database, [scanned("a.mp4", "People: Ann, Unknown"), scanned("b.mp4", "People: Unknown")])
    report = people.take_from_files()

    assert [person.name for person in people.list()] == ["Ann"]
    assert [row.where for row in report.skipped] == [f"{ROOT}/a.mp4", f"{ROOT}/b.mp4"]


def test_placeholder_names_are_setting(database: Database, tmp_path: Path) -> None:
    people = PeopleService(database, placeholder_keys=lambda: placeholders.keys("nobody, ??"), clock=lambda: NOW)
    store(database, [scanned("a.mp4")])
    report = people.import_file(csv_file(tmp_path, "a.mp4,Unknown", "a.mp4,Nobody", "a.mp4,??"), root=ROOT)

    assert (names(database), len(report.skipped)) == ({"a.mp4": ["Unknown"]}, 2)


def test_import_statement_count_does_not_depend_on_rows(
    database: Database, people: PeopleService, tmp_path: Path
) -> None:
    def cost(rows: int) -> int:
        before = database.statements
        people.import_file(csv_file(tmp_path, *(f"{number}.mp4,P {number % 7}" for number in range(rows))), root=ROOT)
        return database.statements - before

    cost(1)  # the first change of an actor is recorded by more statements
    assert cost(2) == cost(3000)


# --- export ------------------------------------------------------------------------------------------------------


def test_export_can_be_imported_again(database: Database, people: PeopleService, tmp_path: Path) -> None:
    odd = [b"/films/\xff.mp4", "/films/é,\"'\n.mp4".encode()]
    store(database, [scanned(path, content=at) for at, path in enumerate(odd)])
    people.import_file(_json(tmp_path, {os.fsdecode(odd[1]): ["Ann, Jr", "=Bo"], "later.mp4": ["Cy"]}), root=ROOT)
    people.add([Path(os.fsdecode(odd[0]))], ["Dee"])
    first = people.export()
    assert [row.path_raw for row in first] == ["", "", "", "/films/%FF.mp4"]

    rows = [[row.path, row.path_raw, row.person] for row in first]
    path = csv_file(tmp_path, *(",".join(_quoted(cell) for cell in row) for row in rows), header="path,path_raw,person")
    report = people.import_file(path, root=ROOT, replace=True)

    assert report.rejected == []
    assert people.export() == first


def _json(folder: Path, content: dict[str, list[str]]) -> Path:
    path = folder / "people.json"
    path.write_text(json.dumps(content))
    return path


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def test_export_has_each_copy_and_waiting_hashes(database: Database, people: PeopleService, tmp_path: Path) -> None:
    store(database, [scanned("a.mp4", content=1), scanned("b.mp4", content=1)])
    rows = [f"{hash_of(1)},Ann", f"{hash_of(2)},Bo"]
    people.import_file(csv_file(tmp_path, *rows, header="file_hash,person"))

    assert [(row.path, row.file_hash, row.person) for row in people.export()] == [
        (f"{ROOT}/a.mp4", hash_of(1), "Ann"),
        (f"{ROOT}/b.mp4", hash_of(1), "Ann"),
        ("", hash_of(2), "Bo"),
    ]


# --- by hand -----------------------------------------------------------------------------------------------------


def test_added_people_apply_to_all_copies(database: Database, people: PeopleService) -> None:
    store(database, [scanned("a.mp4", content=1), scanned("b.mp4", content=1), scanned("c.mp4")])
    marked(database)
    report = people.add([f"{ROOT}/a.mp4"], ["Ann", " ann "])

    assert names(database) == {"a.mp4": ["Ann"], "b.mp4": ["Ann"]}
    assert (report.matched, report.files) == (1, 2)
    assert marked(database) == {1, 2}


def test_invalid_names_add_nothing(database: Database, people: PeopleService) -> None:
    with pytest.raises(errors.ValidationError, match=r"(?s)x;y.*p\|q") as caught:
        people.add([f"{ROOT}/a.mp4"], ["Ann", "x;y", "p|q"])

    assert caught.value.reason == "invalid_person_name"
    assert people.export() == []


def test_relative_path_starts_at_working_folder(
    database: Database, people: PeopleService, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    store(database, [scanned(f"{tmp_path}/a.mp4")], root=str(tmp_path))
    people.add(["a.mp4"], ["Ann"])

    assert people_of(database) == {1: ["Ann"]}


def test_removal_applies_to_every_copy_and_stays_planned(database: Database, people: PeopleService) -> None:
    store(database, [scanned("a.mp4", content=1), scanned("b.mp4", content=1), scanned("c.mp4")])
    people.add([f"{ROOT}/a.mp4", f"{ROOT}/c.mp4"], ["Ann", "Bo"])
    marked(database)

    assert people.remove([f"{ROOT}/a.mp4"], ["ANN"]) == 1
    assert names(database) == {"a.mp4": ["Bo"], "b.mp4": ["Bo"], "c.mp4": ["Ann", "Bo"]}
    assert database.read().execute("SELECT file_id FROM touched_files ORDER BY 1").fetchall() == [(1,), (2,)]
    assert marked(database) == {1, 2}


def test_removal_from_waiting_path(database: Database, people: PeopleService) -> None:
    people.add([f"{ROOT}/later.mp4"], ["Ann"])

    assert people.remove([f"{ROOT}/later.mp4"], ["Ann"]) == 1
    assert people.list() == []


def test_removal_of_unknown_name_is_reported(database: Database, people: PeopleService) -> None:
    store(database, [scanned("a.mp4")])
    people.add([f"{ROOT}/a.mp4"], ["Ann"])

    with pytest.raises(errors.UnknownIdError, match="There is no person with the name “Bo”"):
        people.remove([f"{ROOT}/a.mp4"], ["Ann", "Bo"])
    with pytest.raises(errors.UnknownIdError, match=r"There are no people for /films/b\.mp4"):
        people.remove([f"{ROOT}/a.mp4", f"{ROOT}/b.mp4"], ["Ann"])
    assert names(database) == {"a.mp4": ["Ann"]}


@pytest.mark.parametrize(
    ("comment", "in_database", "edit"),
    [
        ("People: Ann, Zed", ["Ann", "Bo"], ["Bo", "Zed"]),
        ("People: ann", ["Ann"], []),
        ("People: Zed", ["Ann", "Bo"], None),
        (None, ["Ann"], None),
        ("People: Ann", [], []),
    ],
    ids=["some_stay", "nobody_stays", "not_in_the_file", "no_comment", "only_in_the_file"],
)
def test_removal_from_files_makes_edits(
    database: Database, people: PeopleService, comment: str | None, in_database: list[str], edit: list[str] | None
) -> None:
    store(database, [scanned("a.mp4", comment)])
    people.add([f"{ROOT}/a.mp4"], in_database)
    people.remove([f"{ROOT}/a.mp4"], ["Ann"], from_files=True)

    made = [(row.kind, row.people, row.reason) for row in Decisions(database, clock=lambda: NOW).list()]
    assert made == ([] if edit is None else [("edit", edit, "removed_from_files")])


def test_removal_from_files_updates_edits(database: Database, people: PeopleService) -> None:
    store(database, [scanned("a.mp4", "People: Ann, Old")])
    people.add([f"{ROOT}/a.mp4"], ["Ann"])
    decisions = Decisions(database, clock=lambda: NOW)
    decisions.edit([1], ["Ann", "New"])
    people.remove([f"{ROOT}/a.mp4"], ["Ann"], from_files=True)

    assert [row.people for row in decisions.list()] == [["New"]]


def test_removal_from_exact_files_needs_no_edit(database: Database, people: PeopleService) -> None:
    store(database, [scanned("a.mp4", "People: Ann, Zed")])
    people.add([f"{ROOT}/a.mp4"], ["Ann", "Bo"])
    with database.atomic() as tx:
        catalog.set_library_modes(tx, 1, people_mode="exact", comment_mode=None)
    people.remove([f"{ROOT}/a.mp4"], ["Ann"], from_files=True)

    assert Decisions(database, clock=lambda: NOW).list() == []


def test_removal_from_files_includes_aliases(database: Database, people: PeopleService) -> None:
    store(database, [scanned("a.mp4", "People: Annie, Bobby")])
    people.add([f"{ROOT}/a.mp4"], ["Annie", "Bobby"])
    people.rename("Annie", "Ann")
    people.rename("Bobby", "Bob")
    people.remove([f"{ROOT}/a.mp4"], ["Ann"], from_files=True)

    assert [row.people for row in Decisions(database, clock=lambda: NOW).list()] == [["Bob"]]


# --- names -------------------------------------------------------------------------------------------------------


def test_people_list_is_searched_and_sorted(database: Database, people: PeopleService) -> None:
    store(database, [scanned("a.mp4", "People: zoë, bo"), scanned("b.mp4", "People: Bo")])
    people.add([f"{ROOT}/a.mp4", f"{ROOT}/b.mp4"], ["Zoë"])
    people.add([f"{ROOT}/a.mp4"], ["Ærø", "Bo"])
    people.add([f"{ROOT}/later.mp4"], ["Cy"])

    assert [(row.name, row.files, row.written) for row in people.list()] == [
        ("Ærø", 1, 0),
        ("Bo", 2, 2),  # the comment of b.mp4 names him, too
        ("Cy", 0, 0),
        ("Zoë", 2, 1),
    ]


def test_renamed_person_keeps_videos_and_alias(database: Database, people: PeopleService, tmp_path: Path) -> None:
    store(database, [scanned("a.mp4"), scanned("b.mp4")])
    people.add([f"{ROOT}/a.mp4"], ["Zoe Oz", "Bo"])
    marked(database)
    people.rename("zoe oz", " Zoë  Öz ")

    assert names(database) == {"a.mp4": ["Zoë Öz", "Bo"]}
    assert marked(database) == {1}
    assert store_people.aliases(database.read()) == {"zoe oz": "Zoë Öz"}
    people.import_file(csv_file(tmp_path, "b.mp4,ZOE OZ"), root=ROOT)
    assert names(database)["b.mp4"] == ["Zoë Öz"]


def test_alias_with_exact_case_wins(database: Database, people: PeopleService) -> None:
    store(database, [scanned("a.mp4"), scanned("b.mp4"), scanned("c.mp4")])
    people.add([f"{ROOT}/a.mp4"], ["Al"])
    people.add([f"{ROOT}/b.mp4"], ["AL"])
    people.rename("Al", "Bea")
    people.rename("AL", "Cy")
    people.add([f"{ROOT}/c.mp4"], ["AL"])

    assert names(database)["c.mp4"] == ["Cy"]


def test_rename_back_leaves_one_alias(database: Database, people: PeopleService) -> None:
    people.add([f"{ROOT}/a.mp4"], ["A"])
    people.rename("A", "B")
    people.rename("B", "A")

    assert [row.name for row in people.list()] == ["A"]
    assert store_people.aliases(database.read()) == {"b": "A"}


def test_rename_to_same_name_changes_nothing(database: Database, people: PeopleService) -> None:
    people.add([f"{ROOT}/a.mp4"], ["A"])
    people.rename("A", "A")

    assert store_people.aliases(database.read()) == {}


def test_rename_refuses_taken_unknown_and_invalid_names(database: Database, people: PeopleService) -> None:
    people.add([f"{ROOT}/a.mp4"], ["A", "B", "C"])
    people.rename("C", "D")

    with pytest.raises(errors.UsageError, match="Merge the two"):
        people.rename("A", "B")
    with pytest.raises(errors.UsageError, match="Merge the two"):
        people.rename("A", "C")
    with pytest.raises(errors.UnknownIdError, match="There is no person with the name “X”"):
        people.rename("X", "Y")
    with pytest.raises(errors.ValidationError):
        people.rename("A", "x;y")
    assert [row.name for row in people.list()] == ["A", "B", "D"]


def test_ambiguous_name_needs_exact_spelling(database: Database, people: PeopleService) -> None:
    store(database, [scanned("a.mp4"), scanned("b.mp4")])
    people.add([f"{ROOT}/a.mp4"], ["Ann"])
    people.add([f"{ROOT}/b.mp4"], ["ANN"])

    with pytest.raises(errors.UsageError, match="“ANN” or “Ann”"):
        people.rename("ann", "Anna")
    people.merge(["ANN"], "Ann")
    assert names(database) == {"a.mp4": ["Ann"], "b.mp4": ["Ann"]}


def test_merge_keeps_first_place(database: Database, people: PeopleService) -> None:
    store(database, [scanned("a.mp4"), scanned("b.mp4"), scanned("c.mp4")])
    people.add([f"{ROOT}/a.mp4"], ["A. Lee", "Bo", "Ann Lee"])
    people.add([f"{ROOT}/b.mp4"], ["Annie"])
    people.rename("Annie", "Annie Lee")
    people.add([f"{ROOT}/c.mp4"], ["Bo"])
    marked(database)
    people.merge(["A. Lee", "Annie Lee"], "Ann Lee")

    assert names(database) == {"a.mp4": ["Ann Lee", "Bo"], "b.mp4": ["Ann Lee"], "c.mp4": ["Bo"]}
    assert marked(database) == {1, 2}
    assert store_people.aliases(database.read()) == dict.fromkeys(("a. lee", "annie lee", "annie"), "Ann Lee")


def test_merge_needs_two_people(database: Database, people: PeopleService) -> None:
    people.add([f"{ROOT}/a.mp4"], ["A"])

    with pytest.raises(errors.UsageError, match="at least one other"):
        people.merge(["a"], "A")
    with pytest.raises(errors.UnknownIdError):
        people.merge(["A"], "Nobody")


def test_changes_notify_listeners(database: Database, tmp_path: Path) -> None:
    told: list[int] = []
    people = PeopleService(database, clock=lambda: NOW, on_change=lambda: told.append(1))
    people.add([f"{ROOT}/a.mp4"], ["A"])
    people.rename("A", "B")
    people.remove([f"{ROOT}/a.mp4"], ["B"])
    people.import_file(csv_file(tmp_path, "a.mp4,Bo"))
    people.list()

    assert len(told) == 4


# --- likely misspellings -----------------------------------------------------------------------------------------


def test_similar_people_have_their_files(database: Database, people: PeopleService) -> None:
    store(database, [scanned(f"{name}.mp4") for name in "abc"])
    people.add([f"{ROOT}/a.mp4"], ["Ann Lee", "Ann Lea", "Bob Ray"])
    people.add([f"{ROOT}/a.mp4", f"{ROOT}/b.mp4"], ["Ann Leek"])

    found = people.similar(" Ann  Leex")
    assert [(each.name, each.files, each.reason) for each in found] == [
        ("Ann Leek", 2, "one letter differs"),
        ("Ann Lee", 1, "one letter differs"),
    ]
    assert [each.name for each in people.similar("Ann Lee")] == ["Ann Leek", "Ann Lea"]
    assert people.similar("Ann Leex", limit=1) == found[:1]


# --- round trip --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["csv", "json"])
def test_export_is_restored_in_another_home(
    database: Database, people: PeopleService, tmp_path: Path, form: str
) -> None:
    films = [scanned(name) for name in ("a.mp4", "b.mp4", "c.mp4")]
    store(database, films)
    people.add([f"{ROOT}/a.mp4", f"{ROOT}/b.mp4"], ["Lee, Ann", "Bo"])
    people.split("Lee, Ann", [f"{ROOT}/b.mp4"], into="Lee, Ann", qualifier="aunt, of Bo")
    people.rename("Bo", "Bob")
    people.add([f"{ROOT}/c.mp4"], ["Cy"])
    people.rename("Cy", "Cyd")
    people.remove([f"{ROOT}/c.mp4"], ["Cyd"])
    rows = people.export()
    target = tmp_path / f"people.{form}"
    if form == "json":
        target.write_text(json.dumps({"items": [asdict(row) for row in rows], "total": len(rows)}))
    else:
        with target.open("w", newline="") as file:
            table = csv.writer(file)
            table.writerow([field.name for field in fields(AssignmentRow)])
            table.writerows(
                (row.path, row.file_hash, row.person, row.qualifier, ";".join(row.aliases), row.origin, "", "")
                for row in rows
            )
    with Database.open(tmp_path / "other") as other_database:
        store(other_database, films)
        other = PeopleService(other_database, clock=lambda: NOW)
        assert other.import_file(target).rejected == []
        assert other.export() == rows
        assert other.import_file(target, replace=True).added == 0


def test_offers_are_who_is_called_so_then_who_starts_so_then_near_names(
    database: Database, people: PeopleService
) -> None:
    store(database, [scanned("a.mp4"), scanned("b.mp4")])
    people.add([f"{ROOT}/a.mp4"], ["Zoë Öz", "Anna Zoe", "Zoe", "Bo Smith"])
    people.add([f"{ROOT}/b.mp4"], ["Anna Zoe"])
    people.rename("Bo Smith", "Bob Smith", qualifier="uncle")

    def offered(text: str) -> list[tuple[str, bool, str]]:
        return [(each.card.label, each.is_meant, each.reason) for each in people.offers(text)]

    assert offered("zoe") == [("Zoe", True, ""), ("Zoë Öz", False, ""), ("Anna Zoe", False, "")]
    assert offered(" bo  smith") == [("Bob Smith (uncle)", True, "")]  # an alias
    assert offered("bob smith (uncle)") == [("Bob Smith (uncle)", True, "")]
    assert offered("uncle") == [("Bob Smith (uncle)", False, "")]
    [(label, is_meant, reason)] = offered("Ana Zoe")
    assert (label, is_meant, bool(reason)) == ("Anna Zoe", False, True)
    assert offered("  ") == offered("Quirin") == []
    assert [each.card.files for each in people.offers("zoe", limit=1)] == [1]


def test_label_changes_name_and_qualifier(people: PeopleService) -> None:
    people.add([f"{ROOT}/a.mp4"], ["A", "Cy (B) (C)"])
    first, other = sorted((each.person_id, each.name) for each in people.list())
    assert people.relabel(first[0], " Ann Lee (aunt) ", dry_run=True).text == "A becomes Ann Lee (aunt) in 0 files."
    people.relabel(first[0], "Ann Lee (aunt)")
    assert next(each.label for each in people.list()) == "Ann Lee (aunt)"
    assert people.relabel(other[0], f" {other[1]} ").text == ""
    with pytest.raises(errors.UnknownIdError):
        people.relabel(99, "B")


def test_files_are_split_off_to_a_person_with_a_label(database: Database, people: PeopleService) -> None:
    store(database, [scanned("a.mp4"), scanned("b.mp4")])
    people.add([f"{ROOT}/a.mp4", f"{ROOT}/b.mp4"], ["Ann"])
    [ann] = people.list()
    [file_id] = [each.file_id for each in people.details(ann.person_id).files if each.file_name == "a.mp4"]
    people.split_files(ann.person_id, [file_id], label="Ann (junior)")
    assert sorted((each.label, each.files) for each in people.list()) == [("Ann", 1), ("Ann (junior)", 1)]
    assert people.card(ann.person_id) == people.details(ann.person_id).card
    with pytest.raises(errors.UnknownIdError, match="There is no person with the id 99"):
        people.card(99)
