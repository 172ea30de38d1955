"""What a section of the page *My account* is. Each section is a module of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from dashboards.components.base import Handler


class AccountSection(Protocol):
    """A card of the page. It runs its own actions, and calls `changed` of its maker after each."""

    name: str  # of its part of the view

    def handlers(self) -> Mapping[str, Handler]:
        """Return the handlers of its messages."""

    def read(self) -> Any:
        """Return what it shows; called on a thread, as the person."""

    def view(self, found: Any) -> Any:
        """Return its part of the view, from what `read` returned."""

    def forget(self) -> None:
        """Forget what a former visit of the page left."""


Changed = Callable[[], None]
