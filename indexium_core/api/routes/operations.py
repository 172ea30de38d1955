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
from indexium_core.api.context import Beginning, Body, Id, Number, Open, Page, PerPage, Text, Waiting, listed, words
from indexium_core.library import Library, MetadataPlan
from indexium_core.model.operations.operation import ACTIVE_STATES, FINISHED_STATES, PaginatedOperations, WriteOptions
from indexium_core.model.operations.request import IdempotentRequest, StartedRequest
from indexium_core.model.planning.plan import RISK_LEVELS, Selection

__all__ = ["router"]

router = APIRouter(prefix="/api/metadata", tags=["operations"])

_STATES = (*ACTIVE_STATES, *FINISHED_STATES)
_TYPES = ("write", "rollback")


class WriteBodyOptions(Body):
    """How to write."""

    risk: Annotated[list[Text] | Text, Field(description="Levels that may be written.")] = "safe,warning"
    mode: Text | None = None
    comment_mode: Text | None = None
    create_backup: bool = True
    dry_run: bool = False
    user_note: Text = ""
    hard_links: Text = "block"
    preserve_mtime: bool | None = None


class Write(Body):
    """What to write: exactly one of `file_ids`, `file_hashes`, `q` and `all`."""

    file_ids: Annotated[list[Number] | None, Field(min_length=1, max_length=1_000_000)] = None
    file_hashes: Annotated[list[Text] | None, Field(min_length=1, max_length=1_000_000)] = None
    q: Annotated[Text | None, Field(min_length=1)] = None
    all: bool = False
    plan_id: Annotated[
        Number | None, Field(description="Refuse where a result is no longer what this plan showed.")
    ] = None
    options: WriteBodyOptions = WriteBodyOptions()


@router.post("/write", status_code=202, response_model=StartedAnswer, responses={200: {"model": answers.DryRunAnswer}})
def write(library: Open, sent: Beginning, body: Write) -> Response:
    """Begin to write; 202 with the operation. A dry run is answered at once (200), and changes nothing."""
    if sum((body.file_ids is not None, body.file_hashes is not None, body.q is not None, body.all)) != 1:
        detail = "Say what to write by exactly one of file_ids, file_hashes, q, and all: true."
        raise problems.ProblemAnswer(422, "invalid_request", detail)
    if body.options.dry_run:
        return _write(library, body, _dry_run)
    return sent.once(
        body, start=lambda asked: _write(library, body, functools.partial(_begin, asked=asked)), again=_again
    )


def _write(library: Library, body: Write, act: Callable[..., Json]) -> Response:
    options = _options(body.options)
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
        return act(library, plan, options, selection)
    except errors.StalePlanError as error:
        return problems.of_error(error, items=library.plans.stale(plan, selection).items)


def _options(wish: WriteBodyOptions) -> WriteOptions:
    return WriteOptions(
        risk=_levels(wish.risk),
        create_backup=wish.create_backup,
        dry_run=wish.dry_run,
        user_note=wish.user_note,
        hard_links=wish.hard_links,
        preserve_mtime=wish.preserve_mtime,
        source="rest",
    )


def _levels(wish: list[str] | str) -> tuple[str, ...]:
    levels = tuple(wish) if isinstance(wish, list) else words(wish)
    if not levels or any(level not in RISK_LEVELS[:3] for level in levels):
        raise errors.UsageError("'risk' takes safe, warning and danger.")
    return levels


def _dry_run(library: Library, plan: MetadataPlan, options: WriteOptions, selection: Selection) -> Json:
    report = library.dry_run(plan, options, selection=selection)
    return Json({"operation_id": None, "dry_run": True, "excluded": report.excluded, "items": report.items})


def _begin(
    library: Library,
    plan: MetadataPlan,
    options: WriteOptions,
    selection: Selection,
    *,
    asked: IdempotentRequest | None,
) -> Json:
    told = {"excluded": library.preview(selection, plan, options=options).excluded}
    asked = asked and replace(asked, answer=told)
    return _started(library.write(plan, options, selection=selection, asked=asked).id, **told)


def _started(operation_id: int | None, **more: Any) -> Json:
    location = f"/api/metadata/operations/{operation_id}"
    return Json({"operation_id": operation_id, **more}, 202, {"Location": location})


def _again(begun: StartedRequest) -> Json:
    return _started(begun.operation_id, **begun.answer)


# Operations.


class Find(Body):
    """Which operations are wanted."""

    q: Annotated[Text, Field(description="Words of a file, note or person.")] = ""
    start_date: Annotated[Text | None, Field(description="First day or moment.")] = None
    end_date: Annotated[Text | None, Field(description="Last day (included) or moment.")] = None
    status: Annotated[Text, Field(description="States, split by commas.")] = ""
    type: Annotated[Text, Field(description="write or rollback.")] = ""
    person: Text = ""
    file: Text = ""
    error: Annotated[Text, Field(description="Code of why a file was refused or failed.")] = ""
    page: Annotated[int, Field(ge=1, le=10**9)] = 1
    per_page: Annotated[int, Field(ge=1, le=1000)] = 50

    def wish(self) -> dict[str, Any]:
        """Return it in the library's words."""
        return {
            "query": self.q,
            "since": self.start_date,
            "until": self.end_date,
            "status": _known("status", self.status, _STATES),
            "operation_type": _known("type", self.type, _TYPES),
            "person": self.person,
            "file": self.file,
            "error": self.error,
            "page": self.page,
            "per_page": self.per_page,
        }


def _known(name: str, text: str, choices: tuple[str, ...]) -> tuple[str, ...]:
    found = words(text)
    if unknown := [word for word in found if word not in choices]:
        message = f"'{name}' takes {', '.join(choices)}; '{unknown[0]}' is something else."
        raise errors.UsageError(message)
    return found


@router.get("/operations", response_model=OperationPage)
def operations(library: Open, status: Text = "", page: Page = 1, per_page: PerPage = 50) -> Json:
    """Return operations, newest first; `status`: only of these states, split by commas."""
    return _page(library.history(status=_known("status", status, _STATES), page=page, per_page=per_page))


def _page(found: PaginatedOperations) -> Json:
    return Json(listed(found, [operation.as_dict() for operation in found.items]))


@router.get("/operations/{operation_id}", response_model=answers.Following)
def operation(
    library: Open, waits: Waiting, operation_id: Id, wait: Annotated[float, Query(ge=0, le=20)] = 0.0
) -> Json:
    """Return an operation and how far it is; `wait`: at most so many seconds to wait for its end before that."""
    waits(wait, lambda seconds: library.handle(operation_id).wait(seconds))
    return _followed(library, operation_id)


def _followed(library: Library, operation_id: int) -> Json:
    return Json(answers.operation(library.operation(operation_id, per_page=1)))


@router.get("/operations/{operation_id}/items", response_model=ItemPage)
def items(
    library: Open, operation_id: Id, status: Text = "", q: Text = "", page: Page = 1, per_page: PerPage = 50
) -> Json:
    """Return what became of its files, failures first."""
    found = library.operation(operation_id, page=page, per_page=per_page, statuses=words(status), query=q)
    return Json(listed(found, [item.as_dict() for item in found.items]))


@router.post("/operations/{operation_id}/pause", response_model=answers.Following)
def pause(library: Open, operation_id: Id) -> Json:
    """Pause an operation after the files in progress."""
    if not library.pause(operation_id):
        held = library.jobs.of_operation(operation_id).pause_text
        state = held or library.status(operation_id).status.replace("_", " ")
        message = f"Operation {operation_id} is {state}: there is nothing to pause."
        raise errors.UsageError(message, code="wrong_state")
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
    """How to try again what an operation did not get done."""

    risk: Annotated[list[Text] | Text | None, Field(description="Default: the levels that it was to write.")] = None
    user_note: Annotated[Text, Field(description="Default: its note.")] = ""
    dry_run: bool = False


@router.post(
    "/operations/{operation_id}/retry",
    status_code=202,
    response_model=StartedAnswer,
    responses={200: {"model": answers.RetryDryRun}},
)
def retry(library: Open, sent: Beginning, operation_id: Id, body: Retry | None = None) -> Response:
    """Begin to try again what an operation did not get done, planned afresh; 202 with the operation that does it."""
    wish = body or Retry()
    risk = None if wish.risk is None else _levels(wish.risk)
    if wish.dry_run:
        found = library.retries.preview(operation_id)
        return Json({"operation_id": None, "dry_run": True, "files": found.files, "ready": found.ready})

    def start(asked: IdempotentRequest | None) -> Json:
        return _started(
            library.retries.start(operation_id, risk=risk, note=wish.user_note, source="rest", request=asked).id
        )

    return sent.once(wish, start=start, again=_again)


# History.


@router.get("/history", response_model=OperationPage, tags=["history"])
def history(library: Open, find: Annotated[Find, Query()]) -> Json:
    """Return writes and rollbacks, newest first."""
    return _page(library.history(**find.wish()))


@router.get("/history/{operation_id}", response_model=OperationWithItems, tags=["history"])
def details(library: Open, operation_id: Id, page: Page = 1, per_page: PerPage = 50) -> Json:
    """Return an operation with one page of its files."""
    return Json(answers.with_items(library.operation(operation_id, page=page, per_page=per_page)))


class Rollback(Body):
    """How to take an operation back."""

    q: Annotated[Text, Field(description="Only the files that this search of the history finds.")] = ""
    item_ids: Annotated[list[Number] | None, Field(min_length=1, max_length=1_000_000)] = None
    person: Annotated[Text, Field(description="Take out only this person's tag.")] = ""
    changed: Annotated[Text, Field(description="comment: restore only the comment where no more is left.")] = "skip"
    with_newer: bool | list[Number] = False
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
def rollback(library: Open, sent: Beginning, operation_id: Id, body: Rollback | None = None) -> Response:
    """Begin to take an operation back; 202 with the operation that does it. A dry run is answered at once (200)."""
    wish = body or Rollback()
    what: dict[str, Any] = {
        "item_ids": wish.item_ids,
        "person": wish.person,
        "changed": wish.changed,
        "with_newer": wish.with_newer,
    }
    if wish.dry_run:
        check = library.rollback_check(operation_id, wish.q, **what).as_dict()
        return Json({**check, "operation_id": None, "reverts_id": operation_id, "dry_run": True})

    def start(asked: IdempotentRequest | None) -> Json:
        how: dict[str, Any] = {"replan": wish.replan, "note": wish.user_note, "source": "rest"}
        return _started(library.rollback(operation_id, wish.q, **what, **how, asked=asked).id)

    return sent.once(wish, start=start, again=_again)
