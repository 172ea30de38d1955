"""Every interface uses the same words for the outcomes of files, and the numbers add up."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from indexium_core import cli
from indexium_core.cli.home import recover
from indexium_core.flows.writing import file_edit, protocol
from indexium_core.flows.writing.policy import FileProgress, WritePolicy
from indexium_core.library import Library
from indexium_core.model import job_words
from indexium_core.model.operations.outcomes import OUTCOMES, outcome_label, outcome_of
from indexium_core.model.operations.recovery import RecoveredFile, RecoverReport, undone_message
from indexium_core.store.operations.ledger_rows import ItemRecord, Task
from tests.support import tables
from tests.support.holding import Gate, cut_off
from tests.support.studio import ALL, Studio
from tests.support.waiting import PATIENCE

ALWAYS = ("written", "skipped", "not_started")  # outcomes with a column of the list, even if no file has them
Making = Callable[[Studio, pytest.MonkeyPatch], dict[str, int]]


def _changes(path: Path) -> None:
    """Change a film like another program."""
    path.write_bytes(path.read_bytes() + b"\0" * 8)


def cancelled(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """One file is written, one is a conflict, one is undone, three were not started."""
    real, begun = file_edit.edit, itertools.count(1)

    def edit(task: Task, undo: object, policy: WritePolicy, progress: FileProgress) -> protocol.EditResult:
        number = next(begun)
        if number == 2:
            _changes(Path(os.fsdecode(task.path)))
        elif number == 3:
            studio.library.cancel(1)
            edited = protocol.still_pending(task)
            result = protocol.result(task, "pending", "undone", "It was given up.", started=0.0)
            return protocol.EditResult(task=task, record=ItemRecord(result=result), stat=edited.stat)
        return real(task, undo, policy, progress)  # type: ignore[arg-type]

    studio.library.configuration.set("metadata_max_concurrent_writes", "1")
    monkeypatch.setattr(file_edit, "edit", edit)
    assert studio.library.write(studio.library.plan(), ALL).wait().status == "cancelled"
    monkeypatch.undo()
    return {"written": 1, "conflict": 1, "undone": 1, "not_started": 3}


def interrupted(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Two files are written, one is interrupted and undone at the next start, three were not started."""
    cut_off(studio.library, monkeypatch, after=1)
    studio.library.close()
    monkeypatch.undo()
    studio.library = Library.open(studio.library.home)
    with tables.changing(studio.library) as tx:  # as in the journal of a killed process
        tx.execute(
            "UPDATE metadata_operation_items SET code = 'undone' WHERE id = "
            "(SELECT min(id) FROM metadata_operation_items WHERE operation_id = 1 AND status = 'pending')"
        )
    return {"written": 2, "undone": 1, "not_started": 3}


def rolled_back(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Five files were written and are rolled back, one is a conflict."""
    _changes(studio.paths[0])
    studio.library.write(studio.library.plan(), ALL).wait()
    studio.back(1)
    assert studio.library.status(1).status == "rolled_back"
    return {"written": 5, "conflict": 1}


@pytest.mark.parametrize("making", [cancelled, interrupted, rolled_back])
def test_every_interface_shows_equal_counts(
    making: Making, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    studio = Studio(tmp_path, 6)
    expected = making(studio, monkeypatch)
    library = studio.library
    details, job = library.operation(1, per_page=0), library.jobs.list(kinds=["write"]).items[0]
    operation, status = details.operation, details.status
    operations = library.history().items
    row = next(each for each in operations if each.id == 1)
    cut = [each for each in library.interruptions.operations() if each.id == 1]
    files = library.interruptions.files(1, per_page=0)
    followed = library.history.follow(1)
    library.close()
    capsys.readouterr()
    home = str(library.home)
    assert cli.main(["--home", home, "operations", "show", "1"]) == 0
    shown = capsys.readouterr().out
    assert cli.main(["--home", home, "history"]) == 0
    listed = capsys.readouterr().out

    whole = dict.fromkeys(OUTCOMES, 0) | expected
    assert sum(whole.values()) == operation.file_count == 6
    assert operation.outcomes == status.outcomes == row.outcomes == whole
    assert operation.as_dict()["outcomes"] == details.as_dict()["outcomes"] == whole
    said = ", ".join(f"{number} {outcome_label(outcome)}" for outcome, number in whole.items() if number)
    assert f"6: {said}" in shown
    listed_outcomes = [
        outcome for outcome in OUTCOMES if outcome in ALWAYS or any(each.outcomes[outcome] for each in operations)
    ]
    columns = {outcome_label(outcome): whole[outcome] for outcome in listed_outcomes}
    heads, *lines = listed.splitlines()
    [line] = [line for line in lines if line.split()[:2] == ["1", "write"]]
    assert re.split("  +", heads.strip())[4:-1] == list(columns)
    assert [int(part) for part in re.findall(r"(?<=\s)\d+(?=\s|$)", line)][-len(columns) :] == list(columns.values())
    assert _sum(" ".join(part.label for part in followed.parts) + followed.rest) == 6
    assert sum(int(number) for _, number in job_words.outcome(job, status)) == 6
    if making is not rolled_back and making is not interrupted:  # the list shows their ends in words
        assert _sum(operation.outcome_text) == 6
    if cut:
        assert cut[0].counts == {"written": 2, "undone": 1, "not_started": 3}
        assert _sum(cut[0].summary().partition("6 files: ")[2]) == 6
    assert sorted(file.outcome for file in files) == sorted(
        outcome for outcome, number in whole.items() for _ in range(number)
    )
    assert sorted(outcome_of(item.status, item.code) for item in details.items) == sorted(
        outcome for outcome, number in whole.items() for _ in range(number)
    )


def test_interrupted_rollback_uses_same_words_on_every_interface(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    studio = Studio(tmp_path, 6)
    studio.write()
    studio.library.configuration.set("metadata_max_concurrent_writes", "1")
    gate = Gate(monkeypatch, 1)
    rollback = studio.library.rollback(1)
    assert gate.reached.wait(PATIENCE)
    gate.open_when_told(studio.library, rollback.id)
    studio.library.close("person")
    monkeypatch.undo()
    with Library.open(tmp_path / "home") as library:
        home, rest = str(library.home), library.operation(2).operation.outcomes["not_started"]
        with tables.changing(library) as tx:  # as in the journal of a killed process
            tx.execute(
                "UPDATE metadata_operation_items SET code = 'undone' WHERE id = "
                "(SELECT min(id) FROM metadata_operation_items WHERE operation_id = 2 AND status = 'pending')"
            )
    counts = f"{6 - rest} restored, 1 undone, {rest - 1} not started"

    assert cli.main(["--home", home, "operations", "show", "2"]) == 0
    shown = capsys.readouterr()
    assert f"Rollback 2 was interrupted. 6 files: {counts}." in shown.err
    assert f"6: {counts}" in shown.out
    assert undone_message("kill", "rollback") == (
        "The rollback was interrupted when the program was killed. The file was not restored."
    )
    recovered = [
        RecoveredFile(operation_id=2, file_path="/a", outcome=outcome, operation_type="rollback")
        for outcome in ("undone", "restored", "not_started", "unknown")
    ]
    assert recover._summary(RecoverReport(files=[*recovered, recovered[1]])) == (
        "5 files were interrupted: 1 undone, 2 restored, 1 not started, 1 unknown."
    )


def _sum(text: str) -> int:
    return sum(int(number) for number in re.findall(r"\d+", text))


def test_undone_file_waits_during_running_operation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    studio = Studio(tmp_path, 6)
    interrupted(studio, monkeypatch)
    gate = Gate(monkeypatch, free=0)
    studio.library.resume(1)
    assert gate.reached.wait(PATIENCE)

    details = studio.library.operation(1)
    whole = dict.fromkeys(OUTCOMES, 0) | {"written": 2, "not_started": 4}
    assert details.operation.outcomes == details.status.outcomes == whole
    gate.opened.set()
    studio.library.close()
