"""Routes of API tokens, and of who sends a request."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from indexium_core.api.answers import ApiTokenAnswer, IdentityAnswer, Json, NewTokenAnswer
from indexium_core.api.context import Body, Id, Open, SmallId, Text
from indexium_core.model.accounts.permissions import PLAN_READ

router = APIRouter(prefix="/api", tags=["accounts"])


class TokenBody(Body):
    """A new token."""

    name: Annotated[Text, Field(description="What it is for; unique among the tokens of its owner.")]
    permissions: Annotated[
        list[Text], Field(max_length=100, description="What it may do, for example plan.read and jobs.manage.")
    ] = Field(default_factory=lambda: list[str]([PLAN_READ]))
    days: Annotated[int | None, Field(description="After how many days it ends; null: when it is revoked.")] = None
    libraries: Annotated[
        list[SmallId] | None, Field(max_length=1000, description="Ids of its only libraries; null: all of its owner.")
    ] = None
    user: Annotated[Text, Field(description="Its owner; default: the person who signed in.")] = ""


class TokenList(BaseModel):
    """API tokens."""

    items: list[ApiTokenAnswer]  # type: ignore[valid-type]
    total: int


@router.get("/me", response_model=IdentityAnswer)
def me(library: Open) -> Json:
    """Return who sends this request, and with which permissions."""
    return Json(library.authority.identity)


@router.get("/tokens", response_model=TokenList)
def tokens(
    library: Open, user: Annotated[Text, Query(description="Only of this person; default: all that you may see.")] = ""
) -> Json:
    """Return the API tokens, newest first, without their texts. A token cannot call this."""
    found = library.tokens.list(user)
    return Json({"items": found, "total": len(found)})


@router.post("/tokens", status_code=201, response_model=NewTokenAnswer)
def add(library: Open, body: TokenBody) -> Json:
    """Add a token, and return it with its `secret`, which no later answer has. A token cannot call this."""
    added = library.tokens.add(
        body.name, permissions=body.permissions, days=body.days, libraries=body.libraries, user=body.user
    )
    return Json(added, 201)


@router.delete("/tokens/{token_id}", response_model=ApiTokenAnswer)
def revoke(library: Open, token_id: Id) -> Json:
    """Revoke a token at once, also in open streams, and return it as it was. A token cannot call this."""
    return Json(library.tokens.revoke(token_id))
