"""
Requests with an idempotency key: a request that arrives twice runs once, even if the program was killed in between.

The transaction that creates an operation also stores its request (`store/operations/ledger.py`), so both exist or
neither does. A repeated scan does no harm; its request is stored after the scan starts.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from indexium_core import errors
from indexium_core.model.operations.actor import whole_home
from indexium_core.model.operations.idempotency import IdempotentRequest, StartedRequest
from indexium_core.store import idempotency
from indexium_core.store.database import Database


class Requests:
    """Requests and the jobs or operations that they started. One instance serves a home."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database = database
        self._clock = clock

    def find(self, request: IdempotentRequest) -> StartedRequest | None:
        """
        Return the job or operation that a request of the last day started, or None.

        Raises:
            UsageError: The key was used with another request.

        """
        known = idempotency.find(self._database.read(), request.key, now=self._clock())
        if known is None:
            return None
        mark, started = known
        if mark != request.mark:
            message = "This Idempotency-Key was used for another request. Use a new one."
            raise errors.UsageError(message, code="key_reused")
        return started

    def note(self, request: IdempotentRequest, *, job_id: int | None = None) -> None:
        """Store that a job was started for a request, or, without a job, that the request is done."""
        with whole_home(), self._database.atomic() as tx:
            idempotency.add(tx, request, job_id=job_id, at=self._clock())
