"""Options and arguments that several commands share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from indexium_core import errors
from indexium_core.cli import output

if TYPE_CHECKING:
    from indexium_core.services import LibraryServices

Query = Annotated[str, typer.Argument(help="Search, e.g. 'risk:danger person:\"Ann Lee\" -path:archive', or id:12.")]
Mode = Annotated[str | None, typer.Option(help="merge (default) or exact.")]
CommentMode = Annotated[str | None, typer.Option(help="replace (default) or preserve.")]
HardLinks = Annotated[
    str,
    typer.Option(
        help="break: also write files with several names (hard links); the other names then keep the old file."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
OnlyThis = Annotated[bool, typer.Option("--only-this", help="Only the named files, not their copies.")]
MOST = 2**62  # larger than any id


def refuse_ids(library: LibraryServices, query: str, *, asks: bool = False) -> None:
    """
    Reject a search by only a number that is also the id of a file, because the search finds the number in names.

    Raises UsageError; a command that asks for confirmation (`asks`) prints a note instead.
    """
    from indexium_core.model.query import bare_numbers  # here: most commands have no search

    for number in bare_numbers(query):
        try:
            name = library.files.file(number).file_name
        except errors.UnknownIdError:
            continue
        message = f"{number} searches names for the number; id:{number} is the file {name}."
        if not asks:
            message += f" Use id:{number} for the file, or name:{number} for the number in names."
            raise errors.UsageError(message)
        output.note(message)


def assignments(texts: Sequence[str] | None, form: str) -> dict[str, str]:
    """Return the values of the option `--set` by name; UsageError for a text that does not have the form."""
    found = pairs(texts, f"'--set {{}}' has no '='. Write --set {form}.")
    return {name.strip(): value for name, value in found}


def pairs(texts: Sequence[str] | None, complaint: str) -> list[tuple[str, str]]:
    """Return both sides of each text; UsageError with the complaint, whose `{}` is the text, for one without `=`."""
    found = [text.partition("=") for text in texts or ()]
    for left, sign, _ in found:
        if not sign:
            raise errors.UsageError(complaint.replace("{}", left))
    return [(left, right) for left, _, right in found]


Yes = Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Check everything without changing a file.")]
Id = Annotated[int, typer.Argument(metavar="ID", min=1, max=MOST)]
Note = Annotated[str, typer.Option(help="A note for the history.")]


def ask(*, yes: bool) -> None:
    """Ask for confirmation; UsageError if the answer is no or no terminal can ask."""
    if yes:
        return
    answer = output.confirm("Continue?")
    if answer is None:
        raise errors.UsageError("No terminal is available for the question; add --yes.")
    if not answer:
        raise errors.UsageError("Nothing was changed.")
