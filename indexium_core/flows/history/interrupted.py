"""What came to a stop before its end: told file by file, so that a person can say what is to become of it."""

from __future__ import annotations

from collections.abc import Callable

from indexium_core import errors
from indexium_core.model.operations.interrupted import BECAME, InterruptedFile, InterruptedOperation
from indexium_core.model.remote_calls import remote
from indexium_core.store import database
from indexium_core.store.operations import interrupted, ledger

__all__ = ["Interruptions"]


class Interruptions:
    """Finds operations that can be gone on with."""

    def __init__(self, store: database.Database, *, at_work: Callable[[], frozenset[int]]) -> None:
        """`at_work`: operations that are at work in this process, which nobody has to decide on."""
        self._store = store
        self._ledger = ledger.Ledger(store)
        self._at_work = at_work

    @remote()
    def operations(self, *, files: int = 50) -> list[InterruptedOperation]:
        """Return them, newest first, each with the first `files` of its files."""
        busy = self._at_work()
        found = []
        for operation_id, by_itself in interrupted.operations(self._store.read()):
            operation = None if operation_id in busy else self._ledger.operation(operation_id)
            if operation is not None:
                found.append(
                    InterruptedOperation(
                        operation=operation,
                        counts=interrupted.counts(self._store.read(), operation_id),
                        files=interrupted.files(self._store.read(), operation_id, per_page=files) if files else [],
                        by_itself=by_itself,
                    )
                )
        return found

    @remote()
    def files(self, operation_id: int, *, became: str = "", page: int = 1, per_page: int = 50) -> list[InterruptedFile]:
        """
        Return a page of an operation's files and what became of each, what needs a look first; `per_page` 0: all.

        Raises:
            UnknownIdError: There is no such operation.
            UsageError: `became` is no outcome.

        """
        if became and became not in BECAME:
            message = (
                f"A file of an interrupted operation became one of {', '.join(BECAME)}; '{became}' is something else."
            )
            raise errors.UsageError(message)
        if self._ledger.operation(operation_id) is None:
            message = f"There is no operation {operation_id} in {self._store.home}; 'indexium history' lists them."
            raise errors.UnknownIdError(message)
        return interrupted.files(self._store.read(), operation_id, became=became, page=page, per_page=per_page)
