"""Routes of the activity: who did what."""

from __future__ import annotations

from fastapi import APIRouter

from indexium_core.api.answers import Json
from indexium_core.api.context import Open, Page, PerPage, Text
from indexium_core.model.activity import ActivityActor, ActivityPage

router = APIRouter(prefix="/api/activity", tags=["activity"])


@router.get("", response_model=ActivityPage)
def activity(library: Open, actor: Text = "", since: Text = "", page: Page = 1, per_page: PerPage = 50) -> Json:
    """Return what people and programs did, newest first; `actor`: of this name, `since`: from this time on."""
    return Json(library.activity.page(actor, since, page=page, per_page=per_page))


@router.get("/actors", response_model=list[ActivityActor])
def actors(library: Open) -> Json:
    """Return everybody who did something, those with the newest first."""
    return Json(library.activity.actors())
