r"""
The journal entry of a sidecar: a small file beside a media file, which is created, replaced or removed.

    SIDECAR  = item:i64 flags:u8 path_length:u32 name_length:u32 temp_length:u32 mode:u32 mtime_ns:i64 length:u64
               digest:16 bytes path name temp content
    flags    = 1: there is a file before, 2: there is a file afterwards
    mode, mtime_ns, content = of the file before; `content` is deflated
    length, digest          = of the file afterwards: bytes, BLAKE3

The record comes first and has everything: the whole old file, and the digest of the new one. The bytes at the name
decide after a crash, as for a swap. New bytes: the change happened, and only the record of it is missing. Old bytes:
nothing happened, so only the temporary file is removed. Other bytes: another program changed the sidecar, and nothing
is touched. A removal gives the sidecar the temporary name before it unlinks it: the old bytes there are removed, and
any other bytes get the name of the sidecar again. The media file itself is never opened for writing.
"""

from __future__ import annotations

import os
import struct
import zlib
from dataclasses import dataclass, field

from blake3 import blake3

from indexium_core import errors
from indexium_core.files import digests
from indexium_core.files.journal import disk
from indexium_core.files.journal.swap_recovery import remove_temporary
from indexium_core.files.journal.undo import UndoOutcome
from indexium_core.files.reader import FileReader

LARGEST = 16 << 20  # bytes of a sidecar: the limit of an XMP packet
_HEAD = struct.Struct(">qBIIIIqQ16s")
_BEFORE, _AFTER = 1, 2


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The length and the digest of a small file."""

    length: int
    digest: bytes

    @classmethod
    def of(cls, content: bytes) -> Fingerprint:
        """Return the fingerprint of some bytes."""
        return cls(len(content), blake3(content).digest(digests.LENGTH))


@dataclass(frozen=True, slots=True, kw_only=True)
class SidecarEntry:
    """The data to determine whether a sidecar was changed, and to restore the old one."""

    item_id: int
    path: bytes  # the media file, which is not changed
    name: bytes  # the sidecar, in the folder of the media file
    temp: bytes  # the new sidecar until it has its name; the old one during its removal
    before: bytes | None  # the old sidecar; None: there was none
    mode: int = 0  # of the old sidecar
    mtime_ns: int = 0
    after: Fingerprint | None  # the new sidecar; None: it is removed
    state: str = field(default="begun", compare=False)  # begun, committed or undone, according to the journal
    stored_bytes: int = field(default=0, compare=False)  # size of its record

    @property
    def folder(self) -> bytes:
        return os.path.split(self.path)[0]

    @property
    def sidecar(self) -> bytes:
        """The path of the sidecar."""
        return os.path.join(self.folder, self.name)  # noqa: PTH118 - a path of bytes

    def explains(self, content: bytes | None) -> str:
        """Return whether a sidecar is the one `before` or `after`; "" for any other. None is a missing file."""
        if content == self.before:
            return "before"
        found = None if content is None else Fingerprint.of(content)
        return "after" if found == self.after else ""

    def has_old_aside(self) -> bool:
        """Return whether the file with the temporary name is the old sidecar."""
        try:
            return read_small(os.path.join(self.folder, self.temp)) == self.before  # noqa: PTH118 - a path of bytes
        except errors.ConflictError:  # a folder or a link
            return False


def encode_sidecar(entry: SidecarEntry) -> bytes:
    """Return the body of the SIDECAR record of an entry."""
    after = entry.after or Fingerprint(0, bytes(digests.LENGTH))
    flags = (0 if entry.before is None else _BEFORE) | (0 if entry.after is None else _AFTER)
    names = (entry.path, entry.name, entry.temp)
    head = _HEAD.pack(entry.item_id, flags, *map(len, names), entry.mode, entry.mtime_ns, after.length, after.digest)
    return b"".join((head, *names, zlib.compress(entry.before or b"", 6)))


def decode_sidecar(body: bytes) -> SidecarEntry:
    """Return the entry of a SIDECAR record's body."""
    item_id, flags, *lengths, mode, mtime_ns, length, digest = _HEAD.unpack_from(body)
    at, names = _HEAD.size, []
    for size in lengths:
        names.append(body[at : at + size])
        at += size
    path, name, temp = names
    return SidecarEntry(
        item_id=item_id,
        path=path,
        name=name,
        temp=temp,
        before=zlib.decompress(body[at:]) if flags & _BEFORE else None,
        mode=mode,
        mtime_ns=mtime_ns,
        after=Fingerprint(length, digest) if flags & _AFTER else None,
    )


def read_small(path: bytes) -> bytes | None:
    """
    Return the bytes of a small file, None if there is no file.

    Raises:
        FileAccessError: It cannot be read, or is larger than `LARGEST` (`too_large`).
        ConflictError: The path names a folder, a link or a device.

    """
    try:
        file = FileReader(path)
    except errors.FileAccessError as error:
        if error.reason == "missing_file":
            return None
        raise
    with file:
        if file.size > LARGEST:
            message = f"{disk.shown(path)} is larger than {LARGEST >> 20} MB, so it is not a sidecar."
            raise errors.FileAccessError(message, code="too_large")
        return file.read_at(0, file.size)


def take_name(entry: SidecarEntry, *, folder: int) -> None:
    """
    Give the file with the temporary name the name of the sidecar, which no other file loses.

    Raises:
        FileExistsError: Another file has the name.
        FileAccessError: The file system can neither check that in one step nor create hard links; nothing has changed.

    """
    if disk.rename_new(entry.temp, entry.name, folder=folder):
        return
    try:
        disk.link(entry.temp, entry.name, folder=folder, new_folder=folder)
    except OSError as error:
        if error.errno not in disk.NO_LINKS:
            raise
        message = (
            f"{disk.shown(entry.sidecar)} could not be created: its file system cannot ensure that no other file loses "
            "this name. Move the folder to another file system."
        )
        raise errors.FileAccessError(message, code="no_locks") from error
    disk.remove(entry.temp, folder=folder)


def recover_sidecar(entry: SidecarEntry) -> UndoOutcome:
    """
    Bring a change of a sidecar that was started to one of its two final states.

    Nothing is touched if the media file is missing (another disk may be mounted there), or if the sidecar is neither
    the old nor the new one. The outcome then reports the problem, and the entry stays open. A second call is harmless.
    """
    try:
        folder = disk.open_folder(entry.folder)
        try:
            return _decide(entry, folder)
        finally:
            os.close(folder)
    except OSError as error:
        meaning = disk.access_error(entry.path, error)
        return UndoOutcome(status="problem", code=meaning.reason, message=meaning.message)
    except errors.MetadataError as error:
        return UndoOutcome(status="problem", code=error.reason, message=error.message)


def _decide(entry: SidecarEntry, folder: int) -> UndoOutcome:
    if disk.lookup(os.path.split(entry.path)[1], folder=folder) is None:
        raise errors.FileAccessError(f"{disk.shown(entry.path)} no longer exists.", code="missing_file")
    if entry.after is None:
        _return_name(entry, folder)
    found = entry.explains(read_small(entry.sidecar))
    if not found:
        message = (
            f"Another program changed {disk.shown(entry.sidecar)} after the write was interrupted. Indexium did not "
            "change it further. Compare it with your own copy."
        )
        return UndoOutcome(status="problem", code="changed_on_disk", message=message)
    cleared = remove_temporary(entry.temp, folder=folder)
    disk.sync_folder(folder)
    if found == "after":
        return UndoOutcome(status="finished", message="The sidecar was already in its place.")
    return UndoOutcome(status="undone" if cleared else "untouched")


def _return_name(entry: SidecarEntry, folder: int) -> None:
    """Give a sidecar its name again that an interrupted removal took, if another program has put it there."""
    aside = disk.lookup(entry.temp, folder=folder)
    if aside is None or entry.has_old_aside():
        return
    named = disk.lookup(entry.name, folder=folder)
    if named is not None and os.path.samestat(aside, named):  # interrupted between the link and the removal
        disk.remove(entry.temp, folder=folder)
    elif named is not None:
        message = (
            f"Other programs changed {disk.shown(entry.sidecar)} during the write. The first of their files has the "
            f"name {disk.shown(entry.temp)}. Compare both, and remove or rename that one."
        )
        raise errors.ConflictError(message, code="changed_on_disk")
    else:
        take_name(entry, folder=folder)
    disk.sync_folder(folder)
