"""
Processes to be killed: one interpreter, started once, that forks for each run of a function.

A fork costs 2 ms where a new interpreter costs 200, and forking is sound here because that interpreter has one thread.

    with Forks() as forks:
        assert forks.run(function, *arguments) == 0        # its exit code; negative: the signal that killed it
        report = forks.watch(trap, function, *arguments)   # … with its system calls passing a gate
"""

from __future__ import annotations

import importlib
import os
import pickle
import signal
import socket
import struct
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, Self

from tests.support import gate, seccomp

ROOT = Path(__file__).resolve().parents[2]
_LENGTH = struct.Struct(">I")


class Interpreter:
    """An interpreter that serves requests over its standard input until that is closed; a context manager."""

    _process: subprocess.Popen[Any]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


class Forks(Interpreter):
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
        return self._ask(None, function, arguments).code

    def watch(self, trap: gate.Trap, function: Callable[..., Any], *arguments: Any) -> gate.Report:
        """Do this with every call of the process passing the gate."""
        return self._ask(trap, function, arguments)

    def _ask(self, trap: gate.Trap | None, function: Callable[..., Any], arguments: tuple[Any, ...]) -> gate.Report:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        _send(self._process.stdin, pickle.dumps((trap, function.__module__, function.__qualname__, arguments)))
        head = self._process.stdout.read(_LENGTH.size)
        assert head, "the interpreter that forks has died"
        report = pickle.loads(self._process.stdout.read(_LENGTH.unpack(head)[0]))
        assert isinstance(report, gate.Report), report
        return report


def _send(pipe: BinaryIO, data: bytes) -> None:
    pipe.write(_LENGTH.pack(len(data)) + data)
    pipe.flush()


def _serve() -> None:
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while head := requests.read(_LENGTH.size):
        trap, *wanted = pickle.loads(requests.read(_LENGTH.unpack(head)[0]))
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            ours.close()
            _call(theirs if trap else None, *wanted)
        theirs.close()
        _send(answers, pickle.dumps(_report(pid, ours, trap)))
        ours.close()


def _report(pid: int, link: socket.socket, trap: gate.Trap | None) -> gate.Report | str:
    """Return the report of a process, or the traceback of an action of the trap that failed."""
    try:
        return gate.watch(pid, link, trap) if trap else _wait(pid)
    except Exception:  # noqa: BLE001 - the interpreter serves the tests after this one
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        return traceback.format_exc()


def _wait(pid: int) -> gate.Report:
    return gate.Report(code=os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def _call(surrender_to: socket.socket | None, module: str, name: str, arguments: tuple[Any, ...]) -> None:
    code = 1
    try:
        function = getattr(importlib.import_module(module), name)
        if surrender_to is not None:
            seccomp.surrender(surrender_to)
            surrender_to.close()
        function(*arguments)
        code = 0
    except BaseException:  # noqa: BLE001 - whatever it is, the parent learns of it by the exit code
        traceback.print_exc()
    finally:
        os._exit(code)


if __name__ == "__main__":
    for _name in sys.argv[1:]:
        importlib.import_module(_name)
    _serve()
