"""
Settings at run time: their values and sources, changes, and the effect of a change on backups.

A change validates the value, stores it in the settings file and applies it, in this order. Services read a setting each
time they need it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from indexium_core import errors, settings
from indexium_core.model import wording
from indexium_core.model.accounts.needs import internal, needs
from indexium_core.model.accounts.permissions import SETTINGS_MANAGE
from indexium_core.model.operations.backup import BackupUse
from indexium_core.model.remote_calls import remote
from indexium_core.settings import SettingRow, Settings
from indexium_core.settings_file import FILE_NAME

logger = logging.getLogger(__name__)


class Configuration:
    """The settings of an open home. Safe to use from any thread."""

    def __init__(
        self,
        config: Settings,
        *,
        use: Callable[[], BackupUse],
        clock: Callable[[], datetime],
        on_change: Callable[[str], None] = lambda _name: None,
        record: Callable[[], None] = lambda: None,
    ) -> None:
        """
        Manage `config`, which all services share; changes are made in place.

        `use` returns the space that the backups use. `on_change` is called after each change, with the name of the
        setting, and `record` before and after it: it records who changes something.
        """
        self._config, self._use, self._clock = config, use, clock
        self._on_change, self._record = on_change, record
        self._followers: dict[str, list[Callable[[Any], object]]] = {}
        self._lock = threading.Lock()

    @internal
    def follow(self, name: str, apply: Callable[[Any], object]) -> None:
        """Call `apply` with each new value of a setting, for a service that does not read it each time."""
        self._followers.setdefault(name, []).append(apply)

    @needs(SETTINGS_MANAGE)
    @remote()
    def table(self) -> list[SettingRow]:
        """Return every setting."""
        return settings.table(self._config)

    @needs(SETTINGS_MANAGE)
    @remote()
    def file(self) -> str:
        """Return the path of the settings file."""
        return str(self._config.home / FILE_NAME)

    @needs(SETTINGS_MANAGE)
    @remote()
    def row(self, name: str) -> SettingRow:
        """Return one setting; UnknownIdError if no setting has this name."""
        key = settings.name_of(name)
        return next(row for row in self.table() if row.name == key)

    @needs(SETTINGS_MANAGE)
    @remote()
    def set(self, name: str, text: str | None) -> SettingRow:
        """
        Set a value, now and for later starts; None restores the default.

        Raises:
            UnknownIdError: There is no such setting.
            ValidationError: The text is not a valid value.
            UsageError: The setting cannot be changed here: the environment sets it, or it is the home.
            StoreError: The settings file cannot be written.

        """
        with self._lock:
            row = self._unlocked_row(name)
            value = settings.read_value(row.name, row.default if text is None else text)
            self._record()  # a kill after the change finds it recorded
            settings.store(self._config.home, row.name, None if text is None else value)
            self._apply_value(row.name, value)
            self._record()  # a request that came between was proposed before it
        self._on_change(row.name)
        return self.row(row.name)

    @remote()
    def effect(self, name: str, text: str) -> str:
        """Return a sentence on the backups that a change would delete; "" if none. Raises the same errors as `set`."""
        row = self._unlocked_row(name)
        value = settings.read_value(row.name, text)
        if row.name == "metadata_backup_retention_days":
            return self._effect_of_retention(int(value))
        if row.name == "backup_budget":
            return self._effect_of_budget(int(value))
        return ""

    def _unlocked_row(self, name: str) -> SettingRow:
        row = self.row(name)
        if row.locked:
            raise errors.UsageError(row.locked, code="locked_setting")
        return row

    def _apply_value(self, name: str, value: Any) -> None:
        if value == getattr(self._config, name):
            return
        setattr(self._config, name, value)
        logger.info("settings.changed", extra={"user_action": name})
        for apply in self._followers.get(name, ()):
            apply(value)

    def _effect_of_retention(self, days: int) -> str:
        oldest = self._clock() - timedelta(days=days)
        expired = [each for each in self._use().items if each.bytes and each.created_at < oldest]
        if not expired:
            return ""
        operations = "1 operation is" if len(expired) == 1 else f"{len(expired):,} operations are"
        files = wording.files(sum(each.items for each in expired))
        return f"{operations} older than that: after the next write, {files} cannot be rolled back byte for byte."

    def _effect_of_budget(self, budget: int) -> str:
        used = self._use().bytes
        if used <= budget:
            return ""
        excess = wording.size(used - budget)
        return (
            f"The backups use {wording.size(used)}, more than {wording.size(budget)}: "
            f"the next write deletes the oldest {excess} of them."
        )
