"""What players show of NFO files and pictures: a table of folders, and hostile bytes."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from indexium_core.files.titles import player_reading, player_xml
from indexium_core.model import shapes
from indexium_core.model.publishing.player_views import MediaFolder, PlayerView
from indexium_core.model.publishing.players import PLAYERS
from tests.support.cases import each_case
from tests.support.player_cases import CASES, mixed, movie, own


def of(folder: MediaFolder, label: str) -> list[PlayerView]:
    """The views of a program, or of the version of a program."""
    program, _, version = label.partition(" ")
    found = [each for each in player_reading.views(folder) if each.player == program]
    return [each for each in found if _has(each, version)] if version else found


def _has(view: PlayerView, version: str) -> bool:
    first, _, last = view.versions.partition(" to ")
    numbers = [[int(part) for part in text.split(".")] for text in (first, version, last or first)]
    return numbers[0] <= numbers[1] <= numbers[2]


@each_case("name", CASES)
def test_players_show_what_their_rules_say(name: str) -> None:
    case = CASES[name]
    for label, expected in case.shows.items():
        views = of(case.folder, label)
        assert views, label
        for view in views:
            shown: dict[str, Any] = {key: getattr(view, key) for key in expected if key != "facts"}
            assert shown == {key: value for key, value in expected.items() if key != "facts"}, label
            facts = {(each.field, each.state): each.reason for each in view.facts}
            for field, state, *text in expected.get("facts", ()):
                assert facts.get((field, state)) in (text or facts.values()), (label, view.facts)


def test_every_fact_is_a_sentence() -> None:
    for case in CASES.values():
        for view in player_reading.views(case.folder):
            assert all(each.reason.endswith(".") and "{" not in each.reason for each in view.facts)
            assert any(each.field == "poster" for each in view.facts)


def test_files_of_other_titles_give_no_facts() -> None:
    files = {"Film.nfo": movie("Film"), "Other.nfo": movie("Other", "<year>1990</year><plot>P</plot>")}
    for view in player_reading.views(mixed(files)):
        assert not {"year", "plot"} & {each.field for each in view.facts}


def test_equal_views_of_versions_are_one() -> None:
    views = player_reading.views(own(movie("Film")))
    assert [(each.player, each.versions) for each in views] == [
        ("Kodi", "20 to 21"),
        ("Jellyfin", "10.9 to 12"),
        ("Plex", "1.43.1 or later"),
    ]


def test_views_have_json_form_with_people_in_order() -> None:
    actors = "".join(f"<actor><name>{name}</name></actor>" for name in ("Zoe", "Ann"))
    text = json.dumps(player_reading.views(own(movie("Film", actors))), default=shapes.plain)
    kodi = json.loads(text)[0]
    assert kodi["people"] == ["Zoe", "Ann"]
    assert kodi["facts"][0] == {"field": "title", "state": "seen", "reason": "From Film.nfo."}


def test_entities_are_not_expanded() -> None:
    bomb = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
    data = f'<!DOCTYPE movie [<!ENTITY a0 "x">{bomb}]><movie><title>&a9;</title></movie>'.encode()
    assert [each.title for each in player_reading.views(own(data))] == ["", "Film", "Film"]
    assert player_xml.strict(data.decode()).root is None


def test_an_element_that_ends_the_reading_has_one_note() -> None:
    view = of(own(b"<movie><title>T</title><watched>maybe</watched><b></movie>"), "Jellyfin")[0]
    assert [each.reason for each in view.facts if each.field == "title"] == [
        "Jellyfin stops at <watched>, which needs true or false: it does not read what follows."
    ]


def test_deep_elements_need_no_stack() -> None:
    text = "<movie><title>Deep</title>" + "<a>" * 300_000
    assert player_xml.tolerant(text).is_damaged
    assert player_xml.strict(text).is_damaged
    assert [each.title for each in player_reading.views(own(text[:900_000].encode()))] == ["Deep"] * 3


@given(st.binary(max_size=200) | st.text(alphabet="<>/&;!?-[]CDAT= \"'movetitl\n", max_size=80).map(str.encode))
def test_every_content_has_views(data: bytes) -> None:
    for entity in ("movie", "video", "series", "season", "episode"):
        names = {"movie": "movie.nfo", "series": "tvshow.nfo", "season": "season.nfo"}
        folder = MediaFolder(entity=entity, media="Film.mkv", number=1, nfo={names.get(entity, "Film.nfo"): data})
        views = player_reading.views(folder)
        assert {each.player for each in views} == {each.program for each in PLAYERS}


@given(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20))
def test_texts_of_valid_documents_are_the_same_in_all_players(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    data = f"<movie><title>{escaped}</title></movie>".encode()
    titles = {each.title for each in player_reading.views(own(data))}
    expected = text.strip()
    assert titles == ({expected} if expected else {"", "Film"})
