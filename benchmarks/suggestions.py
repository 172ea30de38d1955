"""
Suggestions for a file, and the checks, in homes without media (see `benchmarks.plan`).

    python -m benchmarks.suggestions [--files 10000 100000] [--requests 200] [--dir FOLDER]

Suggestions are requested for files of the whole library, one after the other, as in a review of the plan. Then an edit
precedes each request, so that each uses a new version of the plan. Checks are computed from nothing and after an edit;
then a page of each is read.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from benchmarks.plan import fill
from benchmarks.support import report
from benchmarks.support.timing import p95, seconds
from indexium_core.library import Library
from indexium_core.model.check import KINDS
from indexium_core.store.database import Database


def main() -> None:
    """Print the rows."""
    parser = report.parser(__doc__)
    parser.add_argument("--files", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--requests", type=int, default=200)
    options = parser.parse_args()
    report.show(rows(options), json_lines=options.json)


def rows(options: argparse.Namespace) -> Iterator[report.Row]:
    """Yield the rows of each size."""
    for files in options.files:
        with tempfile.TemporaryDirectory(dir=options.dir, prefix="suggestions-benchmark-") as name:
            with Database.open(Path(name)) as database:
                fill(database, files=files, changing=True)
            with Library.open(Path(name)) as library:
                yield from measure(library, f"{files:,} files", files=files, requests=min(files, options.requests))


def measure(library: Library, where: str, *, files: int, requests: int) -> Iterator[report.Row]:
    """Yield the rows of one home."""
    library.plan()
    file_ids = [1 + number * (files // requests) for number in range(requests)]
    suggest = library.suggestions.suggest
    yield report.Row(f"{where}: first suggestion", _milliseconds(partial(suggest, file_ids[0])), "ms")
    yield _row(f"{where}: suggestions for a file", [_milliseconds(partial(suggest, each)) for each in file_ids])
    times = []
    for each in file_ids[:20]:
        library.edit([each], ["Ann Lee", "Bob Ray"])
        library.plan()
        times.append(_milliseconds(partial(suggest, each)))
    yield _row(f"{where}: suggestions for a file, after an edit", times)
    checked = _milliseconds(library.checks.groups)
    yield report.Row(f"{where}: checks from nothing", checked, "ms")
    library.edit([file_ids[-1]], ["Cy Twombly"])
    library.plan()
    yield report.Row(
        f"{where}: checks after an edit", _milliseconds(library.checks.groups), "ms", "from nothing", checked
    )
    for kind in KINDS:
        times = [_milliseconds(partial(library.checks.page, kind)) for _ in range(5)]
        yield _row(f"{where}: page of the check {kind}", times)


def _milliseconds(work: Callable[[], object]) -> float:
    return 1000 * seconds(work)


def _row(work: str, times: list[float]) -> report.Row:
    return report.Row(work, statistics.median(times), "ms", p95=p95(times))


if __name__ == "__main__":
    main()
