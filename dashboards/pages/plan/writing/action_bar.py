"""The action bar of a page: a sentence, a note and buttons."""

from __future__ import annotations

from dashboards.components.base import Component, module


class ActionBar(Component):
    """
    The action bar.

    View: `title`, `hidden` ({text, label, act}), `warning`, `note`, `buttons`; no title hides the bar. Messages: the
    acts. A button has `label`, `act`, `kind`, `key`, `disabled` and `data`.
    """

    _esm = module("action_bar")
    _styles = ("footer.css",)
