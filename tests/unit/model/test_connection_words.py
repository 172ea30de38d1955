"""Senders, players, automation and schedules in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from indexium_core.model.connections.automation import AutomationConfig, LibraryAutomation
from indexium_core.model.connections.player_connection import PlayerConnection
from indexium_core.model.connections.webhooks import PathTrial, WebhookEvent, WebhookSource
from indexium_core.model.schedule import Schedule

NOW = datetime.now(UTC)


def source(**values: Any) -> WebhookSource:
    facts = {"id": 1, "kind": "radarr", "name": "radarr", "enabled": True, "created_at": NOW, "secret_at": NOW}
    return WebhookSource(**{**facts, **values})


def event(**values: Any) -> WebhookEvent:
    facts = {"id": 1, "source_id": 1, "source": "radarr", "received_at": NOW, "event_type": "Download"}
    return WebhookEvent(**{**facts, "state": "handled", **values})


def test_sender_is_called_as_its_program_or_as_a_person_named_it() -> None:
    plain, named = source(events_this_month=1204), source(name="attic", kind="generic")
    assert (plain.label, plain.about) == ("Radarr", "1,204 this month")
    assert (named.label, named.about) == ("attic", "Another program · 0 this month")
    assert plain.secret_set.startswith("set today ")


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ({}, "Import"),
        ({"is_upgrade": True}, "Upgrade"),
        ({"event_type": "ItemAdded"}, "Added"),
        ({"event_type": "Grab"}, "Grab"),
        ({"event_type": ""}, "Unknown event"),
    ],
)
def test_event_says_what_happened(values: dict[str, Any], what: str) -> None:
    assert event(**values).what == what


@pytest.mark.parametrize(
    ("values", "outcome", "may_be_repeated", "has_arrived"),
    [
        ({"state": "waiting"}, "It waits until its folder is quiet.", True, False),
        ({"state": "waiting", "job_id": 7}, "Its reaction runs.", False, False),
        ({"state": "waiting", "result": "The disk is full."}, "The disk is full.", True, False),
        ({"state": "failed", "result": "No library."}, "No library.", True, False),
        ({"state": "ignored", "event_type": "Test", "result": "A test."}, "A test.", False, True),
        ({"state": "ignored", "event_type": "Grab"}, "", False, False),
    ],
)
def test_event_says_what_it_led_to(
    values: dict[str, Any], outcome: str, may_be_repeated: bool, has_arrived: bool
) -> None:
    found = event(**values)
    assert (found.outcome, found.may_be_repeated, found.has_arrived) == (outcome, may_be_repeated, has_arrived)
    assert replace(found, times=3).when.endswith(", 3 times")


LANDED = {"here": "/media/films", "library_id": 1, "library": "films", "exists": True}


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({}, "no_library"),
        ({**LANDED, "exists": False}, "no_folder"),
        (LANDED, "unused"),
        ({**LANDED, "anchor": "/media/films/.anchor"}, "found"),
        ({**LANDED, "anchor": "/media/films/.anchor", "is_anchored": False}, "missing"),
    ],
)
def test_folder_of_a_map_says_whether_it_is_here(values: dict[str, Any], state: str) -> None:
    assert PathTrial(path="/movies", **values).anchor_state == state


def test_path_says_what_is_there() -> None:
    assert PathTrial(path="/m", **{**LANDED, "size": 3_100_000}).there == "it exists, 3.1 MB"
    assert PathTrial(path="/m", exists=True).there == "it exists"
    assert PathTrial(path="/m").there == "nothing exists there now"


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        ("/movies/M (1931)/M.mkv", "/movies"),
        ("/tv/Cinder Street/Season 2/S02E01.mkv", "/tv"),
        ("D:\\Filme\\M (1931)\\M.mkv", "D:\\Filme"),
        ("/movies/M (1931)", "/movies"),
        ("/movies", "/movies"),
        ("M.mkv", ""),
    ],
)
def test_row_that_the_map_lacks_is_proposed(path: str, folder: str) -> None:
    assert PathTrial(path=path, problem="It is under no folder.").unmapped == folder
    assert PathTrial(path=path, here="/media").unmapped == ""


def player(**values: Any) -> PlayerConnection:
    facts = {"id": 1, "kind": "jellyfin", "name": "TV", "url": "http://tv:8096", "enabled": True, "key_name": "k"}
    return PlayerConnection(**{**facts, **values})


def test_player_says_where_it_is_and_what_waits() -> None:
    assert (player().program, player(key="file").about) == ("Jellyfin", "tv:8096 · key stored")
    assert (player().read, player().waits, player().next_attempt) == ("", "", "")
    assert player(read_at=NOW).read.startswith("read back today ")
    assert player(waiting=1).waits == "1 title waits for a message"
    assert player(waiting=2, next_attempt_at=NOW).waits == "2 titles wait for a message"
    assert player(waiting=2, next_attempt_at=NOW).next_attempt.startswith("Next attempt today ")
    assert player(next_attempt_at=NOW).next_attempt == ""


@pytest.mark.parametrize(
    ("mode", "idle"),
    [
        ("manual", ["auto_enrich", "auto_select_assets", "webhook_auto_publish", "auto_publish"]),
        ("hybrid", ["auto_publish"]),
        ("automatic", []),
    ],
)
def test_switches_without_an_effect_depend_on_the_mode(mode: Any, idle: list[str]) -> None:
    config = AutomationConfig(library_id=1, automation_mode=mode, auto_publish=True)
    assert config.idle == idle
    assert (config.enriches, config.publishes) == (mode != "manual", mode == "automatic")


def test_library_says_its_limit_and_its_quiet_time() -> None:
    config = AutomationConfig(library_id=3)
    facts: dict[str, Any] = {"library": "films", "is_publishing": True, "waiting": 0, "summary": ""}
    found = LibraryAutomation(config=config, kind="movies", titles=1, published=0, **facts)
    assert (found.library_id, found.about, found.limit, config.quiet) == (3, "1 title", "no limit", "no quiet time")
    limited = replace(config, night_limit=40, quiet_from="18:00", quiet_until="23:30")
    busy = LibraryAutomation(config=limited, kind="home", titles=9, published=2, **facts)
    assert (busy.about, busy.limit, limited.quiet) == (
        "photos and videos",
        "40 files in 24 h, 2 done",
        "quiet 18:00–23:30",
    )


def test_schedule_says_when_it_runs_and_how_it_ended() -> None:
    new = Schedule(name="scan", kind="nightly_scan", cron="0 2 * * *", when="At 02:00 every day")
    assert (new.label, new.next, new.last, new.result) == ("Nightly scan", "", "It has not run yet.", "")
    ended = replace(new, last_run_at=NOW, next_run_at=NOW, last_result="failed: The disk is full: no space.")
    assert (ended.result, ended.reason) == ("failed", "The disk is full: no space.")
    assert (ended.next[:16], ended.last[:16]) == ("Next run: today ", "Last run: today ")
