"""Metrics of the service: written files, durations and errors."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Query

from indexium_core.api.answers import Json
from indexium_core.api.context import Open, Text

router = APIRouter(prefix="/api", tags=["metrics"])


@router.get("/metrics", response_model=dict[str, Any])
def metrics(
    library: Open,
    days: Annotated[int, Query(ge=1, le=3660, description="Number of days up to today.")] = 42,
    since: Annotated[Text | None, Query(description="First day, instead of `days`.")] = None,
    until: Annotated[Text | None, Query(description="Last day; default: today.")] = None,
) -> Json:
    """Return operations by day, their durations, errors by kind, totals, and the number of jobs by state."""
    span: dict[str, Any] = {"since": since, "until": until}
    charts = library.charts
    totals = charts.totals()
    return Json(
        {
            "totals": totals,
            "success_rate": _share(totals["written"], totals["written"] + totals["refused"]),
            "rollback_rate": _share(totals["rolled_back"], totals["operations"]),
            "operations_by_day": _rows(charts.operations_by_day(days, **span)),
            "durations": _rows(charts.durations(days, **span)),
            "errors_by_kind": _rows(charts.errors_by_kind(**span)),
            "people_most_written": _rows(charts.people_most_written(10, **span)),
            "jobs": library.jobs.counts(),
        }
    )


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _rows(table: Any) -> list[dict[str, Any]]:
    """Return the rows of a table; missing values are null."""
    rows: list[dict[str, Any]] = json.loads(table.to_json(orient="records", date_format="iso"))
    return rows
