"""A page that the scripts of `assets/face` show: they call the library, and the server knows only its address."""

from __future__ import annotations

from dashboards.components.base import Component
from dashboards.screen import Screen
from dashboards.state import AddressedState


class FaceScreen(Screen):
    """The place of such a page in a session. `state` makes the address when another page leads to it."""

    def __init__(self, state: AddressedState) -> None:
        self.state = state

    def roots(self) -> dict[str, Component]:
        """Return no component: the scripts draw the page."""
        return {}

    def refresh(self) -> None:
        """Do nothing: the scripts read again what an event has made old."""
