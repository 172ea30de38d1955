"""The stored players, a client for each, and a record of how each contact ended."""

from __future__ import annotations

import os
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from indexium_core import errors, keys
from indexium_core.model import wording
from indexium_core.model.connections import folder_map
from indexium_core.model.connections.player_connection import (
    WAIT_SECONDS,
    ContactState,
    PlayerConnection,
    PlayerTitle,
    seconds_to_attempt,
)
from indexium_core.model.publishing.subjects import Entity
from indexium_core.sources.network import Network
from indexium_core.sources.players.catalog import make_client
from indexium_core.sources.players.program import PlayerClient, is_below
from indexium_core.store.connections import players as store
from indexium_core.store.connections.players import TitleFacts
from indexium_core.store.database import Database
from indexium_core.store.publishing import inputs
from indexium_core.store.publishing.inputs import PublishingLibrary

_STATES: dict[str, ContactState] = {"player_busy": "waits", "player_refused": "refused"}


class PlayerContacts:
    """The players of a home. It may be used from any thread."""

    def __init__(
        self,
        database: Database,
        home: Path,
        network: Network,
        *,
        timeout: Callable[[], float],
        clock: Callable[[], datetime],
    ) -> None:
        """`timeout`: seconds for one answer of a player."""
        self._database, self._home, self._network = database, home, network
        self._timeout, self._clock = timeout, clock
        self._locks = defaultdict[int, threading.Lock](threading.Lock)  # of a player, one batch at a time
        self.has_enabled = False  # the clock of schedules asks often
        self.follow_change()

    def follow_change(self) -> None:
        """Note whether a player is on, after a change of the players."""
        self.has_enabled = any(each.enabled for each in store.all_players(self._database.read()))

    def all(self) -> list[PlayerConnection]:
        """Return the players, in the order in which they were added."""
        found = store.all_players(self._database.read())
        return [replace(each, key=keys.player_key(self._home, each.key_name).origin) for each in found]

    def get(self, player_id: int) -> PlayerConnection:
        """Return a player; UnknownIdError if there is none of this id."""
        for each in self.all():
            if each.id == player_id:
                return each
        raise errors.UnknownIdError(f"There is no player {player_id}; 'indexium players list' shows them.")

    def client(self, player: PlayerConnection) -> PlayerClient:
        """
        Return a client with the present key.

        Raises:
            PlayerError: The file of keys cannot be used.

        """
        key = keys.player_key(self._home, player.key_name)
        if key.problem and not key.origin:
            raise errors.PlayerError(key.problem, code="player_refused")
        return make_client(player, key.value.get_secret_value(), network=self._network, timeout=self._timeout)

    @contextmanager
    def alone(self, player: PlayerConnection) -> Iterator[PlayerClient]:
        """Give the client of a player while no other batch runs. Raises PlayerError as `client`."""
        with self._locks[player.id]:
            yield self.client(player)

    def record(self, player: PlayerConnection, error: errors.PlayerError | None, *, version: str = "") -> None:
        """Store how a contact with a player ended: None is a success."""
        now = self._clock()
        state: ContactState = "connected" if error is None else _STATES.get(error.reason, "failed")
        attempts = player.attempts + 1 if state in ("refused", "failed") else 0
        following = now + timedelta(seconds=WAIT_SECONDS if state == "waits" else seconds_to_attempt(max(attempts, 1)))
        if player.attempts and attempts and player.next_attempt_at is not None and player.next_attempt_at > now:
            # A person looks at it before its moment: that delays no message.
            attempts, following = player.attempts, player.next_attempt_at
        contact = replace(
            player,
            state=state,
            reason="" if error is None else error.message,
            attempts=attempts,
            contact_at=now,
            next_attempt_at=None if error is None else following,
            version=version,
        )
        with self._database.atomic() as tx:
            store.set_contact(tx, contact)

    def missing_folders(self, player: PlayerConnection, folders: Sequence[str]) -> tuple[str, ...]:
        """
        Return why a player does not have a library that publishes something, a sentence for each.

        `folders` are those of the player, as it names them.
        """
        libraries = inputs.libraries(self._database.read()).values()
        return tuple(filter(None, (_missing(player, each, folders) for each in libraries)))

    def titles(
        self, player: PlayerConnection, facts: Iterable[tuple[TitleFacts, Iterable[bytes]]]
    ) -> tuple[list[PlayerTitle], dict[Entity, str]]:
        """Return titles with their pictures as a player names them, and why it cannot have others, as sentences."""
        found, outside = [], {}
        for each, pictures in facts:
            path = _theirs(player, each.path)
            if path is None:
                outside[each.entity] = _unmapped(player, os.path.split(each.path)[0])
                continue
            title = PlayerTitle(
                entity=each.entity,
                name=each.name,
                path=path,
                here=_shown(each.path),
                media=_theirs(player, each.media) or "",
                season=each.season,
                number=each.number,
                pictures=tuple(filter(None, (_theirs(player, picture) for picture in pictures))),
            )
            found.append(title)
        return found, outside


def _missing(player: PlayerConnection, library: PublishingLibrary, folders: Sequence[str]) -> str:
    """Return why a player does not have a library, as a sentence; "" if it has it, or a part of it."""
    here = _shown(library.path_bytes)
    own = _theirs(player, library.path_bytes)
    inside = [rule.theirs for rule in player.folders if is_below(rule.ours, here)]  # folders in the library
    mapped = [own] if own is not None else inside
    if not mapped:
        return _unmapped(player, library.path_bytes)
    if any(is_below(each, folder) or is_below(folder, each) for each in mapped for folder in folders):
        return ""
    names = wording.list_of(mapped, most=3, conjunction="or")
    has = f"It has {wording.list_of(folders, most=5)}." if folders else "It has no folder."
    return f"{player.name} has no folder {names}, which is “{library.name}” here. {has}"


def _unmapped(player: PlayerConnection, folder: bytes) -> str:
    return f"No folder of {player.name} is the folder {_shown(folder)}. Map it in its folders."


def _shown(path: bytes) -> str:
    return path.decode("utf-8", "replace")


def _theirs(player: PlayerConnection, path: bytes) -> str | None:
    """Return a path as a player names it; None if its folders do not have it, or it is no text."""
    try:
        text = path.decode()
    except UnicodeDecodeError:
        return None
    if not player.folders or not text:
        return text
    mapped = folder_map.to_theirs(player.folders, text)
    return None if mapped is None else mapped.path
