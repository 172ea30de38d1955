"""The action bar of a page: a sentence, a note and buttons."""

from __future__ import annotations

from dashboards.components.base import Component, module
from dashboards.frame.view_types import ActionBarView


class ActionBar(Component):
    """
    The action bar.

    Messages: the acts. A button has `label`, `act`, `kind`, `key`, `disabled` and `data`.
    """

    _esm = module("action_bar")
    _view = ActionBarView
    _styles = ("footer.css",)
