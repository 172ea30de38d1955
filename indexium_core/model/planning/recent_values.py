"""Values that several threads read: one thread makes a value while the others wait for it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

SETS_OF_LIBRARIES = 32  # for which a service keeps values: people see different libraries


class RecentValues(Generic[K, V]):
    """The values that were used last, by their keys. Any thread may use it."""

    def __init__(self, most: int) -> None:
        """Keep `most` values; the value that was not used for the longest time is dropped first."""
        self._most = most
        self._values: OrderedDict[K, V] = OrderedDict()
        self._turns: dict[K, tuple[threading.Lock, int]] = {}  # who may make a value, and how many threads want to
        self._lock = threading.Lock()

    def get(self, key: K, make: Callable[[], V], is_valid: Callable[[V], bool] = lambda _: True) -> V:
        """
        Return the value of a key; `make` makes it if it is missing or not valid. None is not kept.

        Threads that want the same key wait for the thread that makes its value. An error of `make` is raised to its
        caller, and the next thread tries again.
        """
        if (known := self._known(key, is_valid)) is not None:
            return known
        with self._turn(key):
            if (known := self._known(key, is_valid)) is not None:
                return known
            made = make()
            if made is not None:
                self._keep(key, made)
            return made

    def find(self, matches: Callable[[K, V], bool]) -> V | None:
        """Return a value that is in memory and matches; None without one."""
        with self._lock:
            for key, value in self._values.items():
                if matches(key, value):
                    self._values.move_to_end(key)
                    return value
        return None

    @contextmanager
    def _turn(self, key: K) -> Iterator[None]:
        """Let one thread at a time make the value of a key."""
        with self._lock:
            turn, waiting = self._turns.get(key, (threading.Lock(), 0))
            self._turns[key] = turn, waiting + 1
        try:
            with turn:
                yield
        finally:
            with self._lock:
                turn, waiting = self._turns.pop(key)
                if waiting > 1:
                    self._turns[key] = turn, waiting - 1

    def _keep(self, key: K, value: V) -> None:
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            while len(self._values) > self._most:
                self._values.popitem(last=False)

    def _known(self, key: K, is_valid: Callable[[V], bool]) -> V | None:
        with self._lock:
            known = self._values.get(key)
            if known is None or not is_valid(known):
                return None
            self._values.move_to_end(key)
            return known
