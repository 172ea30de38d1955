"""
Commands in processes of their own, without the seconds of CPU that a new interpreter needs for its imports.

Each command is forked from one process that has imported the program. It is a real process with its own home lock,
signals and exit code. `tests/guards/test_startup.py` starts a new interpreter for each command instead.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from indexium_core import cli

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    ["tests.support.commands", "dashboards.web.server", "indexium_core.demo", "tests.support.drawn_charts"]
)


class Command:
    """A command that runs, with the methods of `subprocess.Popen` that tests use."""

    def __init__(self, words: Sequence[str], *, cwd: Path | None = None, stdin: str = "") -> None:
        self._output = Path(tempfile.mkdtemp(prefix="indexium-command-"))
        (self._output / "stdin").write_text(stdin)
        for stream in ("stdout", "stderr"):
            (self._output / stream).touch()  # `text` may come before the process has opened it
        arguments = (list(words), dict(os.environ), str(cwd or Path.cwd()), str(self._output))
        self._process = _CONTEXT.Process(target=_main, args=arguments)
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    def poll(self) -> int | None:
        """Return the exit code (negative: the signal that ended the process); None while it runs."""
        return self._process.exitcode

    def wait(self, seconds: float) -> int:
        """Wait for the end, and return the exit code."""
        self._process.join(seconds)
        code = self._process.exitcode
        assert code is not None, f"the command still runs after {seconds} seconds"
        return code

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        self._process.kill()

    def text(self, stream: str) -> str:
        """Return what the command has printed on `stdout` or `stderr`."""
        return (self._output / stream).read_text()


def _main(words: list[str], environment: Mapping[str, str], cwd: str, output: str) -> None:
    """Run a command in the forked process, as a new interpreter does."""
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    os.chdir(cwd)
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        flags = os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_APPEND
        os.dup2(os.open(os.path.join(output, name), flags, 0o600), number)
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        setattr(sys, name, open(number, "r" if number == 0 else "w", buffering=1, closefd=False))  # noqa: SIM115
    sys.argv = ["indexium", *words]
    sys.exit(cli.main())
