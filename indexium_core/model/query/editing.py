"""Parts of a query as text: values in quotes, and the keys that need one term only."""

from __future__ import annotations

import re

from indexium_core.model.query.keys import KEYS

__all__ = ["ONE_VALUED", "quoted"]

# Keys that have one value for each file, so that one term is complete, with or without a minus.
ONE_VALUED = frozenset(
    key.name
    for key in KEYS.values()
    if key.kind in ("choice", "flag", "ids", "count", "size", "date", "number", "day") and len(key.columns) == 1
)
_RUN = re.compile(r'[^\s()"]*')


def quoted(value: str, *, exact: bool = False) -> str:
    """Return a value in the form of a query: in quotes if necessary, or always if `exact`."""
    if not exact and _RUN.fullmatch(value):
        return value
    inner = value.replace('"', '""')
    return f'"{inner}"'
