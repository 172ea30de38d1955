"""`changes check|apply`: the import of an edited CSV."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from indexium_core.cli import options, output
from indexium_core.cli.edited_files import print_copies
from indexium_core.cli.frame import app, opened
from indexium_core.cli.options import AsJson
from indexium_core.model import wording
from indexium_core.model.planning.changes import ChangesPreview, FileChange

File = Annotated[Path, typer.Argument(metavar="FILE", help="An edited output of 'indexium plan --csv'; '-' for stdin.")]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Also apply rows of files with a newer decision than the export.")
]
SHOWN = 20  # rows that are listed

changes = typer.Typer(help="Import a plan that was exported as CSV and edited.", no_args_is_help=True)
app.add_typer(changes, name="changes")


@changes.command("check", epilog="Example: indexium changes check plan.csv")
def check(context: typer.Context, file: File, overwrite: Overwrite = False, as_json: AsJson = False) -> None:
    """Show what an edited CSV would change, and its errors; makes no decision."""
    source = _source(file)
    with opened(context) as library:
        preview = library.changes.read(source)
    if as_json:
        output.to_json({**_document(preview), "counts": preview.counts(overwrite=overwrite)})
    else:
        _print(preview, all_of_it=True)
        output.note(_summary(preview, overwrite=overwrite))
    raise typer.Exit(1 if preview.errors else 0)


@changes.command("apply", epilog="Example: indexium changes apply plan.csv --yes")
def apply(
    context: typer.Context, file: File, overwrite: Overwrite = False, yes: options.Yes = False, as_json: AsJson = False
) -> None:
    """Apply the decisions of an edited CSV (people, fields, skipped files, modes) as one step, which 'undo' undoes."""
    source = _source(file)
    with opened(context) as library:
        preview = library.changes.read(source)
        if not as_json:
            _print(preview, all_of_it=False)
        output.note(_summary(preview, overwrite=overwrite))
        if not preview.applicable(overwrite=overwrite):
            if as_json:
                output.to_json({**_document(preview), "files": 0})
            raise typer.Exit(1 if preview.errors else 0)
        options.ask(yes=yes)
        report = library.changes.apply(preview, overwrite=overwrite)
    if as_json:
        reached = {"copies": report.copies, "copy_files": report.copy_files}
        output.to_json({**_document(preview), "files": report.files, **reached})
    output.note(wording.sentence(report.label))
    print_copies(report)
    raise typer.Exit(1 if preview.errors else 0)


def _source(file: Path) -> Path | bytes:
    return typer.get_binary_stream("stdin").read() if str(file) == "-" else file


def _document(preview: ChangesPreview) -> dict[str, object]:
    return {"items": preview.rows, "unchanged": preview.unchanged, "errors": preview.errors, "notes": preview.notes}


def _print(preview: ChangesPreview, *, all_of_it: bool) -> None:
    for note in preview.notes:
        output.note(note)
    rows = preview.rows if all_of_it else preview.rows[:SHOWN]
    if rows:
        output.table(("line", "file", "change", "conflict"), [_row(row) for row in rows], right=(0,))
    if len(rows) < len(preview.rows):
        output.note(f"… and {len(preview.rows) - len(rows):,} more.")
    for error in preview.errors:
        output.complain(f"line {error.line}: {error.message}")


def _row(row: FileChange) -> tuple[object, ...]:
    parts = [*(f"+{name}" for name in row.added), *(f"-{name}" for name in row.removed)]
    parts += ["order of people"] if row.after is not None and not parts else []
    parts += ["removes all people"] if row.removes_everyone else []
    parts += ["skip"] if row.postponed else ["no longer skip"] if row.postponed is False else []
    parts += [f"{each.field}={each.after or ''}" for each in row.fields]
    parts += [mode for mode in (row.people_mode, row.comment_mode) if mode]
    return row.line, row.file_path, ", ".join(parts), row.conflict


def _summary(preview: ChangesPreview, *, overwrite: bool) -> str:
    taken = len(preview.applicable(overwrite=overwrite))
    parts = [f"{wording.files(taken)} would be changed", f"{preview.unchanged:,} unchanged"]
    if preview.conflicts and not overwrite:
        parts.append(
            f"{preview.conflicts:,} with a conflict: there is a newer decision (--overwrite applies these rows, too)"
        )
    if preview.errors:
        parts.append(f"{wording.plural(len(preview.errors), 'row')} rejected")
    return ", ".join(parts) + "."
