"""What players show of a title: the folder as they find it, the view of each player, and what none of them forgets."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePath
from typing import Literal, TypeAlias

from indexium_core.model import wording
from indexium_core.model.publishing.players import PLAYERS, Player
from indexium_core.model.publishing.subjects import PublishedType
from indexium_core.model.shapes import Shaped

FactState: TypeAlias = Literal["seen", "warning", "not_seen"]
_WITHOUT_FIELD = ("lock", "update", "condition")  # facts whose reason says all


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFolder:
    """
    What a player finds of one title: names and contents, as they are or as they will be after a publication.

    `nfo` has each NFO file of the folder (with its name as on the disk) that may be of the title; for a season, also
    `tvshow.nfo` of the series. `before` is the folder that the players know already; None for a new title.
    """

    entity: PublishedType
    media: str = ""  # the name of the media file; of a series or a season: of its folder
    is_own_folder: bool = True  # the folder has no video of another title
    number: int | None = None  # of the season or of the episode
    nfo: Mapping[str, bytes]
    pictures: Collection[str] = ()  # the names of pictures in the folder
    series_pictures: Collection[str] = ()  # of a season: the names of pictures in the folder of its series
    replaced_pictures: Collection[str] = ()  # of these: those with other content under the name that they had before
    before: MediaFolder | None = None
    nfo_time: datetime | None = None  # the last change of the NFO files
    saved_time: datetime | None = None  # the last save of the title by the player, if it is known

    @property
    def stem(self) -> str:
        """Return the name of the media file without its extension."""
        return self.media if self.entity in ("series", "season") else PurePath(self.media).stem


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerFact(Shaped):
    """Whether a player shows one field of a title, and why."""

    field: str  # title, year, people, plot, rating, country, poster, lock, update, condition
    state: FactState
    reason: str  # a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerSentence(Shaped):
    """What is true of some fields of a title, or what a player needs."""

    state: str  # of the facts; condition: what it needs
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerView(Shaped):
    """What one player shows of a title."""

    player: str
    versions: str  # `20 to 21`, `1.43.1 or later`
    is_shown: bool = True  # False: the player does not add the title
    title: str
    year: int | None
    people: tuple[str, ...]
    plot: str
    poster: str  # the name of a picture or an address; "" for none
    facts: tuple[PlayerFact, ...]

    @property
    def about(self) -> str:
        """The year and the number of people: `2013 · 1 person`."""
        people = wording.plural(len(self.people), "person", "people") if self.people else ""
        return " · ".join(filter(None, [str(self.year or ""), people]))

    @property
    def sentences(self) -> list[PlayerSentence]:
        """The facts: fields with one reason together, and what the player needs at the end."""
        fields: dict[tuple[str, str], list[str]] = {}
        for each in self.facts:
            state = "condition" if each.field == "condition" else each.state
            fields.setdefault((state, each.reason), []).append(each.field)
        ordered = sorted(fields.items(), key=lambda each: each[0][0] == "condition")
        return [PlayerSentence(state=state, text=_sentence(reason, names)) for (state, reason), names in ordered]


@dataclass(frozen=True, slots=True, kw_only=True)
class NfoReading:
    """What a player reads in the NFO files of a title."""

    is_read: bool = True  # False: the player does not add the title because of its NFO file
    title: str = ""
    year: int | None = None
    people: tuple[str, ...] = ()
    plot: str = ""
    rating: float | None = None
    countries: tuple[str, ...] = ()
    poster: str = ""  # an address, or the name of a picture in the folder
    is_locked: bool = False
    facts: tuple[PlayerFact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAction:
    """One file of a publication."""

    kind: Literal["nfo", "picture"]
    action: Literal["create", "update", "replace", "remove"]
    locks: bool = False  # the NFO file has `<lockdata>true</lockdata>`


@dataclass(frozen=True, slots=True, kw_only=True)
class RollbackNote(Shaped):
    """What a player does not forget after a rollback."""

    player: str
    reason: str  # a sentence


def _sentence(reason: str, fields: Sequence[str]) -> str:
    """Return a reason after the fields that it is about, unless it names them."""
    named = [each for each in fields if each not in _WITHOUT_FIELD]
    text = reason.removesuffix(".")
    if not named or (named == ["people"] and ("people" in text or "person" in text)):
        return text
    return f"{wording.list_of(named)}: {text[0].lower() + text[1:] if text.startswith('From ') else text}"


def fact(player: Player, key: str, *, of: str, state: FactState = "warning", **details: object) -> PlayerFact:
    """Return a fact about a field, with a sentence of the table of the player."""
    return PlayerFact(field=of, state=state, reason=player.notes[key].text.format_map(details))


def versions(first: str, last: str) -> str:
    """Return a range of versions in words."""
    if not last:
        return f"{first} or later"
    return first if first == last else f"{first} to {last}"


def merged(views: Iterable[PlayerView]) -> list[PlayerView]:
    """Return the views of the table of players (`PLAYERS`, in its order); equal ones of a program become one."""
    found: list[tuple[str, str, PlayerView]] = []
    for player, view in zip(PLAYERS, views, strict=True):
        if found and replace(found[-1][2], versions=view.versions) == view:
            first, _, known = found.pop()
            found.append((first, player.last, known))
        else:
            found.append((player.first, player.last, view))
    return [replace(view, versions=versions(first, last)) for first, last, view in found]


_CHANGED = frozenset({"update", "replace", "remove"})
_NEW = frozenset({"create"})
_NOTES: Sequence[tuple[str, str, frozenset[str], str]] = (  # player, kind of the file, actions, sentence
    ("Kodi", "nfo", _NEW, "Kodi keeps the values of an NFO file that is deleted, after a refresh too."),
    ("Kodi", "nfo", _CHANGED, "Kodi shows the values of the restored NFO file after a refresh of the title."),
    ("Kodi", "picture", _NEW, "Kodi shows a deleted picture until the title is refreshed."),
    (
        "Kodi",
        "picture",
        _CHANGED - {"remove"},
        "Kodi shows its copy of a published picture until it drops it, after a refresh too.",
    ),
    (
        "Jellyfin",
        "nfo",
        _NEW,
        "Jellyfin keeps the values of an NFO file that is deleted, until they are changed there.",
    ),
    (
        "Jellyfin",
        "nfo",
        _CHANGED,
        "Jellyfin reads the restored NFO file at its next scan, and keeps values that this file does not have.",
    ),
    ("Plex", "nfo", _NEW | _CHANGED, "Plex shows the published values until the title is refreshed."),
)
_LOCKED = "Jellyfin keeps a published title locked (<lockdata>): it does not read the restored NFO file."


def rollback_notes(actions: Collection[FileAction]) -> list[RollbackNote]:
    """Return what each player does not forget if a publication with these files is rolled back."""
    done = {(each.kind, each.action) for each in actions}
    locks = any(each.locks for each in actions)
    notes = []
    for player, kind, of_actions, reason in _NOTES:
        is_locked = locks and player == "Jellyfin" and of_actions is _CHANGED
        if any(of_kind == kind and action in of_actions for of_kind, action in done):
            notes.append(RollbackNote(player=player, reason=_LOCKED if is_locked else reason))
    return notes
