"""
From the tree to parameterised DuckDB SQL: the only place of the program that builds SQL text.

Every piece of text and every number of the user is a parameter; the SQL itself is made of the constants here and of the
columns in `keys.KEYS`. Search in stored folded text compares with `people.fold`; where only spellings are stored, both
sides go through the same SQL expression, which does what `people.fold` does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum

from indexium_core.model.people import people_comment
from indexium_core.model.query.grammar import AllOf, Node, Not, Term, parse, terms
from indexium_core.model.query.keys import KEYS, Key
from indexium_core.model.query.values import AnyValue, Flag, Span, Text

__all__ = ["CompiledQuery", "SpellingParameter", "SpellingSet", "compile_query"]

_EVERYBODY = "i.names"  # everybody of the three lists, folded, a line each
_FOLDER = "('/' || f.folder || '/')"  # so that a name is found only as a whole
_NAMES_OF_PEOPLE = frozenset({"i.db_people"})  # always as the table of people spells them
_NAMES_IN_FILES = frozenset({"i.existing_people", "i.tags_to_remove"})  # as anybody may have spelt them
_LOCKED = "(SELECT file_id FROM locked_fields)"
_LOCKED_IN = "(SELECT file_id FROM locked_fields WHERE list_contains({}::VARCHAR[], field))"
_PERSON_COLUMNS = KEYS["person"].columns


class SpellingSet(StrEnum):
    """What is asked about the spellings of a person."""

    SPELLINGS = "spellings"  # all of them: of the person and of aliases
    LOWERED = "lowered"  # the same as lower() has them
    OTHERWISE = "otherwise"  # whether one of them does not hold the name that was given


@dataclass(frozen=True, slots=True, kw_only=True)
class SpellingParameter:
    """A parameter that whoever runs the query asks the database for first: subqueries cost more than what they find."""

    name: str
    asks: SpellingSet

    @property
    def key(self) -> str:
        """The key of the person that is meant."""
        return people_comment.person_key(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledQuery:
    """A condition over `plan_items AS i`, `scanned_files AS f` and `libraries AS l`."""

    where: str  # with ? for parameters; "TRUE" for an empty query
    params: list[object]  # in the order of the question marks; see `Spelt`
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
        if isinstance(value, AnyValue):
            return self._options(term.key, value)
        if isinstance(value, Flag):
            return f"{term.key.columns[0]} = {self._parameter(value.wanted)}"
        return self._span(term.key, value)

    def _text(self, key: Key, value: Text) -> str:
        if not key.name:
            path = f"contains(f.path_search, {self._parameter(people_comment.fold(value.text))})"
            return _joined(" OR ", [path, self._somebody_at_all(value.text)])
        if key.kind == "people":
            return self._people(key, value)
        if key.kind == "folder":
            return self._folder(value.text)
        if key.kind == "root":
            test = self._same if value.exact else self._holds
            return _joined(" OR ", [test(f"coalesce({column}, '')", value.text) for column in key.columns])
        if key.name == "path":
            return f"contains(f.path_search, {self._parameter(people_comment.fold(value.text))})"
        return self._holds(key.columns[0], value.text)

    def _people(self, key: Key, value: Text) -> str:
        """Look for a name among everybody first, which is cheap, and only then into the lists that are meant."""
        if not value.exact:
            at_all = self._somebody_at_all(value.text)
            return (
                at_all if key.columns == _PERSON_COLUMNS else self._both(at_all, key, self._somebody_like, value.text)
            )
        name = people_comment.clean_name(value.text)
        at_all = f"({self._somebody_at_all(name)} OR {self._spelt(name, SpellingSet.OTHERWISE)})"
        return self._both(at_all, key, self._somebody, name)

    def _both(self, at_all: str, key: Key, test: Callable[[str, str], str], name: str) -> str:
        return f"({at_all} AND {self._anybody(key.columns, test, name)})"

    def _somebody_at_all(self, part: str) -> str:
        return f"contains({_EVERYBODY}, {self._folded_parameter(part)})"

    def _anybody(self, columns: Sequence[str], test: Callable[[str, str], str], name: str) -> str:
        return _joined(" OR ", [test(column, name) for column in columns])

    def _somebody_like(self, column: str, part: str) -> str:
        return f"(len(list_filter({column}, lambda name: {self._holds('name', part)})) > 0)"

    def _somebody(self, column: str, name: str) -> str:
        """Say that a list names a person, by the name or an alias, in any of that person's spellings."""
        if column in _NAMES_OF_PEOPLE:
            return f"list_has_any({column}, {self._spelt(name, SpellingSet.SPELLINGS)}::VARCHAR[])"
        if column in _NAMES_IN_FILES:
            return self._somebody_in_any_case(column, name)
        # The planner takes these from the two others, only an edit may spell a name its own way.
        as_spelt = f"list_has_any({column}, {self._spelt(name, SpellingSet.SPELLINGS)}::VARCHAR[])"
        return f"({as_spelt} OR (i.edited AND {self._somebody_in_any_case(column, name)}))"

    def _somebody_in_any_case(self, column: str, name: str) -> str:
        lowered = f"list_transform({column}, lambda name: lower(name))"
        return f"list_has_any({lowered}, {self._spelt(name, SpellingSet.LOWERED)}::VARCHAR[])"

    def _spelt(self, name: str, asks: SpellingSet) -> str:
        return self._parameter(SpellingParameter(name=name, asks=asks))

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
        return _folded(self._parameter(text))

    def _options(self, key: Key, value: AnyValue) -> str:
        if key.kind == "codes":
            return f"({key.columns[0]} & (SELECT issue_mask({self._parameter(list(value.options))}::VARCHAR[]))) <> 0"
        if key.kind == "locks":
            return self._locks(key.columns[0], value.options)
        values = [int(option) for option in value.options] if key.kind == "ids" else value.options
        tests = [f"{column} IN ({', '.join(map(self._parameter, values))})" for column in key.columns]
        return _joined(" OR ", tests)

    def _locks(self, column: str, options: Sequence[str]) -> str:
        fields = [option for option in options if option not in ("yes", "no")]
        tests = [f"{column} IN {_LOCKED}"] if "yes" in options else []
        if fields:
            tests.append(f"{column} IN {_LOCKED_IN.format(self._parameter(fields))}")
        if "no" in options:
            tests.append(f"{column} NOT IN {_LOCKED}")
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
    """Return the SQL that folds a text as `people.fold` does; the macro is the schema's."""
    return f"folded({text})"


def _midnight(day: date, zone: tzinfo | None) -> int:
    """Return when a day begins, in ns since 1970; of a midnight that comes twice, the first."""
    try:
        # Not by time.mktime, which takes either of two midnights, as it did the last time that it was asked.
        seconds = datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()
    except (ValueError, OverflowError, OSError):  # there is no local time so far from today
        seconds = (day - date(1970, 1, 1)).total_seconds()
    return int(seconds) * 10**9
