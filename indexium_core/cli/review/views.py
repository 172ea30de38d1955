"""`views`: searches of the plan stored under a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from indexium_core import errors
from indexium_core.cli import output
from indexium_core.cli.frame import app, opened
from indexium_core.cli.options import AsJson, Query
from indexium_core.cli.review.plan import sort_of
from indexium_core.model.saved import SavedView

if TYPE_CHECKING:
    from indexium_core.services import LibraryServices

views = typer.Typer(help="Saved views: searches with a sort order, under a name.", no_args_is_help=True)
app.add_typer(views, name="views")

Which = Annotated[str, typer.Argument(metavar="NAME|ID", help="Name or id of a view.")]


@views.command("list", epilog="Example: indexium views list")
def list_views(context: typer.Context, as_json: AsJson = False) -> None:
    """Show every saved view; a star marks the default view of the plan page."""
    with opened(context) as library:
        rows = library.views.list()
    empty = "There is no saved view. 'indexium views save NAME SEARCH' saves one."
    output.listing(rows, ("id", "", "name", "search", "sort"), _cells, right=(0,), empty=empty, as_json=as_json)


def _cells(view: SavedView) -> tuple[object, ...]:
    sort = ("-" if view.descending else "") + view.sort
    return view.view_id, "*" if view.is_default else "", view.name, view.query, sort


@views.command(
    "save", epilog="Example: indexium views save 'Danger with Ann' 'risk:danger person:\"Ann Lee\"' --sort name"
)
def save_view(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name of the view; an existing view of that name is overwritten.")],
    query: Query = "",
    sort: Annotated[str, typer.Option(help="Sort key, as in 'plan'; a leading '-' reverses the order.")] = "risk",
    default: Annotated[bool, typer.Option("--default", help="Make it the default view of the plan page.")] = False,
) -> None:
    """Save a search under a name."""
    key, descending = sort_of(sort)
    with opened(context) as library:
        view = library.views.save(name, query, sort=key, descending=descending)
        if default:
            library.views.set_default(view.view_id)
    output.note(f"Saved view {view.view_id}: {view.name}.")


@views.command("rename", epilog="Example: indexium views rename 'Danger' 'To check'")
def rename_view(
    context: typer.Context, which: Which, name: Annotated[str, typer.Argument(help="The new name.")]
) -> None:
    """Rename a view."""
    with opened(context) as library:
        view = library.views.rename(_find_view(library, which).view_id, name)
    output.note(f"View {view.view_id} is now called {view.name}.")


@views.command("remove", epilog="Example: indexium views remove 'Danger with Ann'")
def remove_view(context: typer.Context, which: Which) -> None:
    """Remove a view; files and decisions do not change."""
    with opened(context) as library:
        view = library.views.remove(_find_view(library, which).view_id)
    output.note(f"Removed view {view.view_id}: {view.name}.")


@views.command("default", epilog="Example: indexium views default 'Danger with Ann'")
def default_view(
    context: typer.Context,
    which: Annotated[
        str | None,
        typer.Argument(metavar="NAME|ID", help="Name or id of a view; without it, the plan page opens with all files."),
    ] = None,
) -> None:
    """Set the default view of the plan page."""
    with opened(context) as library:
        view = None if which is None else _find_view(library, which)
        library.views.set_default(view.view_id if view else None)
    output.note(f"The plan page opens with {view.name}." if view else "The plan page opens with all files.")


def _find_view(library: LibraryServices, which: str) -> SavedView:
    """Return the view with a name or, if there is none, with an id."""
    rows = library.views.list()
    wanted = " ".join(which.split()).casefold()
    for row in rows:
        if row.name.casefold() == wanted:
            return row
    for row in rows:
        if str(row.view_id) == which:
            return row
    raise errors.UnknownIdError(f"There is no view “{which}”; 'indexium views list' shows all views.")
