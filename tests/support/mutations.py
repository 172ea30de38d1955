"""Answers of other programs, damaged at every key: null, another type, missing, huge."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

VALUES: Sequence[Any] = (None, {}, [], [None], "x", "x" * 100_000, -1, 10**30, 1e300, True, {"x": []}, [["x"]])
_MISSING = object()
_MOST_ROWS = 2  # of a list: the others have the same keys


class Mutation(NamedTuple):
    """A value of an answer with one damage."""

    place: str
    value: Any


def mutations(answer: Any) -> Iterator[Mutation]:
    """Yield a copy of a JSON value for each damage of each of its keys, and of itself."""
    for value in VALUES:
        yield Mutation(f"answer = {str(value)[:20]}", value)
    for path in _paths(answer):
        for value in (*VALUES, _MISSING):
            damaged = copy.deepcopy(answer)
            parent = damaged
            for key in path[:-1]:
                parent = parent[key]
            if value is _MISSING:
                del parent[path[-1]]
            else:
                parent[path[-1]] = copy.deepcopy(value)
            yield Mutation(f"{path} {'is missing' if value is _MISSING else f'= {str(value)[:20]}'}", damaged)


def _paths(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = list(value.items()) if isinstance(value, dict) else []
    items = items or (list(enumerate(value))[:_MOST_ROWS] if isinstance(value, list) else [])
    for key, each in items:
        yield (*before, key)
        yield from _paths(each, (*before, key))
