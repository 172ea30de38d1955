"""Which libraries go on by themselves: read by the services of titles, before there is an automation to change."""

from __future__ import annotations

from typing import TypeAlias

from indexium_core.model.connections.automation import AutomationConfig
from indexium_core.model.files.inventory import LibraryRow
from indexium_core.model.names.title_guess import is_looked_up
from indexium_core.settings import Settings
from indexium_core.store.catalog import catalog
from indexium_core.store.connections import automation as store
from indexium_core.store.database import Database

ConfiguredLibrary: TypeAlias = tuple[LibraryRow, AutomationConfig]


class AutomaticLibraries:
    """How far the libraries of a home may go by themselves."""

    def __init__(self, database: Database, config: Settings) -> None:
        self._database, self._config = database, config

    @property
    def are_paused(self) -> bool:
        """Whether nothing starts by itself."""
        return self._config.automation_paused

    def configured(self) -> list[ConfiguredLibrary]:
        """Return all libraries, each with how far it may go by itself."""
        reader = self._database.read()
        libraries = catalog.libraries(reader)
        configs = store.configs(reader, [row.library_id for row in libraries])
        return [(row, configs[row.library_id]) for row in libraries]

    def looked_up(self) -> list[int] | None:
        """Return the libraries whose titles are looked up by themselves; None: all of those with titles."""
        if self.are_paused:
            return []
        rows = self._with_titles()
        wanted = [library.library_id for library, config in rows if config.enriches]
        return None if len(wanted) == len(rows) else wanted

    def gets_pictures(self) -> bool:
        """Return whether a library gets the pictures of titles that were looked up by itself."""
        return not self.are_paused and any(config.selects for _, config in self._with_titles())

    def _with_titles(self) -> list[ConfiguredLibrary]:
        return [(library, config) for library, config in self.configured() if is_looked_up(library.kind)]
