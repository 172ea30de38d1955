"""Words about films, series and requests to providers that several pages show."""

from __future__ import annotations

import re
from collections.abc import Mapping

from dashboards.components.view_types import ProviderRequestView
from indexium_core.model import wording
from indexium_core.model.lookups.traffic import ProviderRequest
from indexium_core.model.names.title_guess import LIBRARY_KINDS
from indexium_core.model.providers.registry import label_of

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


def initials(title: str) -> str:
    """Return at most two letters for a poster that is not there."""
    words = [word for word in title.split() if word[0].isalnum()]
    main = [word for word in words if word.lower() not in ("the", "a", "an", "of", "and")] or words
    return "".join(word[0].upper() for word in main[:2]) or "?"


def kind_choices() -> list[dict[str, str]]:
    """Return the kinds of a folder, for a list of choices."""
    return [{"value": kind, "label": text[0].upper() + text[1:]} for kind, text in LIBRARY_KINDS.items()]


def provider_label(name: str) -> str:
    """Return the name of a provider for people, also of its pictures (`tmdb_images`)."""
    own = name.removesuffix(_PICTURES)
    known = label_of(own)
    return f"{known} pictures" if name.endswith(_PICTURES) else known


def without_command(reason: str) -> str:
    """Return why a provider is off, without the command: a page has a button instead."""
    return re.sub(r", or (run|start it): [^.]*\.", ".", reason)


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
