"""The JSON form of values: the same for the command line and REST."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID


def plain(value: Any) -> Any:
    """
    Return the JSON form of a value that JSON does not have; for `json.dumps(…, default=plain)`.

    Times are ISO-8601 (UTC with Z), dataclasses are objects (what `as_dict` returns, or else all fields), sets and
    tuples are sorted lists.

    Raises:
        TypeError: The value has no JSON form.

    """
    if hasattr(value, "as_dict"):
        return value.as_dict()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}
    for kind, form in _FORMS:
        if isinstance(value, kind):
            return form(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


_FORMS: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    (datetime, lambda moment: moment.isoformat().replace("+00:00", "Z")),
    (date | time, lambda value: value.isoformat()),
    (Decimal, float),
    (timedelta | UUID, str),
    (bytes, lambda data: data.decode("utf-8", "replace")),
    (Path, str),
    (Mapping, dict),
    (frozenset | set | tuple, sorted),
)
