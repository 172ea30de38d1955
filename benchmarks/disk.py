"""The disk of a benchmark: the cost of an fsync, a count of fsyncs and bytes, and stand-ins for other disks."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks import report
from indexium_core.files import volumes
from indexium_core.files.containers import Capabilities

__all__ = ["Effort", "fsync_p50", "full_copies", "with_slow_fsync"]

_SLOW = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <unistd.h>
static int slow(const char *name, int fd) {
    usleep(1000 * MILLISECONDS);
    return ((int (*)(int))dlsym(RTLD_NEXT, name))(fd);
}
int fsync(int fd) { return slow("fsync", fd); }
int fdatasync(int fd) { return slow("fdatasync", fd); }
"""


def fsync_p50(folder: Path) -> float:
    """Return the seconds of one fsync of 4 kB in `folder`, the median of 50."""
    times = []
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        for _ in range(50):
            file.write(b"x" * 4096)
            started = time.perf_counter()
            os.fsync(file.fileno())
            times.append(time.perf_counter() - started)
    return statistics.median(times)


def with_slow_fsync(module: str, arguments: list[str], milliseconds: int) -> list[report.Entry] | None:
    """
    Run a benchmark in another process in which each fsync takes longer, those of the database too.

    Args:
        module: The name of the benchmark's module.
        arguments: Its arguments.
        milliseconds: How much longer each fsync takes.

    Returns the rows of the benchmark; None without a C compiler.

    """
    if shutil.which("gcc") is None:
        return None
    with tempfile.TemporaryDirectory() as name:
        library = Path(name) / "slow.so"
        build = ["gcc", "-shared", "-fPIC", f"-DMILLISECONDS={milliseconds}", "-o", str(library), "-x", "c", "-"]
        subprocess.run(build, input=_SLOW.encode(), check=True)
        command = [sys.executable, "-m", module, *arguments, "--json"]
        preloaded = os.environ | {"LD_PRELOAD": str(library)}
        done = subprocess.run(command, env=preloaded, check=True, stdout=subprocess.PIPE, text=True)
    return [report.from_json(line) for line in done.stdout.splitlines()]


@contextmanager
def full_copies() -> Iterator[None]:
    """Within this block, the file system seems to support neither insert range nor shared blocks."""
    genuine = volumes.capabilities

    def reduced(path: bytes, *, nlink: int, faststart: str) -> Capabilities:
        return replace(genuine(path, nlink=nlink, faststart=faststart), block=0, reflink=False)

    volumes.capabilities = reduced
    try:
        yield
    finally:
        volumes.capabilities = genuine


class Effort:
    """A count of the fsyncs and written bytes of Python code within a block; those of the database are not counted."""

    def __init__(self) -> None:
        self.fsyncs = 0
        self.written = 0
        self._genuine: dict[str, Any] = {}

    def __enter__(self) -> Self:
        for name in ("fsync", "fdatasync"):
            self._wrap(name, self._count_fsync)
        for name in ("write", "pwrite", "copy_file_range"):
            self._wrap(name, self._count_bytes)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name, genuine in self._genuine.items():
            setattr(os, name, genuine)
        self._genuine.clear()

    def _wrap(self, name: str, count: Any) -> None:
        genuine = self._genuine[name] = getattr(os, name)

        def wrapped(*arguments: Any) -> Any:
            result = genuine(*arguments)
            count(result)
            return result

        setattr(os, name, wrapped)

    def _count_fsync(self, _: None) -> None:
        self.fsyncs += 1

    def _count_bytes(self, count: int) -> None:
        self.written += count
