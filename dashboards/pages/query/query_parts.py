"""The components of the query page: the editor, the tables and queries beside it, and the result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from panel.custom import Child

from dashboards.components.base import Component, module
from dashboards.pages.query import result_table
from dashboards.pages.query.view_types import (
    ExampleQueryView,
    QueryEditorView,
    QueryHeaderView,
    QueryResultSelectionView,
    QueryResultView,
    QuerySideView,
)
from indexium_core import errors
from indexium_core.model import wording
from indexium_core.model.analysis import QueryCompletion, QueryField, SavedQuery, SchemaTable
from indexium_core.model.planning.plan import RISK_LEVELS, SelectionSummary


class QueryHeader(Component):
    """The title of the page and what it can query."""

    _esm = module("query_header")
    _view = QueryHeaderView


class QueryEditor(Component):
    """
    The SQL with its fields and the buttons that run it.

    Messages: `typed` and `run` {text, values}, `cancel`, `new`, `save` {name, text, values}, `complete` {text,
    position, serial}. Receives: {completions: {serial, items}}.
    """

    _esm = module("query_editor")
    _view = QueryEditorView
    _styles = ("query.css",)

    def show_completions(self, serial: int, completions: Sequence[QueryCompletion]) -> None:
        """Show the completions that the request `serial` asked for."""
        items = [completion._asdict() for completion in completions]
        self._send_msg({"completions": {"serial": serial, "items": items}})


class QuerySide(Component):
    """
    The tables with their columns, the saved queries and examples, and the queries that this browser ran.

    Messages: `open` {id} (a saved query), `example` {index}, `load` {text, values}, `remove` {id}, `restore`. Receives:
    {removed}, the name of a query that can be restored.
    """

    _esm = module("query_side")
    _view = QuerySideView
    _styles = ("query.css",)

    def offer_restore(self, name: str) -> None:
        """Offer to restore the query that was removed."""
        self._send_msg({"removed": name})


class QueryResult(Component):
    """
    The result as a table, a chart, or a list of its columns.

    Messages: `tab` {tab}, `sort` {column} (again: in reverse), `order` {column} (-1: of the query), `page` {page},
    `chart` {kind, x, y, colour}, `select`, `edit`, `example` {index}, `copied` and `linked` {ok}.
    """

    plot = Child(doc="The chart.")

    _esm = module("query_result")
    _view = QueryResultView
    _styles = ("charts.css", "query.css")


def side_view(
    schema: Sequence[SchemaTable],
    saved: Sequence[SavedQuery],
    examples: Sequence[SavedQuery],
    *,
    current: int,
    last: Mapping[str, Any] | None,
    home: str,
) -> dict[str, Any]:
    """
    Return the view of the parts beside the editor.

    `current` is the opened saved query, `last` the run that the browser adds to its history, which it keeps by `home`.
    """
    return {
        "tables": [
            {
                "name": table.name,
                "description": table.description,
                "rows": wording.count(table.rows),
                "columns": [
                    {"name": column.name, "type": result_table.kind_of(column.type), "description": column.description}
                    for column in table.columns
                ],
            }
            for table in schema
        ],
        "saved": [
            {"id": query.query_id, "name": query.name, "fields": len(query.values), "here": query.query_id == current}
            for query in saved
        ],
        "examples": example_names(examples),
        "last": last,
        "home": home,
    }


def example_names(examples: Sequence[SavedQuery]) -> list[ExampleQueryView]:
    """Return the examples as buttons."""
    return [{"index": place, "name": query.name, "fields": len(query.values)} for place, query in enumerate(examples)]


def selection_view(
    file_ids: Sequence[int], summary: SelectionSummary | None, *, editable: bool
) -> QueryResultSelectionView | None:
    """
    Return what can be done with the files of a result, in the plan or not; None if the result has no files.

    `summary` is that of a write of these files; `editable`: whether editing is allowed (a setting).
    """
    if summary is None or not file_ids:
        return None
    by_risk = summary.by_risk
    levels = [f"{wording.count(by_risk[level])} {level}" for level in RISK_LEVELS if by_risk.get(level)]
    names = {"postponed": "skipped"}
    left = [
        f"{wording.count(number)} {names.get(level, level)}" for level, number in summary.excluded.items() if number
    ]
    files = len(file_ids)
    text = f"A write of the plan would change {wording.count(summary.count)} of these {wording.files(files)}"
    if outside := files - summary.count - sum(summary.excluded.values()):
        text += f"; {wording.plural(outside, 'is', 'are')} not in the plan"
    return {
        "count": summary.count,
        "text": text,
        "hint": " · ".join(filter(None, [", ".join(levels), f"excluded: {', '.join(left)}" if left else ""])),
        "edit": ("Edit this file" if files == 1 else f"Edit these {wording.files(files)}") if editable else "",
    }


def error_view(error: errors.IndexiumError, text: str) -> dict[str, Any]:
    """Return why a query has no result: `message`, and where its `text` is wrong: `position` or null."""
    position = error.position if isinstance(error, errors.SqlError) else None
    length = error.length if isinstance(error, errors.SqlError) else 0
    return {"message": error.message, "position": position, "length": length, "text": text}


def fields_view(fields: Sequence[QueryField], values: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the fields of a query with their typed values."""
    return [{"name": field.name, "kind": field.kind, "value": values.get(field.name, "")} for field in fields]
