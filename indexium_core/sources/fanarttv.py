"""fanart.tv, version 3.2 of its API: https://fanart.tv/api-docs. It has pictures only; all its values are texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from indexium_core import errors
from indexium_core.model.matches.candidates import Candidate, ContentType, SearchQuery
from indexium_core.model.providers.external_ids import ExternalId
from indexium_core.model.providers.records import ImageCandidate, ImageKind, ProviderRecord, SeasonRecord
from indexium_core.sources import normalise
from indexium_core.sources.client import ProviderClient
from indexium_core.sources.provider import TitleKind

_KINDS: Mapping[str, ImageKind] = {
    "movieposter": "poster",
    "hdmovielogo": "logo",
    "movielogo": "logo",
    "hdmovieclearart": "clearart",
    "movieart": "clearart",
    "moviebackground": "backdrop",
    "movie4kbackground": "backdrop",
    "moviebanner": "banner",
    "moviethumb": "thumb",
    "moviedisc": "disc",
    "tvposter": "poster",
    "hdtvlogo": "logo",
    "clearlogo": "logo",
    "hdclearart": "clearart",
    "clearart": "clearart",
    "showbackground": "backdrop",
    "show4kbackground": "backdrop",
    "tvbanner": "banner",
    "tvthumb": "thumb",
    "seasonposter": "poster",
    "seasonthumb": "thumb",
    "seasonbanner": "banner",
}


def interpret(status: int, data: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the data of an answer; None if there is no picture. Raises ProviderError for any other error."""
    if data.get("status") == "error":
        message = normalise.text(data, "error message").casefold()
        if "not found" in message or status == 404:
            return None
        reason = "provider_key" if "key" in message or status in {401, 403} else "provider_bad_answer"
        raise errors.ProviderError("fanart.tv gives no usable answer: it reports an error.", code=reason)
    return None if status == 404 else data


class FanartTv:
    """Returns the pictures of films by TMDB or IMDb id, and of series by TVDB id."""

    def __init__(self, client: ProviderClient) -> None:
        self.client = client

    def search(self, query: SearchQuery, *, strict: bool) -> list[Candidate]:
        """Return nothing: there is no search for titles."""
        del query, strict
        return []

    def more(self, query: SearchQuery) -> list[Candidate]:
        """Return nothing: it has pictures only."""
        del query
        return []

    def find(self, ids: Sequence[ExternalId], kind: ContentType) -> list[Candidate]:
        """Return nothing: there are no titles."""
        del ids, kind
        return []

    def details(self, external_id: str, kind: TitleKind) -> ProviderRecord | None:
        """Return nothing: there are pictures only."""
        del external_id, kind
        return None

    def season(self, external_id: str, number: int) -> SeasonRecord | None:
        """Return nothing: there are pictures only."""
        del external_id, number
        return None

    def images(self, ids: Mapping[str, str], kind: TitleKind) -> list[ImageCandidate]:
        """Return the pictures of a title, those with most likes first."""
        external_id = ids.get("tvdb") if kind == "tv" else ids.get("tmdb") or ids.get("imdb")
        if not external_id:
            return []
        data = self.client.get(f"/{'tv' if kind == 'tv' else 'movies'}/{external_id}", {}) or {}
        found = [
            image
            for key, image_kind in _KINDS.items()
            for row in normalise.rows(data, key)
            if (image := _image(row, image_kind)) is not None
        ]
        return sorted(found, key=lambda each: -each.votes)


def _image(row: Mapping[str, Any], kind: ImageKind) -> ImageCandidate | None:
    url = normalise.text(row, "url")
    url = f"https://{url.removeprefix('http://')}" if url.startswith("http://") else url
    if not url.startswith("https://"):
        return None
    language = normalise.text(row, "lang")
    return ImageCandidate(
        provider="fanarttv",
        kind=kind,
        url=url,
        width=normalise.integer(row, "width"),
        height=normalise.integer(row, "height"),
        language="" if language == "00" else language,
        votes=max(normalise.integer(row, "likes") or 0, 0),
        season=normalise.integer(row, "season"),
    )
