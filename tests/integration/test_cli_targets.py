"""What commands say about the files that a search names: in the plan, out of it, unknown, or none."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import NamedTuple

import pytest

from indexium_core import cli
from indexium_core.cli import frame
from indexium_core.library import Library
from tests.support.catalog import ROOT, scanned, store
from tests.support.effort import effort

A, B, C, D, E = range(1, 6)  # a, b and c are in the plan; d and e are not, and e has Zoe in its comment
UNKNOWN = 99999
NO_MATCH = "No file of the library matches; nothing was done."

Run = Callable[..., tuple[int, str, str]]


class Told(NamedTuple):
    """What a command says about one file in the plan, one out of the plan, two of both kinds, and no file."""

    inside: str
    outside: str
    both: str
    nothing: str = NO_MATCH


def same(one: str, two: str, nothing: str = NO_MATCH) -> Told:
    """Return sentences that do not depend on the plan: about one file and about two files."""
    return Told(one, one, two, nothing)


PLAN = "Not in the plan: 1 file without a person in the database and without an edit."
COMMANDS: dict[str, Told] = {
    "edit QUERY --add Nora": same("Added Nora to 1 file.", "Added Nora to 2 files."),
    "edit QUERY --remove Nora": same(
        "No change in 1 file: the people stay the same; nothing was done.", "No change in 2 files"
    ),
    "edit QUERY --people Nora": same("1 file edited.", "2 files edited."),
    "edit QUERY --set title=Sea": same("Set the title of 1 file.", "Set the title of 2 files."),
    "edit QUERY --set title=Sea --dry-run": same("1 file of 1 would change", "2 files of 2 would change"),
    "postpone QUERY": same("1 file skipped.", "2 files skipped."),
    "postpone QUERY --stop-skipping": same(
        "No change in 1 file: not skipped before; nothing was done.", "No change in 2 files"
    ),
    "mode QUERY --mode exact": same(
        "Set the people mode “exact” for 1 file.", "Set the people mode “exact” for 2 files."
    ),
    "templates preview Family QUERY": same("1 of 1 file would change.", "2 of 2 files would change."),
    "templates apply Family QUERY": same("Applied “Family” to 1 file.", "Applied “Family” to 2 files."),
    "lock QUERY --fields duration": same(
        "1 field of 1 file locked.", "2 fields of 2 files locked.", "No file matches; nothing was changed."
    ),
    "unlock QUERY": same(
        "No change in 1 file: no field had to be unlocked; nothing was done.",
        "No change in 2 files",
        "No file matches; nothing was changed.",
    ),
    "locks QUERY": same("No field of these files is locked.", "No field", "No field of these files is locked."),
    "audit QUERY": same("0 changes.", "0 changes.", "0 changes."),
    "rescan QUERY": same("1 file: 0 updated", "2 files: 0 updated", "No file matches, so there is nothing to rescan."),
    "cache verify QUERY": same(
        "1 without a known hash", "2 without a known hash", "No file matches, so there is nothing to verify."
    ),
    "plan QUERY": Told("1 file would change", PLAN, PLAN, "0 files would change"),
    "write QUERY --dry-run --risk danger": Told("Nothing to write.", PLAN, PLAN, "Nothing to write."),
}


@pytest.fixture
def library(home: Path) -> Iterator[Library]:
    """A home with five files, of which three are in the plan."""
    with Library.open(home) as opened:
        store(opened._parts.core.store, [*(scanned(f"{name}.mp4") for name in "abcd"), scanned("e.mp4", "People: Zoe")])
        for name, person in (("a", "Ann Lee"), ("b", "Bob Ray"), ("c", "Cy Doe")):
            opened.people.add([f"{ROOT}/{name}.mp4"], [person])
        opened.templates.save("Family", people=["Nora"])
        yield opened


@pytest.fixture
def run(library: Library, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Commands on the open library."""
    monkeypatch.setattr(frame, "_library", lambda _: nullcontext(library))

    def command(text: str, query: str = "") -> tuple[int, str, str]:
        code = cli.main([query if word == "QUERY" else word for word in text.split()])
        out, err = capsys.readouterr()
        return code, out, err

    return command


# Other tests have the sentences of these, and the search for their files is that of a similar command.
ALIKE = (
    "edit QUERY --people Nora",
    "edit QUERY --set title=Sea --dry-run",
    "postpone QUERY --stop-skipping",
    "templates preview Family QUERY",
)


@pytest.mark.parametrize(
    "command", [pytest.param(each, marks=[pytest.mark.further] if each in ALIKE else []) for each in COMMANDS]
)
def test_command_reaches_every_named_file_and_reports_the_others(library: Library, run: Run, command: str) -> None:
    told = COMMANDS[command]

    for unknown in effort.some((f"id:{A},{UNKNOWN}", f"id:{D} OR id:{UNKNOWN}", f"id:{UNKNOWN}"), 1):
        code, _, said = run(command, unknown)
        assert (code, said) == (2, f"indexium: There is no file with the id {UNKNOWN}.\n")
    code, _, said = run(command, "nosuchname")
    assert (code, told.nothing in said) == (0, True), said
    assert library.decisions.list() == []
    assert library.locks.list() == []

    cases = ((f"id:{B},{E}", told.both), (f"id:{A}", told.inside), (f"id:{D}", told.outside))
    for query, sentence in effort.some(cases, 2):
        code, _, said = run(command, query)
        assert (code, sentence in said) == (0, True), said


def test_edit_counts_files_that_stay_the_same(library: Library, run: Run) -> None:
    run("edit QUERY --add Nora", f"id:{A},{D}")

    assert run("edit QUERY --add Nora", "id:1..60")[2] == (
        "Added Nora to 3 files.\nNo change in 2 files: the people stay the same.\n"
    )
    assert library.plan(f"id:{D},{E}").statistics.total_files == 2
    assert library.plan().item(E).result_people == ["Zoe", "Nora"]


def test_skipped_files_out_of_the_plan_are_found_again(library: Library, run: Run) -> None:
    run("postpone QUERY", f"id:{A},{D}")
    run("mode QUERY --comment-mode preserve", f"id:{D}")

    assert run("mode QUERY --mode exact", "postponed:yes")[2] == "Set the people mode “exact” for 2 files.\n"
    assert run("edit QUERY --set title=Sea", "mode:preserve")[2] == "Set the title of 1 file.\n"
    assert run("postpone QUERY --stop-skipping", "postponed:yes")[2] == "2 files no longer skipped.\n"
    assert run("postpone QUERY --stop-skipping", f"id:{D}")[2].endswith("not skipped before; nothing was done.\n")


def test_revoke_says_what_was_not_in_force(library: Library, run: Run) -> None:
    run("postpone QUERY", f"id:{A},{D}")
    first, second = (str(row.decision_id) for row in library.decisions.list())

    assert run(f"decisions revoke {first} {UNKNOWN}")[::2] == (
        2,
        f"indexium: There is no decision with the id {UNKNOWN}.\n",
    )
    assert run(f"decisions revoke {first}")[::2] == (0, "1 decision revoked.\n")
    assert run(f"decisions revoke {first} {second}")[2] == (
        "1 decision revoked.\n1 decision was not in force any more.\n"
    )
    assert run(f"decisions revoke {first}")[::2] == (0, "Nothing was done.\n1 decision was not in force any more.\n")


@pytest.mark.parametrize("command", ["rescan", "cache verify"])
def test_job_without_files_is_one_document(run: Run, command: str) -> None:
    code, out, said = run(f"{command} QUERY --json", "nosuchname")

    assert (code, json.loads(out)["job_id"]) == (0, None)
    assert "No file matches" in said


@pytest.mark.parametrize("command", ["show", "suggest"])
def test_command_for_one_file_takes_any_file(run: Run, command: str) -> None:
    assert [run(f"{command} {file_id}")[0] for file_id in (A, D, UNKNOWN)] == [0, 0, 2]
