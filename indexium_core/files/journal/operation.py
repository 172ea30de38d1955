"""The undo journal of one operation: an append-only file shared by many writer threads."""

from __future__ import annotations

import contextlib
import io
import os
import threading
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from indexium_core import errors
from indexium_core.files.journal import disk, reading, records
from indexium_core.files.journal.reading import AnyEntry
from indexium_core.files.journal.records import JournalEntry, RecordKind
from indexium_core.files.journal.side_files import SideFilesEntry, encode_files
from indexium_core.files.journal.swaps import SwapEntry, encode_swap


class JournalWriter(Protocol):
    """The journal interface that an edit of one file needs; `OperationJournal` implements it."""

    def begin(self, entry: JournalEntry) -> None: ...
    def making(self, entry: SwapEntry) -> None: ...
    def swap(self, entry: SwapEntry) -> None: ...
    def side_files(self, entry: SideFilesEntry) -> int: ...
    def inserted(self, item_id: int) -> None: ...
    def commit(self, item_id: int) -> None: ...
    def undone(self, item_id: int) -> None: ...
    def is_open(self, item_id: int) -> bool: ...
    def entry(self, item_id: int) -> AnyEntry: ...


class OperationJournal:
    """
    The journal of one operation. A context manager; every method may be called from any thread.

    `begin` returns when its record is durable. Threads that wait at the same time share one fsync (group commit), so
    the cost does not grow with their number. COMMIT and UNDONE become durable with the next fsync. Call `sync` before
    the database records that an item succeeded: otherwise a power loss could undo the file while the item is written
    according to the database.

    After a failed write or fsync the content of the medium is unknown, so the journal then rejects all further records:
    every call raises `StoreError`, and the operation stops.
    """

    def __init__(self, path: Path, fd: int) -> None:
        """Take ownership of an open descriptor; use `create` or `reopen`."""
        self.path = path
        self._fd = fd
        self._end = os.fstat(fd).st_size
        self._durable = 0  # length of the prefix that is known to be on the medium, in bytes
        self._syncing = False
        self._failure: OSError | None = None
        self._offsets: dict[int, int] = {}  # item → offset of its newest BEGIN, MAKING or SWAP
        self._open: set[int] = set()  # items that have started and are neither committed nor undone
        self._committed: set[int] = set()
        self._turn = threading.Condition()

    @classmethod
    def create(cls, path: Path, *, in_home: bool = True) -> Self:
        """
        Create the journal of a new operation, in the home or elsewhere; a file of that name must not exist.

        Raises:
            StoreError: It cannot be created (`low_space`, `journal_failed`).

        """
        try:
            return cls._take(path, disk.create_journal(path, in_home=in_home), fresh=True)
        except OSError as error:
            raise reading.failed(path, error) from error

    @classmethod
    def reopen(cls, path: Path) -> Self:
        """
        Open the journal of a process that ended, to add the outcomes of its entries.

        Raises:
            ConflictError: The process that writes it is still running.
            StoreError: It cannot be opened.

        """
        try:
            return cls._take(path, disk.open_journal(path), fresh=False)
        except BlockingIOError as error:
            message = f"The operation of {path.name} is still running in another process."
            raise errors.ConflictError(message, code="in_use") from error
        except OSError as error:
            raise reading.failed(path, error) from error

    @classmethod
    def _take(cls, path: Path, fd: int, *, fresh: bool) -> Self:
        try:
            disk.lock(fd)
            if fresh:
                disk.append(fd, records.HEADER)
            journal = cls(path, fd)
            journal.sync()
        except BaseException:
            os.close(fd)
            raise
        return journal

    def begin(self, entry: JournalEntry) -> None:
        """Record the planned edit; returns when the record is durable. Only then may the file be touched."""
        self._announce(RecordKind.BEGIN, entry.item_id, records.encode_begin(entry))

    def making(self, entry: SwapEntry) -> None:
        """Record the new file to be made; returns when the record is durable. Only then may the file be created."""
        self._announce(RecordKind.MAKING, entry.item_id, encode_swap(entry))

    def swap(self, entry: SwapEntry) -> None:
        """Record which file replaces which; returns when the record is durable. Only then may the rename happen."""
        self._announce(RecordKind.SWAP, entry.item_id, encode_swap(entry))

    def side_files(self, entry: SideFilesEntry) -> int:
        """
        Record the change of side files; returns when the record is durable. Only then may a file be created.

        Returns the size of the record in bytes: it has whole files, so that reading it again would take time.
        """
        return self._announce(RecordKind.FILES, entry.item_id, encode_files(entry))

    def _announce(self, kind: RecordKind, item_id: int, body: bytes) -> int:
        """Append the first record of an entry, and return its size when it is durable."""
        with self._turn:
            self._offsets[item_id] = offset = self._append(kind, body)
            size = self._end - offset
            self._open.add(item_id)
            self._committed.discard(item_id)
            self._make_durable(self._end)
        return size

    def inserted(self, item_id: int) -> None:
        """Record that the announced room exists; returns when the record is durable. Only then may it be filled."""
        with self._turn:
            self._append(RecordKind.INSERTED, records.encode_item(item_id))
            self._make_durable(self._end)

    def commit(self, item_id: int) -> None:
        """Record that the item's edit is complete and verified; durable with the next `begin` or `sync`."""
        with self._turn:
            self._append(RecordKind.COMMIT, records.encode_item(item_id))
            self._open.discard(item_id)
            self._committed.add(item_id)

    def undone(self, item_id: int) -> None:
        """Record that the item's file is restored; durable with the next `begin` or `sync`."""
        with self._turn:
            self._append(RecordKind.UNDONE, records.encode_item(item_id))
            self._open.discard(item_id)

    def is_open(self, item_id: int) -> bool:
        """Tell whether the item has started and is neither committed nor undone."""
        return item_id in self._open

    def is_committed(self, item_id: int) -> bool:
        """Return whether the newest edit of the item has its COMMIT in this journal."""
        return item_id in self._committed

    @property
    def size(self) -> int:
        """Its length in bytes."""
        return self._end

    @property
    def is_empty(self) -> bool:
        """Whether it has no record."""
        return self._end <= len(records.HEADER)

    @property
    def is_at_path(self) -> bool:
        """Whether its path still names it: another process may have removed it before this one had the lock."""
        with contextlib.suppress(OSError):
            return os.path.samestat(self.path.stat(), os.fstat(self._fd))
        return False

    def adopt(self, other: OperationJournal) -> None:
        """
        Append the records of another, short journal; returns when they are durable.

        Raises:
            StoreError: One of the two journals cannot be read or written.

        """
        try:  # an open of a file on a network costs time, so the open descriptor is read
            content = disk.Descriptor(other._fd).read_at(0, other.size)
        except OSError as error:
            raise reading.failed(other.path, error) from error
        with self._turn:
            for record in records.scan(io.BytesIO(content), len(content)):
                self._adopt(RecordKind(record.kind), record.body)
            self._make_durable(self._end)

    def _adopt(self, kind: RecordKind, body: bytes) -> None:
        offset, item_id = self._append(kind, body), records.decode_item(body)
        if kind in reading.STARTING:
            self._offsets[item_id] = offset
            self._open.add(item_id)
            self._committed.discard(item_id)
        elif kind in {RecordKind.COMMIT, RecordKind.UNDONE}:
            self._open.discard(item_id)
            if kind is RecordKind.COMMIT:
                self._committed.add(item_id)

    def sync(self) -> None:
        """Return when all records so far are durable."""
        with self._turn:
            self._check()
            self._make_durable(self._end)

    def entry(self, item_id: int) -> AnyEntry:
        """
        Return the newest entry of an item that started in this process.

        Raises:
            KeyError: The item has no entry.
            StoreError: The entry cannot be read.

        """
        return reading.fetch(self.path, self._offsets[item_id])

    def close(self) -> None:
        """Make all records durable and close the journal; a second call does nothing."""
        with self._turn:
            while self._syncing:
                self._turn.wait()
            fd, self._fd = self._fd, -1
            if fd < 0:
                return
            try:
                if self._failure is None and self._durable < self._end:
                    with contextlib.suppress(OSError):  # recovery undoes the edits of COMMITs that are lost here
                        disk.sync_data(fd)
            finally:
                os.close(fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _append(self, kind: RecordKind, body: bytes) -> int:
        """Append a record and return its offset; the caller holds the lock."""
        self._check()
        offset = self._end
        data = records.encode(kind, body, offset)
        try:
            disk.append(self._fd, data)
        except OSError as error:
            self._failure = error
            raise reading.failed(self.path, error) from error
        self._end += len(data)
        return offset

    def _make_durable(self, upto: int) -> None:
        """Wait until the journal is durable up to `upto`, by an fsync of this thread or of another one."""
        while self._durable < upto:
            self._check()
            if self._syncing:
                self._turn.wait()
            else:
                self._lead()

    def _lead(self) -> None:
        """Sync the present content without the lock, so that other threads can append records and wait meanwhile."""
        self._syncing, upto = True, self._end
        self._turn.release()
        failure = None
        try:
            disk.sync_data(self._fd)
        except OSError as error:
            failure = error
        finally:
            self._turn.acquire()
            self._syncing = False
            self._turn.notify_all()
        if failure is not None:
            self._failure = failure
        else:
            self._durable = max(self._durable, upto)

    def _check(self) -> None:
        if self._failure is not None:
            raise reading.failed(self.path, self._failure) from self._failure
        if self._fd < 0:
            message = f"The journal {self.path.name} is closed."
            raise errors.StoreError(message, code="journal_failed")
