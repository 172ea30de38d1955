"""Series, seasons and episodes in players: one refresh for each item, numbers of a file with several episodes."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexium_core.demo.players import JellyfinStandIn, KodiStandIn
from indexium_core.demo.players.kodi import LOGIN
from indexium_core.demo.players.server import KEY, StandInServer
from indexium_core.library import Library
from indexium_core.model.connections import player_connection
from indexium_core.model.publishing.requests import PublicationFilter, PublicationSelection
from tests.integration.players.conftest import settle

SHOW = "Shows/Harbour Lights"
EPISODES = {  # season and numbers of each file
    f"{SHOW}/Season 1/Harbour Lights - S01E01.mp4": (1, (1,)),
    f"{SHOW}/Season 1/Harbour Lights - S01E02-E03.mp4": (1, (2, 3)),
    f"{SHOW}/Season 2/Harbour Lights - S02E01.mp4": (2, (1,)),
}
SERIES = PublicationSelection(filter=PublicationFilter(query="Harbour"))


def learn(player: StandInServer, folder: Path) -> None:
    player.learn(folder / SHOW, "series")
    for name, (season, numbers) in EPISODES.items():
        for number in numbers:
            player.learn(folder / name, "episode", season=season, episode=number, series=str(folder / SHOW))


def publish_series(library: Library) -> None:
    assert set(library.publications.start(SERIES).wait().counts) == {"success"}
    settle(library)


@pytest.fixture(autouse=True)
def _no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in ("kodi", "jellyfin"):
        monkeypatch.setitem(player_connection._READ_AFTER, kind, 0)


@pytest.mark.parametrize("most", [0, 50])
def test_kodi_refreshes_each_item_once_and_shows_the_series(
    library: Library, folder: Path, kodi: KodiStandIn, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    learn(kodi, folder)
    kodi.at(folder / f"{SHOW}/Season 1/Harbour Lights - S01E02-E03.mp4", 3).watched["playcount"] = 2
    player = library.players.add("kodi", kodi.url, key=LOGIN)
    publish_series(library)

    assert kodi.calls.count("VideoLibrary.RefreshTVShow") == 1
    assert kodi.calls.count("VideoLibrary.RefreshEpisode") == 4
    assert kodi.scans == []
    assert kodi.at(folder / f"{SHOW}/Season 1/Harbour Lights - S01E02-E03.mp4", 3).watched["playcount"] == 2
    monkeypatch.setattr("indexium_core.sources.players.kodi._MANY", most)
    found = library.players.read_back(player.id)
    states = {(each.entity_type, each.name): (each.state, each.reasons) for each in found}
    assert sorted(kind for kind, _ in states) == ["episode"] * len(
        [each for each in found if each.entity_type == "episode"]
    ) + ["season", "season", "series"]
    assert {state for state, _ in states.values()} == {"seen"}, states


def test_jellyfin_gets_media_files_of_a_series_and_never_its_folders(
    library: Library, folder: Path, jellyfin: JellyfinStandIn
) -> None:
    learn(jellyfin, folder)
    library.players.add("jellyfin", jellyfin.url, key=KEY)
    publish_series(library)
    [batch] = [each.body["Updates"] for each in jellyfin.requests if each.route == "/Library/Media/Updated"]
    assert {each["Path"] for each in batch} == {str(folder / name) for name in EPISODES}
    assert jellyfin.whole_scans == []
    refreshed = [each for each in jellyfin.routes("POST") if each.endswith("/Refresh")]
    assert len(refreshed) == len(set(refreshed)) >= 4
