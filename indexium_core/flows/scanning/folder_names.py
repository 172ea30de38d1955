"""Names of folders of this machine, and names in them, for a person who types or chooses a folder."""

from __future__ import annotations

import os
import time
from collections import deque
from pathlib import Path

from indexium_core.files import walk
from indexium_core.model.files.kind_proposal import MOST_VIDEOS, KindProposal, NamedVideo, propose

_COMMON_FOLDERS = (
    "~/Videos",
    "~/Movies",
    "~/Filme",
    "~/Pictures",
    "~/Bilder",
    "~/Images",
    "~/Vidéos",
    "~/Vídeos",
    "/srv/media",
    "/mnt",
    "/media",
    "/Volumes",
)
_LONGEST_READING = 2.0  # seconds: the person waits for the proposal
_MOUNT_FOLDERS = (("mnt",), ("media",), ("Volumes",))  # their subfolders are suggested, not these folders


def completions(text: str, *, limit: int) -> list[str]:
    """Return the folders whose path starts with a text, at most `limit`."""
    path = os.path.expanduser(text)  # noqa: PTH111 - a Path would drop the separator at the end of "~/"
    if not path.startswith(os.sep):
        return []
    parent, _, prefix = path.rpartition(os.sep)
    return subfolders(parent or os.sep, prefix)[:limit]


def subfolders(folder: str, prefix: str) -> list[str]:
    """Return the folders in a folder whose names start with a prefix; hidden ones only if the prefix has their dot."""
    folded = prefix.casefold()
    try:
        with os.scandir(folder) as entries:
            names = [
                entry.name
                for entry in entries
                if entry.name.casefold().startswith(folded)
                and (prefix.startswith(".") or not entry.name.startswith("."))
                and entry.is_dir()
            ]
    except OSError:
        return []
    shown = [name for name in sorted(names, key=str.casefold) if name.isprintable()]
    return [f"{folder.rstrip(os.sep)}{os.sep}{name}" for name in shown]


def common_folders(limit: int) -> list[str]:
    """Return the common media folders that exist, and mounted disks, at most `limit`."""
    paths: list[str] = []
    for text in _COMMON_FOLDERS:
        folder = Path(text).expanduser()
        if folder.parts[1:] in _MOUNT_FOLDERS:
            paths += subfolders(str(folder), "")
        elif folder.is_dir():
            paths.append(str(folder))
    return paths[:limit]


def opened(folder: str) -> tuple[str, str, str]:
    """Return the path of a folder, the folder above it (or ""), and why it cannot be listed ("" if it can)."""
    path = os.path.abspath(Path(folder).expanduser())  # noqa: PTH100 - a link keeps its name
    parent = str(Path(path).parent)
    can_list = os.access(path, os.R_OK | os.X_OK) and Path(path).is_dir()
    return path, "" if parent == path else parent, "" if can_list else "This folder cannot be opened."


def kind_of(root: str) -> KindProposal:
    """
    Return the kind that the names in a folder propose; `root` is its real path.

    Reads names only, in at most a few seconds. Of very many videos, names from all parts of the folder are read.
    """
    end = time.monotonic() + _LONGEST_READING
    waiting, videos, photos = deque[tuple[str, tuple[str, ...]]]([(root, ())]), list[NamedVideo](), 0
    while waiting and time.monotonic() < end:
        path, below = waiting.popleft()
        subfolders, names = _listed(path)
        waiting += ((os.path.join(path, name), (*below, name)) for name in subfolders)  # noqa: PTH118
        for name in names:
            extension = os.fsencode(os.path.splitext(name)[1].lower())  # noqa: PTH122
            photos += extension in walk.EXTENSIONS["photo"]
            if extension in walk.EXTENSIONS["video"]:
                videos.append((below, name))
    step = -(-len(videos) // MOST_VIDEOS) or 1
    return propose(videos[::step], photos=photos, library=Path(root).name, is_partial=step > 1 or bool(waiting))


def _listed(path: str) -> tuple[list[str], list[str]]:
    """Return the names of the folders and of the other entries of a folder, without those that scans skip."""
    folders, names = list[str](), list[str]()
    try:
        with os.scandir(path) as entries:
            for entry in entries:
                if entry.name.startswith(".") or os.fsencode(entry.name) in walk.SYSTEM_FOLDERS:
                    continue
                (folders if entry.is_dir(follow_symlinks=False) else names).append(entry.name)
    except OSError:  # the scan reports a folder that cannot be listed
        pass
    return folders, names
