"""
What the bookkeeping of an operation costs, how soon its state is known meanwhile, and how soon a waiting job begins.

    python -m benchmarks.jobs [--files 10000] [--waiting 100000] [--runs 3] [--only NAME …] [--dir FOLDER]

`bookkeeping`: `Library.write` of many small films with default settings, against the same writes in a bare loop: the
same checks, journal, fsyncs and verification of each film by as many threads, and nothing else: no queue, no events,
no database. Each run has fresh films and a fresh home; ours and the bare loop take turns.
`status`: how long it takes to ask how far an operation is while one writes all those films, asked without a pause.
`claim`: how long it takes to take up the next of many jobs that wait.
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
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from benchmarks import disk, films
from benchmarks.write import ALL, done, run, settle
from indexium_core.files import journal
from indexium_core.flows.writing import editing
from indexium_core.flows.writing.protocol import WritePolicy
from indexium_core.jobs.item_runner import ItemRunner
from indexium_core.library import Library, MetadataPlan
from indexium_core.store import jobs
from indexium_core.store.database import Database
from indexium_core.store.operations import ledger

T = TypeVar("T")
Seconds = tuple[float, float]

_WAITING = """
INSERT INTO job_queue (id, job_type, title, priority, payload, payload_version, status, owner, created_at)
SELECT nextval('job_ids'), 'scan', 'Scan ' || i, 1 + i * 7 % 10, '{}', 1, 'pending', $owner, $now
FROM range($waiting) AS numbers(i)
"""
_CLAIMS = 200
_PAUSE = 0.005  # seconds between two questions, as of some pages that are open at once


def main() -> None:
    """Measure what was asked for, and print it."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--files", type=int, default=10_000)
    words.add_argument("--waiting", type=int, default=100_000)
    words.add_argument("--runs", type=int, default=3)
    words.add_argument("--only", nargs="+", default=[], help="bookkeeping, status, claim")
    words.add_argument("--dir", type=Path, default=Path.cwd())
    chosen = words.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.dir, prefix="indexium-bench-") as name:
        folder = Path(name)
        print(f"fsync p50 here: {disk.fsync_p50(folder) * 1000:.2f} ms")
        if not chosen.only or "bookkeeping" in chosen.only:
            bookkeeping(folder, chosen.files, chosen.runs)
        if not chosen.only or "status" in chosen.only:
            status(folder, chosen.files)
        if not chosen.only or "claim" in chosen.only:
            claim(folder, chosen.waiting)


def bookkeeping(folder: Path, count: int, runs: int) -> None:
    """Compare operations with bare loops."""
    ours, bare = [], []
    for _ in range(runs):
        bare.append(in_fresh_home(folder, count, loop))
        ours.append(in_fresh_home(folder, count, operation))
    print(f"\n{count:,} small films, an operation against the same writes in a bare loop, median of {runs} pairs:")
    for what, mine, other in zip(
        ("wall time", "processor time"), zip(*ours, strict=True), zip(*bare, strict=True), strict=True
    ):
        share = statistics.median(a / b for a, b in zip(mine, other, strict=True)) - 1  # as fast as it is then
        print(
            f"  {what}: {statistics.median(mine):.1f} s against {statistics.median(other):.1f} s: {share * 100:+.1f} % "
            f"(runs: {', '.join(f'{a:.1f}/{b:.1f}' for a, b in zip(mine, other, strict=True))})"
        )


def in_fresh_home(folder: Path, count: int, work: Callable[[Library, MetadataPlan], T]) -> T:
    """Return what `work` measures in a home of its own with so many films."""
    root, home = folder / "films", folder / "home"
    make_films(root, count)
    try:
        with Library.open(home) as library:
            library.scan([root])
            library.people.add(sorted(root.iterdir()), ["Ann Lee", "Bob Ray"])
            return work(library, library.plan())
    finally:
        shutil.rmtree(root)
        shutil.rmtree(home)


def make_films(root: Path, count: int) -> None:
    """Make films that differ in one frame."""
    root.mkdir()
    clip = root.with_name("clip.mp4")
    if not clip.exists():
        run([*films.FFMPEG, "-f", "lavfi", "-i", "testsrc2=s=160x90:r=10:d=2", "-c:v", "mpeg4", str(clip)])
    data = bytearray(clip.read_bytes())
    place = data.index(b"mdat") + 200
    for number in range(count):
        data[place : place + 4] = number.to_bytes(4, "big")
        (root / f"{number:06}.mp4").write_bytes(data)
    settle(root)


def operation(library: Library, plan: MetadataPlan) -> Seconds:
    """Return the seconds of a write as people begin it, by the clock and of the processor."""
    counts: dict[str, int] = {}
    seconds = measured(lambda: counts.update(library.write(plan, ALL).wait().counts))
    done(counts)
    return seconds


def loop(library: Library, plan: MetadataPlan) -> Seconds:
    """Return the same of the same writes without anybody who takes note of them."""
    chosen = [item.file_id for item in plan.page(per_page=0).items]
    found = ledger.Ledger(library._parts.store).preview(  # noqa: SLF001 - what a write is given
        file_ids=chosen, variant_id=plan.variant_id
    )
    tasks = [replace(task, item_id=number) for number, task in enumerate(found)]
    backups = library.home / "backups"
    workers = library.settings.metadata_max_concurrent_writes
    return measured(lambda: write_each(tasks, backups, workers))


def write_each(tasks: list[ledger.Task], backups: Path, workers: int) -> None:
    """Write films one after the other, as safely as an operation does."""
    undo = journal.OperationJournal.create(backups / "bare.journal")
    try:
        policy = WritePolicy(backups=backups)
        with ThreadPoolExecutor(max_workers=workers) as pool:
            results = pool.map(lambda task: editing.edit(task, undo, policy), tasks)
            for group in iter(lambda: list(itertools.islice(results, ItemRunner.GROUP_SIZE)), []):
                undo.sync()
                for edited in group:
                    done({edited.record.result.status: 1})
    finally:
        undo.close()


def status(folder: Path, count: int) -> None:
    """Ask how far an operation is, again and again, until it has ended."""

    def asked(library: Library, plan: MetadataPlan) -> float:
        questions: dict[str, Callable[[], object]] = {}
        times: dict[str, list[float]] = {}
        ended = threading.Event()

        def ask() -> None:
            for name, question in itertools.cycle(tuple(questions.items())):
                if ended.wait(_PAUSE):
                    return
                times.setdefault(name, []).append(timed(question))

        started = time.perf_counter()
        handle = library.write(plan, ALL)
        job = next(job for job in library.jobs.list().items if job.operation_id == handle.id)
        questions |= {
            "the operation": handle.status,
            "its job": lambda: library.jobs.get(job.id),
            "the list of jobs": library.jobs.list,
            "counts by kind": library.jobs.counts,
        }
        thread = threading.Thread(target=ask)
        thread.start()
        counts = handle.wait().counts
        ended.set()
        thread.join()
        done(counts)
        for name, found in times.items():
            print(f"  {name}: {spread(found)} ({len(found):,} questions)")
        return time.perf_counter() - started

    print(f"\nasked while {count:,} films are written:")
    seconds = in_fresh_home(folder, count, asked)
    print(f"  the write took {seconds:.1f} s meanwhile")


def claim(folder: Path, waiting: int) -> None:
    """Take up one job after the other while many wait."""
    home = folder / "queue"
    now, owner = datetime.now(UTC), uuid.uuid4().hex
    with Database.open(home) as database:
        with database.atomic() as tx:
            tx.execute(_WAITING, {"waiting": waiting, "owner": owner, "now": now})
        store = jobs.JobRows(database)
        times = [timed(lambda: store.claim(["scan", "rescan"], owner=owner, now=now)) for _ in range(_CLAIMS)]
    shutil.rmtree(home)
    print(f"\ntaking up one of {waiting:,} jobs that wait: {spread(times)} ({_CLAIMS} times)")


def measured(work: Callable[[], object]) -> Seconds:
    """Return the seconds that `work` takes, by the clock and of the processor."""
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processor


def timed(work: Callable[[], object]) -> float:
    """Seconds that `work` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def spread(times: list[float]) -> str:
    """Return median, p95 and the longest, in milliseconds."""
    p95 = statistics.quantiles(times, n=20)[-1]
    return f"p50 {statistics.median(times) * 1000:.2f} ms, p95 {p95 * 1000:.2f} ms, longest {max(times) * 1000:.1f} ms"


if __name__ == "__main__":
    main()
