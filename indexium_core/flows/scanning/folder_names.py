"""Names of folders of this machine, for a person who types or chooses one."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["common_folders", "completions", "subfolders"]

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
