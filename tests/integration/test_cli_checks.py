"""`suggest`, `checks` and `findings` on the command line."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from indexium_core.store.database import Database
from indexium_core.store.people import people
from indexium_core.store.people.people import AssignmentRequest
from tests.integration.test_cli import Command
from tests.support.cases import each_case
from tests.support.catalog import NOW, scanned, store


@pytest.fixture
def run(home: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Command]:
    """Commands on an open home with Ann in three films of a folder and Zoë in two; a fourth film names a Zoe."""
    cast = {"Lake/a.mp4": ["Ann", "Zoë Öz"], "Lake/b.mp4": ["Ann"], "Lake/c.mp4": ["Ann", "Zoë Öz"]}
    with Database.open(home) as database:
        store(database, [*(scanned(path) for path in cast), scanned("Lake/d.mp4", "People: Zoe Oz")])
        wanted = [
            AssignmentRequest(name=name, path_bytes=os.fsencode(f"/films/{path}"))
            for path, names in cast.items()
            for name in names
        ]
        with database.atomic() as tx:
            people.assign(tx, wanted, at=NOW)
    command = Command(home, capsys)
    with command.held():
        yield command


def brief(items: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(item["name"], item["kind"]) for item in items]


def test_suggestions_are_printed_with_their_reasons_and_can_be_declined(run: Command) -> None:
    found = run.json("suggest", "4")
    assert brief(found["items"]) == [("Zoë Öz", "near_name"), ("Ann", "folder")]
    assert run("suggest", "4") == 0
    assert "Instead of Zoe Oz. “Zoe Oz” in this file may be Zoë Öz (2 files)" in " ".join(run.out.split())
    assert brief(run.json("suggest", "4", "--decline", "Ann")["items"]) == [("Zoë Öz", "near_name")]
    assert run("suggest", "99") == 2


def test_findings_are_listed_resolved_ignored_and_restored(run: Command) -> None:
    counts = {item["kind"]: item["total"] for item in run.json("checks")["items"]}
    assert counts == {
        "copies": 0,
        "differ": 1,
        "faces": 0,
        "spelling": 1,
        "unknown": 1,
        "ambiguous_person": 0,
        "placeholder": 0,
        "single": 0,
        "corruption": 0,
        "same_name": 0,
        "other_recording": 0,
        "copied_people": 0,
        "several_files": 0,
        "shared_id": 0,
    }
    (row,) = run.json("checks", "spelling")["items"]
    assert [resolution["code"] for resolution in row["mends"]] == ["unite:Zoë Öz", "unite:Zoe Oz"]
    assert run("findings", "ignore", "spelling", row["subject"]) == 0
    assert run.json("checks", "spelling")["total"] == 0
    assert run.json("checks", "spelling", "--ignored")["total"] == 1
    assert run("findings", "restore", "spelling", row["subject"]) == 0
    assert run("findings", "resolve", "spelling", row["subject"], "unite:Zoë Öz") == 0
    assert run.err == "Zoe Oz becomes Zoë Öz in 1 file; the next write corrects 1 comment.\n"
    assert run.json("checks")["total"] == 0
    assert [item["result_people"] for item in run.json("plan", "name:d.mp4")["items"]] == [["Zoë Öz"]]


def test_all_findings_of_kind_are_resolved_at_once(run: Command) -> None:
    assert run("findings", "settle", "differ", "--all") == 0  # the earlier names still work
    assert run.json("checks", "unknown")["total"] == 0
    assert run("findings", "dismiss", "spelling", "--all") == 0
    assert run.err == "1 finding is ignored.\n"
    assert [item["subject"] for item in run.json("checks", "single")["items"]] == ["Zoe Oz"]  # then another user


@each_case(
    ("words", "said"),
    [
        (
            ("checks", "nonsense"),
            "There is no check 'nonsense'; choose one of copies, differ, faces, spelling, unknown",
        ),
        (("findings", "resolve", "spelling"), "Name a finding and a resolution, or use --all"),
        (("findings", "resolve", "spelling", "--all"), "are resolved one by one"),
        (
            ("findings", "resolve", "spelling", "a | b", "unite:a"),
            "has no finding with the subject a | b, or not any more.",
        ),
        (("findings", "ignore", "single"), "Name the findings to ignore, or --all."),
    ],
)
def test_invalid_arguments_are_rejected_with_one_sentence(run: Command, words: tuple[str, ...], said: str) -> None:
    assert run(*words) == 2
    assert said in run.err
    assert run.out == ""


def test_import_lists_skipped_names_and_placeholders_are_editable(run: Command, tmp_path: Path) -> None:
    listed = tmp_path / "people.csv"
    listed.write_text("path,person\nLake/d.mp4,Unknown\nLake/a.mp4,unknown\nLake/d.mp4,Ann\n", encoding="utf-8")
    assert run("people", "import", str(listed), "--root", "/films") == 0
    assert run.err == (
        "1 name matched, 0 waiting for a scan, 0 rows rejected, 2 skipped.\n"
        "  skipped: “Unknown” is a placeholder, not a person (line 2)\n"
        "  skipped: “unknown” is a placeholder, not a person (line 3)\n"
    )
    assert run("settings", "set", "placeholder-names", "zoe oz, nobody") == 0
    (row,) = run.json("checks", "placeholder")["items"]
    assert (row["subject"], row["text"]) == ("zoe oz", "1 file names the placeholder “Zoe Oz”.")
    assert run("findings", "resolve", "placeholder", "zoe oz", "remove") == 0
    assert run.err == "The plan removes “Zoe Oz” from 1 file. Undo restores this.\n"
    assert run.json("plan", "name:d.mp4")["items"][0]["tags_to_remove"] == ["Zoe Oz"]
    assert run("undo") == 0
    assert run.json("checks", "placeholder")["total"] == 1


def test_people_with_one_name_are_told_apart(run: Command, tmp_path: Path) -> None:
    """Names with a comma: added, split, ambiguous, previewed, undone, exported and imported."""
    name, son = "Lee, Thomas Jr.", "Lee, Thomas Jr. (son)"
    assert run("people", "add", "/films/Lake/a.mp4", "/films/Lake/b.mp4", "--person", name) == 0
    assert run("people", "split", name, "/films/Lake/b.mp4", "--into", name, "--qualifier", "son") == 0
    assert run.err.startswith(f"{name} becomes the new person {son} in 1 file.\n")
    assert run("people", "add", "/films/Lake/c.mp4", "--person", name) == 2
    assert f"“{name}” or “{son}”" in run.err
    before = run.json("people", "list")
    own = [(row["name"], row["qualifier"], row["files"]) for row in before["items"] if row["name"] == name]
    assert own == [(name, "", 1), (name, "son", 1)]
    assert run("people", "export") == 0
    exported = tmp_path / "people.csv"
    exported.write_text(run.out)
    assert run("people", "rename", son, "Lee, Tom", "--dry-run") == 0
    assert run.json("people", "list") == before
    assert run("people", "rename", son, "Lee, Tom", "--qualifier", "") == 0
    comments = [item["result_comment"] for item in run.json("plan")["items"]]
    assert 'People: Ann, "Lee, Tom"' in comments
    assert 'People: Ann, Zoë Öz, "Lee, Thomas Jr."' in comments
    assert run("undo") == 0
    assert run.json("people", "list") == before
    assert run("people", "import", exported, "--replace") == 0
    assert run.json("people", "list") == before


def test_names_like_formulas_are_exported_as_text_and_read_back(run: Command, tmp_path: Path) -> None:
    for name in ("=1+1", "-Ann", "@Bob", "'=Cy"):
        assert run("people", "add", "/films/Lake/a.mp4", "--person", name) == 0
    before = run.json("people", "list")
    assert run("people", "export") == 0
    rows = list(csv.reader(io.StringIO(run.out, newline="")))
    assert not [cell for row in rows for cell in row if cell.startswith(tuple("=+-@\t\r"))]
    exported = tmp_path / "people.csv"
    exported.write_text(run.out)
    assert run("people", "import", exported, "--replace") == 0
    assert run.json("people", "list") == before
