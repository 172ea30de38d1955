"""Where the paths of an event are on this machine: the library, the folder of the title, and whether it is mounted."""

from __future__ import annotations

import os
import posixpath
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from indexium_core import errors
from indexium_core.files import walk
from indexium_core.model.connections.folder_map import FolderRule, is_safe, to_ours
from indexium_core.model.connections.sender_events import SenderEvent
from indexium_core.model.connections.webhooks import PathTrial, WebhookSource
from indexium_core.model.files.inventory import LibraryRow
from indexium_core.model.providers.external_ids import ID_FIELDS
from indexium_core.store.catalog import catalog
from indexium_core.store.connection import Connection
from indexium_core.store.connections import webhooks as store

_SIDE_FILES = (".nfo", ".srt", ".sub", ".idx", ".ass", ".jpg", ".png")
_FILES = frozenset({*(each.decode() for extensions in walk.EXTENSIONS.values() for each in extensions), *_SIDE_FILES})


BELOW = "/"  # at the end of an upgraded folder: with the folders inside it


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPlace:
    """
    The folder of the title of an event, and all folders to scan, below the folder of the library.

    A folder in another library is an absolute path.
    """

    library_id: int
    folder: str
    others: tuple[str, ...] = ()  # more folders to scan: those that files have left
    upgraded: tuple[str, ...] = ()  # the folders of its files, with `BELOW` if no file is named


@dataclass(frozen=True, slots=True)
class _LandedPath:
    library: LibraryRow
    below: str  # "" is the folder of the library
    rule: FolderRule | None


def place_of(reader: Connection, source: WebhookSource, event: SenderEvent) -> EventPlace:
    """
    Return where an event happened.

    Raises:
        UsageError: No path of it lands in a library; the message names the path and the remedy.
        UnknownIdError: It names no path, and no title has its ids.

    """
    libraries = catalog.libraries(reader)
    if not event.place and not event.paths:
        return _of_ids(reader, libraries, event)
    found, problem = dict[str, _LandedPath](), ""
    for path in filter(None, (event.place, *event.paths)):
        try:
            found[path] = _found(source, libraries, path)
        except errors.UsageError as error:
            problem = problem or error.message
    if not found:
        raise errors.UsageError(problem)
    files = [found[path] for path in event.paths if path in found]
    title = found.get(event.place)
    if title is None or (files and files[0].library != title.library):
        title = files[0]  # the first path is a new one: the title is there now
    folder = title.below if title is found.get(event.place) else _folder(title)
    others = {_from(title.library, each.library, _folder(each)) for each in files}
    if event.place in found:
        others.add(_from(title.library, found[event.place].library, found[event.place].below))
    upgraded = {
        _from(title.library, each.library, _upgraded(each)) for each in files or [title] if each.below or _is_file(each)
    }
    return EventPlace(
        library_id=title.library.library_id,
        folder=folder,
        others=tuple(sorted(other for other in others if not _is_inside(other, folder))),
        upgraded=tuple(sorted(upgraded)),
    )


def split(libraries: Sequence[LibraryRow], library_id: int, folder: str) -> tuple[int, str] | None:
    """Return the library of a folder of a place, and the folder below it; None if its library was removed."""
    if not folder.startswith("/"):
        return library_id, folder
    for library in libraries:
        root = root_of(library)
        if f"{folder}/".startswith(f"{root}/"):
            return library.library_id, folder[len(root) :].removeprefix("/")
    return None


def missing_folder(folder: str) -> str:
    """Return the sentence about the folder of an event that does not exist."""
    return (
        f"The folder {folder} does not exist. Compare its name with the map of the sender, upper and lower case too, "
        "then repeat the event."
    )


def trial_of(reader: Connection, source: WebhookSource, path: str) -> PathTrial:
    """Return where a path of a source lands, and what is there."""
    libraries = catalog.libraries(reader)
    try:
        found = _found(source, libraries, path)
    except errors.UsageError as error:
        mapped = to_ours(source.rules, path)
        return PathTrial(path=path, here=mapped.path if mapped else "", problem=error.message)
    here = Path(root_of(found.library)) / found.below
    try:
        status = here.stat()
    except OSError:
        status = None
    folder = Path(root_of(found.library)) / _folder(found)
    anchor, is_anchored = anchor_of(source, found.rule, found.library)
    problem = "" if folder.is_dir() else missing_folder(str(folder))
    problem = problem if is_anchored else missing_anchor(anchor)
    return PathTrial(
        path=path,
        here=str(here),
        rule=found.rule.theirs if found.rule else "",
        library_id=found.library.library_id,
        library=found.library.name,
        folder=_folder(found),
        exists=status is not None,
        size=status.st_size if status is not None and stat.S_ISREG(status.st_mode) else None,
        anchor=anchor,
        is_anchored=is_anchored,
        problem=problem,
    )


def root_of(library: LibraryRow) -> str:
    """Return the folder of a library without a slash at its end."""
    return os.fsdecode(library.path_bytes).rstrip("/")


def anchor_of(source: WebhookSource, rule: FolderRule | None, library: LibraryRow) -> tuple[str, bool]:
    """Return the path of the anchor file of a mapped folder, "" without one, and whether the disk is there."""
    if not source.anchor:
        return "", True
    path = posixpath.join(rule.ours if rule else root_of(library), source.anchor)
    return path, os.path.lexists(os.fsencode(path))


def missing_anchors(source: WebhookSource, library: LibraryRow, folders: Sequence[str]) -> list[str]:
    """Return the anchor files of a source that folders of a library need, and that are gone."""
    places = [f"{posixpath.join(root_of(library), folder)}/" for folder in folders]
    rules: list[FolderRule | None] = [
        rule
        for rule in source.rules
        if any(each.startswith(f"{rule.ours}/") or f"{rule.ours}/".startswith(each) for each in places)
    ]
    found = [anchor_of(source, rule, library) for rule in rules or [None]]
    return [path for path, is_there in found if not is_there]


def missing_anchor(path: str) -> str:
    """Return the sentence about an anchor file that is gone."""
    return f"The anchor file {path} is missing: the disk is probably not mounted. Nothing is done."


def _found(source: WebhookSource, libraries: Sequence[LibraryRow], path: str) -> _LandedPath:
    """Return the library and the place of a path; UsageError if it lands in none."""
    shown, here, rule = path[:200], path, None
    if not is_safe(path):
        raise errors.UsageError(f"“{shown}” is not a path from the root, or has “..” in it.")
    if source.rules:
        mapped = to_ours(source.rules, path)
        if mapped is None:
            raise errors.UsageError(
                f"{shown} is under no folder of the map of {source.name}. Add a row for its folder."
            )
        here, rule = mapped.path, mapped.rule
    elif not path.startswith("/"):
        raise errors.UsageError(f"{shown} is no path of this machine. Map its folder to a folder here.")
    here = posixpath.normpath(here)
    for library in libraries:
        root = root_of(library)
        if here == root or here.startswith(f"{root}/"):
            return _LandedPath(library, here[len(root) :].strip("/"), rule)
    lands = f"lands in {here}, which is" if rule else "is"
    raise errors.UsageError(f"{shown} {lands} in no library. Correct the map of {source.name}, or add the library.")


def _folder(found: _LandedPath) -> str:
    """Return the folder of a path: of a file its own folder, else the path itself. A file may be gone."""
    return posixpath.dirname(found.below) if _is_file(found) else found.below


def _upgraded(found: _LandedPath) -> str:
    """Return where files of ours may be gone: beside a file, or anywhere below a folder."""
    return _folder(found) if _is_file(found) else f"{found.below}{BELOW}"


def _is_file(found: _LandedPath) -> bool:
    here = Path(root_of(found.library)) / found.below
    return not here.is_dir() and (here.is_file() or here.suffix.lower() in _FILES)


def _from(library: LibraryRow, other: LibraryRow, folder: str) -> str:
    """Return a folder of a library as a place of another one names it."""
    return folder if other == library else "/".join(filter(None, (root_of(other), folder)))


def _of_ids(reader: Connection, libraries: Sequence[LibraryRow], event: SenderEvent) -> EventPlace:
    """Return the folder of the title with the ids of an event."""
    ids = {ID_FIELDS[provider]: value for provider, value in event.ids.items() if provider in ID_FIELDS}
    found = store.folder_of_ids(reader, event.title_type, ids)
    roots = {each.library_id: root_of(each) for each in libraries}
    if found is None or found[0] not in roots:
        raise errors.UnknownIdError("No title here has its ids yet. The next scan finds the file.")
    library_id, path = found
    below = posixpath.dirname(path)[len(roots[library_id]) :].strip("/")
    folder = below.split("/", 1)[0] if event.title_type == "series" else below
    return EventPlace(library_id=library_id, folder=folder)


def _is_inside(folder: str, outer: str) -> bool:
    """Return whether a folder is in another one of the same library."""
    if folder.startswith("/"):
        return False
    return not outer or folder == outer or folder.startswith(f"{outer}/")
