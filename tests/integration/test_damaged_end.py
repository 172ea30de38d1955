"""A recording with a damaged end: planned with a warning, written before the damage, restored byte for byte."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model.operations.operation import WriteOptions
from tests.support import media, mkv, readers, shapes

OLD = (1_600_000_000, 1_600_000_000)
NAME = "stopped.webm"
CUT = "The last cluster is cut short: the recording ended within it."


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "films" / NAME
    path.parent.mkdir()
    path.write_bytes(shapes.film("webm, stopped"))
    os.utime(path, OLD)
    return path


@pytest.fixture
def library(empty_home: Path, home: Path, film: Path) -> Iterator[Library]:
    shutil.copytree(empty_home, home)
    with Library.open(home) as opened:
        opened.scan([film.parent])
        opened.people.add([film], ["Ann Lee"])
        yield opened


def test_plan_warns_and_names_damage(library: Library) -> None:
    [item] = library.plan().items
    assert (item.risk_level, item.can_update, item.strategy) == ("warning", True, "matroska_in_place")
    assert [(issue.code, issue.severity, issue.message) for issue in item.issues] == [
        (
            "damaged_tail",
            "warning",
            f"{CUT} What comes before it is intact.",
        )
    ]
    assert library.files.file(item.file_id).state == "ok"
    assert library.plan("issue:damaged_tail").page().total == 1


def test_write_and_its_rollback_keep_damaged_end(library: Library, film: Path) -> None:
    before = film.read_bytes()
    start = mkv.examine(before).runs[0].offset
    shown = readers.look([film], media=True)[0]
    row = library.files.find(str(film))
    identity = library.files.file(row).file_hash

    with pytest.raises(errors.UsageError, match="1 warning are excluded by their risk level"):
        library.write(library.plan(), WriteOptions(risk=("safe",)))
    operation = library.write(library.plan(), WriteOptions(risk=("safe", "warning")))
    assert operation.wait().status == "completed"
    after = film.read_bytes()
    assert (len(after), after[start:]) == (len(before), before[start:])
    assert mkv.examine(after).damage == CUT
    look = readers.look([film], media=True)[0]
    assert look.known["streams"] == shown.known["streams"]
    assert look.shown_by("People: Bob Ray, Ann Lee") | look.shown_by("People: Ann Lee, Bob Ray")
    assert library.scan().changed == 0
    assert library.files.file(row).file_hash == identity
    assert library.rescan(everything=True).failed == 0

    assert library.rollback(operation.id).wait().status == "completed"
    assert film.read_bytes() == before


def test_damaged_end_without_room_before_it_blocks_write(empty_home: Path, home: Path, tmp_path: Path) -> None:
    shutil.copytree(empty_home, home)
    real = mkv.parts(media.build("webm", tmp_path))
    parts = [
        ("info", real[mkv.INFO]),
        ("tracks", real[mkv.TRACKS]),
        ("media", real[mkv.CLUSTER]),
        ("cut", mkv.TOY[0][:-9]),
    ]
    film = tmp_path / "films" / NAME
    film.parent.mkdir()
    film.write_bytes(mkv.film(*parts, live=True, head=mkv.header("webm")))
    os.utime(film, OLD)
    with Library.open(home) as library:
        library.scan([film.parent])
        library.people.add([film], ["Ann Lee"])
        [item] = library.plan().items
    assert item.risk_level == "blocked"
    assert "Its end is damaged, so that nothing can be moved or added there." in item.issues[0].message
    assert {issue.code for issue in item.issues} >= {"no_strategy_yet", "damaged_tail"}
