"""Searches of the history: words, `person:` and `path:`, for an operation is found by one of its files."""

from __future__ import annotations

from dataclasses import dataclass

from indexium_core import errors
from indexium_core.model.query.grammar import AllOf, Term, parse
from indexium_core.model.query.values import Text

__all__ = ["HistoryTerms", "of_history"]

_KEYS = ("", "person", "path")
_ONLY = "Only words, person: and path: can be searched for here."


@dataclass(frozen=True, slots=True)
class HistoryTerms:
    """What a search of the history asks for, as it was typed; one file must have all of it."""

    words: tuple[str, ...] = ()  # in its path, a person's name or the operation's note
    people: tuple[str, ...] = ()  # exactly these names
    paths: tuple[str, ...] = ()  # in its path


def of_history(text: str) -> HistoryTerms:
    """
    Read a search of the history; `person:` without quotes counts as words.

    Raises `QueryError` for any other key, `-` or OR.
    """
    words: list[str] = []
    exact: list[str] = []
    paths: list[str] = []
    tree = parse(text)
    for node in tree.nodes if isinstance(tree, AllOf) else (tree,):
        if not isinstance(node, Term) or node.key.name not in _KEYS or not isinstance(node.value, Text):
            raise errors.QueryError(_ONLY, position=node.start, word=text[node.start : node.end])
        kind = node.key.name
        place = paths if kind == "path" else exact if kind and node.value.exact else words
        place.append(node.value.text)
    return HistoryTerms(tuple(words), tuple(exact), tuple(paths))
