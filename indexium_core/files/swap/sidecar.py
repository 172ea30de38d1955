"""
The change of a sidecar: a small file beside a media file, which is created, replaced or removed as a transaction.

The order of the steps, with the reason for each:

1. **Open.** An existing sidecar is opened and locked, and its folder is opened. A sidecar that may not be replaced is
   refused here, as a media file would be. The present bytes must be those that the caller has read.
2. **SIDECAR, durable.** The record has the whole old sidecar and the digest of the new one. After a crash before it,
   nothing has changed.
3. **Make the new sidecar** under a temporary name that the record names, fsync it, and read it back.
4. **Take the place.** A new sidecar gets its name only if no other file has it, in one step; a replacement is a rename.
   A removal gives the sidecar the temporary name, compares it and unlinks it; a sidecar that another program has put
   there gets its name again. Before each of these, the old sidecar is compared once more.
5. **Fsync the folder.** After an error here it is unknown what is on the medium: the entry stays open.
6. **COMMIT** by the caller, after its own checks.
"""

from __future__ import annotations

import logging
import os
import stat
from enum import Enum
from types import TracebackType
from typing import Self

from indexium_core import errors
from indexium_core.files.journal import JournalWriter, SidecarEntry, UndoOutcome, disk
from indexium_core.files.journal.sidecars import Fingerprint, read_small, take_name
from indexium_core.files.reader import FileReader
from indexium_core.files.swap.attributes import carry_over, carry_owner
from indexium_core.files.swap.newfile import unused_name
from indexium_core.files.swap.original import Original

logger = logging.getLogger(__name__)


class _Stage(Enum):
    """The last step that a change has reached."""

    NOTHING = 0
    ANNOUNCED = 1  # the temporary file may exist
    PLACED = 2  # the sidecar has changed, or may have changed
    OVER = 3  # the journal has the outcome, or this process cannot record it


class SidecarChange:
    """
    A transaction on one sidecar. The module docstring lists the steps.

        with SidecarChange(path, b"a.jpg.xmp", journal=journal, item_id=7, before=None) as change:
            change.prepare(new)        # None: remove the sidecar
            …                          # verify
            change.place()
            change.commit()

    If the block ends before `place`, nothing remains. If it ends after `place` without `commit`, the entry stays open,
    and `recover` completes it.

    Args:
        path: The media file, which is not changed.
        name: The name of the sidecar in the folder of the media file.
        journal: The operation's journal.
        item_id: The item under which the journal records the change.
        before: The bytes of the sidecar as they were read; None: there is no sidecar.

    Raises:
        FileAccessError: The sidecar or its folder is not writable, or the media file is missing.
        ConflictError: The sidecar is not the one that was read, or another writer has it (`in_use`).
        RefusedError: The sidecar has other hard links (`hard_linked`).

    """

    def __init__(self, path: bytes, name: bytes, *, journal: JournalWriter, item_id: int, before: bytes | None) -> None:
        folder = os.path.split(path)[0]
        self.path = os.path.join(folder, name)  # noqa: PTH118 - a path of bytes
        self.warnings: list[str] = []
        self._media, self._name, self._before = path, name, before
        self._journal, self._item_id = journal, item_id
        self._stage = _Stage.NOTHING
        self._fd = -1
        self._old: Original | None = None
        self._folder = -1
        try:
            self._folder = disk.open_folder(folder)
            self._check_place()
            if before is not None:
                self._old = Original(self.path, expected=None, break_links=False)
            self._check_old()
        except OSError as error:
            self.close()
            raise disk.access_error(self.path, error) from error
        except BaseException:
            self.close()
            raise

    @property
    def journal_bytes(self) -> int:
        """Size of the journal record, in bytes."""
        return 0 if self._stage is _Stage.NOTHING else self._journal.entry(self._item_id).stored_bytes

    def prepare(self, content: bytes | None, *, mtime_ns: int | None = None, mode: int | None = None) -> None:
        """
        Make the new sidecar under its temporary name, durably; None for a removal, which needs none.

        Args:
            content: The bytes.
            mtime_ns: The modification time; None keeps the time of the creation.
            mode: The permissions of a sidecar that is created; None: those of the media file.

        Raises:
            FileAccessError: The disk failed; nothing has changed, or code `cannot_tell`.
            VerificationError: The disk returned other bytes than were written.

        """
        old = None if self._old is None else self._old.stat
        entry = SidecarEntry(
            item_id=self._item_id,
            path=self._media,
            name=self._name,
            temp=unused_name(self._item_id, self._folder),
            before=self._before,
            mode=0 if old is None else stat.S_IMODE(old.mode),
            mtime_ns=0 if old is None else old.mtime_ns,
            after=None if content is None else Fingerprint.of(content),
        )
        self._journal.sidecar(entry)
        self._stage = _Stage.ANNOUNCED
        if content is not None:
            try:
                self._make(entry, content, mtime_ns, mode)
            except OSError as error:
                raise self._failure(entry, error) from error

    def place(self) -> None:
        """
        Give the sidecar its new bytes, durably.

        Raises:
            ConflictError: Another program changed or created the sidecar; it is not touched.
            FileAccessError: The disk failed; nothing has changed, or code `cannot_tell`.

        """
        entry = self._entry()
        try:
            self._check_old()
            self._place(entry)
        except OSError as error:
            raise self._failure(entry, error) from error

    def commit(self) -> None:
        """Record that the sidecar has its new bytes."""
        self._journal.commit(self._item_id)
        self._stage = _Stage.OVER

    def close(self) -> None:
        """Close the files, which releases the lock."""
        if self._old is not None:
            self._old.close()
        fds, self._fd, self._folder = (self._fd, self._folder), -1, -1
        for fd in fds:
            if fd >= 0:
                os.close(fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        outcome = UndoOutcome(status="untouched")
        try:
            if self._stage is _Stage.ANNOUNCED:
                outcome = self._undo(self._entry())
        finally:
            self.close()
        if not outcome.is_resolved and (error is None or isinstance(error, errors.MetadataError)):
            raise self._unresolved(outcome.message) from error  # any other error stops the whole operation

    def _entry(self) -> SidecarEntry:
        entry = self._journal.entry(self._item_id)
        assert isinstance(entry, SidecarEntry)
        return entry

    def _check_place(self) -> None:
        """Raise FileAccessError unless the media file exists in a folder in which a file can be created."""
        if disk.lookup(os.path.split(self._media)[1], folder=self._folder) is None:
            raise errors.FileAccessError(f"{disk.shown(self._media)} no longer exists.", code="missing_file")
        if not os.access(b".", os.W_OK | os.X_OK, dir_fd=self._folder):
            message = f"The folder of {disk.shown(self._media)} is not writable, and a sidecar must be changed in it."
            raise errors.FileAccessError(message, code="read_only")

    def _check_old(self) -> None:
        """Raise ConflictError unless the sidecar is the one that was read."""
        if self._old is None:
            is_same = disk.lookup(self._name, folder=self._folder) is None
        else:
            self._old.check()
            is_same = self._old.read_at(0, self._old.size) == self._before
        if not is_same:
            raise errors.ConflictError(f"{disk.shown(self.path)} changed since it was read. Scan it again.")

    def _make(self, entry: SidecarEntry, content: bytes, mtime_ns: int | None, mode: int | None) -> None:
        self._fd = disk.create(entry.temp, folder=self._folder)
        disk.lock(self._fd)
        disk.pwrite(self._fd, content, 0)
        if self._old is not None:
            self.warnings = carry_over(self._old.fileno(), self._fd)
        else:
            with FileReader(self._media) as media:
                safe_mode, self.warnings = carry_owner(media.fileno(), self._fd)
            disk.set_mode(self._fd, (safe_mode & 0o666) if mode is None else mode)
        if mtime_ns is not None:
            disk.set_mtime(self._fd, mtime_ns)
        disk.sync(self._fd)
        if disk.Descriptor(self._fd).read_at(0, len(content) + 1) != content:
            raise errors.VerificationError("The disk returned other bytes than were written.", check="bytes")

    def _place(self, entry: SidecarEntry) -> None:
        """Change the name of the sidecar, durably."""
        try:
            if entry.after is None:
                self._remove(entry)
            elif self._old is not None:
                disk.rename(entry.temp, self._name, folder=self._folder, new_folder=self._folder)
            else:
                self._take_free_name(entry)
        except errors.MetadataError:
            raise
        except BaseException:  # it may have happened: a network file system can lose its reply
            if self._explained(entry) != "before":
                self._stage = _Stage.PLACED
            raise
        self._stage = _Stage.PLACED
        if not disk.sync_folder(self._folder):
            self.warnings.append("The file system cannot confirm that the name of the sidecar is on the medium.")

    def _take_free_name(self, entry: SidecarEntry) -> None:
        try:
            take_name(entry, folder=self._folder)
        except FileExistsError:
            message = f"Another program has created {disk.shown(self.path)}. Scan it again."
            raise errors.ConflictError(message) from None

    def _remove(self, entry: SidecarEntry) -> None:
        """Remove the sidecar. The file is compared under the temporary name, which no other program opens."""
        disk.rename(self._name, entry.temp, folder=self._folder, new_folder=self._folder)
        try:
            is_old = entry.has_old_aside()
        except errors.FileAccessError as error:
            raise self._unresolved(error.message) from error
        if is_old:
            disk.remove(entry.temp, folder=self._folder)
            return
        try:
            take_name(entry, folder=self._folder)
        except (OSError, errors.MetadataError) as error:
            reason = (
                f"another program changed {disk.shown(self.path)}, which now has the name {disk.shown(entry.temp)}."
            )
            raise self._unresolved(reason) from error
        disk.sync_folder(self._folder)
        raise errors.ConflictError(f"{disk.shown(self.path)} changed since it was read. Scan it again.")

    def _explained(self, entry: SidecarEntry) -> str:
        try:
            return entry.explains(read_small(self.path))
        except errors.MetadataError:
            return ""

    # Errors.

    def _failure(self, entry: SidecarEntry, error: OSError) -> errors.MetadataError:
        meaning = disk.access_error(self.path, error)
        if self._stage is _Stage.PLACED:
            return self._unresolved(meaning.message)
        outcome = self._undo(entry)
        if not outcome.is_resolved:
            return self._unresolved(f"{outcome.message} {meaning.message}")
        return type(meaning)(f"{meaning.message} Nothing has changed.", code=meaning.reason)

    def _undo(self, entry: SidecarEntry) -> UndoOutcome:
        """Remove the temporary file and record that nothing has changed."""
        try:
            found = disk.lookup(entry.temp, folder=self._folder) if self._fd >= 0 else None
            if found is not None and os.path.samestat(found, os.fstat(self._fd)):
                disk.remove(entry.temp, folder=self._folder)
                disk.sync_folder(self._folder)
        except OSError as error:
            meaning = disk.access_error(self.path, error)
            logger.exception("sidecar.unresolved item_id=%d code=%s", self._item_id, meaning.reason)
            self._stage = _Stage.OVER
            return UndoOutcome(status="problem", code=meaning.reason, message=meaning.message)
        self._stage = _Stage.OVER
        self._journal.undone(self._item_id)
        return UndoOutcome(status="undone")

    def _unresolved(self, reason: str) -> errors.FileAccessError:
        self._stage = _Stage.OVER  # this process cannot resolve it
        message = f"The change of a sidecar was interrupted: {reason} Run `indexium recover`."
        return errors.FileAccessError(message, code="cannot_tell")
