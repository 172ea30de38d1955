"""
Suggestions for a file, and the checks, on made-up libraries (see `benchmarks.plan`).

    python -m benchmarks.suggestions [--files 10000 100000] [--looks 200] [--dir FOLDER]

Suggestions are asked for files all over the library, one after the other, as somebody does who goes through the plan;
then again with an edit before each, so that every one is asked of a new version of the plan. Checks are found from
nothing, then again after an edit; then a page of each is read.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks import disk
from benchmarks.plan import fill
from indexium_core.library import Library
from indexium_core.model.check import KINDS
from indexium_core.store.database import Database


def timed(work: Callable[[], object]) -> float:
    """Return how many milliseconds something takes."""
    started = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - started)


def show(name: str, times: list[float]) -> None:
    """Print the median and the 95th percentile."""
    ordered = sorted(times)
    slow = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    print(f"    {name:<34}p50 {statistics.median(ordered):>8.1f} ms   p95 {slow:>8.1f} ms")


def measure(home: Path, *, files: int, looks: int) -> None:
    """Measure one home."""
    with Library.open(home) as library:
        library.plan()
        asked = [1 + number * (files // looks) for number in range(looks)]
        print(f"    {'the first suggestion':<34}    {timed(partial(library.suggestions.suggest, asked[0])):>8.1f} ms")
        show("suggestions for a file", [timed(partial(library.suggestions.suggest, each)) for each in asked])
        edited = []
        for each in asked[:20]:
            library.edit([each], ["Ann Lee", "Bob Ray"])
            library.plan()
            edited.append(timed(partial(library.suggestions.suggest, each)))
        show("the same, right after an edit", edited)
        print(f"    {'checks, from nothing':<34}    {timed(library.checks.groups):>8.1f} ms")
        library.edit([asked[-1]], ["Cy Twombly"])
        library.plan()
        print(f"    {'checks, after an edit':<34}    {timed(library.checks.groups):>8.1f} ms")
        for kind in KINDS:
            show(f"a page of {kind}", [timed(partial(library.checks.page, kind)) for _ in range(5)])


def main() -> None:
    """Make the homes, measure, print."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--files", type=int, nargs="+", default=[10_000, 100_000])
    words.add_argument("--looks", type=int, default=200)
    words.add_argument("--dir", type=Path, default=Path.cwd(), help="where the homes are made; not a tmpfs")
    given = words.parse_args()
    for files in given.files:
        with tempfile.TemporaryDirectory(dir=given.dir, prefix="suggestions-benchmark-") as name:
            home = Path(name) / "home"
            load = os.getloadavg()[0]
            print(f"{files:>10,} files   fsync p50 {disk.fsync_p50(Path(name)) * 1000:.2f} ms, load {load:.1f}")
            with Database.open(home) as database:
                fill(database, files=files, changing=True)
            measure(home, files=files, looks=given.looks)


if __name__ == "__main__":
    main()
