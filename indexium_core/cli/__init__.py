"""The `indexium` command. Thin: every command opens the `Library`, calls one method of it and prints the answer."""

from __future__ import annotations

import sys

from indexium_core.version import __version__

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> int:
    """Run the command with `arguments` (default: those of the process) and return its exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    if words == ["--version"]:  # answered before any import
        sys.stdout.write(f"indexium {__version__}\n")
        return 0
    try:
        from indexium_core.cli import app  # takes a moment, in which Ctrl-C must already work
    except KeyboardInterrupt:
        sys.stderr.write("indexium: Interrupted.\n")
        return 130
    return app.main(words)
