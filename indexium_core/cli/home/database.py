"""`db`: check the database of the home, back it up, restore a backup, and rebuild it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from indexium_core import errors
from indexium_core.cli import output
from indexium_core.cli.frame import app, chosen_home, opened
from indexium_core.cli.home_wait import open_alone
from indexium_core.cli.options import AsJson, Yes, ask
from indexium_core.model import wording

if TYPE_CHECKING:
    from indexium_core.model.database import DatabaseBackup, RebuildReport
    from indexium_core.model.health import Check

db = typer.Typer(help="The database of the home: check it, back it up, restore and rebuild it.", no_args_is_help=True)
app.add_typer(db, name="db")


@db.command("check", epilog="Example: indexium db check")
def check_database(context: typer.Context, as_json: AsJson = False) -> None:
    """Read the whole database and its backups, and show each problem with its remedy."""
    checks: list[Check]
    try:
        with opened(context) as library, output.bar("Checking") as update:
            checks = library.database_backups.check(on_progress=update)
    except errors.StoreError as error:  # it does not open
        from indexium_core.library import Library

        with output.bar("Checking") as update:
            checks = Library.check_closed_database(chosen_home(context), error, progress=update)
    if as_json:
        output.to_json({"items": checks, "total": len(checks)})
    else:
        output.table(("state", "check", "result"), [(one.state, one.name, one.message) for one in checks])
        for one in checks:
            if one.remedy:
                output.note(f"{one.state}, {one.name}: {one.remedy}")
    raise typer.Exit(1 if any(check.state == "problem" for check in checks) else 0)


@db.command("backup", epilog="Example: indexium db backup")
def back_up_database(context: typer.Context, as_json: AsJson = False) -> None:
    """Make and verify a backup of the database now; it stays until you delete its file."""
    with opened(context) as library:
        backup = library.database_backups.make()
    if as_json:
        output.to_json(backup)
    else:
        output.note(f"{backup.path}: {wording.size(backup.size)}, verified.")


@db.command("list", epilog="Example: indexium db list")
def list_database_backups(context: typer.Context, as_json: AsJson = False) -> None:
    """Show the backups of the database, newest first; also if the database is damaged."""
    from indexium_core.library import Library

    rows = Library.database_backups_of(chosen_home(context))
    empty = "There is no backup of the database. 'indexium db backup' makes one."
    output.listing(rows, ("name", "kind", "time", "size"), _cells, empty=empty, as_json=as_json)


def _cells(backup: DatabaseBackup) -> tuple[str, ...]:
    return backup.name, backup.kind, wording.when(backup.created_at), wording.size(backup.size)


_INTERRUPTED = "Files that were interrupted during a write are restored, as at each start."


@db.command("restore", epilog="Example: indexium db restore daily-20261122-063000")
def restore_database(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="A backup of 'indexium db list', or a file; none = the newest.")
    ] = "",
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Replace the database by a backup. The present database is kept among the backups."""
    from indexium_core.library import Library

    if not yes:
        output.note("A backup replaces the database. Changes since the backup are then only in the old database.")
        output.note(_INTERRUPTED)
    ask(yes=yes)
    with output.bar("Restoring") as update:
        home = chosen_home(context)
        report = open_alone(home, lambda: Library.restore_database(home, name, progress=update))
    if as_json:
        output.to_json(report)
        return
    output.note(f"The backup {report.backup.name} of {wording.when(report.backup.created_at)} was restored.")
    if report.kept is not None:
        output.note(f"The old database is {report.kept}.")
    if report.writes:
        added = wording.plural(report.writes, "write after the backup was", "writes after the backup were")
        output.note(f"{added} added to the history from the journals.")
    for sentence in report.problems:
        output.note(sentence)
    output.note("Run 'indexium scan' to read what has changed since.")


@db.command("rebuild", epilog="Example: indexium db rebuild")
def rebuild_database(
    context: typer.Context,
    folders: Annotated[
        list[Path] | None, typer.Argument(metavar="DIR…", help="Folders to scan besides the library folders.")
    ] = None,
    no_scan: Annotated[bool, typer.Option("--no-scan", help="Do not scan the folders afterwards.")] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """
    Build a new database from all that is readable: old database, backup, snapshot, journals, comments.

    The present database is kept among the backups.
    """
    from indexium_core.library import Library

    if not yes:
        output.note("A new database replaces the present one, which is kept among the backups.")
        output.note(_INTERRUPTED)
    ask(yes=yes)
    with output.bar("Rebuilding") as update:
        home, scan = chosen_home(context), not no_scan
        report = open_alone(home, lambda: Library.rebuild_database(home, folders or (), scan=scan, progress=update))
    if as_json:
        output.to_json(report)
    else:
        _print_rebuild(report)


def _print_rebuild(report: RebuildReport) -> None:
    output.table(("table", "rows", "source"), [(one.table, one.rows, one.source) for one in report.origins], right=(1,))
    for sentence in report.problems:
        output.note(sentence)
    if report.differing:
        names = wording.list_of(report.differing, most=5)
        output.note(f"These files differ from the database: {names}. A scan reads them again.")
    output.note(
        f"The database was rebuilt in {wording.duration(report.seconds)}; "
        f"{wording.plural(report.probed, 'file was', 'files were')} compared with it."
    )
    if report.kept is not None:
        output.note(f"The old database is {report.kept}. Delete it when you do not need it any more.")
