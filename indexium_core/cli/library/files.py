"""`files`: lists of files by state."""

from __future__ import annotations

from typing import Annotated

import typer

from indexium_core.cli import output
from indexium_core.cli.frame import app, opened
from indexium_core.cli.options import MOST, AsJson
from indexium_core.model import wording
from indexium_core.model.files.inventory import KINDS

Kind = Annotated[str, typer.Argument(metavar="[KIND]", help=f"Name of a list: {', '.join(KINDS)}.")]


@app.command(epilog="Example: indexium files broken")
def files(
    context: typer.Context,
    kind: Kind = "",
    page: Annotated[int, typer.Option(min=1, max=MOST)] = 1,
    per_page: Annotated[int, typer.Option(min=1, max=1000)] = 50,
    as_json: AsJson = False,
) -> None:
    """Show the number of known, damaged, missing and duplicate files; with KIND, list the files."""
    with opened(context) as library:
        found = library.inventory.files(kind, page=page, per_page=per_page) if kind else None
        quality = None if kind else library.inventory.quality()
    if as_json:
        output.to_json(found or quality)
    elif found is not None:
        output.table(
            ("id", "state", "file", "what"),
            [(row.file_id, row.state, row.file_path, row.message or ", ".join(row.people)) for row in found.items],
            right=(0,),
        )
        output.note(f"{wording.files(found.total)}: {KINDS[kind]}.")
    elif quality is not None:
        rows = [(name, f"{getattr(quality, name):,}", words) for name, words in KINDS.items()]
        output.table(("list", "files", "description"), rows, right=(1,))
