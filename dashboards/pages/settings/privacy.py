"""The section of privacy on the settings page: what is sent, the state of each provider, and all requests that left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from dashboards.components import paging
from dashboards.components.title_text import request_row, without_command
from indexium_core.model import wording
from indexium_core.model.lookups.traffic import ProviderStatus, RequestPage, request_label
from indexium_core.model.providers.descriptor import KeyState, KeyTest
from indexium_core.model.providers.registry import PROVIDERS

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
    "anything about home videos, and names that may be those of home videos",
)


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


def view(
    providers: Sequence[ProviderStatus],
    page: RequestPage,
    wanted: RequestFilter,
    *,
    keys: Sequence[KeyState] = (),
    tests: Mapping[str, KeyTest] | None = None,
    kept: int = 0,
) -> dict[str, Any]:
    """
    Return the section.

    `tests` has the last test of the key of each provider in this session. `kept` names are kept back.
    """
    is_filtered = bool(wanted["text"] or wanted["provider"] or wanted["failed"])
    chosen = [{"value": name, "label": request_label(name)} for name in page.providers]
    place = paging.place(page.page, page.per_page, shown=len(page.items), total=page.total)
    return {
        "sent": list(SENT),
        "never": list(NEVER),
        "kept": wording.kept_back(kept) if kept else "",
        "providers": [_status(each) | _keys(each, keys, (tests or {}).get(each.provider)) for each in providers],
        "requests": {
            "rows": [request_row(each) for each in page.items],
            "total": page.total,
            **place,
            "filter": dict(wanted) | {"page": page.page},
            "choices": [{"value": "", "label": "All providers"}, *chosen],
            "empty": "No request matches the filter." if is_filtered else "No request has left this machine.",
            "is_empty": not page.total and not is_filtered,
        },
    }


def _keys(status: ProviderStatus, keys: Sequence[KeyState], test: KeyTest | None) -> dict[str, Any]:
    """Return the keys of a provider, without the keys themselves."""
    return {
        "id": status.provider,
        "keys": [
            {"name": each.name, "label": each.label, "origin": each.origin}
            for each in keys
            if each.provider == status.provider
        ],
        "leaves": f"The key goes to {status.name} only. A test sends {PROVIDERS[status.provider].check.about}; "
        "searches send titles, years and ids of films and series, and nothing about home videos.",
        "test": test and {"text": test.message, "level": "safe" if test.accepted else "warning"},
    }


def _status(each: ProviderStatus) -> dict[str, str]:
    level, state = ("safe", "on") if each.is_on else ("note", "off")
    if each.needs_action:
        level, state = "warning", "needs attention"
    if each.state == "paused":
        state = "paused"
    limit = f" of {wording.count(each.requests_per_day)}" if each.requests_per_day else ""
    count = f"{wording.count(each.requests_today)}{limit} in 24 hours"
    return {
        "name": each.name,
        "level": level,
        "state": state,
        "reason": without_command(each.reason),
        "count": count,
    }
