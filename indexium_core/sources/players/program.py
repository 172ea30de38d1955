"""What each kind of player can do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any, Protocol

from indexium_core.model import wording
from indexium_core.model.connections.folder_map import contains
from indexium_core.model.connections.player_connection import NotificationResult, PlayerTitle, TitleShown
from indexium_core.model.connections.watch_states import WatchState
from indexium_core.model.publishing.subjects import Entity


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerAbout:
    """What a player says about itself."""

    version: str
    may: tuple[str, ...]  # what the account may do, as sentences
    folders: tuple[str, ...]  # of its libraries, as it names them


class MessageBook(Protocol):
    """Notes what became of messages; each call is durable on return."""

    def kept(self, entity: Entity) -> Mapping[str, Any] | None:
        """Return the watch state that was kept of a title and was not restored."""

    def keep(self, entity: Entity, watch_state: Mapping[str, Any]) -> None:
        """Keep the watch state of a title that its refresh deletes."""

    def notified(self, entities: Sequence[Entity]) -> None:
        """Note that the player was told of titles; what was kept of them was restored."""


class PlayerClient(Protocol):
    """A player. Each call raises PlayerError if the player gives no usable answer; `player_busy`: it must wait."""

    def about(self) -> PlayerAbout:
        """Return what the player says about itself, for the account of the key."""

    def tell(self, titles: Sequence[PlayerTitle], book: MessageBook) -> NotificationResult:
        """Tell that the files of titles changed: known ones are refreshed, others are looked for. One batch."""

    def shown(self, titles: Sequence[PlayerTitle]) -> dict[Entity, TitleShown]:
        """Return what the player shows of titles; one that it does not know is missing."""

    def watched(self) -> list[WatchState]:
        """Return the watch states of the films and episodes that have one, for each user."""

    def put_watched(self, states: Sequence[WatchState]) -> int:
        """
        Add watch states to those of the player, and return how many titles changed.

        The larger play count and the later date count; a rating and a resume point only where the player has none.
        """


def parent_of(path: str) -> str:
    """Return the folder of a path of a player, which may be of Windows or an address."""
    slash = max(path.rfind("/"), path.rfind("\\"))
    return path[:slash] if slash > 0 else path


def name_of(path: str) -> str:
    """Return the last part of a path of a player."""
    kind = PureWindowsPath if "\\" in path else PurePosixPath
    return kind(path).name


def is_below(path: str, folder: str) -> bool:
    """Return whether a path is a folder or something in it; paths of Windows ignore case and have either slash."""
    return bool(folder) and contains(folder, path)


def has_folder(folders: Iterable[str], path: str) -> bool:
    """Return whether a path is in one of the folders of a player."""
    return any(is_below(path, each) for each in folders)


def outside_reason(player: str, title: PlayerTitle, folders: Sequence[str]) -> str:
    """Return the sentence about a title outside the folders of a player, with these and with that of the title."""
    theirs, ours = parent_of(title.path), parent_of(title.here)
    known = f"It has {wording.list_of(folders, most=5)}" if folders else "It has no folder"
    here = f", which is {ours} here" if ours and ours != theirs else ""
    return f"This is outside the folders of {player}. {known}, but not {theirs}{here}. Add it there, or map it."


def plain(path: str) -> str:
    """Return a path without a slash at its end, to compare it with another one."""
    return path.rstrip("/\\") or path
