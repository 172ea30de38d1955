"""`snapshot`, `export`: the tables for analysts, as a DuckDB file or as Parquet files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from indexium_core.cli import output
from indexium_core.cli.frame import app, opened, opened_tables
from indexium_core.cli.options import AsJson
from indexium_core.model import wording

export = typer.Typer(help="Export the tables for analysts into files.", no_args_is_help=True)

app.add_typer(export, name="export")


@app.command(epilog="Example: indexium snapshot --out tables.duckdb")
def snapshot(
    context: typer.Context,
    out: Annotated[Path | None, typer.Option(help="Write this DuckDB file instead of the newest snapshot.")] = None,
    as_json: AsJson = False,
) -> None:
    """Take a snapshot of the tables for analysts, and show its file."""
    with opened(context) as library:
        report = library.snapshots.take(out.absolute() if out else None)
    if as_json:
        output.to_json(report)
        return
    output.note(f"{report.path}: {wording.size(report.size)}, taken in {wording.duration(report.seconds)}.")


@export.command(epilog="Example: indexium export parquet tables")
def parquet(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="Folder of the files; it is created if missing.")],
) -> None:
    """Export each table into a Parquet file of its name; existing files of these names are replaced."""
    with opened_tables(context) as library:
        notice = library.snapshots.refresh()
        files = library.snapshots.export_parquet(folder.absolute())
    if notice:
        output.note(notice)
    output.note(f"{wording.plural(len(files), 'table', 'tables')} written to {folder}.")
