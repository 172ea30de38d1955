"""
Find and read the NFO files of folders, in any process: arguments and results are plain values.

This module does not import the database.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from indexium_core.files.titles import nfo
from indexium_core.model.files import path_map
from indexium_core.model.titles.nfo import NfoDocument

FolderDocuments = Mapping[str, Sequence[NfoDocument]]  # by name of the file without `.nfo`, in lower case
NfoFolder = tuple[FolderDocuments, Mapping[str, str]]  # the documents, and problems by path
_MOST = 5000  # NFO files of one folder


def read_folders(folders: Sequence[bytes]) -> list[NfoFolder | None]:
    """Return the documents and problems of the NFO files of each folder; None for a folder that cannot be listed."""
    return [_read_folder(path_map.checked_local_path(folder)) for folder in folders]


def _read_folder(folder: bytes) -> NfoFolder | None:
    try:
        with os.scandir(folder) as entries:
            paths = sorted(
                entry.path
                for entry in entries
                if entry.name.lower().endswith(b".nfo") and entry.is_file(follow_symlinks=False)
            )
    except OSError:
        return None
    found: dict[str, list[NfoDocument]] = {}
    problems: dict[str, str] = {}
    for path in paths[:_MOST]:
        documents, problem = nfo.read(path)
        if problem:
            problems[path.decode("utf-8", "replace")] = problem
        if documents:
            name = os.path.basename(path).decode("utf-8", "replace")  # noqa: PTH119 - a path of bytes
            found[name[:-4].lower()] = documents
    return found, problems
