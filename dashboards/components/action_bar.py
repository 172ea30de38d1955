"""The foot of a page: one sentence, one note, and buttons."""

from __future__ import annotations

from dashboards.components.base import Component, module

__all__ = ["ActionBar"]


class ActionBar(Component):
    """View: `title`, `note`, `buttons` ({label, act, kind, disabled, data}); no title, no foot. Messages: the acts."""

    _esm = module("action_bar")
