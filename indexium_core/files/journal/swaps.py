"""
The journal entry of a file that a new file replaces.

    MAKING, SWAP = item:i64 flags:u8 path_length:u32 temp_length:u32 kept_length:u32 adopted_length:u32
                   old:imprint new:imprint path temp kept adopted reverse
    imprint      = device:u64 inode:u64 size:u64 mtime_ns:i64 form:u8 digest:16 bytes
    form         = 0: BLAKE2b of all bytes, of an earlier version, 1: BLAKE2b of windows, 2: BLAKE3 of all bytes
    reverse      = raw_length:u64 deflated(count:u64 piece* literals)
    piece        = kind:u8 jump:i64 length:u64       kind 0: the next bytes of the literals (jump is 0);
                                                     1: bytes of the new file, `jump` after the end of the last ones
    flags        = 1: there is a new file, 2: the original is kept, 4: there is a reverse, 8: its bytes can be shared,
                   16: the new file is a kept original, 32: the original has other hard links, which keep it,
                   64: the new file is a hard link to a file that stays

MAKING comes first and names the temporary file; its imprint of the original has only the `stat` values. SWAP has all
values. Pieces have jumps instead of offsets: a file that was copied packet by packet has equal jumps, which deflate
well.

The bytes at the path decide. New bytes: the swap happened, and only the record is missing. Old bytes: it did not
happen, so the new file and the second name of the original are removed. Other bytes: another program changed the file,
and nothing is touched. Each step leaves one of these three states, so recovery may itself be interrupted anywhere and
is then repeated.

The program removes a name only if one of its journals announced it, and only if it names a regular file.
"""

from __future__ import annotations

import contextlib
import os
import stat
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from indexium_core import errors
from indexium_core.files import delta
from indexium_core.files.containers import Reader
from indexium_core.files.journal import disk
from indexium_core.files.journal.undo import UndoOutcome
from indexium_core.files.reader import FileReader
from indexium_core.model.files.media import Extent, FileStat, Rebuild

_HEAD = struct.Struct(">qBIIII")
_IMPRINT = struct.Struct(">QQQqB16s")
_RAW = struct.Struct(">Q")
_PIECE = struct.Struct(">BqQ")
_NEW, _KEPT, _REVERSE, _CLONED, _ADOPTED, _PARTED, _JOINED = 1, 2, 4, 8, 16, 32, 64
_LITERAL, _EXTENT = 0, 1
_BLAKE2B, _SAMPLED, _BLAKE3 = 0, 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Imprint:
    """The values that identify a file: its place in the file system, and its bytes."""

    device: int
    inode: int
    size: int  # bytes
    mtime_ns: int
    digest: bytes = bytes(16)  # digest of the content (`delta.digest_of`); zeros: unknown
    sampled: bool = False  # the digest covers only windows of the content
    blake2b: bool = False  # the digest covers all bytes, and an earlier version recorded it

    @classmethod
    def of(cls, stat: FileStat, *, digest: bytes = bytes(16), sampled: bool = False) -> Imprint:
        """Return the imprint of a file from its `stat` values and a digest."""
        return cls(
            device=stat.device,
            inode=stat.inode,
            size=stat.size,
            mtime_ns=stat.mtime_ns,
            digest=digest,
            sampled=sampled,
        )

    def digest_like(self, file: Reader) -> bytes:
        """Return the digest of another file in the form of this one."""
        return delta.digest_of(file, sampled=self.sampled, blake2b=self.blake2b)


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapEntry:
    """The data to determine the progress of a swap, and to make the old file again."""

    item_id: int
    path: bytes
    temp: bytes  # name, in the same folder, that the new file has until it takes the path
    old: Imprint
    new: Imprint | None = None  # None: the new file is not complete
    kept: bytes | None = None  # path at which the original is kept
    adopted: bytes | None = None  # path at which the new file was kept before; it loses that name
    reverse: Rebuild | None = None  # the pieces that make the original from the new file
    parted: bool = False  # the original has other hard links, which keep it
    joined: bool = False  # the new file is a hard link to a file that stays
    state: str = field(default="begun", compare=False)  # begun, committed or undone, according to the journal
    stored_bytes: int = field(default=0, compare=False)  # size of its record

    @property
    def folder(self) -> bytes:
        return os.path.split(self.path)[0]

    @property
    def name(self) -> bytes:
        return os.path.split(self.path)[1]


def encode_swap(entry: SwapEntry) -> bytes:
    """Return the body of the MAKING or SWAP record of an entry."""
    kept, adopted, reverse = entry.kept or b"", entry.adopted or b"", entry.reverse
    flags = (
        (_NEW if entry.new else 0)
        | (_KEPT if entry.kept is not None else 0)
        | (_ADOPTED if entry.adopted is not None else 0)
        | (_REVERSE if reverse is not None else 0)
        | (_CLONED if reverse is not None and reverse.cloned else 0)
        | (_PARTED if entry.parted else 0)
        | (_JOINED if entry.joined else 0)
    )
    return b"".join(
        (
            _HEAD.pack(entry.item_id, flags, len(entry.path), len(entry.temp), len(kept), len(adopted)),
            _encode_imprint(entry.old),
            _encode_imprint(entry.new or entry.old),
            entry.path,
            entry.temp,
            kept,
            adopted,
            b"" if reverse is None else _encode_reverse(reverse),
        )
    )


def decode_swap(body: bytes) -> SwapEntry:
    """Return the entry of a MAKING or SWAP record's body."""
    item_id, flags, *lengths = _HEAD.unpack_from(body)
    at = _HEAD.size + 2 * _IMPRINT.size
    names = []
    for length in lengths:
        names.append(body[at : at + length])
        at += length
    path, temp, kept, adopted = names
    return SwapEntry(
        item_id=item_id,
        path=path,
        temp=temp,
        old=_decode_imprint(body, _HEAD.size),
        new=_decode_imprint(body, _HEAD.size + _IMPRINT.size) if flags & _NEW else None,
        kept=kept if flags & _KEPT else None,
        adopted=adopted if flags & _ADOPTED else None,
        reverse=_decode_reverse(body[at:], cloned=bool(flags & _CLONED)) if flags & _REVERSE else None,
        parted=bool(flags & _PARTED),
        joined=bool(flags & _JOINED),
    )


def _encode_imprint(imprint: Imprint) -> bytes:
    form = _SAMPLED if imprint.sampled else _BLAKE2B if imprint.blake2b else _BLAKE3
    return _IMPRINT.pack(imprint.device, imprint.inode, imprint.size, imprint.mtime_ns, form, imprint.digest)


def _decode_imprint(body: bytes, at: int) -> Imprint:
    device, inode, size, mtime_ns, form, digest = _IMPRINT.unpack_from(body, at)
    return Imprint(
        device=device,
        inode=inode,
        size=size,
        mtime_ns=mtime_ns,
        digest=digest,
        sampled=form == _SAMPLED,
        blake2b=form == _BLAKE2B,
    )


def _encode_reverse(reverse: Rebuild) -> bytes:
    table, end = [], 0
    for piece in reverse.pieces:
        if isinstance(piece, Extent):
            table.append(_PIECE.pack(_EXTENT, piece.offset - end, piece.length))
            end = piece.end
        else:
            table.append(_PIECE.pack(_LITERAL, 0, len(piece)))
    literals = (piece for piece in reverse.pieces if isinstance(piece, bytes))
    raw = b"".join((_RAW.pack(len(table)), *table, *literals))
    return _RAW.pack(len(raw)) + zlib.compress(raw, 6)


def _decode_reverse(data: bytes, *, cloned: bool) -> Rebuild:
    (length,) = _RAW.unpack_from(data)
    raw = zlib.decompress(data[_RAW.size :], bufsize=length)
    return Rebuild(tuple(_pieces(raw)), cloned=cloned)


def _pieces(raw: bytes) -> Iterator[bytes | Extent]:
    (count,) = _RAW.unpack_from(raw)
    at, end = _RAW.size + count * _PIECE.size, 0
    for kind, jump, length in _PIECE.iter_unpack(memoryview(raw)[_RAW.size : at]):
        if kind == _EXTENT:
            yield Extent(end + jump, length)
            end += jump + length
        else:
            yield raw[at : at + length]
            at += length


def recover_swap(entry: SwapEntry) -> UndoOutcome:
    """
    Bring a swap that was started to one of its two final states.

    Nothing is touched if the file is missing, locked by another writer, or neither the old nor the new one. The outcome
    then reports the problem, and the entry stays open, so that the call can be repeated. A second call is harmless.
    """
    try:
        with _opened(disk.open_folder(entry.folder)) as folder:
            return _unmake(entry, folder) if entry.new is None else _decide(entry, folder)
    except OSError as error:
        meaning = disk.access_error(entry.path, error)
        return UndoOutcome(status="problem", code=meaning.reason, message=meaning.message)
    except errors.MetadataError as error:
        return UndoOutcome(status="problem", code=error.reason, message=error.message)


def remove_temporary(name: bytes, *, folder: int, inode: int | None = None) -> bool:
    """Remove our temporary file durably. A file that is not regular, or has another inode, is not removed."""
    found = disk.lookup(name, folder=folder)
    if found is None or not stat.S_ISREG(found.st_mode) or inode not in {None, found.st_ino}:
        return False
    disk.remove(name, folder=folder)
    disk.sync_folder(folder)
    return True


def release_kept(entry: SwapEntry, *, folder: int) -> bool:
    """
    Remove the name under which the original was to be kept, durably.

    This happens only while the path names the same file; otherwise that name could be the only one of the original. If
    the original lost its path (a file system without hard links can only rename), the path is restored instead.
    """
    if entry.kept is None:
        return False
    place, name = os.path.split(entry.kept)
    with contextlib.suppress(FileNotFoundError), _opened(disk.open_own_folder(place)) as kept_folder:
        kept, named = disk.lookup(name, folder=kept_folder), disk.lookup(entry.name, folder=folder)
        if kept is None:
            return False
        if named is None and _is_the_original(entry):
            disk.rename(name, entry.name, folder=kept_folder, new_folder=folder)
            disk.sync_folder(folder)
        elif named is not None and os.path.samestat(kept, named):
            disk.remove(name, folder=kept_folder)
        else:
            return False
        disk.sync_folder(kept_folder)
        return True
    return False


def release_adopted(entry: SwapEntry, *, folder: int) -> None:
    """Remove durably the name under which the new file was kept, because it now has the path."""
    if entry.adopted is None:
        return
    place, name = os.path.split(entry.adopted)
    with contextlib.suppress(FileNotFoundError), _opened(disk.open_own_folder(place)) as kept_folder:
        kept, named = disk.lookup(name, folder=kept_folder), disk.lookup(entry.name, folder=folder)
        if kept is not None and named is not None and os.path.samestat(kept, named):
            disk.remove(name, folder=kept_folder)
        disk.sync_folder(kept_folder)


def _unmake(entry: SwapEntry, folder: int) -> UndoOutcome:
    """Resolve an entry whose new file was still being made: the original is unchanged."""
    if remove_temporary(entry.temp, folder=folder):
        return UndoOutcome(status="undone", message="A new file that was being made beside it was removed.")
    if disk.lookup(entry.name, folder=folder) is None:  # another disk may be mounted here now
        raise _gone(entry)
    disk.sync_folder(folder)
    return UndoOutcome(status="untouched")


def _decide(entry: SwapEntry, folder: int) -> UndoOutcome:
    try:
        file = FileReader(entry.path)
    except errors.FileAccessError as error:
        if error.reason == "missing_file" and release_kept(entry, folder=folder):
            remove_temporary(entry.temp, folder=folder)
            return UndoOutcome(status="undone", message="The original was restored to its path.")
        raise
    with file:
        _lock(entry, file)
        found = _which(entry, file)
        if found is None:
            return _foreign(entry, folder)
        cleared = found is entry.old and release_kept(entry, folder=folder)
        cleared |= remove_temporary(entry.temp, folder=folder)
        disk.sync_folder(folder)
        if found is entry.new:
            release_adopted(entry, folder=folder)
    if found is entry.new:
        return UndoOutcome(status="finished", message="The new file was already in its place.")
    return UndoOutcome(status="undone" if cleared else "untouched")


def _which(entry: SwapEntry, file: FileReader) -> Imprint | None:
    """Return the one of the two imprints that a file matches, or None."""
    old, new, digests = entry.old, entry.new, dict[tuple[bool, bool], bytes]()
    assert new is not None

    def is_it(one: Imprint) -> bool:
        # Samples alone are weak evidence. But samples exist only on file systems with reflinks, whose inodes are
        # stable.
        if one.size != file.size or (one.sampled and one.inode != file.stat.inode):
            return False
        form = one.sampled, one.blake2b
        if form not in digests:
            digests[form] = one.digest_like(file)
        return digests[form] == one.digest

    found = [one for one in (old, new) if is_it(one)]
    if len(found) == 2:  # the same bytes
        return old if file.stat.inode == old.inode else new
    return found[0] if found else None


def _is_the_original(entry: SwapEntry) -> bool:
    """Tell whether the kept file is the complete original."""
    assert entry.kept is not None
    with FileReader(entry.kept) as file:
        return _which(entry, file) is entry.old


def _lock(entry: SwapEntry, file: FileReader) -> None:
    """Exclude other writers, if the system permits a lock on a file that is open for reading."""
    try:
        disk.lock(file.fileno())
    except BlockingIOError as error:
        raise disk.access_error(entry.path, error) from error
    except OSError:  # locks are missing here or require write access: the inode number must suffice
        return


def _gone(entry: SwapEntry) -> errors.MetadataError:
    return errors.FileAccessError(f"{disk.shown(entry.path)} no longer exists.", code="missing_file")


def _foreign(entry: SwapEntry, folder: int) -> UndoOutcome:
    message = (
        f"Another program changed {disk.shown(entry.path)} after the write was interrupted. Indexium did not change "
        "the file further. Compare it with your own copy."
    )
    if disk.lookup(entry.temp, folder=folder) is not None:
        message += f" The new file is beside it, named {disk.shown(entry.temp)}."
    return UndoOutcome(status="problem", code="changed_on_disk", message=message)


@contextlib.contextmanager
def _opened(folder: int) -> Iterator[int]:
    try:
        yield folder
    finally:
        os.close(folder)
