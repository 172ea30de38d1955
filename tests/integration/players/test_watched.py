"""Watch states: a copy of what people have watched, and its way back into a player."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from indexium_core import errors
from indexium_core.demo.players import JellyfinStandIn, KodiStandIn, PlexStandIn
from indexium_core.demo.players.kodi import LOGIN
from indexium_core.demo.players.server import KEY
from indexium_core.library import Library
from tests.integration.players.conftest import LANTERN
from tests.support.cases import each_case


def test_watch_states_of_kodi_come_back_after_it_lost_them(
    library: Library, folder: Path, kodi: KodiStandIn, tmp_path: Path
) -> None:
    film = kodi.learn(folder / LANTERN)
    film.watched |= {"playcount": 3, "lastplayed": "2026-03-01 20:15:00", "userrating": 9}
    library.players.add("kodi", kodi.url, key=LOGIN)
    target = tmp_path / "watched.json"
    copy = library.players.export_watched(target)
    assert (copy.states, copy.players, copy.path) == (1, ("Kodi",), str(target))
    [state] = json.loads(target.read_text())["states"]
    assert (state["path"], state["play_count"], state["ids"]) == (str(folder / LANTERN), 3, {"tmdb": "9000041"})
    assert stat.S_IMODE(target.stat().st_mode) == 0o600

    kodi._refresh(film)
    assert film.watched["playcount"] == 0
    assert library.players.import_watched(target).changed == 1
    assert (film.watched["playcount"], film.watched["lastplayed"], film.watched["userrating"]) == (
        3,
        "2026-03-01 20:15:00",
        9,
    )
    film.watched["playcount"] = 7
    assert library.players.import_watched(target).changed == 0  # nothing is taken away
    with pytest.raises(errors.UsageError, match="Name a new file"):
        library.players.export_watched(target)


def test_watch_states_go_to_the_users_of_jellyfin_by_ids(
    library: Library, folder: Path, jellyfin: JellyfinStandIn, tmp_path: Path
) -> None:
    film = jellyfin.learn(folder / LANTERN)
    player = library.players.add("jellyfin", jellyfin.url, key=KEY)
    target = tmp_path / "watched.json"
    film.watched = {"PlayCount": 2, "LastPlayedDate": "2026-03-01T20:15:00Z", "PlaybackPositionTicks": 0}
    library.players.export_watched(target)
    document = json.loads(target.read_text())
    assert [each["user"] for each in document["states"]] == ["Ann"]
    document["states"][0]["path"] = "/elsewhere/film.mkv"
    target.write_text(json.dumps(document))
    film.watched = {}

    assert library.players.import_watched(target, player.id).changed == 1
    assert (film.watched["PlayCount"], film.watched["Played"]) == (2, True)


def test_plex_counts_a_watched_title(library: Library, folder: Path, plex: PlexStandIn, tmp_path: Path) -> None:
    film = plex.learn(folder / LANTERN)
    film.watched = {"viewCount": 1, "userRating": 8.0, "lastViewedAt": 1772395200}
    library.players.add("plex", plex.url, key=KEY)
    target = tmp_path / "watched.json"
    library.players.export_watched(target)
    film.watched = {}
    assert library.players.import_watched(target).changed == 1
    assert film.watched == {"viewCount": 1, "userRating": 8.0}


def test_schedule_keeps_dated_copies_and_names_players_that_failed(
    library: Library, folder: Path, kodi: KodiStandIn, jellyfin: JellyfinStandIn
) -> None:
    assert not library.schedules.get("watch-states").enabled
    kodi.learn(folder / LANTERN).watched["playcount"] = 1
    library.players.add("kodi", kodi.url, key=LOGIN)
    library.players.add("jellyfin", jellyfin.url, key="WRONG")
    row = library.schedules.get("watch-states")
    assert (row.enabled, row.cron) == (True, "30 5 * * *")

    job = library.jobs.wait(library.schedules.run("watch-states").id)
    assert job.status == "completed_with_errors"
    assert job.summary["message"] == "1 watch states of Kodi. Jellyfin refuses the key (401). Enter a new key."
    [path] = (library.home / "watch-states").iterdir()
    assert json.loads(path.read_text())["states"][0]["play_count"] == 1
    library.players.change(1, enabled=False)
    assert library.jobs.wait(library.schedules.run("watch-states").id).status == "failed"


@each_case("text", ["", "[]", '{"form": "other"}', '{"form": "indexium watch states", "version": 1}'])
def test_other_file_is_refused(library: Library, tmp_path: Path, text: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(text)
    with pytest.raises(errors.UsageError, match="watch states"):
        library.players.import_watched(path)
    with pytest.raises(errors.UsageError, match="cannot be read"):
        library.players.import_watched(tmp_path / "none.json")
