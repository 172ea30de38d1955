"""
The command's frame: options that hold for all, how the library is opened, and how errors end.

Exit codes are those of the contract: 0 done, 1 something failed or was refused, 2 bad input, 3 home in use, 130
interrupted. An error is one sentence on stderr, never a traceback.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from indexium_core import errors, settings, signals
from indexium_core.api import remote
from indexium_core.cli import leaving, output
from indexium_core.library import Library, LibraryServices
from indexium_core.model import wording
from indexium_core.model.job import UnrecordedResults
from indexium_core.version import __version__

__all__ = ["app", "main", "opened", "opened_here", "run"]

logger = logging.getLogger(__name__)

_LOOK = 0.5  # seconds between two looks for jobs whose end cannot be written down
_PATIENCE = 10.0  # seconds that a service is given to begin, or to end

_NO_NUMBER = re.compile(r"Input should be a valid integer.*")  # how a library says it

app = typer.Typer(
    name="indexium",
    help="Plan, write and take back people tags in video files, without ever risking a file.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(*, wanted: bool) -> None:
    if wanted:
        output.say_out(f"indexium {__version__}")
        raise typer.Exit


@app.callback()
def frame(
    context: typer.Context,
    home: Annotated[Path | None, typer.Option(help="Folder of the database, backups and logs.")] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=lambda value: _version(wanted=value), is_eager=True)
    ] = False,
) -> None:
    """Plan, write and take back people tags in video files, without ever risking a file."""
    del version
    context.obj = home


@contextmanager
def opened(context: typer.Context) -> Iterator[LibraryServices]:
    """Open the chosen home, in this process or through the service that holds it, and close it at the end."""
    with _library(chosen_home(context)) as library, _reporting(library):
        yield library


@contextmanager
def opened_here(context: typer.Context) -> Iterator[Library]:
    """Open the chosen home in this process, and close it at the end; HomeInUseError if another process holds it."""
    with Library.open(chosen_home(context), take_over="nothing") as library, _reporting(library):
        yield library


@contextmanager
def _reporting(library: LibraryServices) -> Iterator[None]:
    """Print the notices of a library, and log unexpected errors of the block while the home's log is open."""
    for sentence in library.notices:
        output.note(sentence)
    try:
        with _telling_what_is_unrecorded(library):
            yield
    except (errors.IndexiumError, typer.Exit):
        raise
    except Exception:
        logger.exception("cli.unexpected")
        raise


@contextmanager
def _telling_what_is_unrecorded(library: LibraryServices) -> Iterator[None]:
    """Say on stderr while the block runs, once for each job, that its end cannot be written down and what to do."""
    over, told = threading.Event(), set[int]()

    def look() -> None:
        while not over.wait(_LOOK):
            try:
                found = library.jobs.unrecorded()
            except errors.IndexiumError:  # the service is gone; the command says so
                return
            for each in found:
                if each.job_id not in told:
                    told.add(each.job_id)
                    output.note(_unrecorded(each))

    watch = threading.Thread(target=look, name="indexium-unrecorded", daemon=True)
    watch.start()
    try:
        yield
    finally:
        over.set()
        watch.join()


def _unrecorded(found: UnrecordedResults) -> str:
    left = wording.duration(max(0.0, found.limit_seconds - found.seconds))
    return (
        f"{found.description} Indexium tries again until there is room. This command ends by itself after {left}, or "
        f"at once with Ctrl-C. {found.assurance}"
    )


def _library(home: Path) -> LibraryServices:
    """
    Open a home, or reach the service that holds it.

    A service that begins holds the home before it answers, and one that ends after: that is waited for.
    """
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            return Library.open(home, take_over="nothing")
        except errors.HomeInUseError as error:
            found = remote.connect(home) if error.url else None
            if found is not None:
                return found
            if not error.url or time.monotonic() >= end:
                raise
        time.sleep(0.1)


def chosen_home(context: typer.Context) -> Path:
    """Return the home folder: option, environment, default."""
    return settings.load(context.obj).home


def main(arguments: list[str] | None = None) -> int:
    """Run the command with `arguments` (default: those of the process) and return its exit code."""
    # Imported for their commands, which they hang onto `app`.
    from indexium_core.cli import (  # noqa: F401
        checking,
        collecting,
        configuring,
        deciding,
        doctor,
        exchanging,
        jobs,
        keeping,
        planning,
        rescanning,
        retrying,
        serving,
        showing,
        viewing,
        writing,
    )

    return run(app, _home_first(sys.argv[1:] if arguments is None else arguments))


def run(command: typer.Typer, arguments: list[str]) -> int:
    """Run a typer application and turn everything that can end it into an exit code."""
    try:
        with leaving.stoppable():
            code = command(args=arguments, standalone_mode=False, prog_name="indexium")
    except errors.IndexiumError as error:
        output.complain(error.message)
        return error.exit_code
    except (typer.Abort, KeyboardInterrupt, signals.Stopped):
        output.complain("Interrupted.")
        return leaving.EXIT_CODE
    except typer.TyperException as error:
        text = str(error.format_message())
        if "\n" in text:  # a group of commands without one of them: its help
            output.say_plain(text)
        else:
            text = _NO_NUMBER.sub("a whole number is needed.", text)
            output.complain(f"{text} (--help shows how it is used.)")
        return 2
    except BrokenPipeError:
        sys.stderr.close()  # else Python complains about the closed pipe once more at its end
        return 0
    except Exception as error:  # noqa: BLE001 - the last resort; `opened` has logged it
        output.complain(
            f"Something unexpected went wrong: {type(error).__name__}: {error}. No file was left half-written."
        )
        return 1
    return int(code or 0)


def _home_first(arguments: list[str]) -> list[str]:
    """Let `--home` stand anywhere: it belongs to every command."""
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
