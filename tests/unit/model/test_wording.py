"""Numbers, sizes, durations, times and lists as text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from indexium_core.model import wording
from tests.support.cases import each_case

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@each_case(
    ("number", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1 KB"),
        (1500, "1.5 KB"),
        (9_949, "9.9 KB"),
        (9_950, "10 KB"),
        (12_000, "12 KB"),
        (999_499, "999 KB"),
        (999_950, "1 MB"),
        (2e9, "2 GB"),
        (4_100_000_000, "4.1 GB"),
        (38e9, "38 GB"),
        (18.4e12, "18 TB"),
        (2e18, "2000 PB"),
    ],
)
def test_sizes(number: float, text: str) -> None:
    assert wording.size(number) == text


@each_case(
    ("seconds", "text"),
    [
        (0, "1 ms"),
        (0.0031, "3 ms"),
        (0.9996, "1 s"),
        (2.1, "2.1 s"),
        (9.96, "10 s"),
        (59, "59 s"),
        (59.7, "1 min"),
        (240, "4 min"),
        (3590, "1 h 0 min"),
        (3900, "1 h 5 min"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert wording.duration(seconds) == text


def test_short_estimate_has_no_milliseconds() -> None:
    texts = [wording.estimate(seconds) for seconds in (0.0, 0.072, 2.1)]
    assert texts == [*["under 1 s"] * 2, "about 2.1 s"]


@pytest.mark.parametrize(
    ("folder", "text"),
    [
        ("", ""),
        ("Work", "Work"),
        ("Work/2019/Paris", "Work / 2019 / Paris"),
        ("Work/Interviews and talks/2019/Paris", "Work / … / 2019 / Paris"),
        ("Work/Interviews and talks/Paris", "Work / … / Paris"),
        ("Interviews and talks of the year/Paris", "Interviews and talks of the year / Paris"),
        (
            "Interviews of the year/A/Everything that is about Paris",
            "Interviews of the year / … / Everything that is about Paris",
        ),
    ],
)
def test_long_folders_are_shortened_in_middle(folder: str, text: str) -> None:
    assert wording.short_folder([part for part in folder.split("/") if part], most=24) == text


@pytest.mark.parametrize(("seconds", "text"), [(7, "0:07"), (6727.9, "1:52:07"), (60, "1:00")])
def test_playing_times(seconds: float, text: str) -> None:
    assert wording.playing_time(seconds) == text


@pytest.mark.parametrize(("minutes", "text"), [(129, "2 h 9 min"), (120, "2 h"), (44.6, "45 min"), (0, "0 min")])
def test_runtimes(minutes: float, text: str) -> None:
    assert wording.runtime(minutes) == text


def test_counts_have_separators_and_plurals() -> None:
    assert wording.count(1204) == "1,204"
    assert wording.files(1) == "1 file"
    assert wording.files(1204) == "1,204 files"
    assert wording.plural(2, "person", "people") == "2 people"


def test_days_near_and_far() -> None:
    assert wording.when(NOW, now=NOW).startswith("today ")
    assert wording.when(NOW - timedelta(days=1), now=NOW).startswith("yesterday ")
    assert wording.day(NOW - timedelta(days=400), now=NOW) == "16 Oct 2025"
    assert wording.day(NOW - timedelta(days=2), now=NOW) == "18 Nov"


@pytest.mark.parametrize(
    ("past", "text"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(minutes=4), "4 min ago"),
        (timedelta(hours=3), "3 h ago"),
        (timedelta(days=2), "on 18 Nov"),
    ],
)
def test_how_long_ago(past: timedelta, text: str) -> None:
    assert wording.ago(NOW - past, now=NOW) == text


@pytest.mark.parametrize(
    ("names", "most", "text"),
    [
        ("", 0, ""),
        ("A", 0, "A"),
        ("AB", 0, "A and B"),
        ("ABC", 0, "A, B and C"),
        ("ABC", 3, "A, B and C"),
        ("ABCDE", 2, "A, B and 3 more"),
        ("AB", 1, "A and 1 more"),
    ],
)
def test_lists(names: str, most: int, text: str) -> None:
    assert wording.list_of(names, most=most) == text


def test_list_remainder_and_page_range() -> None:
    assert wording.list_of(["yes", "no", "all"], conjunction="or") == "yes, no or all"
    assert [wording.and_more(number) for number in (-1, 0, 1204)] == ["", "", "and 1,204 more"]
    assert wording.range_of(1001, 1050, 1204) == "1,001–1,050 of 1,204"
