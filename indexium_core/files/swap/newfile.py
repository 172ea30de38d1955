"""The new file while it has a temporary name beside the original."""

from __future__ import annotations

import os
import secrets

from indexium_core import errors
from indexium_core.files.journal import disk, swaps
from indexium_core.files.reader import ByteProgress, FileReader, ignore
from indexium_core.files.swap.attributes import carry_over
from indexium_core.files.swap.original import Original
from indexium_core.files.walk import file_stat
from indexium_core.model.files.media import FileStat


class NewFile:
    """
    A file in the folder of the original, open and locked like the original; a `Reader` after its creation.

    Attributes:
        name: Its temporary name, which is always short and has an extension that a scan ignores.
        path: The whole path of the temporary name.
        stat: The `stat` result from the moment when the file was complete and durable; None before.
        warnings: Sentences about attributes of the original that could not be copied.

    """

    def __init__(self, original: Original, *, item_id: int, on_progress: ByteProgress = ignore) -> None:
        self._on_progress = on_progress
        self.name = unused_name(item_id, original.folder)
        self.path = original.path[: len(original.path) - len(original.name)] + self.name
        self.stat: FileStat | None = None
        self.warnings: list[str] = []
        self._original = original
        self._folder = original.folder
        self._fd = -1
        self._is_requested = False  # the file may exist, whether it is open or not
        self._inode: int | None = None
        self._carried: int | None = None  # change time of the original when its attributes were copied

    @property
    def size(self) -> int:
        return os.fstat(self._fd).st_size

    def fileno(self) -> int:
        """Return the descriptor; the new file closes it."""
        return self._fd

    def read_at(self, offset: int, length: int) -> bytes:
        """Return the bytes at `offset`, or fewer bytes at the end of the file."""
        data = disk.Descriptor(self._fd).read_at(offset, length)
        self._on_progress(len(data))
        return data

    def create(self) -> None:
        """Create an empty file with owner-only permissions; the name must not exist."""
        self._is_requested = True
        try:
            self._fd = disk.create(self.name, folder=self._folder)
        except FileExistsError:
            self._is_requested = False  # another program's file
            raise
        self._inode = os.fstat(self._fd).st_ino
        disk.lock(self._fd)

    def link(self, kept: FileReader, name: bytes, *, folder: int) -> None:
        """
        Make the new file a hard link to an open file that has `name` in another folder.

        Raises:
            ConflictError: The file changed since it was opened, or `name` now names another file.

        """
        self._inode, self.stat = kept.stat.inode, kept.stat
        disk.link(name, self.name, folder=folder, new_folder=self._folder)
        self._is_requested = True
        self._fd = disk.open_media(self.path)
        disk.lock(self._fd)
        self.check()

    def carry_over(self) -> None:
        """Copy the attributes of the original to the new file."""
        self._carried = self._original.changed()
        self.warnings = carry_over(self._original.fileno(), self._fd)

    def carry_over_again(self) -> None:
        """Copy the attributes again, durably, if they changed since; a hard link keeps its own."""
        if self._carried not in {None, self._original.changed()}:
            self.carry_over()
            disk.sync(self._fd)

    def make_durable(self, mtime_ns: int | None) -> None:
        """Make the new file durable; set its modification time if the time is not None."""
        if mtime_ns is not None:
            disk.set_mtime(self._fd, mtime_ns)
        disk.sync(self._fd)
        self.stat = file_stat(os.fstat(self._fd))

    def check(self) -> None:
        """
        Check that its name leads to the file that was created, and that the file is unchanged since it was complete.

        Raises:
            ConflictError: Another program changed it.

        """
        found, own = disk.lookup(self.name, folder=self._folder), file_stat(os.fstat(self._fd))
        same = (
            found is not None and (found.st_dev, found.st_ino) == (own.device, own.inode) and own.inode == self._inode
        )
        if same and self.stat is not None:
            same = (own.size, own.mtime_ns) == (self.stat.size, self.stat.mtime_ns)
        if not same:
            message = f"Another program changed the new file beside {disk.shown(self._original.path)}."
            raise errors.ConflictError(message)

    def take_place(self) -> bool:
        """Rename the new file to the original's name, durably; return False if the file system cannot confirm that."""
        disk.rename(self.name, self._original.name, folder=self._folder, new_folder=self._folder)
        return disk.sync_folder(self._folder)

    def has_place(self) -> bool:
        """Tell whether the new file has the original's name."""
        found = disk.lookup(self._original.name, folder=self._folder) if self._fd >= 0 else None
        return found is not None and os.path.samestat(found, os.fstat(self._fd))

    def remove(self) -> None:
        """Remove the new file durably, if its name still leads to the file that was created."""
        if self._is_requested:
            swaps.remove_temporary(self.name, folder=self._folder, inode=self._inode)

    def close(self) -> None:
        """Close the new file and release its lock."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)


def unused_name(item_id: int, folder: int) -> bytes:
    """Return a temporary name that no file in a folder has."""
    while True:
        name = b".indexium-%d-%s.tmp" % (item_id, secrets.token_hex(4).encode())
        if disk.lookup(name, folder=folder) is None:
            return name
