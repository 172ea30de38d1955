"""
Simulate what players show of a title: from the bytes of its NFO files and the names of its pictures.

The rules are in `model.publishing.players`. The folder is a value, so it can be one that does not exist yet. A title
that a player knows already is another case than a new one: Jellyfin reads nothing of a locked title, and no player
forgets what a removed file or element gave it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from indexium_core.files.titles import jellyfin_reading, kodi_reading
from indexium_core.files.titles.nfo import MAX_BYTES
from indexium_core.files.titles.player_xml import jellyfin_text, kodi_text, strict, tolerant
from indexium_core.model.publishing.player_views import (
    FactState,
    MediaFolder,
    NfoReading,
    PlayerFact,
    PlayerView,
    fact,
    merged,
    versions,
)
from indexium_core.model.publishing.players import ANY_NAME, PLAYERS, STEM, Place, Player

_FIELDS = ("title", "year", "people", "plot")
_MORE = {"rating": "rating", "countries": "country"}  # value that the view does not have → field of its fact
_SPECIALS = "Specials"
_TOO_LARGE = "{name} has more than 1 MB: what {program} reads of it is not simulated."
_LATEST_KODI = [each for each in PLAYERS if each.program == "Kodi"][-1]
_WORDS = {"title": "the title", "year": "the year", "people": "the people", "plot": "the plot"}


def views(folder: MediaFolder) -> list[PlayerView]:
    """Return what each player shows of a title; equal views of versions of one program are one."""
    present = _present(folder)
    return merged(_view(player, folder, present) for player in PLAYERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class _TitleFiles:
    """What a player has of a title, before the facts have their sentences."""

    nfo: str  # the NFO file that it reads; "" for none
    reading: NfoReading
    poster: str
    same_posters: Sequence[str]  # the pictures that it may show for the poster


def _view(player: Player, folder: MediaFolder, present: frozenset[str]) -> PlayerView:
    now = _state(player, folder)
    if folder.before is None or not _state(player, folder.before).reading.is_read:
        values, notes = now.reading, list(_new(player, folder, now))
    else:
        values, notes = _known(player, folder, now, _state(player, folder.before))
    missing = [name for name in _FIELDS if name in present and not getattr(values, name)]
    facts = _facts(player, now.nfo, values, notes, missing)
    return PlayerView(
        player=player.program,
        versions=versions(player.first, player.last),
        is_shown=values.is_read,
        title=values.title or (_fallback(folder) if _has_fallback(player, folder) else ""),
        year=values.year,
        people=values.people,
        plot=values.plot,
        poster=now.poster or values.poster,
        facts=(*facts, *_of_poster(player, folder, now, values)),
    )


def _has_fallback(player: Player, folder: MediaFolder) -> bool:
    return player.program != "Kodi" or folder.entity == "season"


def _fallback(folder: MediaFolder) -> str:
    if folder.entity == "season":
        return _SPECIALS if folder.number == 0 else f"Season {folder.number}"
    return folder.stem


# What the folder has.


def _place(folder: MediaFolder) -> Place:
    if folder.entity == "movie":
        return "movie" if folder.is_own_folder else "mixed movie"
    if folder.entity == "video":
        return "video" if folder.is_own_folder else "mixed video"
    return folder.entity


def _state(player: Player, folder: MediaFolder) -> _TitleFiles:
    name = _nfo(player, folder)
    posters = _posters(player, folder)
    return _TitleFiles(
        nfo=name, reading=_reading(player, folder, name), poster=posters[0] if posters else "", same_posters=posters
    )


def _nfo(player: Player, folder: MediaFolder) -> str:
    """Return the name of the NFO file that a player reads, or ""."""
    for pattern in player.nfo[_place(folder)].names:
        if pattern == ANY_NAME:
            found = [name for name in folder.nfo if name.lower().endswith(".nfo")]
            return found[0] if len(found) == 1 else ""
        name = pattern.replace(STEM, folder.stem)
        if name in folder.nfo:
            return name
    return ""


def _reading(player: Player, folder: MediaFolder, name: str) -> NfoReading:
    if not name:
        is_needed = player.program == "Kodi" and folder.entity != "season"
        return NfoReading(is_read=not is_needed)
    if len(folder.nfo[name]) > MAX_BYTES:
        reason = _TOO_LARGE.format(name=name, program=player.program)
        return NfoReading(facts=(PlayerFact(field="title", state="warning", reason=reason),))
    if player.parser == "strict":
        return jellyfin_reading.reading(player, folder, name)
    return kodi_reading.reading(player, folder, name) if player.program == "Kodi" else _of_plex(player, folder, name)


def _of_plex(player: Player, folder: MediaFolder, name: str) -> NfoReading:
    """Return the reading of Plex: Plex has the format of Kodi; of what is not known there is only a warning."""
    found = kodi_reading.reading(_LATEST_KODI, folder, name)
    is_sure = found.is_read and not strict(jellyfin_text(folder.nfo[name])).is_damaged
    notes = [] if is_sure else [fact(player, "damaged", of="title", name=name)]
    if is_sure and not found.title:
        notes.append(fact(player, "no title", of="title", name=name))
    other = next((each for each in _names(player, folder) if each != name and each in folder.nfo), "")
    if other:
        notes.append(fact(player, "both", of="title", name=name, other=other))
    year = None if any(each.field == "year" for each in found.facts) else found.year
    return replace(found, is_read=True, year=year, facts=tuple(notes))


def _names(player: Player, folder: MediaFolder) -> list[str]:
    return [each.replace(STEM, folder.stem) for each in player.nfo[_place(folder)].names]


def _posters(player: Player, folder: MediaFolder) -> list[str]:
    """Return the pictures with the best name for the poster, best first."""
    for pattern in player.pictures[_place(folder)].names:
        pictures = folder.series_pictures if "season}" in pattern else folder.pictures
        key = _picture_key(folder, pattern)
        if found := [name for name in pictures if _has_key(player, name, pattern, key)]:
            return sorted(found, key=lambda name: (_rank(player, name), name))
    return []


def _picture_key(folder: MediaFolder, pattern: str) -> str:
    number = folder.number or 0
    season = f"season{number:02}" if number else "season-specials"
    named = _fallback(folder).replace(" ", "").lower()
    return pattern.replace(STEM, folder.stem).replace("{season}", season).replace("{named season}", named)


def _has_key(player: Player, name: str, pattern: str, key: str) -> bool:
    stem, _, extension = name.rpartition(".")
    if extension.lower() not in player.extensions or stem.lower() != key.lower():
        return False
    exact = len(key) - len(pattern.removeprefix(STEM)) if player.has_exact_stem and STEM in pattern else 0
    return stem[:exact] == key[:exact]


def _rank(player: Player, name: str) -> int:
    """Return the rank of an extension; one in upper case is no extension of the list, and the first one."""
    extension = name.rpartition(".")[2]
    if player.ranks_extensions:
        return player.extensions.index(extension) if extension in player.extensions else -1
    return player.extensions.index(extension.lower())


def _present(folder: MediaFolder) -> frozenset[str]:
    """Return the fields that an NFO file of the title has for a player; other files are of other titles."""
    patterns = {name for player in PLAYERS for name in player.nfo[_place(folder)].names}
    names = set(folder.nfo) if ANY_NAME in patterns else {name.replace(STEM, folder.stem) for name in patterns}
    small = [data for name, data in folder.nfo.items() if name in names and len(data) <= MAX_BYTES]
    roots = [root for data in small for text in (kodi_text(data), jellyfin_text(data)) if (root := tolerant(text).root)]
    if folder.entity == "season":
        return frozenset({"title"})
    return frozenset(
        name
        for name in _FIELDS
        for player in PLAYERS
        for root in roots
        if any(each.children for each in root.elements(*player.elements[name].names))
    )


# The notes.


def _new(player: Player, folder: MediaFolder, now: _TitleFiles) -> Iterator[PlayerFact]:
    """Yield the notes about a title that the player does not know."""
    if not now.nfo:
        yield _without_nfo(player, folder, "warning" if now.reading.is_read else "not_seen")
        return
    yield from now.reading.facts
    if ignored := _ignored(player, folder, now):
        reason = f"{player.nfo[_place(folder)].hint} Without it, {player.program} ignores {' and '.join(ignored)}."
        yield PlayerFact(field="condition", state="seen", reason=reason)
    if "shadowed" in player.notes and folder.entity != "season":
        for other in _names(player, folder):
            if other != now.nfo and other in folder.nfo:
                yield fact(player, "shadowed", of="title", name=now.nfo, other=other)
    if now.reading.is_locked and "locks" in player.notes:
        yield fact(player, "locks", of="lock", name=now.nfo)


def _ignored(player: Player, folder: MediaFolder, now: _TitleFiles) -> list[str]:
    """Return the files that a player reads only under the condition of their names."""
    place = _place(folder)
    found = [now.nfo] if player.nfo[place].hint and now.nfo != f"{folder.stem}.nfo" else []
    is_plain = bool(player.pictures[place].hint and now.poster) and not now.poster.startswith(f"{folder.stem}-")
    return [*found, *([now.poster] if is_plain else [])]


def _without_nfo(player: Player, folder: MediaFolder, state: FactState) -> PlayerFact:
    if folder.entity == "season" and "season" in player.notes:
        return fact(player, "season", of="title")
    key = "mixed" if "mixed" in player.notes and not player.nfo[_place(folder)].names else "no nfo"
    return fact(player, key, of="title", state=state)


def _known(
    player: Player, folder: MediaFolder, now: _TitleFiles, before: _TitleFiles
) -> tuple[NfoReading, list[PlayerFact]]:
    """Return what a player shows of a title that it knows, and the notes."""
    assert folder.before is not None
    old = before.reading
    key, details = _blocked(player, folder, now, before)
    if key:
        changed = [name for name in _FIELDS if getattr(now.reading, name) != getattr(old, name)]
        name = now.nfo or before.nfo
        return old, [fact(player, key, of=each, state="not_seen", name=name, **details) for each in changed]
    if player.program == "Kodi" and not (now.nfo and now.reading.is_read):
        kept = fact(player, "keeps", of="title", value="the old values")
        return old, [kept, *(each for each in now.reading.facts if each.state == "not_seen")]
    notes = list(_new(player, folder, now))
    if "refresh" in player.notes and dict(folder.nfo) != dict(folder.before.nfo):
        notes.append(fact(player, "refresh", of="update"))
    if "keeps" not in player.notes or player.program == "Kodi":
        return now.reading, notes
    lost = [name for name in _FIELDS if getattr(old, name) and not getattr(now.reading, name)]
    kept_names = lost if not now.nfo else [name for name in lost if name != "people"]
    notes += [fact(player, "keeps", of=name, value=_WORDS[name]) for name in kept_names]
    return replace(now.reading, **{name: getattr(old, name) for name in kept_names}), notes


def _blocked(
    player: Player, folder: MediaFolder, now: _TitleFiles, before: _TitleFiles
) -> tuple[str, dict[str, object]]:
    """Return why a player does not read the NFO file of a known title again, as the key of a note; "" if it does."""
    if before.reading.is_locked and "locked" in player.notes:
        return "locked", {}
    times = folder.nfo_time, folder.saved_time
    if now.nfo and player.reread_after is not None and times[0] is not None and times[1] is not None:
        newer = (times[0] - times[1]).total_seconds()
        if newer <= player.reread_after:
            seconds = f"more than {player.reread_after} seconds" if player.reread_after else "at least a little"
            return "time", {"versions": versions(player.first, player.last), "seconds": seconds}
    return "", {}


# The facts.


def _facts(
    player: Player, nfo: str, values: NfoReading, notes: Sequence[PlayerFact], missing: Sequence[str]
) -> Iterator[PlayerFact]:
    """Yield the facts of the NFO file; `missing` are fields that some file has and the player does not show."""
    noted = {each.field for each in notes}
    reason = next((each.reason for each in notes if each.field == "title" and each.state != "seen"), "")
    for name in _FIELDS:
        value = getattr(values, name)
        if name in noted:
            yield from (each for each in notes if each.field == name)
        elif value:
            yield PlayerFact(field=name, state="seen", reason=_seen(name, values, nfo))
        elif name in missing and name != "title":
            without = f"{player.program} does not read it in {nfo}." if nfo else "It reads no NFO file."
            yield PlayerFact(field=name, state="not_seen", reason=reason or without)
    for name, of in _MORE.items():
        if getattr(values, name) and of not in noted:
            yield PlayerFact(field=of, state="seen", reason=_seen(name, values, nfo))
    yield from (each for each in notes if each.field not in _FIELDS)
    if "condition" in player.notes and (nfo or missing):
        yield fact(player, "condition", of="condition", state="seen")


def _seen(name: str, values: NfoReading, nfo: str) -> str:
    if name == "rating":
        return f"{values.rating:g} from {nfo}."
    if name == "countries":
        return f"{' / '.join(values.countries)} from {nfo}."
    count = len(values.people)
    return f"{count:,} {'person' if count == 1 else 'people'} from {nfo}." if name == "people" else f"From {nfo}."


def _of_poster(player: Player, folder: MediaFolder, now: _TitleFiles, values: NfoReading) -> Iterator[PlayerFact]:
    if not now.poster and not values.poster:
        if folder.entity in ("video", "episode"):
            text, state = f"It has no picture: {player.program} takes a frame of the video.", "seen"
        else:
            text, state = f"{player.program} finds no poster.", "not_seen"
        yield PlayerFact(field="poster", state=state, reason=text)  # type: ignore[arg-type]
        return
    if not now.poster:
        yield PlayerFact(field="poster", state="seen", reason=f"From an address in {now.nfo}.")
        return
    before = _state(player, folder.before).poster if folder.before is not None else ""
    if player.keeps_textures and before == now.poster and now.poster in folder.replaced_pictures:
        yield fact(player, "texture", of="poster", name=now.poster)
        return
    if len(now.same_posters) > 1 and not player.ranks_extensions:
        yield fact(player, "two extensions", of="poster", names=" and ".join(now.same_posters))
        return
    yield PlayerFact(field="poster", state="seen", reason=f"{now.poster} in the folder.")
