"""Routes of writes, running operations, the history and rollbacks."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from indexium_core import errors
from indexium_core.api import answers, problems
from indexium_core.api.answers import ItemPage, Json, OperationPage, OperationWithItems, StartedAnswer
from indexium_core.api.context import (
    Body,
    Distinct,
    Id,
    Number,
    Open,
    Page,
    PerPage,
    StartParam,
    Text,
    WaitParam,
    words,
)
from indexium_core.flows.planning.plan import MetadataPlan
from indexium_core.library import Library
from indexium_core.model.operations.idempotency import IdempotentRequest, StartedRequest
from indexium_core.model.operations.operation import OPERATION_TYPES, STATES, WriteOptions
from indexium_core.model.planning.plan import WRITABLE, Selection
from indexium_core.model.shapes import picked

router = APIRouter(prefix="/api/metadata", tags=["operations"])


class WriteBodyOptions(Body):
    """Options of a write."""

    risk: Annotated[list[Text] | Text, Field(description="Levels that may be written.")] = "safe,warning"
    mode: Text | None = None
    comment_mode: Text | None = None
    create_backup: bool = True
    dry_run: bool = False
    user_note: Text = ""
    hard_links: Text = "block"
    preserve_mtime: bool | None = None


class Write(Body):
    """A selection to write: exactly one of `file_ids`, `file_hashes`, `q` and `all`."""

    file_ids: Annotated[list[Number], Field(min_length=1, max_length=1_000_000), Distinct] | None = None
    file_hashes: Annotated[list[Text], Field(min_length=1, max_length=1_000_000), Distinct] | None = None
    q: Annotated[Text | None, Field(min_length=1)] = None
    all: bool = False
    plan_id: Annotated[Number | None, Field(description="Write nothing if a result differs from this plan.")] = None
    options: WriteBodyOptions = WriteBodyOptions()


@router.post("/write", status_code=202, response_model=StartedAnswer, responses={200: {"model": answers.DryRunAnswer}})
def write(library: Open, start_request: StartParam, body: Write) -> Response:
    """Start a write; 202 with the operation. A dry run answers with its result (200) and changes nothing."""
    if sum((body.file_ids is not None, body.file_hashes is not None, body.q is not None, body.all)) != 1:
        detail = "Select the files by exactly one of file_ids, file_hashes, q, and all: true."
        raise problems.ProblemAnswer(422, "invalid_request", detail)
    if body.options.dry_run:
        return _write(library, body, _dry_run)
    return start_request.once(
        body,
        start=lambda request: _write(library, body, functools.partial(_start, request=request)),
        again=started_again,
    )


def _write(library: Library, body: Write, act: Callable[..., Json]) -> Response:
    options = _options(body.options)
    library.files.require(body.file_ids or body.q or "")
    plan = library.plan(
        body.q or "",
        mode=body.options.mode,
        comment_mode=body.options.comment_mode,
        hard_links=body.options.hard_links,
        plan_id=body.plan_id,
        file_hashes=body.file_hashes,
    )
    if body.file_ids is None:
        selection = plan.select(risk=options.risk)
    else:
        selection = Selection(included=frozenset(body.file_ids))
    try:
        return act(library, plan, options, selection, outside=library.plans.outside(plan, body.file_ids))
    except errors.StalePlanError as error:
        return problems.of_error(error, items=library.plans.stale(plan, selection).items)


def _options(body: WriteBodyOptions) -> WriteOptions:
    return WriteOptions(
        risk=_levels(body.risk),
        create_backup=body.create_backup,
        dry_run=body.dry_run,
        user_note=body.user_note,
        hard_links=body.hard_links,
        preserve_mtime=body.preserve_mtime,
        source="rest",
    )


def _levels(risk: list[str] | str) -> tuple[str, ...]:
    levels = tuple(risk) if isinstance(risk, list) else words(risk)
    if not levels or any(level not in WRITABLE for level in levels):
        raise errors.UsageError("'risk' must be safe, warning or danger, or a list of these.")
    return levels


def _dry_run(
    library: Library, plan: MetadataPlan, options: WriteOptions, selection: Selection, *, outside: int
) -> Json:
    report = library.dry_run(plan, options, selection=selection)
    excluded = _with_outside(report.excluded, outside)
    return Json({"operation_id": None, "dry_run": True, "excluded": excluded, "items": report.items})


def _with_outside(excluded: dict[str, int], outside: int) -> dict[str, int]:
    """Add the number of selected files that are not in the plan."""
    return {**excluded, "not_in_plan": outside} if outside else excluded


def _start(
    library: Library,
    plan: MetadataPlan,
    options: WriteOptions,
    selection: Selection,
    *,
    outside: int,
    request: IdempotentRequest | None,
) -> Json:
    excluded = library.preview(selection, plan, options=options).excluded
    answer = {"excluded": _with_outside(excluded, outside)}
    request = request and replace(request, answer=answer)
    return started(library.write(plan, options, selection=selection, request=request).id, **answer)


def started(operation_id: int | None, **more: Any) -> Json:
    """Return the answer for a started operation, with its address."""
    location = f"/api/metadata/operations/{operation_id}"
    return Json({"operation_id": operation_id, **more}, 202, {"Location": location})


def started_again(former: StartedRequest) -> Json:
    """Return the answer for an operation that the same request started before, or that waits for approval."""
    if former.operation_id is None and "approval_id" in former.answer:
        return answers.waiting(former.answer["approval_id"])
    return started(former.operation_id, **former.answer)


# Operations.


class Find(Body):
    """A search for operations."""

    q: Annotated[Text, Field(description="Words in a file's path, a note or a person's name.")] = ""
    start_date: Annotated[Text | None, Field(description="First day or time.")] = None
    end_date: Annotated[Text | None, Field(description="Last day (included) or time.")] = None
    status: Annotated[Text, Field(description="States, separated by commas.")] = ""
    type: Annotated[Text, Field(description="write, publish or rollback.")] = ""
    person: Text = ""
    file: Text = ""
    error: Annotated[Text, Field(description="Error code of a file that failed or had a conflict.")] = ""
    page: Annotated[int, Field(ge=1, le=10**9)] = 1
    per_page: Annotated[int, Field(ge=1, le=1000)] = 50

    def arguments(self) -> dict[str, Any]:
        """Return the search as arguments of the library."""
        return {
            "query": self.q,
            "since": self.start_date,
            "until": self.end_date,
            "status": _known("status", self.status, STATES),
            "operation_type": _known("type", self.type, OPERATION_TYPES),
            "person": self.person,
            "file": self.file,
            "error": self.error,
            "page": self.page,
            "per_page": self.per_page,
        }


def _known(name: str, text: str, choices: tuple[str, ...]) -> tuple[str, ...]:
    found = words(text)
    if unknown := [word for word in found if word not in choices]:
        raise errors.UsageError(f"'{unknown[0]}' is not a value of '{name}'. The values are {', '.join(choices)}.")
    return found


@router.get("/operations", response_model=OperationPage)
def operations(library: Open, status: Text = "", page: Page = 1, per_page: PerPage = 50) -> Json:
    """Return operations, newest first; `status`: only these states, separated by commas."""
    return Json(library.history(status=_known("status", status, STATES), page=page, per_page=per_page))


@router.get("/operations/{operation_id}", response_model=answers.Following)
def operation(
    library: Open, waits: WaitParam, operation_id: Id, wait: Annotated[float, Query(ge=0, le=20)] = 0.0
) -> Json:
    """Return an operation with its progress; `wait`: wait at most this many seconds for the end."""
    waits(wait, lambda seconds: library.handle(operation_id).wait(seconds))
    return _followed(library, operation_id)


def _followed(library: Library, operation_id: int) -> Json:
    found = library.operation(operation_id, per_page=1)
    return Json(found.operation.as_dict() | found.status.as_dict())


class Title(Body):
    """The new title of an operation."""

    user_note: Annotated[Text, Field(max_length=200)]


@router.patch("/operations/{operation_id}", response_model=answers.Following)
def rename(library: Open, operation_id: Id, body: Title) -> Json:
    """Change the title of an operation in the history."""
    library.operations.rename(operation_id, body.user_note)
    return _followed(library, operation_id)


@router.get("/operations/{operation_id}/items", response_model=ItemPage)
def items(
    library: Open, operation_id: Id, status: Text = "", q: Text = "", page: Page = 1, per_page: PerPage = 50
) -> Json:
    """Return the outcome of each of its files, failures first."""
    found = library.operation(operation_id, page=page, per_page=per_page, statuses=words(status), query=q)
    return Json(picked(found, "items total page per_page"))


@router.post("/operations/{operation_id}/pause", response_model=answers.Following)
def pause(library: Open, operation_id: Id) -> Json:
    """Pause an operation after the files in progress."""
    if not library.pause(operation_id):
        paused = library.jobs.of_operation(operation_id).pause_text
        state = paused or library.status(operation_id).status.replace("_", " ")
        raise errors.UsageError(f"Operation {operation_id} is {state}: there is nothing to pause.", code="wrong_state")
    return _followed(library, operation_id)


@router.post("/operations/{operation_id}/resume", response_model=answers.Following)
def resume(library: Open, operation_id: Id) -> Json:
    """Resume a paused, interrupted or failed operation."""
    library.resume(operation_id)
    return _followed(library, operation_id)


@router.post("/operations/{operation_id}/cancel", response_model=answers.Following)
def cancel(library: Open, operation_id: Id) -> Json:
    """Cancel the rest of an operation."""
    library.cancel(operation_id)
    return _followed(library, operation_id)


class Retry(Body):
    """Options of a retry."""

    risk: Annotated[list[Text] | Text | None, Field(description="Default: the levels of the operation.")] = None
    user_note: Annotated[Text, Field(description="Default: the note of the operation.")] = ""
    dry_run: bool = False


@router.post(
    "/operations/{operation_id}/retry",
    status_code=202,
    response_model=StartedAnswer,
    responses={200: {"model": answers.RetryDryRun}},
)
def retry(library: Open, start_request: StartParam, operation_id: Id, body: Retry | None = None) -> Response:
    """Retry the files that an operation did not write, with a new plan; 202 with the new operation."""
    options = body or Retry()
    risk = None if options.risk is None else _levels(options.risk)
    if options.dry_run:
        return Json({"operation_id": None, "dry_run": True, **_retry_preview(library, operation_id, risk)})

    def start(request: IdempotentRequest | None) -> Json:
        return started(
            library.retries.start(operation_id, risk=risk, note=options.user_note, source="rest", request=request).id
        )

    return start_request.once(options, start=start, again=started_again)


def _retry_preview(library: Library, operation_id: int, risk: tuple[str, ...] | None) -> dict[str, int]:
    """Return how many files, or titles of a publication, an operation left, and how many can be written now."""
    if library.status(operation_id).operation_type == "publish":
        left = library.retries.preview_publication(operation_id, risk=risk)
        return {"files": len(left.selection.addresses), "ready": left.summary.titles}
    found = library.retries.preview(operation_id)
    return {"files": found.files, "ready": found.ready}


# History.


@router.get("/history", response_model=OperationPage, tags=["history"])
def history(library: Open, find: Annotated[Find, Query()]) -> Json:
    """Return writes and rollbacks, newest first."""
    return Json(library.history(**find.arguments()))


@router.get("/history/{operation_id}", response_model=OperationWithItems, tags=["history"])
def details(library: Open, operation_id: Id, page: Page = 1, per_page: PerPage = 50) -> Json:
    """Return an operation with one page of its files."""
    return Json(library.operation(operation_id, page=page, per_page=per_page))


class Rollback(Body):
    """Options of a rollback."""

    q: Annotated[Text, Field(description="Only the files that this search of the history finds.")] = ""
    item_ids: Annotated[list[Number], Field(min_length=1, max_length=1_000_000), Distinct] | None = None
    person: Annotated[Text, Field(description="Remove only this person's name.")] = ""
    changed: Annotated[
        Text,
        Field(
            description="comment: restore only the comment of files that cannot get their old bytes back. replace: "
            "also restore files beside the media that another program changed."
        ),
    ] = "skip"
    with_newer: bool | Annotated[list[Number], Distinct] = False
    replan: bool = False
    user_note: Text = ""
    dry_run: bool = False


@router.post(
    "/history/{operation_id}/rollback",
    status_code=202,
    response_model=StartedAnswer,
    responses={200: {"model": answers.RollbackDryRun}},
    tags=["history"],
)
def rollback(library: Open, start_request: StartParam, operation_id: Id, body: Rollback | None = None) -> Response:
    """Start a rollback; 202 with its operation. A dry run answers with its result (200)."""
    options = body or Rollback()
    what: dict[str, Any] = {
        "item_ids": options.item_ids,
        "person": options.person,
        "changed": options.changed,
        "with_newer": options.with_newer,
    }
    if options.dry_run:
        check = library.rollback_check(operation_id, options.q, **what).as_dict()
        return Json({**check, "operation_id": None, "reverts_id": operation_id, "dry_run": True})

    def start(request: IdempotentRequest | None) -> Json:
        how: dict[str, Any] = {"replan": options.replan, "note": options.user_note, "source": "rest"}
        return started(library.rollback(operation_id, options.q, **what, **how, request=request).id)

    return start_request.once(options, start=start, again=started_again)
