"""
Side files through the flows: written together, recorded with one state, recovered, described and rolled back.

The kills, faults and power cuts are in `tests/crash/test_swap_crash.py`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from indexium_core.files import journal
from indexium_core.files.journal import OperationJournal
from indexium_core.files.swap import SideFilesChange
from indexium_core.flows.writing import file_edit, late_results, protocol, side_files, states
from indexium_core.flows.writing.policy import FileProgress, WritePolicy
from indexium_core.flows.writing.protocol import EditResult, FileWork
from indexium_core.library import Library
from indexium_core.model.files.media import SideFileEdit
from indexium_core.store.home_files import FILE_NAME
from indexium_core.store.operations.ledger_rows import Task
from tests.support import earlier_records, media
from tests.support.studio import OLD

NFO, NEW_NFO, PICTURE = b"<movie/>", b"<movie><title>Sea</title></movie>", b"\xff\xd8 a picture"
EDITS = {"movie.nfo": (NFO, NEW_NFO), "poster.jpg": (None, PICTURE), "poster.png": (PICTURE, None)}


class Scene:
    """A folder with side files, and a journal of an operation for each write."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.backups = folder / "films", folder / "backups"
        self.folder.mkdir()
        self.film = self.folder / "film.mp4"
        self.film.write_bytes(b"media")
        self.put({name: before for name, (before, _) in EDITS.items()})

    def put(self, files: Mapping[str, bytes | None]) -> None:
        for name, content in files.items():
            if content is not None:
                (self.folder / name).write_bytes(content)
                (self.folder / name).chmod(0o604)
                os.utime(self.folder / name, (OLD, OLD))

    def edits(self) -> list[SideFileEdit]:
        return [
            SideFileEdit(path=os.fsencode(self.folder / name), before=before, after=after)
            for name, (before, after) in EDITS.items()
        ]

    def task(self, anchor: Path, item_id: int) -> Task:
        return Task(
            item_id=item_id,
            file_id=1,
            path=os.fsencode(anchor),
            expected_size=5,
            expected_mtime_ns=0,
            expected_hash=None,
            changes=(),
            reverts_item=item_id - 1 or None,
        )

    def write(self, anchor: Path) -> EditResult:
        policy = WritePolicy(backups=self.backups)
        with OperationJournal.create(self.backups / "1.journal") as log:
            work = FileWork(task=self.task(anchor, 1), undo_journal=log, policy=policy, progress=FileProgress(policy))
            return side_files.write_files(work, self.edits(), strategy="publish", proof={"checked": "yes"})

    def roll_back(self, anchor: Path, number: int = 2) -> EditResult:
        policy = WritePolicy(backups=self.backups, reverted=journal.find(self.backups / "1.journal", 1))
        with OperationJournal.create(self.backups / f"{number}.journal") as log:
            return file_edit.edit(self.task(anchor, 2), log, policy)

    def content(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.folder.iterdir() if path.is_file()}


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


@pytest.mark.parametrize("of_folder", [False, True])
def test_files_are_written_and_rolled_back_together(scene: Scene, *, of_folder: bool) -> None:
    anchor, old = scene.folder if of_folder else scene.film, scene.content()
    record = scene.write(anchor).record
    assert (record.result.status, record.result.proof) == ("success", {"checked": "yes"})
    assert record.journal_bytes > len(NFO) + len(PICTURE)
    assert scene.content() == {"film.mp4": b"media", "movie.nfo": NEW_NFO, "poster.jpg": PICTURE}
    assert file_edit.is_as_written(os.fsencode(anchor), record.written_state)
    assert not file_edit.is_as_written(os.fsencode(anchor), record.original_state)
    undone = scene.roll_back(anchor).record
    assert (undone.result.status, undone.result.message) == ("success", "")
    assert scene.content() == old
    assert file_edit.is_as_written(os.fsencode(anchor), record.original_state)
    assert (undone.original_state, undone.written_state) == (record.written_state, record.original_state)
    assert scene.roll_back(anchor, 3).record.result.code == "nothing_to_do"


def test_restored_nfo_has_the_present_time_and_pictures_their_old_one(scene: Scene) -> None:
    scene.write(scene.film)
    scene.roll_back(scene.film)
    assert (scene.folder / "poster.png").stat().st_mtime == OLD
    assert (scene.folder / "poster.png").stat().st_mode & 0o777 == 0o604
    assert (scene.folder / "movie.nfo").stat().st_mtime > OLD + 1


def test_rollback_follows_a_folder_that_has_moved(scene: Scene) -> None:
    old = scene.content()
    scene.write(scene.film)
    scene.folder = scene.folder.rename(scene.folder.with_name("moved"))
    assert scene.roll_back(scene.folder / "film.mp4").record.result.status == "success"
    assert scene.content() == old


@pytest.mark.parametrize("changed", ["movie.nfo", "poster.jpg", "poster.png"])
def test_rollback_restores_no_file_if_another_program_changed_one(scene: Scene, changed: str) -> None:
    written = scene.write(scene.film).record.written_state
    (scene.folder / changed).write_bytes(b"theirs")
    theirs = scene.content()
    assert not file_edit.is_as_written(os.fsencode(scene.film), written)
    result = scene.roll_back(scene.film).record.result
    assert (result.status, result.code) == ("conflict", "changed_since")
    assert changed in result.message
    assert scene.content() == theirs


def test_rollback_restores_the_files_that_are_not_old_already(scene: Scene) -> None:
    old = scene.content()
    scene.write(scene.film)
    (scene.folder / "movie.nfo").write_bytes(NFO)
    assert scene.roll_back(scene.film).record.result.status == "success"
    assert scene.content() == old


def test_late_result_has_the_states_of_all_files(scene: Scene) -> None:
    record = scene.write(scene.film).record
    entry = journal.find(scene.backups / "1.journal", 1)
    result = protocol.result(scene.task(scene.film, 1), "success", started=0.0)
    late = late_results.from_journal(entry, result)
    assert late.record.original_state == record.original_state
    assert late.record.written_state == record.written_state


def test_record_of_an_earlier_version_is_rolled_back(scene: Scene) -> None:
    """A sidecar that an earlier version has replaced."""
    sidecar = scene.folder / "film.mp4.xmp"
    sidecar.write_bytes(NEW_NFO)
    earlier_records.write_journal(
        scene.backups / "1.journal",
        scene.film,
        sidecar.name,
        before=NFO,
        after=NEW_NFO,
        item_id=1,
        committed=True,
    )
    record = scene.roll_back(scene.film).record
    assert record.result.status == "success"
    assert sidecar.read_bytes() == NFO
    assert sidecar.stat().st_mtime_ns == earlier_records.MTIME
    assert record.original_state == states.sidecar_state(b"film.mp4.xmp", NEW_NFO)


def test_states_of_side_files_are_readable() -> None:
    files = {b"a, b:c.jpg": None, b"Season 01/poster.jpg": PICTURE}
    state = states.side_files_state(files)
    assert state.startswith("files:")
    assert state.endswith(",none:a%2C%20b%3Ac.jpg")
    assert states.side_files_state(files, is_folder=True).startswith("folder:")
    kinds = [states.kind_of(each) for each in (state, states.sidecar_state(b"a.xmp", None), "b3:00", None)]
    assert kinds == ["files", "sidecar", "file", "file"]


def test_history_of_journals_alone_has_all_files_of_a_write(tmp_path: Path) -> None:
    home, folder = tmp_path / "home", tmp_path / "films"
    folder.mkdir()
    film = folder / "film.mp4"
    media.video(film, seed=1)
    with Library.open(home) as library:
        library.inventory.add(folder)
        library.scan()
    (folder / "movie.nfo").write_bytes(NFO)
    edits = [
        SideFileEdit(path=os.fsencode(folder / "movie.nfo"), before=NFO, after=NEW_NFO),
        SideFileEdit(path=os.fsencode(folder / "poster.jpg"), before=None, after=PICTURE),
    ]
    with (
        OperationJournal.create(home / "backups" / "9.journal") as log,
        SideFilesChange(os.fsencode(film), edits, journal=log, item_id=7) as change,
    ):
        change.prepare()
        change.place()
        change.commit()
    (home / FILE_NAME).unlink()
    Library.rebuild_database(home, scan=False)
    with Library.open(home) as library:
        library.inventory.add(folder)
        library.scan()
        [backup], _ = library.backups.show(9)
        assert backup.comes_back == "movie.nfo, 8 bytes; poster.jpg is removed"
        assert backup.range_count == 1
        [check] = library.backups.verify(9)
        assert (check.restorable, check.problems, check.conflicts) == (1, [], [])
        (folder / "poster.jpg").write_bytes(b"theirs")
        [check] = library.backups.verify(9)
        assert "poster.jpg was changed or deleted after this publication" in check.conflicts[0]
        (folder / "poster.jpg").write_bytes(PICTURE)
        library.rollback(9).wait()
    assert {path.name for path in folder.iterdir()} == {"film.mp4", "movie.nfo"}
    assert (folder / "movie.nfo").read_bytes() == NFO
