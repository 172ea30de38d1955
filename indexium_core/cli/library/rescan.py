"""`rescan`: read the media properties of files again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from indexium_core import errors
from indexium_core.cli import output
from indexium_core.cli.frame import app, opened
from indexium_core.cli.job_progress import followed
from indexium_core.cli.options import AsJson, Query, refuse_ids
from indexium_core.model import wording
from indexium_core.model.files.properties import FIELDS

if TYPE_CHECKING:
    from indexium_core.model.job import Job

_NOTHING = "No file matches; nothing was changed."

_PAGES = 10**9  # maximum of a page number and of changes per page: their product fits a database integer

Everything = Annotated[bool, typer.Option("--all", help="All files.")]

Fields = Annotated[
    str,
    typer.Option(
        "--fields", metavar="A,B", help=f"Field names, separated by commas; default: all of {', '.join(FIELDS)}."
    ),
]

Searched = Annotated[str, typer.Argument(metavar="QUERY", help="A search, in quotes.")]


@app.command(epilog="Example: indexium rescan 'folder:2019' --refresh duration,size")
def rescan(
    context: typer.Context,
    query: Query = "",
    everything: Everything = False,
    refresh: Annotated[
        str, typer.Option(metavar="A,B", help="Also read duration, size or both again; otherwise they stay.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Read resolution, codecs, frame rate and other media properties again; locked fields stay the same."""
    with opened(context) as library:
        target = _required_search(query, everything=everything)
        refuse_ids(library, target)
        with reported_without_match(as_json=as_json):
            job = library.rescans.add(target, everything=everything, refresh=_listed(refresh))
        job = followed(library, job, "Rescan")
    if as_json:
        output.to_json({"job_id": job.id, "status": job.status, **job.summary})
    else:
        _print_job(job)
    if job.status not in ("completed", "completed_with_errors"):  # a file that cannot be read is a row, not a failure
        raise typer.Exit(1)


@contextmanager
def reported_without_match(*, as_json: bool) -> Iterator[None]:
    """If the search of a job finds no file, say so and end the command: nothing to do is not an error."""
    try:
        yield
    except errors.NoMatchError as error:
        if as_json:
            output.to_json({"job_id": None, "status": "completed", "message": error.message})
        output.note(error.message)
        raise typer.Exit from None


def _print_job(job: Job) -> None:
    if job.error_message:
        output.note(job.error_message)
    if job.summary:
        output.note(f"{job.summary['message']}, in {wording.duration(float(job.summary['seconds']))}.")
    if job.status not in ("completed", "completed_with_errors"):
        output.note(f"The rescan is {job.status}; 'indexium jobs resume {job.id}' resumes it.")


def _required_search(query: str, *, everything: bool) -> str:
    """Return the search; UsageError unless either a search or `--all` is given."""
    if bool(query.strip()) == everything:
        raise errors.UsageError("Give a search, or --all for every file.")
    return query


def _listed(text: str) -> list[str]:
    return [word for part in text.split(",") if (word := part.strip())]
