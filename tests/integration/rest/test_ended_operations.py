"""Pause and cancellation of an operation that has no remaining work return its result."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import pytest

from indexium_core.cli.operations import jobs, operations
from indexium_core.library import Library
from tests.support.effort import effort
from tests.support.holding import Gate
from tests.support.rest import Client

FILES = 4  # that can be written


@pytest.fixture
def last(library: Library, monkeypatch: pytest.MonkeyPatch) -> Gate:
    """Operation 1 during its last file: it completes when the pause or the cancellation is recorded."""
    library.configuration.set("metadata_max_concurrent_writes", "1")
    gate, rows = Gate(monkeypatch, FILES - 1), library._parts.core.queue._store
    gate.write(library)
    for name in ("pause", "request_cancel"):
        monkeypatch.setattr(rows, name, _then(getattr(rows, name), gate.opened.set))
    return gate


def _then(work: Callable[..., bool], do: Callable[[], None]) -> Callable[..., bool]:
    def both(*arguments: Any, **named: Any) -> bool:
        found = work(*arguments, **named)
        do()
        return found

    return both


@pytest.mark.usefixtures("last")
@pytest.mark.parametrize(("kind", "verb"), effort.pairs(["metadata/operations", "jobs"], ["pause", "cancel"]))
def test_program_receives_final_result(library: Library, rest: Client, kind: str, verb: str) -> None:
    number = 1 if kind != "jobs" else library.jobs.list(["write"]).items[0].id

    answer = rest.post(f"/api/{kind}/{number}/{verb}", {})

    assert (answer.status, answer.json["status"]) == (200, "completed")
    assert library.status(1).counts == {"success": FILES}


@pytest.mark.usefixtures("last")
@pytest.mark.parametrize(
    ("command", "said"),
    [
        (jobs.pause_job, "Job 2 (Write 4 files) ended before it was paused: completed, 4 of 4."),
        pytest.param(
            jobs.cancel_job,
            "Job 2 (Write 4 files) ended before it was cancelled: completed, 4 of 4.",
            marks=pytest.mark.further,
        ),
        pytest.param(
            operations.pause,
            "Operation 1 ended before it was paused: completed, 4 of 4 files.",
            marks=pytest.mark.further,
        ),
        (operations.cancel, "Operation 1 ended before it was cancelled: completed, 4 of 4 files."),
    ],
)
def test_person_sees_final_result(
    library: Library,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: Callable[..., None],
    said: str,
) -> None:
    is_job = command in (jobs.pause_job, jobs.cancel_job)
    monkeypatch.setattr(jobs if is_job else operations, "opened", lambda _: contextlib.nullcontext(library))

    command(None, 2 if is_job else 1)

    assert capsys.readouterr().err.strip() == said


def test_operation_with_remaining_files_is_paused_and_then_cancelled(
    library: Library, rest: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.configuration.set("metadata_max_concurrent_writes", "1")
    gate = Gate(monkeypatch, 0)
    gate.open_when_told(library, gate.write(library).id)

    assert rest.post("/api/metadata/operations/1/pause").json["status"] == "paused"
    assert rest.post("/api/metadata/operations/1/cancel").json["status"] == "cancelled"
    assert library.status(1).counts["skipped"]
