"""
The spool: received events are in files, until they are rows of the database.

A sender waits for its answer, and sends an event once. So the event is durable before the answer, without a
transaction: one of another thread may take seconds. Each event has a key, its file and its place in it, so an event
whose file was left by a kill is not read twice.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import threading
import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

logger = logging.getLogger(__name__)

FOLDER = "webhooks"  # in the home
_FILES = 1000  # that are read at once
_UNFINISHED = ".part"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpooledEvent:
    """A received event."""

    key: str
    source_id: int
    received_at: datetime
    body: str  # JSON, as it was sent

    @property
    def file(self) -> str:
        """The name of its file."""
        return self.key.partition("/")[0]


@dataclass(slots=True, eq=False)
class _EventBeingStored:
    """An event that is being stored."""

    content: dict[str, Any]
    key: str = ""  # once it is durable
    error: OSError | None = None


class EventSpool:
    """The files of received events. It may be used from any thread."""

    def __init__(self, home: Path) -> None:
        self._folder = home / FOLDER
        self._adding, self._storing = threading.Lock(), threading.Lock()
        self._receipts: list[_EventBeingStored] = []  # that no thread stores yet

    def put(self, source_id: int, body: str, *, received_at: datetime) -> str:
        """
        Store an event and return its key; it is durable on return. Raises OSError.

        Events of several senders at once share one file: a disk makes few files durable in a second.
        """
        receipt = _EventBeingStored({"source": source_id, "at": received_at.isoformat(), "body": body})
        with self._adding:
            self._receipts.append(receipt)
        with self._storing:
            if not receipt.key and receipt.error is None:
                with self._adding:
                    batch, self._receipts = self._receipts, []
                self._store(batch)
        if receipt.error is not None:
            raise receipt.error
        return receipt.key

    def _store(self, batch: Sequence[_EventBeingStored]) -> None:
        """Store events in one file, and give each its key or the error; an event with an error is in no file."""
        name = f"{time.time_ns():020d}-{uuid.uuid4().hex}"
        try:
            self._write(name, json.dumps([each.content for each in batch]).encode())
        except Exception as error:  # noqa: BLE001 - each of the senders gets the reason
            for path in (self._folder / f"{name}{_UNFINISHED}", self._folder / name):
                with contextlib.suppress(OSError):
                    path.unlink()
            for each in batch:
                each.error = error if isinstance(error, OSError) else OSError(str(error))
        else:
            for number, each in enumerate(batch):
                each.key = f"{name}/{number}"

    def _write(self, name: str, content: bytes) -> None:
        if not self._folder.exists():
            self._folder.mkdir(mode=0o700, exist_ok=True)
            _make_durable(self._folder.parent)
        path = self._folder / f"{name}{_UNFINISHED}"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        path.rename(self._folder / name)
        _make_durable(self._folder)

    def has_events(self) -> bool:
        """Return whether an event is not a row of the database yet."""
        try:
            return any(not path.suffix for path in self._folder.iterdir())
        except FileNotFoundError:
            return False
        except OSError:  # the job reports it
            return True

    def waiting(self) -> list[SpooledEvent]:
        """Return the oldest events, some thousands at most."""
        try:
            names = sorted(path.name for path in self._folder.iterdir() if not path.suffix)
        except FileNotFoundError:
            return []
        return [event for name in names[:_FILES] for event in self._read(name)]

    def remove(self, names: Iterable[str]) -> None:
        """Remove the files of events that are rows of the database now."""
        for name in names:
            (self._folder / name).unlink(missing_ok=True)

    def tidy(self) -> None:
        """Remove the files of receipts that a kill cut off: their senders got no answer."""
        for path in self._folder.glob(f"*{_UNFINISHED}"):
            path.unlink(missing_ok=True)

    def _read(self, name: str) -> list[SpooledEvent]:
        path = self._folder / name
        try:
            return [
                SpooledEvent(
                    key=f"{name}/{number}",
                    source_id=int(each["source"]),
                    received_at=datetime.fromisoformat(each["at"]),
                    body=str(each["body"]),
                )
                for number, each in enumerate(json.loads(path.read_bytes()))
            ]
        except FileNotFoundError:  # another thread has read it
            return []
        except (ValueError, KeyError, TypeError) as error:  # any other error may pass: the next run reads it again
            logger.warning("webhooks.unreadable_event", extra={"path": str(path), "error": str(error)})
            path.rename(path.with_name(f"{name}.unreadable"))
            return []


def _make_durable(folder: Path) -> None:
    """Write the names in a folder to the disk."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
