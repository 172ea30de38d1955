"""
What the events of senders say: one shape for Radarr, Sonarr, the plug-in of Jellyfin, and any other program.

The forms are those of the senders' own sources: `NzbDrone.Core/Notifications/Webhook/` of Radarr and Sonarr, and
`jellyfin-plugin-webhook`. A field of another type than there counts as absent; if the effect needs it, the event fails
with a sentence that names it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

from indexium_core import errors
from indexium_core.model.providers.external_ids import ID_FIELDS, ExternalId
from indexium_core.model.providers.registry import label_of

SenderKind: TypeAlias = Literal["radarr", "sonarr", "jellyfin", "generic"]
Effect: TypeAlias = Literal["scan", "test", "ignore"]

_LONGEST_TYPE, _LONGEST_NAME = 40, 200  # characters that are kept of a type and of a name
_MOST_PATHS = 1000  # of one event
_UPGRADE = "upgrade"  # the reason of a deletion that a better file causes


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderEvent:
    """One event of a sender. Paths are those of the sender, as it sent them."""

    event_type: str  # in the words of the sender: Download, Rename, ItemAdded
    effect: Effect = "ignore"
    reason: str = ""  # why it has no effect, a sentence
    name: str = ""  # what people see: Quiet Harbour (2012)
    title_type: Literal["movie", "series", ""] = ""
    place: str = ""  # the folder of the film or the series; "" if the event does not name it
    paths: tuple[str, ...] = ()  # files and folders that are new, changed or gone
    ids: Mapping[str, str] = field(default_factory=dict)  # provider → id, of the film or the series
    is_upgrade: bool = False  # the sender itself removes files of the title: side files that are gone are restored
    brings_files: bool = True  # False: it deletes


def read_event(kind: SenderKind, body: Mapping[str, Any]) -> SenderEvent:
    """
    Return what the body of an event says.

    Raises:
        UsageError: A field that the effect needs is absent or has another type; the message names it.

    """
    if kind == "jellyfin":
        return _of_jellyfin(body)
    if kind == "generic":
        return _of_generic(body)
    event_type = _text(body, "eventType")[:_LONGEST_TYPE]
    if not event_type:
        raise errors.UsageError("The event has no eventType. Choose the kind of the source that fits its sender.")
    if event_type == "Test":
        return SenderEvent(event_type=event_type, effect="test", reason="A test of the connection.")
    handler = (_RADARR if kind == "radarr" else _SONARR).get(event_type)
    if handler is None:
        known = event_type in _WITHOUT_FILES
        reason = "It changes no file." if known else "This version does not know this type of event."
        return replace(_subject(kind, body, event_type), reason=reason)
    found = handler(_subject(kind, body, event_type), body)
    if found.effect == "scan" and not (found.paths or found.place):
        raise errors.UsageError(f"The event {event_type} names no path, so nothing can be scanned.")
    return found


# Radarr and Sonarr.

_WITHOUT_FILES = frozenset(
    ("Grab", "Health", "HealthRestored", "ApplicationUpdate", "ManualInteractionRequired", "MovieAdded", "SeriesAdd")
)


def _subject(kind: SenderKind, body: Mapping[str, Any], event_type: str) -> SenderEvent:
    """Return the film or series of an event, without an effect."""
    title = _object(body, "movie" if kind == "radarr" else "series")
    year = title.get("year")
    name = _text(title, "title")[:_LONGEST_NAME]
    return SenderEvent(
        event_type=event_type,
        name=_with_year(name, year),
        title_type="movie" if kind == "radarr" else "series",
        place=_text(title, "folderPath") if kind == "radarr" else _text(title, "path"),
        ids=_ids(title, "{}Id"),
    )


def _download(event: SenderEvent, body: Mapping[str, Any]) -> SenderEvent:
    """Return an import. Sonarr sends it for each file, and once more for all files of a download."""
    files = [_object(body, "movieFile"), _object(body, "episodeFile"), *_objects(body, "episodeFiles")]
    paths = [_path(event, each) for each in (*files, *_objects(body, "deletedFiles"))]
    if not any(paths):
        paths.append(_text(body, "destinationPath"))
    return replace(event, effect="scan", paths=_distinct(paths), is_upgrade=_is_upgrade(body))


def _rename(event: SenderEvent, body: Mapping[str, Any]) -> SenderEvent:
    """Return a new name: side files of ours have the old one, so this is like an upgrade."""
    renamed = [*_objects(body, "renamedMovieFiles"), *_objects(body, "renamedEpisodeFiles")]
    names = (("path", "relativePath"), ("previousPath", "previousRelativePath"))
    paths = [_path(event, each, *name) for each in renamed for name in names]
    return replace(event, effect="scan", paths=_distinct(paths), is_upgrade=True)


def _file_delete(event: SenderEvent, body: Mapping[str, Any]) -> SenderEvent:
    files = [_object(body, "movieFile"), _object(body, "episodeFile")]
    paths = _distinct(_path(event, each) for each in files)
    is_upgrade = body.get("deleteReason") == _UPGRADE
    return replace(event, effect="scan", paths=paths, is_upgrade=is_upgrade, brings_files=False)


def _title_delete(event: SenderEvent, body: Mapping[str, Any]) -> SenderEvent:
    """Return the deletion of a title; `deletedFiles` is a Boolean here, and a list in an import."""
    if not body.get("deletedFiles"):
        return replace(event, reason="Its files stay.")
    return replace(event, effect="scan", brings_files=False)


_RADARR: Mapping[str, Callable[[SenderEvent, Mapping[str, Any]], SenderEvent]] = {
    "Download": _download,
    "Rename": _rename,
    "MovieFileDelete": _file_delete,
    "MovieDelete": _title_delete,
}
_SONARR: Mapping[str, Callable[[SenderEvent, Mapping[str, Any]], SenderEvent]] = {
    "Download": _download,
    "Rename": _rename,
    "EpisodeFileDelete": _file_delete,
    "SeriesDelete": _title_delete,
}


# Jellyfin and other programs.

_JELLYFIN = frozenset(("ItemAdded", "ItemDeleted"))
_JELLYFIN_TYPES: Mapping[str, Literal["movie", "series", ""]] = {"Movie": "movie", "Series": "series"}


def _of_jellyfin(body: Mapping[str, Any]) -> SenderEvent:
    """Return an event of the plug-in. It names no path: the title is found by its ids."""
    event_type = _text(body, "NotificationType")[:_LONGEST_TYPE]
    if not event_type:
        raise errors.UsageError("The event has no NotificationType. Set the option Send All Properties in Jellyfin.")
    name, year = _text(body, "SeriesName") or _text(body, "Name"), body.get("Year")
    event = SenderEvent(
        event_type=event_type,
        name=_with_year(name[:_LONGEST_NAME], year),
        title_type=_JELLYFIN_TYPES.get(_text(body, "ItemType"), ""),
        ids=_ids(body, "Provider_{}"),
    )
    if event_type not in _JELLYFIN:
        return replace(event, reason="It changes no file.")
    if not event.title_type or not event.ids:
        return replace(event, reason="It names no path and no id of a film or a series. The next scan finds the file.")
    return replace(event, effect="scan")


def _of_generic(body: Mapping[str, Any]) -> SenderEvent:
    """Return an event of another program: its path, its ids such as `imdb_id`, and `isUpgrade`."""
    path = body.get("path")
    if not isinstance(path, str) or not path.strip():
        raise errors.UsageError('The event has no path. Send {"path": "/movies/X (1999)/X.mkv"}.')
    is_upgrade = _is_upgrade(body)
    ids = _ids(body, "{}_id")
    for kind in ID_FIELDS:
        if body.get(f"{kind}_id") is not None and kind not in ids:
            raise errors.UsageError(f"{kind}_id is not an id of {label_of(kind)}. Correct it, or leave it out.")
    return SenderEvent(
        event_type="upgrade" if is_upgrade else "change", effect="scan", paths=(path,), ids=ids, is_upgrade=is_upgrade
    )


# Fields.


def _ids(values: Mapping[str, Any], form: str) -> dict[str, str]:
    """Return the ids that have the form of their provider, by fields such as `{}Id`; senders write 0 for none."""
    found = {}
    for kind in ID_FIELDS:
        value = values.get(form.format(kind))
        if _is_number(value) or isinstance(value, str):
            known = ExternalId(kind, str(value).strip())
            if known.is_valid:
                found[kind] = known.value
    return found


def _is_upgrade(body: Mapping[str, Any]) -> bool:
    """Return whether a better file replaced another one. A wrong value fails the event: a person must see it."""
    value = body.get("isUpgrade")
    if value is not None and not isinstance(value, bool):
        raise errors.UsageError("isUpgrade is not true or false.")
    return value is True


def _with_year(name: str, year: Any) -> str:
    """Return a title with its year, once."""
    return f"{name} ({year})" if name and _is_number(year) and year and not name.endswith(f"({year})") else name


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    return value.strip() if isinstance(value, str) else ""


def _object(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = values.get(name)
    return value if isinstance(value, dict) else {}


def _objects(values: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = values.get(name)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _path(event: SenderEvent, file: Mapping[str, Any], name: str = "path", below: str = "relativePath") -> str:
    """Return the path of a file; older senders give only the one below the folder of the title."""
    path, rest = _text(file, name), _text(file, below)
    if path or not (event.place and rest):
        return path
    slash = "\\" if "\\" in event.place else "/"
    return f"{event.place.rstrip(slash)}{slash}{rest}"


def _distinct(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(path for path in paths if path))[:_MOST_PATHS]
