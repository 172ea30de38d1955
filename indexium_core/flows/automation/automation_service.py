"""How far each library may go by itself: the settings of a library, the common switch, and what waits for a person."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

from indexium_core import errors
from indexium_core.flows.publishing.publish_service import PublishService
from indexium_core.model.checked_calls import checked_arguments
from indexium_core.model.connections.automation import AutomationConfig, LibraryAutomation, summary_of
from indexium_core.model.files.inventory import LibraryRow
from indexium_core.model.remote_calls import remote
from indexium_core.settings import Settings
from indexium_core.store.catalog import catalog
from indexium_core.store.connections import automation as store
from indexium_core.store.database import Database

NIGHT = timedelta(hours=24)  # that a limit of files is about
_NAMES = tuple(each.name for each in fields(AutomationConfig) if each.name != "library_id")


@checked_arguments
class AutomationService:
    """The automation of the libraries of a home."""

    def __init__(
        self,
        database: Database,
        publications: PublishService,
        *,
        config: Settings,
        set_paused: Callable[[bool], object],
        on_change: Callable[[], object],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`set_paused` stores the switch of all automation; `on_change` is called after each change."""
        self._database, self._publications, self._config = database, publications, config
        self._set_paused, self._on_change, self._clock = set_paused, on_change, clock

    @remote()
    def is_paused(self) -> bool:
        """Return whether nothing starts by itself."""
        return self._config.automation_paused

    @remote()
    def pause(self, *, is_paused: bool = True) -> None:
        """
        Stop all automation, or let it continue: schedules, reactions to events, publication, messages to players.

        Events of senders are still stored. Raises UsageError if the environment sets `INDEXIUM_AUTOMATION_PAUSED`.
        """
        self._set_paused(is_paused)
        self._on_change()

    @remote()
    def list(self) -> builtins.list[LibraryAutomation]:
        """Return the automation of each library."""
        reader = self._database.read()
        return [self._row(each) for each in catalog.libraries(reader)]

    @remote()
    def get(self, library_id: int) -> LibraryAutomation:
        """Return the automation of a library; UnknownIdError if it does not exist."""
        return self._row(self._library(library_id))

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
        library, wanted = self._library(library_id), dict(values)
        unknown = [name for name in wanted if name not in _NAMES]
        if unknown:
            raise errors.UsageError(f"Automation has no field “{unknown[0][:40]}”. The fields are {', '.join(_NAMES)}.")
        if "automation_mode" in wanted:
            wanted.setdefault("auto_publish", wanted["automation_mode"] == "automatic")
        with self._database.atomic() as tx:  # which no other change of the library can overlap
            stored = store.configs(tx).get(library_id) or AutomationConfig(library_id=library_id)
            config = replace(stored, **wanted)  # type: ignore[arg-type]
            config.check()
            store.put(tx, config)
        self._on_change()
        return self._row(library)

    # For other services.

    def config(self, library_id: int) -> AutomationConfig:
        """Return how far a library may go by itself."""
        return store.configs(self._database.read()).get(library_id) or AutomationConfig(library_id=library_id)

    def looked_up(self) -> builtins.list[int] | None:
        """Return the libraries whose titles are looked up by themselves; None: all of those with titles."""
        if self.is_paused():
            return []
        rows = [each for each in catalog.libraries(self._database.read()) if each.kind != "home"]
        wanted = [each.library_id for each in rows if self.config(each.library_id).enriches]
        return None if len(wanted) == len(rows) else wanted

    def gets_pictures(self) -> bool:
        """Return whether a library gets the pictures of titles that were looked up by itself."""
        rows = [each for each in catalog.libraries(self._database.read()) if each.kind != "home"]
        return not self.is_paused() and any(self.config(each.library_id).selects for each in rows)

    def files_left(self, config: AutomationConfig) -> int | None:
        """Return the number of files that a library may publish by itself now; None for no limit."""
        if config.is_quiet(self._clock().astimezone()):
            return 0
        if not config.night_limit:
            return None
        done = store.published_by_itself(self._database.read(), since=self._clock() - NIGHT)
        return max(0, config.night_limit - done.get(config.library_id, 0))

    def _library(self, library_id: int) -> LibraryRow:
        for each in catalog.libraries(self._database.read()):
            if each.library_id == library_id:
                return each
        raise errors.UnknownIdError(f"There is no library {library_id}. 'indexium libraries list' shows their ids.")

    def _row(self, library: LibraryRow) -> LibraryAutomation:
        reader, config = self._database.read(), self.config(library.library_id)
        is_publishing = self._publications.options(library.library_id).is_on
        waiting = store.waiting_rows(reader, safe_too=not config.publishes) if is_publishing else {}
        return LibraryAutomation(
            config=config,
            library=library.name,
            kind=library.kind,
            is_publishing=is_publishing,
            titles=store.titles(reader).get(library.library_id, 0),
            waiting=waiting.get(library.library_id, 0),
            published=store.published_by_itself(reader, since=self._clock() - NIGHT).get(library.library_id, 0),
            summary=summary_of(config, is_publishing=is_publishing),
        )
