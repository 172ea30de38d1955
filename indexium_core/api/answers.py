"""JSON responses, and their schemas in the OpenAPI description."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, create_model
from starlette.responses import JSONResponse

from indexium_core.model import shapes
from indexium_core.model.accounts.tokens import ApiToken, Identity, NewToken
from indexium_core.model.approval import Approval, ApprovalEntry, ApprovalItem, ApprovalItemPage, ApprovalPage
from indexium_core.model.connections.automation import AutomationConfig, LibraryAutomation
from indexium_core.model.connections.webhooks import NewSecret, PathTrial, WebhookEvent, WebhookEventPage, WebhookSource
from indexium_core.model.operations.operation import (
    ItemDetails,
    ItemSideFile,
    MetadataOperation,
    OperationDetails,
    OperationStatus,
    PaginatedOperations,
    WriteResult,
)
from indexium_core.model.operations.rollback import ConflictItem, RollbackCheck
from indexium_core.model.people.copies import FileCopy
from indexium_core.model.planning.plan import PlanItem, PlanPage
from indexium_core.model.publishing.details import PublicationDetails, SideFileDetails
from indexium_core.model.publishing.integrity import IntegrityReport, PublishedFileCheck
from indexium_core.model.publishing.publication import PublicationItem, PublicationPage, SideFilePlan
from indexium_core.model.publishing.requests import ExampleTitle, PublicationSummary, PublishExample
from indexium_core.model.shapes import ListPage, Shaped, types_of

_TEXTS: dict[Any, Any] = {datetime: str, datetime | None: str | None}  # `as_dict` has times as text
_SCHEMAS: dict[Any, Any] = {}  # by the type of a value


class Json(JSONResponse):
    """A JSON response in which values have the same form as in the output of the command."""

    def render(self, content: Any) -> bytes:
        """Return the text."""
        text = json.dumps(content, default=shapes.plain, ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "replace")


class _AnswerShape(BaseModel):
    model_config = ConfigDict(extra="forbid")


def _schema(name: str, about: str, *kinds: type[Shaped], **own: Any) -> type[BaseModel]:
    """Return the schema of an answer: own attributes, then what values of these types show outside."""
    shown = {name: _type(each) for kind in kinds for name, each in types_of(kind, kind.shape).items()}
    ordered = {**own, **shown, **own}  # own attributes are first and also replace shown ones
    fields: dict[str, Any] = {name: (each, ...) for name, each in ordered.items()}
    model = create_model(name, __base__=_AnswerShape, __doc__=about, __module__=__name__, **fields)
    return _SCHEMAS.setdefault(kinds, model)  # type: ignore[no-any-return]


def _type(hint: Any) -> Any:
    if get_origin(hint) is list:
        return list[_type(get_args(hint)[0])]  # type: ignore[misc]
    return _SCHEMAS.get((hint,)) or _TEXTS.get(hint, hint)


OperationAnswer = _schema("OperationAnswer", "An operation with its counts.", MetadataOperation)
Following = _schema("Following", "An operation with its progress.", MetadataOperation, OperationStatus)
ItemAnswer = _schema("ItemAnswer", "The outcome of one file.", ItemDetails)
_schema("ApprovalEntryAnswer", "A step of a request for approval.", ApprovalEntry)
ApprovalAnswer = _schema("ApprovalAnswer", "A request for approval.", Approval)
ApprovalPageAnswer = _schema("ApprovalPageAnswer", "One page of requests, the newest first.", ApprovalPage)
_schema("ApprovalItemAnswer", "A file, a title, or an item of a rollback, as it was proposed.", ApprovalItem)
ApprovalItemPageAnswer = _schema(
    "ApprovalItemPageAnswer", "One page of the items of a request, by their paths.", ApprovalItemPage
)
OperationPage = _schema("OperationPage", "One page of operations, newest first.", PaginatedOperations)
ItemPage = _schema("ItemPage", "One page of an operation's files.", ListPage, items=list[ItemAnswer])  # type: ignore[valid-type]
OperationWithItems = _schema(
    "OperationWithItems",
    "An operation with one page of its files.",
    MetadataOperation,
    OperationStatus,
    OperationDetails,
)
_schema("ConflictItem", "A file with a conflict, and the choices for it.", ConflictItem)
RollbackDryRun = _schema(
    "RollbackDryRun",
    "The result that a rollback would have.",
    RollbackCheck,
    operation_id=None,
    dry_run=Literal[True],
    reverts_id=int,
)
PlanAnswer = _schema(
    "PlanAnswer", "One page of a plan; `items` hold only the requested `fields`, by default all.", PlanPage
)
_schema("SideFileAnswer", "A side file of a title, and what a publication would do with it.", SideFilePlan)
_schema("PublicationAnswer", "A row of the plan of publications.", PublicationItem)
_schema("ItemSideFile", "A side file that an item changes, or would change.", ItemSideFile)
_schema("ExampleTitle", "A title, and the files that it would get.", ExampleTitle)
PublishExampleAnswer = _schema(
    "PublishExampleAnswer", "Which files some titles of a library would get.", PublishExample
)
PublicationPageAnswer = _schema(
    "PublicationPageAnswer", "One page of the plan of publications, with counts over all of them.", PublicationPage
)
PublicationSummaryAnswer = _schema(
    "PublicationSummaryAnswer", "What a publication of a selection would do.", PublicationSummary
)
PublishedFileAnswer = _schema(
    "PublishedFileAnswer", "A file that was published, and how it is on the disk.", PublishedFileCheck
)
IntegrityAnswer = _schema("IntegrityAnswer", "How the files that were published are on the disk.", IntegrityReport)
_schema("SideFileDifference", "A side file with the difference of its lines.", SideFileDetails)
PublicationDetailsAnswer = _schema(
    "PublicationDetailsAnswer",
    "What a publication would do with one title, and what players show afterwards.",
    PublicationDetails,
)

ApiTokenAnswer = _schema("ApiTokenAnswer", "A key of a program; `effective` has what it may do now.", ApiToken)
NewTokenAnswer = _schema("NewTokenAnswer", "A new token and its text, which no later answer has.", NewToken)
IdentityAnswer = _schema("IdentityAnswer", "Who sends a request, and with which permissions.", Identity)
WebhookSourceAnswer = _schema("WebhookSourceAnswer", "A program that sends events.", WebhookSource)
NewSecretAnswer = _schema("NewSecretAnswer", "A source and its new secret, which no later answer has.", NewSecret)
WebhookEventAnswer = _schema("WebhookEventAnswer", "An event of a source, and what it led to.", WebhookEvent)
WebhookEventPageAnswer = _schema("WebhookEventPageAnswer", "One page of events, newest first.", WebhookEventPage)
PathTrialAnswer = _schema("PathTrialAnswer", "Where a path of a sender lands.", PathTrial)
_schema("AutomationConfigAnswer", "How far a library may go by itself.", AutomationConfig)
LibraryAutomationAnswer = _schema("LibraryAutomationAnswer", "A library with its automation.", LibraryAutomation)


class Decided(_AnswerShape):
    """The result of a decision: the number of its files, the named files, the copies, and the first plan item."""

    files: int
    file_ids: list[int]  # the named files
    copies: int  # other files that an edit reached, because they have the same payload
    copy_files: list[FileCopy]  # these by path, the first 1,000
    item: PlanItem | None


class DryRunAnswer(_AnswerShape):
    """The result that a write would have for each file."""

    operation_id: None
    dry_run: Literal[True]
    excluded: dict[str, int]
    items: list[WriteResult]


class RetryDryRun(_AnswerShape):
    """The result that a retry would have."""

    operation_id: None
    dry_run: Literal[True]
    files: int  # files that were not written
    ready: int  # of these, files that can be written


class WaitingAnswer(_AnswerShape):
    """Work that waits for approval; nothing has started."""

    operation_id: None
    approval_id: int
    detail: str


class StartedAnswer(_AnswerShape):
    """A started operation, or the request that waits for approval."""

    operation_id: int | None  # None: it waits
    excluded: dict[str, int] = {}
    approval_id: int | None = None  # the request that waits
    detail: str = ""  # why it waits


def waiting(approval_id: int, detail: str = "") -> Json:
    """Return the answer for work that waits for approval, with the address of its request."""
    text = detail or f"It waits for approval as request {approval_id}."
    location = f"/api/requests/{approval_id}"
    return Json({"operation_id": None, "approval_id": approval_id, "detail": text}, 202, {"Location": location})
