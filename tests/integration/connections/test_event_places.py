"""Where events happen: several libraries, seasons without a named file, the folder of a library, no folder at all."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model.connections.webhooks import WebhookEvent
from tests.support import media
from tests.support.cases import each_case
from tests.support.effort import effort
from tests.support.published_home import ALL, HOME, picture, select_picture, tree
from tests.support.senders import Radarr, settled
from tests.support.waiting import until

FILM = "The Lantern Keeper (2014)"
SHOW = "Harbour Lights"


class SenderOfTwoFolders:
    """A program with two root folders: the folder of the library, and one that is a library of its own."""

    def __init__(self, library: Library, folder: Path, other: Path, kind: str) -> None:
        self.library, self.kind = library, kind
        folders = [("/films", folder / "Films"), ("/tv", folder / "Shows"), ("/more", other)]
        self.secret = library.webhooks.add(kind, folder_map=[(name, str(path)) for name, path in folders]).secret

    def send(self, body: Mapping[str, Any]) -> WebhookEvent:
        """Send an event, and return it when it waits no more."""
        self.library.webhooks.receive(self.kind, self.secret, json.dumps(body).encode())
        return settled(self.library)[0]


@pytest.fixture
def other(library: Library, tmp_path: Path) -> Path:
    """The folder of a second library that publishes."""
    path = tmp_path / "more"
    path.mkdir()
    (path / "notes.txt").touch()
    library.publications.set_options(library.inventory.add(path, kind="mixed").library_id, publish="both")
    return path


def states(library: Library) -> dict[str, str]:
    """The state of each known file by its path."""
    return {each.file_path: each.state for each in library.inventory.files(per_page=200).items}


# Several libraries.


@pytest.mark.parametrize("how", [pytest.param("moved", marks=pytest.mark.further), "better file", "old folder named"])
def test_film_that_moves_to_another_library_takes_its_side_files_along(
    library: Library, folder: Path, other: Path, published: dict[str, bytes], how: str
) -> None:
    old, new = folder / "Films" / FILM / f"{FILM}.mp4", other / FILM / "The.Lantern.Keeper.2014.1080p.mp4"
    new.parent.mkdir()
    if how == "better file":
        media.video(new, seed=4711)
    else:
        shutil.move(old, new)
    shutil.rmtree(old.parent)
    place = f"/films/{FILM}" if how == "old folder named" else f"/more/{FILM}"
    names = {"path": f"/more/{FILM}/{new.name}", "previousPath": f"/films/{FILM}/{old.name}"}
    title = {"title": "The Lantern Keeper", "year": 2014, "folderPath": place}
    if how == "better file":
        deleted = [{"path": names["previousPath"]}]
        body = {
            "eventType": "Download",
            "isUpgrade": True,
            "movieFile": {"path": names["path"]},
            "deletedFiles": deleted,
        }
    else:
        body = {"eventType": "Rename", "renamedMovieFiles": [names]}
    event = SenderOfTwoFolders(library, folder, other, "radarr").send({**body, "movie": title})
    assert event.state == "handled", event.result
    assert states(library).get(str(old)) in (None, "missing")
    assert states(library)[str(new)] == "ok"
    if how == "better file":  # it is another title, whose row waits for a person
        assert event.result == "1 file scanned. 1 row waits for you."
    else:
        names_there = {path.name for path in new.parent.iterdir()}
        assert names_there == {new.name, "movie.nfo", "poster.jpg"}, event.result
        assert (new.parent / "movie.nfo").read_bytes() == published[f"Films/{FILM}/movie.nfo"]
    assert not old.parent.exists()


def test_series_that_moves_to_another_library_takes_its_side_files_along(
    library: Library, folder: Path, other: Path, published: dict[str, bytes]
) -> None:
    old, new = folder / "Shows" / SHOW, other / SHOW
    shutil.move(old, new)
    for path in new.rglob("*.nfo"):
        if path.stem.startswith(SHOW):
            path.unlink()
    renamed = [
        {"path": f"/more/{path.relative_to(other)}", "previousPath": f"/tv/{path.relative_to(other)}"}
        for path in sorted(new.rglob("*.mp4"))
    ]
    body = {"eventType": "Rename", "series": {"title": SHOW, "path": f"/more/{SHOW}"}, "renamedEpisodeFiles": renamed}
    event = SenderOfTwoFolders(library, folder, other, "sonarr").send(body)
    ours = {name: each for name, each in published.items() if name.startswith("Shows/") and name.endswith(".nfo")}
    assert event.state == "handled", event.result
    assert {f"Shows/{name}": content for name, content in tree(other).items() if name.endswith(".nfo")} == ours
    assert not any(state == "ok" for path, state in states(library).items() if path.startswith(str(old)))


# Events that name less.


@each_case(
    "named",
    effort.some(
        [
            {},
            {"episodeFile": {"relativePath": f"Season 1/{SHOW} - S01E01.mp4"}},
            {"destinationPath": f"/tv/{SHOW}"},
            {"episodeFiles": [{"relativePath": f"Season 1/{SHOW} - S01E01.mp4"}]},
            {"deletedFiles": [{"relativePath": f"Season 1/{SHOW} - S01E01.avi"}]},
        ],
        1,
    ),
)
def test_season_is_found_with_less_than_a_path(
    library: Library, folder: Path, other: Path, published: dict[str, bytes], named: dict[str, Any]
) -> None:
    nfo = folder / "Shows" / SHOW / "Season 1" / f"{SHOW} - S01E01.nfo"
    nfo.unlink()
    sender = SenderOfTwoFolders(library, folder, other, "sonarr")
    event = sender.send(
        {"eventType": "Download", "isUpgrade": True, "series": {"title": SHOW, "path": f"/tv/{SHOW}"}, **named}
    )
    library.webhooks.remove("sonarr")
    assert nfo.exists(), event.result
    assert nfo.read_bytes() == published[str(nfo.relative_to(folder))]


def test_film_in_the_folder_of_a_library_is_restored(
    library: Library, folder: Path, other: Path, published: dict[str, bytes]
) -> None:
    film = other / "Cold Harvest (2018).mp4"
    media.video(film, seed=77)
    library.scan([other])
    library.jobs.wait(library.titles.identify().id)
    library.publications.refresh()
    assert library.publications.start(ALL).wait().counts["success"]
    nfo = film.with_suffix(".nfo")
    before = nfo.read_bytes()
    nfo.unlink()
    body = {"eventType": "Download", "isUpgrade": True, "movie": {"title": "Cold Harvest", "folderPath": "/more"}}
    event = SenderOfTwoFolders(library, folder, other, "radarr").send(
        {**body, "movieFile": {"path": f"/more/{film.name}"}}
    )
    assert nfo.exists(), event.result
    assert nfo.read_bytes() == before


# Folders that do not exist, or are in no library.


def test_event_of_a_folder_that_does_not_exist_fails(
    library: Library, folder: Path, published: dict[str, bytes]
) -> None:
    radarr, gone, here = Radarr(library, folder), folder / "Films/No Such Film (1999)", folder / "Films" / FILM
    file = {"path": radarr.path(gone / "x.mkv")}
    radarr.send({"eventType": "Download", "movie": radarr.subject(gone), "movieFile": file})
    radarr.send({"eventType": "Download", "movie": radarr.subject(here)})
    radarr.send({"eventType": "MovieDelete", "movie": radarr.subject(gone), "deletedFiles": True})
    deleted, present, missing = settled(library, count=3)
    assert (missing.state, missing.result.startswith(f"The folder {gone} does not exist.")) == ("failed", True)
    assert {deleted.state, present.state} == {"handled"}
    assert str(gone) in library.webhooks.try_path("radarr", file["path"]).problem
    media.video(gone / "x.mp4", seed=5)
    library.webhooks.repeat(missing.id)
    assert settled(library)[2].state == "handled"


def test_map_to_a_folder_in_no_library_says_so(library: Library, folder: Path, other: Path) -> None:
    [known, unknown] = [
        library.webhooks.add("radarr", name, folder_map=[("/movies", str(path))]).source
        for name, path in (("one", folder), ("two", other / "films"))
    ]
    assert (known.notes, unknown.notes) == ([], [])
    library.inventory.remove(library.inventory.list()[1].library_id)
    sentence = f"{other}/films is in no library yet, so events of /movies do nothing."
    [_, unknown] = library.webhooks.list()
    assert [each.startswith(sentence) for each in unknown.notes] == [True]
    assert [each.startswith(sentence) for each in library.webhooks.change("two", enabled=False).notes] == [True]


def test_each_folder_of_a_map_is_tried(library: Library, folder: Path) -> None:
    (folder / ".anchor").touch()
    rows = [("/films", str(folder)), ("/gone", str(folder / "Gone"))]
    library.webhooks.add("radarr", folder_map=rows, anchor=".anchor")
    library.webhooks.add("sonarr")
    found = library.webhooks.try_folders("radarr")
    assert [(each.rule, each.anchor_state) for each in found] == [("/films", "found"), ("/gone", "no_folder")]
    (folder / ".anchor").unlink()
    assert library.webhooks.try_folders("radarr")[0].anchor_state == "missing"
    assert library.webhooks.try_folders("sonarr") == []
    with pytest.raises(errors.UnknownIdError):
        library.webhooks.try_folders("nothing")


def test_each_source_has_its_last_event(library: Library) -> None:
    for kind in ("radarr", "sonarr", "jellyfin"):
        library.webhooks.add(kind)
    library.webhooks.send_test("sonarr")
    last = [library.webhooks.send_test(kind) for kind in ("radarr", "sonarr")]
    assert [(each.source, each.id) for each in library.webhooks.last_events()] == [
        (each.source, each.id) for each in last
    ]


# Waiting.


def test_waiting_event_is_repeated_now(library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library.settings.webhook_quiet_seconds = 3000
    radarr = Radarr(library, folder)
    radarr.send({"eventType": "Download", "movie": radarr.subject(folder / "Films" / FILM)})
    radarr.send({"eventType": "Rename", "movie": radarr.subject(folder / "Films" / FILM)})
    [event, _] = library.webhooks.events().items
    library.automation.pause()
    with pytest.raises(errors.UsageError, match="all automation is paused"):
        library.webhooks.repeat(event.id)
    library.automation.pause(is_paused=False)
    library.webhooks.repeat(event.id)
    assert {each.state for each in settled(library, count=2)} == {"handled"}


@pytest.mark.parametrize("turn", [timedelta(days=-1), timedelta(minutes=-50), timedelta(hours=5)], ids=str)
def test_clock_that_is_turned_and_a_sleeping_machine_lose_no_event(tmp_path: Path, turn: timedelta) -> None:
    """A machine that sleeps over a due time wakes up with a later clock."""
    folder, turned = HOME.lay_out(tmp_path / "media"), [timedelta(0)]
    with HOME.open(tmp_path / "home", folder, clock=lambda: datetime.now(UTC) + turned[0]) as library:
        library.settings.webhook_quiet_seconds = 3
        radarr = Radarr(library, folder)
        radarr.send({"eventType": "Download", "movie": radarr.subject(folder / "Films" / FILM)})
        until(lambda: library.webhooks.events().total == 1)
        turned[0] = turn
        radarr.send({"eventType": "Rename", "movie": radarr.subject(folder / "Films" / FILM)})
        library.webhooks.change("radarr", enabled=True)
        if turn == timedelta(minutes=-50):  # the first event is due in less than an hour, so it waits for its moment
            library.webhooks.repeat(library.webhooks.events().items[-1].id)
        assert {each.state for each in settled(library, count=2)} == {"handled"}


# Pictures.


@pytest.mark.parametrize("was_scanned", [pytest.param(False, marks=pytest.mark.further), True])
def test_picture_with_the_old_name_of_a_film_does_not_stay_as_a_missing_photo(
    library: Library, folder: Path, *, was_scanned: bool
) -> None:
    library.inventory.add(folder, photos=True)
    sky = next(each.id for each in library.titles.list().items if each.title == "Copper Sky")
    select_picture(library, sky, picture("red"))
    library.publications.refresh()
    library.publications.start(ALL).wait()
    if was_scanned:
        library.scan()
    old, new = folder / "Films/Copper Sky (2013).mp4", folder / "Films/Copper.Sky.2013.mp4"
    radarr = Radarr(library, folder)
    old.rename(new)
    names = [{"path": radarr.path(new), "previousPath": radarr.path(old)}]
    title = {"title": "Copper Sky", "year": 2013, "folderPath": "/movies/Films"}
    radarr.send({"eventType": "Rename", "movie": title, "renamedMovieFiles": names})
    event = settled(library)[0]
    assert event.result == "1 file scanned. 1 row waits for you."
    assert [path for path in states(library) if not path.endswith(".mp4")] == []
    library.publications.refresh()
    library.publications.start(ALL).wait()
    library.scan()
    assert [path.name for path in (folder / "Films").glob("*.jpg")] == ["Copper.Sky.2013-poster.jpg"]
    assert [path for path in states(library) if not path.endswith(".mp4")] == []
