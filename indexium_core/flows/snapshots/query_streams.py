"""
The file of a whole result as a stream: nothing is stored, and the query waits while its reader is slow.

A thread runs the query. Its process writes the file into a named pipe, and the reader gets what is in the pipe.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from indexium_core import errors
from indexium_core.model import wording
from indexium_core.model.analysis import READER_SECONDS
from indexium_core.model.planning import cells

logger = logging.getLogger(__name__)

_PIECE = 1 << 16  # bytes
_STREAMS, _PER_CLIENT = 3, 2  # at the same time: of all clients, of one


class StreamSlots:
    """The streams that run, by their clients. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: Counter[str] = Counter()

    def take(self, client: str) -> None:
        """Count one more stream. Raises `TooManyError` if the client, or all clients together, have enough."""
        with self._lock:
            if self._running[client] >= _PER_CLIENT or self._running.total() >= _STREAMS:
                count = _PER_CLIENT if self._running[client] >= _PER_CLIENT else _STREAMS
                downloads = wording.plural(count, "download", "downloads")
                raise errors.TooManyError(f"{downloads} of queries run already. Try again when one has ended.")
            self._running[client] += 1

    def release(self, client: str) -> None:
        """Count one stream less."""
        with self._lock:
            self._running[client] -= 1
            self._running += Counter()  # without clients that have none


class QueryStream:
    """The file of a result. Use it as a context manager; one thread at a time may read it."""

    def __init__(
        self,
        write: Callable[[Path, Callable[[], bool]], object],
        kind: str,
        *,
        max_bytes: int,
        on_close: Callable[[], None],
    ) -> None:
        """
        Start the query.

        Args:
            write: Writes the file; gets its path, and a function that returns whether to stop.
            kind: Ending of the name of the file.
            max_bytes: Size at which the stream ends with an error.
            on_close: Is called once, when the query has ended.

        """
        self.kind = kind
        self.file_name = f"indexium-query-{datetime.now(UTC).astimezone():%Y-%m-%d-%H%M}.{kind}"
        self._write, self._max_bytes, self._on_close = write, max_bytes, on_close
        self._size = 0
        self._is_quoted = False  # the last piece ends within quotes
        self._stopped = threading.Event()
        self._error: errors.IndexiumError | None = None
        self._is_waiting = False  # the reader waits for the query
        self._read_at = time.monotonic()
        self._folder = Path(tempfile.mkdtemp(prefix="indexium-query-"))
        self._path = self._folder / f"result.{kind}"
        os.mkfifo(self._path, 0o600)
        self._reader = os.open(self._path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        self._writer = os.open(self._path, os.O_WRONLY | os.O_CLOEXEC)  # so that the pipe ends when the query has ended
        os.set_blocking(self._reader, True)
        self._thread = threading.Thread(target=self._run, name="indexium-query-stream", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def pieces(self) -> Iterator[bytes]:
        """
        Return the bytes of the file as they appear. An error before the first piece is one of the query.

        A text file that cannot be completed ends with a line that says so, before the error is raised.

        Raises:
            UsageError: As for `Queries.write`; or the file is larger than a download may be.

        """
        try:
            while piece := self._read():
                yield piece
        except errors.IndexiumError as error:
            if self._size and self.kind == "csv":
                end = '"' if self._is_quoted else ""  # else the line would be in the last cell
                yield f"{end}\n{cells.line([f'# This file is not complete. {error.message}'])}".encode()
            raise

    def stop(self) -> None:
        """Let the query end soon; any thread may call this."""
        self._stopped.set()

    def close(self) -> None:
        """Stop the query, wait for its end, and remove the pipe."""
        self.stop()
        if self._reader >= 0:
            os.close(self._reader)  # a query that is writing fails
            self._reader = -1
            self._thread.join()
            shutil.rmtree(self._folder, ignore_errors=True)

    def _read(self) -> bytes:
        self._is_waiting = True
        piece = os.read(self._reader, _PIECE)
        self._read_at, self._is_waiting = time.monotonic(), False
        if not piece:
            self._thread.join()
            if self._error is not None:
                raise self._error
        if self._size + len(piece) > self._max_bytes:
            size = wording.size(self._max_bytes)
            raise errors.UsageError(
                f"The download is larger than {size} (INDEXIUM_QUERY_DOWNLOAD_LIMIT). Select fewer rows or columns, or "
                "use 'indexium sql --out FILE', which has no limit.",
                code="limit",
            )
        self._size += len(piece)
        self._is_quoted ^= piece.count(b'"') % 2 == 1
        return piece

    def _run(self) -> None:
        try:
            self._write(self._path, self._must_stop)
        except errors.IndexiumError as error:
            self._error = error
        except Exception:
            logger.exception("query_stream.failed")
            self._error = errors.StoreError("The query failed; the log of the home shows the cause.")
        finally:
            with contextlib.suppress(OSError):
                os.close(self._writer)
            self._on_close()

    def _must_stop(self) -> bool:
        is_left = not self._is_waiting and time.monotonic() - self._read_at > READER_SECONDS
        return self._stopped.is_set() or is_left
