"""
A real Dask cluster on this machine: a scheduler and workers, each a process of its own that can be killed.

    with DaskCluster(folder) as cluster:
        worker = cluster.start_worker("one", INDEXIUM_PATH_MAP="/films=/mnt/films")
        …                                          # cluster.url is the value of INDEXIUM_EXECUTOR
        worker.kill()

One interpreter has the modules imported and forks for each process, which takes 10 ms where a new interpreter takes
two seconds.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[2]


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


class DaskCluster:
    """A scheduler and its workers, on free ports of the loopback address, without a dashboard."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._processes: list[DaskProcess] = []
        self._host = subprocess.Popen(
            [sys.executable, "-m", "tests.support.dask_cluster"],
            cwd=ROOT,
            env=os.environ | {"DASK_LOGGING__DISTRIBUTED": "critical"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
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
        )

    def _start(self, **wanted: Any) -> DaskProcess:
        assert self._host.stdin is not None
        assert self._host.stdout is not None
        self._host.stdin.write(json.dumps(wanted) + "\n")
        self._host.stdin.flush()
        pid, address = self._host.stdout.readline().split()
        process = DaskProcess(int(pid), address)
        self._processes.append(process)
        return process

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.send(signal.SIGKILL)
        assert self._host.stdin is not None
        assert self._host.stdout is not None
        self._host.stdin.close()
        self._host.wait(10)
        self._host.stdout.close()


def _serve() -> None:
    """Fork a process for each line of the input, and print its number and its address."""
    import distributed  # noqa: F401 - the forks have it

    import indexium_core.flows.scanning.file_facts
    import indexium_core.flows.writing.remote_edit
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
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader) as pipe:
            sys.stdout.write(f"{pid} {pipe.readline()}\n")
        sys.stdout.flush()


async def _run(ready: int, role: str, **wanted: Any) -> None:
    import distributed

    if role == "scheduler":
        server: Any = distributed.Scheduler(host="127.0.0.1", port=wanted["port"], dashboard_address="127.0.0.1:0")
    else:
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


if __name__ == "__main__":
    _serve()
