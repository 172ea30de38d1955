"""`sql`: run a query of an analyst on the newest snapshot."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from indexium_core import errors
from indexium_core.cli import output
from indexium_core.cli.frame import app, opened_tables
from indexium_core.cli.options import AsJson, assignments
from indexium_core.model import wording

_SHOWN = 200  # rows


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
