"""The players of the page of connections: a person adds, changes, tests and reads them back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Protocol, TypeVar

from dashboards.components.base import Handler
from dashboards.pages.connections import player_view
from dashboards.pages.connections.player_view import PlayerFacts
from dashboards.pages.connections.view_types import PlayerCardView
from dashboards.session import Session
from indexium_core import errors
from indexium_core.model import wording
from indexium_core.model.connections.player_connection import (
    PlayerConnection,
    PlayerNotice,
    PlayerReading,
    PlayerTest,
)

_MOST_TITLES = 200  # that are listed of a player

T = TypeVar("T")


class Run(Protocol):
    """Runs the work of an input, and shows beside it why it was refused."""

    def __call__(self, place: str, work: Callable[[], T], done: Callable[[T], None], *, field: str = "") -> None: ...


class PlayersSection:
    """
    The players in one session, for the page that shows them.

    Messages: `player_add` {kind, url, name, key, rows}, `player_change` {id, url, name, rows}, `player_key` {id, key},
    `player_enable` {id, on}, `player_test` {id}, `player_notify` {id}, `player_read` {id}, `player_titles` {id}
    (opens or closes the list), `player_remove` {id}. Rows are pairs of folders: the player's, ours.
    """

    def __init__(self, session: Session, *, run: Run, changed: Callable[[], object]) -> None:
        """Serve the page of a session; `changed` reads that page again."""
        self._library, self._bridge, self._dialog = session.library, session.bridge, session.dialog
        self._run, self._changed = run, changed
        self._open: frozenset[int] = frozenset()  # players whose titles are listed
        self._test: PlayerTest | None = None  # the last test, until something else is done

    def handlers(self) -> dict[str, Handler]:
        """Return the handlers of its messages."""
        return {
            "player_add": self._add,
            "player_change": self._change,
            "player_key": self._set_key,
            "player_enable": self._enable,
            "player_test": lambda message: self._try(int(message["id"])),
            "player_notify": lambda message: self._notify(int(message["id"])),
            "player_read": lambda message: self._read_back(int(message["id"])),
            "player_titles": lambda message: self._toggle(int(message["id"])),
            "player_remove": lambda message: self._ask_removal(int(message["id"])),
        }

    def forget(self) -> None:
        """Forget the last test, and which lists are open."""
        self._test, self._open = None, frozenset()

    def read(self) -> list[PlayerFacts]:
        """Read the players; on a thread."""
        return [self._facts(each, is_open=each.id in self._open) for each in self._library.players.list()]

    def rows(self, found: Sequence[PlayerFacts], *, is_paused: bool) -> list[PlayerCardView]:
        """Return the views of the players."""
        test = self._test
        return [
            player_view.row(each, test=test if test and test.id == each.player.id else None, is_paused=is_paused)
            for each in found
        ]

    def _facts(self, player: PlayerConnection, *, is_open: bool) -> PlayerFacts:
        differing = self._library.players.reads(player.id, "differs", per_page=1).items if player.differs else []
        page = self._library.players.reads(player.id, per_page=_MOST_TITLES) if is_open else None
        return PlayerFacts(player=player, first=differing[0] if differing else None, page=page)

    # Connections.

    def _add(self, message: Mapping[str, Any]) -> None:
        kind, url, name, key = (str(message[each]) for each in ("kind", "url", "name", "key"))
        rows = _pairs(message)

        def added(player: PlayerConnection) -> None:
            self._test = None
            self._bridge.toast("good", f"{player.name} is added. Test it.")

        self._run(
            "player-add", lambda: self._library.players.add(kind, url, name=name.strip(), folders=rows, key=key), added
        )

    def _change(self, message: Mapping[str, Any]) -> None:
        player_id, url, name, rows = int(message["id"]), str(message["url"]), str(message["name"]), _pairs(message)
        self._run(
            f"player-edit-{player_id}",
            lambda: self._library.players.change(player_id, name=name, url=url, folders=rows),
            lambda player: self._report(f"{player.name} is saved."),
        )

    def _set_key(self, message: Mapping[str, Any]) -> None:
        player_id, key = int(message["id"]), str(message["key"])
        self._run(
            f"player-key-{player_id}",
            lambda: self._library.players.set_key(player_id, key),
            lambda player: self._report(f"The key of {player.name} is stored."),
        )

    def _enable(self, message: Mapping[str, Any]) -> None:
        player_id, is_on = int(message["id"]), bool(message["on"])
        self._run(
            f"player-{player_id}",
            lambda: self._library.players.change(player_id, enabled=is_on),
            lambda player: self._report(f"{player.name} is {'on' if player.enabled else 'off'}."),
            field="on",
        )

    def _ask_removal(self, player_id: int) -> None:
        def ask(player: PlayerConnection) -> None:
            waiting = f" {wording.plural(player.waiting, 'message')} to it will not be sent." if player.waiting else ""
            text = f"Its key, its messages and what it showed are removed.{waiting} Nothing changes in the player."
            self._dialog.ask(
                f"Remove {player.name}?",
                [{"kind": "why", "level": "warning", "text": text}],
                lambda _: self._run(
                    f"player-remove-{player_id}",
                    lambda: self._library.players.remove(player_id),
                    lambda _: self._report("The player is removed."),
                ),
                confirm="Remove the player",
                risky=True,
            )

        self._bridge.run(lambda: self._library.players.get(player_id), ask, name="player_removal", once=True)

    # Contacts.

    def _try(self, player_id: int) -> None:
        def tested(test: PlayerTest) -> None:
            self._test = test
            if not test.accepted:
                self._bridge.toast("error", test.message)

        self._run(f"player-test-{player_id}", lambda: self._library.players.test(player_id), tested)

    def _notify(self, player_id: int) -> None:
        def notified(notices: Sequence[PlayerNotice]) -> None:
            for each in notices:
                self._report(each.message, kind="error" if each.waiting else "good")

        self._run(f"player-notify-{player_id}", lambda: self._library.players.notify(player_id), notified)

    def _read_back(self, player_id: int) -> None:
        """Read all titles back; why a player does not answer is part of its state, not of an input."""

        def read() -> list[PlayerReading] | str:
            try:
                return self._library.players.read_back(player_id)
            except errors.PlayerError as error:
                return error.message

        def done(found: list[PlayerReading] | str) -> None:
            if isinstance(found, str):
                self._report(found, kind="error")
            else:
                self._report(f"{wording.plural(len(found), 'title is', 'titles are')} read back.")

        self._run(f"player-read-{player_id}", read, done)

    def _toggle(self, player_id: int) -> None:
        self._open = self._open ^ {player_id}
        self._changed()

    def _report(self, text: str, *, kind: Literal["good", "error"] = "good") -> None:
        self._test = None
        self._bridge.toast(kind, text)


def _pairs(message: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the typed folders; a row without a text is none."""
    pairs = [(str(theirs), str(ours)) for theirs, ours in message["rows"]]
    return [each for each in pairs if any(text.strip() for text in each)]
