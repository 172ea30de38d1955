"""`audit`: the changes of media properties and locks."""

from __future__ import annotations

from typing import Annotated

import typer

from indexium_core.cli import output
from indexium_core.cli.frame import app, opened
from indexium_core.cli.library.rescan import _PAGES
from indexium_core.cli.options import MOST, AsJson, Query
from indexium_core.model import wording
from indexium_core.model.files.properties import LABELS, AuditEvent


@app.command(epilog="Example: indexium audit 'folder:2019'")
def audit(
    context: typer.Context,
    query: Query = "",
    job_id: Annotated[
        int | None, typer.Option("--job", metavar="ID", min=1, max=MOST, help="Only changes by this job.")
    ] = None,
    page: Annotated[int, typer.Option(min=1, max=_PAGES)] = 1,
    per_page: Annotated[int, typer.Option(min=0, max=_PAGES, help="0 = all.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show changes of media properties and locks with old and new value, time and source; newest first."""
    with opened(context) as library:
        library.files.require(query)
        found = library.audit.page(job_id=job_id, query=query, page=page, per_page=per_page)
    if as_json:
        output.to_json(found)
        return
    if found.items:
        output.table(("when", "by", "id", "file", "field", "change"), map(_change, found.items), right=(2,))
    more = f"; --page {page + 1} shows more" if per_page and page * per_page < found.total else ""
    output.note(f"{wording.plural(found.total, 'change')}{more}.")


def _change(event: AuditEvent) -> tuple[object, ...]:
    by = event.actor + ("" if event.job_id is None else f" (job {event.job_id})")
    change = {"lock": "locked", "unlock": "unlocked"}.get(event.action, f"{event.before} → {event.after}")
    field = LABELS.get(event.field, event.field).lower()
    return f"{event.at.astimezone():%Y-%m-%d %H:%M:%S}", by, event.file_id, event.file_path, field, change
