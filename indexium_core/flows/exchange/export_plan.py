"""
Export of a plan: CSV for a spreadsheet, JSON for a program, in pieces.

One batch of items is read and yielded at a time, so a hundred thousand files need no more memory than a thousand.
`import_changes` reads an edited CSV.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexium_core import errors
from indexium_core.flows.planning.plan import MetadataPlan
from indexium_core.flows.planning.planner import MetadataPlanner
from indexium_core.model.fields.entry import CURRENT, PLANNED
from indexium_core.model.fields.table import editable_field, editable_fields
from indexium_core.model.operations.dry_run import DryRunReport
from indexium_core.model.operations.operation import WriteResult
from indexium_core.model.planning import cells
from indexium_core.model.planning.plan import SORT_KEYS, PlanItem, PlanQuery
from indexium_core.model.remote_calls import remote
from indexium_core.store.database import Database
from indexium_core.store.people.people import raw_path
from indexium_core.store.planning import plan_read

_FIELDS = tuple(field.name for field in dataclasses.fields(PlanItem))
COLUMNS = (*(name for name in _FIELDS if name != "changes"), "path_raw", "plan_id")
_RESULT_COLUMNS = ("file_id", "file_path", "path_raw", "status", "code", "message", "strategy", "bytes_to_write")
_PATH_INDEX = _FIELDS.index("file_path")
_BATCH_SIZE = 500  # items
_CSV_BATCH_SIZE = 2000  # lines


class Exporter:
    """Exports plans and dry runs of a home."""

    def __init__(self, database: Database, planner: MetadataPlanner) -> None:
        self._database = database
        self._planner = planner

    @remote(pieces=True)
    def plan(
        self,
        plan: MetadataPlan | str = "",
        format: str = "csv",  # noqa: A002 - the usual name
        *,
        sort: str = "risk",
        descending: bool = False,
        everything: bool = False,
        page: int = 1,
        per_page: int = 0,
        fields: Sequence[str] | None = (),
    ) -> Iterator[str]:
        """
        Return the items of a plan as text, in pieces.

        Args:
            plan: The plan, or a search.
            format: csv or json.
            sort: One of `SORT_KEYS`.
            descending: Reverse the order.
            everything: Include unchanged and skipped files.
            page: The number of the page, from 1.
            per_page: Files of a page; 0: all.
            fields: Fields with columns in the CSV, beside those that a file of the search has or gets; None: all.

        Raises:
            UsageError: The format, the sort key or a field is unknown.

        """
        plan = self._planner.plan(PlanQuery(query=plan)) if isinstance(plan, str) else plan
        export = _by_format(format, {"csv": self._csv, "json": self._json})
        if sort not in SORT_KEYS:
            raise errors.UsageError(f"There is no sort key '{sort}'; choose one of {', '.join(SORT_KEYS)}.")
        chosen = editable_fields() if fields is None else [editable_field(key) for key in fields]
        wanted = {each.key for each in chosen}
        search = dataclasses.replace(plan.search, include_unlisted=True) if everything else plan.search
        limit, offset = (per_page, (page - 1) * per_page) if per_page else (None, 0)
        reader = self._database.read()
        files = plan_read.sorted_ids(reader, search, sort=sort, descending=descending, limit=limit, offset=offset)
        counts = self._planner.count(search)
        if format == "csv":
            wanted |= plan_read.field_keys(reader, search)
            return export(plan, files, [each.key for each in editable_fields() if each.key in wanted])
        facts = {"total": counts.listed, "page": page if per_page else 1, "per_page": per_page or counts.listed}
        return export(plan, files, facts | {"plan_id": plan.id, "statistics": counts.statistics})

    def _csv(self, plan: MetadataPlan, files: NDArray[np.int64], keys: Sequence[str]) -> Iterator[str]:
        yield cells.line((*COLUMNS, *(f"{prefix}{key}" for key in keys for prefix in (CURRENT, PLANNED))))
        for batch in _slices(files, _CSV_BATCH_SIZE):
            rows = plan_read.cells(self._database.read(), plan.version, batch)
            raw = self._raw_paths([file_id for file_id, row in rows.items() if "\ufffd" in row.cells[_PATH_INDEX]])
            found = ((rows[file_id], raw.get(file_id, "")) for file_id in batch if file_id in rows)
            yield "".join(cells.line((*row.cells, path, plan.id, *_values(row, keys))) for row, path in found)

    def _json(self, plan: MetadataPlan, files: NDArray[np.int64], facts: Mapping[str, Any]) -> Iterator[str]:
        return _document(self._items(plan, files), facts)

    def _items(self, plan: MetadataPlan, files: NDArray[np.int64]) -> Iterator[dict[str, Any]]:
        """Yield the items of files in this order, with the raw path if the path is not valid UTF-8."""
        for batch in _slices(files, _BATCH_SIZE):
            items = {item.file_id: item for item in self._planner.items_of(plan, batch)}
            raw = self._raw_paths([item.file_id for item in items.values() if "\ufffd" in item.file_path])
            for file_id in batch:
                if file_id in items:
                    yield {**_field_values(items[file_id]), **({"path_raw": raw[file_id]} if file_id in raw else {})}

    def _raw_paths(self, file_ids: Sequence[int]) -> dict[int, str]:
        paths = plan_read.raw_paths(self._database.read(), file_ids) if file_ids else {}
        return {file_id: raw_path(path) for file_id, path in paths.items()}

    @remote(pieces=True)
    def dry_run(
        self,
        report: DryRunReport,
        plan: MetadataPlan,
        format: str = "csv",  # noqa: A002 - the usual name
    ) -> Iterator[str]:
        """Return the results of a dry run as text, in pieces; failures come first. Formats as in `plan`."""
        export = _by_format(format, {"csv": self._results_csv, "json": self._results_json})
        return export(report, plan)

    def _results(self, report: DryRunReport, plan: MetadataPlan) -> Iterator[tuple[WriteResult, str, str]]:
        """Yield each result with the file's path and raw path."""
        for batch in _batched(iter(report.failures_first)):
            raw_paths = plan_read.raw_paths(self._database.read(), [result.file_id for result in batch])
            paths = {item.file_id: item.file_path for item in self._planner.items_of(plan, list(raw_paths))}
            for result in batch:
                path = paths.get(result.file_id, "")
                yield result, path, raw_path(raw_paths[result.file_id]) if "\ufffd" in path else ""

    def _results_csv(self, report: DryRunReport, plan: MetadataPlan) -> Iterator[str]:
        yield cells.line(_RESULT_COLUMNS)
        for result, path, raw in self._results(report, plan):
            size = result.proof.get("bytes_to_write")
            outcome = (result.status, result.code, result.message, result.strategy, size)
            yield cells.line((result.file_id, path, raw, *outcome))

    def _results_json(self, report: DryRunReport, plan: MetadataPlan) -> Iterator[str]:
        rows = (
            {**_field_values(result), "file_path": path, **({"path_raw": raw} if raw else {})}
            for result, path, raw in self._results(report, plan)
        )
        fields = {"operation_id": None, "dry_run": True, "counts": report.counts, "excluded": report.excluded}
        return _document(rows, fields)


def _values(row: plan_read.CellRow, keys: Sequence[str]) -> Iterator[str | None]:
    """Yield the value in the file and the planned value of each field."""
    for key in keys:
        in_file = row.fields.get(key)
        yield in_file
        yield row.planned.get(key, in_file)


def _by_format(name: str, exports: Mapping[str, Callable[..., Iterator[str]]]) -> Callable[..., Iterator[str]]:
    if name not in exports:
        raise errors.UsageError(f"There is no format '{name}'; choose {' or '.join(exports)}.")
    return exports[name]


def _slices(files: NDArray[np.int64], size: int) -> Iterator[list[int]]:
    for first in range(0, len(files), size):
        yield files[first : first + size].tolist()


def _batched(items: Iterator[Any]) -> Iterator[list[Any]]:
    while batch := list(itertools.islice(items, _BATCH_SIZE)):
        yield batch


def _document(rows: Iterator[dict[str, Any]], fields: Mapping[str, Any]) -> Iterator[str]:
    """Yield one JSON document: `items`, one per line, and the other fields."""
    yield '{\n  "items": ['
    separator = "\n"
    for batch in _batched(rows):
        yield separator + ",\n".join("    " + _json_text(row) for row in batch)
        separator = ",\n"
    end = "".join(f",\n  {_json_text(name)}: {_json_text(value)}" for name, value in fields.items())
    yield ("]" if separator == "\n" else "\n  ]") + end + "\n}\n"


def _json_text(value: Any) -> str:
    return json.dumps(value, default=_field_values, ensure_ascii=False)


def _field_values(value: Any) -> dict[str, Any]:
    """Return the fields of a dataclass; `json.dumps` calls this for each nested dataclass."""
    return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
