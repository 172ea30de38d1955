r"""
The journal entry of side files: small files beside media (an NFO file, a picture, an XMP sidecar) that change together.

    FILES    = item:i64 flags:u8 count:u16 path_length:u32 path file*
    flags    = 1: the path is a folder (of a series), otherwise it is a media file
    file     = flags:u8 folder_length:u32 name_length:u32 temp_length:u32 mode:u32 mtime_ns:i64 stored:u32 length:u64
               digest:16 bytes folder name temp content
    flags    = 1: there is a file before, 2: there is a file afterwards, 4: `content` is deflated
    folder   = relative to the folder of the path; empty: that folder itself
    mode, mtime_ns, content = of the file before; `stored` is the number of bytes of `content`
    length, digest          = of the file afterwards: bytes, BLAKE3

    SIDECAR  = item:i64 flags:u8 path_length:u32 name_length:u32 temp_length:u32 mode:u32 mtime_ns:i64 length:u64
               digest:16 bytes path name temp content

SIDECAR is a record of earlier versions: one file beside a media file, with deflated content. It is read as an entry
with one file. Numbers are big-endian.

The record comes first and has everything: all old files whole, and the digests of the new ones. `side_files_recovery`
decides by it after a crash.
"""

from __future__ import annotations

import os
import struct
import unicodedata
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from blake3 import blake3

from indexium_core import errors
from indexium_core.files import digests
from indexium_core.files.journal import disk
from indexium_core.files.reader import FileReader

MAX_SIDE_FILE_BYTES = 25_000_000

_HEAD = struct.Struct(">qBHI")
_FILE = struct.Struct(">BIIIIqIQ16s")
_SIDECAR = struct.Struct(">qBIIIIqQ16s")
_IN_FOLDER = 1
_BEFORE, _AFTER, _DEFLATED = 1, 2, 4
_SAMPLE = 4096  # bytes in the middle of a file that show whether it can be compressed
_WORTHWHILE = 0.9
_OTHER_DIGITS = bytes.maketrans(b"0123456789abcdef", b"fedcba9876543210")


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
class SideFile:
    """The change of one file of an entry."""

    folder: bytes = b""  # relative to the folder of the entry
    name: bytes
    # The new file until it has its name; then the old file until all files have changed. A removed file has this name
    # until then.
    temp: bytes
    before: bytes | None  # the old file; None: there was none
    mode: int = 0  # of the old file
    mtime_ns: int = 0
    after: Fingerprint | None  # the new file; None: it is removed

    @property
    def other_temp(self) -> bytes:
        """The second temporary name, which only an undo uses."""
        start, dash, token = self.temp.rpartition(b"-")
        return start + dash + token.removesuffix(b".tmp").translate(_OTHER_DIGITS) + b".tmp"

    @property
    def place(self) -> bytes:
        """The path, relative to the folder of the entry."""
        return os.path.join(self.folder, self.name)  # noqa: PTH118 - a path of bytes

    @property
    def is_created(self) -> bool:
        """Whether there was no file before."""
        return self.before is None

    @property
    def is_removed(self) -> bool:
        """Whether there is no file afterwards."""
        return self.after is None

    def is_before(self, content: bytes | None) -> bool:
        """Return whether these are the old bytes; None is a missing file."""
        return content == self.before

    def is_after(self, content: bytes | None) -> bool:
        """Return whether these are the new bytes; None is a missing file."""
        return (None if content is None else Fingerprint.of(content)) == self.after


@dataclass(frozen=True, slots=True, kw_only=True)
class SideFilesEntry:
    """The data to determine whether the side files of one item were changed, and to restore the old ones."""

    item_id: int
    path: bytes  # the media file or the folder that they belong to, which is not changed
    is_folder: bool = False  # what the path is
    changes: tuple[SideFile, ...]
    state: str = field(default="begun", compare=False)  # begun, committed or undone, according to the journal
    stored_bytes: int = field(default=0, compare=False)  # size of its record

    @property
    def folder(self) -> bytes:
        """The folder that the places of the files are relative to."""
        return self.path if self.is_folder else os.path.split(self.path)[0]

    @property
    def sidecar(self) -> SideFile | None:
        """The XMP sidecar of a photo; None if the entry is about other files."""
        is_one = len(self.changes) == 1 and not self.is_folder
        return self.changes[0] if is_one and self.changes[0].name.lower().endswith(b".xmp") else None

    @property
    def twins(self) -> frozenset[bytes]:
        """The places that a file system may treat as one, because only case or the form of letters differs."""
        keys = {file.place: twin_key(file.place) for file in self.changes}
        counts = Counter(keys.values())
        return frozenset(place for place, key in keys.items() if counts[key] > 1)

    def folder_of(self, file: SideFile) -> bytes:
        """Return the path of the folder of a file."""
        return os.path.normpath(os.path.join(self.folder, file.folder))  # noqa: PTH118 - a path of bytes

    def path_of(self, file: SideFile) -> bytes:
        """Return the path of a file."""
        return os.path.join(self.folder_of(file), file.name)  # noqa: PTH118 - a path of bytes


def twin_key(name: bytes) -> str:
    """Return the same text for all names that some file system treats as one."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", os.fsdecode(name)).casefold())


def encode_files(entry: SideFilesEntry) -> bytes:
    """Return the body of the FILES record of an entry."""
    flags = _IN_FOLDER if entry.is_folder else 0
    parts = [_HEAD.pack(entry.item_id, flags, len(entry.changes), len(entry.path)), entry.path]
    for file in entry.changes:
        after = file.after or Fingerprint(0, bytes(digests.LENGTH))
        content, is_deflated = _packed(file.before or b"")
        flags = (
            (0 if file.is_created else _BEFORE) | (0 if file.is_removed else _AFTER) | (_DEFLATED if is_deflated else 0)
        )
        names = (file.folder, file.name, file.temp)
        parts.append(
            _FILE.pack(flags, *map(len, names), file.mode, file.mtime_ns, len(content), after.length, after.digest)
        )
        parts += (*names, content)
    return b"".join(parts)


def _packed(content: bytes) -> tuple[bytes, bool]:
    """Return bytes for the record, and whether they are deflated; a picture does not become smaller."""
    middle = max(0, len(content) - _SAMPLE) // 2
    sample = content[middle : middle + _SAMPLE]
    if len(zlib.compress(sample, 1)) > _WORTHWHILE * len(sample):
        return content, False
    deflated = zlib.compress(content, 6)
    return (deflated, True) if len(deflated) < len(content) else (content, False)


def decode_files(body: bytes) -> SideFilesEntry:
    """Return the entry of a FILES record's body."""
    item_id, flags, count, path_length = _HEAD.unpack_from(body)
    at = _HEAD.size + path_length
    path, files = body[_HEAD.size : at], []
    for _ in range(count):
        file, at = _decoded_file(body, at)
        files.append(file)
    return SideFilesEntry(item_id=item_id, path=path, is_folder=bool(flags & _IN_FOLDER), changes=tuple(files))


def _decoded_file(body: bytes, at: int) -> tuple[SideFile, int]:
    flags, *lengths, mode, mtime_ns, stored, length, digest = _FILE.unpack_from(body, at)
    (folder, name, temp, content), end = _split(body, at + _FILE.size, (*lengths, stored))
    file = SideFile(
        folder=folder,
        name=name,
        temp=temp,
        before=(zlib.decompress(content) if flags & _DEFLATED else content) if flags & _BEFORE else None,
        mode=mode,
        mtime_ns=mtime_ns,
        after=Fingerprint(length, digest) if flags & _AFTER else None,
    )
    return file, end


def decode_sidecar(body: bytes) -> SideFilesEntry:
    """Return the entry of a SIDECAR record's body, which an earlier version wrote."""
    item_id, flags, *lengths, mode, mtime_ns, length, digest = _SIDECAR.unpack_from(body)
    (path, name, temp), at = _split(body, _SIDECAR.size, lengths)
    file = SideFile(
        name=name,
        temp=temp,
        before=zlib.decompress(body[at:]) if flags & _BEFORE else None,
        mode=mode,
        mtime_ns=mtime_ns,
        after=Fingerprint(length, digest) if flags & _AFTER else None,
    )
    return SideFilesEntry(item_id=item_id, path=path, changes=(file,))


def _split(body: bytes, at: int, lengths: Sequence[int]) -> tuple[list[bytes], int]:
    """Return parts of a body that follow each other, and where they end."""
    parts = []
    for length in lengths:
        parts.append(body[at : at + length])
        at += length
    return parts, at


def read_small(path: bytes, *, limit: int = MAX_SIDE_FILE_BYTES) -> bytes | None:
    """
    Return the bytes of a small file, None if there is no file.

    Raises:
        FileAccessError: It cannot be read, or has more than `limit` bytes (`too_large`).
        ConflictError: The path names a folder, a link or a device.

    """
    try:
        file = FileReader(path)
    except errors.FileAccessError as error:
        if error.reason == "missing_file":
            return None
        raise
    with file:
        require_small(path, file.size, limit=limit)
        return file.read_at(0, file.size)


def require_small(path: bytes, size: int, *, limit: int = MAX_SIDE_FILE_BYTES) -> None:
    """Raise FileAccessError (`too_large`) if a file has more than `limit` bytes."""
    if size > limit:
        message = f"{disk.shown(path)} is larger than {limit / 1_000_000:.0f} MB, the limit of a file of its kind."
        raise errors.FileAccessError(message, code="too_large")
