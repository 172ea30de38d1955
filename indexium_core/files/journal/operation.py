"""The undo journal of one operation: an append-only file that many writing threads share."""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from indexium_core import errors
from indexium_core.files.journal import disk, reading, records
from indexium_core.files.journal.records import JournalEntry, RecordKind
from indexium_core.files.journal.swaps import SwapEntry, encode_swap

__all__ = ["JournalWriter", "OperationJournal"]


class JournalWriter(Protocol):
    """What an edit of one file needs of the journal of its operation, wherever that is; `OperationJournal` is one."""

    def begin(self, entry: JournalEntry) -> None: ...
    def making(self, entry: SwapEntry) -> None: ...
    def swap(self, entry: SwapEntry) -> None: ...
    def inserted(self, item_id: int) -> None: ...
    def commit(self, item_id: int) -> None: ...
    def undone(self, item_id: int) -> None: ...
    def is_open(self, item_id: int) -> bool: ...
    def entry(self, item_id: int) -> JournalEntry | SwapEntry: ...


class OperationJournal:
    """
    The journal of one operation. A context manager; every method may be called from any thread.

    `begin` returns when its record is on the medium. Threads that wait at the same time share one sync (group commit),
    so its cost does not grow with the number of writers. COMMIT and UNDONE ride on the next sync; `sync` makes them
    durable and must come before the database is told that an item succeeded, or a power cut could take the file back
    behind its back.

    After a failed write or sync nothing is known of what the medium holds, so the journal takes no further record:
    every call raises `StoreError` from then on and the operation stops.
    """

    def __init__(self, path: Path, fd: int) -> None:
        """Take over an open descriptor; use `create` or `reopen`."""
        self.path = path
        self._fd = fd
        self._end = os.fstat(fd).st_size
        self._durable = 0  # bytes from the beginning that are known to be on the medium
        self._syncing = False
        self._failure: OSError | None = None
        self._offsets: dict[int, int] = {}  # item → where its newest BEGIN, MAKING or SWAP stands
        self._open: set[int] = set()  # items that were begun and neither committed nor undone
        self._turn = threading.Condition()

    @classmethod
    def create(cls, path: Path) -> Self:
        """
        Create the journal of a new operation; one of that name must not be there yet.

        Raises:
            StoreError: It cannot be made (`low_space`, `journal_failed`).

        """
        try:
            return cls._take(path, disk.create_journal(path), fresh=True)
        except OSError as error:
            raise reading.failed(path, error) from error

    @classmethod
    def reopen(cls, path: Path) -> Self:
        """
        Open a journal that another process left behind, to add what became of its entries.

        Raises:
            ConflictError: The process that writes it is still alive.
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
        """Record what is about to be done; returns when that is durable. Only then may the file be touched."""
        with self._turn:
            self._offsets[entry.item_id] = self._append(RecordKind.BEGIN, records.encode_begin(entry))
            self._open.add(entry.item_id)
            self._make_durable(self._end)

    def making(self, entry: SwapEntry) -> None:
        """Record which new file is about to be made; returns when that is durable. Only then may it be."""
        self._announce(RecordKind.MAKING, entry)

    def swap(self, entry: SwapEntry) -> None:
        """Record which file is about to take which one's place; returns when that is durable. Only then may it."""
        self._announce(RecordKind.SWAP, entry)

    def _announce(self, kind: RecordKind, entry: SwapEntry) -> None:
        with self._turn:
            self._offsets[entry.item_id] = self._append(kind, encode_swap(entry))
            self._open.add(entry.item_id)
            self._make_durable(self._end)

    def inserted(self, item_id: int) -> None:
        """Record that the room which BEGIN announced is there; returns when that is durable. Only then is it filled."""
        with self._turn:
            self._append(RecordKind.INSERTED, records.encode_item(item_id))
            self._make_durable(self._end)

    def commit(self, item_id: int) -> None:
        """Record that the item's edit is whole and verified; durable with the next `begin` or `sync`."""
        with self._turn:
            self._append(RecordKind.COMMIT, records.encode_item(item_id))
            self._open.discard(item_id)

    def undone(self, item_id: int) -> None:
        """Record that the item's file is as it was before; durable with the next `begin` or `sync`."""
        with self._turn:
            self._append(RecordKind.UNDONE, records.encode_item(item_id))
            self._open.discard(item_id)

    def is_open(self, item_id: int) -> bool:
        """Tell whether the item was begun and neither committed nor undone."""
        return item_id in self._open

    def sync(self) -> None:
        """Return when everything that was recorded so far is durable."""
        with self._turn:
            self._check()
            self._make_durable(self._end)

    def entry(self, item_id: int) -> JournalEntry | SwapEntry:
        """
        Return the entry that was begun last for an item, in this process.

        Raises:
            KeyError: None was.
            StoreError: It cannot be read.

        """
        return reading.fetch(self.path, self._offsets[item_id])

    def close(self) -> None:
        """Make everything durable and close; doing it again does nothing."""
        with self._turn:
            while self._syncing:
                self._turn.wait()
            fd, self._fd = self._fd, -1
            if fd < 0:
                return
            try:
                if self._failure is None and self._durable < self._end:
                    with contextlib.suppress(OSError):  # COMMITs that are lost here are undone at the next start
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
        """Write a record and return where it stands; the caller holds the turn."""
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
        """Wait until `upto` is durable: by the sync of another thread, or by leading one for all who wait."""
        while self._durable < upto:
            self._check()
            if self._syncing:
                self._turn.wait()
            else:
                self._lead()

    def _lead(self) -> None:
        """Sync what is there now, with the turn given up meanwhile, so that others can add records and wait."""
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
