"""
The `indexium` command: run a command line, and convert its result into an exit code.

Exit codes (docs/commands.md): 0 completed, 1 a file failed or had a conflict, 2 bad input, 3 home in use, 4 the work
waits for approval, 130 interrupted. An error is one sentence on stderr, never a traceback.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import Any

import typer

from indexium_core import errors, signals
from indexium_core.cli import output, termination
from indexium_core.cli.frame import root_command

_NO_NUMBER = re.compile(r"Input should be a valid integer.*")  # the message of another library


def main(arguments: list[str] | None = None) -> int:
    """Run the command with `arguments` (default: those of the process) and return its exit code."""
    return run(root_command(), _home_first(sys.argv[1:] if arguments is None else arguments))


def run(command: Callable[..., Any], arguments: list[str]) -> int:
    """Run a command of Typer and convert its result or its exception into an exit code."""
    try:
        with termination.stoppable():
            code = command(args=arguments, standalone_mode=False, prog_name="indexium")
    except errors.IndexiumError as error:
        output.complain(error.message)
        return error.exit_code
    except (typer.Abort, KeyboardInterrupt, signals.Stopped):
        output.complain("Interrupted.")
        return termination.EXIT_CODE
    except typer.TyperException as error:
        text = str(error.format_message())
        if "\n" in text:  # a group name without a command: show the help of the group
            output.say_plain(text)
        else:
            text = _NO_NUMBER.sub("enter a whole number.", text)
            output.complain(f"{text} (--help shows the usage.)")
        return 2
    except BrokenPipeError:
        sys.stderr.close()  # otherwise Python reports the closed pipe again when it exits
        return 0
    except Exception as error:  # noqa: BLE001 - the last resort; `opened` has logged the error
        output.complain(f"Unexpected error: {type(error).__name__}: {error}. No file was left half-written.")
        return 1
    return int(code or 0)


def _home_first(arguments: list[str]) -> list[str]:
    """Move `--home` to the front, so that users can write it anywhere."""
    found: list[str] = []
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word == "--home":
            found += [word, *[value for value in [next(words, None)] if value is not None]]
        elif word.startswith("--home="):
            found.append(word)
        else:
            rest.append(word)
    return found + rest
