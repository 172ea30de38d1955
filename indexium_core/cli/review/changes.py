"""`changes check|apply`: an edited CSV that comes back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from indexium_core.cli import options, output
from indexium_core.cli.frame import app, opened
from indexium_core.cli.options import AsJson
from indexium_core.model import labels, wording
from indexium_core.model.planning.changes import ChangesPreview, FileChange

File = Annotated[
    Path, typer.Argument(metavar="FILE", help="What 'indexium plan --csv' printed, edited; '-' for stdin.")
]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Also where something else was decided here since the export.")
]
SHOWN = 20  # rows that are listed

changes = typer.Typer(help="A plan that was exported as CSV and edited.", no_args_is_help=True)
app.add_typer(changes, name="changes")


@changes.command("check", epilog="Example: indexium changes check plan.csv")
def check(context: typer.Context, file: File, overwrite: Overwrite = False, as_json: AsJson = False) -> None:
    """Show what an edited CSV would change, and what is wrong with it; decides nothing."""
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
    """Apply the decisions of an edited CSV (people, postponed files, modes) as one step, which 'undo' undoes."""
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
        output.to_json({**_document(preview), "files": report.files})
    output.note(labels.sentence(report.label))
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
        output.table(("line", "file", "change", "why not"), [_row(row) for row in rows], right=(0,))
    if len(rows) < len(preview.rows):
        output.note(f"… and {len(preview.rows) - len(rows):,} more.")
    for error in preview.errors:
        output.complain(f"line {error.line}: {error.message}")


def _row(row: FileChange) -> tuple[object, ...]:
    told = [*(f"+{name}" for name in row.added), *(f"-{name}" for name in row.removed)]
    told += ["order of people"] if row.after is not None and not told else []
    told += ["removes everyone"] if row.removes_everyone else []
    told += ["skip"] if row.postponed else ["bring back"] if row.postponed is False else []
    told += [mode for mode in (row.people_mode, row.comment_mode) if mode]
    return row.line, row.file_path, ", ".join(told), row.conflict


def _summary(preview: ChangesPreview, *, overwrite: bool) -> str:
    taken = len(preview.applicable(overwrite=overwrite))
    parts = [f"{wording.files(taken)} would be changed", f"{preview.unchanged:,} are as they are"]
    if preview.conflicts and not overwrite:
        parts.append(f"{preview.conflicts:,} left alone: decided here since (--overwrite takes them, too)")
    if preview.errors:
        parts.append(f"{wording.plural(len(preview.errors), 'row')} cannot be taken")
    return ", ".join(parts) + "."
