"""Parts of a query as text: values in quotes, and the keys that need one term only."""

from __future__ import annotations

import re

from indexium_core.model.query.keys import all_keys

_ONE_VALUED = frozenset({"choice", "flag", "ids", "count", "size", "date", "number", "day"})
_RUN = re.compile(r'[^\s()"]*')


def is_one_valued(name: str) -> bool:
    """Return whether files have one value of a key, so that one term is complete, with or without a minus."""
    key = all_keys().get(name)
    return key is not None and key.kind in _ONE_VALUED and len(key.columns) == 1


def quoted(value: str, *, exact: bool = False) -> str:
    """Return a value in the form of a query: in quotes if necessary, or always if `exact`."""
    if not exact and _RUN.fullmatch(value):
        return value
    inner = value.replace('"', '""')
    return f'"{inner}"'
