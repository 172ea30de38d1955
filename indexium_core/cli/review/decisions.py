"""`edit`, `postpone`, `mode`, `decisions`: decisions about files, in force until the user removes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from indexium_core import errors
from indexium_core.cli import output
from indexium_core.cli.edited_files import (
    NO_MATCH,
    print_fields_preview,
    print_fields_report,
    print_people_report,
    print_report,
)
from indexium_core.cli.frame import app, opened
from indexium_core.cli.options import MOST, AsJson, CommentMode, Mode, OnlyThis, Query, assignments, refuse_ids
from indexium_core.model import wording
from indexium_core.model.people.people_comment import person_key

if TYPE_CHECKING:
    from indexium_core.model.review.reports import DecisionReport, FieldsPreview
    from indexium_core.services import LibraryServices


@app.command(epilog="Example: indexium edit 'folder:2019' --add 'Ann Lee' --remove 'Bob Ray'")
def edit(
    context: typer.Context,
    query: Query,
    people: Annotated[str | None, typer.Option(help="All people of the files, separated by ';'; '' for none.")] = None,
    add: Annotated[list[str] | None, typer.Option(help="A person to add; repeatable.")] = None,
    remove: Annotated[list[str] | None, typer.Option(help="A person to remove; repeatable.")] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="FIELD=VALUE",
            help="A field to set, for example 'title={name}'; no value removes it; repeatable.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With --set, show the values without setting them.")
    ] = False,
    only_this: OnlyThis = False,
    as_json: AsJson = False,
) -> None:
    """Set the people or other fields of files; valid until you remove the edit."""
    if sum((people is not None, bool(add or remove), bool(set_))) != 1:
        raise errors.UsageError("Use either --people, or --add and --remove, or --set.")
    with opened(context) as library:
        refuse_ids(library, query)
        if set_:
            values = assignments(set_, "FIELD=VALUE")
            if dry_run:
                _print_preview(library.bulk.preview_fields(query, values, only_this=only_this), as_json=as_json)
            else:
                report = library.decisions.set_fields(query, values, only_this=only_this)
                _say(report, lambda: _print_fields(report), as_json=as_json)
            return
        if people is not None:
            names = [name.strip() for name in people.split(";") if name.strip()]
            report = library.edit(query, names, only_this=only_this)
            _report("edited", report, as_json=as_json)
            return
        _hint(library, add or [])
        report = library.decisions.change_people(query, add=add or [], remove=remove or [], only_this=only_this)
        _say(report, lambda: print_people_report(report), as_json=as_json)


def _print_preview(preview: FieldsPreview, *, as_json: bool) -> None:
    if as_json:
        output.to_json(preview)
    elif preview.files:
        print_fields_preview(preview)
    else:
        output.note(NO_MATCH)


def _print_fields(report: DecisionReport) -> None:
    print_fields_report(report)
    if report.unsupported:
        output.note("The plan has the reasons.")


def _say(report: DecisionReport, say: Callable[[], None], *, as_json: bool) -> None:
    """Print the result of a decision, as JSON or by `say`."""
    if as_json:
        output.to_json(report)
    else:
        say()


def _hint(library: LibraryServices, names: Sequence[str]) -> None:
    """Print for each new name the known names of which it may be a misspelling."""
    known = {person_key(row.name) for row in library.people.list()}
    for name in names:
        if person_key(name) not in known:
            alike = [f"“{each.name}” ({wording.files(each.files)})" for each in library.people.similar(name)]
            if alike:
                output.note(f"“{name}” is new. Did you mean {' or '.join(alike)}? 'indexium undo' undoes the edit.")


@app.command(epilog="Example: indexium postpone 'folder:raw' --until 2027-01-01")
def postpone(
    context: typer.Context,
    query: Query,
    until: Annotated[str | None, typer.Option(help="Day until which the files are skipped, e.g. 2027-01-31.")] = None,
    stop_skipping: Annotated[bool, typer.Option("--stop-skipping", help="No longer skip the files.")] = False,
    former: Annotated[bool, typer.Option("--bring-back", hidden=True)] = False,
    only_this: OnlyThis = False,
    as_json: AsJson = False,
) -> None:
    """Skip files in lists and writes, until a day or until you stop skipping them."""
    stop_skipping = stop_skipping or former
    if stop_skipping and until:
        raise errors.UsageError("Use either --until or --stop-skipping.")
    with opened(context) as library:
        refuse_ids(library, query)
        if stop_skipping:
            report = library.decisions.end_postponements(query)
            _report("no longer skipped", report, unchanged="not skipped before", as_json=as_json)
        else:
            report = library.decisions.postpone(query, until=until, only_this=only_this)
            _report("skipped", report, as_json=as_json)


@app.command(epilog="Example: indexium mode 'issue:custom_comment' --comment-mode preserve")
def mode(
    context: typer.Context,
    query: Query,
    mode: Mode = None,
    comment_mode: CommentMode = None,
    only_this: OnlyThis = False,
    as_json: AsJson = False,
) -> None:
    """Set how people and comments of files are combined."""
    if mode is None and comment_mode is None:
        raise errors.UsageError("Name a mode to set: --mode merge|exact, --comment-mode replace|preserve.")
    with opened(context) as library:
        refuse_ids(library, query)
        report = library.decisions.set_mode(query, mode=mode, comment_mode=comment_mode, only_this=only_this)
    _say(report, lambda: print_report(report, wording.sentence(report.label)), as_json=as_json)


def _report(verb: str, report: DecisionReport, *, unchanged: str = "", as_json: bool) -> None:
    done = f"{wording.files(report.files)} {verb}."
    _say(report, lambda: print_report(report, done, unchanged=unchanged), as_json=as_json)


decisions = typer.Typer(help="Edits, skipped files and modes that are in force.", no_args_is_help=True)

app.add_typer(decisions, name="decisions")


@decisions.command("list", epilog="Example: indexium decisions list --json")
def list_decisions(context: typer.Context, as_json: AsJson = False) -> None:
    """Show every decision that is in force."""
    with opened(context) as library:
        rows = library.decisions.list()
    output.listing(
        rows,
        ("id", "kind", "what", "file"),
        lambda row: (row.decision_id, row.kind, row.summary, row.file_path),
        right=(0,),
        empty="No decision is in force. 'indexium edit SEARCH' makes one.",
        as_json=as_json,
    )


@decisions.command("revoke", epilog="Example: indexium decisions revoke 12 13")
def revoke(
    context: typer.Context,
    ids: Annotated[list[int], typer.Argument(min=1, max=MOST, help="Ids from 'decisions list'.")],
) -> None:
    """Revoke decisions; the plan changes immediately."""
    with opened(context) as library:
        revoked = library.decisions.revoke(ids)
    output.note(f"{wording.plural(revoked, 'decision')} revoked." if revoked else "Nothing was done.")
    if ended := len(set(ids)) - revoked:
        output.note(f"{wording.plural(ended, 'decision was', 'decisions were')} not in force any more.")
