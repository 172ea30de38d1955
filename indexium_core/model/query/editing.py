"""Edits of a query as text, so that chips and menus can edit what the user typed."""

from __future__ import annotations

import re

from indexium_core.model.query.grammar import AllOf, AnyOf, Node, Not, Term, parse
from indexium_core.model.query.keys import KEYS

__all__ = ["ONE_VALUED", "quoted", "with_key"]

# Keys that have one value for each file, so that one term is complete, with or without a minus.
ONE_VALUED = frozenset(
    key.name
    for key in KEYS.values()
    if key.kind in ("choice", "flag", "ids", "count", "size", "date") and len(key.columns) == 1
)
_RUN = re.compile(r'[^\s()"]*')


def with_key(text: str, key: str, value: str, *, exact: bool = False) -> str:
    """
    Return the query with its top-level terms of a key replaced by one value, in the place of the first such term.

    An empty value removes the terms; the rest of the text stays unchanged. Terms inside a group or beside an OR stay,
    because they depend on their neighbours. Terms with `-` are replaced if the key has one value for each file (risk,
    ext, size …); for other keys (issue, person …) they stay. `exact` always puts the value in quotes. Raises
    `QueryError`, also for a value that the key does not have.
    """
    tree = parse(text)
    wanted = f"{key}:{quoted(value, exact=exact)}" if value else ""
    parse(wanted)
    nodes = tree.nodes if isinstance(tree, AllOf) else (tree,)
    replaced = [node for node in nodes if _is_of(node, key)]
    if not replaced:
        return _appended(text, tree, wanted)
    if len(replaced) == len(nodes):
        return wanted
    pieces, position = [], 0
    for node in replaced:
        pieces.append(text[position : node.start])
        position = node.end
    pieces.insert(1, wanted)
    pieces.append(text[position:])
    return " ".join(piece.strip() for piece in pieces if piece.strip())


def quoted(value: str, *, exact: bool = False) -> str:
    """Return a value in the form of a query: in quotes if necessary, or always if `exact`."""
    if not exact and _RUN.fullmatch(value):
        return value
    inner = value.replace('"', '""')
    return f'"{inner}"'


def _is_of(node: Node, key: str) -> bool:
    if isinstance(node, Not) and key in ONE_VALUED:
        node = node.node
    return isinstance(node, Term) and node.key.name == key


def _appended(text: str, tree: Node, wanted: str) -> str:
    if not wanted:
        return text
    text = f"({text.strip()})" if isinstance(tree, AnyOf) else text.strip()
    return f"{text} {wanted}".strip()
