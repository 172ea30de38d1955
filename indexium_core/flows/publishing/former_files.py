"""
Which file of ours becomes which one when its media has another name: `Old-poster.jpg` becomes `New-poster.jpg`.

A file whose name no media of its title has any more follows to a place of its own kind that has no file of ours yet.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from indexium_core.model.publishing import side_file_names
from indexium_core.store.publishing.inputs import STOP, OwnFile


def place_of(path: bytes) -> bytes:
    """Return what a picture has in common with the same one in another format, or in other letters."""
    folder, name = os.path.split(path)
    return os.path.join(folder, _without_format(name).lower())  # noqa: PTH118 - a path of bytes


def in_format_of(path: bytes, former: bytes) -> bytes:
    """Return the path that a former picture has at another place: it keeps its format."""
    if side_file_names.is_nfo(former):
        return path
    return os.path.splitext(path)[0] + os.path.splitext(former)[1]  # noqa: PTH122 - paths of bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowingFiles:
    """The files of ours that follow their media, with what people decided about them."""

    ours: dict[bytes, OwnFile]  # all files of ours by their path, those of a renamed folder by the new one
    former: dict[bytes, OwnFile]  # `place_of` a new name → our file with the former one
    names: dict[bytes, bytes]  # path of such a file → its new name
    moved: dict[bytes, bytes]  # files in renamed folders: old path → new path
    decided: dict[bytes, bytes]  # choices that follow: old path → new path


def following(
    wanted: Iterable[bytes], ours: Mapping[bytes, OwnFile], choices: Mapping[bytes, tuple[str, str]]
) -> FollowingFiles:
    """
    Return which files of a title follow its media.

    Args:
        wanted: The paths that its files have now.
        ours: Its files of ours by path.
        choices: What people decided about its files, by path: hash of the file ("": it is gone) and choice.

    """
    found = FollowingFiles(ours=dict(ours), former={}, names={}, moved={}, decided={})
    stopped = [path for path, (_, choice) in choices.items() if choice == STOP]
    for old, new in _followers(wanted, {*ours, *stopped}, choices).items():
        (folder, name), now = os.path.split(old), old
        if not os.path.lexists(folder):  # the folder has another name; what is in it has moved, too
            now = found.moved[old] = os.path.join(os.path.split(new)[0], name)  # noqa: PTH118 - a path of bytes
        if old in found.ours:
            own = found.ours[now] = found.ours.pop(old)._replace(path_bytes=now)
            if now != new:
                found.former[place_of(new)], found.names[now] = own, new
        content_hash, choice = choices.get(old, ("", ""))
        is_of_absence = not content_hash and not os.path.lexists(old)
        if choice and (now == new or choice == STOP or is_of_absence):
            found.decided[old] = new
    return found


def _followers(wanted: Iterable[bytes], ours: Collection[bytes], decided: Collection[bytes]) -> Mapping[bytes, bytes]:
    """Return the new path of each former file; one that is only `decided` about takes no place."""
    places = {place_of(path): path for path in wanted}
    taken = {place_of(path) for path in ours}
    former = [path for path in {*ours, *decided} if place_of(path) not in places]
    left = {path: side_file_names.role_of(os.path.split(path)[1]) for path in former}
    found = {}
    for path in (path for place, path in places.items() if place not in taken):
        role = side_file_names.role_of(os.path.split(path)[1])
        fitting = [each for each, of in left.items() if role and of == role]
        if fitting:
            nearest = min(fitting, key=lambda each: (*_distance(each, path), each))
            found[nearest] = in_format_of(path, nearest)
            del left[nearest]
    return found


def _distance(former: bytes, path: bytes) -> tuple[bool, bool]:
    """Return how far a former file is from a place: one in the same folder, or with the same name, is nearer."""
    (folder, name), (new_folder, new_name) = os.path.split(former), os.path.split(path)
    return folder != new_folder, _without_format(name) != _without_format(new_name)


def _without_format(name: bytes) -> bytes:
    return name if side_file_names.is_nfo(name) else os.path.splitext(name)[0]  # noqa: PTH122 - a name of bytes
