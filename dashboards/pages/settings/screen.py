"""The settings page: every setting with its source; a change with consequences is confirmed first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboards.components.base import Component
from dashboards.components.schedules.schedules_section import ScheduleSection
from dashboards.pages.settings import custom_fields_form, privacy, settings_form
from dashboards.screen import Screen
from dashboards.session import Session
from dashboards.state import SettingsState
from indexium_core import errors
from indexium_core.model.fields.custom import CustomField
from indexium_core.model.lookups.traffic import RequestPage
from indexium_core.model.providers.descriptor import KeyTest
from indexium_core.model.schedule import Schedule
from indexium_core.model.shapes import page_or_last
from indexium_core.settings import SettingRow
from indexium_core.settings_file import FILE_NAME


class SettingsScreen(Screen):
    """The page of settings in one session."""

    state: SettingsState

    def __init__(self, session: Session) -> None:
        self.state = SettingsState()
        library, bridge, dialog = session.library, session.bridge, session.dialog
        self._library, self._bridge, self._dialog, self._session = library, bridge, dialog, session
        self._form = settings_form.SettingsForm()
        self._problem: Mapping[str, str] | None = None
        self._schedules = ScheduleSection(session, changed=self.refresh)
        self._field_problem, self._fields_saved = "", 0
        self._wanted = privacy.no_filter()  # requests
        self._tests: dict[str, KeyTest] = {}  # the last test of the key of each provider
        self._section, self._entered = "", 0  # what the page shows first, and how often the page was opened
        self._serial = 0  # increases when fields must show the current value instead of the typed text
        self._form.on(
            set=lambda message: self._request(str(message["name"]), str(message["value"])),
            unset=lambda message: self._request(str(message["name"]), None),
            define=lambda message: self._define(message["texts"]),
            redefine=lambda message: self._redefine(str(message["key"]), message["texts"]),
            remove=lambda message: self._ask_removal(str(message["key"])),
            **self._schedules.handlers(),
            requests=self._filter_requests,
            kept=lambda _: session.go("decide", segment="maybe"),
            connections=lambda _: session.go("connections"),
            accounts=lambda _: session.go("accounts"),
            key=lambda message: self._set_key(str(message["name"]), str(message["value"])),
            remove_key=lambda message: self._remove_key(str(message["name"])),
            test_key=lambda message: self._test_key(str(message["provider"])),
        )

    def roots(self) -> dict[str, Component]:
        """Return the components by their places in the page."""
        return {"settings": self._form}

    def enter(self) -> None:
        """Show the page."""
        self._problem, self._field_problem = None, ""
        self._schedules.forget()
        self._tests.clear()
        self._section, self.state.section = self.state.section, ""
        self._entered += 1
        self.refresh()

    def refresh(self) -> None:
        """Read the settings again, if the page is shown."""
        if self._session.is_showing("settings"):
            library, wanted = self._library, self._wanted
            self._bridge.run(
                lambda: (
                    library.configuration.table(),
                    library.fields.list(),
                    library.schedules.list(),
                    self._read_privacy(wanted),
                    library.artwork.cache_usage().summary,
                ),
                lambda found: self._show(*found),
                name="settings",
            )

    def _read_privacy(self, wanted: privacy.RequestFilter) -> dict[str, Any]:
        """Return the section of privacy; the last page of the requests if the wanted one does not exist."""
        providers = self._library.providers

        def page(number: int) -> RequestPage:
            return providers.request_page(
                wanted["text"],
                provider=wanted["provider"],
                failed=wanted["failed"],
                page=number,
                per_page=privacy.PER_PAGE,
            )

        found = page_or_last(page, wanted["page"], privacy.PER_PAGE)
        keys = self._library.provider_keys.list()
        kept = self._library.matches.counts()["maybe"]
        return privacy.view(providers.status(), found, wanted, keys=keys, tests=self._tests, kept=kept)

    # Keys of providers. A key comes with one message, and is passed on; nothing here keeps it.

    def _set_key(self, name: str, value: str) -> None:
        provider = name.partition("_")[0]
        self._bridge.run(
            lambda: self._library.provider_keys.set(name, value),
            lambda _: self._test_key(provider),
            name="provider_key",
            once=True,
        )

    def _remove_key(self, name: str) -> None:
        def removed(_: None) -> None:
            self._tests.pop(name.partition("_")[0], None)
            self._bridge.toast("good", "The key is removed.")
            self.refresh()

        self._bridge.run(lambda: self._library.provider_keys.remove(name), removed, name="provider_key", once=True)

    def _test_key(self, provider: str) -> None:
        def tested(test: KeyTest) -> None:
            self._tests[test.provider] = test
            self.refresh()

        self._bridge.run(lambda: self._library.provider_keys.test(provider), tested, name="key_test", once=True)

    def _filter_requests(self, message: Mapping[str, Any]) -> None:
        self._wanted = privacy.read_filter(message)
        self.refresh()

    def _show(
        self,
        rows: list[SettingRow],
        fields: list[CustomField],
        schedules: list[Schedule],
        section: dict[str, Any],
        artwork: str,
    ) -> None:
        file = str(self._library.home / FILE_NAME)
        custom = custom_fields_form.view(fields, problem=self._field_problem, saved=self._fields_saved)
        view = settings_form.view(rows, file=file, problem=self._problem, artwork=artwork)
        first = {"section": self._section, "entered": self._entered}
        parts = {"custom": custom, "schedules": self._schedules.view(schedules), "privacy": section}
        serial = self._serial + self._schedules.serial
        links = {page: self._session.address_of(page) for page in ("connections", "accounts")}
        self._form.put(**view, **first, **parts, **links, serial=serial)

    def _request(self, name: str, value: str | None) -> None:
        """Show the consequences of a change, ask, then change; None restores the default."""

        def read() -> tuple[SettingRow, str]:
            configuration = self._library.configuration
            row = configuration.row(name)
            return row, configuration.effect(name, row.default if value is None else value)

        self._bridge.run(
            read,
            lambda found: self._ask(*found, value),
            name="setting",
            failed=lambda error: self._show_problem(name, value, error),
        )

    def _ask(self, row: SettingRow, effect: str, value: str | None) -> None:
        if not effect:
            self._change(row.name, value)
            return
        label = settings_form.LABELS.get(row.name, row.name)
        wanted = row.default if value is None else value.strip()
        self._problem, self._serial = None, self._serial + 1  # the old value is shown again if the person cancels
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
            failed=lambda error: self._show_problem(name, value, error),
        )

    def _changed(self, row: SettingRow) -> None:
        self._problem = None
        words = {"true": "on", "false": "off"} if row.kind == "switch" else {}
        label = settings_form.LABELS.get(row.name, row.name)
        self._bridge.toast("good", f"{label}: {words.get(row.value, row.value)}. The change {row.counts}.")
        self.refresh()

    def _show_problem(self, name: str, value: str | None, error: errors.IndexiumError) -> None:
        self._problem = {"name": name, "text": error.message, "typed": value or ""}
        self.refresh()

    # Custom fields.

    def _define(self, typed: Mapping[str, str]) -> None:
        self._bridge.run(
            lambda: self._library.fields.define(**custom_fields_form.arguments(typed)),
            lambda field: self._saved(custom_fields_form.defined(field)),
            name="field",
            failed=self._show_field_problem,
            once=True,
        )

    def _redefine(self, key: str, typed: Mapping[str, str]) -> None:
        self._bridge.run(
            lambda: self._library.fields.change(key, **custom_fields_form.parts(typed)),
            lambda field: self._saved(custom_fields_form.changed(field)),
            name="field",
            failed=self._show_field_problem,
            once=True,
        )

    def _saved(self, sentence: str) -> None:
        self._field_problem, self._fields_saved = "", self._fields_saved + 1
        self._bridge.toast("good", sentence)
        self.refresh()

    def _show_field_problem(self, error: errors.IndexiumError) -> None:
        self._field_problem = error.message
        self.refresh()

    def _ask_removal(self, key: str) -> None:
        def ask(field: CustomField) -> None:
            self._dialog.ask(
                f"Remove the field {field.title}?",
                custom_fields_form.removal(field),
                lambda _: self._bridge.run(
                    lambda: self._library.fields.remove(key), self._removed, name="field", once=True
                ),
                confirm="Remove the field",
                risky=True,
            )

        self._bridge.run(lambda: self._library.fields.get(key), ask, name="field_removal", once=True)

    def _removed(self, field: CustomField) -> None:
        self._bridge.toast("good", f"{field.title} is no field any more.")
        self.refresh()
