"""Rules of players: addresses, times, paths, comparisons and watch states."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexium_core import errors
from indexium_core.model.connections import folder_map, player_comparison, player_connection, watch_states
from indexium_core.model.connections.player_connection import TitleShown
from indexium_core.model.connections.watch_states import WatchState
from indexium_core.model.publishing.player_views import PlayerFact, PlayerView
from indexium_core.sources.players import program


def view(player: str = "Kodi", versions: str = "20 to 21", poster: str = "poster.jpg") -> PlayerView:
    return PlayerView(
        player=player,
        versions=versions,
        title="Harbour",
        year=2014,
        people=("Ada", "Bo"),
        plot="A  plot.",
        poster=poster,
        facts=(PlayerFact(field="year", state="warning", reason="Kodi shows the year 1970."),),
    )


def shown(**changes: object) -> TitleShown:
    values = {"title": "Harbour", "year": 2014, "plot": "A plot.", "people": ("Bo", "Ada"), "poster": "/m/poster.jpg"}
    return TitleShown(**{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({}, []),
        ({"poster": "C:\\m\\poster.jpg"}, []),
        ({"poster": None, "people": None}, []),
        ({"poster_bytes": 7}, []),
        ({"title": "Old"}, ["Kodi shows the title “Old”, not “Harbour”."]),
        ({"year": None}, ["Kodi shows no year, not 2014.", "Kodi shows the year 1970."]),
        ({"plot": "Other"}, ["Kodi shows another plot."]),
        ({"people": ("Ada",)}, ["Kodi does not show Bo."]),
        ({"people": ("Ada", "Bo", "Cy")}, ["Kodi still shows Cy."]),
        ({"poster": ""}, ["Kodi shows no poster, and poster.jpg is there."]),
        ({"poster": "/m/folder.jpg"}, ["Kodi shows the picture folder.jpg, not poster.jpg."]),
        ({"poster_bytes": 8}, ["Kodi shows its old copy of poster.jpg until it drops it."]),
    ],
)
def test_difference_has_its_reason(changes: dict[str, object], reasons: list[str]) -> None:
    assert player_comparison.differences("kodi", view(), shown(**changes), poster_bytes=7) == reasons


def test_missing_date_of_kodi_is_no_difference() -> None:
    assert player_comparison.differences("kodi", replace(view(), year=1970), shown(year=None), poster_bytes=7) == []


def test_picture_of_the_network_is_not_compared() -> None:
    of_network = view(poster="https://image.example/a.jpg")
    assert player_comparison.differences("kodi", of_network, shown(poster="x"), poster_bytes=None) == []


def test_jellyfin_names_its_rule_for_times_unless_a_lock_explains_it() -> None:
    late = view("Jellyfin", "10.11 to 12")
    [_, rule] = player_comparison.differences("jellyfin", late, shown(plot="Other"), poster_bytes=7)
    assert "only if it is 60 seconds newer" in rule
    [_, lock] = player_comparison.differences("jellyfin", late, shown(plot="Other", locks=("all",)), poster_bytes=7)
    assert "is locked" in lock
    [_, some] = player_comparison.differences("plex", view("Plex"), shown(plot="", locks=("summary",)), poster_bytes=7)
    assert some == "Plex keeps summary of this title locked. Unlock it there."


@pytest.mark.parametrize(
    ("kind", "version", "versions"),
    [
        ("kodi", "20.1", "20"),
        ("kodi", "21.2", "21"),
        ("kodi", "19", "20"),
        ("jellyfin", "10.10.7", "10.9 to 10.10"),
        ("jellyfin", "12.0", "10.11 to 12"),
        ("emby", "4.8", "10.9 to 10.10"),
    ],
)
def test_view_is_that_of_the_version(kind: str, version: str, versions: str) -> None:
    ranges = [("Kodi", "20"), ("Kodi", "21"), ("Jellyfin", "10.9 to 10.10"), ("Jellyfin", "10.11 to 12")]
    found = player_comparison.view_for(kind, version, [view(*each) for each in ranges])
    assert found is not None
    assert found.versions == versions
    assert player_comparison.view_for("plex", "1", [view()]) is None


def test_attempts_come_ever_more_rarely_and_never_end() -> None:
    seconds = [player_connection.seconds_to_attempt(failures) for failures in range(1, 9)]
    assert seconds == [30, 120, 600, 1800, 7200, 7200, 7200, 7200]
    assert [player_connection.seconds_to_reading("kodi", each) for each in range(5)] == [10, 300, 1800, 7200, None]


@pytest.mark.parametrize("url", ["", "nas:8096", "ftp://nas", "http://a b", "http://nas/?api_key=x", "http://u:p@nas"])
def test_other_text_is_no_address(url: str) -> None:
    with pytest.raises(errors.UsageError, match="not the address of a player"):
        player_connection.checked_address(url)
    assert player_connection.checked_address(" http://[::1]:8096/jellyfin/ ") == "http://[::1]:8096/jellyfin"


def test_folders_of_kodi_may_be_of_another_machine() -> None:
    rules = folder_map.rules_of([("smb://nas/films/", "/media/films")])
    mapped = folder_map.to_theirs(rules, "/media/films/M (1931)/M.mkv")
    assert mapped is not None
    assert mapped.path == "smb://nas/films/M (1931)/M.mkv"
    back = folder_map.to_ours(rules, mapped.path)
    assert back is not None
    assert back.path == "/media/films/M (1931)/M.mkv"
    with pytest.raises(errors.UsageError, match="not an absolute folder"):
        folder_map.rules_of([("http://nas/films", "/media/films")])


@pytest.mark.parametrize(
    ("path", "parent", "name"),
    [
        ("/m/a b/c.mkv", "/m/a b", "c.mkv"),
        ("D:\\m\\c.mkv", "D:\\m", "c.mkv"),
        ("smb://nas/films/c.mkv", "smb://nas/films", "c.mkv"),
    ],
)
def test_paths_of_players_have_parts(path: str, parent: str, name: str) -> None:
    assert (program.parent_of(path), program.name_of(path)) == (parent, name)
    assert program.is_below(path, parent)
    assert program.is_below(path, f"{parent}/")
    assert not program.is_below(f"{parent}x", parent)


STATES = st.builds(
    WatchState,
    path=st.sampled_from(["/a.mkv", "/b.mkv"]),
    ids=st.sampled_from([{}, {"imdb": "tt1"}]),
    play_count=st.integers(0, 9),
    last_played=st.sampled_from(["", "2026-01-01", "2026-02-01"]),
    user_rating=st.sampled_from([0.0, 7.0]),
    resume_seconds=st.sampled_from([0.0, 60.0]),
)


@given(STATES, STATES)
def test_stored_watch_state_takes_nothing_away(present: WatchState, stored: WatchState) -> None:
    after = watch_states.joined(present, stored)
    assert after.play_count >= present.play_count
    assert after.last_played >= present.last_played
    assert present.user_rating in (0.0, after.user_rating)
    assert present.resume_seconds in (0.0, after.resume_seconds)
    assert watch_states.joined(after, stored) == after


@given(st.lists(STATES, max_size=4))
def test_document_of_watch_states_is_read_back(states: list[WatchState]) -> None:
    assert watch_states.of_document(watch_states.as_document(states)) == states
