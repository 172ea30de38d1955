r"""
The undo journal's format.

    file    = header record*
    header  = "INDEXIUM" version:u16 zero:u48                                          (16 bytes)
    record  = "\xf1REC" kind:u8 zero:u24 length:u64 body digest                       (16 + length + 16 bytes)
    digest  = BLAKE2b-128 over the record's offset in the file (u64), its 16-byte head and its body
    BEGIN   = item:i64 device:u64 inode:u64 size_before:u64 size_after:u64 mtime_before_ns:i64 surroundings:16 bytes
              path_length:u16 shifted:u8 zero:u8 ranges:u32 path [seal:16 bytes front:16 bytes]
              (offset:u64 before_length:u64 after_length:u64 before after)*
    COMMIT, UNDONE, INSERTED = item:i64

Numbers are big-endian. A record is valid only if its digest is correct. Bytes after the last valid record are a torn
tail: it was never durable, so the announced edit has not started. A valid record after damaged bytes still counts: a
journal on a failing medium must not lose a partly written file. A superfluous BEGIN is harmless (see `undo`).

The record has the bytes *after*, not only their digest: after a crash a range may have a mixture of old and new bytes.
Only both together distinguish such a mixture from an edit of another program.

`shifted` means that bytes are inserted or removed in front of the file; their number is the difference of the sizes
(see `shift`). If bytes are inserted, the record has only the first of them (`seal`) and a digest of all (`front`): the
header of a long video has megabytes. The one range of the record has all removed bytes.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import BinaryIO

VERSION = 1
_HEADER = struct.Struct(">8sH6x")
HEADER = _HEADER.pack(b"INDEXIUM", VERSION)
_MARKER = b"\xf1REC"
_HEAD = struct.Struct(">4sB3xQ")
_DIGEST = 16
_BEGIN = struct.Struct(">qQQQQq16sHBxI")
_FRONT = struct.Struct(">16s16s")
_RANGE = struct.Struct(">QQQ")
_ITEM = struct.Struct(">q")
_CHUNK = 1024 * 1024


class RecordKind(IntEnum):
    """The kind of a record."""

    BEGIN = 1  # announces the changes of a file
    COMMIT = 2  # the change is complete and verified
    UNDONE = 3  # the file is restored
    INSERTED = 4  # the room that BEGIN announced is in front of the file, durably
    MAKING = 5  # announces a new file beside this one
    SWAP = 6  # the new file is complete, verified and durable; announces its rename to this file's path
    SIDECAR = 7  # announces the change of a small file beside this one; earlier versions wrote it
    FILES = 8  # announces the changes of the side files of one item


@dataclass(frozen=True, slots=True)
class Range:
    """
    One range of a file that changes.

    `before` is shorter than `after` if the file grows and longer if it is truncated; otherwise they are equally long.
    """

    offset: int
    before: bytes
    after: bytes

    @property
    def length(self) -> int:
        return max(len(self.before), len(self.after))

    @property
    def end(self) -> int:
        return self.offset + self.length


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """The data to undo one edit of one file, and to decide whether the undo is permitted."""

    item_id: int
    path: bytes
    device: int
    inode: int
    size_before: int  # bytes
    size_after: int
    mtime_ns: int  # before the edit
    surroundings: bytes  # digest of untouched bytes near the ranges, 16 bytes (`state.surroundings`)
    ranges: tuple[Range, ...]  # in file order, without overlap
    # True: the whole file moves. Bytes are inserted in front, or its one range is removed there (`shift`).
    shifted: bool = False
    seal: bytes = b""  # first 16 of the inserted bytes: they are written last
    front: bytes = b""  # digest of all inserted bytes, 16 bytes
    inserted: bool = field(default=False, compare=False)  # the room is durable, so the bytes may have been written
    state: str = field(default="begun", compare=False)  # begun, committed or undone, according to the journal
    stored_bytes: int = field(default=0, compare=False)  # size of its record


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A record with a correct digest."""

    kind: int
    offset: int  # offset of its head in the journal
    end: int  # offset of its digest
    skipped: int  # unreadable bytes before it
    body: bytes


def encode(kind: RecordKind, body: bytes, offset: int) -> bytes:
    """Return the record of a kind for the position `offset` of the journal; every body starts with its item."""
    head = _HEAD.pack(_MARKER, kind, len(body))
    return head + body + _digest(offset, head, body)


def encode_item(item_id: int) -> bytes:
    """Return the body of a record that only names an item."""
    return _ITEM.pack(item_id)


def encode_begin(entry: JournalEntry) -> bytes:
    """Return the body of the BEGIN record of an entry."""
    parts = [
        _BEGIN.pack(
            entry.item_id,
            entry.device,
            entry.inode,
            entry.size_before,
            entry.size_after,
            entry.mtime_ns,
            entry.surroundings,
            len(entry.path),
            entry.shifted,
            len(entry.ranges),
        ),
        entry.path,
    ]
    if entry.shifted:
        parts.append(_FRONT.pack(entry.seal, entry.front))
    for part in entry.ranges:
        parts += (_RANGE.pack(part.offset, len(part.before), len(part.after)), part.before, part.after)
    return b"".join(parts)


def decode_begin(body: bytes) -> JournalEntry:
    """Return the entry of a BEGIN record's body."""
    item_id, device, inode, before, after, mtime_ns, near, path_length, shifted, count = _BEGIN.unpack_from(body)
    at = _BEGIN.size + path_length
    path, ranges = body[_BEGIN.size : at], []
    seal, front = _FRONT.unpack_from(body, at) if shifted else (b"", b"")
    at += _FRONT.size if shifted else 0
    for _ in range(count):
        offset, before_length, after_length = _RANGE.unpack_from(body, at)
        middle = at + _RANGE.size + before_length
        at_next = middle + after_length
        ranges.append(Range(offset, body[at + _RANGE.size : middle], body[middle:at_next]))
        at = at_next
    return JournalEntry(
        item_id=item_id,
        path=path,
        device=device,
        inode=inode,
        size_before=before,
        size_after=after,
        mtime_ns=mtime_ns,
        surroundings=near,
        ranges=tuple(ranges),
        shifted=bool(shifted),
        seal=seal,
        front=front,
    )


def decode_item(body: bytes) -> int:
    """Return the item of a record: every body starts with it."""
    return int(_ITEM.unpack_from(body)[0])


def version(header: bytes) -> int | None:
    """Return the version in a journal's header, or None if the bytes are not a journal header."""
    if len(header) < _HEADER.size:
        return None
    magic, number = _HEADER.unpack_from(header)
    return int(number) if magic == b"INDEXIUM" else None


def scan(file: BinaryIO, size: int) -> Iterator[Record]:
    """Yield the records with correct digests of a journal of `size` bytes, in order."""
    at = good = _HEADER.size
    while at < size:
        record = read(file, at, size, skipped=at - good)
        if record is None:
            at = _next_marker(file, at + 1)
            continue
        yield record
        at = good = record.end


def read(file: BinaryIO, offset: int, size: int, *, skipped: int = 0) -> Record | None:
    """Return the record at `offset`, or None if there is no complete record."""
    file.seek(offset)
    head = file.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    marker, kind, length = _HEAD.unpack(head)
    end = offset + _HEAD.size + length + _DIGEST
    if marker != _MARKER or end > size:
        return None
    body = file.read(length)
    if file.read(_DIGEST) != _digest(offset, head, body):
        return None
    return Record(kind=kind, offset=offset, end=end, skipped=skipped, body=body)


def _next_marker(file: BinaryIO, at: int) -> int:
    """Return the offset of the next marker at or after `at`, or the end of the file."""
    overlap = len(_MARKER) - 1
    while True:
        file.seek(at)
        chunk = file.read(_CHUNK)
        found = chunk.find(_MARKER)
        if found >= 0:
            return at + found
        if len(chunk) <= overlap:
            return at + len(chunk)
        at += len(chunk) - overlap


def _digest(offset: int, head: bytes, body: bytes) -> bytes:
    digest = hashlib.blake2b(offset.to_bytes(8, "big"), digest_size=_DIGEST)
    digest.update(head)
    digest.update(body)
    return digest.digest()
