"""What stands in the way of all files stops an operation; mended, it goes on."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest

from indexium_core.library import Library
from tests.support import media, places
from tests.support.holding import Gate
from tests.support.studio import ALL, Studio


def test_a_folder_that_goes_away_stops_the_operation_in_one_sentence_and_it_goes_on_when_it_is_back(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.library._operations.workers = 1
    away, gate = studio.films.with_name("away"), Gate(monkeypatch, 2)
    handle = studio.library.write(studio.library.plan(), ALL)
    assert gate.reached.wait(20)
    studio.films.rename(away)
    gate.opened.set()

    status = handle.wait()

    assert (status.status, status.counts) == ("failed", {"success": 2, "pending": 4})
    operation = studio.library.operation(1).operation
    assert str(studio.films) in operation.error_message
    assert "connect it again, then resume" in operation.error_message
    [left] = studio.library.interrupted()
    assert (left.counts, left.why, left.by_itself) == ({"done": 2, "not_started": 4}, operation.error_message, False)

    away.rename(studio.films)
    assert studio.library.resume(1).wait().counts == {"success": 6}
    assert studio.library.interrupted() == []
    assert studio.back(1).counts == {"success": 6}
    assert studio.bytes() == studio.old


def test_one_file_that_is_gone_is_only_a_row(studio: Studio) -> None:
    plan = studio.library.plan()
    studio.paths[0].unlink()

    status = studio.library.write(plan, ALL).wait()

    assert (status.status, status.counts) == ("completed_with_errors", {"success": 5, "failed": 1})


def test_a_disk_that_is_full_stops_the_operation_and_it_goes_on_when_there_is_room(tmp_path: Path) -> None:
    with places.mounted("ext4", tmp_path, megabytes=24) as disk:
        films = disk / "films"
        films.mkdir()
        paths = media.series("mp4", films, 4, comment="People: Bob Ray")
        with Library.open(tmp_path / "home") as library:
            library.scan([films])
            library.people.add(paths, [f"Person number {number}" for number in range(400)])  # needs a block more
            old = {path: path.read_bytes() for path in paths}
            fill(disk / "filler")

            status = library.write(library.plan(), ALL).wait()

            assert status.status == "failed"
            assert status.counts.get("pending", 0) + status.counts.get("success", 0) == 4
            assert status.counts["pending"]
            message = library.operation(1).operation.error_message
            assert "is full" in message
            assert "make room on it, then resume" in message
            undone = [item.file_name for item in library.operation(1).items if item.status == "pending"]
            assert all(path.read_bytes() == old[path] for path in paths if path.name in undone)
            assert {path.name for path in films.iterdir()} == {path.name for path in paths}

            (disk / "filler").unlink()
            assert library.resume(1).wait().counts == {"success": 4}
            assert library.rollback(1).wait().counts == {"success": 4}
            assert {path: path.read_bytes() for path in paths} == old


def fill(path: Path) -> None:
    """Take all the room that there is on a disk."""
    with path.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096, 512, 1):
            with contextlib.suppress(OSError):
                while True:
                    file.write(bytes(size))
        os.fsync(file.fileno())
