"""The command `operations show`: request, user, source, outcome of each file, and possible rollback."""

from __future__ import annotations

import getpass
import json
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from indexium_core import cli, errors
from indexium_core.api.wire import Codec
from indexium_core.cli import output
from indexium_core.cli.operations import operations
from indexium_core.flows.history import story as telling
from indexium_core.library import Library
from indexium_core.model.operations.actor import Actor
from indexium_core.store.database import Database
from tests.integration.test_rollback_choices import foreign
from tests.support.holding import Gate, cut_off, held_by_another, retry_with
from tests.support.studio import ALL, Studio
from tests.support.waiting import PATIENCE, until

ROWS = ("in progress", "written", "not started")  # the start of the row of a file, after its path


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """Operation 1 wrote two files and had one conflict, 2 restored one of them; for tests that change nothing."""
    studio = Studio(tmp_path_factory.mktemp("story"), 3)
    plan = studio.library.plan()
    foreign(studio.paths[2], b"People: Bob Ray", b"A summer by sea")
    studio.library.write(plan, replace(ALL, user_note="Holiday 2019", source="dashboard")).wait()
    studio.back(1, "0001")
    yield studio
    studio.library.close()


def shown(studio: Studio, *words: str) -> int:
    studio.library.close()
    try:
        return cli.main(["--home", str(studio.library.home), "operations", "show", *words])
    finally:
        studio.reopen()


def document(studio: Studio, operation_id: int, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert shown(studio, str(operation_id), "--json") == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_story_has_request_user_and_source(lived: Studio, capsys: pytest.CaptureFixture[str]) -> None:
    found = document(lived, 1, capsys)

    assert (found["user_note"], found["source"], found["user_action"]) == ("Holiday 2019", "dashboard", "write")
    assert found["options"]["risk"] == ["safe", "warning", "danger"]
    assert found["happenings"][0]["what"] == "requested"
    assert found["happenings"][0]["text"].endswith("from the dashboard")


def test_events_are_listed_in_order_with_own_times(lived: Studio) -> None:
    told = lived.library.stories.build(1).happenings

    assert [each.at for each in told] == sorted(each.at for each in told)
    assert (told[0].what, told[-2].what) == ("requested", "completed with errors")
    assert (told[-1].what, told[-1].text) == ("1 file rolled back", "by operation 2")


def test_rollback_before_end_is_listed_before_end(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    cut_off(studio.library, monkeypatch, 3)
    studio.reopen()
    studio.back(1)
    told = studio.library.stories.build(1).happenings
    assert [each.at for each in told] == sorted(each.at for each in told)
    assert "cancelled" in [each.what for each in told]


def test_resumed_operation_has_one_interruption_and_no_end(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    cut_off(studio.library, monkeypatch, 2)
    studio.library.close()
    monkeypatch.undo()
    gate = Gate(monkeypatch, free=0)
    studio.library = Library.open(studio.library.home, take_over="all")
    assert gate.reached.wait(PATIENCE)
    meanwhile = studio.library.status(1)
    gate.opened.set()
    ended = studio.library.handle(1).wait()

    assert (meanwhile.status, meanwhile.completed_at) == ("in_progress", None)
    told = [each.what for each in studio.library.stories.build(1).happenings]
    assert told == ["requested", "waiting", "started", "interrupted", "resumed", "completed"]
    assert ended.completed_at is not None


def test_interrupted_operation_ends_at_last_activity(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    cut_off(studio.library, monkeypatch, 2)
    studio.library.close()
    monkeypatch.undo()
    with Database.open(studio.library.home) as store, store.atomic() as tx:  # the state after a kill
        tx.execute("UPDATE metadata_operations SET status = 'in_progress', completed_at = NULL")
        tx.execute("UPDATE job_queue SET status = 'running' WHERE operation_id = 1")
        at_last = tx.value("SELECT heartbeat_at FROM job_queue WHERE operation_id = 1")
    later = datetime.now(UTC) + timedelta(hours=3)
    studio.library = Library.open(studio.library.home, clock=lambda: later)

    operation = studio.library.operation(1).operation
    assert (operation.status, operation.completed_at) == ("interrupted", at_last)

    def told() -> list[tuple[str, datetime]]:
        past = [(each.what, each.at.replace(microsecond=0)) for each in studio.library.stories.build(1).happenings]
        return past[[what for what, _ in past].index("interrupted and recovered") - 1 :]

    before = told()
    assert before[0][0] == "interrupted"
    assert at_last.replace(microsecond=0) <= before[0][1] < at_last + timedelta(hours=1)
    studio.library.resume(1).wait()
    after = told()
    assert after[: len(before)] == before  # earlier events do not change
    assert [what for what, _ in after[len(before) :]] == ["waiting", "resumed", "completed"]


def test_events_within_one_second_keep_order(lived: Studio) -> None:
    """The log has milliseconds and the ledger microseconds, so a start can seem earlier than its request."""
    at = datetime(2026, 11, 20, 7, 0, 0, 1900, tzinfo=UTC)
    lines = [
        {"event": "job.changed", "status": status, "at": "2026-11-20T07:00:00.001Z"}
        for status in ("pending", "running", "completed")
    ]
    asked = replace(lived.library.operation(1).operation, started_at=at, completed_at=at.replace(microsecond=1000))
    told = telling._events(asked, "completed", lines, [(2, at.replace(microsecond=500), 1)])
    assert [each.what for each in told] == ["requested", "waiting", "started", "completed", "1 file rolled back"]


def test_interruption_is_listed_after_start_that_was_logged_after_last_heartbeat(lived: Studio) -> None:
    at = datetime(2026, 11, 20, 7, 0, 0, 990_000, tzinfo=UTC)
    lines = [
        {"event": "job.changed", "status": "running", "at": "2026-11-20T07:00:01.004Z"},
        {"event": "job.changed", "status": "interrupted", "at": "2026-11-20T07:00:00.990Z"},
    ]
    asked = replace(lived.library.operation(1).operation, started_at=at, completed_at=at)
    told = telling._events(asked, "interrupted", lines, [])
    assert [each.what for each in told] == ["requested", "started", "interrupted"]


def test_log_line_is_text_for_any_values() -> None:
    line = {"at": "now", "counters": {"success": 26, "failed": 1}, "rate": 3.5, "eta_seconds": None, "risk": ["a", "b"]}
    assert output.named(line, without=("at",)) == "success=26 failed=1 rate=3.5 risk=a,b"


def test_each_file_has_change_proof_and_backup(lived: Studio, capsys: pytest.CaptureFixture[str]) -> None:
    items = {Path(item["file_path"]).name: item for item in document(lived, 1, capsys)["items"]}

    assert items["0000.mp4"]["new_comment"] == "People: Ann Lee, Bob Ray"
    assert items["0000.mp4"]["strategy"] == "mp4_in_place"
    assert items["0000.mp4"]["proof"]["comment"] == "reads back as planned"
    assert items["0000.mp4"]["backup"]["kind"] == "journal"
    assert items["0000.mp4"]["taken_back_by"] is None
    assert items["0001.mp4"]["taken_back_by"] == 2
    assert (items["0002.mp4"]["status"], items["0002.mp4"]["backup"]) == ("conflict", None)


def test_story_is_readable_text(
    lived: Studio, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shown(lived, "1") == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]

    assert "state partly rolled back" in lines
    assert "note Holiday 2019" in lines
    assert "files 3: 2 written, 1 conflict" in lines
    assert "rolled back by 2" in lines
    assert any(line.startswith("roll back 'indexium rollback 1' until 20") for line in lines)
    monkeypatch.setitem(output._called, "it", "python3 start.py")
    assert shown(lived, "1") == 0
    assert "'python3 start.py rollback 1' until 20" in capsys.readouterr().out
    output.table(("file",), [("/films/my indexium notes.mp4",)])
    assert capsys.readouterr().out.splitlines()[1] == "/films/my indexium notes.mp4"
    written = next(line for line in lines if "0000.mp4" in line and "journal" in line)
    assert "written in place" in written
    assert "+Ann Lee" in written
    assert any(line.startswith(str(lived.paths[2])) and " conflict " in line for line in lines)


def test_running_file_is_in_progress_in_row_and_counts(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    studio.library.configuration.set("metadata_max_concurrent_writes", "1")
    gate = Gate(monkeypatch, free=1)
    handle = gate.write(studio.library)
    until(lambda: handle.status().outcomes["written"] == 1 and len(handle.status().working) == 1)
    capsys.readouterr()
    operations.print_story(studio.library.stories.build(1), running=len(studio.library.status(1).working))
    gate.opened.set()
    handle.wait()

    told = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "files 6: 1 written, 4 not started, 1 in progress" in told
    rows = [line.partition(".mp4 ")[2] for line in told if line.startswith(str(studio.films))]
    said = [next(words for words in ROWS if row.startswith(words)) for row in rows]
    assert said == ["in progress", "written", *["not started"] * 4]


def test_pauses_have_time_and_user_and_log_has_conflicts(tmp_path: Path) -> None:
    studio = Studio(tmp_path, 3)
    foreign(studio.paths[2], b"People: Bob Ray", b"A summer by sea")
    with studio.library as library:
        at_work, go_on = threading.Event(), threading.Event()
        library.ui_priority.yield_to_ui = lambda: (at_work.set(), go_on.wait(60))  # type: ignore[method-assign,assignment]
        handle = library.write(library.plan(), ALL)
        assert at_work.wait(60)
        job_id = library.stories.build(handle.id).job.id  # type: ignore[union-attr]
        with library.acting_as(Actor("local", name="Ann")):
            library.jobs.pause(job_id)
        library.jobs.set_priority(job_id, 3)
        library.jobs.resume(job_id)
        go_on.set()
        handle.wait()
        library.jobs.wait(job_id)
        told = library.stories.build(handle.id)

    assert [(each.what, each.text) for each in told.happenings[1:]] == [
        ("waiting", ""),
        ("started", ""),
        ("paused", "by Ann"),
        ("resumed", f"by {getpass.getuser()}"),
        ("completed with errors", ""),
    ]
    files = [line for line in told.log if line["event"].startswith("file.")]
    assert sorted((line["event"], line["level"], Path(line["file_path"]).name) for line in files) == [
        ("file.conflict", "warning", "0002.mp4"),
        ("file.written", "info", "0000.mp4"),
        ("file.written", "info", "0001.mp4"),
    ]
    days = (studio.library.home / "logs" / "indexium.log").read_text("utf-8")
    assert "file.conflict" in days
    assert "file.written" not in days


def fates(studio: Studio, operation_id: int) -> list[tuple[str, str, str]]:
    log = studio.library.stories.build(operation_id).log
    told = [line for line in log if line["event"].startswith("file.")]
    return sorted((Path(line["file_path"]).name, line["event"], line.get("code", "")) for line in told)


def test_log_has_outcome_of_conflicts_and_cancelled_files(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    studio.library.configuration.set("metadata_max_concurrent_writes", "1")
    gate = Gate(monkeypatch, free=1)
    first = gate.write(studio.library)
    studio.library.write(studio.library.plan(), ALL).wait()
    busy = {name for name, event, code in fates(studio, 2) if (event, code) == ("file.conflict", "busy_in_operation")}
    done = {name for name, event, _ in fates(studio, 2) if event == "file.written"}
    assert busy
    assert not busy & done
    assert len(busy | done) == studio.library.status(2).total
    warnings = [line for line in studio.library.stories.build(2).log if line["level"] == "warning"]
    assert {Path(line["file_path"]).name for line in warnings} == busy

    threading.Timer(0.2, gate.opened.set).start()
    studio.library.cancel(first.id)
    counts = first.wait().counts
    told = [event for _, event, _ in fates(studio, 1)]
    assert told.count("file.written") == counts["success"]
    assert told.count("file.not_started") == counts["skipped"] > 0


def test_log_has_outcome_of_files_cancelled_during_pause(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    cut_off(studio.library, monkeypatch, 2)
    studio.reopen()
    studio.library.cancel(1)
    told = [event for _, event, _ in fates(studio, 1)]
    assert told.count("file.not_started") == studio.library.status(1).counts["skipped"] > 0
    assert ("cancelled", f"by {getpass.getuser()}") in past(studio, 1)


def past(studio: Studio, operation_id: int) -> list[tuple[str, str]]:
    return [(each.what, each.text) for each in studio.library.stories.build(operation_id).happenings]


def test_users_of_resume_and_cancel_are_listed(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    cut_off(studio.library, monkeypatch, 2)
    studio.reopen()
    monkeypatch.undo()
    studio.library.configuration.set("metadata_max_concurrent_writes", "1")
    gate = Gate(monkeypatch, free=1)
    studio.library.resume(1)
    assert gate.reached.wait(PATIENCE)
    threading.Timer(0.2, gate.opened.set).start()
    studio.library.cancel(1)
    studio.library.handle(1).wait()
    by = f"by {getpass.getuser()}"
    assert past(studio, 1)[-3:] == [("waiting", ""), ("resumed", by), ("cancelled", by)]
    [line] = [line for line in studio.library.stories.build(1).log if line.get("status") == "cancelled"]
    assert f"by {line['by']}" == by


def test_retried_file_has_error_of_each_attempt(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    studio = Studio(tmp_path, 2)
    with held_by_another(studio.paths[0]) as let_go:
        retry_with(studio.library, let_go)
        studio.write()
    tried = next(item for item in document(studio, 1, capsys)["items"] if item["file_path"].endswith("0000.mp4"))
    assert tried["status"] == "success"
    assert [each["code"] for each in tried["proof"]["tries"]] == ["in_use"]

    studio.library.people.add(studio.paths[1:], ["Cem Öz"])
    with held_by_another(studio.paths[1]):
        retry_with(studio.library, lambda: None)
        studio.write()
    assert shown(studio, "2") == 0
    again = capsys.readouterr().out.split("retried file", 1)[1].split("\nlog", 1)[0]
    assert re.findall(r"0001\.mp4 +(\d) +(in_use, .* is being written by another process)", again) == [
        (number, f"in_use, {studio.paths[1]} is being written by another process") for number in "123"
    ]
    studio.library.close()


def test_story_of_rollback_names_rolled_back_operation(lived: Studio, capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(lived, "2") == 0

    assert "rolls back operation 1" in " ".join(capsys.readouterr().out.split())


def test_page_of_many_files_lists_problems_first(
    lived: Studio, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "FILES", 1)
    assert shown(lived, "1") == 0
    said = capsys.readouterr()
    assert "0002.mp4" in said.out.split("\nlog")[0]
    assert "0000.mp4" not in said.out
    assert "Files 1 to 1 of 3; 'indexium operations show 1 --page 2' shows more." in said.err

    assert shown(lived, "1", "--page", "2", "--per-page", "2") == 0
    said = capsys.readouterr()
    assert "0002.mp4" not in said.out.split("\nlog")[0]
    assert "Files 3 to 3 of 3." in said.err
    assert shown(lived, "1", "--page", "9") == 0
    assert "Files none of 3." in capsys.readouterr().err


def test_story_through_service_is_equal(lived: Studio) -> None:
    told = lived.library.stories.build(1)
    assert Codec().loads(Codec().dumps(told)) == told


def test_unknown_operation_has_no_story(lived: Studio) -> None:
    with pytest.raises(errors.UnknownIdError, match="99"):
        lived.library.stories.build(99)
