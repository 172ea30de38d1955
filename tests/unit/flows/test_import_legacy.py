"""Import of a legacy .db file as a whole: history, matches, and databases that are damaged or in use."""

from __future__ import annotations

import hashlib
import pickle
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from indexium_core import errors
from indexium_core.files.fingerprint import legacy_hash
from indexium_core.flows.people.people_service import PeopleService
from indexium_core.model.operations.operation import MetadataOperation
from indexium_core.store.database import Database
from indexium_core.store.operations.ledger import Ledger
from indexium_core.store.operations.ledger_rows import OperationSearch
from tests.support import legacy_db
from tests.support.catalog import NOW, ids, people_of, scanned, store


@pytest.fixture
def people(database: Database) -> PeopleService:
    return PeopleService(database, clock=lambda: NOW)


def operations(database: Database) -> list[MetadataOperation]:
    return Ledger(database).operations(OperationSearch(), page=1, per_page=0)[0]


def items(database: Database, operation: MetadataOperation) -> list[Any]:
    return Ledger(database).items(operation.id, statuses=(), page=1, per_page=0)[0]


def test_operations_are_in_the_history_with_their_origin(
    database: Database, people: PeopleService, tmp_path: Path
) -> None:
    store(database, [scanned("a.mp4"), scanned("b.mp4")])
    report = people.import_file(legacy_db.make(tmp_path / "old.db", legacy_db.HISTORY))

    last, rollback, first = operations(database)
    assert (report.operations, report.known_operations, report.problems) == (3, 0, [])
    assert [each.origin for each in (last, rollback, first)] == ["old.db"] * 3
    assert (first.user_note, first.status, f"{first.started_at:%Y-%m-%d %H:%M %Z}") == (
        "First tags",
        "completed_with_errors",
        "2024-05-01 10:00 UTC",
    )
    assert (first.file_count, first.success_count, first.failure_count, first.tags_added) == (2, 1, 1, 1)
    assert (rollback.operation_type, rollback.tags_removed) == ("rollback", 1)
    assert (last.status, last.skipped_count, last.can_resume) == ("cancelled", 1, False)
    failed, written = items(database, first)
    assert (written.previous_comment, written.new_comment, written.tags_added) == ("holiday", "People: Ann", ["Ann"])
    assert (written.file_id, failed.message) == (ids(database)["a.mp4"], "disk full")
    (skipped,) = items(database, last)
    assert (skipped.status, skipped.tags_added, skipped.file_path) == ("skipped", [], "/elsewhere/c.mp4")


def test_legacy_operation_cannot_be_rolled_back(database: Database, people: PeopleService, tmp_path: Path) -> None:
    store(database, [scanned("a.mp4"), scanned("b.mp4")])
    people.import_file(legacy_db.make(tmp_path / "old.db", legacy_db.HISTORY))

    for operation in operations(database):
        assert not operation.can_rollback
        assert "there are no backups" in operation.rollback_reason
        assert Ledger(database).candidates(operation.id) == []


def test_second_import_changes_nothing(database: Database, people: PeopleService, tmp_path: Path) -> None:
    store(database, [scanned("a.mp4"), scanned("b.mp4")])
    path = legacy_db.make(tmp_path / "old.db", legacy_db.HISTORY)
    assert people.check_import(path).report.operations == 3
    assert operations(database) == []
    people.import_file(path)
    before = database.read().execute("FROM metadata_operations").fetchall()
    before += database.read().execute("FROM metadata_operation_items").fetchall()
    report = people.import_file(path)

    after = database.read().execute("FROM metadata_operations").fetchall()
    after += database.read().execute("FROM metadata_operation_items").fetchall()
    assert (report.operations, report.known_operations) == (0, 3)
    assert after == before


def test_continued_operation_is_updated(database: Database, people: PeopleService, tmp_path: Path) -> None:
    path = legacy_db.make(tmp_path / "old.db", legacy_db.HISTORY)
    people.import_file(path)
    ids_before = [each.id for each in operations(database)]
    with legacy_db.opened(path) as old:
        old.execute("UPDATE metadata_operations SET status = 'completed' WHERE id = 5")
        old.execute("UPDATE metadata_operation_items SET status = 'success' WHERE operation_id = 5")
        old.execute("INSERT INTO metadata_operations (operation_type, status) VALUES ('write', 'completed')")
    report = people.import_file(path)

    newest, last, *_ = operations(database)
    assert (report.operations, report.known_operations) == (1, 3)
    assert (last.status, last.success_count) == ("completed", 1)
    assert [item.status for item in items(database, last)] == ["success"]
    assert [each.id for each in operations(database)] == [newest.id, *ids_before]


def test_history_of_an_unmatched_file_follows_a_scan(database: Database, people: PeopleService, tmp_path: Path) -> None:
    people.import_file(legacy_db.make(tmp_path / "old.db", legacy_db.HISTORY))
    store(database, [scanned("a.mp4")])

    *_, first = operations(database)
    assert ids(database)["a.mp4"] in {item.file_id for item in items(database, first)}
    left = database.read().execute("SELECT file_name FROM legacy_files ORDER BY ALL").fetchall()
    assert left == [("b.mp4",), ("c.mp4",)]


def legacy_hash_of(content: bytes) -> str:
    """The rule of `legacy-schema.md`, written anew."""
    chunk = 65_536
    digest = hashlib.sha256(content[: 10 * chunk])
    further = (len(content) - 10 * chunk) // chunk
    if further > 0:
        start = max(10 * chunk, len(content) - 10 * chunk)
        digest.update(content[start : start + min(10, further) * chunk])
    return digest.hexdigest()


@pytest.mark.parametrize("size", [0, 1, 655_360, 655_361, 720_895, 720_896, 1_310_719, 1_310_720, 1_376_256, 2_000_001])
def test_legacy_hash_follows_its_rule(tmp_path: Path, size: int) -> None:
    content = bytes(number % 251 for number in range(size))
    path = tmp_path / "film.mp4"
    path.write_bytes(content)
    assert legacy_hash(bytes(path)) == legacy_hash_of(content)


def moved_film(database: Database, tmp_path: Path) -> str:
    """Store /films/a.mp4 (another film) and the film that was there, now elsewhere; return its legacy hash."""
    content = b"film" * 400_000
    moved = tmp_path / "moved.mp4"
    moved.write_bytes(content)
    store(database, [scanned("a.mp4")])
    store(database, [scanned(bytes(moved), size=len(content))], root=str(tmp_path))
    return legacy_hash_of(content)


def test_content_comes_before_the_path(database: Database, people: PeopleService, tmp_path: Path) -> None:
    file_hash = moved_film(database, tmp_path)
    script = f"""
        INSERT INTO scanned_files VALUES ('{file_hash}', '/films/a.mp4', NULL), ('{"0" * 64}', '/films/a.mp4', NULL);
        INSERT INTO video_people VALUES (1, '{file_hash}', 'Ann', NULL), (2, '{"0" * 64}', 'Bo', NULL);
        INSERT INTO faces (file_hash, suggested_person_name) VALUES ('{file_hash}', 'Cy');"""
    report = people.import_file(legacy_db.make(tmp_path / "old.db", script))

    there = ids(database)
    assert people_of(database) == {there[str(tmp_path / "moved.mp4")]: ["Ann"], there["a.mp4"]: ["Bo"]}
    assert (report.by_hash, report.by_path, report.unmatched, report.suggestions) == (1, 1, [], 1)
    assert report.problems == ["1 file could not be read, so only the path was compared."]  # a.mp4 is not on this disk


def test_unmatched_files_are_reported(database: Database, people: PeopleService, tmp_path: Path) -> None:
    store(database, [scanned("a.mp4")])
    script = """
        INSERT INTO scanned_files VALUES ('aa', '/films/a.mp4', ''), ('bb', '/old/b.mp4', ''), ('xx', '/old/x', '');
        INSERT INTO video_people VALUES (1, 'aa', 'Ann', NULL), (2, 'bb', 'Bo', NULL), (3, 'bb', 'Cy', NULL),
            (4, 'lost', 'Dee', NULL);
        INSERT INTO faces (file_hash, suggested_person_name) VALUES ('bb', 'Eve');"""
    report = people.check_import(legacy_db.make(tmp_path / "old.db", script)).report

    shown = [(each.path, each.people, each.suggestions, each.operations) for each in report.unmatched]
    assert shown == [("lost", 1, 0, 0), ("/old/b.mp4", 2, 1, 0)]
    assert (report.matched, report.waiting, len(report.rejected)) == (1, 2, 1)


def test_numbers_of_the_report_add_up(database: Database, people: PeopleService, tmp_path: Path) -> None:
    file_hash = moved_film(database, tmp_path)
    script = (
        legacy_db.HISTORY
        + f"""INSERT INTO scanned_files VALUES ('{file_hash}', '/films/moved.mp4', ''), ('idle', '/films/idle.mp4', ''),
            ('gone', '/old/gone.mp4', ''), ('blank', '/old/blank.mp4', ''), ('some', '/old/some.mp4', '');
        INSERT INTO video_people VALUES (1, 'aa', 'Ann', NULL), (2, 'gone', 'Bo', NULL), (3, 'lost', 'Dee', NULL),
            (4, 'some', 'unknown', NULL), (5, 'blank', ' ', NULL), (6, '{{file_hash}}', 'Cy', NULL);
        INSERT INTO faces (file_hash, suggested_person_name) VALUES ('gone', 'Eve'), ('gone', 'unknown'), ('aa', 'Eve');
        INSERT INTO metadata_operations (id, operation_type, status, started_at) VALUES (9, 'write', 'completed', '');
        INSERT INTO metadata_operation_items (operation_id, file_hash, file_path, status, new_comment)
            VALUES (9, 'idle', '/films/idle.mp4', 'success', 'x');""".replace("{file_hash}", file_hash)
    )
    path = legacy_db.make(tmp_path / "old.db", script)
    for is_again in (False, True):
        preview, report = people.check_import(path).report, people.import_file(path)

        # The names: Ann, Cy | Bo | Dee has no path | a placeholder
        numbers = (report.matched, report.waiting, len(report.rejected), len(report.skipped))
        assert numbers == (2, 1, 1, 1)
        assert report.added == (0 if is_again else report.matched)
        # The files: the moved film | a.mp4 | b.mp4 and c.mp4 of the history, gone.mp4, the one without a path
        assert (report.by_hash, report.by_path) == (1, 1)
        assert {each.path: (each.people, each.suggestions, each.operations) for each in report.unmatched} == {
            "lost": (1, 0, 0),
            "/elsewhere/c.mp4": (0, 0, 1),
            "/films/b.mp4": (0, 0, 1),
            "/old/gone.mp4": (1, 1, 0),
        }
        assert sum(each.people for each in report.unmatched) == report.waiting + len(report.rejected)
        assert report.suggestions == 2
        assert (report.operations, report.known_operations) == ((0, 3) if is_again else (3, 0))
        assert preview == report
    offered = database.read().execute("SELECT file_name FROM legacy_files ORDER BY ALL").fetchall()
    assert offered == [("b.mp4",), ("c.mp4",), ("gone.mp4",)]


def test_root_is_guessed_from_the_history(database: Database, people: PeopleService, tmp_path: Path) -> None:
    store(database, [scanned("a.mp4"), scanned("b.mp4")])
    script = (
        legacy_db.HISTORY
        + """UPDATE metadata_operation_items SET file_path = 'a.mp4';
        UPDATE scanned_files SET last_known_filepath = substr(last_known_filepath, 8);"""
    )
    path = legacy_db.make(tmp_path / "old.db", script)
    check = people.check_import(path, root=people.root_for(path))
    assert (people.root_for(path), check.relative, check.report.by_path) == ("/films", True, 3)


def test_pickled_encodings_are_not_loaded(database: Database, people: PeopleService, tmp_path: Path) -> None:
    class Harm:
        def __reduce__(self) -> tuple[Any, ...]:
            return Path.touch, (tmp_path / "harm",)

    path = legacy_db.make(tmp_path / "old.db", legacy_db.HISTORY)
    with legacy_db.opened(path) as old:
        values = [pickle.dumps(Harm()), "Ann"]
        old.execute("INSERT INTO faces (file_hash, face_encoding, person_name) VALUES ('aa', ?, ?)", values)
    assert people.import_file(path).waiting == 1
    assert not (tmp_path / "harm").exists()


# --- databases that are damaged, in use, or of another program ------------------------------------------------------


def test_database_of_another_program_is_one_error(database: Database, people: PeopleService, tmp_path: Path) -> None:
    path = legacy_db.make(
        tmp_path / "kodi.db",
        schema="CREATE TABLE movie (idMovie, c00); CREATE VIEW faces AS SELECT 1 AS file_hash, 2 AS person_name;",
    )
    with pytest.raises(errors.UsageError, match="has no people and no history of Indexium"):
        people.import_file(path)


def test_history_is_imported_without_tables_of_people(
    database: Database, people: PeopleService, tmp_path: Path
) -> None:
    schema = "CREATE TABLE metadata_operations (id INTEGER PRIMARY KEY, started_at, file_count, success_count);"
    script = "INSERT INTO metadata_operations VALUES (1, 1714557600, 3, 2), (2, NULL, 1, 1), (3, 'x', 1, 1);"
    report = people.import_file(legacy_db.make(tmp_path / "old.db", script, schema=schema))

    (operation,) = operations(database)
    assert (operation.file_count, operation.success_count, operation.skipped_count) == (3, 2, 1)
    assert f"{operation.started_at:%Y-%m-%d}" == "2024-05-01"
    assert report.problems == ["2 operations without a time could not be imported."]


def test_damaged_table_is_left_out(database: Database, people: PeopleService, tmp_path: Path) -> None:
    store(database, [scanned("a.mp4"), scanned("b.mp4")])
    path = legacy_db.make(
        tmp_path / "old.db", legacy_db.HISTORY + "INSERT INTO faces (file_hash, person_name) VALUES ('aa', 'Ann');"
    )
    damage_table(path, "faces")
    report = people.import_file(path)

    assert report.operations == 3
    assert [problem.split(" cannot")[0] for problem in report.problems] == ["The table faces of the database"]
    with pytest.raises(errors.UsageError, match=r"faces .* import it without replacing"):
        people.import_file(path, replace=True)


def damage_table(path: Path, table: str) -> None:
    with legacy_db.opened(path) as old:
        (page,) = old.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", [table]).fetchone()
        (size,) = old.execute("PRAGMA page_size").fetchone()
    raw = bytearray(path.read_bytes())
    raw[(page - 1) * size : page * size] = b"\xff" * size
    path.write_bytes(raw)


def test_truncated_database_is_one_error(database: Database, people: PeopleService, tmp_path: Path) -> None:
    path = legacy_db.make(tmp_path / "old.db", legacy_db.HISTORY)
    path.write_bytes(path.read_bytes()[:-10_000])
    with pytest.raises(errors.UsageError, match="damaged or incomplete"):
        people.import_file(path)
    assert operations(database) == []


def test_value_that_is_too_large_leaves_its_table_out(
    database: Database, people: PeopleService, tmp_path: Path
) -> None:
    script = legacy_db.HISTORY + "UPDATE metadata_operation_items SET new_comment = zeroblob(20000000) WHERE id = 7;"
    report = people.import_file(legacy_db.make(tmp_path / "old.db", script))

    assert ["metadata_operation_items" in problem for problem in report.problems] == [True]
    assert report.operations == 3


def test_text_that_is_not_utf8_is_imported(database: Database, people: PeopleService, tmp_path: Path) -> None:
    bad = "CAST(x'2f66696c6d732fff' AS TEXT)"
    script = (
        legacy_db.HISTORY
        + f"""UPDATE metadata_operation_items SET file_path = {bad}, new_comment = {bad};
        UPDATE metadata_operations SET user_note = {bad}; UPDATE scanned_files SET last_known_filepath = {bad};"""
    )
    store(database, [scanned(b"/films/\xff")])
    report = people.import_file(legacy_db.make(tmp_path / "old.db", script))

    assert report.operations == 3
    assert operations(database)[0].user_note == "/films/\N{REPLACEMENT CHARACTER}"
    found = {item.file_id for item in items(database, operations(database)[2])}
    assert found == set(ids(database).values())


@pytest.mark.parametrize("mode", ["WAL", "DELETE"])
def test_database_in_use_is_imported_and_not_changed(
    database: Database, people: PeopleService, tmp_path: Path, mode: str
) -> None:
    path = legacy_db.make(tmp_path / "old.db", f"PRAGMA journal_mode = {mode};" + legacy_db.HISTORY)
    with legacy_db.opened(path) as old:
        old.execute("INSERT INTO video_people VALUES (1, 'aa', 'Ann', NULL)")
        old.execute("BEGIN IMMEDIATE")
        old.execute("INSERT INTO video_people VALUES (2, 'aa', 'Not yet', NULL)")
        raw = path.read_bytes()
        report = people.import_file(path)
        assert path.read_bytes() == raw
        old.execute("COMMIT")

    assert (report.operations, report.waiting) == (3, 1)


def test_locked_database_is_one_error(
    database: Database, people: PeopleService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = legacy_db.make(tmp_path / "old.db", legacy_db.HISTORY)
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *values, **named: connect(*values, **named | {"timeout": 0}))
    with legacy_db.opened(path) as old:
        old.execute("BEGIN EXCLUSIVE")
        with pytest.raises(errors.UsageError, match=r"is locked\. Close the program that has it open"):
            people.import_file(path)
    assert operations(database) == []


def test_interrupted_change_is_one_error(database: Database, people: PeopleService, tmp_path: Path) -> None:
    """The old program was killed during a change: its journal has to be rolled back, which needs a write."""
    path = legacy_db.make(tmp_path / "live.db", legacy_db.HISTORY)
    with legacy_db.opened(path) as old:
        old.execute("PRAGMA cache_size = 1")
        old.execute("BEGIN")
        for number in range(200):
            old.execute("INSERT INTO video_people VALUES (?, 'aa', ?, NULL)", [number, f"{number}" * 500])
        copy = tmp_path / "old.db"
        copy.write_bytes(path.read_bytes())
        copy.with_name("old.db-journal").write_bytes(path.with_name("live.db-journal").read_bytes())
    with pytest.raises(errors.UsageError, match="Open it once in the program that made it"):
        people.import_file(copy)
