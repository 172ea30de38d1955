"""A media file open to be patched under a journal. The program writes into a media file only through this class."""

from __future__ import annotations

import contextlib
import errno
import itertools
import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Self

from indexium_core import errors
from indexium_core.files import alike
from indexium_core.files.containers import Reader
from indexium_core.files.journal import disk, shift, state
from indexium_core.files.journal.operation import JournalWriter
from indexium_core.files.journal.records import JournalEntry, Range
from indexium_core.files.journal.undo import UndoOutcome, undo_locked
from indexium_core.files.walk import file_stat
from indexium_core.model.files.media import Extent, FileStat, Patch

logger = logging.getLogger(__name__)
_WRITE_BITS = 0o222
# Errors of a file system that cannot move this file and has not changed the file.
_CANNOT_SHIFT = frozenset((errno.EOPNOTSUPP, errno.ENOTTY, errno.ENOSYS, errno.EINVAL, errno.EBADR, errno.EFBIG))


def changed_ranges(reader: Reader, size: int, patch: Patch) -> Iterator[Range]:
    """
    Yield the ranges that the patch changes in a file of `size` bytes, in file order. Equal bytes are left out.

    Raises:
        ValueError: The patch's writes overlap, are out of order or reach past its size.

    """
    for offset, data in _writes(patch, size):
        before = reader.read_at(offset, len(data))
        start, end = _differing(before, data)
        if start < end:
            yield Range(offset + start, before[start:end], data[start:end])
    if patch.size < size:
        yield Range(patch.size, reader.read_at(patch.size, size - patch.size), b"")


def check_shift(patch: Patch, size: int) -> None:
    """Raise ValueError if the sizes of a patch that moves a file disagree, or if it writes into the body."""
    if patch.size != size + patch.inserted or patch.size <= 0:
        message = f"a patch of a file of {size} bytes cannot leave {patch.size} with {patch.inserted} inserted"
        raise ValueError(message)
    end = 0
    for offset, data in patch.writes:
        if offset < end or offset + len(data) > patch.inserted:
            message = f"a patch that inserts {patch.inserted} bytes is out of order or range at {offset}"
            raise ValueError(message)
        end = offset + len(data)


def front_of(patch: Patch) -> bytes:
    """Return all bytes that a patch inserts in front of a file. Its gaps become zeros, never a hole."""
    data = bytearray(max(0, patch.inserted))
    for offset, new in patch.writes:
        data[offset : offset + len(new)] = new
    return bytes(data)


def _writes(patch: Patch, size: int) -> Iterator[tuple[int, bytes]]:
    """Yield the patch's writes. Gaps where the file grows become zeros, never a hole."""
    at, end = size, 0
    for offset, data in itertools.chain(patch.writes, ((patch.size, b""),)):
        if offset < end or offset + len(data) > patch.size:
            message = f"a patch of a file of {patch.size} bytes is out of order or range at {offset}"
            raise ValueError(message)
        if offset > at:
            yield at, bytes(offset - at)
        if data:
            yield offset, data
        end = offset + len(data)
        at = max(at, end)


def _differing(before: bytes, after: bytes) -> tuple[int, int]:
    """Return the start and end of the difference between `after` and `before`; bytes beyond `before` differ."""
    if before == after:
        return 0, 0
    start = alike.common(before, after)
    if len(before) < len(after):
        return start, len(after)
    return start, len(after) - alike.common(before[:start:-1], after[:start:-1])


class JournaledFile:
    """
    A media file under the exclusive lock of this process: its bytes, and a transaction.

        with JournaledFile(path, journal=journal, item_id=7, payload=layout.payload, expected=reader.stat) as file:
            file.apply(patch)
            …                                       # verify
            file.commit()

    If the block ends without `commit`, normally or by an exception, the file is restored bit for bit.

    Args:
        path: The file, as the operating system names it; links resolved.
        journal: The operation's journal.
        item_id: The item under which the journal records the edit.
        payload: The extents of the media bytes. They are never written, moved or truncated.
        expected: The `stat` result of the file when it was examined; None accepts the present file.
        mtime_ns: The modification time after the edit; None keeps the time of the edit.

    Raises:
        FileAccessError: The file is missing or not writable.
        ConflictError: It is not the file that was examined (`changed_on_disk`), or another writer has it (`in_use`).

    """

    def __init__(
        self,
        path: bytes,
        *,
        journal: JournalWriter,
        item_id: int,
        payload: Sequence[Extent],
        expected: FileStat | None = None,
        mtime_ns: int | None = None,
    ) -> None:
        self.path = path
        self.item_id = item_id
        self._journal = journal
        self._payload = tuple(payload)
        self._mtime_ns = mtime_ns
        self._entry: JournalEntry | None = None  # of the edit that has started
        self._is_unresolved = False  # the edit could not be undone; the entry stays open
        self._fd = disk.open_media(path)
        try:
            self._reader = disk.Descriptor(self._fd)
            self._take_lock()
            self._opened = self.stat()
            self._check_writable()
            self._check_identity(expected or self._opened)
        except BaseException:
            self.close()
            raise

    @property
    def size(self) -> int:
        return self._reader.size

    @property
    def changed(self) -> bool:
        """Whether `apply` changed anything that has not been undone since."""
        return self._entry is not None

    @property
    def journal_bytes(self) -> int:
        """Size of the edit's journal record, in bytes."""
        return self._journal.entry(self.item_id).stored_bytes if self.changed else 0

    @property
    def _is_open(self) -> bool:
        """Whether the outcome of the edit is still missing in the journal."""
        return self._entry is not None and not self._is_unresolved and self._journal.is_open(self.item_id)

    def read_at(self, offset: int, length: int) -> bytes:
        """Return the bytes at `offset`; fewer at the end of the file."""
        try:
            return self._reader.read_at(offset, length)
        except OSError as error:
            raise disk.access_error(self.path, error) from error

    def stat(self) -> FileStat:
        """Return the current `stat` result of the file."""
        return file_stat(os.fstat(self._fd))

    def apply(self, patch: Patch) -> None:
        """
        Make the edit durable: journal, write, truncate or extend, fsync, in this order. Call it once for each file.

        Bytes that are already in the file are not written; if all are equal, nothing happens. After any failure the
        edit is undone at once.

        A patch that moves the file (`inserted`) needs exclusive access: no process may have it open, including other
        readers of this process. A process that opens it meanwhile waits.

        Raises:
            PayloadProtectedError: The patch would touch media bytes; nothing was done.
            ConflictError: Another program changed the file since it was opened, or has it open when it must be moved
                (`in_use`); nothing was done.
            RefusedError: The file system cannot move this file (`no_insert`); nothing was done.
            FileAccessError: The disk failed (`low_space`, `io_error`, …); the file is unchanged. Code `cannot_tell`:
                the undo failed too, and the entry stays open in the journal for `recover`.
            StoreError: The journal failed; nothing was done.

        """
        if self._entry is not None:
            message = "a journaled file takes one patch"
            raise RuntimeError(message)
        self._protect_payload(patch)
        if patch.inserted:
            with self._exclusive_access(patch):
                self._shift(patch)
            return
        entry = self._plan(patch)
        if not entry.ranges:
            return
        self._begin(entry)
        try:
            self._write(entry)
        except OSError as error:
            raise self._failure(error) from error

    def commit(self) -> None:
        """Record that the edit is complete and verified. It then stays; the journal still permits a later undo."""
        if self._is_open:
            self._journal.commit(self.item_id)

    def undo(self) -> UndoOutcome:
        """Restore the file to its state before `apply`."""
        if self._entry is None or not self._is_open:  # the first half is for the type checker
            return UndoOutcome(status="untouched")
        outcome = undo_locked(self._fd, self._entry)
        if outcome.is_resolved:
            self._entry = None
            self._journal.undone(self.item_id)
        return outcome

    def close(self) -> None:
        """Close the file and release its lock. An edit that was not committed stays open in the journal."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            outcome = self.undo()
        finally:
            self.close()
        if not outcome.is_resolved:
            logger.error("journal.not_undone item_id=%d code=%s", self.item_id, outcome.code)
            if error is None or isinstance(error, Exception):
                raise self._not_undone(outcome) from error

    def _take_lock(self) -> None:
        try:
            disk.lock(self._fd)
        except OSError as error:
            raise disk.access_error(self.path, error) from error

    def _check_writable(self) -> None:
        """Refuse a read-only file, even if this process may write to every file."""
        if not self._opened.mode & _WRITE_BITS:
            message = f"{disk.shown(self.path)} is read-only. Give its owner write permission to change it."
            raise errors.FileAccessError(message, code="read_only")

    def _check_identity(self, expected: FileStat) -> None:
        """Compare the open file, and the file that the path names now, with the expected one."""
        try:
            named = file_stat(os.lstat(self.path))
        except OSError as error:
            raise disk.access_error(self.path, error) from error
        if not expected.identity == self.stat().identity == named.identity:
            message = f"{disk.shown(self.path)} changed since it was examined. Scan it again."
            raise errors.ConflictError(message)

    def _begin(self, entry: JournalEntry) -> None:
        """Make the entry durable; from here on the file may change."""
        self._journal.begin(entry)
        try:
            self._check_identity(self._opened)
        except errors.MetadataError:
            self._journal.undone(self.item_id)  # the file is unchanged, so a restore is not needed
            raise
        self._entry = entry

    def _protect_payload(self, patch: Patch) -> None:
        if patch.inserted:
            check_shift(patch, self.size)
            kept = min((extent.offset for extent in self._payload if extent.length), default=self.size)
            if patch.inserted < 0 and kept < -patch.inserted:
                raise self._protected("remove the front of the file")
            return  # the inserted bytes are in front of the payload
        kept = max((extent.end for extent in self._payload if extent.length), default=0)
        touched = [Extent(offset, len(data)) for offset, data in patch.writes if data]
        hit = next((extent for extent in touched if _overlaps(extent, self._payload)), None)
        if hit or patch.size < min(kept, self.size):
            action = f"write {hit.length} bytes at {hit.offset}" if hit else f"truncate the file to {patch.size} bytes"
            raise self._protected(action)

    def _protected(self, action: str) -> errors.PayloadProtectedError:
        message = (
            f"An edit of {disk.shown(self.path)} tried to {action}, which would change media data. Nothing was written."
        )
        return errors.PayloadProtectedError(message)

    def _plan(self, patch: Patch) -> JournalEntry:
        """Return the entry of the patch: the ranges that it changes, with their old bytes."""
        size = self.size
        ranges = tuple(changed_ranges(self, size, patch))
        near = state.surroundings(self, ranges, min(size, patch.size))
        return self._entry_of(patch, ranges=ranges, surroundings=near)

    def _entry_of(self, patch: Patch, *, ranges: tuple[Range, ...], surroundings: bytes) -> JournalEntry:
        return JournalEntry(
            item_id=self.item_id,
            path=self.path,
            device=self._opened.device,
            inode=self._opened.inode,
            size_before=self.size,
            size_after=patch.size,
            mtime_ns=self._opened.mtime_ns,
            surroundings=surroundings,
            ranges=ranges,
        )

    def _write(self, entry: JournalEntry) -> None:
        # Write from the end to the start: a full disk reports an error before an old byte has changed, and new elements
        # exist before a concurrent reader can find the pointers to them.
        for part in reversed(entry.ranges):
            disk.pwrite(self._fd, part.after, part.offset)
        if entry.size_after < entry.size_before:
            disk.truncate(self._fd, entry.size_after)
        if self._mtime_ns is not None:
            disk.set_mtime(self._fd, self._mtime_ns)
        disk.sync(self._fd)

    # Moving the whole file.

    @contextlib.contextmanager
    def _exclusive_access(self, patch: Patch) -> Iterator[None]:
        """Get exclusive access to a file that can be moved; refuse any other file before anything is touched."""
        if not disk.can_shift(self._fd):
            raise self._cannot_shift("its file system cannot do that")
        if patch.inserted % os.fstatvfs(self._fd).f_bsize:
            raise self._cannot_shift("the inserted length is not a multiple of the block size of its file system")
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(disk.leased(self._fd))
            except BlockingIOError as error:
                message = f"{disk.shown(self.path)} is open in another program. Close it there, or try again later."
                raise errors.ConflictError(message, code="in_use") from error
            except OSError as error:  # no leases on this file system, or another user's file
                raise self._cannot_shift("it is unknown whether another program has it open") from error
            self._check_dense()
            yield

    def _check_dense(self) -> None:
        """Refuse a file with holes: after a crash, recovery could not distinguish them from an inserted hole."""
        try:
            disk.sync(self._fd)
            if shift.is_dense(self._fd):
                return
        except OSError as error:
            if error.errno not in _CANNOT_SHIFT:
                raise disk.access_error(self.path, error) from error
        raise self._cannot_shift("it has holes, or its file system does not report holes")

    def _shift(self, patch: Patch) -> None:
        front = front_of(patch)
        entry = shift.planned(self._entry_of(patch, ranges=(), surroundings=b""), self, front)
        self._begin(entry)
        try:
            shift.carry_out(self._fd, entry, front, mark=self._mark_inserted, mtime_ns=self._mtime_ns)
        except OSError as error:
            raise self._failure(error) from error

    def _mark_inserted(self) -> None:
        self._journal.inserted(self.item_id)
        if self._entry is not None:
            self._entry = replace(self._entry, inserted=True)

    def _cannot_shift(self, reason: str) -> errors.RefusedError:
        message = f"No room can be inserted in front of {disk.shown(self.path)}: {reason}. The file is unchanged."
        return errors.RefusedError(message, code="no_insert")

    def _failure(self, error: OSError) -> errors.MetadataError:
        shifts = self._entry is not None and self._entry.shifted
        outcome = self.undo()
        if not outcome.is_resolved:
            return self._not_undone(outcome)
        if shifts and error.errno in _CANNOT_SHIFT:
            return self._cannot_shift(error.strerror or str(error))
        meaning = disk.access_error(self.path, error)
        logger.warning("journal.undone item_id=%d code=%s", self.item_id, meaning.reason)
        return type(meaning)(f"{meaning.message} The file is unchanged.", code=meaning.reason)

    def _not_undone(self, outcome: UndoOutcome) -> errors.FileAccessError:
        self._is_unresolved = True  # this process cannot resolve it
        message = f"A write was interrupted and could not be undone yet: {outcome.message} Run `indexium recover`."
        return errors.FileAccessError(message, code="cannot_tell")


def _overlaps(extent: Extent, payload: Sequence[Extent]) -> bool:
    return any(extent.offset < part.end and part.offset < extent.end for part in payload)
