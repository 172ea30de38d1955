"""The players of a demo: a Jellyfin and a Kodi in this process, which have its films and series."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from indexium_core.demo.players.jellyfin import JellyfinStandIn
from indexium_core.demo.players.kodi import LOGIN, KodiStandIn
from indexium_core.demo.players.server import KEY, StandInServer

if TYPE_CHECKING:
    from indexium_core.library import Library

_PROGRAMS: Mapping[str, tuple[type[JellyfinStandIn | KodiStandIn], str]] = {
    "jellyfin": (JellyfinStandIn, KEY),
    "kodi": (KodiStandIn, LOGIN),
}
_HERE = "http://127.0.0.1:"  # a player with another address is a real one
_PLAYERS: dict[tuple[str, Path], StandInServer] = {}  # those of this process, by kind and folder


def use(library: Library, films: Path, *, is_new: bool) -> None:
    """Start the players of a demo if they are not running, and enter their addresses; a new demo gets the players."""
    present = library.players.list()
    if is_new and not present:
        for kind, (_, key) in _PROGRAMS.items():
            library.players.add(kind, _running(kind, films, 0).url, key=key)
    for player in {each.kind: each for each in reversed(present) if each.url.startswith(_HERE)}.values():
        if player.kind in _PROGRAMS:
            url = _running(player.kind, films, urlsplit(player.url).port or 0).url
            if url != player.url:
                library.players.change(player.id, url=url)


def _running(kind: str, films: Path, port: int) -> StandInServer:
    """Start a player of a demo, at its former port if possible; its threads end with the process."""
    player = _PLAYERS.get((kind, films))
    if player is None:
        program, _ = _PROGRAMS[kind]
        try:
            player = program(films, port=port)
        except OSError:  # another program uses the port
            player = program(films)
        player.learn_all()
        _PLAYERS[kind, films] = player.__enter__()
    return player
