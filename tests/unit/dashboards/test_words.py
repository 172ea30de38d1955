"""Numbers, sizes and times as a person reads them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from dashboards import words
from indexium_core.cli import output

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1.0 KB"),
        (4_100_000_000, "4.1 GB"),
        (38e9, "38 GB"),
        (999_950, "1.0 MB"),
        (18.4e12, "18 TB"),
        (2e18, "2000 PB"),
    ],
)
def test_sizes(number: float, text: str) -> None:
    assert words.size(number) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "1 ms"), (0.0031, "3 ms"), (2.1, "2.1 s"), (9.96, "10 s"), (59, "59 s"), (240, "4 min"), (3900, "1 h 5 min")],
)
def test_spans(seconds: float, text: str) -> None:
    assert words.span(seconds) == text


@pytest.mark.parametrize("about", [words.about, output.about])
def test_an_estimate_below_a_second_is_not_told_in_milliseconds(about: Callable[[float], str]) -> None:
    assert [about(seconds) for seconds in (0.0, 0.072, 2.1)] == [*["less than a second"] * 2, "about 2.1 s"]


@pytest.mark.parametrize(("seconds", "text"), [(7, "0:07"), (6727.9, "1:52:07"), (60, "1:00")])
def test_clocks(seconds: float, text: str) -> None:
    assert words.clock(seconds) == text


def test_counts_have_separators_and_plurals() -> None:
    assert words.files(1) == "1 file"
    assert words.files(1204) == "1,204 files"
    assert words.plural(2, "person", "people") == "2 people"


def test_days_near_and_far() -> None:
    assert words.when(NOW, now=NOW).startswith("today ")
    assert words.when(NOW - timedelta(days=1), now=NOW).startswith("yesterday ")
    assert words.day(NOW - timedelta(days=400), now=NOW) == "16 Oct 2025"
    assert words.day(NOW - timedelta(days=2), now=NOW) == "18 Nov"


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
    assert words.ago(NOW - past, now=NOW) == text


def test_an_item_that_is_in_use_comes_later_and_is_no_failure() -> None:
    assert words.item_status("failed", "in_use") == ("in use: later", "blocked")
    assert words.item_status("success") == ("done", "safe")
    assert words.item_status("something new") == ("something new", "note")
    assert words.item_status("pending") == ("waiting", "blocked")
    assert words.item_status("pending", ended=True) == ("not started", "blocked")
    assert words.item_status("pending", "restored", ended=True) == ("put back as before", "blocked")
