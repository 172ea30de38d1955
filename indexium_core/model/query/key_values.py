"""
The values of one key in a query, so that facets, chips and menus can read and replace them.

Only terms of the outermost level that a list of values can express count: `risk:danger,safe`, `person:"Ann Lee"`
(quotes mean exactly one person), `folder:/Family` (below the library folder), `tags:2`. An OR of such terms,
`(person:"Ann" OR person:"Bob")`, means any of the values; people terms beside each other mean all of them. Other terms
of the key (`person:ann`, `-issue:corrupt`, a term in a larger group) belong to the user and stay unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from indexium_core.model.query.grammar import AllOf, AnyOf, Node, Not, Term, parse, terms
from indexium_core.model.query.keys import all_keys
from indexium_core.model.query.values import AnyValue, Flag, Span, Text

_ONE_VALUED = frozenset({"choice", "flag", "ids", "count", "size", "date", "number", "day"})
_RUN = re.compile(r'[^\s()"]*')
_WHOLE_TEXTS = ("camera",)  # keys of texts whose values in quotes are read and replaced
_NUMBER = re.compile("[0-9]{1,18}")


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


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryPart:
    """One part of the outermost level; the query requires all parts."""

    key: str  # the key of this part; "" if it has none
    values: tuple[str, ...]  # the values of this part
    start: int
    end: int


def parts(text: str) -> list[QueryPart]:
    """Return the parts of a query in its order. Raises `QueryError`."""
    result = []
    for node in _nodes(parse(text)):
        terms = node.nodes if isinstance(node, AnyOf) else (node,)
        key = _key_of(terms[0])
        if key and all(_key_of(term) == key for term in terms):
            values = tuple(value for term in terms for value in _values(term))
            result.append(QueryPart(key=key, values=values, start=node.start, end=node.end))
        else:
            result.append(QueryPart(key="", values=(), start=node.start, end=node.end))
    return result


def bare_numbers(text: str) -> list[int]:
    """
    Return the numbers of a search that has only numbers, which the user may mean as ids. Raises `QueryError`.

    `2019` may be an id; `"2019"`, `name:2019` and `seaside 2019` are certainly words.
    """
    values = [None if term.key.name else term.value for term in terms(parse(text))]
    numbers = [
        int(value.text)
        for value in values
        if isinstance(value, Text) and not value.exact and _NUMBER.fullmatch(value.text)
    ]
    return numbers if len(numbers) == len(values) else []


def named_ids(text: str) -> list[int]:
    """
    Return the ids that a search names one by one (`id:12`, `id:12,15`), without duplicates. Raises `QueryError`.

    A range (`id:12..15`, `id:>12`) and a negated term (`-id:12`) name none.
    """
    return list(dict.fromkeys(_ids_named(parse(text))))


def _ids_named(node: Node) -> Iterator[int]:
    if isinstance(node, AllOf | AnyOf):
        for each in node.nodes:
            yield from _ids_named(each)
    elif isinstance(node, Term) and node.key.name == "id":
        if isinstance(node.value, AnyValue):
            yield from map(int, node.value.options)
        elif isinstance(node.value, Span) and node.value.sign == "=" and node.value.low is not None:
            yield node.value.low


def selected_values(text: str, key: str) -> list[str]:
    """Return the values of a key in a query, without duplicates, in its order. Raises `QueryError`."""
    return list(dict.fromkeys(value for part in parts(text) if part.key == key for value in part.values))


def requires_all(text: str, key: str) -> bool:
    """Return whether a query requires all values of a key, not any of them. Raises `QueryError`."""
    own = [part for part in parts(text) if part.key == key]
    return len(own) > 1 and all(len(part.values) == 1 for part in own)


def split(text: str, keys: Iterable[str]) -> tuple[str, dict[str, str]]:
    """
    Return a query without the values of some keys, and the terms of each of these keys ("": none).

    A file matches the query if it matches all of these queries. Raises `QueryError`.
    """
    own: dict[str, list[str]] = {key: [] for key in keys}
    rest: list[str] = []
    for node in _nodes(parse(text)):
        place = next((own[key] for key in own if _is_of(node, key)), rest)
        piece = text[node.start : node.end]
        place.append(f"({piece})" if isinstance(node, AnyOf) else piece)
    return " ".join(rest), {key: " ".join(pieces) for key, pieces in own.items()}


def with_values(text: str, key: str, values: Sequence[str], *, all_of: bool = False) -> str:
    """
    Return the query with exactly these values of a key, in the place of the first such part.

    Files match with any of the values, or with all of them if `all_of`. Raises `QueryError`, also for a value that the
    key does not have.
    """
    tree = parse(text)
    wanted = _term_of(key, list(dict.fromkeys(values)), all_of=all_of)
    parse(wanted)
    nodes = _nodes(tree)
    replaced = [node for node in nodes if _is_of(node, key)]
    if not replaced:
        whole = f"({text.strip()})" if isinstance(tree, AnyOf) and wanted else text.strip()
        return f"{whole} {wanted}".strip()
    if len(replaced) == len(nodes):
        return wanted
    return _replaced(text, replaced, wanted)


def without_part(text: str, place: int) -> str:
    """Return the query without one of its `parts`; unchanged if there is no such part. Raises `QueryError`."""
    nodes = _nodes(parse(text))
    if not 0 <= place < len(nodes):
        return text
    return _replaced(text, [nodes[place]], "") if len(nodes) > 1 else ""


def without_each_part(text: str) -> Iterator[tuple[str, str]]:
    """Yield a query without each of its parts in turn, and the part; nothing for one part. Raises `QueryError`."""
    own = parts(text)
    if len(own) > 1:
        for place, part in enumerate(own):
            yield without_part(text, place), text[part.start : part.end]


def _nodes(tree: Node) -> tuple[Node, ...]:
    """Return the parts of a tree. A query in brackets is one part, because the brackets belong to it."""
    return tree.nodes if isinstance(tree, AllOf) else (tree,)


def _replaced(text: str, nodes: Sequence[Node], wanted: str) -> str:
    pieces, position = [], 0
    for node in nodes:
        pieces.append(text[position : node.start])
        position = node.end
    pieces.insert(1, wanted)
    pieces.append(text[position:])
    return " ".join(piece.strip() for piece in pieces if piece.strip())


def _is_of(node: Node, key: str) -> bool:
    """Return whether `with_values` replaces a part."""
    if isinstance(node, AnyOf):
        return all(isinstance(term, Term) and _key_of(term) == key for term in node.nodes)
    if isinstance(node, Not) and is_one_valued(key):
        node = node.node
    return isinstance(node, Term) and _key_of(node) == key


def _key_of(node: Node) -> str:
    """Return the key of a term with a list of values, "" for any other node."""
    if not isinstance(node, Term):
        return ""
    if isinstance(node.value, Text):
        if node.key.kind == "people":
            return node.key.name if node.value.exact else ""
        if node.key.name in _WHOLE_TEXTS:
            return node.key.name if node.value.exact else ""
        return node.key.name if node.key.kind == "folder" and node.value.text.startswith("/") else ""
    return node.key.name


def _values(node: Node) -> tuple[str, ...]:
    value = node.value if isinstance(node, Term) else None
    if isinstance(value, Text):
        is_whole = node.key.kind == "people" or node.key.name in _WHOLE_TEXTS  # type: ignore[union-attr]
        return (value.text if is_whole else "/" + value.text.strip("/"),)
    if isinstance(value, AnyValue):
        return value.options
    if isinstance(value, Flag):
        return ("yes" if value.wanted else "no",)
    return (_span(value),) if isinstance(value, Span) else ()


def _span(value: Span) -> str:
    return f"{value.first}..{value.last}" if value.sign == ".." else f"{value.sign.removeprefix('=')}{value.first}"


def _term_of(key: str, values: list[str], *, all_of: bool) -> str:
    if not values:
        return ""
    kind = all_keys()[key].kind
    if kind in ("choice", "codes", "locks", "fields"):
        return f"{key}:{quoted(','.join(values))}"
    is_exact = kind == "people" or key in _WHOLE_TEXTS
    terms = [f"{key}:{quoted(value, exact=is_exact)}" for value in values]
    return " ".join(terms) if all_of or len(terms) == 1 else f"({' OR '.join(terms)})"
