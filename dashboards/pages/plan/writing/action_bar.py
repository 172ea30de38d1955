"""The foot of a page: one sentence, one note, and buttons."""

from __future__ import annotations

from dashboards.components.base import Component, module

__all__ = ["ActionBar"]


class ActionBar(Component):
    """
    View: `title`, `hidden` ({text, label, act}), `warning`, `note`, `buttons`; no title, no foot. Messages: the acts.

    A button has `label`, `act`, `kind`, `key`, `disabled` and `data`.
    """

    _esm = module("action_bar")
    _styles = ("footer.css",)
