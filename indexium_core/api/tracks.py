"""Routes of the files that scans met (tracks), of the folders they lie in, and of their media."""

from __future__ import annotations

import os
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field

from indexium_core import errors
from indexium_core.api.answers import Json
from indexium_core.api.context import Beginning, Body, FileId, Id, Key, Open, Page, PerPage, Text, listed
from indexium_core.library import Library, LibraryRow, RescanReport
from indexium_core.model.details import FileDetails
from indexium_core.model.holdings import HeldPage
from indexium_core.model.job import Job
from indexium_core.model.query import quoted

__all__ = ["router"]

router = APIRouter(prefix="/api", tags=["tracks"])


@router.get("/tracks", response_model=HeldPage)
def tracks(
    library: Open,
    kind: Annotated[Text, Query(description="all people nobody named unknown text copies broken unwritable …")] = "all",
    page: Page = 1,
    per_page: PerPage = 50,
) -> Json:
    """Return the files of a list: all of them, or those of one kind."""
    return Json(listed(library.holdings.files(kind, page=page, per_page=per_page)))


@router.get("/track/{file_id}", response_model=FileDetails)
def track(library: Open, file_id: FileId) -> Json:
    """Return all that is known of a file: facts, tags, people, plan, history."""
    return Json(library.file(file_id))


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
def rescan_media(
    library: Open, work: Beginning, request: Request, file_id: FileId, body: Rescan | None = None, key: Key = None
) -> Json:
    """Read the media properties of a file again, and return what came of it; locked fields stay as they are."""
    refresh = (body or Rescan()).refresh
    return Json(work.begin(key, request, body, lambda: library.rescan(file_ids=[file_id], refresh=refresh)))


class LibraryPage(Body):
    """The folders that are scanned."""

    items: list[LibraryRow]
    total: int
    page: int
    per_page: int


@router.get("/libraries", response_model=LibraryPage, tags=["libraries"])
def libraries(library: Open) -> Json:
    """Return the folders that are scanned."""
    rows = library.libraries()
    return Json({"items": rows, "total": len(rows), "page": 1, "per_page": len(rows)})


class Scan(Body):
    """How to scan a folder."""

    full: Annotated[bool, Field(description="Read every file again, and hash all of it.")] = False
    really_gone: Annotated[bool, Field(description="What is not there was deleted: it is not just offline.")] = False


@router.post("/libraries/{library_id}/scan", status_code=202, response_model=Job, tags=["libraries"])
def scan(
    library: Open, work: Beginning, request: Request, library_id: Id, body: Scan | None = None, key: Key = None
) -> Json:
    """Begin to scan a folder; 202 with the job that does it."""
    wish = body or Scan()
    folder = os.fsdecode(_folder(library, library_id).path_bytes)
    begun = work.begin(
        key, request, body, lambda: library.scan_job([folder], full=wish.full, really_gone=wish.really_gone)
    )
    return _begun(begun)


class RescanAll(Rescan):
    """What to read again of a whole folder."""


@router.post("/libraries/{library_id}/rescan", status_code=202, response_model=Job, tags=["libraries"])
def rescan(
    library: Open, work: Beginning, request: Request, library_id: Id, body: RescanAll | None = None, key: Key = None
) -> Json:
    """Begin to read the media properties of all files of a folder again; 202 with the job that does it."""
    where = f"root:{quoted(_folder(library, library_id).path, exact=True)}"
    refresh = (body or RescanAll()).refresh
    return _begun(work.begin(key, request, body, lambda: library.rescan_job(where, refresh=refresh)))


def _folder(library: Library, library_id: int) -> LibraryRow:
    for row in library.libraries():
        if row.library_id == library_id:
            return row
    message = f"There is no library {library_id}; /api/libraries shows them."
    raise errors.UnknownIdError(message)


def _begun(job: Job) -> Json:
    return Json(job, 202, {"Location": f"/api/jobs/{job.id}"})
