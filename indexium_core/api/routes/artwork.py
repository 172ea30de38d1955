"""Routes of the pictures of films and series."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel
from starlette.responses import Response

from indexium_core import errors
from indexium_core.api.answers import Json
from indexium_core.api.context import Number, Open, Text
from indexium_core.model.artwork.assets import AssetCandidate, CachedImage

router = APIRouter(prefix="/api", tags=["artwork"])

Hash = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="BLAKE3 hash of an image, in hex.")]


CandidateId = Annotated[Number, Path(description="Id of a candidate.")]
_SHORTLY = "private, max-age=60"  # a local picture may change


class AssetPage(BaseModel):
    """The pictures that are offered for a title."""

    items: list[AssetCandidate]
    total: int
    page: int
    per_page: int


@router.get("/assets/candidates", response_model=AssetPage)
def asset_candidates(
    library: Open,
    entity_type: Annotated[Text, Query(description="movie, series, season or episode.")],
    entity_id: Annotated[Number, Query(description="Id of the title.")],
    asset_type: Annotated[Text, Query(description="poster, backdrop, logo, …; default: all.")] = "",
) -> Json:
    """Return the pictures that providers and folders offer for a title: of each kind the best first."""
    rows = library.artwork.candidates(entity_type, entity_id, asset_type or None)
    return Json({"items": rows, "total": len(rows), "page": 1, "per_page": len(rows)})


@router.get("/assets/candidates/{candidate_id}/preview", response_class=Response)
def candidate_preview(library: Open, candidate_id: CandidateId) -> Response:
    """
    Return a small picture of a candidate: whole, at most 400 × 600 pixels if it is upright, otherwise 780 × 440.

    It is a JPEG, or a WebP image if it has transparent pixels.
    """
    pictures = library.artwork.pictures
    image = pictures.preview(candidate_id)
    if image is None:
        raise errors.UnknownIdError(pictures.reason_without)
    return _answer(image, _SHORTLY)


@router.get("/assets/candidates/{candidate_id}/original", response_class=Response)
def candidate_original(library: Open, candidate_id: CandidateId) -> Response:
    """Return the original of a candidate, which is stored in the cache."""
    return _answer(library.artwork.pictures.original(candidate_id), _SHORTLY)


@router.get("/cache/{content_hash}", response_class=Response)
def cached_image(library: Open, content_hash: Hash) -> Response:
    """Return an image of the cache by its hash."""
    return _image(library.artwork.cache.retrieve_asset(content_hash), content_hash)


@router.get("/cache/{content_hash}/thumbnail", response_class=Response)
def cached_thumbnail(library: Open, content_hash: Hash) -> Response:
    """Return an image of the cache as a JPEG: 400 × 600 if it is upright, otherwise 780 × 440."""
    return _image(library.artwork.cache.thumbnail(content_hash), content_hash)


def _image(image: CachedImage | None, content_hash: str) -> Response:
    if image is None:
        raise errors.UnknownIdError(f"The cache has no image {content_hash}.")
    return _answer(image, "private, max-age=31536000, immutable")


def _answer(image: CachedImage, cache_control: str) -> Response:
    headers = {"ETag": f'"{image.version}"', "Cache-Control": cache_control}
    return Response(image.data, media_type=image.media_type, headers=headers)
