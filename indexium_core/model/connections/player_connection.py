"""Connections to players: what is stored, how the last contact ended, and what a player shows of a title."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias, get_args

from indexium_core import errors
from indexium_core.model import wording
from indexium_core.model.connections.folder_map import FolderRule
from indexium_core.model.providers.descriptor import KeyOrigin
from indexium_core.model.publishing.subjects import Entity
from indexium_core.model.shapes import ListPage, Shaped

PlayerProgram: TypeAlias = Literal["jellyfin", "emby", "kodi", "plex"]
PLAYER_PROGRAMS: tuple[PlayerProgram, ...] = get_args(PlayerProgram)
PROGRAM_NAMES: Mapping[str, str] = {"jellyfin": "Jellyfin", "emby": "Emby", "kodi": "Kodi", "plex": "Plex"}
# How the last contact with a player ended. waits: it does something that a message would disturb.
ContactState: TypeAlias = Literal["new", "connected", "waits", "refused", "failed"]
ReadState: TypeAlias = Literal["seen", "not_yet", "differs"]
READ_STATES: tuple[ReadState, ...] = get_args(ReadState)

_ADDRESS = re.compile(r"https?://([\w.-]+|\[[0-9a-fA-F:.]+\])(:[0-9]{1,5})?(/[\w./~-]*)?")
_LONGEST_NAME = 60
# Seconds after a message, at which the player is read back: Jellyfin waits 60 s before it looks at a folder.
_READ_AFTER: Mapping[str, int] = {"jellyfin": 90, "emby": 90, "kodi": 10, "plex": 60}
_READ_AGAIN = (300, 1800, 7200)  # seconds before the next reading of a title that is not seen
_TRY_AGAIN = (30, 120, 600, 1800, 7200)  # seconds before the next attempt after each failure; the last one repeats
_KEYS: Mapping[str, str] = {"": "no key", "file": "key stored", "environment": "key from the environment"}
WAIT_SECONDS = 120  # before the next attempt while the player is busy


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerConnection(Shaped):
    """A player that is told what was published, and how it goes. It has no key."""

    id: int
    kind: PlayerProgram
    name: str
    url: str
    folders: tuple[FolderRule, ...] = ()  # empty: the player has the same paths
    enabled: bool
    version: str = ""  # that the player has told
    key_name: str  # player_1_key; the environment has it as INDEXIUM_PLAYER_1_KEY
    key: KeyOrigin = ""
    state: ContactState = "new"
    reason: str = ""  # a sentence, "" while it is connected
    attempts: int = 0  # that failed one after the other
    contact_at: datetime | None = None  # UTC: the last contact
    next_attempt_at: datetime | None = None  # UTC; None: nothing is retried
    read_at: datetime | None = None  # UTC: the last reading
    waiting: int = 0  # titles of which it has to be told
    seen: int = 0  # titles by the result of their last reading
    not_yet: int = 0
    differs: int = 0

    @property
    def program(self) -> str:
        """The name of its program."""
        return PROGRAM_NAMES[self.kind]

    @property
    def about(self) -> str:
        """Its address, and whether it has a key."""
        return f"{self.url.partition('://')[2]} · {_KEYS[self.key]}"

    @property
    def read(self) -> str:
        """When it was read back, in words; "" for never."""
        return f"read back {wording.when(self.read_at)}" if self.read_at else ""

    @property
    def next_attempt(self) -> str:
        """When what waits is retried: a sentence; "" if nothing is."""
        moment = self.next_attempt_at
        return f"Next attempt {wording.when(moment)}." if moment and self.waiting else ""

    @property
    def waits(self) -> str:
        """How many titles it has to be told of, as the start of a sentence; "" for none."""
        if not self.waiting:
            return ""
        return f"{wording.plural(self.waiting, 'title')} {'waits' if self.waiting == 1 else 'wait'} for a message"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerTest(Shaped):
    """Whether a player answers and accepts the key."""

    id: int
    accepted: bool
    version: str = ""
    may: tuple[str, ...] = ()  # what the account may do, as sentences
    missing: tuple[str, ...] = ()  # folders of libraries that it does not have, as sentences
    message: str  # a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerNotice(Shaped):
    """What became of the messages to one player."""

    id: int
    name: str
    notified: int  # titles
    waiting: int  # titles of which it has still to be told
    message: str  # a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerReading(Shaped):
    """What a player showed of a title at its last reading."""

    player_id: int
    entity_type: str
    entity_id: int
    name: str
    read_at: datetime  # UTC
    state: ReadState
    reasons: list[str]  # sentences

    @property
    def read(self) -> str:
        """When it was read back, in words."""
        return f"read back {wording.when(self.read_at)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerReadingPage(ListPage):
    """One page of readings."""

    items: list[PlayerReading]
    counts: dict[str, int]  # by state, of the player


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerTitle:
    """A title as its player names it."""

    entity: Entity
    name: str
    path: str  # of the media file; of a series or a season, its folder
    here: str = ""  # the same path as this computer names it, for messages
    media: str = ""  # a media file of it; "" if none is known
    season: int | None = None
    number: int | None = None  # of an episode
    pictures: tuple[str, ...] = ()  # that were written, replaced or removed


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleShown:
    """What a player shows of a title; None: it does not tell."""

    title: str
    year: int | None
    plot: str
    people: tuple[str, ...] | None
    poster: str | None  # a path or an address; "" for none
    locks: tuple[str, ...] = ()  # fields that the player does not change any more; "all"
    poster_bytes: int | None = None  # of the copy that the player has


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationResult:
    """What a player did with some messages."""

    known: int  # titles that it refreshes
    new: int  # titles that it looks for
    outside: Mapping[Entity, str] = field(default_factory=dict)  # those that it cannot find, and why: a sentence


def checked_name(name: str) -> str:
    """Return the name of a connection. Raises UsageError if it is empty or too long."""
    text = " ".join(name.split())
    if not text or len(text) > _LONGEST_NAME or not text.isprintable():
        raise errors.UsageError(f"A name of a player has 1 to {_LONGEST_NAME} characters.")
    return text


def checked_program(kind: str) -> PlayerProgram:
    """Return a kind of player. Raises UsageError if there is none of this name."""
    for each in PLAYER_PROGRAMS:
        if each == kind.lower():
            return each
    raise errors.UsageError(f"There is no kind of player “{kind[:40]}”. Choose one of: {', '.join(PLAYER_PROGRAMS)}.")


def checked_address(url: str) -> str:
    """Return the address of a player without a slash at its end. Raises UsageError if it is none."""
    text = url.strip()
    if len(text) > 300 or not _ADDRESS.fullmatch(text):
        message = "This is not the address of a player. Write it as http://192.168.1.20:8096, without a user name."
        raise errors.UsageError(message)
    return text.rstrip("/")


def key_name_of(player_id: int) -> str:
    """Return the name of the key of a player."""
    return f"player_{player_id}_key"


def seconds_to_reading(kind: str, readings: int) -> int | None:
    """Return the seconds until a title is read back that was read some times since its message; None: not again."""
    if readings == 0:
        return _READ_AFTER[kind]
    return _READ_AGAIN[readings - 1] if readings <= len(_READ_AGAIN) else None


def seconds_to_attempt(failures: int) -> int:
    """Return the seconds until the next attempt after a number of failures, from 1."""
    return _TRY_AGAIN[min(failures, len(_TRY_AGAIN)) - 1]
