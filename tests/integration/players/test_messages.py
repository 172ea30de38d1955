"""Players are told of what was published: once for each batch, in the form of each, with a retry later."""

from __future__ import annotations

import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from indexium_core import errors, keys
from indexium_core.demo.players import JellyfinStandIn, KodiStandIn, PlexStandIn
from indexium_core.demo.players.kodi import LOGIN
from indexium_core.demo.players.server import KEY, StandInServer
from indexium_core.flows.players import notification
from indexium_core.library import Library
from tests.integration.players.conftest import LANTERN, TRAM, publish, settle
from tests.support import tables
from tests.support.published_home import picture, select_picture
from tests.support.waiting import until


def updates(jellyfin: JellyfinStandIn) -> list[Any]:
    return [each.body["Updates"] for each in jellyfin.requests if each.route == "/Library/Media/Updated"]


def test_nothing_is_sent_until_a_player_is_added_and_on(
    library: Library, jellyfin: JellyfinStandIn, ids: dict[str, int]
) -> None:
    publish(library, ids["The Lantern Keeper"])
    player = library.players.add("jellyfin", jellyfin.url, key=KEY, enabled=False)
    publish(library, ids["Night Tram"])

    assert jellyfin.requests == []
    assert library.players.get(player.id).waiting == 0


def test_jellyfin_gets_the_media_files_of_a_publication_in_one_batch(
    library: Library, folder: Path, jellyfin: JellyfinStandIn, ids: dict[str, int]
) -> None:
    known = jellyfin.learn(folder / LANTERN)
    player = library.players.add("jellyfin", jellyfin.url, key=KEY)
    operation = publish(library, ids["The Lantern Keeper"], ids["Night Tram"])

    [batch] = updates(jellyfin)
    assert sorted((each["Path"], each["UpdateType"]) for each in batch) == [
        (str(folder / TRAM), "Created"),
        (str(folder / LANTERN), "Modified"),
    ]
    assert jellyfin.whole_scans == []
    assert jellyfin.routes("POST").count(f"/Items/{known.number}/Refresh") == 1
    assert known.values["plot"] == "A keeper, a lamp & one winter."
    assert library.players.get(player.id).state == "connected"
    [entry] = library.publications.log("movie", ids["Night Tram"])
    assert (entry.operation_id, entry.players_notified) == (operation, [{"player": "Jellyfin", "state": "notified"}])


def test_paths_are_mapped_to_the_folders_of_the_player(
    library: Library, folder: Path, jellyfin: JellyfinStandIn, ids: dict[str, int]
) -> None:
    jellyfin.roots = ["/movies"]
    library.players.add("jellyfin", jellyfin.url, key=KEY, folders=[("/movies", str(folder / "Films"))])
    publish(library, ids["Night Tram"])
    assert updates(jellyfin) == [[{"Path": "/movies/Night Tram (2009)/Night Tram (2009).mp4", "UpdateType": "Created"}]]


def test_title_outside_the_folders_of_a_player_says_so(
    library: Library, folder: Path, jellyfin: JellyfinStandIn, ids: dict[str, int]
) -> None:
    player = library.players.add("jellyfin", jellyfin.url, key=KEY, folders=[("/tv", str(folder / "Shows"))])
    publish(library, ids["Night Tram"])

    assert updates(jellyfin) == []
    [reading] = library.players.reads(player.id).items
    assert (reading.state, library.players.get(player.id).waiting) == ("not_yet", 0)
    assert reading.reasons[0].startswith("No folder of Jellyfin is the folder")


@pytest.mark.parametrize("program", ["jellyfin", "kodi", "plex"])
def test_folder_that_the_player_does_not_have_is_named(
    library: Library, folder: Path, program: str, request: pytest.FixtureRequest, ids: dict[str, int]
) -> None:
    stand_in: StandInServer = request.getfixturevalue(program)
    key = LOGIN if program == "kodi" else KEY
    player = library.players.add(program, stand_in.url, key=key, folders=[("/wrong", str(folder))])
    [sentence] = library.players.test(player.id).missing
    assert sentence.startswith(f"{player.name} has no folder /wrong, which is “{folder.name}” here. It has {folder}")
    publish(library, ids["Night Tram"])

    assert [each.route for each in stand_in.requests if "Updated" in each.route or "refresh" in each.route] == []
    [reading] = library.players.reads(player.id).items
    here = f"which is {folder / TRAM.rpartition('/')[0]} here. Add it there, or map it."
    assert (reading.state, len(reading.reasons)) == ("not_yet", 1)
    assert reading.reasons[0].startswith(f"This is outside the folders of {player.name}. It has {folder}")
    assert reading.reasons[0].endswith(f", but not /wrong/Films/Night Tram (2009), {here}")
    library.players.read_back(player.id)  # which says the same, and not that it was told just now
    [again] = library.players.reads(player.id).items
    assert (again.state, len(again.reasons)) == ("not_yet", 1)
    assert again.reasons[0].startswith(f"This is outside the folders of {player.name}. It has {folder}")
    stand_in.roots = ["d:/Films"]
    library.players.change(player.id, folders=[("D:\\films", str(folder / "Films"))])
    assert library.players.test(player.id).missing == ()
    library.players.change(player.id, folders=[("/tv", str(folder / "Shows"))])
    [sentence] = library.players.test(player.id).missing
    assert sentence.startswith(f"{player.name} has no folder /tv, which is “{folder.name}” here. It has d:/Films.")


def test_rollback_is_told_too(library: Library, jellyfin: JellyfinStandIn, ids: dict[str, int]) -> None:
    library.players.add("jellyfin", jellyfin.url, key=KEY)
    operation = publish(library, ids["Night Tram"])
    library.history.rollback_operation(operation)
    settle(library)
    assert len(updates(jellyfin)) == 2


def test_emby_takes_its_key_in_another_header(library: Library, folder: Path, ids: dict[str, int]) -> None:
    with JellyfinStandIn(folder, is_emby=True) as emby:
        library.players.add("emby", emby.url, key=KEY)
        publish(library, ids["Night Tram"])
        assert len(updates(emby)) == 1


def test_kodi_keeps_what_was_watched(library: Library, folder: Path, kodi: KodiStandIn, ids: dict[str, int]) -> None:
    film = kodi.learn(folder / LANTERN)
    watched = {
        "playcount": 5,
        "lastplayed": "2026-03-01 20:15:00",
        "userrating": 8,
        "resume": {"position": 61.0, "total": 90.0},
    }
    film.watched = dict(watched)
    number = film.number
    library.players.add("kodi", kodi.url, key=LOGIN)
    publish(library, ids["The Lantern Keeper"])

    assert film.number != number
    assert film.values["plot"] == "A keeper, a lamp & one winter."
    assert film.watched == watched
    assert kodi.scans == []


def test_kodi_scans_its_source_once_for_new_titles(
    library: Library, folder: Path, kodi: KodiStandIn, ids: dict[str, int]
) -> None:
    library.players.add("kodi", kodi.url, key=LOGIN)
    publish(library, ids["The Lantern Keeper"], ids["Night Tram"])
    assert kodi.scans == [f"{folder / 'Films'}/"]
    assert {path for path, _ in kodi.library} >= {str(folder / LANTERN), str(folder / TRAM)}


def test_kodi_that_plays_or_scans_is_told_later(
    library: Library, folder: Path, kodi: KodiStandIn, ids: dict[str, int]
) -> None:
    kodi.learn(folder / LANTERN)
    player = library.players.add("kodi", kodi.url, key=LOGIN)
    kodi.playing = True
    operation = publish(library, ids["The Lantern Keeper"])

    waits = library.players.get(player.id)
    assert (waits.state, waits.waiting, waits.reason) == (
        "waits",
        1,
        "Kodi plays something. It is told when that ends.",
    )
    assert waits.contact_at is not None
    assert waits.next_attempt_at == waits.contact_at + timedelta(seconds=120)
    [entry] = library.publications.log("movie", ids["The Lantern Keeper"])
    assert (entry.operation_id, entry.players_notified) == (operation, [{"player": "Kodi", "state": "waits"}])

    kodi.playing, kodi.scanning = False, True
    assert library.players.notify()[0].message == "Kodi scans its library. It is told when that ends."
    kodi.scanning = False
    assert [(each.notified, each.waiting) for each in library.players.notify()] == [(1, 0)]
    assert (kodi.cancelled_scans, kodi.calls.count("VideoLibrary.RefreshMovie")) == (0, 1)
    [entry] = library.publications.log("movie", ids["The Lantern Keeper"])
    assert entry.players_notified == [{"player": "Kodi", "state": "notified"}]


def test_kodi_drops_its_copy_of_a_replaced_picture(
    library: Library, folder: Path, kodi: KodiStandIn, ids: dict[str, int]
) -> None:
    film = ids["The Lantern Keeper"]
    library.players.add("kodi", kodi.url, key=LOGIN)
    select_picture(library, film, picture("red"))
    publish(library, film)
    poster = str(folder / LANTERN).rpartition("/")[0] + "/poster.jpg"
    before = kodi.textures[poster]
    select_picture(library, film, picture("blue", size=(120, 180)), name="two")
    publish(library, film)
    assert kodi.textures[poster][1] != before[1]


def test_plex_refreshes_known_titles_and_looks_into_folders_of_new_ones(
    library: Library, folder: Path, plex: PlexStandIn, ids: dict[str, int]
) -> None:
    known = plex.learn(folder / LANTERN)
    library.players.add("plex", plex.url, key=KEY)
    publish(library, ids["The Lantern Keeper"], ids["Night Tram"])

    assert plex.routes("PUT") == [f"/library/metadata/{known.number}/refresh"]
    [looked] = [each for each in plex.requests if each.route == "/library/sections/1/refresh"]
    assert looked.parameters == {"path": str((folder / TRAM).parent)}
    assert known.values["plot"] == "A keeper, a lamp & one winter."


FAULTS = {
    "html": "Jellyfin answers with a web page. Check its address: it may be of another program.",
    "text": "Jellyfin gives an answer that this kind of player does not give. Check its address and its kind.",
    "redirect": "Jellyfin redirects to elsewhere.example. Nothing is sent there: enter that address for the player.",
    "broken": "Jellyfin reports an error (500). Its log has the reason.",
    "slow": "Jellyfin did not answer within 1 seconds. Check whether it hangs.",
}


@pytest.mark.parametrize(
    "fault", [pytest.param(fault, marks=[pytest.mark.further] if fault == "broken" else []) for fault in FAULTS]
)
def test_player_that_gives_no_usable_answer_never_fails_a_publication(
    library: Library, jellyfin: JellyfinStandIn, ids: dict[str, int], fault: str
) -> None:
    library.configuration.set("player_timeout_seconds", "1")
    player = library.players.add("jellyfin", jellyfin.url, key=KEY)
    jellyfin.fault = fault
    publish(library, ids["Night Tram"])

    found = library.players.get(player.id)
    assert (found.state, found.reason, found.waiting, found.attempts) == ("failed", FAULTS[fault], 1, 1)
    assert not any(each.route.startswith("/web") for each in jellyfin.requests)
    jellyfin.fault = ""
    assert library.players.notify()[0].notified == 1


def test_player_that_is_down_and_a_wrong_key_give_their_reasons(
    library: Library, jellyfin: JellyfinStandIn, ids: dict[str, int]
) -> None:
    player = library.players.add("jellyfin", "http://127.0.0.1:9", key="WRONG-SECRET")
    publish(library, ids["Night Tram"])
    down = library.players.get(player.id)
    assert down.reason == "Jellyfin cannot be reached (127.0.0.1:9). Check that it runs, and its address."

    library.players.change(player.id, url=jellyfin.url)
    until(lambda: library.players.get(player.id).state == "refused")  # another address is tried at once
    [notice] = library.players.notify()
    refused = library.players.get(player.id)
    assert (refused.state, refused.attempts, notice.waiting) == ("refused", 1, 1)  # a look by hand is no attempt
    assert refused.reason == "Jellyfin refuses the key (401). Enter a new key."
    assert refused.contact_at is not None
    assert refused.next_attempt_at is not None
    assert refused.contact_at < refused.next_attempt_at <= refused.contact_at + timedelta(seconds=30)
    library.players.set_key(player.id, KEY)
    until(lambda: library.players.get(player.id).waiting == 0)


def test_message_is_stored_with_the_publication_and_a_later_process_tells_it(
    tmp_path: Path, library: Library, jellyfin: JellyfinStandIn, ids: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that ends right after a publication has told nothing: a service does it at its start."""
    player = library.players.add("jellyfin", jellyfin.url, key=KEY)
    monkeypatch.setattr(notification, "_OPERATIONS", frozenset())
    publish(library, ids["Night Tram"])
    assert jellyfin.requests == []
    library.close()

    with Library.open(tmp_path / "home", url="http://127.0.0.1:1") as served:
        until(lambda: served.players.get(player.id).waiting == 0)
        assert len(updates(jellyfin)) == 1


def test_watch_state_that_a_killed_process_has_kept_is_put_back(
    library: Library, folder: Path, kodi: KodiStandIn, ids: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    film = kodi.learn(folder / LANTERN)
    film.watched["playcount"] = 5
    library.players.add("kodi", kodi.url, key=LOGIN)
    with monkeypatch.context() as killed:
        killed.setattr("indexium_core.sources.players.kodi.KodiClient._wait", _die)
        publish(library, ids["The Lantern Keeper"])
    assert film.watched["playcount"] == 0
    assert tables.rows(library, "SELECT count(*) FROM player_keeps") == [(1,)]

    assert library.players.notify()[0].notified == 1
    assert film.watched["playcount"] == 5
    assert tables.rows(library, "SELECT count(*) FROM player_keeps") == [(0,)]


def _die(*_: object) -> None:
    raise errors.PlayerError("The process ends here.")


def test_key_is_only_in_the_key_file(
    library: Library, jellyfin: JellyfinStandIn, ids: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    player = library.players.add("jellyfin", jellyfin.url, key=KEY)
    publish(library, ids["Night Tram"])
    library.snapshots.take()
    jellyfin.fault = "broken"
    found = library.players.test(player.id)

    path = library.home / keys.PLAYER_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert KEY not in repr([found, *library.players.list(), library.players.reads(player.id)])
    kept = [each for each in library.home.rglob("*") if each.is_file() and KEY.encode() in each.read_bytes()]
    assert kept == [path]
    monkeypatch.setenv("INDEXIUM_PLAYER_1_KEY", "of the environment")
    assert library.players.get(player.id).key == "environment"
    library.players.remove(player.id)
    assert KEY not in path.read_text()
    assert library.players.list() == []


@pytest.mark.parametrize("program", ["jellyfin", "kodi", "plex"])
def test_test_names_the_version_and_what_the_account_may_do(
    library: Library, program: str, request: pytest.FixtureRequest
) -> None:
    stand_in: StandInServer = request.getfixturevalue(program)
    player = library.players.add(program, stand_in.url, key=LOGIN if program == "kodi" else KEY)
    found = library.players.test(player.id)
    versions = {"jellyfin": "10.10.7", "kodi": "20.1", "plex": "1.43.2.1"}
    assert (found.accepted, found.version, bool(found.may)) == (True, versions[program], True)
    assert found.missing == ()
    assert library.players.get(player.id).version == versions[program]


def test_one_title_is_told_on_request(library: Library, jellyfin: JellyfinStandIn, ids: dict[str, int]) -> None:
    publish(library, ids["Night Tram"])
    library.players.add("jellyfin", jellyfin.url, key=KEY)
    assert [each.notified for each in library.players.notify_players("movie", ids["Night Tram"])] == [1]
    assert len(updates(jellyfin)) == 1
    with pytest.raises(errors.UnknownIdError, match="Nothing of this film"):
        library.players.notify_players("movie", 10**6)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("vlc", "http://a"), "no kind of player"),
        pytest.param(("kodi", "a:8080"), "not the address", marks=pytest.mark.further),
        (("kodi", "http://ann:secret@a:8080"), "without a user name"),
    ],
)
def test_wrong_player_is_refused(library: Library, arguments: tuple[str, str], message: str) -> None:
    with pytest.raises(errors.UsageError, match=message):
        library.players.add(*arguments)
    library.players.add("plex", "http://a")
    with pytest.raises(errors.UsageError, match="Choose another name"):
        library.players.add("plex", "http://b")
