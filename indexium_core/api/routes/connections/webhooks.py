"""Routes of webhooks: the receipt of events, the sources, and their events."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from indexium_core import errors
from indexium_core.api import problems
from indexium_core.api.answers import (
    Json,
    NewSecretAnswer,
    PathTrialAnswer,
    WebhookEventAnswer,
    WebhookEventPageAnswer,
    WebhookSourceAnswer,
)
from indexium_core.api.context import Body, Id, Open, Page, PerPage, Text
from indexium_core.model.connections.webhooks import HEADER

router = APIRouter(tags=["connections"])
Name = Annotated[str, Path(max_length=40, description="Name of a source.")]
FolderPairs = Annotated[
    list[tuple[Text, Text]], Field(max_length=100, description="Pairs of folders: of the sender, and here.")
]
_STATUS = {"source_off": 403, "too_many": 429}


class Receipt(Body):
    """The answer to an event: it is stored, and read afterwards."""

    id: str


class SourceBody(Body):
    """A new source."""

    kind: Text
    name: Text = ""
    folder_map: FolderPairs = Field(default_factory=list)
    anchor: Text = ""


class SourceChange(Body):
    """Parts of a source; a part that is missing stays."""

    folder_map: FolderPairs | None = None
    anchor: Text | None = None
    enabled: bool | None = None


class TrialBody(Body):
    """A path as the sender would send it."""

    path: Text


@router.post("/api/webhooks/{name}", status_code=202, response_model=Receipt)
@router.put("/api/webhooks/{name}", status_code=202, response_model=Receipt, include_in_schema=False)
async def receive(
    request: Request,
    library: Open,
    name: Name,
    secret: Annotated[str, Query(max_length=200, description="Of a sender that can send no header.")] = "",
    header: Annotated[str, Header(alias=HEADER, max_length=200)] = "",
    authorization: Annotated[str, Header(max_length=1000)] = "",
) -> Json:
    """
    Store an event of a sender, with the secret of its source: as header, as password (Basic), or as parameter.

    The body is a JSON object of at most 1 MB, with any content type.
    """
    given = header or _of_authorization(authorization) or secret
    sender = request.client.host if request.client else ""
    webhooks = library.webhooks
    try:
        await run_in_threadpool(webhooks.check_sender, name, given, sender=sender)  # before its body is read
        key = await run_in_threadpool(webhooks.receive, name, given, await request.body(), sender=sender)
    except errors.WebhookRefusedError as error:
        status = _STATUS.get(error.reason, 401)
        headers = {"Retry-After": "60"} if status == 429 else {}
        raise problems.ProblemAnswer(status, error.reason, error.message, headers=headers) from None
    return Json({"id": key}, 202)


def _of_authorization(header: str) -> str:
    """Return the password of Basic, or the token of Bearer; "" without any."""
    kind, _, value = header.partition(" ")
    if kind.lower() == "bearer":
        return value.strip()
    if kind.lower() != "basic":
        return ""
    try:
        return base64.b64decode(value, validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):
        return ""


class WebhookSourceList(BaseModel):
    """All sources."""

    items: list[WebhookSourceAnswer]  # type: ignore[valid-type]
    total: int


@router.get("/api/webhook-sources", response_model=WebhookSourceList)
def sources(library: Open) -> Json:
    """Return the sources, with the numbers of their events."""
    found = library.webhooks.list()
    return Json({"items": found, "total": len(found)})


@router.post("/api/webhook-sources", status_code=201, response_model=NewSecretAnswer)
def add(library: Open, body: SourceBody) -> Json:
    """Add a source, and return it with its secret, which no later answer has."""
    added = library.webhooks.add(body.kind, body.name, folder_map=body.folder_map, anchor=body.anchor)
    return Json(added, 201)


@router.get("/api/webhook-sources/{name}", response_model=WebhookSourceAnswer)
def source(library: Open, name: Name) -> Json:
    """Return a source."""
    return Json(library.webhooks.get(name))


@router.patch("/api/webhook-sources/{name}", response_model=WebhookSourceAnswer)
def change(library: Open, name: Name, body: SourceChange) -> Json:
    """Change the map of folders, the anchor file or the switch of a source."""
    return Json(library.webhooks.change(name, folder_map=body.folder_map, anchor=body.anchor, enabled=body.enabled))


@router.delete("/api/webhook-sources/{name}", response_model=WebhookSourceAnswer)
def remove(library: Open, name: Name) -> Json:
    """Remove a source with its events; return it as it was."""
    return Json(library.webhooks.remove(name))


@router.post("/api/webhook-sources/{name}/secret", response_model=NewSecretAnswer)
def new_secret(library: Open, name: Name) -> Json:
    """Replace the secret of a source, and return it once."""
    return Json(library.webhooks.new_secret(name))


@router.post("/api/webhook-sources/{name}/path", response_model=PathTrialAnswer)
def try_path(library: Open, name: Name, body: TrialBody) -> Json:
    """Return where a path of a source lands, and what an event with it would do."""
    return Json(library.webhooks.try_path(name, body.path))


@router.post("/api/webhook-sources/{name}/test", response_model=WebhookEventAnswer)
def send_test(library: Open, name: Name) -> Json:
    """Store a test event of a source, and return what was read of it."""
    return Json(library.webhooks.send_test(name))


@router.get("/api/webhook-events", response_model=WebhookEventPageAnswer)
def events(
    library: Open,
    source: Annotated[Text, Query(description="Only of this source.")] = "",
    state: Annotated[Text, Query(description="waiting, handled, ignored or failed.")] = "",
    page: Page = 1,
    per_page: PerPage = 50,
) -> Json:
    """Return one page of events, newest first."""
    return Json(library.webhooks.events(source, state=state, page=page, per_page=per_page))


@router.get("/api/webhook-events/{event_id}", response_model=WebhookEventAnswer)
def event(library: Open, event_id: Id) -> Json:
    """Return an event."""
    return Json(library.webhooks.event(event_id))


@router.post("/api/webhook-events/{event_id}/repeat", response_model=WebhookEventAnswer)
def repeat(library: Open, event_id: Id) -> Json:
    """Read an event again and react to it, for example after the map of its source was corrected."""
    return Json(library.webhooks.repeat(event_id))
