"""
Processes to be held, stopped and killed, that say how far they are.

They are forked from one interpreter that has the library imported, which takes 10 ms where a new interpreter takes
1.5 s. That interpreter has one thread and has opened nothing.

    with Child(function, *arguments) as child:     # runs function(pipe, *arguments) in a process of its own
        assert child.hear("begun") == "7"          # which has said `pipe.send("begun 7")`
        child.say("pause")
        child.kill()
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from typing import Any, Self

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.support.long_rescan", "tests.support.long_write"])


class Child:
    """A process, as a test sees it; `function` is one of a module of this folder."""

    def __init__(self, function: Callable[..., object], *arguments: object) -> None:
        self._pipe, pipe = _FORKS.Pipe()
        self._process = _FORKS.Process(target=_run, args=(dict(os.environ), function, pipe, *arguments))
        self._process.start()
        pipe.close()

    def hear(self, word: str) -> str:
        """Wait for a line that begins with a word and return the rest of it; fails where the process ends before."""
        try:
            line = self._pipe.recv()
        except EOFError:
            line = ""
        assert line.startswith(word), f"instead of '{word}': {line!r}"
        return str(line.removeprefix(word).strip())

    def say(self, word: str) -> None:
        self._pipe.send(word)

    @property
    def pid(self) -> int:
        """The number of the process."""
        assert self._process.pid is not None
        return self._process.pid

    def is_running(self) -> bool:
        return self._process.is_alive()

    def kill(self) -> None:
        """Kill it, whatever it is at."""
        self._process.kill()
        self._process.join()

    def end(self, seconds: float) -> None:
        """Let it come to its end."""
        self._process.join(seconds)
        assert self._process.exitcode == 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._process.close()
        self._pipe.close()


def _run(environment: Mapping[str, str], function: Callable[..., object], pipe: Connection, *arguments: Any) -> None:
    os.environ.clear()
    os.environ.update(environment)
    function(pipe, *arguments)
    os._exit(0)
