"""
What threads and processes cost: files a second, and how soon somebody is served meanwhile.

    python -m benchmarks.executors [--files 600] [--runs 3] [--dir FOLDER]

Small films are scanned, written and taken back by each executor in turn, each time in a fresh home; once with nobody
there, and once while somebody asks for a page of the plan and the figures of the write, twenty times a second, through
the interpreter that the dashboard lives in and with its settings. "Late" is by how much a thread that sleeps for 5 ms
wakes up later: what any click waits before anything is done about it.
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

from benchmarks import films
from benchmarks.write import ALL, run, settle
from indexium_core import settings
from indexium_core.library import Library

EXECUTORS = ("threads", "processes")  # `auto` is the second in a service
ONE_FILE_RUNS = 7
Figures = dict[str, list[float]]


class Somebody:
    """A person who clicks without rest while a block runs."""

    def __init__(self, library: Library, operation_id: int) -> None:
        self._library, self._operation_id = library, operation_id
        self.asked: list[float] = []
        self.late: list[float] = []
        self._gone = threading.Event()

    @contextmanager
    def there(self) -> Iterator[None]:
        threads = [threading.Thread(target=self._click), threading.Thread(target=self._sleep)]
        for thread in threads:
            thread.start()
        yield
        self._gone.set()
        for thread in threads:
            thread.join()

    def _click(self) -> None:
        number = 0
        while not self._gone.wait(0.05):
            number += 1
            started_at = time.perf_counter()
            self._library.ui_priority.request()
            self._library.plan(f"name:{number % 10}").page(1)
            self._library.status(self._operation_id)
            self.asked.append(time.perf_counter() - started_at)

    def _sleep(self) -> None:
        while not self._gone.is_set():
            started_at = time.perf_counter()
            time.sleep(0.005)
            self.late.append(time.perf_counter() - started_at - 0.005)


def main() -> None:
    """Measure both and print a table."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--files", type=int, default=600)
    words.add_argument("--runs", type=int, default=3)
    words.add_argument("--dir", type=Path, default=Path.cwd(), help="where the films lie; not a tmpfs")
    chosen = words.parse_args()
    sys.setswitchinterval(0.0005)  # as `serve` does
    found: dict[str, Figures] = {executor: {} for executor in EXECUTORS}
    with tempfile.TemporaryDirectory(dir=chosen.dir) as place:
        paths = _films(Path(place), chosen.files)
        for number in range(chosen.runs):
            for executor in EXECUTORS:
                _measure(Path(place) / f"{executor}-{number}", paths, executor, found[executor])
    _show(found)


def _films(place: Path, count: int) -> list[Path]:
    folder = place / "films"
    folder.mkdir()
    first = place / "first.mp4"
    run([*films.FFMPEG, "-f", "lavfi", "-i", "testsrc2=s=160x90:r=10:d=2", "-c:v", "mpeg4", str(first)])
    data = bytearray(first.read_bytes())
    at = data.index(b"mdat") + 200
    paths = [folder / f"film {number:05}.mp4" for number in range(count)]
    for number, path in enumerate(paths):
        data[at : at + 4] = number.to_bytes(4, "big")  # each is a film of its own
        path.write_bytes(data)
    settle(folder)
    return paths


def _measure(home: Path, paths: list[Path], executor: str, figures: Figures) -> None:
    def note(name: str, value: float) -> None:
        figures.setdefault(name, []).append(value)

    count = len(paths)
    with Library.open(home, config=settings.load(home, executor=executor)) as library:
        started_at = time.perf_counter()
        library.scan([paths[0].parent])
        note("scan, files/s", count / (time.perf_counter() - started_at))
        library.people.add(paths, ["Ann Lee"])
        started_at = time.perf_counter()
        library.write(library.plan(), ALL).wait()
        note("write, files/s", count / (time.perf_counter() - started_at))
        started_at = time.perf_counter()
        library.rollback(1, replan=True).wait()
        note("roll back, files/s", count / (time.perf_counter() - started_at))
        started_at, handle = time.perf_counter(), library.write(library.plan(), ALL)
        somebody = Somebody(library, handle.id)
        with somebody.there():
            handle.wait()
        note("write while somebody clicks, files/s", count / (time.perf_counter() - started_at))
        for name, times in (("a click", somebody.asked), ("late", somebody.late)):
            note(f"{name}, p50 ms", statistics.median(times) * 1000)
            note(f"{name}, p95 ms", statistics.quantiles(times, n=20)[-1] * 1000)
        library.rollback(3, replan=True).wait()
        one = library.plan(f'name:"{paths[0].stem}"')
        for _ in range(ONE_FILE_RUNS):
            begun = time.perf_counter()
            written = library.write(one, ALL)
            written.wait()
            note("one file from the call to recorded, ms", (time.perf_counter() - begun) * 1000)
            library.rollback(written.id, replan=True).wait()
            one = library.plan(f'name:"{paths[0].stem}"')
    note("largest process beside, MB", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000)


def _show(found: dict[str, Figures]) -> None:
    print(f"{'median of the runs':40}" + "".join(f"{executor:>12}" for executor in EXECUTORS))
    for name in found["threads"]:
        print(f"{name:40}" + "".join(f"{statistics.median(found[executor][name]):12.1f}" for executor in EXECUTORS))


if __name__ == "__main__":
    main()
