"""Keeping an original under another name before a new file replaces it."""

from __future__ import annotations

import os

from indexium_core import errors
from indexium_core.files.journal import disk
from indexium_core.files.swap.original import Original

OWN_FOLDER = b".indexium"  # the folder of kept originals, beside their files


def kept_path(kept: bytes, path: bytes) -> bytes:
    """Return the present path of a kept original: the recorded path, or one beside its file if the folder was moved."""
    folder, name = os.path.split(kept)
    moved = b"/".join((os.path.split(path)[0], OWN_FOLDER, name))
    is_ours = os.path.split(folder)[1] == OWN_FOLDER
    return moved if is_ours and not os.path.lexists(kept) and os.path.lexists(moved) else kept


def keep(original: Original, path: bytes) -> bool:
    """
    Give the original a second name, durably; its bytes are synced too.

    Returns False if the file system has no hard links: then the original has only the new name, and its path names no
    file.

    Args:
        original: The file.
        path: The other name, on the same file system; its folder is created if it is missing.

    Raises:
        ConflictError: Another file has that name, or the name of the original.
        OSError: The second name is not possible, or the disk failed.

    """
    folder, name = os.path.split(path)
    disk.make_folder(folder)
    kept_folder = disk.open_own_folder(folder)
    try:
        disk.sync(original.fileno())
        linked = _link(original, name, kept_folder)
        found = disk.lookup(name, folder=kept_folder)
        if found is None or not os.path.samestat(found, os.fstat(original.fileno())):
            if not linked:  # another program's file: restore its name
                disk.rename(name, original.name, folder=kept_folder, new_folder=original.folder)
            message = f"{disk.shown(path)} already exists, or another file has replaced {disk.shown(original.path)}."
            raise errors.ConflictError(message)
        disk.sync_folder(kept_folder)
        if not linked:
            disk.sync_folder(original.folder)
    finally:
        os.close(kept_folder)
    return linked


def _link(original: Original, name: bytes, kept_folder: int) -> bool:
    try:
        disk.link(original.name, name, folder=original.folder, new_folder=kept_folder)
    except FileExistsError:
        return True  # from an earlier attempt; the caller checks it
    except OSError as error:
        if error.errno not in disk.NO_LINKS or disk.lookup(name, folder=kept_folder) is not None:
            raise
        disk.rename(original.name, name, folder=original.folder, new_folder=kept_folder)
        return False
    return True
