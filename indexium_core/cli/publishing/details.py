"""`publish show` and `publish log`: one title, its files, what players show, and its publications."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from indexium_core.cli import output
from indexium_core.cli.frame import opened
from indexium_core.cli.options import AsJson
from indexium_core.cli.publishing.publish import Address, publish, require_publishing_library
from indexium_core.model import wording
from indexium_core.model.publishing.publication import SideFilePlan
from indexium_core.model.publishing.subjects import Entity

if TYPE_CHECKING:
    from indexium_core.model.publishing.details import NfoLine, PublicationDetails
    from indexium_core.model.publishing.player_views import PlayerView

_SIGNS = {"added": "+", "removed": "-", "kept": " "}
_STATES = {"seen": "", "warning": "warning", "not_seen": "not shown"}
_SHOWN = 8  # names of people


@publish.command("show", epilog="Example: indexium publish show movie:12")
def show(context: typer.Context, title: Address, as_json: AsJson = False) -> None:
    """Show the files of a title, the difference of its NFO files, and what each player will show."""
    entity = Entity.of_address(title)
    with opened(context) as library:
        require_publishing_library(library)
        library.publications.refresh()
        found = library.publications.details(*entity)
    if as_json:
        output.to_json(found)
        return
    _print(found)


def _print(found: PublicationDetails) -> None:
    output.say_out(f"{found.item.name}, {found.item.risk}: {found.item.folder}")
    output.table(
        ("file", "what happens", "size", "reason"),
        [_file(each.file) for each in found.files],
        right=(2,),
        empty="Nothing of this title itself is published.",
    )
    for each in found.files:
        if each.problem:
            output.note(f"{each.file.name}: {each.problem}")
        if each.added or each.removed:
            output.say_out("")
            output.say_out(f"{each.file.name}: {each.added:,} lines added, {each.removed:,} removed")
            for line in each.lines:
                output.say_out(_line(line))
    if found.issues:
        output.say_out("")
        output.table(("note", "", "what to do"), [(each.label, each.message, each.remedy) for each in found.issues])
    output.say_out("")
    output.table(("player", "what", "shows", "why"), [row for view in found.players for row in _view(view)])
    for note in found.rollback:
        output.note(f"After a rollback: {note.reason}")
    if found.members:
        names = wording.list_of([f"{address} ({name})" for address, name in found.members], most=10)
        output.note(f"It has files of its own for {names}.")
    if found.last_published is not None:
        output.note(f"Last published {wording.when(found.last_published)}.")


def _file(file: SideFilePlan) -> tuple[str, str, str, str]:
    size = wording.size(file.after_size or file.before_size) if file.after_size or file.before_size else ""
    reason = file.message or (f"changed: {', '.join(file.changed_fields)}" if file.changed_fields else "")
    return file.path, file.word, size, reason


def _line(line: NfoLine) -> str:
    if line.state == "folded":
        return f"  … {wording.plural(line.count, 'line')} unchanged"
    return f"{_SIGNS[line.state]} {line.text}"


def _view(view: PlayerView) -> Iterator[tuple[str, str, str, str]]:
    name = f"{view.player} {view.versions}"
    if view.is_shown:
        year = f" ({view.year})" if view.year else ""
        yield name, "title", f"{view.title}{year}", ""
        yield name, "people", wording.list_of(view.people, most=_SHOWN) or "none", ""
        yield name, "poster", view.poster or "none", ""
    else:
        yield name, "title", "not added", ""
    for fact in view.facts:
        if fact.state != "seen" or fact.field == "condition":
            shown = "" if fact.field == "condition" else _STATES[fact.state]
            yield name, fact.field, shown, fact.reason


@publish.command("log", epilog="Example: indexium publish log movie:12")
def log(
    context: typer.Context,
    title: Address,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Publications, from the newest.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show the publications of a title, newest first."""
    entity = Entity.of_address(title)
    with opened(context) as library:
        found = library.publications.log(*entity, count=limit)
    output.listing(
        found,
        ("when", "by", "result", "pictures", "operation", "players", "reason"),
        lambda each: (
            f"{each.published_at.astimezone():%Y-%m-%d %H:%M}",
            each.published_by,
            "published" if each.success else "failed",
            ", ".join(picture["kind"] for picture in each.assets_published),
            each.operation_id,
            ", ".join(f"{notice['player']}: {notice['state'].replace('_', ' ')}" for notice in each.players_notified),
            each.error_message,
        ),
        right=(4,),
        empty=f"{title} was never published. 'indexium publish --title {title}' publishes it.",
        as_json=as_json,
    )
