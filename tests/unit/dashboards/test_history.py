"""The history: the state of its charts."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from dashboards.pages.history.history_charts import error_bars
from dashboards.pages.history.history_state import HistoryState

TODAY = date(2026, 11, 20)


def test_address_has_the_filters_of_the_charts() -> None:
    state = HistoryState()
    assert state.take("q=person%3Aann&since=2026-01-02&until=2026-01-02&chart=durations&page=3")
    assert (state.query, state.since, state.trend) == ("person:ann", "2026-01-02", "durations")
    first, last = state.span()
    assert first is not None
    assert last is not None
    assert first.date() == last.date()
    assert first < last
    assert not state.take("q=person%3Aann&since=2026-01-02&until=2026-01-02&chart=durations&page=4")
    assert state.take("")
    assert (state.query, state.since, state.trend) == ("", "", "files")


@pytest.mark.parametrize("search", ["since=2026-13-45&until=yesterday", "chart=evil", "a=1&" * 200 + "q=late"])
def test_invalid_address_has_defaults(search: str) -> None:
    state = HistoryState()
    state.take(search)
    assert (state.query, state.span(), state.trend) == ("", (None, None), "files")


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_day_without_local_time_is_no_limit(day: str) -> None:
    state = HistoryState(since=day, until=day)
    assert state.span() == (None, None)
    assert state.chart_span(TODAY)[1] == TODAY


def test_second_click_on_bar_removes_filter() -> None:
    state = HistoryState()
    state.pick_days("2026-11-01..2026-11-07")
    assert (state.since, state.until, state.picked_days()) == ("2026-11-01", "2026-11-07", "2026-11-01..2026-11-07")
    state.pick_days("2026-11-03")
    assert state.picked_days() == "2026-11-03"
    state.pick_days("2026-11-03")
    assert (state.since, state.until) == ("", "")


@pytest.mark.parametrize(
    ("since", "until", "days"),
    [
        ("", "", (TODAY - timedelta(days=41), TODAY)),
        ("2026-11-03", "2026-11-03", (TODAY - timedelta(days=41), TODAY)),  # one day stands out among the others
        ("2020-05-05", "2020-05-05", (date(2020, 5, 5) - timedelta(days=41), date(2020, 5, 5))),
        ("2026-01-01", "", (date(2026, 1, 1), TODAY)),
        ("2026-01-01", "2026-02-01", (date(2026, 1, 1), date(2026, 2, 1))),
        ("2026-01-01", "2999-01-01", (date(2026, 1, 1), TODAY)),
        ("2026-02-01", "2026-01-01", (TODAY - timedelta(days=41), TODAY)),
    ],
)
def test_charts_cover_listed_days_or_six_weeks(since: str, until: str, days: tuple[date, date]) -> None:
    assert HistoryState(since=since, until=until).chart_span(TODAY) == days


def test_error_codes_have_labels() -> None:
    table = SimpleNamespace(itertuples=lambda index: [SimpleNamespace(error="changed_since", files=2, operations=1)])
    [bar] = error_bars(table)  # type: ignore[arg-type]
    assert (bar["key"], bar["name"], bar["hint"]) == (
        "changed_since",
        "changed by another program",
        "2 files in 1 operation",
    )
