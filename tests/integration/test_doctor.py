"""The doctor: its checks, their states, and a remedy for every problem."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from indexium_core import cli, errors, settings
from indexium_core.files import program, volumes
from indexium_core.files.swap import newfile
from indexium_core.flows.home import doctor
from indexium_core.library import Library
from indexium_core.model.health import Check
from indexium_core.model.job import NewJob
from indexium_core.store import jobs
from tests.support import places, tables
from tests.support.cases import each_case
from tests.support.holding import Gate
from tests.support.studio import Studio

Command = Callable[..., int]
DISK = volumes.Volume(kind="ext4", label="ext4", note="It is safe.", block=4096)


@pytest.fixture
def library(empty_home: Path, home: Path) -> Iterator[Library]:
    shutil.copytree(empty_home, home)
    with Library.open(home) as opened:
        yield opened


@pytest.fixture
def on_disk(monkeypatch: pytest.MonkeyPatch) -> Callable[[volumes.Volume], None]:
    """Report a file system type for every folder."""
    return lambda volume: monkeypatch.setattr(volumes, "of", lambda path: volume)


def films(library: Library, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    library.scan([folder])
    return folder


def check(library: Library, name: str) -> Check:
    """Return the result of one check; others start no program, which takes most of their time."""
    with pytest.MonkeyPatch.context() as patch:
        for other in {"ffmpeg", "ffprobe"} - {name}:
            passed = Check(name=other, state="ok", message="Not checked.")
            patch.setattr(doctor, f"_{other}", lambda passed=passed: passed)
        (found,) = [one for one in library.doctor.run() if one.name == name]
    return found


def test_good_machine_has_no_problem(
    library: Library, tmp_path: Path, on_disk: Callable[[volumes.Volume], None]
) -> None:
    films(library, tmp_path / "films")
    on_disk(DISK)
    found = library.doctor.run()
    assert {one.name: one.state for one in found} == dict.fromkeys(NAMES, "ok")
    assert [one.name for one in found if not one.message.endswith(".")] == []
    assert [one.name for one in found if one.remedy] == []


NAMES = (
    "python",
    "packages",
    "ffmpeg_libraries",
    "ffmpeg",
    "ffprobe",
    "home",
    "lock",
    "clock",
    "logs",
    "backups",
    "operations",
    "jobs",
    "providers",
    "temporary_files",
    "library",
)


def test_paused_operation_is_reported_as_paused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    studio = Studio(tmp_path, 8)
    studio.library.configuration.set("metadata_max_concurrent_writes", "1")
    gate = Gate(monkeypatch, 1)
    handle = gate.write(studio.library)
    assert check(studio.library, "operations").message == "Operation 1 is running."
    gate.opened.set()
    handle.pause()
    assert check(studio.library, "operations").message == "Operation 1 is paused."
    studio.reopen()
    found = check(studio.library, "operations")
    assert (found.state, found.message, found.details["operations"]) == ("ok", "Operation 1 is paused.", [1])
    assert studio.library.resume(1).wait().status == "completed"
    assert check(studio.library, "operations").message == "No operation is unfinished."
    studio.library.close()


def test_every_check_is_on_logs_page() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "logs.md").read_text("utf-8").partition("## Doctor")[2]
    assert set(re.findall(r"`([a-z_]+)`[,|  ]", page)) >= set(NAMES)


def test_each_library_shows_its_guarantees(library: Library, tmp_path: Path) -> None:
    with places.mounted("xfs", tmp_path, megabytes=2400) as point:  # sparse, so that it needs no space
        films(library, point)
        found = check(library, "library")
        assert found.state == "ok"
        assert "XFS" in found.message
        assert "shares the media" in found.message
        assert found.details["reflink"]
        assert found.details["insert_range"]
        assert f"The file system ({found.details['label']}): {found.details['promise']}" in found.message


@pytest.mark.parametrize(
    ("volume", "words"),
    [
        (replace(DISK, label="Windows share (SMB)", network=True, durable=False, note="Who knows."), "Who knows."),
        (replace(DISK, label="exFAT", atomic_replace=False, note="No journal."), "No journal."),
        (replace(DISK, block=0), "copying it"),
        (DISK, "making room in front"),
    ],
)
def test_missing_file_system_features_are_reported(
    library: Library,
    tmp_path: Path,
    on_disk: Callable[[volumes.Volume], None],
    volume: volumes.Volume,
    words: str,
) -> None:
    films(library, tmp_path / "films")
    on_disk(volume)
    found = check(library, "library")
    assert words in found.message
    assert volume.label in found.message
    assert found.state == ("ok" if volume.durable and volume.atomic_replace else "warning")
    assert bool(found.remedy) == (found.state == "warning")


def test_offline_or_read_only_library_is_warning(library: Library, tmp_path: Path) -> None:
    folder = films(library, tmp_path / "films")
    folder.chmod(0o555)
    assert "is not writable" in check(library, "library").message
    folder.rmdir()
    assert "does not exist" in check(library, "library").message
    library.scan()
    found = check(library, "library")
    assert (found.state, found.details["online"]) == ("warning", False)


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.mark.parametrize(("free", "state"), [(10**10, "ok"), (10**8, "warning"), (10**7, "problem")])
def test_home_without_room_is_problem(
    library: Library,
    monkeypatch: pytest.MonkeyPatch,
    on_disk: Callable[[volumes.Volume], None],
    free: int,
    state: str,
) -> None:
    on_disk(DISK)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**12, 10**12 - free, free))
    found = check(library, "home")
    assert (found.state, bool(found.remedy)) == (state, state != "ok")


def test_home_on_network_is_warning(library: Library, on_disk: Callable[[volumes.Volume], None]) -> None:
    on_disk(replace(DISK, network=True, durable=False))
    assert [check(library, name).state for name in ("home", "lock")] == ["warning", "warning"]


def test_without_ffmpeg_some_films_cannot_be_written(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    def executable() -> str:
        raise errors.FFmpegError("The ffmpeg program was not found.", code="no_ffmpeg")

    monkeypatch.setattr(program, "executable", executable)
    found = check(library, "ffmpeg")
    assert (found.state, "AVI" in found.remedy) == ("warning", True)


def test_broken_ffmpeg_counts_as_missing(library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "ffmpeg"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setattr(program, "executable", lambda: str(broken))
    assert "does not run" in check(library, "ffmpeg").message


@pytest.mark.parametrize(
    ("script", "state", "words"),
    [
        (None, "ok", "There is no ffprobe on PATH; a rescan uses it only for files"),
        ("echo 'ffprobe version 9.1-odd Copyright'", "ok", "ffprobe 9.1-odd on PATH"),
        ("exit 3", "warning", "does not run"),
    ],
)
def test_ffprobe_is_optional(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str | None, state: str, words: str
) -> None:
    if script:
        (tmp_path / "ffprobe").write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / "ffprobe").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    found = check(library, "ffprobe")
    assert (found.state, bool(found.remedy)) == (state, state != "ok")
    assert words in found.message


@each_case(
    ("changes", "words"),
    [
        ("status = 'running', heartbeat_at = $now - INTERVAL 1 SECOND", ""),
        ("status = 'running', heartbeat_at = $now - INTERVAL 1 HOUR", "stalled: {id}"),
        ("status = 'paused', paused_at = $now - INTERVAL 2 HOUR", ""),
        ("status = 'paused', paused_at = $now - INTERVAL 25 HOUR", "paused for more than a day: {id}"),
        ("status = 'failed', completed_at = $now - INTERVAL 6 DAY", "failed in the last week: {id}"),
        ("status = 'failed', completed_at = $now - INTERVAL 8 DAY", ""),
        ("status = 'completed', completed_at = $now", ""),
    ],
)
def test_stalled_and_failed_jobs_are_named(library: Library, changes: str, words: str) -> None:
    now = datetime.now(UTC)
    with tables.changing(library) as tx:
        tx.execute("DELETE FROM job_queue")
        number = jobs.insert(tx, NewJob(job_type="scan", title="Scan"), owner="another", now=now)
        tx.execute(f"UPDATE job_queue SET {changes}", {"now": now} if "$now" in changes else {})
    found = check(library, "jobs")
    assert (found.state, bool(found.remedy)) == (("warning", True) if words else ("ok", False))
    assert words.format(id=number) in found.message


def test_logs_are_counted(library: Library, home: Path) -> None:
    (home / "logs" / "jobs").mkdir(exist_ok=True)
    (home / "logs" / "jobs" / "7.jsonl").write_bytes(bytes(5000))
    found = check(library, "logs")
    assert str(home / "logs") in found.message
    assert found.details["bytes"] >= 5000


def test_missing_package_is_problem(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_PACKAGES", ("duckdb", "no-such-package"))
    found = check(library, "packages")
    assert (found.state, "no-such-package" in found.remedy) == ("problem", True)


def test_journals_and_their_budget_are_counted(empty_home: Path, home: Path) -> None:
    shutil.copytree(empty_home, home)
    (home / "backups").mkdir(exist_ok=True)
    with Library.open(home, config=settings.load(home, backup_budget=10**6)) as library:
        (home / "backups" / "9.journal").write_bytes(bytes(2000))
        found = check(library, "backups")
    assert (found.details["journals"], found.details["journal_bytes"], found.details["budget"]) == (1, 2000, 10**6)
    assert found.message.endswith("of 1 MB and have 1 journal.")


def test_unknown_temporary_file_is_named_and_not_changed(library: Library, tmp_path: Path) -> None:
    folder = films(library, tmp_path / "films")
    (folder / "deep").mkdir()
    left = folder / "deep" / ".indexium-12-0123abcd.tmp"
    left.write_bytes(b"half a film")
    (folder / ".indexium-notes.tmp").touch()
    found = check(library, "temporary_files")
    assert found.state == "warning"
    assert found.details["files"] == [str(left)]
    assert left.exists()


def test_search_finds_created_name(tmp_path: Path) -> None:
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        assert doctor._TEMPORARY.fullmatch(newfile.unused_name(7, folder))
    finally:
        os.close(folder)


@pytest.fixture
def run(home: Path) -> Command:
    return lambda *words: cli.main(["--home", str(home), *words])


def test_command_exits_with_1_only_if_problem_exists(
    run: Command, empty_home: Path, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(empty_home, home)
    monkeypatch.setattr(volumes, "of", lambda path: replace(DISK, durable=False))
    assert run("doctor") == 0
    said = capsys.readouterr()
    assert "warning, home: " in said.err
    assert "python" in said.out
    monkeypatch.setattr(doctor, "_PACKAGES", ("no-such-package",))
    assert run("doctor", "--json") == 1
    document = json.loads(capsys.readouterr().out)
    assert document["total"] == len(document["items"])
    assert {"name", "state", "message", "remedy", "details"} == set(document["items"][0])
