"""fanart.tv, version 3.2 of its API: https://fanart.tv/api-docs. It has pictures only; all its values are texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from indexium_core import errors
from indexium_core.model.artwork.addresses import secure_address
from indexium_core.model.lookups.records import ImageCandidate, ImageKind
from indexium_core.model.providers.descriptor import TitleKind
from indexium_core.sources import normalise
from indexium_core.sources.client import Credentials
from indexium_core.sources.provider import Provider, ProviderAccess

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


class FanartTv(Provider):
    """Returns the pictures of films by TMDB or IMDb id, and of series by TVDB id."""

    def __init__(self, access: ProviderAccess) -> None:
        self._own, self._setting = access.descriptor, access.setting
        self.client = access.client(
            lambda: Credentials(
                headers=access.with_key("api-key", "fanarttv_api_key")
                | access.with_key("client-key", "fanarttv_client_key")
            ),
            interpret,
        )

    def images(self, ids: Mapping[str, str], kind: TitleKind) -> list[ImageCandidate]:
        """Return the pictures of a title, those with most likes first."""
        external_id = next((ids[name] for name in self._own.kinds_of(kind) if ids.get(name)), "")
        if not external_id:
            return []
        data = self.client.get(f"/{'tv' if kind == 'tv' else 'movies'}/{external_id}", {}) or {}
        found = [
            image
            for key, image_kind in _KINDS.items()
            for row in normalise.rows(data, key)
            if (image := self._image(row, image_kind)) is not None
        ]
        return sorted(found, key=lambda each: -each.votes)

    def _image(self, row: Mapping[str, Any], kind: ImageKind) -> ImageCandidate | None:
        url = secure_address(normalise.text(row, "url"), self._setting("fanarttv_url"))
        if not url:
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
            preview_url=url.replace("/fanart/", "/preview/", 1) if "/fanart/" in url else "",
        )
