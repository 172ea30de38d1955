"""The `indexium` command. Thin: every command opens the `Library`, calls one method of it and prints the answer."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> int:
    """Run the command with `arguments` (default: those of the process) and return its exit code."""
    try:
        from indexium_core.cli import app  # takes a second, in which Ctrl-C must already work
    except KeyboardInterrupt:
        sys.stderr.write("indexium: Interrupted.\n")
        return 130
    return app.main(arguments)
