"""`publish`: write NFO files and pictures beside films, series and home videos."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
import typer.core

from indexium_core import errors
from indexium_core.cli import output
from indexium_core.cli.frame import app, opened
from indexium_core.cli.operations import publication_questions as questions
from indexium_core.cli.operations.follow import follow, note_interruptions
from indexium_core.cli.operations.write import levels_of
from indexium_core.cli.options import AsJson, DryRun, Note, Yes, ask
from indexium_core.model import wording
from indexium_core.model.approval import waiting_sentence
from indexium_core.model.operations import summaries
from indexium_core.model.operations.operation import FAILED_STATUSES, WriteResult
from indexium_core.model.operations.outcomes import outcome_label, outcome_of
from indexium_core.model.publishing.requests import (
    PublicationFilter,
    PublicationRequest,
    PublicationSelection,
    PublicationSummary,
)

if TYPE_CHECKING:
    from indexium_core.model.operations.dry_run import DryRunReport
    from indexium_core.services import LibraryServices

_LISTED = 50  # titles of a dry run that would not be written
_START = "start"
Address = Annotated[
    str,
    typer.Argument(metavar="TITLE", help="A title such as movie:12, series:3 or video:7; 'publish status' lists them."),
]


class GroupWithDefault(typer.core.TyperGroup):
    """A group of commands that starts a publication if the first word names no command: `publish QUERY`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the default command in front of words that name no command."""
        if not args or (args[0] not in self.commands and args[0] not in ctx.help_option_names):
            args = [_START, *args]
        return super().parse_args(ctx, args)


publish = typer.Typer(
    cls=GroupWithDefault,
    help="Write NFO files and pictures beside films, series and home videos, for Kodi, Jellyfin and Plex.\n\n"
    "'indexium publish [QUERY] [OPTIONS]' is short for 'indexium publish start [QUERY] [OPTIONS]'.",
)
app.add_typer(publish, name="publish")


@publish.command(_START, epilog="Example: indexium publish 'seaside' --dry-run")
def start(
    context: typer.Context,
    query: Annotated[
        str, typer.Argument(help="Words of a title, a folder, a file or a person, e.g. 'seaside'; none = all titles.")
    ] = "",
    risk: Annotated[
        str | None,
        typer.Option(help="Risks to write: safe, warning, danger; default: safe,warning, with --title all of them."),
    ] = None,
    title: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TITLE", help="Only this title, such as movie:12, also if another program changed its files."
        ),
    ] = None,
    library_id: Annotated[
        int | None, typer.Option("--library", metavar="ID", min=1, max=2**31 - 1, help="Only this library.")
    ] = None,
    restore: Annotated[
        bool, typer.Option("--restore", help="Only restore published files that are gone, as they were published.")
    ] = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    note: Note = "",
    as_json: AsJson = False,
) -> None:
    """Write the planned NFO files and pictures of titles, or restore those that are gone."""
    if title and (query or library_id is not None):
        raise errors.UsageError("Name titles with --title, or search them with QUERY and --library, but not both.")
    selection = PublicationSelection(
        addresses=tuple(title or ()),
        filter=None if title else PublicationFilter(query=query, library_id=library_id),
        risk=None if risk is None else levels_of(risk),
        restore=restore,
    )
    with opened(context) as library:
        note_interruptions(library)
        require_publishing_library(library)
        library.publications.refresh()  # other programs may have changed files
        preview = library.previews.of_publication(selection)
        summary = preview.summary
        if not summary.titles:
            if as_json:
                head = {"operation_id": None, **({"dry_run": True} if dry_run else {})}
                output.to_json({**head, "items": [], "excluded": summary.excluded})
            output.note(questions.nothing(summary))
            return
        if dry_run:
            with output.bar("Checking") as update:
                report = library.publications.dry_run(selection, progress=update)
            _print_dry_run(library, report, summary, as_json=as_json)
            raise typer.Exit(1 if any(report.counts.get(status) for status in FAILED_STATUSES) else 0)
        output.note(questions.question(summary))
        if preview.reasons:
            output.note(waiting_sentence(preview.reasons))
        ask(yes=yes)
        how = PublicationRequest(user_note=note, source="cli")
        handle = library.publications.start(selection, how, expected=summary.digest)
        follow(library, handle, "Publishing", as_json=as_json, excluded=summary.excluded)


def require_publishing_library(library: LibraryServices) -> None:
    """Raise UsageError with an example if no library publishes anything."""
    options = library.publications.all_options()
    if any(each.is_on for each in options.values()):
        return
    for number in sorted(options):
        found = library.publications.example(number)
        for each in found.examples:
            names = wording.list_of([file.path.rpartition("/")[2] for file in each.files], most=3)
            raise errors.UsageError(
                f"No library publishes NFO files or pictures yet: 'indexium publish options {number} --publish both' "
                f"chooses them for library {number}, where “{each.name}” would get {names}.",
                code="nothing_to_write",
            )
    raise errors.UsageError(
        "No library has films, series or home videos with people, so there is nothing to publish: 'indexium scan DIR' "
        "finds videos, 'indexium people add FILE --person NAME' names the people of a home video, and 'indexium titles "
        "identify' identifies films and series.",
        code="nothing_to_write",
    )


def _print_dry_run(
    library: LibraryServices, report: DryRunReport, summary: PublicationSummary, *, as_json: bool
) -> None:
    if as_json:
        output.to_json(
            {
                "operation_id": None,
                "dry_run": True,
                "by_risk": summary.by_risk,
                "excluded": summary.excluded,
                "items": report.items,
            }
        )
        return
    bad = [each for each in report.failures_first if each.status != "success"]
    if bad:
        output.table(
            ("title", "name", "outcome", "reason"),
            [
                (*_named(library, each), outcome_label(outcome_of(each.status, each.code)), each.message)
                for each in bad[:_LISTED]
            ],
        )
    if len(bad) > _LISTED:
        output.note(f"… {wording.and_more(len(bad) - _LISTED)}; --json has all of them.")
    ready = len(report.items) - len(bad)
    output.note(
        f"Dry run: {summaries.dry_run_result(ready, len(report.items), noun='title')} "
        f"Risks: {questions.risks(summary)}. {questions.files(summary)}"
    )
    if left := questions.left_out(summary.excluded, hint=True):
        output.note(left.lstrip())


def _named(library: LibraryServices, result: WriteResult) -> tuple[str, str]:
    kind, number = result.entity_type or "", result.entity_id or 0
    return f"{kind}:{number}", library.publications.get(kind, number).name
