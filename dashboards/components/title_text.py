"""Words about films, series and requests to providers that several pages show."""

from __future__ import annotations

from dashboards.components.view_types import ProviderRequestView
from indexium_core.model import wording
from indexium_core.model.lookups.traffic import ProviderRequest
from indexium_core.model.names.title_guess import LIBRARY_KINDS

initials = wording.initials


def kind_choices() -> list[dict[str, str]]:
    """Return the kinds of a folder, for a list of choices."""
    return [{"value": kind, "label": text[0].upper() + text[1:]} for kind, text in LIBRARY_KINDS.items()]


def without_command(reason: str) -> str:
    """Return why a provider is off, without the command: a page has a button instead."""
    return wording.without_command(reason)


def request_row(each: ProviderRequest) -> ProviderRequestView:
    """Return one row of a list of requests."""
    return {
        "id": each.id,
        "day": each.day,
        "time": each.time,
        "label": each.label,
        "route": each.route,
        "sent": each.sent,
        "technical": each.technical,
        "answer": each.answer,
        "is_good": each.is_good,
    }
