"""The state of a session, tested as values: no browser, no Panel."""

from __future__ import annotations

import ast
from datetime import date
from pathlib import Path

import param
import pytest

from dashboards import state
from dashboards.state import HistoryState, PlanState, ProgressState, View


def test_address_restores_view() -> None:
    plan = PlanState(query='person:"Zoë Öz" risk:danger', sort="name", descending=True, number=3, file_id=7)
    other = PlanState()
    other.take("?" + plan.search())
    assert other.search() == plan.search()
    assert (other.query, other.sort, other.descending, other.number, other.file_id) == (
        *('person:"Zoë Öz" risk:danger', "name", True, 3, 7),
    )


def test_defaults_are_not_in_address() -> None:
    assert PlanState().search() == ""
    assert HistoryState().search() == ""


@pytest.mark.parametrize("search", ["page=minus", "page=0", "page=-3", "sort=evil", "desc=maybe", "x=1"])
def test_invalid_address_is_default(search: str) -> None:
    plan = PlanState()
    plan.take(search)
    assert (plan.query, plan.sort, plan.descending, plan.number) == ("", "risk", False, 1)


def test_invalid_day_is_ignored_in_history() -> None:
    past = HistoryState()
    past.take("since=2026-13-45&until=yesterday")
    assert past.span() == (None, None)
    past.take("since=2026-01-02&until=2026-01-02")
    first, last = past.span()
    assert first is not None
    assert last is not None
    assert first.date() == last.date()
    assert first < last


def test_progress_address_has_its_operation() -> None:
    progress = ProgressState(operation_id=12, status="failed")
    other = ProgressState()
    other.take(progress.search())
    assert (other.operation_id, other.status) == (12, "failed")


def test_long_address_is_default() -> None:
    plan = PlanState()
    plan.take("page=99999999999999999999&sort=name")
    assert (plan.number, plan.sort) == (1, "name")
    plan.take("&".join(f"a{number}=1" for number in range(200)))
    assert plan.number == 1


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_day_without_local_time_is_no_limit(day: str) -> None:
    history = HistoryState()
    history.take(f"since={day}&until={day}")
    assert history.span() == (None, None)
    assert history.chart_span(date(2026, 11, 20))[1] == date(2026, 11, 20)


@pytest.mark.parametrize("kind", [View, PlanState, ProgressState, HistoryState])
def test_every_parameter_has_documentation(kind: type[param.Parameterized]) -> None:
    own = [name for name in kind.param if name != "name"]
    assert own
    assert [name for name in own if not kind.param[name].doc] == []


def test_state_does_not_import_panel() -> None:
    for name in ("state.py", "status_words.py", "toasts.py", "bridge.py"):
        tree = ast.parse((Path(state.__file__).parent / name).read_text(encoding="utf-8"))
        imported = {
            alias.name.split(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in (node.names if isinstance(node, ast.Import) else [ast.alias(node.module or "")])
        }
        assert not imported & {"panel", "bokeh", "tornado"}
