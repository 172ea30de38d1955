"""Whether a player shows what its rules make of the published files, and why not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath, PureWindowsPath

from indexium_core.model.connections.player_connection import PROGRAM_NAMES, TitleShown
from indexium_core.model.publishing.player_views import PlayerView
from indexium_core.model.publishing.players import JELLYFIN_NOTES, KODI_NOTES, PLAYERS, Player

_MOST_CHARACTERS = 60  # of a value in a sentence
_MOST_PEOPLE = 3  # names in a sentence
_NUMBER = re.compile(r"\d+")
_NO_YEAR = {None, 1969, 1970}  # Kodi stores a missing date as the first second of 1970, in the time of its zone


def view_for(kind: str, version: str, views: Iterable[PlayerView]) -> PlayerView | None:
    """Return the view of a kind of player and its version; an Emby reads files as a Jellyfin does."""
    program = "Jellyfin" if kind == "emby" else PROGRAM_NAMES[kind]
    found = [each for each in views if each.player == program]
    fitting = [each for each in found if kind != "emby" and _numbers(each.versions) <= _numbers(version)]
    return fitting[-1] if fitting else next(iter(found), None)


def differences(kind: str, view: PlayerView, shown: TitleShown, *, poster_bytes: int | None) -> list[str]:
    """
    Return why a player does not show what it should, as sentences; none if it does.

    `poster_bytes`: the size of the picture that `view` names; None if it is not known.
    """
    name = PROGRAM_NAMES[kind]
    found = dict(_differences(name, kind, view, shown, poster_bytes))
    if not found:
        return []
    facts = [] if kind == "emby" else [each for each in view.facts if each.field in found and each.state != "seen"]
    locked = list(_locks(name, shown.locks))
    reasons = [*found.values(), *(each.reason for each in facts), *locked]
    rule = _rule(kind, view)
    if not locked and rule is not None and rule.reread_after is not None and found.keys() - {"poster"}:
        seconds = f"{rule.reread_after} seconds newer" if rule.reread_after else "newer"
        reasons.append(
            f"{name} reads an NFO file again only if it is {seconds} than its last save of the title. "
            "Publish the title again, or refresh it there."
        )
    return list(dict.fromkeys(reasons))


def _differences(
    name: str, kind: str, view: PlayerView, shown: TitleShown, poster_bytes: int | None
) -> Iterator[tuple[str, str]]:
    if view.title and _flat(view.title) != _flat(shown.title):
        yield "title", f"{name} shows the title “{_short(shown.title)}”, not “{_short(view.title)}”."
    if view.year is not None and view.year != shown.year and not {view.year, shown.year} <= _NO_YEAR:
        yield "year", f"{name} shows {f'the year {shown.year}' if shown.year else 'no year'}, not {view.year}."
    if view.plot and _flat(view.plot) != _flat(shown.plot):
        yield "plot", f"{name} shows {'another plot' if shown.plot else 'no plot'}."
    if shown.people is not None and view.people and (sentence := _people(name, view.people, shown.people)):
        yield "people", sentence
    if shown.poster is not None and (sentence := _poster(name, kind, view, shown, poster_bytes)):
        yield "poster", sentence


def _people(name: str, wanted: Sequence[str], shown: Sequence[str]) -> str:
    missing = [each for each in wanted if each not in shown]
    more = [each for each in shown if each not in wanted]
    if missing:
        return f"{name} does not show {_names(missing)}."
    return f"{name} still shows {_names(more)}." if more else ""


def _poster(name: str, kind: str, view: PlayerView, shown: TitleShown, poster_bytes: int | None) -> str:
    wanted = view.poster
    if not wanted or "://" in wanted:  # a picture of the network has no name to compare
        return ""
    if not shown.poster:
        return f"{name} shows no poster, and {wanted} is there."
    path = PureWindowsPath(shown.poster) if "\\" in shown.poster else PurePosixPath(shown.poster)
    is_either = any(each.field == "poster" and each.state == "warning" for each in view.facts)
    if path.name != wanted and not is_either:
        return f"{name} shows the picture {_short(path.name)}, not {wanted}."
    if path.name == wanted and None not in (poster_bytes, shown.poster_bytes) and poster_bytes != shown.poster_bytes:
        if kind == "kodi":
            return KODI_NOTES["texture"].text.format(name=wanted)
        return f"{name} shows an older {wanted}."
    return ""


def _locks(name: str, locks: Sequence[str]) -> Iterator[str]:
    if "all" in locks:
        yield JELLYFIN_NOTES["locked"].text.format(name="the NFO file").replace("Jellyfin", name)
    elif locks:
        yield f"{name} keeps {', '.join(sorted(locks))} of this title locked. Unlock it there."


def _rule(kind: str, view: PlayerView) -> Player | None:
    found = [each for each in PLAYERS if kind != "emby" and each.program == view.player]
    return next((each for each in reversed(found) if _numbers(each.first) <= _numbers(view.versions)), None)


def _numbers(version: str) -> tuple[int, ...]:
    """Return the numbers at the start of a version, or of a range of versions."""
    return tuple(int(each) for each in _NUMBER.findall(version.partition(" ")[0]))


def _flat(text: str) -> str:
    return " ".join(text.split())


def _short(text: str) -> str:
    return text if len(text) <= _MOST_CHARACTERS else f"{text[: _MOST_CHARACTERS - 1]}…"


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(_short(each) for each in names[:_MOST_PEOPLE])
    return f"{shown} and {len(names) - _MOST_PEOPLE:,} more" if len(names) > _MOST_PEOPLE else shown
