"""Events of senders: their receipt, the reaction to them, and what they must not do."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model.connections.webhooks import MAX_BODY_BYTES, WebhookEvent
from indexium_core.model.operations.operation import MetadataOperation
from tests.support import media
from tests.support.cases import each_case
from tests.support.published_home import tree
from tests.support.senders import Radarr, settled
from tests.support.waiting import until

LANTERN = "Films/The Lantern Keeper (2014)"
TRAM = "Films/Night Tram (2009)"
NAME = "The Lantern Keeper (2014)"


def side_files(files: dict[str, bytes]) -> dict[str, bytes]:
    return {name: content for name, content in files.items() if not name.endswith(".mp4")}


def operations_of(library: Library, event: WebhookEvent) -> list[MetadataOperation]:
    """The operations of the reaction to an event."""
    assert event.job_id is not None
    numbers = library.jobs.wait(event.job_id).summary["operations"]  # the event is handled before its job ends
    return [library.history.get_operation_details(number).operation for number in numbers]


# The reaction.


def test_what_an_upgrade_removes_is_restored(library: Library, folder: Path, published: dict[str, bytes]) -> None:
    radarr = Radarr(library, folder)
    film = folder / LANTERN / f"{NAME}.mp4"
    radarr.upgrade(film, film)
    events = settled(library)
    assert [(each.event_type, each.state) for each in events] == [
        ("Download", "handled"),
        ("MovieFileDelete", "handled"),
    ]
    assert side_files(tree(folder)) == side_files(published)
    assert "1 title restored" in events[0].result
    [operation] = operations_of(library, events[0])
    assert (operation.source, operation.actor_kind, operation.user_name) == ("recovery", "webhook", "radarr")
    assert operation.user_note == f"MovieFileDelete: {NAME} and 1 more event"
    library.rollback(operation.id).wait()
    assert not (folder / LANTERN / "movie.nfo").exists()


def test_files_of_ours_follow_the_new_name_of_an_upgrade(
    library: Library, folder: Path, published: dict[str, bytes]
) -> None:
    season = folder / "Shows/Harbour Lights/Season 1"
    old, new = season / "Harbour Lights - S01E01.mp4", season / "Harbour.Lights.S01E01.1080p.mp4"
    sonarr = library.webhooks.add("sonarr", folder_map=[("/tv", str(folder / "Shows"))])
    old.unlink()
    old.with_suffix(".nfo").unlink()
    media.video(new, seed=999)
    body = {
        "eventType": "Download",
        "isUpgrade": True,
        "series": {"title": "Harbour Lights", "path": "/tv/Harbour Lights"},
        "episodeFile": {"path": f"/tv/Harbour Lights/Season 1/{new.name}"},
        "deletedFiles": [{"path": f"/tv/Harbour Lights/Season 1/{old.name}"}],
    }
    library.webhooks.receive("sonarr", sonarr.secret, json.dumps(body).encode())
    [event] = settled(library)
    assert (event.state, "restored" in event.result) == ("handled", True), event.result
    own = f"Shows/Harbour Lights/Season 1/{old.with_suffix('.nfo').name}"
    assert new.with_suffix(".nfo").read_bytes() == published[own]
    wanted = {name: content for name, content in side_files(published).items() if name != own}
    assert {name: content for name, content in side_files(tree(folder)).items() if name in wanted} == wanted


def test_what_a_person_rolls_back_is_not_published_by_itself(library: Library, folder: Path) -> None:
    library.automation.change(1, {"automation_mode": "automatic"})
    radarr, film = Radarr(library, folder), folder / LANTERN / f"{NAME}.mp4"
    body = {"eventType": "Download", "movie": radarr.subject(film.parent), "movieFile": {"path": radarr.path(film)}}
    radarr.send(body)
    [operation] = operations_of(library, settled(library)[0])
    library.rollback(operation.id).wait()
    radarr.send({**body, "isUpgrade": True})
    event = settled(library, count=2)[0]
    assert not (folder / LANTERN / "movie.nfo").exists()
    assert event.result == "Scanned, no file changed. 1 row waits for you."


def test_upgrade_of_an_episode_restores_its_season_only(
    library: Library, folder: Path, published: dict[str, bytes]
) -> None:
    show = folder / "Shows/Harbour Lights"
    episode = show / "Season 1/Harbour Lights - S01E01.mp4"
    deleted = show / "Season 2/Harbour Lights - S02E01.nfo"
    deleted.unlink()
    episode.with_suffix(".nfo").unlink()
    sonarr = library.webhooks.add("sonarr", folder_map=[("/tv", str(folder / "Shows"))])
    body = {
        "eventType": "Download",
        "isUpgrade": True,
        "series": {"title": "Harbour Lights", "path": "/tv/Harbour Lights"},
        "episodeFile": {"path": f"/tv/Harbour Lights/Season 1/{episode.name}"},
    }
    library.webhooks.receive("sonarr", sonarr.secret, json.dumps(body).encode())
    [event] = settled(library)
    assert episode.with_suffix(".nfo").exists(), event.result
    assert not deleted.exists()


def test_upgrade_restores_nothing_that_a_person_deleted_before_it(
    library: Library, folder: Path, film: int, published: dict[str, bytes]
) -> None:
    """The plan has seen the poster gone beside the old film, and the NFO file gone together with the old film."""
    path, nfo, poster = (folder / LANTERN / name for name in (f"{NAME}.mp4", "movie.nfo", "poster.jpg"))
    poster.unlink()
    library.publications.refresh()
    assert "own_file_missing" in library.publications.get("movie", film).codes
    nfo.unlink()
    path.unlink()
    library.publications.refresh()
    path.touch()  # the sender removes it
    Radarr(library, folder).upgrade(path, path)
    event = settled(library, count=2)[0]
    assert nfo.read_bytes() == published[f"{LANTERN}/movie.nfo"], event.result
    assert not poster.exists()
    library.publications.refresh()
    assert "own_file_missing" in library.publications.get("movie", film).codes


def test_what_the_plan_finds_gone_between_an_upgrade_and_its_event_is_restored(
    library: Library, folder: Path, published: dict[str, bytes]
) -> None:
    path, poster = folder / LANTERN / f"{NAME}.mp4", folder / LANTERN / "poster.jpg"
    path.unlink()
    poster.unlink()
    media.video(path, seed=998)
    library.publications.refresh()
    radarr = Radarr(library, folder)
    body = {"eventType": "Download", "isUpgrade": True, "movie": radarr.subject(path.parent)}
    radarr.send({**body, "movieFile": {"path": radarr.path(path)}})
    [event] = settled(library)
    assert poster.read_bytes() == published[f"{LANTERN}/poster.jpg"], event.result


def test_nfo_file_that_the_sender_writes_meanwhile_is_a_question(
    library: Library, folder: Path, film: int, published: dict[str, bytes]
) -> None:
    path = folder / LANTERN / f"{NAME}.mp4"
    Radarr(library, folder).upgrade(path, path, nfo=b"<movie><title>Of Radarr</title></movie>")
    event = settled(library)[0]
    assert (folder / LANTERN / "movie.nfo").read_bytes() == b"<movie><title>Of Radarr</title></movie>"
    assert (folder / LANTERN / "poster.jpg").read_bytes() == published[f"{LANTERN}/poster.jpg"], event.result
    library.publications.refresh()
    assert "drift" in library.publications.get("movie", film).codes


def test_what_a_person_deletes_stays_a_question(
    library: Library, folder: Path, film: int, published: dict[str, bytes]
) -> None:
    radarr = Radarr(library, folder)
    (folder / LANTERN / "poster.jpg").unlink()
    (folder / TRAM / "movie.nfo").unlink()
    tram = folder / TRAM / "Night Tram (2009).mp4"
    radarr.send(
        {
            "eventType": "Download",
            "isUpgrade": False,
            "movie": radarr.subject(tram.parent),
            "movieFile": {"path": radarr.path(tram)},
        }
    )
    [event] = settled(library)
    assert event.result == "Scanned, no file changed. 1 row waits for you."
    assert not (folder / TRAM / "movie.nfo").exists()
    library.publications.refresh()
    assert library.publications.get("movie", film).codes == ["own_file_missing"]


def test_manual_library_only_proposes(library: Library, folder: Path, published: dict[str, bytes]) -> None:
    library.automation.change(1, {"automation_mode": "manual"})
    earlier = library.jobs.list(("artwork",)).total
    film = folder / LANTERN / f"{NAME}.mp4"
    Radarr(library, folder).upgrade(film, film)
    event = settled(library)[0]
    assert "1 title with lost files waits for you." in event.result
    assert not (folder / LANTERN / "movie.nfo").exists()
    assert library.jobs.list(("artwork",)).total == earlier  # no picture is chosen either


def test_automatic_library_publishes_safe_rows_only(library: Library, folder: Path, film: int) -> None:
    library.automation.change(1, {"automation_mode": "automatic"})
    (folder / TRAM / "movie.nfo").write_bytes(b"<movie><title>Theirs</title></movie>")
    library.people.add([folder / TRAM / "Night Tram (2009).mp4"], ["Ann Lee"])
    radarr = Radarr(library, folder)
    for each in (folder / LANTERN / f"{NAME}.mp4", folder / TRAM / "Night Tram (2009).mp4"):
        radarr.send(
            {"eventType": "Download", "movie": radarr.subject(each.parent), "movieFile": {"path": radarr.path(each)}}
        )
    event = settled(library)[0]
    assert event.result == "Scanned, no file changed, 1 title published. 1 row waits for you."
    assert (folder / LANTERN / "movie.nfo").exists()
    assert (folder / TRAM / "movie.nfo").read_bytes() == b"<movie><title>Theirs</title></movie>"
    assert library.automation.get(1).published == 1
    [operation] = operations_of(library, event)
    assert (operation.source, operation.actor_kind) == ("automation", "webhook")


@pytest.mark.parametrize(
    "keeps_back", ["limit", "quiet time", "publish off", pytest.param("paused", marks=pytest.mark.further)]
)
def test_automatic_publication_has_limits(library: Library, folder: Path, keeps_back: str) -> None:
    library.automation.change(1, {"automation_mode": "automatic"})
    if keeps_back == "limit":
        library.automation.change(1, {"night_limit": 1})
        films = [folder / LANTERN / f"{NAME}.mp4", folder / TRAM / "Night Tram (2009).mp4"]
    else:
        films = [folder / LANTERN / f"{NAME}.mp4"]
    if keeps_back == "quiet time":
        now = datetime.now().astimezone()
        times = (now - timedelta(hours=1), now + timedelta(hours=1))
        library.automation.change(1, {"quiet_from": f"{times[0]:%H:%M}", "quiet_until": f"{times[1]:%H:%M}"})
    if keeps_back == "publish off":
        library.publications.set_options(1, publish="off")
    if keeps_back == "paused":
        library.automation.pause()
    radarr = Radarr(library, folder)
    for each in films:
        radarr.send(
            {"eventType": "Download", "movie": radarr.subject(each.parent), "movieFile": {"path": radarr.path(each)}}
        )
    if keeps_back == "paused":
        until(lambda: library.webhooks.events(state="waiting").total == 1)
        assert library.jobs.list(("reaction",)).total == 0
        library.automation.pause(is_paused=False)
    if keeps_back in ("limit", "quiet time"):  # a later attempt publishes what they keep back
        until(lambda: "keeps safe rows back" in library.webhooks.events().items[0].result)
        event = library.webhooks.events().items[0]
        assert event.state == "waiting"
    else:
        event = settled(library)[0]
    written = [each for each in films if (each.parent / "movie.nfo").exists()]
    assert len(written) == (1 if keeps_back in ("limit", "paused") else 0), event.result


def test_events_of_one_folder_make_one_reaction(library: Library, folder: Path) -> None:
    sonarr = library.webhooks.add("sonarr", folder_map=[("/tv", str(folder / "Shows"))])
    for number in range(1, 13):
        body = {
            "eventType": "Download",
            "series": {"title": "Harbour Lights", "path": "/tv/Harbour Lights"},
            "episodeFile": {"path": f"/tv/Harbour Lights/Season 1/Harbour Lights - S01E{number:02}.mp4"},
        }
        library.webhooks.receive("sonarr", sonarr.secret, json.dumps(body).encode())
    events = settled(library, count=12)
    assert len({each.job_id for each in events}) == 1
    assert library.jobs.list(("scan",)).items[0].title == "Scan Shows/Harbour Lights of media"


def test_equal_events_that_wait_are_one(library: Library, folder: Path) -> None:
    radarr = Radarr(library, folder)
    for _ in range(5):
        radarr.send({"eventType": "Download", "movie": radarr.subject(folder / LANTERN)})
    [event] = settled(library)
    assert event.times == 5


def test_new_film_of_an_event_is_found_with_its_ids(library: Library, folder: Path) -> None:
    radarr = Radarr(library, folder)
    new = folder / "Films/Cold Harvest (2018)/Cold.Harvest.2018.mp4"
    media.video(new, seed=77)
    radarr.send(
        {
            "eventType": "Download",
            "movie": radarr.subject(new.parent, tmdbId=9000099, imdbId="tt9000099"),
            "movieFile": {"path": radarr.path(new)},
        }
    )
    [event] = settled(library)
    assert event.result.startswith("1 file scanned")
    [title] = [each for each in library.titles.list().items if each.title == "Cold Harvest"]
    values = {(each.field, each.origin): each.value for each in library.titles.get(title.id).values}
    assert values["tmdb_id", "sender"] == "9000099"
    assert values["imdb_id", "sender"] == "tt9000099"


# Events without effect.


@pytest.fixture
def generic(library: Library) -> str:
    """The secret of a source of events of any program."""
    return library.webhooks.add("generic").secret


@each_case(
    ("kind", "body", "state", "result"),
    [
        ("radarr", {"eventType": "Test", "movie": {"folderPath": "C:\\testpath", "tmdbId": 0}}, "ignored", "A test"),
        ("radarr", {"eventType": "Grab", "movie": {"title": "M"}}, "ignored", "It changes no file."),
        ("radarr", {"eventType": "Brew"}, "ignored", "This version does not know"),
        ("radarr", {"eventType": 7}, "failed", "The event has no eventType"),
        ("radarr", {"eventType": "Download", "movie": {"folderPath": ["/movies"]}}, "failed", "names no path"),
        (
            "radarr",
            {"eventType": "Download", "movie": {"folderPath": "/films/M"}},
            "failed",
            "/films/M is in no library",
        ),
        ("radarr", {"eventType": "Download", "movie": {"folderPath": "/a/../../etc"}}, "failed", "has “..” in it"),
        ("radarr", {"eventType": "Download", "movie": {"folderPath": "D:\\Filme\\M"}}, "failed", "D:\\Filme\\M is no"),
        (
            "radarr",
            {"eventType": "MovieDelete", "movie": {"folderPath": "/x"}, "deletedFiles": False},
            "ignored",
            "Its files stay.",
        ),
        ("sonarr", {"eventType": "SeriesAdd", "series": {"path": "/tv/X"}}, "ignored", "It changes no file."),
        ("jellyfin", {"NotificationType": "PlaybackStart", "Name": "M"}, "ignored", "It changes no file."),
        (
            "jellyfin",
            {"NotificationType": "ItemAdded", "ItemType": "Movie", "Provider_tmdb": "5"},
            "ignored",
            "No title here has its ids yet.",
        ),
        ("generic", {"path": 7}, "failed", "The event has no path."),
        ("generic", {"path": "/x/y.mkv", "tmdb_id": "no"}, "failed", "tmdb_id is not an id of TMDB."),
        ("generic", {"path": "/x/y.mkv", "isUpgrade": "yes"}, "failed", "isUpgrade is not true or false."),
    ],
)
def test_event_without_effect_says_why(
    library: Library, kind: str, body: dict[str, Any], state: str, result: str
) -> None:
    added = library.webhooks.add(kind)
    library.webhooks.receive(kind, added.secret, json.dumps(body).encode())
    [event] = library.webhooks.events().items
    library.webhooks.remove(kind)
    assert (event.state, result in event.result) == (state, True), event.result


@each_case(
    ("body", "code"),
    [
        (b"", "not_json"),
        (b"[]", "not_json"),
        (b"\xff\xfe", "not_json"),
        (b"x=1", "not_json"),
        (b'{"a": ' * 5000, "not_json"),
        (b'{"a": "%s"}' % (b"x" * MAX_BODY_BYTES), "too_large"),
    ],
)
def test_body_that_is_no_event_is_refused(library: Library, generic: str, body: bytes, code: str) -> None:
    with pytest.raises(errors.UsageError) as caught:
        library.webhooks.receive("generic", generic, body)
    assert caught.value.reason == code
    assert library.webhooks.events().total == 0


def test_work_yields_to_a_sender_with_the_right_secret(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    yielded: list[float] = []
    now = 100.0

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds
        yielded.append(seconds)

    monkeypatch.setattr(library.ui_priority, "_clock", lambda: now)
    monkeypatch.setattr(library.ui_priority, "_sleep", sleep)
    radarr = library.webhooks.add("radarr")
    with pytest.raises(errors.WebhookRefusedError):
        library.webhooks.receive("radarr", "guess", b"{}")
    library.ui_priority.yield_to_ui()
    assert yielded == []
    library.webhooks.receive("radarr", radarr.secret, b"{}")
    library.ui_priority.yield_to_ui()
    assert round(sum(yielded), 2) == 0.15


def test_wrong_secret_is_refused_and_then_throttled(library: Library) -> None:
    added = library.webhooks.add("generic")
    for _ in range(10):
        with pytest.raises(errors.WebhookRefusedError, match="The secret is missing or wrong"):
            library.webhooks.receive("generic", "guess", b"{}", sender="10.0.0.9")
    with pytest.raises(errors.WebhookRefusedError, match="Too many wrong secrets"):
        library.webhooks.receive("generic", "guess", b"{}", sender="10.0.0.9")
    library.webhooks.receive("generic", added.secret, b'{"path": "/x"}', sender="10.0.0.9")
    fresh = library.webhooks.new_secret("generic")
    with pytest.raises(errors.WebhookRefusedError):
        library.webhooks.receive("generic", added.secret, b"{}", sender="10.0.0.8")
    library.webhooks.change("generic", enabled=False)
    with pytest.raises(errors.WebhookRefusedError, match="is off"):
        library.webhooks.receive("generic", fresh.secret, b"{}", sender="10.0.0.8")


@each_case("path", [r"/x/\ud800.mkv", r"/x/\u0000.mkv", "/x/" + "é" * 300])
def test_odd_body_stops_no_later_event(library: Library, path: str) -> None:
    added = library.webhooks.add("generic")
    library.webhooks.receive("generic", added.secret, b'{"path": "%s"}' % path.encode())
    library.webhooks.receive("generic", added.secret, b'{"path": "/y"}')
    states = [each.state for each in library.webhooks.events().items]
    with pytest.raises(errors.UsageError, match="not a JSON object"):
        library.webhooks.receive("generic", added.secret, b'{"path": NaN}')
    library.webhooks.remove("generic")
    assert states == ["failed", "failed"]


# Maps and anchors.


def test_event_is_repeated_after_its_map_was_corrected(library: Library, folder: Path) -> None:
    added = library.webhooks.add("radarr", folder_map=[("/movies", str(folder / "Wrong"))])
    body = {"eventType": "Download", "movie": {"title": "X", "folderPath": "/films/Night Tram (2009)"}}
    library.webhooks.receive("radarr", added.secret, json.dumps(body).encode())
    [event] = library.webhooks.events().items
    assert event.result == "/films/Night Tram (2009) is under no folder of the map of radarr. Add a row for its folder."
    library.webhooks.change("radarr", folder_map=[("/films", str(folder / "Films"))])
    assert library.webhooks.repeat(event.id).state == "waiting"
    [event] = settled(library)
    assert (event.state, event.folder) == ("handled", TRAM)


def test_path_is_tried_before_an_event_comes(library: Library, folder: Path) -> None:
    (folder / ".anchor").touch()
    library.webhooks.add("radarr", folder_map=[("D:\\Filme", str(folder / "Films"))], anchor=".anchor")
    trial = library.webhooks.try_path("radarr", f"d:\\filme\\{NAME}\\{NAME}.mp4")
    assert (trial.here, trial.folder, trial.exists) == (str(folder / LANTERN / f"{NAME}.mp4"), LANTERN, True)
    assert (
        trial.problem
        == f"The anchor file {folder}/Films/.anchor is missing: the disk is probably not mounted. Nothing is done."
    )
    assert (
        library.webhooks.try_path("radarr", "/x").problem
        == "/x is under no folder of the map of radarr. Add a row for its folder."
    )


def test_missing_anchor_keeps_events_waiting(
    library: Library, folder: Path, published: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexium_core.flows.webhooks.reactions.LATER", timedelta(seconds=1))
    radarr = Radarr(library, folder)
    library.webhooks.change("radarr", anchor=".anchor")
    film = folder / LANTERN / f"{NAME}.mp4"
    radarr.upgrade(film, film)
    until(lambda: "is missing" in library.webhooks.events().items[0].result)
    assert not (folder / LANTERN / "movie.nfo").exists()
    (folder / ".anchor").touch()
    assert settled(library)[0].state == "handled"
    assert (folder / LANTERN / "movie.nfo").exists()


def test_empty_mount_restores_nothing(
    library: Library, folder: Path, published: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexium_core.flows.webhooks.reactions.LATER", timedelta(seconds=1))
    monkeypatch.setattr("indexium_core.flows.webhooks.event_intake._REACTION_SECONDS", 1.0)
    radarr = Radarr(library, folder)
    folder.rename(folder.with_name("away"))
    folder.mkdir()
    radarr.send({"eventType": "Download", "isUpgrade": True, "movie": radarr.subject(folder / LANTERN)})
    until(lambda: "is empty" in library.webhooks.events().items[0].result)
    assert library.webhooks.events().items[0].state == "waiting"
    assert list(folder.iterdir()) == []
    folder.rmdir()
    folder.with_name("away").rename(folder)
    assert settled(library)[0].state == "handled"


# What survives.


@pytest.mark.further
def test_events_survive_the_end_of_the_process(tmp_path: Path, library: Library, folder: Path) -> None:
    radarr = Radarr(library, folder)
    library.settings.webhook_quiet_seconds = 3600
    radarr.send({"eventType": "Download", "movie": radarr.subject(folder / LANTERN)})
    library.close()
    with Library.open(
        tmp_path / "home", url="http://127.0.0.1:1", clock=lambda: datetime.now(UTC) + timedelta(hours=2)
    ) as again:
        [event] = settled(again)
        assert event.state == "handled"


def test_clock_that_is_set_back_holds_nothing_back(library: Library, folder: Path, published: dict[str, bytes]) -> None:
    film = folder / LANTERN / f"{NAME}.mp4"
    library.webhooks._clock = lambda: datetime.now(UTC) + timedelta(days=1)
    Radarr(library, folder).upgrade(film, film)
    assert {each.state for each in settled(library, count=2)} == {"handled"}
    assert side_files(tree(folder)) == side_files(published)


def test_removed_source_takes_its_events_with_it(library: Library) -> None:
    added = library.webhooks.add("generic")
    library.webhooks.receive("generic", added.secret, b'{"path": "/x"}')
    library.webhooks.remove("generic")
    assert library.webhooks.list() == []
    assert library.webhooks.events().total == 0


@each_case(
    ("arguments", "message"),
    [
        ({"kind": "lidarr"}, "There is no kind of source “lidarr”. Choose one of: radarr, sonarr, jellyfin, generic."),
        ({"kind": "radarr", "name": "My Radarr"}, "“My Radarr” is not a name of a source."),
        ({"kind": "radarr", "folder_map": [("movies", "/x")]}, "“movies” is not an absolute folder."),
        ({"kind": "radarr", "anchor": "a/b"}, "“a/b” is not the name of a file."),
    ],
)
def test_wrong_source_is_one_sentence(library: Library, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(errors.UsageError) as caught:
        library.webhooks.add(**arguments)
    assert message in caught.value.message
    assert library.webhooks.list() == []


@each_case(
    ("values", "message"),
    [
        ({"automation_mode": "wild"}, "There is no mode “wild”. Choose one of: manual, hybrid, automatic."),
        ({"quiet_from": "25:00", "quiet_until": "07:00"}, "quiet_from “25:00” is not a time."),
        ({"quiet_from": "18:00"}, "A quiet time needs both times"),
        ({"night_limit": -1}, "night_limit is 0 (no limit) to 1,000,000 files."),
        ({"colour": "red"}, "Automation has no field “colour”."),
        ({"auto_publish": "yes"}, "auto_publish is on or off, not “yes”."),
        ({"night_limit": True}, "night_limit is a whole number, not “True”."),
    ],
)
def test_wrong_automation_is_one_sentence(library: Library, values: dict[str, Any], message: str) -> None:
    with pytest.raises(errors.UsageError) as caught:
        library.automation.change(1, values)
    assert message in caught.value.message
