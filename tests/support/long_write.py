"""
A process with a library at work, to be held, stopped and killed: `python -m tests.support.long_write HOME WHAT`.

WHAT is `write`, or `back` for taking operation 1 back; either goes on with what was cut off. It says `begun ID`, then
`done STATUS`; on `pause` and `resume`, as lines of its input, it does so and says `paused` and `resumed`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Self

from indexium_core.flows.writing import protocol, remote_edit
from indexium_core.library import Library
from indexium_core.model.operations.operation import MetadataOperation, WriteOptions

ROOT = Path(__file__).resolve().parents[2]
ALL = WriteOptions(risk=("safe", "warning", "danger"))
_PACE = 0.01  # seconds that each file takes longer, so that there is something to hold


class Child:
    """The process, as a test sees it."""

    def __init__(self, home: Path, what: str) -> None:
        command = [sys.executable, "-m", "tests.support.long_write", str(home), what]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def hear(self, word: str) -> str:
        """Wait for a line that begins with a word and return the rest of it; fails where the process ends before."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line.startswith(word), f"instead of '{word}': {line!r}"
        return line.removeprefix(word).strip()

    def say(self, word: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{word}\n")

    def kill(self) -> None:
        """Kill it, whatever it is at."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()


def _say(*words: object) -> None:
    print(*words, flush=True)


def _slow_down() -> None:
    real = remote_edit.edit

    def edit(*arguments: Any) -> protocol.EditResult:
        time.sleep(_PACE)
        return real(*arguments)

    remote_edit.edit = edit


def _cut_off(library: Library, kind: str) -> MetadataOperation | None:
    newest = next(iter(library.history(operation_type=kind).items), None)
    return newest if newest is not None and newest.status == "interrupted" else None


def _listen(library: Library, operation_id: int) -> None:
    for line in sys.stdin:
        if line.strip() == "pause":
            library.pause(operation_id)
            _say("paused")
        elif line.strip() == "resume":
            library.resume(operation_id)
            _say("resumed")


def main(home: Path, what: str) -> None:
    _slow_down()
    with Library.open(home) as library:
        left = _cut_off(library, "rollback" if what == "back" else "write")
        if left is not None:
            handle = library.resume(left.id)
        elif what == "back":
            handle = library.rollback(1)
        else:
            handle = library.write(library.plan(), ALL)
        _say("begun", handle.id)
        threading.Thread(target=_listen, args=(library, handle.id), daemon=True).start()
        _say("done", handle.wait().status)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
    sys.stdout.flush()
    os._exit(0)
