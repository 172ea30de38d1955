"""
The digests of the original and of the new file.

A second thread computes that of a large original during the copy, while the bytes are in memory, and that of a large
new file during the proof.
"""

from __future__ import annotations

import threading
from concurrent import futures

from indexium_core.files import delta
from indexium_core.files.containers import Reader
from indexium_core.files.reader import ByteProgress
from indexium_core.files.swap import content
from indexium_core.model.files.media import Rebuild

_LARGE = 8 * 1024 * 1024  # bytes; with a smaller file, threads wait for each other longer than they work


def write(rebuild: Rebuild, original: Reader, fd: int, *, on_progress: ByteProgress) -> tuple[int, bytes | None]:
    """
    Write the complete new file (`content.write`).

    Returns:
        The number of bytes that it shares with the original, and the digest of the original (`delta.digest_of`); None
        if the digest was not computed, because the files share bytes or are small.

    """
    if rebuild.cloned or original.size < _LARGE:
        return content.write(rebuild, original, fd, on_progress=on_progress), None
    is_stopped = threading.Event()
    with futures.ThreadPoolExecutor(1) as other:
        digest = other.submit(delta.digest_of, _StoppableReader(original, is_stopped))
        try:
            return content.write(rebuild, original, fd, on_progress=on_progress), digest.result()
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
