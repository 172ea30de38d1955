"""
The search for another hard link of a replaced file that still leads to the old file.

The journal has the inode number, size and modification time of the old file. A name with all three values on the same
file system very probably leads to that file. `Replacement.join` compares every byte before it uses the name.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterable, Iterator

from indexium_core.files.journal import SwapEntry

_OURS = b".indexium"  # prefix of the names of our own files and folders


def other_name(entry: SwapEntry, known: Iterable[bytes], *, path: bytes) -> bytes | None:
    """
    Return a path that still leads to the old file of `entry`, unchanged according to `stat`, or None.

    Args:
        entry: The replacement, from the journal. If its file did not have other names, the result is None.
        known: Paths that may lead to the old file.
        path: The present path of the new file. Its folder is searched, too.

    """
    if not entry.parted:
        return None
    try:
        device = os.lstat(path).st_dev
    except OSError:
        return None
    for name in (*known, *_in_folder(os.path.split(path)[0], entry.old.inode)):
        with contextlib.suppress(OSError):
            found, old = os.lstat(name), entry.old
            same = (found.st_dev, found.st_ino, found.st_size) == (device, old.inode, old.size)
            if same and stat.S_ISREG(found.st_mode) and found.st_mtime_ns == old.mtime_ns:
                return name
    return None


def _in_folder(folder: bytes, inode: int) -> Iterator[bytes]:
    """Yield the paths in a folder that have the given inode number."""
    with contextlib.suppress(OSError), os.scandir(folder or b"/") as entries:
        for each in entries:
            if each.inode() == inode and not each.name.startswith(_OURS):
                yield each.path
