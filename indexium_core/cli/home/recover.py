"""`recover`: restore files of interrupted writes."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from indexium_core.cli import output
from indexium_core.cli.frame import app, opened_here
from indexium_core.cli.options import AsJson
from indexium_core.model import wording
from indexium_core.model.operations.outcomes import outcome_counts, outcome_label

if TYPE_CHECKING:
    from indexium_core.model.operations.recovery import RecoverReport


@app.command(epilog="Example: indexium recover")
def recover(context: typer.Context, as_json: AsJson = False) -> None:
    """Restore files whose write was interrupted, and show the result of each; every start does the same."""
    with opened_here(context) as library:
        left = library.interruptions.operations(files=0)
        report = replace(
            library.recovered, interrupted=[each.id for each in left]
        )  # includes operations of earlier starts
    if as_json:
        output.to_json(report)
    else:
        output.note(_summary(report))
        for file in report.files:
            message = f" ({file.message})" if file.message else ""
            output.note(f"  {outcome_label(file.outcome)}: {file.file_path}{message}")
        for each in [] if report.files else left:
            output.note(f"'indexium operations show {each.id}' shows what the last recovery did with its files.")
        for each in left:
            back = " or rolled back" if each.operation.can_rollback else ""
            output.note(f"Operation {each.id} is not complete; it can be resumed{back}.")
    raise typer.Exit(1 if report.problems else 0)


def _summary(report: RecoverReport) -> str:
    if not (report.files or report.problems):
        return "There is nothing to recover."
    counts = outcome_counts(Counter(file.outcome for file in report.files))
    return f"{wording.plural(len(report.files), 'file was', 'files were')} interrupted: {counts}."
