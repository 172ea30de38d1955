"""A home of an earlier version opens, shows its history, undoes its steps and rolls back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from indexium_core import errors
from indexium_core.library import Library
from tests.support import old_home
from tests.support.matched_home import ids


class OldHome(NamedTuple):
    library: Library
    files: Path
    originals: Mapping[str, str]


@pytest.fixture
def old(tmp_path: Path) -> Iterator[OldHome]:
    home, files, originals = old_home.extract(tmp_path)
    with Library.open(home, clock=old_home.clock()) as library:
        library.matches.on_accept = lambda _: None
        yield OldHome(library, files, originals)


def test_history_and_settings_are_shown(old: OldHome) -> None:
    library = old.library
    states = [(each.operation_type, each.status) for each in reversed(library.history().items)]
    assert states == [("write", "completed"), ("write", "rolled_back"), ("rollback", "completed")]
    assert [each.name for each in library.people.list()] == ["Anna Lee", "Dee Poe"]
    assert library.configuration.row("metadata_backup_retention_days").value == "60"
    report = library.scan()
    assert (report.seen, report.new, report.missing, report.errors) == (11, 0, 0, 0)


def test_write_is_rolled_back_byte_for_byte(old: OldHome) -> None:
    now = old_home.hashes(old.files)
    assert [name for name, value in now.items() if value != old.originals[name]] == ["clips/a.mp4"]
    [write] = old.library.history(status="completed", operation_type="write").items
    assert old.library.rollback(write.id).wait().status == "completed"
    assert old_home.hashes(old.files) == old.originals


def test_undone_step_is_redone(old: OldHome) -> None:
    redone = old.library.steps.redo()
    assert redone is not None
    assert redone.label == "skipped 1 file until 1 Jan 2030"
    assert [each.kind for each in old.library.decisions.list()].count("postpone") == 2  # one of the rollback


def test_everything_is_undone(old: OldHome) -> None:
    library, undone = old.library, list[str]()
    known = ids(library)
    while (report := library.steps.undo()) is not None:
        undone.append(report.label)
    with pytest.raises(errors.UsageError, match="no decision"):
        library.matches.undo()
    of_files = [text for text in undone if not text.startswith("“")]
    assert of_files == [
        "set the rating of 1 file",
        "edited the people of 1 file",
        "renamed Ann Lee to Anna Lee",
    ]
    assert [text for text in undone if text.startswith("“")] == [
        "“The Lantern Keeper” is matched with “The Lantern Keeper (1961)” (TMDB 9000002)",
        "“Night Tramway” was put off",
        "“Harbour Lights” is not “Harbour Lights (2016)” (TMDB 9000020)",
        "“The Lantern Keeper” is matched with “The Lantern Keeper (2014)” (TMDB 9000001)",
    ]
    assert [each.reason for each in library.decisions.list()] == ["rolled_back"]
    assert [each.name for each in library.people.list()] == ["Ann Lee"]
    for name in ("The Lantern Keeper", "Night Tramway", "Harbour Lights"):
        question = library.matches.get(known[name])
        assert (question.state, {each.state for each in question.candidates}) == ("open", {"proposed"})


def test_values_by_hand_and_moved_files_stay(old: OldHome) -> None:
    library = old.library
    known = ids(library)
    values = {each.field: each for each in library.titles.get(known["Night Tramway"]).values}
    assert (values["plot"].value, values["title"].locked) == ("By hand", True)
    [file] = [each for each in library.titles.get(known["Zzyzx Quorum (1999)"]).files if each.role == "extra"]
    assert (file.by_hand, Path(file.file_path).name) == (True, "Amber Coast (1994).mp4")
    library.titles.set(known["Night Tramway"], "plot", "Newer")
    library.titles.assign([file.file_id], known["Night Tramway"], role="trailer")
    assert [report.summary for report in (library.steps.undo(), library.steps.undo()) if report] == [
        "Undone: moved 1 file to “Night Tramway”. It is in Zzyzx Quorum (1999) again.",
        "Undone: set the plot of “Night Tramway”.",
    ]
    assert {each.field: each for each in library.titles.get(known["Night Tramway"]).values} == values
    [back] = [each for each in library.titles.get(known["Zzyzx Quorum (1999)"]).files if each.role == "extra"]
    assert (back.by_hand, back.file_id) == (True, file.file_id)
    job = library.titles.unassign([file.file_id])
    assert library.jobs.wait(job.id, timeout=60).status == "completed"
    assert "Amber Coast (1994)" in ids(library)
