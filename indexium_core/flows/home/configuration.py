"""
Settings while the program runs: what is set and from where, and what becomes of a change.

A value is checked, written to the settings file and put in force, in this order; whoever reads a setting reads it each
time. What a change would cost is said before it is made.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from indexium_core import errors, settings
from indexium_core.model import wording
from indexium_core.model.operations.backup import BackupUse
from indexium_core.model.remote_calls import remote
from indexium_core.settings import SettingRow, Settings

__all__ = ["Configuration"]

logger = logging.getLogger(__name__)


class Configuration:
    """The settings of an open home. May be used from any thread."""

    def __init__(
        self,
        config: Settings,
        *,
        use: Callable[[], BackupUse],
        clock: Callable[[], datetime],
        apply: Mapping[str, Callable[[Any], None]],
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        """
        Look after `config`.

        Args:
            config: The settings that every service reads; changed in place.
            use: What is kept so that writes can be taken back.
            clock: Source of the present moment.
            apply: By setting: who has to be told its new value, because reading it each time is not enough.
            on_change: Called after each change.

        """
        self._config, self._use, self._clock = config, use, clock
        self._apply, self._on_change = apply, on_change
        self._turn = threading.Lock()

    @remote()
    def table(self) -> list[SettingRow]:
        """Return every setting."""
        return settings.table(self._config)

    @remote()
    def row(self, name: str) -> SettingRow:
        """Return one setting; UnknownIdError where there is none of this name."""
        wanted = settings.name_of(name)
        return next(row for row in self.table() if row.name == wanted)

    @remote()
    def set(self, name: str, text: str | None) -> SettingRow:
        """
        Set a value, for now and for the next start; None restores the default.

        Raises:
            UnknownIdError: There is no such setting.
            ValidationError: The text is no value for it.
            UsageError: It cannot be changed here: it is set in the environment, or is the home.
            StoreError: The settings file cannot be written.

        """
        with self._turn:
            row = self._open_row(name)
            value = settings.read_value(row.name, row.default if text is None else text)
            settings.store(self._config.home, row.name, None if text is None else value)
            self._put_in_force(row.name, value)
        self._on_change()
        return self.row(row.name)

    @remote()
    def effect(self, name: str, text: str) -> str:
        """Return in a sentence what a change would cost, "" where it costs nothing; errors as those of `set`."""
        row = self._open_row(name)
        value = settings.read_value(row.name, text)
        if row.name == "metadata_backup_retention_days":
            return self._lost_by_time(int(value))
        if row.name == "backup_budget":
            return self._lost_by_room(int(value))
        return ""

    def _open_row(self, name: str) -> SettingRow:
        row = self.row(name)
        if row.locked:
            raise errors.UsageError(row.locked, code="locked_setting")
        return row

    def _put_in_force(self, name: str, value: Any) -> None:
        if value == getattr(self._config, name):
            return
        setattr(self._config, name, value)
        logger.info("settings.changed", extra={"user_action": name})
        if name in self._apply:
            self._apply[name](value)

    def _lost_by_time(self, days: int) -> str:
        oldest = self._clock() - timedelta(days=days)
        going = [each for each in self._use().items if each.bytes and each.created_at < oldest]
        files = sum(each.items for each in going)
        if not going:
            return ""
        which = "1 operation is" if len(going) == 1 else f"{len(going):,} operations are"
        these = wording.files(files)
        return f"{which} older than that: after the next write {these} can no longer be taken back byte for byte."

    def _lost_by_room(self, budget: int) -> str:
        used = self._use().bytes
        if used <= budget:
            return ""
        kept, room, over = wording.size(used), wording.size(budget), wording.size(used - budget)
        return f"{kept} are kept, more than {room}: with the next write the oldest {over} of backups go."
