"""How far each library may go by itself: the settings of a library, the common switch, and what waits for a person."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

from indexium_core import errors
from indexium_core.flows.automation.automatic_libraries import AutomaticLibraries, ConfiguredLibrary
from indexium_core.model.accounts.needs import needs
from indexium_core.model.accounts.permissions import SETTINGS_MANAGE
from indexium_core.model.checked_calls import checked_arguments
from indexium_core.model.connections.automation import AutomationConfig, LibraryAutomation, summary_of
from indexium_core.model.remote_calls import remote
from indexium_core.store.catalog import catalog
from indexium_core.store.connections import automation as store
from indexium_core.store.database import Database
from indexium_core.store.publishing import inputs as publishing_inputs

NIGHT = timedelta(hours=24)  # that a limit of files is about
_NAMES = tuple(each.name for each in fields(AutomationConfig) if each.name != "library_id")


@checked_arguments
class AutomationService:
    """The automation of the libraries of a home."""

    def __init__(
        self,
        database: Database,
        libraries: AutomaticLibraries,
        *,
        set_paused: Callable[[bool], object],
        on_change: Callable[[], object],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`set_paused` stores the switch of all automation; `on_change` is called after each change of a library."""
        self._database, self._libraries = database, libraries
        self._set_paused, self._on_change, self._clock = set_paused, on_change, clock

    @remote()
    def is_paused(self) -> bool:
        """Return whether nothing starts by itself."""
        return self._libraries.are_paused

    @needs(SETTINGS_MANAGE)
    @remote()
    def pause(self, *, is_paused: bool = True) -> None:
        """
        Stop all automation, or let it continue: schedules, reactions to events, publication, messages to players.

        Events of senders are still stored. Raises UsageError if the environment sets `INDEXIUM_AUTOMATION_PAUSED`.
        """
        self._set_paused(is_paused)

    @remote()
    def list(self) -> builtins.list[LibraryAutomation]:
        """Return the automation of each library."""
        return self._rows(self.configured())

    @remote()
    def get(self, library_id: int) -> LibraryAutomation:
        """Return the automation of a library; UnknownIdError if it does not exist."""
        library = catalog.library(self._database.read(), library_id)
        [row] = self._rows([(library, self.config(library_id))])
        return row

    @needs(SETTINGS_MANAGE)
    @remote()
    def change(self, library_id: int, values: Mapping[str, object]) -> LibraryAutomation:
        """
        Change the automation of a library; what is not given stays.

        The mode *automatic* switches `auto_publish` on, and the other modes switch it off, unless it is given.

        Args:
            library_id: The library.
            values: Fields of `AutomationConfig`, such as `{"automation_mode": "automatic", "night_limit": 40}`.

        Raises:
            UnknownIdError: There is no such library.
            UsageError: There is no such field, or a value is none of its field.

        """
        library, wanted = catalog.library(self._database.read(), library_id), dict(values)
        unknown = [name for name in wanted if name not in _NAMES]
        if unknown:
            raise errors.UsageError(f"Automation has no field “{unknown[0][:40]}”. The fields are {', '.join(_NAMES)}.")
        if "automation_mode" in wanted:
            wanted.setdefault("auto_publish", wanted["automation_mode"] == "automatic")
        with self._database.atomic() as tx:  # which no other change of the library can overlap
            config = replace(store.config(tx, library_id), **wanted)  # type: ignore[arg-type]
            config.check()
            store.put(tx, config)
        self._on_change()
        [row] = self._rows([(library, config)])
        return row

    # For other services.

    def config(self, library_id: int) -> AutomationConfig:
        """Return how far a library may go by itself."""
        return store.config(self._database.read(), library_id)

    def configured(self) -> builtins.list[ConfiguredLibrary]:
        """Return all libraries, each with how far it may go by itself."""
        return self._libraries.configured()

    def files_left(self, config: AutomationConfig) -> int | None:
        """Return the number of files that a library may publish by itself now; None for no limit."""
        if config.is_quiet(self._clock().astimezone()):
            return 0
        if not config.night_limit:
            return None
        done = store.published_by_itself(self._database.read(), since=self._clock() - NIGHT)
        return max(0, config.night_limit - done.get(config.library_id, 0))

    def _rows(self, configured: Sequence[ConfiguredLibrary]) -> builtins.list[LibraryAutomation]:
        reader = self._database.read()
        publishing = {number for number, each in publishing_inputs.options(reader).items() if each.is_on}
        titles, published = store.titles(reader), store.published_by_itself(reader, since=self._clock() - NIGHT)
        waiting = {
            safe_too: store.waiting_rows(reader, safe_too=safe_too)
            for safe_too in {not config.publishes for library, config in configured if library.library_id in publishing}
        }
        found = []
        for library, config in configured:
            number, is_publishing = library.library_id, library.library_id in publishing
            row = LibraryAutomation(
                config=config,
                library=library.name,
                kind=library.kind,
                is_publishing=is_publishing,
                titles=titles.get(number, 0),
                waiting=waiting[not config.publishes].get(number, 0) if is_publishing else 0,
                published=published.get(number, 0),
                summary=summary_of(config, is_publishing=is_publishing),
            )
            found.append(row)
        return found
