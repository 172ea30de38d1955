"""
A Dask cluster of 1, 2 and 4 workers on storage with a delay: files a second.

    python -m benchmarks.cluster [--files 960] [--milliseconds 20] [--dir FOLDER]

The scheduler and the workers are the commands of Dask, and each worker has one thread. One more worker has as many
threads as the run without a cluster: its peer is that run. A library that is loaded before
the C library delays each `open` of a file on the storage, in the workers and in this process, as a network does. A
write takes one film of ten. The films, the home and the workers are new for each figure, and a first run on other
films has loaded all modules. Each figure is one run.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.support import disk, films, report
from benchmarks.support.timing import seconds
from benchmarks.write import ALL
from indexium_core import settings
from indexium_core.library import Library

WORKERS = (1, 2, 4)
_WARM_FILES = 20  # for each worker
_WRITTEN = 10  # one film of so many is written
_ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Print the rows."""
    parser = report.parser(__doc__)
    parser.add_argument("--files", type=int, default=960)
    parser.add_argument("--milliseconds", type=int, default=20, help="how much longer each open takes")
    options = parser.parse_args()
    report.show(rows(options), json_lines=options.json)


def rows(options: argparse.Namespace) -> Iterator[report.Entry]:
    """Yield the files a second of a scan and of a write; the peer of each is one worker."""
    if not disk.has_slow_opens():
        arguments = ["--files", str(options.files), "--milliseconds", str(options.milliseconds)]
        arguments += ["--dir", str(options.dir)]
        slow = disk.with_slow_opens("benchmarks.cluster", arguments, options.milliseconds)
        yield from slow or [report.Omission("Dask cluster", "There is no C compiler to build the delay.")]
        return
    figures = {count: _measured(options.dir, count, options.files) for count in WORKERS}
    threads = _measured(options.dir, 0, options.files)
    config = settings.load(options.dir)
    equal = {
        "scan": config.max_concurrent_reads,
        "write": config.metadata_max_concurrent_writes,
    }
    for work in ("scan", "write"):
        name = f"{options.files} films, each open {options.milliseconds} ms longer: {work}"
        yield report.Row(f"{name}, without a cluster, on threads", threads[work], "files/s")
        alike = _measured(options.dir, 1, options.files, threads=equal[work])[work]
        one = f"Dask cluster of 1 worker with {equal[work]} threads"
        yield report.Row(f"{name}, {one}", alike, "files/s", "half of threads without a cluster", threads[work] / 2)
        for count in WORKERS:
            peer = ("1 worker", figures[1][work]) if count > 1 else ("", None)
            workers = f"{count} workers" if count > 1 else "1 worker"
            yield report.Row(f"{name}, Dask cluster of {workers}", figures[count][work], "files/s", *peer)


def _measured(place: Path, workers: int, count: int, *, threads: int = 1) -> dict[str, float]:
    """Return the files a second of a new cluster, by work; 0 workers: on threads, without a cluster."""
    with tempfile.TemporaryDirectory(dir=place, prefix="cluster-benchmark-") as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        storage = folder / disk.SLOW_FOLDER
        storage.mkdir()
        executor = stack.enter_context(_cluster(folder, workers, threads)) if workers else "threads"
        _run(folder / "first home", storage / "first", _WARM_FILES * max(1, workers * threads), executor)
        return _run(folder / "home", storage / "films", count, executor)


def _run(home: Path, folder: Path, count: int, executor: str) -> dict[str, float]:
    paths = films.small_films(folder, count)
    with Library.open(home, config=settings.load(home, executor=executor)) as library:
        scan = count / seconds(lambda: library.scan([folder]))
        written = paths[::_WRITTEN]
        library.people.add(written, ["Ann Lee"])
        plan = library.plan()
        write = len(written) / seconds(lambda: library.write(plan, ALL).wait())
        assert library.status(1).counts == {"success": len(written)}
    return {"scan": scan, "write": write}


@contextlib.contextmanager
def _cluster(folder: Path, workers: int, threads: int) -> Iterator[str]:
    """Start a scheduler and its workers, and yield the value of `INDEXIUM_EXECUTOR`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    commands = [["dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]]
    worker = ["dask_worker", f"tcp://127.0.0.1:{port}", "--nthreads", str(threads), "--no-nanny", "--no-dashboard"]
    commands += [[*worker, "--name", f"worker{number}", "--local-directory", str(folder)] for number in range(workers)]
    environment = os.environ | {"PYTHONPATH": str(_ROOT), "DASK_LOGGING__DISTRIBUTED": "critical"}
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{command[0]}", *command[1:]],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for command in commands
    ]
    try:
        _wait_for(f"tcp://127.0.0.1:{port}", workers)
        yield f"dask://127.0.0.1:{port}"
    finally:
        for process in processes:
            process.kill()
            process.wait()


def _wait_for(address: str, workers: int) -> None:
    from distributed import Client

    deadline = time.monotonic() + 60
    while True:
        with contextlib.suppress(OSError), Client(address, timeout=30, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=60)
            return
        if time.monotonic() > deadline:
            raise TimeoutError(address)
        time.sleep(0.5)


if __name__ == "__main__":
    main()
