"""A file open to be replaced. The program puts a new file in the place of another one only through this class."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from enum import Enum
from types import TracebackType
from typing import Self

from indexium_core import errors
from indexium_core.files import delta
from indexium_core.files.containers import Reader
from indexium_core.files.journal import Imprint, JournalWriter, SwapEntry, UndoOutcome, disk, swaps
from indexium_core.files.reader import ByteProgress, FileReader, ignore
from indexium_core.files.swap import content
from indexium_core.files.swap.newfile import NewFile
from indexium_core.files.swap.original import OWN_FOLDER, Original, keep
from indexium_core.files.walk import file_stat
from indexium_core.model.files.media import Extent, FileStat, Rebuild

logger = logging.getLogger(__name__)

_MARGIN = 1024 * 1024  # at least this number of bytes, or 1 % of the new file, stays free


class _Reached(Enum):
    """The last step that a replacement has reached."""

    NOTHING = 0  # nothing has started
    MAKING = 1  # the journal names the temporary file
    MADE = 2  # the new file is complete and durable
    REPLACED = 3  # the rename has happened, or may have happened
    OVER = 4  # the journal has the outcome, or this process cannot record it


class Replacement:
    """
    A file under the exclusive lock of this process, and a transaction. The package docstring lists the steps.

        with Replacement(path, journal=journal, item_id=7, expected=reader.stat) as swap:
            swap.build(rebuild)                     # or fill, adopt, join
            with swap.opened() as new:
                …                                   # verify
            reverse = swap.reverse()                # None: it would not be small, so keep the original or refuse
            swap.replace(reverse=reverse, keep=None if reverse else backups / "7.original")
            swap.commit()

    If the block ends before `replace`, normally or by an exception, the new file is removed; the original is unchanged.
    If it ends after `replace` without `commit`, the new file stays in its place and the entry open; `recover` completes
    the swap.

    Args:
        path: The file, as the operating system names it; links resolved.
        journal: The operation's journal.
        item_id: The item under which the journal records the replacement.
        expected: The `stat` result of the file when it was examined; None accepts the present file.
        mtime_ns: The modification time of the new file; None keeps the time of its creation.
        break_links: Whether the other hard links of the file may keep the old content.
        on_progress: Called with the number of bytes read or written in either file, until the new file is ready to be
            renamed. An exception that it raises cancels the replacement.

    Attributes:
        original: The file to be replaced, a `Reader`.

    Raises:
        FileAccessError: The file is missing, or the file or its folder is not writable.
        ConflictError: It is not the file that was examined (`changed_on_disk`), or another writer has it (`in_use`).
        RefusedError: It has other hard links (`hard_linked`).

    All steps raise FileAccessError if the disk fails (`low_space`, `io_error`, …; nothing has changed then), and
    StoreError if the journal fails.

    """

    def __init__(
        self,
        path: bytes,
        *,
        journal: JournalWriter,
        item_id: int,
        expected: FileStat | None = None,
        mtime_ns: int | None = None,
        break_links: bool = False,
        on_progress: ByteProgress = ignore,
    ) -> None:
        self.path = path
        self._on_progress = on_progress
        self.item_id = item_id
        self._journal = journal
        self._mtime_ns = mtime_ns
        self._step = _Reached.NOTHING
        self._edit: Rebuild | None = None  # the pieces that make the new file from the original, if `build` used it
        self._shared = 0  # bytes that the new file shares with another file
        self._digests: tuple[bytes, bytes] | None = None  # digests of the original and of the new file
        self._old_digest: bytes | None = None  # digest of the original, if it was computed during the copy
        self._proven: Rebuild | None = None
        self._doubts: list[str] = []
        self.original = Original(path, expected=expected, break_links=break_links, on_progress=self._report)
        self._new = NewFile(self.original, item_id=item_id, on_progress=self._report)
        self._entry = SwapEntry(
            item_id=item_id,
            path=path,
            temp=self._new.name,
            old=Imprint.of(self.original.stat),
            parted=self.original.stat.nlink > 1,
        )

    @property
    def temporary(self) -> bytes:
        """Path of the new file until it replaces the original."""
        return self._new.path

    @property
    def keep_path(self) -> bytes:
        """Path at which the original can be kept: in our folder beside it, so on the same file system."""
        folder, name = os.path.split(self._new.path)
        return os.path.join(folder, OWN_FOLDER, name.removesuffix(b".tmp") + b".original")  # noqa: PTH118

    @property
    def warnings(self) -> list[str]:
        """Sentences about attributes that could not be copied, and about steps that could not be confirmed."""
        return [*self._new.warnings, *self._doubts]

    @property
    def joined(self) -> bool:
        """Whether the new file is a hard link to a file that stays."""
        return self._entry.joined

    @property
    def journal_bytes(self) -> int:
        """Size of the replacement's journal record, in bytes."""
        return 0 if self._step is _Reached.NOTHING else self._journal.entry(self.item_id).stored_bytes

    @property
    def bytes_written(self) -> int:
        """Number of bytes of the new file that it does not share with another file."""
        return self._new.size - self._shared if self._step is not _Reached.NOTHING else 0

    # Making the new file: one of these four methods, once.

    def build(self, edit: Rebuild, *, source: Reader | None = None, payload: Sequence[Extent] = ()) -> None:
        """
        Make the new file from pieces: literal bytes and extents of `source` (default: the original).

        Raises:
            PayloadProtectedError: An extent of `payload` would be lost or reordered; nothing was done.
            ConflictError: The source became shorter meanwhile.

        """
        self._protect(edit, payload)
        with self._making(content.needed(edit, source or self.original)):
            self._new.create()
            if source is None:
                self._edit = edit
                self._shared, self._old_digest = content.write_with_digest(
                    edit, self.original, self._new.fileno(), on_progress=self._report
                )
            else:
                self._shared = content.write(edit, source, self._new.fileno(), on_progress=self._report)
            self._new.carry_over()

    def fill(self, run: Callable[[bytes], None], *, size: int = 0) -> None:
        """
        Let `run` write the new file: it gets the path of an empty file that only this user may open.

        Args:
            run: Writes into that file. It may truncate the file, but must not replace it.
            size: The approximate number of bytes that it will write, to check the free space beforehand.

        Raises:
            ConflictError: The temporary path no longer names the file that was created.

        """
        with self._making(size):
            self._new.create()
            try:
                run(self._new.path)
            except errors.FFmpegError as error:
                if self._is_full():
                    raise self._no_room(_MARGIN) from error
                raise
            self._new.check()
            self._new.carry_over()

    def adopt(self, kept: bytes) -> None:
        """
        Use a kept original as the new file: by a hard link, or by a copy if hard links are not possible.

        The new file gets the owner, mode and attributes of the present file, so that later changes of these stay. With
        a hard link, the kept name is removed as soon as the new file has the path.

        Raises:
            FileAccessError: The kept original is missing or not readable.
            ConflictError: It is no longer a regular file.

        """
        with FileReader(kept) as source, self._making(0):
            if self._link_or_copy(source, kept):
                self._entry = replace(self._entry, adopted=kept)
            self._new.carry_over()

    def join(self, other: bytes, rebuild: Rebuild) -> bool:
        """
        Make the new file a hard link to the file at `other`, if that file has exactly the bytes of `rebuild`.

        Owner, mode, attributes and times stay those of that file, which is not changed. If no more hard links are
        possible, the new file is a copy; the journal entry records the method. Returns False, without a change, if the
        bytes differ or the file cannot be read.

        Raises:
            ConflictError: The file at `other` changed during the comparison.

        """
        self._need(_Reached.NOTHING)
        try:
            source = FileReader(other)
        except errors.MetadataError:
            return False
        with source:
            source.on_progress = self._report
            try:
                delta.proven(rebuild, self.original, source)
            except (errors.VerificationError, errors.FileAccessError):
                return False
            with self._making(0):
                if self._link_or_copy(source, other):
                    self._entry = replace(self._entry, joined=True)
                else:
                    self._new.carry_over()
        return True

    def _link_or_copy(self, source: FileReader, path: bytes) -> bool:
        """Make the new file a hard link to the open file at `path`, or a copy of it; return False for a copy."""
        folder, name = os.path.split(path)
        place = disk.open_own_folder(folder)  # of a kept original; the link is compared with the open file
        try:
            self._new.link(source, name, folder=place)
        except OSError as error:
            if error.errno not in {*disk.NO_LINKS, errno.EXDEV}:
                raise
            self._new.create()
            whole = Rebuild((Extent(0, source.size),), cloned=True)
            self._shared = content.write(whole, source, self._new.fileno(), on_progress=self._report)
            return False
        finally:
            os.close(place)
        return True

    # Reading the new file.

    def opened(self) -> FileReader:
        """
        Open the new file for reading.

        Raises:
            ConflictError: It is no longer the file that was created.

        """
        self._need(_Reached.MADE)
        self._new.check()
        file = FileReader(self._new.path)
        file.on_progress = self._report
        return file

    def reverse(self) -> Rebuild | None:
        """
        Return the pieces that make the original from the new file, proven by a digest of all bytes; None if not small.

        The reverse is exact and fast if the new file was built from the original. Otherwise a search for common ranges
        determines it. If the files share blocks on the disk, only samples of these are compared, because they are the
        same blocks.

        Raises:
            VerificationError: The result is not the original.

        """
        self._need(_Reached.MADE)
        with self._undoing():
            if self._edit is not None:
                reverse = delta.inverted(self._edit, self.original)
            else:
                reverse = delta.between(self.original, self._new)
            if reverse is not None:
                self._prove(reverse)
        return reverse

    def expect(self, imprint: Imprint) -> None:
        """
        Compare the new file with the recorded imprint of an earlier file: size and digest.

        Raises:
            VerificationError: The files differ.

        """
        self._need(_Reached.MADE)
        with self._undoing():
            found = self._new.size, imprint.digest_like(self._new)
        if found != (imprint.size, imprint.digest):
            raise errors.VerificationError("The old bytes could not be restored. The file is unchanged.", check="bytes")

    # Putting the new file in the original's place.

    def replace(self, *, reverse: Rebuild | None, keep: bytes | None = None) -> FileStat:
        """
        Put the new file in the original's place, durably, and return its `stat` result there.

        Args:
            reverse: The pieces that make the original from the new file; proven here unless `reverse()` proved them.
            keep: The path at which the original is kept, on the same file system; its folder is created if it is
                missing.

        Raises:
            VerificationError: The reverse does not yield the original.
            ConflictError: Another program changed one of the two files, or took the path of the kept original.
            FileAccessError: Code `cannot_tell`: the new file has the path, but the medium did not confirm it.

        """
        self._need(_Reached.MADE)
        with self._undoing():
            self._new.carry_over_again()
            entry = self._announced(reverse, keep)
            self._on_progress = ignore  # no cancellation from here on: the remaining steps are short
            self._check()
            self._journal.swap(entry)
            self._entry = entry
            self._keep_and_take_place(keep)
            return file_stat(os.fstat(self._new.fileno()))

    def commit(self) -> None:
        """Record that the new file is verified and in its place."""
        self._need(_Reached.REPLACED)
        self._journal.commit(self.item_id)
        self._step = _Reached.OVER

    def undo(self) -> UndoOutcome:
        """Remove the new file if it has not replaced the original yet."""
        if self._step in {_Reached.NOTHING, _Reached.OVER}:
            return UndoOutcome(status="untouched")
        if self._step is _Reached.REPLACED:
            return UndoOutcome(status="problem", code="cannot_tell", message="The new file is already in its place.")
        try:
            swaps.release_kept(self._entry, folder=self.original.folder)
            self._new.remove()
        except OSError as error:
            meaning = disk.access_error(self.path, error)
            return UndoOutcome(status="problem", code=meaning.reason, message=meaning.message)
        self._step = _Reached.OVER
        self._journal.undone(self.item_id)
        return UndoOutcome(status="undone")

    def close(self) -> None:
        """Close both files and release the locks. A replacement that was not committed stays open in the journal."""
        self._new.close()
        self.original.close()

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
            logger.error("swap.unresolved item_id=%d code=%s", self.item_id, outcome.code)
            if error is None or isinstance(error, errors.MetadataError):  # any other error stops the whole operation
                raise self._unresolved(outcome) from error

    def _report(self, count: int) -> None:
        self._on_progress(count)

    # Steps 2 to 5.

    @contextlib.contextmanager
    def _making(self, size: int) -> Iterator[None]:
        """Announce the new file, let the block make this file, and make it durable."""
        self._need(_Reached.NOTHING)
        self._check_room(size)
        self._journal.making(self._entry)
        self._step = _Reached.MAKING
        with self._undoing():
            self.original.check()
            yield
            self._new.make_durable(None if self._entry.joined else self._mtime_ns)
        self._step = _Reached.MADE

    def _check_room(self, size: int) -> None:
        free = disk.free_bytes(self.original.folder)
        short = size + max(_MARGIN, size // 100) - free if size and free is not None else 0
        if short > 0:
            raise self._no_room(short)

    def _is_full(self) -> bool:
        free = disk.free_bytes(self.original.folder)
        return free is not None and free < _MARGIN

    def _no_room(self, short: int) -> errors.FileAccessError:
        message = (
            f"{disk.shown(self.path)} could not be written: a new file must be created beside it, and its disk needs "
            f"{short:,} more free bytes."
        )
        return errors.FileAccessError(message, code="low_space")

    def _protect(self, edit: Rebuild, payload: Sequence[Extent]) -> None:
        lost = content.first_lost(edit, payload)
        if lost is not None:
            raise errors.PayloadProtectedError(
                f"An edit would have lost {lost.length} media bytes at {lost.offset} of {disk.shown(self.path)}. "
                "The file is unchanged."
            )

    # Steps 7 to 11.

    def _announced(self, reverse: Rebuild | None, keep: bytes | None) -> SwapEntry:
        """Return the complete entry: the imprints of both files and the proven reverse."""
        assert self._new.stat is not None
        if self._digests is None or (reverse is not None and reverse is not self._proven):
            self._prove(reverse)
        assert self._digests is not None
        old, new = self._digests
        return replace(
            self._entry,
            old=Imprint.of(self.original.stat, digest=old, sampled=self._is_sampled),
            new=Imprint.of(self._new.stat, digest=new, sampled=self._is_sampled),
            kept=keep,
            reverse=reverse,
        )

    def _prove(self, reverse: Rebuild | None) -> None:
        """Prove the reverse, if it exists, and compute the digests of both files."""
        self._digests = content.digests(
            reverse, self.original, self._new, digest=self._old_digest, sampled=self._is_sampled
        )
        self._proven = reverse

    @property
    def _is_sampled(self) -> bool:
        """Whether samples suffice: the files share blocks, so a full read would be slow and would not prove more."""
        return self._edit is not None and self._shared > 0

    def _check(self) -> None:
        """Check again that both files are unchanged."""
        self.original.check()
        self._new.check()

    def _keep_and_take_place(self, path: bytes | None) -> None:
        if path is None or keep(self.original, path):
            self._check()
        try:
            confirmed = self._new.take_place()
        finally:
            if self._new.has_place():  # true also if a network file system lost its reply, or after an interrupt
                self._step = _Reached.REPLACED
        swaps.release_adopted(self._entry, folder=self.original.folder)
        if not confirmed:
            self._doubts.append("The file system cannot confirm that the new file's name is on the medium.")

    # Errors.

    @contextlib.contextmanager
    def _undoing(self) -> Iterator[None]:
        """Undo the replacement at once if the disk reports an error."""
        try:
            yield
        except OSError as error:
            raise self._failure(error) from error

    def _failure(self, error: OSError) -> errors.MetadataError:
        meaning = disk.access_error(self.path, error)
        outcome = self.undo()
        if not outcome.is_resolved:
            return self._unresolved(replace(outcome, message=f"{outcome.message} {meaning.message}"))
        logger.warning("swap.undone item_id=%d code=%s", self.item_id, meaning.reason)
        return type(meaning)(f"{meaning.message} The file is unchanged.", code=meaning.reason)

    def _unresolved(self, outcome: UndoOutcome) -> errors.FileAccessError:
        self._step = _Reached.OVER  # this process cannot resolve it
        message = f"The replacement of a file was interrupted: {outcome.message} Run `indexium recover`."
        return errors.FileAccessError(message, code="cannot_tell")

    def _need(self, step: _Reached) -> None:
        if self._step is not step:
            raise RuntimeError(f"a replacement is at step {self._step.name}, not {step.name}")
