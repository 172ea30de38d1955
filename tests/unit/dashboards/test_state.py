"""The state of a session, tested as values: no browser, no Panel."""

from __future__ import annotations

import ast
from datetime import date
from pathlib import Path

import param
import pytest

from dashboards import state
from dashboards.kept_selection import selection_from_json, selection_to_json
from dashboards.state import HistoryState, PlanState, ProgressState, View
from indexium_core.model.planning.plan import FACETS, Selection
from indexium_core.model.saved import SavedView


def test_search_returns_selected_values() -> None:
    plan = PlanState()
    plan.find('risk:danger,blocked container:mp4 tags:>2 -issue:custom_comment person:"Ann Lee" folder:/a')
    chosen = {key: plan.chosen(key) for key in FACETS}
    assert chosen == {
        "risk": ["danger", "blocked"],
        "category": [],
        "issue": [],
        "container": ["mp4"],
        "folder": ["/a"],
        "person": ["Ann Lee"],
        "tags": [">2"],
        "locked": [],
    }


def test_selected_value_is_written_into_search() -> None:
    plan = PlanState()
    plan.find("holiday OR alps")
    plan.toggle_filter("container", "mp4", on=True)
    plan.toggle_filter("container", "webm", on=True)
    plan.toggle_filter("risk", "safe", on=True)
    assert plan.query == "(holiday OR alps) container:mp4,webm risk:safe"
    plan.toggle_filter("container", "mp4", on=False)
    plan.toggle_filter("person", "Ann Lee", on=True)
    plan.toggle_filter("person", "Bob", on=True)
    assert plan.query == '(holiday OR alps) container:webm risk:safe (person:"Ann Lee" OR person:"Bob")'
    plan.choose("person", plan.chosen("person"), all_of=True)
    plan.toggle_filter("person", "Cy", on=True)
    assert plan.query == '(holiday OR alps) container:webm risk:safe person:"Ann Lee" person:"Bob" person:"Cy"'
    plan.clear_filters()
    assert plan.query == "(holiday OR alps)"


def test_selected_value_opens_first_page() -> None:
    plan = PlanState(number=7)
    plan.toggle_filter("risk", "danger", on=True)
    assert plan.number == 1


VIEW = SavedView(view_id=3, name="Danger", query="risk:danger", sort="size", descending=True)


def test_empty_address_opens_default_view() -> None:
    plan = PlanState(opening=VIEW)
    plan.take("")
    assert (plan.query, plan.sort, plan.descending, plan.view_id) == ("risk:danger", "size", True, 3)
    assert plan.shows(VIEW)
    plan.take("q=")
    assert (plan.query, plan.sort, plan.descending) == ("", "risk", False)
    plan.take("page=2")
    assert (plan.query, plan.number) == ("", 2)


@pytest.mark.parametrize("opening", [None, VIEW])
@pytest.mark.parametrize("text", ["", "ann"])
def test_every_view_has_address(opening: SavedView | None, text: str) -> None:
    plan = PlanState(opening=opening)
    plan.find(text)
    other = PlanState(opening=opening)
    other.take(plan.search())
    assert (other.query, other.sort, other.descending) == (text, "risk", False)


def test_sort_order_is_set_or_reversed() -> None:
    plan = PlanState()
    plan.order("size")
    plan.order("size")
    assert (plan.sort, plan.descending) == ("size", True)
    plan.order("size", descending=True)
    assert plan.descending
    plan.order("name", descending=False)
    assert (plan.sort, plan.descending) == ("name", False)


def test_invalid_search_keeps_result() -> None:
    plan = PlanState()
    plan.find("risk:safe")
    assert not plan.find("risk:saef")
    assert plan.query == "risk:safe"
    assert plan.typed == "risk:saef"
    assert plan.error is not None
    assert plan.error["word"] == "saef"
    assert plan.find("risk:safe ann")
    assert plan.error is None


def test_address_restores_view() -> None:
    plan = PlanState()
    plan.find('person:"Zoë Öz" risk:danger')
    plan.order("name")
    plan.order("name")
    plan.number = 3
    other = PlanState()
    other.take("?" + plan.search())
    for name in ("query", "sort", "descending", "number"):
        assert getattr(other, name) == getattr(plan, name)


def test_defaults_are_not_in_address() -> None:
    assert PlanState().search() == ""
    assert HistoryState().search() == ""


@pytest.mark.parametrize("search", ["page=minus", "page=0", "page=-3", "sort=evil", "desc=maybe", "q=risk:nope", "x=1"])
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


def test_file_is_selected_and_deselected() -> None:
    plan = PlanState()
    plan.pick(7, on=True)
    plan.pick(8, on=True)
    plan.pick(7, on=False)
    assert plan.selection == Selection(included=frozenset({8}))


def test_deselected_file_is_exception() -> None:
    plan = PlanState()
    plan.find("risk:safe")
    plan.selection = Selection(query=plan.query)
    plan.pick(7, on=False)
    assert plan.selection == Selection(query="risk:safe", excluded=frozenset({7}))
    plan.pick(7, on=True)
    assert 7 not in plan.selection.excluded


def test_inverse_of_all_but_some_selects_exceptions() -> None:
    plan = PlanState()
    plan.selection = Selection(query=plan.query)
    plan.pick(3, on=False)
    plan.pick(4, on=False)
    assert plan.inverse() == Selection(included=frozenset({3, 4}))


def test_inverse_of_another_search_excludes_it() -> None:
    plan = PlanState()
    plan.find("bob OR risk:safe")
    plan.selection = Selection(query="ann", risk=("safe", "warning"), included=frozenset({1}), excluded=frozenset({2}))
    assert plan.inverse() == Selection(
        query="(bob OR risk:safe) -((ann) risk:safe,warning)", included=frozenset({2}), excluded=frozenset({1})
    )
    plan.find("")
    assert plan.inverse().query == "-((ann) risk:safe,warning)"


def test_inverse_of_everything_selects_exceptions() -> None:
    plan = PlanState()
    plan.selection = Selection(query=plan.query)
    plan.pick(3, on=False)
    plan.find("ann")
    assert plan.inverse() == Selection(included=frozenset({3}))


def test_selection_is_restored_from_browser() -> None:
    chosen = Selection(query="risk:safe", risk=("safe",), included=frozenset({1}), excluded=frozenset({2, 3}))
    assert selection_from_json(selection_to_json(chosen, home="a"), home="a") == chosen


def test_selection_of_another_home_is_ignored() -> None:
    """Its ids would be other files: the service may have been restarted with another home while the page was open."""
    kept = selection_to_json(Selection(included=frozenset({1})), home="a")
    assert selection_from_json(kept, home="b") == Selection()


@pytest.mark.parametrize(
    "text",
    [
        "",
        None,
        "{",
        "[]",
        "7",
        '{"query": 3, "home": "a"}',
        '{"query": "risk:nope", "risk": [], "included": [], "excluded": [], "home": "a"}',
        '{"query": null, "risk": [], "included": [1e999], "excluded": [], "home": "a"}',
        '{"query": null, "risk": [], "included": [99999999999999999999], "excluded": [], "home": "a"}',
        "[" * 100_000,
    ],
)
def test_malformed_selection_is_ignored(text: object) -> None:
    assert selection_from_json(text, home="a") == Selection()


def test_large_selection_is_not_stored() -> None:
    assert selection_to_json(Selection(included=frozenset(range(30_000))), home="a") == ""


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
