"""`activity`: who did what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from indexium_core.cli import output
from indexium_core.cli.frame import app, opened
from indexium_core.cli.options import MOST, AsJson
from indexium_core.model import wording

if TYPE_CHECKING:
    from indexium_core.model.activity import ActivityRow


@app.command(epilog="Example: indexium activity 'Ann Lee' --since 2026-11-01")
def activity(
    context: typer.Context,
    actor: Annotated[str, typer.Argument(metavar="[NAME]", help="Only of this person or program.")] = "",
    since: Annotated[str | None, typer.Option(help="Only from this day or time on.")] = None,
    page: Annotated[int, typer.Option(min=1, max=MOST)] = 1,
    per_page: Annotated[int, typer.Option(min=0, max=MOST, help="0 = all.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show who decided, wrote, rolled back, published or started work; newest first."""
    with opened(context) as library:
        found = library.activity.page(actor, since, page=page, per_page=per_page)
        known = [each.name for each in library.activity.actors()] if actor and not found.total else []
    if as_json:
        output.to_json(found)
        return
    if found.items:
        output.table(("when", "who", "what", "id", "state"), map(_cells, found.items))
    elif known:
        output.note(f"Nothing of “{actor}”. These did something: {wording.list_of(known)}.")
    more = f"; --page {page + 1} shows more" if per_page and page * per_page < found.total else ""
    output.note(f"{wording.plural(found.total, 'entry', 'entries')}{more}.")


def _cells(row: ActivityRow) -> tuple[object, ...]:
    kind = "step" if row.kind == "undo" else row.kind
    return f"{row.at.astimezone():%Y-%m-%d %H:%M}", row.actor_name, row.text, f"{kind} {row.id}", row.state
