"""The shapes of the views: the scripts have the same types, and each component has a shape."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dashboards.components.base import Component
from dashboards.components.view_types import GaugeView
from indexium_core.library import Library
from tests.support import call_types, view_types
from tests.support.view_types import mismatches


def test_scripts_have_types_of_views() -> None:
    written = view_types.FILE.read_text(encoding="utf-8")
    assert written == view_types.description(), "Run: python -m tests.support.view_types"


def test_every_component_names_shape_of_its_view() -> None:
    views = view_types.views()
    kinds = [kind for kind in Component.__subclasses__() if kind.__module__.startswith("dashboards.")]
    assert kinds
    assert {kind.__name__ for kind in kinds if kind._view not in views.values()} == set()


@pytest.mark.parametrize(
    ("view", "found"),
    [
        ({"now": 1, "max": None, "parts": [{"kind": "ok", "share": 2.5}]}, []),
        ({"now": 1, "max": 2}, ["GaugeView parts: Field required"]),
        ({"now": "1", "max": 2, "parts": []}, ["GaugeView now: Input should be a valid number"]),
        ({"now": 1, "max": 2, "parts": [], "new": 1}, ["GaugeView new: Extra inputs are not permitted"]),
        (
            {"now": 1, "max": 2, "parts": [{"kind": "ok", "share": 1, "new": 1}]},
            ["GaugeView parts..new: Extra inputs are not permitted"],
        ),
    ],
)
def test_wrong_view_is_found(view: dict[str, Any], found: list[str]) -> None:
    assert mismatches(json.dumps(view), GaugeView) == found


def test_scripts_have_types_of_calls(tmp_path: Path) -> None:
    written = call_types.FILE.read_text(encoding="utf-8")
    with Library.open(tmp_path / "home") as library:
        made = call_types.description(call_types.services_of(library))
    assert written == made, "Run: python -m tests.support.call_types"
