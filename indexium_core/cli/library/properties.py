"""`rescan`, `lock`, `unlock`, `locks`, `audit`: media properties of files, read again, locked and changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from indexium_core import errors
from indexium_core.cli import output
from indexium_core.cli.frame import app, opened
from indexium_core.cli.job_progress import followed
from indexium_core.cli.options import MOST, AsJson, Query, Yes, ask, refuse_ids
from indexium_core.model import wording
from indexium_core.model.files.properties import (
    FIELDS,
    LABELS,
    AuditEvent,
    FieldLock,
    LockReport,
    display_value,
    label_of,
    parse_value,
    validate_fields,
)

if TYPE_CHECKING:
    from indexium_core.model.job import Job
    from indexium_core.services import LibraryServices


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


@app.command(epilog="Example: indexium lock 'folder:2019' --fields duration,resolution")
def lock(
    context: typer.Context,
    query: Searched = "",
    fields: Fields = "",
    value: Annotated[
        str | None,
        typer.Option("--set", metavar="VALUE", help="Set the one field to this value, and lock it; '-' for no value."),
    ] = None,
    everything: Everything = False,
    yes: Yes = False,
) -> None:
    """Lock fields: scans and rescans no longer change them."""
    names = _listed(fields)
    if value is not None and len(names) != 1:
        raise errors.UsageError("Name exactly one field to set, such as --fields resolution.")
    with opened(context) as library:
        target = _required_search(query, everything=everything)
        refuse_ids(library, target)
        if value is not None:
            _set(library, target, names, value, yes=yes)
            return
        report = library.locks.lock(target, names or FIELDS)
    _print_report(report, "locked")


def _set(library: LibraryServices, target: str, names: list[str], value: str, *, yes: bool) -> None:
    """Set one field by hand; ask for confirmation if there is more than one file."""
    [name] = validate_fields(names, FIELDS)
    words = display_value(name, parse_value(name, value))
    label, count = LABELS[name], library.locks.count(target)
    if count > 1:
        output.note(f"{label} of {wording.files(count)} would be set to {words}.")
        ask(yes=yes)
    report = library.locks.set(target, name, value)
    if report.files:
        output.note(f"{label} set in {wording.files(report.files)}, and locked: {words}.")
    else:
        output.note(_NOTHING)


@app.command(epilog="Example: indexium unlock 'locked:duration' --fields duration")
def unlock(context: typer.Context, query: Searched = "", fields: Fields = "", everything: Everything = False) -> None:
    """Unlock fields: scans and rescans change them again."""
    with opened(context) as library:
        target = _required_search(query, everything=everything)
        refuse_ids(library, target)
        report = library.locks.unlock(target, _listed(fields) or None)
    _print_report(report, "unlocked")
    if report.by_edit:
        files = wording.files(report.by_edit)
        output.note(f"The people of {files} stay locked by your edits; 'indexium decisions revoke' revokes an edit.")


@app.command(epilog="Example: indexium locks 'folder:2019'")
def locks(context: typer.Context, query: Query = "", as_json: AsJson = False) -> None:
    """Show locked fields of files, with user and time of each lock."""
    with opened(context) as library:
        library.files.require(query)
        rows = library.locks.list(query)
    empty = "No field of these files is locked. 'indexium lock SEARCH FIELD' locks one."
    output.listing(rows, ("id", "file", "field", "value", "locked"), _row, right=(0,), empty=empty, as_json=as_json)


def _row(row: FieldLock) -> tuple[object, ...]:
    who = {"edit": "set by hand"}.get(row.origin, "by a padlock") + (f", {row.locked_by}" if row.locked_by else "")
    value = row.display if row.field in FIELDS else ""
    at = f"{row.locked_at.astimezone():%Y-%m-%d %H:%M}"
    return row.file_id, row.file_path, label_of(row.field).lower(), value, f"{at} {who}"


def _print_report(report: LockReport, done: str) -> None:
    if not report.files:
        output.note(_NOTHING)
        return
    if not report.changed:
        output.note(f"No change in {wording.files(report.files)}: no field had to be {done}; nothing was done.")
        return
    output.note(f"{wording.plural(report.changed, 'field')} of {wording.files(report.files)} {done}.")


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
