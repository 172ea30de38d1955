"""
The parser from text to a tree.

    query   = all ("OR" all)*
    all     = ["AND"] unit (["AND"] unit)*
    unit    = "-" unit | "(" query ")" | [key ":"] value
    value   = runs of characters and "quoted text", without a blank between them; "" inside quotes is one quote

A `-` before a blank, another `-` or the end is an ordinary word, so that a pasted “Artist - Title” works. Every node
has its position in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from indexium_core import errors
from indexium_core.model.query.keys import BARE, Key, all_keys, nearest_key
from indexium_core.model.query.values import Text, Value, read_value, shortened
from indexium_core.model.surrogates import replace_surrogates

MAX_DEPTH = 30  # nested parentheses
MAX_TERMS = 100

_KEY = re.compile(r"([^\W\d]\w*):")
_RUN = re.compile(r'[^\s()"]+')
_QUOTE = re.compile(r'"((?:[^"]++|"")*+)"')
_KEYS = ("", "person", "path")
_ONLY = (
    "A search of the history can have only words, person: and path:. For one file, use words of its path, for example "
    "path:2019/picnic.mp4."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One search term."""

    key: Key  # `keys.BARE` for a bare word
    value: Value
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    """A negated node."""

    node: Node
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf:
    """All nodes must match; if there are no nodes, every file matches."""

    nodes: tuple[Node, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """Any of the nodes must match."""

    nodes: tuple[Node, ...]
    start: int
    end: int


Node = Term | Not | AllOf | AnyOf


def parse(text: str) -> Node:
    """Parse a query. Raises only `QueryError`, with the position and the word."""
    # Stored paths have U+FFFD for undecodable bytes, so the search has it too. No position changes.
    return _Parser(replace_surrogates(text)).query()


def terms(node: Node) -> Iterator[Term]:
    """Yield every term of a tree."""
    if isinstance(node, Term):
        yield node
    elif isinstance(node, Not):
        yield from terms(node.node)
    else:
        for part in node.nodes:
            yield from terms(part)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # "(", ")", "-", "OR", "AND", "term"
    start: int
    end: int
    term: Term | None = None


def _error(message: str, text: str, start: int, end: int) -> errors.QueryError:
    return errors.QueryError(message, position=start, word=text[start:end])


def _tokens(text: str) -> Iterator[_Token]:
    position = 0
    while position < len(text):
        start = position
        if text[start].isspace():
            position += 1
        elif text[start] in "()" or _negates(text, start):
            position += 1
            yield _Token(text[start], start, position)
        else:
            token = _word(text, start)
            position = token.end
            yield token


def _negates(text: str, position: int) -> bool:
    after = text[position + 1 : position + 2]
    return text[position] == "-" and after not in ("", "-", ")") and not after.isspace()


def _word(text: str, start: int) -> _Token:
    """Parse a term or an operator."""
    name = _KEY.match(text, start)
    value_start = name.end() if name else start
    value, end, quoted = _value(text, value_start)
    if not name and not quoted and value in ("OR", "AND") and text[start - 1 : start] != "-":
        return _Token(value, start, end)
    key = _key(text, start, name[1].lower(), end) if name else BARE
    if not value.strip():
        raise _error(_empty_value_message(text, key, end, quoted=quoted), text, start, end)
    try:
        term = Term(key=key, value=_read(key, value, quoted=quoted), start=start, end=end)
    except ValueError as error:
        raise _error(str(error), text, value_start, end) from error
    return _Token("term", start, end, term)


def _value(text: str, start: int) -> tuple[str, int, bool]:
    """Return the value that starts here, its end, and whether one pair of quotes contains the whole value."""
    pieces: list[str] = []
    quoted = False
    position = start
    while position < len(text):
        if text[position] == '"':
            match = _QUOTE.match(text, position)
            if match is None:
                raise _error('This quote is not closed; add a " at its end.', text, position, len(text))
            quoted = not pieces
            pieces.append(match[1].replace('""', '"'))
        else:
            match = _RUN.match(text, position)
            if match is None:
                break
            quoted = False
            pieces.append(match[0])
        position = match.end()
    return "".join(pieces), position, quoted


def _key(text: str, start: int, name: str, end: int) -> Key:
    found = all_keys().get(name)
    if found is not None:
        return found
    near = nearest_key(name)
    hint = f" Did you mean {near}:?" if near else ""
    message = f"There is no key “{shortened(name)}:”.{hint} To search for the text itself, put it in quotes."
    raise _error(message, text, start, end)


def _empty_value_message(text: str, key: Key, end: int, *, quoted: bool) -> str:
    if not key.name:
        return "These quotes are empty."
    if text[end : end + 1] == "(" and not quoted:
        return f"A value cannot be a group; write ({key.name}:… OR {key.name}:…)."
    return f"{key.name}: needs a value right after the colon, such as {key.example}."


def _read(key: Key, value: str, *, quoted: bool) -> Value:
    return read_value(key, value, quoted=quoted) if key.name else Text(value, quoted)


class _Parser:
    """A recursive-descent parser over the tokens. It limits the depth, so that no text exhausts the stack."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = _tokens(text)
        self.token = next(self.tokens, None)
        self.depth = 0
        self.count = 0

    def query(self) -> Node:
        if not self._next_kind():
            return AllOf(nodes=(), start=0, end=0)
        node = self._any()
        if self.token is not None:  # only a ")" ends a query early
            message = "This ) has no matching (; put text with brackets in quotes."
            raise _error(message, self.text, self.token.start, self.token.end)
        return node

    def _any(self) -> Node:
        nodes = [self._all()]
        while self._next_kind() == "OR":
            operator = self._advance()
            nodes.append(self._all(operator))
        return nodes[0] if len(nodes) == 1 else AnyOf(nodes=tuple(nodes), start=nodes[0].start, end=nodes[-1].end)

    def _all(self, operator: _Token | None = None) -> Node:
        """Parse terms up to the next OR or bracket; `operator` is the OR before them."""
        nodes = []
        while self._next_kind() not in ("", ")", "OR"):
            if self._next_kind() == "AND":
                self._advance()
            else:
                nodes.append(self._unit())
        if not nodes:
            raise self._missing_term(operator)
        return nodes[0] if len(nodes) == 1 else AllOf(nodes=tuple(nodes), start=nodes[0].start, end=nodes[-1].end)

    def _unit(self) -> Node:
        token = self._advance()
        if token.kind == "-":
            node = self._unit()
            return Not(node=node, start=token.start, end=node.end)
        if token.kind == "(":
            return self._group(token)
        assert token.term is not None  # tokens of all other kinds have a term
        self.count += 1
        if self.count > MAX_TERMS:
            raise _error(f"A search may have at most {MAX_TERMS} terms.", self.text, token.start, token.end)
        return token.term

    def _group(self, opening: _Token) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _error(f"Groups can be nested at most {MAX_DEPTH} deep.", self.text, opening.start, opening.end)
        node = self._any()
        if not self._next_kind():
            raise _error("This ( is not closed; add a ).", self.text, opening.start, opening.end)
        closing = self._advance()
        self.depth -= 1
        return replace(node, start=opening.start, end=closing.end)

    def _next_kind(self) -> str:
        return self.token.kind if self.token else ""

    def _advance(self) -> _Token:
        token = self.token
        assert token is not None  # callers check this first
        self.token = next(self.tokens, None)
        return token

    def _missing_term(self, operator: _Token | None) -> errors.QueryError:
        if operator is None and self.token is not None and self.token.kind == "OR":
            operator = self.token
        if operator is not None:
            message = 'OR needs a term on both sides; to search for the word itself, write "OR".'
            return _error(message, self.text, operator.start, operator.end)
        if self.token is None and self.depth:
            start = self.text.rindex("(")  # only brackets and AND follow it
            return _error("This bracket is not closed, and it is empty.", self.text, start, start + 1)
        start = self.token.start if self.token else 0
        return _error("A search term is missing here.", self.text, start, len(self.text))


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
