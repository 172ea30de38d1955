"""Interrupted operations, file by file, for the person who decides whether to resume them."""

from __future__ import annotations

from collections.abc import Callable

from indexium_core import errors
from indexium_core.model.operations.interrupted import InterruptedFile, InterruptedOperation
from indexium_core.model.operations.outcomes import OUTCOMES
from indexium_core.model.remote_calls import remote
from indexium_core.store import database, start_work
from indexium_core.store.operations import interrupted, ledger


class Interruptions:
    """Finds operations that can be resumed."""

    def __init__(self, store: database.Database, *, running: Callable[[], frozenset[int]]) -> None:
        """Take a function that returns the operations that run in this process; those need no decision."""
        self._store = store
        self._ledger = ledger.Ledger(store)
        self._running = running

    @remote()
    def operations(self, *, files: int = 50) -> list[InterruptedOperation]:
        """Return the interrupted operations, newest first, each with its first `files` files."""
        busy = self._running()
        found = []
        for operation_id, resumes_automatically in start_work.interrupted_operations(self._store.read()):
            operation = None if operation_id in busy else self._ledger.operation(operation_id)
            if operation is not None:
                found.append(
                    InterruptedOperation(
                        operation=operation,
                        counts=interrupted.counts(self._store.read(), operation_id),
                        files=interrupted.files(self._store.read(), operation_id, per_page=files) if files else [],
                        resumes_automatically=resumes_automatically,
                    )
                )
        return found

    @remote()
    def files(
        self, operation_id: int, *, outcome: str = "", page: int = 1, per_page: int = 50
    ) -> list[InterruptedFile]:
        """
        Return a page of the files of an operation, those that need a decision first; `per_page` 0: all.

        Raises:
            UnknownIdError: There is no such operation.
            UsageError: `outcome` is unknown.

        """
        if outcome and outcome not in OUTCOMES:
            message = f"'{outcome}' is not an outcome. The outcomes are {', '.join(OUTCOMES)}."
            raise errors.UsageError(message)
        if self._ledger.operation(operation_id) is None:
            message = f"There is no operation {operation_id} in {self._store.home}; 'indexium history' lists them."
            raise errors.UnknownIdError(message)
        return interrupted.files(self._store.read(), operation_id, outcome=outcome, page=page, per_page=per_page)
