"""
Processes to be killed: one interpreter, started once, that forks for each run of a function.

A fork costs 2 ms where a new interpreter costs 200, and forking is sound here because that interpreter has one thread.

    with Forks() as forks:
        assert forks.run(function, *arguments) == 0        # its exit code; negative: the signal that killed it
"""

from __future__ import annotations

import importlib
import os
import pickle
import struct
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, Self

ROOT = Path(__file__).resolve().parents[2]
_LENGTH = struct.Struct(">I")


class Forks:
    """The interpreter that forks. Functions and arguments go by pickle, functions by their importable name."""

    def __init__(self, *preload: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.forks", *preload],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def run(self, function: Callable[..., Any], *arguments: Any) -> int:
        """Call a function in a process of its own and return how that ended; what it prints goes to stderr."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        _send(self._process.stdin, pickle.dumps((function.__module__, function.__qualname__, arguments)))
        answer = self._process.stdout.read(_LENGTH.size)
        return struct.unpack(">i", answer)[0] if answer else -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


def _send(pipe: BinaryIO, data: bytes) -> None:
    pipe.write(_LENGTH.pack(len(data)) + data)
    pipe.flush()


def _serve() -> None:
    requests, answers = sys.stdin.buffer, os.dup(1)
    os.dup2(2, 1)
    while head := requests.read(_LENGTH.size):
        request = requests.read(_LENGTH.unpack(head)[0])
        pid = os.fork()
        if pid == 0:
            _call(request)
        status = os.waitpid(pid, 0)[1]
        os.write(answers, struct.pack(">i", os.waitstatus_to_exitcode(status)))


def _call(request: bytes) -> None:
    code = 1
    try:
        module, name, arguments = pickle.loads(request)
        getattr(importlib.import_module(module), name)(*arguments)
        code = 0
    except BaseException:  # noqa: BLE001 - whatever it is, the parent learns of it by the exit code
        traceback.print_exc()
    finally:
        os._exit(code)


if __name__ == "__main__":
    for _name in sys.argv[1:]:
        importlib.import_module(_name)
    _serve()
