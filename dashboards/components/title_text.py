"""Words about films, series and requests to providers that several pages show."""

from __future__ import annotations

from collections.abc import Mapping

from dashboards.components.view_types import ProviderRequestView
from indexium_core.model import wording
from indexium_core.model.lookups.traffic import ProviderRequest
from indexium_core.model.names.title_guess import LIBRARY_KINDS
from indexium_core.model.providers.registry import label_of

ORIGINS: Mapping[str, str] = {
    "hand": "by hand",
    "nfo": "NFO file",
    "provider": "provider",
    "tag": "container tag",
    "sender": "event of a sender",
    "name": "name of file or folder",
    "measured": "measured",
}
# Parameters that say nothing about the library of the user.
TECHNICAL = (
    "append_to_response",
    "include_adult",
    "include_image_language",
    "language",
    "meta",
    "page",
    "plot",
    "region",
)
_PICTURES = "_images"  # the end of the names under which downloads of pictures are listed
_NOT_FOUND = 404
_ANSWERS: Mapping[int, str] = {304: "unchanged", _NOT_FOUND: "not found", 401: "key rejected", 429: "too many requests"}


initials = wording.initials
without_command = wording.without_command


def kind_choices() -> list[dict[str, str]]:
    """Return the kinds of a folder, for a list of choices."""
    return [{"value": kind, "label": text[0].upper() + text[1:]} for kind, text in LIBRARY_KINDS.items()]


def provider_label(name: str) -> str:
    """Return the name of a provider for people, also of its pictures (`tmdb_images`)."""
    own = name.removesuffix(_PICTURES)
    known = label_of(own)
    return f"{known} pictures" if name.endswith(_PICTURES) else known


def request_row(each: ProviderRequest) -> ProviderRequestView:
    """Return one row of a list of requests."""
    moment = each.at.astimezone()
    is_good = each.status is not None and (each.status < 400 or each.status == _NOT_FOUND)
    facts = [
        _answer(each.status),
        wording.size(each.bytes) if each.bytes else "",
        f"{each.seconds:.2f} s" if each.seconds is not None else "",
    ]
    return {
        "id": each.id,
        "day": f"{moment:%Y-%m-%d}",
        "time": f"{moment:%H:%M:%S}",
        "provider": provider_label(each.provider),
        "route": each.route,
        "sent": [[name, text] for name, text in each.parameters.items() if name not in TECHNICAL],
        "technical": ", ".join(f"{name}={text}" for name, text in each.parameters.items() if name in TECHNICAL),
        "answer": " · ".join(filter(None, facts)),
        "level": "" if is_good else "bad",
    }


def _answer(status: int | None) -> str:
    if status is None:
        return "no answer"
    return f"{_ANSWERS[status]} ({status})" if status in _ANSWERS else str(status)
