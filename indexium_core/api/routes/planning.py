"""Routes of the plan: its pages, and decisions about files."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Query
from pydantic import Field, model_validator

from indexium_core import errors
from indexium_core.api.answers import Decided, Json, PlanAnswer
from indexium_core.api.context import AnyJson, Body, Distinct, Number, Open, Text, words
from indexium_core.library import Library
from indexium_core.model.planning.plan import PlanItem
from indexium_core.model.query.filters import with_filters
from indexium_core.model.review.reports import DecisionReport
from indexium_core.model.shapes import picked

router = APIRouter(prefix="/api/metadata/plan", tags=["plan"])

Reference = Annotated[str, Field(max_length=100)]
_FIELDS = tuple(PlanItem.__dataclass_fields__)
_MAX_AGE = 5.0  # seconds for which results of a running write may be missing


class _Ask(Body):
    """The requested part of the plan."""

    page: Annotated[int, Field(ge=1, le=10**9)] = 1
    per_page: Annotated[int | None, Field(ge=1, le=1000, description="Default: the setting page_size.")] = None
    limit: Annotated[int | None, Field(ge=1, le=1000, description="The same as per_page.")] = None
    q: Annotated[Text, Field(description="A search, as in the dashboard.")] = ""
    sort: Annotated[Text, Field(description="name path risk tags new_tags size mtime category cost")] = "risk"
    order: Literal["asc", "desc"] = "asc"
    mode: Text | None = None
    comment_mode: Text | None = None
    hard_links: Text = "block"
    include_unknown: bool = False
    plan_id: Annotated[Number | None, Field(description="A version of the plan; default: the current one.")] = None
    all: Annotated[bool, Field(description="Include unchanged and skipped files.")] = False


class AskByAddress(_Ask):
    """The requested part as query parameters: lists are separated by commas, or the parameter is repeated."""

    file_hashes: list[Text] | None = None
    file_ids: list[Text] | None = None
    filter: Annotated[Text | None, Field(description="A JSON object of filters.")] = None
    fields: Annotated[Text, Field(description="Only these fields of each item.")] = ""


class AskByBody(_Ask):
    """The requested part as a JSON body."""

    file_hashes: Annotated[list[Text], Field(max_length=100_000), Distinct] | None = None
    file_ids: Annotated[list[Number], Field(max_length=100_000), Distinct] | None = None
    filter: dict[str, AnyJson] | None = None
    fields: Annotated[list[Text], Field(default_factory=list)]


@router.get("", response_model=PlanAnswer)
def show(library: Open, ask: Annotated[AskByAddress, Query()]) -> Json:
    """Return one page of the plan, with the counts over all files that the search finds."""
    found = ask.model_dump(exclude={"file_hashes", "file_ids", "filter", "fields"})
    return _answer(
        library,
        AskByBody.model_construct(
            **found,
            file_hashes=_split(ask.file_hashes),
            file_ids=_numbers(ask.file_ids),
            filter=_object(ask.filter),
            fields=list(words(ask.fields)),
        ),
    )


@router.post("", response_model=PlanAnswer)
def ask(library: Open, ask: AskByBody) -> Json:
    """Return one page of the plan; the same as GET, for lists that are too long for an address."""
    return _answer(library, ask)


def _split(texts: list[str] | None) -> list[str] | None:
    return None if texts is None else list(dict.fromkeys(word for text in texts for word in words(text)))


def _numbers(texts: list[str] | None) -> list[int] | None:
    found = _split(texts)
    if found is None:
        return None
    if bad := [text for text in found if not (text.isdecimal() and len(text) < 19)]:
        raise errors.UsageError(f"'{bad[0]}' is not the id of a file.")
    return [int(text) for text in found]


def _object(text: str | None) -> dict[str, Any] | None:
    try:
        found = json.loads(text) if text else None
    except (ValueError, RecursionError):
        found = text
    if found is not None and not isinstance(found, dict):
        raise errors.UsageError('\'filter\' is a JSON object, such as {"risk_level": "danger"}.')
    return found


def _answer(library: Library, ask: AskByBody) -> Json:
    if unknown := [name for name in ask.fields if name not in _FIELDS]:
        raise errors.UsageError(f"An item has no field '{unknown[0]}'; it has {', '.join(_FIELDS)}.")
    plan = library.plan(
        with_filters(ask.q, ask.filter or {}),
        mode=ask.mode,
        comment_mode=ask.comment_mode,
        include_unknown=ask.include_unknown,
        hard_links=ask.hard_links,
        plan_id=ask.plan_id,
        file_hashes=ask.file_hashes,
        file_ids=ask.file_ids,
        max_age=_MAX_AGE,
    )
    page = plan.page(
        ask.page,
        per_page=ask.per_page or ask.limit,
        sort=ask.sort,
        descending=ask.order == "desc",
        include_unchanged=ask.all,
    )
    if not ask.fields:
        return Json(page)
    items = [{name: getattr(item, name) for name in ask.fields} for item in page.items]
    return Json(picked(page, "total page per_page statistics plan_id") | {"items": items})


# Decisions about the files of one hash, or about one file.


_ONLY_THIS = "Only the file of the id, not its copies; a hash must then have one file."


class Edit(Body):
    """The people or other fields of a file, or both."""

    result_people: Annotated[list[Text] | None, Field(max_length=10_000)] = None
    fields: Annotated[
        dict[Text, Text] | None, Field(description="Values by field; an empty value removes the field.", min_length=1)
    ] = None
    only_this: Annotated[bool, Field(description=_ONLY_THIS)] = False

    @model_validator(mode="after")
    def _has_an_edit(self) -> Self:
        if self.result_people is None and self.fields is None:
            raise ValueError("name result_people or fields")
        return self


class Postpone(Body):
    """The end of a postponement."""

    until: Annotated[
        Text | None, Field(description="A day or time; without it, the files are skipped without end.")
    ] = None
    only_this: Annotated[bool, Field(description=_ONLY_THIS)] = False


class ModesBody(Body):
    """The modes of a file."""

    mode: Text | None = None
    comment_mode: Text | None = None
    only_this: Annotated[bool, Field(description=_ONLY_THIS)] = False


@router.post("/{ref}/edit", response_model=Decided)
def edit(library: Open, ref: Reference, body: Edit) -> Json:
    """Set the people or fields of a file (by its id or hash) and of its copies, until the edit is removed."""
    files = _files(library, ref, only_this=body.only_this)
    report = library.decisions.set_all(files, people=body.result_people, fields=body.fields, only_this=body.only_this)
    return _decided(library, files, report)


@router.post("/{ref}/postpone", response_model=Decided)
def postpone(library: Open, ref: Reference, body: Postpone) -> Json:
    """Skip a file, or all files with a hash, in lists and writes."""
    files = _files(library, ref, only_this=body.only_this)
    return _decided(library, files, library.decisions.postpone(files, body.until, only_this=body.only_this))


@router.post("/{ref}/mode", response_model=Decided)
def mode(library: Open, ref: Reference, body: ModesBody) -> Json:
    """Set the modes of a file, or of all files with a hash: how people and comment are combined."""
    files = _files(library, ref, only_this=body.only_this)
    report = library.decisions.set_mode(files, mode=body.mode, comment_mode=body.comment_mode, only_this=body.only_this)
    return _decided(library, files, report)


@router.delete("/{ref}/{kind}", response_model=Decided)
def revoke(
    library: Open,
    ref: Reference,
    kind: Literal["edit", "fields", "postpone", "mode"],
    only_this: Annotated[bool, Query(description=_ONLY_THIS)] = False,  # noqa: FBT002
) -> Json:
    """Revoke an edit of the people, the edits of all fields, a postponement or a mode; by an id, on this file only."""
    files = _files(library, ref, only_this=only_this)
    return _decided(library, files, library.decisions.revoke_of(files, [kind]))


def _files(library: Library, ref: str, *, only_this: bool) -> list[int]:
    """Return the files with a hash, or the file with an id."""
    if ref.isdecimal() and len(ref) < 19:
        return [int(ref)]
    return library.files.of_hash(ref, only_this=only_this)


def _decided(library: Library, files: list[int], report: DecisionReport) -> Json:
    plan = library.plan(file_ids=files)
    items = plan.page(per_page=1, include_unchanged=True).items
    reached = {"copies": report.copies, "copy_files": report.copy_files}
    return Json({"files": report.files, "file_ids": files, **reached, "item": items[0] if items else None})
