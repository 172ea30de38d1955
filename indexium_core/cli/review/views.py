"""`views`: searches of the plan that are kept under a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from indexium_core import errors
from indexium_core.cli import output
from indexium_core.cli.frame import app, opened
from indexium_core.cli.options import AsJson, Query
from indexium_core.cli.review.plan import sort_of
from indexium_core.model.view import SavedView

if TYPE_CHECKING:
    from indexium_core.library import LibraryServices

views = typer.Typer(help="Saved views: searches with their order, under a name.", no_args_is_help=True)
app.add_typer(views, name="views")

Which = Annotated[str, typer.Argument(metavar="NAME|ID", help="Name or id of a view.")]


@views.command("list", epilog="Example: indexium views list")
def list_views(context: typer.Context, as_json: AsJson = False) -> None:
    """Show every saved view; the one with a star is what the dashboard's plan opens with."""
    with opened(context) as library:
        rows = library.views.list()
    output.listing(rows, ("id", "", "name", "search", "sort"), _cells, right=(0,), as_json=as_json)


def _cells(view: SavedView) -> tuple[object, ...]:
    sort = ("-" if view.descending else "") + view.sort
    return view.view_id, "*" if view.is_default else "", view.name, view.query, sort


@views.command(
    "save", epilog="Example: indexium views save 'Danger with Ann' 'risk:danger person:\"Ann Lee\"' --sort name"
)
def save_view(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What to call it; a view of that name is overwritten.")],
    query: Query = "",
    sort: Annotated[str, typer.Option(help="As for 'plan'; '-' in front turns it.")] = "risk",
    default: Annotated[bool, typer.Option("--default", help="Open the dashboard's plan with it.")] = False,
) -> None:
    """Keep a search under a name."""
    key, descending = sort_of(sort)
    with opened(context) as library:
        view = library.views.save(name, query, sort=key, descending=descending)
        if default:
            library.views.set_default(view.view_id)
    output.note(f"Saved view {view.view_id}: {view.name}.")


@views.command("rename", epilog="Example: indexium views rename 'Danger' 'Look at these'")
def rename_view(
    context: typer.Context, which: Which, name: Annotated[str, typer.Argument(help="The new name.")]
) -> None:
    """Give a view another name."""
    with opened(context) as library:
        view = library.views.rename(_found(library, which).view_id, name)
    output.note(f"View {view.view_id} is called {view.name} now.")


@views.command("remove", epilog="Example: indexium views remove 'Danger with Ann'")
def remove_view(context: typer.Context, which: Which) -> None:
    """Forget a view; no file and no decision is touched."""
    with opened(context) as library:
        view = library.views.remove(_found(library, which).view_id)
    output.note(f"Removed view {view.view_id}: {view.name}.")


@views.command("default", epilog="Example: indexium views default 'Danger with Ann'")
def default_view(
    context: typer.Context,
    which: Annotated[str | None, typer.Argument(metavar="NAME|ID", help="Name or id; none: everything.")] = None,
) -> None:
    """Choose what the dashboard's plan opens with."""
    with opened(context) as library:
        view = None if which is None else _found(library, which)
        library.views.set_default(view.view_id if view else None)
    output.note(f"The plan opens with {view.name}." if view else "The plan opens with everything.")


def _found(library: LibraryServices, which: str) -> SavedView:
    """Return the view of a name or, where no view is called that, of an id."""
    rows = library.views.list()
    wanted = " ".join(which.split()).casefold()
    for row in rows:
        if row.name.casefold() == wanted:
            return row
    for row in rows:
        if str(row.view_id) == which:
            return row
    raise errors.UnknownIdError(f"There is no view “{which}”; 'indexium views list' shows them.")
