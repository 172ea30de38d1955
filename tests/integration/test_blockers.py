"""A blocker of all files stops the operation; the operation resumes after the blocker is removed."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexium_core import errors, settings
from indexium_core.cli.operations import operations
from indexium_core.files import journal, properties
from indexium_core.files.reader import FileReader
from indexium_core.flows.writing.policy import FileProgress
from indexium_core.flows.writing.writer import OperationHandle
from indexium_core.library import Library
from indexium_core.model.files.properties import MediaReading
from tests.integration.test_timing import with_a_rewrite
from tests.support import media, places
from tests.support.holding import Gate
from tests.support.studio import ALL, Studio


def begun_and_pulled_out(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> tuple[OperationHandle, Path]:
    """Write, and remove the folder after two files; return its new place."""
    studio.library.configuration.set("metadata_max_concurrent_writes", "1")
    away, gate = studio.films.with_name("away"), Gate(monkeypatch, 2)
    handle = gate.write(studio.library)
    studio.films.rename(away)
    gate.opened.set()
    return handle, away


def test_missing_folder_stops_operation_until_it_returns(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    handle, away = begun_and_pulled_out(studio, monkeypatch)

    status = handle.wait()

    assert (status.status, status.counts) == ("failed", {"success": 2, "pending": 4})
    operation = studio.library.operation(1).operation
    assert str(studio.films) in operation.error_message
    assert {item.seconds for item in studio.library.operation(1).items if item.status == "pending"} == {None}
    assert "Connect it again, then resume" in operation.error_message
    [left] = studio.library.interruptions.operations()
    assert (left.counts, left.stop_reason, left.resumes_automatically) == (
        {"written": 2, "not_started": 4},
        operation.error_message,
        False,
    )

    away.rename(studio.films)
    assert studio.library.resume(1).wait().counts == {"success": 6}
    assert studio.library.interruptions.operations() == []
    assert studio.back(1).counts == {"success": 6}
    assert studio.bytes() == studio.old


def test_stop_names_the_file_in_an_unknown_state(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder disappears in the middle of a write, so the write cannot be undone."""
    studio.library.configuration.set("metadata_max_concurrent_writes", "1")
    away, half = studio.films.with_name("away"), list[Path]()

    def pull_out(self: journal.JournaledFile, entry: journal.JournalEntry) -> None:
        part = entry.ranges[-1]
        os.pwrite(self._fd, part.after[: len(part.after) // 2 + 1], part.offset)
        half.append(Path(os.fsdecode(entry.path)))
        studio.films.rename(away)
        raise OSError(errno.EIO, "Input/output error")

    lost = journal.UndoOutcome(status="problem", code="io_error", message="The disk does not respond.")
    monkeypatch.setattr(journal.JournaledFile, "_write", pull_out)
    monkeypatch.setattr(journal.JournaledFile, "undo", lambda _: lost)
    status = studio.library.write(studio.library.plan(), ALL).wait()
    monkeypatch.undo()

    assert (status.status, status.counts) == ("failed", {"unknown": 1, "pending": 5})
    details = studio.library.operation(1)
    assert details.operation.error_message == (
        f"The folder {studio.films} is missing, or another folder has its place. Connect it again, then resume. "
        f"The state of {half[0]} is unknown until the operation resumes or `indexium recover` runs. Every other file "
        "is intact, and what was written stays written."
    )
    [left] = studio.library.interruptions.operations()
    shown = [details.operation.result_text, *studio.library.history.follow(1).report]
    shown += [left.description, left.stop_reason, left.promise]
    assert not any("Every file is intact" in text for text in shown)

    away.rename(studio.films)
    assert studio.bytes() != studio.old
    assert studio.library.resume(1).wait().counts == {"success": 6}
    assert studio.back(1).counts == {"success": 6}
    assert studio.bytes() == studio.old


def test_rewrite_with_lost_folder_is_restored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library, path = with_a_rewrite(tmp_path)
    films, real, gone = path.parent, FileProgress.advance, threading.Event()

    def pull_out(self: FileProgress, count: int) -> None:
        real(self, count)
        if not gone.is_set() and any(films.glob(".indexium-*")):
            films.rename(films.with_name("away"))
            gone.set()

    monkeypatch.setattr(FileProgress, "advance", pull_out)
    status = library.write(library.plan(), ALL).wait()
    assert gone.is_set()

    assert (status.status, status.counts) == ("failed", {"pending": 1})
    [item] = library.operation(1).items
    assert (item.status, item.code) == ("pending", "undone")
    assert item.seconds
    assert item.message.startswith("The write was interrupted when a problem of all its files stopped the operation")
    [left] = library.interruptions.operations()
    assert left.counts == {"undone": 1}
    library.close()


def test_reason_of_stop_is_shown_until_operation_resumes(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    handle, away = begun_and_pulled_out(studio, monkeypatch)
    assert handle.wait().status == "failed"
    before = studio.library.operation(1).operation
    studio.reopen()
    studio.reopen()

    assert studio.library.recovered.interrupted == [1]
    after = studio.library.operation(1).operation
    assert (after.status, after.error_message) == ("failed", before.error_message)
    assert after.completed_at == before.completed_at
    told = studio.library.stories.build(1).happenings
    assert [each.what for each in told] == ["requested", "waiting", "started", "failed"]
    assert told[-1].text == before.error_message
    [left] = studio.library.interruptions.operations()
    said = next(notice for notice in studio.library.notices if notice.startswith("Write 1 "))
    assert before.error_message in said == f"{left.summary()} {left.next_commands()}"
    assert left.stop_reason == before.error_message
    operations.print_story(studio.library.stories.build(1))
    told, _, log = capsys.readouterr().out.partition("\nlog")
    assert "Connect it again, then resume" in told
    assert re.search("warning +job.changed .*Connect it again, then resume", log)

    away.rename(studio.films)
    assert studio.library.resume(1).wait().counts == {"success": 6}
    assert studio.library.operation(1).operation.error_message == ""


def test_missing_folder_stops_rollback_until_it_returns(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    studio.library.configuration.set("metadata_max_concurrent_writes", "1")
    studio.write()
    away, gate = studio.films.with_name("away"), Gate(monkeypatch, 2)
    handle = studio.library.rollback(1)
    assert gate.reached.wait(20)
    studio.films.rename(away)
    gate.opened.set()
    status = handle.wait()
    assert (status.status, status.counts) == ("failed", {"success": 2, "pending": 4})

    away.rename(studio.films)
    assert studio.library.resume(2).wait().counts == {"success": 6}
    assert studio.bytes() == studio.old


def test_folder_removed_during_scan_is_offline_without_missing_files(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    away, pulled, real = studio.films.with_name("away"), threading.Lock(), FileReader.__init__

    def opened(self: FileReader, path: bytes) -> None:
        if pulled.acquire(blocking=False):
            studio.films.rename(away)
        real(self, path)

    monkeypatch.setattr(FileReader, "__init__", opened)
    report = studio.library.scan([studio.films], full=True)
    assert (report.offline, report.missing) == (1, 0)
    away.rename(studio.films)
    report = studio.library.scan([studio.films])
    assert (report.offline, report.unchanged) == (0, 6)


def test_one_missing_file_fails_alone(studio: Studio) -> None:
    plan = studio.library.plan()
    studio.paths[0].unlink()

    status = studio.library.write(plan, ALL).wait()

    assert (status.status, status.counts) == ("completed_with_errors", {"success": 5, "failed": 1})


def test_full_disk_stops_operation_until_space_is_free(tmp_path: Path) -> None:
    with places.mounted("ext4", tmp_path, megabytes=24) as disk:
        films = disk / "films"
        films.mkdir()
        paths = media.series("mp4", films, 4, comment="People: Bob Ray")
        with Library.open(tmp_path / "home") as library:
            library.scan([films])
            library.people.add(paths, [f"Person number {number}" for number in range(400)])  # needs one more block
            old = {path: path.read_bytes() for path in paths}
            fill(disk / "filler")

            status = library.write(library.plan(), ALL).wait()

            assert status.status == "failed"
            assert status.counts.get("pending", 0) + status.counts.get("success", 0) == 4
            assert status.counts["pending"]
            message = library.operation(1).operation.error_message
            assert "is full" in message
            assert "Free some space, then resume" in message
            undone = [item.file_name for item in library.operation(1).items if item.status == "pending"]
            assert all(path.read_bytes() == old[path] for path in paths if path.name in undone)
            assert {path.name for path in films.iterdir()} == {path.name for path in paths}

            (disk / "filler").unlink()
            assert library.resume(1).wait().counts == {"success": 4}
            assert library.rollback(1).wait().counts == {"success": 4}
            assert {path: path.read_bytes() for path in paths} == old


@pytest.fixture
def tight(tmp_path: Path) -> Iterator[tuple[Library, Path]]:
    """A home on a small disk, and the path of a file that fills the disk."""
    with places.mounted("ext4", tmp_path, megabytes=160) as disk:
        films = tmp_path / "films"
        films.mkdir()
        paths = media.series("mp4", films, 6, comment="People: Bob Ray")
        with Library.open(disk / "home", config=settings.load(disk / "home", rescan_batch_size=2)) as library:
            library.scan([films])
            library.people.add(paths, ["Ann Lee"])
            yield library, disk / "filler"


def begun_and_filled(library: Library, filler: Path, monkeypatch: pytest.MonkeyPatch) -> OperationHandle:
    """Write, and fill the disk of the home after two files."""
    gate = Gate(monkeypatch, 2)
    handle = gate.write(library)
    fill(filler)
    gate.opened.set()
    return handle


def test_full_home_disk_stops_operation_until_space_is_free(
    tight: tuple[Library, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    library, filler = tight
    handle = begun_and_filled(library, filler, monkeypatch)
    assert not handle.wait(1).finished  # its end cannot be recorded
    with pytest.raises(errors.StoreError, match=r"disk of the home is full, .* Free some space on it"):
        library.edit("0000", ["Eve Fox"])

    filler.unlink()
    status = handle.wait(20)
    assert status.status == "failed"
    message = library.operation(1).operation.error_message
    assert "space on" in message.lower()  # the journal or the database, whichever fails first
    assert library.resume(1).wait().counts == {"success": 6}


def test_home_on_full_disk_closes_and_offers_interrupted_operation(
    tight: tuple[Library, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    library, filler = tight
    handle = begun_and_filled(library, filler, monkeypatch)
    assert not handle.wait(1).finished
    library.close()

    filler.unlink()
    with Library.open(library.home) as opened:
        assert opened.status(1).status == "interrupted"
        assert opened.resume(1).wait().counts == {"success": 6}


def test_rescan_in_full_home_fails_until_space_is_free(
    tight: tuple[Library, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    library, filler = tight
    real, read = properties.read, list[bytes]()

    def noted(path: bytes) -> MediaReading:
        read.append(path)
        if len(read) == 3:
            fill(filler)
        return real(path)

    monkeypatch.setattr(properties, "read", noted)
    job = library.rescans.add(everything=True)
    library.jobs.wait(job.id, timeout=2)
    filler.unlink()
    failed = library.jobs.wait(job.id, timeout=20)
    assert (failed.status, failed.error_message[:32]) == ("failed", "The disk of the home is full, so")

    library.jobs.resume(job.id)
    done = library.jobs.wait(job.id, timeout=20)
    assert (done.status, done.summary["processed"]) == ("completed", 6)
    assert len(read) - len(set(read)) == 2, "only what could not be stored is read again"


def fill(path: Path) -> None:
    """Fill a disk completely."""
    with path.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096, 512, 1):
            with contextlib.suppress(OSError):
                while True:
                    file.write(bytes(size))
        os.fsync(file.fileno())
