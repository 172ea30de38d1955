"""Searches of the history: words, `person:` and `path:`. A search finds an operation if one of its files matches."""

from __future__ import annotations

from dataclasses import dataclass

from indexium_core import errors
from indexium_core.model.query.grammar import AllOf, Term, parse
from indexium_core.model.query.values import Text

_KEYS = ("", "person", "path")
_ONLY = (
    "A search of the history can have only words, person: and path:. For one file, use words of its path, for example "
    "path:2019/picnic.mp4."
)


@dataclass(frozen=True, slots=True)
class HistoryTerms:
    """The terms of a search of the history, as typed; one file must match all of them."""

    words: tuple[str, ...] = ()  # in the path, the name of a person or the note of the operation
    people: tuple[str, ...] = ()  # exactly these names
    paths: tuple[str, ...] = ()  # in the path


def parse_history(text: str) -> HistoryTerms:
    """
    Parse a search of the history; `person:` without quotes counts as words.

    Raises `QueryError` for any other key, `-` or OR.
    """
    words: list[str] = []
    exact: list[str] = []
    paths: list[str] = []
    tree = parse(text)
    for node in tree.nodes if isinstance(tree, AllOf) else (tree,):
        if not isinstance(node, Term) or node.key.name not in _KEYS or not isinstance(node.value, Text):
            raise errors.QueryError(_ONLY, position=node.start, word=text[node.start : node.end])
        key = node.key.name
        target = paths if key == "path" else exact if key and node.value.exact else words
        target.append(node.value.text)
    return HistoryTerms(tuple(words), tuple(exact), tuple(paths))
