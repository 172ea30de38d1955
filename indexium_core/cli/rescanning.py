"""`rescan`, `lock`, `unlock`, `locks`, `audit`: the media properties of films, and who may write and who wrote them."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from indexium_core import errors
from indexium_core.cli import output
from indexium_core.cli.app import app, opened
from indexium_core.cli.planning import MOST, AsJson, Query, refuse_ids
from indexium_core.cli.writing import Yes, ask
from indexium_core.library import LibraryServices
from indexium_core.model import wording
from indexium_core.model.files.properties import (
    FIELDS,
    LABELS,
    LOCKABLE,
    AuditEvent,
    FieldLock,
    LockReport,
    checked_fields,
    in_words,
    parse,
)
from indexium_core.model.job import Job

_GLANCE = 0.4  # seconds between two looks at how far it is
_NOTHING = "No file is found by that; nothing was changed."
_PAGES = 10**9  # a page, or changes of one: their product is a number of the database

Everything = Annotated[bool, typer.Option("--all", help="All files there are.")]
Fields = Annotated[
    str, typer.Option("--fields", metavar="A,B", help=f"Which, by commas; default: all of {', '.join(FIELDS)}.")
]
Searched = Annotated[str, typer.Argument(metavar="QUERY", help="A search, in quotes.")]


@app.command(epilog="Example: indexium rescan 'folder:2019' --refresh duration,size")
def rescan(
    context: typer.Context,
    query: Query = "",
    everything: Everything = False,
    refresh: Annotated[
        str, typer.Option(metavar="A,B", help="Read duration, size or both again, too; else they stay.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Read resolution, codecs, frame rate and the like again; locked fields stay as they are."""
    with opened(context) as library:
        job = library.rescans.add(_meant(query, everything=everything), everything=everything, refresh=_listed(refresh))
        job = _followed(library, job)
    if as_json:
        output.to_json({"job_id": job.id, "status": job.status, **job.summary})
    else:
        _print_job(job)
    if job.status not in ("completed", "completed_with_errors"):  # a file that cannot be read is a row, no failure
        raise typer.Exit(1)


def _followed(library: LibraryServices, job: Job) -> Job:
    with output.bar("Rescan") as update:
        while not job.has_ended and job.status != "interrupted":
            job = library.jobs.wait(job.id, timeout=_GLANCE)
            update(job.progress_current, job.progress_total, job.progress_message)
    return job


def _print_job(job: Job) -> None:
    if job.error_message:
        output.note(job.error_message)
    if job.summary:
        output.note(f"{job.summary['message']}, in {wording.duration(float(job.summary['seconds']))}.")
    if job.status not in ("completed", "completed_with_errors"):
        output.note(f"The rescan is {job.status}; 'indexium jobs resume {job.id}' goes on with it.")


@app.command(epilog="Example: indexium lock 'folder:2019' --fields duration,resolution")
def lock(
    context: typer.Context,
    query: Searched = "",
    fields: Fields = "",
    value: Annotated[
        str | None, typer.Option("--set", metavar="VALUE", help="Let the one field be this, and lock it; '-' for none.")
    ] = None,
    everything: Everything = False,
    yes: Yes = False,
) -> None:
    """Keep fields as they are: no scan and no rescan writes them any more."""
    names = _listed(fields)
    if value is not None and len(names) != 1:
        raise errors.UsageError("Name the one field that is to be set, such as --fields resolution.")
    with opened(context) as library:
        target = _meant(query, everything=everything)
        refuse_ids(library, target)
        if value is not None:
            _set(library, target, names, value, yes=yes)
            return
        report = library.locks.lock(target, names or FIELDS, by=getpass.getuser())
    _print_report(report, "locked")


def _set(library: LibraryServices, target: str, names: list[str], value: str, *, yes: bool) -> None:
    """Set the one field by hand; of more than one file not before the person has said so."""
    [name] = checked_fields(names, FIELDS)
    words = in_words(name, parse(name, value))
    label, count = LABELS[name], library.locks.count(target)
    if count > 1:
        output.note(f"{label} of {wording.plural(count, 'file')} would be set to {words}, whatever it is now.")
        ask(yes=yes)
    report = library.locks.set(target, name, value, by=getpass.getuser())
    if report.files:
        output.note(f"{label} set in {wording.plural(report.files, 'file')}, and locked: {words}.")
    else:
        output.note(_NOTHING)


@app.command(epilog="Example: indexium unlock 'locked:duration' --fields duration")
def unlock(context: typer.Context, query: Searched = "", fields: Fields = "", everything: Everything = False) -> None:
    """Let scans and rescans write fields again."""
    with opened(context) as library:
        target = _meant(query, everything=everything)
        refuse_ids(library, target)
        report = library.locks.unlock(target, _listed(fields) or LOCKABLE, by=getpass.getuser())
    _print_report(report, "unlocked")
    if report.by_edit:
        files = wording.plural(report.by_edit, "file")
        output.note(f"The people of {files} stay locked by your edits; 'indexium decisions revoke' takes them back.")


@app.command(epilog="Example: indexium locks 'folder:2019'")
def locks(context: typer.Context, query: Query = "", as_json: AsJson = False) -> None:
    """Show which fields of which files are locked, by whom and since when."""
    with opened(context) as library:
        rows = library.locks.list(query)
    if as_json:
        output.to_json({"items": rows, "total": len(rows)})
    else:
        output.table(("id", "file", "field", "value", "locked"), [_row(row) for row in rows], right=(0,))


def _row(row: FieldLock) -> tuple[object, ...]:
    who = {"edit": "set by hand"}.get(row.origin, "by a padlock") + (f", {row.locked_by}" if row.locked_by else "")
    value = row.said if row.field in FIELDS else ""
    at = f"{row.locked_at.astimezone():%Y-%m-%d %H:%M}"
    return row.file_id, row.file_path, LABELS[row.field].lower(), value, f"{at} {who}"


@app.command(epilog="Example: indexium audit 'folder:2019'")
def audit(
    context: typer.Context,
    query: Query = "",
    job_id: Annotated[
        int | None, typer.Option("--job", metavar="ID", min=1, max=MOST, help="Only by this job.")
    ] = None,
    page: Annotated[int, typer.Option(min=1, max=_PAGES)] = 1,
    per_page: Annotated[int, typer.Option(min=0, max=_PAGES, help="0 = all.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show which media properties and locks were changed: from what to what, when and by what; newest first."""
    with opened(context) as library:
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


def _print_report(report: LockReport, done: str) -> None:
    if not report.files:
        output.note(_NOTHING)
        return
    output.note(f"{wording.plural(report.changed, 'field')} of {wording.plural(report.files, 'file')} {done}.")


def _meant(query: str, *, everything: bool) -> str:
    """Return the search that is meant; UsageError where none is named, so that nobody means all by accident."""
    if bool(query.strip()) == everything:
        raise errors.UsageError("Name a search, or --all for every file.")
    return query


def _listed(text: str) -> list[str]:
    return [word for part in text.split(",") if (word := part.strip())]
