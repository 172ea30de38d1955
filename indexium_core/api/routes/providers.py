"""Routes of the providers of films and series: their state."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from indexium_core.api.answers import Json
from indexium_core.api.context import Open
from indexium_core.model.lookups.traffic import ProviderStatus

router = APIRouter(prefix="/api/providers", tags=["providers"])


class ProviderList(BaseModel):
    """Every provider."""

    items: list[ProviderStatus]
    total: int


@router.get("", response_model=ProviderList)
def providers(library: Open) -> Json:
    """Return each provider: whether it is on, off or paused, why, and when a paused one is asked again."""
    rows = library.providers.status()
    return Json({"items": rows, "total": len(rows)})
