"""File names of one series."""

from __future__ import annotations

import pytest

from indexium_core.model.files import series
from tests.support.cases import each_case

ONE_SERIES = [
    ("Seaside 2019, part 1.mp4", "Seaside 2019, part 2.mp4"),
    ("Seaside 2019, part 1.mp4", "seaside_2020_pt.II.mkv"),
    ("School play.mkv", "School play, act 2.mkv"),
    ("2019-08-04 Picnic.mp4", "12 May 2021 Picnic.mp4"),
    ("Show.S01E03.mkv", "Show S02E11.mkv"),
    ("Lecture 3a.mp4", "Lecture 12b.mp4"),
    ("Birthday.mp4", "Birthday (1).mp4"),
    ("Birthday.mp4", "Birthday - copy (2).mp4"),
    ("京都の秋 1.mp4", "京都の秋 2.mp4"),
    ("Café 1.mp4", "CAFE\u0301 2.mp4"),
    ("Фильм часть 1.avi", "фильм часть 2.avi"),
]
TWO_SERIES = [
    ("Seaside 2019.mp4", "Mountains 2019.mp4"),
    ("May flowers.mp4", "Flowers.mp4"),
    ("Party.mp4", "Part.mp4"),
    ("Anna 1.mp4", "Ann 1.mp4"),
]


@each_case(("one", "other"), ONE_SERIES)
def test_numbers_dates_and_parts_make_one_series(one: str, other: str) -> None:
    assert series.series_of(one).key == series.series_of(other).key != ""
    assert not series.series_of(one).is_generic


@pytest.mark.parametrize(("one", "other"), TWO_SERIES)
def test_different_words_make_two_series(one: str, other: str) -> None:
    assert series.series_of(one).key != series.series_of(other).key


@pytest.mark.parametrize(
    "name", ["IMG_0412.mov", "VID_20210704.mp4", "00012.mts", "GOPR0147.MP4", "Part II.mp4", "🎂.mp4"]
)
def test_camera_names_make_no_series(name: str) -> None:
    assert series.series_of(name).is_generic


@each_case("name", [one for pair in ONE_SERIES + TWO_SERIES for one in pair])
def test_name_contains_search_word_of_its_series(name: str) -> None:
    from indexium_core.model.people import people_comment

    assert series.series_of(name).word
    assert series.series_of(name).word in people_comment.fold(name)


def test_series_title_has_common_part() -> None:
    assert series.series_of("Seaside 2019, part 1.mp4").title == "Seaside …, part …"


def test_neighbours_are_adjacent_shots() -> None:
    names = [f"IMG_{number}.mov" for number in (9, 10, 11, 98, 99, 101, 102, 1000)]
    assert series.neighbours("IMG_100.mov", names) == {"IMG_98.mov", "IMG_99.mov", "IMG_101.mov", "IMG_102.mov"}
    assert series.neighbours("IMG_8.mov", names) == {"IMG_9.mov", "IMG_10.mov"}
