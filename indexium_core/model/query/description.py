"""The description of a query in words: the line “shown: danger, with Ann Lee, not under a path containing …”."""

from __future__ import annotations

from indexium_core.model.fields.table import FAVORITE_KEY, title_of
from indexium_core.model.files.properties import label_of
from indexium_core.model.planning import risk
from indexium_core.model.query.grammar import AllOf, Node, Not, Term, parse
from indexium_core.model.query.keys import Key
from indexium_core.model.query.values import AnyValue, Flag, Span, Text

_PEOPLE = {
    "person": "{not}with {name}",
    "db": "with {name} {not}in the database",
    "has": "with {name} {not}in the file",
    "adds": "{not}adding {name}",
    "removes": "{not}removing {name}",
}
_TEXTS = {
    "": "{not}matching {text}",
    "path": "{not}under a path containing {text}",
    "name": "{not}with {text} in the name",
    "folder": "{not}in the folder {text}",
    "root": "{not}in the library {text}",
    "camera": "{not}taken by the camera {text}",
    "lens": "{not}taken with the lens {text}",
    "faces": "{not}with a face named {text}",
    "movie": "{not}of the film {text}",
    "series": "{not}of the series {text}",
    "actor": "{not}with the actor {text}",
    "director": "{not}by the director {text}",
}
_OPTIONS = {
    "risk": "{not}{options}",
    "category": "{not}with the change {options}",
    "issue": "{not}with “{options}”",
    "id": "{not}with the id {options}",
    "person_id": "{not}with the person {options}",
    "ext": "{not}ending in .{options}",
    "container": "{not}of the kind {options}",
    "type": "{not}of the type {options}",
    "mode": "{not}in mode {options}",
    "locked": "{not}with {options} locked",
    "field": "{not}with a value in the field {options}",
    "changed": "{not}with a change of the field {options}",
}
_LOCKED = {"yes": "anything", "no": "nothing"}
_FLAGS = {
    "edited": "{not}edited",
    "postponed": "{not}skipped",
    "matched": "{not}matched with a provider",
    "enriched": "{not}enriched by a provider",
    FAVORITE_KEY: "{not}a favourite",
}
_SPANS = {
    ">": {
        "id": "with an id above {0}",
        "tags": "more than {0} people",
        "size": "larger than {0}",
        "mtime": "changed after {0}",
        "taken": "taken after {0}",
        "dated": "dated after {0}",
    },
    ">=": {
        "id": "with an id from {0} on",
        "tags": "at least {0} people",
        "size": "at least {0} large",
        "mtime": "changed in {0} or later",
        "taken": "taken in {0} or later",
        "dated": "dated in {0} or later",
    },
    "<": {
        "id": "with an id below {0}",
        "tags": "fewer than {0} people",
        "size": "smaller than {0}",
        "mtime": "changed before {0}",
        "taken": "taken before {0}",
        "dated": "dated before {0}",
    },
    "<=": {
        "id": "with an id up to {0}",
        "tags": "at most {0} people",
        "size": "at most {0} large",
        "mtime": "changed in {0} or earlier",
        "taken": "taken in {0} or earlier",
        "dated": "dated in {0} or earlier",
    },
    "=": {
        "id": "with the id {0}",
        "tags": "{0} people",
        "size": "{0} large",
        "mtime": "changed in {0}",
        "taken": "taken in {0}",
        "dated": "dated in {0}",
    },
    "..": {
        "id": "with an id from {0} to {1}",
        "tags": "{0} to {1} people",
        "size": "{0} to {1} large",
        "mtime": "changed from {0} to {1}",
        "taken": "taken from {0} to {1}",
        "dated": "dated from {0} to {1}",
    },
}
# Of the values of fields, after the title of the field: text, number or day.
_TEXT_OF_FIELD = "with {text} {not}in the "
_NUMBERS_OF_FIELD = {
    ">": " above {0}",
    ">=": " of at least {0}",
    "<": " below {0}",
    "<=": " up to {0}",
    "=": " {0}",
    "..": " from {0} to {1}",
}
_DAYS_OF_FIELD = {
    ">": " after {0}",
    ">=": " in {0} or later",
    "<": " before {0}",
    "<=": " in {0} or earlier",
    "=": " in {0}",
    "..": " from {0} to {1}",
}


def describe(text: str) -> str:
    """Return a query as a part of a sentence; "" for an empty query. Raises `QueryError`."""
    return _described(parse(text), negated=False, inner=False)


def describe_parts(text: str) -> list[str]:
    """Return a description of each part of the outermost level, in the order of `parts`. Raises `QueryError`."""
    tree = parse(text)
    nodes = tree.nodes if isinstance(tree, AllOf) else (tree,)
    return [_described(node, negated=False, inner=False) for node in nodes]


def _described(node: Node, *, negated: bool, inner: bool) -> str:
    if isinstance(node, Term):
        return _term(node, "not " if negated else "")
    if isinstance(node, Not):
        return _described(node.node, negated=not negated, inner=True)
    parts = [_described(part, negated=False, inner=True) for part in node.nodes]
    together = (", " if isinstance(node, AllOf) and not inner else _conjunction(node)).join(parts)
    if negated:
        return f"not ({together})"
    return f"({together})" if inner else together


def _conjunction(node: Node) -> str:
    return " and " if isinstance(node, AllOf) else " or "


def _term(term: Term, negation: str) -> str:
    key, value = term.key.name, term.value
    if isinstance(value, Text):
        if term.key.kind != "people":
            template = _TEXTS.get(key) or _TEXT_OF_FIELD + title_of(key).lower()
            return _filled(template, negation, text=f"“{value.text}”")
        return _filled(_PEOPLE[key], negation, name=value.text if value.exact else f"a person like “{value.text}”")
    if isinstance(value, AnyValue):
        options = [_option(key, option) for option in value.options]
        return _filled(_OPTIONS[key], negation, options=" or ".join(options))
    if isinstance(value, Flag):
        return _filled(_FLAGS[key], negation if value.wanted else _inverted(negation))
    return negation + _span(term.key, value)


def _option(key: str, option: str) -> str:
    if key == "locked":
        return _LOCKED.get(option) or label_of(option).lower()
    if key == "person_id":
        return f"#{option}"
    if key in {"field", "changed"}:
        return title_of(option).lower()
    return risk.label(option) if key == "issue" else option


def _inverted(negation: str) -> str:
    return "" if negation else "not "


def _span(key: Key, span: Span) -> str:
    sign, first = span.sign, span.first
    if sign == ".." and not (span.first and span.last):
        sign, first = (">=", span.first) if span.first else ("<=", span.last)
    template = _SPANS[sign].get(key.name)
    if template is None:
        template = title_of(key.name).lower() + (_DAYS_OF_FIELD if key.kind == "day" else _NUMBERS_OF_FIELD)[sign]
    return template.format(_endpoint(key.name, first), _endpoint(key.name, span.last))


def _endpoint(key: str, word: str) -> str:
    """Return an end of a range; a size with its unit: 1.5 GB, 700 MB, 0 bytes."""
    if key != "size":
        return word
    number = word.rstrip("abcdefghijklmnopqrstuvwxyz ")
    unit = word[len(number) :].strip().removesuffix("b")
    return f"{number} {unit.upper().replace('I', 'i')}B" if unit else f"{number} bytes"


def _filled(template: str, negation: str, **facts: str) -> str:
    return template.format_map({"not": negation, **facts})
