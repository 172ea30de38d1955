"""
The frame of all commands: the Typer application, the common options, and opening the library.

Commands import this module. It imports the module of a command when the command line names the command, and the
library when the command opens it, so that `--help`, and commands that use a running service, do not load them.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer
import typer.core

from indexium_core import errors
from indexium_core.cli import output
from indexium_core.cli.commands import COMMANDS
from indexium_core.version import __version__

if TYPE_CHECKING:  # these import the database and the files
    from indexium_core.flows.snapshots.present_snapshot import PresentSnapshot
    from indexium_core.library import Library
    from indexium_core.model.job import UnrecordedResults
    from indexium_core.services import LibraryServices

_POLL = 0.5  # seconds between two checks for jobs whose results cannot be recorded

_END_WAIT = 10.0  # seconds to wait for the end of the check


class CommandGroup(typer.core.TyperGroup):
    """All commands by name: an entry of `COMMANDS` until its module is imported, then the command itself."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        listed = {name: typer.core.TyperCommand(name, help=entry.help) for name, entry in COMMANDS.items()}
        self._listed = list(listed.values())
        # A group that another module imported may lack the commands of the module that `COMMANDS` names.
        self.imported = dict(self.commands)
        self.commands = {**listed, **{name: each for name, each in self.imported.items() if name not in listed}}

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Import the module of the command that `args` start with, and return the command."""
        if self.commands.get(args[0]) in self._listed:
            import_command(args[0])
            group = typer.main.get_group(app)
            self.commands[args[0]] = cast("CommandGroup", group).imported[args[0]]
        return super().resolve_command(ctx, args)


def import_command(name: str) -> None:
    """Import the module of a command, which registers the command with `app`; an unknown name imports nothing."""
    if name in COMMANDS:
        importlib.import_module(f"indexium_core.cli.{COMMANDS[name].module}")


app = typer.Typer(
    name="indexium",
    cls=CommandGroup,
    help="Plan, write and roll back people and other fields in videos and photos, without risking a file.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@functools.cache
def root_command() -> Callable[..., Any]:
    """Return the command `indexium` with all its commands. Typer derives them from the signatures, which takes time."""
    return typer.main.get_command(app)


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
    """Plan, write and roll back people and other fields in videos and photos, without risking a file."""
    del version
    context.obj = home


@contextmanager
def opened(context: typer.Context) -> Iterator[LibraryServices]:
    """Open the chosen home and close it at the end. If a service has it open, commands call the service."""
    with _library(chosen_home(context)) as library, _reporting(library):
        yield library


@contextmanager
def opened_tables(context: typer.Context) -> Iterator[LibraryServices | PresentSnapshot]:
    """Open the chosen home for queries of analysts; if it cannot be written, its newest snapshot answers alone."""
    with ExitStack() as stack:
        try:
            library: LibraryServices | PresentSnapshot = stack.enter_context(opened(context))
        except errors.StoreError as error:
            if error.reason in errors.WITHOUT_DATABASE:  # that never passes silently
                raise
            from indexium_core.library import Library

            library = stack.enter_context(Library.present_snapshot(chosen_home(context), error))
        yield library


@contextmanager
def opened_here(context: typer.Context) -> Iterator[Library]:
    """Open the chosen home in this process, and close it at the end; HomeInUseError if a service holds it."""
    from indexium_core.cli.home_wait import open_alone
    from indexium_core.library import Library

    home = chosen_home(context)
    with open_alone(home, lambda: Library.open(home, take_over="nothing")) as library, _reporting(library):
        yield library


@contextmanager
def _reporting(library: LibraryServices) -> Iterator[None]:
    """Print the notices of a library, and log unexpected errors of the block while the home's log is open."""
    for sentence in library.notices:
        output.note(sentence)
    try:
        with _reporting_unrecorded(library):
            yield
    except (errors.IndexiumError, typer.Exit):
        raise
    except Exception:
        import logging

        logging.getLogger(__name__).exception("cli.unexpected")
        raise


@contextmanager
def _reporting_unrecorded(library: LibraryServices) -> Iterator[None]:
    """Report jobs of the block whose results cannot be recorded, once each, with the remedy, on stderr."""
    import threading

    ended, reported = threading.Event(), set[int]()

    def poll() -> None:
        while not ended.wait(_POLL):
            try:
                found = library.jobs.unrecorded()
            except errors.IndexiumError:  # the service has ended; the command reports that
                return
            for each in found:
                if each.job_id not in reported:
                    reported.add(each.job_id)
                    output.note(_unrecorded(each))

    watch = threading.Thread(target=poll, name="indexium-unrecorded", daemon=True)
    watch.start()
    try:
        yield
    finally:
        ended.set()
        watch.join(_END_WAIT)


def _unrecorded(found: UnrecordedResults) -> str:
    from indexium_core.model import wording

    left = wording.duration(max(0.0, found.limit_seconds - found.seconds))
    return (
        f"{found.description} Indexium tries again until there is room. This command ends after {left}, or at "
        f"once with Ctrl-C. {found.assurance}"
    )


def _library(home: Path) -> LibraryServices:
    """
    Connect to the service that holds a home, or open the home in this process.

    A service holds the home shortly before it answers and shortly after it stops answering, and a busy one answers
    late. So this function waits, as it does while another command holds the home.
    """
    from indexium_core.api import service
    from indexium_core.cli.home_wait import HomeWait

    wait = HomeWait(home)
    while True:
        if service.read(home) is not None:
            from indexium_core.api import remote

            found = remote.connect(home, timeout=wait.seconds_of_answer)
            if found is not None:
                return found
        from indexium_core.library import Library

        try:
            return Library.open(home, take_over="nothing")
        except errors.HomeInUseError as error:
            wait.pause(error)


def chosen_home(context: typer.Context) -> Path:
    """Return the home folder: option, environment, default."""
    from indexium_core import settings_file

    return settings_file.chosen_home(context.obj)
