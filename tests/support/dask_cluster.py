"""
A real Dask cluster on this machine: a scheduler and workers, each a process of its own that can be killed.

    with DaskHost() as host, DaskCluster(host, folder) as cluster:
        worker = cluster.start_worker("one", INDEXIUM_PATH_MAP="/films=/mnt/films")
        …                                          # cluster.url is the value of INDEXIUM_EXECUTOR
        worker.kill()

The host is an interpreter that has the modules imported and forks for each process, which takes 10 ms where a new
interpreter takes two seconds.

A worker stops at a step of its journal, once, if a file in the folder `points` of its cluster names the step:
`before-commit`, `after-making` … It writes its number to the file `stopped` and waits for the file `go`. While there is
a file `no-reverse`, no reverse of a new file is small. A worker waits for the answer of a callback as
long as its environment variable `ANSWER_SECONDS` says.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Self

from tests.support.forks import ROOT, Interpreter
from tests.support.waiting import PATIENCE, until

_QUIET = {  # an idle process of Dask measures itself many times a second
    "DASK_LOGGING__DISTRIBUTED": "critical",
    "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",
    "DASK_DISTRIBUTED__ADMIN__TICK__INTERVAL": "10s",
    "DASK_DISTRIBUTED__ADMIN__SYSTEM_MONITOR__INTERVAL": "10s",
}
_stopped_threads: list[threading.Thread] = []  # of this worker


class DaskProcess:
    """A scheduler or a worker."""

    def __init__(self, pid: int, address: str) -> None:
        self.pid, self.address = pid, address

    def kill(self) -> None:
        """Kill it, and return when it has ended."""
        self.send(signal.SIGKILL)
        while self.is_running():
            time.sleep(0.005)

    def send(self, number: int) -> None:
        try:
            os.kill(self.pid, number)
        except ProcessLookupError:
            return

    def is_running(self) -> bool:
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True


class DaskHost(Interpreter):
    """The interpreter that forks."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.dask_cluster"],
            cwd=ROOT,
            env=os.environ | _QUIET,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self, **wanted: Any) -> DaskProcess:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(wanted) + "\n")
        self._process.stdin.flush()
        pid, address = self._process.stdout.readline().split()
        return DaskProcess(int(pid), address)


class DaskCluster:
    """A scheduler and its workers, on free ports of the loopback address, without a dashboard."""

    def __init__(self, host: DaskHost, folder: Path) -> None:
        self._host, self._folder = host, folder
        self.points = folder / "points"
        self.points.mkdir()
        self._processes: list[DaskProcess] = []
        self.start_scheduler()
        self._port = int(self.scheduler.address.rsplit(":", 1)[1])

    @property
    def url(self) -> str:
        return self.scheduler.address.replace("tcp://", "dask://")

    def start_scheduler(self) -> None:
        """Start the scheduler, at the address of the former one if there was one."""
        self.scheduler = self._start(role="scheduler", port=getattr(self, "_port", 0))

    def start_worker(self, name: str, *, nthreads: int = 1, **environment: str) -> DaskProcess:
        """Start a worker with further environment variables; return when the scheduler knows it."""
        return self._start(
            role="worker",
            address=self.scheduler.address,
            name=name,
            nthreads=nthreads,
            folder=str(self._folder / name),
            environment=environment,
            points=str(self.points),
        )

    def stop_at(self, point: str) -> None:
        """Let the next worker that reaches a step stop there."""
        for name in ("go", "stopped"):
            (self.points / name).unlink(missing_ok=True)
        (self.points / point).touch()

    def stopped(self) -> DaskProcess:
        """Wait until a worker has stopped, and return it."""
        until((self.points / "stopped").exists)
        pid = int((self.points / "stopped").read_text())
        return next(each for each in self._processes if each.pid == pid)

    def go(self) -> None:
        """Let the stopped worker continue."""
        (self.points / "go").touch()

    def _start(self, **wanted: Any) -> DaskProcess:
        process = self._host.start(**wanted)
        self._processes.append(process)
        return process

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.kill()


def _serve() -> None:
    """Fork a process for each line of the input, and print its number and its address."""
    import distributed  # noqa: F401 - the forks have it

    import indexium_core.flows.scanning.file_facts
    import indexium_core.flows.writing.workers.cluster_edits
    import indexium_core.jobs.cluster.task  # noqa: F401

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # ended processes leave no entry behind
    for line in sys.stdin:
        wanted = json.loads(line)
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reader)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            null = os.open(os.devnull, os.O_RDWR)
            os.dup2(null, 0)
            os.dup2(null, 1)
            os.environ.update(wanted.pop("environment", {}))
            asyncio.run(_run(writer, **wanted))
            for thread in _stopped_threads:  # the command `dask worker` waits for its running tasks, too
                thread.join(PATIENCE)
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader) as pipe:
            sys.stdout.write(f"{pid} {pipe.readline()}\n")
        sys.stdout.flush()


async def _run(ready: int, role: str, **wanted: Any) -> None:
    import distributed

    from indexium_core.jobs.cluster import task

    if role == "scheduler":
        server: Any = distributed.Scheduler(host="127.0.0.1", port=wanted["port"], dashboard_address="127.0.0.1:0")
    else:
        _stop_at_points(Path(wanted["points"]))
        task.ANSWER_SECONDS = float(os.environ.get("ANSWER_SECONDS", task.ANSWER_SECONDS))
        server = distributed.Worker(
            wanted["address"],
            nthreads=wanted["nthreads"],
            name=wanted["name"],
            local_directory=wanted["folder"],
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
        )
    async with server:
        os.write(ready, server.address.encode())
        os.close(ready)
        await server.finished()


def _stop_at_points(points: Path) -> None:
    from indexium_core.files.journal import OperationJournal
    from indexium_core.files.swap import Replacement

    def stopping(name: str, real: Any) -> Any:
        def method(*args: Any) -> None:
            _stop(points, f"before-{name}")
            real(*args)
            _stop(points, f"after-{name}")

        return method

    for name in ("begin", "making", "swap", "commit"):
        setattr(OperationJournal, name, stopping(name, getattr(OperationJournal, name)))
    reverse = Replacement.reverse
    Replacement.reverse = (  # type: ignore[method-assign]
        lambda self: None if (points / "no-reverse").exists() else reverse(self)
    )


def _stop(points: Path, point: str) -> None:
    try:
        (points / point).unlink()
    except FileNotFoundError:
        return
    _stopped_threads.append(threading.current_thread())
    partial = points / "stopping"
    partial.write_text(str(os.getpid()))
    partial.rename(points / "stopped")
    while not (points / "go").exists():
        time.sleep(0.005)


if __name__ == "__main__":
    _serve()
