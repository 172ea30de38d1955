"""The list of calls is complete: the gate records every call of a write on films and journals that strace records."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.conftest import Scenes
from tests.support import gate, killed_write, seccomp, shapes
from tests.support.forks import ROOT
from tests.support.oracles import oracle
from tests.support.scenes import COMPANY, Scene

pytestmark = pytest.mark.crash

# Calls that can name a film or a journal and do not change it.
READING = {"access", "faccessat", "faccessat2", "stat", "lstat", "fstat", "newfstatat", "statx", "statfs", "fstatfs"}
READING |= {"readlink", "readlinkat", "open", "openat", "close", "read", "pread64", "readv", "preadv", "lseek", "fcntl"}
READING |= {"getdents64", "flock", "dup", "dup2", "dup3", "fadvise64", "readahead", "mmap", "chdir", "execve", "ioctl"}
READING |= {"getxattr", "lgetxattr", "fgetxattr", "listxattr", "llistxattr", "flistxattr", "inotify_add_watch"}
_LINE = re.compile(r"^(?:\d+\s+)?(\w+)\((.*)")


def test_gate_records_same_calls_as_strace(scenes: Scenes, listed_case: str, tmp_path: Path) -> None:
    scene = scenes(listed_case)
    seen = list(traced(scene, tmp_path / "trace"))
    unknown = {name for name, _ in seen} - READING - set(seccomp.NUMBERS)
    assert not unknown, f"calls that nobody here knows: {unknown}"
    assert not [line for name, line in seen if name == "mmap" and "PROT_WRITE" in line and "MAP_SHARED" in line]
    changing = Counter(name for name, line in seen if name not in READING)
    assert changing == Counter(call.name for call in scene.clean.calls if call.name not in READING)
    made = Counter(re.search(r"O_(CREAT|TRUNC)", line) is not None for name, line in seen if name.startswith("open"))
    assert made[True] >= sum(call.name.startswith("open") for call in scene.clean.calls)


def traced(scene: Scene, log: Path) -> Iterator[tuple[str, str]]:
    """Write once under strace and yield (name, arguments) of each call about films and journals."""
    scene.reset()
    stopped = "import os, signal; from pathlib import Path; from tests.support.killed_write import write; "
    program = f"{stopped}os.kill(os.getpid(), signal.SIGSTOP); write(Path({str(scene.home)!r}))"
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT) as writer:
        assert os.WIFSTOPPED(os.waitpid(writer.pid, os.WUNTRACED)[1])
        command = [oracle("strace"), "-f", "-qq", "-y", "-s", "0", "-e", "trace=%file,%desc,%memory", "-o", str(log)]
        with subprocess.Popen([*command, "-p", str(writer.pid)]) as strace:
            while f"TracerPid:\t{strace.pid}" not in Path(f"/proc/{writer.pid}/status").read_text():
                assert strace.poll() is None
                time.sleep(0.01)
            os.kill(writer.pid, signal.SIGCONT)
            assert writer.wait() == 0
    assert scene.film.state == "new"
    for line in log.read_text(errors="replace").splitlines():
        found = _LINE.match(line)
        if found and any(folder in line for folder in scene.trap_folders):
            yield found[1], found[2]


def test_every_case_has_its_strategy() -> None:
    assert shapes.ready(forced=True) == [name for name in shapes.ALL if name not in shapes.SIDECARS]
    assert {shape.strategy for shape in shapes.SIDECARS.values()} == {"sidecar_create", "sidecar_replace"}


def test_missing_gate_is_detected(scenes: Scenes) -> None:
    """A trap after the last call is never triggered, and the tests detect that."""
    scene = scenes(COMPANY)
    scene.reset()
    report = scene.run(killed_write.write, scene.trap(len(scene.clean.calls) + 1))
    assert (report.code, report.hit) == (0, None)
    assert isinstance(report, gate.Report)
