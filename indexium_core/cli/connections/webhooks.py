"""`webhooks`: programs that send events: their secrets, the map of their folders, and their events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from indexium_core import errors
from indexium_core.cli import output
from indexium_core.cli.frame import app, opened
from indexium_core.cli.options import AsJson, Yes, ask, pairs
from indexium_core.model import wording

if TYPE_CHECKING:
    from indexium_core.model.connections.webhooks import NewSecret, PathTrial, WebhookEvent, WebhookSource

webhooks = typer.Typer(help="Programs that send events, such as Radarr and Sonarr.", no_args_is_help=True)
app.add_typer(webhooks, name="webhooks")

_NO_PAIR = "“{}” is not a row of the map. Write --map /movies=/media/films."
Name = Annotated[str, typer.Argument(metavar="NAME", help="A source of 'indexium webhooks list'.")]
EventId = Annotated[int, typer.Argument(metavar="EVENT", help="The id of an event of 'indexium webhooks events'.")]
Folders = Annotated[
    list[str] | None,
    typer.Option("--map", metavar="THEIRS=HERE", help="A folder of the sender, and the same folder here; repeatable."),
]
Anchor = Annotated[
    str | None,
    typer.Option(help="The name of a file in each mapped folder; while it is missing, nothing is done. '': none."),
]


@webhooks.command("list", epilog="Example: indexium webhooks list")
def list_sources(context: typer.Context, as_json: AsJson = False) -> None:
    """Show the sources with the numbers of their events."""
    with opened(context) as library:
        rows = library.webhooks.list()
    numbers = ("this month", "waiting", "failed", "last event")
    header = ("source", "kind", "state", "address", "folders", "anchor", *numbers)
    output.listing(
        rows, header, _cells, empty="No program sends events. 'indexium webhooks add' adds one.", as_json=as_json
    )


def _cells(source: WebhookSource) -> tuple[str, ...]:
    numbers = (f"{each:,}" for each in (source.events_this_month, source.waiting, source.failed))
    last = wording.when(source.last_event_at) if source.last_event_at else ""
    state, folders = "on" if source.enabled else "off", ", ".join(map("=".join, source.folder_map))
    return source.name, source.kind, state, source.address, folders, source.anchor, *numbers, last


@webhooks.command("add", epilog="Example: indexium webhooks add radarr --map /movies=/media/films")
def add_source(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(metavar="KIND", help="radarr, sonarr, jellyfin or generic.")],
    name: Annotated[str, typer.Option(help="A part of its address; default: the kind.")] = "",
    folders: Folders = None,
    anchor: Anchor = None,
    as_json: AsJson = False,
) -> None:
    """Add a source, and show its address and its secret; no later command shows the secret."""
    with opened(context) as library:
        added = library.webhooks.add(kind, name, folder_map=pairs(folders, _NO_PAIR), anchor=anchor or "")
    _show_secret(added, as_json=as_json)


@webhooks.command("set", epilog="Example: indexium webhooks set radarr --map /movies=/media/films --anchor .here")
def set_source(
    context: typer.Context,
    name: Name,
    folders: Folders = None,
    anchor: Anchor = None,
    enabled: Annotated[bool | None, typer.Option("--on/--off", help="Whether its events are accepted.")] = None,
    as_json: AsJson = False,
) -> None:
    """Change the map of folders, the anchor file or the switch of a source. A new map replaces the former one."""
    if folders is None and anchor is None and enabled is None:
        raise errors.UsageError("Nothing would change. Use --map, --anchor, --on or --off.")
    folder_map = None if folders is None else pairs(folders, _NO_PAIR)
    with opened(context) as library:
        source = library.webhooks.change(name, folder_map=folder_map, anchor=anchor, enabled=enabled)
    if as_json:
        output.to_json(source)
        return
    rows = ", ".join(f"{theirs} is {ours}" for theirs, ours in source.folder_map) or "paths are taken as they are"
    output.note(f"{source.name} is {'on' if source.enabled else 'off'}: {rows}.")
    _show_notes(source)


@webhooks.command("secret", epilog="Example: indexium webhooks secret radarr")
def new_secret(context: typer.Context, name: Name, as_json: AsJson = False) -> None:
    """Replace the secret of a source, and show it once. The former one counts no more."""
    with opened(context) as library:
        added = library.webhooks.new_secret(name)
    _show_secret(added, as_json=as_json)


@webhooks.command("remove", epilog="Example: indexium webhooks remove radarr --yes")
def remove_source(context: typer.Context, name: Name, yes: Yes = False) -> None:
    """Remove a source with its events."""
    with opened(context) as library:
        source = library.webhooks.get(name)
        events = wording.plural(source.events_this_month, "event")
        output.note(f"{name} would be removed with its secret and its events ({events} this month).")
        ask(yes=yes)
        library.webhooks.remove(name)
    output.note(f"{name} is removed.")


@webhooks.command("try", epilog="Example: indexium webhooks try radarr '/movies/M (1931)/M.mkv'")
def try_path(
    context: typer.Context,
    name: Name,
    path: Annotated[str, typer.Argument(metavar="PATH", help="As the sender would send it.")],
    as_json: AsJson = False,
) -> None:
    """Show where a path of a sender lands, and what an event with it would do."""
    with opened(context) as library:
        trial = library.webhooks.try_path(name, path)
    if as_json:
        output.to_json(trial)
    else:
        for line in _lines(trial):
            output.say_out(line)
    raise typer.Exit(1 if trial.problem else 0)


def _lines(trial: PathTrial) -> list[str]:
    if not trial.library:
        return [trial.problem]
    by = f", by the row of {trial.rule}" if trial.rule else ""
    size = f", {wording.size(trial.size)}" if trial.size is not None else ""
    there = f"The file is there{size}." if trial.exists else "Nothing is there."
    anchor = [] if not trial.anchor or trial.problem else [f"The anchor file {trial.anchor} is there."]
    problem = [trial.problem] if trial.problem else []
    return [f"It lands in {trial.here}{by}.", f"Library {trial.library}. {there}", *anchor, *problem]


@webhooks.command("test", epilog="Example: indexium webhooks test radarr")
def send_test(context: typer.Context, name: Name, as_json: AsJson = False) -> None:
    """Store a test event of a source as its sender would send it, and show what was read of it."""
    with opened(context) as library:
        event = library.webhooks.send_test(name)
    if as_json:
        output.to_json(event)
    else:
        output.note(f"Event {event.id} {event.event_type}: {event.state}. {event.result}")


@webhooks.command("events", epilog="Example: indexium webhooks events radarr --state failed")
def events(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="Only of this source.")] = "",
    state: Annotated[str, typer.Option(help="waiting, handled, ignored or failed.")] = "",
    page: Annotated[int, typer.Option(min=1, help="Page of the list.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Show the events of the last 30 days, newest first, with their results."""
    with opened(context) as library:
        found = library.webhooks.events(name, state=state, page=page)
    header = ("event", "time", "source", "type", "title", "state", "result")
    output.listing(found.items, header, _event_cells, empty="There is no such event.", as_json=as_json)


def _event_cells(event: WebhookEvent) -> tuple[str, ...]:
    times = f" ({event.times} times)" if event.times > 1 else ""
    when = wording.when(event.received_at)
    return str(event.id), when, event.source, f"{event.event_type}{times}", event.name, event.state, event.result


@webhooks.command("repeat", epilog="Example: indexium webhooks repeat 12")
def repeat(context: typer.Context, event: EventId, as_json: AsJson = False) -> None:
    """Read an event again and react to it, for example after the map of its source was corrected."""
    with opened(context) as library:
        found = library.webhooks.repeat(event)
    if as_json:
        output.to_json(found)
    else:
        output.note(f"Event {found.id} is {found.state}. {found.result}".rstrip())


def _show_secret(added: NewSecret, *, as_json: bool) -> None:
    if as_json:
        output.to_json(added)
        return
    output.say_out(f"address  {added.source.address}")
    output.say_out(f"secret   {added.secret}")
    output.note("The secret is shown only now. The sender gives it as header X-Indexium-Secret, or as password.")
    _show_notes(added.source)


def _show_notes(source: WebhookSource) -> None:
    for sentence in source.notes:
        output.note(sentence)
