"""
A cache of results that a person is about to view or download.

A report or a preview may be as long as the library, so a page has only a token. The cache has a few entries; a new
entry evicts the oldest one.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from typing import Any, TypeVar

from indexium_core import errors

T = TypeVar("T")
MAX_ENTRIES = 8  # maximum number of entries


class ResultCache:
    """Stores values under random tokens. Thread-safe."""

    def __init__(self) -> None:
        self._entries: OrderedDict[str, Any] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, value: object) -> str:
        """Store a value and return its token."""
        token = secrets.token_urlsafe(16)
        with self._lock:
            self._entries[token] = value
            while len(self._entries) > MAX_ENTRIES:
                self._entries.popitem(last=False)
        return token

    def find(self, token: str, kind: type[T]) -> T:
        """Return the value of a token; `UnknownIdError` if it was removed or has another type."""
        with self._lock:
            value = self._entries.get(token)
        if not isinstance(value, kind):
            raise errors.UnknownIdError("This result was removed from the cache. Request it again.")
        return value
