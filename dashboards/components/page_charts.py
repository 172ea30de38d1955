"""The charts of a page that the server draws, as its session uses them."""

from __future__ import annotations

from collections.abc import Mapping

from dashboards.components.base import Component


class PageCharts:
    """The charts of one page in one session. A page overrides what it needs."""

    def roots(self) -> Mapping[str, Component]:
        """Return the components by their places in `page.html`."""
        raise NotImplementedError

    def start(self) -> None:
        """Subscribe to events. The session calls it once."""

    def take(self, search: str) -> bool:
        """Take the values of an address; return whether other figures are needed."""
        del search
        return False

    def load(self) -> None:
        """Read the figures again, and show them."""

    def draw(self) -> None:
        """Show the figures in the current theme."""
