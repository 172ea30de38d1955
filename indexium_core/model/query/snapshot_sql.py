"""
Searches as SQL for analysts: on the tables of a snapshot, with the values as literals, so that a person can edit it.

The conditions mean the same as those of `sql.py`. Only locks and titles have no column in a snapshot.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

from indexium_core.errors import QueryError
from indexium_core.model.people import people_comment
from indexium_core.model.query.grammar import AllOf, Node, Not, Term, parse, parse_history, terms
from indexium_core.model.query.keys import Key
from indexium_core.model.query.sql import COMPARED
from indexium_core.model.query.title_keys import TITLE_FLAGS
from indexium_core.model.query.values import AnyValue, Flag, Span, Text

_COLUMNS = {
    "adds": ("p.people_added",),
    "removes": ("p.people_removed",),
    "has": ("p.existing_people",),
    "db": ("d.people",),
    "person": ("p.result_people",),
    "path": ("f.path",),
    "id": ("f.file_id",),
    "name": ("f.file_name",),
    "root": ("f.library",),
    "ext": ("f.extension",),
    "container": ("f.container",),
    "type": ("f.media_kind",),
    "camera": ("f.camera",),
    "lens": ("f.lens",),
    "faces": ("f.faces",),
    "taken": ("f.taken::VARCHAR",),
    "dated": ("f.shown_at::VARCHAR",),
    "risk": ("p.risk",),
    "category": ("p.category",),
    "tags": ("p.result_people",),
    "size": ("f.size",),
    "mtime": ("f.modified_at",),
    "edited": ("p.edited",),
    "postponed": ("p.postponed",),
    "mode": ("p.people_mode", "p.comment_mode"),
}
_HAS_FIELD = {
    "field": "list_has_any(map_keys(coalesce(f.fields, MAP {{}})), [{}])",
    "changed": "file_id IN (SELECT file_id FROM plan_changes WHERE field IN ({}))",
}
_PEOPLE = (
    "LEFT JOIN (SELECT file_id, list(person) AS people FROM assigned_people GROUP BY file_id) AS d USING (file_id)"
)
_WITH_PERSON = "f.file_id IN (SELECT file_id FROM file_people WHERE person_id IN ({}))"


def _columns(key: Key) -> tuple[str, ...]:
    """Return the columns of a key in a snapshot; a field has the planned value, else the value in the file."""
    if key.name in _COLUMNS:
        return _COLUMNS[key.name]
    return tuple(column.replace("i.field_values", "p.planned_fields") for column in key.columns)


def plan_as_sql(text: str) -> str:
    """
    Return the search of the plan as SQL: the files that the plan page lists.

    Raises:
        QueryError: The search has a syntax error, or it asks for locks or titles, which a snapshot does not have.

    """
    tree = parse(text)
    found = list(terms(tree))
    conditions = [] if isinstance(tree, AllOf) and not tree.nodes else _all_of(tree)
    if not any(
        term.key.name in ("risk", "category") and "unchanged" in getattr(term.value, "options", ()) for term in found
    ):
        conditions.append("p.risk <> 'unchanged'")
    if not any(term.key.name == "postponed" for term in found):
        conditions.append("NOT p.postponed")
    needs_people = any(term.key.name in ("", "db") for term in found)
    lines = [
        "SELECT file_id, f.file_name, f.folder, p.risk, p.existing_people, p.result_people, f.size, f.modified_at",
        "FROM plan AS p",
        "JOIN files AS f USING (file_id)",
        *([_PEOPLE] if needs_people else []),
        _where(conditions),
        "ORDER BY p.risk, f.path",
    ]
    return "\n".join(lines)


def people_as_sql(text: str) -> str:
    """Return the people whose name, qualifier or alias contains a text as SQL."""
    names = "concat_ws(chr(10), name, qualifier, array_to_string(aliases, chr(10)))"
    lines = [
        "SELECT person_id, name, qualifier, files, aliases",
        "FROM people",
        *([_where([f"strip_accents({names}) ILIKE {_pattern(text)}"])] if text.strip() else []),
        "ORDER BY name, qualifier",
    ]
    return "\n".join(lines)


def person_as_sql(person_id: int) -> str:
    """Return the files of a person as SQL, the newest first."""
    return (
        "SELECT file_id, f.file_name, f.folder, f.modified_at\nFROM files AS f\nJOIN file_people AS a USING (file_id)\n"
        f"WHERE a.person_id = {person_id}\nORDER BY f.modified_at DESC, f.path"
    )


def history_as_sql(
    text: str = "",
    *,
    statuses: Sequence[str] = (),
    operation_type: str = "",
    error: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> str:
    """
    Return a search of the history as SQL: the operations that the history page lists.

    Raises:
        QueryError: The search has a syntax error.

    """
    sought = parse_history(text)
    conditions = []
    if statuses:
        conditions.append(f"o.status IN ({_list(statuses)})")
    if operation_type:
        conditions.append(f"o.operation_type = {_literal(operation_type)}")
    if since:
        conditions.append(f"o.started_at >= {_literal(since.isoformat())}")
    if until:
        conditions.append(f"o.started_at <= {_literal(until.isoformat())}")
    people = "array_to_string(list_concat(i.people_added, i.people_removed), chr(10))"
    of_items = [_any_holds(("i.path", people, "o.title"), word) for word in sought.words]
    of_items += [_any_holds(("i.path",), part) for part in sought.paths]
    of_items += [
        f"list_contains(list_concat(i.people_added, i.people_removed), {_literal(name)})" for name in sought.people
    ]
    of_items += [f"i.code = {_literal(error)}"] if error else []
    if of_items:
        joined = "\n    AND ".join(["i.operation_id = o.operation_id", *of_items])
        conditions.append(f"EXISTS (\n    FROM operation_items AS i\n    WHERE {joined}\n  )")
    lines = [
        "SELECT o.operation_id, o.operation_type, o.status, o.title, o.started_at, o.seconds,",
        "       o.file_count, o.success_count, o.failure_count, o.conflict_count",
        "FROM operations AS o",
        *([_where(conditions)] if conditions else []),
        "ORDER BY o.started_at DESC",
    ]
    return "\n".join(lines)


def jobs_as_sql(kind: str = "") -> str:
    """Return the jobs of one kind, or all jobs, as SQL."""
    lines = [
        "SELECT job_id, kind, status, title, processed, total, created_at, started_at, completed_at, error_message",
        "FROM jobs",
        *([_where([f"kind = {_literal(kind)}"])] if kind else []),
        "ORDER BY job_id DESC",
    ]
    return "\n".join(lines)


def check_as_sql(kind: str, *, ignored: bool = False) -> str:
    """Return the findings of one check as SQL."""
    conditions = [f"c.kind = {_literal(kind)}", "c.ignored" if ignored else "NOT c.ignored"]
    same = "f.file_hash = c.subject" if kind == "copies" else "f.file_id = c.file_id"
    lines = [
        "SELECT c.subject, f.file_id, f.file_name, f.folder",
        "FROM checks AS c",
        f"LEFT JOIN files AS f ON {same}",
        _where(conditions),
        "ORDER BY c.subject",
    ]
    return "\n".join(lines)


def library_as_sql(name: str) -> str:
    """Return the files of one library folder as SQL."""
    lines = [
        "SELECT file_id, file_name, folder, container, size, duration, modified_at, comment_people",
        "FROM files",
        _where([f"library = {_literal(name)}"]),
        "ORDER BY path",
    ]
    return "\n".join(lines)


def _where(conditions: Sequence[str]) -> str:
    return "WHERE " + "\n  AND ".join(conditions)


def _all_of(tree: Node) -> list[str]:
    return [_condition(node) for node in (tree.nodes if isinstance(tree, AllOf) else (tree,))]


def _condition(node: Node) -> str:
    if isinstance(node, Term):
        return _term(node)
    if isinstance(node, Not):
        return f"NOT ({_condition(node.node)})"
    return _joined(" AND " if isinstance(node, AllOf) else " OR ", [_condition(part) for part in node.nodes])


def _term(term: Term) -> str:
    key, value = term.key, term.value
    if key.kind == "title" or key.name in TITLE_FLAGS:
        raise QueryError(f"A snapshot has no titles. Remove “{key.name}:” from the search to open it as SQL.")
    if isinstance(value, Text):
        return _text(key, value)
    if isinstance(value, AnyValue):
        return _options(key, value)
    if isinstance(value, Flag):
        return f"{_columns(key)[0]} = {str(value.wanted).upper()}"
    return _span(key, value)


def _text(key: Key, value: Text) -> str:
    if not key.name:
        people = [_names(column) for column in ("d.people", "p.existing_people", "p.result_people")]
        return _any_holds(["f.path", *people], value.text)
    columns = _columns(key)
    if key.kind == "people" and value.exact:
        name = _literal(people_comment.clean_name(value.text))
        return _joined(" OR ", [f"coalesce(list_contains({column}, {name}), FALSE)" for column in columns])
    if key.kind == "people":
        return _any_holds([_names(column) for column in columns], value.text)
    if key.kind == "folder":
        return _folder(value.text)
    exact = {"before": "", "after": ""} if key.kind == "root" and value.exact else {}
    return _any_holds(columns, value.text, **exact)


def _folder(text: str) -> str:
    folder = text.strip("/")
    if not folder:
        return "f.folder = ''"
    path = "strip_accents('/' || f.folder || '/')"
    if text.startswith("/"):
        return f"{path} ILIKE {_pattern(f'/{folder}/', before='')}"
    library, _, rest = folder.partition("/")
    of_library = f"strip_accents(f.library) ILIKE {_pattern(library, before='', after='')}"
    if rest:
        of_library += f" AND {path} ILIKE {_pattern(f'/{rest}/', before='')}"
    return f"({path} ILIKE {_pattern(f'/{folder}/')} OR ({of_library}))"


def _names(column: str) -> str:
    return f"array_to_string({column}, chr(10))"


def _options(key: Key, value: AnyValue) -> str:
    if key.kind == "codes":
        return f"list_has_any(p.issues, [{_list(value.options)}])"
    if key.kind == "fields":
        return _HAS_FIELD[key.name].format(_list(value.options))
    if key.kind == "locks":
        raise QueryError("A snapshot has no locks. Remove “locked:” from the search to open it as SQL.")
    if key.kind == "person_ids":
        return _WITH_PERSON.format(", ".join(value.options))
    listed = ", ".join(value.options) if key.kind == "ids" else _list(value.options)
    return _joined(" OR ", [f"{column} IN ({listed})" for column in _columns(key)])


def _span(key: Key, span: Span) -> str:
    column = COMPARED.get(key.kind, "{0}").format(_columns(key)[0])
    limits = ((">=", span.low), ("<", span.high))
    return _joined(" AND ", [f"{column} {sign} {_limit(key, limit)}" for sign, limit in limits if limit is not None])


def _limit(key: Key, limit: int) -> str:
    if key.kind == "day":
        return _literal(date.fromordinal(limit).isoformat())
    if key.kind != "date":
        return str(limit)
    try:  # a day starts at midnight in local time; the times of a snapshot are UTC
        moment = datetime.combine(date.fromordinal(limit), time.min).astimezone()
        return _literal(moment.isoformat()) + "::TIMESTAMPTZ::TIMESTAMP"
    except (ValueError, OverflowError, OSError):
        return _literal(date.fromordinal(limit).isoformat())


def _any_holds(columns: Sequence[str], text: str, **ends: str) -> str:
    pattern = _pattern(text, **ends)
    return _joined(" OR ", [f"coalesce(strip_accents({column}) ILIKE {pattern}, FALSE)" for column in columns])


def _pattern(text: str, *, before: str = "%", after: str = "%") -> str:
    folded = people_comment.fold(text)
    escaped = folded.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return _literal(f"{before}{escaped}{after}") + (" ESCAPE '\\'" if escaped != folded else "")


def _joined(operator: str, conditions: Sequence[str]) -> str:
    return conditions[0] if len(conditions) == 1 else f"({operator.join(conditions)})"


def _list(values: Sequence[str]) -> str:
    return ", ".join(_literal(value) for value in values)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
