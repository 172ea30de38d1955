"""The `indexium` command. Every command opens the `Library`, calls one of its methods and prints the result."""

from __future__ import annotations

import gc
import os
import sys

from indexium_core.version import __version__

__all__ = ["main"]


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
    return code


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
