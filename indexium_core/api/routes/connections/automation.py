"""Routes of automation: how far each library may go by itself, and the switch of all automation."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from indexium_core.api.answers import Json, LibraryAutomationAnswer
from indexium_core.api.context import Body, Open, Text
from indexium_core.api.routes.titles.artwork import LibraryId

router = APIRouter(prefix="/api/automation", tags=["connections"])


class AutomationState(BaseModel):
    """The switch of all automation, and each library."""

    paused: bool
    items: list[LibraryAutomationAnswer]  # type: ignore[valid-type]


class AutomationSwitch(Body):
    """The switch of all automation."""

    paused: bool


class AutomationChange(Body):
    """Parts of the automation of a library; a part that is missing stays."""

    automation_mode: Text | None = None
    auto_enrich: bool | None = None
    auto_select_assets: bool | None = None
    auto_publish: bool | None = None
    webhook_enabled: bool | None = None
    webhook_auto_publish: bool | None = None
    scheduled_scan: bool | None = None
    night_limit: Annotated[int | None, Field(ge=0, le=1_000_000)] = None
    quiet_from: Text | None = None
    quiet_until: Text | None = None


def _state(library: Open) -> dict[str, Any]:
    return {"paused": library.automation.is_paused(), "items": library.automation.list()}


@router.get("", response_model=AutomationState)
def automation(library: Open) -> Json:
    """Return how far each library may go by itself, and what waits for a person."""
    return Json(_state(library))


@router.put("", response_model=AutomationState)
def pause(library: Open, body: AutomationSwitch) -> Json:
    """Stop all automation, or let it continue."""
    library.automation.pause(is_paused=body.paused)
    return Json(_state(library))


@router.get("/{library_id}", response_model=LibraryAutomationAnswer)
def of_library(library: Open, library_id: LibraryId) -> Json:
    """Return the automation of a library."""
    return Json(library.automation.get(library_id))


@router.patch("/{library_id}", response_model=LibraryAutomationAnswer)
def change(library: Open, library_id: LibraryId, body: AutomationChange) -> Json:
    """Change the automation of a library."""
    return Json(library.automation.change(library_id, body.model_dump(exclude_none=True)))
