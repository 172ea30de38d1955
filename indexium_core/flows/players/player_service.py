"""Players for people: connections, keys, a test, messages, and what players show of what was published."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from indexium_core import errors, keys
from indexium_core.flows.players.notification import PlayerNotification
from indexium_core.flows.players.player_contacts import PlayerContacts
from indexium_core.flows.players.read_back import ReadBack
from indexium_core.flows.players.watch_copies import WatchCopies
from indexium_core.flows.publishing.publication_planner import PublicationPlanner
from indexium_core.model.accounts.needs import needs
from indexium_core.model.accounts.permissions import PUBLISH, SETTINGS_MANAGE
from indexium_core.model.checked_calls import checked_arguments
from indexium_core.model.connections.player_connection import (
    PROGRAM_NAMES,
    READ_STATES,
    PlayerConnection,
    PlayerNotice,
    PlayerReading,
    PlayerReadingPage,
    PlayerTest,
    checked_address,
    checked_name,
    checked_program,
    key_name_of,
)
from indexium_core.model.connections.watch_states import WatchCopy
from indexium_core.model.publishing.subjects import Entity, name_of_type, require_published_type
from indexium_core.model.remote_calls import remote
from indexium_core.store.connections import folder_rules
from indexium_core.store.connections import players as store
from indexium_core.store.database import Database

_MOST_PER_PAGE = 1000


@checked_arguments
class PlayerService:
    """The players of a home. Nothing is sent until one is added and on."""

    def __init__(
        self,
        database: Database,
        home: Path,
        contacts: PlayerContacts,
        planner: PublicationPlanner,
        *,
        notification: PlayerNotification,
        reading: ReadBack,
        watched: WatchCopies,
        clock: Callable[[], datetime],
        on_change: Callable[[], object],
    ) -> None:
        """`on_change` is called after each change of a player."""
        self._database, self._home, self._contacts, self._planner = database, home, contacts, planner
        self._notification, self._reading, self._watched = notification, reading, watched
        self._clock, self._on_change = clock, on_change

    # Connections.

    @needs(SETTINGS_MANAGE)
    @remote()
    def list(self) -> builtins.list[PlayerConnection]:
        """Return the players with their last contact and the counts of their titles; keys are not part of them."""
        return self._contacts.all()

    @needs(SETTINGS_MANAGE)
    @remote()
    def get(self, player_id: int) -> PlayerConnection:
        """Return a player; UnknownIdError if there is none of this id."""
        return self._contacts.get(player_id)

    @needs(SETTINGS_MANAGE)
    @remote()
    def add(
        self,
        kind: str,
        url: str,
        *,
        name: str = "",
        folders: Sequence[Sequence[str]] = (),
        key: str = "",
        enabled: bool = True,
    ) -> PlayerConnection:
        """
        Add a player. It is told of what is published from now on.

        Args:
            kind: jellyfin, emby, kodi or plex.
            url: Its address, such as http://192.168.1.20:8096.
            name: What people call it; default: the name of the program.
            folders: Pairs of a folder as the player names it, and the same folder here; none: the paths are the same.
            key: An API key of Jellyfin or Emby, `user:password` of Kodi, a token of Plex. It goes to the key file.
            enabled: Whether it is told.

        Raises:
            UsageError: A value is not valid, or another player has this name.
            StoreError: The key file cannot be written.

        """
        program = checked_program(kind)
        own, address = checked_name(name or PROGRAM_NAMES[program]), checked_address(url)
        rules = folder_rules.checked(self._database.read(), folders)
        self._require_free_name(own)
        with self._database.atomic() as tx:
            player_id = store.next_id(tx)
            player = PlayerConnection(
                id=player_id,
                kind=program,
                name=own,
                url=address,
                folders=rules,
                enabled=enabled,
                key_name=key_name_of(player_id),
            )
            store.add(tx, player)
        if key:
            keys.store_player_key(self._home, player.key_name, key)
        self._changed()
        return self.get(player_id)

    @needs(SETTINGS_MANAGE)
    @remote()
    def change(
        self,
        player_id: int,
        *,
        name: str | None = None,
        url: str | None = None,
        folders: Sequence[Sequence[str]] | None = None,
        enabled: bool | None = None,
    ) -> PlayerConnection:
        """
        Change parts of a player; None keeps a part. Return the player.

        Raises:
            UnknownIdError: There is no such player.
            UsageError: A value is not valid, or another player has this name.

        """
        player = self.get(player_id)
        changed = replace(
            player,
            name=player.name if name is None else checked_name(name),
            url=player.url if url is None else checked_address(url),
            folders=player.folders
            if folders is None
            else folder_rules.checked(self._database.read(), folders, former=player.folders),
            enabled=player.enabled if enabled is None else enabled,
        )
        self._require_free_name(changed.name, but=player_id)
        with self._database.atomic() as tx:
            store.change(tx, changed)
            store.forget_contact(tx, player_id)
        self._changed()
        self._notification.resume()
        return self.get(player_id)

    @needs(SETTINGS_MANAGE)
    @remote()
    def remove(self, player_id: int) -> PlayerConnection:
        """
        Remove a player with its key, its messages and its readings; return it as it was.

        Raises UnknownIdError if there is no such player.
        """
        player = self.get(player_id)
        keys.store_player_key(self._home, player.key_name, "")
        with self._database.atomic() as tx:
            store.remove(tx, player_id)
        self._changed()
        return player

    @needs(SETTINGS_MANAGE)
    @remote()
    def set_key(self, player_id: int, key: str) -> PlayerConnection:
        """
        Store the key of a player in the key file; "" removes it. What waits for the player is sent at once.

        Raises:
            UnknownIdError: There is no such player.
            UsageError: The value cannot be a key, or the environment sets the key. The message does not have the value.
            StoreError: The key file cannot be written.

        """
        player = self.get(player_id)
        keys.store_player_key(self._home, player.key_name, key)
        with self._database.atomic() as tx:
            store.forget_contact(tx, player_id)
        self._changed()
        self._notification.resume()
        return self.get(player_id)

    @needs(SETTINGS_MANAGE)
    @remote()
    def test(self, player_id: int) -> PlayerTest:
        """
        Ask a player who it is, with its key, and which folders it has; its titles are not touched.

        Raises:
            UnknownIdError: There is no such player.

        """
        player = self.get(player_id)
        try:
            about = self._contacts.client(player).about()
        except errors.PlayerError as error:
            self._contacts.record(player, error)
            return PlayerTest(id=player_id, accepted=False, message=error.message)
        self._contacts.record(player, None, version=about.version)
        self._notification.resume()
        message = f"{player.name} answers: {PROGRAM_NAMES[player.kind]} {about.version}."
        return PlayerTest(
            id=player_id,
            accepted=True,
            version=about.version,
            may=about.may,
            missing=self._contacts.missing_folders(player, about.folders),
            message=message,
        )

    # Messages.

    @needs(PUBLISH)
    @remote()
    def notify(self, player_id: int | None = None) -> builtins.list[PlayerNotice]:
        """
        Tell a player, or all that are on, now what waits for them, and return what became of it.

        A player that cannot be told is retried later. UnknownIdError if there is no such player.
        """
        wanted = [each.id for each in self.list() if each.enabled] if player_id is None else [self.get(player_id).id]
        notices = [self._notification.tell(each) for each in wanted]
        self._notification.resume()
        return notices

    @needs(PUBLISH)
    @remote()
    def notify_players(self, entity_type: str, entity_id: int) -> builtins.list[PlayerNotice]:
        """
        Tell all players that are on about one title or video, whether it changed or not.

        Raises:
            UnknownIdError: Nothing of it is published.
            UsageError: There is no such kind of title.

        """
        require_published_type(entity_type)
        entity = Entity(entity_type, entity_id)
        planned = next(self._planner.compute([entity]), None)
        if planned is None:
            raise errors.UnknownIdError(f"Nothing of this {name_of_type(entity_type)} is published.")
        players = [each.id for each in self.list() if each.enabled]
        with self._database.atomic() as tx:
            store.add_message(tx, players, entity, planned.anchor, at=self._clock())
        return self.notify()

    # Readings.

    @needs(PUBLISH)
    @remote()
    def read_back(self, player_id: int, entity_type: str = "", entity_id: int = 0) -> builtins.list[PlayerReading]:
        """
        Read what a player shows of a title, or of all titles with published files, and return it.

        Raises:
            UnknownIdError: There is no such player.
            UsageError: There is no such kind of title.
            PlayerError: The player gives no usable answer.

        """
        player = self.get(player_id)
        if entity_type:
            require_published_type(entity_type)
            entities = [Entity(entity_type, entity_id)]
        else:
            entities = store.known_titles(self._database.read(), player_id)
        return self._reading.read(player, entities)

    @needs(SETTINGS_MANAGE)
    @remote()
    def reads(self, player_id: int, state: str = "", *, page: int = 1, per_page: int = 50) -> PlayerReadingPage:
        """
        Return one page of the last readings of a player, those first that are not as they should be.

        Args:
            player_id: The player.
            state: seen, not_yet or differs; "": all.
            page: From 1.
            per_page: 1 to 1,000.

        Raises:
            UnknownIdError: There is no such player.
            UsageError: A value is not valid.

        """
        player = self.get(player_id)
        if state and state not in READ_STATES:
            raise errors.UsageError(f"There is no state “{state[:40]}”. Choose one of: {', '.join(READ_STATES)}.")
        if page < 1 or not 1 <= per_page <= _MOST_PER_PAGE:
            raise errors.UsageError(f"page is at least 1, and per_page is from 1 to {_MOST_PER_PAGE:,}.")
        counts: dict[str, int] = {each: int(getattr(player, each)) for each in READ_STATES}
        items = store.readings(
            self._database.read(), player_id, state=state, limit=per_page, offset=(page - 1) * per_page
        )
        total = counts[state] if state else sum(counts.values())
        return PlayerReadingPage(items=items, total=total, page=page, per_page=per_page, counts=counts)

    @needs(SETTINGS_MANAGE)
    @remote()
    def differing(self) -> builtins.list[PlayerReading]:
        """Return the first title of each player that is on and shows it in another way."""
        reader, players = self._database.read(), self.list()
        shown = [each.id for each in players if each.enabled and each.differs]
        return [first for each in shown for first in store.readings(reader, each, state="differs", limit=1, offset=0)]

    # Watch states.

    @needs(SETTINGS_MANAGE)
    @remote(paths=("path",))
    def export_watched(self, path: Path) -> WatchCopy:
        """
        Write what people have watched in all players that are on into a new file.

        Raises:
            UsageError: The file exists or cannot be written, or there is no player.
            PlayerError: No player answers.

        """
        return self._watched.export(Path(path))

    @needs(SETTINGS_MANAGE)
    @remote(paths=("path",))
    def import_watched(self, path: Path, player_id: int | None = None) -> WatchCopy:
        """
        Add the watch states of a file to those of players; nothing is taken away.

        Args:
            path: A file of `export_watched`, or a copy in the folder `watch-states` of the home.
            player_id: Everything goes to this player; None: each state goes to the player of its name.

        Raises:
            UnknownIdError: There is no such player.
            UsageError: The file cannot be read, or has no watch states.
            PlayerError: No player answers.

        """
        return self._watched.put_back(Path(path), player_id)

    def _changed(self) -> None:
        self._contacts.follow_change()
        self._on_change()

    def _require_free_name(self, name: str, *, but: int | None = None) -> None:
        if any(each.name.casefold() == name.casefold() and each.id != but for each in self._contacts.all()):
            raise errors.UsageError(f"There is a player “{name}”. Choose another name.")
