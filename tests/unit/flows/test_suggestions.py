"""Suggestions for a file: each kind of evidence, compared with separate counts, and excluded people."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from datetime import timedelta

import pytest

from indexium_core import errors
from indexium_core.flows.people.people_service import PeopleService
from indexium_core.flows.people.suggestions import Suggestions
from indexium_core.flows.planning.planner import MetadataPlanner
from indexium_core.flows.review.decisions import Decisions
from indexium_core.model.people.suggestion import Suggestion
from indexium_core.store.catalog import catalog, faces
from indexium_core.store.catalog.faces import Face
from indexium_core.store.database import Database
from indexium_core.store.people import people
from indexium_core.store.people.people import AssignmentRequest
from indexium_core.store.people.people_index import PeopleIndex
from tests.support.catalog import NOW, hash_of, ids, scanned, store

Suggest = Callable[[str], list[Suggestion]]


@pytest.fixture
def planner(database: Database) -> MetadataPlanner:
    return MetadataPlanner(database, clock=lambda: NOW)


@pytest.fixture
def suggestions(database: Database, planner: MetadataPlanner) -> Suggestions:
    return Suggestions(database, PeopleIndex(database), planner.newest_version)


@pytest.fixture
def suggest(database: Database, suggestions: Suggestions) -> Suggest:
    return lambda path: suggestions.suggest(ids(database)[path])


def films(database: Database, cast: dict[str, str], *, comments: dict[str, str] | None = None) -> None:
    """Store files, by path, with their people ("Ann; Bob")."""
    store(database, [scanned(path, (comments or {}).get(path)) for path in cast])
    say(database, cast)


def say(database: Database, cast: dict[str, str]) -> None:
    wanted = [
        AssignmentRequest(name=name, path_bytes=os.fsencode(f"/films/{path}"))
        for path, names in cast.items()
        for name in names.split("; ")
        if name
    ]
    with database.atomic() as tx:
        people.assign(tx, wanted, at=NOW)


def brief(found: Iterable[Suggestion]) -> list[tuple[str, str, int, int]]:
    return [(each.name, each.kind, each.support, each.of) for each in found]


def test_frequent_person_of_folder_is_suggested(database: Database, suggest: Suggest) -> None:
    films(
        database,
        {
            "Lake/x.mp4": "",
            "Lake/boat.mp4": "Ann; Bob",
            "Lake/sun.mp4": "Ann",
            "Lake/rain.mp4": "Ann; Cy",
            "Lake/wind.mp4": "",
            "Lake/deep/fish.mp4": "Bob",
            "Sea/boat.mp4": "Bob",
        },
    )
    assert brief(suggest("Lake/x.mp4")) == [("Ann", "folder", 3, 4)]
    assert suggest("Lake/x.mp4")[0].reason == "Is in 3 of 4 other files of this folder."
    assert suggest("Lake/x.mp4")[0].confidence == 0.75


def test_series_suggests_people_across_folders(database: Database, suggest: Suggest) -> None:
    films(
        database,
        {
            "2019/School play, act 1.mp4": "Ann; Bob",
            "2019/School play, act 2.mp4": "",
            "elsewhere/school play (act 3).mkv": "Ann",
            "elsewhere/School yard.mkv": "Cy",
        },
    )
    assert brief(suggest("2019/School play, act 2.mp4")) == [("Ann", "series", 2, 2), ("Bob", "series", 1, 2)]
    assert suggest("2019/School play, act 2.mp4")[0].reason == (
        "Is in both other files named like “School play, act …”."
    )


def test_camera_names_use_only_neighbouring_shots(database: Database, suggest: Suggest) -> None:
    names = {f"Phone/IMG_{number:04}.mov": "Cy" for number in range(1, 9)}
    films(database, names | {"Phone/IMG_0020.mov": "", "Phone/IMG_0021.mov": "Ann", "Phone/IMG_0019.mov": "Ann"})
    told = {each.name: each for each in suggest("Phone/IMG_0020.mov")}
    assert brief([told["Ann"], told["Cy"]]) == [("Ann", "series", 2, 3), ("Cy", "folder", 8, 10)]
    assert told["Ann"].reason == "Is in 2 of 3 files numbered next to this one."


def test_support_and_lift_are_exact(database: Database, suggest: Suggest) -> None:
    together = {f"{number}/a.mp4": "Ann; Bob" for number in range(4)}
    apart = {f"x{number}/b.mp4": "Ann" for number in range(2)} | {f"y{number}/c.mp4": "Cy" for number in range(6)}
    films(database, {"z/here.mp4": "Ann"} | together | apart)
    (found,) = suggest("z/here.mp4")
    # Ann is in 7 files, with Bob in 4 of them; Bob is in 4 of the 13 files with people: 4/7 against 4/13.
    assert (found.name, found.kind, found.support, found.of) == ("Bob", "together", 4, 7)
    assert found.confidence == pytest.approx(4 / 7)
    assert found.reason == "Is in 4 of 7 files with Ann, 1.9 times as often as usual."


def test_two_shared_files_suggest_no_person(database: Database, suggest: Suggest) -> None:
    others = {f"x{number}/a.mp4": "Cy" for number in range(9)}
    films(database, {"z/here.mp4": "Ann", "0/a.mp4": "Ann; Bob", "1/a.mp4": "Ann; Bob"} | others)
    assert suggest("z/here.mp4") == []
    say(database, {"x0/a.mp4": "Ann; Bob"})
    assert brief(suggest("z/here.mp4")) == [("Bob", "together", 3, 4)]


def test_omnipresent_person_suggests_no_other_person(database: Database, suggest: Suggest) -> None:
    everywhere = {f"{number}/a.mp4": "Ann; Dora" for number in range(4)} | {
        f"d{number}/a.mp4": "Dora" for number in range(6)
    }
    films(database, {"z/here.mp4": "Ann"} | everywhere)
    assert suggest("z/here.mp4") == []


def test_misspelt_name_is_replaced(database: Database, suggest: Suggest) -> None:
    films(
        database,
        {"a.mp4": "Zoë Öz", "b/b.mp4": "Zoë Öz", "c/c.mp4": "", "d/d.mp4": "Bob Ray"},
        comments={"c/c.mp4": "People: Zoe Oz", "d/d.mp4": "People: Bob Ray"},
    )
    (found,) = suggest("c/c.mp4")
    assert (found.name, found.kind, found.replaces) == ("Zoë Öz", "near_name", "Zoe Oz")
    assert found.reason == "“Zoe Oz” in this file may be Zoë Öz (2 files): only accents, spaces or punctuation differ."
    assert suggest("d/d.mp4") == []


def test_faces_are_suggested_with_confidence(database: Database, suggest: Suggest) -> None:
    films(database, {"a.mp4": "Ann", "b/b.mp4": ""})
    rows = [
        (b"/films/a.mp4", Face(name="Bob", confidence=0.87, faces=3)),
        (b"/films/a.mp4", Face(name="ANN", confidence=0.99, faces=9)),
        (b"/films/a.mp4", Face(name="Cy", confidence=0.2, faces=1)),
        (b"/films/b/b.mp4", Face(name="Dora", confidence=None, faces=1)),
    ]
    with database.atomic() as tx:
        faces.add(tx, rows, at=NOW)
    assert brief(suggest("a.mp4")) == [("Bob", "face", 3, 0)]
    assert (
        suggest("a.mp4")[0].reason
        == "In the database of the old Indexium, 3 faces match this person (87 % confidence)."
    )
    assert suggest("b/b.mp4")[0].reason == "In the database of the old Indexium, a face matches this person."
    assert database.read().value("SELECT count(*) FROM video_people") == 1


def test_faces_wait_for_scan_and_follow_video(database: Database, suggest: Suggest) -> None:
    with database.atomic() as tx:
        faces.add(tx, [(b"/films/a.mp4", Face(name="Bob", confidence=0.9, faces=1))], at=NOW)
    store(database, [scanned("a.mp4", content="film")])
    assert [each.name for each in suggest("a.mp4")] == ["Bob"]
    store(database, [scanned("copy/b.mp4", content="film")])
    assert [each.name for each in suggest("copy/b.mp4")] == ["Bob"]


def test_repeated_import_replaces_faces(database: Database, suggest: Suggest) -> None:
    films(database, {"a.mp4": ""})
    for confidence in (0.7, 0.8):
        with database.atomic() as tx:
            faces.add(tx, [(b"/films/a.mp4", Face(name="Bob", confidence=confidence, faces=1))], at=NOW)
    assert [each.confidence for each in suggest("a.mp4")] == [0.8]


def test_removed_person_is_not_suggested(database: Database, planner: MetadataPlanner, suggest: Suggest) -> None:
    films(database, {"Lake/x.mp4": "Ann; Bob", "Lake/a.mp4": "Ann; Bob; Cy", "Lake/b.mp4": "Ann; Bob; Cy"})
    decisions = Decisions(database, modes=planner.default_modes, clock=lambda: NOW)
    file_id = ids(database)["Lake/x.mp4"]
    assert [each.name for each in suggest("Lake/x.mp4")] == ["Cy"]
    decisions.edit([file_id], ["Ann", "Cy"])
    assert suggest("Lake/x.mp4") == []
    decisions.edit([file_id], ["Ann"])  # Cy was added and removed by hand
    assert suggest("Lake/x.mp4") == []
    decisions.revoke_of([file_id], ["edit"])
    assert [each.name for each in suggest("Lake/x.mp4")] == ["Cy"]


def test_declined_person_is_not_suggested(database: Database, suggestions: Suggestions, suggest: Suggest) -> None:
    films(database, {"Lake/x.mp4": "Ann; Bob", "Lake/a.mp4": "Ann; Bob; Cy", "Lake/b.mp4": "Ann; Bob; Cy"})
    PeopleService(database, clock=lambda: NOW).remove(["/films/Lake/x.mp4"], ["Bob"])
    assert [each.name for each in suggest("Lake/x.mp4")] == ["Cy"]
    Decisions(database, clock=lambda: NOW).decline([ids(database)["Lake/x.mp4"]], ["CY"])
    assert suggest("Lake/x.mp4") == []


def test_copies_suggest_no_person(database: Database, suggest: Suggest) -> None:
    store(database, [scanned(f"Lake/{name}.mp4", content="one") for name in "abc"])
    with database.atomic() as tx:
        people.assign(tx, [AssignmentRequest(name="Ann", file_hash=hash_of("one"))], at=NOW)
    store(database, [scanned("Lake/x.mp4")])
    assert suggest("Lake/a.mp4") == []
    assert brief(suggest("Lake/x.mp4")) == [("Ann", "folder", 3, 3)]


def test_suggestion_counts_follow_changes(database: Database, planner: MetadataPlanner, suggest: Suggest) -> None:
    films(
        database,
        {"Lake/x.mp4": "", "Lake/a.mp4": "Ann", "Lake/b.mp4": "Ann; Bob"},
        comments={"Lake/a.mp4": "People: Cy"},
    )
    assert brief(suggest("Lake/x.mp4")) == [("Ann", "folder", 2, 2)]
    say(database, {"Lake/a.mp4": "Bob"})
    assert sorted(each.name for each in suggest("Lake/x.mp4")) == ["Ann", "Bob"]
    store(database, [scanned("Lake/b.mp4", "People: Cy", mtime_ns=7)])  # read again after a write of another program
    assert sorted(each.name for each in suggest("Lake/x.mp4")) == ["Ann", "Bob", "Cy"]
    store(database, [scanned("Lake/c.mp4"), scanned("Lake/d.mp4"), scanned("Lake/e.mp4")])
    assert suggest("Lake/x.mp4")[0].of == 5
    with database.atomic() as tx:  # a file without known people: no plan changes
        catalog.upsert_files(tx, 1, [scanned("Lake/d.mp4", "People: Bob", mtime_ns=8)], at=NOW + timedelta(days=1))
    assert {each.name: each.support for each in suggest("Lake/x.mp4")}["Bob"] == 3
    Decisions(database, modes=planner.default_modes, clock=lambda: NOW).edit(
        [ids(database)["Lake/c.mp4"]], ["Dora", "Cy"]
    )
    assert [(each.name, each.support) for each in suggest("Lake/x.mp4")] == [("Bob", 3), ("Cy", 3), ("Ann", 2)]


def test_alias_counts_as_its_person(database: Database, suggest: Suggest) -> None:
    films(database, {"a.mp4": "Ann Lee", "b/b.mp4": "", "c/c.mp4": "Ann Lee"})
    PeopleService(database, clock=lambda: NOW).rename("Ann Lee", "Ann Maria Lee")
    rows = [(f"/films/{path}".encode(), Face(name="Ann Lee", confidence=0.9, faces=1)) for path in ("a.mp4", "b/b.mp4")]
    with database.atomic() as tx:
        faces.add(tx, rows, at=NOW)
    assert suggest("a.mp4") == []
    assert [each.name for each in suggest("b/b.mp4")] == ["Ann Maria Lee"]


def test_suggestions_for_unknown_file_are_refused(suggestions: Suggestions) -> None:
    with pytest.raises(errors.UnknownIdError, match="no file with the id 99"):
        suggestions.suggest(99)


def test_statement_count_does_not_depend_on_library_size(database: Database, suggest: Suggest) -> None:
    def statements(path: str) -> int:
        suggest(path)
        before = database.statements
        suggest(path)
        return database.statements - before

    films(database, {"Lake/x.mp4": "", "Lake/a.mp4": "Ann", "Lake/b.mp4": "Ann"})
    few = statements("Lake/x.mp4")
    films(database, {f"Lake/{number}.mp4": f"Ann; Bob {number}" for number in range(60)})
    assert statements("Lake/x.mp4") == few
