"""What requests to providers want during a block: a language, and how new a stored answer must be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

_LANGUAGE = ContextVar("metadata_language", default="")
_SINCE: ContextVar[datetime | None] = ContextVar("answers_since", default=None)


@contextmanager
def wanting(*, language: str = "", since: datetime | None = None) -> Iterator[None]:
    """
    Send the requests of a block in a language, and use only answers that were stored since a moment.

    Args:
        language: ISO 639-1; "" for that of the settings.
        since: An older answer is requested again; None: as around the block, where every answer is used by default.

    """
    tokens = _LANGUAGE.set(language), _SINCE.set(since or _SINCE.get())
    try:
        yield
    finally:
        _LANGUAGE.reset(tokens[0])
        _SINCE.reset(tokens[1])


def wanted_language() -> str:
    """Return the language of the present block; "" for that of the settings."""
    return _LANGUAGE.get()


def is_usable(fetched_at: datetime) -> bool:
    """Return whether the present block uses an answer that was stored at a moment."""
    since = _SINCE.get()
    return since is None or fetched_at >= since
