"""Routes of films, series and their values."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from typing import Annotated, Any, Literal, TypeAlias

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, Field
from starlette.convertors import Convertor, register_url_convertor

from indexium_core import errors
from indexium_core.api import problems
from indexium_core.api.answers import Json
from indexium_core.api.context import AnyJson, Body, Distinct, Number, Open, Page, Text, words
from indexium_core.library import Library
from indexium_core.model.job import Job
from indexium_core.model.review.reports import DecisionReport, FieldsPreview
from indexium_core.model.shapes import picked
from indexium_core.model.titles.fields import PLANNED_FIELDS, named_kind
from indexium_core.model.titles.titles import (
    MOST_EPISODES,
    MOST_MOVED_FILES,
    EpisodeEntry,
    EpisodeGap,
    IdentifiedTitle,
    TitleItem,
    TitleValue,
)

router = APIRouter(prefix="/api", tags=["titles"])


class KindConvertor(Convertor[str]):
    """The kinds of titles in addresses; any other word is an unknown address."""

    regex = "movies|series|episodes"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("title_kind", KindConvertor())
KindOfTitle = "/{kind:title_kind}/{title_id}"
Kind = Literal["movies", "series", "episodes"]
ENTITY_TYPES: dict[Kind, str] = {"movies": "movie", "series": "series", "episodes": "episode"}
_ITEM_FIELDS = frozenset(each.name for each in dataclass_fields(TitleItem)) | {"name", "poster_url"}
_UNPUBLISHED = "hasUnpublishedChanges"  # the name of the first documents
_FILTERS = frozenset({"state", "library_id", "tag", _UNPUBLISHED})
TitleId = Annotated[int, Path(ge=1, le=2**63 - 1, description="Id of a title.")]
FieldName = Annotated[str, Path(max_length=100, description="A field of titles, such as `title` or `year`.")]
Limit = Annotated[int, Query(ge=1, le=1000, description="Titles per page.")]
Filter = Annotated[
    Text,
    Query(
        description="A JSON object with `state`, `library_id`, `tag` and `hasUnpublishedChanges`, such as "
        '`{"state": "identified"}`.'
    ),
]
Fields = Annotated[Text, Query(description="With commas: only these fields of each title; default: all.")]
Words = Annotated[Text, Query(description="Words of the title or of its tags.")]
Sort = Annotated[Text, Query(description="title, year, state or added")]
Order = Literal["asc", "desc"]


@dataclass(frozen=True, slots=True)
class _TitleListQuery:
    """The page of a list of titles, its order and its filter."""

    q: Words = ""
    page: Page = 1
    limit: Limit = 50
    sort: Sort = "title"
    order: Order = "asc"
    filter: Filter = ""
    state: Annotated[Text | None, Query(alias="filter[state]", description="The same as `state` in `filter`.")] = None
    library_id: Annotated[
        int | None,
        Query(alias="filter[library_id]", ge=1, lt=2**31, description="The same as `library_id` in `filter`."),
    ] = None
    tag: Annotated[Text | None, Query(alias="filter[tag]", description="The same as `tag` in `filter`.")] = None
    unpublished: Annotated[
        bool | None,
        Query(alias="filter[hasUnpublishedChanges]", description="The same as `hasUnpublishedChanges` in `filter`."),
    ] = None
    fields: Fields = ""


class TitleList(BaseModel):
    """One page of titles; `items` hold only the requested `fields`, by default all, with `name` and `poster_url`."""

    items: list[dict[str, Any]]
    total: int
    page: int
    per_page: int


class SeriesList(TitleList):
    """One page of series, with the numbers of all series and of all their episodes."""

    total_series: int
    total_episodes: int


class ValueList(BaseModel):
    """Values of a title with their origins; the shown one of each field first."""

    items: list[TitleValue]
    total: int


class EpisodeList(BaseModel):
    """The episodes of a series by season and number, and what is missing between them."""

    items: list[EpisodeEntry]
    total: int
    gaps: list[EpisodeGap]


@router.get("/movies", response_model=TitleList)
def movies(library: Open, wanted: Annotated[_TitleListQuery, Depends()]) -> Json:
    """Return films. `q` finds words of the title or of its tags, `filter` a state, a library or a tag."""
    return Json(_titles(library, "movie", wanted))


@router.get("/movies/search", response_model=TitleList)
def search_movies(library: Open, q: Words = "", page: Page = 1, limit: Limit = 50, fields: Fields = "") -> Json:
    """Return the films whose title and tags have all words of `q`."""
    return Json(_titles(library, "movie", _TitleListQuery(q, page, limit, fields=fields)))


class TitleCount(BaseModel):
    """A number of titles."""

    count: int


@router.get("/{kind:title_kind}/unpublished", response_model=TitleList)
def unpublished(library: Open, kind: Kind, page: Page = 1, limit: Limit = 50, fields: Fields = "") -> Json:
    """Return the titles with changes that are not published yet."""
    return Json(_unpublished(library, kind, page=page, limit=limit, fields=fields))


@router.get("/{kind:title_kind}/unpublished/count", response_model=TitleCount)
def unpublished_count(library: Open, kind: Kind) -> Json:
    """Return the number of titles with changes that are not published yet."""
    return Json({"count": _unpublished(library, kind, page=1, limit=1, fields="id")["total"]})


def _unpublished(library: Library, kind: Kind, *, page: int, limit: int, fields: str) -> dict[str, Any]:
    wanted = _TitleListQuery(page=page, limit=limit, unpublished=True, fields=fields)
    return _titles(library, ENTITY_TYPES[kind], wanted)


@router.get("/series", response_model=SeriesList)
def series(library: Open, wanted: Annotated[_TitleListQuery, Depends()]) -> Json:
    """Return series. `total_series` and `total_episodes` are those of the whole library, whatever the filter."""
    found = _titles(library, "series", wanted)
    totals = {
        f"total_{name}": library.titles.list(kind=kind, per_page=1).total
        for name, kind in (("series", "series"), ("episodes", "episode"))
    }
    return Json(found | totals)


@router.get("/series/{title_id}/episodes", response_model=EpisodeList)
def episodes(library: Open, title_id: TitleId) -> Json:
    """Return the episodes of a series with their files, and the episodes that are missing between them."""
    found = library.series.collection(title_id)
    items = [each for season in found.seasons for each in season.videos]
    return Json({"items": items, "total": len(items), "gaps": found.gaps})


# Values.


class NewValue(Body):
    """A value by hand."""

    value: Annotated[AnyJson, Field(description="null or an empty text removes the value by hand.")]


class LockedFields(Body):
    """Fields of a title."""

    fields: Annotated[list[Annotated[str, Field(max_length=100)]], Field(min_length=1, max_length=100)]


@router.get(KindOfTitle, response_model=IdentifiedTitle)
def title(library: Open, kind: Kind, title_id: TitleId) -> Json:
    """Return a title with its shown values and its files; a series also with its seasons and gaps."""
    return Json(title_of_kind(library, kind, title_id))


@router.get(f"{KindOfTitle}/values", response_model=ValueList)
def values(library: Open, kind: Kind, title_id: TitleId, field: Text = "") -> Json:
    """Return every value of a title (or of one `field`) with its origin."""
    return Json(_of(library, kind, title_id, lambda: library.titles.candidates(title_id, field or None)))


@router.put(f"{KindOfTitle}/values/{{field}}", response_model=ValueList)
def set_value(library: Open, kind: Kind, title_id: TitleId, field: FieldName, body: NewValue) -> Json:
    """Set a value by hand, which no scan and no provider changes; return all values of the field."""
    return Json(_of(library, kind, title_id, lambda: library.titles.set(title_id, field, body.value)))


@router.post(f"{KindOfTitle}/locks", response_model=ValueList)
def lock(library: Open, kind: Kind, title_id: TitleId, body: LockedFields) -> Json:
    """Lock fields of a title: their shown values stay; return all values of the fields."""
    return Json(_of(library, kind, title_id, lambda: library.titles.lock(title_id, body.fields)))


@router.delete(f"{KindOfTitle}/locks/{{field}}", response_model=ValueList)
def unlock(library: Open, kind: Kind, title_id: TitleId, field: FieldName) -> Json:
    """Unlock a field of a title; return all its values."""
    return Json(_of(library, kind, title_id, lambda: library.titles.unlock(title_id, [field])))


@router.delete(f"{KindOfTitle}/locks", response_model=ValueList)
def unlock_all(library: Open, kind: Kind, title_id: TitleId) -> Json:
    """Unlock all fields of a title; return the values of the fields that were locked."""
    return Json(_of(library, kind, title_id, lambda: library.titles.unlock(title_id)))


# Files.


FileIds: TypeAlias = Annotated[list[Number], Field(min_length=1, max_length=MOST_MOVED_FILES), Distinct]


class MovedFiles(Body):
    """Files that move to another title."""

    file_ids: FileIds
    role: Annotated[str, Field(max_length=20, description="main, extra, trailer or sample.")] = "main"
    season: Annotated[int | None, Field(ge=0, le=100_000, description="Season in a series; default: 1.")] = None
    episodes: Annotated[
        list[int], Field(max_length=MOST_EPISODES, description="Numbers of episodes in a series.", default_factory=list)
    ]


class MovedFilesOfNewTitle(MovedFiles):
    """Files that become a new film, or an episode of a new series."""

    kind: Annotated[Literal["movie", "series"], Field(description="Kind of the new title.")]
    title: Annotated[str, Field(max_length=1000)]
    year: int | None = None


class UnassignedFiles(Body):
    """Files that names and NFO files identify again."""

    file_ids: FileIds


@router.post(f"{KindOfTitle}/files", response_model=TitleItem)
def assign(library: Open, kind: Kind, title_id: TitleId, body: MovedFiles) -> Json:
    """Move files to this film, episode or series by hand; scans leave them there. Return the film or the episode."""
    title_of_kind(library, kind, title_id)
    return Json(
        library.titles.assign(body.file_ids, title_id, role=body.role, season=body.season, episodes=body.episodes)
    )


@router.post("/titles/files", response_model=TitleItem)
def assign_new(library: Open, body: MovedFilesOfNewTitle) -> Json:
    """Move files to a new film, or to an episode of a new series. Return the film or the episode."""
    return Json(
        library.titles.assign_new(
            body.file_ids,
            body.kind,
            body.title,
            year=body.year,
            role=body.role,
            season=body.season,
            episodes=body.episodes,
        )
    )


@router.post("/titles/files/automatic", status_code=202, response_model=Job)
def unassign(library: Open, body: UnassignedFiles) -> Json:
    """Undo the moves of files; return the job that identifies them by names and NFO files again."""
    return Json(library.titles.unassign(body.file_ids), 202)


class PlannedTitles(Body):
    """Titles whose values are planned for the fields of their files."""

    title_ids: Annotated[list[Number], Field(min_length=1, max_length=100_000), Distinct]
    fields: Annotated[list[str], Field(min_length=1, max_length=20, default_factory=lambda: list(PLANNED_FIELDS))]
    dry_run: Annotated[bool, Field(description="Return the effect without a change.")] = False


@router.post("/titles/plan", response_model=DecisionReport | FieldsPreview)
def plan(library: Open, body: PlannedTitles) -> Json:
    """Plan the shown values of titles for the fields of their main files, as one step that can be undone."""
    if body.dry_run:
        return Json(library.titles.preview_values(body.title_ids, body.fields))
    return Json(library.titles.plan_values(body.title_ids, body.fields))


def _titles(library: Library, kind: str, wanted: _TitleListQuery) -> dict[str, Any]:
    filters = _filter(wanted)
    found = library.titles.list(
        wanted.q,
        kind=kind,
        sort=wanted.sort,
        descending=wanted.order == "desc",
        page=wanted.page,
        per_page=wanted.limit,
        **filters,
    )
    names = words(wanted.fields)
    unknown = next((name for name in names if name not in _ITEM_FIELDS), None)
    if unknown is not None:
        raise problems.ProblemAnswer(422, "invalid_request", f"A title has no field “{unknown[:40]}” in a list.")
    shown = names or tuple(sorted(_ITEM_FIELDS))
    items = [{name: getattr(each, name) for name in shown} for each in found.items]
    return picked(found, "total page per_page") | {"items": items}


def _filter(wanted: _TitleListQuery) -> dict[str, Any]:
    """Return the arguments of a filter: those of its JSON object, and those with a parameter of their own."""
    single = {
        "state": wanted.state,
        "library_id": wanted.library_id,
        "tag": wanted.tag,
        _UNPUBLISHED: wanted.unpublished,
    }
    own = {name: value for name, value in single.items() if value is not None}
    found = _json_filter(wanted.filter) if wanted.filter else {}
    if twice := sorted(own.keys() & found.keys()):
        detail = f"Use either filter[{twice[0]}] or {twice[0]} in filter."
        raise problems.ProblemAnswer(422, "invalid_request", detail)
    return {"unpublished" if name == _UNPUBLISHED else name: value for name, value in (found | own).items()}


def _json_filter(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise problems.ProblemAnswer(422, "invalid_request", "The filter is no JSON.") from error
    if (
        not isinstance(found, dict)
        or set(found) - _FILTERS
        or not all(isinstance(found.get(name, ""), str) for name in ("state", "tag"))
        or type(found.get("library_id", 1)) is not int  # JSON true is an int, too
        or not 1 <= found.get("library_id", 1) < 2**31
        or type(found.get(_UNPUBLISHED, True)) is not bool
    ):
        message = (
            "The filter is a JSON object with state, library_id, tag and hasUnpublishedChanges, such as "
            '{"state": "identified"}.'
        )
        raise problems.ProblemAnswer(422, "invalid_request", message)
    return found


def title_of_kind(library: Library, kind: Kind, title_id: int) -> IdentifiedTitle:
    """Return a title; UnknownIdError if it is of another kind."""
    found = library.titles.get(title_id)
    if found.item.entity_type != ENTITY_TYPES[kind]:
        own, other = named_kind(found.item.entity_type), named_kind(ENTITY_TYPES[kind])
        raise errors.UnknownIdError(f"Title {title_id} is {own}, not {other}.")
    return found


def _of(library: Library, kind: Kind, title_id: int, values: Callable[[], list[TitleValue]]) -> dict[str, Any]:
    """Return values of a title of this kind."""
    title_of_kind(library, kind, title_id)
    items = values()
    return {"items": items, "total": len(items)}
