"""
Resolving an interrupted change of side files: all of them are new, or all of them are old again.

The bytes at the names decide. If every file has its new bytes, the change happened, and only its record is missing.
Otherwise every file gets its old bytes again. If a file has neither the old nor the new bytes, another program changed
it: no file is touched, and the entry stays open.

The old file comes back itself, with all its attributes, if it still has a temporary name. Otherwise it is made from the
journal, with its permissions and its modification time. Each step turns a new file into an old one, never the other way
round. So recovery may itself be interrupted anywhere, and is then repeated.

A file that has to disappear gets a temporary name, is compared there, and is then removed. If another program has put
it there, it gets its name again. Another program may also have replaced a file in the moment before its exchange. Then
both files stay, and the outcome names them.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from indexium_core import errors
from indexium_core.files.journal import disk
from indexium_core.files.journal.side_files import MAX_SIDE_FILE_BYTES, SideFile, SideFilesEntry, read_small
from indexium_core.files.journal.swaps import remove_temporary
from indexium_core.files.journal.undo import UndoOutcome


class SideFolders:
    """
    The folders of an entry, open. A context manager.

    Raises FileAccessError if a folder or the media file is missing: another disk may be mounted there.
    """

    def __init__(self, entry: SideFilesEntry) -> None:
        self._entry = entry
        self._twins = entry.twins
        self._fds: dict[bytes, int] = {}
        try:
            for folder in dict.fromkeys([b"", *(file.folder for file in entry.changes)]):
                path = entry.folder_of(SideFile(folder=folder, name=b"", temp=b"", before=None, after=None))
                self._open(folder, path)
            self._require_anchor()
        except BaseException:
            self.close()
            raise

    def _open(self, folder: bytes, path: bytes) -> None:
        try:
            self._fds[folder] = disk.open_folder(path)
        except OSError as error:
            raise disk.access_error(path, error) from error

    def _require_anchor(self) -> None:
        path = self._entry.path
        if not self._entry.is_folder and disk.lookup(os.path.split(path)[1], folder=self._fds[b""]) is None:
            raise errors.FileAccessError(f"{disk.shown(path)} no longer exists.", code="missing_file")

    def of(self, file: SideFile) -> int:
        """Return the descriptor of the folder of a file; this object closes it."""
        return self._fds[file.folder]

    def has(self, file: SideFile) -> bool:
        """Return whether there is a file with exactly the name of a file, and not a twin of it."""
        if file.place in self._twins:
            with os.scandir(self.of(file)) as entries:
                return os.fsdecode(file.name) in {entry.name for entry in entries}
        return disk.lookup(file.name, folder=self.of(file)) is not None

    def content(self, file: SideFile) -> bytes | None:
        """Return the bytes at the name of a file; None if there is none. Raises the errors of `read_small`."""
        return read_small(self._entry.path_of(file)) if self.has(file) else None

    def content_of(self, name: bytes, file: SideFile) -> bytes | None:
        """
        Return the bytes at a temporary name of a file.

        None: there is no file, or one that cannot be ours: a folder, a link, a file that is too large.
        """
        found = disk.lookup(name, folder=self.of(file))
        if found is None or not stat.S_ISREG(found.st_mode) or found.st_size > MAX_SIDE_FILE_BYTES:
            return None
        return read_small(os.path.join(self._entry.folder_of(file), name))  # noqa: PTH118 - a path of bytes

    def sync(self) -> bool:
        """Wait until the changed folders are on the disk; return False if a file system cannot confirm that."""
        confirmed = {disk.sync_folder(fd) for fd in {self.of(file) for file in self._entry.changes}}
        return confirmed == {True}

    def close(self) -> None:
        """Close the folders."""
        fds, self._fds = list(self._fds.values()), {}
        for fd in fds:
            os.close(fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def recover_side_files(entry: SideFilesEntry) -> UndoOutcome:
    """
    Bring a change of side files that was started to one of its two final states.

    Nothing is touched if a folder or the media file is missing, or if a file is neither the old nor the new one. The
    outcome then reports the problem, and the entry stays open. A second call is harmless.
    """
    return _resolved(entry, is_undo=False)


def undo_side_files(entry: SideFilesEntry) -> UndoOutcome:
    """Restore the old files of an entry, even if all of them are new; otherwise like `recover_side_files`."""
    return _resolved(entry, is_undo=True)


def take_name(name: bytes, new: bytes, *, folder: int, path: bytes) -> None:
    """
    Give a file with a temporary name its name, which no other file loses.

    Raises:
        FileExistsError: Another file has the name.
        FileAccessError: The file system can neither check that in one step nor create hard links; nothing has changed.

    """
    if disk.rename_new(name, new, folder=folder):
        return
    try:
        disk.link(name, new, folder=folder, new_folder=folder)
    except OSError as error:
        if error.errno not in disk.NO_LINKS:
            raise
        message = (
            f"{disk.shown(path)} could not be created: its file system cannot ensure that no other file loses "
            "this name. Move the folder to another file system."
        )
        raise errors.FileAccessError(message, code="no_locks") from error
    disk.remove(name, folder=folder)


def _resolved(entry: SideFilesEntry, *, is_undo: bool) -> UndoOutcome:
    try:
        with SideFolders(entry) as folders:
            return _Recovery(entry, folders).resolve(is_undo=is_undo)
    except OSError as error:
        meaning = disk.access_error(entry.path, error)
        return UndoOutcome(status="problem", code=meaning.reason, message=meaning.message)
    except errors.MetadataError as error:
        return UndoOutcome(status="problem", code=error.reason, message=error.message)


@dataclass(frozen=True, slots=True, kw_only=True)
class _FoundFile:
    """A file of an entry as it is now."""

    file: SideFile
    is_before: bool
    is_after: bool
    has_old: bool = False  # the old file has its temporary name


class _Recovery:
    """The steps for one entry with open folders."""

    def __init__(self, entry: SideFilesEntry, folders: SideFolders) -> None:
        self._entry, self._folders = entry, folders
        self._has_changed = False

    def resolve(self, *, is_undo: bool) -> UndoOutcome:
        for file in self._entry.changes:
            self._return_name(file)
        found = [self._examined(file) for file in self._entry.changes]
        if all(each.is_after for each in found) and not is_undo:
            for file in self._entry.changes:
                self._remove_temporary(file.temp, file)
                self._remove_temporary(file.other_temp, file)
            self._folders.sync()
            return UndoOutcome(status="finished", message="The files were already in their places.")
        self._restore(found)
        self._folders.sync()
        return UndoOutcome(status="undone" if self._has_changed else "untouched")

    def _examined(self, file: SideFile) -> _FoundFile:
        """Return what a file is; ConflictError if another program changed it."""
        content = self._folders.content(file)
        is_before, is_after = file.is_before(content), file.is_after(content)
        if not (is_before or is_after):
            path = disk.shown(self._entry.path_of(file))
            message = (
                f"Another program changed {path} after the write was interrupted. Indexium did not change it further. "
                "Compare it with your own copy."
            )
            raise errors.ConflictError(message, code="changed_on_disk")
        if is_before or not self._exists(file.temp, file):
            return _FoundFile(file=file, is_before=is_before, is_after=is_after)
        has_old = not file.is_created and file.is_before(self._folders.content_of(file.temp, file))
        if not (has_old or file.is_created):
            raise self._two_files(file, file.temp)
        return _FoundFile(file=file, is_before=is_before, is_after=is_after, has_old=has_old)

    def _return_name(self, file: SideFile) -> None:
        """Give a file its name again that an interrupted removal took, if another program has put it there."""
        if not (file.is_removed or file.is_created):
            return
        temp, is_ours = (file.temp, file.is_before) if file.is_removed else (file.other_temp, file.is_after)
        if not self._exists(temp, file):
            return
        folder = self._folders.of(file)
        if self._is_same(temp, file):  # interrupted between the link and the removal
            disk.remove(temp, folder=folder)
        elif is_ours(self._folders.content_of(temp, file)):
            return
        elif disk.lookup(file.name, folder=folder) is not None:
            raise self._two_files(file, temp)
        else:
            self._take_name(temp, file)
        disk.sync_folder(folder)

    def _restore(self, found: Sequence[_FoundFile]) -> None:
        """Make every file the old one: what needs space comes first, and removed files come last."""
        for each in found:
            file = each.file
            self._remove_temporary(file.temp, file, unless=each.has_old or (file.is_removed and not each.is_before))
            self._remove_temporary(file.other_temp, file)
        new = [each for each in found if not each.is_before]
        for each in new:
            if not (each.has_old or each.file.is_created):
                self._make_old(each.file)
        for each in reversed(new):
            if each.file.is_created:
                self._remove_created(each.file)
            elif not each.file.is_removed:
                self._restore_replaced(each)
        for each in new:
            if each.file.is_removed:
                self._take_name(each.file.temp if each.has_old else each.file.other_temp, each.file)
        self._has_changed |= bool(new)

    def _make_old(self, file: SideFile) -> None:
        """Make an old file again with its second temporary name, durably."""
        folder, content = self._folders.of(file), file.before or b""
        fd = disk.create(file.other_temp, folder=folder)
        try:
            disk.pwrite(fd, content, 0)
            like = disk.lookup(file.name, folder=folder) or os.lstat(self._entry.path)
            with contextlib.suppress(PermissionError):
                disk.set_owner(fd, like.st_uid, like.st_gid)
            disk.set_mode(fd, file.mode)
            disk.set_mtime(fd, file.mtime_ns)
            disk.sync(fd)
            if disk.Descriptor(fd).read_at(0, len(content) + 1) != content:
                raise errors.VerificationError("The disk returned other bytes than were written.", check="bytes")
        finally:
            os.close(fd)

    def _remove_created(self, file: SideFile) -> None:
        """Remove a new file. It is compared under a temporary name, which no other program opens."""
        folder = self._folders.of(file)
        disk.rename(file.name, file.other_temp, folder=folder, new_folder=folder)
        if file.is_after(self._folders.content_of(file.other_temp, file)):
            disk.remove(file.other_temp, folder=folder)
        else:
            self._take_name(file.other_temp, file)
            raise self._changed(file)

    def _restore_replaced(self, found: _FoundFile) -> None:
        """Give the old file its name again; a new file that another program has just changed keeps it."""
        file, folder = found.file, self._folders.of(found.file)
        if not file.is_after(self._folders.content(file)):
            raise self._changed(file)
        temp = file.temp if found.has_old else file.other_temp
        if not disk.exchange(temp, file.name, folder=folder):
            disk.rename(temp, file.name, folder=folder, new_folder=folder)
        elif file.is_after(self._folders.content_of(temp, file)):
            disk.remove(temp, folder=folder)
        else:
            disk.exchange(temp, file.name, folder=folder)
            raise self._changed(file)

    def _take_name(self, temp: bytes, file: SideFile) -> None:
        try:
            take_name(temp, file.name, folder=self._folders.of(file), path=self._entry.path_of(file))
        except FileExistsError:
            raise self._two_files(file, temp) from None

    def _remove_temporary(self, name: bytes, file: SideFile, *, unless: bool = False) -> None:
        if not unless and remove_temporary(name, folder=self._folders.of(file)):
            self._has_changed = True

    def _exists(self, name: bytes, file: SideFile) -> bool:
        return disk.lookup(name, folder=self._folders.of(file)) is not None

    def _is_same(self, temp: bytes, file: SideFile) -> bool:
        """Return whether a temporary name and the name are two names of one file."""
        found = [disk.lookup(name, folder=self._folders.of(file)) for name in (temp, file.name)]
        return None not in found and os.path.samestat(*found)  # type: ignore[arg-type]

    def _changed(self, file: SideFile) -> errors.ConflictError:
        message = f"Another program changed {disk.shown(self._entry.path_of(file))} during the write."
        return errors.ConflictError(message, code="changed_on_disk")

    def _two_files(self, file: SideFile, temp: bytes) -> errors.ConflictError:
        message = (
            f"Other programs changed {disk.shown(self._entry.path_of(file))} during the write. The first of their "
            f"files has the name {disk.shown(temp)}. Compare both, and remove or rename that one."
        )
        return errors.ConflictError(message, code="changed_on_disk")
