"""One file, open to be replaced by a new one: the only way in which the program puts a file in another one's place."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent import futures
from dataclasses import replace
from enum import Enum
from types import TracebackType
from typing import Self

from indexium_core import errors
from indexium_core.files import delta
from indexium_core.files.containers import Reader
from indexium_core.files.journal import Imprint, JournalWriter, SwapEntry, UndoOutcome, disk, settling
from indexium_core.files.reader import FileReader, Heed, ignore
from indexium_core.files.swap import content
from indexium_core.files.swap.keeping import NO_LINKS, OWN_FOLDER, keep
from indexium_core.files.swap.newfile import NewFile
from indexium_core.files.swap.original import Original
from indexium_core.files.walk import file_stat
from indexium_core.model.files.media import Extent, FileStat, Rebuild

__all__ = ["Replacement"]

log = logging.getLogger(__name__)

_MARGIN = 1024 * 1024  # bytes that stay free at least, and one part in a hundred of the new file
_NO_LINKS = frozenset((errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK))


class _Step(Enum):
    """How far a replacement got."""

    NOTHING = 0  # nothing was begun
    MAKING = 1  # the journal names the temporary file
    MADE = 2  # it is whole and durable
    REPLACED = 3  # it has the path, or may have
    OVER = 4  # the journal knows how it ended, or never will by us


class Replacement:
    """
    A file under the exclusive lock of this process, and a transaction; the order is the module's head.

        with Replacement(path, journal=journal, item_id=7, expected=reader.stat) as swap:
            swap.build(rebuild)                     # or fill, adopt, join
            with swap.opened() as new:
                …                                   # verify
            reverse = swap.reverse()                # None: it would not be small, so keep the original or refuse
            swap.replace(reverse=reverse, keep=None if reverse else backups / "7.original")
            swap.commit()

    Leaving the block before `replace`, by whatever way, removes the new file; the original was not touched. Leaving it
    after `replace` without `commit` leaves the new file in its place and the entry open, for `recover` to finish.

    Args:
        path: The file, as the operating system names it; links resolved.
        journal: The operation's journal.
        item_id: Under which the journal keeps the replacement.
        expected: What `stat` said when the file was examined; None takes it as it is.
        mtime_ns: The modification time that the new file gets; None for that of its making.
        break_links: Whether the file's other names may keep the old one.
        heed: Told how many bytes of either file were read or written, until the new one is to take its place. What it
            raises gives the replacement up.

    Attributes:
        original: The file that is to be replaced, a `Reader`.

    Raises:
        FileAccessError: The file is missing, or it or its folder may not be written.
        ConflictError: It is not the one that was examined (`changed_on_disk`), or another writer has it (`in_use`).
        RefusedError: It has other names (`hard_linked`).

    All steps raise FileAccessError where the disk fails (`low_space`, `io_error`, …; nothing has changed then), and
    StoreError where the journal does.

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
        heed: Heed = ignore,
    ) -> None:
        self.path = path
        self._heed = heed
        self.item_id = item_id
        self._journal = journal
        self._mtime_ns = mtime_ns
        self._step = _Step.NOTHING
        self._edit: Rebuild | None = None  # by which the new file was made of the original, where it was
        self._shared = 0  # bytes that it shares with another file
        self._digests: tuple[bytes, bytes] | None = None  # of the original and of the new file
        self._proven: Rebuild | None = None
        self._doubts: list[str] = []
        self.original = Original(path, expected=expected, break_links=break_links, heed=self._did)
        self._new = NewFile(self.original, item_id=item_id, heed=self._did)
        self._entry = SwapEntry(
            item_id=item_id,
            path=path,
            temp=self._new.name,
            old=Imprint.of(self.original.stat),
            parted=self.original.stat.nlink > 1,
        )

    @property
    def temporary(self) -> bytes:
        """Path that the new file has until it takes the original's."""
        return self._new.path

    @property
    def shelf(self) -> bytes:
        """Path under which the original can be kept: in a folder of ours beside it, so on the same file system."""
        folder, name = os.path.split(self._new.path)
        return os.path.join(folder, OWN_FOLDER, name.removesuffix(b".tmp") + b".original")  # noqa: PTH118

    @property
    def warnings(self) -> list[str]:
        """Sentences about what of the original could not be carried over, or not be confirmed."""
        return [*self._new.warnings, *self._doubts]

    @property
    def joined(self) -> bool:
        """Whether the new file is another name of a file that stays."""
        return self._entry.joined

    @property
    def journal_bytes(self) -> int:
        """How much room the replacement takes in the journal."""
        return 0 if self._step is _Step.NOTHING else self._journal.entry(self.item_id).stored_bytes

    @property
    def bytes_written(self) -> int:
        """How many bytes of the new file are its own, shared with no other."""
        return self._new.size - self._shared if self._step is not _Step.NOTHING else 0

    # Making the new file: one of the four, once.

    def build(self, edit: Rebuild, *, source: Reader | None = None, payload: Sequence[Extent] = ()) -> None:
        """
        Make the new file from pieces: literal bytes and stretches of `source`, the original if it is None.

        Raises:
            PayloadProtectedError: A stretch of `payload` would be lost or moved before another; nothing was done.
            ConflictError: The source became shorter meanwhile.

        """
        self._protect(edit, payload)
        with self._making(content.needed(edit, source or self.original)):
            self._new.create()
            self._shared = content.write(edit, source or self.original, self._new.fileno(), heed=self._did)
            self._edit = edit if source is None else None
            self._new.carry_over()

    def fill(self, run: Callable[[bytes], None], *, size: int = 0) -> None:
        """
        Have `run` write the new file: it is given the path of an empty one that only we may open.

        Args:
            run: Writes into that file. It may truncate it, but not put another one in its place.
            size: About how many bytes it will write, to know beforehand whether there is room.

        Raises:
            ConflictError: What is at the temporary path afterwards is not the file that we made.

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
        Make an original that was kept the new file: by another name of it, or a copy where there are no links.

        It gets the owner, mode and attributes that the present file has: what a person set since stays. By another name
        it loses the one under which it was kept as soon as it has its place.

        Raises:
            FileAccessError: It is gone, or may not be read.
            ConflictError: It is no regular file any more.

        """
        with FileReader(kept) as source, self._making(0):
            if self._link_or_copy(source, kept):
                self._entry = replace(self._entry, adopted=kept)
            self._new.carry_over()

    def join(self, other: bytes, rebuild: Rebuild) -> bool:
        """
        Make another name of the file at `other` the new file, if that file is byte for byte what `rebuild` makes.

        Owner, mode, attributes and times are those of that file; nothing of it is changed. Where no more links can be
        made of it, the new file is a copy; the entry of the journal says which. Returns False, with nothing done, where
        the bytes differ or the file cannot be read.

        Raises:
            ConflictError: The file at `other` changed while it was compared.

        """
        self._need(_Step.NOTHING)
        try:
            source = FileReader(other)
        except errors.MetadataError:
            return False
        with source:
            source.heed = self._did
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
        """Make another name of the open file at `path` the new file; False: a copy, for there can be no link."""
        folder, name = os.path.split(path)
        place = disk.open_folder(folder)
        try:
            self._new.link(source, name, folder=place)
        except OSError as error:
            if error.errno not in {*NO_LINKS, errno.EXDEV}:
                raise
            self._new.create()
            whole = Rebuild((Extent(0, source.size),), cloned=True)
            self._shared = content.write(whole, source, self._new.fileno(), heed=self._did)
            return False
        finally:
            os.close(place)
        return True

    # Looking at it.

    def opened(self) -> FileReader:
        """
        Open the new file for reading.

        Raises:
            ConflictError: It is not the file that we made any more.

        """
        self._need(_Step.MADE)
        self._new.check()
        file = FileReader(self._new.path)
        file.heed = self._did
        return file

    def reverse(self) -> Rebuild | None:
        """
        Return how the original is made out of the new file, proven byte for byte; None where that is not small.

        Exact and quick where the new file was built of the original, by a search for what they have in common else.
        Of blocks that both files share only samples are compared: they are the same blocks.

        Raises:
            VerificationError: What comes out is not the original.

        """
        self._need(_Step.MADE)
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
        Hold the new file to what is known of an earlier one: size and digest.

        Raises:
            VerificationError: It is another file.

        """
        self._need(_Step.MADE)
        with self._undoing():
            found = self._new.size, delta.digest_of(self._new, sampled=imprint.sampled)
        if found != (imprint.size, imprint.digest):
            message = "The old bytes did not come back; the file was left as it was."
            raise errors.VerificationError(message, check="bytes")

    # Putting it in the original's place.

    def replace(self, *, reverse: Rebuild | None, keep: bytes | None = None) -> FileStat:
        """
        Put the new file in the original's place, durably, and return what `stat` says of it there.

        Args:
            reverse: How the original is made out of the new file again; proven here if it was not by `reverse()`.
            keep: Path that the original gets, on the same file system; its folder is made if it is not there.

        Raises:
            VerificationError: The reverse does not give the original.
            ConflictError: Somebody changed one of the two files, or has taken the path of what is to be kept.
            FileAccessError: Code `cannot_tell`: the new file has the path, but the medium did not confirm it.

        """
        self._need(_Step.MADE)
        with self._undoing():
            self._new.carry_over_again()
            entry = self._announced(reverse, keep)
            self._heed = ignore  # from here on it is carried through: what is left takes no time
            self._check()
            self._journal.swap(entry)
            self._entry = entry
            self._keep_and_take_place(keep)
            return file_stat(os.fstat(self._new.fileno()))

    def commit(self) -> None:
        """Say that the new file is verified and in its place."""
        self._need(_Step.REPLACED)
        self._journal.commit(self.item_id)
        self._step = _Step.OVER

    def undo(self) -> UndoOutcome:
        """Remove the new file, where it has not replaced the original yet."""
        if self._step in {_Step.NOTHING, _Step.OVER}:
            return UndoOutcome(status="untouched")
        if self._step is _Step.REPLACED:
            return UndoOutcome(status="problem", code="cannot_tell", message="The new file is in its place already.")
        try:
            settling.release(self._entry, folder=self.original.folder)
            self._new.remove()
        except OSError as error:
            meaning = disk.access_error(self.path, error)
            return UndoOutcome(status="problem", code=meaning.reason, message=meaning.message)
        self._step = _Step.OVER
        self._journal.undone(self.item_id)
        return UndoOutcome(status="undone")

    def close(self) -> None:
        """Close both files and give up the locks. What was begun and not committed stays open in the journal."""
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
        if not outcome.settled:
            log.error("swap.not_settled item_id=%d code=%s", self.item_id, outcome.code)
            if error is None or isinstance(error, errors.MetadataError):  # any other stops more than this file
                raise self._unsettled(outcome) from error

    def _did(self, count: int) -> None:
        self._heed(count)

    # Steps 2 to 5.

    @contextlib.contextmanager
    def _making(self, size: int) -> Iterator[None]:
        """Announce the new file, have it made, and make it durable."""
        self._need(_Step.NOTHING)
        self._check_room(size)
        self._journal.making(self._entry)
        self._step = _Step.MAKING
        with self._undoing():
            self.original.check()
            yield
            self._new.settle(None if self._entry.joined else self._mtime_ns)
        self._step = _Step.MADE

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
            f"{disk.shown(self.path)} could not be written: a new file has to be made beside it, and its disk has "
            f"{short:,} bytes too few."
        )
        return errors.FileAccessError(message, code="low_space")

    def _protect(self, edit: Rebuild, payload: Sequence[Extent]) -> None:
        lost = content.first_lost(edit, payload)
        if lost is not None:
            message = (
                f"An edit would have lost {lost.length} media bytes at {lost.offset} of {disk.shown(self.path)}. "
                "Nothing was done."
            )
            raise errors.PayloadProtectedError(message)

    # Steps 7 to 11.

    def _announced(self, reverse: Rebuild | None, keep: bytes | None) -> SwapEntry:
        """Return the entry that tells everything: imprints of both files, and the proven way back."""
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
        """Prove the way back, where there is one, and learn the digests of both files; the two at the same time."""
        sampled = self._is_sampled
        with futures.ThreadPoolExecutor(1) as other:
            new = other.submit(delta.digest_of, self._new, sampled=sampled)
            if reverse is None:
                old = delta.digest_of(self.original, sampled=sampled)
            else:
                old = delta.proven(reverse, self._new, self.original, sampled=sampled)
            self._digests = old, new.result()
        self._proven = reverse

    @property
    def _is_sampled(self) -> bool:
        """Tell whether reading all of both files would cost most of the time and prove nothing: they share blocks."""
        return self._edit is not None and self._shared > 0

    def _check(self) -> None:
        """Look once more whether both files are what they were."""
        self.original.check()
        self._new.check()

    def _keep_and_take_place(self, path: bytes | None) -> None:
        if path is None or keep(self.original, path):
            self._check()
        try:
            confirmed = self._new.take_place()
        finally:
            if self._new.has_place():  # also where a network file system did it and lost the answer, or at an interrupt
                self._step = _Step.REPLACED
        settling.let_go(self._entry, folder=self.original.folder)
        if not confirmed:
            self._doubts.append("The file system cannot say whether the new file's name is on the medium.")

    # Giving up.

    @contextlib.contextmanager
    def _undoing(self) -> Iterator[None]:
        """Answer an error of the disk by undoing at once."""
        try:
            yield
        except OSError as error:
            raise self._give_up(error) from error

    def _give_up(self, error: OSError) -> errors.MetadataError:
        meaning = disk.access_error(self.path, error)
        outcome = self.undo()
        if not outcome.settled:
            return self._unsettled(replace(outcome, message=f"{outcome.message} {meaning.message}"))
        log.warning("swap.undone item_id=%d code=%s", self.item_id, meaning.reason)
        return type(meaning)(f"{meaning.message} It is as it was before.", code=meaning.reason)

    def _unsettled(self, outcome: UndoOutcome) -> errors.FileAccessError:
        self._step = _Step.OVER  # nothing more can be done here
        message = f"A file was being replaced and that is not settled yet: {outcome.message} Run `indexium recover`."
        return errors.FileAccessError(message, code="cannot_tell")

    def _need(self, step: _Step) -> None:
        if self._step is not step:
            message = f"a replacement is at step {self._step.name}, not {step.name}"
            raise RuntimeError(message)
