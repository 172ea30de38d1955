"""`operations`: list, show, pause, resume and cancel operations."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated

import typer

from indexium_core import errors
from indexium_core.cli import output
from indexium_core.cli.frame import app, opened
from indexium_core.cli.operations import story
from indexium_core.cli.operations.follow import cancelled, files_stay, follow
from indexium_core.cli.operations.history import history
from indexium_core.cli.options import MOST, AsJson, Id
from indexium_core.model import wording
from indexium_core.model.operations.operation import ItemDetails, OperationStatus
from indexium_core.model.operations.outcomes import items_in_words

operations = typer.Typer(help="Writes and rollbacks, running and ended.", no_args_is_help=True)

app.add_typer(operations, name="operations")

_PAUSING = "Operation {} is pausing: the files in progress continue."


@operations.command("list", epilog="Example: indexium operations list --json")
def list_operations(context: typer.Context, as_json: AsJson = False) -> None:
    """Show all operations, newest first."""
    history(context, as_json=as_json)


@operations.command("show", epilog="Example: indexium operations show 3")
def show(
    context: typer.Context,
    operation_id: Id,
    page: Annotated[int, typer.Option(min=1, max=MOST, help="Page of the files.")] = 1,
    per_page: Annotated[
        int | None, typer.Option(min=0, max=MOST, help="Files of a page, 0 = all; default 200, with --json all.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show an operation in full: its request, its events, every file, and the end of its log."""
    count = per_page if per_page is not None else 0 if as_json else story.FILES
    with opened(context) as library:
        found = library.stories.build(operation_id, page=page, per_page=count)
        status = library.status(operation_id)
    if as_json:
        output.to_json(found.as_dict())
        return
    story.print_story(found, running=len(status.working))
    _print_in_progress(found.items, status)


def _print_in_progress(items: Collection[ItemDetails], status: OperationStatus) -> None:
    """Print the progress of the files that are being written, because one large file can take minutes."""
    if status.pausing:
        output.note(_PAUSING.format(status.id))
    elif status.idle:
        output.note(f"Operation {status.id} is paused: no file is in progress.")
    for item in items:
        if item.id in status.working:
            share = (
                f", {status.fractions[item.id]:.0%} of its new file is written" if item.id in status.fractions else ""
            )
            output.note(
                f"{item.file_path} has been in progress for {wording.duration(status.working[item.id])}{share}."
            )


@operations.command("people", epilog="Example: indexium operations people 3")
def people_of(context: typer.Context, operation_id: Id, as_json: AsJson = False) -> None:
    """Show the people that an operation wrote, and from how many files 'rollback ID --person NAME' can remove each."""
    with opened(context) as library:
        found = library.history.people_of(operation_id)
    header = ("person", "files", "removable")
    output.listing(
        found,
        header,
        lambda each: (each.name, each.files, each.able),
        right=(1, 2),
        empty=f"Operation {operation_id} wrote no person. 'indexium operations show {operation_id}' shows what it did.",
        as_json=as_json,
    )


@operations.command("pause", epilog="Example: indexium operations pause 3")
def pause(context: typer.Context, operation_id: Id) -> None:
    """Pause an operation that runs in the service, when the files in progress have ended; 'resume' continues it."""
    with opened(context) as library:
        if not library.pause(operation_id):
            pause_text = library.jobs.of_operation(operation_id).pause_text
            state = pause_text or library.status(operation_id).status.replace("_", " ")
            hint = (
                f"'indexium operations resume {operation_id}' resumes it" if pause_text else "there is nothing to pause"
            )
            raise errors.UsageError(f"Operation {operation_id} is {state}: {hint}.", code="wrong_state")
        status = library.status(operation_id)
    if status.finished:
        output.note(_too_late(status, "paused"))
        return
    if status.pausing:  # the wait for these files has ended
        output.note(_PAUSING.format(status.id))
    else:
        output.note(f"Operation {operation_id} is paused; 'indexium operations resume {operation_id}' resumes it.")


def _too_late(status: OperationStatus, action: str) -> str:
    total = items_in_words(status.total, status.operation_type)
    result = f"{status.status.replace('_', ' ')}, {status.current:,} of {total}"
    return output.too_late(f"Operation {status.id}", action, result)


@operations.command("resume", epilog="Example: indexium operations resume 3")
def resume(context: typer.Context, operation_id: Id, as_json: AsJson = False) -> None:
    """Resume a paused or interrupted operation and wait for its end; no file is written twice."""
    with opened(context) as library:
        follow(library, library.resume(operation_id), "Resuming", as_json=as_json)


@operations.command("cancel", epilog="Example: indexium operations cancel 3")
def cancel(context: typer.Context, operation_id: Id) -> None:
    """Cancel the rest of an operation."""
    with opened(context) as library:
        library.cancel(operation_id)
        status = library.status(operation_id)
    if status.finished and status.status != "cancelled":
        output.note(_too_late(status, "cancelled"))
        return
    if status.finished and status.operation_type != "write":
        output.note(f"{cancelled(status)}; {files_stay(status.operation_type)}.")
        return
    soon = "" if status.finished else " as soon as the files in progress are written or restored"
    back = "; its written files can be rolled back" if status.can_rollback else ""
    output.note(f"Operation {operation_id} is cancelled{soon}{back}.")


@operations.command("rename", epilog="Example: indexium operations rename 3 'before the party'")
def rename(
    context: typer.Context,
    operation_id: Id,
    title: Annotated[str, typer.Argument(help="The new title; '' removes it.")],
) -> None:
    """Change the title of an operation in the history."""
    with opened(context) as library:
        title = library.operations.rename(operation_id, title)
    output.note(
        f"Operation {operation_id} is called '{title}'." if title else f"Operation {operation_id} has no title."
    )
