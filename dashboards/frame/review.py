"""The undo and redo buttons, each with the decision that it would change."""

from __future__ import annotations

from typing import Any

from dashboards.components.base import Component, module, needing
from dashboards.frame.view_types import ReviewView
from indexium_core.model.accounts.permissions import PLAN_EDIT
from indexium_core.model.review.steps import StepRow, Steps


class Review(Component):
    """
    The buttons, and the keys `z` and `Z`.

    Messages: `undo` {id}, `redo` {id}: the step that was shown.
    """

    _esm = module("review")
    _view = ReviewView
    _needs = needing({PLAN_EDIT: "undo redo"})


def view(steps: Steps) -> dict[str, Any]:
    """Return the step of each button, or None if there is no step."""
    return {"undo": _step(steps.undo), "redo": _step(steps.redo)}


def _step(step: StepRow | None) -> dict[str, Any] | None:
    return {"id": step.step_id, "label": step.label} if step else None
