"""
Threads and worker processes: files a second, and the response times of a page at the same time.

    python -m benchmarks.executors [--files 600] [--runs 3] [--dir FOLDER]

Each executor in turn scans, writes and rolls back small films, each time in a fresh home. The second write runs while a
client requests a page of the plan and the progress of the write twenty times a second, in the process of the dashboard
and with its settings. "Wake-up delay" is how late a thread wakes that sleeps for 5 ms: every click waits so long before
its work starts.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.support import films, report
from benchmarks.support.timing import p95, seconds
from benchmarks.write import ALL
from indexium_core import settings
from indexium_core.library import Library

EXECUTORS = ("processes", "threads")  # a service uses the first by default
ONE_FILE_RUNS = 7
ONE_FILE = ("one film, from the call to recorded", "ms")
FILE_ALONE = ("one film, the file itself", "ms")
Figures = dict[tuple[str, str], list[float]]  # (work, unit) → one figure a run


class Client:
    """A client that requests pages without a pause while a block runs."""

    def __init__(self, library: Library, operation_id: int) -> None:
        self._library, self._operation_id = library, operation_id
        self.response_seconds: list[float] = []
        self.delay_seconds: list[float] = []
        self._ended = threading.Event()

    @contextmanager
    def connected(self) -> Iterator[None]:
        threads = [threading.Thread(target=self._request), threading.Thread(target=self._sleep)]
        for thread in threads:
            thread.start()
        yield
        self._ended.set()
        for thread in threads:
            thread.join()

    def _request(self) -> None:
        number = 0
        while not self._ended.wait(0.05):
            number += 1
            started_at = time.perf_counter()
            self._library.ui_priority.request()
            self._library.plan(f"name:{number % 10}").page(1)
            self._library.status(self._operation_id)
            self.response_seconds.append(time.perf_counter() - started_at)

    def _sleep(self) -> None:
        while not self._ended.is_set():
            started_at = time.perf_counter()
            time.sleep(0.005)
            self.delay_seconds.append(time.perf_counter() - started_at - 0.005)


def main() -> None:
    """Print the rows."""
    parser = report.parser(__doc__)
    parser.add_argument("--files", type=int, default=600)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    report.show(rows(options), json_lines=options.json)


def rows(options: argparse.Namespace) -> Iterator[report.Row]:
    """Yield the medians of the runs with processes; the peer of each are those with threads."""
    sys.setswitchinterval(0.0005)  # as `serve` does
    figures: dict[str, Figures] = {executor: {} for executor in EXECUTORS}
    with tempfile.TemporaryDirectory(dir=options.dir, prefix="executors-benchmark-") as name:
        folder = Path(name)
        paths = films.small_films(folder / "films", options.files)
        for number in range(options.runs):
            for executor in EXECUTORS:
                _measure(folder / f"{executor}-{number}", paths, executor, figures[executor])
    processes, threads = (figures[executor] for executor in EXECUTORS)
    for work, unit in (key for key in processes if key != FILE_ALONE):
        ours, theirs = (statistics.median(each[work, unit]) for each in (processes, threads))
        yield report.Row(f"{options.files:,} small films, processes: {work}", ours, unit, "threads", theirs)
    one_file, file_alone = (statistics.median(processes[key]) for key in (ONE_FILE, FILE_ALONE))
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000
    yield report.Row("largest child process, FFmpeg included", largest, "MB")
    yield report.Row(
        "one small film, processes: from the call to recorded", one_file, "ms", "the file itself", file_alone
    )


def _measure(home: Path, paths: list[Path], executor: str, figures: Figures) -> None:
    """Add the figures of one run to `figures`."""

    def add(work: str, unit: str, value: float) -> None:
        figures.setdefault((work, unit), []).append(value)

    count = len(paths)
    with Library.open(home, config=settings.load(home, executor=executor)) as library:
        add("scan", "files/s", count / seconds(lambda: library.scan([paths[0].parent])))
        library.people.add(paths, ["Ann Lee"])
        add("write", "files/s", count / seconds(lambda: library.write(library.plan(), ALL).wait()))
        add("roll back", "files/s", count / seconds(lambda: library.rollback(1, replan=True).wait()))
        started_at, handle = time.perf_counter(), library.write(library.plan(), ALL)
        client = Client(library, handle.id)
        with client.connected():
            handle.wait()
        add("write while a client requests pages", "files/s", count / (time.perf_counter() - started_at))
        for work, times in (
            ("response to the client", client.response_seconds),
            ("wake-up delay", client.delay_seconds),
        ):
            add(f"{work}, p50", "ms", statistics.median(times) * 1000)
            add(f"{work}, p95", "ms", p95(times) * 1000)
        library.rollback(3, replan=True).wait()
        for _ in range(ONE_FILE_RUNS):
            plan = library.plan(f'name:"{paths[0].stem}"')
            started_at = time.perf_counter()
            handle = library.write(plan, ALL)
            handle.wait()
            add(*ONE_FILE, (time.perf_counter() - started_at) * 1000)
            add(*FILE_ALONE, (library.operation(handle.id).items[0].seconds or 0.0) * 1000)
            library.rollback(handle.id, replan=True).wait()


if __name__ == "__main__":
    main()
