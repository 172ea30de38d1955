"""Changing and completing a query as text, so that chips and menus can edit what the person typed."""

from __future__ import annotations

import re

from indexium_core import errors
from indexium_core.model.query.grammar import AllOf, AnyOf, Node, Not, Term, parse
from indexium_core.model.query.keys import KEYS
from indexium_core.model.query.values import Text

__all__ = ["complete", "strip_key", "with_key", "words_and_people"]

# Keys of which a file has one value, so that a term says all there is to say, with or without a minus.
_ONE_VALUED = frozenset(
    key.name
    for key in KEYS.values()
    if key.kind in ("choice", "flag", "count", "size", "date") and len(key.columns) == 1
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
    wanted = f"{key}:{_quoted(value, exact=exact)}" if value else ""
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


def words_and_people(text: str) -> tuple[list[str], list[str]]:
    """
    Return the words and the exact people of a query that has nothing else: what a search of the history knows.

    `person:` without quotes counts as words. Raises `QueryError` for any other key, `-` or OR.
    """
    words: list[str] = []
    exact: list[str] = []
    tree = parse(text)
    for node in tree.nodes if isinstance(tree, AllOf) else (tree,):
        if not isinstance(node, Term) or node.key.name not in ("", "person") or not isinstance(node.value, Text):
            message = "Only words and person: can be searched for here."
            raise errors.QueryError(message, position=node.start, word=text[node.start : node.end])
        (exact if node.key.name and node.value.exact else words).append(node.value.text)
    return words, exact


def complete(text: str, cursor: int) -> list[str]:
    """Return what the word before the cursor can become: keys, or the values of a key that has a fixed list."""
    before = text[: max(0, cursor)]
    if before.count('"') % 2:
        return []
    match = _RUN.match(before[::-1])  # backwards from the cursor
    typed = match[0][::-1] if match else ""
    minus = "-" if typed.startswith("-") else ""
    word = typed.removeprefix("-").lower()
    name, colon, value = word.partition(":")
    if not colon:
        return [f"{minus}{key}:" for key in KEYS if key.startswith(name)]
    if name not in KEYS:
        return []
    given, comma, last = value.rpartition(",")
    choices = KEYS[name].choices or (("yes", "no") if KEYS[name].kind == "flag" else ())
    return [f"{minus}{name}:{given}{comma}{choice}" for choice in choices if choice.startswith(last)]


def _is_of(node: Node, key: str) -> bool:
    if isinstance(node, Not) and key in _ONE_VALUED:
        node = node.node
    return isinstance(node, Term) and node.key.name == key


def _appended(text: str, tree: Node, wanted: str) -> str:
    if not wanted:
        return text
    text = f"({text.strip()})" if isinstance(tree, AnyOf) else text.strip()
    return f"{text} {wanted}".strip()


def _quoted(value: str, *, exact: bool) -> str:
    if not exact and _RUN.fullmatch(value):
        return value
    inner = value.replace('"', '""')
    return f'"{inner}"'
