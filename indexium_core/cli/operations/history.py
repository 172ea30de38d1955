"""`history`: search the history of operations."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated

import typer

from indexium_core import errors
from indexium_core.cli import output
from indexium_core.cli.frame import app, chosen_home, opened
from indexium_core.cli.options import AsJson
from indexium_core.model import wording
from indexium_core.model.operations.operation import OPERATION_TYPES, STATES
from indexium_core.model.operations.outcomes import OUTCOMES, outcome_label

# Outcomes that have a column only if a file of the page has this outcome.
_SELDOM = ("restored", "failed", "conflict", "unknown", "undone")


@app.command(epilog="Example: indexium history 'person:\"Ann Lee\"' --since 2026-10-01")
def history(
    context: typer.Context,
    query: Annotated[str, typer.Argument(help='Words in a path, note or name; path:TEXT, person:"Ann Lee".')] = "",
    since: Annotated[str | None, typer.Option(help="First day, e.g. 2026-11-20.")] = None,
    until: Annotated[str | None, typer.Option(help="Last day, included.")] = None,
    status: Annotated[str | None, typer.Option(help="Only these states, e.g. completed,interrupted.")] = None,
    kind: Annotated[str | None, typer.Option("--type", help="Only these types: write, rollback, publish.")] = None,
    person: Annotated[str, typer.Option(help="Only operations that added or removed this person.")] = "",
    file: Annotated[str, typer.Option(help="Only operations with a file whose path has these words.")] = "",
    error: Annotated[
        str, typer.Option(help="Only operations with a file that failed or had a conflict with this code, e.g. in_use.")
    ] = "",
    page: Annotated[int, typer.Option(min=1)] = 1,
    per_page: Annotated[int, typer.Option(min=0, help="0 = all.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show writes, publications and rollbacks, newest first."""
    with opened(context) as library:
        found = library.history(
            query,
            since=since,
            until=until,
            status=_words_of(status, "status", STATES),
            operation_type=_words_of(kind, "type", OPERATION_TYPES),
            person=person,
            file=file,
            error=error,
            page=page,
            per_page=per_page,
        )
    if as_json:
        output.to_json(found)
        return
    outcomes = [
        outcome
        for outcome in OUTCOMES
        if outcome not in _SELDOM or any(operation.outcomes[outcome] for operation in found.items)
    ]
    rows = [
        (
            operation.id,
            operation.operation_type,
            f"{operation.started_at.astimezone():%Y-%m-%d %H:%M}",
            operation.status.replace("_", " "),
            *(operation.outcomes[outcome] for outcome in outcomes),
            " ".join(
                part for part in (operation.user_note, f"({operation.origin})" if operation.origin else "") if part
            ),
        )
        for operation in found.items
    ]
    heads = ("id", "type", "when", "state", *(outcome_label(outcome) for outcome in outcomes), "note")
    output.table(heads, rows, right=(0, *range(4, 4 + len(outcomes))))
    where = "" if found.total else f" in {chosen_home(context)}"
    output.note(f"{wording.plural(found.total, 'operation')}{where}.")


def _words_of(text: str | None, option: str, known: Collection[str]) -> tuple[str, ...]:
    """Return the words of an option with several values; UsageError for an unknown word."""
    found = tuple(word.strip() for word in (text or "").split(",") if word.strip())
    if unknown := [word for word in found if word not in known]:
        raise errors.UsageError(f"'{unknown[0]}' is not a value of --{option}. The values are {', '.join(known)}.")
    return found
