"""The charts of a page that the server draws, as its session uses them."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

from dashboards.components.base import Component


def fields_of(search: str) -> dict[str, str]:
    """Return the fields of the query part of an address; no fields if there are too many."""
    try:
        return dict(parse_qsl(search.lstrip("?"), keep_blank_values=True, max_num_fields=40))
    except ValueError:
        return {}


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
