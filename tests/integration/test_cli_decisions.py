"""Decisions about many files on the command line: added and removed people, templates, undo."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from indexium_core import cli
from indexium_core.cli import frame
from indexium_core.library import Library
from tests.support.cases import each_case
from tests.support.catalog import ROOT, scanned, store

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Commands on an open home with three films: Ann and Bo, Bo, and Cy."""
    with Library.open(home) as library:
        store(library._parts.core.store, [scanned(f"{name}.mp4") for name in "abc"])
        library.people.add([f"{ROOT}/a.mp4"], ["Ann Lee"])
        library.people.add([f"{ROOT}/a.mp4", f"{ROOT}/b.mp4"], ["Bob Ray"])
        library.people.add([f"{ROOT}/c.mp4"], ["Cy Doe"])
        monkeypatch.setattr(frame, "_library", lambda _: nullcontext(library))

        def command(*words: str) -> tuple[int, str, str]:
            code = cli.main(["--home", str(home), *words])
            out, err = capsys.readouterr()
            return code, out, err

        yield command


def results(run: Run) -> dict[str, list[str]]:
    page: Any = json.loads(run("plan", "--all", "--json")[1])
    return {item["file_name"][0]: item["result_people"] for item in page["items"]}


def test_people_are_added_removed_and_undone(run: Run) -> None:
    code, _, said = run("edit", "name:mp4", "--add", "Cy  Doe", "--add", "Ann Leee", "--remove", "Bob Ray")

    assert code == 0
    assert "“Ann Leee” is new. Did you mean “Ann Lee” (1 file)?" in said
    assert "Edited the people of 3 files." in said
    assert results(run)["b"] == ["Cy Doe", "Ann Leee"]
    assert "edited the people of 3 files" in run("undo", "--list")[1]
    assert run("undo")[2] == "Undone: edited the people of 3 files.\n"
    assert results(run)["b"] == ["Bob Ray"]
    assert json.loads(run("redo", "--json")[1])["step"]["files"] == 3
    assert "There is nothing to redo." in run("redo")[2]
    assert json.loads(run("undo", "--list", "--json")[1])["total"] == 1
    assert "nothing was done" in run("edit", "name:mp4", "--remove", "Nobody")[2]


def test_fields_are_set_and_reason_of_an_invalid_value_is_shown(run: Run) -> None:
    assert "set the title of 3 files" in run("edit", "name:mp4", "--set", "title=At sea")[2].lower()
    for options in ([], ["--dry-run"]):
        _, _, said = run("edit", "name:mp4", "--set", "season={name}", *options)
        assert "Not edited: 3 files; each would get an invalid value." in said
        assert "Enter a whole number" in said


def test_templates_are_saved_previewed_and_applied(run: Run) -> None:
    assert "adds Ann Lee; Eve" in run("templates", "save", "Family", "--add", "Ann Lee", "--add", "Eve")[2]
    assert "replaces Bob Ray by Rob" in run("templates", "save", "fix", "--find", "Bob Ray", "--replace", "Rob")[2]

    seen = json.loads(run("templates", "preview", "fix", "name:mp4", "--json")[1])
    assert (seen["changed"], seen["files"]) == (2, 3)
    code, out, said = run("templates", "preview", "fix", "name:mp4")
    assert (code, "2 of 3 files would change" in said) == (0, True)
    assert "Ann Lee; Rob" in out
    assert results(run)["b"] == ["Bob Ray"]
    assert "Applied “fix” to 2 files." in run("templates", "apply", "fix", "name:mp4")[2]
    assert results(run)["b"] == ["Rob"]
    assert [each["name"] for each in json.loads(run("templates", "list", "--json")[1])["items"]] == ["Family", "fix"]
    assert "Family" in run("templates", "list")[1]
    assert run("templates", "remove", "Family")[0] == 0


@each_case(
    ("words", "sentence"),
    [
        (["edit", "name:mp4"], "--people, or --add"),
        (["edit", "name:mp4", "--people", "Ann", "--add", "Bo"], "--people, or --add"),
        (["edit", "name:mp4", "--add", "x;y"], "x;y"),
        (["templates", "save", "n", "--find", "Bo"], "--replace"),
        (["templates", "save", "n"], "Name one of the two"),
        (["templates", "remove", "n"], "no template “n”"),
        (["templates", "apply", "n", "x"], "no template “n”"),
        (["postpone", "name:mp4", "--until", "2001-01-01"], "is in the past"),
    ],
)
def test_invalid_decision_is_one_sentence(run: Run, words: list[str], sentence: str) -> None:
    code, out, said = run(*words)

    assert (code, out) == (2, "")
    assert sentence in said


def test_undo_without_steps_is_no_error(run: Run) -> None:
    assert run("undo")[::2] == (0, "There is nothing to undo.\n")
