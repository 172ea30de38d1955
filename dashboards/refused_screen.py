"""The page in the place of one that a person may not use."""

from __future__ import annotations

from collections.abc import Mapping

from dashboards.components.base import Component, module
from dashboards.components.view_types import EmptyView
from dashboards.screen import Screen
from indexium_core.model.accounts.permissions import Permission, refusal


class RefusedPage(Component):
    """A sentence in place of a page. Messages: none."""

    _esm = module("refused_page")
    _view = EmptyView


class RefusedScreen(Screen):
    """A page that says why it is not shown. It has the state of the real page, so that other pages may set it."""

    def __init__(self, page: Screen, title: str, permission: Permission) -> None:
        """Stand in for a page, which needs a permission that the person has not."""
        self.state = page.state
        self._place = next(iter(page.roots()))
        self._page = RefusedPage()
        self._page.put(title=title, text=refusal(permission))

    def roots(self) -> Mapping[str, Component]:
        """Return the sentence, in the first place of the page."""
        return {self._place: self._page}

    def refresh(self) -> None:
        """Change nothing: the sentence is always the same."""
