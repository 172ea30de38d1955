"""Watch states: what people have watched in players. They are kept beside the players, which may lose them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from indexium_core import errors
from indexium_core.model.providers.registry import id_kinds
from indexium_core.model.shapes import Shaped

_FORM = "indexium watch states"
_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchState(Shaped):
    """What one user of a player has watched of a film or an episode."""

    player: str = ""  # name of the connection
    user: str = ""  # "" if the player has one user
    title: str = ""
    path: str  # of the media file, as the player names it
    ids: Mapping[str, str] = field(default_factory=dict)  # tmdb, imdb, tvdb
    season: int | None = None
    episode: int | None = None
    play_count: int = 0
    last_played: str = ""  # as the player writes it: Kodi in its local time
    user_rating: float = 0.0  # 0: none
    resume_seconds: float = 0.0

    @property
    def has_content(self) -> bool:
        """Whether there is anything to keep."""
        return bool(self.play_count or self.last_played or self.user_rating or self.resume_seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchCopy(Shaped):
    """How watch states were copied from players, or put into them."""

    states: int  # that were read, or that the file has
    changed: int = 0  # titles of players that changed
    players: tuple[str, ...] = ()  # names of players that took part
    problems: tuple[str, ...] = ()  # a sentence for each player that did not answer
    path: str = ""  # of the copy in the home

    @property
    def summary(self) -> str:
        """Return the result in one line."""
        parts = [f"{self.states:,} watch states of {', '.join(self.players) or 'no player'}"]
        return ". ".join([*parts, *(each.rstrip(".") for each in self.problems)]) + "."


def as_document(states: Iterable[WatchState]) -> dict[str, Any]:
    """Return watch states as a document."""
    return {"form": _FORM, "version": _VERSION, "states": [asdict(each) for each in states]}


def of_document(document: object) -> list[WatchState]:
    """Return the watch states of a document. Raises UsageError if it is none of this program."""
    if not isinstance(document, dict) or document.get("form") != _FORM:
        raise errors.UsageError("This file has no watch states. 'indexium players watched export' writes such a file.")
    if document.get("version") != _VERSION:
        raise errors.UsageError("A newer program wrote this file of watch states. Update the program.")
    try:
        return [_state(each) for each in document["states"]]
    except (TypeError, KeyError, ValueError, AttributeError):
        raise errors.UsageError("This file of watch states is damaged. Use another copy.") from None


def _state(row: Mapping[str, Any]) -> WatchState:
    known = {each.name: _FORMS[str(each.type)] for each in fields(WatchState)}
    return WatchState(**{name: form(row[name]) for name, form in known.items() if name in row})


def known_ids(ids: Mapping[str, object]) -> dict[str, str]:
    """Return the ids of a title that providers know, by the name of the provider in small letters."""
    found = {name.lower(): str(value) for name, value in ids.items() if value}
    return {name: found[name] for name in id_kinds() if name in found}


_FORMS: Mapping[str, Callable[[Any], Any]] = {  # the form of each type in a document
    "str": str,
    "int": int,
    "float": float,
    "int | None": lambda value: None if value is None else int(value),
    "Mapping[str, str]": known_ids,
}


def joined(present: WatchState, stored: WatchState) -> WatchState:
    """Return the watch state of a player with a stored one added: nothing is taken away."""
    return WatchState(
        player=present.player,
        user=present.user,
        title=present.title,
        path=present.path,
        ids=present.ids,
        season=present.season,
        episode=present.episode,
        play_count=max(present.play_count, stored.play_count),
        last_played=max(present.last_played, stored.last_played),
        user_rating=present.user_rating or stored.user_rating,
        resume_seconds=present.resume_seconds or (0.0 if present.play_count else stored.resume_seconds),
    )


def matching(present: Iterable[WatchState], stored: Sequence[WatchState]) -> list[tuple[WatchState, WatchState]]:
    """
    Return the titles of a player with the stored watch state of each, and only those that would change.

    A title is found by its user and its path, otherwise by its user and one of its ids; of an episode, the numbers
    count too.
    """
    by_path = {(each.user, each.path, each.season, each.episode): each for each in stored}
    by_id = {key: each for each in stored for key in _keys(each)}
    found = []
    for each in present:
        match = by_path.get((each.user, each.path, each.season, each.episode))
        if match is None:
            match = next((by_id[key] for key in _keys(each) if key in by_id), None)
        if match is not None and joined(each, match) != each:
            found.append((each, match))
    return found


def _keys(state: WatchState) -> list[tuple[object, ...]]:
    return [(state.user, name, value, state.season, state.episode) for name, value in state.ids.items() if value]
