"""The preview of a write, the check that it is up to date, and the retry of unwritten files."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from indexium_core import errors
from indexium_core.flows.approvals import dry_runs
from indexium_core.flows.writing import file_edit
from indexium_core.jobs.item_runner import ItemRunner
from indexium_core.library import Library
from indexium_core.model.operations.operation import WriteOptions
from indexium_core.model.planning.plan import Selection
from tests.support.studio import ALL, OLD, Studio


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    made = Studio(tmp_path, 4)
    yield made
    made.library.close()


def meddle(path: Path, old: bytes, new: bytes) -> None:
    """Change a comment like another program, some time ago."""
    assert len(old) == len(new)
    path.write_bytes(path.read_bytes().replace(old, new))
    os.utime(path, (OLD + 60, OLD + 60))


def names(library: Library, query: str = "") -> list[str]:
    return [item.file_name for item in library.plan(query).page(sort="name").items]


# --- Retry -------------------------------------------------------------------------------------------------------


def test_retry_reads_plans_and_writes_unwritten_files(studio: Studio) -> None:
    library = studio.library
    plan = library.plan()
    meddle(studio.paths[1], b"Bob Ray", b"Bob Roy")
    first = library.write(plan, WriteOptions(user_note="for Mum")).wait()
    assert first.counts == {"success": 3, "conflict": 1}

    found = library.retries.preview(1)
    assert (found.files, found.ready, names(library)) == (1, 1, ["0001.mp4"])
    again = library.retries.start(1)
    assert again.wait().counts == {"success": 1}

    operation = library.operation(again.id).operation
    assert (operation.user_action, operation.user_note, operation.operation_type) == ("retry", "for Mum", "write")
    assert studio.comments()["0001.mp4"] == "People: Ann Lee, Bob Roy"
    assert library.rollback(again.id).wait().counts == {"success": 1}


def test_retry_excludes_files_that_became_dangerous(studio: Studio) -> None:
    library = studio.library
    plan = library.plan()
    meddle(studio.paths[1], b"People: Bob Ray", b"My dear Bob Ray")
    library.write(plan, WriteOptions()).wait()

    with pytest.raises(errors.UsageError, match="nothing to write"):
        library.retries.start(1)
    assert library.retries.start(1, risk=("danger",)).wait().counts == {"success": 1}


def test_deleted_file_is_reported_as_missing(studio: Studio) -> None:
    plan = studio.library.plan()
    studio.paths[2].unlink()
    studio.library.write(plan).wait()

    assert studio.library.retries.preview(1).ready == 0
    [item] = studio.library.plan("issue:missing_file").page().items
    assert item.file_name == "0002.mp4"


def test_retry_needs_unwritten_files(studio: Studio) -> None:
    studio.write()

    with pytest.raises(errors.UsageError, match="has no file that could be retried"):
        studio.library.retries.start(1)
    with pytest.raises(errors.UnknownIdError):
        studio.library.retries.start(99)


def test_rest_of_rollback_can_be_retried(studio: Studio) -> None:
    studio.write()
    written = studio.paths[1].read_bytes()
    meddle(studio.paths[1], b"Ann Lee", b"Ann Lea")
    assert studio.back(1).counts == {"success": 3, "conflict": 1}
    studio.paths[1].write_bytes(written)

    again = studio.library.retries.start(2, note="the last one")
    assert again.wait().counts == {"success": 1}
    assert studio.bytes() == studio.old
    assert studio.library.operation(again.id).operation.user_note == "the last one"


# --- Preview -----------------------------------------------------------------------------------------------------


def test_preview_has_strategies_losses_hidden_files_and_rollback_expiry(studio: Studio) -> None:
    library = studio.library
    library.edit("name:0000", [])
    meddle(studio.paths[1], b"People: Bob Ray", b"My dear Bob Ray")
    library.scan([studio.films])
    preview = library.preview(Selection(query=""), within="name:0001 OR name:0002")

    assert (preview.count, preview.hidden) == (4, 2)
    assert (preview.loses_text, preview.removes_all_people, preview.by_risk["danger"]) == (1, 1, 2)
    assert sum(preview.by_strategy.values()) == 4
    assert all(name.startswith("mp4_") for name in preview.by_strategy)
    assert (preview.exact, preview.tags_only) == (4, 0)
    days = library.settings.metadata_backup_retention_days
    assert preview.rollback_until is not None
    assert abs(preview.rollback_until - library._parts.core.clock() - timedelta(days=days)) < timedelta(minutes=5)

    unkept = library.preview(Selection(query=""), options=WriteOptions(create_backup=False))
    assert (unkept.count, unkept.exact, unkept.tags_only, unkept.rollback_until) == (2, 0, 2, None)


def test_hidden_counts_only_selected_files_that_can_be_written(studio: Studio) -> None:
    ids = {item.file_name: item.file_id for item in studio.library.plan().items}
    chosen = Selection(included=frozenset({ids["0000.mp4"], ids["0003.mp4"]}))

    assert studio.library.preview(chosen, within="name:0003").hidden == 1
    assert studio.library.preview(chosen, within="").hidden == 0
    assert studio.library.preview(chosen, within="name:nobody").hidden == 2


# --- Changes since the preview -----------------------------------------------------------------------------------


def test_files_changed_since_display_are_listed_and_not_written(studio: Studio) -> None:
    library = studio.library
    plan, everything = library.plan(), Selection(query="")
    assert library.plans.stale(plan, everything).count == 0
    library.edit("name:0001", ["Cem Öz"])
    library.decisions.postpone("name:0002")
    meddle(studio.paths[3], b"Bob Ray", b"Bob Roy")
    library.scan([studio.films])

    stale = library.plans.stale(plan, everything)
    told = {item.file_name: (item.reason, item.shown, item.now) for item in stale.items}
    shown = "People: Ann Lee, Bob Ray"
    assert told == {
        "0001.mp4": ("would be written differently", shown, "People: Cem Öz"),
        "0003.mp4": ("changed on disk", shown, "People: Ann Lee, Bob Roy"),
    }
    assert library.plans.stale(plan, everything, limit=1).count == 2
    with pytest.raises(errors.StalePlanError, match="2 files differ from what plan"):
        library.write(plan, ALL, selection=everything)
    assert library.plans.stale(plan.newest(), everything).count == 0
    assert library.history().total == 0


def test_files_written_since_display_are_reported_as_such(studio: Studio) -> None:
    library = studio.library
    plan, everything = library.plan(), Selection(query="")
    assert library.write(library.plan("name:0001 OR name:0002"), ALL).wait().counts == {"success": 2}
    later = studio.paths[2]
    later.write_bytes(later.read_bytes().replace(b"Bob Ray", b"Bob Roy"))
    os.utime(later, (OLD + 60, OLD + 60))
    library.scan([studio.films])

    told = {item.file_name: item.reason for item in library.plans.stale(plan, everything).items}
    assert told == {"0001.mp4": "was written by operation 1 in the meantime", "0002.mp4": "changed on disk"}
    assert library.rollback(1).wait().counts["success"] == 1
    told = {item.file_name: item.reason for item in library.plans.stale(plan, everything).items}
    assert told == {"0002.mp4": "changed on disk"}


# --- The dry run -------------------------------------------------------------------------------------------------


def test_dry_run_lists_failures_first_and_can_be_cancelled(studio: Studio) -> None:
    library = studio.library
    plan = library.plan()
    meddle(studio.paths[2], b"Bob Ray", b"Bob Roy")
    told: list[tuple[int, int]] = []

    report = library.dry_run(plan, ALL, progress=lambda done, total: told.append((done, total)))

    assert (report.counts, report.total, told[-1]) == ({"success": 3, "conflict": 1}, 4, (4, 4))
    assert report.failures_first[0].code == "changed_on_disk"
    assert report.by_code == {"changed_on_disk": 1}
    assert sum(report.by_strategy.values()) == len(report.ready) == 3
    assert report.bytes_to_write > 0
    text = "".join(library.exporter.dry_run(report, plan)).splitlines()
    assert text[0].startswith("file_id,file_path,path_raw,status,code")
    assert "changed_on_disk" in text[1]
    assert len(text) == 5

    given_up = library.dry_run(plan, ALL, progress=lambda _done, _total: False)
    assert given_up.total == 4


def test_dry_run_of_a_page_checks_part_by_part(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    library = studio.library
    monkeypatch.setattr(dry_runs, "_SECONDS", -1.0)  # each call checks what has begun, and no more
    monkeypatch.setattr(ItemRunner, "GROUP_SIZE", 1)
    monkeypatch.setattr(library.settings, "metadata_max_concurrent_writes", 1)
    meddle(studio.paths[2], b"Bob Ray", b"Bob Roy")
    plan = library.plan()
    told = [library.dry_runs.begin(plan, plan.select())]
    while not told[-1].is_done:
        told.append(library.dry_runs.go_on(told[-1].ticket))

    assert len(told) > 1
    assert [each.done for each in told] == sorted({each.done for each in told})
    ended = told[-1]
    assert (ended.done, ended.total, ended.ready) == (4, 4, 3)
    ready = library.dry_runs.ready(ended.ticket)
    assert library.plan().ids(Selection(included=frozenset(ready))) == ready
    page = library.dry_runs.page(ended.ticket, per_page=1)
    assert [(each.name, each.status) for each in page.items] == [("0002.mp4", "conflict")]
    assert page.total == 4
    shown = {kind: library.dry_runs.page(ended.ticket, shown=kind).total for kind in ("", "not", "ready", "wrong")}
    assert shown == {"": 4, "not": 1, "ready": 3, "wrong": 4}
    report, checked = library.dry_runs.find(ended.ticket)
    assert (report.counts, checked.id) == ({"success": 3, "conflict": 1}, plan.id)
    assert report == replace(library.dry_run(plan, ALL), seconds=report.seconds, items=report.items)
    with pytest.raises(errors.UnknownIdError):
        library.dry_runs.go_on("unknown")
    assert studio.bytes()[studio.paths[0]] == studio.old[studio.paths[0]]


def test_retry_says_what_cannot_be_written(studio: Studio) -> None:
    library = studio.library
    plan = library.plan()
    for path in studio.paths[:2]:
        meddle(path, b"Bob Ray", b"Bob Roy")
    library.write(plan).wait()
    library.decisions.postpone([next(item.file_id for item in plan.items if item.file_name == "0001.mp4")])
    found = library.retries.preview(1)

    assert found.hint == "1 file of 2 cannot be written now."
    assert found.plan_id == found.plan.id
    shown = library.previews.before_write(found.plan, found.selection, options=found.options)
    assert (shown.number, shown.options.user_action) == (1, "retry")


def test_running_operation_reports_progress_of_files(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stalled files are listed after the failures, with their state."""
    reached, go = threading.Event(), threading.Event()
    edit = file_edit.edit

    def held(*args: Any) -> Any:
        reached.set()
        go.wait(20)
        return edit(*args)

    monkeypatch.setattr(file_edit, "edit", held)
    handle = studio.library.write(studio.library.plan(), ALL)
    try:
        assert reached.wait(20)
        details = studio.library.operation(handle.id)
        assert details.status.working
        assert details.items[0].status == "writing"
        assert details.items[-1].status in ("writing", "pending")
        assert details.status.bytes_total == sum(map(len, studio.old.values()))
    finally:
        go.set()
    status = handle.wait()
    assert (status.bytes_done, status.working) == (status.bytes_total, {})
