"""
Resolving an interrupted swap: it is completed if the new file is at the path, and undone if the old file is there.

The bytes at the path decide. New bytes: the swap happened, and only the record is missing. Old bytes: it did not
happen, so the new file and the second name of the original are removed. Other bytes: another program changed the file,
and nothing is touched. Each step leaves one of these three states, so recovery may itself be interrupted anywhere and
is then repeated.

The program removes a name only if one of its journals announced it, and only if it names a regular file.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator

from indexium_core import errors
from indexium_core.files.journal import disk
from indexium_core.files.journal.swaps import Imprint, SwapEntry
from indexium_core.files.journal.undo import UndoOutcome
from indexium_core.files.reader import FileReader


def recover_swap(entry: SwapEntry) -> UndoOutcome:
    """
    Bring a swap that was started to one of its two final states.

    Nothing is touched if the file is missing, locked by another writer, or neither the old nor the new one. The outcome
    then reports the problem, and the entry stays open, so that the call can be repeated. A second call is harmless.
    """
    try:
        with _opened(disk.open_folder(entry.folder)) as folder:
            return _unmake(entry, folder) if entry.new is None else _decide(entry, folder)
    except OSError as error:
        meaning = disk.access_error(entry.path, error)
        return UndoOutcome(status="problem", code=meaning.reason, message=meaning.message)
    except errors.MetadataError as error:
        return UndoOutcome(status="problem", code=error.reason, message=error.message)


def remove_temporary(name: bytes, *, folder: int, inode: int | None = None) -> bool:
    """Remove our temporary file durably. A file that is not regular, or has another inode, is not removed."""
    found = disk.lookup(name, folder=folder)
    if found is None or not stat.S_ISREG(found.st_mode) or inode not in {None, found.st_ino}:
        return False
    disk.remove(name, folder=folder)
    disk.sync_folder(folder)
    return True


def release_kept(entry: SwapEntry, *, folder: int) -> bool:
    """
    Remove the name under which the original was to be kept, durably.

    This happens only while the path names the same file; otherwise that name could be the only one of the original. If
    the original lost its path (a file system without hard links can only rename), the path is restored instead.
    """
    if entry.kept is None:
        return False
    place, name = os.path.split(entry.kept)
    with contextlib.suppress(FileNotFoundError), _opened(disk.open_own_folder(place)) as kept_folder:
        kept, named = disk.lookup(name, folder=kept_folder), disk.lookup(entry.name, folder=folder)
        if kept is None:
            return False
        if named is None and _is_the_original(entry):
            disk.rename(name, entry.name, folder=kept_folder, new_folder=folder)
            disk.sync_folder(folder)
        elif named is not None and os.path.samestat(kept, named):
            disk.remove(name, folder=kept_folder)
        else:
            return False
        disk.sync_folder(kept_folder)
        return True
    return False


def release_adopted(entry: SwapEntry, *, folder: int) -> None:
    """Remove durably the name under which the new file was kept, because it now has the path."""
    if entry.adopted is None:
        return
    place, name = os.path.split(entry.adopted)
    with contextlib.suppress(FileNotFoundError), _opened(disk.open_own_folder(place)) as kept_folder:
        kept, named = disk.lookup(name, folder=kept_folder), disk.lookup(entry.name, folder=folder)
        if kept is not None and named is not None and os.path.samestat(kept, named):
            disk.remove(name, folder=kept_folder)
        disk.sync_folder(kept_folder)


def _unmake(entry: SwapEntry, folder: int) -> UndoOutcome:
    """Resolve an entry whose new file was still being made: the original is unchanged."""
    if remove_temporary(entry.temp, folder=folder):
        return UndoOutcome(status="undone", message="A new file that was being made beside it was removed.")
    if disk.lookup(entry.name, folder=folder) is None:  # another disk may be mounted here now
        raise _gone(entry)
    disk.sync_folder(folder)
    return UndoOutcome(status="untouched")


def _decide(entry: SwapEntry, folder: int) -> UndoOutcome:
    try:
        file = FileReader(entry.path)
    except errors.FileAccessError as error:
        if error.reason == "missing_file" and release_kept(entry, folder=folder):
            remove_temporary(entry.temp, folder=folder)
            return UndoOutcome(status="undone", message="The original was restored to its path.")
        raise
    with file:
        _lock(entry, file)
        found = _which(entry, file)
        if found is None:
            return _foreign(entry, folder)
        cleared = found is entry.old and release_kept(entry, folder=folder)
        cleared |= remove_temporary(entry.temp, folder=folder)
        disk.sync_folder(folder)
        if found is entry.new:
            release_adopted(entry, folder=folder)
    if found is entry.new:
        return UndoOutcome(status="finished", message="The new file was already in its place.")
    return UndoOutcome(status="undone" if cleared else "untouched")


def _which(entry: SwapEntry, file: FileReader) -> Imprint | None:
    """Return the one of the two imprints that a file matches, or None."""
    old, new, digests = entry.old, entry.new, dict[tuple[bool, bool], bytes]()
    assert new is not None

    def is_it(one: Imprint) -> bool:
        # Samples alone are weak evidence. But samples exist only on file systems with reflinks, whose inodes are
        # stable.
        if one.size != file.size or (one.sampled and one.inode != file.stat.inode):
            return False
        form = one.sampled, one.blake2b
        if form not in digests:
            digests[form] = one.digest_like(file)
        return digests[form] == one.digest

    found = [one for one in (old, new) if is_it(one)]
    if len(found) == 2:  # the same bytes
        return old if file.stat.inode == old.inode else new
    return found[0] if found else None


def _is_the_original(entry: SwapEntry) -> bool:
    """Tell whether the kept file is the complete original."""
    assert entry.kept is not None
    with FileReader(entry.kept) as file:
        return _which(entry, file) is entry.old


def _lock(entry: SwapEntry, file: FileReader) -> None:
    """Exclude other writers, if the system permits a lock on a file that is open for reading."""
    try:
        disk.lock(file.fileno())
    except BlockingIOError as error:
        raise disk.access_error(entry.path, error) from error
    except OSError:  # locks are missing here or require write access: the inode number must suffice
        return


def _gone(entry: SwapEntry) -> errors.MetadataError:
    return errors.FileAccessError(f"{disk.shown(entry.path)} no longer exists.", code="missing_file")


def _foreign(entry: SwapEntry, folder: int) -> UndoOutcome:
    message = (
        f"Another program changed {disk.shown(entry.path)} after the write was interrupted. Indexium did not change "
        "the file further. Compare it with your own copy."
    )
    if disk.lookup(entry.temp, folder=folder) is not None:
        message += f" The new file is beside it, named {disk.shown(entry.temp)}."
    return UndoOutcome(status="problem", code="changed_on_disk", message=message)


@contextlib.contextmanager
def _opened(folder: int) -> Iterator[int]:
    try:
        yield folder
    finally:
        os.close(folder)
