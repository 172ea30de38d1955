"""A title for an operation, from the search that found its files."""

from __future__ import annotations

from indexium_core.model.query.grammar import AllOf, AnyOf, Term, parse
from indexium_core.model.query.values import Text

_LONGEST = 60  # characters of a title
_UNNAMED = frozenset({"risk", "category"})  # keys that say nothing about the content of the files
_NAMED = frozenset({"folder", "person"})  # keys whose values are a title without the key


def title_of(text: str) -> str:
    """
    Return a title for the files of a search: its folders and people, and its other text; "" if it names no content.

    `folder:"Family Photos" person:ann seaside risk:safe` gives `Family Photos, ann, seaside`.

    Raises:
        QueryError: The search is not valid.

    """
    tree = parse(text)
    names: list[str] = []
    words: list[str] = []
    for node in tree.nodes if isinstance(tree, AllOf) else (tree,):
        terms = node.nodes if isinstance(node, AnyOf) else (node,)
        keys = {term.key.name if isinstance(term, Term) else "" for term in terms}
        if keys <= _NAMED:
            values = [term.value for term in terms if isinstance(term, Term)]
            names += [value.text.strip("/") for value in values if isinstance(value, Text)]
        elif not keys <= _UNNAMED:
            words.append(text[node.start : node.end])
    title = ", ".join(filter(None, dict.fromkeys([*names, " ".join(words)])))
    return title if len(title) <= _LONGEST else f"{title[: _LONGEST - 1]}…"
