"""The section of privacy on the settings page: what is sent, the state of each provider, and all requests that left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from dashboards.components import paging
from indexium_core.model import wording
from indexium_core.model.providers.traffic import ProviderRequest, ProviderStatus, RequestPage

__all__ = ["PER_PAGE", "RequestFilter", "no_filter", "read_filter", "view"]

PER_PAGE = 20
SENT = (
    "title and year of a film or series, as its files and folders name it",
    "whether it is a film or a series, numbers of seasons",
    "ids of providers, such as tt0017136",
    "your language and country for titles, from the settings",
    "your key, to its provider only",
)
NEVER = (
    "videos and photos, and pictures of them",
    "paths and names of files",
    "people, comments, ratings and all other values of files",
    "anything about libraries of home videos",
)
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


class RequestFilter(TypedDict):
    """Which requests the list shows."""

    text: str
    provider: str
    failed: bool
    page: int


def no_filter() -> RequestFilter:
    """Return the filter that shows all requests."""
    return {"text": "", "provider": "", "failed": False, "page": 1}


def read_filter(message: Mapping[str, Any]) -> RequestFilter:
    """Return the filter of a message of the page."""
    return {
        "text": str(message["text"])[:200],
        "provider": str(message["provider"])[:40],
        "failed": bool(message["failed"]),
        "page": max(1, int(message["page"])),
    }


def view(providers: Sequence[ProviderStatus], page: RequestPage, wanted: RequestFilter) -> dict[str, Any]:
    """Return the section."""
    names = {each.provider: each.name for each in providers}
    is_filtered = bool(wanted["text"] or wanted["provider"] or wanted["failed"])
    chosen = [{"value": name, "label": _provider(name, names)} for name in page.providers]
    place = paging.place(page.page, page.per_page, shown=len(page.items), total=page.total)
    return {
        "sent": list(SENT),
        "never": list(NEVER),
        "providers": [_status(each) for each in providers],
        "requests": {
            "rows": [_request(each, names) for each in page.items],
            "total": page.total,
            **place,
            "range": place["range"] if page.total else "",
            "filter": dict(wanted) | {"page": page.page},
            "choices": [{"value": "", "label": "All providers"}, *chosen],
            "empty": "No request matches the filter." if is_filtered else "No request has left this machine.",
            "is_empty": not page.total and not is_filtered,
        },
    }


def _status(each: ProviderStatus) -> dict[str, str]:
    level, state = ("safe", "on") if each.is_on else ("note", "off")
    if each.needs_action:
        level, state = "warning", "needs attention"
    limit = f" of {wording.count(each.requests_per_day)}" if each.requests_per_day else ""
    count = f"{wording.count(each.requests_today)}{limit} in 24 hours"
    return {"name": each.name, "level": level, "state": state, "reason": each.reason, "count": count}


def _provider(name: str, names: Mapping[str, str]) -> str:
    known = names.get(name.removesuffix(_PICTURES), name)
    return f"{known} pictures" if name.endswith(_PICTURES) else known


def _request(each: ProviderRequest, names: Mapping[str, str]) -> dict[str, Any]:
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
        "provider": _provider(each.provider, names),
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
