"""Players are read back: seen, not yet, or another value, with the reason of the player's rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from indexium_core import errors
from indexium_core.demo.players import JellyfinStandIn, KodiStandIn, PlexStandIn
from indexium_core.demo.players.kodi import LOGIN
from indexium_core.demo.players.server import KEY
from indexium_core.library import Library
from indexium_core.model.connections import player_connection
from indexium_core.model.connections.player_connection import PlayerReading
from tests.integration.players.conftest import LANTERN, TRAM, publish
from tests.support.published_home import HOME, picture, select_picture
from tests.support.waiting import until


def read(library: Library, player_id: int, film: int) -> PlayerReading:
    [found] = library.players.read_back(player_id, "movie", film)
    return found


@pytest.fixture
def film(ids: dict[str, int]) -> int:
    return ids["The Lantern Keeper"]


def test_known_title_is_seen_and_an_unknown_one_is_not_yet(
    library: Library, folder: Path, jellyfin: JellyfinStandIn, ids: dict[str, int], film: int
) -> None:
    jellyfin.learn(folder / LANTERN)
    player = library.players.add("jellyfin", jellyfin.url, key=KEY)
    publish(library, film, ids["Night Tram"])
    del jellyfin.library[str(folder / TRAM), None]

    found = {each.name: each for each in library.players.read_back(player.id)}
    assert {name: (each.state, each.reasons) for name, each in found.items()} == {
        "The Lantern Keeper (2014)": ("seen", []),
        "Night Tram (2009)": ("not_yet", ["Jellyfin does not have it yet.", "Jellyfin was told just now."]),
    }
    page = library.players.reads(player.id)
    assert (page.counts, [each.state for each in page.items]) == (
        {"seen": 1, "not_yet": 1, "differs": 0},
        ["not_yet", "seen"],
    )
    assert [each.name for each in library.players.reads(player.id, "seen").items] == ["The Lantern Keeper (2014)"]
    shown = library.players.get(player.id)
    assert (shown.seen, shown.not_yet, shown.differs, shown.version) == (1, 1, 0, "10.10.7")


def test_title_that_is_locked_in_jellyfin_differs_with_the_reason(
    tmp_path: Path, folder: Path, jellyfin: JellyfinStandIn
) -> None:
    moment = [datetime(2026, 3, 1, 12, tzinfo=UTC)]
    with HOME.open(tmp_path / "home", folder, clock=lambda: moment[0]) as library:
        [found] = library.inventory.list()
        library.publications.set_options(found.library_id, publish="both")
        film = next(each.id for each in library.titles.list().items if each.title == "The Lantern Keeper")
        jellyfin.learn(folder / LANTERN)
        jellyfin.locked.add(str(folder / LANTERN))
        player = library.players.add("jellyfin", jellyfin.url, key=KEY)
        publish(library, film)
        assert read(library, player.id, film).state == "not_yet"
        assert library.players.differing() == []

        moment[0] += timedelta(seconds=120)
        reading = read(library, player.id, film)
        assert library.players.differing() == [reading]
        library.players.change(player.id, enabled=False)
        assert library.players.differing() == []
    assert reading.state == "differs"
    assert reading.reasons == [
        "Jellyfin shows the title “The Lantern Keeper (2014)”, not “The Lantern Keeper”.",
        "Jellyfin shows no year, not 2014.",
        "Jellyfin shows no plot.",
        "Jellyfin does not show Ada Quill, Bo Reed.",
        "The title is locked (<lockdata>): Jellyfin does not read the NFO file again.",
    ]


def test_old_copy_of_a_poster_in_kodi_differs(
    library: Library, folder: Path, kodi: KodiStandIn, film: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(player_connection._READ_AFTER, "kodi", 0)
    select_picture(library, film, picture("red"))
    player = library.players.add("kodi", kodi.url, key=LOGIN)
    publish(library, film)
    assert read(library, player.id, film).state == "seen"

    poster = (folder / LANTERN).parent / "poster.jpg"
    number, _ = kodi.textures[str(poster)]
    kodi.textures[str(poster)] = number, "d1s1"
    reading = read(library, player.id, film)
    assert (reading.state, reading.reasons) == (
        "differs",
        ["Kodi shows its old copy of poster.jpg until it drops it."],
    )


def test_poster_that_is_missing_in_a_player_differs(
    library: Library, folder: Path, jellyfin: JellyfinStandIn, film: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(player_connection._READ_AFTER, "jellyfin", 0)
    select_picture(library, film, picture("red"))
    player = library.players.add("jellyfin", jellyfin.url, key=KEY)
    publish(library, film)
    title = jellyfin.at(folder / LANTERN)
    title.values["poster"] = ""
    reading = read(library, player.id, film)
    assert (reading.state, reading.reasons) == ("differs", ["Jellyfin shows no poster, and poster.jpg is there."])


def test_deleted_nfo_file_is_not_forgotten(
    library: Library, folder: Path, kodi: KodiStandIn, film: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(player_connection._READ_AFTER, "kodi", 0)
    player = library.players.add("kodi", kodi.url, key=LOGIN)
    operation = publish(library, film)
    library.history.rollback_operation(operation)
    library.players.notify()
    reading = read(library, player.id, film)
    assert (reading.state, reading.reasons) == (
        "differs",
        ["Kodi keeps the values of an NFO file that is deleted, after a refresh too."],
    )


def test_title_of_plex_is_seen(library: Library, folder: Path, plex: PlexStandIn, film: int) -> None:
    plex.learn(folder / LANTERN)
    player = library.players.add("plex", plex.url, key=KEY)
    publish(library, film)
    assert read(library, player.id, film).state == "seen"


def test_titles_of_a_message_are_read_by_themselves_after_the_player_had_time(
    library: Library, folder: Path, kodi: KodiStandIn, film: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(player_connection._READ_AFTER, "kodi", 1)
    kodi.learn(folder / LANTERN)
    player = library.players.add("kodi", kodi.url, key=LOGIN)
    publish(library, film)
    assert library.players.reads(player.id).items == []
    until(lambda: bool(library.players.reads(player.id).items))
    assert [each.state for each in library.players.reads(player.id).items] == ["seen"]


def test_player_that_does_not_answer_is_not_read(library: Library, jellyfin: JellyfinStandIn, film: int) -> None:
    player = library.players.add("jellyfin", jellyfin.url, key=KEY)
    publish(library, film)
    jellyfin.fault = "broken"
    with pytest.raises(errors.PlayerError, match="reports an error"):
        library.players.read_back(player.id)
    assert library.players.get(player.id).state == "failed"
    with pytest.raises(errors.UsageError, match="Choose one of: seen, not_yet, differs"):
        library.players.reads(player.id, "odd")


def test_many_titles_of_kodi_are_read_in_few_calls(
    library: Library, folder: Path, kodi: KodiStandIn, film: int, ids: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    select_picture(library, film, picture("red"))
    player = library.players.add("kodi", kodi.url, key=LOGIN)
    publish(library, film, ids["Night Tram"])
    one_by_one = library.players.read_back(player.id)
    monkeypatch.setattr("indexium_core.sources.players.kodi._MANY", 0)
    kodi.calls.clear()
    at_once = library.players.read_back(player.id)

    assert [(each.entity_id, each.state, each.reasons) for each in at_once] == [
        (each.entity_id, each.state, each.reasons) for each in one_by_one
    ]
    assert kodi.calls.count("VideoLibrary.GetMovies") == 1
    assert kodi.calls.count("Textures.GetTextures") == 1
