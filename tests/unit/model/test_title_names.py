"""What one name of a file says: title, year, season and episode, part, role, ids."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexium_core.model.titles.name_parts import NameParts
from indexium_core.model.titles.names import fold_title, read_name, title_without_part
from indexium_core.model.titles.numbers import season_of_folder


@pytest.mark.parametrize(
    ("name", "episodes"),
    [
        ("Show S01E01E02", (1, 2)),
        ("Show S01E01-E03", (1, 2, 3)),
        ("Show S01E01-03", (1, 2, 3)),
        ("Show.S01E05.E07", (5, 7)),
        ("Show S01E01+02", (1, 2)),
        ("Show.S01E01.S01E02", (1, 2)),
        ("Show 1x01x02", (1, 2)),
        ("Show 1x01-02", (1, 2)),
        ("Show - S01 - E02", (2,)),
        ("Show S01E02 720p", (2,)),
        ("Show S01E9000-E99999", (9000,)),  # no range of so many episodes
    ],
)
def test_several_episodes_of_one_file(name: str, episodes: tuple[int, ...]) -> None:
    found = read_name(name)
    assert (found.season, found.episodes, found.evidence) == (1, episodes, "episode")
    assert found.series_title == "Show"


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("1917", {"title": "1917"}),
        ("2012 (2009)", {"title": "2012", "year": 2009}),
        ("1917.2019.1080p", {"title": "1917", "year": 2019}),
        ("Blade Runner 2049", {"title": "Blade Runner 2049"}),
        ("Show 1920x1080", {"title": "Show"}),
        ("Film (2000) {tmdb-12} {edition-Final Cut}", {"title": "Film", "ids": {"tmdb": "12"}, "edition": "Final Cut"}),
        ("Film [imdbid-tt0123456]", {"title": "Film", "ids": {"imdb": "tt0123456"}}),
        ("Film (2000)-trailer", {"title": "Film", "role": "trailer"}),
        ("Film (2000) CD2", {"title": "Film", "part": 2, "is_disc_part": True}),
        ("Film Part II (2000)", {"title": "Film Part II", "part": 2}),
        ("VID_20190731_183000", {"is_camera": True}),
        ("Show - 2019-04-20", {"series_title": "Show", "aired": "2019-04-20"}),
        ("2019-04-20 Picnic", {"is_date_first": True, "episode_title": "Picnic"}),
        ("Show 2019-13-45", {"aired": ""}),
        ("Film.German.2008.720p", {"title": "Film", "year": 2008, "language": ""}),
        ("Film.2008.German.720p", {"title": "Film", "language": "de"}),
        ("The Office (US) S01E01", {"series_title": "The Office", "country": "US"}),
        ("Matrix, The", {"title": "The Matrix"}),
    ],
)
def test_parts_of_name(name: str, wanted: dict[str, Any]) -> None:
    found = read_name(name)
    assert {key: getattr(found, key) for key in wanted} == wanted


@pytest.mark.parametrize(
    ("folder", "season"),
    [
        ("Season 1", (1, "")),
        ("S02", (2, "")),
        ("2. Staffel", (2, "")),
        ("Saison 3", (3, "")),
        ("Temporada 4", (4, "")),
        ("Сезон 5", (5, "")),
        ("第6季", (6, "")),
        ("Specials", (0, "")),
        ("Season 0", (0, "")),
        ("Show.S03.1080p.BluRay", (3, "Show")),
        ("Show Season 2", (2, "Show")),
        ("Seasons of Love", None),
        ("Show", None),
    ],
)
def test_season_of_folder(folder: str, season: tuple[int, str] | None) -> None:
    assert season_of_folder(folder) == season


def test_titles_with_one_spelling_have_one_key() -> None:
    assert (
        len(
            {
                fold_title(each)
                for each in ("Léon: the Professional", "leon - The  Professional", "LEON THE PROFESSIONAL")
            }
        )
        == 1
    )
    assert fold_title("M*A*S*H") != fold_title("Cash")
    assert fold_title("???")  # a title of signs has a key as well
    assert title_without_part("Heat Part 2") == "Heat"


@given(st.text(max_size=120))
def test_every_text_has_parts(text: str) -> None:
    found = read_name(text)
    assert NameParts.from_plain(found.plain()) == found
