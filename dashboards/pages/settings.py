"""Settings: every one of them, from where, and changed where it may be. What a change would cost is asked first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dashboards.bridge import Bridge
from dashboards.components import settings
from dashboards.components.dialog import Dialog
from dashboards.state import SettingsState
from indexium_core import errors
from indexium_core.settings import FILE_NAME, SettingRow

if TYPE_CHECKING:
    from dashboards.app import Session
    from indexium_core.library import Library

__all__ = ["SettingsScreen"]


class SettingsScreen:
    """The page of settings in one session."""

    def __init__(self, library: Library, bridge: Bridge, dialog: Dialog, session: Session) -> None:
        self.state = SettingsState()
        self._library, self._bridge, self._dialog, self._session = library, bridge, dialog, session
        self._form = settings.SettingsForm()
        self._problem: Mapping[str, str] | None = None
        self._serial = 0  # counts up where fields must show what is in force, whatever was typed
        self._form.on(
            set=lambda message: self._wish(str(message["name"]), str(message["value"])),
            unset=lambda message: self._wish(str(message["name"]), None),
        )

    def roots(self) -> dict[str, Any]:
        """Return the components by their places in the page."""
        return {"settings": self._form}

    def start(self) -> None:
        """Nothing is to be followed."""

    def enter(self) -> None:
        """Show the page."""
        self._problem = None
        self.refresh()

    def redraw(self) -> None:
        """Nothing here is drawn in a theme's colours by the server."""

    def refresh(self) -> None:
        """Read the settings again, where the page is looked at."""
        if self._session.showing("settings"):
            self._bridge.run(self._library.configuration.table, self._show, name="settings")

    def _show(self, rows: list[SettingRow]) -> None:
        file = str(self._library.home / FILE_NAME)
        self._form.put(**settings.view(rows, file=file, problem=self._problem), serial=self._serial)

    def _wish(self, name: str, value: str | None) -> None:
        """Ask what a change would cost, then make it; None is the default."""

        def look() -> tuple[SettingRow, str]:
            configuration = self._library.configuration
            row = configuration.row(name)
            return row, configuration.effect(name, row.default if value is None else value)

        self._bridge.run(
            look,
            lambda found: self._ask(*found, value),
            name="setting",
            failed=lambda error: self._refused(name, value, error),
        )

    def _ask(self, row: SettingRow, effect: str, value: str | None) -> None:
        if not effect:
            self._change(row.name, value)
            return
        label = settings.LABELS.get(row.name, row.name)
        wanted = row.default if value is None else value.strip()
        self._problem, self._serial = None, self._serial + 1  # should the person decide otherwise
        self.refresh()
        self._dialog.ask(
            f"{label}: {wanted}?",
            [{"kind": "why", "level": "warning", "text": effect}],
            lambda _: self._change(row.name, value),
            confirm=f"Set to {wanted}",
            risky=True,
        )

    def _change(self, name: str, value: str | None) -> None:
        self._bridge.run(
            lambda: self._library.configuration.set(name, value),
            self._changed,
            name="setting",
            failed=lambda error: self._refused(name, value, error),
        )

    def _changed(self, row: SettingRow) -> None:
        self._problem = None
        words = {"true": "on", "false": "off"} if row.kind == "switch" else {}
        label = settings.LABELS.get(row.name, row.name)
        self._bridge.toast("good", f"{label}: {words.get(row.value, row.value)}, {row.counts}.")
        self.refresh()

    def _refused(self, name: str, value: str | None, error: errors.IndexiumError) -> None:
        self._problem = {"name": name, "text": error.message, "typed": value or ""}
        self.refresh()
