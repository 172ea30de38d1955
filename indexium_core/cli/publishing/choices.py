"""`publish keep|replace|stop|resume|discard`: decisions about one title. Completes the group `publish`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from indexium_core.cli import output
from indexium_core.cli.frame import opened
from indexium_core.cli.options import AsJson
from indexium_core.cli.publishing import details as details  # noqa: PLC0414 - registers its commands
from indexium_core.cli.publishing import status as status  # noqa: PLC0414 - registers its commands
from indexium_core.cli.publishing.publish import Address, publish
from indexium_core.model.publishing.subjects import Entity

if TYPE_CHECKING:
    from indexium_core.model.publishing.requests import PublicationDecision

OneFile = Annotated[str, typer.Option("--file", metavar="PATH", help="Only this file; default: all of the title.")]
NoChoice = Annotated[bool, typer.Option("--stop", help="Remove the choice: the plan decides again.")]


@publish.command("keep", epilog="Example: indexium publish keep movie:12")
def keep(
    context: typer.Context, title: Address, file: OneFile = "", stop: NoChoice = False, as_json: AsJson = False
) -> None:
    """Keep the files of another program, and leave out files that are gone; the rest of the title is published."""
    _choose(context, title, "" if stop else "keep", file, as_json=as_json)


@publish.command("replace", epilog="Example: indexium publish replace movie:12")
def replace(
    context: typer.Context, title: Address, file: OneFile = "", stop: NoChoice = False, as_json: AsJson = False
) -> None:
    """Let our files take the place of others at the next publication, and restore files that are gone."""
    _choose(context, title, "" if stop else "replace", file, as_json=as_json)


@publish.command("stop", epilog="Example: indexium publish stop movie:12 --file /films/Alien/poster.jpg")
def stop(context: typer.Context, title: Address, file: OneFile = "", as_json: AsJson = False) -> None:
    """Stop the publication of files: they stay as they are, and count as files of others from now on."""
    _choose(context, title, "stop", file, as_json=as_json)


@publish.command("resume", epilog="Example: indexium publish resume movie:12")
def resume(context: typer.Context, title: Address, file: OneFile = "", as_json: AsJson = False) -> None:
    """Resume the publication of files that was stopped."""
    _choose(context, title, "resume", file, as_json=as_json)


@publish.command("discard", epilog="Example: indexium publish discard movie:12")
def discard(context: typer.Context, title: Address, as_json: AsJson = False) -> None:
    """Undo the values and choices by hand since the last publication of a title, as one step."""
    entity = Entity.of_address(title)
    with opened(context) as library:
        _report(library.publications.discard_changes(*entity), as_json=as_json)


def _choose(context: typer.Context, title: str, choice: str, path: str, *, as_json: bool) -> None:
    with opened(context) as library:
        library.publications.refresh()
        _report(library.publications.choose(title, choice, path), as_json=as_json)


def _report(decision: PublicationDecision, *, as_json: bool) -> None:
    if as_json:
        output.to_json(decision)
        return
    undo = f" 'indexium undo {decision.step_id}' undoes it." if decision.step_id is not None else ""
    output.say_out(f"{decision.summary}{undo}")
