"""How far each library may go by itself, as the page of connections shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dashboards.components.view_types import ChoiceView
from dashboards.pages.connections.view_types import AutomationSwitchView, LibraryAutomationView
from indexium_core.model import wording
from indexium_core.model.connections.automation import AUTOMATION_MODES, AutomationConfig, LibraryAutomation

MODES: list[ChoiceView] = [{"value": each, "label": each.capitalize()} for each in AUTOMATION_MODES]
_SWITCHES: Mapping[str, str] = {
    "auto_enrich": "Look titles up",
    "auto_select_assets": "Choose pictures",
    "auto_publish": "Publish rows that are safe",
    "webhook_enabled": "React to events",
    "webhook_auto_publish": "Restore what an upgrade removes",
    "scheduled_scan": "Scan each night",
}
_NEEDS = {  # the modes in which a switch has an effect; the others: every mode
    "auto_enrich": ("hybrid", "automatic"),
    "auto_select_assets": ("hybrid", "automatic"),
    "webhook_auto_publish": ("hybrid", "automatic"),
    "auto_publish": ("automatic",),
}


def switch_names() -> frozenset[str]:
    """Return the fields of `AutomationConfig` that a switch of the page sets."""
    return frozenset(_SWITCHES)


def rows(found: Sequence[LibraryAutomation], *, publish: str) -> list[LibraryAutomationView]:
    """Return the libraries; `publish` is the address of the page of publications."""
    return [_row(each, publish) for each in found]


def limit_values(texts: Mapping[str, str]) -> dict[str, object]:
    """Return the typed limit and quiet time as fields of `AutomationConfig`; the service refuses what is none."""
    limit = texts["limit"].strip().replace(",", "")
    number: object = int(limit) if limit.isascii() and limit.isdecimal() and len(limit) < 15 else (limit or 0)
    return {"night_limit": number, "quiet_from": texts["start"].strip(), "quiet_until": texts["end"].strip()}


def _row(found: LibraryAutomation, publish: str) -> LibraryAutomationView:
    config = found.config
    waits = found.is_publishing and found.waiting > 0
    if waits:
        waiting = f"{wording.count(found.waiting)} {'waits' if found.waiting == 1 else 'wait'} for you"
    else:
        waiting = "Nothing waits." if found.is_publishing else ""
    return {
        "id": config.library_id,
        "name": found.library,
        "about": wording.plural(found.titles, "title") if found.kind != "home" else "photos and videos",
        "mode": config.automation_mode,
        "summary": found.summary,
        "limits": {
            "limit": str(config.night_limit) if config.night_limit else "",
            "start": config.quiet_from,
            "end": config.quiet_until,
        },
        "limit": _limit(config, found.published),
        "quiet": f"quiet {config.quiet_from}–{config.quiet_until}" if config.quiet_from else "no quiet time",
        "waiting": waiting,
        "href": f"{publish}{'&' if '?' in publish else '?'}folder={config.library_id}" if waits else "",
        "publishes": found.is_publishing,
        "switches": [_switch(config, name, label) for name, label in _SWITCHES.items()],
    }


def _limit(config: AutomationConfig, published: int) -> str:
    done = f", {wording.count(published)} done" if published else ""
    return f"{wording.files(config.night_limit)} in 24 h{done}" if config.night_limit else f"no limit{done}"


def _switch(config: AutomationConfig, name: str, label: str) -> AutomationSwitchView:
    modes = _NEEDS.get(name, AUTOMATION_MODES)
    note = "" if config.automation_mode in modes else f"no effect in the mode {config.automation_mode}"
    return {"name": name, "label": label, "on": getattr(config, name), "note": note}
