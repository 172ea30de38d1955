"""The section of privacy: the state of providers, and the requests that left."""

from __future__ import annotations

import datetime as dt
from typing import Any

from dashboards.pages.settings import privacy
from indexium_core.model.lookups.traffic import ProviderRequest, ProviderStatus, RequestPage

AT = dt.datetime(2026, 3, 4, 12, 30, 5, tzinfo=dt.UTC)


def status(provider: str, name: str, **changes: Any) -> ProviderStatus:
    facts: dict[str, Any] = {
        "is_on": True, "state": "on", "next_try": None, "reason": "Ready.", "needs_action": False, "url": "",
        "requests_today": 0, "requests_per_day": None,
    }  # fmt: skip
    return ProviderStatus(provider=provider, name=name, **facts | changes)


def request(number: int, **changes: Any) -> ProviderRequest:
    facts: dict[str, Any] = {
        "at": AT, "provider": "tmdb", "route": "/search/movie", "parameters": {"query": "Ring", "language": "en"},
        "status": 200, "seconds": 0.314, "bytes": 2100,
    }  # fmt: skip
    return ProviderRequest(id=number, **facts | changes)


PROVIDERS = (
    status("tmdb", "TMDB"),
    status(
        "omdb", "OMDb", is_on=False, state="off", reason="There is no key.", requests_today=7, requests_per_day=1000
    ),
    status("tvdb", "TVDB", is_on=False, state="off", needs_action=True, reason="The key is rejected."),
    status(
        "fanarttv", "fanart.tv", is_on=False, state="paused", next_try=AT, needs_action=True, reason="It is paused."
    ),
)


def listed(*rows: ProviderRequest, total: int = 0, **filtered: Any) -> dict[str, Any]:
    page = RequestPage(items=list(rows), total=total or len(rows), page=1, per_page=20, providers=["tmdb"])
    return privacy.view(PROVIDERS, page, {**privacy.no_filter(), **filtered})  # type: ignore[typeddict-item]


def test_state_of_each_provider_has_its_remedy() -> None:
    assert [(each["name"], each["state"], each["level"]) for each in listed()["providers"]] == [
        ("TMDB", "on", "safe"),
        ("OMDb", "off", "note"),
        ("TVDB", "needs attention", "warning"),
        ("fanart.tv", "paused", "warning"),
    ]
    assert listed()["providers"][1]["count"] == "7 of 1,000 in 24 hours"
    assert listed()["providers"][2]["reason"] == "The key is rejected."


def test_request_shows_what_was_sent_and_the_answer() -> None:
    rows = listed(
        request(4),
        request(3, status=404, bytes=None),
        request(2, status=429, seconds=None, bytes=None),
        request(1, provider="tmdb_images", status=None, seconds=None, bytes=None, parameters={}),
    )["requests"]["rows"]
    assert (rows[0]["sent"], rows[0]["technical"]) == ([["query", "Ring"]], "language=en")
    assert [(each["answer"], each["level"]) for each in rows] == [
        ("200 · 2.1 KB · 0.31 s", ""),
        ("not found (404) · 0.31 s", ""),
        ("too many requests (429)", "bad"),
        ("no answer", "bad"),
    ]
    assert [each["provider"] for each in rows] == ["TMDB", "TMDB", "TMDB", "TMDB pictures"]


def test_list_says_whether_a_filter_hides_requests() -> None:
    assert listed()["requests"]["empty"] == "No request has left this machine."
    assert listed()["requests"]["is_empty"]
    assert listed(text="ring")["requests"]["empty"] == "No request matches the filter."
    assert not listed(failed=True)["requests"]["is_empty"]
    many = listed(*map(request, range(20, 0, -1)), total=45)["requests"]
    assert (many["range"], many["page"], many["pages"]) == ("1–20 of 45", 1, 3)


def test_filter_of_message_is_limited() -> None:
    message = {"text": "x" * 500, "provider": "tmdb", "failed": True, "page": -3}
    assert privacy.read_filter(message) == {"text": "x" * 200, "provider": "tmdb", "failed": True, "page": 1}
