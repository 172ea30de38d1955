"""A real Kodi is told, keeps what was watched, and is read back; skipped where Kodi is not installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexium_core.library import Library
from tests.integration.players.conftest import LANTERN, publish
from tests.support import kodi
from tests.support.published_home import picture, select_picture
from tests.support.waiting import until

WATCHED = {"playcount": 5, "lastplayed": "2026-03-01 20:15:00", "userrating": 8}
NAMES = [*WATCHED, "plot", "file", "resume"]


def test_real_kodi_keeps_what_was_watched_and_shows_what_is_published(
    library: Library, folder: Path, tmp_path: Path, ids: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    binary = kodi.program()
    if binary is None:
        pytest.skip("Kodi is not installed; this test needs it (Debian: kodi-bin kodi-data xvfb libgl1-mesa-dri)")
    monkeypatch.setitem(_read_after(), "kodi", 0)
    film = ids["The Lantern Keeper"]
    select_picture(library, film, picture("red"))
    sources = [
        kodi.Source(path=folder / "Films", content="movies"),
        kodi.Source(path=folder / "Shows", content="tvshows"),
    ]
    with kodi.served(binary, tmp_path / "kodi", *sources) as running:

        def movies() -> list[dict[str, object]]:
            found = running.call("VideoLibrary.GetMovies", properties=NAMES)
            return [each for each in found.get("movies", []) if each["file"] == str(folder / LANTERN)]

        player = library.players.add("kodi", running.url, key=running.login)
        assert library.players.test(player.id).version.startswith("2")
        publish(library, film, ids["Night Tram"])
        until(lambda: bool(movies()))
        until(lambda: library.players.read_back(player.id, "movie", film)[0].state == "seen")

        [before] = movies()
        running.call("VideoLibrary.SetMovieDetails", movieid=before["movieid"], **WATCHED)
        library.titles.set(film, "plot", "Another winter.")
        select_picture(library, film, picture("blue", size=(120, 180)), name="two")
        publish(library, film)

        [after] = movies()
        assert after["plot"] == "Another winter."
        assert {name: after[name] for name in WATCHED} == WATCHED
        [reading] = library.players.read_back(player.id, "movie", film)
        assert (reading.state, reading.reasons) == ("seen", [])
        monkeypatch.setattr("indexium_core.sources.players.kodi._MANY", 0)
        [in_lists] = library.players.read_back(player.id, "movie", film)
        assert (in_lists.state, in_lists.reasons) == ("seen", [])
        assert library.players.get(player.id).state == "connected"


def _read_after() -> dict[str, int]:
    from indexium_core.model.connections import player_connection

    return player_connection._READ_AFTER  # type: ignore[return-value]
