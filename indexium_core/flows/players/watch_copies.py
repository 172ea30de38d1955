"""
Copies of what people have watched in players, and how they come back.

Each day a copy is stored in the home: a player may lose its database, and a refresh of Kodi deletes some values.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from indexium_core import errors, settings_file
from indexium_core.flows.players.player_contacts import PlayerContacts
from indexium_core.jobs.context import JobContext
from indexium_core.model.connections.player_connection import PlayerConnection
from indexium_core.model.connections.watch_states import WatchCopy, WatchState, as_document, of_document

FOLDER = "watch-states"  # in the home
_KEPT = 30  # copies


class WatchCopies:
    """Copies watch states from players and into them. One instance serves a home."""

    def __init__(self, contacts: PlayerContacts, home: Path, *, clock: Callable[[], datetime]) -> None:
        self._contacts, self._folder, self._clock = contacts, home / FOLDER, clock

    def handle(self, job: JobContext) -> Mapping[str, Any]:
        """Store a dated copy in the home: the handler of the queue. Raises PlayerError if no player answers."""
        del job
        states, copy = self.collect()
        if not copy.players and copy.problems:
            raise errors.PlayerError(" ".join(copy.problems))
        self._folder.mkdir(mode=0o700, exist_ok=True)
        path = self._folder / f"{self._clock():%Y-%m-%dT%H%M%SZ}.json"
        _write(path, states)
        for old in sorted(self._folder.glob("*.json"))[:-_KEPT]:
            old.unlink(missing_ok=True)
        return {"states": copy.states, "failed": len(copy.problems), "message": copy.summary}

    def collect(self, player_ids: Sequence[int] = ()) -> tuple[list[WatchState], WatchCopy]:
        """Return the watch states of enabled players, or of some players, and which of them answered."""
        states: list[WatchState] = []
        names, problems = [], []
        for player in self._wanted(player_ids):
            try:
                found = self._contacts.client(player).watched()
            except errors.PlayerError as error:
                problems.append(error.message)
                continue
            states += [replace(each, player=player.name) for each in found]
            names.append(player.name)
        return states, WatchCopy(states=len(states), players=tuple(names), problems=tuple(problems))

    def export(self, path: Path) -> WatchCopy:
        """
        Write the watch states of all enabled players into a new file.

        Raises:
            UsageError: The file exists or cannot be written, or there is no player.
            PlayerError: No player answers.

        """
        if path.exists():
            raise errors.UsageError(f"The file {path} exists. Name a new file.")
        states, copy = self.collect()
        if not copy.players:
            raise errors.PlayerError(" ".join(copy.problems)) if copy.problems else errors.UsageError(_NO_PLAYER)
        try:
            _write(path, states)
        except OSError as error:
            message = f"The file {path} cannot be written: {error.strerror or error}."
            raise errors.UsageError(message) from None
        return replace(copy, path=str(path))

    def put_back(self, path: Path, player_id: int | None) -> WatchCopy:
        """
        Add the watch states of a file to those of players; nothing is taken away.

        Args:
            path: A file of `export`, or a copy in the home.
            player_id: All states of the file go to this player; None: each state goes to the player of its name.

        Raises:
            UnknownIdError: There is no such player.
            UsageError: The file cannot be read, or has no watch states.
            PlayerError: No player answers.

        """
        try:
            states = of_document(json.loads(path.read_bytes()))
        except OSError as error:
            raise errors.UsageError(f"The file {path} cannot be read: {error.strerror or error}.") from None
        except (ValueError, RecursionError):
            states = of_document(None)
        changed, names, problems = 0, [], []
        for player in self._wanted([] if player_id is None else [player_id]):
            own = [each for each in states if player_id is not None or each.player == player.name]
            if not own:
                continue
            try:
                with self._contacts.alone(player) as client:
                    changed += client.put_watched(own)
            except errors.PlayerError as error:
                problems.append(error.message)
                continue
            names.append(player.name)
        if problems and not names:
            raise errors.PlayerError(" ".join(problems))
        return WatchCopy(
            states=len(states), changed=changed, players=tuple(names), problems=tuple(problems), path=str(path)
        )

    def _wanted(self, player_ids: Sequence[int]) -> list[PlayerConnection]:
        if player_ids:
            return [self._contacts.get(each) for each in player_ids]
        return [each for each in self._contacts.all() if each.enabled]


_NO_PLAYER = "There is no player that is switched on. 'indexium players add' adds one."


def _write(path: Path, states: Sequence[WatchState]) -> None:
    text = json.dumps(as_document(states), ensure_ascii=False, indent=1)
    settings_file.replace_text(path, text.encode("utf-8", "replace").decode())
