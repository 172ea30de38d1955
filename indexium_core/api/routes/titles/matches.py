"""Routes of the matches of films and series with those of providers, and of their enrichment."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from indexium_core import errors
from indexium_core.api import problems
from indexium_core.api.answers import Json
from indexium_core.api.context import (
    Body,
    Distinct,
    FileId,
    Id,
    JobPriority,
    Number,
    Open,
    Page,
    SmallId,
    StartParam,
    Text,
)
from indexium_core.api.routes.titles.titles import ENTITY_TYPES, KindOfTitle, TitleId, title_of_kind
from indexium_core.library import Library
from indexium_core.model.job import Job
from indexium_core.model.lookups.records import EnrichedMetadata
from indexium_core.model.matches.questions import MatchPage, MatchQuestion
from indexium_core.model.matches.results import MatchResult
from indexium_core.model.operations.idempotency import IdempotentRequest
from indexium_core.model.providers.enrichment import DueTitles, EnrichmentProgress, EnrichmentStats
from indexium_core.model.providers.external_ids import ExternalId

router = APIRouter(prefix="/api", tags=["matches"])
_MOST_QUESTIONS = 200
_HIGH = 2  # priority


# Matches.


@router.get("/titles/matches", response_model=MatchPage)
def matches(
    library: Open,
    state: Annotated[
        Text, Query(description="open, later, accepted, none, failed, ignored, unsearched or maybe")
    ] = "open",
    library_id: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    page: Page = 1,
    per_page: Annotated[int, Query(ge=1, le=_MOST_QUESTIONS)] = 20,
) -> Json:
    """Return the films and series whose match has a state, each with its candidates; `counts` by state."""
    found = library.matches.pending(state, library_id=library_id, page=page, per_page=per_page)
    return Json(found)


class MatchUndo(Body):
    """A decision about a match; without it, the last one."""

    decision_id: Annotated[int | None, Field(ge=1, lt=2**63)] = None


@router.post("/titles/matches/undo", response_model=MatchResult)
def undo(library: Open, body: MatchUndo | None = None) -> Json:
    """Undo a decision about a match. A later one about the same title must be undone before."""
    return Json(library.matches.undo(body.decision_id if body else None))


@router.get("/titles/matches/{title_id}", response_model=MatchQuestion)
def match(library: Open, title_id: TitleId) -> Json:
    """Return a film or series with its candidates."""
    return Json(library.matches.get(title_id))


Revision: TypeAlias = Annotated[
    Text, Field(description="The `revision` of the question: refused if somebody has decided about the title since.")
]


class Acceptance(Body):
    """A candidate by its position, or a title of a provider by its id."""

    position: Annotated[int | None, Field(ge=1, le=1000)] = None
    external_id: Annotated[Text | None, Field(description="Such as `tmdb:603` or `tt0133093`.")] = None
    others: Annotated[bool, Field(description="Also for the open questions of the same folder.")] = False
    expected: Annotated[Text, Field(description="The id of the candidate at the position, such as `tmdb:603`.")] = ""
    revision: Revision = ""


@router.post("/titles/matches/{title_id}/accept", response_model=MatchResult)
def accept(library: Open, title_id: TitleId, body: Acceptance) -> Json:
    """Accept a candidate of a title; its ids become values of the title."""
    if (body.position is None) == (body.external_id is None):
        raise errors.UsageError("Use either position or external_id.")
    if body.others and body.external_id is not None:
        raise errors.UsageError("others belongs to position, not to external_id.")
    if body.position is not None:
        return Json(
            library.matches.accept(
                title_id, body.position, others=body.others, expected=body.expected, revision=body.revision
            )
        )
    known = ExternalId.of_text(body.external_id or "")
    is_series = library.matches.get(title_id).item.entity_type == "series"
    return Json(library.matches.accept_id(title_id, known, "tv" if is_series else "movie", revision=body.revision))


class Rejection(Body):
    """A candidate by its position."""

    position: Annotated[int, Field(ge=1, le=1000)]
    expected: Annotated[Text, Field(description="The id of the candidate at the position, such as `tmdb:603`.")] = ""
    revision: Revision = ""


@router.post("/titles/matches/{title_id}/reject", response_model=MatchResult)
def reject(library: Open, title_id: TitleId, body: Rejection) -> Json:
    """Reject a candidate of a title; no search proposes it again."""
    return Json(library.matches.reject(title_id, body.position, expected=body.expected, revision=body.revision))


class IgnoreRequest(Body):
    """Whether a decision is also for the open questions of the same folder."""

    others: bool = False
    revision: Revision = ""


@router.post("/titles/matches/{title_id}/ignore", response_model=MatchResult)
def ignore(library: Open, title_id: TitleId, body: IgnoreRequest | None = None) -> Json:
    """Set that a title is no film and no series."""
    wanted = body or IgnoreRequest()
    return Json(library.matches.ignore(title_id, others=wanted.others, revision=wanted.revision))


class Confirmation(Body):
    """Whether an answer is also for the others of the same folder whose names are kept back."""

    others: bool = False
    revision: Revision = ""


@router.post("/titles/matches/{title_id}/confirm", response_model=MatchResult)
def confirm(library: Open, title_id: TitleId, body: Confirmation | None = None) -> Json:
    """Say that a title whose name is kept back (`maybe`) is a film or series; then it is searched."""
    wanted = body or Confirmation()
    return Json(library.matches.confirm(title_id, others=wanted.others, revision=wanted.revision))


class LaterRequest(Body):
    """The question that is put off."""

    revision: Revision = ""


@router.post("/titles/matches/{title_id}/later", response_model=MatchResult)
def later(library: Open, title_id: TitleId, body: LaterRequest | None = None) -> Json:
    """Put a question off."""
    return Json(library.matches.later(title_id, revision=body.revision if body else ""))


class SearchText(Body):
    """What is searched at the providers."""

    text: Annotated[Text, Field(description="`Solaris`, `Solaris 1972`, `tt0069293` or `tmdb:593`.")]


@router.post("/titles/matches/{title_id}/search", response_model=MatchQuestion)
def search(library: Open, title_id: TitleId, body: SearchText) -> Json:
    """Search other candidates for a title. Sends requests to providers."""
    return Json(library.matches.search(title_id, body.text))


@router.post("/titles/matches/{title_id}/suggest", response_model=MatchQuestion)
def suggest(library: Open, title_id: TitleId) -> Json:
    """Replace the candidates of a search by those for what the files say. May send requests to providers."""
    return Json(library.matches.suggest(title_id))


# Enrichment.


class VideoMetadata(BaseModel):
    """The metadata of a file. Without metadata of a provider, `cached` is false, and the job `job_id` fetches it."""

    metadata: EnrichedMetadata
    cached: bool
    job_id: int | None


@router.get("/videos/{file_id}/metadata", response_model=VideoMetadata)
def metadata(library: Open, file_id: FileId) -> Json:
    """Return the metadata of the title of a file. If no provider was asked yet, a job asks with high priority."""
    found = library.enrichment.metadata(file_id)
    is_known = found.source != "none"
    return Json({"metadata": found, "cached": is_known, "job_id": None if is_known else _scheduled(library, file_id)})


def _scheduled(library: Library, file_id: int) -> int | None:
    """Return the job that looks a file up; None if the file has no title, or if no provider can be asked."""
    if library.enrichment.due(names=0).reason or not library.enrichment.is_video_due(file_id):
        return None
    try:
        return library.enrichment.schedule_video_enrichment(file_id, priority=_HIGH).id
    except errors.UsageError:
        return None


class Batch(Body):
    """The titles that are looked up."""

    library_ids: Annotated[
        list[SmallId], Field(max_length=10_000, default_factory=list, description="[]: all that hold titles."), Distinct
    ]
    title_ids: Annotated[
        list[Number],
        Field(max_length=100_000, default_factory=list, description="Only these titles, in place of libraries."),
        Distinct,
    ]
    priority: JobPriority = 5
    force: Annotated[bool, Field(description="Also titles that were enriched a short time ago.")] = False


class StartedBatch(BaseModel):
    """A started enrichment."""

    job_id: int
    estimated_duration: int  # minutes


@router.post("/enrich/batch", status_code=202, response_model=StartedBatch)
def enrich_batch(library: Open, start_request: StartParam, body: Batch | None = None) -> Json:
    """Look up the titles of libraries, or some titles, at the providers, as a job."""
    wanted = body or Batch.model_validate({})
    if wanted.library_ids and wanted.title_ids:
        raise problems.ProblemAnswer(422, "invalid_request", "Use either library_ids or title_ids.")
    ids = wanted.title_ids or None
    minutes = library.enrichment.due(wanted.library_ids, title_ids=ids, names=0).estimated_minutes

    def start(request: IdempotentRequest | None) -> Job:
        options: dict[str, Any] = {"priority": wanted.priority, "force": wanted.force}
        job = (
            library.enrichment.schedule_titles(ids, **options)
            if ids
            else library.enrichment.schedule_library_enrichment(wanted.library_ids, **options)
        )
        return _noted(library, job, request)

    job = start_request.once(body, start=start, again=lambda started: library.jobs.get(started.job_id or 0))
    return Json({"job_id": job.id, "estimated_duration": minutes}, 202, {"Location": f"/api/jobs/{job.id}"})


@router.get("/enrich/progress/{job_id}", response_model=EnrichmentProgress)
def enrich_progress(library: Open, job_id: Id) -> Json:
    """Return the progress of an enrichment in videos."""
    return Json(library.enrichment.get_enrichment_progress(job_id))


@router.get("/enrich/stats", response_model=EnrichmentStats)
def enrich_stats(library: Open) -> Json:
    """Return how many videos have metadata of providers, and of which."""
    return Json(library.enrichment.get_enrichment_stats())


@router.get("/enrich/due", response_model=DueTitles)
def enrich_due(library: Open) -> Json:
    """Return how many films and series can be looked up, how many wait for a provider, and why others are not due."""
    return Json(library.enrichment.due())


class EnrichRequest(Body):
    """The priority of an enrichment."""

    priority: JobPriority = 5


@router.post(KindOfTitle + "/enrich", status_code=202, response_model=Job)
def enrich(
    library: Open,
    start_request: StartParam,
    kind: Literal["movies", "series", "episodes"],
    title_id: TitleId,
    body: EnrichRequest | None = None,
) -> Json:
    """Look up a title at the providers, as a job; of an episode, its series."""
    title_of_kind(library, kind, title_id)

    def start(request: IdempotentRequest | None) -> Job:
        priority = (body or EnrichRequest()).priority
        return _noted(library, library.enrichment.enrich_entity(ENTITY_TYPES[kind], title_id, priority), request)

    job = start_request.once(body, start=start, again=lambda started: library.jobs.get(started.job_id or 0))
    return Json(job, 202, {"Location": f"/api/jobs/{job.id}"})


def _noted(library: Library, job: Job, request: IdempotentRequest | None) -> Job:
    if request is not None:
        library.requests.note(request, job_id=job.id)
    return job
