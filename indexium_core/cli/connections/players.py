"""`players`: programs that are told what was published, what they show, and copies of what people have watched."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from indexium_core import errors
from indexium_core.cli import output
from indexium_core.cli.frame import app, opened
from indexium_core.cli.options import AsJson, Yes, ask, pairs
from indexium_core.model import wording
from indexium_core.model.connections.player_connection import PROGRAM_NAMES

if TYPE_CHECKING:
    from indexium_core.model.connections.player_connection import PlayerConnection, PlayerReading

players = typer.Typer(
    help="Players (Jellyfin, Emby, Kodi, Plex): they are told what was published, and read back.", no_args_is_help=True
)
watched = typer.Typer(help="What people have watched in players: copies, and their way back.", no_args_is_help=True)
app.add_typer(players, name="players")
players.add_typer(watched, name="watched")

PlayerId = Annotated[int, typer.Argument(metavar="ID", min=1, max=2**31 - 1, help="A player of 'players list'.")]
Folders = Annotated[
    list[str] | None,
    typer.Option(
        "--folder", metavar="THEIRS=OURS", help="A folder as the player names it, and the same folder here. Repeatable."
    ),
]
_NO_PAIR = "'--folder {}' has no '='. Write --folder /movies=/media/films."
_STATES = {"new": "not asked yet", "connected": "connected", "waits": "waits", "refused": "refused", "failed": "failed"}


@players.command("list", epilog="Example: indexium players list")
def list_players(context: typer.Context, as_json: AsJson = False) -> None:
    """Show the players with their state and what they show of published titles."""
    with opened(context) as library:
        rows = library.players.list()
    header = ("id", "name", "program", "address", "folders", "state", "waiting", "seen", "not yet", "differ", "reason")
    empty = "There is no player. 'indexium players add' adds one."
    output.listing(rows, header, _cells, right=(6, 7, 8, 9), empty=empty, as_json=as_json)


def _cells(player: PlayerConnection) -> tuple[object, ...]:
    state = _STATES[player.state] if player.enabled else "off"
    again = (
        f" Next attempt {wording.when(player.next_attempt_at)}." if player.next_attempt_at and player.waiting else ""
    )
    program = f"{PROGRAM_NAMES[player.kind]} {player.version}".strip()
    counts = (player.waiting, player.seen, player.not_yet, player.differs)
    folders = ", ".join(f"{each.theirs}={each.ours}" for each in player.folders)
    return player.id, player.name, program, player.url, folders, state, *counts, player.reason + again


@players.command("add", epilog="Example: indexium players add jellyfin http://nas:8096 --folder /movies=/media/films")
def add_player(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(metavar="PROGRAM", help="jellyfin, emby, kodi or plex.")],
    url: Annotated[str, typer.Argument(metavar="ADDRESS", help="Such as http://192.168.1.20:8096.")],
    name: Annotated[str, typer.Option(help="What you call it; default: the name of the program.")] = "",
    folder: Folders = None,
    enabled: Annotated[bool, typer.Option("--on/--off", help="Whether it is told.")] = True,
    as_json: AsJson = False,
) -> None:
    """Add a player; it is told of what is published from now on. 'players key' enters its key."""
    with opened(context) as library:
        player = library.players.add(kind, url, name=name, folders=pairs(folder, _NO_PAIR), enabled=enabled)
    if as_json:
        output.to_json(player)
    else:
        output.note(f"{player.name} is player {player.id}. 'indexium players key {player.id}' enters its key.")


@players.command("set", epilog="Example: indexium players set 1 --folder /movies=/media/films --on")
def set_player(
    context: typer.Context,
    player_id: PlayerId,
    name: Annotated[str | None, typer.Option(help="What you call it.")] = None,
    url: Annotated[str | None, typer.Option("--address", help="Where it is.")] = None,
    folder: Folders = None,
    no_folders: Annotated[bool, typer.Option("--no-folders", help="The paths of the player are those here.")] = False,
    enabled: Annotated[bool | None, typer.Option("--on/--off", help="Whether it is told.")] = None,
) -> None:
    """Change a player; folders replace all former ones."""
    if no_folders and folder:
        raise errors.UsageError("--folder and --no-folders contradict each other. Use one of them.")
    if not no_folders and all(each is None for each in (name, url, folder, enabled)):
        raise errors.UsageError("Nothing would change. Use --name, --address, --folder, --no-folders, --on or --off.")
    folders = pairs(folder, _NO_PAIR) if folder or no_folders else None
    with opened(context) as library:
        player = library.players.change(player_id, name=name, url=url, folders=folders, enabled=enabled)
    output.note(f"{player.name} is {'on' if player.enabled else 'off'}: {player.url}.")


@players.command("key", epilog="Example: indexium players key 1")
def set_key(
    context: typer.Context,
    player_id: PlayerId,
    remove: Annotated[bool, typer.Option("--remove", help="Remove the key from the key file.")] = False,
) -> None:
    """Enter a key, or read it from the standard input; it is stored in the key file, which only you can read."""
    key = "" if remove else _typed_key(f"Key of player {player_id}").strip()
    if not key and not remove:
        raise errors.UsageError("The key is empty. Enter it again, or use --remove.")
    with opened(context) as library:
        player = library.players.set_key(player_id, key)
    output.note(f"The key of {player.name} is {'removed' if remove else 'stored'}.")


def _typed_key(name: str) -> str:
    """Return a key from the terminal, without showing it, or from a pipe: as an argument, other users could see it."""
    return str(typer.prompt(name, hide_input=True)) if sys.stdin.isatty() else sys.stdin.readline()


@players.command("test", epilog="Example: indexium players test 1")
def check_player(context: typer.Context, player_id: PlayerId, as_json: AsJson = False) -> None:
    """Ask a player for its version, what the account of the key may do, and which folders it does not have."""
    with opened(context) as library:
        found = library.players.test(player_id)
    if as_json:
        output.to_json(found)
    else:
        output.note(" ".join([found.message, *found.may]))
        for sentence in found.missing:
            output.note(sentence)
    raise typer.Exit(0 if found.accepted and not found.missing else 1)


@players.command("notify", epilog="Example: indexium players notify 1")
def notify_players(
    context: typer.Context,
    player_id: Annotated[int | None, typer.Argument(metavar="[ID]", min=1, help="Only this player.")] = None,
    title: Annotated[str, typer.Option(metavar="TITLE", help="Tell about this title, such as movie:12.")] = "",
    as_json: AsJson = False,
) -> None:
    """Tell players now what waits for them, or about one title."""
    from indexium_core.model.publishing.subjects import Entity

    if title and player_id is not None:
        raise errors.UsageError("A title is told to all players that are on. Leave out the id or --title.")
    with opened(context) as library:
        if title:
            notices = library.players.notify_players(*Entity.of_address(title))
        else:
            notices = library.players.notify(player_id)
    if as_json:
        output.to_json({"items": notices, "total": len(notices)})
    else:
        for each in notices:
            output.note(each.message)
        if not notices:
            output.note("No player is on. 'indexium players list' shows them.")
    raise typer.Exit(1 if any(each.waiting for each in notices) else 0)


@players.command("read", epilog="Example: indexium players read 1 --state differs")
def read_player(
    context: typer.Context,
    player_id: PlayerId,
    title: Annotated[str, typer.Option(metavar="TITLE", help="Only this title, such as movie:12.")] = "",
    state: Annotated[str, typer.Option(help="Show only seen, not_yet or differs.")] = "",
    last: Annotated[bool, typer.Option("--last", help="Show the last reading; ask the player nothing.")] = False,
    page: Annotated[int, typer.Option(min=1, help="Page of the list.")] = 1,
    per_page: Annotated[int, typer.Option(min=1, max=1000, help="Titles per page.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Read what a player shows of published titles, and show what differs, with the reasons."""
    from indexium_core.model.publishing.subjects import Entity

    with opened(context) as library:
        if not last:
            library.players.read_back(player_id, *(Entity.of_address(title) if title else ()))
        found = library.players.reads(player_id, state, page=page, per_page=per_page)
    if as_json:
        output.to_json(found)
        return
    output.table(("title", "name", "state", "reasons"), map(_reading, found.items), empty="Nothing was read.")
    counts = found.counts
    output.note(f"{counts['seen']:,} seen, {counts['not_yet']:,} not yet, {counts['differs']:,} differ.")


def _reading(reading: PlayerReading) -> tuple[str, ...]:
    address = f"{reading.entity_type}:{reading.entity_id}"
    return address, reading.name, reading.state.replace("_", " "), " ".join(reading.reasons)


@players.command("remove", epilog="Example: indexium players remove 1 --yes")
def remove_player(context: typer.Context, player_id: PlayerId, yes: Yes = False) -> None:
    """Remove a player with its key and the messages that wait for it."""
    with opened(context) as library:
        player = library.players.get(player_id)
        waiting = wording.plural(player.waiting, "waiting message")
        output.note(f"{player.name} would be removed with its key, {waiting} and what it showed.")
        ask(yes=yes)
        library.players.remove(player_id)
    output.note(f"{player.name} is removed.")


@watched.command("export", epilog="Example: indexium players watched export watched.json")
def export_watched(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A new file.")],
    as_json: AsJson = False,
) -> None:
    """Write play counts, dates, ratings and resume points of all players that are on into a JSON file."""
    with opened(context) as library:
        copy = library.players.export_watched(path)
    if as_json:
        output.to_json(copy)
    else:
        output.note(f"{path}: {copy.summary}")
    raise typer.Exit(1 if copy.problems else 0)


@watched.command("import", epilog="Example: indexium players watched import watched.json --player 2")
def import_watched(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A file of 'players watched export'.")],
    player_id: Annotated[
        int | None, typer.Option("--player", metavar="ID", min=1, help="Everything goes to this player.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Add play counts, dates, ratings and resume points of a file to those of players; nothing is taken away."""
    with opened(context) as library:
        copy = library.players.import_watched(path, player_id)
    if as_json:
        output.to_json(copy)
    else:
        output.note(f"{wording.plural(copy.changed, 'title')} changed. {copy.summary}")
    raise typer.Exit(1 if copy.problems else 0)
