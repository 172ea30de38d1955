"""Routes of publications: NFO files and pictures beside the media, their plan, their start and their log."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import AliasChoices, BaseModel, Field
from starlette.convertors import register_url_convertor
from starlette.responses import Response

from indexium_core.api import answers, problems
from indexium_core.api.answers import Json, StartedAnswer
from indexium_core.api.context import Body, Distinct, Number, Open, Page, PerPage, StartParam, Text, words
from indexium_core.api.routes.operations import started, started_again
from indexium_core.api.routes.titles.artwork import LibraryId
from indexium_core.api.routes.titles.titles import KindConvertor
from indexium_core.library import Library
from indexium_core.model.operations.idempotency import IdempotentRequest
from indexium_core.model.publishing.options import PublishOptions
from indexium_core.model.publishing.publication import PublishLogEntry
from indexium_core.model.publishing.requests import (
    PublicationDecision,
    PublicationFilter,
    PublicationRequest,
    PublicationSelection,
)
from indexium_core.model.publishing.subjects import Entity

router = APIRouter(prefix="/api", tags=["publishing"])

PublishedKind = Literal["movies", "series", "seasons", "episodes", "videos"]
_ENTITY_TYPES: dict[PublishedKind, str] = {
    "movies": "movie",
    "series": "series",
    "seasons": "season",
    "episodes": "episode",
    "videos": "video",
}


class PublishedKindConvertor(KindConvertor):
    """The kinds of titles that are published, and videos, in addresses."""

    regex = "|".join(_ENTITY_TYPES)


register_url_convertor("published_kind", PublishedKindConvertor())
_KIND = "/{kind:published_kind}"
_TITLE = f"{_KIND}/{{title_id}}"
EntityId = Annotated[int, Path(ge=1, le=2**63 - 1, description="Id of a title; of a video, the id of its file.")]
Risks = Annotated[
    list[Text] | Text | None,
    Field(description="Risks to write; default: safe and warning, for named titles all."),
]


class PublishBody(Body):
    """How to publish."""

    user_note: Annotated[
        Text, Field(validation_alias=AliasChoices("user_note", "userNote"), description="Also as `userNote`.")
    ] = ""


class BulkPublishBody(PublishBody):
    """Titles of one kind."""

    ids: Annotated[list[Number], Distinct, Field(min_length=1, max_length=100_000, description="Ids of titles.")]


class PublicationFilterBody(Body):
    """Which rows of the plan of publications; without fields all."""

    q: Text = ""
    risk: Annotated[tuple[Text, ...], Field(max_length=10)] = ()
    action: Annotated[tuple[Text, ...], Field(max_length=10)] = ()
    code: Annotated[tuple[Text, ...], Field(max_length=50)] = ()
    library_id: Annotated[
        int | None, Field(ge=1, lt=2**31, validation_alias=AliasChoices("library_id", "libraryId"))
    ] = None
    unpublished: bool | None = None


class PublicationSelectionBody(Body):
    """What to publish: exactly one of `addresses` and `filter`."""

    addresses: (
        Annotated[
            list[Text],
            Distinct,
            Field(
                min_length=1, max_length=100_000, description="Such as `movie:12`; a series has its episodes with it."
            ),
        ]
        | None
    ) = None
    filter: PublicationFilterBody | None = None
    risk: Risks = None
    excluded: Annotated[tuple[Text, ...], Field(max_length=100_000, description="Addresses of rows to leave out.")] = ()
    alone: Annotated[bool, Field(description="Named series without their seasons and episodes.")] = False
    restore: Annotated[bool, Field(description="Only files of ours that are gone, each as it was published.")] = False

    def selection(self) -> PublicationSelection:
        """Return the selection. Raises `ProblemAnswer` if nothing, or too much, is selected."""
        if (self.addresses is None) == (self.filter is None):
            detail = "Select the titles by exactly one of addresses and filter; {} as filter selects all."
            raise problems.ProblemAnswer(422, "invalid_request", detail)
        return PublicationSelection(
            addresses=tuple(self.addresses or ()),
            filter=None if self.filter is None else _filter_of(self.filter),
            risk=None if self.risk is None else words(self.risk) if isinstance(self.risk, str) else tuple(self.risk),
            excluded=self.excluded,
            alone=self.alone,
            restore=self.restore,
        )


class PublicationStartBody(PublicationSelectionBody):
    """What to publish, how, and what was shown before."""

    digest: Annotated[Text, Field(description="Of the summary that was shown: nothing is written if it differs.")] = ""
    user_note: Annotated[Text, Field(validation_alias=AliasChoices("user_note", "userNote"))] = ""


class PublishOptionsBody(Body):
    """What a library publishes; what is absent keeps its value."""

    publish: Annotated[Text | None, Field(description="off, nfo, artwork or both.")] = None
    kinds: Annotated[list[Text] | None, Field(max_length=50, description="Kinds of pictures.")] = None
    readers: Annotated[list[Text] | None, Field(max_length=10, description="kodi, jellyfin, plex.")] = None
    people: Annotated[bool | None, Field(description="The people of files become cast members.")] = None


class SideFileChoiceBody(Body):
    """What to do with side files that another program changed, or that cannot be edited."""

    address: Annotated[Text, Field(description="Such as `movie:12`.")]
    choice: Annotated[Literal["keep", "replace", "stop", "resume", ""], Field(description='"" removes the choice.')]
    path: Annotated[Text, Field(description="One file; default: all files of the title.")] = ""


class PublishLog(BaseModel):
    """The publications of a title, newest first."""

    items: list[PublishLogEntry]
    total: int


class LostFiles(BaseModel):
    """The published files of a title that are gone."""

    items: list[answers.PublishedFileAnswer]  # type: ignore[valid-type]
    total: int


class IntegrityBody(Body):
    """What is compared with the disk, and what follows."""

    library_id: Annotated[
        int | None, Field(ge=1, lt=2**31, validation_alias=AliasChoices("library_id", "libraryId"))
    ] = None
    full: Annotated[bool, Field(description="Read every file; otherwise only those with another size or time.")] = False
    repair: Annotated[bool, Field(description="Restore the files that are gone, and wait.")] = False
    forget: Annotated[bool, Field(description="Forget the files that are gone and not published any more.")] = False


class RefreshAnswer(BaseModel):
    """The number of titles and videos whose plan was computed again."""

    changed: int


# Titles and videos.


@router.post(f"{_TITLE}/publish", status_code=202, response_model=StartedAnswer)
def publish(
    library: Open, start_request: StartParam, kind: PublishedKind, title_id: EntityId, body: PublishBody | None = None
) -> Response:
    """Publish a title or a video, of a series with its seasons and episodes; 202 with the operation."""
    return _publish(library, start_request, kind, [title_id], body or PublishBody())


@router.post(f"{_KIND}/publish-bulk", status_code=202, response_model=StartedAnswer)
def publish_bulk(library: Open, start_request: StartParam, kind: PublishedKind, body: BulkPublishBody) -> Response:
    """Publish several titles of a kind; 202 with the operation."""
    return _publish(library, start_request, kind, body.ids, body)


@router.post(f"{_TITLE}/discard-changes", response_model=PublicationDecision)
def discard_changes(library: Open, kind: PublishedKind, title_id: EntityId) -> Json:
    """Undo the values and choices by hand since the last publication of a title, as one step."""
    return Json(library.publications.discard_changes(_ENTITY_TYPES[kind], title_id))


@router.get(f"{_TITLE}/publish-log", response_model=PublishLog)
def publish_log(
    library: Open,
    kind: PublishedKind,
    title_id: EntityId,
    limit: Annotated[int, Query(ge=1, le=1000, description="Publications, from the newest.")] = 50,
) -> Json:
    """Return the publications of a title or a video, newest first."""
    items = library.publications.log(_ENTITY_TYPES[kind], title_id, count=limit)
    return Json({"items": items, "total": len(items)})


@router.get(f"{_TITLE}/lost-files", response_model=LostFiles)
def lost_files(library: Open, kind: PublishedKind, title_id: EntityId) -> Json:
    """Return the files of a title or a video that were published and are gone."""
    items = library.disaster_recovery.detect_missing_assets(_ENTITY_TYPES[kind], title_id)
    return Json({"items": items, "total": len(items)})


@router.post(f"{_TITLE}/restore", status_code=202, response_model=StartedAnswer)
def restore(
    library: Open, start_request: StartParam, kind: PublishedKind, title_id: EntityId, body: PublishBody | None = None
) -> Response:
    """Restore the files of a title or a video that are gone, as they were published; 202 with the operation."""
    address, wanted = Entity(_ENTITY_TYPES[kind], title_id).address, body or PublishBody()
    selection = PublicationSelection(addresses=(address,), restore=True)
    return _start(library, start_request, wanted, selection, user_note=wanted.user_note)


def _publish(
    library: Library, start_request: StartParam, kind: PublishedKind, ids: list[int], body: PublishBody
) -> Response:
    addresses = tuple(Entity(_ENTITY_TYPES[kind], each).address for each in ids)
    selection = PublicationSelection(addresses=addresses)
    return _start(library, start_request, body, selection, user_note=body.user_note)


def _start(
    library: Library,
    start_request: StartParam,
    body: Body,
    selection: PublicationSelection,
    *,
    user_note: str,
    digest: str = "",
) -> Response:
    def start(request: IdempotentRequest | None) -> Json:
        how = PublicationRequest(user_note=user_note, source="rest")
        return started(library.publications.start(selection, how, expected=digest, idempotent=request).id)

    return start_request.once(body, start=start, again=started_again)


# The plan.


@router.get("/publications", response_model=answers.PublicationPageAnswer)
def publications(
    library: Open,
    q: Annotated[Text, Query(description="Words of a title, a folder, a file or a person.")] = "",
    risk: Annotated[Text, Query(description="With commas: safe, warning, danger, blocked, unchanged.")] = "",
    action: Annotated[Text, Query(description="With commas: create, update, replace, remove, …")] = "",
    code: Annotated[Text, Query(description="With commas: codes such as `drift`.")] = "",
    library_id: Annotated[int | None, Query(ge=1, lt=2**31, description="Only this library.")] = None,
    *,
    unpublished: Annotated[bool | None, Query(description="Only titles with, or without, unpublished changes.")] = None,
    sort: Annotated[Text, Query(description="risk, title or folder")] = "risk",
    page: Page = 1,
    per_page: PerPage = 50,
) -> Json:
    """Return a page of the plan of publications: films, videos, and series with their seasons and episodes."""
    return Json(
        library.publications.plan(
            q,
            risk=words(risk),
            action=words(action),
            code=words(code),
            library_id=library_id,
            unpublished=unpublished,
            sort=sort,
            page=page,
            per_page=per_page,
        )
    )


@router.get("/publications/{entity_type}/{entity_id}", response_model=answers.PublicationDetailsAnswer)
def publication(library: Open, entity_type: Text, entity_id: EntityId) -> Json:
    """Return what a publication would do with a title: the differences of its files, and what players show."""
    return Json(library.publications.details(entity_type, entity_id))


@router.post("/publications/refresh", response_model=RefreshAnswer)
def refresh(library: Open) -> Json:
    """Check whether other programs changed side files, and bring the plan up to date."""
    return Json({"changed": library.publications.refresh()})


@router.post("/publications/summary", response_model=answers.PublicationSummaryAnswer)
def summary(library: Open, body: PublicationSelectionBody) -> Json:
    """Return what a publication of a selection would do, with the digest for its start."""
    return Json(library.publications.summary(body.selection()))


@router.post("/publications", status_code=202, response_model=StartedAnswer)
def start(library: Open, start_request: StartParam, body: PublicationStartBody) -> Response:
    """Start a publication; 202 with the operation. With `digest`, only if it would write what was shown."""
    return _start(library, start_request, body, body.selection(), user_note=body.user_note, digest=body.digest)


@router.post("/publications/dry-run", response_model=answers.DryRunAnswer)
def dry_run(library: Open, body: PublicationSelectionBody) -> Json:
    """Check every selected title as a publication would; nothing is changed."""
    report = library.publications.dry_run(body.selection())
    return Json({"operation_id": None, "dry_run": True, "excluded": report.excluded, "items": report.items})


@router.post("/publications/choice", response_model=PublicationDecision)
def choose(library: Open, body: SideFileChoiceBody) -> Json:
    """Keep the side files of another program, or replace them, at the publications of a title."""
    return Json(library.publications.choose(body.address, body.choice, body.path))


@router.post("/publications/integrity", response_model=answers.IntegrityAnswer)
def integrity(library: Open, body: IntegrityBody) -> Json:
    """Compare the published files with the disk."""
    report = library.disaster_recovery.validate_integrity(
        body.library_id, repair=body.repair, full=body.full, forget=body.forget
    )
    return Json(report)


# Libraries.


@router.get("/libraries/{library_id}/publishing", response_model=PublishOptions)
def publish_options(library: Open, library_id: LibraryId) -> Json:
    """Return what a library publishes."""
    return Json(library.publications.options(library_id))


@router.put("/libraries/{library_id}/publishing", response_model=PublishOptions)
def set_publish_options(library: Open, library_id: LibraryId, body: PublishOptionsBody) -> Json:
    """Change what a library publishes. Nothing is written by that."""
    return Json(library.publications.set_options(library_id, **body.model_dump(exclude_unset=True)))


@router.get("/libraries/{library_id}/publishing/example", response_model=answers.PublishExampleAnswer)
def publish_example(
    library: Open, library_id: LibraryId, publish: Annotated[Text, Query(description="nfo, artwork or both")] = "both"
) -> Json:
    """Return which files some titles of a library would get, whatever it publishes now."""
    return Json(library.publications.example(library_id, publish))


def _filter_of(body: PublicationFilterBody) -> PublicationFilter:
    return PublicationFilter(
        query=body.q,
        risk=body.risk,
        action=body.action,
        code=body.code,
        library_id=body.library_id,
        unpublished=body.unpublished,
    )
