"""
All benchmarks with one command, as one table.

    python -m benchmarks [--quick] [--only NAME …] [--dir FOLDER] [--markdown FILE]

Each module runs in a process of its own with default arguments, and prints its rows as soon as they are measured. A
full run writes `docs/performance.md`. A quick run and a run of some modules write only to the file of `--markdown`.
`--quick` uses small sizes and few runs, and takes two to three minutes on two idle cores.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.support import disk, report
from indexium_core import errors
from indexium_core.files import program, volumes
from indexium_core.version import __version__

PAGE = Path(__file__).resolve().parents[1] / "docs" / "performance.md"
MODULES = {  # name → arguments of a quick run; in the order of the table
    "write": "--gigabytes 0.05 --small 50 --runs 1 --only end full small",
    "scan": "--new 100 --known 1000 --probe 40 --runs 1",
    "hashes": "--films 3 --megabytes 5 --clips 100 --runs 1",
    "photos": "--photos 50 --large 20 --megabytes 1 --sample 3",
    "plan": "--files 10000 --runs 1",
    "suggestions": "--files 10000 --requests 20",
    "pictures": "--files 10000 --pages 20 --titles 50 --candidates 40 --hashes 500 --dialogs 20",
    "titles": "--files 300 --pages 5 --step 20",
    "publish": "--films 100 --episodes 500 --written 50 --runs 1",
    "recovery": "--films 100 --episodes 500 --lost 50 --runs 1",
    "enrichment": "--films 20 --series 5 --episodes 4 --questions 5 --kills 0",
    "startup": "--files 1000 --runs 3",
    "dashboard": "--files 10000 --times 1 --real 100",
    "service": "--files 10000 --people 5 --reads 10 --real 40",
    "executors": "--files 40 --runs 1",
    "cluster": "--files 40",
    "jobs": "--files 50 --waiting 10000 --runs 1",
    "snapshot": "--files 10000 --runs 1",
}
INTRODUCTION = """\
# Performance

`python -m benchmarks` measures these figures and writes this page. Each figure is a public call with default settings.
The peer or the limit was measured on the same machine in the same run; a goal is a constant.

- The ratio says how many times faster Indexium is, or how many times less it needs. Below 1, the peer is better.
- Two figures are the median and the 95th percentile; the ratio is that of the 95th percentile.
- Each module of `benchmarks/` measures one part and says how: `python -m benchmarks.write`, for example.
"""
QUICK_NOTE = """
**This is a quick run.** Its sizes are small and its runs are few. It shows that the benchmarks work, but its figures
are not representative. Run `python -m benchmarks` on a quiet machine to replace them.
"""


def main() -> int:
    """Run the benchmarks, print the table, and write it; return the exit code."""
    options = parse(sys.argv[1:])
    facts = machine(options.dir) | versions() | {"command": command_line(options)}
    entries: list[report.Entry] = []
    failed = False
    print(report.heading(), flush=True)
    for name in options.only or MODULES:
        arguments = MODULES[name].split() if options.quick else []
        exit_code = run(name, [*arguments, "--dir", str(options.dir)], entries)
        if exit_code:
            entries.append(report.Omission(name, f"The benchmark ended with exit code {exit_code}."))
            print(report.as_text(entries[-1]), flush=True)
            failed = True
        if options.markdown:  # after each module: an interrupted run keeps what it has measured
            options.markdown.write_text(page(entries, facts, quick=options.quick), encoding="utf-8")
    return int(failed)


def parse(arguments: list[str]) -> argparse.Namespace:
    """Return the options of a command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="small sizes and few runs")
    parser.add_argument("--only", nargs="+", choices=MODULES, metavar="NAME", help=f"modules: {', '.join(MODULES)}")
    parser.add_argument("--dir", type=Path, default=Path.cwd(), help="folder for the files that are made; not a tmpfs")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the table to this file, as Markdown")
    options = parser.parse_args(arguments)
    if options.markdown is None and not options.quick and not options.only:
        options.markdown = PAGE
    return options


def run(name: str, arguments: list[str], entries: list[report.Entry]) -> int:
    """Run a module in a process of its own, print its rows, add them to `entries`, and return its exit code."""
    command = [sys.executable, "-m", f"benchmarks.{name}", *arguments, "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            entries.append(report.from_json(line))
            print(report.as_text(entries[-1]), flush=True)
    return process.returncode


def page(entries: list[report.Entry], facts: dict[str, str], *, quick: bool) -> str:
    """Return the page with the table."""
    known = "".join(f"| {name} | {value} |\n" for name, value in facts.items())
    note = QUICK_NOTE if quick else ""
    return f"{INTRODUCTION}{note}\n{report.markdown(entries, quick=quick)}\n## Machine\n\n| | |\n| --- | --- |\n{known}"


def machine(folder: Path) -> dict[str, str]:
    """Return the date and the facts about this machine that the figures depend on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "processor": cpu_model(),
        "cores": f"{os.cpu_count()}, load at the start {os.getloadavg()[0]:.1f}",
        "memory": f"{memory / 1e9:.1f} GB",
        "file system": volumes.of(os.fsencode(folder)).label,
        "one fsync of 4 kB": f"{disk.fsync_p50(folder) * 1000:.2f} ms",
    }


def cpu_model() -> str:
    """Return the name of the processor, or of its architecture where the system does not tell the name."""
    table = Path("/proc/cpuinfo")
    lines = table.read_text().splitlines() if table.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def versions() -> dict[str, str]:
    """Return the versions of Indexium and of the software that it calls."""
    try:
        ffmpeg = program.version(program.executable())
    except errors.FFmpegError:
        ffmpeg = "not installed"
    return {
        "Indexium": __version__,
        "Python": platform.python_version(),
        "DuckDB": importlib.metadata.version("duckdb"),
        "FFmpeg": ffmpeg,
        "PyAV": importlib.metadata.version("av"),
    }


def command_line(options: argparse.Namespace) -> str:
    """Return the command line without the paths of this machine."""
    words = ["python -m benchmarks"]
    if options.quick:
        words.append("--quick")
    if options.only:
        words += ["--only", *options.only]
    if options.dir != Path.cwd():
        words.append("--dir FOLDER")
    if options.markdown and options.markdown.resolve() != PAGE:
        words.append("--markdown FILE")
    elif options.markdown and (options.quick or options.only):
        words.append("--markdown docs/performance.md")
    return f"`{' '.join(words)}`"


if __name__ == "__main__":
    sys.exit(main())
