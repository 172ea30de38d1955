"""A library of films and a series that is published, and players that show it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexium_core.demo.players import JellyfinStandIn, KodiStandIn, PlexStandIn
from indexium_core.library import Library
from indexium_core.model.publishing.requests import PublicationSelection
from tests.support.published_home import HOME

LANTERN = "Films/The Lantern Keeper (2014)/The Lantern Keeper (2014).mp4"
TRAM = "Films/Night Tram (2009)/Night Tram (2009).mp4"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return HOME.lay_out(tmp_path / "media")


@pytest.fixture
def library(tmp_path: Path, folder: Path) -> Iterator[Library]:
    with HOME.open(tmp_path / "home", folder) as opened:
        [found] = opened.inventory.list()
        opened.publications.set_options(found.library_id, publish="both")
        yield opened


@pytest.fixture
def ids(library: Library) -> dict[str, int]:
    return {each.title: each.id for each in library.titles.list(per_page=100).items}


@pytest.fixture
def kodi(folder: Path) -> Iterator[KodiStandIn]:
    with KodiStandIn(folder / "Films", folder / "Shows") as running:
        yield running


@pytest.fixture
def jellyfin(folder: Path) -> Iterator[JellyfinStandIn]:
    with JellyfinStandIn(folder) as running:
        yield running


@pytest.fixture
def plex(folder: Path) -> Iterator[PlexStandIn]:
    with PlexStandIn(folder / "Films") as running:
        yield running


def publish(library: Library, *ids: int) -> int:
    """Publish films, wait until the players were told, and return the operation."""
    handle = library.publications.start(PublicationSelection(addresses=tuple(f"movie:{each}" for each in ids)))
    assert set(handle.wait().counts) == {"success"}
    settle(library)
    return handle.id


def settle(library: Library) -> None:
    """Wait until no message to a player is on its way."""
    for job in library.jobs.list(("player-notification",)).items:
        library.jobs.wait(job.id)
