"""The digest of the original: a second thread computes it during the copy, while the bytes are in memory."""

from __future__ import annotations

import threading
from concurrent import futures

from indexium_core.files import delta
from indexium_core.files.containers import Reader
from indexium_core.files.reader import ByteProgress
from indexium_core.files.swap import content
from indexium_core.model.files.media import Rebuild

_LARGE = 8 * 1024 * 1024  # bytes; the copy of a smaller file takes no longer than the start of a thread


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
