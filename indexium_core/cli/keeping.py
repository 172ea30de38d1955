"""`rollback` and `backups`: taking writes back, and what is kept for that."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from indexium_core import errors
from indexium_core.cli import output
from indexium_core.cli.app import app, opened
from indexium_core.cli.planning import MOST, AsJson
from indexium_core.cli.writing import DryRun, Id, Note, Yes, ask, follow
from indexium_core.model import wording
from indexium_core.model.operations.backup import BackupCheck, BackupDetails, OperationBackups
from indexium_core.model.operations.operation import ROLLBACK_CHOICES, ItemDetails, RollbackCheck

_HOW = {"newer": "--with-newer", "comment": "--changed comment"}  # choices that an option makes


@app.command(epilog="Example: indexium rollback 3 --dry-run")
def rollback(
    context: typer.Context,
    operation_id: Id,
    query: Annotated[str, typer.Argument(help="Only these files of it: words of a path or a name.")] = "",
    person: Annotated[
        str, typer.Option(help="Take out only this person's name; all else in the files stays as it is.")
    ] = "",
    changed: Annotated[
        str, typer.Option(help="Files whose old bytes cannot come back: skip them, or restore only the comment.")
    ] = "skip",
    with_newer: Annotated[
        bool, typer.Option("--with-newer", help="Take newer operations on the same files back first.")
    ] = False,
    replan: Annotated[
        bool, typer.Option("--replan", help="Leave the files in the plan instead of postponing them.")
    ] = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    note: Note = "",
    as_json: AsJson = False,
) -> None:
    """Take an operation back: every file gets its old bytes again."""
    wish: dict[str, Any] = {"person": person, "changed": changed}
    with opened(context) as library:
        check = library.rollback_check(operation_id, query, **wish, with_newer=with_newer)
        if dry_run and as_json:
            output.to_json({"operation_id": None, "dry_run": True, "check": check.as_dict()})
        if not check.can_rollback and not (dry_run and check.conflicts):
            raise errors.UsageError(check.reason)
        if not (dry_run and as_json):
            for sentence in sentences_of(check, person=person, changed=changed, with_newer=with_newer):
                output.note(sentence)
        if dry_run:
            raise typer.Exit(1 if check.conflicts else 0)
        ask(yes=yes)
        handle = library.rollback(
            operation_id, query, **wish, with_newer=with_newer, replan=replan, note=note, source="cli"
        )
        said = {item.file_id for item in check.conflicts}
        follow(library, handle, "Rolling back", as_json=as_json, said=said)


def sentences_of(
    check: RollbackCheck, *, person: str = "", changed: str = "skip", with_newer: bool = False
) -> Iterator[str]:
    """Yield what a rollback would do, one sentence a line, and which files it would leave alone."""
    if person and check.reason:
        yield check.reason
    elif person:
        yield f"{person} would be taken out of {wording.files(check.restorable)}; all else in them stays as it is."
    elif check.exact or not check.restorable:
        yield f"{wording.files(check.exact)} would get the same bytes back."
    yield from check.names()
    if changed == "comment" and check.comment_only:
        yield f"{wording.files(check.comment_only)} would get back only the comment, not the old bytes."
    if with_newer and check.newer:
        yield f"Newer operations on them would be taken back first: {', '.join(map(str, check.newer))}."
    for number, rest in check.left_alone():
        yield f"{wording.files(number)} {rest}."
    for item in check.conflicts:
        yield f"  left alone: {item.file_path}: {item.message}{_choice(item)}"


def _choice(item: ItemDetails) -> str:
    """Return what else could be done about a file, in brackets; "" for nothing."""
    found = [f"{ROLLBACK_CHOICES[each]}{f': {_HOW[each]}' if each in _HOW else ''}" for each in item.choices]
    return f" ({'; '.join(found)})" if found else ""


backups = typer.Typer(help="What is kept so that writes can be taken back.", no_args_is_help=True)
app.add_typer(backups, name="backups")

OptionalId = Annotated[int | None, typer.Argument(metavar="[ID]", min=1, max=MOST, help="Only of this operation.")]


@backups.command("list", epilog="Example: indexium backups list")
def list_backups(context: typer.Context, as_json: AsJson = False) -> None:
    """Show what is kept of each operation, how, and until when; and how much room all of it takes."""
    with opened(context) as library:
        use = library.backups.use()
    if as_json:
        output.to_json(use.as_dict())
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
    """Read every backup, and look at every file whether it could be rolled back now."""
    with opened(context) as library:
        checks = library.backups.verify(operation_id, full=full)
    if as_json:
        output.to_json({"items": checks, "total": len(checks)})
    else:
        for check in checks:
            _print_verified(check)
        if not checks:
            output.note("Nothing is kept.")
    raise typer.Exit(1 if any(check.problems for check in checks) else 0)


def _print_verified(check: BackupCheck) -> None:
    output.say_out(
        f"Operation {check.operation_id}: {check.whole:,} of {check.items:,} backups are whole; "
        f"can be rolled back now: {check.restorable:,} of {check.in_force:,}."
    )
    for sentence in check.problems:
        output.say_out(f"  damaged: {sentence}")
    for sentence in check.in_the_way:
        output.say_out(f"  in the way: {sentence}")


@backups.command("show", epilog="Example: indexium backups show 3")
def show_backups(
    context: typer.Context,
    operation_id: Annotated[int, typer.Argument(metavar="ID", min=1, max=MOST, help="The operation.")],
    limit: Annotated[int, typer.Option(min=0, help="So many files; 0 = all.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show what is kept of each file of an operation, and what would come back."""
    with opened(context) as library:
        details, total = library.backups.show(operation_id, limit=limit)
    if as_json:
        output.to_json({"items": details, "total": total})
        return
    for each in details:
        _print_details(each)
    if len(details) < total:
        output.note(f"{len(details):,} of {total:,} files; --limit 0 shows all.")


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
        output.say_out(f"  and {found.range_count - len(found.ranges):,} stretches more")
