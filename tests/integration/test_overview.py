"""The numbers that every page shows are those of the services."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexium_core.library import Library
from indexium_core.model.job import ENDED_STATES
from indexium_core.model.operations.operation import WriteOptions
from tests.support import demo_home
from tests.support.holding import Gate, cut_off


def test_numbers_are_those_of_the_services(tmp_path: Path) -> None:
    stage = tmp_path / "films"
    stage.mkdir()
    films = demo_home.lay_out(stage)
    with demo_home.home(tmp_path / "home", films) as library:
        before = library.overview.numbers()
        counts = library.plan().statistics
        assert before.planned == counts.safe_count + counts.warning_count + counts.danger_count > 0
        assert before.files == sum(each.file_count for each in library.inventory.list()) > 0
        assert (before.folders, before.online_folders) == (1, 1)
        assert before.scanned_at is not None
        assert (before.operations, before.done_percent, before.has_accounts) == (0, None, False)

        library.write(library.plan(), WriteOptions(risk=("safe",))).wait()
        after = library.overview.numbers()
        assert after.operations == 1
        assert after.planned == before.planned - counts.safe_count
        jobs = library.jobs.list(per_page=0).items
        assert after.open_jobs == len([job for job in jobs if job.status not in ENDED_STATES])
        assert after.has_titles == any(each.holds_titles for each in library.inventory.list())


def test_work_has_what_runs_and_the_newest_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = tmp_path / "films"
    stage.mkdir()
    films = demo_home.lay_out(stage)
    with demo_home.home(tmp_path / "home", films) as library:
        before = library.overview.work()
        assert (before.running, before.newest, before.interrupted, before.jobs) == ([], None, [], [])
        gate = Gate(monkeypatch, 2)
        handle = gate.write(library, WriteOptions(risk=("safe",)))
        running = library.overview.work()
        assert ([each.id for each in running.running], running.newest) == ([handle.id], None)
        gate.pause(library, handle.id, by="Ann")
        [paused] = library.overview.work().running
        assert (paused.state, paused.done) == ("paused", library.status(handle.id).current)
        gate.opened.set()
        library.resume(handle.id)
        handle.wait()
        after = library.overview.work()
        assert after.newest is not None
        assert (after.running, after.newest.id, after.newest.is_good) == ([], handle.id, True)


def test_interrupted_work_is_asked_about_until_somebody_postpones_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = tmp_path / "films"
    stage.mkdir()
    first = demo_home.home(tmp_path / "home", demo_home.lay_out(stage))
    cut_off(first, monkeypatch, 3, WriteOptions(risk=("safe",)), "risk:safe")
    first.close("person")
    monkeypatch.undo()
    with Library.open(tmp_path / "home") as library:
        [cut] = library.interruptions.operations(files=0)
        assert not cut.is_postponed
        [work] = library.overview.work().interrupted
        assert (work.id, work.left) == (cut.id, cut.remaining)
        found = library.interruptions.get(cut.id, outcome="written", per_page=2)
        assert found is not None
        assert [each.outcome for each in found.files] == ["written", "written"]
        library.interruptions.postpone(cut.id)
        assert [each.is_postponed for each in library.interruptions.operations(files=0)] == [True]
        library.resume(cut.id).wait()
        assert library.interruptions.get(cut.id) is None


def test_resumed_scan_is_told_once(tmp_path: Path) -> None:
    with Library.open(tmp_path / "home") as library:
        library.stop_starting()
        job = library.scans.add(full=True)
        library.scans.note_resumed([job.id])
        told = library.scans.take_resumed()
        assert told is not None
        assert (told.job_id, told.text) == (job.id, f"“{job.title}” continues after the restart.")
        assert library.scans.take_resumed() is None
        library.scans.note_resumed([job.id])
        library.jobs.cancel(job.id)
        assert library.scans.take_resumed() is None  # it has ended
