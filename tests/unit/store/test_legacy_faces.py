"""Faces that a legacy program recognised: the stored facts; no person is assigned by them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from indexium_core.flows.people.people_service import PeopleService
from indexium_core.store.catalog import faces
from indexium_core.store.database import Database
from indexium_core.store.people import legacy
from tests.support.cases import each_case
from tests.support.catalog import NOW, ids, people_of, scanned, store

COLUMNS = ("person_name", "suggested_person_name", "suggested_confidence", "suggestion_status", "suggested_candidates")


def old_database(path: Path, rows: Iterable[tuple[Any, ...]], *, columns: int = len(COLUMNS)) -> Path:
    """Make a legacy database: rows are file hash and the first COLUMNS of a face."""
    told = COLUMNS[:columns]
    with sqlite3.connect(path) as old:
        old.execute("CREATE TABLE scanned_files (file_hash TEXT PRIMARY KEY, last_known_filepath TEXT NOT NULL)")
        old.executemany("INSERT INTO scanned_files VALUES (?, ?)", [("h1", "/films/a.mp4"), ("h2", "/films/b.mp4")])
        old.execute(
            f"CREATE TABLE faces (id INTEGER PRIMARY KEY, file_hash TEXT, face_encoding BLOB, {', '.join(told)})"
        )
        places = ", ".join("?" * (columns + 1))
        old.executemany(f"INSERT INTO faces (file_hash, {', '.join(told)}) VALUES ({places})", rows)
    old.close()
    return path


def brief(found: Iterable[legacy.LegacyFace]) -> list[tuple[bytes, str, float | None, int]]:
    return sorted((face.path, face.name, face.confidence, face.faces) for face in found if face.path)


def candidates(**names: float) -> str:
    return json.dumps([{"name": name, "confidence": confidence} for name, confidence in names.items()])


def test_highest_confidence_of_all_faces_counts(tmp_path: Path) -> None:
    rows = [
        ("h1", None, "Ann Lee", 0.71, "pending", None),
        ("h1", None, "Ann Lee", 0.93, "pending", None),
        ("h1", None, "Ann Lee", None, None, None),
        ("h2", None, "Ann Lee", 87, "pending", None),
        ("gone", None, "Ann Lee", 0.9, "pending", None),
    ]
    found = legacy.read(old_database(tmp_path / "old.db", rows)).faces
    assert brief(found) == [(b"/films/a.mp4", "Ann Lee", 0.93, 3), (b"/films/b.mp4", "Ann Lee", 0.87, 1)]


def test_named_and_rejected_faces_are_not_suggested(tmp_path: Path) -> None:
    rows = [
        ("h1", "Bob Ray", "Ann Lee", 0.9, "accepted", candidates(Cy=0.8)),
        ("h1", None, "Dora", 0.9, "rejected", candidates(Dora=0.9, Eve=0.5)),
        ("h2", None, None, None, None, None),
    ]
    found = legacy.read(old_database(tmp_path / "old.db", rows)).faces
    assert brief(found) == [(b"/films/a.mp4", "Eve", 0.5, 1)]


def test_other_candidates_keep_their_confidence(tmp_path: Path) -> None:
    rows = [
        ("h1", None, "Ann", 0.9, "pending", candidates(Ann=0.9, Bob=0.4, Cy=0.0)),
        ("h1", None, None, None, None, candidates(Bob=0.6)),
    ]
    found = legacy.read(old_database(tmp_path / "old.db", rows)).faces
    assert brief(found) == [(b"/films/a.mp4", "Ann", 0.9, 1), (b"/films/a.mp4", "Bob", 0.6, 2)]


@each_case("text", ["", "{", "null", "7", '"Ann"', "[1, null, {}]", '[{"name": 7}]', '[{"name": " "}]', "[" * 5000])
def test_malformed_candidates_are_ignored(tmp_path: Path, text: str) -> None:
    found = legacy.read(old_database(tmp_path / "old.db", [("h1", None, "Ann", 0.9, "pending", text)])).faces
    assert brief(found) == [(b"/films/a.mp4", "Ann", 0.9, 1)]


@pytest.mark.parametrize("columns", range(1, len(COLUMNS)))
def test_missing_columns_are_empty(tmp_path: Path, columns: int) -> None:
    row = ("h1", None, "Ann", 0.9, "rejected", None)[: columns + 1]
    found = legacy.read(old_database(tmp_path / "old.db", [row], columns=columns)).faces
    expected = {1: [], 2: [(b"/films/a.mp4", "Ann", None, 1)], 3: [(b"/films/a.mp4", "Ann", 0.9, 1)], 4: []}
    assert brief(found) == expected[columns]


@pytest.mark.parametrize("confidence", [-1, 101, float("nan"), "high", b"x"])
def test_null_confidence_is_unknown(tmp_path: Path, confidence: object) -> None:
    found = legacy.read(old_database(tmp_path / "old.db", [("h1", None, "Ann", confidence, None, None)])).faces
    assert brief(found) == [(b"/films/a.mp4", "Ann", None, 1)]


def test_import_stores_faces_as_suggestions_only(database: Database, tmp_path: Path) -> None:
    store(database, [scanned("a.mp4"), scanned("b.mp4")])
    rows = [
        ("h1", "Bob Ray", None, None, None, None),
        ("h1", None, "Ann Lee", 0.9, "pending", candidates(Cy=0.5)),
        ("h2", None, "bad;name", 0.9, "pending", None),
    ]
    people = PeopleService(database, clock=lambda: NOW)
    path = old_database(tmp_path / "old.db", rows)
    assert people.check_import(path).report.suggestions == 2
    file_id = ids(database)["a.mp4"]
    assert faces.of_file(database.read(), file_id) == []
    report = people.import_file(path)
    assert (report.matched, report.suggestions) == (1, 2)
    assert people_of(database) == {file_id: ["Bob Ray"]}
    assert sorted(faces.of_file(database.read(), file_id)) == [("Ann Lee", 0.9, 1), ("Cy", 0.5, 1)]
    assert [person.name for person in people.list()] == ["Bob Ray"]
    people.import_file(path)
    assert len(faces.of_file(database.read(), file_id)) == 2
