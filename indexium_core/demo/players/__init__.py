"""Stand-ins for players: local servers that behave as the real programs do, with their traps."""

from indexium_core.demo.players.jellyfin import JellyfinStandIn
from indexium_core.demo.players.kodi import KodiStandIn
from indexium_core.demo.players.plex import PlexStandIn

__all__ = ["JellyfinStandIn", "KodiStandIn", "PlexStandIn"]
