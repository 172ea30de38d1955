"""
Snapshots for analysts: their duration, the pauses of commits meanwhile, and the answers to a query.

    python -m benchmarks.snapshot [--files 100000 1000000] [--runs 3] [--dir FOLDER]

The homes are those of `benchmarks.plan`. A commit saves a view, as a person does. The query page answers in the process
of its sandbox, which starts with the first query.
"""

from __future__ import annotations

import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import indexium_core
from benchmarks.plan import fill
from benchmarks.support import report
from benchmarks.support.report import Row
from indexium_core.library import Library
from indexium_core.store.database import Database

if TYPE_CHECKING:
    import argparse

GOAL_SECONDS, GOAL_ROW_MS = 5.0, 300.0
_QUERY = "SELECT person, count(*) AS films FROM file_people GROUP BY ALL ORDER BY films DESC LIMIT 10"


def commits(library: Library, until: threading.Event) -> list[float]:
    """Commit small transactions until the event; return the milliseconds of each."""
    times = []
    while not until.is_set():
        started = time.perf_counter()
        library.views.save("benchmark", f"size:>{len(times)}")
        times.append(1000 * (time.perf_counter() - started))
        time.sleep(0.005)
    return times


class Measured(NamedTuple):
    """Seconds of a snapshot, and milliseconds of commits and of answers."""

    snapshot_seconds: float
    commits_alone: list[float]
    commits_meanwhile: list[float]
    connected: float  # connect and first row
    answers: list[float]  # of the query page; the first one takes a snapshot and starts the sandbox


def measure(home: Path, runs: int) -> Measured:
    """Measure a home with files and a plan."""
    with Library.open(home) as library:
        library.plan()
        library.snapshots.take()
        alone, ended = threading.Event(), threading.Event()
        threading.Timer(2.0, alone.set).start()
        before = commits(library, alone)
        meanwhile: list[float] = []
        thread = threading.Thread(target=lambda: meanwhile.extend(commits(library, ended)))
        thread.start()
        seconds = min(library.snapshots.take().seconds for _ in range(runs))
        ended.set()
        thread.join()
        started = time.perf_counter()
        with indexium_core.connect(home) as con:
            con.execute(_QUERY).fetchone()
        connected = 1000 * (time.perf_counter() - started)
        answers = []
        for _ in range(6):
            started = time.perf_counter()
            library.queries.run(_QUERY)
            answers.append(1000 * (time.perf_counter() - started))
        return Measured(seconds, before, meanwhile, connected, answers)


def rows(options: argparse.Namespace) -> Iterator[Row]:
    """Yield the rows of each size."""
    for files in options.files:
        with tempfile.TemporaryDirectory(dir=options.dir, prefix="snapshot-benchmark-") as name:
            home = Path(name) / "home"
            with Database.open(home) as database:
                fill(database, files=files, changing=True)
            found = measure(home, options.runs)
        work = f"snapshot, {files:,} files"
        yield Row(f"{work}: all tables", found.snapshot_seconds, "s", "goal", GOAL_SECONDS)
        alone, meanwhile = found.commits_alone, found.commits_meanwhile
        yield Row(f"{work}: longest commit meanwhile", max(meanwhile), "ms", "longest commit alone", max(alone))
        typical = statistics.median
        yield Row(f"{work}: typical commit meanwhile", typical(meanwhile), "ms", "commit alone", typical(alone))
        yield Row(f"{work}: connect and first row of a query", found.connected, "ms", "goal", GOAL_ROW_MS)
        yield Row(f"{work}: first answer of the query page, after a change", found.answers[0], "ms")
        yield Row(f"{work}: answer of the query page", typical(found.answers[1:]), "ms", "goal", GOAL_ROW_MS)


def main() -> None:
    """Print the rows."""
    parser = report.parser(__doc__)
    parser.add_argument("--files", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    report.show(rows(options), json_lines=options.json)


if __name__ == "__main__":
    main()
