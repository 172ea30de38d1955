"""Routes of the pictures of films and series."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import AliasChoices, Field
from starlette.convertors import register_url_convertor
from starlette.responses import Response

from indexium_core import errors
from indexium_core.api.answers import Json
from indexium_core.api.context import Body, Distinct, Number, Open, Text
from indexium_core.api.routes.titles.titles import KindConvertor, TitleId
from indexium_core.model.artwork.assets import CachedImage, CacheUsage, PictureSlot
from indexium_core.model.artwork.selection_config import AssetSelectionConfig
from indexium_core.model.artwork.selections import (
    AssetPage,
    PictureDecision,
    PictureSearchResult,
    SelectionPreview,
    SelectionRule,
    SlotSummary,
)

router = APIRouter(prefix="/api", tags=["artwork"])

Hash = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="BLAKE3 hash of an image, in hex.")]


CandidateId = Annotated[Number, Path(description="Id of a candidate.")]
_SHORTLY = "private, max-age=60"  # a local picture may change


@router.get("/assets/candidates", response_model=AssetPage)
def asset_candidates(
    library: Open,
    entity_type: Annotated[Text, Query(description="movie, series, season or episode.")],
    entity_id: Annotated[Number, Query(description="Id of the title.")],
    asset_type: Annotated[Text, Query(description="poster, backdrop, logo, …; default: all.")] = "",
) -> Json:
    """Return the pictures that providers and folders offer for a title: of each kind the best first."""
    return Json(library.picture_selection.candidates(entity_type, entity_id, asset_type or None))


@router.get("/assets/candidates/{candidate_id}/preview", response_class=Response)
def candidate_preview(
    library: Open,
    candidate_id: CandidateId,
    *,
    again: Annotated[bool, Query(description="Try it also if the address gave no picture a moment ago.")] = False,
) -> Response:
    """
    Return a small picture of a candidate: whole, at most 400 × 600 pixels if it is upright, otherwise 780 × 440.

    It is a JPEG, or a WebP image if it has transparent pixels.
    """
    pictures = library.artwork.pictures
    image = pictures.preview(candidate_id, again=again)
    if image is None:
        raise errors.UnknownIdError(pictures.reason_without)
    return _answer(image, _SHORTLY)


@router.get("/assets/candidates/{candidate_id}/original", response_class=Response)
def candidate_original(library: Open, candidate_id: CandidateId) -> Response:
    """Return the original of a candidate. For who may edit titles, it is stored in the cache."""
    return _answer(library.artwork.pictures.original(candidate_id), _SHORTLY)


@router.get("/cache/{content_hash}", response_class=Response)
def cached_image(library: Open, content_hash: Hash) -> Response:
    """Return an image of the cache by its hash."""
    return _image(library.artwork.cached(content_hash), content_hash)


@router.get("/cache/{content_hash}/thumbnail", response_class=Response)
def cached_thumbnail(library: Open, content_hash: Hash) -> Response:
    """Return an image of the cache as a JPEG: 400 × 600 if it is upright, otherwise 780 × 440."""
    return _image(library.artwork.cached_thumbnail(content_hash), content_hash)


def _image(image: CachedImage | None, content_hash: str) -> Response:
    if image is None:
        raise errors.UnknownIdError(f"The cache has no image {content_hash}.")
    return _answer(image, "private, max-age=31536000, immutable")


def _answer(image: CachedImage, cache_control: str) -> Response:
    headers = {"ETag": f'"{image.version}"', "Cache-Control": cache_control}
    return Response(image.data, media_type=image.media_type, headers=headers)


Kind = Literal["movies", "series", "seasons", "episodes"]
_ENTITY_TYPES: dict[Kind, str] = {"movies": "movie", "series": "series", "seasons": "season", "episodes": "episode"}


class PicturedKindConvertor(KindConvertor):
    """The kinds of titles that have pictures, in addresses."""

    regex = "|".join(_ENTITY_TYPES)


register_url_convertor("pictured_kind", PicturedKindConvertor())
_ASSETS = "/{kind:pictured_kind}/{title_id}/assets"
LibraryId = Annotated[int, Path(ge=1, lt=2**31, description="Id of a library.")]
_CANDIDATE = AliasChoices("candidate_id", "candidateId", "current_candidate_id", "currentCandidateId")
_ASSET_TYPE = AliasChoices("asset_type", "assetType")


class PictureChoiceBody(Body):
    """A picture of a title."""

    candidate_id: Annotated[Number, Field(validation_alias=_CANDIDATE, description="Also as `candidateId`.")]
    asset_type: Annotated[
        Text | None, Field(validation_alias=_ASSET_TYPE, description="Its kind, to be sure; also as `assetType`.")
    ] = None


class PictureRejectionBody(PictureChoiceBody):
    """A picture of a title, and why it is rejected."""

    reason: Text = ""


class PictureSearchBody(Body):
    """The providers to search."""

    providers: Annotated[tuple[Text, ...], Field(max_length=20, description="Their ids; default: all.")] = ()
    asset_type: Annotated[
        Text | None, Field(validation_alias=_ASSET_TYPE, description="Accepted; every kind is searched.")
    ] = None


class PictureRuleBody(Body):
    """Films and series, and what is selected for them."""

    ids: Annotated[list[Number], Distinct, Field(min_length=1, max_length=100_000, description="Ids of titles.")]
    asset_type: Annotated[Text, Field(validation_alias=_ASSET_TYPE)] = "poster"
    language: Annotated[Text, Field(description="Two letters, or `none` for pictures without text.")] = ""
    provider: Annotated[Text, Field(description="Its id, or `local` for pictures in the folders.")] = ""
    dry_run: Annotated[bool, Field(description="Return the preview; nothing changes.")] = False


class PictureConfigBody(Body):
    """The rule of a library for a kind of picture; what is absent keeps its value."""

    min_count: int | None = None
    max_count: int | None = None
    min_width: int | None = None
    min_height: int | None = None
    prefer_language: Text | None = None
    weight_resolution: float | None = None
    weight_votes: float | None = None
    weight_language: float | None = None
    weight_provider: float | None = None
    phash_similarity_threshold: float | None = None
    provider_priority: list[Text] | None = None


@router.get(f"{_ASSETS}/candidates", response_model=AssetPage)
def title_candidates(
    library: Open,
    kind: Kind,
    title_id: TitleId,
    asset_type: Annotated[Text, Query(description="poster, backdrop (or fanart), logo, …; default: all.")] = "",
    assetType: Annotated[Text, Query(description="The same as `asset_type`.")] = "",  # noqa: N803 - of the first documents
) -> Json:
    """Return the pictures that are offered for a title, with their scores: of each kind the best first."""
    wanted = asset_type or assetType or None
    return Json(library.picture_selection.candidates(_ENTITY_TYPES[kind], title_id, wanted))


@router.get(f"{_ASSETS}/slots", response_model=list[SlotSummary])
def title_slots(library: Open, kind: Kind, title_id: TitleId) -> Json:
    """Return how many pictures of each kind are offered for a title, and which one is selected."""
    return Json(library.picture_selection.slots(_ENTITY_TYPES[kind], title_id))


@router.post(f"{_ASSETS}/select", response_model=PictureDecision)
def select_picture(library: Open, kind: Kind, title_id: TitleId, body: PictureChoiceBody) -> Json:
    """Select a picture for a title: it stays selected after any look-up."""
    return Json(library.picture_selection.select_candidate(body.candidate_id, _of(kind, title_id, body)))


@router.post(f"{_ASSETS}/reject", response_model=PictureDecision)
def reject_picture(library: Open, kind: Kind, title_id: TitleId, body: PictureRejectionBody) -> Json:
    """Reject a picture: it is never selected by a rule again."""
    of = _of(kind, title_id, body)
    return Json(library.picture_selection.reject_candidate(body.candidate_id, body.reason, of))


@router.post(f"{_ASSETS}/reselect", response_model=PictureDecision)
def reselect_picture(library: Open, kind: Kind, title_id: TitleId, body: PictureRejectionBody) -> Json:
    """Reject the present picture, and let the rule select another one."""
    of = _of(kind, title_id, body)
    return Json(library.picture_selection.reselect_asset(body.candidate_id, body.reason, of))


@router.post(f"{_ASSETS}/restore", response_model=PictureDecision)
def restore_picture(library: Open, kind: Kind, title_id: TitleId, body: PictureChoiceBody) -> Json:
    """Offer a rejected picture again."""
    return Json(library.picture_selection.take_back_rejection(body.candidate_id, _of(kind, title_id, body)))


@router.post(f"{_ASSETS}/release", response_model=PictureDecision)
def release_picture(library: Open, kind: Kind, title_id: TitleId, body: PictureChoiceBody) -> Json:
    """Leave the kind of a picture to the rule, where a person selected one."""
    return Json(library.picture_selection.release(body.candidate_id, _of(kind, title_id, body)))


@router.post(f"{_ASSETS}/search", response_model=list[PictureSearchResult])
def search_pictures(library: Open, kind: Kind, title_id: TitleId, body: PictureSearchBody) -> Json:
    """Get the pictures that providers offer for a title; the answer of each provider is one result."""
    return Json(library.picture_search.search(_ENTITY_TYPES[kind], title_id, body.providers))


@router.post("/assets/select", response_model=PictureDecision | SelectionPreview)
def select_pictures(library: Open, body: PictureRuleBody) -> Json:
    """Select pictures of many films and series by a rule, as one step; with `dry_run`, return what would change."""
    rule = SelectionRule(asset_type=body.asset_type, language=body.language, provider=body.provider)
    if body.dry_run:
        return Json(library.picture_selection.preview(body.ids, rule))
    return Json(library.picture_selection.apply(body.ids, rule))


@router.get("/artwork/cache", response_model=CacheUsage)
def cache_usage(library: Open) -> Json:
    """Return how much the originals in the cache take, how many of them stay, and what could be removed."""
    return Json(library.artwork.cache_usage())


@router.get("/libraries/{library_id}/artwork/{asset_type}", response_model=AssetSelectionConfig)
def selection_config(library: Open, library_id: LibraryId, asset_type: Text) -> Json:
    """Return the rule by which a library selects pictures of a kind."""
    return Json(library.picture_selection.config(library_id, asset_type))


@router.put("/libraries/{library_id}/artwork/{asset_type}", response_model=AssetSelectionConfig)
def set_selection_config(library: Open, library_id: LibraryId, asset_type: Text, body: PictureConfigBody) -> Json:
    """Change the rule by which a library selects pictures of a kind; the selection of its titles follows."""
    changes = body.model_dump(exclude_unset=True)
    return Json(library.picture_selection.change_config(library_id, asset_type, changes))


def _of(kind: Kind, title_id: int, body: PictureChoiceBody) -> PictureSlot:
    return PictureSlot(_ENTITY_TYPES[kind], title_id, body.asset_type or "")
