"""The interface of a page, as its session uses it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboards.components.base import Component
from dashboards.state import AddressedState, TitleState


class Screen:
    """
    A page of one session; `state` is kept in its address.

    A page overrides `roots` and `refresh`, and other methods as needed.
    """

    state: AddressedState

    def roots(self) -> Mapping[str, Component]:
        """Return the components by their places in `page.html`."""
        raise NotImplementedError

    def start(self) -> None:
        """Subscribe to events. The session calls it once."""

    def enter(self) -> None:
        """Show the page. The session calls it each time the page comes into view."""
        self.refresh()

    def refresh(self) -> None:
        """Read the page again, if the session shows it."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Draw the parts again whose colours the server takes from the theme."""

    def reset(self) -> None:
        """Return to the default view. The session calls it when a person opens the page from the navigation."""

    def own_path(self) -> str:
        """Return the path of the address if it differs from the name of the page, "" otherwise."""
        return ""

    def own_title(self) -> str:
        """Return the title of the window if it differs from that of the page, "" otherwise."""
        return ""

    def follow_title(self, title_id: int | None) -> None:
        """Show the title that the path of the address names; None: the path names no title."""

    def act(self, message: Mapping[str, Any]) -> None:
        """Ask about an action for the selection that a script describes."""

    def import_changes(self, message: Mapping[str, Any]) -> None:
        """Ask about an upload of changes."""


class FaceScreen(Screen):
    """
    A page that the scripts of `assets/face` show: they call the library, and the server knows only its address.

    `state` makes the address when another page leads to it.
    """

    def __init__(self, state: AddressedState) -> None:
        self.state = state

    def roots(self) -> Mapping[str, Component]:
        """Return no component: the scripts draw the page."""
        return {}

    def refresh(self) -> None:
        """Do nothing: the scripts read again what an event has made old."""

    def follow_values(self, search: str) -> None:
        """Take the values of the address, which a script tells if the page has components of the server."""
        before = self.state.search()
        self.state.take(search)
        if self.state.search() != before:
            self.refresh()


class TitleScreen(FaceScreen):
    """The page of one title: the path of its address has the id."""

    state: TitleState

    def own_path(self) -> str:
        """Return the path of the title."""
        return f"/titles/{self.state.title_id}"

    def follow_title(self, title_id: int | None) -> None:
        """Note the title that the path of the address names."""
        self.state.title_id = title_id or 0
