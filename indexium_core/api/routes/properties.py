"""Routes of the media properties of files: read again, who changed what, and what only a person may change."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from indexium_core.api import problems
from indexium_core.api.answers import Json
from indexium_core.api.context import Beginning, Body, FileId, Open, Page, PerPage, Text, listed
from indexium_core.library import Library, RescanReport
from indexium_core.model.files.properties import FIELDS, AuditPage, FieldLock, LockReport
from indexium_core.model.operations.request import IdempotentRequest

__all__ = ["Rescan", "router"]

router = APIRouter(prefix="/api", tags=["properties"])


class Rescan(Body):
    """What to read again beside the properties that are always read."""

    duration: bool = False
    size_bytes: bool = False

    @property
    def refresh(self) -> tuple[str, ...]:
        """The names that the library has for these."""
        wished = {"duration": self.duration, "size": self.size_bytes}
        return tuple(name for name, wanted in wished.items() if wanted)


@router.post("/track/{file_id}/rescan_media", response_model=RescanReport)
def rescan_media(library: Open, sent: Beginning, file_id: FileId, body: Rescan | None = None) -> Json:
    """Read the media properties of a file again, and return what came of it; locked fields stay as they are."""
    refresh = (body or Rescan()).refresh

    def start(asked: IdempotentRequest | None) -> RescanReport:
        report = library.rescan(file_ids=[file_id], refresh=refresh)
        if asked is not None:
            library.requests.note(replace(asked, answer=asdict(report)))
        return report

    return Json(sent.once(body, start=start, again=lambda begun: RescanReport(**begun.answer)))


# Who changed what, and what only a person may change.


@router.get("/audit", response_model=AuditPage)
def audit(library: Open, q: Text = "", page: Page = 1, per_page: PerPage = 50) -> Json:
    """Return who changed which property or lock, newest first; `q`: only of the files that a search finds."""
    return Json(listed(library.audit.page(query=q, page=page, per_page=per_page)))


@router.get("/track/{file_id}/audit", response_model=AuditPage)
def audit_of(library: Open, file_id: FileId, page: Page = 1, per_page: PerPage = 50) -> Json:
    """Return who changed which property or lock of a file, newest first."""
    return Json(listed(library.audit.page(file_id, page=page, per_page=per_page)))


class Locks(Body):
    """What is locked of a file, and what the request did."""

    items: list[FieldLock]
    report: LockReport | None


class Lock(Body):
    """What to lock of a file."""

    fields: Annotated[list[Text] | None, Field(description="Default: all media properties.")] = None
    value: Annotated[Text | None, Field(description="Let the one field be this, as a person writes it.")] = None


@router.get("/track/{file_id}/locks", response_model=Locks)
def locks(library: Open, file_id: FileId) -> Json:
    """Return which fields of a file only a person may write."""
    return _locks(library, file_id)


@router.post("/track/{file_id}/locks", response_model=Locks)
def lock(library: Open, file_id: FileId, body: Lock | None = None) -> Json:
    """Lock fields of a file; with `value`, let one field be what a person says, and lock it."""
    wish = body or Lock()
    if wish.value is None:
        report = library.locks.lock([file_id], FIELDS if wish.fields is None else wish.fields, by="rest")
    elif wish.fields is not None and len(wish.fields) == 1:
        report = library.locks.set([file_id], wish.fields[0], wish.value, by="rest")
    else:
        raise problems.ProblemAnswer(
            422, "invalid_request", "A value is that of one field: name just that one in fields."
        )
    return _locks(library, file_id, report)


@router.delete("/track/{file_id}/locks", response_model=Locks)
def unlock_all(library: Open, file_id: FileId) -> Json:
    """Unlock all fields of a file; its people stay locked as long as an edit stands."""
    return _locks(library, file_id, library.locks.unlock([file_id], by="rest"))


@router.delete("/track/{file_id}/locks/{field}", response_model=Locks)
def unlock(library: Open, file_id: FileId, field: Annotated[str, Path(max_length=100)]) -> Json:
    """Unlock one field of a file."""
    return _locks(library, file_id, library.locks.unlock([file_id], [field], by="rest"))


def _locks(library: Library, file_id: int, report: LockReport | None = None) -> Json:
    return Json({"items": library.locks.of(file_id), "report": report})
