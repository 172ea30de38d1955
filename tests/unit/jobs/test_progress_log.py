"""`progress.log`: the documented format of its lines, and how often they are written."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from indexium_core import logs
from indexium_core.jobs.progress_log import ProgressLog

LINE = re.compile(
    r"(?P<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) job=(?P<job>\d+) kind=(?P<kind>[a-z_]+)"
    r" processed=(?P<processed>\d+)/(?P<total>\d+|\?)(?P<counters>(?: [a-z_]+=\d+)*)"
    r" rate=(?P<rate>\d+\.\d/s|\?) eta=(?P<eta>\d+s|\?)"
)
BEGIN = datetime(2026, 11, 20, 7, tzinfo=UTC)
COUNTERS = {"updated": 7, "unchanged": 90, "skipped": 1, "missing": 2, "errors": 0}


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    logs.attach(tmp_path, days=30)
    yield tmp_path
    logs.detach()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def progress(folder: Path, clock: Clock) -> Iterator[ProgressLog]:
    log = ProgressLog(
        folder, clock=lambda: BEGIN + timedelta(seconds=clock.seconds), monotonic=lambda: 500.0 + clock.seconds
    )
    yield log
    log.close()


def tell(log: ProgressLog, **changed: Any) -> None:
    facts = {"job_id": 12, "kind": "rescan", "processed": 100, "total": 5000, "counters": COUNTERS}
    log.report(**{**facts, "rate": 210.4, "eta_seconds": 23.28, **changed})


def lines(folder: Path) -> list[str]:
    return (folder / "progress.log").read_text("utf-8").splitlines()


def test_line_has_documented_format(progress: ProgressLog, folder: Path) -> None:
    tell(progress)

    expected = (
        "2026-11-20T07:00:00Z job=12 kind=rescan processed=100/5000 updated=7 unchanged=90 skipped=1 missing=2"
        " errors=0 rate=210.4/s eta=23s"
    )
    assert lines(folder) == [expected]


def test_unknown_value_is_question_mark(progress: ProgressLog, folder: Path) -> None:
    tell(progress, total=None, rate=None, eta_seconds=None, counters={})

    assert lines(folder) == ["2026-11-20T07:00:00Z job=12 kind=rescan processed=100/? rate=? eta=?"]


def test_line_is_written_every_five_seconds(progress: ProgressLog, folder: Path, clock: Clock) -> None:
    for step in range(121):
        clock.seconds = step * 0.5
        tell(progress, processed=step)

    found = [LINE.fullmatch(line) for line in lines(folder)]
    assert all(found)
    times = [datetime.fromisoformat(line["at"]) for line in found if line]
    gaps = [(later - earlier).total_seconds() for earlier, later in itertools.pairwise(times)]
    assert times[0] == BEGIN
    assert set(gaps) <= {4.0, 5.0}
    assert len(gaps) >= 12


def test_last_report_is_always_written(progress: ProgressLog, folder: Path, clock: Clock) -> None:
    for seconds, facts in ((0.0, {}), (0.1, {"is_last": True, "eta_seconds": 0}), (0.2, {}), (0.3, {})):
        clock.seconds = seconds
        tell(progress, **facts)

    assert [line.rpartition(" ")[2] for line in lines(folder)] == ["eta=23s", "eta=0s", "eta=23s"]


def test_each_job_has_its_own_interval(progress: ProgressLog, folder: Path, clock: Clock) -> None:
    for job_id in (12, 13, 12, 13):
        clock.seconds += 0.1
        tell(progress, job_id=job_id)

    assert [line.split()[1] for line in lines(folder)] == ["job=12", "job=13"]


def test_job_log_has_same_facts(progress: ProgressLog, folder: Path) -> None:
    tell(progress)

    (line,), _ = logs.read_job(folder, 12)
    assert (line["event"], line["processed"], line["total"], line["counters"]) == ("job.progress", 100, 5000, COUNTERS)
    assert (line["rate"], line["eta_seconds"]) == (210.4, 23.28)
