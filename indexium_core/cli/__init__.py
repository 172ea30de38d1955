"""The `indexium` command. Every command opens the `Library`, calls one of its methods and prints the result."""

from __future__ import annotations

import sys

from indexium_core.version import __version__

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> int:
    """Run the command with `arguments` (default: those of the process) and return its exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    if words == ["--version"]:  # handled before any import
        sys.stdout.write(f"indexium {__version__}\n")
        return 0
    try:
        from indexium_core.cli import app  # this import is slow, and Ctrl-C must already work
    except KeyboardInterrupt:
        sys.stderr.write("indexium: Interrupted.\n")
        return 130
    return app.main(words)
