"""The file to be replaced: open, locked, checked for changes at each step, and kept under another name if it stays."""

from __future__ import annotations

import os

from indexium_core import errors
from indexium_core.files.journal import disk
from indexium_core.files.reader import ByteProgress, ignore
from indexium_core.files.walk import file_stat
from indexium_core.model.files.media import FileStat

_WRITE_BITS = 0o222
OWN_FOLDER = b".indexium"  # the folder of kept originals, beside their files


class Original:
    """
    A file under the exclusive lock of this process, a `Reader`, with its folder open.

    Args:
        path: The file, as the operating system names it; links resolved.
        expected: The `stat` result of the file when it was examined; None accepts the present file.
        break_links: Whether the other hard links of the file may keep the old content.
        on_progress: Called with the number of bytes of each read.

    Raises:
        FileAccessError: The file is missing, or may not be replaced (`read_only`).
        ConflictError: It is not the file that was examined (`changed_on_disk`), or another writer has it (`in_use`).
        RefusedError: It has other hard links (`hard_linked`).

    """

    def __init__(
        self, path: bytes, *, expected: FileStat | None, break_links: bool, on_progress: ByteProgress = ignore
    ) -> None:
        self.path = path
        self._on_progress = on_progress
        folder, self.name = os.path.split(path)
        self.folder = -1
        self._fd = disk.open_media(path)
        try:
            disk.lock(self._fd)
            self.folder = disk.open_folder(folder)
            self.stat = expected or self._now()
            self._check_writable()
            self.check()
            self._check_links(allowed=break_links)
            self._check_folder()
        except OSError as error:
            self.close()
            raise disk.access_error(path, error) from error
        except BaseException:
            self.close()
            raise
        self._reader = disk.Descriptor(self._fd)

    @property
    def size(self) -> int:
        return self.stat.size

    def fileno(self) -> int:
        """Return the descriptor; the original closes it."""
        return self._fd

    def read_at(self, offset: int, length: int) -> bytes:
        """Return the bytes at `offset`; fewer at the end that the file has now or had when it was examined."""
        try:
            data = self._reader.read_at(offset, max(0, min(length, self.size - offset)))
        except OSError as error:
            message = f"{disk.shown(self.path)} could not be read: {error.strerror or error}."
            raise errors.FileAccessError(message, code="io_error") from error
        self._on_progress(len(data))
        return data

    def check(self) -> None:
        """
        Compare the open file, and the file that its path names now, with the examined one.

        Raises:
            FileAccessError: The path does not exist.
            ConflictError: Another program changed or replaced the file.

        """
        try:
            named = file_stat(os.lstat(self.path))
            here = file_stat(os.stat(self.name, dir_fd=self.folder, follow_symlinks=False))
        except OSError as error:
            raise disk.access_error(self.path, error) from error
        if not self.stat.identity == self._now().identity == named.identity == here.identity:
            raise errors.ConflictError(f"{disk.shown(self.path)} changed since it was examined. Scan it again.")

    def changed(self) -> int:
        """Return the time of the last change of bytes, names or attributes, in nanoseconds."""
        return os.fstat(self._fd).st_ctime_ns

    def close(self) -> None:
        """Close the file and its folder, which releases the lock."""
        fds, self._fd, self.folder = (self._fd, self.folder), -1, -1
        for fd in fds:
            if fd >= 0:
                os.close(fd)

    def _now(self) -> FileStat:
        return file_stat(os.fstat(self._fd))

    def _check_writable(self) -> None:
        """Refuse a read-only file: a rename in a writable folder would ignore its mode."""
        if not self._now().mode & _WRITE_BITS:
            message = f"{disk.shown(self.path)} is read-only. Give its owner write permission to change it."
            raise errors.FileAccessError(message, code="read_only")

    def _check_links(self, *, allowed: bool) -> None:
        count = self._now().nlink
        if count > 1 and not allowed:
            message = (
                f"{disk.shown(self.path)} is one file with {count} names (hard links). Writing it creates a new file, "
                "and its other names would keep the old one. Choose hard_links=break to permit that."
            )
            raise errors.RefusedError(message, code="hard_linked")

    def _check_folder(self) -> None:
        if not os.access(b".", os.W_OK | os.X_OK, dir_fd=self.folder):
            message = (
                f"The folder of {disk.shown(self.path)} is not writable, and a new file must be created in it. "
                "Give yourself write permission for the folder."
            )
            raise errors.FileAccessError(message, code="read_only")


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
