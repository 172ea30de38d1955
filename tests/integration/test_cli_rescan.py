"""The commands `rescan`, `lock`, `unlock`, `locks` and `audit`."""

from __future__ import annotations

import getpass
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from indexium_core.cli import frame
from indexium_core.cli.app import main
from tests.support import homes, media, tables
from tests.support.cases import each_case

Run = Callable[..., int]


@pytest.fixture
def run(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Commands on an open home with two films."""
    root = tmp_path / "films"
    root.mkdir()
    for name in ("ann.mp4", "bob.mp4"):
        media.build("mp4", root, name=name, seed=ord(name[0]))
        os.utime(root / name, (1_600_000_000, 1_600_000_000))
    with homes.opened(home, root) as library:
        with tables.changing(library) as tx:
            tx.execute("UPDATE media_properties SET hdr = 'pq', duration = 500")
        monkeypatch.setattr(frame, "_library", lambda _: nullcontext(library))
        yield lambda *words: main(["--home", str(home), *words])


def test_rescan_reports_outcome_of_files(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("rescan", "name:ann") == 0
    assert "1 file: 1 updated, 0 unchanged, in " in capsys.readouterr().err
    assert run("rescan", "--all", "--refresh", "duration,size", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["status"], told["processed"], told["updated"], told["errors"]) == ("completed", 2, 2, {})
    assert told["job_id"] == 3


def test_unreadable_file_is_listed_without_failure(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "films" / "bob.mp4").write_bytes(b"")
    assert run("rescan", "--all") == 0
    assert "1 empty" in capsys.readouterr().err


def test_fields_are_locked_listed_and_unlocked(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("lock", "name:ann", "--fields", "hdr, frame rate") == 0
    assert run("lock", "name:bob", "--fields", "resolution", "--set", "640x480") == 0
    capsys.readouterr()
    assert run("locks", "--json") == 0
    rows = json.loads(capsys.readouterr().out)["items"]
    assert [(Path(row["file_path"]).name, row["field"], row["origin"]) for row in rows] == [
        ("ann.mp4", "frame_rate", "lock"),
        ("ann.mp4", "hdr", "lock"),
        ("bob.mp4", "resolution", "edit"),
    ]
    assert run("unlock", "--all") == 0
    assert "3 fields of 2 files unlocked." in capsys.readouterr().err


def test_value_is_not_set_in_several_files_without_question(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("lock", "--all", "--fields", "resolution", "--set", "1920x1080") == 2
    told = capsys.readouterr().err
    assert "Resolution of 2 files would be set to 1920 × 1080." in told
    assert "add --yes" in told
    assert run("locks") == 0
    assert "1920" not in capsys.readouterr().out
    assert run("lock", "--all", "--fields", "resolution", "--set", "1920x1080", "--yes") == 0
    assert "Resolution set in 2 files, and locked: 1920 × 1080." in capsys.readouterr().err


def test_value_set_by_hand_replaces_origin_of_lock(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("lock", "name:ann", "--fields", "duration,hdr") == 0
    assert run("lock", "name:ann", "--fields", "duration", "--set", "1:30") == 0
    assert "Duration set in 1 file, and locked: 1:30." in capsys.readouterr().err
    assert run("locks") == 0
    duration, hdr = capsys.readouterr().out.splitlines()[1:]
    assert [" 1:30 " in duration, "set by hand" in duration] == [True, True]
    assert [" HDR10 (PQ) " in hdr, "by a padlock" in hdr] == [True, True]
    assert run("show", "1") == 0
    shown = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "property Duration 1:30 (locked, set by hand)" in shown
    assert "property HDR HDR10 (PQ) (locked, by a padlock)" in shown


@each_case(
    ("words", "told"),
    [
        (["rescan"], "Give a search, or --all for every file."),
        (["rescan", "ann", "--all"], "Give a search, or --all"),
        (["rescan", "--all", "--refresh", "hdr"], "it can be duration or size"),
        (["rescan", "colour:red"], "colour"),
        (["lock"], "Give a search, or --all"),
        (["lock", "ann", "--fields", "colour"], "no field “colour”"),
        (["lock", "ann", "--set", "5"], "Name exactly one field"),
        (["lock", "ann", "--fields", "hdr", "--set", "very"], "Examples: no, pq"),
        (["audit", "colour:red"], "colour"),
        (["audit", "--job", "77"], "no job 77"),
        (["audit", "--job", "x"], "enter a whole number"),
    ],
)
def test_invalid_input_is_one_sentence_with_exit_code_two(
    run: Run, capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    assert run(*words) == 2
    assert told in capsys.readouterr().err


def test_audit_shows_each_change_with_time_and_source(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("rescan", "name:ann", "--refresh", "duration") == 0
    assert run("lock", "name:bob", "--fields", "channels", "--set", "6") == 0
    assert run("unlock", "name:bob") == 0
    capsys.readouterr()

    assert run("audit") == 0
    told = capsys.readouterr()
    lines = [" ".join(line.split()).replace(f"{tmp_path}/films/", "") for line in told.out.splitlines()[1:]]
    me = getpass.getuser()
    assert [re.sub(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d ", "", line) for line in lines] == [
        f"{me} 2 bob.mp4 channels unlocked",
        f"{me} 2 bob.mp4 channels locked",
        f"{me} 2 bob.mp4 channels 1 (mono) → 6 (5.1)",
        "rescan (job 2) 1 ann.mp4 hdr HDR10 (PQ) → no",
        "rescan (job 2) 1 ann.mp4 duration 8:20 → 0:01",
    ]
    assert "5 changes." in told.err


def test_audit_covers_named_files_or_job(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("rescan", "--all") == 0
    assert run("lock", "name:bob", "--fields", "size") == 0
    capsys.readouterr()

    def asked(*words: str) -> list[tuple[str, str, int | None]]:
        assert run("audit", "--json", *words) == 0
        found = json.loads(capsys.readouterr().out)
        assert found["total"] == len(found["items"])
        return [(Path(each["file_path"]).name, each["action"], each["job_id"]) for each in found["items"]]

    assert asked("name:bob") == [("bob.mp4", "lock", None), ("bob.mp4", "rescan", 2)]
    assert asked("name:bob", "--job", "2") == [("bob.mp4", "rescan", 2)]
    assert asked("--job", "2") == [("bob.mp4", "rescan", 2), ("ann.mp4", "rescan", 2)]
    assert asked("name:nothing") == []
    assert run("audit", "--per-page", "2") == 0
    assert "3 changes; --page 2 shows more." in capsys.readouterr().err
