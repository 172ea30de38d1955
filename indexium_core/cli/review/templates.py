"""`templates`: edits stored under a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from indexium_core import errors
from indexium_core.cli import output
from indexium_core.cli.edited_files import NO_MATCH, print_people_report
from indexium_core.cli.frame import app, opened
from indexium_core.cli.options import AsJson, OnlyThis, Query, refuse_ids
from indexium_core.model import wording

if TYPE_CHECKING:
    from indexium_core.model.review.decisions import Template
    from indexium_core.model.review.reports import ChangePreview

Name = Annotated[str, typer.Argument(help="Name of the template.")]

SHOWN = 10  # files that a preview shows

templates = typer.Typer(
    help="Edits stored under a name: people to add, or a replacement of one person by another.", no_args_is_help=True
)

app.add_typer(templates, name="templates")


@templates.command("list", epilog="Example: indexium templates list")
def list_templates(context: typer.Context, as_json: AsJson = False) -> None:
    """Show every template."""
    with opened(context) as library:
        rows = library.templates.list()
    empty = "There is no template. 'indexium templates save NAME' saves one."
    output.listing(rows, ("name", "what it does"), lambda row: (row.name, _what(row)), empty=empty, as_json=as_json)


@templates.command("save", epilog="Example: indexium templates save Family --add 'Ann Lee' --add 'Bob Ray'")
def save_template(
    context: typer.Context,
    name: Name,
    add: Annotated[list[str] | None, typer.Option(help="A person to add; repeatable.")] = None,
    find: Annotated[str | None, typer.Option(help="The person to replace.")] = None,
    replace: Annotated[str | None, typer.Option(help="The person who replaces --find.")] = None,
) -> None:
    """Store an edit under a name; an existing template of that name is overwritten."""
    if (find is None) != (replace is None):
        raise errors.UsageError("Use --find and --replace together.")
    pair = None if find is None or replace is None else (find, replace)
    with opened(context) as library:
        made = library.templates.save(name, people=add or [], replace=pair)
    output.note(f"Template “{made.name}”: {_what(made)}.")


@templates.command("remove", epilog="Example: indexium templates remove Family")
def remove_template(context: typer.Context, name: Name) -> None:
    """Remove a template; edits that it made stay."""
    with opened(context) as library:
        library.templates.remove(name)
    output.note(f"Template “{name}” removed.")


@templates.command("preview", epilog="Example: indexium templates preview Family 'folder:2019'")
def preview_template(
    context: typer.Context, name: Name, query: Query, only_this: OnlyThis = False, as_json: AsJson = False
) -> None:
    """Show what a template would change in files; changes nothing."""
    with opened(context) as library:
        found = library.templates.preview(name, query, examples=SHOWN, only_this=only_this)
    if as_json:
        output.to_json(found)
    else:
        print_preview(found)


@templates.command("apply", epilog="Example: indexium templates apply Family 'folder:2019'")
def apply_template(
    context: typer.Context, name: Name, query: Query, only_this: OnlyThis = False, as_json: AsJson = False
) -> None:
    """Apply a template to files and their copies; 'indexium undo' undoes it."""
    with opened(context) as library:
        refuse_ids(library, query)
        report = library.templates.apply(name, query, only_this=only_this)
    if as_json:
        output.to_json(report)
    else:
        print_people_report(report)


def print_preview(found: ChangePreview) -> None:
    """Print the effect of a change of people: the numbers, and the first files before and after."""
    if not found.files:
        output.note(NO_MATCH)
        return
    output.table(
        ("file", "before", "after"),
        [(row.file_path, "; ".join(row.before), "; ".join(row.after) or "no people") for row in found.examples],
    )
    if found.changed > len(found.examples):
        output.note(f"… and {found.changed - len(found.examples):,} more.")
    output.note(f"{found.changed:,} of {wording.files(found.files)} would change.")


def _what(template: Template) -> str:
    if template.old_person is None:
        return f"adds {'; '.join(template.people)}"
    return f"replaces {template.old_person} by {template.new_person}"
