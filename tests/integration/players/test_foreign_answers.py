"""Answers of players, damaged at every key: each call has a usable result, or one sentence."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from indexium_core import errors
from indexium_core.demo.players import JellyfinStandIn, KodiStandIn, PlexStandIn
from indexium_core.demo.players.kodi import LOGIN
from indexium_core.demo.players.server import KEY
from indexium_core.model.connections.player_connection import PlayerConnection, PlayerTitle, TitleShown
from indexium_core.model.connections.watch_states import WatchState, as_document, of_document
from indexium_core.model.publishing.subjects import Entity
from indexium_core.sources.network import HttpAnswer, HttpRequest, Network
from indexium_core.sources.players.catalog import make_client
from indexium_core.sources.players.program import PlayerAbout, PlayerClient
from tests.integration.players.conftest import LANTERN
from tests.support.mutations import mutations

NAMES = tuple(f"'{key}') {how}" for key in ("Name", "title", "Overview", "plot") for how in ("= None", "is missing"))


class Tape:
    """A network that asks a stand-in once, and answers from then on from its memory; one answer can be replaced."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self.known: dict[str, HttpAnswer] = {}
        self.replaced: Mapping[str, Any] = {}

    def send(self, request: HttpRequest) -> HttpRequest:
        return request

    def run(self, request: HttpRequest, timeout: float) -> HttpAnswer:
        where = json.dumps([request.method, request.url, dict(request.parameters), request.body])
        if where in self.replaced:
            return HttpAnswer(status=200, headers={}, body=json.dumps(self.replaced[where]).encode())
        if where not in self.known:
            if self.replaced:  # a damaged answer led to another request
                return HttpAnswer(status=404, headers={}, body=b"")
            self.known[where] = self._network.run(self._network.send(request), timeout)
        return self.known[where]


class Book:
    """Notes nothing."""

    def kept(self, entity: Entity) -> None:
        del entity

    def keep(self, entity: Entity, watch_state: Mapping[str, Any]) -> None:
        del entity, watch_state

    def notified(self, entities: Any) -> None:
        del entities


@pytest.fixture
def network() -> Iterator[Network]:
    made = Network()
    yield made
    made.close()


def started(kind: str, folder: Path) -> Any:
    if kind == "kodi":
        return KodiStandIn(folder / "Films", folder / "Shows")
    return PlexStandIn(folder / "Films") if kind == "plex" else JellyfinStandIn(folder, is_emby=kind == "emby")


def checked(found: Any) -> None:
    """Check that a result has the types that it promises."""
    if isinstance(found, PlayerAbout):
        assert all(isinstance(each, str) for each in (found.version, *found.may, *found.folders))
    elif isinstance(found, dict):
        for each in found.values():
            assert isinstance(each, TitleShown)
            assert all(isinstance(text, str) for text in (each.title, each.plot, *(each.people or ()), *each.locks))
            assert all(isinstance(number, int | None) for number in (each.year, each.poster_bytes))
            assert isinstance(each.poster, str | None)
    elif isinstance(found, list):
        assert of_document(json.loads(json.dumps(as_document(found)))) == found


@pytest.mark.parametrize("kind", ["jellyfin", pytest.param("emby", marks=pytest.mark.further), "kodi", "plex"])
def test_damaged_answers_have_a_result_or_a_sentence(folder: Path, network: Network, kind: str) -> None:
    with started(kind, folder) as running:
        running.learn(folder / LANTERN)
        tape = Tape(network)
        player = PlayerConnection(id=1, name="Sitting room", kind=kind, url=running.url, enabled=True, key_name="")
        key = LOGIN if kind == "kodi" else KEY
        client = make_client(player, key, network=tape, timeout=lambda: 5.0)  # type: ignore[arg-type]
        path = str(folder / LANTERN)
        title = PlayerTitle(entity=Entity("movie", 1), name="The Lantern Keeper", path=path, media=path)
        stored = WatchState(path=path, ids={"tmdb": "1"}, play_count=3, user_rating=4.0, resume_seconds=9.0)
        calls: dict[str, Callable[[PlayerClient], Any]] = {
            "about": lambda each: each.about(),
            "shown": lambda each: each.shown([title]),
            "watched": lambda each: each.watched(),
            "put_watched": lambda each: each.put_watched([stored]),
        }
        if kind != "kodi":  # which would be asked again and again, until it has ended its refresh
            calls["tell"] = lambda each: each.tell([title], Book())
        tried, refused, failed = 0, 0, []
        for name, call in calls.items():
            tape.known, tape.replaced = {}, {}
            assert call(client) or name in {"watched", "put_watched"}
            for where, answer in list(tape.known.items()):
                if not answer.body.strip():
                    continue
                for damage in mutations(json.loads(answer.body)):
                    tape.replaced = {where: damage.value}
                    tried += 1
                    try:
                        checked(call(client))
                    except errors.PlayerError:
                        refused += 1
                        if damage.place.endswith(NAMES) and name == "shown":  # a title may have no name
                            failed.append((name, where, damage.place, "refused"))
                    except Exception as error:  # noqa: BLE001 - each place that fails is named
                        failed.append((name, where, damage.place, repr(error)))
            tape.replaced = {}
    assert failed == []
    assert tried > 300
    assert refused < tried / 2
