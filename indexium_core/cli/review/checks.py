"""`suggest`, `checks`, `findings`: suggested people, inconsistencies, and their resolutions."""

from __future__ import annotations

from typing import Annotated

import typer

from indexium_core import errors
from indexium_core.cli import output
from indexium_core.cli.frame import app, opened
from indexium_core.cli.options import AsJson
from indexium_core.model import wording
from indexium_core.model.check import KINDS, CheckGroup, CheckPage, CheckRow
from indexium_core.model.people.suggestion import Suggestion

_KINDS = wording.list_of(KINDS, conjunction="or")
Kind = Annotated[str, typer.Argument(metavar="KIND", help=f"{_KINDS}.")]
Subjects = Annotated[
    list[str] | None,
    typer.Argument(metavar="SUBJECT…", help="Subjects of findings, as 'indexium checks KIND' prints them."),
]
All = Annotated[bool, typer.Option("--all", help="All open findings of this kind.")]


@app.command(epilog="Example: indexium suggest 'Family/2019/Birthday.mp4'")
def suggest(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE_OR_ID", help="Path of a file, or its id from 'indexium plan'.")],
    limit: Annotated[int, typer.Option(min=1, help="Maximum number of people.")] = 5,
    decline: Annotated[
        list[str] | None, typer.Option(help="A name that must not be suggested for this file again.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show people who may be in a file, with the reasons; no person is added."""
    with opened(context) as library:
        file_id = library.files.find(file)
        if decline:
            library.decisions.decline([file_id], decline)
        found = library.suggestions.suggest(file_id, limit=limit)
    if as_json:
        output.to_json({"items": found, "total": len(found)})
        return
    if found:
        output.table(("person", "reasons"), [(each.name, _reasons(each)) for each in found])
    else:
        output.note("No suggestions.")


def _reasons(suggestion: Suggestion) -> str:
    instead = f"Instead of {suggestion.replaces}. " if suggestion.replaces else ""
    return instead + " ".join([suggestion.reason, *suggestion.others])


@app.command(epilog="Example: indexium checks spelling")
def checks(
    context: typer.Context,
    kind: Annotated[
        str,
        typer.Argument(metavar="[KIND]", help=f"{_KINDS}; none = counts."),
    ] = "",
    page: Annotated[int, typer.Option(min=1)] = 1,
    per_page: Annotated[int, typer.Option(min=0, help="0 = all.")] = 25,
    ignored: Annotated[bool, typer.Option("--ignored", help="Show the ignored findings.")] = False,
    right: Annotated[bool, typer.Option("--right", hidden=True)] = False,
    as_json: AsJson = False,
) -> None:
    """Show inconsistencies between the database and the files, with their resolutions."""
    with opened(context) as library:
        if not kind:
            _print_groups(library.checks.groups(), as_json=as_json)
            return
        found = library.checks.page(kind, page, per_page=per_page, dismissed=ignored or right)
    if as_json:
        output.to_json(found)
    else:
        _print_page(found)


def _print_groups(groups: list[CheckGroup], *, as_json: bool) -> None:
    if as_json:
        output.to_json({"items": groups, "total": sum(group.total for group in groups)})
        return
    rows = [(group.kind, group.total, group.dismissed, group.text) for group in groups]
    output.table(("check", "findings", "ignored", "description"), rows, right=(1, 2))
    if not any(group.total for group in groups):
        output.note("No findings.")


def _print_page(found: CheckPage) -> None:
    if found.items:
        rows = [(row.subject, _description(row), _resolutions(row)) for row in found.items]
        output.table(("subject", "finding", "resolutions"), rows)
    else:
        output.note("No findings.")
    first = (found.page - 1) * found.per_page + 1
    if len(found.items) < found.total and found.items:
        last = first + len(found.items) - 1
        output.note(f"Shown: {wording.range_of(first, last, found.total)}; --page {found.page + 1} shows more.")


def _description(row: CheckRow) -> str:
    return row.text if row.title == row.subject or row.kind == "spelling" else f"{row.title}: {row.text}"


def _resolutions(row: CheckRow) -> str:
    return "; ".join(f"{each.code} ({wording.files(each.files)})" for each in row.resolutions)


findings = typer.Typer(help="Resolve or ignore the findings of checks.", no_args_is_help=True)
app.add_typer(findings, name="findings")


@findings.command("settle", hidden=True)
@findings.command("resolve", epilog="Example: indexium findings resolve spelling 'Zoe Oz | Zoë Öz' 'unite:Zoë Öz'")
def resolve(
    context: typer.Context,
    kind: Kind,
    subject: Annotated[str, typer.Argument(metavar="[SUBJECT]", help="Subject of the finding.")] = "",
    code: Annotated[
        str, typer.Argument(metavar="[RESOLUTION]", help="A resolution that 'indexium checks KIND' prints.")
    ] = "",
    everything: All = False,
) -> None:
    """Resolve a finding. This changes the plan, not the files. Check the plan, then write it."""
    if everything is bool(subject):
        message = "Name a finding and a resolution, or use --all. --all adds all people in these files to the database."
        raise errors.UsageError(message)
    with opened(context) as library:
        report = library.checks.resolve_all(kind) if everything else library.checks.resolve(kind, subject, code)
    output.note(report.text)


@findings.command("dismiss", hidden=True)
@findings.command("ignore", epilog="Example: indexium findings ignore single 'Uncle Pete'")
def ignore(context: typer.Context, kind: Kind, subjects: Subjects = None, everything: All = False) -> None:
    """Ignore findings; they are hidden until their data changes."""
    if everything is bool(subjects):
        raise errors.UsageError("Name the findings to ignore, or --all.")
    with opened(context) as library:
        count = library.checks.ignore_all(kind) if everything else library.checks.ignore(kind, subjects or [])
    output.note(f"{wording.plural(count, 'finding is', 'findings are')} ignored.")


@findings.command("restore", epilog="Example: indexium findings restore single 'Uncle Pete'")
def restore(
    context: typer.Context,
    kind: Kind,
    subjects: Annotated[list[str], typer.Argument(metavar="SUBJECT…", help="Subjects of the findings.")],
) -> None:
    """Open ignored findings again."""
    with opened(context) as library:
        count = library.checks.unignore(kind, subjects)
    output.note(f"{wording.plural(count, 'finding is', 'findings are')} open again.")
