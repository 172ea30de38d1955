"""Values that several threads read: one thread makes a value while the others wait for it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class RecentValues(Generic[K, V]):
    """The values that were used last, by their keys. Any thread may use it."""

    def __init__(self, most: int) -> None:
        """Keep `most` values; the value that was not used for the longest time is dropped first."""
        self._most = most
        self._values: OrderedDict[K, V] = OrderedDict()
        self._making: dict[K, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, key: K, make: Callable[[], V], is_valid: Callable[[V], bool] = lambda _: True) -> V:
        """
        Return the value of a key; `make` makes it if it is missing, None or not valid.

        Threads that want the same key wait for the thread that makes its value. An error of `make` is raised to its
        caller, and the next thread tries again.
        """
        with self._lock:
            if (known := self._known(key, is_valid)) is not None:
                return known
            making = self._making.setdefault(key, threading.Lock())
        try:
            with making:
                with self._lock:
                    if (known := self._known(key, is_valid)) is not None:
                        return known
                made = make()
                with self._lock:
                    self._values[key] = made
                    self._values.move_to_end(key)
                    while len(self._values) > self._most:
                        self._values.popitem(last=False)
                return made
        finally:
            with self._lock:
                self._making.pop(key, None)

    def find(self, matches: Callable[[K, V], bool]) -> V | None:
        """Return a value that is in memory and matches; None without one."""
        with self._lock:
            for key, value in self._values.items():
                if matches(key, value):
                    self._values.move_to_end(key)
                    return value
        return None

    def _known(self, key: K, is_valid: Callable[[V], bool]) -> V | None:
        known = self._values.get(key)
        if known is None or not is_valid(known):
            return None
        self._values.move_to_end(key)
        return known
