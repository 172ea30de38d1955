"""Changing a query as text, so that chips and menus can edit what the person typed."""

from __future__ import annotations

import re

from indexium_core.model.query.grammar import AllOf, AnyOf, Node, Not, Term, parse
from indexium_core.model.query.keys import KEYS

__all__ = ["ONE_VALUED", "quoted", "strip_key", "with_key"]

# Keys of which a file has one value, so that a term says all there is to say, with or without a minus.
ONE_VALUED = frozenset(
    key.name
    for key in KEYS.values()
    if key.kind in ("choice", "flag", "ids", "count", "size", "date") and len(key.columns) == 1
)
_RUN = re.compile(r'[^\s()"]*')


def strip_key(text: str, key: str) -> str:
    """
    Return the query without its top-level terms of a key; the rest stays as it was written.

    Terms inside a group or beside an OR mean something together with their neighbours and stay. Terms with `-` go
    where a file has one value of the key (risk, ext, size …); elsewhere (issue, person …) they say something of their
    own and stay. Raises `QueryError`.
    """
    return with_key(text, key, "")


def with_key(text: str, key: str, value: str, *, exact: bool = False) -> str:
    """
    Return the query with what `strip_key` would take out set to a value, in the place of the first such term.

    An empty value takes it away; `exact` puts the value in quotes even where it needs none. Raises `QueryError`, also
    if the value is none of the key's.
    """
    tree = parse(text)
    wanted = f"{key}:{quoted(value, exact=exact)}" if value else ""
    parse(wanted)
    nodes = tree.nodes if isinstance(tree, AllOf) else (tree,)
    found = [node for node in nodes if _is_of(node, key)]
    if not found:
        return _appended(text, tree, wanted)
    if len(found) == len(nodes):
        return wanted
    pieces, position = [], 0
    for node in found:
        pieces.append(text[position : node.start])
        position = node.end
    pieces.insert(1, wanted)
    pieces.append(text[position:])
    return " ".join(piece.strip() for piece in pieces if piece.strip())


def quoted(value: str, *, exact: bool = False) -> str:
    """Return a value as it is written behind a colon: in quotes where it needs them, or with `exact` in any case."""
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
