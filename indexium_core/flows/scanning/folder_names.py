"""Names of folders of this machine, for a person who types or chooses one."""

from __future__ import annotations

import os

__all__ = ["completions", "subfolders"]


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
