"""Texts of components for plans and operations, as values, without a browser."""

from __future__ import annotations

import inspect
import json
import operator
import re
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

import pytest

import dashboards
from dashboards import face
from dashboards.components.base import Component
from dashboards.components.drawing import tokens
from dashboards.frame.style_sheets import sheets
from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model.planning import risk
from indexium_core.model.planning.plan import PlanItem
from indexium_core.model.planning.risk import Issue
from tests.support.cases import each_case
from tests.support.fake_library import FakeLibrary
from tests.support.fake_plan import items


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with Library.open(tmp_path_factory.mktemp("library") / "home") as opened:
        yield opened


ALL = [
    kind
    for module in walk_packages(dashboards.__path__, "dashboards.")
    for kind in vars(import_module(module.name)).values()
    if inspect.isclass(kind)
    and issubclass(kind, Component)
    and kind.__module__ == module.name
    and kind is not Component
]
PLAN = items(50)


def of(level: str) -> PlanItem:
    return next(item for item in PLAN.values() if item.risk_level == level)


# Every component.


@each_case("kind", ALL)
def test_component_shows_a_module_of_the_page(kind: type[Component]) -> None:
    [name] = re.findall(r'^export \{render\} from "(#face/\w+\.js)"\n$', kind._esm)
    assert name in face.modules()


def test_page_reads_its_own_modules_first() -> None:
    read = {address.partition("?")[0].rpartition("/")[2] for address in face.first_modules("plan")}
    assert {"start.js", "plan.js", "list.js", "file_details.js", "dom.js"} <= read
    assert not {"titles.js", "settings.js", "people.js"} & read  # of other pages
    assert set(face.first_modules("plan")) <= set(face.modules().values())


def test_every_component_documents_its_messages() -> None:
    assert [kind.__name__ for kind in ALL if "Messages" not in str(kind.__doc__)] == []


def test_equal_view_is_not_sent_again() -> None:
    shown: list[str] = []
    component = Component()
    component.param.watch(lambda event: shown.append(event.new), "shown")
    component.put(name="<b>", number=1)
    component.put(name="<b>", number=1)
    assert [json.loads(text) for text in shown] == [{"name": "<b>", "number": 1}]


def test_unexpected_message_is_logged_and_dropped(caplog: pytest.LogCaptureFixture) -> None:
    component = Component()
    for message in ({"type": "no_such"}, {"no": "type"}, "text", None, 7):
        component._handle_msg(message)
    assert caplog.text.count("dashboard.unknown_message") == 5


def test_malformed_message_is_logged_and_dropped(caplog: pytest.LogCaptureFixture) -> None:
    component = Component()
    component.on(open=lambda message: [].append(int(message["id"])))
    for message in ({"type": "open"}, {"type": "open", "id": "x"}, {"type": "open", "id": None}):
        component._handle_msg(message)
    assert caplog.text.count("dashboard.bad_message") == 3


@pytest.mark.parametrize("number", [2**53 + 1, -(2**60), 10**40, float("inf"), float("nan"), 1e300])
def test_non_finite_number_is_dropped(number: float, caplog: pytest.LogCaptureFixture) -> None:
    component, heard = Component(), []
    component.on(open=heard.append)
    component._handle_msg({"type": "open", "ids": [{"id": number}]})
    assert heard == []
    assert caplog.text.count("dashboard.bad_message") == 1


def test_lone_surrogate_does_not_block_page() -> None:
    """A browser may split an emoji when it shortens a text; a text with such a half cannot be sent back."""
    component, heard = Component(), []
    component.on(search=heard.append)
    component._handle_msg({"type": "search", "query": "🌻 \ud83c"})
    assert heard[0]["query"] == "🌻 \ufffd"


@pytest.mark.parametrize(
    "error", [AttributeError(), OverflowError(), errors.QueryError("No."), errors.UsageError("No.")]
)
def test_message_error_is_logged_in_one_line(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_: Any) -> None:
        raise error

    component = Component()
    component.on(open=fail)
    component._handle_msg({"type": "open"})
    assert caplog.text.count("dashboard.bad_message") == 1


def test_stylesheet_has_no_literal_colours() -> None:
    text = sheets()["indexium.css"]
    assert "#" not in text.replace("&#", "")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_colours_are_legible(theme: str) -> None:
    """WCAG AA for text."""
    colours = tokens(theme)
    pairs = [
        ("ink", "surface"),
        ("ink-2", "surface"),
        ("ink-3", "surface"),
        ("ink-3", "ground"),
        ("ink-3", "sunken"),
        ("accent-ink", "accent"),
        ("accent", "surface"),
        ("ink-3", "accent-soft"),
    ]
    pairs += [(level, f"{level}-soft") for level in ("safe", "warning", "danger", "blocked", "added", "removed")]
    faint = {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in faint.items() if ratio < 4.5} == {}


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


# The plan.


def test_single_reason_is_named_and_several_are_counted() -> None:
    item = of("danger")
    one = Issue(code="custom_comment", message="", severity="danger")
    assert replace(item, issues=[one]).reason == risk.ISSUES["custom_comment"].label
    assert replace(item, issues=[one, replace(one, code="case_collision")]).reason == "2 reasons"
    assert replace(of("safe"), issues=[]).reason == "safe"


# The fake is called like the real one.


@each_case(
    "name",
    [
        "plan",
        "preview",
        "edit",
        "decisions.postpone",
        "decisions.set_mode",
        "decisions.list",
        "decisions.revoke",
        "write",
        "dry_run",
        "operation",
        "status",
        "pause",
        "resume",
        "cancel",
        "history.counts",
        "history.people_of",
        "rollback_check",
        "rollback",
        "inventory.list",
        "files.file",
        "thumbnails.jpeg",
        "files.names_like",
        "suggestions.suggest",
        "decisions.end_postponements",
        "decisions.revoke_of",
        "close",
    ],
)
def test_fake_library_has_signatures_of_library(library: Library, name: str) -> None:
    real = dict(inspect.signature(operator.attrgetter(name)(library)).parameters)
    fake = inspect.signature(operator.attrgetter(name)(FakeLibrary(1))).parameters
    wanted = list(real)
    for place, (argument, facts) in enumerate(fake.items()):
        if facts.kind is facts.KEYWORD_ONLY:
            assert argument in real, argument
        else:
            assert real[wanted[place]].kind is not facts.KEYWORD_ONLY, argument


# Rolling back, with choices.
