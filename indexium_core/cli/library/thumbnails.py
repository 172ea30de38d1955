"""`thumbnails`: make the missing thumbnails of videos and photos."""

from __future__ import annotations

from typing import Annotated

import typer

from indexium_core.cli import output
from indexium_core.cli.frame import app, opened
from indexium_core.cli.job_progress import followed
from indexium_core.cli.library.properties import reported_without_match
from indexium_core.cli.options import AsJson, refuse_ids


@app.command("thumbnails", epilog="Example: indexium thumbnails 'folder:2019'")
def thumbnails(
    context: typer.Context,
    query: Annotated[str, typer.Argument(help="A search, in quotes; none = all files.")] = "",
    as_json: AsJson = False,
) -> None:
    """Make the missing thumbnails of videos and photos."""
    with opened(context) as library:
        refuse_ids(library, query)
        with reported_without_match(as_json=as_json):
            job = library.thumbnail_jobs.add(query)
        job = followed(library, job, "Thumbnails")
    if as_json:
        output.to_json({"job_id": job.id, "status": job.status, **job.summary})
    elif job.summary:
        output.note(f"{job.summary['message']}.")
    if job.error_message:
        output.note(job.error_message)
    raise typer.Exit(0 if job.status == "completed" else 1)
