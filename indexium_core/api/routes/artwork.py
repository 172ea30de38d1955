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
    headers = {"ETag": f'"{image.version}"', "Cache-Control": "private, max-age=31536000, immutable"}
    return Response(image.data, media_type=image.media_type, headers=headers)
