"""A limit of what one person or token uses at the same time, so that something is left for everybody else."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from indexium_core import errors
from indexium_core.model.operations.actor import Actor, current_actor


def account_of(actor: Actor) -> str:
    """Return who is limited; "" for nobody: the person at this computer and Indexium itself have no limit."""
    return f"{actor.kind}/{actor.id}" if actor.kind in {"user", "token"} else ""


class ActorLimit:
    """At most some uses of one thing at the same time by each account. It may be used from any thread."""

    def __init__(self, most: int, things: str, *, of_all: int | None = None) -> None:
        """
        Limit the uses of one account, and those of all together to `of_all`.

        `things`: what is used, in the plural, for the sentence of the refusal.
        """
        self._most, self._things, self._of_all = most, things, of_all
        self._lock = threading.Lock()
        self._used: Counter[str] = Counter()

    def require(self) -> None:
        """Raise TooManyError if the present actor has no use left."""
        with self._lock:
            self._require(account_of(current_actor()))

    def take(self) -> str:
        """Count one more use by the present actor; return the account for `release`. Raises TooManyError."""
        account = account_of(current_actor())
        with self._lock:
            self._require(account)
            self._used[account] += 1
        return account

    def _require(self, account: str) -> None:
        if account and self._used[account] >= self._most:
            raise errors.TooManyError(
                f"Your account uses {self._most} {self._things} at the same time already. Try again when one has ended."
            )

        if self._of_all is not None and self._used.total() >= self._of_all:
            raise errors.TooManyError(
                f"The service has {self._of_all} {self._things} already. Close some, or try again in a minute.",
                code="busy",
            )

    def release(self, account: str) -> None:
        """Count one use less by an account."""
        with self._lock:
            self._used[account] -= 1
            self._used += Counter()  # without accounts that use none

    @contextmanager
    def use(self) -> Iterator[None]:
        """Count a use by the present actor during a block. Raises TooManyError."""
        account = self.take()
        try:
            yield
        finally:
            self.release(account)
