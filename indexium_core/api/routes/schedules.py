"""Routes of schedules: jobs that start at times of their own."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel

from indexium_core.api.answers import Json
from indexium_core.api.context import Body, Open, Text
from indexium_core.model.job import Job
from indexium_core.model.schedule import Schedule

router = APIRouter(prefix="/api/schedules", tags=["jobs"])
Name = Annotated[str, Path(max_length=100, description="Name of a schedule.")]


class ScheduleList(BaseModel):
    """The schedules."""

    items: list[Schedule]
    total: int


class ScheduleChange(Body):
    """Parts of a schedule; a part that is missing stays."""

    cron: Text | None = None
    enabled: bool | None = None


@router.get("", response_model=ScheduleList)
def schedules(library: Open) -> Json:
    """Return the schedules, with next run and last result."""
    found = library.schedules.list()
    return Json({"items": found, "total": len(found)})


@router.put("/{name}", response_model=Schedule)
def change(library: Open, name: Name, body: ScheduleChange) -> Json:
    """Change when a schedule runs, or whether it does; times are local."""
    return Json(library.schedules.set(name, cron=body.cron, enabled=body.enabled))


@router.post("/{name}/run", status_code=202, response_model=Job)
def run(library: Open, name: Name) -> Json:
    """Start a schedule now and return its job; the job of its former run if that has not ended."""
    return Json(library.schedules.run(name), 202)
