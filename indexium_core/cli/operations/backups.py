"""`backups`: the backups for rollbacks."""

from __future__ import annotations

from typing import Annotated

import typer

from indexium_core.cli import output
from indexium_core.cli.frame import app, opened
from indexium_core.cli.options import MOST, AsJson
from indexium_core.model import wording
from indexium_core.model.operations.backup import BackupCheck, BackupDetails, OperationBackups

backups = typer.Typer(help="Backups of operations, for rollbacks.", no_args_is_help=True)

app.add_typer(backups, name="backups")

OptionalId = Annotated[int | None, typer.Argument(metavar="[ID]", min=1, max=MOST, help="Only of this operation.")]


@backups.command("list", epilog="Example: indexium backups list")
def list_backups(context: typer.Context, as_json: AsJson = False) -> None:
    """Show the backups of each operation with their form, size and expiry, and the total size."""
    with opened(context) as library:
        use = library.backups.use()
    if as_json:
        output.to_json(use)
        return
    output.table(
        ("operation", "type", "files", "kept as", "size", "until", "gone"),
        [
            (
                each.operation_id,
                each.operation_type,
                each.items,
                _kinds(each),
                wording.size(each.bytes),
                f"{each.expires_at.astimezone():%Y-%m-%d}",
                each.gone or "",
            )
            for each in use.items
        ],
        right=(0, 2, 4, 6),
    )
    output.note(f"{wording.size(use.bytes)} of {wording.size(use.budget)} in use (INDEXIUM_BACKUP_BUDGET).")


def _kinds(found: OperationBackups) -> str:
    return ", ".join(kind if count == found.items else f"{count:,} {kind}" for kind, count in found.kinds.items())


@backups.command("verify", epilog="Example: indexium backups verify 3 --full")
def verify(
    context: typer.Context,
    operation_id: OptionalId = None,
    full: Annotated[
        bool, typer.Option("--full", help="Read kept originals to the end and compare their digests.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read every backup, and check for every file whether it can be rolled back now."""
    with opened(context) as library:
        checks = library.backups.verify(operation_id, full=full)
    if as_json:
        output.to_json({"items": checks, "total": len(checks)})
    else:
        for check in checks:
            _print_verified(check)
        if not checks:
            output.note("There are no backups.")
    raise typer.Exit(1 if any(check.problems for check in checks) else 0)


def _print_verified(check: BackupCheck) -> None:
    now = (
        f"can be rolled back now: {check.restorable:,} of {check.in_force:,}"
        if check.in_force
        else "already rolled back"
    )
    output.say_out(f"Operation {check.operation_id}: {check.whole:,} of {check.items:,} backups are intact; {now}.")
    for sentence in check.problems:
        output.say_out(f"  damaged: {sentence}")
    for sentence in check.conflicts:
        output.say_out(f"  blocked: {sentence}")


@backups.command("show", epilog="Example: indexium backups show 3")
def show_backups(
    context: typer.Context,
    operation_id: Annotated[int, typer.Argument(metavar="ID", min=1, max=MOST, help="The operation.")],
    limit: Annotated[int, typer.Option(min=0, help="Maximum number of files; 0 = all.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show the backup of each file of an operation, and what a rollback would restore."""
    with opened(context) as library:
        details, total = library.backups.show(operation_id, limit=limit)
    if as_json:
        output.to_json({"items": details, "total": total})
        return
    for each in details:
        _print_details(each)
    if len(details) < total:
        output.note(f"{len(details):,} of {wording.files(total)}; --limit 0 shows all.")


def _print_details(found: BackupDetails) -> None:
    output.say_out(f"{found.file_path}")
    output.say_out(f"  {found.kind}, {wording.size(found.bytes)}: {found.problem or found.comes_back}")
    output.say_out(f"  comment before: {'none' if found.comment is None else found.comment}")
    if found.kept_path:
        output.say_out(f"  kept at {found.kept_path}")
    for part in found.ranges:
        more = " …" if part.length > len(part.hex.split()) else ""
        output.say_out(f"  at {part.offset:,}, {wording.plural(part.length, 'byte')}: {part.hex}{more}")
    if found.range_count > len(found.ranges):
        output.say_out(f"  and {found.range_count - len(found.ranges):,} more ranges")
