"""
Requests that are sent twice are done once, also when the program was killed between the two.

What begins an operation notes its request in the transaction that makes it (`store/ledger.py`): there is no moment in
which only one of the two is known. A scan that is asked for twice does no harm; its request is noted when it was begun.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from indexium_core import errors
from indexium_core.model.request import Asked, Begun
from indexium_core.store import requests
from indexium_core.store.database import Database

__all__ = ["Requests"]


class Requests:
    """What was begun for whom. One instance serves a home."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database = database
        self._clock = clock

    def find(self, asked: Asked) -> Begun | None:
        """
        Return what was begun for a request within the last day, None where nothing was.

        Raises:
            UsageError: Its key came with another request.

        """
        known = requests.find(self._database.read(), asked.key, now=self._clock())
        if known is None:
            return None
        mark, begun = known
        if mark != asked.mark:
            message = "This Idempotency-Key was used for another request; take a new one."
            raise errors.UsageError(message, code="key_reused")
        return begun

    def note(self, asked: Asked, *, job_id: int | None = None) -> None:
        """Note that a job was begun for a request, or without one that it was done: its answer has what came of it."""
        with self._database.atomic() as tx:
            requests.add(tx, asked, job_id=job_id, at=self._clock())
