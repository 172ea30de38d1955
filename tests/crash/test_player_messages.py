"""A process that is killed while it tells a player loses no message."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexium_core.demo.players import JellyfinStandIn
from indexium_core.demo.players.server import KEY
from indexium_core.library import Library
from tests.support import killed_notification
from tests.support.children import Child
from tests.support.published_home import HOME
from tests.support.waiting import until

pytestmark = pytest.mark.crash


def test_message_of_a_killed_process_is_sent_by_the_next_one(tmp_path: Path) -> None:
    folder = HOME.lay_out(tmp_path / "media")
    with JellyfinStandIn(folder) as jellyfin:
        with HOME.open(tmp_path / "home", folder) as library:
            [found] = library.inventory.list()
            library.publications.set_options(found.library_id, publish="nfo")
            film = next(each.id for each in library.titles.list().items if each.title == "Night Tram")
            library.players.add("jellyfin", jellyfin.url, key=KEY)
        jellyfin.fault = "slow"
        with Child(killed_notification.hang, tmp_path / "home", film) as child:
            child.hear("begun")
            until(lambda: bool(jellyfin.requests))
            child.kill()
        jellyfin.fault = ""
        jellyfin.released.set()

        with Library.open(tmp_path / "home") as library:
            until(lambda: library.players.get(1).waiting == 0)
            assert jellyfin.routes("POST").count("/Library/Media/Updated") == 1
            [entry] = library.publications.log("movie", film)
            assert entry.players_notified == [{"player": "Jellyfin", "state": "notified"}]
