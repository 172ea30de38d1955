"""
Writing a new file from pieces: literal bytes, and extents of another file, shared or copied.

A hole in a copied extent stays a hole (`holes`), after each of its bytes was read and found to be zero.

A second thread computes that of a large original during the copy, while the bytes are in memory, and that of a large
new file during the proof.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from concurrent import futures

from indexium_core import errors
from indexium_core.files import delta
from indexium_core.files.containers import Reader, holes
from indexium_core.files.journal import disk
from indexium_core.files.reader import ByteProgress, ignore
from indexium_core.model.files.media import Extent, Rebuild

_CHUNK = 1024 * 1024  # bytes of one write, and the minimum length that the system copies; larger writes take longer
_EARLY = 8 * _CHUNK  # bytes between two requests to write to the disk
_DIRTY = 256 * _CHUNK  # bytes written between two syncs, so that the last fsync stays short
_LARGE = 8 * 1024 * 1024  # bytes; with a smaller file, threads wait for each other longer than they work


def needed(rebuild: Rebuild, source: Reader) -> int:
    """Return the approximate number of bytes that the new file needs on the disk, made from `source`."""
    if not rebuild.cloned:
        literal = sum(len(piece) for piece in rebuild.pieces if isinstance(piece, bytes))
        return literal + holes.stored(source, (piece for piece in rebuild.pieces if isinstance(piece, Extent)))
    return sum(len(piece) if isinstance(piece, bytes) else min(piece.length, 2 * _CHUNK) for piece in rebuild.pieces)


def first_lost(rebuild: Rebuild, payload: Sequence[Extent]) -> Extent | None:
    """Return the first extent of the payload that the new file would not contain in order, or None."""
    extents = (piece for piece in rebuild.pieces if isinstance(piece, Extent))
    extent = next(extents, None)
    for wanted in payload:
        at = wanted.offset
        while at < wanted.end:
            while extent is not None and not extent.offset <= at < extent.end:
                extent = next(extents, None)
            if extent is None:
                return Extent(at, wanted.end - at)
            at = min(extent.end, wanted.end)
    return None


def write(rebuild: Rebuild, source: Reader, fd: int, *, on_progress: ByteProgress = ignore) -> int:
    """
    Write the complete new file, with the source's holes, and return the number of bytes shared with the source.

    `on_progress` is called with the number of bytes of each write, and may raise to cancel.

    Raises:
        ConflictError: The source became shorter.
        OSError: The disk failed.

    """
    if not rebuild.cloned and not holes.has_holes(source):
        disk.reserve(fd, rebuild.size)
    writer = _Writer(source, fd, on_progress)
    for piece in rebuild.pieces:
        if isinstance(piece, bytes):
            writer.put(piece)
        elif rebuild.cloned:
            writer.share(piece)
        else:
            writer.copy(piece)
    writer.finish()
    return writer.shared


class _Writer:
    """The position in the new file, and the bytes buffered for it."""

    def __init__(self, source: Reader, fd: int, on_progress: ByteProgress) -> None:
        self.shared = 0
        self._on_progress = on_progress
        self._dirty = 0  # bytes written since the last sync
        self._early = 0  # offset up to which the system has started to write to the disk
        self._source = source
        self._source_fd: int = source.fileno() if hasattr(source, "fileno") else -1
        self._fd = fd
        self._at = 0
        self._waiting: list[bytes] = []
        self._length = 0  # bytes in the buffer
        self._block = os.fstatvfs(fd).f_frsize or 4096

    def put(self, data: bytes) -> None:
        self._waiting.append(data)
        self._length += len(data)
        if self._length >= _CHUNK:
            self.flush()

    def flush(self) -> None:
        """Write the buffered bytes. The buffer joins small pieces in one write."""
        if self._length:
            disk.pwrite(self._fd, b"".join(self._waiting), self._at)
            length, self._waiting, self._length = self._length, [], 0
            self._wrote(length)

    def finish(self) -> None:
        """Write the buffered bytes, and set the size of a file that ends in a hole."""
        self.flush()
        if os.fstat(self._fd).st_size < self._at:
            disk.truncate(self._fd, self._at)

    def _wrote(self, length: int) -> None:
        self._at += length
        self._dirty += length
        if self._at - self._early >= _EARLY:
            disk.start_writing(self._fd, self._early, self._at - self._early)
            self._early = self._at
        if self._dirty >= _DIRTY:
            disk.sync_data(self._fd)
            self._dirty = 0
        self._on_progress(length)

    def share(self, extent: Extent) -> None:
        """Take over an extent: share its whole blocks if they are aligned in both files, and copy the rest."""
        head = -(self._at + self._length) % self._block
        whole = (extent.length - head) // self._block * self._block
        if self._source_fd < 0 or whole <= 0 or (extent.offset + head) % self._block:
            self.copy(extent)
            return
        self._read(Extent(extent.offset, head))
        self.flush()
        if disk.clone(self._source_fd, extent.offset + head, whole, self._fd, self._at):
            self._at += whole
            self.shared += whole
        else:
            self.copy(Extent(extent.offset + head, whole))
        self._read(Extent(extent.offset + head + whole, extent.length - head - whole))

    def copy(self, extent: Extent) -> None:
        """Copy an extent; its holes stay holes."""
        at = extent.offset
        for data in holes.data(self._source, extent):
            self._skip(Extent(at, data.offset - at))
            self._copy(data)
            at = data.end
        self._skip(Extent(at, extent.end - at))

    def _skip(self, hole: Extent) -> None:
        """Leave a hole where the source has one; bytes in the hole that are not zero are copied."""
        for at in range(hole.offset, hole.end, _CHUNK):
            data = self._part(at, min(_CHUNK, hole.end - at))
            if data.count(0) == len(data):
                self.flush()
                self._at += len(data)
            else:
                self.put(data)

    def _copy(self, extent: Extent) -> None:
        """Copy data; the system copies a long extent itself if it can."""
        at = extent.offset
        if extent.length >= _CHUNK and self._source_fd >= 0:
            self.flush()
            while at < extent.end:
                done = disk.copy(self._source_fd, at, min(_CHUNK, extent.end - at), self._fd, self._at)
                if not done:
                    break
                at += done
                self._wrote(done)
        self._read(Extent(at, extent.end - at))

    def _read(self, extent: Extent) -> None:
        for at in range(extent.offset, extent.end, _CHUNK):
            self.put(self._part(at, min(_CHUNK, extent.end - at)))

    def _part(self, at: int, length: int) -> bytes:
        data = self._source.read_at(at, length)
        if len(data) < length:
            raise errors.ConflictError("The file became shorter while it was copied.")
        return data


def write_with_digest(
    rebuild: Rebuild, original: Reader, fd: int, *, on_progress: ByteProgress
) -> tuple[int, bytes | None]:
    """
    Write the complete new file (`content.write`).

    Returns:
        The number of bytes that it shares with the original, and the digest of the original (`delta.digest_of`); None
        if the digest was not computed, because the files share bytes or are small.

    """
    if rebuild.cloned or original.size < _LARGE:
        return write(rebuild, original, fd, on_progress=on_progress), None
    is_stopped = threading.Event()
    with futures.ThreadPoolExecutor(1) as other:
        digest = other.submit(delta.digest_of, _StoppableReader(original, is_stopped))
        try:
            return write(rebuild, original, fd, on_progress=on_progress), digest.result()
        except BaseException:
            is_stopped.set()
            raise


def digests(
    reverse: Rebuild | None, original: Reader, new: Reader, *, digest: bytes | None, sampled: bool
) -> tuple[bytes, bytes]:
    """
    Return the digests of the original and of the new file, after the proof of the reverse, if there is one.

    Args:
        reverse: The pieces that make the original from the new file.
        original: The original.
        new: The new file.
        digest: The digest of the original, if it is known.
        sampled: Compare windows only.

    Raises:
        VerificationError: The reverse does not yield the original.

    """
    if original.size < _LARGE:
        return _original_digest(reverse, original, new, digest, sampled=sampled), delta.digest_of(new, sampled=sampled)
    with futures.ThreadPoolExecutor(1) as other:
        new_digest = other.submit(delta.digest_of, new, sampled=sampled)
        return _original_digest(reverse, original, new, digest, sampled=sampled), new_digest.result()


def _original_digest(
    reverse: Rebuild | None, original: Reader, new: Reader, digest: bytes | None, *, sampled: bool
) -> bytes:
    """Return the digest of the original, which the reverse must yield."""
    digest = digest or delta.digest_of(original, sampled=sampled)
    if reverse is not None:
        delta.proven(reverse, new, original, sampled=sampled, digest=digest)
    return digest


class _StoppableReader:
    """A `Reader` that returns no bytes after it is stopped."""

    def __init__(self, file: Reader, is_stopped: threading.Event) -> None:
        self._file = file
        self._is_stopped = is_stopped

    @property
    def size(self) -> int:
        return self._file.size

    def read_at(self, offset: int, length: int) -> bytes:
        return b"" if self._is_stopped.is_set() else self._file.read_at(offset, length)
