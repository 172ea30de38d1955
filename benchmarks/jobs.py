"""
The cost of the records of an operation, of requests for its progress, and of the start of a waiting job.

    python -m benchmarks.jobs [--files 10000] [--waiting 100000] [--runs 3] [--only NAME …] [--dir FOLDER]

`bookkeeping`: `Library.write` of many small films with threads, because the processor time of this process counts. The
limit is a loop that makes the same writes: the same checks, journal, fsyncs and verification of each film with as many
threads, but without queue, events and database. Each run has fresh films and a fresh home, and both alternate.
`status`: requests for the progress of an operation while it writes all these films.
`claim`: a worker takes the next of many waiting jobs.
"""

from __future__ import annotations

import argparse
import itertools
import shutil
import statistics
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from benchmarks.support import films, report
from benchmarks.support.timing import p95, seconds
from benchmarks.write import ALL, check_success, write
from indexium_core import settings
from indexium_core.files import journal
from indexium_core.flows.planning.plan import MetadataPlan
from indexium_core.flows.writing import file_edit
from indexium_core.flows.writing.policy import WritePolicy
from indexium_core.jobs.item_runner import ItemRunner
from indexium_core.library import Library
from indexium_core.store import jobs
from indexium_core.store.database import Database
from indexium_core.store.operations import ledger
from indexium_core.store.operations.ledger_rows import Task

T = TypeVar("T")
Seconds = tuple[float, float]  # wall time and processor time

_WAITING = """
INSERT INTO job_queue (id, job_type, title, priority, payload, payload_version, status, owner, created_at)
SELECT nextval('job_ids'), 'scan', 'Scan ' || i, 1 + i * 7 % 10, '{}', 1, 'pending', $owner, $now
FROM range($waiting) AS numbers(i)
"""
_CLAIMS = 200
_PAUSE = 0.005  # seconds between two requests, as from several open pages


def main() -> None:
    """Print the rows."""
    parser = report.parser(__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--waiting", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", nargs="+", default=[], choices=["bookkeeping", "status", "claim"])
    options = parser.parse_args()
    report.show(rows(options), json_lines=options.json)


def rows(options: argparse.Namespace) -> Iterator[report.Row]:
    """Yield the rows of the chosen measurements."""
    with tempfile.TemporaryDirectory(dir=options.dir, prefix="jobs-benchmark-") as name:
        folder = Path(name)
        if not options.only or "bookkeeping" in options.only:
            yield from bookkeeping(folder, options.files, options.runs)
        if not options.only or "status" in options.only:
            yield from status(folder, options.files)
        if not options.only or "claim" in options.only:
            yield claim(folder, options.waiting)


def bookkeeping(folder: Path, count: int, runs: int) -> Iterator[report.Row]:
    """Compare operations with loops; the ratio is that of the pair of runs in the middle."""
    pairs = [
        (in_fresh_home(folder, count, loop, "threads"), in_fresh_home(folder, count, operation, "threads"))
        for _ in range(runs)
    ]
    for part, name in enumerate(("wall time", "processor time")):
        by_ratio = sorted(((pair[0][part], pair[1][part]) for pair in pairs), key=lambda pair: pair[1] / pair[0])
        limit, ours = by_ratio[len(by_ratio) // 2]
        yield report.Row(f"{count:,} small films: {name} of a write", ours, "s", "the same writes in a loop", limit)


def in_fresh_home(folder: Path, count: int, work: Callable[[Library, MetadataPlan], T], executor: str = "auto") -> T:
    """Return the result of `work` for the plan of `count` small films in a home of its own."""
    root, home = folder / "films", folder / "home"
    paths = films.small_films(root, count)
    try:
        with Library.open(home, config=settings.load(home, executor=executor)) as library:
            library.scan([root])
            library.people.add(paths, ["Ann Lee", "Bob Ray"])
            return work(library, library.plan())
    finally:
        shutil.rmtree(root)
        shutil.rmtree(home)


def operation(library: Library, plan: MetadataPlan) -> Seconds:
    """Return the wall time and the processor time of a write, in seconds."""
    return measured(lambda: write(library, plan))


def loop(library: Library, plan: MetadataPlan) -> Seconds:
    """Return the wall time and the processor time of the same writes without any record of them, in seconds."""
    file_ids = [item.file_id for item in plan.page(per_page=0).items]
    planned = ledger.Ledger(library._parts.core.store).preview(  # noqa: SLF001 - the input of a write
        file_ids=file_ids, variant_id=plan.variant_id
    )
    tasks = [replace(task, item_id=number) for number, task in enumerate(planned)]
    backups = library.home / "backups"
    workers = library.settings.metadata_max_concurrent_writes
    return measured(lambda: write_each(tasks, backups, workers))


def write_each(tasks: list[Task], backups: Path, workers: int) -> None:
    """Write films with the same protocol as an operation."""
    undo = journal.OperationJournal.create(backups / "loop.journal")
    try:
        policy = WritePolicy(backups=backups)
        with ThreadPoolExecutor(max_workers=workers) as pool:
            results = pool.map(lambda task: file_edit.edit(task, undo, policy), tasks)
            for group in iter(lambda: list(itertools.islice(results, ItemRunner.GROUP_SIZE)), []):
                undo.sync()
                for edited in group:
                    check_success({edited.record.result.status: 1})
    finally:
        undo.close()


def status(folder: Path, count: int) -> Iterator[report.Row]:
    """Request the progress of an operation again and again until it has ended."""

    def request_progress(library: Library, plan: MetadataPlan) -> dict[str, list[float]]:
        times: dict[str, list[float]] = {}
        ended = threading.Event()
        handle = library.write(plan, ALL)
        job = next(job for job in library.jobs.list().items if job.operation_id == handle.id)
        requests: dict[str, Callable[[], object]] = {
            "the operation": handle.status,
            "its job": lambda: library.jobs.get(job.id),
            "the list of jobs": library.jobs.list,
            "job counts by kind": library.jobs.counts,
        }

        def request() -> None:
            for name, call in itertools.cycle(requests.items()):
                if ended.wait(_PAUSE):
                    return
                times.setdefault(name, []).append(seconds(call))

        thread = threading.Thread(target=request)
        thread.start()
        counts = handle.wait().counts
        ended.set()
        thread.join()
        check_success(counts)
        return times

    for name, times in in_fresh_home(folder, count, request_progress).items():
        yield _row(f"during a write of {count:,} small films: {name}", times)


def claim(folder: Path, waiting: int) -> report.Row:
    """Take one job after the other while many wait."""
    home = folder / "queue"
    now, owner = datetime.now(UTC), uuid.uuid4().hex
    with Database.open(home) as database:
        with database.atomic() as tx:
            tx.execute(_WAITING, {"waiting": waiting, "owner": owner, "now": now})
        store = jobs.JobRows(database)
        times = [seconds(lambda: store.claim(["scan", "rescan"], owner=owner, now=now)) for _ in range(_CLAIMS)]
    return _row(f"claim of one of {waiting:,} waiting jobs", times)


def _row(work: str, times: list[float]) -> report.Row:
    return report.Row(work, statistics.median(times) * 1000, "ms", p95=p95(times) * 1000)


def measured(work: Callable[[], object]) -> Seconds:
    """Return the wall time and the processor time of a call, in seconds."""
    processor = time.process_time()
    return seconds(work), time.process_time() - processor


if __name__ == "__main__":
    main()
