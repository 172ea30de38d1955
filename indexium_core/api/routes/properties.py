"""Routes of the media properties of files: rescans, the audit log and locks."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from indexium_core.api import problems
from indexium_core.api.answers import Json
from indexium_core.api.context import Body, FileId, Open, Page, PerPage, StartParam, Text
from indexium_core.library import Library
from indexium_core.model.files.properties import FIELDS, AuditPage, FieldLock, LockReport
from indexium_core.model.files.scan_reports import RescanReport
from indexium_core.model.operations.idempotency import IdempotentRequest

router = APIRouter(prefix="/api", tags=["properties"])


class Rescan(Body):
    """Properties to read again in addition to those that every rescan reads."""

    duration: bool = False
    size_bytes: bool = False

    @property
    def refresh(self) -> tuple[str, ...]:
        """The library's names of these properties."""
        requested = {"duration": self.duration, "size": self.size_bytes}
        return tuple(name for name, wanted in requested.items() if wanted)


@router.post("/track/{file_id}/rescan_media", response_model=RescanReport)
def rescan_media(library: Open, start_request: StartParam, file_id: FileId, body: Rescan | None = None) -> Json:
    """Read the media properties of a file again, and return the result. Locked fields stay the same."""
    refresh = (body or Rescan()).refresh

    def start(request: IdempotentRequest | None) -> RescanReport:
        report = library.rescan(file_ids=[file_id], refresh=refresh)
        if request is not None:
            library.requests.note(replace(request, answer=asdict(report)))
        return report

    return Json(start_request.once(body, start=start, again=lambda started: RescanReport(**started.answer)))


# Audit log and locks.


@router.get("/audit", response_model=AuditPage)
def audit(library: Open, q: Text = "", page: Page = 1, per_page: PerPage = 50) -> Json:
    """Return the changes of properties and locks with their authors, newest first; `q`: a search for the files."""
    return Json(library.audit.page(query=q, page=page, per_page=per_page))


@router.get("/track/{file_id}/audit", response_model=AuditPage)
def audit_of(library: Open, file_id: FileId, page: Page = 1, per_page: PerPage = 50) -> Json:
    """Return the changes of a file's properties and locks with their authors, newest first."""
    return Json(library.audit.page(file_id, page=page, per_page=per_page))


class Locks(Body):
    """The locked fields of a file, and the effect of the request."""

    items: list[FieldLock]
    report: LockReport | None


class Lock(Body):
    """The fields of a file to lock."""

    fields: Annotated[list[Text] | None, Field(description="Default: all media properties.")] = None
    value: Annotated[Text | None, Field(description="Value of the one field, as in 'indexium lock'.")] = None


@router.get("/track/{file_id}/locks", response_model=Locks)
def locks(library: Open, file_id: FileId) -> Json:
    """Return the locked fields of a file. Only a person can change them."""
    return _locks(library, file_id)


@router.post("/track/{file_id}/locks", response_model=Locks)
def lock(library: Open, file_id: FileId, body: Lock | None = None) -> Json:
    """Lock fields of a file; with `value`, set one field and lock it."""
    options = body or Lock()
    if options.value is None:
        report = library.locks.lock([file_id], FIELDS if options.fields is None else options.fields)
    elif options.fields is not None and len(options.fields) == 1:
        report = library.locks.set([file_id], options.fields[0], options.value)
    else:
        raise problems.ProblemAnswer(
            422, "invalid_request", "A value belongs to one field. Name exactly one field in fields."
        )
    return _locks(library, file_id, report)


@router.delete("/track/{file_id}/locks", response_model=Locks)
def unlock_all(library: Open, file_id: FileId) -> Json:
    """Unlock all fields of a file. Its people stay locked while an edit applies to them."""
    return _locks(library, file_id, library.locks.unlock([file_id]))


@router.delete("/track/{file_id}/locks/{field}", response_model=Locks)
def unlock(library: Open, file_id: FileId, field: Annotated[str, Path(max_length=100)]) -> Json:
    """Unlock one field of a file."""
    return _locks(library, file_id, library.locks.unlock([file_id], [field]))


def _locks(library: Library, file_id: int, report: LockReport | None = None) -> Json:
    return Json({"items": library.locks.of(file_id), "report": report})
