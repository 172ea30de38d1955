"""The `indexium` command. Every command opens the `Library`, calls one of its methods and prints the result."""

from __future__ import annotations

import atexit
import gc
import os
import sys
import threading

from indexium_core.version import __version__

__all__ = ["main"]
_PROCESS = os.getpid()


def main(arguments: list[str] | None = None) -> int:
    """
    Run the command with `arguments` (default: those of the process) and return its exit code.

    With `--called NAME` as first argument, hints use NAME as the name of the command.
    """
    try:
        code = _run(sys.argv[1:] if arguments is None else arguments)
    except KeyboardInterrupt:
        sys.stderr.write("indexium: Interrupted.\n")
        code = 130
    # If Ctrl-C interrupts a text that `exec` runs, such as the methods of a dataclass, `python -m` ends by the signal
    # and ignores the exit code, although the exception was caught. The next `exec` of a text clears that state.
    exec("")  # noqa: S102
    if arguments is None:
        _leave(code)
    return code


def _leave(code: int) -> None:
    """
    End the process without taking the interpreter apart: that takes a seventh of the time of a short command.

    Return if something else has to end first: another thread, or a program that forked this process and has its own
    way to end.
    """
    threads = [each for each in threading.enumerate() if each is not threading.current_thread() and not each.daemon]
    if threads or os.getpid() != _PROCESS:
        return
    try:
        atexit._run_exitfuncs()  # noqa: SLF001 - there is no other way to run them
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):  # a closed pipe: the interpreter reports it in its way
        return
    os._exit(code)


def _run(words: list[str]) -> int:
    """Import what the words need, and run them. The imports are slow, and Ctrl-C must already work."""
    if len(words) > 1 and words[0] == "--called":
        from indexium_core.cli import output

        output.call_it(words[1])
        words = words[2:]
    if words == ["--version"]:  # handled before the slow imports
        sys.stdout.write(f"indexium {__version__}\n")
        return 0
    # Pydantic would read the metadata of every installed package in search of plugins of its own.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # With Python's threshold, looking for garbage takes a tenth of the imports and of what follows. A service, which
    # lives long, sets a lower one.
    gc.set_threshold(200_000, 10, 10)
    from indexium_core.cli import app

    return app.main(words)
