"""
The plan as a file that goes out: CSV for a spreadsheet, JSON for a program, made piece by piece.

A page of items is read at a time and given away, so a hundred thousand files take no more memory than a thousand. What
comes back of the CSV is read by `changes`.
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
from indexium_core.flows.planning.planner import MetadataPlan, MetadataPlanner
from indexium_core.flows.writing.writer import DryRunReport
from indexium_core.model.operations.operation import WriteResult
from indexium_core.model.planning import cells
from indexium_core.model.planning.plan import SORT_KEYS, PlanItem
from indexium_core.model.remote_calls import remote
from indexium_core.store.database import Database
from indexium_core.store.people.people import raw_path
from indexium_core.store.planning import plans

__all__ = ["COLUMNS", "FORMATS", "Exporter"]

FORMATS = ("csv", "json")
_FIELDS = tuple(field.name for field in dataclasses.fields(PlanItem))
COLUMNS = (*(name for name in _FIELDS if name != "changes"), "path_raw", "plan_id")
_RESULT = ("file_id", "file_path", "path_raw", "status", "code", "message", "strategy", "bytes_to_write")
_PATH = _FIELDS.index("file_path")
_AT_A_TIME = 500  # items
_LINES = 2000  # of a CSV


class Exporter:
    """Makes files of plans. One instance serves a home."""

    def __init__(self, database: Database, planner: MetadataPlanner) -> None:
        self._database = database
        self._planner = planner

    @remote(pieces=True)
    def plan(
        self,
        plan: MetadataPlan | str = "",
        format: str = "csv",  # noqa: A002 - what everybody calls it
        *,
        sort: str = "risk",
        descending: bool = False,
        everything: bool = False,
        page: int = 1,
        per_page: int = 0,
    ) -> Iterator[str]:
        """
        Return the list of a plan as text, in pieces.

        Args:
            plan: The plan, or a search.
            format: csv or json.
            sort: One of `SORT_KEYS`.
            descending: The other way round.
            everything: Unchanged and postponed files, too.
            page: Which page, from 1.
            per_page: Files of a page; 0 means all.

        Raises:
            UsageError: An unknown format or sort key.

        """
        plan = self._planner.plan(plan) if isinstance(plan, str) else plan
        make = _known(format, {"csv": self._csv, "json": self._json})
        if sort not in SORT_KEYS:
            message = f"'{sort}' is nothing to sort by; choose one of {', '.join(SORT_KEYS)}."
            raise errors.UsageError(message)
        search = dataclasses.replace(plan.search, everything=True) if everything else plan.search
        limit, offset = (per_page, (page - 1) * per_page) if per_page else (None, 0)
        reader = self._database.read()
        files = plans.order(reader, search, sort=sort, descending=descending, limit=limit, offset=offset)
        counts = self._planner.count(search)
        rest = {"total": counts.listed, "page": page if per_page else 1, "per_page": per_page or counts.listed}
        return make(plan, files, rest | {"plan_id": plan.id, "statistics": counts.statistics})

    def _csv(self, plan: MetadataPlan, files: NDArray[np.int64], facts: Mapping[str, Any]) -> Iterator[str]:
        yield cells.line(COLUMNS)
        for wanted in _slices(files, _LINES):
            found = plans.cells(self._database.read(), plan.version, wanted)
            raw = self._raw([file_id for file_id, row in found.items() if "\ufffd" in row[_PATH]])
            rows = ((*found[file_id], raw.get(file_id, ""), facts["plan_id"]) for file_id in wanted if file_id in found)
            yield "".join(map(cells.line, rows))

    def _json(self, plan: MetadataPlan, files: NDArray[np.int64], facts: Mapping[str, Any]) -> Iterator[str]:
        return _document(self._items(plan, files), facts)

    def _items(self, plan: MetadataPlan, files: NDArray[np.int64]) -> Iterator[dict[str, Any]]:
        """Yield the items of files in this order, each with its raw path where that cannot be shown."""
        for wanted in _slices(files, _AT_A_TIME):
            found = {item.file_id: item for item in self._planner.items_of(plan, wanted)}
            raw = self._raw([item.file_id for item in found.values() if "\ufffd" in item.file_path])
            for file_id in wanted:
                if file_id in found:
                    yield {**_plain(found[file_id]), **({"path_raw": raw[file_id]} if file_id in raw else {})}

    def _raw(self, file_ids: Sequence[int]) -> dict[int, str]:
        paths = plans.raw_paths(self._database.read(), file_ids) if file_ids else {}
        return {file_id: raw_path(path) for file_id, path in paths.items()}

    @remote(pieces=True)
    def dry_run(
        self,
        report: DryRunReport,
        plan: MetadataPlan,
        format: str = "csv",  # noqa: A002 - what everybody calls it
    ) -> Iterator[str]:
        """Return what a dry run found as text, in pieces, what would not be written first. Formats as of `plan`."""
        make = _known(format, {"csv": self._results_csv, "json": self._results_json})
        return make(report, plan)

    def _results(self, report: DryRunReport, plan: MetadataPlan) -> Iterator[tuple[WriteResult, str, str]]:
        """Yield each result with the file's path and raw path."""
        for batch in _batched(iter(report.failures_first)):
            paths = plans.raw_paths(self._database.read(), [result.file_id for result in batch])
            named = {item.file_id: item.file_path for item in self._planner.items_of(plan, list(paths))}
            for result in batch:
                path = named.get(result.file_id, "")
                yield result, path, raw_path(paths[result.file_id]) if "\ufffd" in path else ""

    def _results_csv(self, report: DryRunReport, plan: MetadataPlan) -> Iterator[str]:
        yield cells.line(_RESULT)
        for result, path, raw in self._results(report, plan):
            size = result.proof.get("bytes_to_write")
            said = (result.status, result.code, result.message, result.strategy, size)
            yield cells.line((result.file_id, path, raw, *said))

    def _results_json(self, report: DryRunReport, plan: MetadataPlan) -> Iterator[str]:
        rows = (
            {**_plain(result), "file_path": path, **({"path_raw": raw} if raw else {})}
            for result, path, raw in self._results(report, plan)
        )
        rest = {"operation_id": None, "dry_run": True, "counts": report.counts, "excluded": report.excluded}
        return _document(rows, rest)


def _known(name: str, makers: Mapping[str, Callable[..., Iterator[str]]]) -> Callable[..., Iterator[str]]:
    if name not in makers:
        message = f"There is no format '{name}'; choose {' or '.join(makers)}."
        raise errors.UsageError(message)
    return makers[name]


def _slices(files: NDArray[np.int64], size: int) -> Iterator[list[int]]:
    for first in range(0, len(files), size):
        yield files[first : first + size].tolist()


def _batched(items: Iterator[Any]) -> Iterator[list[Any]]:
    while batch := list(itertools.islice(items, _AT_A_TIME)):
        yield batch


def _document(rows: Iterator[dict[str, Any]], rest: Mapping[str, Any]) -> Iterator[str]:
    """Yield one JSON document: `items`, one on a line, and the rest."""
    yield '{\n  "items": ['
    between = "\n"
    for batch in _batched(rows):
        yield between + ",\n".join("    " + _text(row) for row in batch)
        between = ",\n"
    end = "".join(f",\n  {_text(name)}: {_text(value)}" for name, value in rest.items())
    yield ("]" if between == "\n" else "\n  ]") + end + "\n}\n"


def _text(value: Any) -> str:
    return json.dumps(value, default=_plain, ensure_ascii=False)


def _plain(value: Any) -> dict[str, Any]:
    """Return a value of ours as its fields, those inside it likewise when they are written."""
    return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
