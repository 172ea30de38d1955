"""Answers of providers, damaged at every key: each call has a usable result, or one sentence."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

import pytest

from indexium_core import errors
from indexium_core.model import shapes
from indexium_core.model.lookups.candidates import SearchQuery
from indexium_core.model.providers.external_ids import ExternalId
from indexium_core.sources.provider import Provider
from tests.support.mutations import mutations
from tests.support.providers import Setup, provider_setup

FILM = SearchQuery("The Lantern Keeper", 2014, "movie")
IDS = {"tmdb": "9000001", "imdb": "tt99000001", "tvdb": "8000001"}
SHOWS = {"tmdb": "9000004", "omdb": "tt99000004", "tvdb": "8000004"}
OF = {"tmdb": "tmdb", "omdb": "imdb", "tvdb": "tvdb", "fanarttv": "tmdb"}


@pytest.fixture
def setup(home: Path) -> Iterator[Setup]:
    with provider_setup(home) as made:
        yield made


def calls(name: str) -> dict[str, Callable[[Provider], Any]]:
    own = IDS[OF[name]]
    if name == "fanarttv":
        return {"images": lambda each: each.images(IDS, "movie")}
    return {
        "search": lambda each: each.search(FILM, strict=True),
        "more": lambda each: each.more(SearchQuery("The Lantern Keeper", None, "movie")),
        "find": lambda each: each.find([ExternalId("imdb", IDS["imdb"])], "movie"),
        "details": lambda each: each.details(own, "movie"),
        "series": lambda each: each.details(SHOWS.get(name, own), "tv"),
        "season": lambda each: each.season(SHOWS.get(name, own), 1),
    }


@pytest.mark.parametrize("name", ["tmdb", "omdb", "tvdb", "fanarttv"])
def test_damaged_answers_have_a_result_or_a_sentence(setup: Setup, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    provider = setup.providers[name]
    known: dict[str, Any] = {}
    replaced: dict[str, Any] = {}
    ask = provider.client.get

    def get(route: str, parameters: Any, *rest: Any, **named: Any) -> Any:
        where = json.dumps([route, dict(parameters)])
        if where in replaced:
            return copy.deepcopy(replaced[where])
        if where not in known:
            if replaced:  # a damaged answer led to another request
                return None
            known[where] = ask(route, parameters, *rest, **named)
        return copy.deepcopy(known[where])

    monkeypatch.setattr(provider.client, "get", get)
    tried, failed = 0, []
    for call_name, call in calls(name).items():
        known.clear()
        replaced.clear()
        call(provider)
        for where, answer in list(known.items()):
            for damage in mutations(answer) if isinstance(answer, dict) else ():
                if not isinstance(damage.value, dict):
                    continue  # the client itself refuses an answer that is no object
                replaced.clear()
                replaced[where] = damage.value
                tried += 1
                try:
                    found = call(provider)
                    json.dumps(asdict(found) if is_dataclass(found) else found, default=shapes.plain)  # type: ignore[call-overload]
                except errors.ProviderError:
                    pass
                except Exception as error:  # noqa: BLE001 - each place that fails is named
                    failed.append((call_name, damage.place, repr(error)))
        replaced.clear()
    assert failed == []
    assert tried > (20 if name == "fanarttv" else 300)
