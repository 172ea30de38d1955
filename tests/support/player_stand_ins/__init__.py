"""Stand-ins for players: local servers that behave as the real programs do, with their traps."""

from tests.support.player_stand_ins.jellyfin import JellyfinStandIn
from tests.support.player_stand_ins.kodi import KodiStandIn
from tests.support.player_stand_ins.plex import PlexStandIn

__all__ = ["JellyfinStandIn", "KodiStandIn", "PlexStandIn"]
