"""
The compiler from the tree to parameterised DuckDB SQL: the only module that builds SQL text.

Every text and number of the user is a parameter. The SQL consists of the constants here and of the columns in
`keys.KEYS`. A search in stored folded text compares with `people_comment.fold`. Where only the original spelling is
stored, the macro `folded` folds both sides by the same rules.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum

from indexium_core.model.people import people_comment
from indexium_core.model.query.grammar import AllOf, Node, Not, Term, parse, terms
from indexium_core.model.query.keys import Key
from indexium_core.model.query.title_keys import TITLE_TEXTS
from indexium_core.model.query.values import AnyValue, Flag, Span, Text

_ALL_PEOPLE = "i.names"  # all people of the three lists, folded, one per line
_FOLDER = "('/' || f.folder || '/')"  # the slashes let a folder name match only as a whole
_NAMES_OF_PEOPLE = frozenset({"i.db_people"})  # the spelling is always that of the table of people
_NAMES_IN_FILES = frozenset({"i.existing_people", "i.result_people", "i.tags_to_remove"})  # any spelling is possible
_NAMED_LIBRARIES = "(SELECT library_id FROM libraries WHERE folded(name) = {})"
_LOCKED = "(SELECT file_id FROM locked_fields)"
_LOCKED_IN = "(SELECT file_id FROM locked_fields WHERE list_contains({}::VARCHAR[], field))"
COMPARED = {  # what a range compares, by the kind of the key
    "count": "len({0})",
    "number": "TRY_CAST({0} AS INTEGER)",
    "day": "left({0} || substr('0000-01-01', length({0}) + 1), 10)",  # 2019 is its first day
}
_WITH_ISSUE = "(SELECT (variant_id, issue_set) FROM issue_sets WHERE list_has_any(codes, {}::VARCHAR[]))"
_WITH_PERSON = "(SELECT file_id FROM people_in_files(NULL::BIGINT[], {}::BIGINT[]))"


class SpellingSet(StrEnum):
    """The facts about the spellings of a person that a condition needs."""

    SPELLINGS = "spellings"  # all spellings of the person and its aliases
    LOWERED = "lowered"  # the same in lower case
    HAS_OTHERS = "has_others"  # whether one of them does not contain the given name


@dataclass(frozen=True, slots=True, kw_only=True)
class SpellingParameter:
    """A parameter that the caller reads from the database before the query, because a subquery would be slower."""

    name: str
    spellings: SpellingSet

    @property
    def key(self) -> str:
        """The key of the person."""
        return people_comment.person_key(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledQuery:
    """A condition over `plan_items AS i`, `scanned_files AS f` and `libraries AS l`."""

    where: str  # with ? for parameters; "TRUE" for an empty query
    params: list[object]  # in the order of the question marks; some are `SpellingParameter`
    keys: frozenset[str]  # the keys of the terms, "" for bare words
    names_unchanged: bool  # the query has a term for unchanged items
    names_postponed: bool  # the query has a term about postponed items

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
    Compile a query; days are days of `zone`, by default of the local time zone.

    Raises only `QueryError`.
    """
    tree = parse(text)
    builder = _Builder(zone)
    where = builder.condition(tree)
    all_terms = list(terms(tree))
    return CompiledQuery(
        where=where,
        params=builder.params,
        keys=frozenset(term.key.name for term in all_terms),
        names_unchanged=any(_selects_unchanged(term) for term in all_terms),
        names_postponed=any(term.key.name == "postponed" for term in all_terms),
    )


def _selects_unchanged(term: Term) -> bool:
    return term.key.name in ("risk", "category") and "unchanged" in getattr(term.value, "options", ())


class _Builder:
    """Builds conditions and collects their parameters in the order of the question marks."""

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
            return f"coalesce({term.key.columns[0]} = {self._parameter(value.wanted)}, FALSE)"
        return self._span(term.key, value)

    def _text(self, key: Key, value: Text) -> str:
        if not key.name:
            path = f"contains(f.path_search, {self._parameter(people_comment.fold(value.text))})"
            return _joined(" OR ", [path, self._in_any_list(value.text)])
        if key.kind == "people":
            return self._people(key, value)
        if key.kind == "folder":
            return self._folder(value.text)
        if key.kind == "root":
            test = self._same if value.exact else self._holds
            return _joined(" OR ", [test(f"coalesce({column}, '')", value.text) for column in key.columns])
        if key.name == "path":
            return f"contains(f.path_search, {self._parameter(people_comment.fold(value.text))})"
        tests = [self._holds(f"coalesce({column}, '')", value.text) for column in key.columns]
        if key.name in TITLE_TEXTS:
            of_title = TITLE_TEXTS[key.name]
            tests.append(f"f.file_id IN ({of_title.file_ids.format(self._holds(of_title.column, value.text))})")
        return _joined(" OR ", tests)

    def _people(self, key: Key, value: Text) -> str:
        """Search all people first, which is fast, and then the lists of the key."""
        if not value.exact:
            return self._both(self._in_any_list(value.text), key, self._contains_name_like, value.text)
        name = people_comment.clean_name(value.text)
        in_any_list = f"({self._in_any_list(name)} OR {self._spellings_of(name, SpellingSet.HAS_OTHERS)})"
        return self._both(in_any_list, key, self._contains_person, name)

    def _both(self, in_any_list: str, key: Key, test: Callable[[str, str], str], name: str) -> str:
        return f"({in_any_list} AND {self._in_any_column(key.columns, test, name)})"

    def _in_any_list(self, part: str) -> str:
        return f"contains({_ALL_PEOPLE}, {self._folded_parameter(part)})"

    def _in_any_column(self, columns: Sequence[str], test: Callable[[str, str], str], name: str) -> str:
        return _joined(" OR ", [test(column, name) for column in columns])

    def _contains_name_like(self, column: str, part: str) -> str:
        return f"(len(list_filter({column}, lambda name: {self._holds('name', part)})) > 0)"

    def _contains_person(self, column: str, name: str) -> str:
        """Return the condition that a list contains a person, in any spelling of the person or an alias."""
        if column in _NAMES_OF_PEOPLE:
            return f"list_has_any({column}, {self._spellings_of(name, SpellingSet.SPELLINGS)}::VARCHAR[])"
        if column in _NAMES_IN_FILES:
            return self._contains_person_in_any_case(column, name)
        # The planner takes the added names from the database; only an edit may have another spelling.
        exact = f"list_has_any({column}, {self._spellings_of(name, SpellingSet.SPELLINGS)}::VARCHAR[])"
        return f"({exact} OR (i.edited AND {self._contains_person_in_any_case(column, name)}))"

    def _contains_person_in_any_case(self, column: str, name: str) -> str:
        lowered = f"list_transform({column}, lambda name: lower(name))"
        return f"list_has_any({lowered}, {self._spellings_of(name, SpellingSet.LOWERED)}::VARCHAR[])"

    def _spellings_of(self, name: str, spellings: SpellingSet) -> str:
        return self._parameter(SpellingParameter(name=name, spellings=spellings))

    def _folder(self, text: str) -> str:
        folder = text.strip("/")
        if not folder:
            return "(f.folder = '')"
        if text.startswith("/"):
            return f"starts_with({_folded(_FOLDER)}, {self._folded_parameter(f'/{folder}/')})"
        below = f"contains({_folded(_FOLDER)}, {self._folded_parameter(f'/{folder}/')})"
        library, _, rest = folder.partition("/")
        of_library = f"f.library_id IN {_NAMED_LIBRARIES.format(self._folded_parameter(library))}"
        if rest:
            of_library += f" AND starts_with({_folded(_FOLDER)}, {self._folded_parameter(f'/{rest}/')})"
        return f"({below} OR ({of_library}))"

    def _holds(self, column: str, text: str) -> str:
        return f"contains({_folded(column)}, {self._folded_parameter(text)})"

    def _same(self, column: str, text: str) -> str:
        return f"({_folded(column)} = {self._folded_parameter(text)})"

    def _folded_parameter(self, text: str) -> str:
        return _folded(self._parameter(text))

    def _options(self, key: Key, value: AnyValue) -> str:
        if key.kind == "codes":
            return f"(i.variant_id, {key.columns[0]}) IN {_WITH_ISSUE.format(self._parameter(list(value.options)))}"
        if key.kind == "locks":
            return self._locks(key.columns[0], value.options)
        if key.kind == "fields":
            return f"list_has_any(coalesce({key.columns[0]}, []), {self._parameter(list(value.options))}::VARCHAR[])"
        if key.kind == "person_ids":
            return f"{key.columns[0]} IN {_WITH_PERSON.format(self._parameter([int(each) for each in value.options]))}"
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
        column = COMPARED.get(key.kind, "{0}").format(key.columns[0])
        tests = [
            f"{column} {sign} {self._parameter(self._limit(key, limit))}"
            for sign, limit in ((">=", span.low), ("<", span.high))
            if limit is not None
        ]
        return _joined(" AND ", tests)

    def _limit(self, key: Key, limit: int) -> int | str:
        if key.kind == "day":
            return date.fromordinal(limit).isoformat()
        return _midnight(date.fromordinal(limit), self.zone) if key.kind == "date" else limit

    def _parameter(self, value: object) -> str:
        self.params.append(value)
        return "?"


def _joined(operator: str, conditions: Sequence[str]) -> str:
    return conditions[0] if len(conditions) == 1 else f"({operator.join(conditions)})"


def _folded(text: str) -> str:
    """Return the SQL that folds a text like `people_comment.fold`, by a macro of the schema."""
    return f"folded({text})"


def _midnight(day: date, zone: tzinfo | None) -> int:
    """Return the start of a day in ns since 1970; if midnight occurs twice, the first one."""
    try:
        # time.mktime may return either of two midnights, depending on its last call.
        seconds = datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()
    except (ValueError, OverflowError, OSError):  # no local time exists for years so far away
        seconds = (day - date(1970, 1, 1)).total_seconds()
    return int(seconds) * 10**9
