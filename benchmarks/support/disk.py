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

from benchmarks.support import report
from indexium_core.files import volumes
from indexium_core.files.containers import Capabilities

SLOW_FOLDER = "slow storage"  # name of a folder in which `with_slow_opens` delays each open

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

_SLOW_OPENS = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
static void delay(int folder, const char *path) {
    char link[64], target[4096] = "";
    if (path[0] != '/' && folder != AT_FDCWD) {
        snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
        if (readlink(link, target, sizeof target - 1) < 0) return;
    }
    if (strstr(path, FOLDER) || strstr(target, FOLDER)) usleep(1000 * MILLISECONDS);
}
#define OPEN(name) int name(const char *path, int flags, ...) { \\
    va_list rest; va_start(rest, flags); mode_t mode = va_arg(rest, mode_t); va_end(rest); \\
    delay(AT_FDCWD, path); \\
    return ((int (*)(const char *, int, mode_t))dlsym(RTLD_NEXT, #name))(path, flags, mode); }
#define OPENAT(name) int name(int folder, const char *path, int flags, ...) { \\
    va_list rest; va_start(rest, flags); mode_t mode = va_arg(rest, mode_t); va_end(rest); \\
    delay(folder, path); \\
    return ((int (*)(int, const char *, int, mode_t))dlsym(RTLD_NEXT, #name))(folder, path, flags, mode); }
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)
"""
_PRELOADED = "INDEXIUM_BENCHMARK_SLOW_OPENS"  # set in the process in which `with_slow_opens` runs a benchmark


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
    return _with_library(_SLOW, [f"-DMILLISECONDS={milliseconds}"], module, arguments)


def with_slow_opens(module: str, arguments: list[str], milliseconds: int) -> list[report.Entry] | None:
    """
    Run a benchmark in another process in which each open of a file in `SLOW_FOLDER` takes longer.

    The processes that it starts have the delay, too. Arguments and result as for `with_slow_fsync`.
    """
    options = [f"-DMILLISECONDS={milliseconds}", f'-DFOLDER="/{SLOW_FOLDER}/"']
    return _with_library(_SLOW_OPENS, options, module, arguments)


def has_slow_opens() -> bool:
    """Return whether this process has the delay of `with_slow_opens`."""
    return _PRELOADED in os.environ


def _with_library(source: str, options: list[str], module: str, arguments: list[str]) -> list[report.Entry] | None:
    """Run a benchmark in a process that loads a library first; return its rows, or None without a C compiler."""
    if shutil.which("gcc") is None:
        return None
    with tempfile.TemporaryDirectory() as name:
        library = Path(name) / "slow.so"
        build = ["gcc", "-shared", "-fPIC", *options, "-o", str(library), "-x", "c", "-"]
        subprocess.run(build, input=source.encode(), check=True)
        command = [sys.executable, "-m", module, *arguments, "--json"]
        preloaded = os.environ | {"LD_PRELOAD": str(library)} | ({_PRELOADED: "1"} if source is _SLOW_OPENS else {})
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
