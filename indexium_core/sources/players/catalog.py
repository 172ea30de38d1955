"""The client of each kind of player, with the form in which each takes its key."""

from __future__ import annotations

import base64
from collections.abc import Callable

from indexium_core.model.connections.player_connection import PROGRAM_NAMES, PlayerConnection, PlayerProgram
from indexium_core.sources.network import Network
from indexium_core.sources.players.checked_client import CheckedClient
from indexium_core.sources.players.jellyfin import JellyfinClient
from indexium_core.sources.players.kodi import KodiClient
from indexium_core.sources.players.plex import PlexClient
from indexium_core.sources.players.program import PlayerClient
from indexium_core.sources.players.requests import PlayerAccess, PlayerRequests


def make_client(player: PlayerConnection, key: str, *, network: Network, timeout: Callable[[], float]) -> PlayerClient:
    """Return the client of a player; `timeout` returns the seconds for one answer."""
    own, program = player.name, PROGRAM_NAMES[player.kind]
    name = own if program.lower() in own.lower() else f"{program} “{own}”"
    access = PlayerAccess(name=name, url=player.url, headers=_headers(player.kind, key), timeout=timeout)
    requests = PlayerRequests(access, network)
    return CheckedClient(_client(player.kind, requests), requests)


def _client(kind: PlayerProgram, requests: PlayerRequests) -> PlayerClient:
    if kind == "kodi":
        return KodiClient(requests)
    return PlexClient(requests) if kind == "plex" else JellyfinClient(requests, is_emby=kind == "emby")


def _headers(kind: str, key: str) -> dict[str, str]:
    if not key:
        return {}
    if kind == "kodi":
        return {"authorization": f"Basic {base64.b64encode(key.encode()).decode()}"}
    if kind == "jellyfin":  # the only form that all its versions take
        return {"authorization": f'MediaBrowser Token="{key}"'}
    return {"x-emby-token" if kind == "emby" else "x-plex-token": key}
