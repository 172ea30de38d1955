"""Routes of the scanned files (tracks) and of the library folders."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from indexium_core import errors
from indexium_core.api import problems
from indexium_core.api.answers import Json
from indexium_core.api.context import (
    Body,
    Distinct,
    FileId,
    Id,
    Number,
    Open,
    Page,
    PerPage,
    StartParam,
    StartRequest,
    Text,
)
from indexium_core.api.routes.properties import Rescan
from indexium_core.library import Library
from indexium_core.model.files.inventory import FilePage, LibraryRow
from indexium_core.model.files.media import MediaKind
from indexium_core.model.job import Job
from indexium_core.model.operations.idempotency import IdempotentRequest
from indexium_core.model.query import quoted
from indexium_core.model.review.file_details import FileDetails
from indexium_core.model.review.reports import RatedFile

router = APIRouter(prefix="/api", tags=["tracks"])


@router.get("/tracks", response_model=FilePage)
def tracks(
    library: Open,
    q: Annotated[Text, Query(description="A search. It also finds files that are in no plan.")] = "",
    sort: Annotated[Text, Query(description="path name size mtime; default: path")] = "",
    order: Literal["asc", "desc"] = "asc",
    kind: Annotated[Text, Query(description="A list: all people nobody named unknown text copies broken …")] = "",
    page: Page = 1,
    per_page: PerPage = 50,
) -> Json:
    """Return the files of a search, or of one list (`kind`) in that list's order."""
    if not kind:
        found = library.inventory.search(
            q, sort=sort or "path", descending=order == "desc", page=page, per_page=per_page
        )
    elif q or sort or order == "desc":
        detail = "Use either q (with sort and order) or kind."
        raise problems.ProblemAnswer(422, "invalid_request", detail)
    else:
        found = library.inventory.files(kind, page=page, per_page=per_page)
    return Json(found)


@router.get("/track/{file_id}", response_model=FileDetails)
def track(library: Open, file_id: FileId) -> Json:
    """Return the details of a file: facts, tags, people, plan, history."""
    return Json(library.files.file(file_id))


class FavoriteMany(Body):
    """Which files become favorites, or no favorites."""

    file_ids: Annotated[list[Number], Field(max_length=100_000), Distinct] | None = None
    q: Annotated[Text | None, Field(description="A search, instead of ids.")] = None
    favorite: bool
    only_this: Annotated[bool, Field(description="Only these files, not their copies.")] = False


@router.get("/tracks/favorites", response_model=FilePage)
def favorites(library: Open, page: Page = 1, per_page: PerPage = 50) -> Json:
    """Return the favorites: the files with 5 stars, also those whose rating is not written yet."""
    return Json(library.inventory.search("favorite:yes", page=page, per_page=per_page))


@router.get("/photos/favorites", response_model=FilePage)
def favorite_photos(library: Open, page: Page = 1, per_page: PerPage = 50) -> Json:
    """Return the photos that are favorites."""
    return Json(library.inventory.search("type:photo favorite:yes", page=page, per_page=per_page))


@router.post("/tracks/bulk-favorite", response_model=list[RatedFile])
def bulk_favorite(library: Open, body: FavoriteMany) -> Json:
    """Make files favorites, or no favorites, as one step."""
    return _set_favorites(library, body, kind=None)


@router.post("/photos/bulk-favorite", response_model=list[RatedFile])
def bulk_favorite_photos(library: Open, body: FavoriteMany) -> Json:
    """Make photos favorites, or no favorites, as one step; a search leaves other files out."""
    return _set_favorites(library, body, kind="photo")


@router.post("/track/{file_id}/favorite", response_model=RatedFile)
def favorite(library: Open, file_id: FileId) -> Json:
    """Make a file a favorite; a favorite gets back the rating that it had before."""
    return _toggle_favorite(library, file_id, kind=None)


@router.post("/photo/{file_id}/favorite", response_model=RatedFile)
def favorite_photo(library: Open, file_id: FileId) -> Json:
    """Make a photo a favorite; a favorite gets back the rating that it had before."""
    return _toggle_favorite(library, file_id, kind="photo")


def _set_favorites(library: Library, body: FavoriteMany, *, kind: MediaKind | None) -> Json:
    if (body.file_ids is None) == (body.q is None):
        raise problems.ProblemAnswer(422, "invalid_request", "Use either file_ids or q.")
    target = body.q if body.file_ids is None else body.file_ids
    return Json(library.decisions.set_favorite(target or "", body.favorite, kind=kind, only_this=body.only_this))


def _toggle_favorite(library: Library, file_id: int, *, kind: MediaKind | None) -> Json:
    rated = library.decisions.set_favorite([file_id], kind=kind)
    return Json(next(each for each in rated if each.file_id == file_id))


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


class LibraryChange(Body):
    """Changed settings of a folder; one that is missing stays."""

    write_ratings: Annotated[Literal["at-once", "with-plan"] | None, Field(description="When ratings are written.")] = (
        None
    )
    metadata_language: Annotated[
        Text | None, Field(description='Language of titles, plots and posters, such as `de`; `""`: as in the settings.')
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedLibrary(LibraryRow):
    """A folder with a changed setting."""

    written_ratings: int  # ratings that waited in the folder and are written now


@router.patch("/libraries/{library_id}", response_model=ChangedLibrary, tags=["libraries"])
def change_library(library: Open, library_id: Id, body: LibraryChange) -> Json:
    """
    Set when the ratings in a folder are written, and the language of its films and series.

    With `at-once`, the ratings that wait in the folder are written now; `written_ratings` is their number.
    """
    if body.write_ratings is None and body.metadata_language is None:
        raise problems.ProblemAnswer(422, "invalid_request", "Name a setting: write_ratings or metadata_language.")
    waiting = library.plans.waiting_ratings(library_id) if body.write_ratings == "at-once" else 0
    if body.metadata_language is not None:
        library.inventory.set_metadata_language(library_id, body.metadata_language)
    if body.write_ratings is not None:
        library.inventory.set_write_ratings(library_id, body.write_ratings)
    return Json(ChangedLibrary(**asdict(_folder(library, library_id)), written_ratings=waiting))


class Scan(Body):
    """Options of a scan."""

    full: Annotated[bool, Field(description="Read and hash every file completely.")] = False
    really_gone: Annotated[bool, Field(description="Missing files are deleted, not offline.")] = False


@router.post("/libraries/{library_id}/scan", status_code=202, response_model=Job, tags=["libraries"])
def scan(library: Open, start_request: StartParam, library_id: Id, body: Scan | None = None) -> Json:
    """Start a scan of a folder; 202 with its job."""
    options = body or Scan()
    folder = os.fsdecode(_folder(library, library_id).path_bytes)
    return _start_job(
        library,
        start_request,
        body,
        lambda: library.scans.add([folder], full=options.full, accept_missing=options.really_gone),
    )


@router.post("/libraries/{library_id}/rescan", status_code=202, response_model=Job, tags=["libraries"])
def rescan(library: Open, start_request: StartParam, library_id: Id, body: Rescan | None = None) -> Json:
    """Start a rescan of the media properties of all files of a folder; 202 with its job."""
    where = f"root:{quoted(_folder(library, library_id).path, exact=True)}"
    refresh = (body or Rescan()).refresh
    return _start_job(library, start_request, body, lambda: library.rescans.add(where, refresh=refresh))


def _folder(library: Library, library_id: int) -> LibraryRow:
    for row in library.inventory.list():
        if row.library_id == library_id:
            return row
    raise errors.UnknownIdError(f"There is no library {library_id}; /api/libraries lists all libraries.")


def _start_job(library: Library, start_request: StartRequest, body: Body | None, add_job: Callable[[], Job]) -> Json:
    def start(request: IdempotentRequest | None) -> Job:
        job = add_job()
        if request is not None:
            library.requests.note(request, job_id=job.id)
        return job

    job = start_request.once(body, start=start, again=lambda started: library.jobs.get(started.job_id or 0))
    return Json(job, 202, {"Location": f"/api/jobs/{job.id}"})
