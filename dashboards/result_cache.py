"""
What lies on the desk: things that somebody is about to look at or to fetch, kept for all sessions of a process.

A report or a preview may be as long as the library, so a session holds only the number of its place here. There is room
for a few; the oldest goes when a new one comes.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from typing import Any, TypeVar

from indexium_core import errors

__all__ = ["ResultCache"]

T = TypeVar("T")
ROOM = 8  # things


class ResultCache:
    """Keeps values under unguessable tokens. Thread-safe."""

    def __init__(self) -> None:
        self._things: OrderedDict[str, Any] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, thing: object) -> str:
        """Keep a value and return its token."""
        token = secrets.token_urlsafe(16)
        with self._lock:
            self._things[token] = thing
            while len(self._things) > ROOM:
                self._things.popitem(last=False)
        return token

    def find(self, token: str, kind: type[T]) -> T:
        """Return the value of a token; `UnknownIdError` if it was removed or has another type."""
        with self._lock:
            thing = self._things.get(token)
        if not isinstance(thing, kind):
            raise errors.UnknownIdError("This is not kept any more. Ask for it once more.")
        return thing
