"""Requests to providers and the state of each provider, as people read them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from indexium_core.model.lookups.traffic import ProviderRequest, ProviderStatus, RequestPage

AT = dt.datetime(2026, 3, 4, 12, 30, 5, tzinfo=dt.UTC)


def request(**changes: Any) -> ProviderRequest:
    facts: dict[str, Any] = {
        "at": AT, "provider": "tmdb", "route": "/search/movie", "parameters": {"query": "Ring", "language": "en"},
        "status": 200, "seconds": 0.314, "bytes": 2100,
    }  # fmt: skip
    return ProviderRequest(id=1, **facts | changes)


def status(reason: str) -> ProviderStatus:
    return ProviderStatus(
        provider="omdb", name="OMDb", is_on=False, state="off", next_try=None, reason=reason, needs_action=False,
        url="", requests_today=7, requests_per_day=1000,
    )  # fmt: skip


def test_request_shows_what_was_sent() -> None:
    shown = request()
    assert (shown.sent, shown.technical) == ([("query", "Ring")], "language=en")
    local = AT.astimezone()
    assert f"{shown.day} {shown.time}" == f"{local:%Y-%m-%d %H:%M:%S}"


def test_request_shows_its_answer() -> None:
    requests = [
        request(),
        request(status=404, bytes=None),
        request(status=429, seconds=None, bytes=None),
        request(status=None, seconds=None, bytes=None),
    ]
    assert [(each.answer, each.is_good) for each in requests] == [
        ("200 · 2.1 KB · 0.31 s", True),
        ("not found (404) · 0.31 s", True),
        ("too many requests (429)", False),
        ("no answer", False),
    ]


def test_downloads_of_pictures_have_a_name_of_their_own() -> None:
    assert request(provider="tmdb_images").label == "TMDB pictures"
    page = RequestPage(items=[], total=0, page=1, per_page=20, providers=["tmdb", "tmdb_images"])
    assert page.labels == {"tmdb": "TMDB", "tmdb_images": "TMDB pictures"}


def test_provider_says_what_to_do_in_a_page() -> None:
    shown = status("There is no key. Enter it in the settings, or run: indexium providers set-key omdb_api_key.")
    assert shown.plain_reason == "There is no key. Enter it in the settings."
    assert shown.leaves.startswith("The key goes to OMDb only. A test sends ")
