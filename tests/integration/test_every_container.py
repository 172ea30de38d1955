"""
Every container in every layout, written through the library and read by common programs.

One library holds all of them. It is written, compared, written again for another person, emptied of all people, and
rolled back; each test checks one property of one film. `readers.SHOWN_BY` states which program shows a comment.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model.files.scan_reports import ScanReport
from indexium_core.model.operations.operation import ItemDetails
from tests.support import places, readers, shapes
from tests.support.cases import each_case
from tests.support.effort import effort
from tests.support.oracles import oracle
from tests.support.readers import Look
from tests.support.shapes import Shape
from tests.support.studio import ALL, OLD

SOMEBODY = "Cem Oz"
# Without shared blocks, a film without room is written in this way.
ANYWHERE = {"mp4_insert_range": "mp4_copy", "mp4_reflink": "mp4_copy"}
SHAPES = shapes.EVERY | shapes.AGAIN
PEOPLE = {shape.people for shape in SHAPES.values()}
# Layouts that the tests of their container write and compare with the same programs, and those with room: the second
# write of this test has one.
ELSEWHERE = {
    *shapes.MORE, "mp4, room in front", "mp4, several mdat", "mp4, media to the end", "m4v",
    "mov, keys", "mov, key of ffmpeg", "webm, stopped",
    "jpeg, room", "png, room", "tiff, room", "webp, room", "ogv, room", "wmv, room",
}  # fmt: skip
CASES = [name for name, shape in SHAPES.items() if not shape.settings and (effort.exhaustive or name not in ELSEWHERE)]


@dataclass(frozen=True)
class Film:
    """One case, built in its place."""

    shape: Shape  # its strategy depends on the place
    path: Path


@dataclass(frozen=True)
class Journey:
    """All films, from the first write to the last rollback, by the name of the case."""

    films: dict[str, Film]
    planned: dict[str, str | None]  # the comment
    before: dict[str, Look]
    written: dict[str, Look]
    again: dict[str, Look]  # for another person
    emptied: dict[str, Look]
    restored: dict[str, tuple[str, int]]  # sha256 and modification time
    items: list[dict[str, ItemDetails]]  # of the operations
    idle: str  # the conflicts of the second write of the first plan
    rehearsed: dict[str, tuple[str, str]]  # status and strategy of the dry run before the first write …
    untouched: dict[str, tuple[str, int]]  # … and the films after it
    rescanned: ScanReport  # after the first write


def placed(after: contextlib.ExitStack, where: Path) -> dict[str, Film]:
    """Make all films; films whose file system is not available here are on a memory file system."""
    folders: dict[str, Path] = {}

    def folder(kind: str) -> Path:
        if kind not in folders:
            folders[kind] = after.enter_context(places.folder(kind, where))
        return folders[kind]

    made = {}
    for name in CASES:
        shape = SHAPES[name]
        try:
            home = folder(shape.place)
        except pytest.skip.Exception:
            home, shape = folder("memory"), replace(shape, strategy=ANYWHERE.get(shape.strategy, shape.strategy))
        path = home / f"{name}.{shape.container}"
        path.write_bytes(shapes.film(name))
        os.utime(path, (OLD, OLD))
        made[name] = Film(shape, path)
    return made


@pytest.fixture(scope="module")
def journey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    for program in ("ffmpeg", "ffprobe", "exiftool", "mediainfo", "mkvinfo", "mkvmerge"):
        oracle(program)
    where = tmp_path_factory.mktemp("every")
    with contextlib.ExitStack() as after:
        films = placed(after, where)
        with Library.open(where / "home") as library:
            yield travel(library, films)


def travel(library: Library, films: dict[str, Film]) -> Journey:
    paths = {film.path: name for name, film in films.items()}

    def look(*, media: bool = False) -> dict[str, Look]:
        return dict(zip(films, readers.look(list(paths), media=media), strict=True))

    def write(**modes: Any) -> dict[str, ItemDetails]:
        operation = library.write(library.plan(**modes), ALL)
        operation.wait()
        return {paths[Path(item.file_path)]: item for item in library.operation(operation.id, per_page=0).items}

    before = look(media=True)
    for folder in {path.parent for path in paths}:
        library.inventory.add(folder, audio=True, photos=True)
    library.scan()
    casts = {people: [film.path for film in films.values() if film.shape.people == people] for people in PEOPLE}
    for people, cast in casts.items():
        library.people.add(cast, people)
    plan = library.plan()
    ids = {item.file_id: paths[Path(item.file_path)] for item in plan.items}
    planned = {ids[item.file_id]: item.result_comment for item in plan.items}
    rehearsed = {ids[item.file_id]: (item.status, item.strategy) for item in library.dry_run(plan, ALL).items}
    untouched = states(films)
    items = [write()]
    written = look(media=True)
    rescanned = library.scan()
    try:
        idle = f"operation {library.write(plan, ALL).id}"
    except errors.UsageError as error:
        idle = error.message
    for people, cast in casts.items():
        library.people.remove(cast, people)
    library.people.add(list(paths), [SOMEBODY])
    items.append(write(mode="exact"))
    again = look()
    library.people.remove(list(paths), [SOMEBODY])
    items.append(write(mode="exact"))
    emptied = look()
    library.rollback(1, with_newer=True).wait()
    return Journey(
        films, planned, before, written, again, emptied, states(films), items, idle, rehearsed, untouched, rescanned
    )


def states(films: dict[str, Film]) -> dict[str, tuple[str, int]]:
    return {name: (readers.sha256(film.path), film.path.stat().st_mtime_ns) for name, film in films.items()}


@each_case("case", CASES)
def test_file_is_written_by_expected_strategy(journey: Journey, case: str) -> None:
    item = journey.items[0][case]

    assert (item.status, item.strategy, item.message) == ("success", journey.films[case].shape.strategy, "")


@each_case("case", CASES)
def test_dry_run_reports_same_and_changes_nothing(journey: Journey, case: str) -> None:
    before, item = journey.before[case], journey.items[0][case]

    assert journey.rehearsed[case] == (item.status, item.strategy)
    assert journey.untouched[case] == (before.sha256, before.mtime_ns)


@each_case("case", CASES)
def test_programs_show_expected_comment(journey: Journey, case: str) -> None:
    comment = journey.planned[case]
    assert comment is not None
    assert all(person in comment for person in journey.films[case].shape.people)

    assert journey.written[case].shown_by(comment) == readers.shown_by(case, comment)


@each_case("case", CASES)
def test_programs_show_no_other_change(journey: Journey, case: str) -> None:
    before = journey.before[case].known
    for look in (journey.written, journey.again, journey.emptied):
        for program, known in look[case].known.items():
            if program != "complaints":
                assert known == before[program], program


@each_case("case", CASES)
def test_packets_are_equal_and_ffmpeg_reports_no_new_problem(journey: Journey, case: str) -> None:
    before, after = journey.before[case].known, journey.written[case].known

    assert before["streams"]
    assert after["streams"] == before["streams"]
    assert after["complaints"] <= before["complaints"]


def test_nothing_remains_to_scan_or_write(journey: Journey) -> None:
    found = journey.rescanned
    assert (found.new, found.changed, found.moved, found.missing) == (0, 0, 0, 0)
    assert found.unchanged == len(CASES)
    assert journey.idle == "There is nothing to write: no selected file would change."


@each_case("case", CASES)
def test_next_write_uses_space_left_by_first(journey: Journey, case: str) -> None:
    item = journey.items[1][case]
    first, comment = journey.items[0][case].strategy, f"People: {SOMEBODY}"
    family, _, _ = first.partition("_")
    # An FLV has no padding, and FFmpeg leaves none in an Ogg.
    roomless = {"flv_copy": "flv_copy", "flv_in_place": "flv_copy", "ogg_remux": "ogg_copy"}

    assert item.status == "success"
    assert item.strategy in {roomless.get(first), f"{family}_in_place"}
    assert journey.again[case].shown_by(comment) >= readers.shown_by(case, comment)


def test_every_case_is_in_list_of_programs() -> None:
    assert set(readers.SHOWN_BY) == set(SHAPES)


@each_case("case", CASES)
def test_without_people_there_is_no_comment(journey: Journey, case: str) -> None:
    assert journey.items[2][case].status == "success"
    assert {program for program, texts in journey.emptied[case].comments.items() if texts} == set()


@each_case("case", CASES)
def test_rollback_restores_same_bytes_and_time(journey: Journey, case: str) -> None:
    before = journey.before[case]

    assert journey.restored[case] == (before.sha256, before.mtime_ns)
