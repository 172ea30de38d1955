"""`lock`, `unlock`, `locks`: fields that a rescan must not change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from indexium_core import errors
from indexium_core.cli import output
from indexium_core.cli.frame import app, opened
from indexium_core.cli.library.rescan import _NOTHING, Everything, Fields, Searched, _listed, _required_search
from indexium_core.cli.options import AsJson, Query, Yes, ask, refuse_ids
from indexium_core.model import wording
from indexium_core.model.files.properties import (
    FIELDS,
    LABELS,
    FieldLock,
    LockReport,
    display_value,
    label_of,
    parse_value,
    validate_fields,
)

if TYPE_CHECKING:
    from indexium_core.services import LibraryServices


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
