"""
The change of side files (NFO files, pictures, XMP sidecars) as one transaction: all files of an item, or none.

The order of the steps, with the reason for each:

1. **Open.** The old files are opened and locked, and their folders are opened. A file that may not be replaced is
   refused here, as a media file would be. The present bytes must be those that the caller has read. Folders are not
   locked: two items may have files in one folder.
2. **FILES, durable.** One record has all old files whole, and the digests of the new ones. After a crash before it,
   nothing has changed.
3. **Make the new files** under temporary names that the record names, fsync them, and read them back. The disk starts
   to write all of them before the first fsync, so that the later ones find little to do.
4. **Take the places**: removals first, because a new name may differ from a removed one only by case, which some file
   systems ignore. A file that is removed gets its temporary name, and is compared there. A file that is replaced
   exchanges its name with the new one, and is compared afterwards. A new file gets its name only if no other file has
   it. So a file that another program has put there at the last moment keeps its name or gets it again. Before all
   these, each old file is compared once more. If a step fails, the files before it get their old bytes again.
5. **Remove the old files**, which have temporary names now. From here on all files are new.
6. **Fsync each folder** once. After an error in this step or the one before it is unknown what is on the medium: the
   entry stays open.
7. **COMMIT** by the caller, after its own checks.
"""

from __future__ import annotations

import contextlib
import logging
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from enum import Enum
from types import TracebackType
from typing import Self

from indexium_core import errors
from indexium_core.files.journal import JournalWriter, SideFilesEntry, UndoOutcome, disk, side_files_recovery
from indexium_core.files.journal.side_files import Fingerprint, SideFile, require_small, twin_key
from indexium_core.files.journal.side_files_recovery import SideFolders, take_name
from indexium_core.files.reader import FileReader
from indexium_core.files.swap.attributes import carry_over, carry_owner
from indexium_core.files.swap.newfile import unused_name
from indexium_core.files.swap.original import Original
from indexium_core.model.files.media import SideFileEdit

logger = logging.getLogger(__name__)


class _Stage(Enum):
    """The last step that a change has reached."""

    NOTHING = 0
    ANNOUNCED = 1  # temporary files may exist, and some files may have changed
    PLACED = 2  # all files have changed, or may have changed
    OVER = 3  # the journal has the outcome, or this process cannot record it


class SideFilesChange:
    """
    A transaction on the side files of one item. The module docstring lists the steps.

        with SideFilesChange(path, edits, journal=journal, item_id=7) as change:
            change.prepare()
            …                        # verify
            change.place()
            change.commit()

    If the block ends before `place`, nothing remains. If `place` fails, all files have their old bytes again, or the
    error has the code `cannot_tell`. If the block ends after `place` without `commit`, the entry stays open, and
    `recover` completes it.

    Attributes:
        warnings: Sentences about attributes that could not be copied.

    Args:
        path: The media file or the folder that the files belong to; it is not changed.
        edits: The changes, each of another file; the folders of the files exist.
        journal: The operation's journal.
        item_id: The item under which the journal records the change.

    Raises:
        FileAccessError: A file or its folder is not writable (`read_only`), a file is larger than 25 MB (`too_large`),
            or the path or a folder is missing.
        ConflictError: A file is not the one that was read, or another writer has it (`in_use`).
        RefusedError: A file has other hard links (`hard_linked`).

    """

    def __init__(self, path: bytes, edits: Sequence[SideFileEdit], *, journal: JournalWriter, item_id: int) -> None:
        self.path = self._at = path  # `_at`: the file of the present step
        self.warnings: list[str] = []
        self._journal, self._item_id = journal, item_id
        self._entry = SideFilesEntry(item_id=item_id, path=path, changes=())
        self._stage = _Stage.NOTHING
        self._files: list[_ChangingFile] = []
        self._folders: SideFolders | None = None
        try:
            self._open(edits)
        except OSError as error:
            self.close()
            raise disk.access_error(path, error) from error
        except BaseException:
            self.close()
            raise

    @property
    def entry(self) -> SideFilesEntry:
        """The entry of the journal, with the size of its record after `prepare`."""
        return self._entry

    def prepare(self) -> None:
        """
        Make the new files under their temporary names, durably.

        Raises:
            FileAccessError: The disk failed; nothing has changed, or code `cannot_tell`.
            VerificationError: The disk returned other bytes than were written.

        """
        self._entry = replace(self._entry, stored_bytes=self._journal.side_files(self._entry))
        self._stage = _Stage.ANNOUNCED
        made = [each for each in self._files if not each.file.is_removed]
        try:
            for each in self._steps(made):
                each.make(starts_early=len(made) > 1)
            self._complete(made)
        except OSError as error:
            raise self._failure(error) from error

    def place(self) -> None:
        """
        Give all files their new bytes, durably.

        Raises:
            ConflictError: Another program changed or created a file; that file is not touched, the others are old.
            FileAccessError: The disk failed; nothing has changed, or code `cannot_tell`.

        """
        try:
            for each in self._files:
                each.check()
            for each in self._steps(sorted(self._files, key=lambda each: not each.file.is_removed)):
                each.place()
            self._stage = _Stage.PLACED
            for each in self._steps(self._files):
                each.remove_old()
            if not self._open_folders.sync():
                self.warnings.append("The file system cannot confirm that the names of the files are on the medium.")
        except OSError as error:
            raise self._failure(error) from error

    def commit(self) -> None:
        """Record that the files have their new bytes."""
        self._journal.commit(self._item_id)
        self._stage = _Stage.OVER

    def close(self) -> None:
        """Close the files, which releases the locks."""
        for each in self._files:
            each.close()
        if self._folders is not None:
            self._folders.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        outcome = UndoOutcome(status="untouched")
        try:
            if self._stage is _Stage.ANNOUNCED:
                outcome = self._undo()
        finally:
            self.close()
        if not outcome.is_resolved and (error is None or isinstance(error, errors.MetadataError)):
            raise self._unresolved(outcome.message) from error  # any other error stops the whole operation

    def _open(self, edits: Sequence[SideFileEdit]) -> None:
        paths = {edit.path for edit in edits}
        if not edits or len(paths) < len(edits) or any(edit.before is None and edit.after is None for edit in edits):
            raise ValueError("each side file has one change, and at least one file changes")
        is_folder = stat.S_ISDIR(os.lstat(self.path).st_mode)
        entry = replace(self._entry, is_folder=is_folder)
        self._entry = replace(entry, changes=tuple(_planned(edit, folder=entry.folder) for edit in edits))
        self._folders = SideFolders(self._entry)
        for file, edit in zip(self._entry.changes, edits, strict=True):
            self._files.append(_ChangingFile(file, self._without_twin(file, edit), self._folders))
            self._files[-1].open(self._item_id)
        self._entry = replace(self._entry, changes=tuple(each.file for each in self._files))
        for each in self._files:
            each.check()

    def _without_twin(self, file: SideFile, edit: SideFileEdit) -> SideFileEdit:
        """Return an edit that creates a file, if the file that was read there is one that this change removes."""
        if edit.before is None or edit.after is None or self._open_folders.has(file):
            return edit
        removed = (each for each in self._entry.changes if each.is_removed and each.before == edit.before)
        is_twin = any(twin_key(each.place) == twin_key(file.place) for each in removed)
        return replace(edit, before=None) if is_twin else edit

    @property
    def _open_folders(self) -> SideFolders:
        assert self._folders is not None
        return self._folders

    def _complete(self, made: Sequence[_ChangingFile]) -> None:
        """Give the new files their attributes, and make them durable; a new one has those of the media file."""
        with contextlib.ExitStack() as stack:
            media = None
            if not self._entry.is_folder and any(each.file.is_created for each in made):
                media = stack.enter_context(FileReader(self.path)).fileno()
            for each in self._steps(made):
                warnings = each.complete(media)
                self.warnings += [warning for warning in warnings if warning not in self.warnings]

    def _steps(self, files: Iterable[_ChangingFile]) -> Iterator[_ChangingFile]:
        """Yield the files of a step; an error names the present one."""
        for each in files:
            self._at = each.path
            yield each

    # Errors.

    def _failure(self, error: OSError) -> errors.MetadataError:
        meaning = disk.access_error(self._at, error)
        if self._stage is _Stage.PLACED:
            return self._unresolved(meaning.message)
        outcome = self._undo()
        if not outcome.is_resolved:
            return self._unresolved(f"{outcome.message} {meaning.message}")
        return type(meaning)(f"{meaning.message} Nothing has changed.", code=meaning.reason)

    def _undo(self) -> UndoOutcome:
        """Restore the old files, remove the temporary ones, and record that nothing has changed."""
        self._stage = _Stage.OVER
        try:
            removed = [each for each in self._files if not each.is_placed and each.remove_new()]
            if removed:
                self._open_folders.sync()
            placed = tuple(each.file for each in self._files if each.is_placed)
            outcome = UndoOutcome(status="undone")
            if placed:
                outcome = side_files_recovery.undo_side_files(replace(self._entry, changes=placed))
        except OSError as error:
            meaning = disk.access_error(self.path, error)
            outcome = UndoOutcome(status="problem", code=meaning.reason, message=meaning.message)
        if outcome.is_resolved:
            self._journal.undone(self._item_id)
        else:
            logger.error("side_files.unresolved item_id=%d code=%s", self._item_id, outcome.code)
        return outcome

    def _unresolved(self, reason: str) -> errors.FileAccessError:
        self._stage = _Stage.OVER  # this process cannot resolve it
        message = f"The change of files beside the media was interrupted: {reason} Run `indexium recover`."
        return errors.FileAccessError(message, code="cannot_tell")


def _planned(edit: SideFileEdit, *, folder: bytes) -> SideFile:
    """Return an edit for an entry, without the facts about the old file."""
    for content in (edit.before, edit.after):
        require_small(edit.path, len(content or b""))
    place, name = os.path.split(edit.path)
    relative = os.path.relpath(place, folder)
    return SideFile(
        folder=b"" if relative == os.curdir.encode() else relative,
        name=name,
        temp=b"",
        before=edit.before,
        after=None if edit.after is None else Fingerprint.of(edit.after),
    )


class _ChangingFile:
    """One file of a change: the old file, locked, and the new one with its temporary name."""

    def __init__(self, file: SideFile, edit: SideFileEdit, folders: SideFolders) -> None:
        self.file = replace(file, before=edit.before)
        self.is_placed = False  # the file has changed, or may have changed
        self.path = edit.path
        self._edit, self._folders, self._folder = edit, folders, folders.of(file)
        self._old: Original | None = None
        self._fd = -1
        self._has_old = False  # the old file has the temporary name

    def open(self, item_id: int) -> None:
        """Open and lock the old file, and choose temporary names."""
        if not self.file.is_created:
            self._old = Original(self.path, expected=None, break_links=False)
        if not os.access(b".", os.W_OK | os.X_OK, dir_fd=self._folder):
            message = (
                f"The folder of {disk.shown(self.path)} is not writable, and files must be changed in it. "
                "Give yourself write permission for the folder."
            )
            raise errors.FileAccessError(message, code="read_only")
        temp = unused_name(item_id, self._folder)
        while disk.lookup(replace(self.file, temp=temp).other_temp, folder=self._folder) is not None:
            temp = unused_name(item_id, self._folder)
        old = None if self._old is None else self._old.stat
        self.file = replace(
            self.file,
            temp=temp,
            mode=0 if old is None else stat.S_IMODE(old.mode),
            mtime_ns=0 if old is None else old.mtime_ns,
        )

    def check(self) -> None:
        """Raise ConflictError unless the file is the one that was read."""
        if self._old is None:
            is_same = not self._folders.has(self.file)
        else:
            self._old.check()
            is_same = self._old.size == len(self.file.before or b"")
            is_same = is_same and self._old.read_at(0, self._old.size) == self.file.before
        if not is_same:
            raise self._changed()

    def make(self, *, starts_early: bool) -> None:
        """Write the new file; `starts_early`: the disk may start at once."""
        content = self._edit.after or b""
        self._fd = disk.create(self.file.temp, folder=self._folder)
        disk.lock(self._fd)
        disk.pwrite(self._fd, content, 0)
        if starts_early:
            disk.start_writing(self._fd, 0, len(content))

    def complete(self, media: int | None) -> list[str]:
        """Copy the attributes from the old file, or the open media file or folder, and make the new file durable."""
        if self._old is not None:
            warnings = carry_over(self._old.fileno(), self._fd)
        else:
            safe_mode, warnings = carry_owner(self._folder if media is None else media, self._fd)
            disk.set_mode(self._fd, (safe_mode & 0o666 | 0o200) if self._edit.mode is None else self._edit.mode)
        if self._edit.mtime_ns is not None:
            disk.set_mtime(self._fd, self._edit.mtime_ns)
        disk.sync(self._fd)
        content = self._edit.after or b""
        if disk.Descriptor(self._fd).read_at(0, len(content) + 1) != content:
            raise errors.VerificationError("The disk returned other bytes than were written.", check="bytes")
        return warnings

    def place(self) -> None:
        """Change the name; ConflictError if another program changed or created the file, which it keeps."""
        try:
            if self.file.is_removed:
                self._remove()
            elif self.file.is_created:
                self._create()
            else:
                self._replace()
        except errors.MetadataError:
            raise
        except BaseException:  # it may have happened: a network file system can lose its reply
            self.is_placed = self.is_placed or not self._is_old()
            raise
        self.is_placed = True

    def _remove(self) -> None:
        disk.rename(self.file.name, self.file.temp, folder=self._folder, new_folder=self._folder)
        self.is_placed = self._has_old = True
        if self._temp_is_old():
            return
        take_name(self.file.temp, self.file.name, folder=self._folder, path=self.path)
        self.is_placed = self._has_old = False
        disk.sync_folder(self._folder)
        raise self._changed()

    def _replace(self) -> None:
        assert self._old is not None
        if not disk.exchange(self.file.temp, self.file.name, folder=self._folder):
            self._old.check()
            disk.rename(self.file.temp, self.file.name, folder=self._folder, new_folder=self._folder)
            return
        self.is_placed = self._has_old = True
        if self._temp_is_old():
            return
        disk.exchange(self.file.temp, self.file.name, folder=self._folder)
        self.is_placed = self._has_old = False
        raise self._changed()

    def _create(self) -> None:
        try:
            take_name(self.file.temp, self.file.name, folder=self._folder, path=self.path)
        except FileExistsError:
            message = f"Another program has created {disk.shown(self.path)}. Look at its plan again."
            raise errors.ConflictError(message) from None

    def remove_old(self) -> None:
        """Remove the old file, which has the temporary name now."""
        if self._has_old:
            disk.remove(self.file.temp, folder=self._folder)

    def remove_new(self) -> bool:
        """Remove the new file while it has its temporary name; return whether there was one."""
        found = disk.lookup(self.file.temp, folder=self._folder) if self._fd >= 0 else None
        if found is None or not os.path.samestat(found, os.fstat(self._fd)):
            return False
        disk.remove(self.file.temp, folder=self._folder)
        return True

    def close(self) -> None:
        """Close both files, which releases the locks."""
        if self._old is not None:
            self._old.close()
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    def _temp_is_old(self) -> bool:
        return self.file.is_before(self._folders.content_of(self.file.temp, self.file))

    def _is_old(self) -> bool:
        try:
            return self.file.is_before(self._folders.content(self.file))
        except (OSError, errors.MetadataError):
            return False

    def _changed(self) -> errors.ConflictError:
        return errors.ConflictError(f"{disk.shown(self.path)} changed since it was read. Look at its plan again.")
