"""`recover`: restore files of interrupted writes, and check and rehearse the recovery of what was published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from indexium_core.cli import output
from indexium_core.cli.frame import app, opened, opened_here
from indexium_core.cli.options import AsJson, Yes, ask
from indexium_core.model import wording
from indexium_core.model.operations.outcomes import outcome_counts, outcome_label
from indexium_core.model.publishing.integrity import PUBLISHED_FILE_STATES

if TYPE_CHECKING:
    from indexium_core.model.operations.recovery import RecoverReport
    from indexium_core.model.publishing.integrity import PublishedFileCheck
    from indexium_core.services import LibraryServices

recovery = typer.Typer(
    help="Restore files whose write was interrupted, and show the result of each; every start does the same.\n\n"
    "'recover check' and 'recover drill' are about published NFO files and pictures.",
)
app.add_typer(recovery, name="recover")
_LISTED = 50  # files of a report
LibraryId = Annotated[
    int | None, typer.Argument(metavar="[LIBRARY]", help="Only this library, by its id.", min=1, max=2**31 - 1)
]


@recovery.callback(invoke_without_command=True, epilog="Example: indexium recover")
def recover(context: typer.Context, as_json: AsJson = False) -> None:
    """Restore files whose write was interrupted, and show the result of each; every start does the same."""
    if context.invoked_subcommand is None:
        _recover(context, as_json=as_json)


def _recover(context: typer.Context, *, as_json: bool) -> None:
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


@recovery.command("check", epilog="Example: indexium recover check --repair")
def check(
    context: typer.Context,
    library_id: LibraryId = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Restore the files that are gone, as one operation.")
    ] = False,
    full: Annotated[
        bool, typer.Option("--full", help="Read every file; default: only those with another size or time.")
    ] = False,
    forget: Annotated[
        bool,
        typer.Option("--forget", help="Forget the files that are gone and not published any more; asks first."),
    ] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Compare the published NFO files and pictures with the disk, and list those that are not as published."""
    with opened(context) as library:
        if forget:
            _ask_to_forget(library, library_id, yes=yes)
        with output.bar("Comparing") as update:
            report = library.disaster_recovery.validate_integrity(
                library_id, repair=repair, full=full, forget=forget, progress=update
            )
    if as_json:
        output.to_json(report)
    else:
        _list(report.files)
        output.note(report.summary)
        if report.operation_id is not None:
            titles = wording.plural(report.restored, "title")
            failed = f" {report.failed:,} failed." if report.failed else ""
            output.note(f"Operation {report.operation_id} restored the files of {titles}.{failed}")
        if report.forgotten:
            output.note(f"{wording.plural(report.forgotten, 'file')} forgotten.")
        if report.obsolete:
            output.note(
                "Files that are gone and not published any more have no video here, or their library does not publish "
                "them: scan again if a drive was away, or forget them with 'indexium recover check --forget'."
            )
        if report.lost and repair:
            output.note(
                "Some files stay lost: their folder cannot be written, or the cache does not have their picture. "
                "'indexium publish show TITLE' says more."
            )
        elif report.lost:
            output.note("'indexium publish --restore' restores the lost files; --dry-run shows it before.")
    raise typer.Exit(0 if report.is_good else 1)


def _ask_to_forget(library: LibraryServices, library_id: int | None, *, yes: bool) -> None:
    """List the files that would be forgotten, and ask; nothing is asked without such a file."""
    report = library.disaster_recovery.validate_integrity(library_id)
    if report.obsolete:
        _list([each for each in report.files if each.state == "obsolete"])
        files = wording.plural(report.obsolete, "file")
        output.note(f"{files} would be forgotten and could not be restored any more. No file on the disk changes.")
        ask(yes=yes)


@recovery.command("drill", epilog="Example: indexium recover drill --into /tmp/drill")
def drill(
    context: typer.Context,
    into: Annotated[
        Path,
        typer.Option("--into", metavar="DIR", help="An empty folder outside of every library; it is made if needed."),
    ],
    library_id: LibraryId = None,
    as_json: AsJson = False,
) -> None:
    """Restore every published file into an empty folder and compare its hash. Nothing beside the media changes."""
    with opened(context) as library, output.bar("Restoring") as update:
        report = library.disaster_recovery.drill(into, library_id, progress=update)
    if as_json:
        output.to_json(report)
    else:
        _list(report.missing)
        output.note(report.summary)
    raise typer.Exit(0 if report.is_complete else 1)


def _list(files: Sequence[PublishedFileCheck]) -> None:
    if files:
        output.table(
            ("title", "kind", "state", "path"),
            [(each.address, each.kind, PUBLISHED_FILE_STATES[each.state], each.path) for each in files[:_LISTED]],
        )
    if len(files) > _LISTED:
        output.note(f"… {wording.and_more(len(files) - _LISTED)}; --json has all of them.")
