"""Ratings that are written as soon as they are set."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from indexium_core import cli, errors, photos
from indexium_core.flows.ratings import rating_writes
from indexium_core.flows.writing.writer import MetadataWriter
from indexium_core.library import Library
from indexium_core.model.operations.operation import MetadataOperation, WriteOptions
from indexium_core.model.planning.plan import WRITABLE, Selection
from tests.support import media
from tests.support.effort import effort
from tests.support.holding import Gate, held_by_another, retry_with
from tests.support.studio import OLD
from tests.support.waiting import PATIENCE


@pytest.fixture
def films(tmp_path: Path) -> Path:
    folder = tmp_path / "films"
    folder.mkdir()
    for number in range(3):
        path = media.build("mkv", folder, name=f"{number}.mkv", comment="People: Ann", seed=number)
        os.utime(path, (OLD, OLD))
    return folder


@pytest.fixture
def library(tmp_path: Path, films: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "home") as library:
        library.scan([films])
        library.inventory.set_write_ratings(_library_id(library), "at-once")
        yield library


def _library_id(library: Library) -> int:
    [row] = library.inventory.list()
    return row.library_id


def _ids(library: Library) -> dict[str, int]:
    return {row.file_name: row.file_id for row in library.inventory.search("").items}


def _rating(library: Library, file_id: int) -> str | None:
    return library.files.file(file_id).fields.get("rating")


def _operations(library: Library) -> list[MetadataOperation]:
    return library.history().items


def _wait_for(library: Library, file_id: int, rating: str | None) -> None:
    until = time.monotonic() + 20
    while _rating(library, file_id) != rating and time.monotonic() < until:
        time.sleep(0.2)  # the question takes longer than most others
    assert _rating(library, file_id) == rating


def _wait_for_operations(library: Library, count: int) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        ended = [each for each in _operations(library) if each.status.startswith("completed")]
        if len(ended) == count:
            return
        time.sleep(0.2)
    raise AssertionError(_operations(library))


def test_ratings_are_written_at_once_together_and_alone(library: Library) -> None:
    ids = _ids(library)
    library.people.add([str(library.inventory.list()[0].path) + "/0.mkv"], ["Ann", "Bo"])
    library.decisions.set_fields([ids["0.mkv"]], {"rating": "4", "title": "Waits"})
    library.decisions.set_favorite([ids["1.mkv"]])

    _wait_for(library, ids["1.mkv"], "5")
    [operation] = _operations(library)
    assert (operation.source, operation.user_note, operation.file_count) == ("rating", "Rating of 2 files", 2)
    assert _rating(library, ids["0.mkv"]) == "4"
    [item] = library.plan().items
    assert [change.field for change in item.changes] == ["comment", "title"]

    library.rollback(operation.id).wait()
    assert [_rating(library, ids[name]) for name in ("0.mkv", "1.mkv")] == [None, None]


def test_undo_and_redo_are_written(library: Library) -> None:
    file_id = _ids(library)["0.mkv"]
    for rating in ("3", "5"):
        library.decisions.set_fields([file_id], {"rating": rating})
        _wait_for(library, file_id, rating)
    for act, rating in effort.some([("undo", "3"), ("undo", None), ("redo", "3"), ("redo", "5"), ("undo", "3")], 3):
        report = getattr(library.steps, act)()
        assert report is not None
        assert report.written == 0 or rating is not None
        _wait_for(library, file_id, rating)


def test_undo_during_the_write_is_written(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    file_id = _ids(library)["0.mkv"]
    gate = Gate(monkeypatch, free=0)
    library.decisions.set_fields([file_id], {"rating": "4"})
    assert gate.reached.wait(PATIENCE)
    library.steps.undo()
    gate.opened.set()

    _wait_for_operations(library, 2)
    assert _rating(library, file_id) is None
    library.steps.redo()
    _wait_for(library, file_id, "4")


def test_rating_is_written_again_after_an_error_that_may_pass(
    library: Library, films: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = _ids(library)
    retry_with(library, lambda: None)
    with held_by_another(films / "0.mkv"):
        library.decisions.set_fields([ids["0.mkv"]], {"rating": "4"})
        _wait_for_operations(library, 1)
        time.sleep(2)  # the end of the operation is no occasion
        assert [operation.conflict_count for operation in _operations(library)] == [1]
    monkeypatch.setattr(rating_writes, "RETRY_SECONDS", 0.0)
    library.decisions.set_fields([ids["1.mkv"]], {"rating": "2"})
    _wait_for(library, ids["1.mkv"], "2")
    _wait_for(library, ids["0.mkv"], "4")


def test_rating_waits_for_the_operation_that_uses_the_file(library: Library) -> None:
    file_id = _ids(library)["0.mkv"]
    library.decisions.set_fields([file_id], {"title": "A title"})
    plan = library.plan()
    handle = library.write(plan, WriteOptions(risk=WRITABLE))
    library.decisions.set_fields([file_id], {"rating": "2"})
    handle.wait()
    _wait_for(library, file_id, "2")
    assert {operation.status for operation in _operations(library)} == {"completed"}


def test_file_that_cannot_be_written_stays_in_the_plan(library: Library, films: Path) -> None:
    ids = _ids(library)
    (films / "0.mkv").rename(films.parent / "0.mkv")
    library.scan([films], really_gone=True)
    library.decisions.set_fields([ids["0.mkv"], ids["1.mkv"]], {"rating": "2"})
    _wait_for(library, ids["1.mkv"], "2")
    (films / "2.mkv").write_bytes((films / "2.mkv").read_bytes() + b"\0" * 64)  # another program changes it
    library.decisions.set_fields([ids["2.mkv"]], {"rating": "3"})
    time.sleep(2)
    assert _rating(library, ids["2.mkv"]) is None
    assert len([each for each in _operations(library) if each.source == "rating"]) == 2
    assert {item.file_name for item in library.plan("changed:rating").items} >= {"2.mkv"}


def test_end_of_the_process_writes_the_last_ratings(tmp_path: Path, films: Path) -> None:
    with Library.open(tmp_path / "home") as library:
        library.scan([films])
        ids = _ids(library)
        library.decisions.set_fields(list(ids.values()), {"rating": "1"})
        time.sleep(1.5)
        assert _operations(library) == []  # with the plan, by default
        library.inventory.set_write_ratings(_library_id(library), "at-once")
    with Library.open(tmp_path / "home") as library:
        assert [_rating(library, file_id) for file_id in ids.values()] == ["1", "1", "1"]


def test_selection_counts_changes_of_fields_and_comments(tmp_path: Path, films: Path) -> None:
    with Library.open(tmp_path / "home") as library:
        library.scan([films])
        ids = _ids(library)
        library.decisions.set_fields([ids["0.mkv"], ids["1.mkv"]], {"title": "A", "genre": "B"})
        library.write(library.plan(), WriteOptions(risk=WRITABLE)).wait()
        library.decisions.set_fields([ids["0.mkv"]], {"title": "C", "genre": ""})
        library.decisions.set_fields(list(ids.values()), {"rating": "3"})
        library.decisions.set_fields([ids["2.mkv"]], {"title": "C"})
        chosen = Selection(included=frozenset(ids.values()))

        found = library.plans.changes(library.plan(), chosen)
        assert found.comments == 0
        assert [(each.field, each.files, each.replaced, each.removed) for each in found.fields] == [
            ("rating", 3, 0, 0),
            ("title", 2, 1, 0),
            ("genre", 1, 0, 1),
        ]

        library.people.add([str(films / "1.mkv")], ["Ann", "Bo"])
        assert library.plans.changes(library.plan(), chosen).comments == 1
        assert library.plans.changes(library.plan(), Selection(query="name:0")).fields[0].files == 1


def test_folder_counts_the_ratings_that_it_would_write(tmp_path: Path, films: Path) -> None:
    with Library.open(tmp_path / "home") as library:
        library.scan([films])
        ids = _ids(library)
        library_id = _library_id(library)
        library.decisions.set_fields([ids["2.mkv"]], {"title": "Waits"})
        assert library.plans.waiting_ratings(library_id) == 0
        library.decisions.set_fields(list(ids.values()), {"rating": "3"})
        library.decisions.postpone([ids["1.mkv"]])
        assert library.plans.waiting_ratings(library_id) == 2
        assert library.plans.waiting_ratings(999) == 0
        library.inventory.set_write_ratings(library_id, "at-once")
        assert library.plans.waiting_ratings(library_id) == 0
        for name in ("0.mkv", "2.mkv"):
            _wait_for(library, ids[name], "3")
        assert _rating(library, ids["1.mkv"]) is None


@pytest.mark.parametrize("step", [(MetadataWriter, "start_operation"), (rating_writes.RatingWrites, "write")])
def test_end_of_the_process_waits_for_the_write(
    tmp_path: Path, films: Path, monkeypatch: pytest.MonkeyPatch, step: tuple[type, str]
) -> None:
    reached, opened, real = threading.Event(), threading.Event(), getattr(*step)

    def held(*arguments: Any, **options: Any) -> Any:
        if threading.current_thread().name.startswith("indexium-job-"):
            reached.set()
            assert opened.wait(PATIENCE)
        return real(*arguments, **options)

    monkeypatch.setattr(*step, held)
    library = Library.open(tmp_path / "home")
    library.scan([films])
    library.inventory.set_write_ratings(_library_id(library), "at-once")
    [file_id, *_] = _ids(library).values()
    library.decisions.set_fields([file_id], {"rating": "4"})
    assert reached.wait(PATIENCE)
    with ThreadPoolExecutor() as pool:
        closing = pool.submit(library.close)
        time.sleep(0.5)
        opened.set()
        closing.result(PATIENCE)
    with Library.open(tmp_path / "home") as library:
        assert _rating(library, file_id) == "4"
        assert [operation.status for operation in _operations(library)] == ["completed"]


def test_write_may_be_limited_to_fields(tmp_path: Path, films: Path) -> None:
    with Library.open(tmp_path / "home") as library:
        library.scan([films])
        ids = _ids(library)
        library.decisions.set_fields([ids["0.mkv"]], {"title": "A", "genre": "B"})
        options = WriteOptions(risk=WRITABLE, fields=("genre",))
        library.write(library.plan(), options).wait()
        assert library.files.file(ids["0.mkv"]).fields == {"genre": "B"}
        with pytest.raises(errors.UsageError, match="no selected file has a change of Genre"):
            library.write(library.plan(), options, selection=Selection(included=frozenset([ids["0.mkv"]])))
        with pytest.raises(errors.UsageError, match=r"no selected file would change\.$"):
            library.write(library.plan("name:2"))
        now = datetime.now(UTC)
        with pytest.raises(errors.UsageError, match=r"no selected file would change\.$"):
            library._parts.writing.operations._ledger.create_write(
                file_ids=[], variant_id=1, plan_id=1, options=WriteOptions(), now=now, expires_at=now
            )


def test_command_sets_when_ratings_are_written(tmp_path: Path, films: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def run(*words: str) -> tuple[int, str]:
        code = cli.main(["--home", str(tmp_path / "home"), *words])
        shown = capsys.readouterr()
        return code, shown.out + shown.err

    assert run("scan", str(films))[0] == 0
    assert "as soon as they are set" in run("libraries", "set", "1", "--write-ratings", "at-once")[1]
    assert "at-once" in run("libraries", "list")[1]
    assert run("libraries", "set", "1", "--write-ratings", "never")[0] == 2
    assert run("libraries", "set", "1", "--write-ratings", "with-plan")[0] == 0
    assert run("edit", "name:2", "--set", "rating=4")[0] == 0
    code, shown = run("libraries", "set", "1", "--write-ratings", "at-once")
    assert code == 2
    assert "1 rating waits in this folder. It is written now." in shown
    assert photos.extract_exif_rating(films / "2.mkv") == 0
    assert run("libraries", "set", "1", "--write-ratings", "at-once", "--yes")[0] == 0
    assert photos.extract_exif_rating(films / "2.mkv") == 4
    assert run("edit", "name:0", "--set", "favorite=yes")[0] == 0
    assert photos.extract_exif_rating(films / "0.mkv") == 5
    assert run("libraries", "set", "1", "--write-ratings", "with-plan")[0] == 0
    assert run("edit", "name:1", "--set", "rating=3")[0] == 0
    assert photos.extract_exif_rating(films / "1.mkv") == 0
