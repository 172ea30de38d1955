"""The details of a publication of one title: differences of its NFO files, and what players show before and after."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Iterable

from indexium_core import errors
from indexium_core.files.titles import nfo, player_reading
from indexium_core.flows.publishing.disk_reading import FolderReader
from indexium_core.flows.publishing.planned_files import PlannedRow
from indexium_core.model.artwork.local_names import is_picture
from indexium_core.model.publishing import side_file_names
from indexium_core.model.publishing.details import SideFileDetails, difference
from indexium_core.model.publishing.player_views import (
    FileAction,
    MediaFolder,
    PlayerView,
    RollbackNote,
    rollback_notes,
)
from indexium_core.model.publishing.publication import SideFilePlan

_NFO = b".nfo"
_OF_FOLDERS = (b"movie.nfo", b"tvshow.nfo", b"season.nfo")


def files_of(planned: PlannedRow, disk: FolderReader) -> list[SideFileDetails]:
    """Return the side files of a title, NFO files with their difference."""
    return [_details(each, planned, disk) for each in planned.row.files]


def _details(file: SideFilePlan, planned: PlannedRow, disk: FolderReader) -> SideFileDetails:
    if not file.is_nfo:
        return SideFileDetails(file=file, lines=[])
    try:
        before = disk.content(file.path_bytes) if file.before_hash else b""
    except errors.MetadataError as error:
        return SideFileDetails(file=file, lines=[], problem=error.message)
    body = planned.bodies.get(file.path_bytes)
    after = before if body is None else body.content
    if file.action == "remove":
        after = b""
    return SideFileDetails(file=file, lines=difference(nfo.decoded(before), nfo.decoded(after)))


def players_of(planned: PlannedRow, disk: FolderReader, readers: Iterable[str]) -> list[PlayerView]:
    """Return what players show of a title after the publication; none if its folder cannot be listed."""
    wanted = {each.lower() for each in readers}
    try:
        before = _folder(planned, disk, is_after=False)
        after = _folder(planned, disk, is_after=True, before=before)
    except errors.MetadataError:
        return []
    return [each for each in player_reading.views(after) if each.player.lower() in wanted]


def shown_now(planned: PlannedRow, disk: FolderReader) -> list[PlayerView]:
    """
    Return what players show of a title with its present files; nothing without an NFO file.

    Raises FileAccessError if its folder is offline.
    """
    folder = _folder(planned, disk, is_after=False)
    return player_reading.views(folder) if folder.nfo else []


def rollback_of(planned: PlannedRow) -> list[RollbackNote]:
    """Return what players keep after a rollback."""
    return rollback_notes([_action(each, planned) for each in planned.row.written])


def kept_by_players(files: Iterable[SideFilePlan], readers: Collection[str]) -> tuple[str, ...]:
    """Return what players (`readers`) keep after a rollback of some files, as sentences."""
    kinds = {("nfo" if each.is_nfo else "picture", each.action) for each in files}
    actions = [FileAction(kind=kind, action=action) for kind, action in kinds]  # type: ignore[arg-type]
    notes = [each for each in rollback_notes(actions) if each.player.lower() in readers]
    return tuple(dict.fromkeys(each.reason for each in notes))


def _action(file: SideFilePlan, planned: PlannedRow) -> FileAction:
    body = planned.bodies.get(file.path_bytes)
    locks = body is not None and any(each.is_locked for each in nfo.parse(body.content))
    action = "update" if file.action not in ("create", "replace", "remove") else file.action
    return FileAction(kind="nfo" if file.is_nfo else "picture", action=action, locks=locks)


def _folder(
    planned: PlannedRow, disk: FolderReader, *, is_after: bool, before: MediaFolder | None = None
) -> MediaFolder:
    """Return the folder of a title as a player finds it, before or after the publication."""
    entity_type = planned.row.entity.entity_type
    folder = planned.folder
    names = set(disk.names(folder))
    contents = _contents(planned, names, disk)
    others: set[bytes] = set()  # of a season: the names in the folder of its series
    replaced = []
    for file in planned.row.written if is_after else ():
        parent, name = os.path.split(file.path_bytes)
        place = names if parent == folder else others
        if file.action == "remove":
            place.discard(name)
            contents.pop(name, None)
            continue
        place.add(name)
        if file.is_nfo and parent == folder:
            contents[name] = planned.bodies[file.path_bytes].content
        elif not file.is_nfo and file.action == "replace":
            replaced.append(_text(name))
    if entity_type == "season":
        others |= _names_of_series(planned, disk)
    media = os.path.split(planned.anchor)[1]
    return MediaFolder(
        entity=entity_type,  # type: ignore[arg-type]
        media=_text(media),
        is_own_folder=planned.is_own_folder,
        number=planned.number,
        nfo={_text(name): content for name, content in contents.items()},
        pictures=sorted(_text(name) for name in names if is_picture(_text(name))),
        series_pictures=sorted(_text(name) for name in others if is_picture(_text(name))),
        replaced_pictures=replaced,
        before=before if before is not None and before.nfo else None,
    )


def _contents(planned: PlannedRow, names: Collection[bytes], disk: FolderReader) -> dict[bytes, bytes]:
    """Return the NFO files that players may read for a title: its own, those of the folder, and one that is alone."""
    found = [name for name in names if name.lower().endswith(_NFO)]
    own = side_file_names.stem_of(os.path.split(planned.anchor)[1]).lower() + _NFO
    wanted = {own, *_OF_FOLDERS}
    read = found if len(found) == 1 else [name for name in found if name.lower() in wanted]
    contents = {}
    for name in read:
        with contextlib.suppress(errors.MetadataError):
            contents[name] = disk.content(os.path.join(planned.folder, name))  # noqa: PTH118 - a path of bytes
    return contents


def _names_of_series(planned: PlannedRow, disk: FolderReader) -> set[bytes]:
    parent = os.path.split(planned.folder)[0]
    return set(disk.names(parent))


def _text(name: bytes) -> str:
    return name.decode("utf-8", "replace")
