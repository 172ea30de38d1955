"""`files`: lists of files by state."""

from __future__ import annotations

from typing import Annotated

import typer

from indexium_core.cli import output
from indexium_core.cli.frame import app, opened
from indexium_core.cli.options import MOST, AsJson
from indexium_core.model import wording
from indexium_core.model.files.inventory import KINDS, ListedFile

_TEXT = 80  # characters of a comment that are shown
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
        quality = library.inventory.quality() if kind in ("", "text") else None
    texts = [each for each in quality.texts if each.files > 1] if kind == "text" and quality is not None else []
    if as_json:
        output.to_json(found or quality)
    elif found is not None:
        output.table(
            ("id", "state", "file", "what"),
            [(row.file_id, row.state, row.file_path, _facts(row, kind)) for row in found.items],
            right=(0,),
        )
        for each in texts:
            output.note(f"{wording.files(each.files)} with the text “{_shortened(each.text)}”.")
        output.note(f"{wording.files(found.total)}: {KINDS[kind]}.")
    elif quality is not None:
        rows = [(name, f"{getattr(quality, name):,}", words) for name, words in KINDS.items()]
        output.table(("list", "files", "description"), rows, right=(1,))


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _TEXT else line[:_TEXT] + "…"


def _facts(row: ListedFile, kind: str) -> str:
    """Return why a file is in a list: its problem, the text of its comment, or its people."""
    if kind == "text":
        return _shortened(row.text)
    named = row.named if kind in ("named", "unknown") else row.people
    return row.message or ", ".join(named)
