"""
The client of each kind of player, with the form in which each takes its key, and the check of its answers.

A value of a wrong type is no value, and an answer that cannot be read is one error. Clients read answers as their
programs give them; this wrapper stands around each of them.
"""

from __future__ import annotations

import base64
import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from indexium_core.model.connections.player_connection import (
    PROGRAM_NAMES,
    NotificationResult,
    PlayerConnection,
    PlayerProgram,
    PlayerTitle,
    TitleShown,
)
from indexium_core.model.connections.watch_states import WatchState
from indexium_core.model.publishing.subjects import Entity
from indexium_core.sources import normalise
from indexium_core.sources.network import Network
from indexium_core.sources.players.jellyfin import JellyfinClient
from indexium_core.sources.players.kodi import KodiClient
from indexium_core.sources.players.plex import PlexClient
from indexium_core.sources.players.program import MessageBook, PlayerAbout, PlayerClient
from indexium_core.sources.players.requests import PlayerAccess, PlayerRequests

T = TypeVar("T")
logger = logging.getLogger(__name__)
_UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, OSError)  # OSError: a time far away
_MOST_SECONDS = 1e9  # of a resume point


class CheckedClient:
    """A client, each of whose calls raises PlayerError for an answer that it cannot read."""

    def __init__(self, client: PlayerClient, requests: PlayerRequests) -> None:
        self._client, self._requests = client, requests

    def about(self) -> PlayerAbout:
        """Return what the player says about itself."""
        found = self._read(self._client.about)
        return replace(found, version=_text(found.version), folders=tuple(filter(None, map(_text, found.folders))))

    def tell(self, titles: Sequence[PlayerTitle], book: MessageBook) -> NotificationResult:
        """Tell that the files of titles changed."""
        return self._read(lambda: self._client.tell(titles, book))

    def shown(self, titles: Sequence[PlayerTitle]) -> dict[Entity, TitleShown]:
        """Return what the player shows of titles."""
        return {entity: _shown(each) for entity, each in self._read(lambda: self._client.shown(titles)).items()}

    def watched(self) -> list[WatchState]:
        """Return the watch states."""
        return [_state(each) for each in self._read(self._client.watched)]

    def put_watched(self, states: Sequence[WatchState]) -> int:
        """Add watch states to those of the player."""
        return self._read(lambda: self._client.put_watched(states))

    def _read(self, call: Callable[[], T]) -> T:
        """Make a call. Raises PlayerError also for what reading an answer of another form raises."""
        try:
            return call()
        except _UNREADABLE as error:
            logger.warning("player.unreadable", exc_info=True, extra={"player": self._requests.name})
            raise self._requests.not_understood() from error


def _shown(found: TitleShown) -> TitleShown:
    people = found.people if found.people is None else tuple(filter(None, map(_text, found.people)))
    return TitleShown(
        title=_text(found.title),
        year=_whole(found.year),
        plot=_text(found.plot),
        people=people,
        poster=None if found.poster is None else _text(found.poster),
        locks=tuple(filter(None, map(_text, found.locks))),
        poster_bytes=_whole(found.poster_bytes),
    )


def _state(found: WatchState) -> WatchState:
    return replace(
        found,
        user=_text(found.user),
        title=_text(found.title),
        path=_text(found.path),
        season=_whole(found.season),
        episode=_whole(found.episode),
        play_count=max(_whole(found.play_count) or 0, 0),
        last_played=_text(found.last_played),
        user_rating=_fraction(found.user_rating, 10.0),
        resume_seconds=_fraction(found.resume_seconds, _MOST_SECONDS),
    )


def _text(value: Any) -> str:
    return normalise.text({"": value}, "")


def _whole(value: Any) -> int | None:
    found = normalise.integer({"": value}, "")
    return found if found is not None and abs(found) < 2**31 else None


def _fraction(value: float, most: float) -> float:
    return value if math.isfinite(value) and 0 <= value <= most else 0.0


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
