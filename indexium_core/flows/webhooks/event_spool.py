"""
The spool: each received event is a file, until it is a row of the database.

A sender waits for its answer, and sends an event once. So the event is durable before the answer, without a
transaction: one of another thread may take seconds. The name of a file is the key of its event, so an event whose file
was left by a kill is not read twice.
"""

from __future__ import annotations

import json
import logging
import os
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

logger = logging.getLogger(__name__)

FOLDER = "webhooks"  # in the home
_BATCH = 1000  # events that are read at once
_UNFINISHED = ".part"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpooledEvent:
    """A received event."""

    key: str
    source_id: int
    received_at: datetime
    body: str  # JSON, as it was sent


class EventSpool:
    """The files of received events. It may be used from any thread."""

    def __init__(self, home: Path) -> None:
        self._folder = home / FOLDER

    def put(self, source_id: int, body: str, *, received_at: datetime) -> str:
        """Store an event and return its key; it is durable on return. Raises OSError."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        key = f"{int(received_at.timestamp() * 1e6):020d}-{uuid.uuid4().hex}"
        content = json.dumps({"source": source_id, "at": received_at.isoformat(), "body": body})
        path = self._folder / f"{key}{_UNFINISHED}"
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(file, "wb") as opened:
                opened.write(content.encode("utf-8", "surrogatepass"))
                opened.flush()
                os.fsync(opened.fileno())
            path.rename(self._folder / key)
            self._make_durable()
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return key

    def waiting(self) -> list[SpooledEvent]:
        """Return the oldest events, at most a thousand."""
        try:
            names = sorted(path.name for path in self._folder.iterdir() if not path.suffix)
        except FileNotFoundError:
            return []
        return [event for name in names[:_BATCH] if (event := self._read(name)) is not None]

    def remove(self, keys: Iterable[str]) -> None:
        """Remove events that are rows of the database now."""
        for key in keys:
            (self._folder / key).unlink(missing_ok=True)

    def tidy(self) -> None:
        """Remove the files of receipts that a kill cut off: their senders got no answer."""
        for path in self._folder.glob(f"*{_UNFINISHED}"):
            path.unlink(missing_ok=True)

    def _read(self, name: str) -> SpooledEvent | None:
        path = self._folder / name
        try:
            found = json.loads(path.read_bytes().decode("utf-8", "surrogatepass"))
            at = datetime.fromisoformat(found["at"])
            return SpooledEvent(key=name, source_id=int(found["source"]), received_at=at, body=str(found["body"]))
        except FileNotFoundError:  # another thread has read it
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            logger.warning("webhooks.unreadable_event", extra={"path": str(path), "error": str(error)})
            path.rename(path.with_name(f"{name}.unreadable"))
            return None

    def _make_durable(self) -> None:
        """Write the name of the new file to the disk."""
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
