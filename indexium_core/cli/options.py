"""Options and arguments that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from indexium_core import errors
from indexium_core.cli import output
from indexium_core.library import LibraryServices
from indexium_core.model.query import bare_numbers

Query = Annotated[str, typer.Argument(help="Search, e.g. 'risk:danger person:\"Ann Lee\" -path:archive', or id:12.")]
Mode = Annotated[str | None, typer.Option(help="merge (default) or exact.")]
CommentMode = Annotated[str | None, typer.Option(help="replace (default) or preserve.")]
HardLinks = Annotated[
    str, typer.Option(help="break: files with several names that must be replaced, too, so that their names part.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
MOST = 2**62  # larger than any id


def refuse_ids(library: LibraryServices, query: str, *, asks: bool = False) -> None:
    """
    Keep a person from changing the files with 12 in their names who means the one with that id.

    UsageError; where the command `asks` anyway, it is only said.
    """
    for number in bare_numbers(query):
        try:
            name = library.files.file(number).file_name
        except errors.UnknownIdError:
            continue
        message = f"{number} is a word that names may hold; id:{number} is the file {name}."
        if not asks:
            message += f" Say id:{number} for it, or name:{number} for the word."
            raise errors.UsageError(message)
        output.note(message)


Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Check everything, change nothing.")]
Id = Annotated[int, typer.Argument(metavar="ID", min=1, max=MOST)]
Note = Annotated[str, typer.Option(help="A note for the history.")]


def ask(*, yes: bool) -> None:
    """Ask whether to go on; raises UsageError where the answer is no, or there is nobody to ask."""
    if yes:
        return
    answer = output.confirm("Go on?")
    if answer is None:
        message = "There is no terminal to ask on: add --yes."
        raise errors.UsageError(message)
    if not answer:
        message = "Nothing was done."
        raise errors.UsageError(message)
