"""Routes of requests for approval: work that waits for another person."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from indexium_core.api.answers import ApprovalAnswer, ApprovalItemPageAnswer, ApprovalPageAnswer, Json
from indexium_core.api.context import Body, Id, Open, Page, PerPage, Text
from indexium_core.model.approval import LONGEST_TEXT, ApprovalNotice

router = APIRouter(prefix="/api/requests", tags=["requests"])
Sentence = Annotated[Text, Field(max_length=LONGEST_TEXT)]


class ApprovalDecision(Body):
    """An approval."""

    digest: Annotated[Text, Field(description="Digest of the request that was shown; another one is refused.")] = ""
    note: Sentence = ""


class ApprovalReason(Body):
    """Why a request is rejected."""

    reason: Annotated[Sentence, Field(min_length=1)]


class ApprovalNote(Body):
    """A comment."""

    note: Sentence = ""


class ApprovalComment(Body):
    """A comment."""

    text: Annotated[Sentence, Field(min_length=1)]


@router.get("", response_model=ApprovalPageAnswer)
def approvals(
    library: Open,
    state: Annotated[
        Text, Query(description="waiting, approved, rejected, withdrawn, expired or done; empty: all.")
    ] = "",
    kind: Annotated[Text, Query(description="write, publish or rollback; empty: all.")] = "",
    page: Page = 1,
    per_page: PerPage = 50,
) -> Json:
    """Return requests, the newest first; without their steps."""
    return Json(library.approvals.list(state, kind=kind, page=page, per_page=per_page))


@router.get("/notice", response_model=ApprovalNotice)
def notice(library: Open) -> Json:
    """Return how many requests wait for a decision of the caller, and how many of the caller wait."""
    return Json(library.approvals.notice())


@router.get("/{approval_id}", response_model=ApprovalAnswer)
def approval(library: Open, approval_id: Id) -> Json:
    """Return a request with its steps."""
    return Json(library.approvals.get(approval_id))


@router.get("/{approval_id}/items", response_model=ApprovalItemPageAnswer)
def items(library: Open, approval_id: Id, page: Page = 1, per_page: PerPage = 50) -> Json:
    """Return the files, titles or items of a request, as they were proposed."""
    return Json(library.approvals.items(approval_id, page=page, per_page=per_page))


@router.post("/{approval_id}/approve", response_model=ApprovalAnswer)
def approve(library: Open, approval_id: Id, body: ApprovalDecision) -> Json:
    """Approve a request and start its work; 409 if what would be written is not what was proposed."""
    return Json(library.approvals.approve(approval_id, expected=body.digest, note=body.note))


@router.post("/{approval_id}/reject", response_model=ApprovalAnswer)
def reject(library: Open, approval_id: Id, body: ApprovalReason) -> Json:
    """Reject a request with a reason."""
    return Json(library.approvals.reject(approval_id, body.reason))


@router.post("/{approval_id}/withdraw", response_model=ApprovalAnswer)
def withdraw(library: Open, approval_id: Id, body: ApprovalNote) -> Json:
    """Withdraw an own request."""
    return Json(library.approvals.withdraw(approval_id, body.note))


@router.post("/{approval_id}/comments", response_model=ApprovalAnswer)
def comment(library: Open, approval_id: Id, body: ApprovalComment) -> Json:
    """Add a comment to a request."""
    return Json(library.approvals.comment(approval_id, body.text))
