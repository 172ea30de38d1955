"""The services that connect a home with other programs: a part of the assembly of a home."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from indexium_core.settings import Settings
from indexium_core.store import database
from indexium_core.title_assembly import TitleAssembly


class ConnectionAssembly(TitleAssembly):
    """Builds the services of connections from those of the home and of its titles."""

    def _build_connections(self, store: database.Database, config: Settings, clock: Callable[[], datetime]) -> None:
        """Build the services of connections."""
