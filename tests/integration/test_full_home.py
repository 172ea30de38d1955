"""A home on a full disk: messages of commands and pages, and the end of a command."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexium_core import cli, errors, settings
from indexium_core.library import Library
from tests.integration.test_blockers import fill
from tests.support import media, places
from tests.support.holding import Gate
from tests.support.waiting import PATIENCE

LIMIT = 3  # seconds: INDEXIUM_METADATA_OPERATION_TIMEOUT_SECONDS
FULL = "The disk of the home is full"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home on a small disk, with a plan of six films on another disk."""
    with places.mounted("ext4", tmp_path, megabytes=160) as disk:
        films = tmp_path / "films"
        films.mkdir()
        paths = media.series("mp4", films, 6, comment="People: Bob Ray")
        with Library.open(disk / "home") as library:
            library.scan([films])
            library.people.add(paths, ["Ann Lee"])
        yield disk / "home"


def filled(gate: Gate, home: Path, after: threading.Event) -> threading.Thread:
    """Fill the disk of the home when two files are done, in the background; `after`: the disk is full from now on."""

    def work() -> None:
        assert gate.reached.wait(PATIENCE)
        fill(home.parent / "filler")
        after.set()
        gate.opened.set()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_write_with_full_home_ends_after_stall_timeout(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("INDEXIUM_METADATA_OPERATION_TIMEOUT_SECONDS", str(LIMIT))
    full, said = threading.Event(), list[float]()
    note = cli.output.note

    def noted(text: str) -> None:
        if "cannot be stored" in text:
            said.append(time.monotonic())
        note(text)

    monkeypatch.setattr(cli.output, "note", noted)
    monkeypatch.setattr("indexium_core.cli.frame.output.note", noted)
    thread = filled(Gate(monkeypatch, 2), home, full)
    begun = time.monotonic()
    code = cli.main(["--home", str(home), "write", "--yes"])
    ended = time.monotonic()
    thread.join()

    assert code == 1
    assert said
    told = capsys.readouterr().err
    assert told.count("This command ends after") == 1
    assert "at once with Ctrl-C" in told
    assert "Indexium has tried for" in told
    assert "shows it as interrupted" in told
    assert ended - begun < LIMIT + 10
    assert said[0] - begun < ended - begun - LIMIT + 2  # within 2 s after the last record

    (home.parent / "filler").unlink()
    with Library.open(home) as library:
        assert library.status(1).status == "interrupted"
        assert library.resume(1).wait().counts == {"success": 6}


@pytest.mark.further
def test_operation_completes_after_space_is_freed(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    full = threading.Event()
    thread = filled(Gate(monkeypatch, 2), home, full)

    def free() -> None:
        assert full.wait(PATIENCE)
        time.sleep(2)
        (home.parent / "filler").unlink()

    freeing = threading.Thread(target=free)
    freeing.start()
    assert cli.main(["--home", str(home), "write", "--yes"]) == 1
    thread.join()
    freeing.join()
    told = capsys.readouterr().err
    assert "'indexium operations resume 1' resumes it" in told
    with Library.open(home) as library:
        assert library.status(1).status == "failed"
        assert library.resume(1).wait().counts == {"success": 6}


def test_ctrl_c_ends_wait_at_once(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    full = threading.Event()
    thread = filled(Gate(monkeypatch, 2), home, full)

    def interrupt() -> None:
        assert full.wait(PATIENCE)
        time.sleep(2)
        os.kill(os.getpid(), signal.SIGINT)

    interrupting = threading.Thread(target=interrupt)
    interrupting.start()
    assert cli.main(["--home", str(home), "write", "--yes"]) == 130
    thread.join()
    interrupting.join()
    assert FULL in capsys.readouterr().err
    (home.parent / "filler").unlink()
    with Library.open(home) as library:
        assert library.status(1).status == "interrupted"


def test_pages_and_doctor_report_wait_and_program_ends(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = settings.load(home, metadata_operation_timeout_seconds=LIMIT)
    with Library.open(home, config=config) as library:
        gate = Gate(monkeypatch, 2)
        handle = gate.write(library)
        fill(home.parent / "filler")
        gate.opened.set()
        until = time.monotonic() + 2
        while not (found := library.jobs.unrecorded()):
            assert time.monotonic() < until
            time.sleep(0.05)

        assert found[0].description.startswith("Operation 1 has stopped, and its result cannot be stored. ")
        assert "free some space" in found[0].description.lower()
        assert "stop Indexium" in found[0].waiting_text
        check = next(each for each in library.doctor.run() if each.name == "jobs")
        assert (check.state, check.details["unrecorded"]) == ("problem", [found[0].job_id])
        assert "Operation 1" in check.message
        with pytest.raises(errors.StoreError, match="Indexium has tried for"):
            handle.wait()

        (home.parent / "filler").unlink()  # the process is still there, so the result is recorded now
        until = time.monotonic() + PATIENCE
        while library.jobs.unrecorded():
            assert time.monotonic() < until
            time.sleep(0.05)
        assert handle.wait(PATIENCE).status == "failed"
        assert library.resume(1).wait().counts == {"success": 6}


@pytest.mark.parametrize(
    "command",
    [
        ["write", "--yes"],
        ["serve", "--port", "0"],
        *(
            pytest.param(words, marks=pytest.mark.further)
            for words in (["plan"], ["scan"], ["doctor"], ["operations", "list"])
        ),
    ],
    ids=lambda command: command[0],
)
def test_command_in_full_home_prints_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    with places.mounted("tmpfs", tmp_path, megabytes=40) as disk:
        with Library.open(disk / "home"):
            pass
        fill(disk / "filler")
        code = cli.main(["--home", str(disk / "home"), *command])
        told = capsys.readouterr().err
        assert code == 1
        assert "Unexpected error" not in told
        assert "Free some space" in told
        assert str(disk / "home") in told
        assert told.count("\n") <= 2
        (disk / "filler").unlink()
        with Library.open(disk / "home") as library:
            assert library.history().items == []


def test_queries_and_exports_of_a_full_home_use_its_present_snapshot(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Library.open(home) as library:
        library.queries.run("SELECT 1")
    fill(home.parent / "filler")
    out, tables = tmp_path / "files.csv", tmp_path / "tables"
    for words in (["sql", "SELECT count(*) AS films FROM files"], ["sql", "FROM files", "--out", str(out)]):
        assert cli.main(["--home", str(home), *words]) == 0
        assert "The answer shows the state of today" in " ".join(capsys.readouterr().err.split())
    assert cli.main(["--home", str(home), "export", "parquet", str(tables)]) == 0
    assert "No space left on device" in capsys.readouterr().err
    assert len(out.read_text().splitlines()) == 7
    assert (tables / "files.parquet").exists()
    full = home.parent / "full.csv"
    assert cli.main(["--home", str(home), "sql", "FROM range(1000000)", "--out", str(full)]) == 2
    assert "No space left on device" in capsys.readouterr().err
    assert not full.exists()
