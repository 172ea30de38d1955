"""
The start-up of commands: from the start of the process to its end.

    python -m benchmarks.startup [--files 10000] [--runs 10] [--dir FOLDER]

The commands are `indexium --version` and `--help`, and commands that read a home with planned files (see
`benchmarks.plan`). The peer of the times is `git --version`. The peer of the processor times, of which the best one
counts, is a Python program that does nothing. The commands alternate, after one run that is not counted.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.plan import fill
from benchmarks.support import report
from benchmarks.support.timing import seconds
from indexium_core.library import Library
from indexium_core.store.database import Database

INDEXIUM = (sys.executable, "-c", "import sys; from indexium_core.cli import main; sys.exit(main())")
GIT = "git --version"
NOTHING = "python -c pass"


def main() -> None:
    """Print the rows."""
    parser = report.parser(__doc__)
    parser.add_argument("--files", type=int, default=10_000, help="planned files in the home of `plan`")
    parser.add_argument("--runs", type=int, default=10)
    options = parser.parse_args()
    report.show(rows(options), json_lines=options.json)


def rows(options: argparse.Namespace) -> Iterator[report.Entry]:
    """Yield one row for each command."""
    with tempfile.TemporaryDirectory(dir=options.dir, prefix="startup-benchmark-") as name:
        home = Path(name)
        with Database.open(home) as database:
            fill(database, files=options.files, changing=True)
        with Library.open(home) as library:
            library.plan()
        commands: dict[str, tuple[str, ...]] = {
            "indexium --version": (*INDEXIUM, "--version"),
            "indexium --help": (*INDEXIUM, "--help"),
            f"indexium plan, {options.files:,} files": (*INDEXIUM, "plan"),
            "indexium plan --per-page 1": (*INDEXIUM, "plan", "--per-page", "1"),
            "indexium files": (*INDEXIUM, "files"),
            "indexium people list": (*INDEXIUM, "people", "list"),
            "indexium jobs list": (*INDEXIUM, "jobs", "list"),
            NOTHING: (sys.executable, "-c", "pass"),
        }
        if shutil.which("git"):
            commands[GIT] = ("git", "--version")
        times, processor_times = _times(commands, home, options.runs)
    theirs = times.pop(GIT, None)
    for work, milliseconds in times.items():
        if work != NOTHING:
            yield report.Row(work, milliseconds, "ms", f"`{GIT}`", theirs)
    if theirs is None:
        yield report.Omission(f"start-up against `{GIT}`", "git is not installed.")
    for work in times:
        if work != NOTHING:
            best, floor = processor_times[work], processor_times[NOTHING]
            yield report.Row(f"{work}, processor time", best, "ms", f"`{NOTHING}`", floor)


def environment(home: Path) -> dict[str, str]:
    """Return the environment of a command for a home. It keeps compiled modules, as an installed command has them."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"INDEXIUM_HOME": str(home)}


def _times(commands: dict[str, tuple[str, ...]], home: Path, runs: int) -> tuple[dict[str, float], dict[str, float]]:
    """Return the median time of each command, and its best processor time, in milliseconds."""
    times: dict[str, list[float]] = {work: [] for work in commands}
    processor_times: dict[str, list[float]] = {work: [] for work in commands}
    for number in range(runs + 1):
        for work, command in commands.items():
            call = partial(subprocess.run, command, env=environment(home), check=True, capture_output=True)
            before = _processor_time()
            elapsed = seconds(call)
            if number:
                times[work].append(elapsed)
                processor_times[work].append(_processor_time() - before)
    return (
        {work: statistics.median(each) * 1000 for work, each in times.items()},
        {work: min(each) * 1000 for work, each in processor_times.items()},
    )


def _processor_time() -> float:
    """Return the processor time of the programs that have ended, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
