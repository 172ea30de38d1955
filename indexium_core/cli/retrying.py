"""`operations retry`, and the question before it and before `jobs retry`: once more what was not done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated

import typer

from indexium_core import errors
from indexium_core.cli import keeping, output, writing
from indexium_core.cli.app import opened
from indexium_core.cli.planning import AsJson
from indexium_core.library import LibraryServices
from indexium_core.model import wording

__all__ = ["Again", "ask_again"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """What trying an operation again comes to."""

    sentences: Sequence[str]  # what is said of it beforehand
    is_something: bool = True  # whether there is anything to do
    excluded: Mapping[str, int] = field(default_factory=dict)  # write: what its levels leave out
    said: frozenset[int] = frozenset()  # files of which it is said why they are left alone


@writing.operations.command("retry", epilog="Example: indexium operations retry 3 --risk safe")
def retry(
    context: typer.Context,
    operation_id: writing.Id,
    risk: Annotated[
        str | None, typer.Option(help="Levels to write, e.g. safe,warning; default: those of the operation.")
    ] = None,
    yes: writing.Yes = False,
    note: writing.Note = "",
    as_json: AsJson = False,
) -> None:
    """
    Try once more what an operation did not do: files that failed, were in conflict, are unclear or were given up.

    Of a write they are read and planned afresh; of a rollback they are taken back.
    """
    levels = writing.levels_of(risk) if risk is not None else None
    with opened(context) as library:
        again = ask_again(library, operation_id, risk=levels, yes=yes)
        if not again.is_something:
            if as_json:
                output.to_json({"operation_id": None, "items": [], "excluded": again.excluded})
            return
        handle = library.retries.start(operation_id, risk=levels, note=note, source="cli")
        writing.follow(library, handle, "Trying again", as_json=as_json, said=again.said)


def ask_again(
    library: LibraryServices,
    operation_id: int,
    *,
    risk: tuple[str, ...] | None = None,
    goes_on: bool = False,
    yes: bool,
) -> Again:
    """
    Say what trying an operation again would do, and ask whether to do it, unless there is nothing to do.

    Args:
        library: Where it is.
        operation_id: The operation.
        risk: Levels to write; None: those that it was to write.
        goes_on: It stopped in its midst and is not planned afresh: its job goes on with what is left.
        yes: Do not ask.

    Raises:
        UnknownIdError: There is no such operation.
        UsageError: It cannot be tried again, or that was not wanted.

    """
    try:
        again = _left(library, operation_id) if goes_on else _look(library, operation_id, risk)
    except errors.UsageError as error:
        if error.reason != "nothing_to_write":
            raise
        again = Again(sentences=[error.message], is_something=False)
    for sentence in again.sentences:
        output.note(sentence)
    if again.is_something:
        writing.ask(yes=yes)
    return again


def _left(library: LibraryServices, operation_id: int) -> Again:
    left = library.operation(operation_id, per_page=1).operation.left
    return Again(sentences=[f"Operation {operation_id} would go on with {wording.plural(left, 'file')}."])


def _look(library: LibraryServices, operation_id: int, risk: tuple[str, ...] | None) -> Again:
    if library.operation(operation_id, per_page=1).operation.operation_type == "rollback":
        return _look_back(library, operation_id)
    found = library.retries.look(operation_id)
    options = replace(found.options, risk=risk or found.options.risk)
    summary = library.preview(found.selection, found.plan, options=options)
    if not summary.count:
        return Again(sentences=[writing.nothing(summary)], is_something=False, excluded=summary.excluded)
    return Again(sentences=[writing.question(summary)], excluded=summary.excluded)


def _look_back(library: LibraryServices, operation_id: int) -> Again:
    check = library.retries.look_back(operation_id)
    if not check.can_rollback:
        raise errors.UsageError(check.reason)
    said = frozenset(item.file_id for item in check.conflicts)
    return Again(sentences=list(keeping.sentences_of(check)), said=said)
