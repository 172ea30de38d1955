"""`undo`, `redo`: undo and redo steps, which are decisions of people. `rollback` restores files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from indexium_core.cli import output
from indexium_core.cli.frame import app, opened
from indexium_core.cli.options import AsJson

if TYPE_CHECKING:
    from indexium_core.model.review.steps import StepReport, StepRow


@app.command(epilog="Example: indexium undo --list")
def undo(
    context: typer.Context,
    step_id: Annotated[
        int | None, typer.Argument(metavar="ID", min=1, max=2**62, help="The step; without it the last one.")
    ] = None,
    listed: Annotated[
        bool, typer.Option("--list", help="Only show the steps, and which of them can be undone.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Undo a decision: about the plan, a match, a value of a title, or a move of a file to another title."""
    with opened(context) as library:
        if listed:
            rows = library.steps.list()
            output.listing(
                rows,
                ("id", "when", "who", "what", "state"),
                lambda row: (
                    row.step_id,
                    f"{row.created_at.astimezone():%Y-%m-%d %H:%M}",
                    row.actor_name,
                    row.label,
                    _state(row),
                ),
                right=(0,),
                empty="There is no step to undo. 'indexium plan' shows what can be decided.",
                as_json=as_json,
            )
            return
        report = library.steps.undo(step_id)
    _print_turned(report, "undo", as_json=as_json)


@app.command(epilog="Example: indexium redo")
def redo(context: typer.Context, as_json: AsJson = False) -> None:
    """Redo the decision about the plan that was undone last, if no other one about the plan was made since."""
    with opened(context) as library:
        report = library.steps.redo()
    _print_turned(report, "redo", as_json=as_json)


def _state(row: StepRow) -> str:
    if row.undone_at is None:
        return row.blocked
    return f"undone by {row.undone_by_name}" if row.undone_by_name else "undone"


def _print_turned(report: StepReport | None, verb: str, *, as_json: bool) -> None:
    if as_json:
        output.to_json({"step": report})
    else:
        output.note(report.summary if report else f"There is nothing to {verb}.")
