"""
Filters as words of the search: which values of a key the text asks for.

The search text is the one truth of what is shown; filter widgets read it and write into it. Only terms of the outermost
level count: `-risk:safe`, or a term inside a larger group, is the person's own and stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable

from indexium_core.model import query
from indexium_core.model.query.values import Options, Span

__all__ = ["read", "write"]


def read(text: str, key: str) -> list[str]:
    """Return the values that the text filters `key` by, in its order. Raises `QueryError`."""
    tree = query.parse(text)
    nodes = tree.nodes if isinstance(tree, query.AllOf) else (tree,)
    found: list[str] = []
    for node in nodes:
        if isinstance(node, query.Term) and node.key.name == key:
            found += _values(node.value)
    return found


def write(text: str, key: str, values: Iterable[str]) -> str:
    """Return the text filtering `key` by exactly `values` (any of them); none means no filter. Raises `QueryError`."""
    return query.with_key(text, key, ",".join(dict.fromkeys(values)))


def _values(value: object) -> list[str]:
    if isinstance(value, Options):
        return list(value.options)
    if isinstance(value, Span):
        ends = f"{value.first}..{value.last}" if value.sign == ".." else f"{value.sign.removeprefix('=')}{value.first}"
        return [ends]
    return []
