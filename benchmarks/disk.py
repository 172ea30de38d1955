"""What the disk under a benchmark costs, and how much a piece of work asks of it."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

__all__ = ["Effort", "fsync_p50", "with_slow_fsync"]

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
    """Return the seconds that one fsync of 4 kB takes in `folder`, the median of 50."""
    times = []
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        for _ in range(50):
            file.write(b"x" * 4096)
            started = time.perf_counter()
            os.fsync(file.fileno())
            times.append(time.perf_counter() - started)
    return statistics.median(times)


def with_slow_fsync(module: str, arguments: list[str], milliseconds: int) -> int | None:
    """
    Run a benchmark again in a process where each fsync takes `milliseconds` longer, also those of the database.

    Returns its exit code; None without a C compiler.
    """
    if shutil.which("gcc") is None:
        return None
    with tempfile.TemporaryDirectory() as name:
        library = Path(name) / "slow.so"
        build = ["gcc", "-shared", "-fPIC", f"-DMILLISECONDS={milliseconds}", "-o", str(library), "-x", "c", "-"]
        subprocess.run(build, input=_SLOW.encode(), check=True)
        preloaded = os.environ | {"LD_PRELOAD": str(library)}
        return subprocess.run([sys.executable, "-m", module, *arguments], env=preloaded, check=False).returncode


class Effort:
    """Counts, within its block, the fsyncs and bytes written that Python asks for; the database has its own."""

    def __init__(self) -> None:
        self.fsyncs = 0
        self.written = 0
        self._genuine: dict[str, Any] = {}

    def per(self, count: int) -> str:
        """Return both as a text, divided by `count`."""
        return f"{self.fsyncs / count:.1f} fsyncs and {self.written / count:,.0f} bytes written"

    def __enter__(self) -> Self:
        for name in ("fsync", "fdatasync"):
            self._wrap(name, self._synced)
        for name in ("write", "pwrite", "copy_file_range"):
            self._wrap(name, self._wrote)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name, genuine in self._genuine.items():
            setattr(os, name, genuine)
        self._genuine.clear()

    def _wrap(self, name: str, note: Any) -> None:
        genuine = self._genuine[name] = getattr(os, name)

        def wrapped(*given: Any) -> Any:
            result = genuine(*given)
            note(result)
            return result

        setattr(os, name, wrapped)

    def _synced(self, _: None) -> None:
        self.fsyncs += 1

    def _wrote(self, count: int) -> None:
        self.written += count
