"""What a session looks at, tested by setting values: no browser, no Panel."""

from __future__ import annotations

import ast
from pathlib import Path

import param
import pytest

from dashboards import state
from dashboards.state import HistoryState, PlanState, ProgressState, View, selection_from_json, selection_to_json
from indexium_core.model.plan import Selection


def test_the_search_sets_the_filters() -> None:
    plan = PlanState()
    plan.find("risk:danger,blocked container:mp4 tags:>2 -issue:custom_comment")
    assert (plan.risk, plan.container, plan.tags, plan.issue) == (["danger", "blocked"], ["mp4"], [">2"], [])


def test_a_filter_writes_itself_into_the_search() -> None:
    plan = PlanState()
    plan.find("holiday OR alps")
    plan.toggle_filter("container", "mp4", on=True)
    plan.toggle_filter("container", "webm", on=True)
    plan.toggle_filter("risk", "safe", on=True)
    assert plan.query == "(holiday OR alps) container:mp4,webm risk:safe"
    plan.toggle_filter("container", "mp4", on=False)
    assert plan.query == "(holiday OR alps) container:webm risk:safe"
    plan.clear_filters()
    assert plan.query == "(holiday OR alps)"


def test_setting_a_filter_goes_to_the_first_page() -> None:
    plan = PlanState(number=7)
    plan.risk = ["danger"]
    assert plan.number == 1


def test_a_search_that_cannot_be_read_leaves_what_is_found() -> None:
    plan = PlanState()
    plan.find("risk:safe")
    assert not plan.find("risk:saef")
    assert plan.query == "risk:safe"
    assert plan.typed == "risk:saef"
    assert plan.error is not None
    assert plan.error["word"] == "saef"
    assert plan.find("risk:safe ann")
    assert plan.error is None


def test_the_address_holds_the_view_and_gives_it_back() -> None:
    plan = PlanState()
    plan.find('person:"Zoë Öz" risk:danger')
    plan.order("name")
    plan.order("name")
    plan.number = 3
    other = PlanState()
    other.take("?" + plan.search())
    for name in ("query", "sort", "descending", "number", "risk"):
        assert getattr(other, name) == getattr(plan, name)


def test_defaults_are_not_in_the_address() -> None:
    assert PlanState().search() == ""
    assert HistoryState().search() == ""


@pytest.mark.parametrize("search", ["page=minus", "page=0", "page=-3", "sort=evil", "desc=maybe", "q=risk:nope", "x=1"])
def test_an_address_that_makes_no_sense_is_the_default(search: str) -> None:
    plan = PlanState()
    plan.take(search)
    assert (plan.query, plan.sort, plan.descending, plan.number) == ("", "risk", False, 1)


def test_a_day_that_is_none_is_left_out_of_the_history() -> None:
    past = HistoryState()
    past.take("since=2026-13-45&until=yesterday")
    assert past.span() == (None, None)
    past.take("since=2026-01-02&until=2026-01-02")
    first, last = past.span()
    assert first is not None
    assert last is not None
    assert first.date() == last.date()
    assert first < last


def test_a_progress_address_names_its_operation() -> None:
    progress = ProgressState(operation_id=12, status="failed")
    other = ProgressState()
    other.take(progress.search())
    assert (other.operation_id, other.status) == (12, "failed")


def test_picking_one_file_and_leaving_it_out_again() -> None:
    plan = PlanState()
    plan.pick(7, on=True)
    plan.pick(8, on=True)
    plan.pick(7, on=False)
    assert plan.selection == Selection(included=frozenset({8}))


def test_leaving_one_out_of_everything_found_is_an_exception() -> None:
    plan = PlanState()
    plan.find("risk:safe")
    plan.pick_all()
    plan.pick(7, on=False)
    assert plan.selection == Selection(query="risk:safe", excluded=frozenset({7}))
    plan.pick(7, on=True)
    assert 7 not in plan.selection.excluded


def test_the_inverse_of_all_but_some_is_those_some() -> None:
    plan = PlanState()
    plan.pick_all()
    plan.pick(3, on=False)
    plan.pick(4, on=False)
    assert plan.simple_inverse() == Selection(included=frozenset({3, 4}))


def test_the_inverse_of_another_search_has_to_be_counted() -> None:
    plan = PlanState()
    plan.pick_all()
    plan.find("ann")
    assert plan.simple_inverse() is None


def test_a_selection_comes_back_from_the_browser() -> None:
    chosen = Selection(query="risk:safe", risk=("safe",), included=frozenset({1}), excluded=frozenset({2, 3}))
    assert selection_from_json(selection_to_json(chosen)) == chosen


@pytest.mark.parametrize(
    "text",
    ["", None, "{", "[]", "7", '{"query": 3}', '{"query": "risk:nope", "risk": [], "included": [], "excluded": []}'],
)
def test_a_selection_that_makes_no_sense_is_none(text: object) -> None:
    assert selection_from_json(text) == Selection()


def test_a_selection_too_large_to_keep_is_not_kept() -> None:
    assert selection_to_json(Selection(included=frozenset(range(30_000)))) == ""


@pytest.mark.parametrize("kind", [View, PlanState, ProgressState, HistoryState])
def test_every_parameter_says_what_it_is(kind: type[param.Parameterized]) -> None:
    own = [name for name in kind.param if name != "name"]
    assert own
    assert [name for name in own if not kind.param[name].doc] == []


def test_state_knows_nothing_of_panel() -> None:
    for name in ("state.py", "terms.py", "words.py", "bridge.py"):
        tree = ast.parse((Path(state.__file__).parent / name).read_text(encoding="utf-8"))
        imported = {
            alias.name.split(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in (node.names if isinstance(node, ast.Import) else [ast.alias(node.module or "")])
        }
        assert not imported & {"panel", "bokeh", "tornado"}
