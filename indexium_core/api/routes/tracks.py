"""Routes of the files that scans met (tracks), and of the folders they lie in."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from indexium_core import errors
from indexium_core.api import problems
from indexium_core.api.answers import Json
from indexium_core.api.context import Beginning, Body, FileId, Id, Open, Page, PerPage, Sent, Text, listed
from indexium_core.api.routes.properties import Rescan
from indexium_core.library import Library, LibraryRow
from indexium_core.model.files.details import FileDetails
from indexium_core.model.files.inventory import FilePage
from indexium_core.model.job import Job
from indexium_core.model.operations.request import IdempotentRequest
from indexium_core.model.query import quoted

__all__ = ["router"]

router = APIRouter(prefix="/api", tags=["tracks"])


@router.get("/tracks", response_model=FilePage)
def tracks(
    library: Open,
    q: Annotated[Text, Query(description="A search; it finds files that are in no plan, too.")] = "",
    sort: Annotated[Text, Query(description="path name size mtime; default: path")] = "",
    order: Literal["asc", "desc"] = "asc",
    kind: Annotated[Text, Query(description="Instead: all people nobody named unknown text copies broken …")] = "",
    page: Page = 1,
    per_page: PerPage = 50,
) -> Json:
    """Return files: those that a search finds, or those of one kind, which have an order of their own."""
    if not kind:
        found = library.inventory.search(
            q, sort=sort or "path", descending=order == "desc", page=page, per_page=per_page
        )
    elif q or sort or order == "desc":
        detail = "Say which files by q, with sort and order, or by kind: not by both."
        raise problems.ProblemAnswer(422, "invalid_request", detail)
    else:
        found = library.inventory.files(kind, page=page, per_page=per_page)
    return Json(listed(found))


@router.get("/track/{file_id}", response_model=FileDetails)
def track(library: Open, file_id: FileId) -> Json:
    """Return all that is known of a file: facts, tags, people, plan, history."""
    return Json(library.files.file(file_id))


# Folders.


class LibraryPage(Body):
    """The folders that are scanned."""

    items: list[LibraryRow]
    total: int
    page: int
    per_page: int


@router.get("/libraries", response_model=LibraryPage, tags=["libraries"])
def libraries(library: Open) -> Json:
    """Return the folders that are scanned."""
    rows = library.inventory.list()
    return Json({"items": rows, "total": len(rows), "page": 1, "per_page": len(rows)})


class Scan(Body):
    """How to scan a folder."""

    full: Annotated[bool, Field(description="Read every file again, and hash all of it.")] = False
    really_gone: Annotated[bool, Field(description="What is not there was deleted: it is not just offline.")] = False


@router.post("/libraries/{library_id}/scan", status_code=202, response_model=Job, tags=["libraries"])
def scan(library: Open, sent: Beginning, library_id: Id, body: Scan | None = None) -> Json:
    """Begin to scan a folder; 202 with the job that does it."""
    wish = body or Scan()
    folder = os.fsdecode(_folder(library, library_id).path_bytes)
    return _begun(
        library, sent, body, lambda: library.scans.add([folder], full=wish.full, accept_missing=wish.really_gone)
    )


@router.post("/libraries/{library_id}/rescan", status_code=202, response_model=Job, tags=["libraries"])
def rescan(library: Open, sent: Beginning, library_id: Id, body: Rescan | None = None) -> Json:
    """Begin to read the media properties of all files of a folder again; 202 with the job that does it."""
    where = f"root:{quoted(_folder(library, library_id).path, exact=True)}"
    refresh = (body or Rescan()).refresh
    return _begun(library, sent, body, lambda: library.rescans.add(where, refresh=refresh))


def _folder(library: Library, library_id: int) -> LibraryRow:
    for row in library.inventory.list():
        if row.library_id == library_id:
            return row
    message = f"There is no library {library_id}; /api/libraries shows them."
    raise errors.UnknownIdError(message)


def _begun(library: Library, sent: Sent, body: Body | None, begin: Callable[[], Job]) -> Json:
    def start(asked: IdempotentRequest | None) -> Job:
        begun = begin()
        if asked is not None:
            library.requests.note(asked, job_id=begun.id)
        return begun

    job = sent.once(body, start=start, again=lambda begun: library.jobs.get(begun.job_id or 0))
    return Json(job, 202, {"Location": f"/api/jobs/{job.id}"})
