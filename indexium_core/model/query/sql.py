"""
From the tree to parameterised DuckDB SQL: the only place of the program that builds SQL text.

Every piece of text and every number of the user is a parameter; the SQL itself is made of the constants here and of the
columns in `keys.KEYS`. Search in stored folded text compares with `people.fold`; where only spellings are stored, both
sides go through the same SQL expression, which does what `people.fold` does.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from indexium_core.model import people
from indexium_core.model.query.grammar import AllOf, Node, Not, Term, parse, terms
from indexium_core.model.query.keys import KEYS, Key
from indexium_core.model.query.values import Flag, Options, Span, Text

__all__ = ["CompiledQuery", "compile_query"]

_FOLDER = "('/' || f.folder || '/')"  # so that a name is found only as a whole
_NAMES_OF_PEOPLE = frozenset({"i.db_people"})  # always as the table of people spells them
_NAMES_IN_FILES = frozenset({"i.existing_people", "i.tags_to_remove"})  # as anybody may have spelt them
_SPELLINGS = """(
    WITH known AS (
        SELECT person_id FROM people WHERE person_key = ?
        UNION SELECT person_id FROM person_aliases WHERE alias_key = ?
    )
    SELECT list(spelling) FROM (
        SELECT ?::VARCHAR AS spelling
        UNION ALL SELECT name FROM people WHERE person_id IN (FROM known)
        UNION ALL SELECT alias FROM person_aliases WHERE person_id IN (FROM known)
    )
)"""
_FOLDED_FURTHER = "[ßẞæÆǽǼǣǢœŒþÞłŁøØǿǾđĐðÐħĦıς’–—]"  # what lower() and strip_accents() leave to `FOLDED_LETTERS`
_PERSON_COLUMNS = KEYS["person"].columns


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledQuery:
    """A condition over `plan_items AS i`, `scanned_files AS f` and `libraries AS l`."""

    where: str  # with ? for parameters; "TRUE" for an empty query
    params: list[object]  # in the order of the question marks
    keys: frozenset[str]  # keys that were used, "" for bare words
    names_unchanged: bool  # it asks for unchanged items
    names_postponed: bool  # it asks about postponed items

    @property
    def names_risk(self) -> bool:
        return "risk" in self.keys

    def named(self, prefix: str = "q") -> tuple[str, dict[str, object]]:
        """Return condition and parameters in DuckDB's named style: `$q1`, `$q2` and so on."""
        first, *others = self.where.split("?")
        text = first + "".join(f"${prefix}{number}{part}" for number, part in enumerate(others, start=1))
        return text, {f"{prefix}{number}": value for number, value in enumerate(self.params, start=1)}


def compile_query(text: str, *, zone: tzinfo | None = None) -> CompiledQuery:
    """
    Compile a query; days are days of `zone`, of the machine's own zone by default.

    Raises `QueryError` and nothing else.
    """
    tree = parse(text)
    builder = _Builder(zone)
    where = builder.condition(tree)
    found = list(terms(tree))
    return CompiledQuery(
        where=where,
        params=builder.params,
        keys=frozenset(term.key.name for term in found),
        names_unchanged=any(_asks_for_unchanged(term) for term in found),
        names_postponed=any(term.key.name == "postponed" for term in found),
    )


def _asks_for_unchanged(term: Term) -> bool:
    return term.key.name in ("risk", "category") and "unchanged" in getattr(term.value, "options", ())


class _Builder:
    """Writes conditions, and gathers their parameters in the order of the question marks."""

    def __init__(self, zone: tzinfo | None) -> None:
        self.params: list[object] = []
        self.zone = zone

    def condition(self, node: Node) -> str:
        if isinstance(node, Term):
            return self._term(node)
        if isinstance(node, Not):
            return f"NOT ({self.condition(node.node)})"
        if not node.nodes:
            return "TRUE"
        return _joined(" AND " if isinstance(node, AllOf) else " OR ", [self.condition(part) for part in node.nodes])

    def _term(self, term: Term) -> str:
        value = term.value
        if isinstance(value, Text):
            return self._text(term.key, value)
        if isinstance(value, Options):
            return self._options(term.key, value)
        if isinstance(value, Flag):
            return f"{term.key.columns[0]} = {self._parameter(value.wanted)}"
        return self._span(term.key, value)

    def _text(self, key: Key, value: Text) -> str:
        if not key.name:
            path = f"contains(f.path_search, {self._parameter(people.fold(value.text))})"
            return _joined(" OR ", [path, self._anybody(_PERSON_COLUMNS, self._somebody_like, value.text)])
        if key.kind == "people":
            return self._anybody(key.columns, self._somebody if value.exact else self._somebody_like, value.text)
        if key.kind == "folder":
            return self._folder(value.text)
        if key.kind == "root":
            test = self._same if value.exact else self._holds
            return _joined(" OR ", [test(f"coalesce({column}, '')", value.text) for column in key.columns])
        if key.name == "path":
            return f"contains(f.path_search, {self._parameter(people.fold(value.text))})"
        return self._holds(key.columns[0], value.text)

    def _anybody(self, columns: Sequence[str], test: Callable[[str, str], str], name: str) -> str:
        return _joined(" OR ", [test(column, name) for column in columns])

    def _somebody_like(self, column: str, part: str) -> str:
        return f"(len(list_filter({column}, lambda name: {self._holds('name', part)})) > 0)"

    def _somebody(self, column: str, name: str) -> str:
        """Say that a list names a person, by the name or an alias, in any of that person's spellings."""
        if column in _NAMES_OF_PEOPLE:
            return f"list_has_any({column}, {self._spellings(name)})"
        if column in _NAMES_IN_FILES:
            return self._somebody_in_any_case(column, name)
        # The planner takes these from the two others, only an edit may spell a name its own way.
        as_spelt = f"list_has_any({column}, {self._spellings(name)})"
        return f"({as_spelt} OR (i.edited AND {self._somebody_in_any_case(column, name)}))"

    def _somebody_in_any_case(self, column: str, name: str) -> str:
        lower = "lambda name: lower(name)"
        return f"list_has_any(list_transform({column}, {lower}), list_transform({self._spellings(name)}, {lower}))"

    def _spellings(self, name: str) -> str:
        key = people.person_key(name)
        self.params += [key, key, people.clean_name(name)]
        return _SPELLINGS

    def _folder(self, text: str) -> str:
        folder = text.strip("/")
        if not folder:
            return "(f.folder = '')"
        test = "starts_with" if text.startswith("/") else "contains"
        return f"{test}({_folded(_FOLDER)}, {self._folded_parameter(f'/{folder}/')})"

    def _holds(self, column: str, text: str) -> str:
        return f"contains({_folded(column)}, {self._folded_parameter(text)})"

    def _same(self, column: str, text: str) -> str:
        return f"({_folded(column)} = {self._folded_parameter(text)})"

    def _folded_parameter(self, text: str) -> str:
        return _folded_letters(self._parameter(text))

    def _options(self, key: Key, value: Options) -> str:
        if key.kind == "codes":
            return f"list_has_any({key.columns[0]}, {self._parameter(list(value.options))}::VARCHAR[])"
        tests = [f"{column} IN ({', '.join(map(self._parameter, value.options))})" for column in key.columns]
        return _joined(" OR ", tests)

    def _span(self, key: Key, span: Span) -> str:
        column = f"len({key.columns[0]})" if key.kind == "count" else key.columns[0]
        tests = [
            f"{column} {sign} {self._parameter(self._number(key, limit))}"
            for sign, limit in ((">=", span.low), ("<", span.high))
            if limit is not None
        ]
        return _joined(" AND ", tests)

    def _number(self, key: Key, limit: int) -> int:
        return _midnight(date.fromordinal(limit), self.zone) if key.kind == "date" else limit

    def _parameter(self, value: object) -> str:
        self.params.append(value)
        return "?"


def _joined(operator: str, conditions: Sequence[str]) -> str:
    return conditions[0] if len(conditions) == 1 else f"({operator.join(conditions)})"


def _folded(text: str) -> str:
    """
    Return the SQL that folds a text as `people.fold` does, compatibility letters (ﬁ, ②) aside.

    Most names need less than all of it, and all of it costs twenty times as much as lower() alone.
    """
    return (
        f"CASE WHEN strlen({text}) = length({text}) THEN lower({text}) "
        f"WHEN regexp_matches({text}, '{_FOLDED_FURTHER}') THEN {_folded_letters(text)} "
        f"ELSE strip_accents(lower({text})) END"
    )


def _folded_letters(text: str) -> str:
    folded = f"strip_accents(lower({text}))"
    for letter, plain in people.FOLDED_LETTERS.items():
        quoted = plain.replace("'", "''")
        folded = f"replace({folded}, '{letter}', '{quoted}')"
    return folded


def _midnight(day: date, zone: tzinfo | None) -> int:
    """Return when a day begins, in ns since 1970."""
    if zone is not None:
        return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()) * 10**9
    try:
        seconds = time.mktime((day.year, day.month, day.day, 0, 0, 0, 0, 0, -1))
    except OverflowError:  # Windows knows no local time before 1970; no film was changed then
        seconds = (day - date(1970, 1, 1)).total_seconds()
    return int(seconds) * 10**9
