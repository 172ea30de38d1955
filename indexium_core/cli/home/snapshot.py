"""`sql`, `snapshot`, `export`: the tables for analysts, for queries, and as a DuckDB file or as Parquet files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from indexium_core import errors
from indexium_core.cli import output
from indexium_core.cli.frame import app, opened, opened_tables
from indexium_core.cli.options import AsJson, assignments
from indexium_core.model import wording

export = typer.Typer(help="Export the tables for analysts into files.", no_args_is_help=True)

app.add_typer(export, name="export")

_SHOWN = 200  # rows


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


@app.command(epilog="Example: indexium sql 'SELECT person, count(*) FROM file_people GROUP BY ALL'")
def sql(
    context: typer.Context,
    text: Annotated[str, typer.Argument(metavar="SELECT", help="The query; '-' reads it from standard input.")] = "-",
    out: Annotated[Path | None, typer.Option(help="Write all rows into this .csv, .parquet or .json file.")] = None,
    values: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="The value of $NAME in the query.")
    ] = None,
    rows: Annotated[int, typer.Option(min=1, max=10_000, help="Rows to print.")] = _SHOWN,
    as_json: AsJson = False,
) -> None:
    """Run one SELECT on the tables for analysts."""
    if text == "-":
        text = sys.stdin.read()
    if not text.strip():
        raise errors.UsageError("Write a query, for example: indexium sql 'FROM files LIMIT 5'.")
    typed = {name.removeprefix("$"): value for name, value in assignments(values, "NAME=VALUE").items()}
    with opened_tables(context) as library:
        parameters = library.queries.values(text, typed)
        if out is not None:
            _note(library.snapshots.refresh())
            count = library.queries.write(text, out.absolute(), parameters)
            output.note(f"{wording.plural(count, 'row', 'rows')} written to {out}.")
            return
        answer = library.queries.run(text, parameters, max_rows=rows)
    _note(answer.notice)
    if answer.cut_values:
        output.note(f"{answer.cut_sentence()} '--out FILE' writes whole values.")
    if as_json:
        output.to_json({"items": answer.records(), "total": answer.total})
        return
    names = [column.name for column in answer.columns]
    output.table(names, [["" if value is None else str(value) for value in row] for row in answer.rows])
    if answer.total is None:
        output.note(
            f"The query was stopped after {answer.seconds:.0f} s. These are the first {len(answer.rows):,} rows;"
            " the total number of rows is not known. '--out FILE' writes all of them."
        )
    elif answer.is_cut:
        output.note(f"The first {len(answer.rows):,} of {answer.total:,} rows. '--out FILE' writes all of them.")


def _note(notice: str) -> None:
    if notice:
        output.note(notice)
